//! Services as `DescribeServices` tells them, and the calls that change them.

use std::collections::BTreeSet;
use std::time::Duration;

use ecs_harden_transforms::model::LaunchType;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Aws, TaskSet, last, seconds};
use crate::rollout::arn::RevisionArn;
use crate::rollout::port::{Api, CallError};
use crate::rollout::said::Said;

/// A service (`Service` of the ECS API model), as far as a roll-out reads it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Service {
    /// The whole ARN.
    pub service_arn: String,
    /// The name.
    pub service_name: String,
    /// The cluster's ARN.
    pub cluster_arn: String,
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub status: String,
    /// How many tasks there should be.
    pub desired_count: u32,
    /// How many run.
    pub running_count: u32,
    /// How many are on their way.
    pub pending_count: u32,
    /// Empty where a capacity provider strategy decides.
    pub launch_type: Option<String>,
    /// Which capacity providers carry the tasks.
    pub capacity_provider_strategy: Vec<CapacityProvider>,
    /// The platform version that was asked for, on Fargate.
    pub platform_version: Option<String>,
    /// The revision that the service is meant to run; not reliable where task sets carry it.
    pub task_definition: Option<RevisionArn>,
    /// How it is rolled out.
    pub deployment_configuration: Option<DeploymentConfiguration>,
    /// Who rolls it out.
    pub deployment_controller: Option<DeploymentController>,
    /// Rolling deployments; empty for the controllers `CODE_DEPLOY` and `EXTERNAL`.
    pub deployments: Vec<Deployment>,
    /// Task sets of the controllers `CODE_DEPLOY` and `EXTERNAL`.
    pub task_sets: Vec<TaskSet>,
    /// The service deployment that is in progress.
    pub current_service_deployment: Option<String>,
    /// What happened, newest first.
    pub events: Vec<ServiceEvent>,
    /// Where requests come from.
    pub load_balancers: Vec<LoadBalancer>,
    /// `REPLICA` or `DAEMON`.
    pub scheduling_strategy: Option<String>,
    /// Whether ECS Exec is on.
    pub enable_execute_command: bool,
    /// How long health checks of load balancers are passed over, in seconds.
    pub health_check_grace_period_seconds: Option<u64>,
    /// `ECS` where ECS manages the resources itself (Express).
    pub resource_management_type: Option<String>,
    /// Tags of the service.
    pub tags: Vec<Tag>,
}

/// Who rolls a service out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct DeploymentController {
    /// `ECS`, `CODE_DEPLOY` or `EXTERNAL`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Who rolls a service out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Controller {
    /// ECS itself, by rolling update or one of its own blue/green strategies.
    Ecs,
    /// AWS `CodeDeploy`.
    CodeDeploy,
    /// Somebody who makes task sets.
    External,
    /// One that this program does not know.
    Other(String),
}

/// A member of a capacity provider strategy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CapacityProvider {
    /// `FARGATE`, `FARGATE_SPOT`, or the name of one of the account.
    pub capacity_provider: String,
}

/// How a service is rolled out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentConfiguration {
    /// The circuit breaker.
    pub deployment_circuit_breaker: Option<CircuitBreaker>,
    /// Alarms that stop a deployment.
    pub alarms: Option<Alarms>,
    /// The upper limit of running tasks, in percent of the desired count.
    pub maximum_percent: Option<u32>,
    /// The lower limit of healthy tasks, in percent of the desired count.
    pub minimum_healthy_percent: Option<u32>,
    /// The strategy; rolling where absent.
    pub strategy: Option<Strategy>,
    /// How long both revisions stay after traffic was shifted, in minutes.
    pub bake_time_in_minutes: Option<u64>,
    /// What is called at the stages of a deployment.
    pub lifecycle_hooks: Vec<Json>,
    /// How long a canary deployment stands still before the rest follows.
    pub canary_configuration: CanaryConfiguration,
    /// How long a linear deployment stands still after each step.
    pub linear_configuration: LinearConfiguration,
}

/// Shifting traffic in two steps (`CanaryConfiguration` of the ECS API model).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CanaryConfiguration {
    /// Between the two, in minutes.
    pub canary_bake_time_in_minutes: u64,
}

