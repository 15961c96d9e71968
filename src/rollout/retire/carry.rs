//! Carrying out what was planned for one revision, after another look.

use std::time::Duration;

use jiff::SignedDuration;

use super::look::World;
use super::{Candidate, KeptSet, Verdict, age, by_revision, decide};
use crate::rollout::api::Aws;
use crate::rollout::port::{Api, CallError, Failure};
use crate::rollout::preflight::Obstacle;
use crate::rollout::record::Record;

/// What became of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retired {
    /// It is inactive now.
    Deregistered,
    /// There was nothing to do, and why.
    Done(&'static str),
    /// It is kept: something changed since the plan.
    Kept(Vec<Obstacle>),
}

/// How long the tasks of a deleted task set may take to stop: they get two minutes at most on Fargate, and deregistering from load
/// balancers takes five by default.
const STOPS_WITHIN: u32 = 60;

/// How often it is looked whether they have.
const EACH: Duration = Duration::from_secs(10);

/// Deletes the task sets that were kept, waits until they are gone, and deregisters the revision. Everything is read again before the
/// first write; what is planned for nobody is left alone.
pub fn carry_out(
    aws: &Aws<'_>,
    record: &Record,
    planned: &Candidate,
    min_age: SignedDuration,
) -> Result<Retired, CallError> {
    let groups = by_revision(record);
    let Some((revision, entries)) = groups.iter().find(|(revision, _)| revision.is(&planned.revision)) else {
        return Ok(Retired::Done("it is not in the record"));
    };
    let seen = World::read(aws)?.seen(aws, revision, entries)?;
    match decide(entries, &seen, age(record, aws.clock().now()), min_age) {
        Verdict::Done(why) => return Ok(Retired::Done(why)),
        Verdict::Keep(why) => return Ok(Retired::Kept(why)),
        Verdict::Retire => {}
    }
    for kept in &seen.kept {
        match aws.delete_task_set(&kept.cluster, &kept.service, &kept.arn) {
            Err(error) if error.is("TaskSetNotFoundException") => {}
            // Whether it was deleted shows below.
            Err(error) if error.is_uncertain() => {}
            done => done?,
        }
    }
    if !seen.kept.is_empty() {
        if let Some(obstacle) = gone(aws, &seen.kept)? {
            return Ok(Retired::Kept(vec![obstacle]));
        }
        // Something else may have begun to use it in these minutes.
        let seen = World::read(aws)?.seen(aws, revision, entries)?;
        match decide(entries, &seen, age(record, aws.clock().now()), min_age) {
            Verdict::Done(why) => return Ok(Retired::Done(why)),
            Verdict::Keep(why) => return Ok(Retired::Kept(why)),
            Verdict::Retire => {}
        }
    }
    match aws.deregister(revision) {
        Err(error) if error.is_uncertain() => match aws.definition(&revision.0)? {
            Some(told) if told.status == "ACTIVE" => Err(error),
            _ => Ok(Retired::Deregistered),
        },
        done => done.map(|()| Retired::Deregistered),
    }
}

/// Waits until the task sets and their tasks are gone; what is left of them otherwise.
fn gone(aws: &Aws<'_>, sets: &[KeptSet]) -> Result<Option<Obstacle>, CallError> {
    for _ in 0..STOPS_WITHIN {
        if !any_left(aws, sets)? {
            return Ok(None);
        }
        let interrupted = |_| CallError::new(Api::Ecs, "DescribeTaskSets", Failure::Interrupted);
        aws.clock().wait(EACH).map_err(interrupted)?;
    }
    Ok(Some(Obstacle {
        what: "the task sets that were kept are deleted, and their tasks still stop".into(),
        next_step: "run this again in a few minutes".into(),
    }))
}

fn any_left(aws: &Aws<'_>, sets: &[KeptSet]) -> Result<bool, CallError> {
    for kept in sets {
        let left = aws.task_sets(&kept.cluster, &kept.service)?;
        if left.iter().any(|set| set.task_set_arn == kept.arn) {
            return Ok(true);
        }
    }
    Ok(false)
}
