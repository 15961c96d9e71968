//! What is said at the end of a run: what became of each service, why, and how to go on.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::carry::{Carried, Place};
use crate::cli::Exit;
use crate::output::{clean, counted};
use crate::rollout::api::Task;
use crate::rollout::apply::Verdict;
use crate::rollout::arn::{RevisionArn, service_name};
use crate::rollout::cause::Cause;
use crate::rollout::port::Failure;
use crate::rollout::record::{Entry, Outcome};

/// So many likely causes are told.
const CAUSES: usize = 5;

/// The exit status of a run. What was not looked at this time counts as it was written down.
pub(super) fn exit(carried: &Carried) -> Exit {
    let services = carried.record.services.iter().enumerate();
    let services = services.map(|(number, entry)| match carried.verdicts.get(&number) {
        Some(verdict) => exit_of(verdict),
        // What stopped the run says why nothing was begun.
        None if carried.stopped.is_some() => Exit::Clean,
        None => exit_of_outcome(entry.outcome),
    });
    services.chain(carried.stopped.as_ref().map(crate::cli::CliError::exit)).max().unwrap_or(Exit::Clean)
}

/// The exit status that a verdict asks for.
pub(super) fn exit_of(verdict: &Verdict) -> Exit {
    if verdict.interrupted {
        return Exit::Interrupted;
    }
    match verdict.outcome {
        Some(Outcome::NotBegun) if verdict.call.is_some() => Exit::Aws,
        Some(outcome) => exit_of_outcome(outcome),
        None => Exit::NotVerified,
    }
}

const fn exit_of_outcome(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Verified | Outcome::WeaklyVerified | Outcome::Unchanged => Exit::Clean,
        Outcome::NotBegun | Outcome::Superseded => Exit::Refused,
        Outcome::RolledBack | Outcome::Failed => Exit::Failed,
        Outcome::NotVerified | Outcome::Begun => Exit::NotVerified,
    }
}

/// The summary for people.
pub(super) fn render(carried: &Carried) -> String {
    let mut text = String::new();
    let many = carried.record.services.len() > 1;
    if many {
        text.push_str(&table(&carried.record.services));
    }
    for (number, entry) in carried.record.services.iter().enumerate() {
        match carried.verdicts.get(&number) {
            // The table tells it.
            Some(verdict) if many && exit_of(verdict) == Exit::Clean => {}
            Some(verdict) => text.push_str(&of_service(entry, verdict, &carried.place)),
            None if !many => line(&mut text, &headline(entry)),
            None => {}
        }
    }
    if carried.record.services.is_empty() {
        for registration in carried.registrations.values() {
            line(&mut text, &format!("{} is registered; no service was changed", registration.revision.short()));
        }
    } else if let Place::Record(path) = &carried.place {
        line(&mut text, &format!("record: {}", path.display()));
    }
    text
}

