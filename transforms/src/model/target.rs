//! What a task definition may be launched on.
//!
//! `requiresCompatibilities` always counts. A wish from outside adds to it, and chooses only where it is absent. Without both,
//! `compatibilities` (which ECS computed) counts, else every launch type that the definition is valid for as it stands.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::read::{Listed, Read, Why};
use super::task::TaskView;

mod limits;
mod matrix;

pub use matrix::{Certainty, Level, Limit, LimitHit, OnWindows, Owner, Says, limits};

/// A launch type (ECS API model, `Compatibility`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LaunchType {
    /// Container instances on EC2.
    Ec2,
    /// Fargate.
    Fargate,
    /// ECS Anywhere.
    External,
    /// ECS Managed Instances.
    ManagedInstances,
}

impl LaunchType {
    /// Every launch type.
    pub const ALL: [Self; 4] = [Self::Ec2, Self::Fargate, Self::External, Self::ManagedInstances];

    /// The name that the API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "EC2",
            Self::Fargate => "FARGATE",
            Self::External => "EXTERNAL",
            Self::ManagedInstances => "MANAGED_INSTANCES",
        }
    }
}

impl fmt::Display for LaunchType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for LaunchType {
    type Err = UnknownLaunchType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_ascii_uppercase().replace('-', "_");
        Self::ALL.into_iter().find(|known| known.name() == name).ok_or(UnknownLaunchType)
    }
}

/// A text that names no launch type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a launch type: use ec2, fargate, external or managed-instances")]
pub struct UnknownLaunchType;

/// How the launch types became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetSource {
    /// `requiresCompatibilities` lists them (a wish may have added some).
    Listed,
    /// The definition lists none; the user named them.
    Wished,
    /// `compatibilities` of a registered revision.
    Computed,
    /// Everything the definition is valid for as it stands.
    Inferred,
}

impl TargetSource {
    /// Where the launch types come from, for people.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Listed => "requiresCompatibilities",
            Self::Wished => "--launch-type",
            Self::Computed => "compatibilities",
            Self::Inferred => "all that this definition is valid for",
        }
    }
}

/// What the user says about the launch types; empty when nothing was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetWish(pub BTreeSet<LaunchType>);

/// The launch types whose rules every emitted field must satisfy. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchTarget {
    /// The launch types.
    pub types: BTreeSet<LaunchType>,
    /// How they became known.
    pub source: TargetSource,
}

/// Why a wish about the target is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The definition lists a launch type that the wish leaves out.
    #[error("requiresCompatibilities lists {listed}, which --launch-type leaves out")]
    LeavesOut {
        /// The launch type that is listed.
        listed: LaunchType,
    },
    /// The definition is valid for Linux alone and the wish is Windows.
    #[error(
        "the definition is for Linux, which --os contradicts: it uses what Windows tasks cannot have, or runs on Fargate without a family"
    )]
    OnlyLinux,
    /// The definition names an operating system and the wish another.
    #[error("runtimePlatform says {set}, which --os contradicts")]
    OtherSystem {
        /// The operating system that is set.
        set: &'static str,
    },
}

impl TargetError {
    /// What the user can do about it.
    pub fn next_step(&self) -> String {
        match self {
            Self::LeavesOut { listed } => {
                format!("name {listed} as well, or take it out of requiresCompatibilities first")
            }
            Self::OnlyLinux => "drop --os, or set runtimePlatform.operatingSystemFamily first".into(),
            Self::OtherSystem { .. } => "drop --os, or correct runtimePlatform.operatingSystemFamily first".into(),
        }
    }
}

impl LaunchTarget {
    /// The launch target of `task`.
    pub fn of(task: &TaskView<'_>, wish: &TargetWish) -> Result<Self, TargetError> {
        let listed = launch_types(task, "requiresCompatibilities");
        if let Some(left_out) = listed.seen.difference(&wish.0).next().filter(|_| !wish.0.is_empty()) {
            return Err(TargetError::LeavesOut { listed: *left_out });
        }
        if listed.unread.is_none() && !listed.seen.is_empty() {
            return Ok(Self { types: listed.seen.union(&wish.0).copied().collect(), source: TargetSource::Listed });
        }
        if !wish.0.is_empty() {
            return Ok(Self { types: wish.0.clone(), source: TargetSource::Wished });
        }
        let computed = launch_types(task, "compatibilities");
        if listed.unread.is_none() && computed.unread.is_none() && !computed.seen.is_empty() {
            return Ok(Self { types: computed.seen, source: TargetSource::Computed });
        }
        // What can be read of the list counts, whatever the rest of it brings.
        let types = limits::valid_for(task).union(&listed.seen).copied().collect();
        Ok(Self { types, source: TargetSource::Inferred })
    }

    /// Whether `launch_type` is among the targets.
    pub fn includes(&self, launch_type: LaunchType) -> bool {
        self.types.contains(&launch_type)
    }

    /// Whether Fargate is the only target, so that the rules of Fargate are facts about the task (`awsvpc`, say).
    pub fn only_fargate(&self) -> bool {
        self.includes(LaunchType::Fargate) && self.types.len() == 1
    }
}

impl fmt::Display for LaunchTarget {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, launch_type) in self.types.iter().enumerate() {
            write!(out, "{}{launch_type}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// The launch types that a member lists.
struct ListedTypes {
    /// Those that can be read.
    seen: BTreeSet<LaunchType>,
    /// Why there may be others.
    unread: Option<Why>,
}

fn launch_types(task: &TaskView<'_>, member: &str) -> ListedTypes {
    let Listed { items, hidden } = task.member(member).list();
    let mut listed = ListedTypes { seen: BTreeSet::new(), unread: hidden };
    for item in items {
        match item.text().map(str::parse) {
            Read::Known(Ok(launch_type)) => drop(listed.seen.insert(launch_type)),
            Read::Known(Err(UnknownLaunchType)) => listed.unread = Some(Why::WrongType),
            Read::Unresolved(why) => listed.unread = Some(why),
            Read::Absent => {}
        }
    }
    listed
}
