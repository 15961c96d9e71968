//! `unencrypted-efs-transit`: what a task reads from and writes to EFS crosses the network in the clear.

use serde_json::json;

use crate::edit::Edit;
use crate::intent::Intent;
use crate::model::{Fact, Form, Is, Os, Place, Read, TaskView, Why};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Page, Pass, PassId, Provenance, Remedy, Risk, Run, Severity, Source,
    Vouched, Voucher, Yield,
};
use crate::tree::Path;
use crate::weakness::{Systems, Weakness, Weaknesses};

/// Where AWS says what Fargate mounts.
static FARGATE: Page = Page {
    title: "ECS developer guide, Use Amazon EFS volumes with Amazon ECS",
    address: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html",
};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("unencrypted-efs-transit"),
    summary: "what a task reads from EFS and writes to it crosses the network in the clear",
    severity: Severity::Medium,
    controls: &["ECS.18"],
    yields: &[
        Yield {
            applicability: Applicability::Unsafe,
            when: "any other target than Linux on FARGATE alone: its hosts need amazon-efs-utils",
        },
        Yield {
            applicability: Applicability::Safe,
            when: "a volume of a task whose only target is Linux on FARGATE, which brings all that is needed",
        },
    ],
    section: "unencrypted-efs-transit",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("unencrypted_efs_transit.md"),
    weaknesses: Weaknesses::whole(&[&IN_THE_CLEAR]),
    inspect,
};

/// Without `transitEncryption` nothing is encrypted (ECS API model, `EFSVolumeConfiguration.transitEncryption`). Windows tasks take no EFS
/// volumes.
static IN_THE_CLEAR: Weakness = Weakness::volume(
    "a volume is EFS without encryption in transit",
    &[
        Fact::Member(&["efsVolumeConfiguration"], &[Is::Filled]),
        Fact::Member(
            &["efsVolumeConfiguration", "transitEncryption"],
            &[Is::Absent, Is::OtherText(&Form::loosely(&["ENABLED"]))],
        ),
    ],
)
.on(Systems::NotWindows);

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    if !IN_THE_CLEAR.counts_on(intent.os) {
        return Vec::new();
    }
    let list = task.member("volumes").list();
    let mut seen: Vec<&str> = Vec::new();
    let mut findings = Vec::new();
    for (index, place) in list.items.into_iter().enumerate() {
        // A name that was there before would make two findings one.
        let name = place.clone().member("name").text().known().filter(|name| !seen.contains(name));
        seen.extend(name);
        findings.extend(inspect_volume(task, intent, &Volume { index, name, place }));
    }
    // Every list of containers would be told that it lacks the task around it.
    let hidden = list.hidden.filter(|why| *why != Why::OutsideThisFile);
    findings.extend(hidden.map(|why| {
        let remedy = Remedy::Undetermined(Obstacle::unresolved("something in `volumes`", why));
        let message = "the task may use EFS without encryption in transit".into();
        let mut finding = pass::task_finding(&PASS, "volumes", message, remedy);
        // No volume can have that name.
        finding.subject = "volumes/*".into();
        finding
    }));
    findings
}

/// An element of `volumes`.
struct Volume<'d> {
    index: usize,
    name: Option<&'d str>,
    place: Place<'d>,
}

impl Volume<'_> {
    fn subject(&self) -> String {
        self.name.map_or_else(|| format!("volumes/{}", self.index), str::to_owned)
    }

    /// The volume as people call it.
    fn title(&self) -> String {
        self.name.map_or_else(|| format!("volume #{}", self.index), |name| format!("volume `{name}`"))
    }

    fn path(&self) -> Path {
        Path::root().key("volumes").index(self.index)
    }

    /// What cannot be read of whether it is EFS and encrypted, and where that stands.
    fn unread(&self) -> Option<(Path, &'static str, Why)> {
        let (efs, at) = (self.efs(), self.path().key("efsVolumeConfiguration"));
        let mode = efs.clone().member("transitEncryption").text();
        let unread = |place: Path, field, why: Option<Why>| why.map(|why| (place, field, why));
        unread(self.path(), "the volume", self.place.unresolved())
            .or_else(|| unread(at.clone(), "`efsVolumeConfiguration`", efs.unresolved()))
            .or_else(|| unread(at.key("transitEncryption"), "`transitEncryption`", mode.unresolved()))
    }

    fn efs(&self) -> Place<'_> {
        self.place.clone().member("efsVolumeConfiguration")
    }
}

fn inspect_volume(task: &TaskView<'_>, intent: &Intent, volume: &Volume<'_>) -> Option<Finding> {
    let title = volume.title();
    let (place, message, remedy) = if let Some((place, field, why)) = volume.unread() {
        let message = format!("{title} may be EFS without encryption in transit");
        (place, message, Remedy::Undetermined(Obstacle::unresolved(field, why)))
    } else if IN_THE_CLEAR.of_volume(task, &volume.place) == Read::Known(true) {
        let path = volume.path().key("efsVolumeConfiguration").key("transitEncryption");
        let message = format!("{title} is EFS without encryption in transit");
        (path.clone(), message, Remedy::Fix(fix(task, intent, path)))
    } else {
        return None;
    };
    let mut finding = pass::task_finding(&PASS, "volumes", message, remedy);
    finding.place = place;
    finding.subject = volume.subject();
    Some(finding)
}

fn fix(task: &TaskView<'_>, intent: &Intent, path: Path) -> Fix {
    let (applicability, value, by) = if intent.is_linux_on_fargate(*task) {
        (
            Applicability::Safe,
            "Fargate mounts EFS with encryption where it is asked to",
            Voucher::at(Provenance::Platform, Source::Page(&FARGATE)),
        )
    } else {
        (Applicability::Unsafe, "the hosts bring amazon-efs-utils", Provenance::BuiltInDefault.into())
    };
    Fix {
        title: "set `transitEncryption` to \"ENABLED\"".into(),
        applicability,
        edits: vec![Edit::Set { path, value: json!("ENABLED") }],
        values: vec![Vouched { value: value.into(), by }],
        risks: if applicability == Applicability::Safe { Vec::new() } else { risks(intent) },
    }
}

fn risks(intent: &Intent) -> Vec<Risk> {
    let mut risks = vec![Risk::new(
        "tasks do not start on an instance that lacks amazon-efs-utils, or whose ECS agent has no volume plugin for EFS",
        "run one task of the new revision on each kind of instance and look for `failed to mount` in its stopped reason",
    )];
    if intent.os == Os::Unknown {
        risks.push(Risk::unknown_os());
    }
    risks
}
