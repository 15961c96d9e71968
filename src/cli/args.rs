//! What the command line can say.

use std::path::PathBuf;

use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use ecs_harden_transforms::arn::KeyArn;
use ecs_harden_transforms::model::{LaunchType, Os};
use ecs_harden_transforms::pass::Severity;

use crate::policy::Choice;

pub(super) mod check;
pub(super) mod doctor;
pub(super) mod export;
pub(super) mod generate;
pub(super) mod live;
pub(super) mod policy;

use check::Check;
use doctor::Doctor;
use export::ExportRules;
use generate::{Completions, Manual};
use live::{Apply, Retire, Rollback, Target, Watch};
use policy::Policy;

/// Turns an Amazon ECS task definition into a hardened revision.
#[derive(Debug, Parser)]
#[command(name = "ecs-harden", version, about, long_about = None, disable_help_subcommand = true)]
#[command(after_help = "Exit status: 0 fine, 1 findings, 2 usage or unreadable input, 3 refused,\n\
                        4 AWS refused or out of reach, 5 a deployment failed, 6 not verified, 70 our own proof failed, 130 Ctrl-C.\n\
                        Files are changed by `fix` alone, and services by `apply` and `rollback`, after it was shown.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = ColourChoice::Auto, value_name = "WHEN", display_order = 900)]
    pub color: ColourChoice,
    /// Say more: also what is clean and what was left out
    #[arg(short, long, global = true, action = clap::ArgAction::Count, display_order = 901)]
    pub verbose: u8,
    /// Say less: one line a finding
    #[arg(short, long, global = true, conflicts_with = "verbose", display_order = 902)]
    pub quiet: bool,
}

