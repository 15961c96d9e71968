//! Borrowed views over the canonical shape: task, container, and what a task may be launched on.
//!
//! Members carry the names of ECS. What a view reads is [`Read`]: absent, known, or unresolved.

mod container;
mod fact;
mod image;
mod platform;
mod read;
mod target;
mod task;
#[cfg(test)]
mod tests;

pub use container::{
    CapabilityLists, ContainerView, EVERYBODY_WRITES, LowPort, Mount, MountKind, ROOT_USER, SystemControl, UserField,
    VolumeFrom, WINDOWS_ADMINISTRATOR, normal_capability, normal_path,
};
pub use fact::{BLANK, Fact, Form, Is, Owner as Members, Spelling, ZERO, escaped};
pub use image::{Digest, EcrRegistry, ImageName, InvalidDigest, PINNED, is_digest};
pub use platform::{LINUX_FAMILY, LINUX_ONLY, Os, WINDOWS_FAMILY, WINDOWS_SIGNS};
pub use read::{Listed, Place, Read, Why};
pub use target::{
    Certainty, LaunchTarget, LaunchType, Level, Limit, LimitHit, OnWindows, Owner, Says, TargetError, TargetSource,
    TargetWish, limits,
};
pub use task::{ContainerSlot, MIB, NO_MIB, NO_UNITS, TaskView, UNITS};
