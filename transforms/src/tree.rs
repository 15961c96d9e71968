//! One tree for every format: nodes that know which bytes of the text they came from.
//!
//! A reader ([`crate::read`]) makes it, the projection and the editors walk it. What a reader cannot see through, such as a
//! placeholder of a deploy tool, is kept as [`Value::Opaque`] and is never guessed at.

use std::fmt;

/// A half-open range of byte offsets into the text that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset just after the last byte.
    pub end: usize,
}

impl Span {
    /// The range `start..end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The bytes of `text` that this span covers.
    pub fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }

    /// Whether both spans have a byte in common.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside this span.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A value and the bytes it was written as.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The bytes of the value itself, without what surrounds it.
    pub span: Span,
    /// What the bytes mean.
    pub value: Value,
}

/// What a node means.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An explicit null. Readers of ECS fields take it for "absent"; the console exports them by the dozen.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as the text writes it (`1.50`, `1e3`).
    Number(String),
    /// A string, with escapes resolved.
    String(String),
    /// A list.
    Array(Array),
    /// An object. Names are unique: a reader refuses duplicates.
    Object(Object),
    /// A value that another tool will fill in, standing where no literal value stands.
    Opaque,
}

/// The elements of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Array {
    /// The elements that can be seen.
    pub items: Vec<Node>,
    /// A placeholder between the elements may stand for any number of further ones.
    pub open: bool,
}

/// The members of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// The members that can be seen, in source order.
    pub members: Vec<Member>,
    /// A placeholder between the members may stand for any number of further ones.
    pub open: bool,
    /// See [`Object::may_hide_members`]: asked for every absent member, so found out once.
    may_hide: bool,
}

/// One member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The name, with escapes resolved.
    pub name: String,
    /// The bytes of the name, quotes included.
    pub name_span: Span,
    /// The value.
    pub value: Node,
}

impl Object {
    /// An object of these members, and of others that cannot be seen where it is `open`.
    pub fn new(members: Vec<Member>, open: bool) -> Self {
        let may_hide = open || members.iter().any(|member| may_be_any_name(&member.name));
        Self { members, open, may_hide }
    }

    /// Whether it may have members that cannot be seen: a placeholder stands among them, or the name of one is filled in by another
    /// tool and may be any name. Plain names with a dollar, such as `$schema`, are names.
    pub const fn may_hide_members(&self) -> bool {
        self.may_hide
    }

    /// The member of that name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The value of the member of that name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.member(name).map(|member| &member.value)
    }
}

/// Whether another tool fills in the name, or a part of it.
fn may_be_any_name(name: &str) -> bool {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    !is_plain && (["${", "$(", "{{", "<%"].iter().any(|open| name.contains(open)) || is_bare_placeholder(name))
}

/// Names such as `$NAME`, `<NAME>` and `%NAME%`, which are placeholders where no quotes stand around them. A reader keeps such a name
/// with the characters that mark it, and no API has a member of that kind.
fn is_bare_placeholder(name: &str) -> bool {
    let dollars = name.starts_with('$')
        && name.chars().all(|letter| letter == '$' || letter == '_' || letter.is_ascii_uppercase());
    dollars
        || (name.starts_with('<') && name.ends_with('>'))
        || (name.starts_with('%') && name.ends_with('%') && name.len() > 1)
}

impl Node {
    /// The node at `path` below this one, if every step exists.
    pub fn at(&self, path: &Path) -> Option<&Self> {
        path.steps().iter().try_fold(self, |node, step| node.step(step))
    }

    /// The node one step below this one.
    pub fn step(&self, step: &Step) -> Option<&Self> {
        match (&self.value, step) {
            (Value::Object(object), Step::Key(name)) => object.get(name),
            (Value::Array(array), Step::Index(index)) => array.items.get(*index),
            _ => None,
        }
    }

    /// This node as an object.
    pub fn as_object(&self) -> Option<&Object> {
        match &self.value {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// This node as a list.
    pub fn as_array(&self) -> Option<&Array> {
        match &self.value {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// This node as a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

/// One step from a node to a node below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// To the member of this name.
    Key(String),
    /// To the element of this index, counted from 0.
    Index(usize),
}

/// A place in a tree, from its root. `Display` writes an RFC 6901 pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The root itself.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This path and then the member `name`.
    #[must_use]
    pub fn key(&self, name: impl Into<String>) -> Self {
        self.with(Step::Key(name.into()))
    }

    /// This path and then the element `index`.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// This path and then `step`.
    #[must_use]
    pub fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// This path and then all steps of `rest`.
    #[must_use]
    pub fn join(&self, rest: &[Step]) -> Self {
        let mut steps = self.0.clone();
        steps.extend_from_slice(rest);
        Self(steps)
    }

    /// The path one step up and the last step; `None` for the root.
    pub fn split_last(&self) -> Option<(Self, &Step)> {
        let (last, rest) = self.0.split_last()?;
        Some((Self(rest.to_vec()), last))
    }

    /// The steps below `prefix`; `None` where this path does not lie there.
    pub fn below(&self, prefix: &Self) -> Option<&[Step]> {
        self.0.strip_prefix(prefix.0.as_slice())
    }
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                Step::Key(name) => write!(out, "/{}", name.replace('~', "~0").replace('/', "~1"))?,
                Step::Index(index) => write!(out, "/{index}")?,
            }
        }
        Ok(())
    }
}
