//! `ecs-harden explain` and `ecs-harden passes`: what the passes know about themselves.

use std::io::Write;

use ecs_harden_transforms::pass::Pass;
use ecs_harden_transforms::passes;

use super::args::Explain;
use super::{CliError, Exit, why};
use crate::context::Context;

/// Prints the page of one pass, or of all; or why the fixes of one have the values that they have.
pub(super) fn run(arguments: &Explain, context: &mut Context) -> Result<Exit, CliError> {
    match &arguments.finding {
        Some(pass) => why::run(arguments, known(pass)?, context),
        None => pages(arguments.what.as_deref(), context),
    }
}

/// The pass with that id.
fn known(id: &str) -> Result<&'static Pass, CliError> {
    passes::find(id).ok_or_else(|| {
        CliError::usage(
            format!("there is no pass `{id}`; the nearest is `{}`", passes::nearest(id)),
            "`ecs-harden passes` lists them",
        )
    })
}

fn pages(id: Option<&str>, context: &mut Context) -> Result<Exit, CliError> {
    let chosen: Vec<&Pass> = match id {
        None => passes::TABLE.to_vec(),
        Some(id) => vec![known(id)?],
    };
    for (index, pass) in chosen.into_iter().enumerate() {
        if index > 0 {
            writeln!(context.out)?;
        }
        context.out.write_all(passes::page(pass).as_bytes())?;
    }
    Ok(Exit::Clean)
}

/// Lists the passes, a line each.
pub(super) fn list(context: &mut Context) -> Result<Exit, CliError> {
    let width = passes::TABLE.iter().map(|pass| pass.id.0.len()).max().unwrap_or_default();
    for pass in passes::TABLE {
        let controls = passes::controls(pass);
        writeln!(context.out, "{:width$}  {:8}  {} ({controls})", pass.id.0, pass.severity.name(), pass.summary)?;
    }
    Ok(Exit::Clean)
}
