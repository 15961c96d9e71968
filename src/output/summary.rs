//! What `fix` says after its work: fixed N of M, and every leftover with its reason and next step.

use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::intent::Withheld;
use ecs_harden_transforms::pass::{Provenance, Remedy};
use ecs_harden_transforms::read::LineIndex;

use super::origin::{Origin, Origins};
use super::{begun_with, clean, counted};
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
        return format!("{}: nothing to fix\n", begun_with(shown));
    }
    let told = if undetermined > 0 { format!(", {undetermined} undetermined") } else { String::new() };
    let mut lines = vec![format!("{}: {verb} {fixed} of {}{told}", begun_with(shown), counted(weak.len(), "finding"))];
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
        if judged.decision == Decision::Withheld(Withheld::RestsOnDefault) {
            lines.push(format!("    guesses: {}", clean(&guessed(judged))));
        }
        lines.push(format!("    next: {}", clean(&obstacle.next_step)));
    }
    lines
}

/// The values that nobody vouches for.
fn guessed(judged: &Judged) -> String {
    let Remedy::Fix(fix) = &judged.finding.remedy else { return String::new() };
    let guessed = fix.values.iter().filter(|value| value.by == Provenance::BuiltInDefault);
    guessed.map(|value| value.value.as_str()).collect::<Vec<_>>().join("; ")
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

/// What the applied fixes rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// Who vouches, and where that is written.
    pub by: String,
    /// The values, a line for each container.
    pub values: Vec<String>,
}

/// Entries by key, in the order in which keys came.
type Keyed<V> = Vec<(String, V)>;

/// What the values of the applied fixes rest on, in the order of the findings.
pub fn grounds(shown: &str, plan: &Plan) -> Vec<Ground> {
    let lines = plan.document.lines();
    let origins = Origins { shown, plan, lines: &lines };
    let mut grounds: Keyed<Keyed<Vec<&str>>> = Vec::new();
    for judged in plan.outcome.findings.iter().filter(|judged| judged.decision == Decision::Applied) {
        let Remedy::Fix(fix) = &judged.finding.remedy else { continue };
        let whose = judged.finding.container.as_ref().map_or_else(
            || "the task".to_owned(),
            |container| container.name.clone().unwrap_or_else(|| format!("#{}", container.index)),
        );
        for value in &fix.values {
            let of_it =
                entry(entry(&mut grounds, vouching(&origins.of(judged, value.by), value.by.kind)), whose.clone());
            if !of_it.contains(&value.value.as_str()) {
                of_it.push(&value.value);
            }
        }
    }
    let ground = |(by, values): (String, Keyed<Vec<&str>>)| Ground {
        by,
        values: values.into_iter().map(|(whose, values)| format!("{whose}: {}", values.join("; "))).collect(),
    };
    grounds.into_iter().map(ground).collect()
}

/// Who vouches, and where.
fn vouching(origin: &Origin, kind: Provenance) -> String {
    let guess = if kind == Provenance::BuiltInDefault { ", a guess" } else { "" };
    let written = origin.place().or_else(|| origin.name.clone());
    let written = written.map(|written| format!(" ({written})")).unwrap_or_default();
    format!("{}{guess}{written}", kind.phrase())
}

/// What stands under a key.
fn entry<V: Default>(entries: &mut Keyed<V>, key: String) -> &mut V {
    let at = entries.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        entries.push((key, V::default()));
        entries.len() - 1
    });
    &mut entries[at].1
}
