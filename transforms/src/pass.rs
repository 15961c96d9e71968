//! The vocabulary of the passes: pass, finding, fix, applicability, provenance.

use std::fmt;

use crate::edit::Edit;
use crate::intent::Intent;
use crate::knobs::Knob;
use crate::model::{ContainerSlot, ContainerView, TaskView, Why};
pub use crate::provenance::{ImagePart, Page, Provenance, Source, Vouched, Voucher};
use crate::tree::Path;
use crate::weakness::Weaknesses;

/// The id of a pass: it names the weakness in kebab case, so that "waive root-user" reads well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PassId(pub &'static str);

impl fmt::Display for PassId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

/// A weakness that can be found, and mended or explained. A static value.
#[derive(Debug)]
pub struct Pass {
    /// Names the weakness.
    pub id: PassId,
    /// The weakness in one line, for lists.
    pub summary: &'static str,
    /// How much it matters: the severity of its Security Hub control where it has one.
    pub severity: Severity,
    /// The controls and rules of others that look for the same.
    pub controls: &'static [&'static str],
    /// The applicabilities that its remedies can have, weakest first.
    pub yields: &'static [Yield],
    /// The table of the policy that holds its settings; its id unless people would look for them under another name.
    pub section: &'static str,
    /// Its settings.
    pub knobs: &'static [Knob],
    /// When it runs.
    pub run: Run,
    /// Its page, in Markdown.
    pub page: &'static str,
    /// What it finds as data, so that other gates can be told.
    pub weaknesses: Weaknesses,
    /// Looks for the weakness.
    pub inspect: fn(&TaskView<'_>, &Intent) -> Vec<Finding>,
}

impl PartialEq for Pass {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// When a pass runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// Unless it is skipped or disabled.
    ByDefault,
    /// Only where it is named by `--only` or enabled.
    OnRequest,
}

/// How much a weakness matters, by the words of Security Hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// The lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How far a fix can be trusted on its own, for the launch target at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// Needs a fact that nobody gave, or fails unless something outside the file exists.
    Manual,
    /// May break what leaned on the weakness.
    Unsafe,
    /// No task that ran before can fail or lose data through it.
    Safe,
}

impl Applicability {
    /// The lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Unsafe => "unsafe",
            Self::Safe => "safe",
        }
    }
}

/// An applicability that the remedies of a pass can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Yield {
    /// The applicability.
    pub applicability: Applicability,
    /// When a remedy has it, as a lowercase phrase for the catalogue.
    pub when: &'static str,
}

/// One weakness at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The pass that found it.
    pub pass: &'static Pass,
    /// The controls that look for the same here.
    pub controls: Vec<&'static str>,
    /// The canonical path to point at.
    pub place: Path,
    /// The container it is about.
    pub container: Option<ContainerRef>,
    /// What within the container it is about: a member, a capability.
    pub subject: String,
    /// What is weak, as a lowercase phrase.
    pub message: String,
    /// What can be done.
    pub remedy: Remedy,
    /// What other rules say about the same thing, before and after.
    pub verdicts: Vec<Verdict>,
}

/// A container as findings name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContainerRef {
    /// The position in `containerDefinitions`.
    pub index: usize,
    /// The name, where it is known.
    pub name: Option<String>,
}

/// What can be done about a finding.
#[derive(Clone, Debug, PartialEq)]
pub enum Remedy {
    /// Edits mend it.
    Fix(Fix),
    /// A person has to act, or to say something.
    Manual(Vec<Obstacle>),
    /// Whether it is weak at all depends on a value that is unresolved.
    Undetermined(Obstacle),
}

impl Remedy {
    /// The applicability; `None` for what is undetermined.
    pub const fn applicability(&self) -> Option<Applicability> {
        match self {
            Self::Fix(fix) => Some(fix.applicability),
            Self::Manual(_) => Some(Applicability::Manual),
            Self::Undetermined(_) => None,
        }
    }
}

