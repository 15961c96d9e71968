//! Services that ECS rolls out itself, task by task or by one of its own blue/green strategies.

use super::{Back, BeginError, Carrier, Look, Mission, Sight, Stage, Standing, are_too_many, send_once};
use crate::rollout::api::{Aws, Deployment, Redeploy, Service, ServiceDeployment, ServiceDeploymentStatus};
use crate::rollout::arn::RevisionArn;
use crate::rollout::port::{Api, CallError, Failure};
use crate::rollout::record::DeploymentId;
use crate::rollout::said::Said;

/// ECS as the carrier.
#[derive(Clone, Copy, Debug)]
pub struct Rolling {
    /// Whether tasks are replaced although the revision is the same.
    pub redeploy: Redeploy,
}

impl Carrier for Rolling {
    fn begin(&self, aws: &Aws<'_>, mission: &Mission) -> Result<DeploymentId, BeginError> {
        let service = aws.service(&mission.cluster, &mission.service).map_err(BeginError::Refused)?;
        let known: Vec<String> =
            service.into_iter().flat_map(|service| service.deployments).map(|deployment| deployment.id).collect();
        begun(aws, mission, &mission.after, &known, self.redeploy)
    }

    fn look(&self, aws: &Aws<'_>, mission: &Mission, deployment: &DeploymentId) -> Result<Look, CallError> {
        let DeploymentId::Ecs { id, service_deployment } = deployment else { return Ok(Look::default()) };
        let service = aws.service(&mission.cluster, &mission.service)?;
        let told = service_deployment.as_ref().map(|arn| aws.service_deployment(arn)).transpose()?.flatten();
        Ok(match service {
            Some(service) => judged(aws, (&service, told.as_ref()), id, mission),
            None => Look { standing: Standing::Failed { reason: "the service is gone".into() }, ..Look::default() },
        })
    }

    fn go_on(&self, _: &Aws<'_>, _: &Mission, _: &DeploymentId) -> Result<(), CallError> {
        Ok(())
    }

    fn take_back(
        &self,
        aws: &Aws<'_>,
        mission: &Mission,
        deployment: &DeploymentId,
        at: Stage,
    ) -> Result<Back, CallError> {
        let mut service = aws.service(&mission.cluster, &mission.service)?.unwrap_or_default();
        if let Some(back) = elsewhere(&service, mission) {
            return Ok(back);
        }
        if let (Stage::Underway, DeploymentId::Ecs { service_deployment: Some(arn), .. }) = (at, deployment) {
            match aws.roll_back_deployment(arn) {
                Ok(()) => return Ok(Back::Same),
                // The answer is lost: the deployment itself tells whether it goes back.
                Err(error) if error.is_uncertain() => {
                    if aws.service_deployment(arn)?.is_some_and(|told| told.status.is_rollback()) {
                        return Ok(Back::Same);
                    }
                }
                // It cannot be stopped any more, or the service does not know such deployments.
                Err(_) => {}
            }
            // Whatever kept it from being stopped may be somebody else's deployment.
            service = aws.service(&mission.cluster, &mission.service)?.unwrap_or_default();
            if let Some(back) = elsewhere(&service, mission) {
                return Ok(back);
            }
        }
        let known: Vec<String> = service.deployments.into_iter().map(|deployment| deployment.id).collect();
        match begun(aws, mission, &mission.before, &known, Redeploy::WhenChanged) {
            Ok(back) => Ok(Back::Another(back)),
            Err(BeginError::Refused(error) | BeginError::Unknown(error)) => Err(error),
            Err(BeginError::Missing { .. } | BeginError::Interrupted) => {
                Err(CallError::new(Api::Ecs, "UpdateService", Failure::Interrupted))
            }
        }
    }
}

/// Where the service heads for another revision than ours: nothing has to be sent.
fn elsewhere(service: &Service, mission: &Mission) -> Option<Back> {
    let primary = service.primary()?;
    if is_of(primary, &mission.before) {
        return Some(Back::Same);
    }
    (!is_of(primary, &mission.after)).then(|| Back::Superseded { by: primary.task_definition.clone() })
}

