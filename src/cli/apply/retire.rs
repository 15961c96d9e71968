//! `ecs-harden retire`: deregisters the revisions that services of a run ran before, once nothing can start them any more.

use std::io::Write as _;

use serde_json::{Value as Json, json};

use super::{asked, records, resumed};
use crate::cli::args::Format;
use crate::cli::args::live::Retire;
use crate::cli::live::Way;
use crate::cli::{CliError, Exit};
use crate::context::{Context, Terminal};
use crate::output::clean;
use crate::rollout::port::{CallError, CtrlC};
use crate::rollout::preflight::Obstacle;
use crate::rollout::retire::{Candidate, Plan, Retired, Verdict, carry_out, is_at_home, look};

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Retire, context: &mut Context) -> Result<Exit, CliError> {
    if !arguments.yes && !arguments.dry_run && context.terminal == Terminal::No {
        return Err(CliError::refused(
            "nobody can be asked: this is no terminal",
            "look at what would be done with --dry-run, then run it with --yes",
        ));
    }
    let record = records::read(&arguments.record)?;
    let account = resumed::account(&arguments.account, Some(&record));
    let way = Way::new(&account, CtrlC::Ends, context)?;
    let aws = way.aws();
    if let Err(obstacle) = is_at_home(&aws, &record)? {
        return Err(CliError::refused(obstacle.what, obstacle.next_step));
    }
    let plan = look(&aws, &record, arguments.min_age)?;
    for candidate in &plan.candidates {
        tell(candidate, arguments.format, context)?;
    }
    let to_go: Vec<&Candidate> = plan.candidates.iter().filter(|it| it.verdict == Verdict::Retire).collect();
    if arguments.dry_run || to_go.is_empty() {
        return Ok(kept(&plan));
    }
    let question = match to_go.as_slice() {
        [one] => format!("deregister {}", one.revision.short()),
        many => format!("deregister these {} revisions", many.len()),
    };
    if !arguments.yes && !asked(&question, context)? {
        writeln!(context.err, "nothing was changed")?;
        return Ok(Exit::Refused);
    }
    let way = Way::new(&account, CtrlC::Interrupts, context)?;
    let aws = way.aws();
    let mut exit = kept(&plan);
    for candidate in to_go {
        let retired = carry_out(&aws, &record, candidate, arguments.min_age);
        exit = exit.max(told(candidate, &retired, arguments.format, context)?);
        if let Err(error) = retired {
            return Err(error.into());
        }
    }
    Ok(exit)
}

/// What is kept makes it no whole success.
fn kept(plan: &Plan) -> Exit {
    let is_kept = |candidate: &Candidate| matches!(candidate.verdict, Verdict::Keep(_));
    if plan.candidates.iter().any(is_kept) { Exit::Refused } else { Exit::Clean }
}

/// What would become of a revision.
fn tell(candidate: &Candidate, format: Format, context: &mut Context) -> Result<(), CliError> {
    let revision = candidate.revision.short();
    let ran = clean(&candidate.services.join(", "));
    let (word, reasons): (&str, &[Obstacle]) = match &candidate.verdict {
        Verdict::Retire => ("would-deregister", &[]),
        Verdict::Done(_) => ("done", &[]),
        Verdict::Keep(reasons) => ("kept", reasons),
    };
    if format == Format::Json {
        let sets: Vec<&str> = candidate.kept.iter().map(|set| set.arn.as_str()).collect();
        let told = json!({
            "event": word,
            "revision": candidate.revision,
            "services": candidate.services,
            "taskSets": sets,
            "reasons": reasons.iter().map(reason).collect::<Vec<_>>(),
        });
        writeln!(context.out, "{told}")?;
        return Ok(());
    }
    match &candidate.verdict {
        Verdict::Retire => {
            writeln!(context.out, "{revision}, which {ran} ran: would be deregistered")?;
            for set in &candidate.kept {
                writeln!(context.out, "  first the task set {} would be deleted", clean(&set.id))?;
            }
        }
        Verdict::Done(why) => writeln!(context.out, "{revision}, which {ran} ran: nothing to do: {why}")?,
        Verdict::Keep(_) => writeln!(context.out, "{revision}, which {ran} ran: kept")?,
    }
    told_reasons(reasons, context)
}

/// What became of it.
fn told(
    candidate: &Candidate,
    retired: &Result<Retired, CallError>,
    format: Format,
    context: &mut Context,
) -> Result<Exit, CliError> {
    let revision = candidate.revision.short();
    let (word, exit) = match retired {
        Ok(Retired::Deregistered) => ("deregistered", Exit::Clean),
        Ok(Retired::Done(_)) => ("done", Exit::Clean),
        Ok(Retired::Kept(_)) => ("kept", Exit::Refused),
        // The error itself is told at the end.
        Err(_) => return Ok(Exit::Clean),
    };
    if format == Format::Json {
        writeln!(context.out, "{}", json!({ "event": word, "revision": candidate.revision }))?;
        return Ok(exit);
    }
    match retired {
        Ok(Retired::Deregistered) => writeln!(context.err, "deregistered {revision}")?,
        Ok(Retired::Done(why)) => writeln!(context.err, "{revision}: nothing to do: {why}")?,
        Ok(Retired::Kept(reasons)) => {
            writeln!(context.err, "{revision}: kept after all")?;
            for reason in reasons {
                writeln!(context.err, "  because {}\n  next: {}", clean(&reason.what), clean(&reason.next_step))?;
            }
        }
        Err(_) => {}
    }
    Ok(exit)
}

fn told_reasons(reasons: &[Obstacle], context: &mut Context) -> Result<(), CliError> {
    for reason in reasons {
        writeln!(context.out, "  because {}\n  next: {}", clean(&reason.what), clean(&reason.next_step))?;
    }
    Ok(())
}

fn reason(obstacle: &Obstacle) -> Json {
    json!({ "reason": obstacle.what, "nextStep": obstacle.next_step })
}
