//! How a document is written, found by counting.

use std::collections::BTreeMap;

use super::source::Source;
use crate::tree::{Node, Span, Value};

/// Objects of up to this many plain members may stand on one line in a list.
const SMALL: usize = 3;

/// What most of a document does.
#[expect(clippy::struct_excessive_bools, reason = "each is one independent habit of the writer")]
#[derive(Debug)]
pub(super) struct Style {
    /// The line break.
    pub(super) line_break: String,
    /// One step of indentation.
    pub(super) unit: String,
    /// What stands between a name and its value.
    pub(super) colon: String,
    /// What follows a comma on the same line.
    pub(super) gap: String,
    /// What stands inside the brackets of one-line objects.
    pub(super) object_pad: String,
    /// What stands inside the brackets of one-line lists.
    pub(super) array_pad: String,
    /// Lists of plain values stand on one line.
    pub(super) plain_lists_inline: bool,
    /// Small objects in lists stand on one line.
    pub(super) small_objects_inline: bool,
    /// Opening brackets stand on their own line.
    pub(super) allman: bool,
    /// Lists of objects open with `[{`.
    pub(super) hugging: bool,
    /// What stands between those two brackets.
    pub(super) hug_pad: String,
    /// Commas start lines.
    pub(super) comma_first: bool,
}

impl Style {
    /// Finds the style of a document.
    pub(super) fn of(source: Source<'_>, root: &Node) -> Self {
        let mut counts = Counts::new(source);
        counts.node(root);
        let colon = counts.colons.most().unwrap_or(": ").to_owned();
        let default_gap = if colon.ends_with(' ') { " " } else { "" };
        Self {
            line_break: line_break(source.text).to_owned(),
            unit: counts.units.most().unwrap_or("  ").to_owned(),
            gap: counts.gaps.most().unwrap_or(default_gap).to_owned(),
            object_pad: counts.object_pads.most().unwrap_or("").to_owned(),
            array_pad: counts.array_pads.most().unwrap_or("").to_owned(),
            plain_lists_inline: counts.plain_lists > 0,
            small_objects_inline: counts.small_objects > 0,
            allman: counts.allman > 0,
            hugging: counts.hugging > 0,
            hug_pad: counts.hug_pads.most().unwrap_or("").to_owned(),
            comma_first: counts.comma_first > 0,
            colon,
        }
    }
}

impl Style {
    /// The step of indentation below a line that starts with `indent`: tabs and spaces are not mixed where the line has one kind.
    pub(super) fn step(&self, indent: &str) -> &str {
        let unit = self.unit.as_str();
        match (indent.chars().next(), unit.chars().next()) {
            (Some(' '), Some('\t')) => "  ",
            (Some('\t'), Some(' ')) => "\t",
            _ => unit,
        }
    }
}

/// The most frequent line break; `\n` where there is none.
fn line_break(text: &str) -> &'static str {
    let crlf = text.matches("\r\n").count();
    let lf = text.matches('\n').count() - crlf;
    let cr = text.matches('\r').count() - crlf;
    if crlf > lf && crlf >= cr {
        "\r\n"
    } else if cr > lf {
        "\r"
    } else {
        "\n"
    }
}

/// How often each text was seen.
#[derive(Debug, Default)]
pub(super) struct Tally<'a>(BTreeMap<&'a str, usize>);

impl<'a> Tally<'a> {
    pub(super) fn add(&mut self, seen: &'a str) {
        *self.0.entry(seen).or_default() += 1;
    }

    /// The most frequent text, of equals the shortest.
    pub(super) fn most(&self) -> Option<&'a str> {
        self.0.iter().max_by_key(|(seen, count)| (**count, usize::MAX - seen.len())).map(|(seen, _)| *seen)
    }
}

struct Counts<'a> {
    source: Source<'a>,
    units: Tally<'a>,
    colons: Tally<'a>,
    gaps: Tally<'a>,
    object_pads: Tally<'a>,
    array_pads: Tally<'a>,
    hug_pads: Tally<'a>,
    plain_lists: isize,
    small_objects: isize,
    allman: isize,
    hugging: isize,
    comma_first: isize,
}

