//! What each container will be after the run, decided once, before any pass looks.
//!
//! Passes read this, never each other's edits, so their order cannot matter. It accounts for the selection: a container whose user fix is
//! withheld stays what it was here.

mod capabilities;
mod cases;
mod commands;
pub mod exec;
pub mod home;
mod host_work;
mod image;
mod logs;
mod memory;
mod mounts;
mod namespaces;
mod ownership;
mod ports;
mod privileges;
mod roles;
mod secrets;
mod selection;
#[cfg(test)]
mod tests;
mod user;
mod writable;
mod written;

pub use capabilities::{CapabilityPlan, DropForm, FOR_FILES};
pub use exec::ExecUse;
pub use image::{Image, ToldImage, Whose};
pub use logs::LogMend;
pub use namespaces::{NamespacePlan, Sharing};
pub use privileges::{Lists, PrivilegeMend, PrivilegePlan};
pub use secrets::{SecretMend, SecretSource, SecretsPlan};
pub use selection::{Selection, Withheld};
pub use user::{LOW_PORTS, UserAfter, UserMend, UserPlan};
pub use writable::{TmpfsPlan, WritablePlan};

use std::collections::BTreeMap;
use std::sync::Arc;

use memory::Claims;

use crate::exposure::Judge;
use crate::knobs::{Knobs, Layers, Subject};
use crate::model::{ContainerSlot, ContainerView, Digest, LaunchTarget, Os, TargetError, TargetWish, TaskView, Why};
use crate::pass::{Obstacle, Vouched};
use crate::waiver::Waivers;

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
    /// Findings that somebody decided to live with.
    pub waivers: Waivers,
    /// What images say of themselves.
    pub images: Arc<[ToldImage]>,
    /// Which image runs in each container, by its name, where somebody looked. Empty unless images shall be pinned to it.
    pub pins: Arc<BTreeMap<String, Digest>>,
    /// Whether commands are run in the containers with ECS Exec, by whoever speaks about the whole run.
    pub exec: ExecUse,
}

/// What the run intends for a task definition.
#[derive(Clone, Debug)]
pub struct Intent {
    /// What the task may be launched on.
    pub target: LaunchTarget,
    /// The operating system.
    pub os: Os,
    /// What was asked for.
    pub wishes: Wishes,
    /// What the task shares with its host.
    pub namespaces: NamespacePlan,
    /// Tells credentials from other texts.
    pub judge: Judge,
    containers: Vec<ContainerIntent>,
}

/// What the run intends for one container.
#[derive(Clone, Debug)]
pub struct ContainerIntent {
    index: usize,
    /// What is known of its image.
    pub image: Option<Image>,
    /// Who it runs as.
    pub user: UserPlan,
    /// Where it can write.
    pub writable: WritablePlan,
    /// Whether it stays privileged.
    pub privileges: PrivilegePlan,
    /// Which capabilities it may have.
    pub capabilities: CapabilityPlan,
    /// Where its logs go, if nothing says so yet.
    pub logs: Plan<LogMend>,
    /// Where its credentials go that stand in plain text.
    pub secrets: SecretsPlan,
    /// What it looks like, if its work is its host: "an agent that watches its host".
    pub host_work: Option<&'static str>,
}

/// How a weakness of a container will be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan<T> {
    /// This way.
    Ready(T),
    /// Not without a person, for these reasons.
    Blocked(Vec<Obstacle>),
}

impl<T> Plan<T> {
    /// How it will be mended, if it will.
    pub const fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(mend) => Some(mend),
            Self::Blocked(_) => None,
        }
    }
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
        let judge = Judge::default();
        let images = image::known(&seen, os, wishes);
        let setting =
            Setting { task, seen: &seen, images: &images, hidden, target: &target, os, wishes, judge: &judge };
        let namespaces = namespaces::plan(&setting);
        let secrets = secrets::plan(&setting);
        let logs = logs::plan(&setting, &secrets);
        let (users, writable) = users_and_paths(&setting, &memory::claims(&setting, &logs));
        let containers = seen.iter().zip(users).zip(writable).zip(logs).zip(secrets);
        let containers = containers.map(|((((container, user), writable), logs), secrets)| {
            let capabilities = capabilities::plan(&setting, container, (&user.after, &writable));
            ContainerIntent {
                index: container.index(),
                privileges: privileges::plan(&setting, container, (&namespaces, &capabilities)),
                capabilities,
                image: setting.image(container).cloned(),
                user,
                writable,
                logs,
                secrets,
                host_work: host_work::of(container),
            }
        });
        let containers = containers.collect();
        Ok(Self { target, os, wishes: wishes.clone(), namespaces, judge, containers })
    }

    /// The value of one knob for a container or for the task as a whole, and who vouches for it.
    pub fn knob<'i, 's, T>(
        &'i self,
        subject: impl Into<Subject<'s>>,
        knob: impl Fn(&'i Knobs) -> Option<&'i T>,
    ) -> Option<Vouched<&'i T>> {
        self.wishes.layers.pick(subject.into(), knob)
    }

    /// Whether the task runs under Linux on Fargate and nowhere else, by its own words or those of the user: there the defaults of
    /// Fargate are facts about it.
    pub fn is_linux_on_fargate(&self, task: TaskView<'_>) -> bool {
        let family = task.member("runtimePlatform").member("operatingSystemFamily");
        let told = family.unresolved().is_none() || self.wishes.os.is_some();
        told && self.os == Os::Linux && self.target.only_fargate()
    }

    /// What is intended for the container at `index`; `None` for one that could not be read.
    pub fn container(&self, index: usize) -> Option<&ContainerIntent> {
        let found = self.containers.binary_search_by_key(&index, |container| container.index).ok()?;
        self.containers.get(found)
    }
}

/// The users, and what they can write: where a user needs a tmpfs that nobody will make, it is not changed after all.
fn users_and_paths(setting: &Setting<'_>, claims: &[Claims]) -> (Vec<UserPlan>, Vec<WritablePlan>) {
    let mut users: Vec<UserPlan> = setting.seen.iter().map(|container| user::plan(setting, container)).collect();
    roles::settle_router(setting, &mut users);
    let writable = writable::plan(setting, &users, claims);
    let mut withdrawn = false;
    for ((container, user), writable) in setting.seen.iter().zip(&mut users).zip(&writable) {
        withdrawn |= user::withdraw(setting, container, user, writable);
    }
    let writable = if withdrawn { writable::plan(setting, &users, claims) } else { writable };
    (users, writable)
}

/// What the planning of one container can see.
#[derive(Clone, Copy)]
struct Setting<'s> {
    task: &'s TaskView<'s>,
    seen: &'s [ContainerView<'s>],
    /// What is known of the image of each.
    images: &'s [Option<Image>],
    /// Why there may be containers that cannot be seen.
    hidden: Option<Why>,
    target: &'s LaunchTarget,
    os: Os,
    wishes: &'s Wishes,
    judge: &'s Judge,
}

impl Setting<'_> {
    /// What is known of the image of a container.
    fn image(&self, container: &ContainerView<'_>) -> Option<&Image> {
        let at = self.seen.iter().position(|other| other.index() == container.index())?;
        self.images.get(at)?.as_ref()
    }
}
