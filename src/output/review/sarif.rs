//! SARIF 2.1.0, as code scanning takes it: rules with their pages, results with fixes and with fingerprints that survive moved lines.
//!
//! The members and their meaning: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0; which of them GitHub reads: its
//! page "SARIF support for code scanning".

use ecs_harden_transforms::pass::{Pass, Severity};
use ecs_harden_transforms::passes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};

use super::{Gate, Item, Patch, Proposed, Replacement, Review, Reviewed, clean};

/// Where the published schema is.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What paths are relative to.
const BASE: &str = "%SRCROOT%";

/// What a path of a URI may hold as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The log of a review, with a newline at its end.
pub fn render(review: Review<'_>) -> String {
    let items = review.items();
    let used: Vec<&Pass> =
        passes::TABLE.into_iter().filter(|pass| items.iter().any(|item| item.pass() == pass.id)).collect();
    let run = json!({
        "tool": {"driver": {
            "name": "ecs-harden",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": used.iter().copied().map(rule).collect::<Vec<_>>(),
        }},
        "invocations": [{
            "executionSuccessful": review.refused().next().is_none(),
            "toolExecutionNotifications": review.proposed.iter().map(proposed).chain(review.refused().map(refused)).collect::<Vec<_>>(),
        }],
        "originalUriBaseIds": {BASE: {"description": {"text": "the top of the repository"}}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": items.iter().map(|item| result(item, &used)).collect::<Vec<_>>(),
    });
    let log = json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]});
    let mut text = serde_json::to_string_pretty(&log).expect("plain values under string keys can be written as JSON");
    text.push('\n');
    text
}

fn rule(pass: &Pass) -> Json {
    let mut tags = vec!["security"];
    tags.extend(pass.controls);
    json!({
        "id": pass.id.0,
        "shortDescription": {"text": pass.summary},
        "fullDescription": {"text": pass.summary},
        "help": {"text": pass.page, "markdown": pass.page},
        "defaultConfiguration": {"level": level(pass.severity)},
        "properties": {
            "tags": tags,
            "problem.severity": if pass.severity == Severity::Low { "recommendation" } else { level(pass.severity) },
            "security-severity": score(pass.severity),
        },
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// The number that GitHub makes the same word of.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn result(item: &Item<'_>, rules: &[&Pass]) -> Json {
    let finding = item.finding;
    let applied = finding.decision == "applied";
    let patch = item.reviewed.patch(item.position);
    let mut lines = vec![item.message()];
    lines.extend(item.advice());
    if applied && patch.is_none() {
        lines.push("the edits hold masked values: `ecs-harden fix` writes them".into());
    }
    let open = item.is_undetermined();
    let mut result = json!({
        "ruleId": finding.pass,
        "ruleIndex": rules.iter().position(|rule| rule.id == item.pass()),
        "kind": if open { "open" } else { "fail" },
        "level": if open { "none" } else { level(item.severity()) },
        "message": {"text": plain(&lines.join("\n"))},
        "locations": [location(item)],
        "partialFingerprints": {
            "ecsHarden/v1": item.fingerprint(""),
            "primaryLocationLineHash": format!("{}:1", item.fingerprint(&item.reviewed.path)),
        },
        "properties": {
            "decision": finding.decision,
            "applicability": finding.applicability,
            "canonicalPath": clean(&finding.canonical_path),
            "subject": clean(&finding.subject),
            "restsOn": finding.values.iter().map(|value| json!({
                "what": clean(&value.what), "provenance": value.provenance, "guess": value.guess,
            })).collect::<Vec<_>>(),
        },
    });
    if let Some(patch) = patch.filter(|_| applied) {
        result["fixes"] = json!([fix(item.reviewed, patch)]);
    }
    match item.gate() {
        Gate::Waived => {
            let reason = item.excuse().unwrap_or_default();
            result["suppressions"] = json!([{"kind": "external", "status": "accepted", "justification": reason}]);
        }
        Gate::Known => result["baselineState"] = json!("unchanged"),
        Gate::Counts | Gate::Minor | Gate::Undetermined => {}
    }
    result
}

fn location(item: &Item<'_>) -> Json {
    let span = &item.finding.span;
    let region = region((span.line, span.column), (span.end_line, span.end_column));
    let mut location =
        json!({"physicalLocation": {"artifactLocation": artifact(&item.reviewed.path), "region": region}});
    if let Some(container) = &item.finding.container {
        location["logicalLocations"] = json!([{"name": clean(container), "kind": "container"}]);
    }
    location
}

fn region(start: (usize, usize), end: (usize, usize)) -> Json {
    json!({"startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1})
}

fn artifact(path: &str) -> Json {
    json!({"uri": utf8_percent_encode(path, PATH).to_string(), "uriBaseId": BASE})
}

fn fix(reviewed: &Reviewed, patch: &Patch) -> Json {
    let replacement = |Replacement { start, end, text }: &Replacement| json!({"deletedRegion": region(*start, *end), "insertedContent": {"text": text}});
    json!({
        "description": {"text": plain(&clean(&patch.titles.join("; ")))},
        "artifactChanges": [{
            "artifactLocation": artifact(&reviewed.path),
            "replacements": patch.replacements.iter().map(replacement).collect::<Vec<_>>(),
        }],
    })
}

fn proposed(proposed: &Proposed) -> Json {
    let text = format!("{}; it counts once it is merged", clean(&proposed.what));
    notification("note", &text, &proposed.file, proposed.line.map(|line| (line, 1)))
}

fn refused(reviewed: &Reviewed) -> Json {
    let refusal = reviewed.file.refusal.as_ref();
    let text = refusal.map(|refusal| format!("{}\nnext: {}", clean(&refusal.message), clean(&refusal.next_step)));
    let at = refusal.and_then(|refusal| Some((refusal.line?, refusal.column?)));
    notification("error", &text.unwrap_or_default(), &reviewed.path, at)
}

fn notification(level: &str, text: &str, path: &str, at: Option<(usize, usize)>) -> Json {
    let mut place = json!({"artifactLocation": artifact(path)});
    if let Some((line, column)) = at {
        place["region"] = json!({"startLine": line, "startColumn": column});
    }
    json!({"level": level, "message": {"text": plain(text)}, "locations": [{"physicalLocation": place}]})
}

/// A message in which nothing is taken for a link: `[text](place)` is one, unless its bracket is escaped.
fn plain(text: &str) -> String {
    if text.contains("](") {
        text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
    } else {
        text.to_owned()
    }
}
