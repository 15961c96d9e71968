//! Code quality of GitLab: a list of issues, each with a fingerprint that no other has.
//!
//! The members: GitLab, "Code Quality", "Code Quality report format".

use ecs_harden_transforms::pass::Severity;
use serde_json::{Value as Json, json};

use super::{Item, Review, clean};

/// The report, with a newline at its end. What is waived or in the baseline is not in it.
pub fn render(review: Review<'_>) -> String {
    let refused = review.refused().map(|reviewed| {
        let refusal = reviewed.file.refusal.as_ref();
        let message = refusal.map(|refusal| format!("{}; {}", clean(&refusal.message), clean(&refusal.next_step)));
        let line = refusal.and_then(|refusal| refusal.line).unwrap_or(1);
        let fingerprint = super::fingerprint(&["refused", &reviewed.path]);
        issue(&message.unwrap_or_default(), "refused", &fingerprint, "blocker", (&reviewed.path, line))
    });
    let issues: Vec<Json> = refused.chain(review.open().iter().map(finding)).collect();
    let mut text = serde_json::to_string_pretty(&issues).expect("plain values can be written as JSON");
    text.push('\n');
    text
}

fn finding(item: &Item<'_>) -> Json {
    let severity = match (item.is_undetermined(), item.severity()) {
        (true, _) => "info",
        (_, Severity::Critical) => "blocker",
        (_, Severity::High) => "critical",
        (_, Severity::Medium) => "major",
        (_, Severity::Low) => "minor",
    };
    let mut sentences = vec![item.message()];
    // One line is shown; what may break stands in the other reports.
    sentences
        .extend(item.advice().into_iter().filter(|line| !line.starts_with("may break:") && !line.starts_with("test:")));
    let place = (item.reviewed.path.as_str(), item.finding.span.line);
    issue(&sentences.join("; "), item.finding.pass, &item.fingerprint(&item.reviewed.path), severity, place)
}

fn issue(description: &str, check: &str, fingerprint: &str, severity: &str, (path, line): (&str, usize)) -> Json {
    json!({
        "description": description,
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": clean(path), "lines": {"begin": line}},
    })
}
