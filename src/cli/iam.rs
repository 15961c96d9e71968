//! `ecs-harden iam-policy`: what the execution role needs once `fix` has written its edits.

use std::io::Write;

use ecs_harden_transforms::iam::{self, Grants};
use ecs_harden_transforms::model::TaskView;

use super::args::{Format, IamPolicy, PolicyForm};
use super::steer::{Header, Inputs, Job};
use super::{CliError, Exit, steer};
use crate::context::{Context, Verbosity};
use crate::output::iam as output;

/// Runs the command. The policy alone goes to standard output, and nothing where nothing is to be granted.
pub(super) fn run(arguments: &IamPolicy, context: &mut Context) -> Result<Exit, CliError> {
    if arguments.run.format == Format::Json {
        return Err(CliError::usage(
            "--format is about reports, and this prints a policy",
            "take --form json, cloudformation or terraform",
        ));
    }
    let job = Job { inputs: Inputs::Named(&arguments.paths), run: &arguments.run, header: Header::Err };
    let (mut grants, mut told) = (Grants::default(), output::Told::default());
    let exit = steer::each(
        job,
        context,
        |_| (),
        |planned, (), context| match &planned.plan {
            Err(refusal) => steer::refuse(&planned.found, refusal, context),
            Ok(plan) => {
                let document = plan.outcome.hardened.as_ref().unwrap_or(&plan.document);
                let needs = iam::needs(&TaskView::new(document), &plan.outcome.intent.wishes.layers);
                context.err.write_all(told.add(&planned.found.shown, plan, &needs).as_bytes())?;
                let whole = needs.gaps.is_empty();
                grants.extend(needs.grants);
                Ok(if whole { Exit::Clean } else { Exit::Findings })
            }
        },
    )?;
    if !grants.decrypt_with(&arguments.kms_key) && !arguments.kms_key.is_empty() {
        writeln!(context.err, "warning: --kms-key: no secret or parameter is read, so nothing is decrypted")?;
    }
    if !grants.is_empty() {
        let document = match arguments.form {
            PolicyForm::Json => output::json(&grants),
            PolicyForm::Cloudformation => output::cloudformation(&grants, told.role()),
            PolicyForm::Terraform => output::terraform(&grants, told.role()),
        };
        context.out.write_all(document.as_bytes())?;
    }
    if context.verbosity != Verbosity::Quiet {
        context.err.write_all(told.notes(&grants).as_bytes())?;
    }
    Ok(exit)
}
