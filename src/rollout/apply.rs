//! Giving one service its hardened revision: begin, watch, bake, and take it back where it fails.

use std::cell::RefCell;
use std::time::Duration;

use super::api::{Aws, Deployment, ServiceEvent, Task, TaskStatus};
use super::arn::RevisionArn;
use super::bake::{self, Bake, Baked, Health};
use super::carrier::{Back, BeginError, Carrier, Look, Mission, Stage};
use super::cause::{Cause, causes};
use super::logs::{self, Logs, Source};
use super::port::{CallError, Failure};
use super::record::{DeploymentId, Outcome};
use super::watch::{self, Ending, News, Patience, Told};

/// How a roll-out is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long the watch is patient.
    pub patience: Patience,
    /// What is looked at afterwards.
    pub bake: Bake,
    /// Whether what fails is taken back.
    pub on_failure: OnFailure,
    /// Whether a revision that failed stays active.
    pub failed_revision: FailedRevision,
}

/// What is done where a roll-out fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The service gets its old revision back.
    RollBack,
    /// It stays as it is.
    Leave,
}

/// What becomes of a revision that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedRevision {
    /// It is deregistered once nothing uses it, so that the family alone means the old one again.
    Deregister,
    /// It stays.
    Keep,
}

/// What a roll-out tells while it goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    /// A revision was registered, or found.
    Registered(&'a super::register::Registration),
    /// A deployment was begun.
    Begun(&'a DeploymentId),
    /// One look at it.
    Look(&'a Look),
    /// What ECS told.
    Service(&'a ServiceEvent),
    /// Looking failed and is tried again.
    Blind(&'a CallError),
    /// The deployment is complete and is looked at for so long.
    Baking(Duration),
    /// It is taken back, for this reason.
    TakingBack(&'a str),
    /// A revision was deregistered.
    Deregistered(&'a RevisionArn),
    /// Something that could not be done on the way, and that does not change the outcome.
    Note(&'a str),
}

/// What became of a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// In one word.
    pub outcome: Option<Outcome>,
    /// Why, in a sentence of ours.
    pub reason: Option<String>,
    /// What carried it.
    pub deployment: Option<DeploymentId>,
    /// Whether somebody pressed Ctrl-C.
    pub interrupted: bool,
    /// Whether nothing was verified because no task runs.
    pub nothing_runs: bool,
    /// Whether the deployment was complete and looked at afterwards.
    pub baked: bool,
    /// The call that decided it, where one did.
    pub call: Option<CallError>,
    /// The tasks that stopped.
    pub stopped: Vec<Task>,
    /// What likely is the matter, likeliest first.
    pub causes: Vec<Cause>,
    /// Why the logs of some containers were not read, one phrase each.
    pub logs_not_read: Vec<String>,
}

impl Verdict {
    fn of(outcome: Outcome, deployment: Option<DeploymentId>) -> Self {
        Self { outcome: Some(outcome), deployment, ..Self::default() }
    }

    fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// One service's turn.
pub struct Turn<'t> {
    /// AWS.
    pub aws: &'t Aws<'t>,
    /// What carries it.
    pub carrier: &'t dyn Carrier,
    /// Service and revisions.
    pub mission: &'t Mission,
    /// How.
    pub options: &'t Options,
    /// Whether the definition has a health check.
    pub checked: bool,
    /// Where its containers write their logs.
    pub logs: &'t [Source],
    /// The ids of events that were told before it began.
    pub known: &'t [String],
    /// What was told since.
    pub news: RefCell<News>,
}

impl Turn<'_> {
    /// Begins the deployment and sees it through.
    pub fn run(&self, tell: &mut dyn FnMut(Event<'_>)) -> Verdict {
        match self.carrier.begin(self.aws, self.mission) {
            Ok(deployment) => {
                tell(Event::Begun(&deployment));
                self.see_through(&deployment, tell)
            }
            Err(BeginError::Refused(error)) => Verdict {
                call: Some(error.clone()),
                interrupted: error.failure == Failure::Interrupted,
                ..Verdict::of(Outcome::NotBegun, None).because(error.to_string())
            },
            Err(BeginError::Unknown(error)) => Verdict {
                call: Some(error.clone()),
                ..Verdict::of(Outcome::NotVerified, None)
                    .because(format!("whether the deployment was begun cannot be told: {error}"))
            },
            Err(BeginError::Missing { reason, .. }) => Verdict::of(Outcome::NotBegun, None).because(reason),
            Err(BeginError::Interrupted) => {
                Verdict { interrupted: true, ..Verdict::of(Outcome::NotBegun, None).because("interrupted") }
            }
        }
    }

    /// Watches a deployment that was begun, bakes it, and takes it back where it fails.
    pub fn see_through(&self, deployment: &DeploymentId, tell: &mut dyn FnMut(Event<'_>)) -> Verdict {
        let verdict = |outcome| Verdict::of(outcome, Some(deployment.clone()));
        match self.watched(self.mission, deployment, tell) {
            Ending::Done => self.baked(deployment, tell),
            Ending::Failed { reason } => self.failed(deployment, Stage::Underway, reason, Evidence::default(), tell),
            Ending::WentBack { reason } => {
                self.explained(verdict(Outcome::RolledBack).because(reason), &self.evidence())
            }
            Ending::Superseded { by } => verdict(Outcome::Superseded).because(superseded(by.as_ref())),
            Ending::Stalled { after } => {
                let reason = format!("nothing failed, and nothing moved for {} minutes", after.as_secs() / 60);
                self.explained(verdict(Outcome::NotVerified).because(reason), &self.evidence())
            }
            Ending::Lost(error) => Verdict {
                call: Some(error.clone()),
                ..verdict(Outcome::NotVerified).because(format!("it cannot be looked at any more: {error}"))
            },
            Ending::Interrupted => Verdict { interrupted: true, ..verdict(Outcome::Begun).because("interrupted") },
        }
    }

    fn watched(&self, mission: &Mission, deployment: &DeploymentId, tell: &mut dyn FnMut(Event<'_>)) -> Ending {
        let news = &mut *self.news.borrow_mut();
        watch::watch(self.aws, self.carrier, mission, deployment, (self.options.patience, news), &mut |told| match told
        {
            Told::Look(look) => tell(Event::Look(look)),
            Told::Events(events) => events.iter().for_each(|event| tell(Event::Service(event))),
            Told::Blind(error) => tell(Event::Blind(error)),
        })
    }

    fn baked(&self, deployment: &DeploymentId, tell: &mut dyn FnMut(Event<'_>)) -> Verdict {
        let verdict = |outcome| Verdict::of(outcome, Some(deployment.clone()));
        let baked = bake::bake(self.aws, self.mission, &self.options.bake, self.checked, &mut |left| {
            tell(Event::Baking(left));
        });
        match baked {
            Baked::Well(Health::Checked) => self.read_logs(verdict(Outcome::Verified)),
            Baked::Well(Health::OnlyRunning) => self.read_logs(
                verdict(Outcome::WeaklyVerified)
                    .because("it has no load balancer and no health check: that its tasks run is all that is known"),
            ),
            Baked::Well(Health::NothingRuns) => Verdict {
                nothing_runs: true,
                ..verdict(Outcome::NotVerified).because("no task of it runs, so nothing was tested")
            },
            Baked::Failed { reason, stopped, events } => {
                self.failed(deployment, Stage::Finished, reason, Evidence { stopped, events }, tell)
            }
            Baked::Superseded => verdict(Outcome::Superseded).because(superseded(None)),
            Baked::Lost(error) => Verdict {
                call: Some(error.clone()),
                ..verdict(Outcome::NotVerified).because(format!("it cannot be looked at any more: {error}"))
            },
            Baked::Interrupted => Verdict { interrupted: true, ..verdict(Outcome::Begun).because("interrupted") },
        }
    }

    /// Looks into the logs of tasks that run and seem well: a program may go on although something was refused to it.
    fn read_logs(&self, verdict: Verdict) -> Verdict {
        let tasks = self.aws.tasks(&self.mission.cluster, &self.mission.service, TaskStatus::Running);
        let tasks: Vec<Task> = tasks.unwrap_or_default().into_iter().filter(|task| self.is_mine(task)).collect();
        let Logs { read, not_read } = logs::read(self.aws, self.logs, &tasks);
        let verdict = Verdict { causes: causes(&[], &[], &read), logs_not_read: not_read, ..verdict };
        if verdict.causes.is_empty() {
            return verdict;
        }
        let reason = "its tasks run, and their logs tell of something that was refused to them".to_owned();
        Verdict { outcome: Some(Outcome::NotVerified), reason: Some(reason), baked: true, ..verdict }
    }

    fn is_mine(&self, task: &Task) -> bool {
        task.task_definition_arn.as_ref().is_some_and(|arn| arn.is(&self.mission.after))
    }

    /// A verdict with what its evidence says of the causes.
    fn explained(&self, verdict: Verdict, evidence: &Evidence) -> Verdict {
        let Logs { read, not_read } = logs::read(self.aws, self.logs, &evidence.stopped);
        Verdict {
            causes: causes(&evidence.stopped, &evidence.events, &read),
            logs_not_read: not_read,
            stopped: evidence.stopped.clone(),
            ..verdict
        }
    }

    /// Takes a deployment back, if that is wanted, and sees that through too.
    pub fn failed(
        &self,
        deployment: &DeploymentId,
        at: Stage,
        reason: String,
        evidence: Evidence,
        tell: &mut dyn FnMut(Event<'_>),
    ) -> Verdict {
        let evidence = if evidence.stopped.is_empty() { self.evidence() } else { evidence };
        // Logs are read before tasks are taken away.
        let explained = self.explained(Verdict::default(), &evidence);
        let verdict = |outcome, reason: String| Verdict {
            outcome: Some(outcome),
            reason: Some(reason),
            deployment: Some(deployment.clone()),
            ..explained.clone()
        };
        if self.options.on_failure == OnFailure::Leave {
            return verdict(Outcome::Failed, format!("{reason}; it is left as it is"));
        }
        tell(Event::TakingBack(&reason));
        match self.back(deployment, at, tell) {
            Ok(Ending::Done | Ending::WentBack { .. }) => verdict(Outcome::RolledBack, reason),
            Ok(Ending::Superseded { by }) => {
                verdict(Outcome::Superseded, format!("{reason}; {}", superseded(by.as_ref())))
            }
            Ok(Ending::Failed { reason: why }) => {
                verdict(Outcome::Failed, format!("{reason}; going back failed too: {why}"))
            }
            Ok(Ending::Stalled { .. }) => verdict(Outcome::Failed, format!("{reason}; going back does not move")),
            Ok(Ending::Interrupted) => Verdict {
                interrupted: true,
                ..verdict(Outcome::Failed, format!("{reason}; interrupted while it goes back"))
            },
            Ok(Ending::Lost(error)) | Err(error) => Verdict {
                call: Some(error.clone()),
                interrupted: error.failure == Failure::Interrupted,
                ..verdict(Outcome::Failed, format!("{reason}; whether it went back cannot be told: {error}"))
            },
        }
    }

    /// Takes a deployment back and watches until the old revision serves.
    fn back(&self, deployment: &DeploymentId, at: Stage, tell: &mut dyn FnMut(Event<'_>)) -> Result<Ending, CallError> {
        match self.carrier.take_back(self.aws, self.mission, deployment, at)? {
            Back::There => Ok(Ending::Done),
            Back::Superseded { by } => Ok(Ending::Superseded { by }),
            Back::Another(back) => {
                let home = Mission {
                    before: self.mission.after.clone(),
                    after: self.mission.before.clone(),
                    ..self.mission.clone()
                };
                Ok(self.watched(&home, &back, tell))
            }
            Back::Same => match self.watched(self.mission, deployment, tell) {
                // It was complete before it could be stopped, so the new revision runs.
                Ending::Done if at == Stage::Underway => self.back(deployment, Stage::Finished, tell),
                ending => Ok(ending),
            },
        }
    }

    /// What tells why a deployment failed: the tasks of the new revision that stopped, and the latest events.
    fn evidence(&self) -> Evidence {
        let stopped = self.aws.tasks(&self.mission.cluster, &self.mission.service, TaskStatus::Stopped);
        let service = self.aws.service(&self.mission.cluster, &self.mission.service).ok().flatten();
        let events = service.map(|service| service.events).unwrap_or_default();
        Evidence {
            stopped: stopped.unwrap_or_default().into_iter().filter(|task| self.is_mine(task)).collect(),
            events: events.into_iter().filter(|event| !self.known.contains(&event.id)).collect(),
        }
    }
}

/// What tells why a deployment failed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Tasks that stopped.
    pub stopped: Vec<Task>,
    /// Events of the service.
    pub events: Vec<ServiceEvent>,
}

fn superseded(by: Option<&RevisionArn>) -> String {
    match by {
        Some(by) => format!("somebody else deployed {} in between", by.short()),
        None => "somebody else deployed in between".to_owned(),
    }
}

/// Deregisters a revision that failed, unless something uses it.
pub fn discard(
    aws: &Aws<'_>,
    revision: &RevisionArn,
    cluster: &str,
    others: &[String],
) -> Result<Discarded, CallError> {
    let used = aws.services(cluster, others)?.into_iter().flatten().find(|service| {
        // A deployment that failed is listed for a while after its last task ended.
        let lives = |deployment: &&Deployment| {
            deployment.status == "PRIMARY" || deployment.running_count + deployment.pending_count > 0
        };
        let deployed = service.deployments.iter().filter(lives).filter_map(|told| told.task_definition.as_ref());
        let sets = service.task_sets.iter().filter_map(|set| set.task_definition.as_ref());
        deployed.chain(sets).any(|arn| arn.is(revision))
    });
    if let Some(service) = used {
        return Ok(Discarded::Used { by: format!("service {}", service.service_name) });
    }
    let runs = |task: &Task| task.task_definition_arn.as_ref().is_some_and(|arn| arn.is(revision));
    if aws.tasks_of_family(cluster, revision.family())?.iter().any(runs) {
        return Ok(Discarded::Used { by: "a task that runs".into() });
    }
    aws.deregister(revision)?;
    Ok(Discarded::Done)
}

/// Whether a revision was deregistered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Discarded {
    /// It was.
    Done,
    /// Something uses it.
    Used {
        /// What.
        by: String,
    },
}
