//! The time after a deployment is complete, in which it has to stay well.
//!
//! ECS calls a deployment complete once its tasks ran for a moment. A container that fails at its first write, or that a restart policy
//! starts again and again, passes that (`Deployment.failedTasks`, `ContainerRestartPolicy`); so tasks, restarts, health, events and alarms are looked at for a while.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::api::{Aws, Service, ServiceEvent, Task, TaskStatus};
use super::carrier::Mission;
use super::port::{CallError, Failure};
use super::watch::{News, since};

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bake {
    /// For how long.
    pub time: Duration,
    /// Between two looks.
    pub pause: Duration,
    /// Alarms beside those of the service.
    pub alarms: Vec<String>,
}

/// How it went.
#[derive(Clone, Debug, PartialEq)]
pub enum Baked {
    /// Everything that was looked at is well.
    Well(Health),
    /// Something is not.
    Failed {
        /// What.
        reason: String,
        /// The tasks that stopped.
        stopped: Vec<Task>,
        /// What ECS told.
        events: Vec<ServiceEvent>,
    },
    /// Somebody else deployed in between.
    Superseded,
    /// It could not be looked at any more.
    Lost(CallError),
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

/// What says that a service works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// A load balancer or a health check of a container.
    Checked,
    /// Nothing but that its tasks run.
    OnlyRunning,
    /// No task runs.
    NothingRuns,
}

/// Looks at a service for a while. `checked` is whether its definition has a health check.
pub fn bake(aws: &Aws<'_>, mission: &Mission, bake: &Bake, checked: bool, tell: &mut dyn FnMut(Duration)) -> Baked {
    let clock = aws.clock();
    let began = clock.now();
    let mut state = State { known: None, restarts: BTreeMap::new(), news: None, desired: None };
    loop {
        let health = match state.look(aws, mission, bake, checked) {
            Ok(Ok(health)) => health,
            Ok(Err(ended)) => return ended,
            Err(error) if error.failure == Failure::Interrupted => return Baked::Interrupted,
            Err(error) => return Baked::Lost(error),
        };
        let left = bake.time.saturating_sub(since(began, clock.now()));
        tell(left);
        if left.is_zero() {
            return Baked::Well(health);
        }
        if clock.wait(bake.pause.min(left)).is_err() {
            return Baked::Interrupted;
        }
    }
}

struct State {
    /// The tasks that had stopped before.
    known: Option<BTreeSet<String>>,
    /// How often each container of each task had been started again, and the id under which it ran.
    restarts: BTreeMap<(String, String), (u64, Option<String>)>,
    /// What was told before this time is about the deployment, and was looked at there.
    news: Option<News>,
    desired: Option<u32>,
}

impl State {
    fn look(
        &mut self,
        aws: &Aws<'_>,
        mission: &Mission,
        bake: &Bake,
        checked: bool,
    ) -> Result<Result<Health, Baked>, CallError> {
        let failed = |reason: String, stopped: Vec<Task>, events: &[ServiceEvent]| {
            Ok(Err(Baked::Failed { reason, stopped, events: events.to_vec() }))
        };
        let Some(service) = aws.service(&mission.cluster, &mission.service)? else {
            return failed("the service is gone".into(), Vec::new(), &[]);
        };
        if super::running::serving(&service).is_none_or(|arn| !arn.is(&mission.after)) {
            return Ok(Err(Baked::Superseded));
        }
        let known: Vec<String> = service.events.iter().map(|event| event.id.clone()).collect();
        let events = self.news.get_or_insert_with(|| News::after(&known)).of(&service.events);
        let mine = |task: &Task| task.task_definition_arn.as_ref().is_some_and(|arn| arn.is(&mission.after));
        let stopped = aws.tasks(&mission.cluster, &mission.service, TaskStatus::Stopped)?;
        let fewer = self.desired.is_some_and(|desired| service.desired_count < desired);
        self.desired = Some(service.desired_count);
        let died = self.died(stopped.into_iter().filter(mine).collect(), fewer);
        if !died.is_empty() {
            let reason = format!("{} of the new revision stopped", crate::output::counted(died.len(), "task"));
            return failed(reason, died, &events);
        }
        let running = aws.tasks(&mission.cluster, &mission.service, TaskStatus::Running)?;
        let running: Vec<Task> = running.into_iter().filter(mine).collect();
        if let Some(reason) = self.restarted(&running).or_else(|| unhealthy(&running)) {
            return failed(reason, Vec::new(), &events);
        }
        if events.iter().any(is_unhealthy_target) {
            return failed("a load balancer calls a task unhealthy".into(), Vec::new(), &events);
        }
        let alarms = alarms(&service, &bake.alarms);
        let told = match aws.alarms(&alarms) {
            // ECS itself watches the service's own alarms.
            Err(error) if error.failure == Failure::Denied && bake.alarms.is_empty() => Vec::new(),
            told => told?,
        };
        let ringing = told.into_iter().find(|alarm| alarm.state_value == "ALARM");
        if let Some(alarm) = ringing {
            return failed(format!("the alarm {} is in ALARM", alarm.alarm_name), Vec::new(), &events);
        }
        let balanced = !service.load_balancers.is_empty()
            || service.primary_task_set().is_some_and(|set| !set.load_balancers.is_empty());
        Ok(Ok(match (running.is_empty(), balanced || checked) {
            (true, _) => Health::NothingRuns,
            (false, true) => Health::Checked,
            (false, false) => Health::OnlyRunning,
        }))
    }

