//! The report of `check` for people: each finding with its place, its reason, its remedy and what the remedy may break.

mod block;
mod why;

use annotate_snippets::Level;
use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::masking;
use ecs_harden_transforms::model::{Os, TaskView};
use ecs_harden_transforms::pass::{Fix, Provenance, Remedy, Severity, Verdict, Vouched};
use ecs_harden_transforms::read::LineIndex;
use ecs_harden_transforms::tree::Span;

use block::{Block, Note};
pub use why::why;

use super::origin::Origins;
use super::{begun_with, clean, counted};
use crate::context::Verbosity;
use crate::plan::{Plan, Refusal, Standing};

/// How a report is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Drawing {
    /// With colour or without.
    pub coloured: bool,
    /// How much is told.
    pub verbosity: Verbosity,
}

/// The report about one file that was read; empty for a clean one unless more is to be told.
pub fn report(shown: &str, plan: &Plan, drawing: Drawing) -> String {
    report_of_new(shown, plan, drawing, &[])
}

/// The same without those findings that are marked as known from the baseline.
pub fn report_of_new(shown: &str, plan: &Plan, drawing: Drawing, known: &[bool]) -> String {
    let mut report = String::new();
    let about = About::of(shown, plan, Values::Inline);
    for (position, judged) in plan.outcome.findings.iter().enumerate() {
        match judged.decision {
            _ if known.get(position) == Some(&true) => {
                if drawing.verbosity == Verbosity::Verbose {
                    report.push_str(&in_the_baseline(&about, judged));
                }
            }
            Decision::Waived if drawing.verbosity < Verbosity::Verbose => {}
            Decision::Waived => report.push_str(&waived(&about, judged)),
            _ => report.push_str(&finding(&about, judged, drawing)),
        }
    }
    if drawing.verbosity != Verbosity::Quiet
        && (plan.standing() != Standing::Clean
            || plan.waived().next().is_some()
            || drawing.verbosity == Verbosity::Verbose
            || guessed_windows(plan))
    {
        report.push_str(&closing(shown, plan, known.iter().filter(|known| **known).count()));
    }
    report
}

/// The report about one file that was refused.
pub fn refusal(shown: &str, refusal: &Refusal) -> String {
    let place = refusal.at.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
    format!("{}{place}: {}\n  hint: {}\n", clean(shown), clean(&refusal.message), clean(&refusal.next_step))
}

/// What the report of every finding of one file needs.
struct About<'a> {
    shown: &'a str,
    plan: &'a Plan,
    lines: LineIndex<'a>,
    sensitive: &'a [Span],
    values: Values,
}

/// Where the values of a fix are told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    /// Among the notes on the finding.
    Inline,
    /// Elsewhere.
    Apart,
}

impl<'a> About<'a> {
    fn of(shown: &'a str, plan: &'a Plan, values: Values) -> Self {
        Self { shown, plan, lines: plan.document.lines(), sensitive: &plan.outcome.sensitive, values }
    }

    const fn origins(&self) -> Origins<'_> {
        Origins { shown: self.shown, plan: self.plan, lines: &self.lines }
    }
}

fn finding(about: &About<'_>, judged: &Judged, drawing: Drawing) -> String {
    let About { shown, plan, .. } = about;
    let (line, column) = plan.position(&about.lines, judged);
    let message = clean(&judged.finding.message);
    let (pass, severity) = (judged.finding.pass, severity(judged));
    if drawing.verbosity == Verbosity::Quiet {
        return format!("{}:{line}:{column}: {severity}: {message} [{}]\n", begun_with(shown), pass.id);
    }
    let excerpt = Excerpt::of(about, plan.document.mark(&judged.finding.place));
    let mut notes = notes(about, judged);
    if let Some(waiver) = plan.waiver(judged)
        && let Some(day) = &waiver.expires
    {
        notes.push(note("waiver", format!("expired on {day}: {} ({})", waiver.reason, waiver.written)));
    }
    let block = Block {
        level: level(judged),
        severity,
        message,
        id: pass.id.0,
        line,
        excerpt: excerpt.text,
        mark: excerpt.mark,
        label: label(plan, judged),
        notes,
    };
    format!("{}:{line}:{column}\n{}\n\n", begun_with(shown), block.draw(drawing.coloured))
}

/// One line on a finding that somebody decided to live with.
fn waived(about: &About<'_>, judged: &Judged) -> String {
    let (line, column) = about.plan.position(&about.lines, judged);
    let Some(waiver) = about.plan.waiver(judged) else { return String::new() };
    let (message, reason) = (clean(&judged.finding.message), clean(&waiver.reason));
    let (shown, pass, written) = (begun_with(about.shown), judged.finding.pass.id, clean(&waiver.written));
    format!("{shown}:{line}:{column}: waived: {message} [{pass}]: {reason} ({written})\n")
}

/// One line on a finding that the baseline holds.
fn in_the_baseline(about: &About<'_>, judged: &Judged) -> String {
    let (line, column) = about.plan.position(&about.lines, judged);
    let (shown, message, pass) = (begun_with(about.shown), clean(&judged.finding.message), judged.finding.pass.id);
    format!("{shown}:{line}:{column}: in the baseline: {message} [{pass}]\n")
}

/// The severity, or that it is not known whether there is one.
fn severity(judged: &Judged) -> &'static str {
    match judged.decision {
        Decision::Undetermined => "undetermined",
        _ => judged.finding.pass.severity.name(),
    }
}

