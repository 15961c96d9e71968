//! Registered revisions as inputs of `check`, `diff` and `explain --finding`, and the way to AWS that every command on running services shares.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use ecs_harden_transforms::model::Digest;

use super::args::live::Target;
use super::steer::Inputs;
use super::{CliError, Exit};
use crate::context::Context;
use crate::output::clean;
use crate::rollout::api::{Aws, Described, Service};
use crate::rollout::arn::{RevisionArn, service_name};
use crate::rollout::port::{CallError, Clock, CtrlC, Wire};
use crate::rollout::running::{ReadError, Running};
use crate::source::{Found, Input, Live, Origin};

/// The way to AWS.
pub(super) struct Way {
    wire: Box<dyn Wire>,
    clock: Box<dyn Clock>,
}

impl Way {
    /// The way that flags, environment and files name.
    pub(super) fn new(target: &super::args::live::Account, ctrl_c: CtrlC, context: &Context) -> Result<Self, CliError> {
        Ok(Self { wire: context.cloud.connect(&target.place())?, clock: context.cloud.clock(ctrl_c) })
    }

    /// The wire and the clock.
    pub(super) fn ends(&self) -> (&dyn Wire, &dyn Clock) {
        (&*self.wire, &*self.clock)
    }

    /// AWS by this way.
    pub(super) fn aws(&self) -> Aws<'_> {
        Aws::new(&*self.wire, &*self.clock)
    }
}

/// What a command over documents was given.
pub(super) struct Given {
    paths: Vec<PathBuf>,
    live: Option<Vec<Found>>,
    /// What came of what could not be read.
    pub(super) exit: Exit,
}

impl Given {
    /// Paths, or what runs; the directory at hand where neither is named.
    pub(super) fn of(paths: &[PathBuf], target: &Target, context: &mut Context) -> Result<Self, CliError> {
        match (target.is_live(), paths.is_empty()) {
            (true, false) => Err(CliError::usage(
                "files and running services cannot be looked at in one run",
                "name either paths, or --cluster, --service and --family",
            )),
            (true, true) => {
                let (live, exit) = inputs(target, context)?;
                Ok(Self { paths: Vec::new(), live: Some(live), exit })
            }
            (false, true) => Ok(Self { paths: vec![PathBuf::from(".")], live: None, exit: Exit::Clean }),
            (false, false) => Ok(Self { paths: paths.to_vec(), live: None, exit: Exit::Clean }),
        }
    }

    /// As a job takes it.
    pub(super) fn inputs(&self) -> Inputs<'_> {
        self.live.as_deref().map_or(Inputs::Named(&self.paths), Inputs::Read)
    }
}

/// The revisions that a live target names, as inputs. What a service that was asked for by name cannot be read for is told on stderr, and
/// counts for the exit status.
pub(super) fn inputs(target: &Target, context: &mut Context) -> Result<(Vec<Found>, Exit), CliError> {
    let way = Way::new(&target.account, CtrlC::Ends, context)?;
    let aws = way.aws();
    if let Some(family) = &target.family {
        let described = family_revision(&aws, family)?;
        return Ok((vec![found(&described, None, BTreeMap::new())], Exit::Clean));
    }
    let (mut groups, mut worst): (BTreeMap<RevisionArn, Group>, _) = (BTreeMap::new(), Exit::Clean);
    for (name, running) in services(target, &aws)? {
        match running {
            Ok(running) => {
                if let Some(newer) = &running.newer {
                    writeln!(
                        context.err,
                        "note: {}: Security Hub sees {}, running is {}",
                        clean(&running.title()),
                        newer.short(),
                        running.revision.arn.short()
                    )?;
                }
                let group = groups.entry(running.revision.arn.clone()).or_default();
                group.described.get_or_insert_with(|| running.revision.clone());
                group.services.push(running);
            }
            Err(ReadError::Call(error)) => return Err(error.into()),
            Err(error) => {
                let (reason, next_step) = unreadable(&error);
                writeln!(context.err, "error: {}: {}\n  hint: {next_step}", clean(&name), clean(&reason))?;
                worst = worst.max(Exit::Usage);
            }
        }
    }
    let found = groups.into_values().filter_map(|group| {
        let described = group.described?;
        Some(found(&described, Some(&group.services), BTreeMap::new()))
    });
    Ok((found.collect(), worst))
}