    /// The tasks that stopped since the look before, and whose end says something about the revision (`Task.stopCode`). What stops when
    /// there shall be fewer tasks says nothing.
    fn died(&mut self, stopped: Vec<Task>, fewer: bool) -> Vec<Task> {
        let arns: BTreeSet<String> = stopped.iter().map(|task| task.task_arn.clone()).collect();
        let Some(known) = self.known.replace(arns) else { return Vec::new() };
        let says = |task: &Task| match task.stop_code.as_deref() {
            Some("UserInitiated" | "SpotInterruption" | "TerminationNotice" | "InfrastructureHealth") => false,
            Some("ServiceSchedulerInitiated") => !fewer,
            _ => true,
        };
        stopped.into_iter().filter(|task| !known.contains(&task.task_arn) && says(task)).collect()
    }

    /// A container that its restart policy starts again inside a task that goes on. The API model has no count of restarts, so another id
    /// of the container tells it as well (`Container.runtimeId`).
    fn restarted(&mut self, running: &[Task]) -> Option<String> {
        let mut first = None;
        for task in running {
            for container in &task.containers {
                let key = (task.task_arn.clone(), container.name.clone());
                let now = (container.restart_count, container.runtime_id.clone());
                let Some((count, id)) = self.restarts.insert(key, now) else { continue };
                let is_another = id.zip(container.runtime_id.as_ref()).is_some_and(|(before, now)| before != *now);
                if container.restart_count > count || is_another {
                    first.get_or_insert_with(|| format!("its restart policy starts `{}` again", container.name));
                }
            }
        }
        first
    }
}

fn unhealthy(running: &[Task]) -> Option<String> {
    running.iter().find_map(|task| {
        let container =
            task.containers.iter().find(|container| container.health_status.as_deref() == Some("UNHEALTHY"));
        match (container, task.health_status.as_deref()) {
            (Some(container), _) => Some(format!("the health check of `{}` fails", container.name)),
            (None, Some("UNHEALTHY")) => Some("a task is unhealthy".into()),
            (None, _) => None,
        }
    })
}

/// Events have no code; this is how ECS words a target that fails its health checks (ECS developer guide, "Amazon ECS service event
/// messages").
fn is_unhealthy_target(event: &ServiceEvent) -> bool {
    event.message.unmasked().contains(" is unhealthy in ")
}

fn alarms(service: &Service, more: &[String]) -> Vec<String> {
    let own = service.deployment_configuration.as_ref().and_then(|configuration| configuration.alarms.as_ref());
    let own = own.into_iter().filter(|alarms| alarms.enable).flat_map(|alarms| alarms.alarm_names.iter().cloned());
    own.chain(more.iter().cloned()).collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::api::TaskContainer;

    fn stopped(arn: &str, code: &str) -> Task {
        Task { task_arn: arn.into(), stop_code: Some(code.into()), ..Task::default() }
    }

    fn state() -> State {
        State { known: Some(BTreeSet::new()), restarts: BTreeMap::new(), news: None, desired: None }
    }

    #[test]
    fn what_had_stopped_before_does_not_count() {
        let mut state = State { known: None, ..state() };
        assert!(state.died(vec![stopped("a", "EssentialContainerExited")], false).is_empty());
        let died = state.died(vec![stopped("a", "EssentialContainerExited"), stopped("b", "TaskFailedToStart")], false);
        assert_eq!(died.iter().map(|task| task.task_arn.as_str()).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn a_task_that_somebody_or_the_host_ended_says_nothing_about_the_revision() {
        for code in ["UserInitiated", "SpotInterruption", "TerminationNotice", "InfrastructureHealth"] {
            assert!(state().died(vec![stopped("a", code)], false).is_empty(), "{code}");
        }
        assert!(state().died(vec![stopped("a", "ServiceSchedulerInitiated")], true).is_empty());
        assert_eq!(state().died(vec![stopped("a", "ServiceSchedulerInitiated")], false).len(), 1);
        assert_eq!(state().died(vec![stopped("a", "SomethingNew")], false).len(), 1);
    }

    #[test]
    fn only_restarts_that_are_new_count() {
        let task = |restart_count| Task {
            task_arn: "a".into(),
            containers: vec![TaskContainer { name: "api".into(), restart_count, ..TaskContainer::default() }],
            ..Task::default()
        };
        let mut state = state();
        assert_eq!(state.restarted(&[task(3)]), None);
        assert_eq!(state.restarted(&[task(3)]), None);
        assert!(state.restarted(&[task(4)]).is_some_and(|reason| reason.contains("`api`")));
    }

    #[test]
    fn a_container_under_another_id_was_started_again() {
        let task = |id: Option<&str>| {
            let container =
                TaskContainer { name: "api".into(), runtime_id: id.map(str::to_owned), ..TaskContainer::default() };
            Task { task_arn: "a".into(), containers: vec![container], ..Task::default() }
        };
        let mut state = state();
        for id in [None, Some("one"), Some("one"), None] {
            assert_eq!(state.restarted(&[task(id)]), None);
        }
        assert_eq!(state.restarted(&[task(Some("one"))]), None);
        assert!(state.restarted(&[task(Some("two"))]).is_some());
    }
}
