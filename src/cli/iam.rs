//! `ecs-harden iam-policy`: what the execution role needs once `fix` has written its edits, or what whoever runs a command has to be allowed.

use std::io::Write;

use ecs_harden_transforms::iam::{self, Grants};
use ecs_harden_transforms::model::TaskView;

use super::args::{Format, IamPolicy, PolicyForm};
use super::errand::{self, Line};
use super::steer::{Header, Inputs, Job, Lens};
use super::{CliError, Exit, permit, steer};
use crate::context::{Context, Verbosity};
use crate::output::iam as output;
use crate::rollout::permissions::{When, statements};

/// Runs the command. The policy alone goes to standard output, and nothing where nothing is to be granted.
pub(super) fn run(arguments: &IamPolicy, context: &mut Context) -> Result<Exit, CliError> {
    if arguments.format == Format::Json {
        return Err(CliError::usage(
            "--format is about reports, and this prints a policy",
            "take --form json, cloudformation or terraform",
        ));
    }
    if !arguments.line.is_empty() {
        return for_line(arguments, context);
    }
    let job = Job {
        inputs: Inputs::Named(&arguments.paths),
        run: &arguments.run,
        header: Header::Err,
        lens: Lens::default(),
    };
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

/// The policy for a command line. What the line does not name stands in capitals, and then the policy is not whole.
fn for_line(arguments: &IamPolicy, context: &mut Context) -> Result<Exit, CliError> {
    let Line { command, asked, .. } = errand::read(&arguments.line, context)?;
    let permissions = asked.permissions();
    let statements = statements(&permissions, &asked.names);
    let document = match arguments.form {
        PolicyForm::Json => permit::json(&statements),
        PolicyForm::Cloudformation => permit::cloudformation(&statements, command),
        PolicyForm::Terraform => permit::terraform(&statements, command),
    };
    context.out.write_all(document.as_bytes())?;
    if let Some(warning) = permit::too_large(&statements) {
        writeln!(context.err, "warning: {warning}")?;
    }
    let unknown = permit::unknown(&permissions, &asked.names);
    let of_any_controller = permissions.iter().any(|permission| permission.when == When::CodeDeploy);
    if context.verbosity != Verbosity::Quiet && of_any_controller {
        writeln!(
            context.err,
            "note: what is about CodeDeploy is for services with the controller CODE_DEPLOY, what is about task sets for EXTERNAL"
        )?;
    }
    if unknown.is_empty() {
        return Ok(Exit::Clean);
    }
    writeln!(
        context.err,
        "left out: the command line does not tell {}, which stand in capitals\n  next: put yours in their place; `ecs-harden doctor --for` with the same line looks them up, and prints what is missing",
        unknown.join(", ")
    )?;
    Ok(Exit::Findings)
}
