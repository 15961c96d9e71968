//! New values as text, in the style of the document.

use serde_json::{Map, Value};

use super::style::{Style, is_small_value};

/// How a new value is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// All on one line.
    Line,
    /// Members and elements on lines of their own.
    Lines,
}

/// Where a new value stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The line break of the surroundings.
    pub(super) line_break: &'a str,
    /// The indentation of the line where the value's closing bracket will stand.
    pub(super) indent: &'a str,
    /// What stands between a name and its value.
    pub(super) colon: &'a str,
    /// The layout.
    pub(super) shape: Shape,
}

impl Place<'_> {
    fn inner<'b>(&'b self, indent: &'b str) -> Place<'b> {
        Place { indent, ..*self }
    }
}

/// A value as text. Its first line has no indentation.
pub(super) fn value(style: &Style, value: &Value, place: Place<'_>) -> String {
    match value {
        Value::Object(object) if !object.is_empty() => self::object(style, object, place),
        Value::Array(array) if !array.is_empty() => self::array(style, array, place),
        plain => plain.to_string(),
    }
}

/// A member as text: name, separator and value.
pub(super) fn member(style: &Style, name: &str, value: &Value, place: Place<'_>) -> String {
    let name = Value::from(name).to_string();
    let text = self::value(style, value, place);
    let is_tall = text.contains(['\n', '\r']);
    if is_tall && style.allman {
        return format!("{name}{}{}{}{text}", place.colon.trim_end(), place.line_break, place.indent);
    }
    format!("{name}{}{text}", place.colon)
}

fn object(style: &Style, object: &Map<String, Value>, place: Place<'_>) -> String {
    let indent = format!("{}{}", place.indent, style.step(place.indent));
    let members = object.iter().map(|(name, value)| member(style, name, value, place.inner(&indent)));
    enclose(style, ("{", "}"), &style.object_pad, &members.collect::<Vec<_>>(), place)
}

fn array(style: &Style, array: &[Value], place: Place<'_>) -> String {
    let is_plain = array.iter().all(|value| !value.is_array() && !value.is_object());
    if place.shape == Shape::Line || (is_plain && style.plain_lists_inline) {
        let place = Place { shape: Shape::Line, ..place };
        let items: Vec<_> = array.iter().map(|item| value(style, item, place)).collect();
        return enclose(style, ("[", "]"), &style.array_pad, &items, place);
    }
    let is_tall = array.iter().all(|value| value.as_object().is_some_and(|object| !object.is_empty()));
    if style.hugging && is_tall && !array.iter().all(|item| is_inline(style, item)) {
        let items: Vec<_> = array.iter().map(|item| value(style, item, place)).collect();
        return format!("[{0}{1}{0}]", style.hug_pad, items.join(", "));
    }
    let indent = format!("{}{}", place.indent, style.step(place.indent));
    let items = array.iter().map(|item| {
        let shape = if is_inline(style, item) { Shape::Line } else { Shape::Lines };
        value(style, item, Place { shape, ..place.inner(&indent) })
    });
    enclose(style, ("[", "]"), &style.array_pad, &items.collect::<Vec<_>>(), place)
}

fn is_inline(style: &Style, item: &Value) -> bool {
    style.small_objects_inline && is_small_value(item)
}

fn enclose(style: &Style, brackets: (&str, &str), pad: &str, entries: &[String], place: Place<'_>) -> String {
    let (open, close) = brackets;
    if place.shape == Shape::Line {
        return format!("{open}{pad}{}{pad}{close}", entries.join(&format!(",{}", style.gap)));
    }
    let Place { line_break, indent, .. } = place;
    let unit = style.step(indent);
    let separator = format!(",{line_break}{indent}{unit}");
    format!("{open}{line_break}{indent}{unit}{}{line_break}{indent}{close}", entries.join(&separator))
}
