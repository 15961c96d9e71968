//! `ecs-harden check`: report, and change nothing.

mod gate;
mod places;
mod telling;

use super::args::check::{Check, ReportFormat};
use super::live::Given;
use super::steer::{Header, Inputs, Job, Lens, Planned, Waived};
use super::{CliError, Exit, steer};
use crate::context::Context;
use crate::plan::Standing;
use gate::Doorway;
use places::Places;
use telling::{Drawn, Telling, Wanted};

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
    let wanted = Wanted::of(arguments, context)?;
    let places = Places::of(arguments, context)?;
    let mut telling = Telling::default();
    let given = Given::of(&arguments.paths, &arguments.target, context)?;
    let mut doorway = Doorway::of(arguments, context)?;
    let touched = doorway.touched(context)?;
    let mut expanded = given.inputs().expand(&touched.files, context);
    let is_about_others = arguments.definitions_only && expanded.keep_definitions();
    places.spare(&expanded)?;
    // A waiver may come alone, in a change that touches no definition.
    telling.proposed = doorway.proposed(&expanded, context)?;
    let is_untouched = doorway.keep_touched(&touched, &mut expanded, context)?;
    let header = if arguments.told.format == ReportFormat::Text { Header::Out } else { Header::Report };
    let tree = doorway.tree.clone();
    let waivers = if arguments.gate.no_waivers { Waived::Ignored } else { Waived::Counts };
    let lens = Lens { tree: tree.as_ref(), waivers };
    let job = Job { inputs: Inputs::Expanded(&expanded), run: &arguments.run, header, lens };
    let mut next = |planned: Planned, drawn: Option<Drawn>, context: &mut Context| {
        let mut exit = match &planned.plan {
            Err(refusal) => steer::refuse(&planned.found, refusal, context)?,
            Ok(plan) => {
                telling.total.files += 1;
                telling.total.clean += usize::from(plan.standing() == Standing::Clean);
                telling.total.weak += plan.weaknesses().count();
                telling.total.undetermined += plan.undetermined().count();
                steer::judged(plan, arguments.run.fail_on, arguments.run.strict, |_| true)
            }
        };
        let drawn = drawn.unwrap_or_else(|| {
            let mut file = wanted.file(&planned);
            let counts = doorway.mark(&planned.found, &mut file);
            if planned.plan.is_ok() && !counts {
                exit = Exit::Clean;
            }
            wanted.draw(&planned, Some(&file))
        });
        telling.add(&wanted, drawn, context)?;
        Ok(exit)
    };
    let exit = if is_untouched || is_about_others {
        Exit::Clean
    } else {
        steer::each(job, context, |planned: &Planned| wanted.ahead(planned), &mut next)?
    };
    telling.end(&wanted, context)?;
    doorway.close(&arguments.run, context)?;
    Ok(exit.max(given.exit))
}
