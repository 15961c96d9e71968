//! Overlays the placeholders of a text that is not JSON as it stands, in a copy of equal length.
//!
//! A small tokenizer keeps track of where a value, a name or a comma is expected. A placeholder in place of a value becomes a
//! quoted token, one in place of members or elements becomes white space, and in a string only its quotes and backslashes are
//! made harmless. The result must still parse: this pass guesses, the parser decides.

use std::collections::BTreeSet;

use super::placeholder::{Matcher, Reach, directive};
use super::survey::comment_end;
use super::{Placeholder, PlaceholderPosition, ReadError, ReadErrorKind};
use crate::tree::Span;

/// The copy that may parse, and what was overlaid in it.
#[derive(Debug)]
pub(super) struct Overlay {
    /// As long as the text, byte for byte.
    pub(super) scratch: String,
    /// What was overlaid.
    pub(super) placeholders: Vec<Placeholder>,
    /// Offsets of the opening brackets of containers that a placeholder may add to.
    pub(super) open: BTreeSet<usize>,
    /// Comments of the template language.
    pub(super) comments: Vec<Span>,
}

/// How far a placeholder in a string may reach past a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Not past one that closes its string as JSON would have it: `"${A", "b"` are two strings.
    Close,
    /// Past any: `"${join(",", x)}"` is one.
    Belong,
}

/// Makes the overlay of `text`, whose document starts at `from`. Fails on what another tool must process first.
pub(super) fn prescan(text: &str, from: usize, quotes: Quotes) -> Result<Overlay, ReadError> {
    let mut scanner = Scanner {
        text,
        quotes,
        matcher: Matcher::new(text),
        scratch: text.as_bytes().to_vec(),
        stack: vec![Frame { start: from, kind: Kind::Root, expects: Expects::Value, comma: None }],
        placeholders: Vec::new(),
        open: BTreeSet::new(),
        comments: Vec::new(),
    };
    let mut at = from;
    while at < text.len() {
        at = scanner.token(at)?;
    }
    let unreadable = ReadError::new(ReadErrorKind::NotUtf8, from);
    let scratch = String::from_utf8(scanner.scratch).map_err(|_| unreadable)?;
    Ok(Overlay { scratch, placeholders: scanner.placeholders, open: scanner.open, comments: scanner.comments })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Root,
    Object,
    Array,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expects {
    Name,
    Colon,
    Value,
    Comma,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    start: usize,
    kind: Kind,
    expects: Expects,
    /// The comma before the place where a name or a value is expected.
    comma: Option<usize>,
}

struct Scanner<'a> {
    text: &'a str,
    quotes: Quotes,
    matcher: Matcher<'a>,
    scratch: Vec<u8>,
    stack: Vec<Frame>,
    placeholders: Vec<Placeholder>,
    open: BTreeSet<usize>,
    comments: Vec<Span>,
}

