//! New entries: where they go and how they look.

use serde_json::Value;

use super::layout::Layout;
use super::render::Shape;
use super::source::is_blank;
use super::{SpliceError, Work};
use crate::tree::{Node, Path, Span};

/// New entries of one container, in order.
pub(super) enum New<'a> {
    /// Names and values.
    Members(Vec<(&'a str, &'a Value)>),
    /// Elements.
    Items(&'a [Value]),
}

impl New<'_> {
    /// Whether there is nothing to add.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Members(members) => members.is_empty(),
            Self::Items(items) => items.is_empty(),
        }
    }
}

/// How the entry beside the new ones stands on its line.
enum Stand<'a> {
    /// It starts a line, after this white space.
    Line(&'a str),
    /// It starts a line, after white space, a comma and white space.
    AfterComma(&'a str),
    /// Something else stands before it.
    Inline,
}

/// How new entries are written and joined.
#[derive(Clone, Copy)]
struct Manner<'a> {
    /// The indentation of the lines that their closing brackets stand on.
    indent: &'a str,
    shape: Shape,
    /// What stands between two of them.
    separator: &'a str,
}

impl<'a> Work<'a> {
    /// Adds entries to a container that has a kept entry, the last of which is `last`.
    pub(super) fn insert(&mut self, layout: &Layout, last: usize, has_removed: bool, new: &New<'_>) {
        let beside = layout.entries[last];
        let comma = layout.commas[last];
        let source = self.source;
        match self.stand(layout, last) {
            Stand::Line(indent) => {
                let may_move = matches!(new, New::Members(_)) && !has_removed;
                if may_move && self.touches_avoided(layout, last) && self.insert_between(layout, last, new) {
                    return;
                }
                let line_break = self.line_break(beside.start);
                let separator = format!("{line_break}{indent}");
                let mut text = self.join(
                    layout,
                    beside,
                    new,
                    Manner { indent, shape: Shape::Lines, separator: &format!(",{separator}") },
                );
                text.insert_str(0, &separator);
                text.push_str(if layout.trailing { "," } else { "" });
                let anchor = source.comments_after(layout.end_with_comma(last));
                match comma {
                    Some(_) => self.put(anchor, anchor, text),
                    None if anchor == beside.end => self.put(anchor, anchor, format!(",{text}")),
                    None => {
                        self.put(beside.end, beside.end, ",");
                        self.put(anchor, anchor, text);
                    }
                }
            }
            Stand::AfterComma(prefix) if comma.is_none() => {
                let indent = source.indent(beside.start);
                let separator = format!("{}{prefix}", self.line_break(beside.start));
                let text =
                    self.join(layout, beside, new, Manner { indent, shape: Shape::Lines, separator: &separator });
                let anchor = source.comments_after(beside.end);
                self.put(anchor, anchor, format!("{separator}{text}"));
            }
            Stand::AfterComma(_) | Stand::Inline => {
                let gap = layout.gap(source).unwrap_or(&self.style.gap).to_owned();
                let indent = source.indent(beside.end).to_owned();
                let shape = self.shape_beside(beside, new);
                let text =
                    self.join(layout, beside, new, Manner { indent: &indent, shape, separator: &format!(",{gap}") });
                let at = layout.end_with_comma(last);
                let lead = if comma.is_some() { "" } else { "," };
                let trail = if layout.trailing { "," } else { "" };
                self.put(at, at, format!("{lead}{gap}{text}{trail}"));
            }
        }
    }

