//! What members of a definition say, as data: asked of a definition here, and written by the binary in the languages of other gates.

use super::read::{Place, Read};
use super::task::TaskView;
use crate::tree::Node;

/// Something that a task, a container or an element of a list says.
#[derive(Debug)]
pub enum Fact {
    /// The member says one of these.
    Member(&'static [&'static str], &'static [Is]),
    /// The first element of the list says one of these.
    First(&'static [&'static str], &'static [Is]),
    /// Some element of the list says all of these.
    Some(&'static [&'static str], &'static [Fact]),
    /// Some container of the task that can be read says all of these.
    SomeContainer(&'static [Fact]),
    /// No element of the list says all of these.
    No(&'static [&'static str], &'static [Fact]),
    /// One of these holds.
    Any(&'static [Fact]),
}

/// What a member says.
#[derive(Debug)]
pub enum Is {
    /// Nothing: it is not there, or null.
    Absent,
    /// This truth value, also where it is written as a string.
    Flag(bool),
    /// Anything but an empty value. What is unresolved says nothing.
    Filled,
    /// Anything but an empty value and `false`.
    Used,
    /// A text of this form.
    Text(&'static Form),
    /// A text of this form, whatever a placeholder in it may bring.
    Written(&'static Form),
    /// A text of another form.
    OtherText(&'static Form),
    /// A text or a bare number of this form.
    Scalar(&'static Form),
    /// A whole number above this one.
    Above(u64),
    /// The text of another member of the same owner, but for blanks around it. Blanks alone are no text.
    SameAs(&'static str),
    /// The `name` of an element of a list of the task that says all of these.
    NameOf(&'static str, &'static [Fact]),
}

/// A form that texts may have: as a question, and as an expression that means the same.
#[derive(Debug)]
pub enum Form {
    /// One of these words.
    Words {
        /// The words; an empty one stands for blanks alone.
        words: &'static [&'static str],
        /// Which spellings of them count.
        spelling: Spelling,
    },
    /// What a function finds out, and what takes several expressions.
    OneOf {
        /// What such texts are called, in snake case.
        name: &'static str,
        /// Whether a text has the form.
        holds: fn(&str) -> bool,
        /// Regular expressions for it, of which one has to match.
        patterns: fn() -> Vec<String>,
    },
    /// What a function finds out.
    Shape {
        /// Whether a text has the form.
        holds: fn(&str) -> bool,
        /// A regular expression for it, as RE2 takes it.
        pattern: fn() -> String,
    },
}

/// Which spellings of a word count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// This one.
    Exact,
    /// With blanks around it.
    Trimmed,
    /// In small and capital letters.
    AnyCase,
    /// With blanks around it, in small and capital letters.
    Loose,
}

/// Blanks alone, or nothing at all.
pub static BLANK: Form = Form::Words { words: &[""], spelling: Spelling::Trimmed };

/// A number that is 0.
pub static ZERO: Form =
    Form::Shape { holds: |text| text.trim().parse() == Ok(0_u64), pattern: || r"^\s*\+?0+\s*$".to_owned() };

impl Form {
    /// Exactly one of these words.
    pub const fn exactly(words: &'static [&'static str]) -> Self {
        Self::Words { words, spelling: Spelling::Exact }
    }

    /// One of these words, with blanks around it.
    pub const fn trimmed(words: &'static [&'static str]) -> Self {
        Self::Words { words, spelling: Spelling::Trimmed }
    }

    /// One of these words, with blanks around it, in small and capital letters.
    pub const fn loosely(words: &'static [&'static str]) -> Self {
        Self::Words { words, spelling: Spelling::Loose }
    }

    /// Whether a text has this form.
    pub fn holds(&self, text: &str) -> bool {
        match self {
            Self::Shape { holds, .. } | Self::OneOf { holds, .. } => holds(text),
            Self::Words { words, spelling: Spelling::Exact } => words.contains(&text),
            Self::Words { words, spelling: Spelling::Trimmed } => words.contains(&text.trim()),
            Self::Words { words, spelling: Spelling::AnyCase } => {
                words.iter().any(|word| word.eq_ignore_ascii_case(text))
            }
            Self::Words { words, spelling: Spelling::Loose } => {
                words.iter().any(|word| word.eq_ignore_ascii_case(text.trim()))
            }
        }
    }

    /// A regular expression for it.
    pub fn pattern(&self) -> String {
        match self {
            Self::OneOf { patterns, .. } => patterns().join("|"),
            Self::Shape { pattern, .. } => pattern(),
            Self::Words { words, spelling } => {
                let words: Vec<String> = words.iter().map(|word| escaped(word)).collect();
                let words = if words.len() == 1 { words.concat() } else { format!("({})", words.join("|")) };
                match spelling {
                    Spelling::Exact => format!("^{words}$"),
                    Spelling::Trimmed if words.is_empty() => r"^\s*$".to_owned(),
                    Spelling::Trimmed => format!(r"^\s*{words}\s*$"),
                    Spelling::AnyCase => format!("(?i)^{words}$"),
                    Spelling::Loose => format!(r"(?i)^\s*{words}\s*$"),
                }
            }
        }
    }
}

/// A text as an expression that matches it alone.
pub fn escaped(text: &str) -> String {
    let escape = |letter: char| if r"\.+*?()|[]{}^$".contains(letter) { format!(r"\{letter}") } else { letter.into() };
    text.chars().map(escape).collect()
}

/// What has members: a task, a container, an element of a list.
pub trait Owner<'d> {
    /// The member of that name.
    fn get(&self, name: &str) -> Place<'d>;
}

impl<'d> Owner<'d> for TaskView<'d> {
    fn get(&self, name: &str) -> Place<'d> {
        self.member(name)
    }
}

