//! Tasks: what runs, what stopped, and why.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Aws, seconds};
use crate::rollout::arn::RevisionArn;
use crate::rollout::port::{Api, CallError};
use crate::rollout::said::Said;

/// A task (`Task` of the ECS API model), as far as a roll-out reads it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Task {
    /// Its ARN.
    pub task_arn: String,
    /// The revision.
    pub task_definition_arn: Option<RevisionArn>,
    /// `RUNNING`, `STOPPED` and what is between.
    pub last_status: String,
    /// `HEALTHY`, `UNHEALTHY` or `UNKNOWN`.
    pub health_status: Option<String>,
    /// `EssentialContainerExited`, `TaskFailedToStart` and others.
    pub stop_code: Option<String>,
    /// The sentence of ECS.
    pub stopped_reason: Option<Said>,
    /// Who started it: the id of a deployment, or of a task set.
    pub started_by: Option<String>,
    /// `service:NAME` for tasks of a service.
    pub group: Option<String>,
    /// When it stopped.
    #[serde(deserialize_with = "seconds")]
    pub stopped_at: Option<Timestamp>,
    /// Its containers.
    pub containers: Vec<TaskContainer>,
}

/// A container of a task.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TaskContainer {
    /// Its name.
    pub name: String,
    /// The image as the definition names it.
    pub image: Option<String>,
    /// The digest that runs: `sha256:…`.
    pub image_digest: Option<String>,
    /// `RUNNING`, `STOPPED` and what is between.
    pub last_status: Option<String>,
    /// `HEALTHY`, `UNHEALTHY` or `UNKNOWN`.
    pub health_status: Option<String>,
    /// What it ended with.
    pub exit_code: Option<i64>,
    /// The sentence of ECS.
    pub reason: Option<Said>,
    /// How often its restart policy started it again.
    pub restart_count: u64,
    /// The id that its log stream ends in.
    pub runtime_id: Option<String>,
}

/// Which tasks are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    /// Those that run or are meant to.
    Running,
    /// Those that stopped; ECS shows them for about an hour.
    Stopped,
}

/// `DescribeTasks` takes so many ARNs at most.
const DESCRIBED_AT_ONCE: usize = 100;

impl Aws<'_> {
    /// The tasks of a service.
    pub fn tasks(&self, cluster: &str, service: &str, status: TaskStatus) -> Result<Vec<Task>, CallError> {
        let status = match status {
            TaskStatus::Running => "RUNNING",
            TaskStatus::Stopped => "STOPPED",
        };
        let body = json!({ "cluster": cluster, "serviceName": service, "desiredStatus": status });
        let arns = self.names(Api::Ecs, "ListTasks", body, "taskArns")?;
        self.describe_tasks(cluster, &arns)
    }

    /// The tasks of a family that run or are meant to, whoever started them.
    pub fn tasks_of_family(&self, cluster: &str, family: &str) -> Result<Vec<Task>, CallError> {
        let body = json!({ "cluster": cluster, "family": family, "desiredStatus": "RUNNING" });
        let arns = self.names(Api::Ecs, "ListTasks", body, "taskArns")?;
        self.describe_tasks(cluster, &arns)
    }

    fn describe_tasks(&self, cluster: &str, arns: &[String]) -> Result<Vec<Task>, CallError> {
        let mut tasks = Vec::new();
        for arns in arns.chunks(DESCRIBED_AT_ONCE) {
            let body = json!({ "cluster": cluster, "tasks": arns });
            let is_it = |task: &Task, arn: &str| task.task_arn == arn;
            tasks.extend(self.described("DescribeTasks", &body, "tasks", (arns, is_it))?);
        }
        Ok(tasks)
    }

    /// The attributes of the instances of a cluster that take tasks, each instance with the names of what it has.
    pub fn instance_attributes(&self, cluster: &str) -> Result<Vec<Vec<String>>, CallError> {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Instance {
            container_instance_arn: String,
            attributes: Vec<Attribute>,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Attribute {
            name: String,
        }
        let body = json!({ "cluster": cluster, "status": "ACTIVE" });
        let arns = self.names(Api::Ecs, "ListContainerInstances", body, "containerInstanceArns")?;
        let mut all = Vec::new();
        for arns in arns.chunks(DESCRIBED_AT_ONCE) {
            let body = json!({ "cluster": cluster, "containerInstances": arns });
            let is_it = |instance: &Instance, arn: &str| instance.container_instance_arn == arn;
            let told = self.described("DescribeContainerInstances", &body, "containerInstances", (arns, is_it))?;
            let names = |instance: Instance| instance.attributes.into_iter().map(|attribute| attribute.name).collect();
            all.extend(told.into_iter().map(names));
        }
        Ok(all)
    }
}
