//! One round: intent, inspect, select, merge, splice, prove.
//!
//! All edits refer to the unedited document and become one set of splices. Nothing leaves here that was not proven: the new text, read
//! again, means what the reported operations say, and what was to be mended is mended.

use std::collections::BTreeSet;

use json_patch::Patch;

use crate::document::{Document, DocumentError, containers};
use crate::edit::{self, Change, Edit, MergeError, Splice};
use crate::intent::{Intent, Wishes, Withheld};
use crate::knobs::Subject;
use crate::masking;
use crate::model::{TargetError, TaskView};
use crate::pass::{Finding, Fix, Obstacle, Pass, Remedy};
use crate::passes;
use crate::tree::{Span, Step};
use crate::waiver::WaiverState;

mod parts;
#[cfg(test)]
mod tests;

pub use parts::{Part, parts};

/// What one round did to one document.
#[derive(Debug)]
pub struct Outcome {
    /// What was intended.
    pub intent: Intent,
    /// Every finding in source order, with what became of it.
    pub findings: Vec<Judged>,
    /// The operations of all applied fixes, in document coordinates.
    pub ops: Patch,
    /// The same as replacements of text.
    pub splices: Vec<Splice>,
    /// The document with all applied fixes; `None` where there are none.
    pub hardened: Option<Document>,
    /// What of the document must not be shown: [`masking::sensitive`].
    pub sensitive: Vec<Span>,
}

/// A finding and what became of it.
#[derive(Debug)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// What became of it.
    pub decision: Decision,
    /// The waiver that is about it, whether it holds or has expired, by its number among those of the wishes.
    pub waiver: Option<usize>,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Its fix is applied.
    Applied,
    /// Somebody decided to live with it.
    Waived,
    /// Its fix could be applied and is not.
    Withheld(Withheld),
    /// It is left to a person.
    Manual,
    /// Whether it is weak cannot be told.
    Undetermined,
}

impl Judged {
    /// The operations of its own fix, in coordinates of the document that was judged; empty without one.
    pub fn ops(&self, document: &Document) -> Patch {
        match &self.finding.remedy {
            Remedy::Fix(fix) => {
                change(document, &fix.edits).map_or_else(|_| Patch::default(), |change| edit::lower(&change))
            }
            Remedy::Manual(_) | Remedy::Undetermined(_) => Patch::default(),
        }
    }

    /// The document with its own fix and no other; `None` without one. What masks it is asked of the result.
    pub fn alone(&self, document: &Document) -> Option<Document> {
        let Remedy::Fix(fix) = &self.finding.remedy else { return None };
        let mut edits = fix.edits.clone();
        edits.sort_by_key(rank);
        let splices = Editor::new(document).splices(&change(document, &edits).ok()?).ok()?;
        Document::read(edit::apply(document.text(), &splices)).ok()
    }

    /// Why this finding stays, and what to do; empty for one that is mended.
    pub fn obstacles(&self) -> Vec<Obstacle> {
        match (&self.finding.remedy, self.decision) {
            (_, Decision::Applied | Decision::Waived) => Vec::new(),
            (_, Decision::Withheld(withheld)) => vec![withheld.obstacle()],
            (Remedy::Manual(obstacles), _) => obstacles.clone(),
            (Remedy::Undetermined(obstacle), _) => vec![obstacle.clone()],
            (Remedy::Fix(_), _) => Vec::new(),
        }
    }
}

/// Why a round had no outcome.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// What the user said about the target contradicts the definition.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// An attestation policy vouches for the definition as it is.
    #[error(
        "the isolation mode is CONFIDENTIAL_SANDBOX: its attestation policy covers how the containers run, so any edit would void it"
    )]
    Attested,
    /// The result could not be proven. Our bug; the text must stay as it is.
    #[error("the edited text could not be proven right: {0}")]
    Unproven(#[from] ProofError),
}

/// What a proof failed on. Carries no text of the document.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// Edits of different fixes contradict each other, or have no place.
    #[error("the edits of different fixes contradict each other")]
    Merge(#[source] MergeError),
    /// An edit has no place in this text.
    #[error("an edit has no place in this file")]
    NoPlace,
    /// The new text cannot be read.
    #[error("the result cannot be read again")]
    Unreadable(#[source] DocumentError),
    /// The new text means something else than the operations say.
    #[error("the result differs from what the operations say")]
    Different,
    /// A weakness that was mended is still there.
    #[error("`{pass}` still finds what it mended at {place}")]
    StillThere {
        /// The pass.
        pass: &'static str,
        /// The canonical place.
        place: String,
    },
    /// A mend made a weakness that it did not announce.
    #[error("`{pass}` finds something new at {place}")]
    New {
        /// The pass.
        pass: &'static str,
        /// The canonical place.
        place: String,
    },
}

/// How the result of splicing is taken: as it is, or damaged on purpose so that a test can watch the proof refuse it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// As it is.
    #[default]
    None,
    /// With a byte of an edit lost.
    LostByte,
}

