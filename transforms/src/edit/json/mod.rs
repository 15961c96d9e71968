//! A change as splices of JSON text, in the style of its surroundings.
//!
//! Outside the splices no byte changes. New members follow their siblings: indentation, line breaks, the separator after a
//! name, one line or many, trailing commas. Comments of what stays stay.

mod insert;
mod layout;
mod remove;
mod render;
mod source;
mod style;

use serde_json::{Map, Value};
use thiserror::Error;

use self::insert::New;
use self::layout::Layout;
use self::render::{Place, Shape};
use self::source::Source;
use self::style::Style;
use super::{ArrayChange, Change, ItemChange, MemberChange, Splice};
use crate::read::Parsed;
use crate::tree::{Node, Path, Span};

/// A change that this text has no safe place for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SpliceError {
    /// Placeholders stand where the new member or element would go.
    #[error("placeholders leave no safe place for a new entry in {0}")]
    NoPlace(Path),
    /// A placeholder may bring the comma that the removal would have to take.
    #[error("placeholders leave no safe way to remove an entry of {0}")]
    NotRemovable(Path),
    /// The change was made for another document.
    #[error("the change does not fit the document at {0}")]
    Mismatch(Path),
}

/// Makes splices of one document. What has to be known about the document as a whole is found out once.
#[derive(Debug)]
pub struct Splicer<'a> {
    text: &'a str,
    parsed: &'a Parsed,
    breaks: Vec<usize>,
    style: Style,
}

impl<'a> Splicer<'a> {
    /// Looks at how the document is written.
    pub fn new(text: &'a str, parsed: &'a Parsed) -> Self {
        let breaks = source::breaks(text);
        let style = Style::of(Source { text, comments: &parsed.comments, breaks: &breaks }, &parsed.root);
        Self { text, parsed, breaks, style }
    }

    /// The splices that carry out `change`, sorted and without overlap.
    ///
    /// New members go after the last one. Where that would touch a line for which `avoid` is true (by the comma that the last
    /// member gets, or as the line after the new one), they go to the latest place between two members where nothing but new
    /// lines is added; where there is none, to the end after all. `avoid` gets the span of a line without its line break.
    pub fn splices(&self, change: &Change, avoid: &dyn Fn(Span) -> bool) -> Result<Vec<Splice>, SpliceError> {
        let root = &self.parsed.root;
        let source = Source { text: self.text, comments: &self.parsed.comments, breaks: &self.breaks };
        let mut work = Work { source, root: root.span, style: &self.style, avoid, splices: Vec::new() };
        work.node(root, change, root.span.start, &Path::root())?;
        Ok(normalise(work.splices))
    }
}

/// The splices that carry out one change of one document: see [`Splicer::splices`].
pub fn splice(
    text: &str,
    parsed: &Parsed,
    change: &Change,
    avoid: &dyn Fn(Span) -> bool,
) -> Result<Vec<Splice>, SpliceError> {
    Splicer::new(text, parsed).splices(change, avoid)
}

/// Sorts splices and joins those that overlap or touch. Overlaps come from removals of neighbours alone.
fn normalise(mut splices: Vec<Splice>) -> Vec<Splice> {
    splices.sort_by_key(|splice| (splice.span.start, splice.span.end));
    let mut joined: Vec<Splice> = Vec::with_capacity(splices.len());
    for splice in splices {
        match joined.last_mut() {
            Some(last) if splice.span.start <= last.span.end => {
                last.span.end = last.span.end.max(splice.span.end);
                last.text.push_str(&splice.text);
            }
            _ => joined.push(splice),
        }
    }
    joined
}

/// For each of `count` entries, whether its index is among `marked`.
fn flags(count: usize, marked: &[usize]) -> Vec<bool> {
    let mut flags = vec![false; count];
    for index in marked {
        flags[*index] = true;
    }
    flags
}

/// Collects splices while it walks the tree beside the change.
struct Work<'a> {
    source: Source<'a>,
    root: Span,
    style: &'a Style,
    avoid: &'a dyn Fn(Span) -> bool,
    splices: Vec<Splice>,
}

