//! Which policy is about which input: the one that is named, or the nearest upward from the input.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::file::{Policy, PolicyError};
use crate::git::{GitError, Tree};
use crate::source::{self, Found, Input};

/// The name of the policy file.
pub const NAME: &str = "ecs-harden.toml";

/// Which policy the user asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    /// The nearest upward from each input.
    Nearest,
    /// This one.
    Named(&'a Path),
    /// None at all.
    None,
}

/// The policies of one run; each file is read once.
#[derive(Debug)]
pub struct Policies<'a> {
    choice: Choice<'a>,
    cwd: &'a Path,
    today: Date,
    by_directory: HashMap<PathBuf, Option<Arc<Policy>>>,
    by_file: HashMap<PathBuf, Arc<Policy>>,
    /// Where files are read, if not from the disk.
    tree: Option<&'a Tree>,
}

impl<'a> Policies<'a> {
    /// The policies for inputs of one run. `cwd` is the absolute working directory, `today` the day that decides what has expired.
    pub fn new(choice: Choice<'a>, cwd: &'a Path, today: Date) -> Self {
        Self { choice, cwd, today, by_directory: HashMap::new(), by_file: HashMap::new(), tree: None }
    }

    /// The same with policies as they are at a commit. There one that is named and is not there is none.
    #[must_use]
    pub fn at(self, tree: Option<&'a Tree>) -> Self {
        Self { tree, ..self }
    }

    /// The policy for one input. Standard input and what is read from ECS count as standing in the
    /// working directory.
    pub fn of(&mut self, found: &Found) -> Result<Option<Arc<Policy>>, PolicyError> {
        match self.choice {
            Choice::None => Ok(None),
            Choice::Named(path) if self.tree.is_some() => {
                let path = source::real(path, self.cwd);
                if self.is_there(&path)? { self.read(&path).map(Some) } else { Ok(None) }
            }
            Choice::Named(path) => self.read(path).map(Some),
            Choice::Nearest => {
                let directory = match found.input {
                    Input::Stdin | Input::Live(_) => self.cwd,
                    Input::File(_) => found.real.parent().unwrap_or(self.cwd),
                };
                self.nearest(directory)
            }
        }
    }

    /// The file that holds the policy for one input, whether it was read or not; and where a new one would be found: in the working
    /// directory where that is above the input, else beside it.
    pub fn place_of(&self, found: &Found) -> Option<PathBuf> {
        let directory = match found.input {
            Input::Stdin | Input::Live(_) => self.cwd,
            Input::File(_) => found.real.parent().unwrap_or(self.cwd),
        };
        match self.choice {
            Choice::None => None,
            Choice::Named(path) => Some(self.cwd.join(path)),
            Choice::Nearest => Some(nearest_file(directory).unwrap_or_else(|| {
                let cwd = source::real(self.cwd, self.cwd);
                let top = directory.ancestors().find(|above| above.join(".git").exists());
                let is_found = directory.starts_with(&cwd) && top.is_none_or(|top| cwd.starts_with(top));
                if is_found { cwd.join(NAME) } else { directory.join(NAME) }
            })),
        }
    }

    /// The policies that were used, in no particular order.
    pub fn used(&self) -> impl Iterator<Item = &Policy> {
        self.by_file.values().map(AsRef::as_ref)
    }

    /// Upward from `directory`, as far as the top of its repository: what lies beyond belongs to somebody else.
    fn nearest(&mut self, directory: &Path) -> Result<Option<Arc<Policy>>, PolicyError> {
        if let Some(known) = self.by_directory.get(directory) {
            return Ok(known.clone());
        }
        let candidate = directory.join(NAME);
        let found = if self.is_there(&candidate)? {
            Some(self.read(&candidate)?)
        } else {
            match directory.parent() {
                Some(parent) if !directory.join(".git").exists() => self.nearest(parent)?,
                _ => None,
            }
        };
        self.by_directory.insert(directory.to_owned(), found.clone());
        Ok(found)
    }

    fn is_there(&self, path: &Path) -> Result<bool, PolicyError> {
        match self.tree {
            None => Ok(path.is_file()),
            Some(tree) => tree.read(path).map(|bytes| bytes.is_some()).map_err(|error| self.unasked(path, &error)),
        }
    }

    /// git did not tell what the file was.
    fn unasked(&self, path: &Path, error: &GitError) -> PolicyError {
        let shown = shown(path, self.cwd);
        PolicyError { shown, at: None, message: error.to_string(), next_step: error.next_step().into() }
    }

    fn read(&mut self, path: &Path) -> Result<Arc<Policy>, PolicyError> {
        if let Some(known) = self.by_file.get(path) {
            return Ok(known.clone());
        }
        let shown = shown(path, self.cwd);
        let shown = self.tree.map_or_else(|| shown.clone(), |tree| format!("{}:{shown}", tree.revision));
        let refused = |message: String, next_step: &str| PolicyError {
            shown: shown.clone(),
            at: None,
            message,
            next_step: next_step.into(),
        };
        let bytes = match self.tree {
            Some(tree) => tree.read(path).map_err(|error| self.unasked(path, &error))?.unwrap_or_default(),
            None => source::read(&Input::File(path.to_owned()), &mut io::empty())
                .map_err(|error| refused("the policy cannot be read".into(), error.next_step()))?,
        };
        let text =
            String::from_utf8(bytes).map_err(|_| refused("the policy is not UTF-8".into(), "save it as UTF-8"))?;
        let policy = Arc::new(Policy::parse(&shown, &text, self.today)?);
        self.by_file.insert(path.to_owned(), policy.clone());
        Ok(policy)
    }
}

/// The policy file nearest upward from `directory`, as far as the top of its repository.
pub fn nearest_file(directory: &Path) -> Option<PathBuf> {
    let mut above = directory.ancestors();
    let last = directory.ancestors().position(|directory| directory.join(".git").exists());
    above
        .by_ref()
        .take(last.map_or(usize::MAX, |last| last + 1))
        .map(|directory| directory.join(NAME))
        .find(|path| path.is_file())
}

/// The path from the working directory where it is below it, else as it was found.
fn shown(path: &Path, cwd: &Path) -> String {
    let relative = source::relative(&source::real(path, cwd), &source::real(cwd, cwd));
    if relative.starts_with("../../../") { path.display().to_string() } else { relative }
}
