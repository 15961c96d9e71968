//! From the arguments of the command line to the list of texts: `-`, files, and directories that are walked.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::{Component, Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};
use memchr::memmem;

use super::{Found, Input, Origin, SourceError};
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
    /// Other ways to files that are on the list already: links to them.
    pub twins: Vec<Found>,
}

impl Expanded {
    /// Takes named files as if a walk had met them: those that mention no containers are left out. Whether nothing is left by that.
    pub fn keep_definitions(&mut self) -> bool {
        let all = self.found.len();
        self.found.retain_mut(|found| {
            let Input::File(path) = &found.input else { return true };
            found.origin = Origin::Walked;
            // What cannot be read is told when its turn comes.
            !path.is_file() || File::open(path).and_then(mentions_containers).unwrap_or(true)
        });
        all > 0 && self.found.is_empty() && self.errors.is_empty()
    }
}

/// Finds the texts that `paths` stand for, looking into as many files at once as there are `workers`. `cwd`, the absolute working
/// directory, only shortens what is shown.
///
/// `-` is standard input and a file is always taken. A directory is walked: `.gitignore` and `.ignore` files count, inside a
/// git repository or not, but not the user's own global excludes, so that everybody gets the same list; links to directories are not
/// followed, and `.git` is left alone. Files named `*.json`, `*.jsonc`, `*.json.*` or `*.tpl` are taken if they mention
/// `containerDefinitions`.
pub fn expand(paths: &[PathBuf], cwd: &Path, workers: NonZeroUsize) -> Expanded {
    expand_beyond(paths, &BTreeSet::new(), cwd, workers)
}

/// The same; besides, files of `beyond`, absolute paths, are taken by the same rule where they are below such a directory, whatever is
/// ignored there.
pub fn expand_beyond(paths: &[PathBuf], beyond: &BTreeSet<PathBuf>, cwd: &Path, workers: NonZeroUsize) -> Expanded {
    let mut list = List::default();
    for path in paths {
        if path.as_os_str() == "-" {
            let (shown, real) = ("stdin".to_owned(), path.clone());
            list.add(Found { input: Input::Stdin, shown, real, origin: Origin::Named });
        } else if path.is_dir() {
            list.walk(path, beyond, cwd, workers);
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
                let other = if twin.origin == Origin::Walked { std::mem::replace(twin, found) } else { found };
                if other.input != twin.input {
                    self.out.twins.push(other);
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

    fn walk(&mut self, directory: &Path, beyond: &BTreeSet<PathBuf>, cwd: &Path, workers: NonZeroUsize) {
        let mut walk = WalkBuilder::new(directory);
        walk.require_git(false).git_global(false).hidden(false).sort_by_file_path(Path::cmp);
        walk.filter_entry(|entry| entry.file_name() != ".git");
        let fits = |entry: &Result<DirEntry, ignore::Error>| {
            entry.as_ref().map_or(true, |entry| has_fitting_name(entry.path()))
        };
        let mut entries: Vec<_> = walk.build().filter(fits).map(|entry| entry.map(DirEntry::into_path)).collect();
        add_beyond(&mut entries, beyond, directory, cwd);
        let look = |entry: Result<PathBuf, ignore::Error>| match entry {
            Ok(path) => consider(&path, cwd),
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

/// Adds those of `beyond` that are below a directory and that its walk did not meet, and keeps all in order.
fn add_beyond(
    entries: &mut Vec<Result<PathBuf, ignore::Error>>,
    beyond: &BTreeSet<PathBuf>,
    directory: &Path,
    cwd: &Path,
) {
    let real = super::real(directory, cwd);
    let below = beyond.iter().filter(|path| has_fitting_name(path)).filter_map(|path| path.strip_prefix(&real).ok());
    let met: BTreeSet<&Path> = entries.iter().flatten().map(PathBuf::as_path).collect();
    let more: Vec<PathBuf> =
        below.map(|path| directory.join(path)).filter(|path| !met.contains(path.as_path())).collect();
    if more.is_empty() {
        return;
    }
    entries.extend(more.into_iter().map(Ok));
    // What could not be walked is told first.
    entries.sort_by(|left, right| left.as_ref().ok().cmp(&right.as_ref().ok()));
}

/// A file that a walk met, if it looks like a task definition. A link that leads nowhere does not.
fn consider(path: &Path, cwd: &Path) -> Result<Option<Found>, SourceError> {
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => {}
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(SourceError::unreadable(path, error));
        }
        _ => return Ok(None),
    }
    let file = File::open(path).map_err(|source| SourceError::unreadable(path, source))?;
    if !mentions_containers(file).map_err(|source| SourceError::unreadable(path, source))? {
        return Ok(None);
    }
    let real = path.canonicalize().map_err(|source| SourceError::unreadable(path, source))?;
    let input = Input::File(path.to_owned());
    Ok(Some(Found { input, shown: shown(path, cwd), real, origin: Origin::Walked }))
}

/// Whether a text says `containerDefinitions` anywhere, be it with letters written as `\u0063` or in UTF-16: that hides nothing.
pub fn mentions_containers(mut from: impl Read) -> io::Result<bool> {
    const CHUNK: usize = 1 << 16;
    // As much of the end of a chunk is kept as the longest way to write the name takes.
    const KEPT: usize = MARK.len() * r"\u0000".len();
    // In UTF-16 of either byte order.
    let mut wide: Vec<u8> = MARK.iter().flat_map(|letter| [*letter, 0]).collect();
    wide.pop();
    let mut text = Vec::with_capacity(CHUNK + KEPT);
    loop {
        let read = from.by_ref().take(CHUNK as u64).read_to_end(&mut text)?;
        let found = memmem::find(&text, MARK).is_some()
            || memmem::find(&text, &wide).is_some()
            || memmem::find(&text, br"\u00").is_some() && memmem::find(&plain(&text), MARK).is_some();
        if found || read == 0 {
            return Ok(found);
        }
        text.drain(..text.len().saturating_sub(KEPT));
    }
}

/// The text with `\u00XX` read as the letter that it stands for.
fn plain(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut left = text;
    while let [first, rest @ ..] = left {
        let digits = left.strip_prefix(br"\u00").and_then(|rest| rest.get(..2));
        let letter = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        let length = if letter.is_some() { r"\u0000".len() } else { 1 };
        plain.push(letter.unwrap_or(*first));
        left = if length == 1 { rest } else { &left[length..] };
    }
    plain
}

/// Whether a file of that name may hold a task definition.
pub fn has_fitting_name(path: &Path) -> bool {
    path.file_name().map(OsStr::to_string_lossy).is_some_and(|name| {
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
