//! The reads of a command, tried on what is there. What comes of them is heard on the wire.

use ecs_harden_transforms::arn::{SecretArn, Store};
use ecs_harden_transforms::model::ImageName;
use serde_json::Value as Json;

use super::Facts;
use crate::rollout::api::{Aws, Controller, DeploymentGroup, Service, TaskStatus};
use crate::rollout::permissions::{Names, Permission};
use crate::rollout::port::CallError;

/// A name that nothing has: asking for it tells whether one may ask.
const NOBODY: &str = "ecs-harden-doctor";

/// Tries the reads of a command. Fails only where no further call would be answered.
pub(super) fn tour(aws: &Aws<'_>, wanted: &[Permission], facts: &Facts, names: &Names) -> Result<(), CallError> {
    let wants = |action: &str| wanted.iter().any(|permission| permission.action == action);
    let family = names.families.first().map_or(NOBODY, String::as_str);
    tried(aws.active_revisions(family, 1))?;
    tried(aws.definition(family))?;
    if wants("events:ListRules") {
        tried(aws.cluster_arns())?;
        tried(aws.rules_that_start_tasks())?;
        tried(aws.schedules_that_start_tasks())?;
    }
    for (cluster, _) in &names.places {
        if wants("ecs:ListServices") {
            tried(aws.service_arns(cluster))?;
        }
        if wants("ecs:ListContainerInstances") {
            tried(aws.instance_attributes(cluster))?;
        }
    }
    for (cluster, service) in &facts.services {
        of_service(aws, (cluster, service), wants)?;
    }
    if wants("ecr:BatchGetImage") {
        of_images(aws, facts)?;
    }
    if wants("cloudwatch:DescribeAlarms") {
        tried(aws.alarms(&[NOBODY.to_owned()]))?;
    }
    if wants("logs:DescribeLogGroups") {
        of_preflight(aws, facts, names)?;
    }
    if wants("logs:GetLogEvents") {
        of_logs(aws, facts)?;
    }
    Ok(())
}

/// Goes on, whatever was answered, unless nothing else would be.
fn tried<T>(told: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match told {
        Err(error) if error.is_for_all() => Err(error),
        told => Ok(told.ok()),
    }
}

fn of_service(
    aws: &Aws<'_>,
    (cluster, service): (&str, &Service),
    wants: impl Fn(&str) -> bool,
) -> Result<(), CallError> {
    let name = &service.service_name;
    tried(aws.tasks(cluster, name, TaskStatus::Running))?;
    let providers = service.capacity_provider_strategy.iter().map(|provider| provider.capacity_provider.clone());
    let own: Vec<String> = providers.filter(|name| !name.starts_with("FARGATE")).collect();
    if !own.is_empty() && wants("ecs:DescribeCapacityProviders") {
        tried(aws.launch_types_of_providers(&own))?;
    }
    match service.controller() {
        Controller::Ecs if wants("ecs:ListServiceDeployments") => of_deployments(aws, cluster, name, wants),
        Controller::External if wants("ecs:DescribeTaskSets") => tried(aws.task_sets(cluster, name)).map(drop),
        Controller::CodeDeploy if wants("codedeploy:GetDeploymentGroup") => of_code_deploy(aws, service),
        _ => Ok(()),
    }
}

fn of_deployments(aws: &Aws<'_>, cluster: &str, service: &str, wants: impl Fn(&str) -> bool) -> Result<(), CallError> {
    let deployments = tried(aws.service_deployments(cluster, service, 1))?.flatten().unwrap_or_default();
    let latest = deployments.into_iter().find_map(|deployment| deployment.target_service_revision);
    if let Some(revision) = latest.filter(|_| wants("ecs:DescribeServiceRevisions")) {
        tried(aws.service_revision(&revision.arn))?;
    }
    Ok(())
}

fn of_code_deploy(aws: &Aws<'_>, service: &Service) -> Result<(), CallError> {
    let (cluster, name) = (service.cluster(), service.service_name.as_str());
    tried(aws.deployment_group(&format!("AppECS-{cluster}-{name}"), &format!("DgpECS-{cluster}-{name}")))?;
    for application in tried(aws.applications())?.unwrap_or_default() {
        let groups = tried(aws.deployment_groups(&application))?.unwrap_or_default();
        let deploys = |group: &&DeploymentGroup| {
            group.ecs_services.iter().any(|one| one.service_name == name && one.cluster_name == cluster)
        };
        let Some(group) = groups.iter().find(deploys) else { continue };
        tried(aws.open_code_deployments(&application, &group.deployment_group_name))?;
        if let Some(last) = &group.last_successful_deployment {
            let last = tried(aws.code_deployment(&last.deployment_id))?;
            if let Some(revision) = last.and_then(|last| last.revision) {
                tried(aws.application_revision(&application, &revision))?;
            }
        }
        break;
    }
    Ok(())
}

fn of_images(aws: &Aws<'_>, facts: &Facts) -> Result<(), CallError> {
    for image in facts.containers().filter_map(|container| container["image"].as_str()) {
        let image = ImageName::of(image);
        if let Some(registry) = image.ecr().filter(|registry| registry.region == aws.region()) {
            tried(aws.digest_of_tag(registry.account, image.repository, image.tag.unwrap_or("latest")))?;
        }
    }
    Ok(())
}

fn of_preflight(aws: &Aws<'_>, facts: &Facts, names: &Names) -> Result<(), CallError> {
    tried(aws.has_log_group(NOBODY))?;
    tried(aws.parameter(NOBODY))?;
    if let Some(role) = names.roles.first() {
        tried(aws.role_may(role, "logs:PutLogEvents", "*"))?;
    }
    let pointers = facts.containers().filter_map(|container| container["secrets"].as_array()).flatten();
    let secrets = pointers.filter_map(|secret| SecretArn::try_from(secret["valueFrom"].as_str()?.to_owned()).ok());
    for secret in secrets.filter(|secret| secret.store() == Store::SecretsManager) {
        tried(aws.secret(secret.resource()))?;
    }
    Ok(())
}

fn of_logs(aws: &Aws<'_>, facts: &Facts) -> Result<(), CallError> {
    let groups =
        facts.containers().filter_map(|container| container.pointer("/logConfiguration/options/awslogs-group"));
    for group in groups.filter_map(Json::as_str) {
        tried(aws.log_lines(group, NOBODY, 1))?;
    }
    Ok(())
}
