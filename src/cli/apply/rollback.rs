//! `ecs-harden rollback`: gives services the revision again that they ran before.

use std::io::Write as _;

use super::carry::{Carried, Place};
use super::resumed::{Looker, account, alone, begin_error, current, last_success, only_looking, same_account, traced};
use super::{asked, closing, records};
use crate::cli::args::live::Rollback;
use crate::cli::live::{self, Way};
use crate::cli::{CliError, Exit};
use crate::context::{Context, Terminal};
use crate::output::clean;
use crate::rollout::api::{Aws, Controller, Redeploy, Service};
use crate::rollout::apply::{Evidence, OnFailure, Options, Verdict};
use crate::rollout::arn::RevisionArn;
use crate::rollout::bake::Bake;
use crate::rollout::carrier::{AppSpecSource, Carrier, CodeDeploy, GroupName, Mission, Rolling, Stage};
use crate::rollout::port::CtrlC;
use crate::rollout::record::{DeploymentId, Outcome, Record};
use crate::rollout::resume;
use crate::rollout::running::{busy, serving};
use crate::rollout::trace::Trace;
use crate::rollout::watch::Patience;

/// One service on its way back.
struct Return {
    number: usize,
    mission: Mission,
    carrier: Box<dyn Carrier + Send + Sync>,
    how: How,
}

/// How it goes back.
enum How {
    /// The deployment that brought the revision is taken back, at this stage; the mission is that of the deployment.
    Undo(DeploymentId, Stage),
    /// Another deployment brings the old revision; the mission leads there.
    Deploy,
}

impl Return {
    fn sentence(&self) -> String {
        let Mission { service, before, after, .. } = &self.mission;
        match self.how {
            How::Undo(_, Stage::Underway) => {
                format!(
                    "{service}: the deployment of {} is stopped, so that it runs {} again",
                    after.short(),
                    before.short()
                )
            }
            How::Undo(_, Stage::Finished) => {
                format!("{service}: runs {}, and is given {} again", after.short(), before.short())
            }
            How::Deploy => format!("{service}: runs {}, and is given {}", before.short(), after.short()),
        }
    }
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Rollback, context: &mut Context) -> Result<Exit, CliError> {
    if !arguments.yes && !arguments.dry_run && context.terminal == Terminal::No {
        return Err(CliError::refused("nobody can be asked: this is no terminal", "run it with --yes"));
    }
    let record = arguments.which.record.as_deref().map(records::read).transpose()?;
    let account = account(&arguments.which.account, record.as_ref());
    let way = Way::new(&account, CtrlC::Ends, context)?;
    let aws = way.aws();
    let patience = Patience { stall: arguments.stall, ..Patience::DEFAULT };
    let bake = Bake { time: std::time::Duration::ZERO, pause: patience.pause, alarms: Vec::new() };
    let options = only_looking(bake, patience);
    let (carried, returns) = match (record, &arguments.which.record) {
        (Some(record), Some(path)) => {
            same_account(&aws, &record)?;
            let returns = of_record(&aws, &record, context)?;
            (Carried::new(record, Place::Record(context.cwd.join(path))), returns)
        }
        _ => of_service(&aws, arguments)?,
    };
    if returns.is_empty() {
        writeln!(context.err, "nothing of this run has to be taken back")?;
        return Ok(Exit::Clean);
    }
    for one in &returns {
        writeln!(context.err, "{}", clean(&one.sentence()))?;
    }
    if arguments.dry_run {
        return Ok(Exit::Clean);
    }
    if !arguments.yes && !asked("do that", context)? {
        writeln!(context.err, "nothing was changed")?;
        return Ok(Exit::Refused);
    }
    // From here on Ctrl-C ends what waits, so that it can be told where things stand.
    let way = Way::new(&account, CtrlC::Interrupts, context)?;
    let aws = way.aws();
    let looker = Looker::new(&aws, options, arguments.format, context);
    carry_out(carried, returns, looker, context)
}

