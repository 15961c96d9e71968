//! Borrowed views over the canonical shape: task, container, and what a task may be launched on.
//!
//! Members carry the names of ECS. What a view reads is [`Read`]: absent, known, or unresolved.

mod container;
mod image;
mod platform;
mod read;
mod target;
mod task;
#[cfg(test)]
mod tests;

pub use container::{
    CapabilityLists, ContainerView, EVERYBODY_WRITES, LowPort, Mount, MountKind, SystemControl, UserField, VolumeFrom,
    normal_path,
};
pub use image::{Digest, EcrRegistry, ImageName, InvalidDigest, is_digest};
pub use platform::Os;
pub use read::{Listed, Place, Read, Why};
pub use target::{
    Certainty, LaunchTarget, LaunchType, Level, Limit, LimitHit, OnWindows, Owner, Says, TargetError, TargetSource,
    TargetWish, limits,
};
pub use task::{ContainerSlot, TaskView};
