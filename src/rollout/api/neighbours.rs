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

/// What a tag of a repository stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedImage {
    /// The digest of its manifest: `sha256:…`.
    pub digest: String,
    /// Where that is the index of an image for several platforms, the digests of the manifests that it lists.
    pub manifests: Vec<String>,
}

impl TaggedImage {
    /// Whether a task that reports this digest runs it: the index itself, or the manifest of its platform.
    pub fn is(&self, digest: &str) -> bool {
        self.digest == digest || self.manifests.iter().any(|manifest| manifest == digest)
    }
}

/// What somebody may do with a resource by their own policies (`EvaluationResult.EvalDecision`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolePermission {
    /// They may.
    Allowed,
    /// No policy of theirs allows it. A policy of the resource may.
    NotAllowed,
    /// A policy of theirs forbids it.
    Denied,
    /// Their policies set conditions that nobody outside a real request can tell (`MissingContextValues`).
    Conditional,
}

/// A secret or parameter that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// The key that it is encrypted with, as it is named there: an ARN, an id or an alias; absent for the key of AWS.
    pub key: Option<String>,
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

// Lists without elements come as null where AWS answers in XML.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Simulated {
    evaluation_results: Option<Vec<Evaluation>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Evaluation {
    eval_decision: String,
    missing_context_values: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AlarmsTold {
    metric_alarms: Option<Vec<Alarm>>,
    composite_alarms: Option<Vec<Alarm>>,
}

impl Stored {
    fn of(told: &Json, key: &str) -> Self {
        let key = told.get(key).and_then(Json::as_str).filter(|key| !key.is_empty() && !key.starts_with("alias/aws/"));
        Self { key: key.map(str::to_owned) }
    }
}

impl Aws<'_> {
    /// Whether a log group exists.
    pub fn has_log_group(&self, name: &str) -> Result<bool, CallError> {
        let body = json!({ "logGroupNamePrefix": name, "limit": 50 });
        let groups = self.pages(Api::Logs, "DescribeLogGroups", body, |mut page| {
            serde_json::from_value::<Vec<Json>>(list(&mut page, "logGroups")).ok()
        })?;
        Ok(groups.iter().any(|group| group["logGroupName"] == name))
    }

    /// What a stream holds, latest last; at most so many lines.
    pub fn log_lines(&self, group: &str, stream: &str, limit: usize) -> Result<Vec<String>, CallError> {
        let body = json!({ "logGroupName": group, "logStreamName": stream, "limit": limit, "startFromHead": false });
        let told: Json = self.read(Api::Logs, "GetLogEvents", &body)?;
        let events = told.get("events").and_then(Json::as_array);
        let lines = events.into_iter().flatten().filter_map(|event| event["message"].as_str().map(str::to_owned));
        Ok(lines.collect())
    }

    /// A secret; `None` where there is none or it is about to be deleted. Its value is not read.
    pub fn secret(&self, arn: &str) -> Result<Option<Stored>, CallError> {
        match self.read::<Json>(Api::SecretsManager, "DescribeSecret", &json!({ "SecretId": arn })) {
            Ok(told) if told.get("DeletedDate").is_none_or(Json::is_null) => Ok(Some(Stored::of(&told, "KmsKeyId"))),
            Ok(_) => Ok(None),
            Err(error) if error.is("ResourceNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A parameter; `None` where there is none. Its value is not read.
    pub fn parameter(&self, name: &str) -> Result<Option<Stored>, CallError> {
        let body = json!({ "ParameterFilters": [{ "Key": "Name", "Option": "Equals", "Values": [name] }] });
        let told = self.pages(Api::Ssm, "DescribeParameters", body, |mut page| {
            serde_json::from_value::<Vec<Json>>(list(&mut page, "Parameters")).ok()
        })?;
        let found = told.iter().find(|parameter| parameter["Name"] == name);
        Ok(found.map(|parameter| Stored::of(parameter, "KeyId")))
    }

    /// Whether a role or user may do something, by their own policies (`SimulatePrincipalPolicy`).
    pub fn role_may(&self, role: &str, action: &str, resource: &str) -> Result<RolePermission, CallError> {
        let body = json!({ "PolicySourceArn": role, "ActionNames": [action], "ResourceArns": [resource] });
        self.simulate(&body)
    }

    /// Whether somebody may hand a role to tasks, by their own policies.
    pub fn may_pass(&self, who: &str, role: &str) -> Result<RolePermission, CallError> {
        self.simulate(&json!({
            "PolicySourceArn": who,
            "ActionNames": ["iam:PassRole"],
            "ResourceArns": [role],
            "ContextEntries": [{
                "ContextKeyName": "iam:PassedToService",
                "ContextKeyType": "string",
                "ContextKeyValues": ["ecs-tasks.amazonaws.com"],
            }],
        }))
    }

    fn simulate(&self, body: &Json) -> Result<RolePermission, CallError> {
        let told: Simulated = self.read(Api::Iam, "SimulatePrincipalPolicy", body)?;
        let unreadable = || CallError::new(Api::Iam, "SimulatePrincipalPolicy", Failure::Unreadable);
        let result = told.evaluation_results.iter().flatten().next().ok_or_else(unreadable)?;
        match result.eval_decision.as_str() {
            "allowed" => Ok(RolePermission::Allowed),
            "explicitDeny" => Ok(RolePermission::Denied),
            "implicitDeny" if result.missing_context_values.iter().flatten().next().is_some() => {
                Ok(RolePermission::Conditional)
            }
            "implicitDeny" => Ok(RolePermission::NotAllowed),
            _ => Err(unreadable()),
        }
    }

    /// What a tag of a repository stands for now; `None` where there is no such image. Only registries of the region that calls go to
    /// can be asked.
    pub fn digest_of_tag(&self, registry: &str, repository: &str, tag: &str) -> Result<Option<TaggedImage>, CallError> {
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
        let image = told.pointer("/images/0");
        let digest = image.and_then(|image| image.pointer("/imageId/imageDigest")?.as_str().map(str::to_owned));
        let manifest = image.and_then(|image| serde_json::from_str::<Json>(image.get("imageManifest")?.as_str()?).ok());
        let listed = manifest.as_ref().and_then(|manifest| manifest.get("manifests")?.as_array());
        let listed =
            listed.into_iter().flatten().filter_map(|manifest| manifest.get("digest")?.as_str().map(str::to_owned));
        let manifests = listed.collect();
        Ok(digest.map(|digest| TaggedImage { digest, manifests }))
    }

    /// The alarms of these names.
    pub fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, CallError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let body = json!({ "AlarmNames": names, "AlarmTypes": ["MetricAlarm", "CompositeAlarm"] });
        let told: AlarmsTold = self.read(Api::CloudWatch, "DescribeAlarms", &body)?;
        Ok(told.metric_alarms.into_iter().chain(told.composite_alarms).flatten().collect())
    }

    /// The targets of all rules of all event buses that start tasks.
    pub fn rules_that_start_tasks(&self) -> Result<Vec<Starter>, CallError> {
        let listed = |operation, body, member: &'static str| {
            self.pages(Api::Events, operation, body, move |mut page| {
                serde_json::from_value::<Vec<Json>>(list(&mut page, member)).ok()
            })
        };
        let mut starters = Vec::new();
        for bus in listed("ListEventBuses", json!({}), "EventBuses")?.iter().filter_map(|bus| bus["Name"].as_str()) {
            let rules = listed("ListRules", json!({ "EventBusName": bus }), "Rules")?;
            for rule in rules.iter().filter_map(|rule| rule["Name"].as_str()) {
                let body = json!({ "Rule": rule, "EventBusName": bus });
                let definition = |target: &Json| {
                    target.pointer("/EcsParameters/TaskDefinitionArn").and_then(Json::as_str).map(str::to_owned)
                };
                let targets = listed("ListTargetsByRule", body, "Targets")?;
                let starter = |task_definition| Starter { what: format!("rule {rule}"), task_definition };
                starters.extend(targets.iter().filter_map(definition).map(starter));
            }
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
