//! What git knows of the files at hand, by asking its program: what was touched since a revision, and what a file was there.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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

/// The files of a repository at one commit.
#[derive(Clone, Debug)]
pub struct Tree {
    repository: Repository,
    /// The revision as it was named.
    pub revision: String,
    commit: String,
}

/// What was touched since a revision, as real paths.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// Files that are new, or hold something else; those that merely moved are not among them.
    pub files: BTreeSet<PathBuf>,
    /// Files that were there and are gone.
    pub gone: BTreeSet<PathBuf>,
}

impl Repository {
    /// The repository that a directory lies in.
    pub fn of(directory: &Path) -> Result<Self, GitError> {
        let told = run(directory, &["rev-parse", "--show-toplevel"])?;
        if !told.status.success() {
            return Err(GitError::NoRepository { told: last_line(&told.stderr) });
        }
        let top = PathBuf::from(path_of(told.stdout.strip_suffix(b"\n").unwrap_or(&told.stdout)));
        Ok(Self { top: top.canonicalize().unwrap_or(top) })
    }

    /// The files at a revision.
    pub fn tree(&self, revision: &str) -> Result<Tree, GitError> {
        let commit = format!("{revision}^{{commit}}");
        let told = run(&self.top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        if !told.status.success() {
            return Err(GitError::NoRevision { revision: revision.to_owned(), shallow: self.is_shallow()? });
        }
        let commit = String::from_utf8_lossy(&told.stdout).trim().to_owned();
        Ok(Tree { repository: self.clone(), revision: revision.to_owned(), commit })
    }

    fn is_shallow(&self) -> Result<bool, GitError> {
        Ok(self.ask(&["rev-parse", "--is-shallow-repository"])?.starts_with(b"true"))
    }

    /// What was touched since this line of work left that of `revision`, what is not committed yet among it.
    pub fn touched_since(&self, revision: &str) -> Result<Touched, GitError> {
        let tree = self.tree(revision)?;
        let told = run(&self.top, &["merge-base", &tree.commit, "HEAD"])?;
        if !told.status.success() {
            return Err(GitError::NoCommonCommit { revision: revision.to_owned(), shallow: self.is_shallow()? });
        }
        let base = String::from_utf8_lossy(&told.stdout).trim().to_owned();
        let diff = [
            "diff",
            "--name-status",
            "-z",
            "--find-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules",
            &base,
        ];
        let changes = self.ask(&diff)?;
        let mut touched = Touched::default();
        let mut fields = changes.split(|byte| *byte == 0).filter(|field| !field.is_empty());
        while let (Some(status), Some(path)) = (fields.next(), fields.next()) {
            match status {
                [b'D', ..] => drop(touched.gone.insert(self.real(path))),
                [b'R', similar @ ..] => {
                    touched.gone.insert(self.real(path));
                    let moved = fields.next().filter(|_| similar != b"100");
                    touched.files.extend(moved.map(|path| self.real(path)));
                }
                _ => drop(touched.files.insert(self.real(path))),
            }
        }
        let others = self.ask(&["ls-files", "--others", "--exclude-standard", "-z"])?;
        touched
            .files
            .extend(others.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(|path| self.real(path)));
        Ok(touched)
    }

    /// The file itself, behind all links, as inputs name it.
    fn real(&self, path: &[u8]) -> PathBuf {
        let path = self.top.join(path_of(path));
        path.canonicalize().unwrap_or(path)
    }

    fn ask(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let told = run(&self.top, arguments)?;
        if told.status.success() {
            return Ok(told.stdout);
        }
        let asked = arguments.first().copied().unwrap_or_default().to_owned();
        Err(GitError::Failed { asked, told: last_line(&told.stderr) })
    }
}

impl Tree {
    /// What the file at this real path was at the commit; `None` where there was none.
    pub fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, GitError> {
        let Ok(relative) = path.strip_prefix(&self.repository.top) else { return Ok(None) };
        let name = relative.to_string_lossy().replace('\\', if cfg!(windows) { "/" } else { "\\" });
        let listed = ["--literal-pathspecs", "ls-tree", "-z", "--full-tree", &self.commit, "--", &name];
        let entry = self.repository.ask(&listed)?;
        // Mode, kind and object before the tab; links and directories hold no text of their own.
        let entry = String::from_utf8_lossy(&entry).into_owned();
        let mut words = entry.split(['\t', ' ']);
        match (words.next(), words.next(), words.next()) {
            (Some(mode), Some("blob"), Some(object)) if mode != "120000" => {
                Ok(Some(self.repository.ask(&["cat-file", "blob", object])?))
            }
            _ => Ok(None),
        }
    }
}

fn run(directory: &Path, arguments: &[&str]) -> Result<Output, GitError> {
    let mut git = Command::new("git");
    // No programs that the repository names are run, and nothing is written.
    git.current_dir(directory).args(["--no-optional-locks", "-c", "core.fsmonitor=false"]).args(arguments);
    git.env("LC_ALL", "C").stdin(Stdio::null()).output().map_err(GitError::NoGit)
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