impl<'d> Owner<'d> for super::ContainerView<'d> {
    fn get(&self, name: &str) -> Place<'d> {
        self.member(name)
    }
}

impl<'d> Owner<'d> for Place<'d> {
    fn get(&self, name: &str) -> Place<'d> {
        self.clone().member(name)
    }
}

impl Fact {
    /// Whether it holds of `owner`, which is the task or a part of it.
    pub fn holds<'d>(&self, task: &TaskView<'d>, owner: &dyn Owner<'d>) -> Read<bool> {
        match self {
            Self::Member(path, values) => {
                let place = at(owner, path);
                any(values.iter().map(|value| value.is(task, owner, place.clone())))
            }
            Self::First(path, values) => {
                let first = at(owner, path).list().items.into_iter().next().unwrap_or(Read::Absent);
                any(values.iter().map(|value| value.is(task, owner, first.clone())))
            }
            Self::Some(path, facts) => some(task, at(owner, path), facts),
            Self::SomeContainer(facts) => any(task.seen().iter().map(|container| Self::all(facts, task, container))),
            Self::No(path, facts) => some(task, at(owner, path), facts).map(|found| !found),
            Self::Any(facts) => any(facts.iter().map(|fact| fact.holds(task, owner))),
        }
    }

    /// Whether all of `facts` hold of `owner`.
    pub fn all<'d>(facts: &[Self], task: &TaskView<'d>, owner: &dyn Owner<'d>) -> Read<bool> {
        any(facts.iter().map(|fact| fact.holds(task, owner).map(|holds| !holds))).map(|fails| !fails)
    }
}

impl Is {
    fn is<'d>(&self, task: &TaskView<'d>, owner: &dyn Owner<'d>, place: Place<'d>) -> Read<bool> {
        let read = match self {
            Self::Absent => match place {
                Read::Absent => Read::Known(true),
                other => other.map(|_| false),
            },
            Self::Flag(wanted) => place.flag().map(|flag| flag == *wanted),
            Self::Filled => Read::Known(place.is_filled()),
            Self::Used => Read::Known(place.is_filled() && place.flag() != Read::Known(false)),
            Self::Text(form) => place.text().map(|text| form.holds(text)),
            Self::Written(form) => {
                Read::Known(place.known().and_then(Node::as_str).is_some_and(|written| form.holds(written)))
            }
            Self::OtherText(form) => place.text().map(|text| !form.holds(text)),
            Self::Scalar(form) => place.scalar().map(|text| form.holds(text)),
            Self::Above(most) => {
                place.scalar().map(|text| text.trim().parse::<u64>().is_ok_and(|number| number > *most))
            }
            // What is written alike becomes one text, whatever its placeholders bring.
            Self::SameAs(other) => {
                let written = |place: Place<'d>| place.known().and_then(Node::as_str).map(str::trim);
                let (one, other) = (written(place), written(owner.get(other)));
                Read::Known(one.is_some_and(|text| !text.is_empty()) && one == other)
            }
            Self::NameOf(list, facts) => place.text().and_then(|name| {
                let named = task.member(list).list();
                let element =
                    named.items.into_iter().find(|item| item.clone().member("name").text() == Read::Known(name));
                match (element, named.hidden) {
                    (Some(element), _) => Fact::all(facts, task, &element),
                    (None, Some(why)) => Read::Unresolved(why),
                    (None, None) => Read::Known(false),
                }
            }),
        };
        // What is not there says nothing else.
        if read == Read::Absent { Read::Known(false) } else { read }
    }
}

/// The member at the end of a path.
fn at<'d>(owner: &dyn Owner<'d>, path: &[&str]) -> Place<'d> {
    match path {
        [] => Read::Absent,
        [first, rest @ ..] => rest.iter().fold(owner.get(first), |place, name| place.member(name)),
    }
}

fn some<'d>(task: &TaskView<'d>, list: Place<'d>, facts: &[Fact]) -> Read<bool> {
    let list = list.list();
    let hidden = list.hidden.map(Read::Unresolved);
    any(list.items.into_iter().map(|item| element(task, item, facts)).chain(hidden))
}

/// Whether an element says all of `facts`. Lists of texts are asked by the empty name.
fn element<'d>(task: &TaskView<'d>, item: Place<'d>, facts: &[Fact]) -> Read<bool> {
    match item {
        Read::Unresolved(why) => Read::Unresolved(why),
        item => Fact::all(facts, task, &Element(item)),
    }
}

/// An element of a list: the empty name is the element itself.
struct Element<'d>(Place<'d>);

impl<'d> Owner<'d> for Element<'d> {
    fn get(&self, name: &str) -> Place<'d> {
        if name.is_empty() { self.0.clone() } else { self.0.clone().member(name) }
    }
}

/// One that holds decides; else one that cannot be told.
fn any(reads: impl Iterator<Item = Read<bool>>) -> Read<bool> {
    reads.fold(Read::Known(false), |all, next| match (all, next) {
        (Read::Known(true), _) | (_, Read::Known(true)) => Read::Known(true),
        (Read::Unresolved(why), _) | (_, Read::Unresolved(why)) => Read::Unresolved(why),
        _ => Read::Known(false),
    })
}
