//! What carries a revision to a running service: ECS itself, CodeDeploy, or task sets, by the controller of the service.
//!
//! A carrier begins a deployment, looks at it, and takes it back. What is done with what it sees is decided in [`super::watch`].

mod code_deploy;
mod external;
mod rolling;

use std::time::Duration;

pub use code_deploy::{AppSpecSource, CodeDeploy, GroupName};
pub use external::External;
pub use rolling::{Rolling, latest_deployment_to};

use super::api::{Aws, ServiceEvent, Task, TaskSet, TaskStatus};
use super::arn::RevisionArn;
use super::port::{CallError, Interrupted};
use super::record::DeploymentId;

/// A service and the two revisions that a deployment is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mission {
    /// The cluster's ARN.
    pub cluster: String,
    /// The service's name.
    pub service: String,
    /// The revision that runs.
    pub before: RevisionArn,
    /// The revision that it is to run.
    pub after: RevisionArn,
}

/// Carries a revision to a service.
pub trait Carrier {
    /// Begins the deployment. Where the answer is lost, looks before anything is sent again.
    fn begin(&self, aws: &Aws<'_>, mission: &Mission) -> Result<DeploymentId, BeginError>;

    /// How long a deployment may stand still and be well, beside what the service says.
    fn waits(&self) -> Duration {
        Duration::ZERO
    }

    /// Looks where the deployment stands.
    fn look(&self, aws: &Aws<'_>, mission: &Mission, deployment: &DeploymentId) -> Result<Look, CallError>;

    /// Goes on where a look said [`Standing::Ready`].
    fn go_on(&self, aws: &Aws<'_>, mission: &Mission, deployment: &DeploymentId) -> Result<(), CallError>;

    /// Takes the deployment back; what comes of it is to be looked at. Sends nothing where it is already on its way back, or where the
    /// service is no longer heading for our revision.
    fn take_back(
        &self,
        aws: &Aws<'_>,
        mission: &Mission,
        deployment: &DeploymentId,
        at: Stage,
    ) -> Result<Back, CallError>;
}

/// When a deployment is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// While it is under way.
    Underway,
    /// After it was finished.
    Finished,
}

/// How a deployment is on its way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Back {
    /// The same deployment goes back; looking at it tells.
    Same,
    /// Another deployment brings the old revision back.
    Another(DeploymentId),
    /// The old revision serves again.
    There,
    /// Somebody else's deployment took its place; nothing was sent.
    Superseded {
        /// The revision of that deployment, where it can be told.
        by: Option<RevisionArn>,
    },
}

/// Why a deployment was not begun, as far as can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BeginError {
    /// It was not begun.
    Refused(CallError),
    /// Whether it was begun cannot be told.
    Unknown(CallError),
    /// Something that the carrier needs is missing; what, and what to do.
    Missing {
        /// What is missing.
        reason: String,
        /// The one thing to do next.
        next_step: String,
    },
    /// Somebody pressed Ctrl-C before it was begun.
    Interrupted,
}

impl From<Interrupted> for BeginError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

/// What one look at a deployment shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// Where it stands.
    pub standing: Standing,
    /// In numbers.
    pub sight: Sight,
    /// What ECS told, newest first.
    pub events: Vec<ServiceEvent>,
}

/// Where a deployment stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It goes on.
    #[default]
    Underway,
    /// It is well and waits for something that takes its time.
    Waiting {
        /// For what, as the end of a sentence: "its bake time".
        on: String,
    },
    /// What comes next is ours to do: [`Carrier::go_on`].
    Ready,
    /// The service runs the new revision.
    Done,
    /// It failed, and nothing takes it back by itself.
    Failed {
        /// Why.
        reason: String,
    },
    /// It failed, and AWS is taking it back.
    GoingBack {
        /// Why.
        reason: String,
    },
    /// It failed, and the service runs what it ran before.
    WentBack {
        /// Why.
        reason: String,
    },
    /// Somebody else's deployment took its place.
    Superseded {
        /// The revision of that deployment, where it can be told.
        by: Option<RevisionArn>,
    },
}

/// A deployment in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// How many tasks of the new revision there should be.
    pub desired: u32,
    /// How many run.
    pub running: u32,
    /// How many are on their way.
    pub pending: u32,
    /// How many failed in a row, as ECS counts.
    pub failed: u32,
    /// How many tasks of other revisions still run.
    pub old: u32,
    /// The stage of a deployment in stages.
    pub stage: Option<String>,
}

/// The tasks of a task set that ended by themselves or never started. Neither CodeDeploy nor a task set counts them. Where they cannot be
/// looked at, none is known.
fn failed_tasks(aws: &Aws<'_>, mission: &Mission, set: &TaskSet) -> u32 {
    if set.stability_status.as_deref() == Some("STEADY_STATE") {
        return 0;
    }
    let stopped = aws.tasks(&mission.cluster, &mission.service, TaskStatus::Stopped).unwrap_or_default();
    let of_set = stopped.iter().filter(|task| task.started_by.as_deref() == Some(&set.id));
    let ended =
        |task: &&Task| matches!(task.stop_code.as_deref(), Some("TaskFailedToStart" | "EssentialContainerExited"));
    u32::try_from(of_set.filter(ended).count()).unwrap_or(u32::MAX)
}

/// Whether so many tasks failed that nobody would try on: half of those wanted, at least 3 and at most 200 (ECS developer guide, "How the
/// Amazon ECS deployment circuit breaker detects failures").
fn are_too_many(failed: u32, desired: u32) -> bool {
    failed >= desired.div_ceil(2).clamp(3, 200)
}

/// How often something that was lost is looked for before it is sent again.
const LOOKS: u32 = 3;

/// How long ECS may need until it shows what it took (its reads are eventually consistent).
const SETTLES: Duration = Duration::from_secs(3);

/// Sends a write, and where its answer is lost looks whether it was carried out before it is sent once more.
///
/// `find` says what the write would have made, if it is there.
fn send_once<T>(
    aws: &Aws<'_>,
    mut send: impl FnMut() -> Result<T, CallError>,
    mut find: impl FnMut() -> Result<Option<T>, CallError>,
) -> Result<T, BeginError> {
    let mut lost = match send() {
        Err(error) if error.is_uncertain() => error,
        Err(error) => return Err(BeginError::Refused(error)),
        Ok(made) => return Ok(made),
    };
    for attempt in 0..2 {
        for _ in 0..LOOKS {
            aws.clock().wait(SETTLES).map_err(|_| BeginError::Unknown(lost.clone()))?;
            match find() {
                Ok(Some(made)) => return Ok(made),
                Ok(None) => {}
                Err(_) => return Err(BeginError::Unknown(lost)),
            }
        }
        if attempt == 0 {
            match send() {
                Err(error) if error.is_uncertain() => lost = error,
                Err(error) => return Err(BeginError::Refused(error)),
                Ok(made) => return Ok(made),
            }
        }
    }
    Err(BeginError::Unknown(lost))
}
