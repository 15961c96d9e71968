//! Services of the controller `CODE_DEPLOY`: a deployment of their group with the AppSpec of its last success, in which the task definition alone is
//! another one, so that hooks stay.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{Back, BeginError, Carrier, Look, Mission, Sight, Stage, Standing, are_too_many, failed_tasks, send_once};
use crate::rollout::api::{Aws, BlueGreen, CodeDeployment, DeploymentGroup, Service};
use crate::rollout::arn::RevisionArn;
use crate::rollout::port::CallError;
use crate::rollout::proposal::digest;
use crate::rollout::record::DeploymentId;

/// CodeDeploy as the carrier.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeDeploy {
    /// The group that deploys the service.
    pub group: DeploymentGroup,
    /// The AppSpec, whose task definition is replaced.
    pub appspec: Json,
}

/// Where the AppSpec comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppSpecSource<'a> {
    /// The last deployment of the group that succeeded.
    LastSuccess,
    /// A text in JSON or YAML.
    Given(&'a str),
    /// Made from the service, without hooks.
    WithoutHooks,
}

/// Which application and group deploy a service, as the user named them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupName<'a> {
    /// The application.
    pub application: Option<&'a str>,
    /// The group.
    pub group: Option<&'a str>,
}

impl CodeDeploy {
    /// Finds the group that deploys a service, and its AppSpec.
    pub fn find(
        aws: &Aws<'_>,
        service: &Service,
        named: GroupName<'_>,
        source: AppSpecSource<'_>,
    ) -> Result<Self, BeginError> {
        let group = group(aws, service, named)?;
        let appspec = match source {
            AppSpecSource::Given(text) => parsed(text).ok_or_else(|| BeginError::Missing {
                reason: "the AppSpec given is neither JSON nor YAML with Resources and a TaskDefinition".into(),
                next_step: "mend the file, or take the one of the last deployment by leaving --appspec out".into(),
            })?,
            AppSpecSource::WithoutHooks => fresh(service).ok_or_else(|| BeginError::Missing {
                reason: "no load balancer of the service tells which container and port traffic goes to".into(),
                next_step: "give the AppSpec: --appspec FILE".into(),
            })?,
            AppSpecSource::LastSuccess => last_success(aws, &group)?.ok_or_else(|| BeginError::Missing {
                reason: "CodeDeploy does not hand out the AppSpec of the last deployment that succeeded".into(),
                next_step: "give it with --appspec FILE, or deploy without hooks: --no-hooks".into(),
            })?,
        };
        Ok(Self { group, appspec })
    }

    /// What a deployment of ours is described as.
    pub fn description(revision: &RevisionArn) -> String {
        format!("ecs-harden: {}", revision.short())
    }

    fn deployment(&self, aws: &Aws<'_>, to: &RevisionArn) -> Result<DeploymentId, BeginError> {
        let (application, name) = (&self.group.application_name, &self.group.deployment_group_name);
        let mut appspec = self.appspec.clone();
        replace(&mut appspec, to);
        let text = appspec.to_string();
        let sha256 = digest(&text);
        let known = aws.open_code_deployments(application, name).map_err(BeginError::Refused)?;
        let description = Self::description(to);
        let send = || aws.create_code_deployment(&self.group, &text, &sha256, &description);
        let find = || {
            for id in aws.open_code_deployments(application, name)? {
                if !known.contains(&id) && is_of(&aws.code_deployment(&id)?, &sha256) {
                    return Ok(Some(id));
                }
            }
            Ok(None)
        };
        let id = send_once(aws, send, find)?;
        Ok(DeploymentId::CodeDeploy { id, application: application.clone(), group: name.clone() })
    }
}

impl Carrier for CodeDeploy {
    fn begin(&self, aws: &Aws<'_>, mission: &Mission) -> Result<DeploymentId, BeginError> {
        self.deployment(aws, &mission.after)
    }

