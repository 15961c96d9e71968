//! Why the values of one finding are what they are: each with who vouches for it, and everything that one can read about that.

use ecs_harden_transforms::engine::Judged;
use ecs_harden_transforms::pass::{Provenance, Remedy};

use super::{About, Drawing, Values, finding, obstacle_notes};
use crate::context::Verbosity;
use crate::output::clean;
use crate::plan::Plan;

/// The finding, and below it each value of its fix with all its sources. What stays tells why.
pub fn why(shown: &str, plan: &Plan, judged: &Judged, drawing: Drawing) -> String {
    let about = About::of(shown, plan, Values::Apart);
    let quiet = drawing.verbosity == Verbosity::Quiet;
    let mut block = finding(&about, judged, drawing);
    if quiet {
        let told = obstacle_notes(judged).into_iter().map(|note| format!("  {}: {}\n", note.name, note.text));
        block.extend(told);
    }
    let Remedy::Fix(fix) = &judged.finding.remedy else { return block };
    let mut lines = Vec::new();
    if !quiet {
        lines.push("what it rests on:".to_owned());
    }
    for value in &fix.values {
        let kind = value.by.kind;
        let guess = if kind == Provenance::BuiltInDefault { ", a guess" } else { "" };
        lines.push(format!("  {}: {}{guess}", clean(&value.value), kind.phrase()));
        let sources = about.origins().of(judged, value.by).lines(kind);
        lines.extend(sources.iter().map(|source| format!("    {}", clean(source))));
    }
    if !quiet && fix.weakest() == Provenance::BuiltInDefault {
        let page = judged.finding.pass.id;
        lines.push(format!("a guess becomes a fact by a setting: `ecs-harden explain {page}` names them"));
    }
    format!("{block}{}\n", lines.join("\n"))
}
