//! What a run tells where changes are reviewed: one view of its report, which every format of a review is drawn from.
//!
//! All of it comes from the report for programs. Whatever a file may have named is made harmless by the format that shows it.

pub mod github;
pub mod gitlab;
pub mod junit;
pub mod markdown;
mod patch;
pub mod sarif;

use std::collections::BTreeMap;

use ecs_harden_transforms::pass::{PassId, Severity};
use ecs_harden_transforms::passes;
use sha2::{Digest, Sha256};

pub use patch::{Patch, Replacement, patches};

use super::json::{File, Finding, Gate, Status};
use super::{clean, counted};

/// One file of a review.
#[derive(Debug)]
pub struct Reviewed {
    /// The path from the top of the repository, else from the working directory, with `/` between its parts.
    pub path: String,
    /// What is reported about it.
    pub file: File,
    /// The edits of the round as replacements of text, in parts that can be taken alone; where nobody asks for them, none.
    pub patches: Vec<Patch>,
    /// The edits as a masked diff; where nobody asks for it, empty.
    pub diff: String,
    /// Whether somebody said if commands are run in the containers with ECS Exec.
    pub exec_is_said: bool,
    /// Whether it was read from ECS, and is no file.
    pub is_live: bool,
}

/// What a change adds to policy or baseline: it does not count until it is merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// What is added, as a lowercase phrase.
    pub what: String,
    /// The file, as users should see it.
    pub file: String,
    /// The line in it, counted from 1, where there is one.
    pub line: Option<usize>,
}

/// A whole review.
#[derive(Clone, Copy, Debug)]
pub struct Review<'a> {
    /// The files, in the order in which they were looked at.
    pub files: &'a [Reviewed],
    /// What does not count yet.
    pub proposed: &'a [Proposed],
}

/// A finding, its file, and what it is known by.
#[derive(Clone, Copy, Debug)]
struct Item<'a> {
    reviewed: &'a Reviewed,
    finding: &'a Finding,
    /// The position among the findings of the file.
    position: usize,
    /// Which of the findings it is that are known by the same names; only duplicates in one file have one that is not 0.
    ordinal: usize,
}

/// How many there are of each kind.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    files: usize,
    counting: usize,
    minor: usize,
    undetermined: usize,
    known: usize,
    waived: usize,
    refused: usize,
}

impl<'a> Review<'a> {
    /// Every finding in the order of the files.
    fn items(&self) -> Vec<Item<'a>> {
        self.files.iter().flat_map(Reviewed::items).collect()
    }

    /// The findings that somebody has to see, worst first; those alike in the order of the files.
    fn open(&self) -> Vec<Item<'a>> {
        let mut open: Vec<Item<'a>> = self.items().into_iter().filter(Item::is_open).collect();
        open.sort_by_key(|item| (item.gate(), std::cmp::Reverse(item.severity())));
        open
    }

    /// The files that could not be worked on.
    fn refused(&self) -> impl Iterator<Item = &'a Reviewed> + use<'a> {
        self.files.iter().filter(|reviewed| reviewed.file.status == Status::Refused)
    }

    fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for reviewed in self.files.iter().filter(|reviewed| reviewed.file.status != Status::Skipped) {
            totals.files += 1;
            totals.refused += usize::from(reviewed.file.status == Status::Refused);
            for finding in &reviewed.file.findings {
                *match finding.gate.unwrap_or(Gate::Counts) {
                    Gate::Counts => &mut totals.counting,
                    Gate::Minor => &mut totals.minor,
                    Gate::Undetermined => &mut totals.undetermined,
                    Gate::Known => &mut totals.known,
                    Gate::Waived => &mut totals.waived,
                } += 1;
            }
        }
        totals
    }
}

impl Totals {
    /// All of it in one line, zeroes left out.
    fn sentence(&self) -> String {
        let more = [
            (self.minor, "below --fail-on"),
            (self.undetermined, "undetermined"),
            (self.known, "in the baseline"),
            (self.waived, "waived"),
            (self.refused, "refused"),
        ];
        let more = more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
        let found = counted(self.counting, "finding");
        format!("{found} in {}{}", counted(self.files, "file"), more.collect::<String>())
    }
}