fn carry_out(
    mut carried: Carried,
    returns: Vec<Return>,
    mut looker: Looker<'_>,
    context: &mut Context,
) -> Result<Exit, CliError> {
    for one in returns {
        let Some(service) = looker.aws.service(&one.mission.cluster, &one.mission.service)? else { continue };
        let known: Vec<String> = service.events.iter().map(|event| event.id.clone()).collect();
        let undoes = matches!(one.how, How::Undo(..));
        looker.options = Options {
            on_failure: if undoes { OnFailure::RollBack } else { OnFailure::Leave },
            ..looker.options.clone()
        };
        let way = (&one.mission, &*one.carrier as &dyn Carrier);
        let verdict = looker.turn(way, &known, context, |turn, tell| match &one.how {
            How::Undo(deployment, at) => turn.failed(deployment, *at, "as asked".into(), Evidence::default(), tell),
            How::Deploy => turn.run(tell),
        })?;
        let verdict = match verdict.outcome {
            // There is nothing to explain about what was wanted.
            Some(Outcome::RolledBack) if undoes => Verdict {
                outcome: verdict.outcome,
                deployment: verdict.deployment,
                interrupted: verdict.interrupted,
                ..Verdict::default()
            },
            _ => verdict,
        };
        let stop = verdict.interrupted || !matches!(exit_of(&verdict), Exit::Clean);
        carried.judge(one.number, verdict);
        carried.save()?;
        if stop {
            break;
        }
    }
    let exit = carried.verdicts.values().map(exit_of).max().unwrap_or(Exit::Clean);
    looker.close(&carried, exit, context)?;
    Ok(exit)
}

/// To be back is what was wanted.
fn exit_of(verdict: &Verdict) -> Exit {
    match verdict.outcome {
        Some(Outcome::RolledBack) if !verdict.interrupted => Exit::Clean,
        Some(Outcome::Failed) if verdict.call.as_ref().is_some_and(|error| !error.is_uncertain()) => Exit::Aws,
        _ => closing::exit_of(verdict),
    }
}

/// Every service of a run that runs what the run gave it.
fn of_record(aws: &Aws<'_>, record: &Record, context: &mut Context) -> Result<Vec<Return>, CliError> {
    let mut returns = Vec::new();
    for (number, entry) in record.services.iter().enumerate() {
        let begun = !matches!(entry.outcome, Outcome::NotBegun | Outcome::Unchanged | Outcome::RolledBack);
        let (Some(mission), true) = (resume::mission(entry), begun) else { continue };
        let service = live::service(aws, &mission.cluster, &mission.service)?;
        let traced = traced(aws, &service, &mission, entry)?;
        // A deployment that was looked for may have been waited for.
        let service = match &entry.deployment {
            Some(_) => service,
            None => live::service(aws, &mission.cluster, &mission.service)?,
        };
        let runs = serving(&service);
        let is = |revision: &RevisionArn| runs.as_ref().is_some_and(|runs| runs.is(revision));
        let mut sets = service.task_sets.iter().filter_map(|set| set.task_definition.as_ref());
        // Ours, or ours is on its way to take the place of what serves.
        let has_ours = is(&mission.after) || (is(&mission.before) && sets.any(|arn| arn.is(&mission.after)));
        let deployment = match traced {
            Trace::Deployment(deployment) if has_ours => deployment,
            _ if is(&mission.before) => {
                writeln!(context.err, "{}: runs {} already", clean(&mission.service), mission.before.short())?;
                continue;
            }
            Trace::Nothing { .. } if has_ours => {
                return Err(CliError::refused(
                    format!(
                        "{} runs {}, and which deployment brought it cannot be told: nothing was changed",
                        clean(&mission.service),
                        mission.after.short()
                    ),
                    "name what it shall run: --cluster CLUSTER --service SERVICE --to REVISION",
                ));
            }
            _ => return Err(somebody_deployed(&mission, runs.as_ref())),
        };
        usable(aws, &mission.before.0)?;
        let external = service.controller() == Controller::External;
        let underway = if external { !is(&mission.after) } else { busy(aws, &service)?.is_some() };
        let at = if underway { Stage::Underway } else { Stage::Finished };
        let carrier = resume::carrier(aws, &service, &deployment).map_err(begin_error)?;
        returns.push(Return { number, mission, carrier, how: How::Undo(deployment, at) });
    }
    Ok(returns)
}