impl Work<'_> {
    fn put(&mut self, start: usize, end: usize, text: impl Into<String>) {
        self.splices.push(Splice { span: Span::new(start, end), text: text.into() });
    }

    /// Carries out the change of a node whose member or element starts at `owner`.
    fn node(&mut self, node: &Node, change: &Change, owner: usize, path: &Path) -> Result<(), SpliceError> {
        match change {
            Change::Keep => Ok(()),
            Change::Replace(value) => {
                self.replace(node, value, owner);
                Ok(())
            }
            Change::Object(members) => self.object(node, members, owner, path),
            Change::Array(array) => self.array(node, array, owner, path),
        }
    }

    /// Writes a new value over an old one.
    fn replace(&mut self, node: &Node, value: &Value, owner: usize) {
        let was_line = node.as_object().is_some_and(|object| !object.members.is_empty())
            || node.as_array().is_some_and(|array| !array.items.is_empty());
        let shape = if was_line && self.source.on_one_line(node.span) {
            Shape::Line
        } else if self.owns_line(owner) || node.span == self.root || !self.source.on_one_line(node.span) {
            Shape::Lines
        } else {
            Shape::Line
        };
        let line = if self.source.starts_line(node.span.start) { node.span.start } else { owner };
        let indent = self.source.indent(line).to_owned();
        let text = self.render(value, &indent, shape, None);
        self.put(node.span.start, node.span.end, text);
    }

    /// Whether the member or element at `at` starts its line, perhaps after a leading comma.
    fn owns_line(&self, at: usize) -> bool {
        let prefix = self.source.prefix(at);
        self.source.line_start(at) > 0 && prefix.trim_start_matches([' ', '\t', ',']).is_empty()
    }

    /// A new value, or a new member where it has a name.
    fn render(&self, value: &Value, indent: &str, shape: Shape, name: Option<(&str, &str)>) -> String {
        let colon = name.map_or(self.style.colon.as_str(), |(_, colon)| colon);
        let shape = if self.style.comma_first { Shape::Line } else { shape };
        let place = Place { line_break: &self.style.line_break, indent, colon, shape };
        match name {
            Some((name, _)) => render::member(self.style, name, value, place),
            None => render::value(self.style, value, place),
        }
    }

    fn object(
        &mut self,
        node: &Node,
        changes: &[(String, MemberChange)],
        owner: usize,
        path: &Path,
    ) -> Result<(), SpliceError> {
        let mismatch = || SpliceError::Mismatch(path.clone());
        let object = node.as_object().ok_or_else(mismatch)?;
        let mut added = Vec::new();
        let mut removed = Vec::new();
        for (name, change) in changes {
            let index = object.members.iter().position(|member| member.name == *name);
            match (change, index) {
                (MemberChange::Add(value), None) => added.push((name.as_str(), value)),
                (MemberChange::Remove, Some(index)) => removed.push(index),
                (MemberChange::Change(change), Some(index)) => {
                    let member = &object.members[index];
                    self.node(&member.value, change, member.name_span.start, &path.key(name.as_str()))?;
                }
                _ => return Err(mismatch()),
            }
        }
        if added.is_empty() && removed.is_empty() {
            return Ok(());
        }
        let layout = Layout::of_object(self.source, node.span, object);
        if layout.entries.is_empty() && !layout.open {
            let members: Map<_, _> = added.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone())).collect();
            self.grow(node, &Value::Object(members), owner);
            return Ok(());
        }
        self.entries(&layout, &flags(layout.entries.len(), &removed), &New::Members(added), path)
    }

    fn array(&mut self, node: &Node, change: &ArrayChange, owner: usize, path: &Path) -> Result<(), SpliceError> {
        let array = node.as_array().filter(|array| array.items.len() == change.len);
        let array = array.ok_or_else(|| SpliceError::Mismatch(path.clone()))?;
        let mut removed = Vec::new();
        for (index, change) in &change.items {
            let below = path.index(*index);
            let Some(item) = array.items.get(*index) else {
                return Err(SpliceError::Mismatch(below));
            };
            match change {
                ItemChange::Remove => removed.push(*index),
                ItemChange::Change(change) => self.node(item, change, item.span.start, &below)?,
            }
        }
        if change.appended.is_empty() && removed.is_empty() {
            return Ok(());
        }
        let layout = Layout::of_array(self.source, node.span, array);
        if layout.entries.is_empty() && !layout.open {
            self.grow(node, &Value::Array(change.appended.clone()), owner);
            return Ok(());
        }
        self.entries(&layout, &flags(layout.entries.len(), &removed), &New::Items(&change.appended), path)
    }

    /// Removes and adds entries of a container that has some.
    fn entries(&mut self, layout: &Layout, removed: &[bool], new: &New<'_>, path: &Path) -> Result<(), SpliceError> {
        let has_removed = removed.contains(&true);
        if has_removed && layout.open {
            self.remove_from_open(layout, removed, path)?;
        } else if has_removed {
            self.remove(layout, removed, new);
        }
        match removed.iter().rposition(|removed| !removed) {
            _ if new.is_empty() => Ok(()),
            None if layout.open => Err(SpliceError::NoPlace(path.clone())),
            None => {
                self.replace_first(layout, new);
                Ok(())
            }
            Some(_) if layout.open => self.insert_into_open(layout, removed, new, path),
            Some(last) => {
                self.insert(layout, last, has_removed, new);
                Ok(())
            }
        }
    }
}
