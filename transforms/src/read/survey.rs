//! One pass over JSONC text for what the parser does not tell: comments, trailing commas, depth, stray characters.

use super::{Flaw, MAX_DEPTH, ReadError, ReadErrorKind};
use crate::tree::Span;

/// What one pass over the text found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Comments of all three kinds.
    pub(super) comments: Vec<Span>,
    /// Commas right before a closing bracket.
    pub(super) trailing_commas: Vec<Span>,
    /// The first character that the parser lets pass although JSON does not.
    pub(super) flaw: Option<ReadError>,
    /// Whether anything but white space and comments was there.
    pub(super) has_content: bool,
}

/// Looks through `text` from the byte offset `from`. Fails only on brackets that are nested too deep.
pub(super) fn survey(text: &str, from: usize) -> Result<Survey, ReadError> {
    let bytes = text.as_bytes();
    let mut found = Survey::default();
    let mut comma = None;
    let mut depth = 0_usize;
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            at += 1;
            continue;
        }
        if let Some(end) = comment_end(bytes, at) {
            found.comments.push(Span::new(at, end));
            at = end;
            continue;
        }
        found.has_content = true;
        let last_comma = comma.take();
        match byte {
            b'"' => {
                let (end, control) = string_end(bytes, at);
                if let Some(control) = control {
                    found.flaw.get_or_insert(ReadError::broken(Flaw::ControlCharacter, control));
                }
                at = end;
                continue;
            }
            b',' => comma = Some(Span::new(at, at + 1)),
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(ReadError::new(ReadErrorKind::TooDeep, at));
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                found.trailing_commas.extend(last_comma);
            }
            _ => {
                let char = text[at..].chars().next().unwrap_or(' ');
                if char.is_whitespace() {
                    found.flaw.get_or_insert(ReadError::broken(Flaw::OddWhiteSpace, at));
                }
                at += char.len_utf8();
                continue;
            }
        }
        at += 1;
    }
    Ok(found)
}

/// The end of the comment that starts at `at`, if one does. An unclosed block comment reaches to the end of the text.
pub(super) fn comment_end(bytes: &[u8], at: usize) -> Option<usize> {
    match (bytes[at], bytes.get(at + 1)) {
        (b'#', _) | (b'/', Some(b'/')) => Some(line_end(bytes, at)),
        (b'/', Some(b'*')) => {
            let body = &bytes[at + 2..];
            Some(body.windows(2).position(|pair| pair == b"*/").map_or(bytes.len(), |end| at + 2 + end + 2))
        }
        _ => None,
    }
}

/// The offset of the line break that ends the line of `at`, or the end of the text.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes.len(), |length| at + length)
}

/// The end of the string that starts at `at`, and its first raw control character.
fn string_end(bytes: &[u8], at: usize) -> (usize, Option<usize>) {
    let mut control = None;
    let mut offset = at + 1;
    while let Some(plain) = bytes.get(offset..).and_then(|rest| rest.iter().position(|&byte| ends_plain(byte))) {
        offset += plain;
        match bytes[offset] {
            b'"' => return (offset + 1, control),
            // What is escaped is looked at for its own sake only if it is a control character.
            b'\\' if bytes.get(offset + 1).is_none_or(|&escaped| escaped >= 0x20) => offset += 2,
            b'\\' => {
                control = control.or(Some(offset + 1));
                offset += 2;
            }
            _ => {
                control = control.or(Some(offset));
                offset += 1;
            }
        }
    }
    (bytes.len(), control)
}

/// Whether a byte in a string is more than itself.
const fn ends_plain(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}
