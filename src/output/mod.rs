//! From a plan to what people and programs read. Decides nothing.

pub mod diff;
pub mod json;
pub mod summary;
pub mod text;

/// `text` with control characters made harmless, so that a name in a file cannot drive the terminal.
pub fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

/// `1 finding`, `2 findings`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
