//! From a plan to what people and programs read. Decides nothing.

pub mod diff;
pub mod foreign;
pub mod iam;
pub mod json;
pub mod learnt;
pub mod origin;
pub mod review;
pub mod starter;
pub mod summary;
pub mod text;

/// `text` with everything made harmless that could drive a terminal or hide what stands there: control characters other than the
/// tab, and characters that turn the direction of writing, are written as escapes. So is `##[`, which the runner of GitHub Actions takes
/// for a command wherever it stands in a line.
pub fn clean(text: &str) -> String {
    // Nearly every text is plain. Counting, other than looking for the first, is done on many bytes at once.
    if text.bytes().filter(|byte| !matches!(byte, b'\t' | b' '..=b'~')).count() == 0 {
        return if text.contains("##[") { text.replace("##[", "#\\x23[") } else { text.to_owned() };
    }
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' => clean.push(letter),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => clean.extend(format!("\\x{:02x}", u32::from(letter)).chars()),
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                clean.extend(letter.escape_unicode());
            }
            _ => clean.push(letter),
        }
    }
    clean.replace("##[", "#\\x23[")
}

/// The path of an input at the start of a line, where `::` would begin a command of GitHub Actions.
pub fn begun_with(shown: &str) -> String {
    let dot = if shown.trim_start().starts_with("::") { "./" } else { "" };
    format!("{dot}{}", clean(shown))
}

/// `1 finding`, `2 findings`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
