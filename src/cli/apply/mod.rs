//! `ecs-harden apply`: look, show, ask, register, roll out, watch, and take back what fails.

mod carry;
mod closing;
mod gather;
mod images;
mod records;
mod resumed;
pub(super) mod retire;
mod revise;
pub(super) mod rollback;
mod saved;
mod screen;
mod tell;
mod turn;
pub(super) mod watch;

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use ecs_harden_transforms::engine::{Decision, Judged};

use super::args::Format;
use super::args::live::Apply;
use super::live::Way;
use super::{CliError, Exit, sitting, steer};
use crate::context::{Context, Terminal};
use crate::output::clean;
use crate::rollout::port::CtrlC;
use crate::rollout::proposal::Proposal;
use crate::rollout::record::Record;
use crate::session::terminal;

use gather::Gatherer;
pub(super) use records::write_private;

/// The arguments that count: with a saved plan, those that it was made with.
pub(super) fn effective(arguments: Apply) -> Result<Apply, CliError> {
    match &arguments.plan {
        Some(path) => saved::read(path)?.arguments(&arguments),
        None => Ok(arguments),
    }
}

/// The record of a run.
pub(super) fn record(path: &Path) -> Result<Record, CliError> {
    records::read(path)
}

/// Runs the command.
pub(super) fn run(arguments: Apply, context: &mut Context) -> Result<Exit, CliError> {
    if let Some(path) = &arguments.plan {
        let saved = saved::read(path)?;
        let arguments = saved.arguments(&arguments)?;
        return work(arguments, Some(&saved), context);
    }
    if !arguments.target.is_live() {
        return Err(CliError::usage(
            "nothing is named to apply to",
            "name services: --cluster CLUSTER --service SERVICE, or --all-services; or register only: --family FAMILY",
        ));
    }
    work(arguments, None, context)
}

fn work(mut arguments: Apply, saved: Option<&saved::Saved>, context: &mut Context) -> Result<Exit, CliError> {
    // What is a guess is not tried out on a service that runs, unless somebody says so.
    arguments.run.no_defaults = !arguments.accept_defaults;
    if arguments.interactive {
        sitting::need_a_terminal(
            "the same without a person: look at it with --dry-run, give values by --set PASS.KNOB=VALUE or in ecs-harden.toml, then run it \
             with --yes",
            context,
        )?;
        if arguments.format == Format::Json {
            return Err(CliError::usage("a session has no JSON report", "leave --format json out, or -i"));
        }
    }
    if !arguments.dry_run && !arguments.yes && context.terminal == Terminal::No {
        return Err(CliError::refused(
            "nobody can be asked: this is no terminal",
            "look at what would be done with --dry-run, then run it with --yes",
        ));
    }
    // A session listens to signals, and so do the calls around it.
    let ctrl_c = if arguments.interactive { CtrlC::Interrupts } else { CtrlC::Ends };
    let way = Way::new(&arguments.target.account, ctrl_c, context)?;
    let aws = way.aws();
    let proposal = Gatherer::new(&arguments, &aws, context).proposal()?;
    if aws.clock().wait(Duration::ZERO).is_err() {
        return Err(CliError::Ended(Exit::Interrupted));
    }
    show(&proposal, arguments.format, context)?;
    if let Some(difference) = saved.and_then(|saved| saved.differs(&proposal)) {
        return Err(CliError::refused(
            format!("this is not what was planned: {difference}"),
            "make the plan anew with --dry-run --plan-out FILE, and look at it again",
        ));
    }
    let shut = proposal.shut().count();
    if arguments.dry_run {
        if let Some(path) = &arguments.plan_out {
            saved::write(path, &proposal, context)?;
            writeln!(context.err, "plan saved: {}", clean(&path.display().to_string()))?;
        }
        return Ok(if shut > 0 { Exit::Refused } else { leftovers(&proposal, &arguments) });
    }
    if shut > 0 {
        writeln!(context.err, "error: refused, nothing was changed\n  hint: each line `next:` above says what to do")?;
        return Ok(Exit::Refused);
    }
    if proposal.is_empty() {
        return Ok(leftovers(&proposal, &arguments));
    }
    if !arguments.yes && !confirmed(&proposal, &arguments, context)? {
        writeln!(context.err, "nothing was changed")?;
        return Ok(Exit::Refused);
    }
    let carried = carry::carry_out(&proposal, &arguments, context)?;
    write!(context.err, "{}", closing::render(&carried))?;
    let exit = closing::exit(&carried);
    if arguments.format == Format::Json {
        writeln!(context.out, "{}", closing::to_json(&carried, exit))?;
    }
    match carried.stopped {
        // The error says it, and what was done before is told above.
        Some(error) if error.exit() == exit => Err(error),
        Some(error) => {
            writeln!(context.err, "error: {}\n  hint: {}", clean(&error.to_string()), clean(&error.next_step()))?;
            Ok(exit)
        }
        None if exit == Exit::Clean => Ok(leftovers(&proposal, &arguments)),
        None => Ok(exit),
    }
}