impl Reviewed {
    fn items(&self) -> Vec<Item<'_>> {
        let mut seen: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        let mut items = Vec::new();
        for (position, finding) in self.file.findings.iter().enumerate() {
            let count = seen.entry(names(&self.file, finding).map(str::to_owned).to_vec()).or_default();
            items.push(Item { reviewed: self, finding, position, ordinal: *count });
            *count += 1;
        }
        items
    }

    /// The edits that mend a finding, where they can be shown.
    fn patch(&self, position: usize) -> Option<&Patch> {
        self.patches.iter().find(|patch| patch.findings.contains(&position))
    }
}

/// What a finding is known by, wherever it stands: pass, family, container and subject. A container without a name is known by its place.
pub fn names<'a>(file: &'a File, finding: &'a Finding) -> [&'a str; 4] {
    let place = finding.container.as_deref().unwrap_or_else(|| {
        let path = finding.canonical_path.as_str();
        let end = path.match_indices('/').nth(2).map_or(path.len(), |(at, _)| at);
        if path.starts_with("/containerDefinitions/") { path.get(..end).unwrap_or_default() } else { "" }
    });
    [finding.pass, file.family.as_deref().unwrap_or_default(), place, &finding.subject]
}

/// Whether it cannot be told if this is weak.
pub fn is_undetermined(finding: &Finding) -> bool {
    finding.decision == "undetermined"
}

impl Item<'_> {
    fn gate(&self) -> Gate {
        self.finding.gate.unwrap_or(Gate::Counts)
    }

    /// Whether nobody knew of it before.
    fn is_open(&self) -> bool {
        !matches!(self.gate(), Gate::Known | Gate::Waived)
    }

    fn is_undetermined(&self) -> bool {
        is_undetermined(self.finding)
    }

    fn severity(&self) -> Severity {
        passes::find(self.finding.pass).map_or(Severity::Low, |pass| pass.severity)
    }

    fn pass(&self) -> PassId {
        PassId(self.finding.pass)
    }

    /// What is weak.
    fn message(&self) -> String {
        clean(&self.finding.message)
    }

    /// The fix, where there is one, and how far it can be trusted.
    fn fix(&self) -> Option<String> {
        let fix = clean(self.finding.fix.as_deref()?);
        let guess = if self.rests_on_a_guess() { ", rests on a guess" } else { "" };
        Some(format!("{fix} ({}{guess})", self.finding.applicability.unwrap_or("unsafe")))
    }

    fn rests_on_a_guess(&self) -> bool {
        self.finding.values.iter().any(|value| value.guess)
    }

    /// What it needs, a line each: the fix with what it may break, or why it is left and what to do.
    fn advice(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.fix().into_iter().map(|fix| format!("fix: {fix}")).collect();
        for risk in &self.finding.risks {
            lines.push(format!("may break: {}", clean(&risk.breaks)));
            lines.push(format!("test: {}", clean(&risk.test)));
        }
        for obstacle in &self.finding.obstacles {
            lines.push(format!("left: {}", clean(&obstacle.reason)));
            lines.push(format!("next: {}", clean(&obstacle.next_step)));
        }
        lines
    }

    /// Why it does not decide the exit status.
    fn excuse(&self) -> Option<String> {
        let waiver = self.finding.waiver.as_ref();
        match self.gate() {
            Gate::Counts => None,
            Gate::Minor => Some("below --fail-on".into()),
            Gate::Undetermined => Some("undetermined".into()),
            Gate::Known => Some("in the baseline".into()),
            Gate::Waived => Some(waiver.map_or_else(
                || "waived".to_owned(),
                |waiver| format!("waived: {} ({})", clean(&waiver.reason), clean(&waiver.written)),
            )),
        }
    }

    /// A name that stays when lines move; with `place` it is another in every file.
    fn fingerprint(&self, place: &str) -> String {
        let ordinal = self.ordinal.to_string();
        let names = names(&self.reviewed.file, self.finding).into_iter().chain([place, &ordinal]);
        // Who lives with what cannot be told has not decided about what is weak.
        let names = names.chain(self.is_undetermined().then_some("undetermined"));
        fingerprint(&names.collect::<Vec<_>>())
    }
}

/// A name made of names.
fn fingerprint(names: &[&str]) -> String {
    let mut digest = Sha256::new();
    for name in names {
        // With its length, so that no two lists of names read alike.
        digest.update(name.len().to_be_bytes());
        digest.update(name.as_bytes());
    }
    let digest = digest.finalize();
    let digits = digest.iter().take(16).flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