/// A line for each service.
fn table(entries: &[Entry]) -> String {
    let name = |entry: &Entry| service_name(&entry.service).to_owned();
    let width = entries.iter().map(|entry| name(entry).chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for entry in entries {
        line(&mut text, &format!("  {:width$}  {:15}  {}", name(entry), outcome(entry.outcome), revisions(entry)));
    }
    text
}

fn headline(entry: &Entry) -> String {
    format!("{}: {}: {}", service_name(&entry.service), outcome(entry.outcome), revisions(entry))
}

fn revisions(entry: &Entry) -> String {
    let before = entry.before.short();
    match (&entry.after, entry.outcome) {
        (Some(after), Outcome::Verified | Outcome::WeaklyVerified) => {
            format!("runs {}, ran {before}", after.short())
        }
        (Some(after), Outcome::NotVerified) if entry.deployment.is_none() => {
            format!("may have been given {}, ran {before}", after.short())
        }
        (Some(after), Outcome::Begun | Outcome::NotVerified) => format!("was given {}, ran {before}", after.short()),
        (Some(after), Outcome::RolledBack) => format!("runs {before} again, and not {}", after.short()),
        (Some(after), Outcome::Failed) => format!("was given {}, which failed; ran {before}", after.short()),
        (_, Outcome::Superseded) => format!("ran {before}; somebody else deployed"),
        (_, _) => format!("runs {before}"),
    }
}

/// What became of one service.
fn of_service(entry: &Entry, verdict: &Verdict, place: &Place) -> String {
    let mut text = String::new();
    line(&mut text, &headline(entry));
    if let Some(reason) = &verdict.reason {
        line(&mut text, &format!("  because {reason}"));
    }
    if !verdict.stopped.is_empty() {
        line(&mut text, &format!("  {}", ends(&verdict.stopped)));
    }
    for cause in verdict.causes.iter().take(CAUSES) {
        text.push_str(&of_cause(cause));
    }
    for why in &verdict.logs_not_read {
        line(&mut text, &format!("  logs not read {why}"));
    }
    for next in next_steps(entry, verdict, place) {
        line(&mut text, &format!("  next: {next}"));
    }
    text
}

fn of_cause(cause: &Cause) -> String {
    let mut text = String::new();
    let about = cause.container.as_ref().map(|container| format!("`{container}`: ")).unwrap_or_default();
    line(&mut text, &format!("  likely cause: {about}{}", cause.what));
    line(&mut text, &format!("    next: {}", cause.next_step));
    if let Some(lines) = &cause.policy_lines {
        line(&mut text, "    the policy that prevents it:");
        for written in lines.lines() {
            line(&mut text, &format!("      {written}"));
        }
    }
    text
}

/// How tasks ended, in codes; the sentences of ECS may repeat what a container was given.
fn ends(stopped: &[Task]) -> String {
    let mut told: Vec<String> = Vec::new();
    for task in stopped {
        let code = task.stop_code.as_deref().unwrap_or("without a code");
        let exits = task.containers.iter().filter_map(|it| Some(format!("`{}` with {}", it.name, it.exit_code?)));
        let exits: Vec<String> = exits.collect();
        let exits = if exits.is_empty() { String::new() } else { format!(" ({})", exits.join(", ")) };
        told.push(format!("{code}{exits}"));
    }
    told.sort();
    told.dedup();
    format!("{} stopped: {}", counted(stopped.len(), "task"), told.join("; "))
}

/// What to do now.
fn next_steps(entry: &Entry, verdict: &Verdict, place: &Place) -> Vec<String> {
    let flags = place.flags();
    let watch = format!("`ecs-harden watch {flags}` goes on looking");
    let back = format!("`ecs-harden rollback {flags}` gives the service {} again", entry.before.short());
    if let Some(error) = verdict.call.as_ref().filter(|error| error.failure != Failure::Interrupted) {
        if error.is_uncertain() && verdict.deployment.is_none() && entry.after.is_some() {
            return vec![format!("`ecs-harden watch {flags}` looks whether it was begun, and goes on"), back];
        }
        let mut steps = vec![error.next_step()];
        if verdict.deployment.is_some() {
            steps.extend([watch, back]);
        }
        return steps;
    }
    match entry.outcome {
        _ if verdict.interrupted && verdict.deployment.is_some() => vec![watch, back],
        Outcome::Begun => vec![watch, back],
        Outcome::NotVerified if verdict.nothing_runs => {
            vec!["raise desiredCount, and look whether a task stays".to_owned(), back]
        }
        Outcome::NotVerified if !verdict.causes.is_empty() && verdict.stopped.is_empty() && verdict.baked => {
            vec!["see whether it works although something was refused".to_owned(), back]
        }
        Outcome::NotVerified if verdict.deployment.is_some() => vec![watch, back],
        Outcome::NotVerified => vec!["look at the service before you run this again".to_owned()],
        Outcome::WeaklyVerified => {
            vec!["see whether it works; a health check, or --verify COMMAND, tells the next time".to_owned()]
        }
        Outcome::Failed => vec![back],
        Outcome::RolledBack if verdict.reason.is_none() => {
            let after = entry.after.as_ref().map(RevisionArn::short).unwrap_or_default();
            vec![format!(
                "who names the family alone still starts {after}; `aws ecs deregister-task-definition --task-definition {after}` ends that"
            )]
        }
        Outcome::RolledBack if verdict.causes.is_empty() => {
            vec!["read the logs of the tasks that stopped: `ecs-harden learn` finds what hardening causes".to_owned()]
        }
        Outcome::NotBegun | Outcome::Superseded => vec!["run it again, and look at what it shows".to_owned()],
        Outcome::RolledBack | Outcome::Verified | Outcome::Unchanged => Vec::new(),
    }
}

/// The summary for programs: one object.
pub(super) fn to_json(carried: &Carried, exit: Exit) -> Json {
    let services = carried.record.services.iter().enumerate().map(|(number, entry)| {
        let mut told = serde_json::to_value(entry).unwrap_or_default();
        if let Some(verdict) = carried.verdicts.get(&number) {
            told["causes"] = verdict.causes.iter().map(cause_json).collect();
            told["logsNotRead"] = json!(verdict.logs_not_read);
        }
        told
    });
    json!({
        "event": "ended",
        "exit": exit as u8,
        "record": carried.place.record(),
        "services": services.collect::<Vec<_>>(),
        "registered": carried.registrations.values().map(|told| told.revision.0.clone()).collect::<Vec<_>>(),
    })
}

fn cause_json(cause: &Cause) -> Json {
    json!({
        "sign": cause.sign,
        "container": cause.container,
        "what": cause.what,
        "nextStep": cause.next_step,
        "policyLines": cause.policy_lines,
    })
}

const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NotBegun => "not begun",
        Outcome::Unchanged => "unchanged",
        Outcome::Begun => "begun",
        Outcome::Verified => "verified",
        Outcome::WeaklyVerified => "weakly verified",
        Outcome::NotVerified => "not verified",
        Outcome::RolledBack => "rolled back",
        Outcome::Failed => "failed",
        Outcome::Superseded => "superseded",
    }
}

fn line(text: &mut String, said: &str) {
    writeln!(text, "{}", clean(said)).expect("a string can always be written to");
}
