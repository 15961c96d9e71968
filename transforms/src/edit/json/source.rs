//! The text around a place: lines, indentation, commas, comments.

use crate::tree::Span;

/// A text, where its comments are, and where its lines start.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) comments: &'a [Span],
    /// The offset of every byte that ends a line: see [`breaks`].
    pub(super) breaks: &'a [usize],
}

/// The offset of every `\n` and `\r`. One-line files are long, and scanning them for each question would take time squared.
pub(super) fn breaks(text: &str) -> Vec<usize> {
    text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'\n' | b'\r')).map(|(at, _)| at).collect()
}

impl<'a> Source<'a> {
    /// The offset of the first byte of the line of `at`.
    pub(super) fn line_start(self, at: usize) -> usize {
        let later = self.breaks.partition_point(|found| *found < at);
        later.checked_sub(1).map_or(0, |last| self.breaks[last] + 1)
    }

    /// The offset of the line break that ends the line of `at`, or the end of the text.
    pub(super) fn line_end(self, at: usize) -> usize {
        let next = self.breaks.partition_point(|found| *found < at);
        self.breaks.get(next).copied().unwrap_or(self.text.len())
    }

    /// The line of `at`, without its line break.
    pub(super) fn line(self, at: usize) -> Span {
        Span::new(self.line_start(at), self.line_end(at))
    }

    /// The offset after the line break at `at`, or `at` where there is none.
    pub(super) fn after_break(self, at: usize) -> usize {
        at + line_break(&self.text[at..]).map_or(0, str::len)
    }

    /// The line break before the line that starts at `at`.
    pub(super) fn break_before(self, at: usize) -> Option<&'a str> {
        let before = &self.text[..at];
        ["\r\n", "\n", "\r"].into_iter().find(|line_break| before.ends_with(line_break))
    }

    /// The white space that the line of `at` starts with.
    pub(super) fn indent(self, at: usize) -> &'a str {
        let line = self.text[self.line_start(at)..at].trim_start_matches('\u{feff}');
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// What stands before `at` on its line.
    pub(super) fn prefix(self, at: usize) -> &'a str {
        &self.text[self.line_start(at)..at]
    }

    /// Whether only white space stands before `at` on its line, and a line break before that.
    pub(super) fn starts_line(self, at: usize) -> bool {
        self.line_start(at) > 0 && is_blank(self.prefix(at))
    }

    /// The comment that starts at `at`.
    fn comment_at(self, at: usize) -> Option<Span> {
        let index = self.comments.binary_search_by_key(&at, |comment| comment.start).ok()?;
        Some(self.comments[index])
    }

    /// The comma that follows `from`, with nothing but white space and comments between them.
    pub(super) fn comma_after(self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let rest = &self.text[at..];
            at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
            match self.comment_at(at) {
                Some(comment) => at = comment.end,
                None => return self.text[at..].starts_with(',').then_some(at),
            }
        }
    }

    /// The comma right before `to`, with nothing but white space between them.
    pub(super) fn comma_before(self, to: usize) -> Option<usize> {
        let before = self.text[..to].trim_end_matches([' ', '\t', '\n', '\r']);
        (before.ends_with(',') && !self.has_comment(Span::new(before.len() - 1, to))).then(|| before.len() - 1)
    }

    /// The end of the comments that follow `at` on its line; `at` itself where there is none.
    pub(super) fn comments_after(self, at: usize) -> usize {
        let mut end = at;
        loop {
            let rest = &self.text[end..];
            let next = end + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
            match self.comment_at(next) {
                Some(comment) => end = comment.end,
                None => return end,
            }
        }
    }

    /// Whether a comment lies in `span`, wholly or in part.
    pub(super) fn has_comment(self, span: Span) -> bool {
        let first = self.comments.partition_point(|comment| comment.end <= span.start);
        self.comments.get(first).is_some_and(|comment| comment.start < span.end)
    }

    /// The comments that lie in `span`.
    pub(super) fn comments_in(self, span: Span) -> impl Iterator<Item = &'a Span> {
        let first = self.comments.partition_point(|comment| comment.start < span.start);
        self.comments[first..].iter().take_while(move |comment| comment.end <= span.end)
    }

    /// Whether only white space follows `at` on its line, and a line break after that.
    pub(super) fn ends_line(self, at: usize) -> bool {
        let end = self.line_end(at);
        end < self.text.len() && is_blank(&self.text[at..end])
    }

    /// Whether the span stands on one line.
    pub(super) fn on_one_line(self, span: Span) -> bool {
        self.line_end(span.start) >= span.end
    }
}

/// Whether `text` is nothing but spaces and tabs.
pub(super) fn is_blank(text: &str) -> bool {
    text.trim_start_matches([' ', '\t']).is_empty()
}

/// The line break that `text` starts with.
fn line_break(text: &str) -> Option<&str> {
    ["\r\n", "\n", "\r"].into_iter().find(|line_break| text.starts_with(line_break))
}
