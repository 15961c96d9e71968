//! Bytes to text: UTF-8 only, and not too much of it.

use super::{MAX_BYTES, ReadError, ReadErrorKind};

/// The bytes as text.
///
/// A byte order mark of UTF-8 stays in the text. Refused: more than [`MAX_BYTES`], UTF-16 (told by its byte order mark or by
/// its zero bytes) and whatever else is not UTF-8.
pub fn decode(bytes: &[u8]) -> Result<&str, ReadError> {
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::new(ReadErrorKind::TooLarge, MAX_BYTES));
    }
    if is_utf16(bytes) {
        return Err(ReadError::new(ReadErrorKind::Utf16, 0));
    }
    str::from_utf8(bytes).map_err(|error| ReadError::new(ReadErrorKind::NotUtf8, error.valid_up_to()))
}

/// A byte order mark, or a zero byte beside an ASCII character at the very start: JSON text starts with two ASCII characters.
fn is_utf16(bytes: &[u8]) -> bool {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [first, second, ..] => (*first == 0) != (*second == 0),
        _ => false,
    }
}
