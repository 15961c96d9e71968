//! JSON with comments and trailing commas, and with the placeholders of deploy tools, to a tree.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, ParseStringErrorKind, parse_to_ast};

use super::foreign::foreign;
use super::members::known;
use super::prescan::{Quotes, prescan};
use super::survey::{Survey, survey};
use super::{Flaw, Parsed, Placeholder, PlaceholderPosition, ReadError, ReadErrorKind};
use crate::tree::{Array, Member, Node, Object, Span, Value};

const BOM: char = '\u{feff}';

/// Reads one JSON document.
///
/// Accepted beyond JSON: comments (`//`, `/* */`, `#`), trailing commas, a byte order mark, and placeholders of deploy tools.
/// Names that occur twice in one object are refused.
pub fn json(text: &str) -> Result<Parsed, ReadError> {
    let from = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let found = survey(text, from)?;
    if !found.has_content {
        return Err(ReadError::new(ReadErrorKind::Empty, text.len()));
    }
    let strict = Reading { text, placeholders: Vec::new(), open: BTreeSet::new() };
    let blanks = found.comments.iter().filter(|span| span.of(text).starts_with('#')).copied();
    let error = match strict.parse(&overlay(text, from, blanks), found) {
        Ok(parsed) => return Ok(parsed),
        Err(error) => error,
    };
    if !matches!(error.kind, ReadErrorKind::Broken(_) | ReadErrorKind::TextAfterDocument) {
        return Err(error);
    }
    if let Some(error) = foreign(text, from) {
        return Err(error);
    }
    templated(text, from, Quotes::Close, error).or_else(|error| templated(text, from, Quotes::Belong, error))
}

/// Reads a text that is not JSON as it stands; `error` is what to say where there is no placeholder to blame.
fn templated(text: &str, from: usize, quotes: Quotes, error: ReadError) -> Result<Parsed, ReadError> {
    let overlaid = prescan(text, from, quotes)?;
    if overlaid.placeholders.is_empty() && overlaid.scratch == *text {
        return Err(error);
    }
    let reading = Reading { text, placeholders: overlaid.placeholders, open: overlaid.open };
    let scratch = overlay(&overlaid.scratch, from, std::iter::empty());
    let mut found = survey(&scratch, from)?;
    found.comments = comments(text, from, &reading.placeholders, overlaid.comments)?;
    reading.parse(&scratch, found)
}

/// The comments of a text whose placeholders are known: nothing inside a placeholder is a comment.
fn comments(
    text: &str,
    from: usize,
    placeholders: &[Placeholder],
    of_template: Vec<Span>,
) -> Result<Vec<Span>, ReadError> {
    let hidden = placeholders.iter().map(|placeholder| placeholder.span).chain(of_template.iter().copied());
    let mut masked = text.as_bytes().to_vec();
    for span in hidden {
        masked[span.start..span.end].fill(b'_');
    }
    let masked = String::from_utf8(masked).expect("whole placeholders are masked, and they are whole characters");
    let mut comments = survey(&masked, from)?.comments;
    comments.extend(of_template);
    comments.sort_unstable();
    Ok(comments)
}

/// A copy in which the byte order mark and `blanks` are spaces; the text itself where there are none.
fn overlay(text: &str, from: usize, blanks: impl Iterator<Item = Span>) -> Cow<'_, str> {
    let mut blanks = blanks.chain((from > 0).then_some(Span::new(0, from))).peekable();
    if blanks.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for blank in blanks {
        bytes[blank.start..blank.end].fill(b' ');
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// One attempt: the text, and what was overlaid in the copy that the parser sees.
struct Reading<'a> {
    text: &'a str,
    placeholders: Vec<Placeholder>,
    open: BTreeSet<usize>,
}

impl Reading<'_> {
    fn parse(self, scratch: &str, found: Survey) -> Result<Parsed, ReadError> {
        let options = ParseOptions {
            allow_comments: true,
            allow_loose_object_property_names: false,
            allow_trailing_commas: true,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let parsed = parse_to_ast(scratch, &CollectOptions::default(), &options);
        let value = match (parsed, found.flaw) {
            (_, Some(flaw)) => return Err(flaw),
            (Err(error), None) => return Err(refusal(&error, scratch)),
            (Ok(parsed), None) => parsed.value.ok_or(ReadError::new(ReadErrorKind::Empty, scratch.len()))?,
        };
        let builder = Builder { reading: &self };
        let root = builder.node(&value)?;
        if root.value == Value::Opaque {
            return Err(ReadError::broken(Flaw::ExpectedValue, root.span.start));
        }
        Ok(Parsed {
            root,
            comments: found.comments,
            bom: self.text.starts_with(BOM),
            trailing_commas: found.trailing_commas,
            placeholders: self.placeholders,
        })
    }
}

/// Few objects have so many members that it pays to remember their names apart.
const FEW_MEMBERS: usize = 32;

/// Turns the parser's tree into ours.
struct Builder<'a> {
    reading: &'a Reading<'a>,
}

