//! What was touched since a revision.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{GitError, Repository, path_of, run};

/// A commit that a directory stands for: a submodule.
const SUBMODULE: &str = "160000";
const LINK: &str = "120000";

/// What was touched since a revision. Only what git tracks, and says to be the same, was not.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    top: PathBuf,
    /// Files that hold what they held.
    same: HashSet<PathBuf>,
    /// Files and directories behind links that lead elsewhere now, and submodules at another commit, as real paths.
    behind: BTreeSet<PathBuf>,
    /// Submodules at the commit that they were at.
    kept: Vec<PathBuf>,
    /// Files that are new, or hold something else, by their paths below the top of the repository.
    pub files: BTreeSet<PathBuf>,
    /// Files that were there and are gone.
    pub gone: BTreeSet<PathBuf>,
    /// Of the new files those that hold, to the byte, what one that is gone held: where that was.
    pub moved: BTreeMap<PathBuf, PathBuf>,
}

/// One line of what git says to be different.
struct Change<'a> {
    modes: (&'a str, &'a str),
    objects: (&'a str, &'a str),
    status: &'a str,
    path: PathBuf,
}

impl Touched {
    /// Whether the file at this real path was touched. What git does not track was: nobody can tell what it was.
    pub fn holds(&self, real: &Path) -> bool {
        if real.ancestors().any(|above| self.behind.contains(above)) {
            return true;
        }
        !self.same.contains(real) && !self.kept.iter().any(|submodule| real.starts_with(submodule))
    }

    /// Takes a file that merely moved as one that was not touched.
    pub fn forgive(&mut self, moved: &Path) {
        self.files.remove(moved);
        self.same.insert(moved.to_owned());
    }

    /// The top of the repository.
    pub fn top(&self) -> &Path {
        &self.top
    }
}

impl Repository {
    /// What was touched since this line of work left that of `revision`, what is not committed yet among it.
    pub fn touched_since(&self, revision: &str) -> Result<Touched, GitError> {
        let commit = self.commit(revision)?;
        let told = run(&self.top, ["merge-base", &commit, "HEAD"])?;
        if !told.status.success() {
            return Err(GitError::NoCommonCommit { revision: revision.to_owned(), shallow: self.is_shallow()? });
        }
        let base = String::from_utf8_lossy(&told.stdout).trim().to_owned();
        let mut touched = self.tracked()?;
        let diff = [
            "diff",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=dirty",
            &base,
        ];
        let told = self.ask_with(diff, &self.without_filters()?)?;
        let changes = self.changes(&told);
        for change in &changes {
            touched.same.remove(&change.path);
            touched.kept.retain(|kept| *kept != change.path);
            if change.status == "D" {
                touched.gone.insert(change.path.clone());
                continue;
            }
            touched.files.insert(change.path.clone());
            if [LINK, SUBMODULE].contains(&change.modes.1) {
                touched.behind.insert(change.path.canonicalize().unwrap_or_else(|_| change.path.clone()));
            }
        }
        touched.moved = moved(&changes);
        Ok(touched)
    }

    /// What git tracks, all of it as if it were the same. Files that git was told not to look at are left out: it would not know.
    fn tracked(&self) -> Result<Touched, GitError> {
        let mut touched = Touched { top: self.top.clone(), ..Touched::default() };
        let told = self.ask(["ls-files", "-v", "--stage", "-z"])?;
        for line in told.split(|byte| *byte == 0) {
            let Some(tab) = line.iter().position(|byte| *byte == b'\t') else { continue };
            let path = self.top.join(path_of(&line[tab + 1..]));
            let about = String::from_utf8_lossy(&line[..tab]);
            match about.split(' ').take(2).collect::<Vec<_>>()[..] {
                ["H", SUBMODULE] => touched.kept.push(path),
                ["H", _] => drop(touched.same.insert(path)),
                _ => {}
            }
        }
        Ok(touched)
    }

    /// Settings under which no filter of the repository's configuration is run on a file.
    fn without_filters(&self) -> Result<Vec<(OsString, &'static str)>, GitError> {
        let told = run(
            &self.top,
            ["config", "--null", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process|required)$"],
        )?;
        let keys = told.stdout.split(|byte| *byte == 0).filter(|key| !key.is_empty());
        Ok(keys.map(|key| (path_of(key).to_owned(), if key.ends_with(b"required") { "false" } else { "" })).collect())
    }

    fn changes<'a>(&self, told: &'a [u8]) -> Vec<Change<'a>> {
        let mut fields = told.split(|byte| *byte == 0);
        let mut changes = Vec::new();
        while let (Some(about), Some(path)) = (fields.next(), fields.next()) {
            let about = std::str::from_utf8(about).unwrap_or_default();
            if let [before, after, old, new, status] = about.trim_start_matches(':').split(' ').collect::<Vec<_>>()[..]
            {
                let path = self.top.join(path_of(path));
                changes.push(Change { modes: (before, after), objects: (old, new), status, path });
            }
        }
        changes
    }
}

/// Which new files hold what one that is gone held, by the ids of their contents: what is alike to git's eyes may differ in the order of its
/// lines. Each that is gone stands for one, first of all for one of its own name.
fn moved(changes: &[Change<'_>]) -> BTreeMap<PathBuf, PathBuf> {
    let mut gone: Vec<&Change<'_>> = changes.iter().filter(|change| change.status == "D").collect();
    let mut moved = BTreeMap::new();
    for new in changes.iter().filter(|change| change.status == "A" && ![LINK, SUBMODULE].contains(&change.modes.1)) {
        let is_same = |old: &&Change<'_>| old.objects.0 == new.objects.1 && old.modes.0 == new.modes.1;
        let named = gone.iter().position(|old| is_same(old) && old.path.file_name() == new.path.file_name());
        if let Some(position) = named.or_else(|| gone.iter().position(is_same)) {
            moved.insert(new.path.clone(), gone.remove(position).path.clone());
        }
    }
    moved
}
