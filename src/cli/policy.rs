//! `ecs-harden policy`: what a policy says about a definition, and what it may hold.

use std::io::Write;
use std::path::PathBuf;

use ecs_harden_transforms::model::TaskView;

use super::args::PolicySource;
use super::args::policy::{Policy, PolicyCommand};
use super::{CliError, Exit, steer};
use crate::context::Context;
use crate::output::clean;
use crate::plan;
use crate::policy::{Policies, schema, show};
use crate::source;

/// Runs the command.
pub(super) fn run(arguments: &Policy, context: &mut Context) -> Result<Exit, CliError> {
    match &arguments.show {
        PolicyCommand::Schema => {
            context.out.write_all(schema::schema().as_bytes())?;
            Ok(Exit::Clean)
        }
        PolicyCommand::Show { paths, policy } => show(paths, policy, context),
    }
}

fn show(paths: &[PathBuf], policy: &PolicySource, context: &mut Context) -> Result<Exit, CliError> {
    let cwd = context.cwd.clone();
    let mut policies = Policies::new(policy.choice(), &cwd, context.today);
    let expanded = source::expand(paths, &cwd, context.workers);
    let mut worst = Exit::Clean;
    for error in &expanded.errors {
        writeln!(context.err, "error: {error}\n  hint: {}", error.next_step())?;
        worst = Exit::Usage;
    }
    for found in expanded.found {
        let policy = policies.of(&found)?;
        let bytes = source::read(&found.input, &mut context.stdin)?;
        match plan::read(&bytes) {
            Ok(document) => {
                let name = policy.as_deref().map_or("none: built-in defaults", |policy| &policy.shown);
                writeln!(context.out, "{}: policy {}", clean(&found.shown), clean(name))?;
                let shown = show::show(&TaskView::new(&document), policy.as_deref());
                for line in shown.lines() {
                    writeln!(context.out, "{}", clean(line))?;
                }
            }
            Err(refusal) => worst = worst.max(steer::refuse(&found, &refusal, context)?),
        }
    }
    Ok(worst)
}
