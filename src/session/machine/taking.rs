//! What an answer does: the plan is made anew, and what changed by it is asked again.

use ecs_harden_transforms::engine::Judged;
use ecs_harden_transforms::pass::{Provenance, Remedy};

use super::{Session, State};
use crate::output::counted;
use crate::session::Slot;
use crate::session::answers::{Answers, Key, Verdict};
use crate::session::deck;

impl Session<'_> {
    /// The finding of a question.
    pub(in crate::session) fn judged(&self, at: &Key) -> Option<&Judged> {
        let card = self.cards.iter().find(|card| card.key == *at)?;
        self.proposed.plan.outcome.findings.get(card.position)
    }

    /// Whether an answer can single out what a finding is about.
    pub(super) fn can_be_named(&self, at: &Key) -> bool {
        let container = self.judged(at).and_then(|judged| judged.finding.container.as_ref());
        container.is_none_or(|container| container.name.is_some())
    }

    /// What applying the fix of a finding means: a guess counts as looked at.
    pub(super) fn apply(&self, at: &Key) -> Verdict {
        let guess = self.judged(at).is_some_and(
            |judged| matches!(&judged.finding.remedy, Remedy::Fix(fix) if fix.weakest() == Provenance::BuiltInDefault),
        );
        Verdict::Apply { guess }
    }

    /// Takes a decision and goes on.
    pub(super) fn decide(&mut self, at: &Key, verdict: Verdict) {
        let mut answers = self.answers.clone();
        answers.verdicts.insert(at.clone(), verdict);
        if self.take(answers, std::slice::from_ref(at)) {
            self.next(Some(at));
        }
    }

    /// Applies the fixes of all questions of one pass that nobody answered yet, with the values that were given for this one.
    pub(super) fn apply_all(&mut self, at: &Key) {
        let mut answers = self.answers.clone();
        let open = |key: &Key| key == at || !answers.verdicts.contains_key(key);
        let alike: Vec<Key> =
            self.cards.iter().map(|card| &card.key).filter(|key| key.pass == at.pass && open(key)).cloned().collect();
        let given: Vec<_> = answers.values.clone().into_iter().collect();
        for (slot, value) in given.into_iter().filter(|(slot, _)| Some(slot.container) == at.container) {
            if slot.entry.is_some() || !Self::belongs(&slot, &at.pass) {
                continue;
            }
            for container in alike.iter().filter_map(|key| key.container) {
                answers.values.insert(Slot { container, ..slot.clone() }, value.clone());
            }
        }
        if !self.take(answers, &[]) {
            return;
        }
        let mut answers = self.answers.clone();
        let mut applied = Vec::new();
        for key in &alike {
            if self.judged(key).is_some_and(|judged| matches!(judged.finding.remedy, Remedy::Fix(_))) {
                answers.verdicts.insert(key.clone(), self.apply(key));
                applied.push(key.clone());
            }
        }
        if self.take(answers, &applied) {
            self.next(Some(at));
            self.say(format!("{}: applied to {}", at.pass, counted(applied.len(), "finding")));
        }
    }

    /// Skips all questions of one pass that nobody answered yet, this time.
    pub(super) fn skip_all(&mut self, at: &Key) {
        let mut answers = self.answers.clone();
        let open = |key: &Key| key == at || !answers.verdicts.contains_key(key);
        let alike = self.cards.iter().map(|card| &card.key).filter(|key| key.pass == at.pass && open(key));
        // What no policy could single out cannot be left out of the plan; it is asked on its own.
        let skipped: Vec<(Key, Verdict)> = alike.filter_map(|key| Some((key.clone(), self.skip(key)?))).collect();
        let keys: Vec<Key> = skipped.iter().map(|(key, _)| key.clone()).collect();
        answers.verdicts.extend(skipped);
        if self.take(answers, &keys) {
            self.next(Some(at));
            self.say(format!("{}: skipped {} this time", at.pass, counted(keys.len(), "finding")));
        }
    }

    /// What skipping a finding this time means; none where that cannot be said.
    fn skip(&self, key: &Key) -> Option<Verdict> {
        match &self.judged(key)?.finding.remedy {
            Remedy::Fix(_) => self.can_be_named(key).then_some(Verdict::Skip),
            Remedy::Manual(_) | Remedy::Undetermined(_) => Some(Verdict::Leave),
        }
    }

    /// Plans anew under these answers; where that cannot be, nothing changes and it is said why.
    pub(super) fn take(&mut self, answers: Answers, decided: &[Key]) -> bool {
        let proposed = match self.planner.plan(&answers) {
            Ok(proposed) => proposed,
            Err(what) => {
                self.say(what);
                return false;
            }
        };
        self.cards = deck::deal(&proposed.plan, &answers);
        (self.proposed, self.answers) = (proposed, answers);
        for key in decided {
            self.changed.remove(key);
            self.remember(key.clone());
        }
        self.doubt();
        true
    }

    pub(super) fn remember(&mut self, key: Key) {
        let fix = self.fix(&key);
        self.decided_on.insert(key, fix);
    }

    /// What the fix of a finding does, to tell whether an answer changed it.
    fn fix(&self, key: &Key) -> Option<String> {
        match &self.judged(key)?.finding.remedy {
            Remedy::Fix(fix) => Some(format!("{:?}", fix.edits)),
            Remedy::Manual(_) | Remedy::Undetermined(_) => None,
        }
    }

    /// What was decided about a fix that is another one by now is asked again.
    fn doubt(&mut self) {
        let keys: Vec<Key> = self.answers.verdicts.keys().cloned().collect();
        for key in keys {
            let on_the_fix = matches!(self.answers.verdicts[&key], Verdict::Apply { .. } | Verdict::Leave);
            let is_there = self.judged(&key).is_some();
            if on_the_fix && is_there && self.decided_on.get(&key) != Some(&self.fix(&key)) {
                self.answers.verdicts.remove(&key);
                self.changed.insert(key);
            }
        }
    }

    /// The next question that nobody answered, behind this one and then from the beginning; the end where there is none.
    pub(super) fn next(&mut self, at: Option<&Key>) {
        let from = at.and_then(|at| self.cards.iter().position(|card| card.key == *at)).map_or(0, |at| at + 1);
        let from = from.min(self.cards.len());
        let (before, behind) = self.cards.split_at(from);
        let open = behind.iter().chain(before).find(|card| !self.answers.verdicts.contains_key(&card.key));
        let state = open.map_or(State::Closing, |card| State::Asking(card.key.clone()));
        self.enter(state);
    }

    /// The question before this one.
    pub(super) fn back(&mut self, at: &Key) {
        let position = self.cards.iter().position(|card| card.key == *at);
        let before = position.and_then(|position| self.cards.get(position.checked_sub(1)?));
        let state = before.map_or(State::Opening, |card| State::Asking(card.key.clone()));
        self.enter(state);
    }
}