    fn waits(&self) -> Duration {
        let waits = self.group.blue_green_deployment_configuration.as_ref().map_or(0, BlueGreen::waits_minutes);
        Duration::from_mins(waits)
    }

    fn look(&self, aws: &Aws<'_>, mission: &Mission, deployment: &DeploymentId) -> Result<Look, CallError> {
        look(aws, mission, deployment)
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
        let DeploymentId::CodeDeploy { id, .. } = deployment else { return Ok(Back::There) };
        if at == Stage::Underway && aws.code_deployment(id)?.is_open() {
            return match aws.stop_code_deployment(id) {
                // Stopping twice does no harm, and looking tells what became of it.
                Err(error) if error.is_uncertain() => aws.stop_code_deployment(id).map(|()| Back::Same),
                done => done.map(|()| Back::Same),
            };
        }
        let service = aws.service(&mission.cluster, &mission.service)?.unwrap_or_default();
        match service.primary_task_set().and_then(|set| set.task_definition.as_ref()) {
            Some(primary) if primary.is(&mission.before) => return Ok(Back::There),
            Some(primary) if !primary.is(&mission.after) => {
                return Ok(Back::Superseded { by: Some(primary.clone()) });
            }
            _ => {}
        }
        match self.deployment(aws, &mission.before) {
            Ok(back) => Ok(Back::Another(back)),
            Err(BeginError::Refused(error) | BeginError::Unknown(error)) => Err(error),
            Err(BeginError::Missing { .. } | BeginError::Interrupted) => Ok(Back::There),
        }
    }
}

/// Where a deployment of CodeDeploy stands; its id alone is needed, so that a record is enough.
pub(super) fn look(aws: &Aws<'_>, mission: &Mission, deployment: &DeploymentId) -> Result<Look, CallError> {
    let DeploymentId::CodeDeploy { id, .. } = deployment else { return Ok(Look::default()) };
    let told = aws.code_deployment(id)?;
    let service = aws.service(&mission.cluster, &mission.service)?.unwrap_or_default();
    let mine = service
        .task_sets
        .iter()
        .find(|set| set.task_definition.as_ref().is_some_and(|arn| arn.is(&mission.after)) && set.status != "DRAINING");
    let desired = mine.map_or(0, |set| set.computed_desired_count);
    let failed = mine.map_or(0, |set| failed_tasks(aws, mission, set));
    let standing = match told.status.as_str() {
        "InProgress" if are_too_many(failed, desired) => {
            Standing::Failed { reason: format!("{failed} tasks of the new task set failed") }
        }
        "Succeeded" => match service.primary_task_set().and_then(|set| set.task_definition.as_ref()) {
            Some(primary) if !primary.is(&mission.after) => Standing::Superseded { by: Some(primary.clone()) },
            _ => Standing::Done,
        },
        "Failed" | "Stopped" => ended(aws, &service, &told, mission)?,
        "Ready" => Standing::Waiting { on: "somebody to let the traffic over".into() },
        "Baking" => Standing::Waiting { on: "its bake time".into() },
        _ if told.instance_termination_wait_time_started => {
            Standing::Waiting { on: "the time for which the old tasks are kept".into() }
        }
        _ => Standing::Underway,
    };
    let old = service.task_sets.iter().filter(|set| mine.is_none_or(|mine| mine.task_set_arn != set.task_set_arn));
    let sight = Sight {
        desired,
        running: mine.map_or(0, |set| set.running_count),
        pending: mine.map_or(0, |set| set.pending_count),
        failed,
        old: old.map(|set| set.running_count).sum(),
        stage: Some(told.status.clone()),
    };
    Ok(Look { standing, sight, events: service.events })
}