/// Gives the service a revision and names the deployment that comes of it.
fn begun(
    aws: &Aws<'_>,
    mission: &Mission,
    to: &RevisionArn,
    known: &[String],
    redeploy: Redeploy,
) -> Result<DeploymentId, BeginError> {
    let ours = |service: &Service| {
        let primary = service.primary()?;
        let is_ours = primary.task_definition.as_ref().is_some_and(|arn| arn.is(to)) && !known.contains(&primary.id);
        is_ours.then(|| primary.id.clone())
    };
    let send = || aws.update_service(&mission.cluster, &mission.service, to, redeploy);
    let find = || {
        let service = aws.service(&mission.cluster, &mission.service)?;
        Ok(service.filter(|service| ours(service).is_some()))
    };
    let service = send_once(aws, send, find)?;
    let current = service.current_service_deployment.clone();
    let id = ours(&service).or_else(|| {
        // The answer may still show the service as it was.
        let again = aws.service(&mission.cluster, &mission.service).ok()??;
        ours(&again).or_else(|| again.primary().map(|primary| primary.id.clone()))
    });
    let service_deployment = deployment_for(aws, mission, to, current);
    Ok(DeploymentId::Ecs { id: id.unwrap_or_default(), service_deployment })
}

/// The service deployment that is heading for a revision; `None` where ECS keeps none or shows none yet.
fn deployment_for(aws: &Aws<'_>, mission: &Mission, to: &RevisionArn, current: Option<String>) -> Option<String> {
    let heads_there = |told: &ServiceDeployment| {
        let target = told.target_service_revision.as_ref()?;
        let revision = aws.service_revision(&target.arn).ok()??;
        revision.task_definition.is_some_and(|arn| arn.is(to)).then(|| told.service_deployment_arn.clone())
    };
    if let Some(told) = current.and_then(|arn| aws.service_deployment(&arn).ok().flatten())
        && told.status.is_open()
        && let Some(arn) = heads_there(&told)
    {
        return Some(arn);
    }
    let latest = aws.service_deployments(&mission.cluster, &mission.service, 3).ok()??;
    latest.iter().filter(|told| told.status.is_open()).find_map(heads_there)
}

/// The latest service deployment, if it heads or headed for the new revision.
pub fn latest_deployment_to(aws: &Aws<'_>, mission: &Mission) -> Result<Option<ServiceDeployment>, CallError> {
    let latest = aws.service_deployments(&mission.cluster, &mission.service, 1)?.into_iter().flatten().next();
    let Some(target) = latest.as_ref().and_then(|told| told.target_service_revision.as_ref()) else { return Ok(None) };
    let revision = aws.service_revision(&target.arn)?.and_then(|told| told.task_definition);
    Ok(latest.filter(|_| revision.is_some_and(|arn| arn.is(&mission.after))))
}

/// Where a deployment stands, from what ECS tells of service and deployment.
fn judged(aws: &Aws<'_>, (service, told): (&Service, Option<&ServiceDeployment>), id: &str, mission: &Mission) -> Look {
    let mine = service.deployments.iter().find(|deployment| deployment.id == id);
    let sight = sight(service, told, mine);
    let standing = if service.status == "ACTIVE" {
        match told {
            Some(told) => by_service_deployment(aws, (service, told), mine, mission),
            None => by_deployments(aws, service, mine, mission),
        }
    } else {
        Standing::Failed { reason: format!("the service is {}", service.status) }
    };
    let standing = match standing {
        Standing::Underway => gave_up(service, mine).unwrap_or(Standing::Underway),
        other => other,
    };
    Look { standing, sight, events: service.events.clone() }
}

fn sight(service: &Service, told: Option<&ServiceDeployment>, mine: Option<&Deployment>) -> Sight {
    let target = told.and_then(|told| told.target_service_revision.as_ref());
    let old = service.deployments.iter().filter(|deployment| mine.is_none_or(|mine| mine.id != deployment.id));
    Sight {
        desired: mine.map_or_else(|| target.map_or(0, |target| target.requested_task_count), |mine| mine.desired_count),
        running: mine.map_or_else(|| target.map_or(0, |target| target.running_task_count), |mine| mine.running_count),
        pending: mine.map_or_else(|| target.map_or(0, |target| target.pending_task_count), |mine| mine.pending_count),
        failed: mine.map_or(0, |mine| mine.failed_tasks),
        old: old.map(|deployment| deployment.running_count).sum(),
        stage: told.and_then(|told| told.lifecycle_stage.clone()),
    }
}