fn somebody_deployed(mission: &Mission, runs: Option<&RevisionArn>) -> CliError {
    let runs = runs.map_or("nothing", RevisionArn::short);
    CliError::refused(
        format!(
            "{} runs {runs}, and no longer {}, which the run gave it: nothing was changed",
            clean(&mission.service),
            mission.after.short()
        ),
        "somebody deployed since; name what it shall run: --cluster CLUSTER --service SERVICE --to REVISION",
    )
}

/// One service, whatever brought it where it is.
fn of_service(aws: &Aws<'_>, arguments: &Rollback) -> Result<(Carried, Vec<Return>), CliError> {
    let (cluster, name) = arguments.which.service()?;
    let service = live::service(aws, cluster, name)?;
    let one = one(aws, &service, arguments.to.as_deref())?;
    Ok((alone(aws, &service, &one.mission, None, (cluster, name)), vec![one]))
}

fn one(aws: &Aws<'_>, service: &Service, to: Option<&str>) -> Result<Return, CliError> {
    let runs = serving(service).ok_or_else(|| {
        CliError::refused("nothing tells which revision it runs", "deploy the revision that you mean by its own tools")
    })?;
    let busy = busy(aws, service)?;
    // What is under way is stopped rather than overtaken.
    if let (None, Some(_), Some(current)) = (to, &busy, current(aws, service)?)
        && current.is_open
    {
        if current.mission.before.is(&current.mission.after) {
            return Err(nothing_before());
        }
        let carrier = resume::carrier(aws, service, &current.deployment).map_err(begin_error)?;
        let how = How::Undo(current.deployment, Stage::Underway);
        return Ok(Return { number: 0, mission: current.mission, carrier, how });
    }
    let target = match to {
        Some(to) => named(to, &runs),
        None => last_success(aws, service, &runs)?.ok_or_else(nothing_before)?.0,
    };
    let target = usable(aws, &target)?;
    if target.is(&runs) {
        return Err(CliError::refused(
            format!("it runs {} already", target.short()),
            "name another revision: --to REVISION",
        ));
    }
    if let (Some(busy), false) = (busy, service.controller() == Controller::Ecs) {
        return Err(CliError::refused(busy, "wait until it is done, or leave --to out, which takes it back"));
    }
    let carrier: Box<dyn Carrier + Send + Sync> = match service.controller() {
        Controller::Ecs | Controller::Other(_) => Box::new(Rolling { redeploy: Redeploy::WhenChanged }),
        Controller::CodeDeploy => {
            let found = CodeDeploy::find(aws, service, GroupName::default(), AppSpecSource::LastSuccess);
            Box::new(found.map_err(begin_error)?)
        }
        Controller::External => Box::new(crate::rollout::carrier::External { token: resume::token(aws) }),
    };
    let mission = Mission {
        cluster: service.cluster_arn.clone(),
        service: service.service_name.clone(),
        before: runs,
        after: target,
    };
    Ok(Return { number: 0, mission, carrier, how: How::Deploy })
}

fn nothing_before() -> CliError {
    CliError::refused(
        "no deployment of another revision is known that succeeded",
        "name the revision that it shall run: --to REVISION",
    )
}

/// `7` as `checkout-api:7`.
fn named(to: &str, runs: &RevisionArn) -> String {
    if to.chars().all(|digit| digit.is_ascii_digit()) { format!("{}:{to}", runs.family()) } else { to.to_owned() }
}

/// A revision that services can be given.
fn usable(aws: &Aws<'_>, name: &str) -> Result<RevisionArn, CliError> {
    let described = aws.definition(name)?.ok_or_else(|| {
        let short = RevisionArn(name.to_owned());
        CliError::refused(
            format!("there is no task definition {}", clean(short.short())),
            format!("`aws ecs list-task-definitions --family-prefix {} --sort DESC` lists them", clean(short.family())),
        )
    })?;
    if described.status == "ACTIVE" {
        return Ok(described.arn);
    }
    Err(CliError::refused(
        format!("{} is {}: no service can be given it any more", described.arn.short(), described.status),
        "register it again from where it is kept (or from what `aws ecs describe-task-definition` tells of it), and name the new revision: --cluster CLUSTER --service SERVICE --to REVISION",
    ))
}
