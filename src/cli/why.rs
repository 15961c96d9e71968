//! `ecs-harden explain --finding`: why a fix has the values that it has.

use std::io::Write;
use std::path::PathBuf;

use ecs_harden_transforms::engine::Judged;
use ecs_harden_transforms::pass::Pass;

use super::args::{Explain, Format};
use super::live::Given;
use super::steer::{Header, Job, Lens};
use super::{CliError, Exit, steer};
use crate::context::Context;
use crate::output::json::{self, Stream};
use crate::output::text::{self, Drawing};
use crate::plan::Plan;
use crate::source::{Found, Input};

/// Explains the findings of one pass in a file, or in what runs: those that the flags single out.
pub(super) fn run(arguments: &Explain, pass: &'static Pass, context: &mut Context) -> Result<Exit, CliError> {
    let paths: Vec<PathBuf> = arguments.what.iter().map(PathBuf::from).collect();
    if paths.is_empty() && !arguments.target.is_live() {
        return Err(CliError::usage(
            "--finding says what to explain, and nothing says where",
            format!("`ecs-harden explain --finding {} FILE`, or --cluster and --service, or --family", pass.id),
        ));
    }
    let given = Given::of(&paths, &arguments.target, context)?;
    let job = Job {
        inputs: given.inputs(),
        run: &arguments.run,
        header: Header::Out.beside(arguments.format),
        lens: Lens::default(),
    };
    let drawing = Drawing { coloured: context.colour.out, verbosity: context.verbosity };
    let is_meant = |judged: &Judged| {
        let finding = &judged.finding;
        let container = finding.container.as_ref().and_then(|container| container.name.as_ref());
        finding.pass == pass
            && arguments.container.as_ref().is_none_or(|name| Some(name) == container)
            && arguments.subject.as_ref().is_none_or(|subject| *subject == finding.subject)
    };
    let mut stream = Stream::default();
    let (mut explained, mut without) = (0, None);
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
            let meant: Vec<&Judged> = plan.outcome.findings.iter().filter(|judged| is_meant(judged)).collect();
            if meant.is_empty() {
                without.get_or_insert_with(|| (shown.clone(), others(&planned.found, plan, pass)));
                return Ok(Exit::Clean);
            }
            match arguments.format {
                Format::Text => {
                    for judged in meant {
                        if explained > 0 {
                            writeln!(context.out)?;
                        }
                        explained += 1;
                        context.out.write_all(text::why(shown, plan, judged, drawing).as_bytes())?;
                    }
                }
                Format::Json => {
                    explained += meant.len();
                    let report = json::of_findings(shown, plan, planned.policy.as_deref(), is_meant);
                    stream.add(&json::entry(report), &mut context.out)?;
                }
            }
            Ok(Exit::Clean)
        },
    )?;
    if let (0, Some((shown, hint))) = (explained, without) {
        return Err(CliError::usage(format!("{shown}: no such finding of {}", pass.id), hint));
    }
    if arguments.format == Format::Json && explained > 0 {
        stream.end(&mut context.out)?;
    }
    Ok(exit.max(given.exit))
}

/// What else the pass found there.
fn others(found_in: &Found, plan: &Plan, pass: &'static Pass) -> String {
    let found = plan.outcome.findings.iter().filter(|judged| judged.finding.pass == pass);
    let flags = found.map(|judged| {
        let finding = &judged.finding;
        let container = finding.container.as_ref().and_then(|container| container.name.as_ref());
        let container = container.map(|name| format!("--container {name} ")).unwrap_or_default();
        format!("{container}--subject {}", finding.subject)
    });
    let flags: Vec<String> = flags.collect();
    match (flags.is_empty(), &found_in.input) {
        (false, _) => format!("there is: {}", flags.join("; ")),
        (true, Input::Live(_)) => "`ecs-harden check` with the same flags tells what is found there".to_owned(),
        (true, _) => format!("`ecs-harden check {}` tells what is found there", found_in.shown),
    }
}
