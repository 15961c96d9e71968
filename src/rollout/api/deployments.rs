//! Service deployments: the history that ECS keeps of every deployment of a service since autumn 2024, for 90 days.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Aws, seconds};
use crate::rollout::arn::RevisionArn;
use crate::rollout::port::{Api, CallError, Failure};
use crate::rollout::said::Said;

/// A service deployment (`ServiceDeployment` of the ECS API model).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceDeployment {
    /// Its ARN.
    pub service_deployment_arn: String,
    /// Where it stands.
    pub status: ServiceDeploymentStatus,
    /// Why.
    pub status_reason: Option<Said>,
    /// The stage of a blue/green deployment: `SCALE_UP`, `BAKE_TIME` and others.
    pub lifecycle_stage: Option<String>,
    /// What it is heading for.
    pub target_service_revision: Option<TargetRevision>,
    /// Why and to what it goes back.
    pub rollback: Option<Rollback>,
    /// When it was made.
    #[serde(deserialize_with = "seconds")]
    pub created_at: Option<Timestamp>,
    /// When it ended.
    #[serde(deserialize_with = "seconds")]
    pub finished_at: Option<Timestamp>,
}

/// The service revision that a deployment is heading for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TargetRevision {
    /// Its ARN: a service revision, not a task definition.
    pub arn: String,
    /// How many tasks were asked for.
    pub requested_task_count: u32,
    /// How many run.
    pub running_task_count: u32,
    /// How many are on their way.
    pub pending_task_count: u32,
}

/// Why and to what a deployment goes back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rollback {
    /// Why.
    pub reason: Option<Said>,
    /// The service revision that it goes back to.
    pub service_revision_arn: Option<String>,
}

/// Where a service deployment stands (`ServiceDeploymentStatus`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceDeploymentStatus {
    /// Not begun.
    #[default]
    Pending,
    /// Being made.
    InProgress,
    /// Done.
    Successful,
    /// Somebody asked to stop it.
    StopRequested,
    /// Stopped.
    Stopped,
    /// Somebody asked to go back.
    RollbackRequested,
    /// Going back.
    RollbackInProgress,
    /// Gone back.
    RollbackSuccessful,
    /// Going back failed.
    RollbackFailed,
    /// One that this program does not know.
    #[serde(untagged)]
    Other(String),
}

impl ServiceDeploymentStatus {
    /// Whether something may still change.
    pub const fn is_open(&self) -> bool {
        matches!(
            self,
            Self::Pending
                | Self::InProgress
                | Self::StopRequested
                | Self::RollbackRequested
                | Self::RollbackInProgress
                | Self::Other(_)
        )
    }

    /// Whether it goes or went back.
    pub const fn is_rollback(&self) -> bool {
        matches!(
            self,
            Self::RollbackRequested | Self::RollbackInProgress | Self::RollbackSuccessful | Self::RollbackFailed
        )
    }
}

/// An image of a service revision, as ECS resolved it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RevisionImage {
    /// The container.
    pub container_name: String,
    /// The digest: `sha256:…`.
    pub image_digest: Option<String>,
    /// The image as the definition names it.
    pub image: Option<String>,
}

/// A service revision: what a deployment is about.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceRevision {
    /// Its ARN.
    pub service_revision_arn: String,
    /// The task definition.
    pub task_definition: Option<RevisionArn>,
    /// The images that it resolved.
    pub container_images: Vec<RevisionImage>,
}

impl Aws<'_> {
    /// The latest deployments of a service, newest first; at most so many, and 20 in any case. `None` where the service has no such history, as
    /// with the controllers `CODE_DEPLOY` and `EXTERNAL`.
    pub fn service_deployments(
        &self,
        cluster: &str,
        service: &str,
        limit: usize,
    ) -> Result<Option<Vec<ServiceDeployment>>, CallError> {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Brief {
            service_deployment_arn: String,
        }
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Briefs {
            service_deployments: Vec<Brief>,
        }
        let limit = limit.clamp(1, 20);
        let body = json!({ "cluster": cluster, "service": service, "maxResults": limit });
        let briefs: Briefs = match self.read(Api::Ecs, "ListServiceDeployments", &body) {
            Err(error) if error.failure == Failure::Rejected => return Ok(None),
            answer => answer?,
        };
        let arns: Vec<String> =
            briefs.service_deployments.into_iter().map(|brief| brief.service_deployment_arn).take(limit).collect();
        let mut deployments = self.described_deployments(&arns)?;
        deployments.sort_by_key(|deployment| {
            arns.iter().position(|arn| *arn == deployment.service_deployment_arn).unwrap_or(usize::MAX)
        });
        Ok(Some(deployments))
    }

    /// One service deployment by its ARN; `None` where there is none.
    pub fn service_deployment(&self, arn: &str) -> Result<Option<ServiceDeployment>, CallError> {
        Ok(self.described_deployments(&[arn.to_owned()])?.into_iter().next())
    }

    fn described_deployments(&self, arns: &[String]) -> Result<Vec<ServiceDeployment>, CallError> {
        if arns.is_empty() {
            return Ok(Vec::new());
        }
        let body = json!({ "serviceDeploymentArns": arns });
        let is_it = |told: &ServiceDeployment, arn: &str| told.service_deployment_arn == arn;
        self.described("DescribeServiceDeployments", &body, "serviceDeployments", (arns, is_it))
    }

    /// A service revision by its ARN; `None` where there is none.
    pub fn service_revision(&self, arn: &str) -> Result<Option<ServiceRevision>, CallError> {
        let body = json!({ "serviceRevisionArns": [arn] });
        let (asked, is_it) = ([arn.to_owned()], |told: &ServiceRevision, arn: &str| told.service_revision_arn == arn);
        let told = self.described("DescribeServiceRevisions", &body, "serviceRevisions", (&asked, is_it))?;
        Ok(told.into_iter().next())
    }

    /// Makes a deployment that is in progress go back (`StopServiceDeployment`, whose documented type is `ROLLBACK`).
    pub fn roll_back_deployment(&self, arn: &str) -> Result<(), CallError> {
        let body = json!({ "serviceDeploymentArn": arn, "stopType": "ROLLBACK" });
        self.write::<Json>(Api::Ecs, "StopServiceDeployment", &body).map(drop)
    }
}