/// What is left is only listed, unless somebody is strict about it.
fn leftovers(proposal: &Proposal, arguments: &Apply) -> Exit {
    if !arguments.run.strict {
        return Exit::Clean;
    }
    let stays = |judged: &Judged| judged.decision != Decision::Applied;
    let judged = proposal.units.iter().map(|unit| steer::judged(&unit.plan, arguments.run.fail_on, true, stays));
    judged.max().unwrap_or(Exit::Clean)
}

/// Shows what would be done: people on standard output, or beside the JSON that programs read there.
fn show(proposal: &Proposal, format: Format, context: &mut Context) -> Result<(), CliError> {
    let cwd = crate::source::real(&context.cwd, &context.cwd);
    let (stream, colour) = match format {
        Format::Text => (&mut context.out, context.colour.out),
        Format::Json => (&mut context.err, context.colour.err),
    };
    stream.write_all(screen::render(proposal, &cwd, colour).as_bytes())?;
    stream.flush()?;
    if format == Format::Json {
        writeln!(context.out, "{}", screen::to_json(proposal))?;
        context.out.flush()?;
    }
    Ok(())
}

/// Asks whether what was shown shall be done.
fn confirmed(proposal: &Proposal, arguments: &Apply, context: &mut Context) -> Result<bool, CliError> {
    let services = names(proposal);
    let what = if proposal.registers() { "register this and deploy it to" } else { "replace the tasks of" };
    let question = match services.len() {
        0 => "register this".to_owned(),
        1 => format!("{what} {}", services[0]),
        count => format!("{what} {count} services, {} first", services[0]),
    };
    if arguments.interactive {
        context.err.flush()?;
        return terminal::confirm(&clean(&question))?.ok_or(CliError::Ended(Exit::Interrupted));
    }
    asked(&question, context)
}

/// Asks at the terminal. Anything but yes is no; so is the end of the input.
pub(super) fn asked(question: &str, context: &mut Context) -> Result<bool, CliError> {
    write!(context.err, "{}? [y/N] ", clean(question))?;
    context.err.flush()?;
    let mut answer = Vec::new();
    let mut byte = [0];
    // Byte by byte: what stands behind the answer is not ours.
    while context.stdin.read(&mut byte)? == 1 && byte[0] != b'\n' && answer.len() < 16 {
        answer.push(byte[0]);
    }
    let answer = String::from_utf8_lossy(&answer).trim().to_ascii_lowercase();
    Ok(matches!(answer.as_str(), "y" | "yes"))
}

/// The services of a proposal, in the order in which they go.
fn names(proposal: &Proposal) -> Vec<String> {
    proposal.units.iter().flat_map(|unit| &unit.members).map(|member| member.running.title()).collect()
}
