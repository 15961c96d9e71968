//! A command line that another command is asked about: what it would do at AWS, and what it names.

use std::path::Path;

use clap::Parser as _;
use clap::error::ErrorKind;
use ecs_harden_transforms::arn::owner;
use ecs_harden_transforms::model::TaskView;

use super::args::live::{Account, Target, Which};
use super::args::{Cli, Command};
use super::{CliError, apply};
use crate::context::Context;
use crate::output::clean;
use crate::rollout::arn::service_name;
use crate::rollout::permissions::{ALL, Asked, Errand, Names};
use crate::rollout::record::Record;
use crate::source::{self, Input};

/// A command line that was understood.
pub(super) struct Line {
    /// The name of the command.
    pub(super) command: &'static str,
    /// What it takes.
    pub(super) asked: Asked,
    /// The profile and the region that it names.
    pub(super) account: Account,
}

/// Understands a command line, with or without the name of the program. Files that it names are read, and AWS is asked nothing.
pub(super) fn read(words: &[String], context: &Context) -> Result<Line, CliError> {
    let words = words.strip_prefix(&["ecs-harden".to_owned()]).unwrap_or(words);
    let program = "ecs-harden".to_owned();
    let cli = Cli::try_parse_from([&program].into_iter().chain(words)).map_err(|error| {
        let told = error.to_string();
        let first = match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => "it only prints a text",
            _ => told.lines().next().unwrap_or_default().trim_start_matches("error: "),
        };
        let help = match (error.kind(), words.first()) {
            (ErrorKind::InvalidSubcommand, _) | (_, None) => "--help".to_owned(),
            (_, Some(command)) => format!("{command} --help"),
        };
        CliError::usage(
            format!("the command line after --for: {}", clean(first)),
            format!("write the whole command line as you would run it; see `ecs-harden {}`", clean(&help)),
        )
    })?;
    of(cli.command, context)
}

fn of(command: Command, context: &Context) -> Result<Line, CliError> {
    match command {
        Command::Check(arguments) => looked("check", &arguments.target, context),
        Command::Diff(arguments) => looked("diff", &arguments.target, context),
        Command::Explain(arguments) if arguments.finding.is_some() => looked("explain", &arguments.target, context),
        Command::Apply(arguments) => {
            let arguments = apply::effective(*arguments)?;
            let errand = match (arguments.target.family.is_some(), arguments.dry_run) {
                (true, true) => Errand::PlanFamily,
                (true, false) => Errand::Register,
                (false, true) => Errand::Plan,
                (false, false) => Errand::Apply,
            };
            if !arguments.target.is_live() {
                return Err(nothing_named("apply"));
            }
            let mut line = line("apply", errand, &arguments.target, context)?;
            if let Some(path) = &arguments.file {
                of_file(path, &mut line.asked.names)?;
            }
            Ok(line)
        }
        Command::Watch(arguments) => match &arguments.which.record {
            Some(path) => {
                let errand = if arguments.no_rollback { Errand::Watch } else { Errand::Rollback };
                of_record("watch", errand, path, &arguments.which.account, context)
            }
            None => of_service("watch", Errand::Watch, &arguments.which, context),
        },
        Command::Rollback(arguments) => {
            let errand = if arguments.dry_run { Errand::Watch } else { Errand::Rollback };
            match &arguments.which.record {
                Some(path) => of_record("rollback", errand, path, &arguments.which.account, context),
                None => of_service("rollback", errand, &arguments.which, context),
            }
        }
        Command::Retire(arguments) => {
            let errand = if arguments.dry_run { Errand::PlanRetire } else { Errand::Retire };
            of_record("retire", errand, &arguments.record, &arguments.account, context)
        }
        Command::Doctor(arguments) if arguments.probe => {
            let mut names = Named::new(&arguments.account, context);
            names.0.roles.extend(arguments.execution_role.filter(|role| is_role(role)));
            Ok(Line {
                command: "doctor",
                asked: Asked { errand: Errand::Probe, names: names.0 },
                account: arguments.account,
            })
        }
        _ => Err(CliError::usage(
            "this command asks nothing of AWS, so it has to be allowed nothing",
            "name one that does: check, diff, explain --finding, apply, watch, rollback or retire of what runs",
        )),
    }
}

/// The family and the roles of a definition.
fn of_file(path: &Path, names: &mut Names) -> Result<(), CliError> {
    let bytes = source::read(&Input::File(path.to_owned()), &mut std::io::empty())?;
    let document =
        crate::plan::read(&bytes).map_err(|refusal| CliError::Plan { shown: path.display().to_string(), refusal })?;
    let task = TaskView::new(&document);
    if let Some(family) = task.family() {
        names.families.push(named(family)?);
    }
    for member in ["executionRoleArn", "taskRoleArn"] {
        let role = task.member(member).text().known().filter(|role| is_role(role));
        names.roles.extend(role.map(str::to_owned));
    }
    names.roles.dedup();
    Ok(())
}

