//! What git knows of the files at hand, by asking its program: what was touched since a revision, and what a file was there.
//!
//! Nothing that files of the repository name is run, nor what its own configuration would put between a file and its bytes.

mod touched;
mod tree;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub use touched::Touched;
pub use tree::Tree;

/// Why git could not be asked, one variant for each thing to do about it.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The program is not there.
    #[error("the program git cannot be run")]
    NoGit(#[source] io::Error),
    /// There is no repository here, or git does not trust it.
    #[error("this is no git repository, or git does not trust its owner: {told}")]
    NoRepository {
        /// What git says.
        told: String,
    },
    /// The repository holds no such revision.
    #[error("there is no revision {revision} here{}", cut_off(*.shallow))]
    NoRevision {
        /// The revision.
        revision: String,
        /// Whether history was cut off when it was fetched.
        shallow: bool,
    },
    /// Several references have that name, and git would take a tag before a branch.
    #[error("{revision} names more than one thing here: {}", references.join(", "))]
    Ambiguous {
        /// The revision.
        revision: String,
        /// What it names.
        references: Vec<String>,
    },
    /// A link leads out of the repository, where nobody knows what was at a revision.
    #[error("at {revision} the link {link} leads out of the repository")]
    LeadsOut {
        /// The revision.
        revision: String,
        /// The link, from the top of the repository.
        link: String,
    },
    /// The two have no commit in common.
    #[error("{revision} and what is checked out have no common commit here{}", cut_off(*.shallow))]
    NoCommonCommit {
        /// The revision.
        revision: String,
        /// Whether history was cut off when it was fetched.
        shallow: bool,
    },
    /// Something else went wrong.
    #[error("`git {asked}` fails: {told}")]
    Failed {
        /// What was asked.
        asked: String,
        /// What git says.
        told: String,
    },
}

const fn cut_off(shallow: bool) -> &'static str {
    if shallow { ", and its history is cut off" } else { "" }
}

impl GitError {
    /// The one thing to do next.
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::NoGit(_) => "install git, or leave out --changed-since and --policy-from",
            Self::NoRepository { .. } => {
                "run it inside the repository; of another owner's, `git config --global --add safe.directory DIRECTORY` tells git to trust it"
            }
            Self::NoRevision { shallow: true, .. } | Self::NoCommonCommit { shallow: true, .. } => {
                "fetch all of it: `git fetch --unshallow`, or fetch-depth: 0 of the checkout"
            }
            Self::NoRevision { .. } => {
                "`git fetch origin BRANCH` fetches it, as origin/BRANCH; `git branch --all` lists what is here"
            }
            Self::Ambiguous { .. } => "write the one that is meant in full",
            Self::LeadsOut { .. } => "put the file itself there, or name one with --policy",
            Self::NoCommonCommit { .. } => "name a revision that this one grew from",
            Self::Failed { .. } => "run that command here to see more",
        }
    }
}

/// A repository.
#[derive(Clone, Debug)]
pub struct Repository {
    top: PathBuf,
}

impl Repository {
    /// The repository that a directory lies in.
    pub fn of(directory: &Path) -> Result<Self, GitError> {
        let told = run(directory, ["rev-parse", "--show-toplevel"])?;
        if !told.status.success() {
            return Err(GitError::NoRepository { told: last_line(&told.stderr) });
        }
        let top = PathBuf::from(path_of(told.stdout.strip_suffix(b"\n").unwrap_or(&told.stdout)));
        Ok(Self { top: top.canonicalize().unwrap_or(top) })
    }

    /// The files at a revision.
    pub fn tree(&self, revision: &str) -> Result<Tree, GitError> {
        let commit = self.commit(revision)?;
        Ok(Tree::new(self.clone(), revision, commit))
    }

    /// The commit that a revision names.
    fn commit(&self, revision: &str) -> Result<String, GitError> {
        let commit = format!("{revision}^{{commit}}");
        let told = run(&self.top, ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        if !told.status.success() {
            return Err(GitError::NoRevision { revision: revision.to_owned(), shallow: self.is_shallow()? });
        }
        // Whoever may push a tag could have it taken for the branch of that name.
        let names = ["tags", "heads", "remotes"].map(|kind| format!("refs/{kind}/{revision}"));
        let known =
            self.ask(["for-each-ref", "--format=%(refname)"].into_iter().chain(names.iter().map(String::as_str)))?;
        let known = String::from_utf8_lossy(&known).into_owned();
        let references: Vec<String> =
            known.lines().filter(|known| names.iter().any(|name| name == known)).map(str::to_owned).collect();
        if references.len() > 1 {
            return Err(GitError::Ambiguous { revision: revision.to_owned(), references });
        }
        Ok(String::from_utf8_lossy(&told.stdout).trim().to_owned())
    }

    fn is_shallow(&self) -> Result<bool, GitError> {
        Ok(self.ask(["rev-parse", "--is-shallow-repository"])?.starts_with(b"true"))
    }

    fn ask<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Result<Vec<u8>, GitError> {
        self.ask_with(arguments, &[])
    }

    /// Asks with settings of its own, which weigh more than those of the repository.
    fn ask_with<'a>(
        &self,
        arguments: impl IntoIterator<Item = &'a str>,
        settings: &[(OsString, &str)],
    ) -> Result<Vec<u8>, GitError> {
        let arguments: Vec<&str> = arguments.into_iter().collect();
        let told = with(command(&self.top, arguments.iter().copied()), settings).output().map_err(GitError::NoGit)?;
        if told.status.success() {
            return Ok(told.stdout);
        }
        let asked = arguments.first().copied().unwrap_or_default().to_owned();
        Err(GitError::Failed { asked, told: last_line(&told.stderr) })
    }
}

fn run<'a>(directory: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Result<Output, GitError> {
    command(directory, arguments).output().map_err(GitError::NoGit)
}

fn command<'a>(directory: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut git = Command::new("git");
    // Nothing is written, nobody is asked, and what a partial clone lacks is fetched by no program that a configuration names.
    git.current_dir(directory).args(["--no-optional-locks", "-c", "core.fsmonitor=false"]).args(arguments);
    git.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh");
    git.stdin(Stdio::null());
    git
}

/// Settings go by the environment, since on the command line a name may hold no `=`. Those that are there already stay.
fn with(mut git: Command, settings: &[(OsString, &str)]) -> Command {
    if settings.is_empty() {
        return git;
    }
    let known = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
    for (number, (key, value)) in (known..).zip(settings) {
        git.env(format!("GIT_CONFIG_KEY_{number}"), key).env(format!("GIT_CONFIG_VALUE_{number}"), value);
    }
    git.env("GIT_CONFIG_COUNT", (known + settings.len()).to_string());
    git
}

fn last_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it does not say why").to_owned()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> &OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(bytes)
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> &OsStr {
    OsStr::new(std::str::from_utf8(bytes).unwrap_or_default())
}
