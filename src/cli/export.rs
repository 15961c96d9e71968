//! `ecs-harden export-rules`: what `check` looks for, as rules for the gates of others.

use std::io::Write;
use std::path::Path;

use ecs_harden_transforms::pass::{Pass, Run};
use ecs_harden_transforms::passes;

use super::args::export::ExportRules;
use super::{CliError, Exit, terms};
use crate::context::{Context, Verbosity};
use crate::export;
use crate::output::{clean, counted};
use crate::source;

/// Runs the command. The rules alone go to standard output; what they leave out is told on standard error too.
pub(super) fn run(arguments: &ExportRules, context: &mut Context) -> Result<Exit, CliError> {
    let chosen = terms::chosen(&arguments.only, &arguments.skip)?;
    let runs = |pass: &Pass| {
        chosen.contains(&pass.id) && (pass.run == Run::ByDefault || arguments.only.iter().any(|id| id == pass.id.0))
    };
    let passes: Vec<&Pass> = passes::TABLE.into_iter().filter(|pass| runs(pass)).collect();
    let count = passes.iter().filter(|pass| !pass.weaknesses.any.is_empty()).count();
    if count == 0 {
        return Err(CliError::usage(
            "none of these passes can be written as a rule",
            "`ecs-harden check` runs them; choose others with --only or --skip",
        ));
    }
    let rules = export::rules(arguments.language.into(), &passes);
    match arguments.output.as_deref().filter(|path| *path != Path::new("-")) {
        None => context.out.write_all(rules.as_bytes())?,
        Some(path) => {
            source::create(path, rules.as_bytes())?;
            let shown = clean(&path.display().to_string());
            writeln!(context.err, "{shown}: written, {}", counted(count, "rule"))?;
        }
    }
    if context.verbosity != Verbosity::Quiet {
        for line in export::left_out(&passes) {
            writeln!(context.err, "not exported: {line}")?;
        }
    }
    Ok(Exit::Clean)
}
