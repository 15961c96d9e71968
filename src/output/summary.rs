//! What `fix` says after its work: fixed N of M, and every leftover with its reason and next step.

use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::pass::{Provenance, Remedy};
use ecs_harden_transforms::read::LineIndex;

use super::{clean, counted};
use crate::plan::Plan;

/// What `fix` says after it wrote one file.
pub fn summary(shown: &str, plan: &Plan) -> String {
    told(shown, plan, "fixed")
}

/// What `diff` says beside its diff: what the fixes mend, and what would be left.
pub fn proposal(shown: &str, plan: &Plan) -> String {
    told(shown, plan, "would fix")
}

fn told(shown: &str, plan: &Plan, verb: &str) -> String {
    let weak: Vec<&Judged> = plan.weaknesses().collect();
    let fixed = weak.iter().filter(|judged| judged.decision == Decision::Applied).count();
    let undetermined = plan.undetermined().count();
    if weak.is_empty() && undetermined == 0 {
        return format!("{}: nothing to fix\n", clean(shown));
    }
    let told = if undetermined > 0 { format!(", {undetermined} undetermined") } else { String::new() };
    let mut lines = vec![format!("{}: {verb} {fixed} of {}{told}", clean(shown), counted(weak.len(), "finding"))];
    let index = plan.document.lines();
    lines.extend(plan.outcome.findings.iter().flat_map(|judged| leftover(plan, &index, judged)));
    match guesses(plan) {
        0 => {}
        1 => lines.push(format!("  1 fix rests {GUESSES}")),
        count => lines.push(format!("  {count} fixes rest {GUESSES}")),
    }
    lines.join("\n") + "\n"
}

const GUESSES: &str = "on built-in defaults, which are guesses: `ecs-harden check` names them and how to test each";

fn leftover(plan: &Plan, index: &LineIndex<'_>, judged: &Judged) -> Vec<String> {
    let word = match judged.decision {
        Decision::Applied | Decision::Waived => return Vec::new(),
        Decision::Withheld(_) => "withheld",
        Decision::Manual => "left",
        Decision::Undetermined => "undetermined",
    };
    let (line, _) = plan.position(index, judged);
    let mut lines =
        vec![format!("  {word}: line {line}: {} [{}]", clean(&judged.finding.message), judged.finding.pass.id)];
    for obstacle in judged.obstacles() {
        lines.push(format!("    because {}", clean(&obstacle.reason)));
        lines.push(format!("    next: {}", clean(&obstacle.next_step)));
    }
    lines
}

fn guesses(plan: &Plan) -> usize {
    let applied = plan.outcome.findings.iter().filter(|judged| judged.decision == Decision::Applied);
    applied
        .filter(
            |judged| matches!(&judged.finding.remedy, Remedy::Fix(fix) if fix.weakest() == Provenance::BuiltInDefault),
        )
        .count()
}

/// What the applied fixes may break, and how to find out, in the order of the findings.
pub fn risks(plan: &Plan) -> impl Iterator<Item = (String, String)> {
    let applied = plan.outcome.findings.iter().filter(|judged| judged.decision == Decision::Applied);
    let risks = applied.filter_map(|judged| match &judged.finding.remedy {
        Remedy::Fix(fix) => Some(&fix.risks),
        Remedy::Manual(_) | Remedy::Undetermined(_) => None,
    });
    risks.flatten().map(|risk| (risk.breaks.clone(), risk.test.clone()))
}
