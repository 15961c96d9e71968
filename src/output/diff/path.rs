//! The file headers, with names written as git writes them.

use std::fmt::Write;

/// The two header lines of a file.
pub(super) fn headers(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let path = path.strip_prefix('/').unwrap_or(path);
    // Without the tab, a name that ends in something like a date would lose it.
    let tab = if path.contains(' ') { "\t" } else { "" };
    let (old, new) = (quoted(&format!("a/{path}")), quoted(&format!("b/{path}")));
    format!("--- {old}{tab}\n+++ {new}{tab}\n")
}

/// A name as it stands if git would leave it so, and else between quotes, with escapes like those of C.
fn quoted(name: &str) -> String {
    if name.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
        return name.to_owned();
    }
    let mut quoted = String::from('"');
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            0x07 => quoted.push_str("\\a"),
            0x08 => quoted.push_str("\\b"),
            b'\t' => quoted.push_str("\\t"),
            b'\n' => quoted.push_str("\\n"),
            0x0b => quoted.push_str("\\v"),
            0x0c => quoted.push_str("\\f"),
            b'\r' => quoted.push_str("\\r"),
            _ => write!(quoted, "\\{byte:03o}").expect("a string can always be written to"),
        }
    }
    quoted.push('"');
    quoted
}
