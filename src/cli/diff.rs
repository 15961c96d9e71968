//! `ecs-harden diff`: the edits as a unified diff on standard output, which holds nothing else.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use ecs_harden_transforms::masking;

use super::args::{Diff, Format};
use super::live::Given;
use super::steer::{Header, Job, Lens, Planned};
use super::{CliError, Exit, steer};
use crate::context::{Ci, Context, Verbosity};
use crate::output::diff::{self, DiffInput, Rendered, Secrets, Side};
use crate::output::json::{self, Stream};
use crate::output::{clean, summary};
use crate::plan::Plan;
use crate::source::{self, Found};

/// Runs the command.
pub(super) fn run(arguments: &Diff, context: &mut Context) -> Result<Exit, CliError> {
    let secrets = match (arguments.show_secrets, context.ci) {
        (true, Ci::Yes) => {
            return Err(CliError::usage(
                "--show-secrets is refused under CI, whose logs others can read",
                "leave it out; where masked lines keep the diff from applying, run `ecs-harden fix` instead",
            ));
        }
        (true, Ci::No) => Secrets::Shown,
        (false, _) => Secrets::Masked,
    };
    let mut stream = Stream::default();
    let given = Given::of(&arguments.paths, &arguments.target, context)?;
    let job = Job {
        inputs: given.inputs(),
        run: &arguments.run,
        header: Header::Err.beside(arguments.format),
        lens: Lens::default(),
    };
    let cwd = source::real(&context.cwd, &context.cwd);
    let (coloured, verbosity) = (context.colour.out, context.verbosity);
    let draw = |planned: &Planned| match (&planned.plan, arguments.format) {
        (Ok(plan), Format::Text) => {
            let shown = render(&planned.found, plan, secrets, &cwd);
            let coloured = coloured.then(|| diff::coloured(&shown.rendered.text));
            let summary = (verbosity != Verbosity::Quiet).then(|| summary::proposal(&planned.found.shown, plan));
            Drawn::Text { shown, coloured, summary }
        }
        (Err(_), Format::Text) => Drawn::Nothing,
        (_, Format::Json) => Drawn::Entry(json::entry(steer::json_file(planned, None))),
    };
    let exit = steer::each(job, context, draw, |planned, drawn, context| {
        let exit = match &planned.plan {
            Err(refusal) => steer::refuse(&planned.found, refusal, context)?,
            Ok(plan) => {
                if let Drawn::Text { shown, coloured, summary } = &drawn {
                    context.out.write_all(coloured.as_ref().unwrap_or(&shown.rendered.text).as_bytes())?;
                    announce(&planned.found, shown, context)?;
                    context.err.write_all(summary.as_deref().unwrap_or_default().as_bytes())?;
                }
                if arguments.exit_code && plan.hardened_text().is_some() { Exit::Findings } else { Exit::Clean }
            }
        };
        if let Drawn::Entry(entry) = &drawn {
            stream.add(entry, &mut context.out)?;
        }
        Ok(exit)
    })?;
    if arguments.format == Format::Json {
        stream.end(&mut context.out)?;
    }
    Ok(exit.max(given.exit))
}

/// What is shown of one plan.
enum Drawn {
    /// For people.
    Text {
        shown: Shown,
        /// The same with colour, where colour is asked for.
        coloured: Option<String>,
        summary: Option<String>,
    },
    /// For programs.
    Entry(String),
    /// There is no plan.
    Nothing,
}

/// A diff, and the path in its header.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) rendered: Rendered,
    path: String,
}

/// The diff of one plan, with paths from the real working directory; empty where nothing changes.
pub(super) fn render(found: &Found, plan: &Plan, secrets: Secrets, cwd: &Path) -> Shown {
    let Some(hardened) = &plan.outcome.hardened else { return Shown::default() };
    let path = source::from_directory(found, cwd);
    let new = masking::sensitive(hardened);
    let rendered = diff::unified(&DiffInput {
        path: &path,
        old: Side { text: plan.document.text(), sensitive: &plan.outcome.sensitive },
        new: Side { text: hardened.text(), sensitive: &new },
        secrets,
    });
    Shown { rendered, path }
}

/// Says on stderr where the diff that was shown is not the whole truth, and what to do instead.
pub(super) fn announce(found: &Found, shown: &Shown, context: &mut Context) -> Result<(), CliError> {
    let Shown { rendered, path } = shown;
    let out_of_reach = !rendered.text.is_empty() && (path.starts_with("../") || path.contains('\u{fffd}'));
    if out_of_reach {
        writeln!(
            context.err,
            "note: {}: not below this directory, or not named in UTF-8; as a patch the diff will not apply",
            clean(&found.shown)
        )?;
    }
    if rendered.applies() {
        return Ok(());
    }
    // A line that is changed stands there twice, removed and added.
    let lines = |lines: &[usize]| {
        let once: BTreeSet<&usize> = lines.iter().collect();
        once.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let shown = clean(&found.shown);
    if !rendered.masked_lines.is_empty() {
        let lines = lines(&rendered.masked_lines);
        writeln!(
            context.err,
            "note: {shown}: edited lines with masked values: {lines}; as a patch the diff will not apply"
        )?;
    }
    if !rendered.no_trailing_context.is_empty() {
        let lines = lines(&rendered.no_trailing_context);
        writeln!(
            context.err,
            "note: {shown}: no line that may be shown follows the change at: {lines}; as a patch the diff will not apply"
        )?;
    }
    writeln!(
        context.err,
        "  hint: `ecs-harden fix` writes the edits themselves; `ecs-harden diff --show-secrets` prints a diff that applies"
    )?;
    Ok(())
}
