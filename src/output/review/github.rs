//! Annotations of a pull request, as the runner of GitHub Actions reads them from standard output.
//!
//! The commands and their escapes: GitHub, "Workflow commands for GitHub Actions". Of each level it shows ten a step.

use ecs_harden_transforms::pass::Severity;

use super::{Item, Review, clean, counted};

/// As many annotations of one level are shown.
const SHOWN: usize = 10;

/// The levels, worst first.
const LEVELS: [&str; 3] = ["error", "warning", "notice"];

/// One annotation.
struct Annotation {
    level: &'static str,
    properties: Vec<(&'static str, String)>,
    message: String,
}

/// The annotations, worst first, and a line that sums them up.
pub fn render(review: Review<'_>) -> String {
    let mut annotations: Vec<Annotation> = review
        .proposed
        .iter()
        .map(|proposed| {
            let text = format!("{}; it counts once it is merged", clean(&proposed.what));
            annotation("notice", &proposed.file, proposed.line.map(|line| (line, None)), "not merged yet", text)
        })
        .collect();
    annotations.extend(review.refused().map(|reviewed| {
        let refusal = reviewed.file.refusal.as_ref();
        let text = refusal.map(|refusal| format!("{}\nnext: {}", clean(&refusal.message), clean(&refusal.next_step)));
        let at = refusal.and_then(|refusal| Some((refusal.line?, refusal.column)));
        annotation("error", &reviewed.path, at, "refused", text.unwrap_or_default())
    }));
    annotations.extend(review.open().iter().map(finding));
    let mut lines = Vec::new();
    let mut left = 0;
    for level in LEVELS {
        let of_level: Vec<&Annotation> = annotations.iter().filter(|annotation| annotation.level == level).collect();
        // The last notice is the one that tells what is left out.
        let room = if level == "notice" { SHOWN - 1 } else { SHOWN };
        left += of_level.len().saturating_sub(room);
        lines.extend(of_level.into_iter().take(room).map(Annotation::command));
    }
    if left > 0 {
        let text = format!(
            "{} not shown here, since {SHOWN} of a level are: `ecs-harden check` tells all of them",
            counted(left, "annotation")
        );
        lines.push(
            Annotation { level: "notice", properties: vec![("title", "ecs-harden".into())], message: text }.command(),
        );
    }
    lines.push(format!("ecs-harden: {}", review.totals().sentence()));
    lines.join("\n") + "\n"
}

fn finding(item: &Item<'_>) -> Annotation {
    let level = match (item.is_undetermined(), item.severity()) {
        (false, Severity::Critical | Severity::High) => "error",
        (false, Severity::Medium) => "warning",
        (true, _) | (_, Severity::Low) => "notice",
    };
    let span = &item.finding.span;
    let mut lines = vec![item.message()];
    lines.extend(item.advice());
    if let Some(excuse) = item.excuse() {
        lines.push(excuse);
    }
    let mut annotation = annotation(level, &item.reviewed.path, None, item.finding.pass, lines.join("\n"));
    annotation.properties.extend([("line", span.line.to_string()), ("endLine", span.end_line.to_string())]);
    // Columns are taken where a range stays on its line.
    if span.line == span.end_line {
        annotation.properties.extend([("col", span.column.to_string()), ("endColumn", span.end_column.to_string())]);
    }
    annotation
}

fn annotation(
    level: &'static str,
    path: &str,
    at: Option<(usize, Option<usize>)>,
    title: &str,
    message: String,
) -> Annotation {
    let mut properties = vec![("title", format!("ecs-harden: {title}")), ("file", clean(path))];
    if let Some((line, column)) = at {
        properties.push(("line", line.to_string()));
        properties.extend(column.map(|column| ("col", column.to_string())));
    }
    Annotation { level, properties, message }
}

impl Annotation {
    fn command(&self) -> String {
        let properties = self.properties.iter().map(|(name, value)| format!("{name}={}", property(value)));
        format!("::{} {}::{}", self.level, properties.collect::<Vec<_>>().join(","), data(&self.message))
    }
}

/// The text of a command: one line, in which `%` introduces an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value before the text: also without what separates values.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
