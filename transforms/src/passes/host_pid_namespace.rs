//! `host-pid-namespace`: the containers of a task see and reach the processes of their host.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::edit::Edit;
use crate::intent::{Intent, Plan};
use crate::knobs::Knob;
use crate::model::{Fact, Form, Is, Os, Read, TaskView, Why};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Pass, PassId, Provenance, Remedy, Risk, Run, Severity, Vouched, Yield,
};
use crate::tree::Path;
use crate::weakness::{Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("host-pid-namespace"),
    summary: "a task shares the processes of its host",
    severity: Severity::High,
    controls: &["ECS.3", "CT.ECS.PR.10"],
    yields: &[
        Yield {
            applicability: Applicability::Manual,
            when: "an agent that watches or guards its host, a container or its added capabilities that cannot be read",
        },
        Yield { applicability: Applicability::Unsafe, when: "every other task with `pidMode` `host`" },
    ],
    section: "host-pid-namespace",
    knobs: &[Knob {
        name: "mode",
        takes: "\"task\" or \"private\"",
        help: "what is shared instead: the processes of the task, or nothing (built-in default: task where a container adds SYS_PTRACE, else private)",
    }],
    run: Run::ByDefault,
    page: include_str!("host_pid_namespace.md"),
    weaknesses: Weaknesses::whole(&[&SHARED]),
    inspect,
};

static SHARED: Weakness = Weakness::task(
    "the task shares the processes of its host",
    &[Fact::Member(&["pidMode"], &[Is::Text(&Form::exactly(&["host"]))])],
);

/// The knobs of this pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "HostPidNamespaceKnobs")]
pub struct Knobs {
    /// What is shared instead.
    pub mode: Option<Mode>,
}

/// Whose processes a container sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "HostPidMode")]
pub enum Mode {
    /// Those of its task.
    Task,
    /// Its own: ECS gives each container a namespace where `pidMode` is absent.
    Private,
}

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    let (message, remedy) = match SHARED.of_task(task) {
        Read::Known(true) => (SHARED.phrase.to_owned(), remedy(intent)),
        // Every list of containers would be told that it lacks the task around it.
        Read::Unresolved(Why::OutsideThisFile) | Read::Known(_) | Read::Absent => return Vec::new(),
        Read::Unresolved(why) => (
            "the task may share the processes of its host".to_owned(),
            Remedy::Undetermined(Obstacle::unresolved("`pidMode`", why)),
        ),
    };
    vec![pass::task_finding(&PASS, "pidMode", message, remedy)]
}

fn remedy(intent: &Intent) -> Remedy {
    match &intent.namespaces.pid_mend {
        Plan::Ready(mode) => Remedy::Fix(fix(intent, *mode)),
        Plan::Blocked(obstacles) => Remedy::Manual(obstacles.clone()),
    }
}

fn fix(intent: &Intent, mode: Vouched<Mode>) -> Fix {
    let path = Path::root().key("pidMode");
    let (title, edit, basis) = match mode.value {
        Mode::Task => {
            let basis = if mode.by == Provenance::Definition {
                "a container adds SYS_PTRACE, which is of use on the processes of the task too"
            } else {
                "the mode task"
            };
            ("set `pidMode` to \"task\"", Edit::Set { path, value: json!("task") }, basis)
        }
        Mode::Private => {
            let basis = match mode.by.kind {
                Provenance::BuiltInDefault => "no container needs to see the processes of another",
                Provenance::Definition => "nothing that can run here shares the processes of its host",
                _ => "the mode private",
            };
            ("remove `pidMode`, so that each container sees its own processes", Edit::Remove { path }, basis)
        }
    };
    Fix {
        title: title.to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![edit],
        values: vec![mode.map(|_| basis.to_owned())],
        risks: risks(intent, mode.value),
    }
}

fn risks(intent: &Intent, mode: Mode) -> Vec<Risk> {
    if let Some(who) = intent.no_host() {
        return vec![Risk::new(
            format!("ECS takes no `pidMode` \"host\" for {who}, so nothing that runs should lean on it"),
            "register the new revision and run one task of it",
        )];
    }
    let mut risks = vec![Risk::new(
        "whatever lists, traces or signals processes of the host, or reads their /proc, finds them no longer",
        "run one task of the new revision on an instance and look for what it reported about the host before",
    )];
    if mode == Mode::Private {
        risks.push(Risk::new(
            "containers of the task that signal or watch each other lose sight of each other",
            "look whether one of them addresses another by process id; if so: --set host-pid-namespace.mode=task",
        ));
        risks.push(Risk::new(
            "each program is process 1 of its container then: it has to reap its children, and to handle SIGTERM itself",
            "stop the task and see that it ends in time; `initProcessEnabled` gives it an init process",
        ));
    }
    if intent.os == Os::Unknown {
        risks.push(Risk::unknown_os());
    }
    risks
}
