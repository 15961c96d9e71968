//! What stands around ECS: what log groups, secrets, parameters, roles, images, alarms, rules and schedules say. Only reads, and never the
//! value of a secret or parameter.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Aws, list};
use crate::rollout::port::{Api, CallError, Failure};

/// Who calls (`GetCallerIdentity`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Identity {
    /// The account, twelve digits.
    pub account: String,
    /// The caller.
    pub arn: String,
}

/// What a role may do with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolePermission {
    /// It may.
    Allowed,
    /// It may not.
    Denied,
}

/// An alarm (`MetricAlarm`, `CompositeAlarm`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Alarm {
    /// Its name.
    pub alarm_name: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state_value: String,
}

/// Somebody beside services who starts tasks of a task definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starter {
    /// What it is, as people name it: `rule nightly`.
    pub what: String,
    /// The task definition as it is named there: ARN with or without revision.
    pub task_definition: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Simulated {
    evaluation_results: Vec<Evaluation>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Evaluation {
    eval_decision: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AlarmsTold {
    metric_alarms: Vec<Alarm>,
    composite_alarms: Vec<Alarm>,
}

impl Aws<'_> {
    /// Whether a log group exists.
    pub fn has_log_group(&self, name: &str) -> Result<bool, CallError> {
        let body = json!({ "logGroupNamePrefix": name, "limit": 50 });
        let told: Json = self.read(Api::Logs, "DescribeLogGroups", &body)?;
        let groups = told.get("logGroups").and_then(Json::as_array);
        Ok(groups.is_some_and(|groups| groups.iter().any(|group| group["logGroupName"] == name)))
    }

    /// What a stream holds, latest last; at most so many lines.
    pub fn log_lines(&self, group: &str, stream: &str, limit: usize) -> Result<Vec<String>, CallError> {
        let body = json!({ "logGroupName": group, "logStreamName": stream, "limit": limit, "startFromHead": false });
        let told: Json = self.read(Api::Logs, "GetLogEvents", &body)?;
        let events = told.get("events").and_then(Json::as_array);
        let lines = events.into_iter().flatten().filter_map(|event| event["message"].as_str().map(str::to_owned));
        Ok(lines.collect())
    }

    /// Whether a secret exists and is not about to be deleted. Its value is not read.
    pub fn has_secret(&self, arn: &str) -> Result<bool, CallError> {
        match self.read::<Json>(Api::SecretsManager, "DescribeSecret", &json!({ "SecretId": arn })) {
            Ok(told) => Ok(told.get("DeletedDate").is_none_or(Json::is_null)),
            Err(error) if error.is("ResourceNotFoundException") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a parameter exists. Its value is not read.
    pub fn has_parameter(&self, name: &str) -> Result<bool, CallError> {
        let body = json!({ "ParameterFilters": [{ "Key": "Name", "Option": "Equals", "Values": [name] }] });
        let told: Json = self.read(Api::Ssm, "DescribeParameters", &body)?;
        let parameters = told.get("Parameters").and_then(Json::as_array);
        Ok(parameters.is_some_and(|parameters| parameters.iter().any(|parameter| parameter["Name"] == name)))
    }

    /// Whether a role may do something, by its own policies (`SimulatePrincipalPolicy`; policies of the resource do not count).
    pub fn role_may(&self, role: &str, action: &str, resource: &str) -> Result<RolePermission, CallError> {
        let body = json!({ "PolicySourceArn": role, "ActionNames": [action], "ResourceArns": [resource] });
        let told: Simulated = self.read(Api::Iam, "SimulatePrincipalPolicy", &body)?;
        match told.evaluation_results.first().map(|result| result.eval_decision.as_str()) {
            Some("allowed") => Ok(RolePermission::Allowed),
            Some(_) => Ok(RolePermission::Denied),
            None => Err(CallError::new(Api::Iam, "SimulatePrincipalPolicy", Failure::Unreadable)),
        }
    }

    /// The digest that a tag of a repository stands for now; `None` where there is no such image.
    pub fn digest_of_tag(&self, registry: &str, repository: &str, tag: &str) -> Result<Option<String>, CallError> {
        let body = json!({
            "registryId": registry,
            "repositoryName": repository,
            "imageIds": [{ "imageTag": tag }],
            "acceptedMediaTypes": [
                "application/vnd.docker.distribution.manifest.v2+json",
                "application/vnd.docker.distribution.manifest.list.v2+json",
                "application/vnd.oci.image.manifest.v1+json",
                "application/vnd.oci.image.index.v1+json",
            ],
        });
        let told: Json = self.read(Api::Ecr, "BatchGetImage", &body)?;
        let digest = told.pointer("/images/0/imageId/imageDigest").and_then(Json::as_str);
        Ok(digest.map(str::to_owned))
    }

    /// The alarms of these names.
    pub fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, CallError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let body = json!({ "AlarmNames": names, "AlarmTypes": ["MetricAlarm", "CompositeAlarm"] });
        let told: AlarmsTold = self.read(Api::CloudWatch, "DescribeAlarms", &body)?;
        Ok(told.metric_alarms.into_iter().chain(told.composite_alarms).collect())
    }

    /// The targets of all rules of the default event bus that start tasks.
    pub fn rules_that_start_tasks(&self) -> Result<Vec<Starter>, CallError> {
        let rules = self.pages(Api::Events, "ListRules", json!({}), |mut page| {
            serde_json::from_value::<Vec<Json>>(list(&mut page, "Rules")).ok()
        })?;
        let mut starters = Vec::new();
        for rule in rules.iter().filter_map(|rule| rule["Name"].as_str()) {
            let targets = self.pages(Api::Events, "ListTargetsByRule", json!({ "Rule": rule }), |mut page| {
                serde_json::from_value::<Vec<Json>>(list(&mut page, "Targets")).ok()
            })?;
            let definitions = targets.iter().filter_map(|target| {
                target.pointer("/EcsParameters/TaskDefinitionArn").and_then(Json::as_str).map(str::to_owned)
            });
            starters
                .extend(definitions.map(|task_definition| Starter { what: format!("rule {rule}"), task_definition }));
        }
        Ok(starters)
    }

    /// The targets of all schedules that start tasks.
    pub fn schedules_that_start_tasks(&self) -> Result<Vec<Starter>, CallError> {
        let schedules = self.pages(Api::Scheduler, "ListSchedules", json!({}), |mut page| {
            serde_json::from_value::<Vec<Json>>(list(&mut page, "Schedules")).ok()
        })?;
        let mut starters = Vec::new();
        for schedule in &schedules {
            // The list names the target's ARN alone, which is that of the cluster for tasks of ECS.
            let of_ecs =
                schedule.pointer("/Target/Arn").and_then(Json::as_str).is_some_and(|arn| arn.contains(":ecs:"));
            let Some(name) = schedule["Name"].as_str().filter(|_| of_ecs) else { continue };
            let mut body = json!({ "Name": name });
            if let Some(group) = schedule["GroupName"].as_str() {
                body["GroupName"] = json!(group);
            }
            let told: Json = self.read(Api::Scheduler, "GetSchedule", &body)?;
            if let Some(definition) = told.pointer("/Target/EcsParameters/TaskDefinitionArn").and_then(Json::as_str) {
                let what = format!("schedule {name}");
                starters.push(Starter { what, task_definition: definition.to_owned() });
            }
        }
        Ok(starters)
    }
}