/// A deployment that did not succeed: whether it went back, goes back, or neither.
fn ended(aws: &Aws<'_>, service: &Service, told: &CodeDeployment, mission: &Mission) -> Result<Standing, CallError> {
    let why = told.error_information.as_ref().and_then(|error| error.code.clone());
    let reason = match (why, told.status.as_str()) {
        (Some(code), _) => format!("CodeDeploy: {code}"),
        (None, "Stopped") => "it was stopped".to_owned(),
        (None, _) => "CodeDeploy gives no reason".to_owned(),
    };
    let back = told.rollback_info.as_ref().and_then(|info| info.rollback_deployment_id.clone());
    if let Some(back) = back.filter(|id| !id.is_empty()) {
        let back = aws.code_deployment(&back)?;
        return Ok(match back.status.as_str() {
            "Succeeded" => Standing::WentBack { reason },
            "Failed" | "Stopped" => Standing::Failed { reason: format!("{reason}; going back failed too") },
            _ => Standing::GoingBack { reason },
        });
    }
    let primary = service.primary_task_set().and_then(|set| set.task_definition.as_ref());
    Ok(match primary {
        Some(primary) if primary.is(&mission.before) => Standing::WentBack { reason },
        Some(primary) if !primary.is(&mission.after) => Standing::Superseded { by: Some(primary.clone()) },
        _ => Standing::Failed { reason },
    })
}

/// The group that deploys a service: named, by the names that AWS's own tools give, else looked for in every application.
fn group(aws: &Aws<'_>, service: &Service, named: GroupName<'_>) -> Result<DeploymentGroup, BeginError> {
    let (cluster, name) = (service.cluster(), service.service_name.as_str());
    let deploys = |group: &DeploymentGroup| {
        group.ecs_services.iter().any(|one| one.service_name == name && one.cluster_name == cluster)
    };
    let application = named.application.map_or_else(|| format!("AppECS-{cluster}-{name}"), str::to_owned);
    let group = named.group.map_or_else(|| format!("DgpECS-{cluster}-{name}"), str::to_owned);
    let refused = BeginError::Refused;
    if let Some(found) = aws.deployment_group(&application, &group).map_err(refused)? {
        return if deploys(&found) {
            Ok(found)
        } else {
            Err(BeginError::Missing {
                reason: format!("the deployment group {application}/{group} deploys another service"),
                next_step: "name the right one: --codedeploy-application NAME --codedeploy-group NAME".into(),
            })
        };
    }
    let applications = match named.application {
        Some(application) => vec![application.to_owned()],
        None => aws.applications().map_err(refused)?,
    };
    let mut found = Vec::new();
    for application in applications {
        let groups = aws.deployment_groups(&application).map_err(refused)?;
        found.extend(
            groups
                .into_iter()
                .filter(|group| deploys(group) && named.group.is_none_or(|name| group.deployment_group_name == name)),
        );
    }
    let several = found.len() > 1;
    match found.pop().filter(|_| !several) {
        Some(found) => Ok(found),
        None => Err(BeginError::Missing {
            reason: if several {
                "several deployment groups of CodeDeploy deploy this service".into()
            } else {
                "no deployment group of CodeDeploy deploys this service".into()
            },
            next_step: "name it: --codedeploy-application NAME --codedeploy-group NAME".into(),
        }),
    }
}

/// The AppSpec of the last deployment of a group that succeeded; `None` where CodeDeploy does not hand it out.
fn last_success(aws: &Aws<'_>, group: &DeploymentGroup) -> Result<Option<Json>, BeginError> {
    let Some(last) = group.last_successful_deployment.as_ref().filter(|last| !last.deployment_id.is_empty()) else {
        return Ok(None);
    };
    let refused = BeginError::Refused;
    let Some(revision) = aws.code_deployment(&last.deployment_id).map_err(refused)?.revision else { return Ok(None) };
    if let Some(found) = content(&revision).and_then(parsed) {
        return Ok(Some(found));
    }
    match aws.application_revision(&group.application_name, &revision) {
        Ok(told) => Ok(told.get("revision").and_then(content).and_then(parsed)),
        // A revision in S3 or GitHub is not in CodeDeploy's hands.
        Err(error) if error.is_uncertain() => Err(BeginError::Refused(error)),
        Err(_) => Ok(None),
    }
}

