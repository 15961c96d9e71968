//! What `fix` says after its work: fixed N of M, and every leftover with its reason and next step.

use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::pass::{Provenance, Remedy};

use super::{clean, counted};
use crate::plan::Plan;

/// The summary of one file.
pub fn summary(shown: &str, plan: &Plan) -> String {
    let weak: Vec<&Judged> = plan.weaknesses().collect();
    let fixed = weak.iter().filter(|judged| judged.decision == Decision::Applied).count();
    let undetermined = plan.undetermined().count();
    if weak.is_empty() && undetermined == 0 {
        return format!("{}: nothing to fix\n", clean(shown));
    }
    let mut text = format!("{}: fixed {fixed} of {}", clean(shown), counted(weak.len(), "finding"));
    if undetermined > 0 {
        text.push_str(&format!(", {undetermined} undetermined"));
    }
    text.push('\n');
    for judged in &plan.outcome.findings {
        text.push_str(&leftover(plan, judged));
    }
    let guesses = guesses(plan);
    if guesses > 0 {
        text.push_str(&format!(
            "  {} on built-in defaults, which are guesses: `ecs-harden check` names them and how to test each\n",
            if guesses == 1 { "1 fix rests".to_owned() } else { format!("{guesses} fixes rest") }
        ));
    }
    text
}

/// What `diff` says beside its diff: what the fixes mend, and what would be left.
pub fn proposal(shown: &str, plan: &Plan) -> String {
    summary(shown, plan).replacen(": fixed ", ": would fix ", 1)
}

fn leftover(plan: &Plan, judged: &Judged) -> String {
    let word = match judged.decision {
        Decision::Applied => return String::new(),
        Decision::Withheld(_) => "withheld",
        Decision::Manual => "left",
        Decision::Undetermined => "undetermined",
    };
    let (line, _) = plan.position(judged);
    let mut text = format!("  {word}: line {line}: {} [{}]\n", clean(&judged.finding.message), judged.finding.pass.id);
    for obstacle in judged.obstacles() {
        text.push_str(&format!("    because {}\n", clean(&obstacle.reason)));
        text.push_str(&format!("    next: {}\n", clean(&obstacle.next_step)));
    }
    text
}

fn guesses(plan: &Plan) -> usize {
    let applied = plan.outcome.findings.iter().filter(|judged| judged.decision == Decision::Applied);
    applied
        .filter(
            |judged| matches!(&judged.finding.remedy, Remedy::Fix(fix) if fix.weakest() == Provenance::BuiltInDefault),
        )
        .count()
}
