//! What somebody answered so far, and what a policy says that says the same.

use std::collections::BTreeMap;

use ecs_harden_transforms::model::TaskView;
use ecs_harden_transforms::pass::Finding;
use ecs_harden_transforms::passes;
use ecs_harden_transforms::waiver::Says;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::policy::{About, Answer};

/// A finding, by what stays the same while answers change the rest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The id of the pass.
    pub pass: String,
    /// The position of the container; none for the task itself.
    pub container: Option<usize>,
    /// What within the container it is about.
    pub subject: String,
}

impl From<&Finding> for Key {
    fn from(finding: &Finding) -> Self {
        Self {
            pass: finding.pass.id.0.to_owned(),
            container: finding.container.as_ref().map(|container| container.index),
            subject: finding.subject.clone(),
        }
    }
}

/// What somebody decided about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Verdict {
    /// The fix is applied.
    Apply {
        /// Whether it rests on a guess that was looked at.
        guess: bool,
    },
    /// There is nothing to apply, and it was looked at.
    Leave,
    /// The fix is not applied this time.
    Skip,
    /// The fix is not applied, now and later.
    Decline,
    /// Somebody lives with the finding.
    Waive {
        /// Why.
        reason: String,
        /// The last day on which that holds.
        expires: Option<Date>,
    },
}

/// A knob of one container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    /// The position of the container.
    pub container: usize,
    /// The section of the policy.
    pub section: String,
    /// The knob.
    pub knob: String,
    /// The entry of a knob that is a table.
    pub entry: Option<String>,
}

/// Whether answers are meant for this time alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// Everything that was answered.
    ThisTime,
    /// What is to be said next time too.
    NextTime,
}

/// Everything that was answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// By finding.
    pub verdicts: BTreeMap<Key, Verdict>,
    /// By knob.
    pub values: BTreeMap<Slot, Json>,
}

impl Answers {
    /// What a policy says about this task that says the same.
    pub fn as_policy(&self, task: &TaskView<'_>, lasting: Lasting) -> Vec<Answer> {
        let names = Names::of(task);
        let mut said = Vec::new();
        for (slot, value) in &self.values {
            let Some(about) = names.about(Some(slot.container)) else { continue };
            said.push(Answer::Setting {
                about,
                section: slot.section.clone(),
                knob: slot.knob.clone(),
                entry: slot.entry.clone(),
                value: value.clone(),
            });
        }
        let mut rulings: Vec<Answer> = Vec::new();
        let mut waivers = Vec::new();
        for (key, verdict) in &self.verdicts {
            let (Some(pass), Some(about)) = (passes::find(&key.pass), names.about(key.container)) else { continue };
            let subject = key.subject.clone();
            let says = match verdict {
                Verdict::Apply { guess: true } => Says::Accept,
                Verdict::Decline => Says::Decline,
                Verdict::Skip if lasting == Lasting::ThisTime => Says::Decline,
                Verdict::Waive { reason, expires } => {
                    let (reason, expires) = (reason.clone(), *expires);
                    waivers.push(Answer::Waiver { about, pass: pass.id, subject, reason, expires });
                    continue;
                }
                Verdict::Apply { guess: false } | Verdict::Leave | Verdict::Skip => continue,
            };
            push(&mut rulings, Answer::Ruling { about, says, pass: pass.id, subject });
        }
        said.extend(rulings);
        said.extend(waivers);
        said
    }
}

/// Adds a ruling: containers of which the same is said share one.
fn push(rulings: &mut Vec<Answer>, ruling: Answer) {
    if let Answer::Ruling { about, says, pass, subject } = &ruling
        && about.containers.iter().all(|name| is_plain(name))
    {
        let same = rulings.iter_mut().find_map(|there| match there {
            Answer::Ruling { about: others, says: said, pass: known, subject: what }
                if (&*said, &*known, &*what) == (says, pass, subject)
                    && others.containers.iter().all(|name| is_plain(name))
                    && !others.containers.is_empty() =>
            {
                Some(others)
            }
            _ => None,
        });
        if let Some(others) = same.filter(|_| !about.containers.is_empty()) {
            let new = about.containers.iter().filter(|name| !others.containers.contains(name)).cloned();
            let new: Vec<String> = new.collect();
            others.containers.extend(new);
            return;
        }
    }
    rulings.push(ruling);
}

/// Whether a name can stand among others in a glob.
fn is_plain(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
}

/// The names by which a policy can speak about a task.
struct Names {
    family: Option<String>,
    containers: BTreeMap<usize, Option<String>>,
}

impl Names {
    fn of(task: &TaskView<'_>) -> Self {
        let name = |container: &ecs_harden_transforms::model::ContainerView<'_>| {
            (container.index(), container.name().map(str::to_owned))
        };
        Self { family: task.family().map(str::to_owned), containers: task.seen().iter().map(name).collect() }
    }

    /// What an answer about this container is about; none where no policy could single it out.
    fn about(&self, container: Option<usize>) -> Option<About> {
        let containers = match container {
            None => Vec::new(),
            Some(index) => vec![self.containers.get(&index)?.clone()?],
        };
        Some(About { family: self.family.clone(), containers })
    }
}
