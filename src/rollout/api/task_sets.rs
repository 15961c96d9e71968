//! Task sets, which carry services of the controllers `CODE_DEPLOY` and `EXTERNAL`.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Aws, CapacityProvider, LoadBalancer};
use crate::rollout::arn::RevisionArn;
use crate::rollout::port::{Api, CallError};

/// A task set (`TaskSet` of the ECS API model).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(try_from = "Json")]
pub struct TaskSet {
    /// What a roll-out reads of it.
    pub facts: TaskSetFacts,
    /// All that was told of it, so that a copy loses nothing.
    whole: Json,
}

/// What a roll-out reads of a task set.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TaskSetFacts {
    /// `ecs-svc/…`.
    pub id: String,
    /// Its ARN.
    pub task_set_arn: String,
    /// `PRIMARY`, `ACTIVE` or `DRAINING`.
    pub status: String,
    /// The revision.
    pub task_definition: Option<RevisionArn>,
    /// How many tasks come of the scale.
    pub computed_desired_count: u32,
    /// How many run.
    pub running_count: u32,
    /// How many are on their way.
    pub pending_count: u32,
    /// `STEADY_STATE` or `STABILIZING`.
    pub stability_status: Option<String>,
    /// The launch type, where no capacity provider strategy decides.
    pub launch_type: Option<String>,
    /// Which capacity providers carry it.
    pub capacity_provider_strategy: Vec<CapacityProvider>,
    /// The platform version, on Fargate.
    pub platform_version: Option<String>,
    /// Where requests come from.
    pub load_balancers: Vec<LoadBalancer>,
}

impl TryFrom<Json> for TaskSet {
    type Error = serde_json::Error;

    fn try_from(whole: Json) -> Result<Self, serde_json::Error> {
        Ok(Self { facts: TaskSetFacts::deserialize(&whole)?, whole })
    }
}

impl std::ops::Deref for TaskSet {
    type Target = TaskSetFacts;

    fn deref(&self) -> &TaskSetFacts {
        &self.facts
    }
}

/// What `CreateTaskSet` takes over from a task set: nothing is inherited from the service (`CreateTaskSetRequest`).
const COPIED: [&str; 8] = [
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "scale",
    "tags",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    task_set: TaskSet,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Sets {
    task_sets: Vec<TaskSet>,
}

impl Aws<'_> {
    /// The task sets of a service.
    pub fn task_sets(&self, cluster: &str, service: &str) -> Result<Vec<TaskSet>, CallError> {
        let body = json!({ "cluster": cluster, "service": service, "include": ["TAGS"] });
        Ok(self.read::<Sets>(Api::Ecs, "DescribeTaskSets", &body)?.task_sets)
    }

    /// Makes a task set like another, with another revision. `token`, of at most 36 characters, makes a repeated call harmless
    /// (`CreateTaskSetRequest.clientToken`).
    pub fn create_task_set(
        &self,
        cluster: &str,
        service: &str,
        like: &TaskSet,
        to: &RevisionArn,
        token: &str,
    ) -> Result<TaskSet, CallError> {
        let mut body = json!({ "cluster": cluster, "service": service, "taskDefinition": to, "clientToken": token });
        for name in COPIED {
            if let Some(value) = like.whole.get(name).filter(|value| !is_empty(value)) {
                body[name] = value.clone();
            }
        }
        // ECS answers with both where a strategy decides, and takes only one (`CreateTaskSetRequest.launchType`).
        if body.get("capacityProviderStrategy").is_some() {
            body.as_object_mut().map(|members| members.remove("launchType"));
        }
        self.write::<Made>(Api::Ecs, "CreateTaskSet", &body).map(|made| made.task_set)
    }

    /// Makes a task set the one that serves.
    pub fn make_primary(&self, cluster: &str, service: &str, task_set: &str) -> Result<(), CallError> {
        let body = json!({ "cluster": cluster, "service": service, "primaryTaskSet": task_set });
        self.write::<Json>(Api::Ecs, "UpdateServicePrimaryTaskSet", &body).map(drop)
    }

    /// Deletes a task set that does not serve, although tasks of it run: without `force` its scale would have to be 0 first
    /// (`DeleteTaskSetRequest.force`). Its tasks are stopped in order.
    pub fn delete_task_set(&self, cluster: &str, service: &str, task_set: &str) -> Result<(), CallError> {
        let body = json!({ "cluster": cluster, "service": service, "taskSet": task_set, "force": true });
        self.write::<Json>(Api::Ecs, "DeleteTaskSet", &body).map(drop)
    }
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}