    /// Adds entries to a container that has none. Comments in it stay before them.
    pub(super) fn grow(&mut self, node: &Node, value: &Value, owner: usize) {
        if value.as_object().is_some_and(serde_json::Map::is_empty) || value.as_array().is_some_and(Vec::is_empty) {
            return;
        }
        let source = self.source;
        let inner = Span::new(node.span.start + 1, node.span.end - 1);
        let is_tall = !source.on_one_line(inner) || self.owns_line(owner) || node.span == self.root;
        let shape = if is_tall { Shape::Lines } else { Shape::Line };
        let indent = source.indent(node.span.start).to_owned();
        match source.comments_in(inner).last() {
            None => {
                let text = self.render(value, &indent, shape, None);
                self.put(node.span.start, node.span.end, text);
            }
            Some(comment) if source.line_end(comment.end) < inner.end => {
                let separator = format!("{}{indent}{}", self.style.line_break, self.style.step(&indent));
                let text = self.contents(value, &separator);
                self.put(comment.end, comment.end, format!("{separator}{}", text.join(&format!(",{separator}"))));
            }
            Some(comment) => {
                let text = self.render(value, &indent, Shape::Line, None);
                self.put(comment.end, comment.end, format!(" {}", text[1..text.len() - 1].trim()));
            }
        }
    }

    /// The entries of a new container as text, each on lines after `separator`.
    fn contents(&self, value: &Value, separator: &str) -> Vec<String> {
        let indent = separator.trim_start_matches(['\n', '\r']);
        let colon = self.style.colon.as_str();
        let render = |value, name| self.render(value, indent, Shape::Lines, name);
        match value {
            Value::Object(object) => {
                object.iter().map(|(name, value)| render(value, Some((name.as_str(), colon)))).collect()
            }
            Value::Array(array) => array.iter().map(|value| render(value, None)).collect(),
            plain => vec![plain.to_string()],
        }
    }

    /// Writes new entries in place of the first one, where every entry goes.
    pub(super) fn replace_first(&mut self, layout: &Layout, new: &New<'_>) {
        let first = layout.entries[0];
        let source = self.source;
        let (end, text) = if let Stand::Line(indent) = self.stand(layout, 0) {
            let separator = format!(",{}{indent}", self.line_break(first.start));
            let text = self.join(layout, first, new, Manner { indent, shape: Shape::Lines, separator: &separator });
            let tail_end = source.comments_after(layout.end_with_comma(0));
            let takes_tail = source.ends_line(tail_end);
            (
                if takes_tail { tail_end } else { first.end },
                if takes_tail && layout.trailing { text + "," } else { text },
            )
        } else {
            let gap = layout.gap(source).unwrap_or(&self.style.gap).to_owned();
            let indent = source.indent(first.end).to_owned();
            (
                first.end,
                self.join(
                    layout,
                    first,
                    new,
                    Manner { indent: &indent, shape: self.shape_beside(first, new), separator: &format!(",{gap}") },
                ),
            )
        };
        self.put(first.start, end, text);
    }

    /// Adds entries right after the value of a known entry: whatever follows it followed a value before.
    pub(super) fn insert_into_open(
        &mut self,
        layout: &Layout,
        removed: &[bool],
        new: &New<'_>,
        path: &Path,
    ) -> Result<(), SpliceError> {
        let source = self.source;
        let follows = |at: usize| source.text[at..].starts_with([' ', '\t', '\n', '\r', ',', '}', ']', '/', '#']);
        let mut places = (0..layout.entries.len()).rev().filter(|index| !removed[*index]);
        let index = match new {
            New::Items(_) => places.next().filter(|index| follows(layout.entries[*index].end)),
            New::Members(_) => {
                let mut places = places.filter(|index| follows(layout.entries[*index].end)).peekable();
                let latest = places.peek().copied();
                places.find(|index| !(self.avoid)(source.line(layout.entries[*index].end))).or(latest)
            }
        };
        let index = index.ok_or_else(|| SpliceError::NoPlace(path.clone()))?;
        let beside = layout.entries[index];
        let (separator, indent, shape) = match self.stand(layout, index) {
            Stand::Line(indent) if source.comments_after(beside.end) == beside.end => {
                (format!(",{}{indent}", self.line_break(beside.start)), indent, Shape::Lines)
            }
            _ => (format!(",{}", self.style.gap), source.indent(beside.end), self.shape_beside(beside, new)),
        };
        let text = self.join(layout, beside, new, Manner { indent, shape, separator: &separator });
        self.put(beside.end, beside.end, format!("{separator}{text}"));
        Ok(())
    }

