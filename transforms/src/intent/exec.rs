//! ECS Exec: whether commands are run in the containers, and what it needs where their root file system cannot be written.
//!
//! A task definition does not tell whether ECS Exec is used: the service, or whoever runs the task, turns it on. Its agent writes to the
//! file system of the container, so AWS does not support it with a read-only root (ECS developer guide, "Monitor Amazon ECS containers
//! with ECS Exec"). People report that it works with writable mounts at three paths (aws/containers-roadmap, issues 1359 and 2824), and
//! not all of them do.

use super::{Setting, Wishes};
use crate::knobs::Subject;
use crate::model::ContainerView;
use crate::pass::{Obstacle, Provenance, Vouched, Voucher};
use crate::passes::writable_root_filesystem as pass;

/// Where the agent of ECS Exec writes. On Fargate its programs lie below the first.
pub const PATHS: [&str; 3] = ["/managed-agents", "/var/lib/amazon/ssm", "/var/log/amazon/ssm"];

/// The size of each of these, in MiB. Nobody documents what it needs.
pub(super) const SIZE_MIB: u64 = 16;

/// What is known of ECS Exec.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExecUse {
    /// Nobody says anything.
    #[default]
    NotKnown,
    /// Commands are run in the containers, says this one.
    Used(Provenance),
    /// They are not, says this one.
    NotUsed(Provenance),
}

impl ExecUse {
    /// What somebody says of it.
    pub const fn said(is_used: bool, by: Provenance) -> Self {
        if is_used { Self::Used(by) } else { Self::NotUsed(by) }
    }

    const fn by(self) -> Option<Provenance> {
        match self {
            Self::NotKnown => None,
            Self::Used(by) | Self::NotUsed(by) => Some(by),
        }
    }
}

impl Wishes {
    /// Whether commands are run in this container with ECS Exec: what stands in a policy about it, unless somebody who weighs more, or as
    /// much, speaks about the whole run.
    pub fn exec_use(&self, subject: Subject<'_>) -> ExecUse {
        let told = self.layers.pick(subject, |knobs| knobs.ecs_exec.as_ref());
        let told = told.map_or(ExecUse::NotKnown, |told| ExecUse::said(*told.value, told.by.kind));
        if told.by() > self.exec.by() { told } else { self.exec }
    }
}

/// What ECS Exec means for a container whose root file system is to be read-only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Nothing: it is not used, or nobody says so.
    Free,
    /// Its paths stay writable, as somebody asked.
    Workaround(Voucher),
    /// The root file system stays writable.
    Withheld(Vec<Obstacle>),
}

pub(super) fn way(setting: &Setting<'_>, container: &ContainerView<'_>) -> Way {
    let wishes = setting.wishes;
    let knob = wishes.layers.pick(container.into(), |knobs| knobs.writable_root_filesystem.exec_workaround.as_ref());
    match (wishes.exec_use(container.into()), knob) {
        (ExecUse::NotUsed(_), _) => Way::Free,
        (_, Some(Vouched { value: true, by })) => Way::Workaround(by),
        (ExecUse::Used(by), _) => Way::Withheld(obstacles(container, by)),
        (ExecUse::NotKnown, _) => Way::Free,
    }
}

fn obstacles(container: &ContainerView<'_>, by: Provenance) -> Vec<Obstacle> {
    let named = |key: &str, name: Option<&str>| name.map(|name| format!("{key} = \"{name}\", ")).unwrap_or_default();
    let (family, name) = (named("family", container.task().family()), named("container", container.name()));
    let (id, scope) = (pass::PASS.id, container.scope());
    let by = by.phrase();
    vec![
        Obstacle::new(
            format!("ECS Exec is used ({by}), and AWS does not support it with a read-only root file system"),
            format!(
                "to live with that, put a [[waiver]] into ecs-harden.toml: pass = \"{id}\", {family}{name}reason = \"ECS Exec is used\""
            ),
        ),
        Obstacle::new(
            "there is a workaround with writable mounts for its agent, which AWS does not support either",
            format!("to try it on one task: --set '{scope}{id}.exec-workaround=true'"),
        ),
    ]
}

/// The paths for which a mount is to be made: not on one that is there, nor below.
pub(super) fn missing_paths(mounted: &[String]) -> impl Iterator<Item = &'static str> {
    let covers = |mount: &str, path: &str| {
        path.strip_prefix(mount).is_some_and(|rest| mount != "/" && (rest.is_empty() || rest.starts_with('/')))
    };
    PATHS.into_iter().filter(move |path| !mounted.iter().any(|mount| covers(mount, path)))
}

/// Whether programs are run from there.
pub(super) fn runs_from(path: &str) -> bool {
    path == PATHS[0]
}