impl Builder<'_> {
    fn node(&self, value: &ast::Value<'_>) -> Result<Node, ReadError> {
        let range = value.range();
        let span = Span::new(range.start, range.end);
        let value = match value {
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
            ast::Value::NumberLit(literal) => Value::Number(literal.value.to_owned()),
            ast::Value::StringLit(literal) => self.string(span, &literal.value),
            ast::Value::Array(array) => Value::Array(Array {
                items: array.elements.iter().map(|element| self.node(element)).collect::<Result<_, _>>()?,
                open: self.reading.open.contains(&span.start),
            }),
            ast::Value::Object(object) => self.object(span, object)?,
        };
        Ok(Node { span, value })
    }

    fn object(&self, span: Span, object: &ast::Object<'_>) -> Result<Value, ReadError> {
        let mut members = Vec::with_capacity(object.properties.len());
        let mut seen = HashSet::new();
        for property in &object.properties {
            let range = property.name.range();
            let name_span = Span::new(range.start, range.end);
            let value = self.node(&property.value)?;
            // A name that another tool fills in keeps its text: nobody knows a member of that name, so nothing of it is shown.
            let name = match self.string(name_span, property.name.as_str()) {
                Value::String(name) => name,
                _ => name_span.of(self.reading.text).to_owned(),
            };
            let repeated = if object.properties.len() <= FEW_MEMBERS {
                members.iter().any(|member: &Member| member.name == name)
            } else {
                !seen.insert(name.clone())
            };
            if repeated {
                return Err(ReadError::new(ReadErrorKind::Repeated(known(&name)), name_span.start));
            }
            members.push(Member { name, name_span, value });
        }
        Ok(Value::Object(Object::new(members, self.reading.open.contains(&span.start))))
    }

    /// The value of a string token: opaque where it was laid over a placeholder.
    fn string(&self, span: Span, decoded: &str) -> Value {
        let placeholders = &self.reading.placeholders;
        let first = placeholders.partition_point(|placeholder| placeholder.span.start < span.start);
        let inside = &placeholders[first..];
        if inside.first().is_some_and(|placeholder| placeholder.span.start == span.start) {
            return Value::Opaque;
        }
        let inside = inside.iter().take_while(|placeholder| placeholder.span.end <= span.end);
        let inside: Vec<_> =
            inside.filter(|placeholder| placeholder.position == PlaceholderPosition::InString).collect();
        if inside.is_empty() {
            return Value::String(decoded.to_owned());
        }
        let mut value = String::new();
        let mut at = span.start + 1;
        for placeholder in inside {
            value.push_str(&unescape(&self.reading.text[at..placeholder.span.start]));
            value.push_str(placeholder.span.of(self.reading.text));
            at = placeholder.span.end;
        }
        value.push_str(&unescape(&self.reading.text[at..span.end - 1]));
        Value::String(value)
    }
}

/// Resolves the escapes of a part of a string; text that is no such part stays as it is.
fn unescape(part: &str) -> Cow<'_, str> {
    serde_json::from_str(&format!("\"{part}\"")).map_or(Cow::Borrowed(part), Cow::Owned)
}

/// The parser's complaint in our words.
fn refusal(error: &ParseError, text: &str) -> ReadError {
    let at = error.range().start.min(text.len());
    let flaw = match error.kind() {
        ParseErrorKind::MultipleRootJsonValues => return ReadError::new(ReadErrorKind::TextAfterDocument, at),
        ParseErrorKind::NestingDepthExceeded => return ReadError::new(ReadErrorKind::TooDeep, at),
        ParseErrorKind::ExpectedComma => Flaw::ExpectedComma,
        ParseErrorKind::ExpectedColonAfterObjectKey => Flaw::ExpectedColon,
        ParseErrorKind::ExpectedObjectValue | ParseErrorKind::UnexpectedColon => Flaw::ExpectedValue,
        ParseErrorKind::ExpectedStringObjectProperty | ParseErrorKind::UnexpectedTokenInObject => Flaw::ExpectedName,
        ParseErrorKind::BareDecimalPointNumbersNotAllowed
        | ParseErrorKind::ExpectedDigit
        | ParseErrorKind::ExpectedDigitFollowingNegativeSign
        | ParseErrorKind::ExpectedPlusMinusOrDigitInNumberLiteral
        | ParseErrorKind::HexadecimalNumbersNotAllowed
        | ParseErrorKind::NonFiniteNumbersNotAllowed
        | ParseErrorKind::UnaryPlusNumbersNotAllowed => Flaw::BadNumber,
        ParseErrorKind::String(ParseStringErrorKind::UnterminatedStringLiteral) => Flaw::UnclosedString,
        ParseErrorKind::String(_) => Flaw::BadEscape,
        ParseErrorKind::UnexpectedCloseBrace | ParseErrorKind::UnexpectedCloseBracket => Flaw::UnexpectedClose,
        ParseErrorKind::UnexpectedComma => Flaw::UnexpectedComma,
        ParseErrorKind::UnterminatedArray => Flaw::UnclosedArray,
        ParseErrorKind::UnterminatedObject => Flaw::UnclosedObject,
        ParseErrorKind::UnterminatedCommentBlock => Flaw::UnclosedComment,
        _ => Flaw::UnexpectedCharacter,
    };
    ReadError::broken(flaw, at)
}
