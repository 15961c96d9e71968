//! Edits of a document: what passes ask for, merged into one change, and the splices of the text that carry it out.
//!
//! Nothing here knows ECS. [`merge()`] checks edits against the unedited tree, [`lower`] writes the change as an RFC 6902 patch
//! for the proof and for reports, [`json::splice`] writes it as splices of JSON text, and [`to_json`] gives the values that
//! the proof compares.

pub mod json;
mod lower;
mod merge;
#[cfg(test)]
mod tests;
mod value;

pub use lower::lower;
pub use merge::{ArrayChange, Change, ItemChange, MemberChange, MergeError, merge};
pub use value::{is_value, to_json};

use serde_json::Value;

use crate::tree::{Path, Span};

/// One wish, against the unedited document. Parents that are missing or null are made once, for all edits below them.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// The value at that path shall be this one, whether it exists or not.
    Set {
        /// Where; its last step may be absent, and so may all names before it.
        path: Path,
        /// The new value.
        value: Value,
    },
    /// The list shall end with this value. An absent list is made.
    Append {
        /// The list.
        array: Path,
        /// The new last element.
        value: Value,
    },
    /// The value at that path shall go.
    Remove {
        /// Where; it must exist.
        path: Path,
    },
}

impl Edit {
    /// The member, element or list that the edit is about.
    pub const fn path(&self) -> &Path {
        match self {
            Self::Set { path, .. } | Self::Remove { path } => path,
            Self::Append { array, .. } => array,
        }
    }
}

/// A replacement of a range of the text. An insertion has an empty span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    /// The bytes that go.
    pub span: Span,
    /// What comes in their place.
    pub text: String,
}

/// The text after `splices`, which are sorted and do not overlap.
pub fn apply(text: &str, splices: &[Splice]) -> String {
    let mut result = String::with_capacity(text.len() + splices.iter().map(|splice| splice.text.len()).sum::<usize>());
    let mut at = 0;
    for splice in splices {
        result.push_str(&text[at..splice.span.start]);
        result.push_str(&splice.text);
        at = splice.span.end;
    }
    result.push_str(&text[at..]);
    result
}
