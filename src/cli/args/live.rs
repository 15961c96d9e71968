//! What the command line says about running services.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::SignedDuration;

use super::{Format, Run};
use crate::cli::CliError;
use crate::rollout::gates::Base;
use crate::rollout::port::Place;

/// Which account and region.
#[derive(Clone, Debug, Default, Args)]
pub struct Account {
    /// The profile in the files of AWS's own tools
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    pub profile: Option<String>,
    /// The region, where neither environment nor profile names it
    #[arg(long, value_name = "REGION", help_heading = "AWS")]
    pub region: Option<String>,
}

impl Account {
    /// The way to AWS.
    pub fn place(&self) -> Place {
        Place { profile: self.profile.clone(), region: self.region.clone() }
    }
}

/// Which services or which family.
#[derive(Clone, Debug, Default, Args)]
pub struct Target {
    /// The cluster, by name or ARN
    #[arg(long, value_name = "CLUSTER", help_heading = "Live")]
    pub cluster: Option<String>,
    /// Services of the cluster, by name or ARN
    #[arg(long, value_name = "SERVICE", requires = "cluster", num_args = 1.., help_heading = "Live")]
    pub service: Vec<String>,
    /// All services of the cluster
    #[arg(long, requires = "cluster", conflicts_with = "service", help_heading = "Live")]
    pub all_services: bool,
    /// A registered task definition: FAMILY (its latest active revision) or FAMILY:REVISION
    #[arg(long, value_name = "FAMILY[:REVISION]", conflicts_with_all = ["service", "all_services"], help_heading = "Live")]
    pub family: Option<String>,
    /// Which account and region.
    #[command(flatten)]
    pub account: Account,
}

impl Target {
    /// Whether something that runs, or is registered, is named.
    pub const fn is_live(&self) -> bool {
        self.cluster.is_some() || self.all_services || self.family.is_some()
    }
}

/// Arguments of `apply`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Apply {
    /// What to harden.
    #[command(flatten)]
    pub target: Target,
    /// Take the task definition from a file, and give it to the one service that is named
    #[arg(long, value_name = "FILE", requires = "service", conflicts_with = "plan")]
    pub file: Option<PathBuf>,
    /// Do exactly what a saved plan says, or nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cluster", "service", "all_services", "family"])]
    pub plan: Option<PathBuf>,
    /// Decide finding by finding, at a terminal, before the roll-out is shown; answers can be kept in the policy
    #[arg(short, long, conflicts_with_all = ["plan", "dry_run", "yes"])]
    pub interactive: bool,
    /// Go on with what was answered before somebody quit
    #[arg(long, requires = "interactive")]
    pub resume: bool,
    /// Show what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Save what was shown as a plan; takes --dry-run
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    pub plan_out: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Where the record of the run goes; else into the state directory
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Apply also what rests on a built-in default, that is, on a guess
    #[arg(long, conflicts_with = "no_defaults")]
    pub accept_defaults: bool,
    /// What is permitted.
    #[command(flatten)]
    pub permit: Permit,
    /// How it is rolled out.
    #[command(flatten)]
    pub how: How,
    /// How CodeDeploy is used.
    #[command(flatten)]
    pub code_deploy: CodeDeployArgs,
    /// How the run is steered.
    #[command(flatten)]
    pub run: Run,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// What a command goes on with: the record of a run, or a service.
#[derive(Clone, Debug, Args)]
pub struct Which {
    /// The record that `apply` wrote
    #[arg(long, value_name = "FILE", required_unless_present = "service", conflicts_with_all = ["cluster", "service"])]
    pub record: Option<PathBuf>,
    /// The cluster, by name or ARN
    #[arg(long, value_name = "CLUSTER", requires = "service")]
    pub cluster: Option<String>,
    /// A service of the cluster, by name or ARN
    #[arg(long, value_name = "SERVICE", requires = "cluster")]
    pub service: Option<String>,
    /// Which account and region.
    #[command(flatten)]
    pub account: Account,
}

/// Arguments of `watch`.
#[derive(Clone, Debug, Args)]
pub struct Watch {
    /// What to look at.
    #[command(flatten)]
    pub which: Which,
    /// Give up after so long without progress
    #[arg(long, value_name = "TIME", default_value = "20m", value_parser = time)]
    pub stall: Duration,
    /// Look at the service for so long after the deployment is complete
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = time)]
    pub bake: Duration,
    /// A CloudWatch alarm that must not ring while it bakes; may be repeated
    #[arg(long, value_name = "NAME")]
    pub alarm: Vec<String>,
    /// Leave a service of the record as it is when its deployment fails
    #[arg(long)]
    pub no_rollback: bool,
    /// Form of what is told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Arguments of `rollback`.
#[derive(Clone, Debug, Args)]
pub struct Rollback {
    /// What to take back.
    #[command(flatten)]
    pub which: Which,
    /// The revision that the service shall run: REVISION or FAMILY:REVISION; else that of the last deployment that succeeded
    #[arg(long, value_name = "REVISION", conflicts_with = "record")]
    pub to: Option<String>,
    /// Show what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Give up after so long without progress
    #[arg(long, value_name = "TIME", default_value = "20m", value_parser = time)]
    pub stall: Duration,
    /// Form of what is told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Arguments of `retire`.
#[derive(Clone, Debug, Args)]
pub struct Retire {
    /// The record that `apply` wrote
    #[arg(long, value_name = "FILE")]
    pub record: PathBuf,
    /// How long ago the run has to be
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = age)]
    pub min_age: SignedDuration,
    /// Show what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Which account and region.
    #[command(flatten)]
    pub account: Account,
    /// Form of what is told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

