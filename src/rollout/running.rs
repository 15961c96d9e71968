//! What a service runs now: its revision, where it runs, which images, and whether it is busy. Only reads.

use std::collections::BTreeSet;

use ecs_harden_transforms::model::LaunchType;

use super::api::{Aws, CapacityProvider, Controller, Described, Service, ServiceDeployment, Strategy, TaskStatus};
use super::arn::RevisionArn;
use super::images;
use super::port::CallError;

/// A service and what it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// The service, as it was told.
    pub service: Service,
    /// The revision that serves.
    pub revision: Described,
    /// The newest active revision of the family, where it is newer than the one that serves.
    pub newer: Option<RevisionArn>,
    /// What its tasks are launched on.
    pub launch_types: BTreeSet<LaunchType>,
    /// The platform version that is asked for, on Fargate.
    pub platform_version: Option<String>,
    /// The digests that run, by container.
    pub digests: images::Running,
    /// Why nobody should begin a deployment now.
    pub busy: Option<String>,
}

/// Why a service cannot be hardened by this program at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// A call failed.
    Call(CallError),
    /// There is no such service.
    NoService {
        /// As it was named.
        name: String,
        /// The cluster.
        cluster: String,
    },
    /// The service is of a kind, or in a state, that nobody should change this way.
    NotThisWay {
        /// Why.
        reason: String,
        /// The manual way.
        next_step: String,
    },
}

impl From<CallError> for ReadError {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl Running {
    /// Reads what a service of a cluster runs.
    pub fn read(aws: &Aws<'_>, cluster: &str, name: &str) -> Result<Self, ReadError> {
        let no_service = || ReadError::NoService { name: name.to_owned(), cluster: cluster.to_owned() };
        let service = aws.service(cluster, name)?.ok_or_else(no_service)?;
        Self::of(aws, service)
    }

    /// Reads what a service runs.
    pub fn of(aws: &Aws<'_>, service: Service) -> Result<Self, ReadError> {
        workable(&service)?;
        let arn = serving(&service).ok_or_else(|| {
            not_this_way(
                "nothing tells which revision it runs: it has no primary deployment or task set",
                "deploy it once by its own tools, then run this again",
            )
        })?;
        let revision = aws.definition(&arn.0)?.ok_or_else(|| {
            not_this_way(
                &format!("{} cannot be described any more", arn.short()),
                "give the task definition with --file, from where it is kept",
            )
        })?;
        let newest = aws.active_revisions(arn.family(), 1)?.into_iter().next();
        let newer = newest.filter(|newest| newest.revision() > revision.arn.revision());
        let digests = digests(aws, &service, &revision.arn)?;
        let busy = busy(aws, &service)?;
        let (launch_type, providers, platform_version) = placed(&service);
        let launch_types = launch_types(aws, launch_type, &providers)?;
        Ok(Self { service, revision, newer, launch_types, platform_version, digests, busy })
    }

    /// The cluster's ARN.
    pub fn cluster(&self) -> &str {
        &self.service.cluster_arn
    }