impl<'a> Counts<'a> {
    fn new(source: Source<'a>) -> Self {
        Self {
            source,
            units: Tally::default(),
            colons: Tally::default(),
            gaps: Tally::default(),
            object_pads: Tally::default(),
            array_pads: Tally::default(),
            hug_pads: Tally::default(),
            plain_lists: 0,
            small_objects: 0,
            allman: 0,
            hugging: 0,
            comma_first: 0,
        }
    }

    fn node(&mut self, node: &Node) {
        let spans: Vec<Span> = entry_spans(node);
        self.entries(node, &spans);
        match &node.value {
            Value::Object(object) => {
                for member in &object.members {
                    self.member(Span::new(member.name_span.end, member.value.span.start), &member.value);
                    self.node(&member.value);
                }
            }
            Value::Array(array) => {
                self.list(node.span, &array.items);
                array.items.iter().for_each(|item| self.node(item));
            }
            _ => {}
        }
    }

    fn entries(&mut self, node: &Node, spans: &[Span]) {
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
            return;
        };
        let source = self.source;
        if source.starts_line(first.start) {
            let outer = source.indent(node.span.start);
            if let Some(step) = source.prefix(first.start).strip_prefix(outer).filter(|step| !step.is_empty()) {
                self.units.add(step);
            }
        }
        if source.on_one_line(node.span) {
            let pad = &source.text[node.span.start + 1..first.start];
            let pads =
                if matches!(node.value, Value::Object(_)) { &mut self.object_pads } else { &mut self.array_pads };
            if pad.trim().is_empty() && source.text[last.end..node.span.end - 1] == *pad {
                pads.add(pad);
            }
        }
        for pair in spans.windows(2) {
            let between = &source.text[pair[0].end..pair[1].start];
            match between.split_once(',') {
                Some(("", gap)) if super::source::is_blank(gap) => self.gaps.add(gap),
                Some((before, gap)) if before.trim().is_empty() && !between.contains('#') => {
                    let leads = before.contains(['\n', '\r']) && super::source::is_blank(gap);
                    self.comma_first += if leads { 1 } else { -1 };
                }
                _ => {}
            }
        }
    }

    fn member(&mut self, separator: Span, value: &Node) {
        let source = self.source;
        let written = separator.of(source.text);
        if source.on_one_line(separator) && !source.has_comment(separator) {
            self.colons.add(written);
        }
        if !entry_spans(value).is_empty() && !source.on_one_line(value.span) {
            self.allman += if source.starts_line(value.span.start) { 1 } else { -1 };
        }
    }

    fn list(&mut self, span: Span, items: &[Node]) {
        let source = self.source;
        let Some(first) = items.first() else {
            return;
        };
        let vote = |inline: bool| if inline { 1 } else { -1 };
        if items.iter().all(is_plain) {
            self.plain_lists += vote(source.on_one_line(span));
        }
        for item in items.iter().filter(|item| is_small(item)) {
            self.small_objects += vote(source.on_one_line(item.span));
        }
        if matches!(first.value, Value::Object(_)) && !source.on_one_line(first.span) {
            let lead = Span::new(span.start + 1, first.span.start);
            self.hugging += vote(source.on_one_line(lead));
            if super::source::is_blank(lead.of(source.text)) {
                self.hug_pads.add(lead.of(source.text));
            }
        }
    }
}

/// Where the members or elements of a container stand.
fn entry_spans(node: &Node) -> Vec<Span> {
    match &node.value {
        Value::Object(object) => {
            object.members.iter().map(|member| Span::new(member.name_span.start, member.value.span.end)).collect()
        }
        Value::Array(array) => array.items.iter().map(|item| item.span).collect(),
        _ => Vec::new(),
    }
}

fn is_plain(node: &Node) -> bool {
    !matches!(node.value, Value::Array(_) | Value::Object(_))
}

fn is_small(node: &Node) -> bool {
    let Value::Object(object) = &node.value else {
        return false;
    };
    (1..=SMALL).contains(&object.members.len()) && object.members.iter().all(|member| is_plain(&member.value))
}

/// Whether a new value is an object that [`Style::small_objects_inline`] is about.
pub(super) fn is_small_value(value: &serde_json::Value) -> bool {
    value.as_object().is_some_and(|object| {
        (1..=SMALL).contains(&object.len()) && object.values().all(|value| !value.is_array() && !value.is_object())
    })
}
