//! The report for programs. Versioned; the schema is generated from these types and committed as `schemas/report.schema.json`.

mod stream;

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::edit::Edit;
use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::pass::{Applicability, Obstacle, Provenance, Remedy, Risk, Verdict};
use ecs_harden_transforms::read::LineIndex;
use ecs_harden_transforms::waiver::{Waiver, WaiverState};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::plan::{Plan, Refusal, RefusalKind, Standing};
use crate::source::Origin;

pub use stream::{Stream, entry};

/// The version of the report: it changes when a member changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// The report of one run.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version of this form of report.
    pub version: u32,
    /// The version of ecs-harden that made it.
    pub tool_version: &'static str,
    /// Every file, in the order in which it was looked at.
    pub files: Vec<File>,
}

/// What there is to say about one file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// The file as it was named, or its path from the current directory.
    pub path: String,
    /// What it amounts to.
    pub status: Status,
    /// Why there is nothing else to say about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalReport>,
    /// The family of the task definition, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// What the task definition may be launched on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The policy in force; absent where built-in defaults stand alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Every finding, in source order.
    pub findings: Vec<Finding>,
    /// RFC 6902 operations of all applied fixes together: on the parsed old file they give the parsed new one.
    #[schemars(with = "Vec<Json>")]
    pub ops: json_patch::Patch,
    /// Whether the hardened document was written; absent where nothing was to be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<bool>,
}

/// What a file amounts to.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Something is weak.
    Weak,
    /// Nothing is known to be weak, and something cannot be told.
    Undetermined,
    /// Everything was read and nothing is weak.
    Clean,
    /// It could not be worked on.
    Refused,
    /// It holds something else, and nobody named it.
    Skipped,
}

/// Why a file was refused.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefusalReport {
    /// The reason.
    pub message: String,
    /// What to do next.
    pub next_step: String,
    /// The line, counted from 1, where a place is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column in characters, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

/// What a task definition may be launched on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Launch types, as the API names them.
    pub launch_types: Vec<&'static str>,
    /// How they became known.
    pub known_from: &'static str,
    /// The operating system.
    pub operating_system: &'static str,
}

/// One weakness at one place.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The pass that found it.
    pub pass: &'static str,
    /// critical, high, medium or low.
    pub severity: &'static str,
    /// Controls and rules of others that look for the same.
    pub controls: Vec<&'static str>,
    /// RFC 6901 pointer, in this file, to what the span marks.
    pub pointer: String,
    /// What to mark.
    pub span: SpanReport,
    /// Pointer to the weak place in the shape of `RegisterTaskDefinition`; the member may be missing.
    pub canonical_path: String,
    /// The name of the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// What within the container it is about.
    pub subject: String,
    /// What is weak.
    pub message: String,
    /// safe, unsafe or manual; absent where it cannot be told whether there is a weakness.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applicability: Option<&'static str>,
    /// What became of it.
    pub decision: &'static str,
    /// The waiver that is about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<WaiverReport>,
    /// What the fix does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// The edits of the fix, on canonical paths.
    pub edits: Vec<EditReport>,
    /// The operations of this fix alone, on the file's own document.
    #[schemars(with = "Vec<Json>")]
    pub ops: json_patch::Patch,
    /// The values that the fix rests on.
    pub values: Vec<ValueReport>,
    /// What the fix may break.
    pub risks: Vec<RiskReport>,
    /// Why it is left, and what to do next.
    pub obstacles: Vec<ObstacleReport>,
    /// What other rules say, before and after.
    pub verdicts: Vec<VerdictReport>,
}

/// A decision to live with findings.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaiverReport {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// That day is over, so the finding counts.
    pub expired: bool,
    /// File and line.
    pub written: String,
}

/// A range of the file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpanReport {
    /// Byte offset of the start.
    pub start: usize,
    /// Byte offset after the end.
    pub end: usize,
    /// Line of the start, counted from 1.
    pub line: usize,
    /// Column of the start in characters, counted from 1.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column after the end.
    pub end_column: usize,
}

/// One edit on a canonical path.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "action")]
pub enum EditReport {
    /// The value at the path becomes this one.
    Set {
        /// Canonical pointer.
        path: String,
        /// The value.
        value: Json,
    },
    /// The list at the path gets this element at its end.
    Append {
        /// Canonical pointer to the list.
        path: String,
        /// The element.
        value: Json,
    },
    /// What is at the path goes away.
    Remove {
        /// Canonical pointer.
        path: String,
    },
}

/// A value that a fix rests on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValueReport {
    /// The value, in words.
    pub what: String,
    /// Who vouches for it.
    pub provenance: &'static str,
    /// Nobody does.
    pub guess: bool,
}

/// What a fix may break.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RiskReport {
    /// The scenario.
    pub breaks: String,
    /// How to find out.
    pub test: String,
}

/// Why a finding is left.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObstacleReport {
    /// The reason.
    pub reason: String,
    /// What to do next.
    pub next_step: String,
}

/// What another rule says.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerdictReport {
    /// The rule.
    pub rule: &'static str,
    /// Whether the definition passes it now.
    pub before: bool,
    /// Whether it passes with the fix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<bool>,
}

impl Report {
    /// A report of these files.
    pub const fn new(files: Vec<File>) -> Self {
        Self { version: VERSION, tool_version: env!("CARGO_PKG_VERSION"), files }
    }

    /// The report as text, with a newline at its end.
    pub fn render(&self) -> String {
        let mut text =
            serde_json::to_string_pretty(self).expect("plain values under string keys can be written as JSON");
        text.push('\n');
        text
    }
}

