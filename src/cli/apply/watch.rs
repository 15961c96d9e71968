//! `ecs-harden watch`: goes on looking at the deployments of a run, or at the latest one of a service.

use std::io::Write as _;

use super::carry::{Carried, Place};
use super::resumed::{Looker, account, alone, begin_error, current, only_looking, same_account, traced};
use super::{closing, records};
use crate::cli::args::live::Watch;
use crate::cli::live::{self, Way};
use crate::cli::{CliError, Exit};
use crate::context::Context;
use crate::output::clean;
use crate::rollout::api::Service;
use crate::rollout::apply::{OnFailure, Options, Verdict};
use crate::rollout::arn::RevisionArn;
use crate::rollout::bake::Bake;
use crate::rollout::carrier::{Carrier, Mission};
use crate::rollout::port::CtrlC;
use crate::rollout::record::{DeploymentId, Outcome};
use crate::rollout::resume;
use crate::rollout::trace::Trace;
use crate::rollout::watch::Patience;

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Watch, context: &mut Context) -> Result<Exit, CliError> {
    let record = arguments.which.record.as_deref().map(records::read).transpose()?;
    let way = Way::new(&account(&arguments.which.account, record.as_ref()), CtrlC::Interrupts, context)?;
    let aws = way.aws();
    let patience = Patience { stall: arguments.stall, ..Patience::DEFAULT };
    let bake = Bake { time: arguments.bake, pause: patience.pause, alarms: arguments.alarm.clone() };
    let looking = only_looking(bake, patience);
    if let (Some(record), Some(path)) = (record, &arguments.which.record) {
        same_account(&aws, &record)?;
        let on_failure = if arguments.no_rollback { OnFailure::Leave } else { OnFailure::RollBack };
        let looker = Looker::new(&aws, Options { on_failure, ..looking }, arguments.format, context);
        return of_record(Carried::new(record, Place::Record(context.cwd.join(path))), looker, context);
    }
    let looker = Looker::new(&aws, looking, arguments.format, context);
    of_service(arguments, looker, context)
}

/// Every deployment of a run whose end is not known.
fn of_record(mut run: Carried, mut looker: Looker<'_>, context: &mut Context) -> Result<Exit, CliError> {
    let mut is_over = true;
    for number in 0..run.record.services.len() {
        let entry = run.record.services[number].clone();
        let open = matches!(entry.outcome, Outcome::Begun | Outcome::NotVerified);
        let (Some(mission), true) = (resume::mission(&entry), open) else { continue };
        is_over = false;
        let Some(service) = looker.aws.service(&mission.cluster, &mission.service)? else {
            return Err(CliError::NoService {
                message: format!("the service {} is gone", clean(&mission.service)),
                next_step: "leave it: nothing of the run is left to look at".into(),
            });
        };
        let verdict = match traced(looker.aws, &service, &mission, &entry)? {
            Trace::Deployment(deployment) => {
                if entry.deployment.is_none() {
                    run.record.services[number].deployment = Some(deployment.clone());
                    run.save()?;
                }
                let carries = resume::carrier(looker.aws, &service, &deployment).map_err(begin_error)?;
                let known = told_before(&service, &deployment);
                let way = (&mission, &*carries as &dyn Carrier);
                looker.turn(way, &known, context, |turn, tell| turn.see_through(&deployment, tell))?
            }
            Trace::Nothing { runs } => not_begun(&mission, runs.as_ref()),
        };
        let interrupted = verdict.interrupted;
        run.judge(number, verdict);
        run.save()?;
        if interrupted {
            break;
        }
    }
    if is_over {
        writeln!(context.err, "nothing of this run is under way")?;
    }
    let exit = closing::exit(&run);
    looker.close(&run, exit, context)?;
    Ok(exit)
}

/// What became of a service that no deployment of ours is known of.
fn not_begun(mission: &Mission, runs: Option<&RevisionArn>) -> Verdict {
    let runs_before = runs.is_some_and(|runs| runs.is(&mission.before));
    let (outcome, runs) = match runs {
        Some(runs) if runs_before => (Outcome::NotBegun, runs.short()),
        Some(runs) => (Outcome::Superseded, runs.short()),
        None => (Outcome::Superseded, "nothing"),
    };
    let reason = format!("it runs {runs}, and no deployment of {} by this run is there", mission.after.short());
    Verdict { outcome: Some(outcome), reason: Some(reason), ..Verdict::default() }
}

/// The events that were told before a deployment was made.
fn told_before(service: &Service, deployment: &DeploymentId) -> Vec<String> {
    let made = match deployment {
        DeploymentId::Ecs { id, .. } => service.deployments.iter().find(|told| told.id == *id),
        DeploymentId::CodeDeploy { .. } | DeploymentId::External { .. } => None,
    };
    let Some(made) = made.and_then(|told| told.created_at) else { return Vec::new() };
    let before = service.events.iter().filter(|event| event.created_at.is_some_and(|at| at < made));
    before.map(|event| event.id.clone()).collect()
}

/// The latest deployment of a service, whoever began it. Nothing is written.
fn of_service(arguments: &Watch, mut looker: Looker<'_>, context: &mut Context) -> Result<Exit, CliError> {
    let (cluster, name) = arguments.which.service()?;
    let service = live::service(looker.aws, cluster, name)?;
    let Some(current) = current(looker.aws, &service)? else {
        return Err(CliError::refused(
            "nothing tells which deployment of it is under way",
            "name the record that `apply` wrote: --record FILE",
        ));
    };
    let (mission, deployment) = (&current.mission, &current.deployment);
    let carries = resume::carrier(looker.aws, &service, deployment).map_err(begin_error)?;
    let known: Vec<String> = service.events.iter().map(|event| event.id.clone()).collect();
    let verdict =
        looker.turn((mission, &*carries), &known, context, |turn, tell| turn.see_through(deployment, tell))?;
    let mut run = alone(looker.aws, &service, mission, Some(deployment.clone()), (cluster, name));
    run.judge(0, verdict);
    let exit = closing::exit(&run);
    looker.close(&run, exit, context)?;
    Ok(exit)
}