/// The text within a `RevisionLocation`.
fn content(revision: &Json) -> Option<&str> {
    ["/appSpecContent/content", "/string/content"].into_iter().find_map(|path| revision.pointer(path)?.as_str())
}

/// An AppSpec, which is YAML and so may be JSON; `None` where it names no task definition.
fn parsed(text: &str) -> Option<Json> {
    let appspec: Json = serde_json::from_str(text).ok().or_else(|| yaml_serde::from_str(text).ok())?;
    replace(&mut appspec.clone(), &RevisionArn(String::new())).then_some(appspec)
}

/// An AppSpec for a service, without hooks.
fn fresh(service: &Service) -> Option<Json> {
    let balancer = service.load_balancers.first().or_else(|| service.primary_task_set()?.load_balancers.first())?;
    let (name, port) = (balancer.container_name.as_ref()?, balancer.container_port?);
    let mut properties = json!({
        "TaskDefinition": "",
        "LoadBalancerInfo": { "ContainerName": name, "ContainerPort": port },
    });
    if let Some(version) = service.primary_task_set().and_then(|set| set.platform_version.clone()) {
        properties["PlatformVersion"] = json!(version);
    }
    let target = json!({ "TargetService": { "Type": "AWS::ECS::Service", "Properties": properties } });
    Some(json!({ "version": 0.0, "Resources": [target] }))
}

/// Puts a revision into every resource of an AppSpec; `false` where there is none. Keys are found in any case, as AWS's command line does.
fn replace(appspec: &mut Json, revision: &RevisionArn) -> bool {
    let Some(Json::Array(resources)) = member(appspec, "resources") else { return false };
    let mut replaced = false;
    for resource in resources.iter_mut().filter_map(Json::as_object_mut).flat_map(|resource| resource.values_mut()) {
        if let Some(properties) = member(resource, "properties")
            && let Some(place) = member(properties, "taskdefinition")
        {
            *place = json!(revision);
            replaced = true;
        }
    }
    replaced
}

fn member<'j>(value: &'j mut Json, name: &str) -> Option<&'j mut Json> {
    value.as_object_mut()?.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn is_of(told: &CodeDeployment, sha256: &str) -> bool {
    let path = ["/appSpecContent/sha256", "/string/sha256"];
    let revision = told.revision.as_ref();
    path.into_iter().any(|path| revision.and_then(|revision| revision.pointer(path)?.as_str()) == Some(sha256))
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        \
        TaskDefinition: \"arn:old\"\n        LoadBalancerInfo:\n          ContainerName: web\n          ContainerPort: 80\n\
        Hooks:\n  - AfterAllowTestTraffic: \"arn:hook\"\n";

    #[test]
    fn the_task_definition_alone_is_another_one_and_hooks_stay() {
        let mut appspec = parsed(YAML).unwrap();
        assert!(replace(&mut appspec, &RevisionArn("arn:new".into())));
        let properties = &appspec["Resources"][0]["TargetService"]["Properties"];
        assert_eq!(properties["TaskDefinition"], "arn:new");
        assert_eq!(properties["LoadBalancerInfo"]["ContainerPort"], 80);
        assert_eq!(appspec["Hooks"][0]["AfterAllowTestTraffic"], "arn:hook");
    }

    #[test]
    fn keys_are_found_in_any_case_and_in_json() {
        let text = r#"{"version":1,"resources":[{"x":{"properties":{"taskDefinition":"old"}}}]}"#;
        let mut appspec = parsed(text).unwrap();
        assert!(replace(&mut appspec, &RevisionArn("new".into())));
        assert_eq!(appspec["resources"][0]["x"]["properties"]["taskDefinition"], "new");
    }

    #[test]
    fn what_names_no_task_definition_is_no_appspec() {
        for text in ["", "nothing", "{}", "Resources: []", "Resources: {}", "Resources:\n  - A: {Properties: {}}"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn a_digest_is_written_in_lower_case_hexadecimal() {
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