/// Shifting traffic in equal steps (`LinearConfiguration` of the ECS API model).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinearConfiguration {
    /// After each step, in minutes.
    pub step_bake_time_in_minutes: u64,
}

/// The deployment circuit breaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CircuitBreaker {
    /// Whether it watches.
    pub enable: bool,
    /// Whether it rolls back.
    pub rollback: bool,
}

/// Alarms that stop a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Alarms {
    /// Their names.
    pub alarm_names: Vec<String>,
    /// Whether they count.
    pub enable: bool,
    /// Whether they roll back.
    pub rollback: bool,
}

/// The strategy of a deployment (`DeploymentConfiguration.strategy`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Strategy {
    /// Task by task.
    #[default]
    Rolling,
    /// All traffic at once.
    BlueGreen,
    /// Traffic in equal steps.
    Linear,
    /// A part of the traffic first.
    Canary,
    /// One that this program does not know.
    #[serde(untagged)]
    Other(String),
}

/// A rolling deployment (`Deployment` of the API model).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Deployment {
    /// `ecs-svc/…`; tasks name it as who started them.
    pub id: String,
    /// `PRIMARY`, `ACTIVE` or `INACTIVE`.
    pub status: String,
    /// The revision.
    pub task_definition: Option<RevisionArn>,
    /// How many tasks there should be.
    pub desired_count: u32,
    /// How many run.
    pub running_count: u32,
    /// How many are on their way.
    pub pending_count: u32,
    /// How many failed in a row; ECS starts again from zero when one runs.
    pub failed_tasks: u32,
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`; absent for some services.
    pub rollout_state: Option<String>,
    /// Why.
    pub rollout_state_reason: Option<Said>,
    /// When it was made.
    #[serde(deserialize_with = "seconds")]
    pub created_at: Option<Timestamp>,
    /// The version that runs, on Fargate.
    pub platform_version: Option<String>,
}

/// An event of a service.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceEvent {
    /// Its id.
    pub id: String,
    /// When.
    #[serde(deserialize_with = "seconds")]
    pub created_at: Option<Timestamp>,
    /// The sentence of ECS.
    pub message: Said,
}

/// A load balancer of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LoadBalancer {
    /// The target group; absent with a Classic Load Balancer.
    pub target_group_arn: Option<String>,
    /// The container that serves.
    pub container_name: Option<String>,
    /// The port that it serves on.
    pub container_port: Option<u32>,
}

/// A tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value; never shown.
    pub value: String,
}

impl Service {
    /// Who rolls it out; ECS where nothing is said (`Service.deploymentController`).
    pub fn controller(&self) -> Controller {
        match self.deployment_controller.as_ref().map(|controller| controller.kind.as_str()) {
            None | Some("" | "ECS") => Controller::Ecs,
            Some("CODE_DEPLOY") => Controller::CodeDeploy,
            Some("EXTERNAL") => Controller::External,
            Some(other) => Controller::Other(other.to_owned()),
        }
    }

    /// The deployment that the service is heading for.
    pub fn primary(&self) -> Option<&Deployment> {
        self.deployments.iter().find(|deployment| deployment.status == "PRIMARY")
    }

    /// The task set that serves.
    pub fn primary_task_set(&self) -> Option<&TaskSet> {
        self.task_sets.iter().find(|set| set.status == "PRIMARY")
    }

    /// How long a deployment of it may stand still and be well: until health checks count, and between steps of traffic.
    pub fn waits(&self) -> Duration {
        let configuration = self.deployment_configuration.clone().unwrap_or_default();
        let minutes = configuration.canary_configuration.canary_bake_time_in_minutes
            + configuration.linear_configuration.step_bake_time_in_minutes;
        Duration::from_mins(minutes) + Duration::from_secs(self.health_check_grace_period_seconds.unwrap_or(0))
    }

    /// Whether ECS places one task on every instance.
    pub fn is_daemon(&self) -> bool {
        self.scheduling_strategy.as_deref() == Some("DAEMON")
    }

    /// The strategy of its deployments.
    pub fn strategy(&self) -> Strategy {
        self.deployment_configuration
            .as_ref()
            .and_then(|configuration| configuration.strategy.clone())
            .unwrap_or_default()
    }

    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str())
    }

    /// The name of the cluster.
    pub fn cluster(&self) -> &str {
        self.cluster_arn.rsplit('/').next().unwrap_or(&self.cluster_arn)
    }
}

/// `DescribeServices` takes so many names at most.
const DESCRIBED_AT_ONCE: usize = 10;

#[derive(Deserialize)]
struct Updated {
    service: Service,
}

impl Aws<'_> {
    /// The services of a cluster by their names or ARNs, in that order; `None` where there is none.
    pub fn services(&self, cluster: &str, names: &[String]) -> Result<Vec<Option<Service>>, CallError> {
        let mut found = Vec::new();
        for names in names.chunks(DESCRIBED_AT_ONCE) {
            let body = json!({ "cluster": cluster, "services": names, "include": ["TAGS"] });
            // A cluster has one service of a name, whichever form of ARN names it.
            let is_it = |service: &Service, name: &str| {
                service.service_name == last(name) || last(&service.service_arn) == last(name)
            };
            let told = self.described("DescribeServices", &body, "services", (names, is_it))?;
            found.extend(names.iter().map(|name| told.iter().find(|service| is_it(service, name)).cloned()));
        }
        Ok(found)
    }

    /// One service; `None` where there is none.
    pub fn service(&self, cluster: &str, name: &str) -> Result<Option<Service>, CallError> {
        Ok(self.services(cluster, &[name.to_owned()])?.into_iter().next().flatten())
    }

    /// The ARNs of all services of a cluster.
    pub fn service_arns(&self, cluster: &str) -> Result<Vec<String>, CallError> {
        let body = json!({ "cluster": cluster, "maxResults": 100 });
        let mut arns = self.names(Api::Ecs, "ListServices", body, "serviceArns")?;
        arns.sort_unstable();
        Ok(arns)
    }

    /// The ARNs of all clusters.
    pub fn cluster_arns(&self) -> Result<Vec<String>, CallError> {
        self.names(Api::Ecs, "ListClusters", json!({ "maxResults": 100 }), "clusterArns")
    }

    /// What capacity providers of the account launch tasks on; one that is not known may be either kind of instances
    /// (`CapacityProvider` of the API model).
    pub fn launch_types_of_providers(&self, names: &[String]) -> Result<BTreeSet<LaunchType>, CallError> {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Provider {
            name: String,
            auto_scaling_group_provider: Option<Json>,
            managed_instances_provider: Option<Json>,
        }
        let body = json!({ "capacityProviders": names });
        let is_it = |provider: &Provider, name: &str| last(&provider.name) == last(name);
        let told = self.described("DescribeCapacityProviders", &body, "capacityProviders", (names, is_it))?;
        let of = |name: &String| {
            let provider = told.iter().find(|provider| is_it(provider, name));
            match provider.map(|told| (&told.auto_scaling_group_provider, &told.managed_instances_provider)) {
                Some((Some(_), None)) => vec![LaunchType::Ec2],
                Some((None, Some(_))) => vec![LaunchType::ManagedInstances],
                _ => vec![LaunchType::Ec2, LaunchType::ManagedInstances],
            }
        };
        Ok(names.iter().flat_map(of).collect())
    }

    /// Makes a service run a revision. Nothing else is sent: members that are left out stay as they are (`UpdateServiceRequest`).
    pub fn update_service(
        &self,
        cluster: &str,
        service: &str,
        to: &RevisionArn,
        how: Redeploy,
    ) -> Result<Service, CallError> {
        let mut body = json!({ "cluster": cluster, "service": service, "taskDefinition": to });
        if how == Redeploy::Forced {
            body["forceNewDeployment"] = json!(true);
        }
        self.write::<Updated>(Api::Ecs, "UpdateService", &body).map(|updated| updated.service)
    }
}

/// Whether tasks are replaced although the revision is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redeploy {
    /// Only where the revision changes.
    WhenChanged,
    /// In any case.
    Forced,
}
