//! The baseline: findings that were there when somebody began to look. Only what is new counts.
//!
//! An entry says file, pass, family, container and subject: no line, so that it survives moved ones, and no value. The entries of a file
//! that is gone stand for one that has its family and is not in the baseline itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::output::json::{File, Gate};
use crate::output::review;

/// The version of the form.
const VERSION: u32 = 1;

/// Why a baseline is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// It is no baseline.
    #[error("this is no baseline of ecs-harden")]
    Foreign,
    /// It is one of another version.
    #[error("this baseline has version {0}, and {VERSION} is read")]
    Version(u32),
}

/// A finding that was there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file, from the directory of the baseline.
    pub file: String,
    /// The pass.
    pub pass: String,
    /// The family; empty where the file does not tell it.
    pub family: String,
    /// The container, by name or by place; empty for what is about the task.
    pub container: String,
    /// What within it.
    pub subject: String,
    /// Whether it could not be told if this is weak. Such an entry does not stand for one that is.
    #[serde(default, skip_serializing_if = "is_false")]
    pub undetermined: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    version: u32,
    findings: Vec<Entry>,
}

/// A baseline in use.
#[derive(Debug, Default)]
pub struct Baseline {
    entries: Vec<Entry>,
    used: Vec<bool>,
    /// The files of entries that are not there any more, and which file stands for each.
    gone: BTreeMap<String, Option<String>>,
    looked: BTreeSet<String>,
}

impl Entry {
    /// How people read it.
    pub fn phrase(&self) -> String {
        let container = if self.container.is_empty() { String::new() } else { format!(" of {}", self.container) };
        let open = if self.undetermined { " (undetermined)" } else { "" };
        format!("{} {}{container}{open} in {}", self.pass, self.subject, self.file)
    }
}

/// The entries of a text.
pub fn parse(bytes: &[u8]) -> Result<Vec<Entry>, BaselineError> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let Version { version } = serde_json::from_slice(bytes).map_err(|_| BaselineError::Foreign)?;
    if version != VERSION {
        return Err(BaselineError::Version(version));
    }
    serde_json::from_slice(bytes).map(|form: Form| form.findings).map_err(|_| BaselineError::Foreign)
}

/// The text of entries, sorted, with a newline at its end.
pub fn render(mut entries: Vec<Entry>) -> String {
    entries.sort();
    let form = Form { version: VERSION, findings: entries };
    let mut text = serde_json::to_string_pretty(&form).expect("plain values under string keys can be written as JSON");
    text.push('\n');
    text
}

/// The entries of a report: everything but what is waived.
pub fn entries<'f>(path: &str, file: &'f File) -> impl Iterator<Item = Entry> + use<'f> {
    let path = path.to_owned();
    let kept = file.findings.iter().filter(|finding| finding.gate != Some(Gate::Waived));
    kept.map(move |finding| {
        let [pass, family, container, subject] = review::names(file, finding).map(str::to_owned);
        let undetermined = review::is_undetermined(finding);
        Entry { file: path.clone(), pass, family, container, subject, undetermined }
    })
}

impl Baseline {
    /// A baseline with these entries, of the files below `directory`.
    pub fn new(entries: Vec<Entry>, directory: &Path) -> Self {
        let files: BTreeSet<&String> = entries.iter().map(|entry| &entry.file).collect();
        let is_gone = |file: &&String| file.as_str() != "stdin" && !directory.join(PathBuf::from(file)).exists();
        let gone = files.into_iter().filter(is_gone).map(|file| (file.clone(), None)).collect();
        Self { used: vec![false; entries.len()], gone, looked: BTreeSet::new(), entries }
    }

    /// Marks the findings of a file that are in the baseline. Each entry stands for one finding.
    pub fn mark(&mut self, path: &str, file: &mut File) {
        self.looked.insert(path.to_owned());
        let known = self.known_as(path, file.family.as_deref().unwrap_or_default());
        for position in 0..file.findings.len() {
            let finding = &file.findings[position];
            if finding.gate == Some(Gate::Waived) {
                continue;
            }
            let names = review::names(file, finding);
            let fits = |(entry, used): &(&Entry, &mut bool)| {
                !**used
                    && entry.file == known
                    && (!entry.undetermined || review::is_undetermined(finding))
                    && [&entry.pass, &entry.family, &entry.container, &entry.subject].into_iter().eq(names)
            };
            if let Some((_, used)) = self.entries.iter().zip(&mut self.used).find(fits) {
                *used = true;
                file.findings[position].gate = Some(Gate::Known);
            }
        }
    }

    /// The name of a file in the baseline: its own, or that of one that is gone and was the same family.
    fn known_as(&mut self, path: &str, family: &str) -> String {
        if self.entries.iter().any(|entry| entry.file == path) {
            return path.to_owned();
        }
        let had = |file: &str| self.entries.iter().any(|entry| entry.file == file && entry.family == family);
        let before = self.gone.iter_mut().find(|(file, heir)| heir.is_none() && had(file));
        before.map_or_else(
            || path.to_owned(),
            |(file, heir)| {
                *heir = Some(path.to_owned());
                file.clone()
            },
        )
    }

    /// Entries that no finding answers to, of files that were looked at or are gone, and of passes that ran.
    pub fn stale(&self, runs: impl Fn(&str) -> bool) -> impl Iterator<Item = &Entry> {
        let unused = self.entries.iter().zip(&self.used).filter(|(_, used)| !**used).map(|(entry, _)| entry);
        unused.filter(move |entry| {
            runs(&entry.pass) && (self.looked.contains(&entry.file) || self.gone.contains_key(&entry.file))
        })
    }

    /// Files whose entries stand for another by now: the old name and the new one.
    pub fn moved(&self) -> impl Iterator<Item = (&str, &str)> {
        self.gone.iter().filter_map(|(old, new)| Some((old.as_str(), new.as_deref()?)))
    }
}
