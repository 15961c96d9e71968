//! Going on with what a record tells: the carrier of a deployment that was begun, and what its revision has to offer for judging it.

use ecs_harden_transforms::document::Document;

use super::api::{Aws, Service};
use super::arn::{RevisionArn, service_name};
use super::carrier::{AppSpecSource, BeginError, Carrier, CodeDeploy, External, GroupName, Mission, Rolling};
use super::logs::{self, Source};
use super::port::CallError;
use super::proposal::is_checked;
use super::record::{DeploymentId, Entry};
use crate::rollout::api::Redeploy;

/// What carried a deployment that was begun before.
pub fn carrier(
    aws: &Aws<'_>,
    service: &Service,
    deployment: &DeploymentId,
) -> Result<Box<dyn Carrier + Send + Sync>, BeginError> {
    Ok(match deployment {
        DeploymentId::Ecs { .. } => Box::new(Rolling { redeploy: Redeploy::WhenChanged }),
        DeploymentId::CodeDeploy { application, group, .. } => {
            let named = GroupName { application: Some(application), group: Some(group) };
            let found = CodeDeploy::find(aws, service, named, AppSpecSource::LastSuccess);
            // For looking, and for stopping what is under way, none is needed.
            let found = found.or_else(|_| CodeDeploy::find(aws, service, named, AppSpecSource::WithoutHooks));
            Box::new(found?)
        }
        DeploymentId::External { .. } => Box::new(External { token: token(aws) }),
    })
}

/// Makes a repeated call harmless.
pub fn token(aws: &Aws<'_>) -> String {
    format!("ecs-harden-{}", aws.clock().now().as_millisecond())
}

/// What a record says of a service, as a mission; `None` where its turn never came.
pub fn mission(entry: &Entry) -> Option<Mission> {
    Some(Mission {
        cluster: entry.cluster.clone(),
        service: service_name(&entry.service).to_owned(),
        before: entry.before.clone(),
        after: entry.after.clone()?,
    })
}

/// What tells whether a revision works.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// Whether a container has a health check.
    pub checked: bool,
    /// Where its containers write their logs.
    pub logs: Vec<Source>,
}

/// What tells whether a registered revision works.
pub fn signs(aws: &Aws<'_>, revision: &RevisionArn) -> Result<Signs, CallError> {
    let Some(described) = aws.definition(&revision.0)? else { return Ok(Signs::default()) };
    let document = Document::read(described.text.clone());
    Ok(Signs { checked: document.is_ok_and(|it| is_checked(&it)), logs: logs::sources(&described.text, aws.region()) })
}
