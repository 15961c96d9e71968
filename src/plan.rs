//! What would be done to each file, before anything is done. Everything shown or written comes from here; no I/O.

use ecs_harden_transforms::document::{Document, DocumentError};
use ecs_harden_transforms::engine::{self, Decision, EngineError, Fault, Judged, Outcome};
use ecs_harden_transforms::intent::Wishes;
use ecs_harden_transforms::read::{self, LineIndex, ReadError};
use ecs_harden_transforms::waiver::Waiver;

/// What would be done to one document.
#[derive(Debug)]
pub struct Plan {
    /// The document as it is.
    pub document: Document,
    /// What was found, and the document as it would be.
    pub outcome: Outcome,
}

/// Why there is no plan for a file. Carries no text of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is refused, as a lowercase phrase.
    pub message: String,
    /// The one thing to do next.
    pub next_step: String,
    /// Line and column, where a place is to blame.
    pub at: Option<(usize, usize)>,
    /// What kind of refusal it is.
    pub kind: RefusalKind,
}

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The file cannot be read at all; the message names it.
    Unreadable,
    /// The file does not parse, is a template with directives, or cannot be read.
    Broken,
    /// The file holds something else; a note where nobody named it.
    Foreign,
    /// What was asked for contradicts the file.
    Contradicted,
    /// Our own proof failed.
    Unproven,
}

/// What a plan amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Something is weak.
    Weak,
    /// Nothing is known to be weak, and something cannot be told.
    Undetermined,
    /// Everything was read and nothing is weak.
    Clean,
}

impl Plan {
    /// Plans the work on the bytes of one file.
    pub fn of(bytes: &[u8], wishes: &Wishes, fault: Fault) -> Result<Self, Refusal> {
        let document = self::read(bytes)?;
        let outcome = engine::harden(&document, wishes, fault).map_err(|error| unworkable(&error))?;
        Ok(Self { document, outcome })
    }

    /// The text that would be written; `None` where nothing changes.
    pub fn hardened_text(&self) -> Option<&str> {
        self.outcome.hardened.as_ref().map(Document::text)
    }

    /// The findings about weaknesses, without those that cannot be told and those that are waived.
    pub fn weaknesses(&self) -> impl Iterator<Item = &Judged> {
        let counts = |judged: &&Judged| !matches!(judged.decision, Decision::Undetermined | Decision::Waived);
        self.outcome.findings.iter().filter(counts)
    }

    /// The findings that are waived.
    pub fn waived(&self) -> impl Iterator<Item = &Judged> {
        self.outcome.findings.iter().filter(|judged| judged.decision == Decision::Waived)
    }

    /// The waiver that is about a finding, whether it holds or has expired.
    pub fn waiver(&self, judged: &Judged) -> Option<&Waiver> {
        self.outcome.intent.wishes.waivers.iter().nth(judged.waiver?)
    }

    /// The findings that cannot be told.
    pub fn undetermined(&self) -> impl Iterator<Item = &Judged> {
        self.outcome.findings.iter().filter(|judged| judged.decision == Decision::Undetermined)
    }

    /// What it amounts to.
    pub fn standing(&self) -> Standing {
        if self.weaknesses().next().is_some() {
            Standing::Weak
        } else if self.undetermined().next().is_some() {
            Standing::Undetermined
        } else {
            Standing::Clean
        }
    }

    /// Line and column of a finding, counted from 1. `lines` are those of the document.
    pub fn position(&self, lines: &LineIndex<'_>, judged: &Judged) -> (usize, usize) {
        lines.position(self.document.mark(&judged.finding.place).start)
    }
}

/// Reads the bytes of one file.
pub fn read(bytes: &[u8]) -> Result<Document, Refusal> {
    let text = read::decode(bytes).map_err(|error| undecodable(bytes, &error))?;
    Document::read(text.to_owned()).map_err(|error| unreadable(text, &error))
}

fn undecodable(bytes: &[u8], error: &ReadError) -> Refusal {
    // Up to the error the bytes are text, or nothing is known about them at all.
    let before = String::from_utf8_lossy(&bytes[..error.at.min(bytes.len())]);
    let at = LineIndex::new(&before).position(before.len());
    let (message, next_step) = (error.to_string(), error.next_step().into());
    let kind = if error.is_broken() { RefusalKind::Broken } else { RefusalKind::Foreign };
    Refusal { message, next_step, at: Some(at), kind }
}

fn unreadable(text: &str, error: &DocumentError) -> Refusal {
    Refusal {
        message: error.to_string(),
        next_step: error.next_step(),
        at: Some(LineIndex::new(text).position(error.at())),
        kind: if error.is_broken() { RefusalKind::Broken } else { RefusalKind::Foreign },
    }
}

fn unworkable(error: &EngineError) -> Refusal {
    let (next_step, kind) = match error {
        EngineError::Target(target) => (target.next_step(), RefusalKind::Contradicted),
        EngineError::Attested => {
            let step = "harden the definition by hand, and issue the attestation policy anew for what becomes of it";
            (step.to_owned(), RefusalKind::Contradicted)
        }
        EngineError::Unproven(_) => {
            let step = "the file is untouched; this is a bug of ecs-harden: please report it with the version and the pass, not the file";
            (step.to_owned(), RefusalKind::Unproven)
        }
    };
    Refusal { message: error.to_string(), next_step, at: None, kind }
}