/// What a round may vary while the intent stays.
pub struct Round<'r> {
    /// The passes, in any order: it changes nothing.
    pub table: &'r [&'static Pass],
    /// Which fixes are wanted among those that the selection admits.
    pub wanted: &'r dyn Fn(&Finding) -> bool,
    /// Damage for a test to watch.
    pub fault: Fault,
}

impl Default for Round<'_> {
    fn default() -> Self {
        Self { table: &passes::TABLE, wanted: &|_| true, fault: Fault::None }
    }
}

/// Inspects `document` and mends what `wishes` select.
pub fn harden(document: &Document, wishes: &Wishes, fault: Fault) -> Result<Outcome, EngineError> {
    let task = TaskView::new(document);
    if task.is_attested() {
        return Err(EngineError::Attested);
    }
    let intent = Intent::new(&task, wishes)?;
    Ok(round(document, intent, &Round { fault, ..Round::default() })?)
}

/// One round under an intent that is already decided.
pub fn round(document: &Document, intent: Intent, round: &Round<'_>) -> Result<Outcome, ProofError> {
    let editor = Editor::new(document);
    let findings = inspect(document, &intent, round.table);
    let findings = findings.into_iter().map(|finding| judge(&editor, &intent, round, finding));
    let findings: Vec<Judged> = findings.collect::<Result<_, _>>()?;
    let mut edits: Vec<Edit> = applied(&findings).flat_map(|(_, fix)| fix.edits.clone()).collect();
    edits.sort_by_key(rank);
    if edits.is_empty() {
        let (ops, splices, sensitive) = (Patch::default(), Vec::new(), editor.sensitive);
        return Ok(Outcome { intent, findings, ops, splices, hardened: None, sensitive });
    }
    let change = change(document, &edits)?;
    let (ops, splices) = (edit::lower(&change), damaged(editor.splices(&change)?, round.fault));
    let result = edit::apply(document.text(), &splices);
    let hardened = prove(document, &intent, &findings, round.table, &ops, result)?;
    Ok(Outcome { intent, findings, ops, splices, hardened: Some(hardened), sensitive: editor.sensitive })
}

/// Every finding of the selected passes of `table`, in source order.
fn inspect(document: &Document, intent: &Intent, table: &[&'static Pass]) -> Vec<Finding> {
    let task = TaskView::new(document);
    let selected = table.iter().filter(|pass| intent.wishes.selection.passes.contains(&pass.id));
    let mut findings: Vec<Finding> = selected.flat_map(|pass| (pass.inspect)(&task, intent)).collect();
    findings.retain(|finding| intent.wishes.runs(finding.pass, subject(&task, finding)));
    findings.sort_by_cached_key(|finding| {
        let container = finding.container.as_ref().map(|container| container.index);
        (
            document.mark(&finding.place).start.min(container_start(document, container)),
            finding.pass.id,
            finding.subject.clone(),
        )
    });
    findings
}

/// What a finding is about, as layers and waivers name it.
fn subject<'s>(task: &TaskView<'s>, finding: &'s Finding) -> Subject<'s> {
    let container = finding.container.as_ref().and_then(|container| container.name.as_deref());
    Subject { family: task.family(), container }
}

/// Findings about one container stand together, in the order of the table.
fn container_start(document: &Document, container: Option<usize>) -> usize {
    let path = container.map(|index| containers().index(index));
    path.and_then(|path| document.node(&path)).map_or(usize::MAX, |node| node.span.start)
}

/// Edits on canonical paths as one change of the document.
fn change(document: &Document, edits: &[Edit]) -> Result<Change, ProofError> {
    let located: Option<Vec<Edit>> = edits.iter().map(|edit| document.located(edit)).collect();
    let located = located.ok_or(ProofError::NoPlace)?;
    edit::merge(&document.parsed().root, &located).map_err(ProofError::Merge)
}

/// What turns a change into splices of one document.
struct Editor<'d> {
    document: &'d Document,
    splicer: edit::json::Splicer<'d>,
    sensitive: Vec<Span>,
}

