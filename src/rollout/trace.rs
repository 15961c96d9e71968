//! What became of a deployment that was sent, and of which nothing is known since: the service itself tells.

use std::time::Duration;

use jiff::Timestamp;

use super::api::{Aws, CodeDeployment, Controller, Deployment, Service};
use super::arn::RevisionArn;
use super::carrier::{AppSpecSource, BeginError, CodeDeploy, GroupName, Mission, latest_deployment_to};
use super::port::{Api, CallError, Failure};
use super::record::DeploymentId;
use super::running::serving;

/// What a service shows of such a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace {
    /// This one carries the new revision, or did.
    Deployment(DeploymentId),
    /// There is none.
    Nothing {
        /// What the service runs.
        runs: Option<RevisionArn>,
    },
}

/// How often it is looked for where nothing is there: ECS may need a while until it shows what it took.
const LOOKS: u32 = 3;
/// How long is waited in between.
const SETTLES: Duration = Duration::from_secs(3);

/// Looks for the deployment of a mission. `since` is when the deployment that served before was made, by the clock of AWS.
pub fn find(
    aws: &Aws<'_>,
    service: &Service,
    mission: &Mission,
    since: Option<Timestamp>,
) -> Result<Trace, BeginError> {
    let mut service = service.clone();
    for look in 1.. {
        if let Some(found) = found(aws, &service, mission, since)? {
            return Ok(Trace::Deployment(found));
        }
        let runs = serving(&service);
        if look == LOOKS || !is(runs.as_ref(), &mission.before) {
            return Ok(Trace::Nothing { runs });
        }
        aws.clock().wait(SETTLES)?;
        let again = aws.service(&mission.cluster, &mission.service).map_err(BeginError::Refused)?;
        service = again.unwrap_or(service);
    }
    Err(BeginError::Refused(CallError::new(Api::Ecs, "DescribeServices", Failure::Unknown)))
}

fn found(
    aws: &Aws<'_>,
    service: &Service,
    mission: &Mission,
    since: Option<Timestamp>,
) -> Result<Option<DeploymentId>, BeginError> {
    match service.controller() {
        Controller::Ecs | Controller::Other(_) => by_ecs(aws, service, mission, since),
        Controller::CodeDeploy => by_code_deploy(aws, service, mission),
        Controller::External => Ok(by_task_sets(service, mission)),
    }
}

fn by_ecs(
    aws: &Aws<'_>,
    service: &Service,
    mission: &Mission,
    since: Option<Timestamp>,
) -> Result<Option<DeploymentId>, BeginError> {
    // The revision may have been deployed before, and may be the same; then nothing but the time tells which deployment is ours.
    let same = mission.before.is(&mission.after);
    let is_new = |made: Option<Timestamp>| made.zip(since).map_or(!same, |(made, since)| made > since);
    let is_ours = |told: &&Deployment| is(told.task_definition.as_ref(), &mission.after) && is_new(told.created_at);
    let primary = service.primary().filter(is_ours);
    let mine = primary.or_else(|| service.deployments.iter().find(is_ours));
    let told = latest_deployment_to(aws, mission).map_err(BeginError::Refused)?;
    let told = told.filter(|told| is_new(told.created_at)).map(|told| told.service_deployment_arn);
    if mine.is_none() && told.is_none() {
        return Ok(None);
    }
    let id = mine.map(|told| told.id.clone()).unwrap_or_default();
    Ok(Some(DeploymentId::Ecs { id, service_deployment: told }))
}

/// The deployment that is under way, or the latest one, if it brings the revision.
fn by_code_deploy(aws: &Aws<'_>, service: &Service, mission: &Mission) -> Result<Option<DeploymentId>, BeginError> {
    let refused = BeginError::Refused;
    let group = CodeDeploy::find(aws, service, GroupName::default(), AppSpecSource::WithoutHooks)?.group;
    let (application, name) = (&group.application_name, &group.deployment_group_name);
    let mut candidates = aws.open_code_deployments(application, name).map_err(refused)?;
    candidates.extend(group.last_attempted_deployment.iter().map(|last| last.deployment_id.clone()));
    for id in candidates.into_iter().filter(|id| !id.is_empty()) {
        if brings(&aws.code_deployment(&id).map_err(refused)?, &mission.after) {
            return Ok(Some(DeploymentId::CodeDeploy { id, application: application.clone(), group: name.clone() }));
        }
    }
    Ok(None)
}

/// Whether a deployment of CodeDeploy is about a revision: by its AppSpec, or by the description that is given to ours.
fn brings(told: &CodeDeployment, revision: &RevisionArn) -> bool {
    let contents = ["/appSpecContent/content", "/string/content"].into_iter();
    let mut contents = contents.filter_map(|path| told.revision.as_ref()?.pointer(path)?.as_str());
    let ends = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_digit());
    let names = |text: &str| text.match_indices(&revision.0).any(|(at, arn)| ends(&text[at + arn.len()..]));
    contents.any(names) || told.description.as_deref() == Some(&CodeDeploy::description(revision))
}

fn by_task_sets(service: &Service, mission: &Mission) -> Option<DeploymentId> {
    let of = |revision: &RevisionArn, not: &str| {
        let mut sets = service.task_sets.iter().filter(|set| set.status != "DRAINING" && set.task_set_arn != not);
        sets.find(|set| is(set.task_definition.as_ref(), revision)).map(|set| set.task_set_arn.clone())
    };
    // Of two that run the same revision, the one that serves was there before.
    let primary = service.primary_task_set().map(|set| set.task_set_arn.clone()).unwrap_or_default();
    let same = mission.before.is(&mission.after);
    let task_set = of(&mission.after, if same { &primary } else { "" })?;
    let before = of(&mission.before, &task_set).unwrap_or_default();
    Some(DeploymentId::External { task_set, before })
}

fn is(told: Option<&RevisionArn>, revision: &RevisionArn) -> bool {
    told.is_some_and(|told| told.is(revision))
}
