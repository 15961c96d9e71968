//! What each container will be after the run, decided once, before any pass looks.
//!
//! Passes read this, never each other's edits, so their order cannot matter. It accounts for the selection: a container whose user fix is
//! withheld stays what it was here.

mod capabilities;
#[cfg(test)]
mod tests;
mod user;
mod writable;

use std::collections::BTreeSet;

pub use capabilities::{CapabilityPlan, DropForm};
pub use user::{LOW_PORTS, UserAfter, UserMend, UserPlan};
pub use writable::{TmpfsPlan, WritablePlan};

use crate::knobs::Layers;
use crate::model::{ContainerSlot, ContainerView, LaunchTarget, Os, TargetError, TargetWish, TaskView, Why};
use crate::pass::{Applicability, Obstacle, PassId, Provenance};

/// What the user asked of the run as a whole.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The passes that run.
    pub passes: BTreeSet<PassId>,
    /// The least applicability that is applied.
    pub floor: Applicability,
    /// The least provenance that is applied.
    pub vouched: Provenance,
}

/// Why a fix that could be made is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// It is unsafe and only safe fixes were asked for.
    NotSafe,
    /// It rests on a built-in default and those were excluded.
    RestsOnDefault,
    /// Somebody said no to this very fix.
    NotWanted,
}

impl Withheld {
    /// The reason, and what would let the fix through.
    pub fn obstacle(self) -> Obstacle {
        match self {
            Self::NotWanted => Obstacle::new("the fix was declined", "run it again and accept the fix"),
            Self::NotSafe => Obstacle::new("the fix is unsafe and --safe-only is on", "run it without --safe-only"),
            Self::RestsOnDefault => Obstacle::new(
                "the fix rests on a built-in default and --no-defaults is on",
                "give what is a guess with --set (`ecs-harden explain` names the knobs), or run it without --no-defaults",
            ),
        }
    }
}

impl Selection {
    /// Everything that is not manual, from these passes.
    pub fn all(passes: impl IntoIterator<Item = PassId>) -> Self {
        Self { passes: passes.into_iter().collect(), floor: Applicability::Unsafe, vouched: Provenance::BuiltInDefault }
    }

    /// Whether a fix of this applicability, resting on values of this provenance, is applied.
    pub fn admits(&self, applicability: Applicability, weakest: Provenance) -> Result<(), Withheld> {
        if applicability < self.floor {
            Err(Withheld::NotSafe)
        } else if weakest < self.vouched {
            Err(Withheld::RestsOnDefault)
        } else {
            Ok(())
        }
    }
}

/// Everything that decides an [`Intent`] beside the definition.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// What is applied.
    pub selection: Selection,
    /// Launch types named by the user.
    pub target: TargetWish,
    /// Operating system named by the user.
    pub os: Option<Os>,
    /// Settings of the passes.
    pub layers: Layers,
}

/// What the run intends for a task definition.
#[derive(Clone, Debug)]
pub struct Intent {
    /// What the task may be launched on.
    pub target: LaunchTarget,
    /// The operating system.
    pub os: Os,
    /// What is applied.
    pub selection: Selection,
    containers: Vec<ContainerIntent>,
}

/// What the run intends for one container.
#[derive(Clone, Debug)]
pub struct ContainerIntent {
    index: usize,
    /// Who it runs as.
    pub user: UserPlan,
    /// Where it can write.
    pub writable: WritablePlan,
    /// Which capabilities it may have.
    pub capabilities: CapabilityPlan,
}

/// How a weakness of a container will be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan<T> {
    /// This way.
    Ready(T),
    /// Not without a person, for these reasons.
    Blocked(Vec<Obstacle>),
}

impl Intent {
    /// Decides what each container of `task` will be.
    pub fn new(task: &TaskView<'_>, wishes: &Wishes) -> Result<Self, TargetError> {
        let target = LaunchTarget::of(task, &wishes.target)?;
        let os = Os::of(task, &target, wishes.os)?;
        let seen = task.seen();
        let hidden = task.containers().into_iter().find_map(|slot| match slot {
            ContainerSlot::Hidden { why, .. } => Some(why),
            ContainerSlot::Seen(_) => None,
        });
        let setting = Setting { task, seen: &seen, hidden, target: &target, os, wishes };
        let users: Vec<UserPlan> = seen.iter().map(|container| user::plan(&setting, container)).collect();
        let writable = writable::plan(&setting, &seen, &users);
        let containers = seen.iter().zip(users).zip(writable).map(|((container, user), writable)| ContainerIntent {
            index: container.index(),
            capabilities: capabilities::plan(&setting, container, &user.after),
            user,
            writable,
        });
        let containers = containers.collect();
        Ok(Self { target, os, selection: wishes.selection.clone(), containers })
    }

    /// What is intended for the container at `index`; `None` for one that could not be read.
    pub fn container(&self, index: usize) -> Option<&ContainerIntent> {
        let found = self.containers.binary_search_by_key(&index, |container| container.index).ok()?;
        self.containers.get(found)
    }
}

/// What the planning of one container can see.
#[derive(Clone, Copy)]
struct Setting<'s> {
    task: &'s TaskView<'s>,
    seen: &'s [ContainerView<'s>],
    /// Why there may be containers that cannot be seen.
    hidden: Option<Why>,
    target: &'s LaunchTarget,
    os: Os,
    wishes: &'s Wishes,
}
