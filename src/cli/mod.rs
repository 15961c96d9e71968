//! The command line: parse it, steer the use cases, map every end to an exit status.

mod apply;
mod args;
mod check;
mod diff;
mod doctor;
mod errand;
mod exit;
mod explain;
mod export;
mod fix;
mod generate;
mod iam;
mod init;
mod learn;
mod live;
mod permit;
mod policy;
mod sitting;
mod steer;
mod terms;
mod why;

use std::io::{self, Write};
use std::panic;

pub use args::{Cli, Command};
pub use exit::Exit;

use crate::context::{Context, Verbosity};
use crate::git::GitError;
use crate::image::ImageError;
use crate::output::clean;
use crate::plan::{Refusal, RefusalKind};
use crate::policy::PolicyError;
use crate::policy::set::SetError;
use crate::rollout::port::{CallError, Failure, Unconnected};
use crate::source::SourceError;

/// Why a command could not go on. Errors about single files do not end a command and are not among these.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Flags that contradict each other or the input.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        next_step: String,
    },
    /// A `--set` that cannot be taken.
    #[error(transparent)]
    Set(#[from] SetError),
    /// A policy that cannot be taken.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// An image that cannot be read.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A file that the whole command depends on.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A question to git.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A call to AWS.
    #[error("{0}")]
    Call(#[from] CallError),
    /// There is no way to AWS.
    #[error(transparent)]
    Unconnected(#[from] Unconnected),
    /// Something speaks against going on, and a person has to decide.
    #[error("{message}")]
    Refused {
        /// What.
        message: String,
        /// What to do.
        next_step: String,
    },
    /// Whether something was done cannot be told.
    #[error("{message}")]
    Unknown {
        /// What.
        message: String,
        /// How to find out.
        next_step: String,
    },
    /// There is no such service.
    #[error("{message}")]
    NoService {
        /// Which.
        message: String,
        /// What to do.
        next_step: String,
    },
    /// A definition that a whole run depends on cannot be worked on.
    #[error("{}: {}", placed(shown, refusal), refusal.message)]
    Plan {
        /// The definition, as users should see it.
        shown: String,
        /// Why.
        refusal: Refusal,
    },
    /// A session ended without a decision, and said so.
    #[error("a session ended")]
    Ended(Exit),
    /// Output could not be written.
    #[error("the output cannot be written")]
    Output(#[from] io::Error),
}

impl CliError {
    fn usage(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), next_step: next_step.into() }
    }

    fn refused(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::Refused { message: message.into(), next_step: next_step.into() }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Call(error) if error.failure == Failure::Interrupted => Exit::Interrupted,
            Self::Call(_) | Self::Unconnected(_) | Self::NoService { .. } => Exit::Aws,
            Self::Plan { refusal, .. } if refusal.kind == RefusalKind::Unproven => Exit::Unproven,
            Self::Ended(exit) => *exit,
            Self::Refused { .. } => Exit::Refused,
            Self::Unknown { .. } => Exit::NotVerified,
            _ => Exit::Usage,
        }
    }

    /// The call that failed, where it was one.
    fn call(&self) -> Option<CallError> {
        match self {
            Self::Call(error) => Some(error.clone()),
            _ => None,
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::Usage { next_step, .. }
            | Self::Refused { next_step, .. }
            | Self::Unknown { next_step, .. }
            | Self::NoService { next_step, .. } => next_step.clone(),
            Self::Plan { refusal, .. } => refusal.next_step.clone(),
            Self::Call(error) => error.next_step(),
            Self::Unconnected(error) => error.next_step.clone(),
            Self::Set(error) => error.next_step(),
            Self::Policy(error) => error.next_step.clone(),
            Self::Image(error) => error.next_step.into(),
            Self::Source(error) => error.next_step().into(),
            Self::Ended(_) => String::new(),
            Self::Git(error) => error.next_step().into(),
            Self::Output(_) => "check where the output goes: a full disk, a closed pipe".into(),
        }
    }
}

