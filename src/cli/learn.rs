//! `ecs-harden learn`: what refused programs say, to settings of the policy.

use std::io::Write;
use std::path::{Path, PathBuf};

use ecs_harden_transforms::evidence::{self, Kind};

use super::args::Learn;
use super::{CliError, Exit};
use crate::context::{Context, Verbosity};
use crate::output::diff::{DiffInput, Secrets, Side, coloured, unified};
use crate::output::learnt::{Told, told};
use crate::output::{clean, counted};
use crate::policy::{Additions, FILE_NAME, Policy, PolicyError, merge, nearest_file};
use crate::rollout::cause::add;
use crate::source::{self, Input, LIMIT};

/// Stands for the container where nobody names it.
const UNNAMED: &str = "NAME";

/// Runs the command.
pub(super) fn run(arguments: &Learn, context: &mut Context) -> Result<Exit, CliError> {
    let stdin = arguments.file == Path::new("-");
    let input = if stdin { Input::Stdin } else { Input::File(arguments.file.clone()) };
    let bytes = source::read(&input, &mut context.stdin)?;
    if bytes.len() > LIMIT {
        let message = format!("the log is longer than {} MiB", LIMIT >> 20);
        return Err(CliError::usage(message, "hand over its end: `tail -n 10000 FILE | ecs-harden learn -`"));
    }
    if arguments.write && arguments.container.is_none() {
        return Err(CliError::usage("--write needs the container", "name it with --container NAME"));
    }
    let shown = clean(&arguments.file.display().to_string());
    let signs = evidence::read(&String::from_utf8_lossy(&bytes));
    if signs.is_empty() {
        writeln!(context.err, "{shown}: nothing here that hardening would cause")?;
        return Ok(Exit::Findings);
    }
    let log = if stdin { "standard input".to_owned() } else { shown.clone() };
    let mut additions = Additions { log, ..Additions::default() };
    let mut switches = false;
    for sign in &signs {
        switches |= matches!(sign.kind, Kind::Setuid | Kind::Setgid);
        let told = told(sign);
        tell(&shown, sign.line, &told, context)?;
        add(&mut additions, told.step, sign.line);
    }
    if additions.is_empty() {
        writeln!(context.err, "{shown}: {}, and none that the policy can mend", counted(signs.len(), "sign"))?;
        return Ok(Exit::Clean);
    }
    if !arguments.write {
        let container = arguments.container.as_deref().unwrap_or(UNNAMED);
        let lines = merge("", container, &additions).map_err(|_| unmergeable())?;
        write!(context.out, "\n{}", lines.trim_start())?;
    }
    if !additions.keep.is_empty() {
        let both = if switches { "; a program that changes its user mostly needs SETUID and SETGID" } else { "" };
        writeln!(context.err, "note: `keep` is a complete list: add what the container needs besides{both}")?;
    }
    if !additions.paths.is_empty() {
        writeln!(context.err, "note: `paths` is a complete list: add what the container writes besides")?;
    }
    match &arguments.container {
        Some(container) if arguments.write => write_policy(arguments, container, &additions, context)?,
        _ => {}
    }
    Ok(Exit::Clean)
}

/// What one sign says, on standard output.
fn tell(shown: &str, line: usize, told: &Told, context: &mut Context) -> Result<(), CliError> {
    writeln!(context.out, "{shown}:{line}: {}", clean(&told.found))?;
    if context.verbosity > Verbosity::Quiet {
        writeln!(context.out, "  hint: {}", clean(&told.hint))?;
    }
    Ok(())
}

fn unmergeable() -> CliError {
    CliError::usage(
        "the overrides of this policy are written in a form that cannot be added to",
        "write each as a table of its own, [[override]], or add the lines by hand: leave --write out to see them",
    )
}

/// Adds the settings to the policy, once the diff was shown.
fn write_policy(
    arguments: &Learn,
    container: &str,
    additions: &Additions,
    context: &mut Context,
) -> Result<(), CliError> {
    let place =
        arguments.policy.clone().or_else(|| nearest_file(&context.cwd)).unwrap_or_else(|| PathBuf::from(FILE_NAME));
    let shown = source::relative(&source::real(&place, &context.cwd), &source::real(&context.cwd, &context.cwd));
    let there = place.symlink_metadata().is_ok();
    let before = if there { source::read(&Input::File(place.clone()), &mut context.stdin)? } else { Vec::new() };
    let text = String::from_utf8(before).map_err(|_| PolicyError {
        shown: shown.clone(),
        at: None,
        message: "the policy is not UTF-8".into(),
        next_step: "save it as UTF-8".into(),
    })?;
    Policy::parse(&shown, &text, context.today)?;
    let merged = merge(&text, container, additions).map_err(|_| unmergeable())?;
    let merged = if there { merged } else { merged.trim_start().to_owned() };
    Policy::parse(&shown, &merged, context.today)?;
    if merged == text {
        writeln!(context.err, "{}: says so already", clean(&shown))?;
        return Ok(());
    }
    let side = |text| Side { text, sensitive: &[] };
    let diff =
        unified(&DiffInput { path: &shown, old: side(&text), new: side(&merged), secrets: Secrets::Masked }).text;
    let diff = if context.colour.out { coloured(&diff) } else { diff };
    context.out.write_all(b"\n")?;
    context.out.write_all(diff.as_bytes())?;
    context.out.flush()?;
    if there {
        source::replace(&place, text.as_bytes(), merged.as_bytes())?;
    } else {
        source::create(&place, merged.as_bytes())?;
    }
    writeln!(context.err, "{}: written", clean(&shown))?;
    Ok(())
}
