//! What another tool says of a definition, now and after the edits, by its own ids: what turns green, what does not and why.

use std::collections::BTreeSet;

use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::foreign::{Judgement, Rule, Tool};
use ecs_harden_transforms::model::TaskView;

use super::{begun_with, clean, counted};
use crate::plan::Plan;

/// The report about one file.
pub fn report(shown: &str, plan: &Plan, tool: Tool) -> String {
    let (before, after) =
        (TaskView::new(&plan.document), TaskView::new(plan.outcome.hardened.as_ref().unwrap_or(&plan.document)));
    let judged: Vec<(&Rule, Judgement, Judgement)> =
        tool.rules().iter().map(|rule| (rule, rule.judge(&before), rule.judge(&after))).collect();
    let of = |was: &dyn Fn(Judgement, Judgement) -> bool| -> Vec<&Rule> {
        judged.iter().filter(|(_, before, after)| was(*before, *after)).map(|(rule, ..)| *rule).collect()
    };
    let turns = of(&|before, after| before != Judgement::Passes && after == Judgement::Passes);
    let red = of(&|_, after| after == Judgement::Fails);
    let unknown = of(&|_, after| after == Judgement::Unknown);
    let green = of(&|before, after| before == Judgement::Passes && after == Judgement::Passes);
    let mut lines = vec![format!("{}: {} by its own ids, once the edits are made", begun_with(shown), tool.name())];
    lines.extend(listed("turns green", &turns));
    for rule in red {
        lines.extend(open("stays red", rule, plan));
    }
    for rule in unknown {
        lines.extend(open("cannot be told", rule, plan));
    }
    lines.extend(listed("green already", &green));
    let told = turns.iter().chain(&green).filter(|rule| !rule.note.is_empty());
    lines.extend(told.map(|rule| format!("  note on {}: {}", rule.id, rule.note)));
    lines.extend(beyond(plan, tool));
    lines.push(format!("  {}", tool.looks_at()));
    lines.join("\n") + "\n"
}

fn listed(what: &str, rules: &[&Rule]) -> Option<String> {
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id).collect();
    (!ids.is_empty()).then(|| format!("  {what}: {}", ids.join(", ")))
}

/// A rule that is not satisfied, with what stands in the way of each finding that is about the same.
fn open(what: &str, rule: &Rule, plan: &Plan) -> Vec<String> {
    let mut lines = vec![format!("  {what}: {}", rule.id)];
    if !rule.note.is_empty() {
        lines.push(format!("    {}", rule.note));
    }
    let index = plan.document.lines();
    for judged in plan.outcome.findings.iter().filter(|judged| is_about(rule, judged)) {
        let (line, _) = plan.position(&index, judged);
        let finding = &judged.finding;
        lines.push(format!("    line {line}: {} [{}]", clean(&finding.message), finding.pass.id));
        if let (Decision::Waived, Some(waiver)) = (judged.decision, plan.waiver(judged)) {
            lines.push(format!("      waived: {} ({})", clean(&waiver.reason), clean(&waiver.written)));
        }
        for obstacle in judged.obstacles() {
            lines.push(format!("      because {}", clean(&obstacle.reason)));
            lines.push(format!("      next: {}", clean(&obstacle.next_step)));
        }
    }
    lines
}

/// Whether a finding that stays is about what a rule looks for.
fn is_about(rule: &Rule, judged: &Judged) -> bool {
    judged.decision != Decision::Applied && rule.passes.contains(&judged.finding.pass.id.0)
}

/// The findings that no rule of the tool is about.
fn beyond(plan: &Plan, tool: Tool) -> Option<String> {
    let known = |judged: &&Judged| tool.rules().iter().any(|rule| rule.passes.contains(&judged.finding.pass.id.0));
    let beyond: Vec<&Judged> = plan.weaknesses().filter(|judged| !known(judged)).collect();
    let passes: BTreeSet<&str> = beyond.iter().map(|judged| judged.finding.pass.id.0).collect();
    let passes: Vec<&str> = passes.into_iter().collect();
    (!passes.is_empty()).then(|| {
        format!("  no rule of {} is about {} of {}", tool.name(), counted(beyond.len(), "finding"), passes.join(", "))
    })
}
