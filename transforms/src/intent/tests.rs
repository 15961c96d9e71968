//! What each container will be: its user, where it can write, what it may do; and what a withheld fix leaves as it was.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::*;
use crate::document::Document;
use crate::knobs::{Layer, Scope};
use crate::model::LaunchType;
use crate::pass::{Applicability, Provenance};
use crate::passes;
use crate::waiver::Waivers;

mod capabilities;
mod exec;
mod memory;
mod privileges;
mod roles;
mod secrets;
mod user;
mod withheld;
mod writable;

/// Knobs as `--set` gives them, each for the containers that its glob names.
fn set(layers: &[(Option<&str>, Json)]) -> Layers {
    let layers = layers.iter().map(|(container, knobs)| Layer {
        origin: Provenance::Flag,
        scope: Scope::of(None, *container).expect("the glob is right"),
        knobs: serde_json::from_value(knobs.clone()).expect("the knobs are right"),
        written: Arc::default(),
    });
    Layers::from(layers.collect::<Vec<_>>())
}

/// Everything selected, and these knobs for every container.
fn wishes(knobs: Json) -> Wishes {
    Wishes {
        selection: Selection::all(passes::ids()),
        target: TargetWish::default(),
        os: None,
        waivers: Waivers::default(),
        images: Arc::default(),
        pins: Arc::default(),
        exec: ExecUse::NotKnown,
        layers: set(&[(None, knobs)]),
    }
}

#[track_caller]
fn intent(text: &str, wishes: &Wishes) -> Intent {
    let document = Document::read(text.to_owned()).expect("the text is a task definition");
    Intent::new(&TaskView::new(&document), wishes).expect("nothing is contradicted")
}

/// The intent for the first container.
#[track_caller]
fn first(text: &str, wishes: &Wishes) -> ContainerIntent {
    intent(text, wishes).container(0).expect("the container can be read").clone()
}

/// A Linux task for EC2 in which the first container has these members, and these members and containers follow.
fn ec2(members: &str, others: &str, task: &str) -> String {
    format!(
        r#"{{"requiresCompatibilities": ["EC2"], "runtimePlatform": {{"operatingSystemFamily": "LINUX"}}, {task}
            "containerDefinitions": [{{"name": "web", "image": "web" {members}}} {others}]}}"#
    )
}

/// One line a fact: obstacles as `reason | next step`.
fn lines(obstacles: &[Obstacle]) -> Vec<String> {
    obstacles.iter().map(|obstacle| format!("{} | {}", obstacle.reason, obstacle.next_step)).collect()
}

fn or_unknown(id: Option<impl Display>) -> String {
    id.map_or_else(|| "?".to_owned(), |id| id.to_string())
}

fn after(user: &UserAfter) -> String {
    match user {
        UserAfter::NonRoot { uid, gid, by } => {
            format!("{}:{} by {}", or_unknown(*uid), or_unknown(*gid), by.kind.phrase())
        }
        UserAfter::Root => "root".into(),
        UserAfter::Unknown => "unknown".into(),
    }
}

/// Each tmpfs as `path size options`, or why there are none.
fn mounts(plan: &WritablePlan) -> Result<Vec<String>, Vec<String>> {
    let line = |mount: &TmpfsPlan| {
        let exec = mount.exec.map(|_| " exec".to_owned());
        let owner = mount.owner.iter().map(|option| format!(" {option}"));
        let options: String = exec.into_iter().chain(owner).collect();
        format!("{} {}{options}", mount.path, mount.size.value)
    };
    match &plan.mounts {
        Plan::Ready(mounts) => Ok(mounts.iter().map(line).collect()),
        Plan::Blocked(obstacles) => Err(lines(obstacles)),
    }
}

fn names(set: &BTreeSet<String>) -> Vec<&str> {
    set.iter().map(String::as_str).collect()
}

#[test]
fn a_container_that_cannot_be_read_has_no_intent() {
    let text = r#"[${a}, {"name": "b", "image": "b", "user": "7"}, null, {"name": "d", "image": "d"}]"#;
    let text = format!("{{\"containerDefinitions\": {text}}}");
    let intent = intent(&text, &wishes(json!({})));
    let users: Vec<_> =
        (0..5).map(|index| intent.container(index).map(|container| after(&container.user.after))).collect();
    let expected = [None, Some("7:? by the definition itself"), None, Some("1000:1000 by built-in default"), None];
    assert_eq!(users, expected.map(|line| line.map(str::to_owned)));
}

#[test]
fn target_and_system_follow_the_definition_and_the_wishes() {
    let text = r#"[{"name": "a", "image": "a"}]"#;
    let wished = Wishes {
        target: TargetWish([LaunchType::Ec2].into_iter().collect()),
        os: Some(Os::Windows),
        ..wishes(json!({}))
    };
    let found = intent(text, &wished);
    assert_eq!((found.target.to_string().as_str(), found.os), ("EC2", Os::Windows));
    let found = intent(text, &wishes(json!({})));
    assert_eq!((found.target.to_string().as_str(), found.os), ("EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES", Os::Linux));
}

#[test]
fn a_wish_that_contradicts_the_definition_is_refused() {
    let document = Document::read(ec2("", "", "")).expect("it is a definition");
    let of = |wishes: Wishes| Intent::new(&TaskView::new(&document), &wishes).map(|_| ());
    let target = TargetWish([LaunchType::Fargate].into_iter().collect());
    let leaves_out = TargetError::LeavesOut { listed: LaunchType::Ec2 };
    assert_eq!(of(Wishes { target, ..wishes(json!({})) }), Err(leaves_out));
    let other = TargetError::OtherSystem { set: "Linux" };
    assert_eq!(of(Wishes { os: Some(Os::Windows), ..wishes(json!({})) }), Err(other));
}

#[test]
fn a_selection_admits_by_applicability_and_then_by_provenance() {
    let all = Selection::all(passes::ids());
    let safe = Selection { floor: Applicability::Safe, ..all.clone() };
    let vouched = Selection { vouched: Provenance::Definition, ..all.clone() };
    let both = Selection { floor: Applicability::Safe, ..vouched.clone() };
    let cases = [
        (&all, Applicability::Unsafe, Provenance::BuiltInDefault, Ok(())),
        (&all, Applicability::Manual, Provenance::Flag, Err(Withheld::NotSafe)),
        (&safe, Applicability::Unsafe, Provenance::Flag, Err(Withheld::NotSafe)),
        (&safe, Applicability::Safe, Provenance::BuiltInDefault, Ok(())),
        (&vouched, Applicability::Unsafe, Provenance::BuiltInDefault, Err(Withheld::RestsOnDefault)),
        (&vouched, Applicability::Unsafe, Provenance::Definition, Ok(())),
        (&vouched, Applicability::Unsafe, Provenance::Flag, Ok(())),
        (&both, Applicability::Unsafe, Provenance::BuiltInDefault, Err(Withheld::NotSafe)),
    ];
    for (selection, applicability, weakest, expected) in cases {
        assert_eq!(selection.admits(applicability, weakest), expected, "{selection:?} {applicability:?} {weakest:?}");
    }
}
