//! The target matrix as data: what a definition may say, and which launch types and operating system then refuse it.
//!
//! Source: the ECS API model (`ContainerDefinition.*`, `LinuxParameters.*`, `TaskDefinition.*`) and the AWS pages
//! "Task definition differences for Fargate", "Task definition parameters" and "Amazon ECS Anywhere"; each row names its own. What a
//! definition is valid for today and the rules of `invalid-definition` are both read from here.

use super::LaunchType;
use crate::document::containers;
use crate::model::container::ContainerView;
use crate::model::read::{Place, Read};
use crate::model::task::TaskView;
use crate::tree::Path;

mod containers_table;
mod tasks_table;

/// A thing that a definition may say and that some target does not take.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Names the mistake, in kebab case.
    pub id: &'static str,
    /// What the member belongs to.
    pub level: Level,
    /// The member, from its task, volume or container.
    pub member: &'static [&'static str],
    /// What it has to say for the row to hold.
    pub says: Says,
    /// What the definition does by it, as a predicate: "is privileged".
    pub phrase: &'static str,
    /// The launch types that refuse it.
    pub refused_by: &'static [LaunchType],
    /// Whether Windows refuses it.
    pub windows: OnWindows,
    /// How the launch types refuse it.
    pub certainty: Certainty,
    /// The API member or the AWS page that says so.
    pub source: &'static str,
    /// What to do.
    pub next_step: &'static str,
}

/// What a member belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The task definition.
    Task,
    /// Each of its volumes.
    Volume,
    /// Each of its containers.
    Container,
}

/// What a member has to say for a row to hold. What is unresolved says nothing.
#[derive(Clone, Copy, Debug)]
pub enum Says {
    /// Anything but an empty value.
    Filled,
    /// `true`.
    On,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Something else than these.
    NoneOf(&'static [&'static str]),
    /// Nothing, or something else than this.
    NotOnly(&'static str),
    /// Nothing: the member is missing.
    Missing,
    /// What this finds out about the task.
    Task(fn(&TaskView<'_>) -> bool),
    /// What this finds out about the container.
    Container(fn(&ContainerView<'_>) -> bool),
}

/// Whether a Windows task may say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnWindows {
    /// It may, or nothing tells.
    Takes,
    /// It may not.
    Refuses,
}

/// How launch types refuse what a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// A definition that lists one of them cannot be registered.
    Refused,
    /// AWS documents it for other launch types alone; beside one of those nothing says that registration fails.
    Unsupported,
    /// Sources contradict each other: good enough to leave it out, not to call it wrong.
    Doubtful,
}

/// A place where a definition says what a row is about.
#[derive(Clone, Debug)]
pub struct LimitHit<'d> {
    /// The canonical path of the member.
    pub place: Path,
    /// Whose member it is.
    pub owner: Owner<'d>,
}

/// What says it.
#[derive(Clone, Debug)]
pub enum Owner<'d> {
    /// The task as a whole.
    Task,
    /// A volume, by name where it is known.
    Volume(Option<&'d str>),
    /// A container.
    Container(ContainerView<'d>),
}

/// Every row.
pub fn limits() -> impl Iterator<Item = &'static Limit> {
    tasks_table::ROWS.iter().chain(containers_table::ROWS)
}

impl Limit {
    const fn new(id: &'static str, level: Level, member: &'static [&'static str], says: Says) -> Self {
        Self {
            id,
            level,
            member,
            says,
            phrase: "",
            refused_by: &[],
            windows: OnWindows::Takes,
            certainty: Certainty::Refused,
            source: "",
            next_step: "",
        }
    }

    const fn refused_by(self, refused_by: &'static [LaunchType]) -> Self {
        Self { refused_by, ..self }
    }

    const fn and_windows(self) -> Self {
        Self { windows: OnWindows::Refuses, ..self }
    }

    const fn merely(self, certainty: Certainty) -> Self {
        Self { certainty, ..self }
    }

    const fn told(self, phrase: &'static str, source: &'static str, next_step: &'static str) -> Self {
        Self { phrase, source, next_step, ..self }
    }

    /// Every place where `task` says what this row is about.
    pub fn hits<'d>(&self, task: &TaskView<'d>) -> Vec<LimitHit<'d>> {
        match self.level {
            Level::Task => {
                let found = self.member.iter().skip(1).fold(task.member(self.member[0]), |at, name| at.member(name));
                let holds = match self.says {
                    Says::Task(fact) => fact(task),
                    _ => self.holds(&found),
                };
                let hit = holds.then(|| LimitHit { place: self.below(Path::root()), owner: Owner::Task });
                hit.into_iter().collect()
            }
            Level::Volume => self.volume_hits(task),
            Level::Container => {
                let seen = task.seen().into_iter().filter(|container| match self.says {
                    Says::Container(fact) => fact(container),
                    _ => self.holds(
                        &self.member[1..].iter().fold(container.member(self.member[0]), |at, name| at.member(name)),
                    ),
                });
                let hits = seen.map(|container| LimitHit {
                    place: self.below(containers().index(container.index())),
                    owner: Owner::Container(container),
                });
                hits.collect()
            }
        }
    }

    fn volume_hits<'d>(&self, task: &TaskView<'d>) -> Vec<LimitHit<'d>> {
        let volumes = task.member("volumes").list().items.into_iter().enumerate();
        let hits = volumes
            .filter(|(_, volume)| self.holds(&self.member.iter().fold(volume.clone(), |at, name| at.member(name))));
        let hits = hits.map(|(index, volume)| LimitHit {
            place: self.below(Path::root().key("volumes").index(index)),
            owner: Owner::Volume(volume.member("name").text().known()),
        });
        hits.collect()
    }

    fn below(&self, owner: Path) -> Path {
        self.member.iter().fold(owner, |path, name| path.key(*name))
    }

    fn holds(&self, found: &Place<'_>) -> bool {
        let text = || found.clone().text();
        match self.says {
            Says::Filled => found.is_filled(),
            Says::On => found.clone().flag() == Read::Known(true),
            Says::OneOf(values) => matches!(text(), Read::Known(value) if values.contains(&value)),
            Says::NoneOf(values) => {
                matches!(text(), Read::Known(value) if !value.trim().is_empty() && !values.contains(&value))
            }
            Says::NotOnly(value) => match text() {
                Read::Known(known) => known != value,
                Read::Absent => true,
                Read::Unresolved(_) => false,
            },
            Says::Missing => *found == Read::Absent,
            Says::Task(_) | Says::Container(_) => false,
        }
    }
}