/// A revision and the services that run it.
#[derive(Default)]
struct Group {
    described: Option<Described>,
    services: Vec<Running>,
}

/// A service by its name, and what it runs.
type Read = (String, Result<Running, ReadError>);

/// What each service that is named runs, or why that cannot be read; in the order in which they are named.
pub(super) fn services(target: &Target, aws: &Aws<'_>) -> Result<Vec<Read>, CliError> {
    let cluster = target.cluster.as_deref().unwrap_or("default");
    let names = if target.all_services {
        aws.service_arns(cluster).map_err(|error| no_cluster(error, cluster))?
    } else {
        target.service.clone()
    };
    if names.is_empty() {
        return Err(CliError::usage(
            if target.all_services { "the cluster has no services" } else { "no service is named" },
            "name them with --service NAME, or take --all-services, or --family FAMILY",
        ));
    }
    let told = aws.services(cluster, &names).map_err(|error| no_cluster(error, cluster))?;
    let read = names.into_iter().zip(told).map(|(name, service)| {
        let short = service_name(&name).to_owned();
        let missing = ReadError::NoService { name: short.clone(), cluster: cluster.to_owned() };
        let running = service.ok_or(missing).and_then(|service| Running::of(aws, service));
        (short, running)
    });
    Ok(read.collect())
}

/// A cluster that is not there is named, rather than the call.
fn no_cluster(error: CallError, cluster: &str) -> CliError {
    if error.is("ClusterNotFoundException") {
        return CliError::NoService {
            message: format!("there is no cluster {} in this account and region", clean(cluster)),
            next_step: "`aws ecs list-clusters` lists them; see also --profile and --region".into(),
        };
    }
    error.into()
}

/// A service of a cluster.
pub(super) fn service(aws: &Aws<'_>, cluster: &str, name: &str) -> Result<Service, CliError> {
    aws.service(cluster, name).map_err(|error| no_cluster(error, cluster))?.ok_or_else(|| {
        let missing = ReadError::NoService { name: name.to_owned(), cluster: cluster.to_owned() };
        let (reason, next_step) = unreadable(&missing);
        CliError::NoService { message: format!("{}: {reason}", clean(name)), next_step }
    })
}

/// A registered revision by family and perhaps revision.
pub(super) fn family_revision(aws: &Aws<'_>, family: &str) -> Result<Described, CliError> {
    aws.definition(family)?.ok_or_else(|| CliError::NoService {
        message: format!("there is no active task definition {}", clean(family)),
        next_step: "`aws ecs list-task-definition-families --status ACTIVE` lists the families".into(),
    })
}

/// A revision as an input, with what the services that run it add.
pub(super) fn found(described: &Described, services: Option<&[Running]>, pins: BTreeMap<String, Digest>) -> Found {
    let name = described.arn.short().to_owned();
    let services_say = services.into_iter().flatten().filter(|_| !described.lists_launch_types());
    let live = Live {
        name: name.clone(),
        text: described.text.clone(),
        launch_types: services_say.flat_map(|running| running.launch_types.iter().copied()).collect(),
        exec: services.map(|services| services.iter().any(|running| running.service.enable_execute_command)),
        pins: Arc::new(pins),
    };
    let real = PathBuf::from(&name);
    Found { input: Input::Live(Arc::new(live)), shown: name, real, origin: Origin::Named }
}

/// Why a service cannot be read, and the manual way.
pub(super) fn unreadable(error: &ReadError) -> (String, String) {
    match error {
        ReadError::Call(error) => (error.to_string(), error.next_step()),
        ReadError::NoService { cluster, .. } => (
            format!("there is no such service in the cluster {}", clean(cluster)),
            format!("`aws ecs list-services --cluster {}` lists them", clean(cluster)),
        ),
        ReadError::NotThisWay { reason, next_step } => (reason.clone(), next_step.clone()),
    }
}
