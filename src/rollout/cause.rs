//! Why tasks of a new revision do not stay: from what ECS tells of them and, where they may be read, from their logs.
//!
//! Logs and sentences may hold secrets. What is shown of them is what [`evidence`] recognised (paths, ports, capabilities) and the class
//! that a sentence of ECS belongs to, never their text.

mod sentences;

use std::collections::{BTreeMap, BTreeSet};

use ecs_harden_transforms::evidence::{self, Kind, Sign};

use self::sentences::{Rank, class, elsewhere};
use super::api::{ServiceEvent, Task, TaskContainer};
use super::said::Said;
use crate::output::counted;
use crate::output::learnt::{Step, told};
use crate::policy::{Additions, KeepAddition, PathAddition, merge};

/// A likely cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What happened, and in how many tasks.
    pub what: String,
    /// Its class: `read-only`, `secret`, `target-health`.
    pub sign: &'static str,
    /// The container that it is about.
    pub container: Option<String>,
    /// The lines of a policy that would prevent it, as `ecs-harden learn` prints them. A setting is a complete list, so the first cause of
    /// a container has the lines for all of its causes.
    pub policy_lines: Option<String>,
    /// The one thing to do next.
    pub next_step: String,
}

/// What was read from the log of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The name of the container.
    pub container: String,
    /// Its last lines.
    pub lines: Vec<String>,
}

/// The likely causes, likeliest first, each once. `tasks` are those that stopped; `events` those since the deployment began.
pub fn causes(tasks: &[Task], events: &[ServiceEvent], logs: &[Log]) -> Vec<Cause> {
    let mut found = Found::default();
    for log in logs {
        for sign in evidence::read(&log.lines.join("\n")) {
            found.sign(&log.container, &sign, None);
        }
    }
    for task in tasks {
        found.task(task);
    }
    for event in events {
        if let Some(sentence) = class(event.message.unmasked()) {
            let seen = Seen { sign: sentence.sign, what: sentence.what.to_owned(), container: None };
            found.add(sentence.rank, seen, sentence.next_step.to_owned(), Some(Place::Event(&event.id)));
        }
    }
    found.causes()
}

/// What makes two causes one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    sign: &'static str,
    what: String,
    container: Option<String>,
}

/// Where a cause was seen, so that it is counted once for each task or event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place<'a> {
    Task(&'a str),
    Event(&'a str),
}

struct Entry<'a> {
    rank: Rank,
    seen: Seen,
    next_step: String,
    places: BTreeSet<Place<'a>>,
}

#[derive(Default)]
struct Found<'a> {
    entries: Vec<Entry<'a>>,
    additions: BTreeMap<String, Additions>,
}

impl<'a> Found<'a> {
    fn add(&mut self, rank: Rank, seen: Seen, next_step: String, place: Option<Place<'a>>) {
        match self.entries.iter_mut().find(|entry| entry.seen == seen) {
            Some(entry) => entry.places.extend(place),
            None => self.entries.push(Entry { rank, seen, next_step, places: place.into_iter().collect() }),
        }
    }

    fn sign(&mut self, container: &str, sign: &Sign, place: Option<Place<'a>>) {
        // What only shows that a program writes is no failure.
        if sign.kind == Kind::Written {
            return;
        }
        let told = told(sign);
        add(self.additions.entry(container.to_owned()).or_default(), told.step, sign.line);
        let seen = Seen { sign: name(sign.kind), what: told.found, container: Some(container.to_owned()) };
        self.add(Rank::Named, seen, told.hint, place);
    }

    fn task(&mut self, task: &'a Task) {
        let place = Some(Place::Task(&task.task_arn));
        let stop_code = task.stop_code.as_deref().unwrap_or_default();
        if let Some((sign, what)) = elsewhere(stop_code) {
            let next_step = "the revision is not to blame; ECS starts another task".to_owned();
            self.add(Rank::Elsewhere, Seen { sign, what: what.to_owned(), container: None }, next_step, place);
            return;
        }
        // What ECS says of a container it mostly says of its task too.
        let class_of = |text: &Said| class(text.unmasked()).map(|class| class.sign);
        let told: Vec<_> = task.containers.iter().filter_map(|it| class_of(it.reason.as_ref()?)).collect();
        if let Some(reason) =
            task.stopped_reason.as_ref().filter(|text| class_of(text).is_some_and(|it| !told.contains(&it)))
        {
            self.sentence(reason, None, place);
        }
        for container in &task.containers {
            if let Some(reason) = &container.reason {
                self.sentence(reason, Some(&container.name), place);
            }
            self.exit(container, stop_code, place);
        }
    }

