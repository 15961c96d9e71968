//! The files of a repository at one commit.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::{GitError, Repository, path_of};
use crate::source;

/// The files of a repository at one commit. Links are followed as they were there, never as they are now.
#[derive(Clone, Debug)]
pub struct Tree {
    repository: Repository,
    /// The revision as it was named.
    pub revision: String,
    commit: String,
    /// What was there, by its path from the top; listed once, when somebody asks.
    listed: Arc<OnceLock<HashMap<PathBuf, Entry>>>,
}

#[derive(Clone, Debug)]
struct Entry {
    is_link: bool,
    object: String,
}

/// How many links a path may lead through; more of them lead in a circle.
const HOPS: usize = 40;

impl Tree {
    pub(super) fn new(repository: Repository, revision: &str, commit: String) -> Self {
        Self { repository, revision: revision.to_owned(), commit, listed: Arc::default() }
    }

    /// Where in the repository a path is, by its words: links below the top are not followed, since a change can turn them. `None` is
    /// outside, where no change of the repository reaches.
    pub fn place(&self, path: &Path, cwd: &Path) -> Option<PathBuf> {
        let top = &self.repository.top;
        let whole = source::normal(&cwd.join(path));
        let above: Vec<&Path> = whole.ancestors().collect();
        let found = above.into_iter().rev().find(|above| above.canonicalize().is_ok_and(|above| above == *top));
        let below = found.and_then(|above| whole.strip_prefix(above).ok()).map(|below| top.join(below));
        // A link outside that leads in.
        below.or_else(|| Some(source::real(path, cwd)).filter(|real| real.starts_with(top)))
    }

    /// The file that a [place](Self::place) meant at the commit, behind all links; `None` where there was none.
    pub fn resolve(&self, place: &Path) -> Result<Option<PathBuf>, GitError> {
        Ok(self.entry(place)?.map(|(path, _)| self.repository.top.join(path)))
    }

    /// What the file at a [place](Self::place) was at the commit; `None` where there was none.
    pub fn read(&self, place: &Path) -> Result<Option<Vec<u8>>, GitError> {
        self.entry(place)?.map(|(_, object)| self.repository.ask(["cat-file", "blob", &object])).transpose()
    }

    /// The path from the top, behind all links, and the object.
    fn entry(&self, place: &Path) -> Result<Option<(PathBuf, String)>, GitError> {
        let Ok(relative) = place.strip_prefix(&self.repository.top) else { return Ok(None) };
        let listed = self.listed()?;
        let mut left: Vec<OsString> = relative.iter().rev().map(OsString::from).collect();
        let (mut path, mut hops) = (PathBuf::new(), 0);
        while let Some(part) = left.pop() {
            path.push(part);
            match listed.get(&path) {
                None => {}
                Some(Entry { is_link: false, object }) => {
                    return Ok(left.is_empty().then(|| (path, object.clone())));
                }
                Some(_) if hops == HOPS => return Ok(None),
                Some(Entry { is_link: true, object }) => {
                    hops += 1;
                    let target = self.repository.ask(["cat-file", "blob", object])?;
                    let out =
                        || GitError::LeadsOut { revision: self.revision.clone(), link: path.display().to_string() };
                    let mut on = path.parent().unwrap_or(Path::new("")).to_owned();
                    for part in Path::new(path_of(&target)).components() {
                        match part {
                            Component::CurDir => {}
                            Component::ParentDir if on.pop() => {}
                            Component::Normal(part) => on.push(part),
                            _ => return Err(out()),
                        }
                    }
                    left.extend(on.iter().rev().map(OsString::from));
                    path = PathBuf::new();
                }
            }
        }
        Ok(None)
    }

    fn listed(&self) -> Result<&HashMap<PathBuf, Entry>, GitError> {
        if let Some(listed) = self.listed.get() {
            return Ok(listed);
        }
        let told = self.repository.ask(["ls-tree", "-r", "-z", "--full-tree", &self.commit])?;
        let entries = told.split(|byte| *byte == 0).filter_map(|line| {
            let tab = line.iter().position(|byte| *byte == b'\t')?;
            let about = String::from_utf8_lossy(&line[..tab]).into_owned();
            let mut words = about.split(' ');
            let (mode, kind, object) = (words.next()?, words.next()?, words.next()?.to_owned());
            let path = PathBuf::from(path_of(&line[tab + 1..]));
            (kind == "blob").then(|| (path, Entry { is_link: mode == "120000", object }))
        });
        Ok(self.listed.get_or_init(|| entries.collect()))
    }
}
