//! A text as lines that know what in them must not be shown.

use std::borrow::Cow;

use ecs_harden_transforms::tree::Span;

use super::{MASK, Secrets, Side};

/// A line, up to and with its `\n`, the only thing that ends a line for git.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    /// What to hide: bytes of `text`, in order, without overlap and without the end of the line.
    hidden: Vec<Hidden>,
}

#[derive(Debug)]
struct Hidden {
    span: Span,
    /// The quote at both ends of the secret, if there is one and this line has both.
    quote: Option<char>,
}

impl Line<'_> {
    /// Whether any of it must not be shown.
    pub(super) fn is_sensitive(&self) -> bool {
        !self.hidden.is_empty()
    }

    /// The line as it may be shown.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        if !self.is_sensitive() {
            return Cow::Borrowed(self.text);
        }
        let mut shown = String::new();
        let mut from = 0;
        for hidden in &self.hidden {
            shown.push_str(&self.text[from..hidden.span.start]);
            shown.extend(hidden.quote);
            shown.push_str(MASK);
            shown.extend(hidden.quote);
            from = hidden.span.end;
        }
        shown.push_str(&self.text[from..]);
        Cow::Owned(shown)
    }
}

/// The lines of a text.
pub(super) fn lines(side: Side<'_>, secrets: Secrets) -> Vec<Line<'_>> {
    let spans = match secrets {
        Secrets::Masked => disjoint(side),
        Secrets::Shown => Vec::new(),
    };
    let mut rest = spans.as_slice();
    let mut start = 0;
    let mut lines = Vec::new();
    for text in side.text.split_inclusive('\n') {
        let line = Span::new(start, start + text.len());
        start = line.end;
        rest = &rest[rest.partition_point(|span| span.end <= line.start)..];
        let met = rest.iter().take_while(|span| span.start < line.end);
        lines.push(Line { text, hidden: met.map(|span| hidden(*span, line, side.text)).collect() });
    }
    lines
}

/// The spans in order, joined where they overlap, within the text and at the edges of characters.
fn disjoint(side: Side<'_>) -> Vec<Span> {
    let wide =
        |span: &Span| Span::new(side.text.floor_char_boundary(span.start), side.text.ceil_char_boundary(span.end));
    let mut spans: Vec<_> = side.sensitive.iter().filter(|span| span.start < span.end).map(wide).collect();
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ if span.start < span.end => joined.push(span),
            _ => {}
        }
    }
    joined
}

/// The part of a secret that lies on a line which it overlaps, as a range of that line.
fn hidden(secret: Span, line: Span, text: &str) -> Hidden {
    let end = line.start + content(line.of(text)).len();
    let part = Span::new(secret.start.clamp(line.start, end), secret.end.clamp(line.start, end));
    let quote = if part == secret { quote(secret.of(text)) } else { None };
    Hidden { span: Span::new(part.start - line.start, part.end - line.start), quote }
}

/// A line without what ends it.
fn content(line: &str) -> &str {
    let Some(line) = line.strip_suffix('\n') else {
        return line;
    };
    line.strip_suffix('\r').unwrap_or(line)
}

fn quote(secret: &str) -> Option<char> {
    ['"', '\''].into_iter().find(|quote| secret.len() > 1 && secret.starts_with(*quote) && secret.ends_with(*quote))
}
