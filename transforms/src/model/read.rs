//! Three-valued reading of a tree: absent, known, or unresolved.

use crate::read::placeholder;
use crate::tree::{Node, Value};

/// Why a value cannot be known from this text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Another tool fills it in.
    Placeholder,
    /// A placeholder stands among the members or elements around it and may bring it.
    MayBeHidden,
    /// It belongs to a part of the task definition that this text does not hold.
    OutsideThisFile,
    /// It is written as something that ECS does not take there.
    WrongType,
}

impl Why {
    /// The reason as the end of a sentence that begins with the field.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Placeholder => "is a placeholder",
            Self::MayBeHidden => "may come from a placeholder beside it",
            Self::OutsideThisFile => "belongs to the part of the task definition that this file does not hold",
            Self::WrongType => "is written as a type that ECS does not take there",
        }
    }
}

/// What a field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read<T> {
    /// Not there, or an explicit null.
    Absent,
    /// There, and this.
    Known(T),
    /// There or not, with a value that this text does not tell.
    Unresolved(Why),
}

impl<T> Read<T> {
    /// The value, where it is known.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// Why it is unresolved, where it is.
    pub const fn unresolved(&self) -> Option<Why> {
        match self {
            Self::Unresolved(why) => Some(*why),
            _ => None,
        }
    }

    /// Goes on with the known value.
    pub fn and_then<U>(self, next: impl FnOnce(T) -> Read<U>) -> Read<U> {
        match self {
            Self::Absent => Read::Absent,
            Self::Known(value) => next(value),
            Self::Unresolved(why) => Read::Unresolved(why),
        }
    }

    /// Changes the known value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Read<U> {
        self.and_then(|value| Read::Known(change(value)))
    }
}

/// A place in the tree as a view finds it.
pub type Place<'d> = Read<&'d Node>;

impl<'d> Place<'d> {
    /// A node as a place: null is absent, a placeholder is unresolved.
    pub fn of(node: &'d Node) -> Self {
        match node.value {
            Value::Null => Self::Absent,
            Value::Opaque => Self::Unresolved(Why::Placeholder),
            _ => Self::Known(node),
        }
    }

    /// The member `name` of this object.
    #[must_use]
    pub fn member(self, name: &str) -> Self {
        self.and_then(|node| match &node.value {
            Value::Object(object) => match object.get(name) {
                Some(found) => Self::of(found),
                None if object.may_hide_members() => Self::Unresolved(Why::MayBeHidden),
                None => Self::Absent,
            },
            _ => Self::Unresolved(Why::WrongType),
        })
    }

    /// Whether something is there that says anything: not the empty list, object or string that `describe-task-definition` and the
    /// console fill in. What is unresolved says nothing.
    pub fn is_filled(&self) -> bool {
        match self {
            Self::Known(node) => match &node.value {
                Value::Array(array) => !array.items.is_empty() || array.open,
                Value::Object(object) => !object.members.is_empty() || object.open,
                Value::String(text) => !text.trim().is_empty(),
                _ => true,
            },
            Self::Absent | Self::Unresolved(_) => false,
        }
    }

    /// A string without a placeholder in it.
    pub fn text(self) -> Read<&'d str> {
        self.and_then(|node| match &node.value {
            Value::String(text) if placeholder::in_string(text) => Read::Unresolved(Why::Placeholder),
            Value::String(text) => Read::Known(text.as_str()),
            _ => Read::Unresolved(Why::WrongType),
        })
    }

    /// A string or a bare scalar, as text: `"1000"` and `1000` alike.
    pub fn scalar(self) -> Read<&'d str> {
        self.and_then(|node| match &node.value {
            Value::Number(text) => Read::Known(text.as_str()),
            _ => Self::Known(node).text(),
        })
    }

    /// A whole number that is not negative, also where it is written as a string.
    pub fn number(self) -> Read<u64> {
        self.scalar().and_then(|text| text.trim().parse().map_or(Read::Unresolved(Why::WrongType), Read::Known))
    }

    /// A boolean, also where it is written as a string.
    pub fn flag(self) -> Read<bool> {
        self.and_then(|node| match &node.value {
            Value::Bool(flag) => Read::Known(*flag),
            _ => Self::Known(node).text().and_then(|text| match text.to_ascii_lowercase().as_str() {
                "true" => Read::Known(true),
                "false" => Read::Known(false),
                _ => Read::Unresolved(Why::WrongType),
            }),
        })
    }

    /// The elements of a list; an absent list has none.
    pub fn list(self) -> Listed<'d> {
        match self {
            Self::Absent => Listed { items: Vec::new(), hidden: None },
            Self::Unresolved(why) => Listed { items: Vec::new(), hidden: Some(why) },
            Self::Known(node) => match &node.value {
                Value::Array(array) => Listed {
                    items: array.items.iter().map(Place::of).collect(),
                    hidden: array.open.then_some(Why::MayBeHidden),
                },
                _ => Listed { items: Vec::new(), hidden: Some(Why::WrongType) },
            },
        }
    }
}

/// The elements of a list that can be seen, and whether that is all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<'d> {
    /// The elements, in order; single ones may be unresolved.
    pub items: Vec<Place<'d>>,
    /// Why there may be more than these.
    pub hidden: Option<Why>,
}

impl<'d> Listed<'d> {
    /// Why the list or one of its elements is unresolved.
    pub fn unresolved(&self) -> Option<Why> {
        self.hidden.or_else(|| self.items.iter().find_map(Read::unresolved))
    }

    /// The strings of the list, or why one of them is not known.
    pub fn texts(&self) -> Result<Vec<&'d str>, Why> {
        if let Some(why) = self.hidden {
            return Err(why);
        }
        let texts = self.items.iter().map(|item| match item.clone().text() {
            Read::Known(text) => Ok(Some(text)),
            Read::Absent => Ok(None),
            Read::Unresolved(why) => Err(why),
        });
        Ok(texts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }
}
