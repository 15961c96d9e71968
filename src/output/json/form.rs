//! The form of the report for programs. Versioned; the schema is generated from these types and committed as
//! `schemas/report.schema.json`.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

/// The version of the report: it changes when a member changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// The report of one run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
    /// Whether it decides the exit status of `check`, and why not; absent where another command reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
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

/// Whether a finding decides the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Gate {
    /// It does.
    Counts,
    /// Its severity is below that of `--fail-on`.
    Minor,
    /// Whether there is a weakness cannot be told, and nobody said `--strict`.
    Undetermined,
    /// The baseline holds it.
    Known,
    /// Somebody decided to live with it.
    Waived,
}

/// A decision to live with findings.
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValueReport {
    /// The value, in words.
    pub what: String,
    /// Who vouches for it.
    pub provenance: &'static str,
    /// Nobody does.
    pub guess: bool,
    /// Where one can read what the voucher says; absent where that is nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceReport>,
}

/// Where one can read why a value is what it is. Never what is written there.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceReport {
    /// The key of a policy, the flag, the variable, the entry of the catalogue, the member, the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The file that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in that file, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What that rests on in turn: the sources of an entry, the lines of logs that a setting was learnt from, the address of a page.
    pub references: Vec<String>,
}

/// What a fix may break.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RiskReport {
    /// The scenario.
    pub breaks: String,
    /// How to find out.
    pub test: String,
}

/// Why a finding is left.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObstacleReport {
    /// The reason.
    pub reason: String,
    /// What to do next.
    pub next_step: String,
}

/// What another rule says.
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
        let text = serde_json::to_string_pretty(self).expect("plain values under string keys can be written as JSON");
        // Runners take this for a command anywhere in a line. It stands within strings alone, where it can be written otherwise.
        let mut text = text.replace("##[", r"#\u0023[");
        text.push('\n');
        text
    }
}