    /// `cluster/service`, as people name it.
    pub fn title(&self) -> String {
        format!("{}/{}", self.service.cluster(), self.service.service_name)
    }
}

/// The revision that serves: that of the primary deployment, or of the primary task set (`Service.taskSets`: the service's own member is
/// not reliable there).
pub fn serving(service: &Service) -> Option<RevisionArn> {
    match service.controller() {
        Controller::CodeDeploy | Controller::External => service.primary_task_set()?.task_definition.clone(),
        Controller::Ecs | Controller::Other(_) => service.primary()?.task_definition.clone(),
    }
}

/// Refuses services that cannot be changed this way, each with the manual one.
fn workable(service: &Service) -> Result<(), ReadError> {
    if service.resource_management_type.as_deref() == Some("ECS") {
        return Err(not_this_way(
            "it is an Express service, whose revisions ECS makes itself",
            "change it by `aws ecs update-express-gateway-service --task-definition-arn ARN`, with the output of `ecs-harden fix`",
        ));
    }
    match service.status.as_str() {
        "ACTIVE" => {}
        "DRAINING" => return Err(not_this_way("it is DRAINING: it is being deleted", "leave it out")),
        "INACTIVE" => return Err(not_this_way("it is INACTIVE: it was deleted", "leave it out")),
        other => {
            return Err(not_this_way(
                &format!("its status is {other}, which this program does not know"),
                "harden its definition with `ecs-harden diff`, and deploy it by its own tools",
            ));
        }
    }
    if let Controller::Other(kind) = service.controller() {
        return Err(not_this_way(
            &format!("its deployment controller is {kind}, which this program does not know"),
            "harden its definition with `ecs-harden fix`, and deploy it by its own tools",
        ));
    }
    match service.strategy() {
        Strategy::Other(strategy) => Err(not_this_way(
            &format!("its deployment strategy is {strategy}, which this program does not know"),
            "harden its definition with `ecs-harden fix`, and deploy it by its own tools",
        )),
        _ => Ok(()),
    }
}

fn not_this_way(reason: &str, next_step: &str) -> ReadError {
    ReadError::NotThisWay { reason: reason.to_owned(), next_step: next_step.to_owned() }
}

/// Launch type, capacity providers and platform version, of the service or of the task set that serves.
fn placed(service: &Service) -> (Option<String>, Vec<CapacityProvider>, Option<String>) {
    match service.primary_task_set() {
        Some(set) => (set.launch_type.clone(), set.capacity_provider_strategy.clone(), set.platform_version.clone()),
        None => {
            (service.launch_type.clone(), service.capacity_provider_strategy.clone(), service.platform_version.clone())
        }
    }
}

fn launch_types(
    aws: &Aws<'_>,
    launch_type: Option<String>,
    providers: &[CapacityProvider],
) -> Result<BTreeSet<LaunchType>, CallError> {
    if providers.is_empty() {
        // A launch type that nobody knows says nothing, so that everything the definition is valid for counts.
        return Ok(launch_type.and_then(|name| name.parse().ok()).into_iter().collect());
    }
    let mut types = BTreeSet::new();
    let mut own = Vec::new();
    for provider in providers {
        match provider.capacity_provider.as_str() {
            "FARGATE" | "FARGATE_SPOT" => drop(types.insert(LaunchType::Fargate)),
            name => own.push(name.to_owned()),
        }
    }
    if !own.is_empty() {
        types.extend(aws.launch_types_of_providers(&own)?);
    }
    Ok(types)
}

/// The digests that the tasks of this revision run, by container.
fn digests(aws: &Aws<'_>, service: &Service, revision: &RevisionArn) -> Result<images::Running, CallError> {
    let mut tasks = aws.tasks(&service.cluster_arn, &service.service_name, TaskStatus::Running)?;
    tasks.retain(|task| task.task_definition_arn.as_ref().is_some_and(|arn| arn.is(revision)));
    Ok(images::running(&tasks))
}

/// Why nobody should begin a deployment now: one is under way, by whatever means.
pub fn busy(aws: &Aws<'_>, service: &Service) -> Result<Option<String>, CallError> {
    if service.task_sets.iter().any(|set| set.stability_status.as_deref() == Some("STABILIZING")) {
        return Ok(Some("a task set is not steady yet".into()));
    }
    match service.controller() {
        Controller::External if service.task_sets.iter().any(|set| set.status != "PRIMARY") => {
            return Ok(Some(
                "it has another task set beside the primary one; `ecs-harden retire` or `aws ecs delete-task-set` removes it"
                    .into(),
            ));
        }
        Controller::CodeDeploy if service.task_sets.len() > 1 => {
            return Ok(Some("CodeDeploy has two task sets of it: a deployment is under way".into()));
        }
        Controller::Ecs => {}
        _ => return Ok(None),
    }
    let latest = aws.service_deployments(&service.cluster_arn, &service.service_name, 5)?;
    let open = latest.iter().flatten().find(|told: &&ServiceDeployment| told.status.is_open());
    if let Some(open) = open {
        return Ok(Some(match open.lifecycle_stage.as_deref() {
            Some(stage) => format!("a deployment of it is at {stage}"),
            None => "a deployment of it is under way".into(),
        }));
    }
    let unfinished = service
        .deployments
        .iter()
        .any(|deployment| deployment.status != "PRIMARY" || deployment.rollout_state.as_deref() == Some("IN_PROGRESS"));
    Ok(unfinished.then(|| "a deployment of it is under way".into()))
}