fn by_service_deployment(
    aws: &Aws<'_>,
    (service, told): (&Service, &ServiceDeployment),
    mine: Option<&Deployment>,
    mission: &Mission,
) -> Standing {
    let why = || {
        let rollback = told.rollback.as_ref().and_then(|rollback| rollback.reason.as_ref());
        shown(aws, rollback.or(told.status_reason.as_ref()))
    };
    match &told.status {
        ServiceDeploymentStatus::Successful => match service.primary() {
            Some(primary) if !is_of(primary, &mission.after) => superseded(service),
            // With early success the last tasks may still be on their way.
            Some(primary) if primary.running_count < primary.desired_count => Standing::Underway,
            _ => Standing::Done,
        },
        ServiceDeploymentStatus::RollbackSuccessful => Standing::WentBack { reason: why() },
        ServiceDeploymentStatus::RollbackFailed => {
            Standing::Failed { reason: format!("it failed, and going back failed too: {}", why()) }
        }
        ServiceDeploymentStatus::RollbackRequested | ServiceDeploymentStatus::RollbackInProgress => {
            Standing::GoingBack { reason: why() }
        }
        // A deployment that another one replaces is stopped (ECS developer guide, "Service deployments").
        ServiceDeploymentStatus::Stopped | ServiceDeploymentStatus::StopRequested => {
            if mine.is_some_and(|mine| mine.status == "PRIMARY") {
                Standing::Failed { reason: format!("it was stopped: {}", why()) }
            } else {
                superseded(service)
            }
        }
        ServiceDeploymentStatus::Pending | ServiceDeploymentStatus::InProgress | ServiceDeploymentStatus::Other(_) => {
            match waits(service, told) {
                Some(on) => Standing::Waiting { on },
                None => Standing::Underway,
            }
        }
    }
}

/// What may be shown of a reason.
fn shown(aws: &Aws<'_>, reason: Option<&Said>) -> String {
    reason.map_or_else(|| "ECS gives no reason".into(), |said| aws.shown(said).to_string())
}

/// What a deployment in stages waits for, if its stage is one in which nothing moves.
fn waits(service: &Service, told: &ServiceDeployment) -> Option<String> {
    let stage = told.lifecycle_stage.as_deref()?;
    if stage == "BAKE_TIME" {
        return Some("its bake time".into());
    }
    let hooks = service.deployment_configuration.iter().flat_map(|configuration| &configuration.lifecycle_hooks);
    let mut stages = hooks.flat_map(|hook| hook["lifecycleStages"].as_array().into_iter().flatten());
    stages.any(|hooked| hooked == stage).then(|| format!("a lifecycle hook at {stage}"))
}

/// From the deployments alone: services that ECS keeps no service deployments of.
fn by_deployments(aws: &Aws<'_>, service: &Service, mine: Option<&Deployment>, mission: &Mission) -> Standing {
    let Some(primary) = service.primary() else { return Standing::Underway };
    let failed = mine.is_some_and(|mine| mine.rollout_state.as_deref() == Some("FAILED"));
    let why = || shown(aws, mine.and_then(|mine| mine.rollout_state_reason.as_ref()));
    if mine.is_some_and(|mine| mine.id == primary.id) {
        return match primary.rollout_state.as_deref() {
            Some("COMPLETED") => Standing::Done,
            Some("FAILED") if goes_back_by_itself(service) => Standing::GoingBack { reason: why() },
            Some("FAILED") => Standing::Failed { reason: why() },
            // Behind a Classic Load Balancer nothing but the counts tells.
            None if service.deployments.len() == 1 && primary.running_count == primary.desired_count => Standing::Done,
            _ => Standing::Underway,
        };
    }
    // A roll-back by the circuit breaker is a deployment of its own, on the old revision, and the failed one stays for a while.
    let back = is_of(primary, &mission.before) && (failed || (mine.is_none() && goes_back_by_itself(service)));
    let settled = primary.rollout_state.as_deref().is_none_or(|state| state == "COMPLETED");
    match (back, settled) {
        (true, true) => Standing::WentBack { reason: why() },
        (true, false) => Standing::GoingBack { reason: why() },
        (false, _) => superseded(service),
    }
}

/// Whether ECS takes a failed deployment back by itself.
fn goes_back_by_itself(service: &Service) -> bool {
    service.deployment_configuration.as_ref().is_some_and(|configuration| {
        configuration.deployment_circuit_breaker.is_some_and(|breaker| breaker.enable && breaker.rollback)
            || configuration.alarms.as_ref().is_some_and(|alarms| alarms.enable && alarms.rollback)
    })
}

/// Without a circuit breaker ECS tries for ever; the limit is that of the breaker.
fn gave_up(service: &Service, mine: Option<&Deployment>) -> Option<Standing> {
    let breaker = service
        .deployment_configuration
        .as_ref()
        .and_then(|configuration| configuration.deployment_circuit_breaker)
        .is_some_and(|breaker| breaker.enable);
    let mine = mine.filter(|_| !breaker)?;
    are_too_many(mine.failed_tasks, mine.desired_count)
        .then(|| Standing::Failed { reason: format!("{} tasks failed in a row", mine.failed_tasks) })
}

fn is_of(deployment: &Deployment, revision: &RevisionArn) -> bool {
    deployment.task_definition.as_ref().is_some_and(|arn| arn.is(revision))
}

fn superseded(service: &Service) -> Standing {
    Standing::Superseded { by: service.primary().and_then(|primary| primary.task_definition.clone()) }
}
