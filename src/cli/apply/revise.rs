//! The revision of one unit: that nothing changed in between, that it is registered once, and that tasks of it can be placed.

use std::collections::BTreeMap;

use ecs_harden_transforms::model::LaunchType;

use super::carry::Stopped;
use crate::cli::CliError;
use crate::cli::args::live::Apply;
use crate::rollout::api::Aws;
use crate::rollout::apply::{self, Discarded};
use crate::rollout::preflight::{new_attributes, unplaceable};
use crate::rollout::proposal::Unit;
use crate::rollout::register::{self, RegisterError, Registration};
use crate::rollout::running::{Running, busy, serving};

/// Registers what a unit says, after a last look at its services. Where nothing changes, that is the revision that runs.
pub(super) fn register(
    aws: &Aws<'_>,
    unit: &Unit,
    arguments: &Apply,
    ours: &BTreeMap<usize, Registration>,
) -> Result<Registration, Box<Stopped>> {
    let stop = |error: CliError| Box::new(Stopped { error, registered: None });
    let Some(input) = &unit.input else {
        return Ok(Registration {
            revision: unit.base.clone(),
            attributes: unit.attributes.clone(),
            reused: true,
            twice: Vec::new(),
        });
    };
    for member in &unit.members {
        if let Some(change) = drift(aws, &member.running, ours).map_err(stop)? {
            return Err(stop(changed(&member.running, &change)));
        }
    }
    if unit.members.is_empty() {
        let newest = aws.active_revisions(unit.base.family(), 1).map_err(|error| stop(error.into()))?;
        if let Some(newest) = newest.first().filter(|_| Some(unit.base.short()) != arguments.target.family.as_deref())
            && !newest.is(&unit.base)
        {
            return Err(stop(CliError::refused(
                format!("{} was registered in between, and nothing was written", newest.short()),
                "run it again, and look at what it shows",
            )));
        }
    }
    let registration = register::register(aws, input, &unit.base).map_err(|error| {
        stop(match error {
            RegisterError::Refused(error) => error.into(),
            RegisterError::Unknown(error) => CliError::Unknown {
                message: format!("whether the revision was registered cannot be told: {error}"),
                next_step: format!(
                    "`aws ecs list-task-definitions --family-prefix {} --sort DESC` shows it; running this again uses it",
                    unit.base.family()
                ),
            },
        })
    })?;
    match placeable(aws, unit, &registration) {
        Ok(()) => Ok(registration),
        Err(error) => Err(Box::new(Stopped { error, registered: Some(registration) })),
    }
}

/// What changed about a service since it was read; how many tasks it should have is nothing of ours. `ours` is what this run registered, by unit.
pub(super) fn drift(
    aws: &Aws<'_>,
    before: &Running,
    ours: &BTreeMap<usize, Registration>,
) -> Result<Option<String>, CliError> {
    let title = before.title();
    let now = aws.service(before.cluster(), &before.service.service_name)?;
    let Some(now) = now.filter(|now| now.status == "ACTIVE") else {
        return Ok(Some(format!("{title} is gone, or going")));
    };
    let runs = serving(&now);
    if runs.as_ref().is_none_or(|runs| !runs.is(&before.revision.arn)) {
        let runs = runs.map_or_else(|| "nothing".to_owned(), |runs| runs.short().to_owned());
        return Ok(Some(format!("{title} runs {runs} now, and not {}", before.revision.arn.short())));
    }
    let carries = |service: &crate::rollout::api::Service| {
        let deployment = service.primary().map(|primary| primary.id.clone());
        deployment.or_else(|| service.primary_task_set().map(|set| set.id.clone()))
    };
    if carries(&now) != carries(&before.service) {
        return Ok(Some(format!("{title} was deployed again in between")));
    }
    if let Some(busy) = busy(aws, &now)? {
        return Ok(Some(format!("{title}: {busy}")));
    }
    let newest = aws.active_revisions(before.revision.arn.family(), 1)?.into_iter().next();
    let known = |newest: &crate::rollout::arn::RevisionArn| {
        newest.revision() <= before.revision.arn.revision()
            || before.newer.as_ref().is_some_and(|newer| newest.is(newer))
            || ours.values().any(|ours| newest.is(&ours.revision) || ours.twice.iter().any(|twice| newest.is(twice)))
    };
    Ok(newest
        .filter(|newest| !known(newest))
        .map(|newest| format!("somebody registered {} in between", newest.short())))
}

pub(super) fn changed(running: &Running, change: &str) -> CliError {
    CliError::refused(
        format!("{change}; {} was left as it is", running.title()),
        "run it again, and look at what it shows",
    )
}

/// On instances of one's own a task needs one that has what it asks for; better said before the service is touched.
fn placeable(aws: &Aws<'_>, unit: &Unit, registration: &Registration) -> Result<(), CliError> {
    let new = new_attributes(&unit.attributes, &registration.attributes);
    if new.is_empty() {
        return Ok(());
    }
    for member in &unit.members {
        let types = &member.running.launch_types;
        if !types.contains(&LaunchType::Ec2) && !types.contains(&LaunchType::External) {
            continue;
        }
        let instances = aws.instance_attributes(member.running.cluster())?;
        let missing = unplaceable(&new, &instances);
        if !missing.is_empty() && !instances.is_empty() {
            return Err(CliError::refused(
                format!(
                    "no instance of the cluster {} has {}, which {} newly asks for: its tasks could not be placed",
                    member.running.service.cluster(),
                    missing.join(", "),
                    registration.revision.short()
                ),
                "update the ECS agent of the instances, or switch off the pass that asks for it (--skip)",
            ));
        }
    }
    Ok(())
}

/// Deregisters a revision that failed, unless something uses it; the sentence says why it stays.
pub(super) fn discard(aws: &Aws<'_>, unit: &Unit, registration: &Registration) -> Result<(), String> {
    if registration.reused {
        return Err(format!("{} was there before, and stays", registration.revision.short()));
    }
    let names: Vec<String> = unit.members.iter().map(|member| member.running.service.service_name.clone()).collect();
    let Some(first) = unit.members.first() else { return Ok(()) };
    match apply::discard(aws, &registration.revision, first.running.cluster(), &names) {
        Ok(Discarded::Done) => Ok(()),
        Ok(Discarded::Used { by }) => Err(format!("{} stays active: {by} uses it", registration.revision.short())),
        Err(error) => Err(format!(
            "{} stays active, and the family alone means it: {error}; next: aws ecs deregister-task-definition --task-definition {}",
            registration.revision.short(),
            registration.revision.short()
        )),
    }
}
