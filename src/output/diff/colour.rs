//! The diff for a terminal: coloured, and with nothing in it that could drive the terminal.

use anstyle::{AnsiColor, Style};

use crate::output::clean;

const FILE: Style = Style::new().bold();
const HUNK: Style = AnsiColor::Cyan.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();

/// Adds colours to the text of a diff, or of several one after the other, line by line.
///
/// Control characters other than the tab are written as escapes (`\x1b`), and so are those that turn the direction of writing
/// and a carriage return within a line: what a file holds must not be able to hide or fake a line. The result is for people;
/// only the text as it was can be applied.
pub fn coloured(diff: &str) -> String {
    let mut out = String::with_capacity(diff.len() * 5 / 4);
    let mut left = Left::default();
    for line in diff.split_inclusive('\n') {
        let (content, end) = ending(line);
        let style = left.style(content);
        out.push_str(&style.map_or_else(String::new, |style| style.render().to_string()));
        out.push_str(&clean(content));
        out.push_str(&style.map_or_else(String::new, |style| style.render_reset().to_string()));
        out.push_str(end);
    }
    out
}

/// How many lines of the old and the new file the current hunk still has; a removed `-- x` looks like a header otherwise.
#[derive(Default)]
struct Left {
    old: usize,
    new: usize,
}

impl Left {
    /// The style of the next line.
    fn style(&mut self, line: &str) -> Option<Style> {
        if self.old == 0 && self.new == 0 {
            if let Some(left) = counts(line) {
                *self = left;
                return Some(HUNK);
            }
            return (line.starts_with("--- ") || line.starts_with("+++ ")).then_some(FILE);
        }
        let (old, new, style) = match line.as_bytes().first() {
            Some(b'-') => (1, 0, Some(REMOVED)),
            Some(b'+') => (0, 1, Some(ADDED)),
            Some(b'\\') => (0, 0, None),
            _ => (1, 1, None),
        };
        self.old = self.old.saturating_sub(old);
        self.new = self.new.saturating_sub(new);
        style
    }
}

/// The counts of a hunk header, `@@ -1,2 +3 @@`.
fn counts(line: &str) -> Option<Left> {
    let (old, new) = line.strip_prefix("@@ -")?.strip_suffix(" @@")?.split_once(" +")?;
    let count = |range: &str| range.split_once(',').map_or(Some(1), |(_, count)| count.parse().ok());
    Some(Left { old: count(old)?, new: count(new)? })
}

/// A line and what ends it.
fn ending(line: &str) -> (&str, &str) {
    let content = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
    line.split_at(content.len())
}