impl<'d> Editor<'d> {
    fn new(document: &'d Document) -> Self {
        let splicer = edit::json::Splicer::new(document.text(), document.parsed());
        Self { document, splicer, sensitive: masking::sensitive(document) }
    }

    fn splices(&self, change: &Change) -> Result<Vec<Splice>, ProofError> {
        let avoid = |line: Span| masking::touches(&self.sensitive, line);
        self.splicer.splices(change, &avoid).map_err(|_| ProofError::NoPlace)
    }
}

/// Intent has counted on every fix that it planned, so one that has no place here is a bug and not a leftover.
fn judge(editor: &Editor<'_>, intent: &Intent, round: &Round<'_>, finding: Finding) -> Result<Judged, ProofError> {
    let task = TaskView::new(editor.document);
    let wishes = &intent.wishes;
    let waiver = wishes.waivers.find(finding.pass.id, subject(&task, &finding), &finding.subject);
    let holds = waiver.is_some_and(|(_, waiver)| waiver.state == WaiverState::Holds);
    let decision = match &finding.remedy {
        _ if holds => Decision::Waived,
        Remedy::Fix(_) if !(round.wanted)(&finding) => Decision::Withheld(Withheld::NotWanted),
        Remedy::Fix(fix) => {
            let with = (fix.applicability, fix.weakest());
            match wishes.admits(finding.pass, subject(&task, &finding), &finding.subject, with) {
                Ok(()) => Decision::Applied,
                Err(withheld) => Decision::Withheld(withheld),
            }
        }
        Remedy::Manual(_) => Decision::Manual,
        Remedy::Undetermined(_) => Decision::Undetermined,
    };
    // The fixes that are applied find their places together, and on their own where tests look.
    if let Remedy::Fix(fix) = &finding.remedy
        && (decision != Decision::Applied || cfg!(debug_assertions))
    {
        editor.splices(&change(editor.document, &fix.edits)?)?;
    }
    let waiver = waiver.map(|(number, _)| number);
    Ok(Judged { finding, decision, waiver })
}

/// New members of a container come in the order in which people write them, whichever pass asks for them.
fn rank(edit: &Edit) -> usize {
    const ORDER: [&str; 8] = [
        "user",
        "readonlyRootFilesystem",
        "linuxParameters",
        "dockerSecurityOptions",
        "ulimits",
        "secrets",
        "logConfiguration",
        "systemControls",
    ];
    let member = edit.path().steps().iter().find_map(|step| match step {
        Step::Key(name) => ORDER.iter().position(|known| known == name),
        Step::Index(_) => None,
    });
    member.unwrap_or(ORDER.len())
}

fn applied(findings: &[Judged]) -> impl Iterator<Item = (&Finding, &Fix)> {
    findings.iter().filter(|judged| judged.decision == Decision::Applied).filter_map(|judged| {
        match &judged.finding.remedy {
            Remedy::Fix(fix) => Some((&judged.finding, fix)),
            _ => None,
        }
    })
}

fn damaged(mut splices: Vec<Splice>, fault: Fault) -> Vec<Splice> {
    if fault == Fault::LostByte
        && let Some(splice) = splices.last_mut()
    {
        splice.text.pop();
    }
    splices
}

fn prove(
    document: &Document,
    intent: &Intent,
    findings: &[Judged],
    table: &[&'static Pass],
    ops: &Patch,
    result: String,
) -> Result<Document, ProofError> {
    let hardened = Document::read(result).map_err(ProofError::Unreadable)?;
    let mut expected = document.value();
    json_patch::patch(&mut expected, ops).map_err(|_| ProofError::Different)?;
    if hardened.envelope() != document.envelope() || !hardened.is_value(&expected) {
        return Err(ProofError::Different);
    }
    let key = |finding: &Finding| {
        (finding.pass.id, finding.container.as_ref().map(|container| container.index), finding.subject.clone())
    };
    let mended: BTreeSet<_> = applied(findings).map(|(finding, _)| key(finding)).collect();
    let before: BTreeSet<_> = findings.iter().map(|judged| key(&judged.finding)).collect();
    for finding in inspect(&hardened, intent, table) {
        let (pass, place) = (finding.pass.id.0, finding.place.to_string());
        // A member that was taken away is gone, whatever a placeholder beside it may bring.
        let is_gone = matches!(finding.remedy, Remedy::Undetermined(_)) && hardened.node(&finding.place).is_none();
        if mended.contains(&key(&finding)) && !is_gone {
            return Err(ProofError::StillThere { pass, place });
        }
        if !before.contains(&key(&finding)) {
            return Err(ProofError::New { pass, place });
        }
    }
    Ok(hardened)
}
