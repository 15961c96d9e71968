//! Going on with what a record tells: the carrier of a deployment that was begun, and what its revision has to offer for judging it.

use ecs_harden_transforms::document::Document;

use super::api::{Aws, Described, Service};
use super::arn::{RevisionArn, service_name};
use super::carrier::{AppSpecSource, BeginError, Carrier, CodeDeploy, External, GroupName, Mission, Rolling};
use super::logs::{self, Source};
use super::port::CallError;
use super::proposal::{is_checked, masked_values, shown_names};
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
    /// What sentences of AWS may name.
    pub names: Vec<String>,
    /// What no sentence of AWS may repeat, of this revision and the one before.
    pub hidden: Vec<String>,
}

/// What tells whether the revision of a mission works.
pub fn signs(aws: &Aws<'_>, mission: &Mission) -> Result<Signs, CallError> {
    let told = |revision: &RevisionArn| aws.definition(&revision.0);
    let (before, after) = (told(&mission.before)?, told(&mission.after)?);
    let read = |described: &Described| Document::read(described.text.clone()).ok();
    let documents: Vec<Document> = before.iter().chain(&after).filter_map(read).collect();
    let mut names = shown_names(&mission.after, &documents);
    names.extend([mission.service.clone(), service_name(&mission.cluster).to_owned(), aws.region().to_owned()]);
    Ok(Signs {
        checked: after.as_ref().and_then(read).is_some_and(|document| is_checked(&document)),
        logs: after.map(|after| logs::sources(&after.text, aws.region())).unwrap_or_default(),
        names,
        hidden: masked_values(&documents),
    })
}
