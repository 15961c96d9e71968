//! The report of `check` for people: each finding with its place, its reason, its remedy and what the remedy may break.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Message, Renderer, Snippet};
use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::masking;
use ecs_harden_transforms::model::{Os, TaskView};
use ecs_harden_transforms::pass::{Fix, Provenance, Remedy, Severity, Verdict};
use ecs_harden_transforms::read::LineIndex;
use ecs_harden_transforms::tree::Span;

use super::{clean, counted};
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
    let mut report = String::new();
    let about = About { shown, plan, lines: plan.document.lines(), sensitive: masking::sensitive(&plan.document) };
    for judged in &plan.outcome.findings {
        report.push_str(&finding(&about, judged, drawing));
    }
    if drawing.verbosity != Verbosity::Quiet
        && (plan.standing() != Standing::Clean || drawing.verbosity == Verbosity::Verbose || guessed_windows(plan))
    {
        report.push_str(&closing(shown, plan));
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
    sensitive: Vec<Span>,
}

fn finding(about: &About<'_>, judged: &Judged, drawing: Drawing) -> String {
    let About { shown, plan, .. } = about;
    let (line, column) = plan.position(&about.lines, judged);
    let message = clean(&judged.finding.message);
    let (pass, severity) = (judged.finding.pass, severity(judged));
    if drawing.verbosity == Verbosity::Quiet {
        return format!("{}:{line}:{column}: {severity}: {message} [{}]\n", clean(shown), pass.id);
    }
    let excerpt = Excerpt::of(about, plan.document.mark(&judged.finding.place));
    let snippet = Snippet::source(excerpt.text.as_str())
        .line_start(line)
        .annotation(AnnotationKind::Primary.span(excerpt.mark.start..excerpt.mark.end).label(label(plan, judged)));
    let title = level(judged).with_name(severity).primary_title(message).id(pass.id.0);
    let group = title.element(snippet).elements(notes(judged));
    let renderer = if drawing.coloured { Renderer::styled() } else { Renderer::plain() };
    let drawn = renderer.decor_style(DecorStyle::Ascii).render(&[group]);
    format!("{}:{line}:{column}\n{drawn}\n\n", clean(shown))
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
        let shown = |from, to| clean(&masking::masked(text, Span::new(from, to), &about.sensitive));
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

fn note(name: &str, text: impl Into<String>) -> Message<'static> {
    Level::NOTE.with_name(name.to_owned()).message(clean(&text.into()))
}

fn notes(judged: &Judged) -> Vec<Message<'static>> {
    let finding = &judged.finding;
    let mut notes = Vec::new();
    if !finding.controls.is_empty() {
        notes.push(note("control", finding.controls.join(", ")));
    }
    notes.extend(finding.verdicts.iter().map(|verdict| note("verdict", verdict_text(verdict))));
    if let Remedy::Fix(fix) = &finding.remedy {
        notes.extend(fix_notes(fix));
    }
    for obstacle in judged.obstacles() {
        let name = match (&finding.remedy, judged.decision) {
            (Remedy::Undetermined(_), _) => "undetermined",
            (_, Decision::Withheld(_)) => "withheld",
            _ => "manual",
        };
        notes.push(note(name, obstacle.reason));
        notes.push(note("next", obstacle.next_step));
    }
    notes
}

fn fix_notes(fix: &Fix) -> Vec<Message<'static>> {
    let mut notes = vec![note("fix", format!("{} ({})", fix.title, fix.applicability.name()))];
    for value in &fix.values {
        let guess = if value.by == Provenance::BuiltInDefault { ", a guess" } else { "" };
        notes.push(note("rests on", format!("{}: {}{guess}", value.value, value.by.phrase())));
    }
    for risk in &fix.risks {
        notes.push(note("may break", risk.breaks.clone()));
        notes.push(note("test", risk.test.clone()));
    }
    notes
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
fn closing(shown: &str, plan: &Plan) -> String {
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
    format!("{}: {what}; target {target}\n", clean(shown))
}
