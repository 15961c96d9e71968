//! The one bundle of ports: where output goes, where input comes from, and what the environment says.

use std::io::{self, IsTerminal, Read, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;

use ecs_harden_transforms::engine::Fault;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::aws::Real;
use crate::rollout::port::Cloud;

/// Everything that a command may touch of the world around it.
pub struct Context {
    /// The product goes here.
    pub out: Box<dyn Write>,
    /// The conversation goes here.
    pub err: Box<dyn Write>,
    /// What `-` reads.
    pub stdin: Box<dyn Read>,
    /// Whether each stream takes colour.
    pub colour: Colour,
    /// The directory that relative paths start from.
    pub cwd: PathBuf,
    /// Whether a continuous-integration system runs this.
    pub ci: Ci,
    /// The day, in UTC; it decides which waivers have expired.
    pub today: Date,
    /// The variable that names a region, as AWS's own tools take it: `AWS_REGION`, else `AWS_DEFAULT_REGION`.
    pub region: Option<Variable>,
    /// Damage for a test to watch; only debug builds can be asked for it.
    pub fault: Fault,
    /// How much is told.
    pub verbosity: Verbosity,
    /// How many files are worked on at once; what comes out is the same.
    pub workers: NonZeroUsize,
    /// The way to AWS.
    pub cloud: Box<dyn Cloud>,
    /// Whether somebody can be asked.
    pub terminal: Terminal,
    /// The arguments of the command line, without the name of the program.
    pub arguments: Vec<String>,
    /// Where records are kept; `XDG_STATE_HOME`, else `.local/state` of the home directory.
    pub state: Option<PathBuf>,
}

/// Whether somebody sits at a terminal, reads the conversation there and can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// Standard input and standard error are a terminal.
    Yes,
    /// They are one that only writes letters: `TERM` is `dumb`.
    Plain,
    /// One of them is not.
    No,
}

/// A variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its value, which is not empty.
    pub value: String,
}

impl Variable {
    fn read(name: &'static str) -> Option<Self> {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
        Some(Self { name, value })
    }
}

/// Which streams take colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colour {
    /// Standard output.
    pub out: bool,
    /// Standard error.
    pub err: bool,
}

/// Whether a continuous-integration system runs this: its logs are often public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ci {
    /// It does.
    Yes,
    /// Nothing says so.
    No,
}

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// One line a finding.
    Quiet,
    /// What a person needs.
    #[default]
    Normal,
    /// Also what was left out and what is clean.
    Verbose,
}

/// What runners set that need not set `CI`: GitHub, GitLab, Jenkins, Azure Pipelines, `CodeBuild`, `TeamCity`, Buildkite.
const RUNNERS: [&str; 7] = [
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "JENKINS_URL",
    "TF_BUILD",
    "CODEBUILD_BUILD_ID",
    "TEAMCITY_VERSION",
    "BUILDKITE_BUILD_ID",
];

impl Context {
    /// The real streams and environment.
    pub fn of_process() -> io::Result<Self> {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let ci = match std::env::var("CI") {
            Ok(value) if !value.is_empty() => value != "false" && value != "0",
            _ => RUNNERS.iter().any(|name| set(name)),
        };
        let plain = set("NO_COLOR") || std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let forced = std::env::var("CLICOLOR_FORCE").is_ok_and(|value| value != "0" && !value.is_empty());
        Ok(Self {
            colour: Colour {
                out: !plain && (forced || io::stdout().is_terminal()),
                err: !plain && (forced || io::stderr().is_terminal()),
            },
            out: Box::new(io::stdout()),
            err: Box::new(io::stderr()),
            stdin: Box::new(io::stdin()),
            cwd: std::env::current_dir()?,
            ci: if ci { Ci::Yes } else { Ci::No },
            today: today(std::env::var("ECS_HARDEN_TEST_TODAY").ok().as_deref()),
            region: ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(Variable::read),
            fault: fault(std::env::var("ECS_HARDEN_TEST_FAULT").ok().as_deref()),
            verbosity: Verbosity::Normal,
            workers: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            cloud: Box::new(Real),
            terminal: match io::stdin().is_terminal() && io::stderr().is_terminal() {
                true if std::env::var("TERM").is_ok_and(|term| term == "dumb") => Terminal::Plain,
                true => Terminal::Yes,
                false => Terminal::No,
            },
            arguments: std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect(),
            state: state(),
        })
    }
}

fn state() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")));
    Some(base?.join("ecs-harden"))
}

/// Release builds cannot be told what day it is.
fn today(asked: Option<&str>) -> Date {
    let asked = asked.filter(|_| cfg!(debug_assertions)).and_then(|day| day.parse().ok());
    asked.unwrap_or_else(|| Offset::UTC.to_datetime(Timestamp::now()).date())
}

/// Release builds cannot be told to damage their work.
fn fault(asked: Option<&str>) -> Fault {
    match asked {
        Some("lost-byte") if cfg!(debug_assertions) => Fault::LostByte,
        _ => Fault::None,
    }
}
