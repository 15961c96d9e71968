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
        match (self.choice, self.tree) {
            (Choice::None, _) => Ok(None),
            (Choice::Named(path), Some(tree)) => match tree.place(path, self.cwd) {
                Some(place) => self.then(tree, &place),
                // No change of the repository reaches it.
                None => self.read(path, None).map(Some),
            },
            (Choice::Named(path), None) => self.read(path, None).map(Some),
            (Choice::Nearest, tree) => {
                let policy = self.of_directory(self.directory(found))?;
                if let (Some(tree), Input::File(path)) = (tree, &found.input) {
                    self.mind_link(tree, path, found, policy.as_deref())?;
                }
                Ok(policy)
            }
        }
    }

    /// The policy for what is in a real directory.
    pub fn of_directory(&mut self, directory: &Path) -> Result<Option<Arc<Policy>>, PolicyError> {
        match self.choice {
            Choice::Nearest => self.nearest(directory),
            Choice::Named(_) | Choice::None => Ok(None),
        }
    }

    fn directory<'f>(&self, found: &'f Found) -> &'f Path
    where
        'a: 'f,
    {
        match found.input {
            Input::Stdin | Input::Live(_) => self.cwd,
            Input::File(_) => found.real.parent().unwrap_or(self.cwd),
        }
    }

    /// Refuses a link that was not there at the commit, and that leads from under one policy to under another: who may set links would
    /// choose the policy.
    fn mind_link(
        &mut self,
        tree: &Tree,
        path: &Path,
        found: &Found,
        there: Option<&Policy>,
    ) -> Result<(), PolicyError> {
        let Some(place) = tree.place(path, self.cwd).filter(|place| *place != found.real) else { return Ok(()) };
        if tree.resolve(&place).map_err(|error| self.unasked(&place, &error))?.is_some_and(|then| then == found.real) {
            return Ok(());
        }
        let here = self.of_directory(place.parent().unwrap_or(&place))?;
        let name = |policy: Option<&Policy>| policy.map_or_else(|| "none".to_owned(), |policy| policy.shown.clone());
        let (here, there) = (name(here.as_deref()), name(there));
        if here == there {
            return Ok(());
        }
        Err(PolicyError {
            shown: found.shown.clone(),
            at: None,
            message: format!("this link is new, and another policy counts where it leads: here {here}, there {there}"),
            next_step: "put the file itself there, or name one policy with --policy".into(),
        })
    }

    /// The file that holds the policy for one input, whether it was read or not; and where a new one would be found: in the working
    /// directory where that is above the input, else beside it.
    pub fn place_of(&self, found: &Found) -> Option<PathBuf> {
        let directory = self.directory(found);
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
        let found = match self.tree {
            Some(tree) => self.then(tree, &candidate)?,
            None if candidate.is_file() => Some(self.read(&candidate, None)?),
            None => None,
        };
        let found = match (found, directory.parent()) {
            (None, Some(parent)) if !directory.join(".git").exists() => self.nearest(parent)?,
            (found, _) => found,
        };
        self.by_directory.insert(directory.to_owned(), found.clone());
        Ok(found)
    }

    /// The policy that was at a place of the repository; `None` where there was none.
    fn then(&mut self, tree: &Tree, place: &Path) -> Result<Option<Arc<Policy>>, PolicyError> {
        let file = tree.resolve(place).map_err(|error| self.unasked(place, &error))?;
        file.map(|file| self.read(&file, Some(tree))).transpose()
    }

    /// git did not tell what the file was.
    fn unasked(&self, path: &Path, error: &GitError) -> PolicyError {
        let shown = shown(path, self.cwd);
        PolicyError { shown, at: None, message: error.to_string(), next_step: error.next_step().into() }
    }

    fn read(&mut self, path: &Path, tree: Option<&Tree>) -> Result<Arc<Policy>, PolicyError> {
        if let Some(known) = self.by_file.get(path) {
            return Ok(known.clone());
        }
        let shown = match tree {
            // What the path leads to here is another matter.
            Some(tree) => format!("{}:{}", tree.revision, below(path, self.cwd)),
            None => shown(path, self.cwd),
        };
        let refused = |message: String, next_step: &str| PolicyError {
            shown: shown.clone(),
            at: None,
            message,
            next_step: next_step.into(),
        };
        let bytes = match tree {
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
    below(&source::real(path, cwd), cwd)
}

/// The same of a path that is to be taken by its words.
fn below(path: &Path, cwd: &Path) -> String {
    let relative = source::relative(path, &source::real(cwd, cwd));
    if relative.starts_with("../../../") { path.display().to_string() } else { relative }
}
