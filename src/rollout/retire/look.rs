//! What uses a revision: services, task sets and tasks of every cluster, rules and schedules.

use jiff::SignedDuration;

use super::{Candidate, KeptSet, Plan, Seen, age, by_revision, decide, is_set, place};
use crate::rollout::api::{Aws, Controller, Service, Starter, TaskSet};
use crate::rollout::arn::RevisionArn;
use crate::rollout::port::CallError;
use crate::rollout::record::{DeploymentId, Entry, Record};

/// Looks at the previous revisions of a record, and decides about each. Ends early where nobody can be asked at all.
pub fn look(aws: &Aws<'_>, record: &Record, min_age: SignedDuration) -> Result<Plan, CallError> {
    let world = World::read(aws)?;
    let age = age(record, aws.clock().now());
    let mut candidates = Vec::new();
    for (revision, entries) in by_revision(record) {
        let seen = world.seen(aws, revision, &entries)?;
        candidates.push(Candidate {
            revision: revision.clone(),
            services: entries.iter().map(|entry| place(&entry.cluster, &entry.service)).collect(),
            verdict: decide(&entries, &seen, age, min_age),
            kept: seen.kept,
        });
    }
    Ok(Plan { candidates })
}

/// Everything of the account and region that may use revisions, and what of it could not be read.
pub(super) struct World {
    clusters: Vec<String>,
    services: Vec<Service>,
    starters: Vec<Starter>,
    unread: Vec<CallError>,
}

impl World {
    pub(super) fn read(aws: &Aws<'_>) -> Result<Self, CallError> {
        let mut world = Self { clusters: Vec::new(), services: Vec::new(), starters: Vec::new(), unread: Vec::new() };
        world.clusters = world.noted(aws.cluster_arns())?.unwrap_or_default();
        for cluster in world.clusters.clone() {
            let Some(arns) = world.noted(aws.service_arns(&cluster))? else { continue };
            let services = world.noted(aws.services(&cluster, &arns))?.unwrap_or_default();
            world.services.extend(services.into_iter().flatten());
        }
        let rules = world.noted(aws.rules_that_start_tasks())?.unwrap_or_default();
        let schedules = world.noted(aws.schedules_that_start_tasks())?.unwrap_or_default();
        world.starters = rules.into_iter().chain(schedules).collect();
        Ok(world)
    }

    /// What was told, or a note that it was not.
    fn noted<T>(&mut self, told: Result<T, CallError>) -> Result<Option<T>, CallError> {
        noted(told, &mut self.unread)
    }

    /// What was read about one revision.
    pub(super) fn seen(&self, aws: &Aws<'_>, revision: &RevisionArn, entries: &[&Entry]) -> Result<Seen, CallError> {
        let mut seen = Seen { unread: self.unread.clone(), ..Seen::default() };
        let definition = noted(aws.definition(&revision.0), &mut seen.unread)?;
        // A revision that cannot be read may well be there.
        seen.status = definition.map_or_else(|| Some("ACTIVE".into()), |told| told.map(|told| told.status));
        let newest = noted(aws.active_revisions(revision.family(), 1), &mut seen.unread)?;
        seen.newest = newest.and_then(|newest| newest.into_iter().next());
        for entry in entries {
            if let Some(DeploymentId::External { before, .. }) = &entry.deployment {
                kept_sets(aws, entry, before, &mut seen)?;
            }
        }
        self.services.iter().for_each(|service| of_service(service, revision, &mut seen));
        for cluster in &self.clusters {
            of_tasks(aws, cluster, revision, &mut seen)?;
        }
        for starter in &self.starters {
            let pinned = RevisionArn(starter.task_definition.clone());
            if pinned.revision().is_some() && pinned.is(revision) {
                seen.users.push(format!("{} starts it", starter.what));
            }
        }
        Ok(seen)
    }
}

fn noted<T>(told: Result<T, CallError>, unread: &mut Vec<CallError>) -> Result<Option<T>, CallError> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(error) if error.is_for_all() => Err(error),
        Err(error) => {
            if !unread.contains(&error) {
                unread.push(error);
            }
            Ok(None)
        }
    }
}

/// The task set that a roll-out kept. One that serves again is a user like any other.
fn kept_sets(aws: &Aws<'_>, entry: &Entry, before: &str, seen: &mut Seen) -> Result<(), CallError> {
    let sets = noted(aws.task_sets(&entry.cluster, &entry.service), &mut seen.unread)?.unwrap_or_default();
    let is_of_it = |set: &&TaskSet| set.task_definition.as_ref().is_some_and(|arn| arn.is(&entry.before));
    let kept = sets.iter().filter(|set| is_set(set, before) && set.status != "PRIMARY").filter(is_of_it);
    seen.kept.extend(kept.map(|set| KeptSet {
        cluster: entry.cluster.clone(),
        service: entry.service.clone(),
        arn: set.task_set_arn.clone(),
        id: set.id.clone(),
    }));
    Ok(())
}

fn of_service(service: &Service, revision: &RevisionArn, seen: &mut Seen) {
    let name = place(&service.cluster_arn, &service.service_arn);
    let is_it = |named: &Option<RevisionArn>| named.as_ref().is_some_and(|named| named.is(revision));
    // Where task sets carry the service, its own member is not kept up to date.
    let by_sets = matches!(service.controller(), Controller::CodeDeploy | Controller::External);
    if (!by_sets && is_it(&service.task_definition))
        || service.deployments.iter().any(|deployment| is_it(&deployment.task_definition))
    {
        seen.users.push(format!("service {name} deploys it"));
    }
    for set in &service.task_sets {
        let is_kept = seen.kept.iter().any(|kept| kept.arn == set.task_set_arn);
        if is_it(&set.task_definition) && !is_kept {
            seen.users.push(format!("task set {} of service {name} runs it ({})", set.id, set.status));
        }
    }
}

fn of_tasks(aws: &Aws<'_>, cluster: &str, revision: &RevisionArn, seen: &mut Seen) -> Result<(), CallError> {
    let tasks = noted(aws.tasks_of_family(cluster, revision.family()), &mut seen.unread)?.unwrap_or_default();
    let of_kept = |starter: &Option<String>| {
        starter
            .as_ref()
            .is_some_and(|starter| seen.kept.iter().any(|kept| kept.cluster == cluster && kept.id == *starter))
    };
    let running = tasks.iter().filter(|task| task.task_definition_arn.as_ref().is_some_and(|arn| arn.is(revision)));
    let count = running.filter(|task| !of_kept(&task.started_by)).count();
    if count > 0 {
        let name = cluster.rsplit('/').next().unwrap_or_default();
        let tasks = if count == 1 { "1 task runs".into() } else { format!("{count} tasks run") };
        seen.users.push(format!("{tasks} it in cluster {name}"));
    }
    Ok(())
}