impl Cli {
    /// What the arguments of this process say.
    pub fn from_process() -> Result<Self, clap::Error> {
        // Without a definition there is nothing to steer.
        let flags = Target::augment_args(Run::augment_args(clap::Command::default()));
        let steers = |argument: &Arg| {
            argument.get_id() == "format" || flags.get_arguments().any(|flag| flag.get_id() == argument.get_id())
        };
        let with_one = |argument| if steers(&argument) { argument.requires("finding") } else { argument };
        let mut command = Self::command().mut_subcommand("explain", |explain| explain.mut_args(with_one));
        let matches = command.try_get_matches_from_mut(std::env::args_os())?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report what is weak, why, and which edit would mend it
    Check(Check),
    /// Print the edits as a unified diff and write nothing
    Diff(Diff),
    /// Print the diff, then write it
    Fix(Fix),
    /// Register the hardened revision and roll it out to running services
    Apply(Box<Apply>),
    /// Go on looking at the deployments of a run, or at the latest one of a service
    Watch(Watch),
    /// Give a service the revision again that it ran before
    Rollback(Rollback),
    /// Deregister the revisions that the services of a run ran before, where nothing uses them
    Retire(Retire),
    /// Tell who calls and where to, and whether a command line would be allowed what it needs
    Doctor(Doctor),
    /// Print an IAM policy: what the execution role needs once the edits are made, or what a command line has to be allowed
    IamPolicy(IamPolicy),
    /// Write a commented policy for the definitions of a directory
    Init(Init),
    /// Write what `check` looks for as rules for cfn-guard, or for OPA and conftest
    ExportRules(ExportRules),
    /// Read what a refused program says, and print the settings that mend it
    Learn(Learn),
    /// Explain a pass, or with --finding why a fix has the values that it has
    Explain(Explain),
    /// List the passes
    Passes,
    /// Show what a policy says
    Policy(Policy),
    /// Print completions for a shell
    Completions(Completions),
    /// Write the manual pages, one for each command
    Man(Manual),
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Where the definitions are, and where ecs-harden.toml is written
    #[arg(default_value = ".", value_name = "DIRECTORY")]
    pub directory: PathBuf,
    /// Write there; - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `learn`.
#[derive(Debug, Args)]
pub struct Learn {
    /// A log, a stopped reason, `docker diff` or `strace -f -e trace=%file`; - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The container that it is about
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// Add the settings to the policy, once the diff was shown
    #[arg(long)]
    pub write: bool,
    /// The policy; else the nearest ecs-harden.toml upward, or a new one here
    #[arg(long, value_name = "FILE", requires = "write")]
    pub policy: Option<PathBuf>,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// Files, directories, or - for standard input; the directory at hand when nothing is named
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What is looked at instead of files.
    #[command(flatten)]
    pub target: Target,
    /// Exit with 1 if something would change
    #[arg(long)]
    pub exit_code: bool,
    /// Show values that are masked otherwise (refused under CI)
    #[arg(long)]
    pub show_secrets: bool,
    /// How the run is steered.
    #[command(flatten)]
    pub run: Run,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Arguments of `fix`.
#[derive(Debug, Args)]
pub struct Fix {
    /// Files, directories, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Decide finding by finding, at a terminal; answers can be kept in the policy
    #[arg(short, long)]
    pub interactive: bool,
    /// Go on with what was answered before somebody quit
    #[arg(long, requires = "interactive")]
    pub resume: bool,
    /// Write the hardened document there instead (- is standard output); takes one input
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write another form of the hardened document
    #[arg(long, value_enum, value_name = "FORM", requires = "output")]
    pub emit: Option<Emit>,
    /// How the run is steered.
    #[command(flatten)]
    pub run: Run,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Arguments of `iam-policy`.
#[derive(Debug, Args)]
pub struct IamPolicy {
    /// Files, directories, or - for standard input; of several, the policy for all
    #[arg(required_unless_present = "line", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What whoever runs this command line has to be allowed, instead: all that follows is the command line
    #[arg(long = "for", id = "line", num_args = 1.., allow_hyphen_values = true, value_name = "COMMAND LINE")]
    #[arg(conflicts_with_all = ["paths", "kms_key"])]
    pub line: Vec<String>,
    /// How the policy is written
    #[arg(long, value_enum, default_value_t = PolicyForm::Json, value_name = "FORM")]
    pub form: PolicyForm,
    /// The ARN of a key of your own that the secrets or parameters are encrypted with; may be repeated
    #[arg(long, value_name = "ARN")]
    pub kms_key: Vec<KeyArn>,
    /// How the run is steered.
    #[command(flatten)]
    pub run: Run,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The pass, all of them when left out; with --finding the file, or - for standard input
    #[arg(value_name = "PASS|FILE")]
    pub what: Option<String>,
    /// Explain what this pass finds in a file, or in what runs: what each value of its fix rests on, and where that is written
    #[arg(long, value_name = "PASS")]
    pub finding: Option<String>,
    /// Of several findings, those about this container
    #[arg(long, value_name = "NAME", requires = "finding")]
    pub container: Option<String>,
    /// Of several findings, those about this variable, path, volume or member
    #[arg(long, value_name = "SUBJECT", requires = "finding")]
    pub subject: Option<String>,
    /// What is looked at instead of a file.
    #[command(flatten)]
    pub target: Target,
    /// How the run is steered.
    #[command(flatten)]
    pub run: Run,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Where the policy comes from.
#[derive(Debug, Args)]
pub struct PolicySource {
    /// The policy; else the nearest ecs-harden.toml upward from each input
    #[arg(long, value_name = "FILE", conflicts_with = "no_policy")]
    pub policy: Option<PathBuf>,
    /// Use no policy
    #[arg(long)]
    pub no_policy: bool,
}

impl PolicySource {
    /// The choice that the flags state.
    pub fn choice(&self) -> Choice<'_> {
        match &self.policy {
            Some(path) => Choice::Named(path),
            None if self.no_policy => Choice::None,
            None => Choice::Nearest,
        }
    }
}

/// Flags that every run over documents takes.
#[derive(Debug, Args)]
pub struct Run {
    /// Run these passes alone
    #[arg(long, value_name = "PASS", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Run all passes but these
    #[arg(long, value_name = "PASS", value_delimiter = ',', conflicts_with = "only")]
    pub skip: Vec<String>,
    /// Apply only fixes that cannot break a task that ran before
    #[arg(long)]
    pub safe_only: bool,
    /// Withhold fixes that rest on a built-in default
    #[arg(long)]
    pub no_defaults: bool,
    /// Let findings of this severity and above decide the exit status
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Medium)]
    pub fail_on: FailOn,
    /// Let undetermined findings decide the exit status too
    #[arg(long)]
    pub strict: bool,
    /// Launch types to harden for: ec2, fargate, external, managed-instances
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    pub launch_type: Vec<LaunchType>,
    /// Operating system where the definition does not say: linux or windows
    #[arg(long, value_name = "OS")]
    pub os: Option<Os>,
    /// Commands are run in the containers with ECS Exec; --exec=no: they are not
    #[arg(long, value_enum, value_name = "yes|no", num_args = 0..=1, require_equals = true, default_missing_value = "yes")]
    pub exec: Option<YesNo>,
    /// What an image says of itself: [CONTAINER=]FILE, the output of `docker image inspect` or `crane config`, or an OCI layout
    #[arg(long, value_name = "[CONTAINER=]FILE")]
    pub image_config: Vec<String>,
    /// The Dockerfile of an image: [CONTAINER=]FILE; its last stage counts
    #[arg(long, value_name = "[CONTAINER=]FILE")]
    pub dockerfile: Vec<String>,
    /// Set a knob: [[FAMILY/]CONTAINER:]PASS.KNOB=VALUE, where names may hold * and ?
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Where the policy comes from.
    #[command(flatten)]
    pub policy: PolicySource,
}

impl Run {
    /// A plain run under the built-in defaults.
    pub const fn without_policy() -> Self {
        Self {
            only: Vec::new(),
            skip: Vec::new(),
            safe_only: false,
            no_defaults: false,
            fail_on: FailOn::Never,
            strict: false,
            launch_type: Vec::new(),
            os: None,
            exec: None,
            set: Vec::new(),
            image_config: Vec::new(),
            dockerfile: Vec::new(),
            policy: PolicySource { policy: None, no_policy: true },
        }
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColourChoice {
    /// At a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    /// It is so
    Yes,
    /// It is not
    No,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs; the schema is in the repository
    Json,
}

/// What `fix` writes instead of the document itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// Strict JSON for `aws ecs register-task-definition --cli-input-json`
    RegisterInput,
}

/// How an IAM policy is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PolicyForm {
    /// The policy document alone
    Json,
    /// A CloudFormation template with the policy on the role
    Cloudformation,
    /// Terraform: the document, and the policy on the role
    Terraform,
}

/// The least severity that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Critical findings alone
    Critical,
    /// High and critical findings
    High,
    /// All but low findings
    Medium,
    /// Every finding
    Low,
    /// Nothing counts
    Never,
}

impl FailOn {
    /// Whether a finding of this severity counts.
    pub fn counts(self, severity: Severity) -> bool {
        match self {
            Self::Critical => severity >= Severity::Critical,
            Self::High => severity >= Severity::High,
            Self::Medium => severity >= Severity::Medium,
            Self::Low => true,
            Self::Never => false,
        }
    }
}