/// The report about a file that was read.
pub fn planned(shown: &str, plan: &Plan, policy: Option<&str>, written: Option<bool>) -> File {
    let intent = &plan.outcome.intent;
    let lines = plan.document.lines();
    let task = ecs_harden_transforms::model::TaskView::new(&plan.document);
    File {
        path: shown.to_owned(),
        status: match plan.standing() {
            Standing::Weak => Status::Weak,
            Standing::Undetermined => Status::Undetermined,
            Standing::Clean => Status::Clean,
        },
        refusal: None,
        family: task.family().map(str::to_owned),
        target: Some(Target {
            launch_types: intent.target.types.iter().map(|launch_type| launch_type.name()).collect(),
            known_from: intent.target.source.phrase(),
            operating_system: intent.os.name(),
        }),
        policy: policy.map(str::to_owned),
        findings: plan.outcome.findings.iter().map(|judged| finding(plan, &lines, judged)).collect(),
        ops: plan.outcome.ops.clone(),
        written,
    }
}

/// The report about a file that was refused.
pub fn refused(shown: &str, refusal: &Refusal, origin: Origin) -> File {
    let skipped = refusal.kind == RefusalKind::Foreign && origin == Origin::Walked;
    File {
        path: shown.to_owned(),
        status: if skipped { Status::Skipped } else { Status::Refused },
        refusal: Some(RefusalReport {
            message: refusal.message.clone(),
            next_step: refusal.next_step.clone(),
            line: refusal.at.map(|at| at.0),
            column: refusal.at.map(|at| at.1),
        }),
        family: None,
        target: None,
        policy: None,
        findings: Vec::new(),
        ops: json_patch::Patch(Vec::new()),
        written: None,
    }
}

fn finding(plan: &Plan, lines: &LineIndex<'_>, judged: &Judged) -> Finding {
    let finding = &judged.finding;
    let fix = match &finding.remedy {
        Remedy::Fix(fix) => Some(fix),
        _ => None,
    };
    Finding {
        pass: finding.pass.id.0,
        severity: finding.pass.severity.name(),
        controls: finding.controls.clone(),
        pointer: pointer(&plan.document, judged),
        span: span(&plan.document, lines, judged),
        canonical_path: finding.place.to_string(),
        container: finding.container.as_ref().and_then(|container| container.name.clone()),
        subject: finding.subject.clone(),
        message: finding.message.clone(),
        applicability: finding.remedy.applicability().map(Applicability::name),
        decision: match judged.decision {
            Decision::Applied => "applied",
            Decision::Waived => "waived",
            Decision::Withheld(_) => "withheld",
            Decision::Manual => "manual",
            Decision::Undetermined => "undetermined",
        },
        waiver: plan.waiver(judged).map(waiver),
        fix: fix.map(|fix| fix.title.clone()),
        edits: fix.map(|fix| fix.edits.iter().map(edit).collect()).unwrap_or_default(),
        ops: judged.ops(&plan.document),
        values: fix.map(|fix| fix.values.iter().map(value).collect()).unwrap_or_default(),
        risks: fix.map(|fix| fix.risks.iter().map(risk).collect()).unwrap_or_default(),
        obstacles: judged.obstacles().iter().map(obstacle).collect(),
        verdicts: finding.verdicts.iter().map(verdict).collect(),
    }
}

/// The nearest place that exists in the file, from the weak place upwards.
fn pointer(document: &Document, judged: &Judged) -> String {
    let mut path = judged.finding.place.clone();
    loop {
        if document.node(&path).is_some() {
            return document.place(&path).map(|place| place.to_string()).unwrap_or_default();
        }
        match path.split_last() {
            Some((above, _)) => path = above,
            None => return String::new(),
        }
    }
}

fn span(document: &Document, lines: &LineIndex<'_>, judged: &Judged) -> SpanReport {
    let span = document.mark(&judged.finding.place);
    let ((line, column), (end_line, end_column)) = (lines.position(span.start), lines.position(span.end));
    SpanReport { start: span.start, end: span.end, line, column, end_line, end_column }
}

fn edit(edit: &Edit) -> EditReport {
    match edit {
        Edit::Set { path, value } => EditReport::Set { path: path.to_string(), value: value.clone() },
        Edit::Append { array, value } => EditReport::Append { path: array.to_string(), value: value.clone() },
        Edit::Remove { path } => EditReport::Remove { path: path.to_string() },
    }
}

fn value(value: &ecs_harden_transforms::pass::Vouched<String>) -> ValueReport {
    let guess = value.by == Provenance::BuiltInDefault;
    ValueReport { what: value.value.clone(), provenance: value.by.phrase(), guess }
}

fn waiver(waiver: &Waiver) -> WaiverReport {
    WaiverReport {
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        expires: waiver.expires.clone(),
        expired: waiver.state == WaiverState::Expired,
        written: waiver.written.clone(),
    }
}

fn risk(risk: &Risk) -> RiskReport {
    RiskReport { breaks: risk.breaks.clone(), test: risk.test.clone() }
}

fn obstacle(obstacle: &Obstacle) -> ObstacleReport {
    ObstacleReport { reason: obstacle.reason.clone(), next_step: obstacle.next_step.clone() }
}

fn verdict(verdict: &Verdict) -> VerdictReport {
    VerdictReport { rule: verdict.rule, before: verdict.before, after: verdict.after }
}
