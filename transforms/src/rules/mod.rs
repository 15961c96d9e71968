//! What makes a task definition invalid, as data: each rule names a mistake, where it is made, who says so and what to do.
//!
//! The rules about fields that a launch type or Windows does not take are the rows of the target matrix ([`model::limits`]); the
//! others are here, by theme. A rule speaks only about what can be read: a placeholder breaks none, nor does the empty list, object
//! or string that `describe-task-definition` fills in.

mod containers;
mod environment;
mod launch;
mod logs;
mod ports;
mod storage;
mod tasks;
#[cfg(test)]
mod tests;

pub use containers::ULIMITS;

use crate::model::{
    self, Certainty, ContainerSlot, ContainerView, LaunchTarget, LaunchType, Os, Place, Read, TargetSource, TaskView,
};
use crate::tree::Path;

/// A mistake that makes a definition invalid.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Names the mistake, in kebab case.
    pub id: &'static str,
    /// What is wrong, as a predicate: "has no essential container".
    pub says: &'static str,
    /// The launch types that refuse it; empty where all do.
    pub refused_by: &'static [LaunchType],
    /// The API member or the AWS page that says so.
    pub source: &'static str,
    /// What registration answers, in other words, where that is known.
    pub service: Option<&'static str>,
    /// What to do.
    pub next_step: &'static str,
    /// Finds where a definition makes the mistake.
    pub check: fn(&Scene<'_>) -> Vec<Hit>,
}

/// A place where a rule is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The canonical path to point at.
    pub place: Path,
    /// The position of the container that it is about.
    pub container: Option<usize>,
    /// Who breaks the rule, as people call it.
    pub who: String,
    /// The name of the thing in question: a volume, a variable, a port. Always something that may be shown.
    pub what: Option<String>,
}

/// A rule that is broken somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The rule.
    pub id: &'static str,
    /// Where and by whom.
    pub hit: Hit,
    /// What is wrong, as a lowercase phrase.
    pub message: String,
    /// Who says so, and what registration answers.
    pub reason: String,
    /// What to do.
    pub next_step: &'static str,
}

/// A definition and what it is launched on, as the rules look at it.
#[derive(Debug)]
pub struct Scene<'d> {
    /// The task.
    pub task: TaskView<'d>,
    /// Its containers, as far as they can be read.
    pub containers: Vec<ContainerView<'d>>,
    /// Whether these are all containers, each with a name that is known.
    pub complete: bool,
    /// What it may be launched on.
    pub target: &'d LaunchTarget,
    /// The operating system.
    pub os: Os,
}

impl<'d> Scene<'d> {
    /// Looks at `task` as something to be launched on `target`.
    pub fn new(task: &TaskView<'d>, target: &'d LaunchTarget, os: Os) -> Self {
        let slots = task.containers();
        let seen = slots.iter().all(|slot| matches!(slot, ContainerSlot::Seen(_)));
        let containers = task.seen();
        let complete =
            seen && !task.is_single_container() && containers.iter().all(|container| container.name().is_some());
        Self { task: *task, containers, complete, target, os }
    }

    /// Those of `refused_by` that make a definition wrong on this target.
    ///
    /// A launch type that is listed or asked for has to take everything. Where launch types are computed or inferred, the definition
    /// merely is not for those that refuse something, unless none is left.
    pub fn refusing(&self, refused_by: &[LaunchType], certainty: Certainty) -> Vec<LaunchType> {
        let each = matches!(self.target.source, TargetSource::Listed | TargetSource::Wished);
        let refusing: Vec<LaunchType> =
            self.target.types.iter().copied().filter(|known| refused_by.contains(known)).collect();
        let enough = match certainty {
            Certainty::Refused if each => !refusing.is_empty(),
            Certainty::Refused | Certainty::Unsupported => refusing.len() == self.target.types.len(),
            Certainty::Doubtful => false,
        };
        if enough { refusing } else { Vec::new() }
    }

    /// Whether the rules of this launch type hold for the definition.
    pub fn must_suit(&self, launch_type: LaunchType) -> bool {
        !self.refusing(&[launch_type], Certainty::Refused).is_empty()
    }

    /// The container of this name, among those that can be read.
    fn named(&self, name: &str) -> Option<&ContainerView<'d>> {
        self.containers.iter().find(|container| container.name() == Some(name))
    }

    fn windows(&self) -> bool {
        self.os == Os::Windows
    }
}

impl Hit {
    fn task(member: &str) -> Self {
        Self { place: Path::root().key(member), container: None, who: "the task".into(), what: None }
    }

    fn volume(index: usize, volume: &Place<'_>, below: &[&str]) -> Self {
        let name = volume.clone().member("name").text().known();
        let who = name.map_or_else(|| format!("volume #{index}"), |name| format!("volume `{name}`"));
        let place = below.iter().fold(Path::root().key("volumes").index(index), |path, name| path.key(*name));
        Self { place, container: None, who, what: name.map(str::to_owned) }
    }