/// The ARN of a role, whose name and path hold what IAM allows (IAM user guide, "IAM identifiers").
fn is_role(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "+=,.@_/-".contains(letter);
    owner(text).is_some() && text.split_once(":role/").is_some_and(|(_, rest)| rest.chars().all(fits))
}

fn nothing_named(command: &str) -> CliError {
    CliError::usage(
        format!("{command} asks AWS for what runs alone, and nothing of that is named"),
        "name services: --cluster CLUSTER --service SERVICE, or --all-services; or a family: --family FAMILY",
    )
}

fn looked(command: &'static str, target: &Target, context: &Context) -> Result<Line, CliError> {
    if !target.is_live() {
        return Err(nothing_named(command));
    }
    let errand = if target.family.is_some() { Errand::LookAtFamily } else { Errand::Look };
    line(command, errand, target, context)
}

fn line(command: &'static str, errand: Errand, target: &Target, context: &Context) -> Result<Line, CliError> {
    let mut names = Named::new(&target.account, context);
    if target.family.is_none() {
        let cluster = target.cluster.as_deref().unwrap_or("default");
        for service in &target.service {
            names.place(cluster, Some(service))?;
        }
        if target.all_services {
            names.all_services(cluster)?;
        } else if target.service.is_empty() {
            names.place(cluster, None)?;
        }
    }
    if let Some(family) = &target.family {
        names.0.families.push(named(service_name(family).split(':').next().unwrap_or_default())?);
    }
    Ok(Line { command, asked: Asked { errand, names: names.0 }, account: target.account.clone() })
}

fn of_service(command: &'static str, errand: Errand, which: &Which, context: &Context) -> Result<Line, CliError> {
    let (cluster, service) = which.service()?;
    let mut names = Named::new(&which.account, context);
    names.place(cluster, Some(service))?;
    Ok(Line { command, asked: Asked { errand, names: names.0 }, account: which.account.clone() })
}

fn of_record(
    command: &'static str,
    errand: Errand,
    path: &Path,
    account: &Account,
    context: &Context,
) -> Result<Line, CliError> {
    let record: Record = apply::record(path)?;
    let mut names = Named::new(account, context);
    names.0.account = Some(record.account);
    names.0.region = account.region.clone().or(Some(record.region.clone()));
    for entry in &record.services {
        names.place(&entry.cluster, Some(&entry.service))?;
        let family = named(entry.before.family())?;
        if !names.0.families.contains(&family) {
            names.0.families.push(family);
        }
    }
    let account = Account { region: account.region.clone().or(Some(record.region)), ..account.clone() };
    Ok(Line { command, asked: Asked { errand, names: names.0 }, account })
}

/// What is named, from flags and ARNs.
struct Named(Names);

impl Named {
    /// The region of the flag, else that of the environment.
    fn new(account: &Account, context: &Context) -> Self {
        let of_environment = context.region.as_ref().map(|variable| variable.value.clone());
        Self(Names { region: account.region.clone().or(of_environment), ..Names::default() })
    }

    /// A cluster and a service, by name or ARN.
    fn place(&mut self, cluster: &str, service: Option<&str>) -> Result<(), CliError> {
        for arn in [Some(cluster), service].into_iter().flatten() {
            let parts: Vec<&str> = arn.split(':').collect();
            if let ["arn", partition, "ecs", region, account, _] = parts.as_slice() {
                self.0.partition.get_or_insert_with(|| (*partition).to_owned());
                self.0.region.get_or_insert_with(|| (*region).to_owned());
                self.0.account.get_or_insert_with(|| (*account).to_owned());
            }
        }
        let place = (named(cluster)?, service.map(named).transpose()?);
        if !self.0.places.contains(&place) {
            self.0.places.push(place);
        }
        Ok(())
    }

    fn all_services(&mut self, cluster: &str) -> Result<(), CliError> {
        self.place(cluster, None)?;
        self.0.places.retain(|(_, service)| service.is_some());
        self.0.places.push((named(cluster)?, Some(ALL.to_owned())));
        Ok(())
    }
}

/// The last part of an ARN, or a name, as ECS allows it (API reference, `CreateService`, `CreateCluster`, `RegisterTaskDefinition`): a policy
/// would take anything else for a pattern.
fn named(name: &str) -> Result<String, CliError> {
    let last = service_name(name);
    if !last.is_empty() && last.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')) {
        return Ok(last.to_owned());
    }
    Err(CliError::usage(
        format!("`{}` is no name that ECS gives", clean(name)),
        "names hold letters, digits, - and _; write the name or the whole ARN",
    ))
}
