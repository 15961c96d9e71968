//! What `watch` and `rollback` share: the account of a record, what is under way at a service, and the turn of a deployment that was begun.

use std::cell::RefCell;
use std::io::Write;

use super::carry::{Carried, Place, form};
use super::tell::{Form, Message, Teller};
use crate::cli::args::Format;
use crate::cli::args::live::Account;
use crate::cli::{CliError, Exit};
use crate::context::Context;
use crate::rollout::api::{Aws, Controller, Service, ServiceDeploymentStatus};
use crate::rollout::apply::{Event, FailedRevision, OnFailure, Options, Turn, Verdict};
use crate::rollout::arn::{RevisionArn, service_name};
use crate::rollout::bake::Bake;
use crate::rollout::carrier::{AppSpecSource, BeginError, Carrier, CodeDeploy, GroupName, Mission};
use crate::rollout::port::CallError;
use crate::rollout::record::{DeploymentId, Entry, FORM, Outcome, Record};
use crate::rollout::resume::{Signs, signs};
use crate::rollout::running::serving;
use crate::rollout::trace::{self, Trace};
use crate::rollout::watch::{News, Patience};

/// The account that flags name; the region of the record where they name none.
pub(super) fn account(named: &Account, record: Option<&Record>) -> Account {
    let region = named.region.clone().or_else(|| Some(record?.region.clone()));
    Account { region, ..named.clone() }
}

/// A record is about one account.
pub(super) fn same_account(aws: &Aws<'_>, record: &Record) -> Result<(), CliError> {
    let here = aws.identity()?.account;
    if here == record.account && aws.region() == record.region {
        return Ok(());
    }
    Err(CliError::refused(
        format!(
            "the record is of account {} in {}, and this is account {here} in {}",
            record.account,
            record.region,
            aws.region()
        ),
        "name the profile and region that it was written under: --profile, --region",
    ))
}

/// A deployment that is under way, or the latest one, whoever began it.
pub(super) struct Current {
    pub(super) mission: Mission,
    pub(super) deployment: DeploymentId,
    /// Whether something may still change.
    pub(super) is_open: bool,
}

/// What is under way at a service; `None` where the controller does not tell.
pub(super) fn current(aws: &Aws<'_>, service: &Service) -> Result<Option<Current>, CliError> {
    let mission = |before, after| Mission {
        cluster: service.cluster_arn.clone(),
        service: service.service_name.clone(),
        before,
        after,
    };
    match service.controller() {
        Controller::Ecs => {
            let Some(primary) = service.primary() else { return Ok(None) };
            let Some(after) = primary.task_definition.clone() else { return Ok(None) };
            let latest = aws.service_deployments(&service.cluster_arn, &service.service_name, 1)?;
            let latest = latest.into_iter().flatten().next();
            let in_progress = primary.rollout_state.as_deref() == Some("IN_PROGRESS");
            let is_open = latest.as_ref().map_or(in_progress, |told| told.status.is_open());
            let before = last_success(aws, service, &after)?.unwrap_or_else(|| after.clone());
            let deployment = DeploymentId::Ecs {
                id: primary.id.clone(),
                service_deployment: latest.map(|told| told.service_deployment_arn),
            };
            Ok(Some(Current { mission: mission(before, after), deployment, is_open }))
        }
        Controller::CodeDeploy => {
            let found = CodeDeploy::find(aws, service, GroupName::default(), AppSpecSource::WithoutHooks);
            let group = found.map_err(begin_error)?.group;
            let (application, name) = (group.application_name, group.deployment_group_name);
            let open = aws.open_code_deployments(&application, &name)?;
            let Some(id) = open.into_iter().next() else { return Ok(None) };
            let Some(before) = serving(service) else { return Ok(None) };
            let other = service.task_sets.iter().filter_map(|set| set.task_definition.clone());
            let after = other.into_iter().find(|arn| !arn.is(&before)).unwrap_or_else(|| before.clone());
            let deployment = DeploymentId::CodeDeploy { id, application, group: name };
            Ok(Some(Current { mission: mission(before, after), deployment, is_open: true }))
        }
        Controller::External | Controller::Other(_) => Ok(None),
    }
}

/// The deployment of an entry: as it was written down, or as the service shows it.
pub(super) fn traced(aws: &Aws<'_>, service: &Service, mission: &Mission, entry: &Entry) -> Result<Trace, CliError> {
    match &entry.deployment {
        Some(deployment) => Ok(Trace::Deployment(deployment.clone())),
        None => trace::find(aws, service, mission, entry.served_since).map_err(begin_error),
    }
}

