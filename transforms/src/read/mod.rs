//! Readers: bytes to a tree whose nodes know their bytes.
//!
//! [`decode`] makes text of bytes, [`json()`] makes a [`Parsed`] of text. JSON with comments and trailing commas is read as
//! it is; where that fails, placeholders of deploy tools are overlaid in a copy of equal length ([`placeholder`]), so that
//! every span counts in the user's own text.

mod decode;
mod error;
mod foreign;
mod json;
mod lines;
mod members;
pub mod placeholder;
mod prescan;
mod survey;
#[cfg(test)]
mod tests;

pub use decode::decode;
pub use error::{Flaw, ReadError, ReadErrorKind, TemplateLanguage};
pub use json::json;
pub use lines::LineIndex;

use crate::tree::{Node, Span};

/// The largest text that is read, in bytes. ECS takes task definitions of at most 64 KiB.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The deepest nesting of brackets that is read.
pub const MAX_DEPTH: usize = 100;

/// A document that was read. All spans count in the text as it was given, byte order mark included.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The document.
    pub root: Node,
    /// All comments (`//`, `/* */`, `#`), in source order, without the line break that ends them.
    pub comments: Vec<Span>,
    /// All placeholders that JSON itself cannot carry, in source order. A placeholder in an otherwise proper string is not
    /// among them: see [`placeholder::in_string`].
    pub placeholders: Vec<Placeholder>,
    /// The text starts with a byte order mark.
    pub bom: bool,
    /// Every comma after the last member or element of its container, in source order.
    pub trailing_commas: Vec<Span>,
}

/// Something that a deploy tool will replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// The bytes of the placeholder.
    pub span: Span,
    /// Where it stands.
    pub position: PlaceholderPosition,
}

/// Where a placeholder stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceholderPosition {
    /// In place of a value, which is read as [`crate::tree::Value::Opaque`].
    Value,
    /// In place of members or elements, whose container is read as open.
    Member,
    /// In a string that is proper JSON only once the placeholder is replaced.
    InString,
}
