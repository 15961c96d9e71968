//! What makes a definition weak, as data: passes ask it, and the binary writes it as rules for other gates.

use crate::model::{ContainerView, Fact, LaunchTarget, LaunchType, Os, Place, Read, TaskView};

/// One way in which a definition is weak.
#[derive(Debug)]
pub struct Weakness {
    /// What it is, as a lowercase phrase.
    pub phrase: &'static str,
    /// The operating systems for which it counts.
    pub systems: Systems,
    /// It does not count where the definition is for none but these.
    pub not_for: &'static [LaunchType],
    /// What the task says as well.
    pub task: &'static [Fact],
    /// What is weak.
    pub of: Of,
    /// What that says.
    pub says: &'static [Fact],
}

/// Operating systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Systems {
    /// Every one.
    All,
    /// All but Windows.
    NotWindows,
    /// Windows alone.
    Windows,
}

/// What a weakness is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The task.
    Task,
    /// One of its containers.
    Container,
    /// One of its volumes.
    Volume,
}

/// How much of what a pass finds its weaknesses tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// All but this.
    But(&'static str),
    /// Nothing, since this would take more than data.
    Nothing(&'static str),
}

/// What a pass finds, as data.
#[derive(Debug)]
pub struct Weaknesses {
    /// The weaknesses; any of them is a finding.
    pub any: &'static [&'static Weakness],
    /// How much of what the pass finds they tell.
    pub extent: Extent,
}

impl Weaknesses {
    /// What no data tells.
    pub const fn none(why: &'static str) -> Self {
        Self { any: &[], extent: Extent::Nothing(why) }
    }

    /// These, and nothing besides.
    pub const fn whole(any: &'static [&'static Weakness]) -> Self {
        Self { any, extent: Extent::Whole }
    }

    /// These, and what the pass finds besides is this.
    pub const fn all_but(rest: &'static str, any: &'static [&'static Weakness]) -> Self {
        Self { any, extent: Extent::But(rest) }
    }

    /// Whether any of them is there, as far as it can be read: what is unresolved is not weak.
    pub fn judge(&self, task: &TaskView<'_>, target: &LaunchTarget, os: Os) -> bool {
        self.any.iter().any(|weakness| weakness.judge(task, target, os))
    }
}

impl Weakness {
    /// A weakness of containers, wherever they run.
    pub const fn container(phrase: &'static str, says: &'static [Fact]) -> Self {
        Self { phrase, systems: Systems::All, not_for: &[], task: &[], of: Of::Container, says }
    }

    /// A weakness of the task, wherever it runs.
    pub const fn task(phrase: &'static str, says: &'static [Fact]) -> Self {
        Self { of: Of::Task, ..Self::container(phrase, says) }
    }

    /// A weakness of volumes, wherever the task runs.
    pub const fn volume(phrase: &'static str, says: &'static [Fact]) -> Self {
        Self { of: Of::Volume, ..Self::container(phrase, says) }
    }

    /// The same, on these operating systems alone.
    #[must_use]
    pub const fn on(self, systems: Systems) -> Self {
        Self { systems, ..self }
    }

    /// The same, but not where the definition is for none but these.
    #[must_use]
    pub const fn not_for(self, not_for: &'static [LaunchType]) -> Self {
        Self { not_for, ..self }
    }

    /// The same, where the task says this as well.
    #[must_use]
    pub const fn where_task(self, task: &'static [Fact]) -> Self {
        Self { task, ..self }
    }

    fn judge(&self, task: &TaskView<'_>, target: &LaunchTarget, os: Os) -> bool {
        let excused = !self.not_for.is_empty() && target.types.iter().all(|known| self.not_for.contains(known));
        let said = |read: Read<bool>| read == Read::Known(true);
        self.counts_on(os)
            && !excused
            && said(Fact::all(self.task, task, task))
            && match self.of {
                Of::Task => said(self.of_task(task)),
                Of::Container => task.seen().iter().any(|container| said(self.of_container(container))),
                Of::Volume => {
                    let volumes = task.member("volumes").list().items;
                    volumes.iter().any(|volume| said(self.of_volume(task, volume)))
                }
            }
    }

    /// Whether it counts on this operating system.
    pub fn counts_on(&self, os: Os) -> bool {
        match self.systems {
            Systems::All => true,
            Systems::NotWindows => os != Os::Windows,
            Systems::Windows => os == Os::Windows,
        }
    }

    /// Whether a container has it, on whatever it runs.
    pub fn of_container(&self, container: &ContainerView<'_>) -> Read<bool> {
        Fact::all(self.says, &container.task(), container)
    }

    /// Whether a volume of the task has it, on whatever that runs.
    pub fn of_volume<'d>(&self, task: &TaskView<'d>, volume: &Place<'d>) -> Read<bool> {
        Fact::all(self.says, task, volume)
    }

    /// Whether the task has it, on whatever it runs.
    pub fn of_task(&self, task: &TaskView<'_>) -> Read<bool> {
        Fact::all(self.says, task, task)
    }
}