/// Edits that mend a finding, applied or withheld as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does, as an imperative.
    pub title: String,
    /// How far it can be trusted.
    pub applicability: Applicability,
    /// The edits, on canonical paths of the unedited definition.
    pub edits: Vec<Edit>,
    /// The values it rests on, and who vouches for each.
    pub values: Vec<Vouched<String>>,
    /// What may break, and how to find out. Never empty for a fix that is not safe.
    pub risks: Vec<Risk>,
}

impl Fix {
    /// The weakest provenance of all values that the fix rests on.
    pub fn weakest(&self) -> Provenance {
        self.values.iter().map(|value| value.by.kind).min().unwrap_or(Provenance::Definition)
    }
}

/// What a fix may break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// The scenario.
    pub breaks: String,
    /// How to find out whether it happens.
    pub test: String,
}

impl Risk {
    /// A scenario and its test.
    pub fn new(breaks: impl Into<String>, test: impl Into<String>) -> Self {
        Self { breaks: breaks.into(), test: test.into() }
    }

    /// What to say of a fix made as for Linux when nothing tells the operating system.
    pub fn unknown_os() -> Self {
        Self::new(
            "nothing tells the operating system, so this is what Linux containers need",
            "say which it is: --os linux or --os windows",
        )
    }
}

/// Why a finding is left to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The reason.
    pub reason: String,
    /// The one thing to do next.
    pub next_step: String,
}

impl Obstacle {
    /// A reason and what to do next.
    pub fn new(reason: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { reason: reason.into(), next_step: next_step.into() }
    }

    /// A field that cannot be read.
    pub fn unresolved(field: &str, why: Why) -> Self {
        let next_step = match why {
            Why::OutsideThisFile => {
                "check the whole task definition, for example the output of `aws ecs describe-task-definition`"
            }
            Why::WrongType => "write the field as ECS takes it, then run this again",
            Why::Placeholder | Why::MayBeHidden => "check the rendered file, or write the value here",
        };
        Self::new(format!("{field} {}", why.phrase()), next_step)
    }
}

/// What somebody else's rule says about the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The rule.
    pub rule: &'static str,
    /// Whether the definition passes it now.
    pub before: bool,
    /// Whether it passes with the fix; `None` without a fix.
    pub after: Option<bool>,
}

/// Looks at every container, and reports those that cannot be read as undetermined.
pub fn each_container(
    pass: &'static Pass,
    task: &TaskView<'_>,
    mut inspect: impl FnMut(&ContainerView<'_>) -> Vec<Finding>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for slot in task.containers() {
        match slot {
            ContainerSlot::Seen(container) => findings.extend(inspect(&container)),
            ContainerSlot::Hidden { path, why } => findings.push(hidden_container(pass, path, why)),
        }
    }
    findings
}

fn hidden_container(pass: &'static Pass, path: Path, why: Why) -> Finding {
    Finding {
        pass,
        controls: pass.controls.to_vec(),
        subject: path.to_string(),
        place: path,
        container: None,
        message: "a container that cannot be read here".into(),
        remedy: Remedy::Undetermined(Obstacle::unresolved("the container", why)),
        verdicts: Vec::new(),
    }
}

/// A finding of `pass` about a member of `container`.
pub fn finding(
    pass: &'static Pass,
    container: &ContainerView<'_>,
    subject: &str,
    message: String,
    remedy: Remedy,
) -> Finding {
    Finding {
        pass,
        controls: pass.controls.to_vec(),
        place: container.path(),
        container: Some(ContainerRef { index: container.index(), name: container.name().map(str::to_owned) }),
        subject: subject.to_owned(),
        message,
        remedy,
        verdicts: Vec::new(),
    }
}

/// A finding of `pass` about a member of the task itself.
pub fn task_finding(pass: &'static Pass, member: &str, message: String, remedy: Remedy) -> Finding {
    Finding {
        pass,
        controls: pass.controls.to_vec(),
        place: Path::root().key(member),
        container: None,
        subject: member.to_owned(),
        message,
        remedy,
        verdicts: Vec::new(),
    }
}
