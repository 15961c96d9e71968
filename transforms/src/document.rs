//! A task definition in the text it came in: the tree, and the projection between its places and the canonical ones.
//!
//! A canonical path uses the names and shapes of `RegisterTaskDefinition`, whatever wraps the definition in this text. The
//! projection maps it to a place of this text, or answers that there is none: a bare list of container definitions has no
//! `executionRoleArn`.

use serde_json::Value as Json;

use crate::edit::{Edit, is_value, to_json};
use crate::read::{LineIndex, Parsed, ReadError};
use crate::tree::{Node, Path, Span, Step, Value};

mod recognise;
#[cfg(test)]
mod tests;

pub use recognise::{Foreign, NotOne};

/// What wraps the task definition in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// An object with `containerDefinitions` at this place of the document; the root for plain register input.
    Definition {
        /// Where the object stands.
        at: Path,
        /// Where tags stand that belong to it but lie outside it, as `describe-task-definition` prints them.
        tags: Option<Path>,
    },
    /// A bare list of container definitions.
    Containers,
    /// A single container definition.
    Container,
}

/// Why a text cannot be worked on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The text could not be read at all.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The text was read and does not hold exactly one task definition.
    #[error(transparent)]
    NotOne(#[from] NotOne),
}

impl DocumentError {
    /// The byte offset the error points at.
    pub fn at(&self) -> usize {
        match self {
            Self::Read(error) => error.at,
            Self::NotOne(error) => error.at(),
        }
    }

    /// What the user can do about it.
    pub fn next_step(&self) -> String {
        match self {
            Self::Read(error) => error.next_step().into(),
            Self::NotOne(error) => error.next_step(),
        }
    }

    /// Whether a walk over a directory counts the file as broken: it does not parse, or is a template with directives.
    /// Files that merely hold something else are a note there.
    pub fn is_broken(&self) -> bool {
        matches!(self, Self::Read(error) if error.is_broken())
    }
}

/// A text with one task definition in it.
#[derive(Clone, Debug)]
pub struct Document {
    text: String,
    parsed: Parsed,
    envelope: Envelope,
}

impl Document {
    /// Reads `text` and finds the task definition in it.
    pub fn read(text: String) -> Result<Self, DocumentError> {
        let parsed = crate::read::json(&text)?;
        let envelope = recognise::envelope(&parsed.root)?;
        Ok(Self { text, parsed, envelope })
    }

    /// The text as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree of the whole text.
    pub fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    /// What wraps the definition.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Lines and columns of the text.
    pub fn lines(&self) -> LineIndex<'_> {
        LineIndex::new(&self.text)
    }

    /// The place in this text of a canonical path; `None` where this text has no such place.
    pub fn place(&self, canonical: &Path) -> Option<Path> {
        match &self.envelope {
            Envelope::Definition { at, tags } => match (tags, canonical.steps()) {
                (Some(tags), [Step::Key(first), rest @ ..]) if first == "tags" => Some(tags.join(rest)),
                (_, steps) => Some(at.join(steps)),
            },
            Envelope::Containers => canonical.below(&containers()).map(|rest| Path::root().join(rest)),
            Envelope::Container => canonical.below(&containers().index(0)).map(|rest| Path::root().join(rest)),
        }
    }

    /// The canonical path of a place of this text; `None` for what lies outside the definition.
    pub fn canonical(&self, place: &Path) -> Option<Path> {
        match &self.envelope {
            Envelope::Definition { at, tags } => {
                if let Some(rest) = tags.as_ref().and_then(|tags| place.below(tags)) {
                    return Some(Path::root().key("tags").join(rest));
                }
                place.below(at).map(|rest| Path::root().join(rest))
            }
            Envelope::Containers => Some(containers().join(place.steps())),
            Envelope::Container => Some(containers().index(0).join(place.steps())),
        }
    }

    /// The node at a canonical path.
    pub fn node(&self, canonical: &Path) -> Option<&Node> {
        self.parsed.root.at(&self.place(canonical)?)
    }

    /// The span to point at for a canonical path: the member with its name where there is one, else the nearest thing above.
    pub fn mark(&self, canonical: &Path) -> Span {
        let mut path = canonical.clone();
        loop {
            if let Some(span) = self.place(&path).and_then(|place| self.mark_place(&place)) {
                return span;
            }
            match path.split_last() {
                Some((above, _)) => path = above,
                None => return self.parsed.root.span,
            }
        }
    }

    fn mark_place(&self, place: &Path) -> Option<Span> {
        let node = self.parsed.root.at(place)?;
        if let Some((above, Step::Key(name))) = place.split_last()
            && let Some(member) = self.parsed.root.at(&above)?.as_object()?.member(name)
            && !matches!(node.value, Value::Object(_) | Value::Array(_))
        {
            return Some(Span::new(member.name_span.start, node.span.end));
        }
        match (&node.value, place.split_last()) {
            (Value::Object(_) | Value::Array(_), Some((above, Step::Key(name)))) => {
                self.parsed.root.at(&above)?.as_object()?.member(name).map(|member| member.name_span)
            }
            (Value::Object(object), _) => {
                let name = object.member("name").or(object.members.first());
                Some(name.map_or(Span::new(node.span.start, node.span.start + 1), |member| {
                    Span::new(member.name_span.start, member.value.span.end)
                }))
            }
            _ => Some(node.span),
        }
    }

    /// The whole text as a value in document coordinates: what RFC 6902 operations on this document apply to.
    pub fn value(&self) -> Json {
        to_json(&self.parsed.root, &self.text)
    }

    /// Whether [`Self::value`] would be this value.
    pub fn is_value(&self, value: &Json) -> bool {
        is_value(&self.parsed.root, &self.text, value)
    }

    /// An edit on a canonical path, moved to its place in this text; `None` where there is no such place.
    pub fn located(&self, edit: &Edit) -> Option<Edit> {
        Some(match edit {
            Edit::Set { path, value } => Edit::Set { path: self.place(path)?, value: value.clone() },
            Edit::Append { array, value } => Edit::Append { array: self.place(array)?, value: value.clone() },
            Edit::Remove { path } => Edit::Remove { path: self.place(path)? },
        })
    }
}

/// The canonical path of the list of container definitions.
pub fn containers() -> Path {
    Path::root().key("containerDefinitions")
}
