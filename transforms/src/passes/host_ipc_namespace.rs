//! `host-ipc-namespace`: the containers of a task share memory and message queues with their host.

use crate::edit::Edit;
use crate::intent::Intent;
use crate::model::{Fact, Form, Is, Os, Read, TaskView, Why};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Pass, PassId, Provenance, Remedy, Risk, Run, Severity, Vouched, Yield,
};
use crate::tree::Path;
use crate::weakness::{Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("host-ipc-namespace"),
    summary: "a task shares memory and message queues with its host",
    severity: Severity::Medium,
    controls: &[],
    yields: &[Yield { applicability: Applicability::Unsafe, when: "every task with `ipcMode` `host`" }],
    section: "host-ipc-namespace",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("host_ipc_namespace.md"),
    weaknesses: Weaknesses::whole(&[&SHARED]),
    inspect,
};

static SHARED: Weakness = Weakness::task(
    "the task shares memory and message queues with its host",
    &[Fact::Member(&["ipcMode"], &[Is::Text(&Form::exactly(&["host"]))])],
);

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    let (message, remedy) = match SHARED.of_task(task) {
        Read::Known(true) => (SHARED.phrase.to_owned(), Remedy::Fix(fix(intent))),
        // Every list of containers would be told that it lacks the task around it.
        Read::Unresolved(Why::OutsideThisFile) | Read::Known(_) | Read::Absent => return Vec::new(),
        Read::Unresolved(why) => (
            "the task may share memory and message queues with its host".to_owned(),
            Remedy::Undetermined(Obstacle::unresolved("`ipcMode`", why)),
        ),
    };
    vec![pass::task_finding(&PASS, "ipcMode", message, remedy)]
}

fn fix(intent: &Intent) -> Fix {
    let by = intent.namespaces.needless;
    let basis = if by == Provenance::Definition {
        "nothing that can run here shares the memory of its host"
    } else {
        "the containers do without the shared memory of the host"
    };
    Fix {
        title: "remove `ipcMode`".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![Edit::Remove { path: Path::root().key("ipcMode") }],
        values: vec![Vouched { value: basis.to_owned(), by }],
        risks: risks(intent),
    }
}

fn risks(intent: &Intent) -> Vec<Risk> {
    if let Some(who) = intent.no_host() {
        return vec![Risk::new(
            format!("ECS takes no `ipcMode` for {who}, so nothing that runs should lean on it"),
            "register the new revision and run one task of it",
        )];
    }
    let mut risks = vec![
        Risk::new(
            "programs that meet in shared memory, semaphores or message queues, of the host or of another container, find each other no longer",
            "look for shmget, shm_open and mq_open in what they do; for containers of one task set `ipcMode` to \"task\" by hand instead",
        ),
        Risk::new(
            "/dev/shm is the container's own then, and 64 MiB where `sharedMemorySize` says nothing: too small for some browsers, databases and data loaders",
            "run one task of the new revision under real load and look in its logs for `No space left on device` and `Bus error`",
        ),
    ];
    if intent.os == Os::Unknown {
        risks.push(Risk::unknown_os());
    }
    risks
}
