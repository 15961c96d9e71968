//! Which namespaces of its host a task shares after the run.
//!
//! Facts from the ECS API model, `TaskDefinition.pidMode` and `TaskDefinition.ipcMode`: without `pidMode` each container has a process
//! namespace of its own, with `task` those of the task share one; Windows takes neither member, Fargate takes `pidMode` `task` alone.

use super::{Intent, Plan, Setting, host_work};
use crate::model::{ContainerView, LaunchTarget, Os, Read, Why};
use crate::pass::{Applicability, Obstacle, Provenance, Source, Vouched, Voucher};
use crate::passes::host_ipc_namespace;
use crate::passes::host_pid_namespace::{self, Mode};

/// The plan for the namespaces that a task may share with its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespacePlan {
    /// Whether the processes of the host are shared once everything selected is applied.
    pub pid_after: Sharing,
    /// What `pidMode` becomes where it is `host`.
    pub pid_mend: Plan<Vouched<Mode>>,
    /// Whether the shared memory of the host is shared once everything selected is applied.
    pub ipc_after: Sharing,
    /// Who vouches for the containers doing without what they share with their host.
    pub needless: Voucher,
}

/// Whether something of the host is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// It is.
    Shared,
    /// It is not.
    Apart,
    /// The member cannot be read.
    Unknown(Why),
}

impl Sharing {
    /// What a mode says.
    pub(super) fn of(mode: &Read<&str>) -> Self {
        match mode {
            Read::Known("host") => Self::Shared,
            Read::Known(_) | Read::Absent => Self::Apart,
            Read::Unresolved(why) => Self::Unknown(*why),
        }
    }

    fn unless(self, mended: bool) -> Self {
        if self == Self::Shared && mended { Self::Apart } else { self }
    }
}

impl Intent {
    /// Who takes neither `privileged` nor a namespace of the host, so that nothing that runs can lean on them: everything that this
    /// definition can run on.
    pub fn no_host(&self) -> Option<&'static str> {
        no_host(self.os, &self.target)
    }
}

fn no_host(os: Os, target: &LaunchTarget) -> Option<&'static str> {
    if os == Os::Windows { Some("Windows containers") } else { target.only_fargate().then_some("Fargate") }
}

pub(super) fn plan(setting: &Setting<'_>) -> NamespacePlan {
    let (wishes, task) = (setting.wishes, setting.task);
    let needless = needless(setting);
    let pid_mend = pid_mend(setting);
    let pid_mended = matches!(&pid_mend, Plan::Ready(mode)
        if wishes.applies(&host_pid_namespace::PASS, task.into(), "pidMode", (Applicability::Unsafe, mode.by)));
    let ipc_mended =
        wishes.applies(&host_ipc_namespace::PASS, task.into(), "ipcMode", (Applicability::Unsafe, needless));
    NamespacePlan {
        pid_after: Sharing::of(&task.member("pidMode").text()).unless(pid_mended),
        pid_mend,
        ipc_after: Sharing::of(&task.member("ipcMode").text()).unless(ipc_mended),
        needless,
    }
}

/// Nobody vouches, unless ECS refuses to share here anyway.
pub(super) fn needless(setting: &Setting<'_>) -> Voucher {
    if no_host(setting.os, setting.target).is_some() { refused(setting) } else { Provenance::BuiltInDefault.into() }
}

/// The member that says where the task runs.
fn refused(setting: &Setting<'_>) -> Voucher {
    let member = if setting.os == Os::Windows { "runtimePlatform" } else { "requiresCompatibilities" };
    Voucher::at(Provenance::Definition, Source::of_task(member))
}

fn pid_mend(setting: &Setting<'_>) -> Plan<Vouched<Mode>> {
    if setting.os == Os::Windows {
        return Plan::Ready(Vouched { value: Mode::Private, by: refused(setting) });
    }
    if let Some(agent) = host_work::first(setting) {
        return Plan::Blocked(vec![Obstacle::new(
            format!("{agent}, which needs to see the processes of the host"),
            "if it does without, remove `pidMode` by hand",
        )]);
    }
    if let Some(why) = setting.hidden {
        return Plan::Blocked(vec![Obstacle::unresolved(
            "a container, which may be an agent that watches its host,",
            why,
        )]);
    }
    let knob = setting.wishes.layers.pick(setting.task.into(), |knobs| knobs.host_pid_namespace.mode.as_ref());
    if let Some(mode) = knob {
        return Plan::Ready(mode.map(|mode| *mode));
    }
    let traces = |container: &ContainerView<'_>| {
        container.added_capabilities().iter().flatten().any(|name| name == "SYS_PTRACE")
    };
    if let Some(tracer) = setting.seen.iter().find(|container| traces(container)) {
        let source = Source::of_container(tracer.index(), "linuxParameters");
        return Plan::Ready(Vouched { value: Mode::Task, by: Voucher::at(Provenance::Definition, source) });
    }
    let unread = |container: &ContainerView<'_>| {
        let why = container.linux("capabilities").member("add").list().unresolved()?;
        let field = format!("something in `capabilities.add` of {}, which may be SYS_PTRACE,", container.title());
        Some(Obstacle {
            next_step: "say what is needed: --set host-pid-namespace.mode=task, or private".into(),
            ..Obstacle::unresolved(&field, why)
        })
    };
    match setting.seen.iter().find_map(unread) {
        Some(obstacle) => Plan::Blocked(vec![obstacle]),
        None => Plan::Ready(Vouched { value: Mode::Private, by: needless(setting) }),
    }
}
