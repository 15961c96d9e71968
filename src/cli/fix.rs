//! `ecs-harden fix`: show the diff, then write it.

mod interactive;

use std::io::Write;
use std::path::Path;

use ecs_harden_transforms::emit;
use ecs_harden_transforms::engine::Decision;

use super::args::{Emit, Fix, Format};
use super::diff::Shown;
use super::steer::{Header, Inputs, Job, Lens, Planned};
use super::{CliError, Exit, diff, steer};
use crate::context::{Context, Verbosity};
use crate::output::diff::{Secrets, coloured};
use crate::output::json::Report;
use crate::output::summary;
use crate::plan::{Plan, Refusal, RefusalKind};
use crate::source::{self, Found, Input, Origin};

/// Where the hardened document goes.
#[derive(Clone, Copy)]
enum Goal<'a> {
    /// Back into the file.
    InPlace,
    /// To standard output.
    Stdout,
    /// Into another file.
    File(&'a Path),
}

/// Runs the command.
pub(super) fn run(arguments: &Fix, context: &mut Context) -> Result<Exit, CliError> {
    check_usage(arguments)?;
    if arguments.interactive {
        return interactive::run(arguments, context);
    }
    // Before anything is written: a directory may stand for many files.
    if arguments.output.is_some() && source::expand(&arguments.paths, &context.cwd, context.workers).found.len() > 1 {
        return Err(CliError::usage("-o takes one input and the directory holds more", "name the one file"));
    }
    let mut files = Vec::new();
    let job = Job {
        inputs: Inputs::Named(&arguments.paths),
        run: &arguments.run,
        header: Header::Err.beside(arguments.format),
        lens: Lens::default(),
    };
    let cwd = source::real(&context.cwd, &context.cwd);
    let draw = |planned: &Planned| {
        let plan = planned.plan.as_ref().ok();
        plan.map(|plan| diff::render(&planned.found, plan, Secrets::Masked, &cwd)).unwrap_or_default()
    };
    let exit = steer::each(job, context, draw, |planned, shown, context| {
        let (exit, written) = match &planned.plan {
            // With -o somebody waits for that file, so there is no passing over the one input.
            Err(refusal) if arguments.output.is_some() => {
                let found = Found { origin: Origin::Named, ..planned.found.clone() };
                (steer::refuse(&found, refusal, context)?, None)
            }
            Err(refusal) => (steer::refuse(&planned.found, refusal, context)?, None),
            Ok(plan) => one(arguments, &planned, (plan, &shown), context)?,
        };
        if arguments.format == Format::Json {
            files.push(steer::json_file(&planned, written));
        }
        Ok(exit)
    })?;
    if arguments.format == Format::Json {
        context.out.write_all(Report::new(files).render().as_bytes())?;
    }
    Ok(exit)
}

fn check_usage(arguments: &Fix) -> Result<(), CliError> {
    let dash = |path: &Path| path.as_os_str() == "-";
    let to_stdout = arguments.output.as_deref().map_or_else(|| arguments.paths.iter().any(|path| dash(path)), dash);
    if to_stdout && arguments.format == Format::Json {
        return Err(CliError::usage(
            "the document goes to standard output, where the report would go too",
            "write it with -o FILE",
        ));
    }
    if arguments.output.is_some() && arguments.paths.len() > 1 {
        return Err(CliError::usage("-o takes one input", "name one file, or leave -o out to fix each in place"));
    }
    if to_stdout && arguments.paths.len() > 1 {
        return Err(CliError::usage("- takes no other input beside it", "fix standard input alone"));
    }
    Ok(())
}

fn goal<'a>(arguments: &'a Fix, found: &Found) -> Goal<'a> {
    match (arguments.output.as_deref(), &found.input) {
        (Some(path), _) if path.as_os_str() == "-" => Goal::Stdout,
        (Some(path), _) => Goal::File(path),
        (None, Input::Stdin | Input::Live(_)) => Goal::Stdout,
        (None, Input::File(_)) => Goal::InPlace,
    }
}

/// Shows, writes and sums up one file. The second part is whether something was written.
fn one(
    arguments: &Fix,
    planned: &Planned,
    (plan, shown): (&Plan, &Shown),
    context: &mut Context,
) -> Result<(Exit, Option<bool>), CliError> {
    let goal = goal(arguments, &planned.found);
    let product = match product(arguments, plan) {
        Ok(product) => product,
        Err(refusal) => return Ok((steer::refuse(&planned.found, &refusal, context)?, None)),
    };
    show(arguments, &planned.found, shown, goal, context)?;
    let written = match write(goal, (&planned.found, &planned.bytes), plan, &product, context) {
        Ok(written) => written,
        Err(CliError::Source(error)) => {
            writeln!(context.err, "error: {error}\n  hint: {}", error.next_step())?;
            return Ok((Exit::Usage, Some(false)));
        }
        Err(error) => return Err(error),
    };
    if context.verbosity != Verbosity::Quiet {
        context.err.write_all(summary::summary(&planned.found.shown, plan).as_bytes())?;
    }
    let steering = &arguments.run;
    let exit = steer::judged(plan, steering.fail_on, steering.strict, |judged| judged.decision != Decision::Applied);
    Ok((exit, written))
}

/// The text that is written.
fn product(arguments: &Fix, plan: &Plan) -> Result<String, Refusal> {
    match arguments.emit {
        None => Ok(plan.hardened_text().unwrap_or(plan.document.text()).to_owned()),
        Some(Emit::RegisterInput) => {
            let document = plan.outcome.hardened.as_ref().unwrap_or(&plan.document);
            emit::register_input(document).map_err(|error| Refusal {
                message: error.to_string(),
                next_step: error.next_step().into(),
                at: None,
                kind: if error.is_ours() { RefusalKind::Unproven } else { RefusalKind::Contradicted },
            })
        }
    }
}

/// Prints the diff, to standard output unless the document goes there.
fn show(arguments: &Fix, found: &Found, shown: &Shown, goal: Goal<'_>, context: &mut Context) -> Result<(), CliError> {
    let to_out = matches!(goal, Goal::InPlace) && arguments.format == Format::Text;
    let colour = if to_out { context.colour.out } else { context.colour.err };
    let text = &shown.rendered.text;
    let coloured = colour.then(|| coloured(text));
    let stream = if to_out { &mut context.out } else { &mut context.err };
    stream.write_all(coloured.as_ref().unwrap_or(text).as_bytes())?;
    stream.flush()?;
    diff::announce(found, shown, context)
}

fn write(
    goal: Goal<'_>,
    (found, bytes): (&Found, &[u8]),
    plan: &Plan,
    product: &str,
    context: &mut Context,
) -> Result<Option<bool>, CliError> {
    match (goal, &found.input) {
        (Goal::InPlace, Input::File(path)) => match plan.hardened_text() {
            Some(_) => source::replace(path, bytes, product.as_bytes()).map(|()| Some(true)).map_err(CliError::from),
            None => Ok(None),
        },
        (Goal::File(path), _) => {
            source::create(path, product.as_bytes())?;
            Ok(Some(true))
        }
        (Goal::Stdout | Goal::InPlace, _) => {
            context.out.write_all(product.as_bytes())?;
            Ok(Some(true))
        }
    }
}
