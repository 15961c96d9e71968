//! What a policy says about each container of a definition, and from which line.

use std::fmt::Write;

use ecs_harden_transforms::knobs::Subject;
use ecs_harden_transforms::model::TaskView;
use ecs_harden_transforms::waiver::{Says, WaiverState};
use serde_json::json;

use super::file::{OwnerGlob, Policy, Setting};

/// What applies to the task and to each container, a line each.
pub fn show(task: &TaskView<'_>, policy: Option<&Policy>) -> String {
    let Some(policy) = policy else { return "  nothing: built-in defaults\n".into() };
    let mut text = String::new();
    let seen = task.seen();
    if task.is_whole() {
        about(&mut text, "task", Subject::from(task), policy);
    }
    ownership(&mut text, task.family(), policy);
    for container in &seen {
        about(&mut text, &format!("container {}", container.title()), container.into(), policy);
    }
    text
}

/// Who else registers revisions of the family. Which services run it stands in no file.
fn ownership(text: &mut String, family: Option<&str>, policy: &Policy) {
    let by_family = |owned: &&OwnerGlob| family.is_some_and(|family| owned.matches(family));
    let (about, others): (Vec<_>, Vec<_>) = policy.ownership.iter().partition(by_family);
    let about = about
        .into_iter()
        .map(|owned| format!("ownership.{} = {}  ({})", owned.owner.key(), json!(owned.as_str()), owned.written));
    let others = others.first().map(|_| "other names of [ownership] may be those of services".to_owned());
    let lines: Vec<String> = about.chain(others).collect();
    if !lines.is_empty() {
        push(text, "revisions", &lines);
    }
}

fn about(text: &mut String, title: &str, subject: Subject<'_>, policy: &Policy) {
    let mut lines: Vec<String> = effective(policy, subject).map(|setting| line(policy, setting)).collect();
    for waiver in policy.waivers.iter().filter(|waiver| waiver.scope.covers(subject)) {
        let what = waiver.subject.as_str().map(|subject| format!(" {subject}")).unwrap_or_default();
        let owner = waiver.owner.as_ref().map(|owner| format!(", {owner}")).unwrap_or_default();
        let until = match (&waiver.expires, waiver.state) {
            (Some(day), WaiverState::Holds) => format!(", until {day}"),
            (Some(day), WaiverState::Expired) => format!(", expired on {day}"),
            (None, _) => String::new(),
        };
        lines.push(format!("waived: {}{what}: {}{owner}{until}  ({})", waiver.pass, waiver.reason, waiver.written));
    }
    for ruling in policy.rulings.iter().filter(|ruling| ruling.scope.covers(subject)) {
        let what = ruling.subject.as_str().map(|subject| format!(" {subject}")).unwrap_or_default();
        let word = match ruling.says {
            Says::Accept => "accepted although it is a guess",
            Says::Decline => "declined",
        };
        lines.push(format!("{word}: {}{what}  ({})", ruling.pass, ruling.written));
    }
    if lines.is_empty() {
        lines.push("built-in defaults".into());
    }
    push(text, title, &lines);
}

fn push(text: &mut String, title: &str, lines: &[String]) {
    writeln!(text, "  {title}").expect("a string takes every text");
    for line in lines {
        writeln!(text, "    {line}").expect("a string takes every text");
    }
}

/// The settings that are heard about this subject: of several that say the same key, the last.
fn effective<'p>(policy: &'p Policy, subject: Subject<'_>) -> impl Iterator<Item = &'p Setting> {
    let heard: Vec<&Setting> = policy.settings.iter().filter(|setting| setting.scope.covers(subject)).collect();
    let last = heard.clone();
    heard
        .into_iter()
        .enumerate()
        .filter(move |(at, setting)| !last[at + 1..].iter().any(|later| later.key == setting.key))
        .map(|(_, setting)| setting)
}

fn line(policy: &Policy, setting: &Setting) -> String {
    format!("{} = {}  ({}:{})", setting.key, setting.value, policy.shown, setting.line)
}
