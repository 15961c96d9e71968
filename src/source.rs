//! Where text comes from and goes to: standard input, files, directories; and the one way in which a file is written.
//!
//! Bytes go through unchanged in both directions. What they mean is none of this module's business, except that a walk through
//! a directory takes only files that mention `containerDefinitions`.

mod error;
mod expand;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use ecs_harden_transforms::model::{Digest, LaunchType};

pub use error::SourceError;
pub use expand::{Expanded, expand, expand_beyond, has_fitting_name, mentions_containers};
pub use write::{create, replace};

pub use ecs_harden_transforms::read::MAX_BYTES as LIMIT;

/// Where one text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Standard input, `-` on the command line.
    Stdin,
    /// A file, by a path that can be opened as it stands.
    File(PathBuf),
    /// A registered revision, as it was read from ECS.
    Live(Arc<Live>),
}

/// A registered revision as text, and what its services add to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// `family:revision`.
    pub name: String,
    /// The answer of `DescribeTaskDefinition`, laid out for people.
    pub text: String,
    /// What the tasks of its services are launched on, where the revision does not list it itself.
    pub launch_types: BTreeSet<LaunchType>,
    /// Whether ECS Exec is on for one of its services; `None` where no service was asked.
    pub exec: Option<bool>,
    /// The digest that each container runs, where images are to be pinned to them.
    pub pins: Arc<BTreeMap<String, Digest>>,
}

/// One text to read, and how it came to be on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where the text is.
    pub input: Input,
    /// The place as users should see it: the argument as it was given, or the path of a walked file relative to the working
    /// directory. `-` for standard input.
    pub shown: String,
    /// The file itself, behind all links: what git and `fix` mean by the path. `-` for standard input.
    pub real: PathBuf,
    /// How it came to be on the list.
    pub origin: Origin,
}

/// How a text came to be on the list of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line names it, so not being able to read it as a task definition is an error.
    Named,
    /// A walk through a named directory met it, so it may turn out to be something else.
    Walked,
}

/// Reads a whole text; of a text longer than [`LIMIT`] the first `LIMIT + 1` bytes, so that the reader can tell and refuse.
///
/// `stdin` is used for [`Input::Stdin`] only. A path is opened only if it is a regular file (or a link to one), so that a pipe
/// nobody writes to cannot hold the program up.
pub fn read(input: &Input, stdin: &mut dyn Read) -> Result<Vec<u8>, SourceError> {
    match input {
        Input::Stdin => head(stdin, 0).map_err(SourceError::Stdin),
        Input::Live(live) => Ok(live.text.clone().into_bytes()),
        Input::File(path) => {
            let (mut file, length) = open_regular(path)?;
            head(&mut file, length).map_err(|source| SourceError::unreadable(path, source))
        }
    }
}

/// The beginning of a text of perhaps `length` bytes.
fn head(from: &mut dyn Read, length: u64) -> io::Result<Vec<u8>> {
    // With room to spare the end is found without asking the system for a few bytes first.
    const SPARE: usize = 64;
    let length = usize::try_from(length).map_or(LIMIT, |length| length.min(LIMIT));
    let mut bytes = Vec::with_capacity(length + SPARE);
    from.take(LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a regular file for reading, and says how long it is. Its kind is looked at before, since opening a pipe blocks.
fn open_regular(path: &Path) -> Result<(File, u64), SourceError> {
    let metadata = path.metadata().map_err(|source| SourceError::unreadable(path, source))?;
    if !metadata.is_file() {
        return Err(SourceError::NotAFile { path: path.to_owned() });
    }
    let file = File::open(path).map_err(|source| SourceError::unreadable(path, source))?;
    Ok((file, metadata.len()))
}

/// The path as the system knows it, behind all links; where it cannot tell, by the words alone.
pub fn real(path: &Path, cwd: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| normal(&cwd.join(path)))
}

/// The path of an input as the header of a diff gives it: relative to the [`real`] working directory, with `..` where it lies
/// outside. Standard input is called `stdin`, a registered revision `family:revision`.
pub fn from_directory(found: &Found, cwd: &Path) -> String {
    match &found.input {
        Input::Stdin => "stdin".to_owned(),
        Input::Live(live) => live.name.clone(),
        Input::File(_) => relative(&found.real, cwd),
    }
}

/// The way from one real path to another, with the separators of git.
pub fn relative(path: &Path, cwd: &Path) -> String {
    let shared = path.iter().zip(cwd.iter()).take_while(|(left, right)| left == right).count();
    let up = std::iter::repeat_n("..".as_ref(), cwd.iter().count() - shared);
    let relative: PathBuf = up.chain(path.iter().skip(shared)).collect();
    relative.to_string_lossy().replace('\\', if cfg!(windows) { "/" } else { "\\" })
}

/// The top of the repository that a directory lies in, by the `.git` there.
pub fn top(directory: &Path) -> Option<&Path> {
    directory.ancestors().find(|above| above.join(".git").exists())
}

/// The path without `.` and `..`, by its words alone.
pub fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut normal, part| {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            part => normal.push(part),
        }
        normal
    })
}

#[cfg(test)]
mod tests;
