//! `ecs-harden fix -i`: one session for each file, and what comes of it.

use std::io::Write;

use ecs_harden_transforms::engine::Decision;

use super::{CliError, Exit, Goal, goal, product, write};
use crate::cli::args::{Fix, Format};
use crate::cli::sitting::{self, Decided, Sat, Table};
use crate::cli::steer::{self, Lens};
use crate::cli::terms::Terms;
use crate::context::{Context, Verbosity};
use crate::output::{clean, summary};
use crate::session::{self, Destination};
use crate::source::{self, Found, Input};

/// Runs the command.
pub(super) fn run(arguments: &Fix, context: &mut Context) -> Result<Exit, CliError> {
    sitting::need_a_terminal(
        "`fix FILE` does the same without a person: values by --set PASS.KNOB=VALUE, passes by --only and --skip, guesses held back by \
         --no-defaults, and waivers, declines and everything that lasts in ecs-harden.toml",
        context,
    )?;
    if arguments.format == Format::Json {
        return Err(CliError::usage("a session has no JSON report", "leave --format json out, or -i"));
    }
    if arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(CliError::usage("standard input is where answers come from", "name the file"));
    }
    let cwd = context.cwd.clone();
    let expanded = source::expand(&arguments.paths, &cwd, context.workers);
    let mut worst = Exit::Clean;
    for error in &expanded.errors {
        writeln!(context.err, "error: {error}\n  hint: {}", error.next_step())?;
        worst = Exit::Usage;
    }
    let count = expanded.found.len();
    for (position, found) in expanded.found.iter().enumerate() {
        // Anew for each: the one before may have written the policy.
        let mut terms = Terms::new(&arguments.run, Lens::default(), &cwd, context)?;
        match one(arguments, (found, (position + 1, count)), &mut terms, context)? {
            Next::On(exit) => worst = worst.max(exit),
            Next::Stop(exit) => return Ok(worst.max(exit)),
        }
        for warning in terms.warnings() {
            writeln!(context.err, "warning: {}", clean(&warning))?;
        }
    }
    Ok(worst)
}

/// Whether the next file is asked about.
enum Next {
    On(Exit),
    Stop(Exit),
}

fn one(
    arguments: &Fix,
    (found, place): (&Found, (usize, usize)),
    terms: &mut Terms<'_>,
    context: &mut Context,
) -> Result<Next, CliError> {
    let bytes = match source::read(&found.input, &mut std::io::empty()) {
        Ok(bytes) => bytes,
        Err(error) => {
            writeln!(context.err, "error: {error}\n  hint: {}", error.next_step())?;
            return Ok(Next::On(Exit::Usage));
        }
    };
    let goal_of_session = match goal(arguments, found) {
        Goal::InPlace => session::Goal::File,
        Goal::Stdout => session::Goal::Place("standard output".to_owned()),
        Goal::File(path) => session::Goal::Place(path.display().to_string()),
    };
    let table = Table { found, bytes: &bytes, place, goal: goal_of_session, resume: arguments.resume };
    let decided = match sitting::hold(&table, terms, context)? {
        Sat::Decided(decided) => decided,
        Sat::Refused(refusal) => return Ok(Next::On(steer::refuse(found, &refusal, context)?)),
        Sat::NothingToAsk(plan) => {
            context.err.write_all(summary::summary(&found.shown, &plan).as_bytes())?;
            return Ok(Next::On(exit(arguments, &plan)));
        }
        Sat::Abandoned => return Ok(Next::On(Exit::Refused)),
        Sat::Quit => return Ok(Next::Stop(Exit::Refused)),
        Sat::Interrupted => return Ok(Next::Stop(Exit::Interrupted)),
    };
    Ok(Next::On(carry_out(arguments, (found, &bytes), &decided, context)?))
}

/// Writes what was decided: the definition, then the policy.
fn carry_out(
    arguments: &Fix,
    (found, bytes): (&Found, &[u8]),
    decided: &Decided,
    context: &mut Context,
) -> Result<Exit, CliError> {
    let plan = &decided.plan;
    let text = match product(arguments, plan) {
        Ok(text) => text,
        Err(refusal) => return steer::refuse(found, &refusal, context),
    };
    let elsewhere = match &decided.to {
        Destination::Itself => None,
        Destination::Elsewhere(path) => Some(context.cwd.join(path)),
    };
    let goal = elsewhere.as_deref().map_or_else(|| goal(arguments, found), Goal::File);
    write(goal, (found, bytes), plan, &text, context)?;
    decided.keep(context)?;
    if context.verbosity != Verbosity::Quiet {
        context.err.write_all(summary::summary(&found.shown, plan).as_bytes())?;
    }
    let place = match (goal, &found.input) {
        (Goal::File(path), _) => Some(path),
        (Goal::InPlace, Input::File(path)) if plan.hardened_text().is_some() => Some(path.as_path()),
        _ => None,
    };
    if let Some(path) = place {
        let cwd = source::real(&context.cwd, &context.cwd);
        writeln!(context.err, "written: {}", clean(&source::relative(&source::real(path, &cwd), &cwd)))?;
    }
    Ok(exit(arguments, plan))
}

fn exit(arguments: &Fix, plan: &crate::plan::Plan) -> Exit {
    let run = &arguments.run;
    steer::judged(plan, run.fail_on, run.strict, |judged| judged.decision != Decision::Applied)
}
