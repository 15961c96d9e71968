//! `ecs-harden check`: report, and change nothing.

use std::io::Write;

use super::args::{Check, Format};
use super::live::Given;
use super::steer::{Header, Job, Planned};
use super::{CliError, Exit, steer};
use crate::context::{Context, Verbosity};
use crate::output::counted;
use crate::output::json::{self, Stream};
use crate::output::text::{self, Drawing};
use crate::plan::Standing;

/// What a run over many files adds up to.
#[derive(Default)]
struct Total {
    files: usize,
    clean: usize,
    weak: usize,
    undetermined: usize,
}

/// Runs the command.
pub(super) fn run(arguments: &Check, context: &mut Context) -> Result<Exit, CliError> {
    let steering = &arguments.run;
    let mut stream = Stream::default();
    let mut total = Total::default();
    let given = Given::of(&arguments.paths, &arguments.target, context)?;
    let job = Job { inputs: given.inputs(), run: steering, header: Header::Out };
    let drawing = Drawing { coloured: context.colour.out, verbosity: context.verbosity };
    let draw = |planned: &Planned| match (&planned.plan, steering.format) {
        (Ok(plan), Format::Text) => text::report(&planned.found.shown, plan, drawing),
        (Err(_), Format::Text) => String::new(),
        (_, Format::Json) => json::entry(steer::json_file(planned, None)),
    };
    let exit = steer::each(job, context, draw, |planned, report, context| {
        let exit = match &planned.plan {
            Err(refusal) => steer::refuse(&planned.found, refusal, context)?,
            Ok(plan) => {
                total.files += 1;
                total.clean += usize::from(plan.standing() == Standing::Clean);
                total.weak += plan.weaknesses().count();
                total.undetermined += plan.undetermined().count();
                if steering.format == Format::Text {
                    context.out.write_all(report.as_bytes())?;
                }
                steer::judged(plan, steering.fail_on, steering.strict, |_| true)
            }
        };
        if steering.format == Format::Json {
            stream.add(&report, &mut context.out)?;
        }
        Ok(exit)
    })?;
    match steering.format {
        Format::Json => stream.end(&mut context.out)?,
        Format::Text if context.verbosity != Verbosity::Quiet && total.files > 1 => {
            let weak = counted(total.weak, "finding");
            let files = counted(total.files, "file");
            writeln!(context.out, "{files}: {weak}, {} undetermined, {} clean", total.undetermined, total.clean)?;
        }
        Format::Text => {}
    }
    Ok(exit.max(given.exit))
}