    /// Puts new members on lines of their own before or between others, if somewhere no avoided line would follow them.
    fn insert_between(&mut self, layout: &Layout, last: usize, new: &New<'_>) -> bool {
        let source = self.source;
        let anchors = (0..last).map(|index| (layout.commas[index], index + 1)).rev();
        let before_first = std::iter::once((Some(layout.span.start), 0));
        for (mark, next) in anchors.chain(before_first) {
            let Some(mark) = mark else {
                continue;
            };
            let anchor = source.comments_after(mark + 1);
            let Stand::Line(indent) = self.stand(layout, next) else {
                continue;
            };
            if (self.avoid)(source.line(source.after_break(source.line_end(anchor)))) {
                continue;
            }
            let beside = layout.entries[next];
            let separator = format!("{}{indent}", self.line_break(beside.start));
            let text = self.join(
                layout,
                beside,
                new,
                Manner { indent, shape: Shape::Lines, separator: &format!(",{separator}") },
            );
            self.put(anchor, anchor, format!("{separator}{text},"));
            return true;
        }
        false
    }

    /// Whether adding a line after the entry `last` edits an avoided line or puts one right after the new line.
    fn touches_avoided(&self, layout: &Layout, last: usize) -> bool {
        let source = self.source;
        let anchor = source.comments_after(layout.end_with_comma(last));
        let edits = layout.commas[last].is_none() && (self.avoid)(source.line(layout.entries[last].end));
        let splits = !source.ends_line(anchor) && (self.avoid)(source.line(anchor));
        edits || splits || (self.avoid)(source.line(source.after_break(source.line_end(anchor))))
    }

    fn stand(&self, layout: &Layout, index: usize) -> Stand<'a> {
        let start = layout.entries[index].start;
        let prefix = self.source.prefix(start);
        let line_start = self.source.line_start(start);
        if line_start <= layout.span.start {
            return Stand::Inline;
        }
        let after_comments = self.source.comments_after(line_start);
        if self.source.text.get(after_comments..start).is_some_and(is_blank) {
            return Stand::Line(&prefix[..prefix.len() - prefix.trim_start_matches([' ', '\t']).len()]);
        }
        match prefix.trim_start_matches([' ', '\t']).strip_prefix(',') {
            Some(rest) if is_blank(rest) => Stand::AfterComma(prefix),
            _ => Stand::Inline,
        }
    }

    /// The line break before the line of `at`.
    fn line_break(&self, at: usize) -> String {
        let line_break = self.source.break_before(self.source.line_start(at));
        line_break.unwrap_or(&self.style.line_break).to_owned()
    }

    /// New elements beside a container of several lines have several lines too; all else stays on the line.
    fn shape_beside(&self, beside: Span, new: &New<'_>) -> Shape {
        match new {
            New::Items(_) if !self.source.on_one_line(beside) => Shape::Lines,
            _ => Shape::Line,
        }
    }

    /// All new entries as text. Elements beside a container of one line have one line.
    fn join(&self, layout: &Layout, beside: Span, new: &New<'_>, manner: Manner<'_>) -> String {
        let Manner { indent, shape, separator } = manner;
        let texts: Vec<_> = match new {
            New::Members(members) => {
                let colon = layout.colon.as_deref().unwrap_or(&self.style.colon);
                members.iter().map(|(name, value)| self.render(value, indent, shape, Some((name, colon)))).collect()
            }
            New::Items(items) => {
                let written = beside.of(self.source.text);
                let is_line = self.source.on_one_line(beside) && written.starts_with(['{', '[']) && written.len() > 2;
                let shape = if is_line { Shape::Line } else { shape };
                items.iter().map(|value| self.render(value, indent, shape, None)).collect()
            }
        };
        texts.join(separator)
    }
}