    /// A sentence of ECS about a task or one of its containers. What the program says in it is more than what its class says.
    fn sentence(&mut self, said: &Said, container: Option<&str>, place: Option<Place<'a>>) {
        let text = said.unmasked();
        let class = class(text);
        let is_of_container = class.is_none_or(|class| class.sign == "start");
        let signs = if is_of_container { evidence::read(text) } else { Vec::new() };
        if let (false, Some(container)) = (signs.is_empty(), container) {
            for sign in &signs {
                self.sign(container, sign, place);
            }
        } else if let Some(class) = class {
            let seen = Seen { sign: class.sign, what: class.what.to_owned(), container: container.map(str::to_owned) };
            self.add(class.rank, seen, class.next_step.to_owned(), place);
        }
    }

    /// How a container ended. Where ECS stopped the task itself, the code only tells that it was stopped.
    fn exit(&mut self, container: &TaskContainer, stop_code: &str, place: Option<Place<'a>>) {
        let Some(code) = container.exit_code.filter(|code| *code != 0 && stop_code == "EssentialContainerExited")
        else {
            return;
        };
        // 128 and the number of the signal: SIGKILL is what the kernel sends where memory ran out.
        let (sign, what, next_step) = match code {
            137 => (
                "killed",
                "killed (exit code 137), which mostly means that memory ran out".to_owned(),
                "raise `memory` of the container or the task; what is written to a tmpfs and the buffer of the logs count as memory too",
            ),
            126 | 127 => (
                "not-started",
                format!("the program could not be run (exit code {code})"),
                "see that the user may read and run it, and that it does not start from a mount without `exec`",
            ),
            _ => (
                "exit",
                format!("ended with exit code {code}"),
                "read its log: `ecs-harden learn` finds in it what hardening would cause",
            ),
        };
        let seen = Seen { sign, what, container: Some(container.name.clone()) };
        self.add(Rank::Symptom, seen, next_step.to_owned(), place);
    }

    fn causes(self) -> Vec<Cause> {
        let Self { mut entries, additions } = self;
        // How a container ended says nothing more where it is known what ended it.
        let explained: BTreeSet<Option<String>> = entries
            .iter()
            .filter(|entry| entry.rank == Rank::Named)
            .map(|entry| entry.seen.container.clone())
            .collect();
        entries.retain(|entry| {
            let is_exit = ["killed", "not-started", "exit"].contains(&entry.seen.sign);
            !(is_exit && explained.contains(&entry.seen.container))
        });
        entries.sort_by_key(|entry| (entry.rank, std::cmp::Reverse(entry.places.len())));
        let mut told = BTreeSet::new();
        let cause = |entry: Entry<'_>| {
            let first = entry.rank == Rank::Named && told.insert(entry.seen.container.clone());
            let container = entry.seen.container.clone();
            let lines = container.as_ref().filter(|_| first).and_then(|name| lines(name, additions.get(name)?));
            Cause {
                what: format!("{}{}", entry.seen.what, count(&entry.places)),
                sign: entry.seen.sign,
                container,
                policy_lines: lines,
                next_step: entry.next_step,
            }
        };
        entries.into_iter().map(cause).collect()
    }
}

/// How many tasks, or events, tell it; nothing where it is one.
fn count(places: &BTreeSet<Place<'_>>) -> String {
    let tasks = places.iter().filter(|place| matches!(place, Place::Task(_))).count();
    match (tasks, places.len()) {
        (2.., _) => format!(" ({})", counted(tasks, "task")),
        (0, events @ 2..) => format!(" ({})", counted(events, "event")),
        _ => String::new(),
    }
}

/// Adds what follows from a sign, that a line of a log gives, to what a policy is to get; each once.
pub fn add(additions: &mut Additions, step: Step, line: usize) {
    match step {
        Step::Mount { path, exec, larger } => match additions.paths.iter_mut().find(|known| known.path == path) {
            Some(known) => (known.exec, known.larger) = (known.exec || exec, known.larger || larger),
            None => additions.paths.push(PathAddition { path, exec, larger, line }),
        },
        Step::Keep(name) if !additions.keep.iter().any(|known| known.name == name) => {
            additions.keep.push(KeepAddition { name, line });
        }
        Step::Keep(_) | Step::Advice => {}
    }
}

/// The lines as `ecs-harden learn` prints them.
fn lines(container: &str, additions: &Additions) -> Option<String> {
    let lines = merge("", container, additions).ok().filter(|_| !additions.is_empty())?;
    Some(lines.trim_start().to_owned())
}

const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::ReadOnly => "read-only",
        Kind::Permission => "permission",
        Kind::Bind => "low-port",
        Kind::Chown => "chown",
        Kind::Setuid => "setuid",
        Kind::Setgid => "setgid",
        Kind::Capability => "capability",
        Kind::FileCapability => "file-capability",
        Kind::NoExec => "no-exec",
        Kind::NoSpace => "no-space",
        Kind::OutOfMemory => "out-of-memory",
        Kind::MissingDirectory => "missing-directory",
        Kind::NoNewPrivileges => "no-new-privileges",
        Kind::OpenFiles => "open-files",
        Kind::Written => "written",
    }
}

#[cfg(test)]
mod tests;