fn level(judged: &Judged) -> Level<'static> {
    match (judged.decision, judged.finding.pass.severity) {
        (Decision::Undetermined, _) => Level::NOTE,
        (_, Severity::Critical | Severity::High) => Level::ERROR,
        (_, Severity::Medium) => Level::WARNING,
        (_, Severity::Low) => Level::INFO,
    }
}

/// What stands at the mark: the member itself, or that it is missing.
fn label(plan: &Plan, judged: &Judged) -> String {
    let place = &judged.finding.place;
    let subject = place.steps().last();
    match (plan.document.node(place), subject) {
        (None, Some(ecs_harden_transforms::tree::Step::Key(name))) => format!("no `{name}` here"),
        _ => String::new(),
    }
}

/// The source lines that a mark begins on, masked, and the mark within them.
struct Excerpt {
    text: String,
    mark: Span,
}

impl Excerpt {
    fn of(about: &About<'_>, mark: Span) -> Self {
        let text = about.plan.document.text();
        let start = text[..mark.start].rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
        let end = text[mark.start..].find(['\n', '\r']).map_or(text.len(), |newline| mark.start + newline);
        // One-line files are long: a window around the mark is enough.
        let start = boundary(text, start.max(mark.start.saturating_sub(60)));
        let end = boundary(text, end.min(mark.end.max(mark.start) + 60)).max(mark.start);
        let shown = |from, to| clean(&masking::masked(text, Span::new(from, to), about.sensitive));
        let marked_end = mark.end.min(end);
        let before = shown(start, mark.start);
        let (marked, after) = (shown(mark.start, marked_end), shown(marked_end, end));
        let before = before.trim_start_matches('\u{feff}').to_owned();
        // A mark needs something to stand under.
        let filler = if marked.is_empty() && after.is_empty() { " " } else { "" };
        let mark = Span::new(before.len(), before.len() + marked.len().max(1));
        Self { text: format!("{before}{marked}{after}{filler}"), mark }
    }
}

/// The nearest character boundary at or before `offset`.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

fn note(name: &'static str, text: impl AsRef<str>) -> Note {
    Note { name, text: clean(text.as_ref()) }
}

fn notes(about: &About<'_>, judged: &Judged) -> Vec<Note> {
    let finding = &judged.finding;
    let mut notes = Vec::new();
    if !finding.controls.is_empty() {
        notes.push(note("control", finding.controls.join(", ")));
    }
    notes.extend(finding.verdicts.iter().map(|verdict| note("verdict", verdict_text(verdict))));
    if let Remedy::Fix(fix) = &finding.remedy {
        notes.extend(fix_notes(about, judged, fix));
    }
    notes.extend(obstacle_notes(judged));
    notes
}

/// Why a finding stays, and what to do.
fn obstacle_notes(judged: &Judged) -> Vec<Note> {
    let name = match (&judged.finding.remedy, judged.decision) {
        (Remedy::Undetermined(_), _) => "undetermined",
        (_, Decision::Withheld(_)) => "withheld",
        _ => "manual",
    };
    let obstacles = judged.obstacles().into_iter();
    obstacles.flat_map(|obstacle| [note(name, obstacle.reason), note("next", obstacle.next_step)]).collect()
}

fn fix_notes(about: &About<'_>, judged: &Judged, fix: &Fix) -> Vec<Note> {
    let mut notes = vec![note("fix", format!("{} ({})", fix.title, fix.applicability.name()))];
    if about.values == Values::Inline {
        notes.extend(fix.values.iter().map(|value| note("rests on", rests_on(about, judged, value))));
    }
    for risk in &fix.risks {
        notes.push(note("may break", &risk.breaks));
        notes.push(note("test", &risk.test));
    }
    notes
}

/// A value, who vouches for it, and where that is written.
fn rests_on(about: &About<'_>, judged: &Judged, value: &Vouched<String>) -> String {
    let kind = value.by.kind;
    let guess = if kind == Provenance::BuiltInDefault { ", a guess" } else { "" };
    let written = about.origins().of(judged, value.by).short(kind);
    let written = written.map(|written| format!(" ({written})")).unwrap_or_default();
    format!("{}: {}{guess}{written}", value.value, kind.phrase())
}

fn verdict_text(verdict: &Verdict) -> String {
    let words = |passes| if passes { "passes" } else { "fails" };
    let after = verdict.after.map(|after| format!(", {} with the fix", words(after))).unwrap_or_default();
    format!("{} {} now{after}", verdict.rule, words(verdict.before))
}

/// Windows tasks have less to be mended, so to take one for Windows must never happen in silence.
fn guessed_windows(plan: &Plan) -> bool {
    let set = TaskView::new(&plan.document).member("runtimePlatform").member("operatingSystemFamily");
    plan.outcome.intent.os == Os::Windows && set.text().known().is_none()
}

/// One line on the file as a whole.
fn closing(shown: &str, plan: &Plan, known: usize) -> String {
    let intent = &plan.outcome.intent;
    let guess = if guessed_windows(plan) { " (a guess; if it is not: --os linux)" } else { "" };
    let target = format!("{} ({}), {}{guess}", intent.target, intent.target.source.phrase(), intent.os);
    let weak = plan.weaknesses().count();
    let undetermined = plan.undetermined().count();
    let what = match plan.standing() {
        Standing::Clean => "clean".to_owned(),
        _ if undetermined == 0 => counted(weak, "finding"),
        _ => format!("{}, {undetermined} undetermined", counted(weak, "finding")),
    };
    let waived = match plan.waived().count() {
        0 => String::new(),
        waived => format!(", {waived} waived"),
    };
    let known = if known > 0 { format!(", {known} of that in the baseline") } else { String::new() };
    format!("{}: {what}{known}{waived}; target {target}\n", begun_with(shown))
}
