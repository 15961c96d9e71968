//! `ecs-harden init`: a commented policy for what was seen in a directory.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::{Init, Run};
use super::steer::{Header, Inputs, Job, Lens};
use super::{CliError, Exit, steer};
use crate::context::Context;
use crate::output::starter::Starter;
use crate::output::{clean, counted};
use crate::policy::FILE_NAME;
use crate::source;

/// Runs the command.
pub(super) fn run(arguments: &Init, context: &mut Context) -> Result<Exit, CliError> {
    let beside = || match arguments.directory.as_path() {
        here if here == Path::new(".") => PathBuf::from(FILE_NAME),
        directory => directory.join(FILE_NAME),
    };
    let place = arguments.output.clone().unwrap_or_else(beside);
    let to_stdout = place == Path::new("-");
    if !to_stdout && place.symlink_metadata().is_ok() {
        return Err(CliError::usage(
            format!("{} is there already", clean(&place.display().to_string())),
            "print the starter with `-o -`, and take over what you need",
        ));
    }
    let mut starter = Starter::default();
    let run = Run::without_policy();
    let paths = [arguments.directory.clone()];
    let job = Job { inputs: Inputs::Named(&paths), run: &run, header: Header::None, lens: Lens::default() };
    let worst = steer::each(
        job,
        context,
        |_| (),
        |planned, (), context| match &planned.plan {
            Err(refusal) => steer::refuse(&planned.found, refusal, context),
            Ok(plan) => {
                starter.add(&clean(&planned.found.shown), plan);
                Ok(Exit::Clean)
            }
        },
    )?;
    if starter.files() == 0 {
        return Err(CliError::usage("no task definition could be read there", "name a directory that holds some"));
    }
    let text = starter.text();
    if to_stdout {
        context.out.write_all(text.as_bytes())?;
    } else {
        source::create(&place, text.as_bytes())?;
        let shown = clean(&place.display().to_string());
        writeln!(
            context.err,
            "{shown}: written, for {}; nothing in it is in force yet",
            counted(starter.files(), "task definition")
        )?;
    }
    Ok(worst)
}