/// A definition, and the place in it that is to blame.
fn placed(shown: &str, refusal: &Refusal) -> String {
    refusal.at.map_or_else(|| shown.to_owned(), |(line, column)| format!("{shown}:{line}:{column}"))
}

/// Runs the program on the process's own arguments, streams and environment.
pub fn main() -> Exit {
    panic::set_hook(Box::new(|info| {
        // The message of a panic may hold text of a file; its place in our source does not.
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        drop(writeln!(io::stderr(), "ecs-harden: internal error at {place}; please report it with the version"));
    }));
    panic::catch_unwind(from_process).unwrap_or(Exit::Unproven)
}

/// Tells what is wrong with the arguments. They are repeated only where they are plain text: a log could take others for commands.
fn refuse_arguments(error: &clap::Error) -> io::Result<()> {
    let odd = std::env::args_os().position(|argument| argument.to_string_lossy().chars().any(char::is_control));
    match odd.filter(|_| error.use_stderr()) {
        None => error.print(),
        Some(number) => writeln!(
            io::stderr(),
            "error: {}; argument {number} holds control characters\n  hint: write it without them, or see `ecs-harden --help`",
            error.kind().as_str().unwrap_or("the arguments cannot be taken")
        ),
    }
}

fn from_process() -> Exit {
    let cli = match Cli::from_process() {
        Ok(cli) => cli,
        Err(error) => {
            drop(refuse_arguments(&error));
            return if error.use_stderr() { Exit::Usage } else { Exit::Clean };
        }
    };
    if let Ok(context) = Context::of_process() {
        return run(cli, context);
    }
    drop(writeln!(io::stderr(), "error: the current directory cannot be read\n  hint: change to one that exists"));
    Exit::Usage
}

/// Runs one command in a context.
pub fn run(cli: Cli, mut context: Context) -> Exit {
    context.verbosity = match (cli.quiet, cli.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, 0) => Verbosity::Normal,
        (false, _) => Verbosity::Verbose,
    };
    match cli.color {
        args::ColourChoice::Auto => {}
        args::ColourChoice::Always => (context.colour.out, context.colour.err) = (true, true),
        args::ColourChoice::Never => (context.colour.out, context.colour.err) = (false, false),
    }
    let ended = match cli.command {
        Command::Check(arguments) => check::run(&arguments, &mut context),
        Command::Diff(arguments) => diff::run(&arguments, &mut context),
        Command::Fix(arguments) => fix::run(&arguments, &mut context),
        Command::Apply(arguments) => apply::run(*arguments, &mut context),
        Command::Watch(arguments) => apply::watch::run(&arguments, &mut context),
        Command::Rollback(arguments) => apply::rollback::run(&arguments, &mut context),
        Command::Retire(arguments) => apply::retire::run(&arguments, &mut context),
        Command::Doctor(arguments) => doctor::run(&arguments, &mut context),
        Command::IamPolicy(arguments) => iam::run(&arguments, &mut context),
        Command::ExportRules(arguments) => export::run(&arguments, &mut context),
        Command::Init(arguments) => init::run(&arguments, &mut context),
        Command::Learn(arguments) => learn::run(&arguments, &mut context),
        Command::Explain(arguments) => explain::run(&arguments, &mut context),
        Command::Passes => explain::list(&mut context),
        Command::Policy(arguments) => policy::run(&arguments, &mut context),
        Command::Completions(arguments) => generate::completions(&arguments, &mut context),
        Command::Man(arguments) => generate::man(&arguments, &mut context),
    };
    let ended = ended.and_then(|exit| context.out.flush().map(|()| exit).map_err(CliError::from));
    match ended {
        // A session says by itself how it ended.
        Ok(exit) | Err(CliError::Ended(exit)) => exit,
        // Whoever closed the pipe has seen enough; the status still says that this was not a whole run.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Usage,
        Err(error) => {
            drop(writeln!(context.err, "error: {}\n  hint: {}", clean(&error.to_string()), clean(&error.next_step())));
            error.exit()
        }
    }
}