impl Which {
    /// Cluster and service.
    pub fn service(&self) -> Result<(&str, &str), CliError> {
        self.cluster.as_deref().zip(self.service.as_deref()).ok_or_else(|| {
            CliError::usage("no service is named", "name it: --cluster CLUSTER --service SERVICE, or --record FILE")
        })
    }
}

/// What is permitted although something speaks against it.
#[derive(Clone, Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Permit {
    /// Where to start from, when a newer revision than the running one is active
    #[arg(long, value_enum, value_name = "REVISION", help_heading = "Permissions")]
    pub base: Option<BaseArg>,
    /// Register beside Terraform or a pipeline, whose next run will undo it
    #[arg(long, help_heading = "Permissions")]
    pub out_of_band: bool,
    /// Write the digests that run into the revision
    #[arg(long, conflicts_with = "allow_new_image", help_heading = "Permissions")]
    pub pin_images: bool,
    /// Let tags bring other images than those that run
    #[arg(long, help_heading = "Permissions")]
    pub allow_new_image: bool,
    /// Accept that the service is down for a while
    #[arg(long, help_heading = "Permissions")]
    pub accept_downtime: bool,
    /// Change services with the scheduling strategy DAEMON too, last
    #[arg(long, help_heading = "Permissions")]
    pub include_daemon: bool,
    /// Change more than ten services, up to this many
    #[arg(long, value_name = "N", help_heading = "Permissions")]
    pub max_services: Option<usize>,
    /// Go on although something that the revision needs could not be looked at
    #[arg(long, help_heading = "Permissions")]
    pub allow_unchecked: bool,
}

/// How a revision is rolled out.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct How {
    /// Wait until the deployments of others are done, for as long as --stall, instead of refusing
    #[arg(long, help_heading = "Roll-out")]
    pub wait_idle: bool,
    /// Replace the tasks even where the revision is the same
    #[arg(long, help_heading = "Roll-out")]
    pub force_new_deployment: bool,
    /// Leave a service as it is when its deployment fails
    #[arg(long, help_heading = "Roll-out")]
    pub no_rollback: bool,
    /// Do not deregister a revision that failed
    #[arg(long, help_heading = "Roll-out")]
    pub keep_failed_revision: bool,
    /// Give up after so long without progress
    #[arg(long, value_name = "TIME", default_value = "20m", value_parser = time, help_heading = "Roll-out")]
    pub stall: Duration,
    /// Look at the service for so long after the deployment is complete
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = time, help_heading = "Roll-out")]
    pub bake: Duration,
    /// A CloudWatch alarm that must not ring while it bakes; may be repeated
    #[arg(long, value_name = "NAME", help_heading = "Roll-out")]
    pub alarm: Vec<String>,
    /// A command that has to succeed at the end; it is run by `sh -c`
    #[arg(long, value_name = "COMMAND", help_heading = "Roll-out")]
    pub verify: Option<String>,
    /// The service that goes first, alone; else the first
    #[arg(long, value_name = "SERVICE", help_heading = "Roll-out")]
    pub canary: Option<String>,
    /// How many services at once, after the first
    #[arg(long, value_name = "N", default_value = "1", help_heading = "Roll-out")]
    pub parallel: NonZeroUsize,
}

/// How CodeDeploy is used, for services of the controller `CODE_DEPLOY`.
#[derive(Clone, Debug, Default, Args)]
pub struct CodeDeployArgs {
    /// The AppSpec, where CodeDeploy does not hand out the last one
    #[arg(long, value_name = "FILE", conflicts_with = "no_hooks", help_heading = "CodeDeploy")]
    pub appspec: Option<PathBuf>,
    /// Deploy without the hooks of the last AppSpec
    #[arg(long, help_heading = "CodeDeploy")]
    pub no_hooks: bool,
    /// The application
    #[arg(long, value_name = "NAME", help_heading = "CodeDeploy")]
    pub codedeploy_application: Option<String>,
    /// The deployment group
    #[arg(long, value_name = "NAME", help_heading = "CodeDeploy")]
    pub codedeploy_group: Option<String>,
}

/// Where to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BaseArg {
    /// The revision that runs
    Running,
    /// The latest active revision
    Latest,
}

impl From<BaseArg> for Base {
    fn from(base: BaseArg) -> Self {
        match base {
            BaseArg::Running => Self::Running,
            BaseArg::Latest => Self::Latest,
        }
    }
}

/// An age as people write it: `7d`, `12h`.
fn age(text: &str) -> Result<SignedDuration, String> {
    let wrong = || "write an age as 7d, 12h or 0s".to_owned();
    let text = text.trim();
    // Days are no unit of a duration in general, since clocks change; here they are 24 hours.
    let age = match text.strip_suffix('d') {
        Some(days) => {
            let days = days.trim().parse::<i64>().ok().filter(|days| *days < 100_000);
            days.map(|days| SignedDuration::from_hours(days * 24))
        }
        None => text.parse().ok(),
    };
    age.filter(|age| !age.is_negative()).ok_or_else(wrong)
}

/// A time as people write it: `90s`, `20m`, `1h 30m`.
fn time(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time as 90s, 20m or 1h 30m".to_owned();
    let time: SignedDuration = text.trim().parse().map_err(|_| wrong())?;
    Duration::try_from(time).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_may_be_days() {
        assert_eq!(age("7d"), Ok(crate::rollout::retire::MIN_AGE));
        assert_eq!(age("12h"), Ok(SignedDuration::from_hours(12)));
        assert_eq!(age("0s"), Ok(SignedDuration::ZERO));
        for wrong in ["", "7", "-1d", "-2h", "soon", "99999999999999999999d"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(time("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(time("1h 30m"), Ok(Duration::from_mins(90)));
        assert_eq!(time("0s"), Ok(Duration::ZERO));
        for wrong in ["", "20", "-2m", "soon"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
