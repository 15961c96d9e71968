//! Services of the controller `EXTERNAL`: a task set like the one that serves, with the new revision, made primary once it is steady. The
//! old one stays, so that going back is one call.

use super::{Back, BeginError, Carrier, Look, Mission, Sight, Stage, Standing, are_too_many, failed_tasks, send_once};
use crate::rollout::api::{Aws, TaskSet};
use crate::rollout::port::CallError;
use crate::rollout::record::DeploymentId;

/// Task sets as the carrier.
#[derive(Clone, Debug)]
pub struct External {
    /// Makes a repeated call harmless: at most 36 characters, another one for each deployment.
    pub token: String,
}

impl Carrier for External {
    fn begin(&self, aws: &Aws<'_>, mission: &Mission) -> Result<DeploymentId, BeginError> {
        let sets = aws.task_sets(&mission.cluster, &mission.service).map_err(BeginError::Refused)?;
        let Some(primary) = sets.iter().find(|set| set.status == "PRIMARY") else {
            return Err(BeginError::Missing {
                reason: "the service has no primary task set to make another one like".into(),
                next_step: "make the first task set by hand (`aws ecs create-task-set`)".into(),
            });
        };
        let known: Vec<&str> = sets.iter().map(|set| set.task_set_arn.as_str()).collect();
        let send = || aws.create_task_set(&mission.cluster, &mission.service, primary, &mission.after, &self.token);
        let find = || {
            let sets = aws.task_sets(&mission.cluster, &mission.service)?;
            Ok(sets.into_iter().find(|set| is_of_mission(set, mission) && !known.contains(&set.task_set_arn.as_str())))
        };
        let made = send_once(aws, send, find)?;
        Ok(DeploymentId::External { task_set: made.task_set_arn.clone(), before: primary.task_set_arn.clone() })
    }

    fn look(&self, aws: &Aws<'_>, mission: &Mission, deployment: &DeploymentId) -> Result<Look, CallError> {
        let DeploymentId::External { task_set, .. } = deployment else { return Ok(Look::default()) };
        let service = aws.service(&mission.cluster, &mission.service)?;
        let sets = aws.task_sets(&mission.cluster, &mission.service)?;
        let mine = sets.iter().find(|set| set.task_set_arn == *task_set);
        let old = sets.iter().filter(|set| set.task_set_arn != *task_set).map(|set| set.running_count).sum();
        let Some(mine) = mine else {
            let standing = Standing::Superseded { by: primary_revision(&sets) };
            return Ok(Look { standing, ..Look::default() });
        };
        let steady = mine.stability_status.as_deref() == Some("STEADY_STATE");
        let failed = failed_tasks(aws, mission, mine);
        let standing = match mine.status.as_str() {
            "ACTIVE" if are_too_many(failed, mine.computed_desired_count) => {
                Standing::Failed { reason: format!("{failed} tasks of the new task set failed") }
            }
            "PRIMARY" if steady => Standing::Done,
            "ACTIVE" if steady => Standing::Ready,
            "DRAINING" => Standing::Superseded { by: primary_revision(&sets) },
            _ => Standing::Underway,
        };
        let sight = Sight {
            desired: mine.computed_desired_count,
            running: mine.running_count,
            pending: mine.pending_count,
            failed,
            old,
            ..Sight::default()
        };
        Ok(Look { standing, sight, events: service.map(|service| service.events).unwrap_or_default() })
    }

    fn go_on(&self, aws: &Aws<'_>, mission: &Mission, deployment: &DeploymentId) -> Result<(), CallError> {
        let DeploymentId::External { task_set, .. } = deployment else { return Ok(()) };
        primary_again(aws, mission, task_set)
    }

    fn take_back(
        &self,
        aws: &Aws<'_>,
        mission: &Mission,
        deployment: &DeploymentId,
        _: Stage,
    ) -> Result<Back, CallError> {
        let DeploymentId::External { task_set, before } = deployment else { return Ok(Back::There) };
        let sets = aws.task_sets(&mission.cluster, &mission.service)?;
        let primary = sets.iter().find(|set| set.status == "PRIMARY");
        let serves_before = |set: &TaskSet| {
            set.task_set_arn == *before || set.task_definition.as_ref().is_some_and(|arn| arn.is(&mission.before))
        };
        match primary {
            Some(set) if set.task_set_arn == *task_set => primary_again(aws, mission, before)?,
            Some(set) if serves_before(set) => {}
            // Somebody else's task set serves; what is left of ours may be what they go back to.
            _ => return Ok(Back::Superseded { by: primary_revision(&sets) }),
        }
        match aws.delete_task_set(&mission.cluster, &mission.service, task_set) {
            // Gone, or going: the old one serves in any case.
            Err(error) if error.is_uncertain() || error.is("TaskSetNotFoundException") => Ok(Back::There),
            done => done.map(|()| Back::There),
        }
    }
}

/// Makes a task set primary; where the answer is lost, looks and sends it again, which does no harm.
fn primary_again(aws: &Aws<'_>, mission: &Mission, task_set: &str) -> Result<(), CallError> {
    let sent = aws.make_primary(&mission.cluster, &mission.service, task_set);
    let Err(error) = sent else { return Ok(()) };
    if !error.is_uncertain() {
        return Err(error);
    }
    let sets = aws.task_sets(&mission.cluster, &mission.service)?;
    if sets.iter().any(|set| set.task_set_arn == task_set && set.status == "PRIMARY") {
        return Ok(());
    }
    aws.make_primary(&mission.cluster, &mission.service, task_set)
}

fn is_of_mission(set: &TaskSet, mission: &Mission) -> bool {
    set.task_definition.as_ref().is_some_and(|arn| arn.is(&mission.after))
}

fn primary_revision(sets: &[TaskSet]) -> Option<super::RevisionArn> {
    sets.iter().find(|set| set.status == "PRIMARY").and_then(|set| set.task_definition.clone())
}
