//! `privileged-container`: a container has the powers of root on its host.

use serde_json::json;

use crate::edit::Edit;
use crate::intent::{Intent, Lists, Plan, PrivilegeMend};
use crate::model::{ContainerView, Fact, Is, LaunchType, Os, Read, TaskView};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Pass, PassId, Provenance, Remedy, Risk, Run, Severity, Vouched, Yield,
};
use crate::weakness::{Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("privileged-container"),
    summary: "a container has the powers of root on its host",
    severity: Severity::High,
    controls: &["ECS.4", "CT.ECS.PR.11"],
    yields: &[
        Yield {
            applicability: Applicability::Manual,
            when: "devices, directories or namespaces of the host, images of agents and builders, neither `excess-capabilities.keep` nor a known image while that pass runs too",
        },
        Yield { applicability: Applicability::Unsafe, when: "every other container with `privileged` true" },
    ],
    section: "privileged-container",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("privileged_container.md"),
    weaknesses: Weaknesses::whole(&[&PRIVILEGED]),
    inspect,
};

static PRIVILEGED: Weakness = Weakness::container(
    "a container is privileged: root on its host",
    &[Fact::Member(&["privileged"], &[Is::Flag(true)])],
);

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    pass::each_container(&PASS, task, |container| inspect_container(container, intent).into_iter().collect())
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent) -> Option<Finding> {
    let title = container.title();
    let (message, remedy) = match PRIVILEGED.of_container(container) {
        Read::Known(false) | Read::Absent => return None,
        Read::Known(true) => (format!("{title} is privileged: root on its host"), remedy(container, intent)),
        Read::Unresolved(why) => {
            (format!("{title} may be privileged"), Remedy::Undetermined(Obstacle::unresolved("`privileged`", why)))
        }
    };
    let mut finding = pass::finding(&PASS, container, "privileged", message, remedy);
    finding.place = container.path().key("privileged");
    Some(finding)
}

fn remedy(container: &ContainerView<'_>, intent: &Intent) -> Remedy {
    match intent.container(container.index()).map(|container| &container.privileges.mend) {
        Some(Plan::Ready(mend)) => Remedy::Fix(fix(container, intent, mend)),
        Some(Plan::Blocked(obstacles)) => Remedy::Manual(obstacles.clone()),
        None => Remedy::Manual(vec![Obstacle::new("the container changed while it was worked on", "run this again")]),
    }
}

fn fix(container: &ContainerView<'_>, intent: &Intent, mend: &PrivilegeMend) -> Fix {
    let path = container.path().key("privileged");
    // Windows and Fargate take no `privileged` at all (ECS API model, `ContainerDefinition.privileged`).
    let refused = intent.os == Os::Windows || intent.target.includes(LaunchType::Fargate);
    let (title, edit) = if refused {
        ("remove `privileged`", Edit::Remove { path })
    } else {
        ("set `privileged` to false", Edit::Set { path, value: json!(false) })
    };
    let image = intent.container(container.index()).and_then(|planned| planned.image.as_ref());
    let basis = match (mend.by.kind, image) {
        _ if mend.lists == Lists::BeginToCount && mend.by == Provenance::BuiltInDefault => {
            "the container needs no more than its capability lists give it".to_owned()
        }
        (Provenance::Definition, _) => "nothing that can run here is privileged".to_owned(),
        (Provenance::Policy | Provenance::Flag, _) | (_, None) => "the capabilities that are kept".to_owned(),
        (_, Some(image)) => image.on_capabilities("the capabilities that it needs"),
    };
    Fix {
        title: title.to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![edit],
        values: vec![Vouched { value: basis, by: mend.by }],
        risks: risks(container, intent, mend),
    }
}

fn risks(container: &ContainerView<'_>, intent: &Intent, mend: &PrivilegeMend) -> Vec<Risk> {
    if let Some(who) = intent.no_host() {
        return vec![Risk::new(
            format!("ECS takes no `privileged` for {who}, so nothing that runs should lean on it"),
            "register the new revision and run one task of it",
        )];
    }
    let name = container.name().unwrap_or("the container");
    let mut risks = vec![
        Risk::new(
            "devices of the host, mounts, kernel modules and kernel parameters are closed to it",
            format!(
                "run one task of the new revision under real use and look in the log of {name} for `Operation not permitted`"
            ),
        ),
        Risk::new(
            "/sys and most of /proc/sys cannot be written, and the default seccomp and AppArmor profiles hold",
            "look in the same log for `Read-only file system` and `Permission denied`",
        ),
    ];
    if mend.lists == Lists::BeginToCount {
        risks.push(Risk::new(
            "`add` and `drop` of its capabilities were ignored while it was privileged, and begin to count as they are",
            "read both lists: what it needs beyond Docker's default set must stand in `add`",
        ));
    }
    if intent.os == Os::Unknown {
        risks.push(Risk::unknown_os());
    }
    risks
}
