//! The splices of a round in the smallest parts that can be taken alone.
//!
//! Fixes that write into the same new object or list share a splice, and so do those whose members come to the same place. Such fixes are
//! one part: half a splice would be no JSON, and half a fix would be no mend.

use super::{Decision, Editor, Outcome, change, rank};
use crate::document::Document;
use crate::edit::{Edit, Splice};
use crate::pass::Remedy;

/// Splices that can be taken without the others, and what they mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The findings that are mended, as positions among those of the outcome.
    pub findings: Vec<usize>,
    /// The splices, sorted and without overlap.
    pub splices: Vec<Splice>,
}

/// The parts of an outcome, in the order of their first finding. Each splice of the outcome is in exactly one.
pub fn parts(document: &Document, outcome: &Outcome) -> Vec<Part> {
    let fixes: Vec<(usize, &[Edit])> = outcome
        .findings
        .iter()
        .enumerate()
        .filter_map(|(position, judged)| match &judged.finding.remedy {
            Remedy::Fix(fix) if judged.decision == Decision::Applied => Some((position, fix.edits.as_slice())),
            _ => None,
        })
        .collect();
    let maker = Maker { editor: Editor::new(document), document, fixes, splices: &outcome.splices };
    let (whole, broken): (Vec<_>, Vec<_>) = maker.groups().into_iter().partition(|group| maker.stands_alone(group));
    let mut parts = whole;
    if !broken.is_empty() {
        parts.push(broken.into_iter().fold(Group::default(), Group::with));
    }
    let is_whole = parts.iter().map(|group| group.splices.len()).sum::<usize>() == outcome.splices.len()
        && parts.iter().all(|group| maker.stands_alone(group));
    if !is_whole {
        parts = vec![Group { fixes: (0..maker.fixes.len()).collect(), splices: (0..outcome.splices.len()).collect() }];
    }
    let mut parts: Vec<Part> = parts.iter().map(|group| maker.part(group)).collect();
    parts.retain(|part| !part.findings.is_empty());
    parts.sort_by_key(|part| part.findings.first().copied());
    parts
}

/// Fixes and splices that belong together, as positions.
#[derive(Clone, Debug, Default)]
struct Group {
    fixes: Vec<usize>,
    splices: Vec<usize>,
}

impl Group {
    fn with(mut self, other: Self) -> Self {
        self.fixes.extend(other.fixes);
        self.splices.extend(other.splices);
        self.fixes.sort_unstable();
        self.splices.sort_unstable();
        self.splices.dedup();
        self
    }
}

struct Maker<'a> {
    document: &'a Document,
    editor: Editor<'a>,
    fixes: Vec<(usize, &'a [Edit])>,
    splices: &'a [Splice],
}

impl Maker<'_> {
    /// Fixes are together where one of the splices of the round holds something of both.
    fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for fix in 0..self.fixes.len() {
            let alone = Group { fixes: vec![fix], splices: self.touched(fix) };
            let shares = |group: &Group| group.splices.iter().any(|splice| alone.splices.contains(splice));
            let (near, far): (Vec<_>, Vec<_>) = groups.into_iter().partition(shares);
            groups = far;
            groups.push(near.into_iter().fold(alone, Group::with));
        }
        groups
    }

    /// The splices of the round that stand where those of one fix would stand.
    fn touched(&self, fix: usize) -> Vec<usize> {
        let alone = self.made_of(&[fix]).unwrap_or_default();
        let meets = |splice: &Splice| {
            let touches = |own: &Splice| splice.span.start <= own.span.end && own.span.start <= splice.span.end;
            alone.iter().any(touches)
        };
        self.splices.iter().enumerate().filter(|(_, splice)| meets(splice)).map(|(position, _)| position).collect()
    }

    /// Whether the fixes of a group, without the others, are exactly its splices.
    fn stands_alone(&self, group: &Group) -> bool {
        self.made_of(&group.fixes)
            .is_some_and(|made| made.iter().eq(group.splices.iter().filter_map(|&splice| self.splices.get(splice))))
    }

    fn made_of(&self, fixes: &[usize]) -> Option<Vec<Splice>> {
        let own = fixes.iter().filter_map(|&fix| self.fixes.get(fix));
        let mut edits: Vec<Edit> = own.flat_map(|(_, edits)| edits.to_vec()).collect();
        edits.sort_by_key(rank);
        self.editor.splices(&change(self.document, &edits).ok()?).ok()
    }

    fn part(&self, group: &Group) -> Part {
        let findings = group.fixes.iter().filter_map(|&fix| self.fixes.get(fix)).map(|(finding, _)| *finding);
        let splices = group.splices.iter().filter_map(|&splice| self.splices.get(splice)).cloned();
        Part { findings: findings.collect(), splices: splices.collect() }
    }
}
