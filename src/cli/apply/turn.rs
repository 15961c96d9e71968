//! The turn of one service: a last look, the roll-out itself, and the user's own check at the end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use super::carry;
use super::revise;
use crate::cli::args::live::Apply;
use crate::rollout::api::Aws;
use crate::rollout::apply::{Event, Evidence, OnFailure, Options, Turn, Verdict};
use crate::rollout::arn::RevisionArn;
use crate::rollout::carrier::{Mission, Stage};
use crate::rollout::record::Outcome;
use crate::rollout::register::Registration;
use crate::rollout::watch::News;

/// Rolls a revision out to one service.
pub(super) fn run(
    aws: &Aws<'_>,
    place: &carry::Turn<'_>,
    ours: &BTreeMap<usize, Registration>,
    (options, arguments): (&Options, &Apply),
    tell: &mut dyn FnMut(Event<'_>),
) -> Verdict {
    let running = &place.member.running;
    match revise::drift(aws, running, ours) {
        Ok(None) => {}
        Ok(Some(change)) => return refused(format!("{change}; it was left as it is")),
        Err(error) => return Verdict { call: error.call(), ..refused(error.to_string()) },
    }
    let mission = Mission {
        cluster: running.cluster().to_owned(),
        service: running.service.service_name.clone(),
        before: running.revision.arn.clone(),
        after: ours[&place.unit].revision.clone(),
    };
    let mut options = options.clone();
    options.patience.stall += running.service.waits() + place.member.carrier.waits();
    if mission.before.is(&mission.after) {
        // There is nothing else to go back to.
        options.on_failure = OnFailure::Leave;
    }
    let known: Vec<String> = running.service.events.iter().map(|event| event.id.clone()).collect();
    let turn = Turn {
        aws,
        carrier: &*place.member.carrier,
        mission: &mission,
        options: &options,
        checked: place.checked,
        logs: &place.logs,
        known: &known,
        news: RefCell::new(News::after(&known)),
    };
    let verdict = turn.run(tell);
    match (&arguments.how.verify, &verdict.outcome, &verdict.deployment) {
        (Some(command), Some(Outcome::Verified | Outcome::WeaklyVerified), Some(deployment)) => {
            match verified(command, &mission) {
                Ok(()) => Verdict { outcome: Some(Outcome::Verified), reason: None, ..verdict },
                Err(reason) => turn.failed(deployment, Stage::Finished, reason, Evidence::default(), tell),
            }
        }
        _ => verdict,
    }
}

fn refused(reason: String) -> Verdict {
    Verdict { outcome: Some(Outcome::NotBegun), reason: Some(reason), ..Verdict::default() }
}

/// A turn that ended by a bug of ours.
pub(super) fn broken() -> Verdict {
    let reason = "internal error; whether the deployment goes on cannot be told: look with `ecs-harden watch`";
    Verdict { outcome: Some(Outcome::NotVerified), reason: Some(reason.into()), ..Verdict::default() }
}

/// Runs the user's own check. What it prints goes to standard error, where the conversation is.
fn verified(command: &str, mission: &Mission) -> Result<(), String> {
    let service = RevisionArn(mission.after.0.clone());
    let ended = Command::new("sh")
        .arg("-c")
        .arg(command)
        .env("ECS_HARDEN_CLUSTER", &mission.cluster)
        .env("ECS_HARDEN_SERVICE", &mission.service)
        .env("ECS_HARDEN_REVISION", &service.0)
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!(
            "the command of --verify ended with {}",
            status.code().map_or_else(|| "a signal".to_owned(), |code| code.to_string())
        )),
        Err(_) => Err("the command of --verify could not be started".into()),
    }
}