impl Scanner<'_> {
    /// Reads one token at `at` and returns the offset after it.
    fn token(&mut self, at: usize) -> Result<usize, ReadError> {
        let bytes = self.text.as_bytes();
        if bytes[at].is_ascii_whitespace() {
            return Ok(at + 1);
        }
        if let Some(end) = comment_end(bytes, at) {
            if bytes[at] == b'#' {
                self.blank(Span::new(at, end));
            }
            return Ok(end);
        }
        if let Some(end) = template_comment(self.text, at) {
            self.blank(Span::new(at, end));
            self.comments.push(Span::new(at, end));
            return Ok(end);
        }
        if let Some(language) = directive(self.text, at) {
            return Err(ReadError::new(ReadErrorKind::Template(language), at));
        }
        let run = self.run(at);
        if let Some(end) = run {
            return Ok(self.placeholder(Span::new(at, end)));
        }
        match bytes[at] {
            b'"' => Ok(self.string(at)),
            b'{' => Ok(self.push(at, Kind::Object, Expects::Name)),
            b'[' => Ok(self.push(at, Kind::Array, Expects::Value)),
            b'}' | b']' => Ok(self.pop(at)),
            b',' => Ok(self.comma(at)),
            b':' => Ok(self.colon(at)),
            _ => self.word(at),
        }
    }

    fn top(&mut self) -> &mut Frame {
        self.stack.last_mut().expect("the frame of the root is never popped")
    }

    fn push(&mut self, at: usize, kind: Kind, expects: Expects) -> usize {
        self.stack.push(Frame { start: at, kind, expects, comma: None });
        at + 1
    }

    fn pop(&mut self, at: usize) -> usize {
        if self.stack.len() > 1 {
            self.stack.pop();
        }
        self.value_ends();
        at + 1
    }

    fn comma(&mut self, at: usize) -> usize {
        let frame = self.top();
        // Only a comma that ends an entry may be taken for a placeholder after it; any other is an error that must stay one.
        frame.comma = (frame.expects == Expects::Comma).then_some(at);
        frame.expects = match frame.kind {
            Kind::Object => Expects::Name,
            Kind::Array | Kind::Root => Expects::Value,
        };
        at + 1
    }

    fn colon(&mut self, at: usize) -> usize {
        self.top().expects = Expects::Value;
        at + 1
    }

    fn value_ends(&mut self) {
        let frame = self.top();
        frame.expects = Expects::Comma;
        frame.comma = None;
    }

    /// The end of the run of bare characters at `at`, if a placeholder is among them.
    fn run(&mut self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut end = at;
        let mut found = false;
        while end < bytes.len() {
            if let Some(after) = self.matcher.bare(end) {
                found = true;
                end = after;
            } else if bytes[end].is_ascii_alphanumeric() || matches!(bytes[end], b'_' | b'.' | b'-' | b'+') {
                end += 1;
            } else {
                break;
            }
        }
        found.then_some(end)
    }

    /// Overlays a placeholder as its place asks and returns the offset where reading goes on.
    fn placeholder(&mut self, span: Span) -> usize {
        let frame = *self.top();
        let (next_at, next) = self.next_significant(span.end);
        match (frame.kind, frame.expects) {
            (Kind::Object, Expects::Name) if next == Some(b':') => {
                self.token_for(span, PlaceholderPosition::Member);
                self.top().expects = Expects::Colon;
            }
            (Kind::Object, Expects::Value) => {
                self.token_for(span, PlaceholderPosition::Value);
                self.value_ends();
            }
            (Kind::Array, Expects::Value) if matches!(next, Some(b',' | b']')) => {
                self.token_for(span, PlaceholderPosition::Value);
                self.value_ends();
            }
            (Kind::Object, Expects::Name) | (Kind::Array, Expects::Value) => {
                self.member(span);
                match next {
                    Some(b',') => {
                        self.scratch[next_at] = b' ';
                        return next_at + 1;
                    }
                    Some(b'}' | b']') => {
                        if let Some(comma) = frame.comma {
                            self.scratch[comma] = b' ';
                        }
                    }
                    _ => {}
                }
            }
            (Kind::Object | Kind::Array, Expects::Comma) => {
                self.member(span);
                let is_value = !matches!(next, Some(b',' | b'}' | b']') | None);
                if is_value && self.matcher.bare(next_at).is_none() {
                    self.scratch[span.start] = b',';
                    self.comma(span.start);
                }
            }
            (_, Expects::Colon) | (Kind::Root, _) | (Kind::Array, Expects::Name) => {}
        }
        span.end
    }

    /// White space in place of members or elements.
    fn member(&mut self, span: Span) {
        self.blank(span);
        self.placeholders.push(Placeholder { span, position: PlaceholderPosition::Member });
        let start = self.top().start;
        self.open.insert(start);
    }

    /// A quoted token in place of a value or a name.
    fn token_for(&mut self, span: Span, position: PlaceholderPosition) {
        self.scratch[span.start..span.end].fill(b'_');
        self.scratch[span.start] = b'"';
        self.scratch[span.end - 1] = b'"';
        self.placeholders.push(Placeholder { span, position });
    }

    /// White space without line breaks: nothing may depend on where lines end.
    fn blank(&mut self, span: Span) {
        self.scratch[span.start..span.end].fill(b' ');
    }

    /// The next byte after white space and comments, and its offset.
    fn next_significant(&self, mut at: usize) -> (usize, Option<u8>) {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(at) {
            if byte.is_ascii_whitespace() {
                at += 1;
            } else if let Some(end) = comment_end(bytes, at) {
                at = end;
            } else {
                return (at, Some(byte));
            }
        }
        (at, None)
    }

    /// Reads a string and overlays the quotes and backslashes of placeholders in it.
    fn string(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut cursor = at + 1;
        while let Some(&byte) = bytes.get(cursor) {
            match byte {
                b'"' => {
                    cursor += 1;
                    break;
                }
                b'\\' => cursor += 2,
                b'\n' | b'\r' => break,
                _ => match self.matcher.delimited(cursor, Reach::Line) {
                    Some(end) if self.quotes == Quotes::Close && self.closes_within(cursor, end) => cursor += 1,
                    Some(end) => {
                        self.in_string(Span::new(cursor, end));
                        cursor = end;
                    }
                    None => cursor += 1,
                },
            }
        }
        let frame = self.top();
        match (frame.kind, frame.expects) {
            (Kind::Object, Expects::Name) => frame.expects = Expects::Colon,
            _ => self.value_ends(),
        }
        self.text.ceil_char_boundary(cursor)
    }

    /// Whether the first quote between the offsets would close its string: what follows it is what follows a string in JSON.
    fn closes_within(&self, start: usize, end: usize) -> bool {
        let Some(quote) = self.text[start..end].find('"') else { return false };
        matches!(self.next_significant(start + quote + 1).1, None | Some(b',' | b'}' | b']' | b':'))
    }

    /// Makes a placeholder in a string harmless, if it is not so already.
    fn in_string(&mut self, span: Span) {
        let body = &self.text.as_bytes()[span.start..span.end];
        let mut escaped = false;
        let harmless = body.iter().all(|byte| {
            let fine = if escaped { b"\"\\/bfnrtu".contains(byte) } else { *byte != b'"' };
            escaped = !escaped && *byte == b'\\';
            fine
        });
        if harmless {
            return;
        }
        for byte in &mut self.scratch[span.start..span.end] {
            if matches!(byte, b'"' | b'\\' | 0..0x20) {
                *byte = b'_';
            }
        }
        self.placeholders.push(Placeholder { span, position: PlaceholderPosition::InString });
    }

    /// Passes over a number, a literal or whatever else stands bare.
    fn word(&mut self, at: usize) -> Result<usize, ReadError> {
        let rest = &self.text[at..];
        let length = rest.find(|char: char| !(char.is_alphanumeric() || "_.-+".contains(char))).unwrap_or(rest.len());
        let expects = self.top().expects;
        if rest.starts_with('\'') && matches!(expects, Expects::Name | Expects::Value) {
            return Err(ReadError::new(ReadErrorKind::Jsonnet, at));
        }
        let word = &rest[..length];
        let is_name = word.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
        if is_name && expects == Expects::Name {
            let after = rest[length..].trim_start();
            if after.starts_with(':') || word == "local" || word.ends_with('+') {
                return Err(ReadError::new(ReadErrorKind::Jsonnet, at));
            }
        }
        if word.starts_with("std.") && expects == Expects::Value {
            return Err(ReadError::new(ReadErrorKind::Jsonnet, at));
        }
        if length > 0 && expects == Expects::Value {
            self.value_ends();
        } else {
            self.top().comma = None;
        }
        let char = rest.chars().next().map_or(1, char::len_utf8);
        Ok(at + length.max(char))
    }
}

/// The end of the Go template comment that starts at `at`: `{{/* … */}}`, perhaps with trimming dashes.
fn template_comment(text: &str, at: usize) -> Option<usize> {
    let body = text[at..].strip_prefix("{{")?;
    let body = body.strip_prefix("- ").unwrap_or(body).strip_prefix("/*")?;
    let rest = &body[body.find("*/")? + 2..];
    let rest = rest.strip_prefix(" -").unwrap_or(rest).strip_prefix("}}")?;
    Some(text.len() - rest.len())
}
