//! Lines of a width: words that wrap, letters of two columns, and texts that cannot drive a terminal.

use unicode_width::UnicodeWidthChar;

use crate::output::clean;

/// How a part of a line looks where there is colour. Nothing is told by colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As everything else.
    #[default]
    Plain,
    /// What counts.
    Strong,
    /// What stands beside it.
    Faint,
    /// A line that is added.
    Added,
    /// A line that is removed.
    Removed,
    /// Where in the file.
    Place,
    /// Something to heed.
    Warning,
    /// A key.
    Key,
}

/// Part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The text, harmless to a terminal.
    pub text: String,
    /// How it looks.
    pub style: Style,
}

/// A line, without what ends it.
pub(super) type Row = Vec<Span>;

/// Rows that are never wider than a terminal.
#[derive(Debug)]
pub(super) struct Paper {
    width: usize,
    pub(super) rows: Vec<Row>,
}

/// The least width that is written for. Narrower terminals wrap by themselves.
const NARROWEST: usize = 30;

impl Paper {
    /// The last column stays free: letters there make some terminals begin a line of their own.
    pub(super) fn new(width: usize) -> Self {
        Self { width: width.saturating_sub(1).max(NARROWEST), rows: Vec::new() }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn gap(&mut self) {
        if self.rows.last().is_some_and(|row| !row.is_empty()) {
            self.rows.push(Row::new());
        }
    }

    /// A paragraph of one style.
    pub(super) fn say(&mut self, style: Style, text: &str) {
        self.flow(&[(style, text)], 0);
    }

    /// A paragraph behind a label; what wraps stands below its beginning where there is room.
    pub(super) fn item(&mut self, label: &str, text: &str) {
        let indent = if self.width < 50 { 2 } else { columns(label) + 1 };
        self.flow(&[(Style::Faint, label), (Style::Plain, text)], indent);
    }

    /// Parts that follow each other with a space between them, word by word.
    pub(super) fn flow(&mut self, parts: &[(Style, &str)], indent: usize) {
        let mut row = Row::new();
        let mut used = 0;
        for (style, text) in parts {
            // Spaces at the beginning are meant; elsewhere one is as good as several.
            let text = clean(text);
            let lead = if row.is_empty() { text.len() - text.trim_start_matches(' ').len() } else { 0 };
            if lead > 0 {
                row.push(span(*style, " ".repeat(lead)));
                used = lead;
            }
            for word in text.split([' ', '\t']).filter(|word| !word.is_empty()) {
                let space = usize::from(used > lead && !ends_with_space(&row));
                if used + space + columns(word) > self.width && used > indent {
                    self.rows.push(std::mem::take(&mut row));
                    row.push(span(*style, " ".repeat(indent)));
                    used = indent;
                } else if space > 0 {
                    row.push(span(*style, " ".to_owned()));
                    used += 1;
                }
                for letter in word.chars() {
                    let wide = letter.width().unwrap_or(0);
                    if used + wide > self.width {
                        self.rows.push(std::mem::take(&mut row));
                        row.push(span(*style, " ".repeat(indent)));
                        used = indent;
                    }
                    push(&mut row, *style, letter);
                    used += wide;
                }
            }
        }
        self.rows.push(row);
    }

    /// A line as it is, cut into several where it is too long.
    pub(super) fn verbatim(&mut self, style: Style, text: &str) {
        let text = clean(text).replace('\t', "    ");
        let (mut row, mut used) = (Row::new(), 0);
        for letter in text.chars() {
            let wide = letter.width().unwrap_or(0);
            if used + wide > self.width {
                self.rows.push(std::mem::take(&mut row));
                used = 0;
            }
            push(&mut row, style, letter);
            used += wide;
        }
        self.rows.push(row);
    }
}

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

fn span(style: Style, text: String) -> Span {
    Span { text, style }
}

fn ends_with_space(row: &Row) -> bool {
    row.last().is_none_or(|last| last.text.ends_with(' '))
}

fn push(row: &mut Row, style: Style, letter: char) {
    match row.last_mut() {
        Some(last) if last.style == style => last.text.push(letter),
        _ => row.push(span(style, letter.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(paper: &Paper) -> Vec<String> {
        paper.rows.iter().map(|row| row.iter().map(|span| span.text.as_str()).collect()).collect()
    }

    #[test]
    fn words_wrap_below_the_beginning_and_letters_of_two_columns_count_twice() {
        let mut paper = Paper::new(31);
        paper.flow(&[(Style::Faint, "  test:"), (Style::Plain, "look in the log of api for refusals")], 4);
        paper.say(Style::Plain, &"語".repeat(20));
        paper.verbatim(Style::Added, "+\tx\u{1b}[2J");
        let rows = texts(&paper);
        assert_eq!(
            rows,
            ["  test: look in the log of api", "    for refusals", &"語".repeat(15), &"語".repeat(5), "+    x\\x1b[2J"]
        );
        assert!(rows.iter().all(|row| columns(row) <= 30));
    }
}
