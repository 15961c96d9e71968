//! JUnit: a suite a file, a case a finding. What decides the exit status is a failure, and nothing else is.

use std::fmt::Write as _;

use super::{Item, Review, Reviewed, Status, clean};

/// The report, with a newline at its end. It holds no times, so that two runs are alike.
pub fn render(review: Review<'_>) -> String {
    let suites: Vec<Suite> =
        review.files.iter().filter(|reviewed| reviewed.file.status != Status::Skipped).map(Suite::of).collect();
    let sum = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (tests, failures) = (sum(|suite| suite.cases.len()), sum(|suite| suite.count("failure")));
    let (errors, skipped) = (sum(|suite| suite.count("error")), sum(|suite| suite.count("skipped")));
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"");
    writeln!(text, "<testsuites name=\"ecs-harden\" {counts}>").expect("writing to a string does not fail");
    text.extend(suites.iter().map(Suite::xml));
    text.push_str("</testsuites>\n");
    text
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    line: Option<usize>,
    /// How it went: the element, its message and its text; none where it passed.
    outcome: Option<(&'static str, String, String)>,
}

impl Suite {
    fn of(reviewed: &Reviewed) -> Self {
        let mut cases: Vec<Case> = reviewed.items().iter().map(case).collect();
        if let Some(refusal) = &reviewed.file.refusal {
            let outcome = Some(("error", clean(&refusal.message), format!("next: {}", clean(&refusal.next_step))));
            cases.push(Case { name: "can be worked on".into(), line: refusal.line, outcome });
        }
        if cases.is_empty() {
            cases.push(Case { name: "nothing is weak".into(), line: None, outcome: None });
        }
        Self { name: clean(&reviewed.path), cases }
    }

    fn count(&self, element: &str) -> usize {
        self.cases.iter().filter(|case| case.outcome.as_ref().is_some_and(|outcome| outcome.0 == element)).count()
    }

    fn xml(&self) -> String {
        let name = escaped(&self.name);
        let counts = ["failure", "error", "skipped"].map(|element| self.count(element));
        let (tests, [failures, errors, skipped]) = (self.cases.len(), counts);
        let mut text = format!(
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">\n"
        );
        text.extend(self.cases.iter().map(|case| case.xml(&name)));
        text.push_str("  </testsuite>\n");
        text
    }
}

fn case(item: &Item<'_>) -> Case {
    let message = item.message();
    let outcome = match item.excuse() {
        Some(excuse) => ("skipped", excuse, String::new()),
        None => ("failure", message.clone(), item.advice().join("\n")),
    };
    Case {
        name: format!("{}: {message}", item.finding.pass),
        line: Some(item.finding.span.line),
        outcome: Some(outcome),
    }
}

impl Case {
    fn xml(&self, file: &str) -> String {
        let name = escaped(&self.name);
        let line = self.line.map(|line| format!(" line=\"{line}\"")).unwrap_or_default();
        let head = format!("    <testcase classname=\"{file}\" name=\"{name}\" file=\"{file}\"{line}");
        let Some((element, message, text)) = &self.outcome else { return format!("{head}/>\n") };
        let (message, text) = (escaped(message), escaped(text));
        let end = if text.is_empty() { "/>".to_owned() } else { format!(">{text}</{element}>") };
        format!("{head}>\n      <{element} message=\"{message}\"{end}\n    </testcase>\n")
    }
}

/// Text in an element or attribute. Control characters are gone by now; XML has no place for two more.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(letter),
        }
    }
    escaped
}
