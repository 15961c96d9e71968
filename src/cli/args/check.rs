//! What the command line can say about `check`: what counts, and how it is told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ecs_harden_transforms::foreign::Tool;

use super::Run;
use super::live::Target;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Files, directories, or - for standard input; the directory at hand when nothing is named
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Skip named files that hold no task definition, as those of a directory are skipped
    #[arg(long)]
    pub definitions_only: bool,
    /// What is looked at instead of files.
    #[command(flatten)]
    pub target: Target,
    /// How the run is steered.
    #[command(flatten)]
    pub run: Run,
    /// What counts.
    #[command(flatten)]
    pub gate: GateFlags,
    /// How the findings are told.
    #[command(flatten)]
    pub told: Told,
}

/// How `check` tells what it found.
#[derive(Debug, Args)]
pub struct Told {
    /// Form of the report on standard output
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    /// Tell it by the ids of another tool: what turns green there, what does not and why
    #[arg(long = "as", value_enum, value_name = "TOOL")]
    pub tool: Option<ToolName>,
    /// Write the report to a file too, in another form; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report)]
    pub output: Vec<Output>,
}

/// A tool whose ids are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ToolName {
    /// AWS Security Hub
    SecurityHub,
    /// Managed rules of AWS Config
    Config,
    /// Proactive controls of AWS Control Tower
    ControlTower,
    /// Prowler
    Prowler,
    /// Checkov
    Checkov,
    /// Trivy
    Trivy,
}

impl From<ToolName> for Tool {
    fn from(name: ToolName) -> Self {
        match name {
            ToolName::SecurityHub => Self::SecurityHub,
            ToolName::Config => Self::Config,
            ToolName::ControlTower => Self::ControlTower,
            ToolName::Prowler => Self::Prowler,
            ToolName::Checkov => Self::Checkov,
            ToolName::Trivy => Self::Trivy,
        }
    }
}

/// A report in a file.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its form.
    pub format: ReportFormat,
    /// The file.
    pub path: PathBuf,
}

fn report(argument: &str) -> Result<Output, String> {
    let (format, path) = argument.split_once('=').ok_or("write FORMAT=FILE, such as sarif=results.sarif")?;
    let format = ReportFormat::from_str(format, false).map_err(|_| {
        let known = ReportFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
        format!("there is no such format; there is {}", known.join(", "))
    })?;
    if path.is_empty() || path == "-" {
        return Err("name a file; --format is about standard output".to_owned());
    }
    Ok(Output { format, path: PathBuf::from(path) })
}

/// What of the findings decides the exit status.
#[derive(Debug, Default, Args)]
pub struct GateFlags {
    /// Let findings that this baseline holds decide nothing
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what is found to a baseline; nothing of it decides the exit status
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "changed_since"])]
    pub write_baseline: Option<PathBuf>,
    /// Let waived findings count too
    #[arg(long)]
    pub no_waivers: bool,
    /// Look only at files that were touched since this revision of the git repository
    #[arg(long, value_name = "REV", value_parser = revision)]
    pub changed_since: Option<String>,
    /// Take policy and baseline as they are at this revision; what the files here add to them is told, and does not count
    #[arg(long, value_name = "REV", value_parser = revision, conflicts_with = "no_policy")]
    pub policy_from: Option<String>,
}

/// A revision as git takes it; one that begins with a dash would be a flag.
fn revision(argument: &str) -> Result<String, String> {
    if argument.is_empty() || argument.starts_with('-') || argument.chars().any(char::is_control) {
        return Err("this is no revision; name a branch, a tag or a commit".to_owned());
    }
    Ok(argument.to_owned())
}

/// The form of what `check` reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Text,
    /// For programs; the schema is in the repository
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// A comment on a pull request, or the summary of a job
    Markdown,
    /// JUnit, for whatever shows tests
    Junit,
    /// Code quality of GitLab
    Gitlab,
}