    fn container(container: &ContainerView<'_>, place: Path) -> Self {
        Self { place, container: Some(container.index()), who: container.title(), what: None }
    }

    fn member(container: &ContainerView<'_>, below: &[&str]) -> Self {
        Self::container(container, below.iter().fold(container.path(), |path, name| path.key(*name)))
    }

    fn element(container: &ContainerView<'_>, list: &[&str], index: usize) -> Self {
        let place = list.iter().fold(container.path(), |path, name| path.key(*name)).index(index);
        Self::container(container, place)
    }

    fn at(self, member: &str) -> Self {
        Self { place: self.place.key(member), ..self }
    }

    fn about(self, what: impl Into<String>) -> Self {
        Self { what: Some(what.into()), ..self }
    }
}

/// Every rule that is not a row of the target matrix.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [tasks::RULES, containers::RULES, environment::RULES, storage::RULES, ports::RULES, logs::RULES]
        .into_iter()
        .flatten()
}

/// The ids of all rules, those of the target matrix among them.
pub fn ids() -> impl Iterator<Item = &'static str> {
    let rows = model::limits().filter(|limit| limit.certainty != Certainty::Doubtful);
    rows.map(|limit| limit.id).chain(rules().map(|rule| rule.id))
}

/// Everything in `scene` that breaks a rule.
pub fn broken(scene: &Scene<'_>) -> Vec<Broken> {
    let mut broken = launch::broken(scene);
    for rule in rules() {
        let refusing = scene.refusing(rule.refused_by, Certainty::Refused);
        if !rule.refused_by.is_empty() && refusing.is_empty() {
            continue;
        }
        for hit in (rule.check)(scene) {
            let what = hit.what.as_ref().filter(|_| hit.container.is_some() || hit.who == "the task");
            let detail = what.map(|what| format!(": `{what}`")).unwrap_or_default();
            let whom = launch::whom(&refusing, false).map(|whom| format!(", which {whom}")).unwrap_or_default();
            let message = format!("{} {}{detail}{whom}", hit.who, rule.says);
            let service =
                rule.service.map(|service| format!("; registration answers that {service}")).unwrap_or_default();
            let reason = format!("{}{service}", rule.source);
            broken.push(Broken { id: rule.id, message, reason, next_step: rule.next_step, hit });
        }
    }
    broken
}

/// The containers for which `check` holds, with the member that it is about.
fn containers_where(scene: &Scene<'_>, member: &[&str], check: impl Fn(&ContainerView<'_>) -> bool) -> Vec<Hit> {
    scene
        .containers
        .iter()
        .filter(|container| check(container))
        .map(|container| Hit::member(container, member))
        .collect()
}

/// The elements of a list of every container for which `check` says something to name.
fn elements_where(
    scene: &Scene<'_>,
    list: &[&str],
    check: impl Fn(&ContainerView<'_>, &Place<'_>) -> Option<Flaw>,
) -> Vec<Hit> {
    let mut hits = Vec::new();
    for container in &scene.containers {
        let found = list.iter().skip(1).fold(container.member(list[0]), |at, name| at.member(name));
        for (index, item) in found.list().items.iter().enumerate() {
            if let Some(Flaw { member, what }) = check(container, item) {
                let hit = Hit::element(container, list, index).at(member);
                hits.push(Hit { what, ..hit });
            }
        }
    }
    hits
}

/// What is wrong with an element: which member, and what to name.
struct Flaw {
    member: &'static str,
    what: Option<String>,
}

impl Flaw {
    fn new(member: &'static str, what: impl Into<String>) -> Self {
        Self { member, what: Some(what.into()) }
    }
}

/// A text that is there and says something. No name of ECS has a brace or a bracket: somebody still has to fill that in.
fn said<'d>(place: &Place<'d>) -> Option<&'d str> {
    place
        .clone()
        .text()
        .known()
        .filter(|text| !text.trim().is_empty() && !text.contains(['{', '}', '<', '>', '$', '%']))
}

/// A text that is there and is none of `known`, in any case.
fn unknown<'d>(place: &Place<'d>, known: &[&str]) -> Option<&'d str> {
    said(place).filter(|text| !known.iter().any(|known| known.eq_ignore_ascii_case(text.trim())))
}

/// Whether the member is missing: not hidden, not empty, not outside this file.
fn missing(place: &Place<'_>) -> bool {
    *place == Read::Absent
}

/// The elements whose key came before, by position and key.
fn repeated<'d>(keys: impl Iterator<Item = Option<&'d str>>) -> Vec<(usize, &'d str)> {
    let mut seen: Vec<&str> = Vec::new();
    let mut repeated = Vec::new();
    for (index, key) in keys.enumerate() {
        let Some(key) = key else { continue };
        if seen.contains(&key) {
            repeated.push((index, key));
        } else {
            seen.push(key);
        }
    }
    repeated
}
