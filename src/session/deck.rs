//! The findings as questions: the worst first, those of one pass together.

use std::cmp::Reverse;

use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::intent::Withheld;
use ecs_harden_transforms::pass::Remedy;
use ecs_harden_transforms::passes;

use super::answers::{Answers, Key};
use crate::plan::Plan;

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    /// The finding.
    pub key: Key,
    /// Its position among those of the plan.
    pub position: usize,
}

/// The questions of a plan. What a policy waives or declines was answered before, and is no question again.
pub(super) fn deal(plan: &Plan, answers: &Answers) -> Vec<Card> {
    let findings = plan.outcome.findings.iter().enumerate();
    let mut cards: Vec<(_, Card)> = findings
        .map(|(position, judged)| (judged, Card { key: Key::from(&judged.finding), position }))
        .filter(|(judged, card)| !is_settled(judged) || answers.verdicts.contains_key(&card.key))
        .map(|(judged, card)| (rank(judged, card.position), card))
        .collect();
    cards.sort_by_key(|(rank, _)| *rank);
    cards.into_iter().map(|(_, card)| card).collect()
}

/// Whether somebody decided about it.
fn is_settled(judged: &Judged) -> bool {
    matches!(judged.decision, Decision::Waived | Decision::Withheld(Withheld::NotWanted))
}

/// What cannot be told comes last.
fn rank(judged: &Judged, position: usize) -> impl Ord + Copy + use<> {
    let is_undetermined = matches!(judged.finding.remedy, Remedy::Undetermined(_));
    let pass = judged.finding.pass;
    let at = passes::TABLE.iter().position(|known| *known == pass);
    (is_undetermined, Reverse(pass.severity), at, position)
}
