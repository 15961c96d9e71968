//! `ecs-harden check`: report, and change nothing.

mod telling;

use super::args::{Check, ReportFormat};
use super::live::Given;
use super::steer::{Header, Job, Planned};
use super::{CliError, Exit, steer};
use crate::context::Context;
use crate::plan::Standing;
use telling::{Telling, Wanted};

/// What a run over many files adds up to.
#[derive(Clone, Copy, Default)]
struct Total {
    files: usize,
    clean: usize,
    weak: usize,
    undetermined: usize,
}

/// Runs the command.
pub(super) fn run(arguments: &Check, context: &mut Context) -> Result<Exit, CliError> {
    let steering = &arguments.run;
    let wanted = Wanted::of(arguments, context)?;
    let mut telling = Telling::default();
    let given = Given::of(&arguments.paths, &arguments.target, context)?;
    let header = if arguments.told.format == ReportFormat::Text { Header::Out } else { Header::Report };
    let job = Job { inputs: given.inputs(), run: steering, header };
    let exit = steer::each(
        job,
        context,
        |planned: &Planned| wanted.draw(planned),
        |planned, drawn, context| {
            let exit = match &planned.plan {
                Err(refusal) => steer::refuse(&planned.found, refusal, context)?,
                Ok(plan) => {
                    telling.total.files += 1;
                    telling.total.clean += usize::from(plan.standing() == Standing::Clean);
                    telling.total.weak += plan.weaknesses().count();
                    telling.total.undetermined += plan.undetermined().count();
                    steer::judged(plan, steering.fail_on, steering.strict, |_| true)
                }
            };
            telling.add(&wanted, drawn, context)?;
            Ok(exit)
        },
    )?;
    telling.end(&wanted, context)?;
    Ok(exit.max(given.exit))
}
