//! How much a text looks as if it had been drawn by lot.

use std::collections::BTreeMap;

/// Bits a character, by the frequencies within the text itself (Shannon).
fn entropy(text: &str) -> f64 {
    let mut counts: BTreeMap<char, f64> = BTreeMap::new();
    let mut length = 0.0;
    for letter in text.chars() {
        *counts.entry(letter).or_default() += 1.0;
        length += 1.0;
    }
    counts.values().map(|count| -(count / length) * (count / length).log2()).sum()
}

fn is_hex(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_hexdigit())
}

fn is_base64(text: &str) -> bool {
    text.trim_end_matches('=').chars().all(|letter| letter.is_ascii_alphanumeric() || "+/_-".contains(letter))
}

fn classes(text: &str) -> usize {
    let has = |test: fn(&char) -> bool| usize::from(text.chars().any(|letter| test(&letter)));
    has(char::is_ascii_lowercase)
        + has(char::is_ascii_uppercase)
        + has(char::is_ascii_digit)
        + has(char::is_ascii_punctuation)
}

/// Letters of both cases and digits, well mixed.
pub(super) fn is_mixed(text: &str) -> bool {
    classes(text) >= 3 && entropy(text) >= 3.5 && switches(text) * 4 >= text.len()
}

/// How often the class of the characters changes from one to the next: words have few changes, drawn letters many.
fn switches(text: &str) -> usize {
    let class = |letter: u8| match letter {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    text.as_bytes().windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count()
}

/// Whether the value may be a key, where its name speaks of one.
pub(super) fn is_key_material(value: &str) -> bool {
    let value = value.strip_prefix("base64:").unwrap_or(value);
    let hex = value.len() >= 24
        && is_hex(value)
        && entropy(value) >= 2.8
        && value.chars().any(|letter| letter.is_ascii_digit());
    let base64 = value.len() >= 16
        && is_base64(value)
        && entropy(value) >= 3.3
        && classes(value) >= 2
        && switches(value) * 5 >= value.len();
    hex || base64
}

/// Whether the value looks like a secret on its own, whatever its name.
pub(super) fn is_striking(value: &str) -> bool {
    value.len() >= 32
        && value.len() <= 256
        && is_base64(value)
        && !is_hex(&value.replace('-', ""))
        && is_mixed(value)
        && entropy(value) >= 4.3
        && !is_readable_base64(value)
}

/// Base64 of something that people can read: a certificate, JSON, a list.
fn is_readable_base64(value: &str) -> bool {
    // `{"`, `[{`, `---`, `LS0t` and `<?` as base64 begins.
    ["eyJ", "ew", "W3s", "LS0t", "PD94", "TUlJ", "MII", "IyE"].iter().any(|start| value.starts_with(start))
}
