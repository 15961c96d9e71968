//! Which passes run for which container, and which of their fixes are applied.

use std::collections::BTreeSet;

use super::Wishes;
use crate::knobs::Subject;
use crate::pass::{Applicability, Obstacle, Pass, PassId, Provenance, Run};
use crate::waiver::{Says, WaiverState};

/// What the user asked of the run as a whole.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The passes that may run.
    pub passes: BTreeSet<PassId>,
    /// Those of them that were named, so that even one on request runs.
    pub named: BTreeSet<PassId>,
    /// The least applicability that is applied.
    pub floor: Applicability,
    /// The least provenance that is applied.
    pub vouched: Provenance,
}

/// Why a fix that could be made is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// It is unsafe and only safe fixes were asked for.
    NotSafe,
    /// It rests on a built-in default and those were excluded.
    RestsOnDefault,
    /// Somebody said no to this very fix.
    NotWanted,
}

impl Withheld {
    /// The reason, and what would let the fix through.
    pub fn obstacle(self) -> Obstacle {
        match self {
            Self::NotWanted => Obstacle::new(
                "the fix was declined",
                "accept it with `ecs-harden fix -i`; where the policy declines it, take the [[decline]] out",
            ),
            Self::NotSafe => Obstacle::new("the fix is unsafe and --safe-only is on", "run it without --safe-only"),
            Self::RestsOnDefault => Obstacle::new(
                "the fix rests on a built-in default, and those are withheld",
                "give what is a guess with --set (`ecs-harden explain` names the knobs), or accept guesses: `apply` takes --accept-defaults, the others run without --no-defaults",
            ),
        }
    }
}

impl Selection {
    /// Everything that is not manual, from these passes.
    pub fn all(passes: impl IntoIterator<Item = PassId>) -> Self {
        Self {
            passes: passes.into_iter().collect(),
            named: BTreeSet::new(),
            floor: Applicability::Unsafe,
            vouched: Provenance::BuiltInDefault,
        }
    }

    /// Whether a fix of this applicability, resting on values of this provenance, is applied.
    pub fn admits(&self, applicability: Applicability, weakest: Provenance) -> Result<(), Withheld> {
        if applicability < self.floor {
            Err(Withheld::NotSafe)
        } else if weakest < self.vouched {
            Err(Withheld::RestsOnDefault)
        } else {
            Ok(())
        }
    }
}

impl Wishes {
    /// Whether `pass` looks at this subject at all: flags and policy admit it, and ask for it if it runs on request.
    pub fn runs(&self, pass: &Pass, subject: Subject<'_>) -> bool {
        let switch = self.layers.switch(subject, pass.id);
        let by_default = pass.run == Run::ByDefault || self.selection.named.contains(&pass.id);
        self.selection.passes.contains(&pass.id) && switch.unwrap_or(by_default)
    }

    /// Whether a waiver holds for a finding about `what` of this subject.
    pub fn waives(&self, pass: &Pass, subject: Subject<'_>, what: &str) -> bool {
        self.waivers.find(pass.id, subject, what).is_some_and(|(_, waiver)| waiver.state == WaiverState::Holds)
    }

    /// Whether a fix that mends `what` of this subject is applied.
    pub fn applies(
        &self,
        pass: &Pass,
        subject: Subject<'_>,
        what: &str,
        with: (Applicability, impl Into<Provenance>),
    ) -> bool {
        let (applicability, weakest) = (with.0, with.1.into());
        self.runs(pass, subject)
            && !self.waives(pass, subject, what)
            && self.admits(pass, subject, what, (applicability, weakest)).is_ok()
    }

    /// Whether a fix that mends `what` of this subject is applied by what was asked of the run, and by what somebody decided about it.
    pub fn admits(
        &self,
        pass: &Pass,
        subject: Subject<'_>,
        what: &str,
        (applicability, weakest): (Applicability, Provenance),
    ) -> Result<(), Withheld> {
        match self.waivers.ruling(pass.id, subject, what) {
            Some(Says::Decline) => Err(Withheld::NotWanted),
            Some(Says::Accept) => self.selection.admits(applicability, weakest.max(self.selection.vouched)),
            None => self.selection.admits(applicability, weakest),
        }
    }

    /// Whether somebody decided that `what` of this subject stays as it is: by a waiver, or by declining the fix.
    pub fn lets_be(&self, pass: &Pass, subject: Subject<'_>, what: &str) -> bool {
        self.waives(pass, subject, what) || self.waivers.ruling(pass.id, subject, what) == Some(Says::Decline)
    }
}
