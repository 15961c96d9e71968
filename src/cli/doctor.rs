//! `ecs-harden doctor`: who calls, where to, whether a command line would be allowed what it needs, and what ECS makes of what passes write.

mod tell;

use std::io::Write as _;

use super::args::Format;
use super::args::doctor::Doctor;
use super::args::live::Account;
use super::live::Way;
use super::{CliError, Exit, apply, errand};
use crate::context::{Context, Terminal, Verbosity};
use crate::output::clean;
use crate::rollout::doctor::probe::{self, Verdict};
use crate::rollout::doctor::{Row, Standing, examine};
use crate::rollout::permissions::PROBE_FAMILY;
use crate::rollout::port::{CtrlC, Failure};

/// Runs the command.
pub(super) fn run(arguments: &Doctor, context: &mut Context) -> Result<Exit, CliError> {
    if arguments.probe && !arguments.yes && context.terminal == Terminal::No {
        return Err(CliError::refused("nobody can be asked: this is no terminal", "run it with --yes"));
    }
    let line = match arguments.line.as_slice() {
        [] => None,
        words => Some(errand::read(words, context)?),
    };
    let account = match &line {
        None => arguments.account.clone(),
        Some(line) => Account {
            profile: line.account.profile.clone().or_else(|| arguments.account.profile.clone()),
            region: line.account.region.clone().or_else(|| arguments.account.region.clone()),
        },
    };
    let way = Way::new(&account, CtrlC::Ends, context)?;
    let (wire, clock) = way.ends();
    let report = examine(wire, clock, line.as_ref().map(|line| &line.asked)).inspect_err(|error| {
        // A clock that is wrong makes credentials look wrong.
        let off = wire.ahead().and_then(tell::clock).filter(|_| error.failure == Failure::BadCredentials);
        drop(off.map(|off| writeln!(context.err, "note: {off}")));
    })?;
    // Flags may hold what is nobody's business, so that the line itself is not told again.
    let command = line.as_ref().map(|line| line.command);
    match arguments.format {
        Format::Text => {
            context.out.write_all(tell::text(&report, command, context.verbosity).as_bytes())?;
            if line.is_none() && !arguments.probe && context.verbosity != Verbosity::Quiet {
                writeln!(context.err, "whether a command line would be allowed what it needs: --for COMMAND LINE")?;
            }
        }
        Format::Json => writeln!(context.out, "{}", tell::json(&report, command))?,
    }
    context.out.flush()?;
    let stands = |row: &Row| row.standing == Standing::Missing && row.permission.without.is_none();
    let missing = report.rows.iter().any(stands) || !report.notes.is_empty();
    let exit = if missing { Exit::Aws } else { Exit::Clean };
    if !arguments.probe {
        return Ok(exit);
    }
    Ok(exit.max(probed(arguments, &account, &report.caller.account, context)?))
}

/// Registers, tells, deregisters.
fn probed(arguments: &Doctor, account: &Account, number: &str, context: &mut Context) -> Result<Exit, CliError> {
    let question = format!("register revisions of {PROBE_FAMILY} in account {number}, and deregister them");
    if !arguments.yes && !apply::asked(&question, context)? {
        writeln!(context.err, "nothing was changed")?;
        return Ok(Exit::Refused);
    }
    // Ctrl-C leaves nothing behind that was registered.
    let way = Way::new(account, CtrlC::Interrupts, context)?;
    let role = arguments.execution_role.as_deref();
    let probed = probe::probe(&way.aws(), role)?;
    let hidden: Vec<&str> = [Some(number), role].into_iter().flatten().collect();
    match arguments.format {
        Format::Text => context.out.write_all(tell::trials(&probed, &hidden).as_bytes())?,
        Format::Json => writeln!(context.out, "{}", tell::trials_json(&probed, &hidden))?,
    }
    for (arn, error) in &probed.left {
        let (short, next) = (clean(arn.short()), clean(&error.next_step()));
        writeln!(context.err, "error: {short} stays active: {}\n  hint: {next}", clean(&error.to_string()))?;
    }
    if let Some(error) = probed.stopped {
        return Err(error.into());
    }
    let refused = |verdict: &Verdict| matches!(verdict, Verdict::Refused(_) | Verdict::Changed(_));
    Ok(if !probed.left.is_empty() {
        Exit::Aws
    } else if probed.trials.iter().any(|trial| refused(&trial.verdict)) {
        Exit::Findings
    } else {
        Exit::Clean
    })
}
