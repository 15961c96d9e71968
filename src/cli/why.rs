//! `ecs-harden explain --finding`: why a fix has the values that it has.

use std::io::Write;
use std::path::PathBuf;

use ecs_harden_transforms::engine::Judged;
use ecs_harden_transforms::pass::Pass;

use super::args::{Explain, Format};
use super::steer::{Header, Inputs, Job};
use super::{CliError, Exit, steer};
use crate::context::Context;
use crate::output::json::{self, Stream};
use crate::output::text::{self, Drawing};
use crate::plan::Plan;

/// Explains the findings of one pass in one file: those that the flags single out.
pub(super) fn run(
    arguments: &Explain,
    (pass, file): (&'static Pass, &str),
    context: &mut Context,
) -> Result<Exit, CliError> {
    let paths = [PathBuf::from(file)];
    let job = Job { inputs: Inputs::Named(&paths), run: &arguments.run, header: Header::Out };
    let drawing = Drawing { coloured: context.colour.out, verbosity: context.verbosity };
    let is_meant = |judged: &Judged| {
        let finding = &judged.finding;
        let container = finding.container.as_ref().and_then(|container| container.name.as_ref());
        finding.pass == pass
            && arguments.container.as_ref().is_none_or(|name| Some(name) == container)
            && arguments.subject.as_ref().is_none_or(|subject| *subject == finding.subject)
    };
    let mut stream = Stream::default();
    let exit = steer::each(
        job,
        context,
        |_| (),
        |planned, (), context| {
            let shown = &planned.found.shown;
            let plan = match &planned.plan {
                Err(refusal) => return steer::refuse(&planned.found, refusal, context),
                Ok(plan) => plan,
            };
            if !plan.outcome.findings.iter().any(is_meant) {
                return Err(CliError::usage(
                    format!("{shown}: no such finding of {}", pass.id),
                    others(shown, plan, pass),
                ));
            }
            match arguments.run.format {
                Format::Text => {
                    for (position, judged) in plan.outcome.findings.iter().filter(|judged| is_meant(judged)).enumerate()
                    {
                        if position > 0 {
                            writeln!(context.out)?;
                        }
                        context.out.write_all(text::why(shown, plan, judged, drawing).as_bytes())?;
                    }
                }
                Format::Json => {
                    let report = json::of_findings(shown, plan, planned.policy.as_deref(), is_meant);
                    stream.add(&json::entry(report), &mut context.out)?;
                }
            }
            Ok(Exit::Clean)
        },
    )?;
    if arguments.run.format == Format::Json && exit == Exit::Clean {
        stream.end(&mut context.out)?;
    }
    Ok(exit)
}

/// What else the pass found there.
fn others(shown: &str, plan: &Plan, pass: &'static Pass) -> String {
    let found = plan.outcome.findings.iter().filter(|judged| judged.finding.pass == pass);
    let flags = found.map(|judged| {
        let finding = &judged.finding;
        let container = finding.container.as_ref().and_then(|container| container.name.as_ref());
        let container = container.map(|name| format!("--container {name} ")).unwrap_or_default();
        format!("{container}--subject {}", finding.subject)
    });
    let flags: Vec<String> = flags.collect();
    if flags.is_empty() {
        return format!("`ecs-harden check {shown}` tells what is found there");
    }
    format!("there is: {}", flags.join("; "))
}
