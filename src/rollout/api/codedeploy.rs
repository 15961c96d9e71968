//! AWS CodeDeploy, for services with the controller `CODE_DEPLOY` (API model of CodeDeploy, 2014-10-06).

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::Aws;
use crate::rollout::port::{Api, CallError, Failure};
use crate::rollout::said::Said;

/// A deployment group of the ECS platform.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentGroup {
    /// The application.
    pub application_name: String,
    /// The group.
    pub deployment_group_name: String,
    /// `ECS` for services of ECS.
    pub compute_platform: Option<String>,
    /// The services that it deploys.
    pub ecs_services: Vec<EcsService>,
    /// The last deployment that succeeded.
    pub last_successful_deployment: Option<LastDeployment>,
    /// The last one that was tried.
    pub last_attempted_deployment: Option<LastDeployment>,
    /// What goes back by itself.
    pub auto_rollback_configuration: Option<AutoRollback>,
    /// How long blue stays, and how long somebody may take to say go.
    pub blue_green_deployment_configuration: Option<BlueGreen>,
}

/// A service of ECS as a deployment group names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EcsService {
    /// The service.
    pub service_name: String,
    /// The cluster.
    pub cluster_name: String,
}

/// A deployment that a group remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LastDeployment {
    /// Its id: `d-…`.
    pub deployment_id: String,
    /// `Succeeded` and others.
    pub status: Option<String>,
}

/// What a group does by itself when a deployment fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AutoRollback {
    /// Whether it goes back.
    pub enabled: bool,
    /// On which events.
    pub events: Vec<String>,
}

/// Waits of a blue/green deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BlueGreen {
    /// When blue ends.
    pub terminate_blue_instances_on_deployment_success: Wait,
    /// When traffic goes over.
    pub deployment_ready_option: Wait,
}

/// A wait in minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Wait {
    /// Before blue ends.
    pub termination_wait_time_in_minutes: Option<u64>,
    /// Before somebody has to say go.
    pub wait_time_in_minutes: Option<u64>,
}

impl BlueGreen {
    /// How long a healthy deployment may stand still, in minutes.
    pub fn waits_minutes(&self) -> u64 {
        let termination = self.terminate_blue_instances_on_deployment_success.termination_wait_time_in_minutes;
        let ready = self.deployment_ready_option.wait_time_in_minutes;
        termination.unwrap_or(0) + ready.unwrap_or(0)
    }
}

/// A deployment of CodeDeploy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CodeDeployment {
    /// Its id.
    pub deployment_id: String,
    /// `Created`, `Queued`, `InProgress`, `Baking`, `Ready`, `Succeeded`, `Failed` or `Stopped`.
    pub status: String,
    /// Why it failed.
    pub error_information: Option<ErrorInformation>,
    /// What went back, if something did.
    pub rollback_info: Option<RollbackInfo>,
    /// Whether traffic went over and the old tasks are kept for a while.
    pub instance_termination_wait_time_started: bool,
    /// What whoever made it calls it.
    pub description: Option<String>,
    /// What was deployed, as it was sent.
    pub revision: Option<Json>,
}

/// Why a deployment failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ErrorInformation {
    /// `DEPLOYMENT_GROUP_MISSING`, `ALARM_ACTIVE` and others.
    pub code: Option<String>,
    /// The sentence of CodeDeploy.
    pub message: Option<Said>,
}

/// What went back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RollbackInfo {
    /// The deployment that takes this one back.
    pub rollback_deployment_id: Option<String>,
    /// What became of it.
    pub rollback_message: Option<Said>,
}

impl CodeDeployment {
    /// Whether something may still change.
    pub fn is_open(&self) -> bool {
        !matches!(self.status.as_str(), "Succeeded" | "Failed" | "Stopped")
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Groups {
    deployment_groups_info: Vec<DeploymentGroup>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    deployment_group_info: DeploymentGroup,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deployment {
    deployment_info: CodeDeployment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    deployment_id: String,
}

/// `BatchGetDeploymentGroups` takes so many names at most.
const GROUPS_AT_ONCE: usize = 100;

impl Aws<'_> {
    /// The names of all applications.
    pub fn applications(&self) -> Result<Vec<String>, CallError> {
        self.names(Api::CodeDeploy, "ListApplications", json!({}), "applications")
    }

    /// The deployment groups of an application.
    pub fn deployment_groups(&self, application: &str) -> Result<Vec<DeploymentGroup>, CallError> {
        let body = json!({ "applicationName": application });
        let names = self.names(Api::CodeDeploy, "ListDeploymentGroups", body, "deploymentGroups")?;
        let mut groups = Vec::new();
        for names in names.chunks(GROUPS_AT_ONCE) {
            let body = json!({ "applicationName": application, "deploymentGroupNames": names });
            let told: Groups = self.read(Api::CodeDeploy, "BatchGetDeploymentGroups", &body)?;
            groups.extend(told.deployment_groups_info);
        }
        Ok(groups)
    }

    /// One deployment group; `None` where there is none.
    pub fn deployment_group(&self, application: &str, group: &str) -> Result<Option<DeploymentGroup>, CallError> {
        let body = json!({ "applicationName": application, "deploymentGroupName": group });
        match self.read::<Group>(Api::CodeDeploy, "GetDeploymentGroup", &body) {
            Ok(told) => Ok(Some(told.deployment_group_info)),
            Err(error) if error.failure == Failure::Rejected => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The ids of deployments of a group that are not over.
    pub fn open_code_deployments(&self, application: &str, group: &str) -> Result<Vec<String>, CallError> {
        let body = json!({
            "applicationName": application,
            "deploymentGroupName": group,
            "includeOnlyStatuses": ["Created", "Queued", "InProgress", "Baking", "Ready"],
        });
        self.names(Api::CodeDeploy, "ListDeployments", body, "deployments")
    }

    /// A deployment by its id.
    pub fn code_deployment(&self, id: &str) -> Result<CodeDeployment, CallError> {
        let told: Deployment = self.read(Api::CodeDeploy, "GetDeployment", &json!({ "deploymentId": id }))?;
        Ok(told.deployment_info)
    }

    /// The content of a revision that an application knows, where CodeDeploy keeps it itself.
    pub fn application_revision(&self, application: &str, revision: &Json) -> Result<Json, CallError> {
        let body = json!({ "applicationName": application, "revision": revision });
        self.read(Api::CodeDeploy, "GetApplicationRevision", &body)
    }

    /// Deploys an AppSpec, given as text; answers with the id of the deployment.
    pub fn create_code_deployment(
        &self,
        group: &DeploymentGroup,
        appspec: &str,
        sha256: &str,
        description: &str,
    ) -> Result<String, CallError> {
        let body = json!({
            "applicationName": group.application_name,
            "deploymentGroupName": group.deployment_group_name,
            "revision": {
                "revisionType": "AppSpecContent",
                "appSpecContent": { "content": appspec, "sha256": sha256 },
            },
            "description": description,
        });
        self.write::<Created>(Api::CodeDeploy, "CreateDeployment", &body).map(|created| created.deployment_id)
    }

    /// Stops a deployment and goes back.
    pub fn stop_code_deployment(&self, id: &str) -> Result<(), CallError> {
        let body = json!({ "deploymentId": id, "autoRollbackEnabled": true });
        self.write::<Json>(Api::CodeDeploy, "StopDeployment", &body).map(drop)
    }
}