/// The revision of the last deployment that succeeded, other than this one. ECS keeps deployments for 90 days.
pub(super) fn last_success(
    aws: &Aws<'_>,
    service: &Service,
    other_than: &RevisionArn,
) -> Result<Option<RevisionArn>, CallError> {
    let latest = aws.service_deployments(&service.cluster_arn, &service.service_name, 20)?;
    let successful = latest.into_iter().flatten().filter(|told| told.status == ServiceDeploymentStatus::Successful);
    for target in successful.filter_map(|told| told.target_service_revision) {
        let revision = aws.service_revision(&target.arn)?.and_then(|revision| revision.task_definition);
        if let Some(revision) = revision.filter(|revision| !revision.is(other_than)) {
            return Ok(Some(revision));
        }
    }
    Ok(None)
}

/// Why nothing carries a deployment, as an error of the command line.
pub(super) fn begin_error(error: BeginError) -> CliError {
    match error {
        BeginError::Refused(error) | BeginError::Unknown(error) => error.into(),
        BeginError::Missing { reason, next_step } => CliError::refused(reason, next_step),
        BeginError::Interrupted => CliError::refused("interrupted", "run it again"),
    }
}

/// What is done to one service without a record, kept for the time of this run.
pub(super) fn alone(
    aws: &Aws<'_>,
    service: &Service,
    mission: &Mission,
    deployment: Option<DeploymentId>,
    (cluster, name): (&str, &str),
) -> Carried {
    let entry = Entry {
        cluster: mission.cluster.clone(),
        service: service.service_arn.clone(),
        before: mission.before.clone(),
        after: Some(mission.after.clone()),
        served_since: None,
        outcome: if deployment.is_some() { Outcome::Begun } else { Outcome::NotBegun },
        deployment,
        reason: None,
    };
    let record = Record {
        form: FORM,
        version: env!("CARGO_PKG_VERSION").into(),
        began: aws.clock().now(),
        account: String::new(),
        region: aws.region().to_owned(),
        services: vec![entry],
    };
    Carried::new(record, Place::Service(cluster.to_owned(), name.to_owned()))
}

/// Sees deployments through, one after the other, and tells what happens.
pub(super) struct Looker<'l> {
    pub(super) aws: &'l Aws<'l>,
    pub(super) options: Options,
    teller: Teller,
    format: Format,
}

impl<'l> Looker<'l> {
    pub(super) fn new(aws: &'l Aws<'l>, options: Options, format: Format, context: &Context) -> Self {
        Self { aws, options, teller: Teller::new(form(format, context)), format }
    }

    /// One turn; `what` is what is done in it.
    pub(super) fn turn(
        &mut self,
        (mission, carrier): (&Mission, &dyn Carrier),
        known: &[String],
        context: &mut Context,
        what: impl FnOnce(&Turn<'_>, &mut dyn FnMut(Event<'_>)) -> Verdict,
    ) -> Result<Verdict, CliError> {
        let Signs { checked, logs, names, hidden } = signs(self.aws, mission)?;
        self.aws.veil(names, hidden);
        let turn = Turn {
            aws: self.aws,
            carrier,
            mission,
            options: &self.options,
            checked,
            logs: &logs,
            known,
            news: RefCell::new(News::after(known)),
        };
        let (teller, aws) = (&mut self.teller, self.aws);
        let stream: &mut dyn Write = if self.format == Format::Json { &mut *context.out } else { &mut *context.err };
        let about = format!("{}/{}", service_name(&mission.cluster), mission.service);
        let mut failed = None;
        let mut tell = |event: Event<'_>| {
            // What cannot be told is no reason to stop looking.
            if let Err(error) = teller.tell(&Message::new(&about, aws, &event), stream) {
                failed.get_or_insert(error);
            }
        };
        let verdict = what(&turn, &mut tell);
        teller.close(stream)?;
        failed.map_or(Ok(verdict), |error| Err(error.into()))
    }

    /// Tells the end.
    pub(super) fn close(&self, carried: &Carried, exit: Exit, context: &mut Context) -> Result<(), CliError> {
        write!(context.err, "{}", super::closing::render(carried))?;
        if form(self.format, context) == Form::Json {
            writeln!(context.out, "{}", super::closing::to_json(carried, exit))?;
        }
        Ok(())
    }
}

/// How a deployment of somebody else is looked at: nothing is ever taken back.
pub(super) const fn only_looking(bake: Bake, patience: Patience) -> Options {
    Options { patience, bake, on_failure: OnFailure::Leave, failed_revision: FailedRevision::Keep }
}
