//! From the arguments of the command line to the list of texts: `-`, files, and directories that are walked.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::convert::Infallible;
use std::ffi::OsStr;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Component, Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};
use memchr::memmem;

use super::{Found, Input, Origin, SourceError, read};
use crate::ahead;

/// The member of a task definition that a file must mention to be taken from a directory.
const MARK: &[u8] = b"containerDefinitions";

/// What the arguments stand for.
#[derive(Debug, Default)]
pub struct Expanded {
    /// The texts, in the order of the arguments, and sorted by path within a directory. Each is there once.
    pub found: Vec<Found>,
    /// What could not be found or looked into. The rest of the list is good all the same.
    pub errors: Vec<SourceError>,
}

/// Finds the texts that `paths` stand for, looking into as many files at once as there are `workers`. `cwd`, the absolute working
/// directory, only shortens what is shown.
///
/// `-` is standard input and a file is always taken. A directory is walked: `.gitignore` and `.ignore` files count, inside a
/// git repository or not, but not the user's own global excludes, so that everybody gets the same list; hidden files are
/// skipped; links to directories are not followed. Files named `*.json`, `*.jsonc`, `*.json.*` or `*.tpl` are taken if they
/// mention `containerDefinitions`.
pub fn expand(paths: &[PathBuf], cwd: &Path, workers: NonZeroUsize) -> Expanded {
    let mut list = List::default();
    for path in paths {
        if path.as_os_str() == "-" {
            let (shown, real) = ("stdin".to_owned(), path.clone());
            list.add(Found { input: Input::Stdin, shown, real, origin: Origin::Named });
        } else if path.is_dir() {
            list.walk(path, cwd, workers);
        } else {
            list.name(path);
        }
    }
    list.out
}

/// The list in the making, with the index in it of every real path so far.
#[derive(Default)]
struct List {
    out: Expanded,
    seen: HashMap<PathBuf, usize>,
}

impl List {
    /// Adds a text, unless it is there already; to be named weighs more than to be met on a walk.
    fn add(&mut self, found: Found) {
        match self.seen.entry(found.real.clone()) {
            Entry::Vacant(slot) => {
                slot.insert(self.out.found.len());
                self.out.found.push(found);
            }
            Entry::Occupied(slot) => {
                let twin = &mut self.out.found[*slot.get()];
                if twin.origin == Origin::Walked {
                    *twin = found;
                }
            }
        }
    }

    fn name(&mut self, path: &Path) {
        match path.canonicalize() {
            Ok(real) => {
                let input = Input::File(path.to_owned());
                self.add(Found { input, shown: path.display().to_string(), real, origin: Origin::Named });
            }
            Err(source) => self.out.errors.push(SourceError::unreadable(path, source)),
        }
    }

    fn walk(&mut self, directory: &Path, cwd: &Path, workers: NonZeroUsize) {
        let mut walk = WalkBuilder::new(directory);
        walk.require_git(false).git_global(false).sort_by_file_path(Path::cmp);
        let fits = |entry: &Result<DirEntry, ignore::Error>| {
            entry.as_ref().map_or(true, |entry| has_fitting_name(entry.path()))
        };
        let entries: Vec<_> = walk.build().filter(fits).collect();
        let look = |entry: Result<DirEntry, ignore::Error>| match entry {
            Ok(entry) => consider(entry.path(), cwd),
            Err(error) => unreadable(error, directory).map_or(Ok(None), Err),
        };
        let Ok(()) = ahead::in_order(workers, entries.into_iter(), look, |outcome| {
            match outcome {
                Ok(Some(found)) => self.add(found),
                Ok(None) => {}
                Err(error) => self.out.errors.push(error),
            }
            Ok::<_, Infallible>(())
        });
    }
}

/// A file that a walk met, if it looks like a task definition. A link that leads nowhere does not.
fn consider(path: &Path, cwd: &Path) -> Result<Option<Found>, SourceError> {
    if !path.is_file() {
        return Ok(None);
    }
    let input = Input::File(path.to_owned());
    let bytes = read(&input, &mut io::empty())?;
    if memmem::find(&bytes, MARK).is_none() {
        return Ok(None);
    }
    let real = path.canonicalize().map_err(|source| SourceError::unreadable(path, source))?;
    Ok(Some(Found { input, shown: shown(path, cwd), real, origin: Origin::Walked }))
}

/// Whether a file of that name may hold a task definition.
fn has_fitting_name(path: &Path) -> bool {
    path.file_name().and_then(OsStr::to_str).is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        [".json", ".jsonc", ".tpl"].iter().any(|suffix| name.ends_with(suffix)) || name.contains(".json.")
    })
}

/// A walked path as users should see it: relative to the working directory if it lies there, and without a leading `./`.
pub(super) fn shown(path: &Path, cwd: &Path) -> String {
    let path = path.strip_prefix(cwd).unwrap_or(path);
    path.strip_prefix(Component::CurDir).unwrap_or(path).display().to_string()
}

/// The error to report for an entry that the walk could not give; none for what is no failure to read.
fn unreadable(error: ignore::Error, directory: &Path) -> Option<SourceError> {
    let path = path_of(&error).unwrap_or(directory).to_owned();
    error.into_io_error().map(|source| SourceError::unreadable(&path, source))
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}
