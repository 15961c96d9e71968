//! What somebody decided about findings: waivers, with which they live, and rulings on single fixes.

use std::sync::Arc;

use globset::{Glob, GlobMatcher};

use crate::knobs::{InvalidScope, Scope, Subject};
use crate::pass::PassId;

/// A decision to live with findings.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The pass whose findings are waived.
    pub pass: PassId,
    /// The families and containers it is about.
    pub scope: Scope,
    /// What within the container it is about: a variable, a path, a capability.
    pub subject: SubjectGlob,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it holds, as it was written.
    pub expires: Option<String>,
    /// Whether that day is over.
    pub state: WaiverState,
    /// Where it is written, for people: file and line.
    pub written: String,
}

/// Whether a waiver holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverState {
    /// It does.
    Holds,
    /// Its last day is over: what it waived is a finding again.
    Expired,
}

/// What within a container a waiver is about.
#[derive(Clone, Debug, Default)]
pub struct SubjectGlob(Option<GlobMatcher>);

impl SubjectGlob {
    /// Findings whose subject matches; `None` matches all.
    pub fn of(glob: Option<&str>) -> Result<Self, InvalidScope> {
        glob.map(|glob| Glob::new(glob).map(|glob| glob.compile_matcher()).map_err(|_| InvalidScope))
            .transpose()
            .map(Self)
    }

    /// The glob as it was written.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_ref().map(|glob| glob.glob().glob())
    }

    fn covers(&self, subject: &str) -> bool {
        self.0.as_ref().is_none_or(|glob| glob.is_match(subject))
    }
}

/// A decision about the fixes of findings. The findings themselves count as they did.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// The pass whose fixes it is about.
    pub pass: PassId,
    /// The families and containers it is about.
    pub scope: Scope,
    /// What within the container it is about.
    pub subject: SubjectGlob,
    /// What was decided.
    pub says: Says,
    /// Where it is written, for people: file and line.
    pub written: String,
}

/// What was decided about a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// It is applied although it rests on a built-in default: somebody looked at the guess.
    Accept,
    /// It is not applied.
    Decline,
}

/// All waivers and rulings, in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub struct Waivers {
    waivers: Arc<[Waiver]>,
    rulings: Arc<[Ruling]>,
}

impl From<Vec<Waiver>> for Waivers {
    fn from(waivers: Vec<Waiver>) -> Self {
        Self { waivers: waivers.into(), rulings: Arc::default() }
    }
}

impl Waivers {
    /// The same waivers, and these rulings.
    #[must_use]
    pub fn with(self, rulings: Vec<Ruling>) -> Self {
        Self { rulings: rulings.into(), ..self }
    }

    /// The waivers.
    pub fn iter(&self) -> impl Iterator<Item = &Waiver> {
        self.waivers.iter()
    }

    /// The rulings.
    pub fn rulings(&self) -> impl Iterator<Item = &Ruling> {
        self.rulings.iter()
    }

    /// What was decided about the fix of a finding. Who declines is heard before who accepts.
    pub fn ruling(&self, pass: PassId, subject: Subject<'_>, what: &str) -> Option<Says> {
        let about =
            |ruling: &&Ruling| ruling.pass == pass && ruling.scope.covers(subject) && ruling.subject.covers(what);
        self.rulings.iter().filter(about).map(|ruling| ruling.says).max()
    }

    /// The waiver that is about a finding: one that holds rather than one that expired. The number is its position.
    pub fn find(&self, pass: PassId, subject: Subject<'_>, what: &str) -> Option<(usize, &Waiver)> {
        let about = |(_, waiver): &(usize, &Waiver)| {
            waiver.pass == pass && waiver.scope.covers(subject) && waiver.subject.covers(what)
        };
        let mut found = self.waivers.iter().enumerate().filter(about);
        let first = found.next()?;
        if first.1.state == WaiverState::Holds {
            return Some(first);
        }
        Some(found.find(|(_, waiver)| waiver.state == WaiverState::Holds).unwrap_or(first))
    }
}
