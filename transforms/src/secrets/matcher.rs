//! Finds the shapes of `shapes` in a text, without an automaton: a run of a small file must not pay for building one.

use std::sync::LazyLock;

use super::shapes::{SHAPES, Shape, Strength};
use super::{Kind, base64};

/// The forms by the byte they begin with; those that begin with a class stand under `{`.
static BY_FIRST: LazyLock<[Vec<(&'static Shape, &'static str)>; 128]> = LazyLock::new(|| {
    let mut forms = [const { Vec::new() }; 128];
    for shape in SHAPES {
        for form in shape.forms {
            forms[usize::from(form.as_bytes()[0] & 127)].push((shape, *form));
        }
    }
    forms
});

/// What a class of a shape lets through.
fn admits(class: u8, letter: u8) -> bool {
    match class {
        b'a' => letter.is_ascii_alphanumeric(),
        b'L' => letter.is_ascii_alphabetic(),
        b'd' => letter.is_ascii_digit(),
        b'h' => matches!(letter, b'0'..=b'9' | b'a'..=b'f'),
        b'H' => letter.is_ascii_hexdigit(),
        b'l' => matches!(letter, b'0'..=b'9' | b'a'..=b'z'),
        b'U' => matches!(letter, b'0'..=b'9' | b'A'..=b'Z'),
        b's' => matches!(letter, b'2'..=b'7' | b'A'..=b'Z'),
        b'u' => letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_'),
        b'D' => letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_' | b'.' | b'=' | b'~'),
        b'b' => letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'/' | b'=' | b'-' | b'_'),
        // What may stand in the path of an address.
        b'p' => letter.is_ascii_alphanumeric() || b"+/=-_%@.".contains(&letter),
        _ => false,
    }
}

/// One part of a form.
enum Part<'f> {
    Literal(u8),
    Class { class: u8, least: usize, most: usize, rest: &'f [u8] },
}

fn part(form: &[u8]) -> Option<(Part<'_>, &[u8])> {
    let (&first, rest) = form.split_first()?;
    if first != b'{' {
        return Some((Part::Literal(first), rest));
    }
    let end = rest.iter().position(|&letter| letter == b'}')?;
    let (inside, rest) = (&rest[..end], &rest[end + 1..]);
    let (&class, counts) = inside.split_first()?;
    let number = |digits: &[u8]| digits.iter().fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    let (least, most) = match counts.iter().position(|&letter| letter == b'-') {
        Some(dash) if dash + 1 == counts.len() => (number(&counts[..dash]), usize::MAX),
        Some(dash) => (number(&counts[..dash]), number(&counts[dash + 1..])),
        None => (number(counts), number(counts)),
    };
    Some((Part::Class { class, least, most, rest }, rest))
}

/// The length of what the form takes at the beginning of the text. A form that ends in a class takes it whole or not at all.
fn length(form: &str, text: &[u8]) -> Option<usize> {
    let mut form = form.as_bytes();
    let mut at = 0;
    while let Some((part, after)) = part(form) {
        match part {
            Part::Literal(letter) => {
                if text.get(at) != Some(&letter) {
                    return None;
                }
                at += 1;
            }
            Part::Class { class, least, most, rest } => {
                let run = text[at..].iter().take(most).take_while(|&&letter| admits(class, letter)).count();
                let goes_on = rest.is_empty() && text.get(at + run).is_some_and(|&letter| admits(class, letter));
                if run < least || goes_on {
                    return None;
                }
                at += run;
            }
        }
        form = after;
    }
    Some(at)
}

/// A shape in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    /// Which.
    pub(super) shape: &'static Shape,
    /// It is written as in a manual: `AKIAIOSFODNN7EXAMPLE`.
    pub(super) stands_in: bool,
}

/// The most telling shape in a text.
pub(super) fn find(text: &str) -> Option<Match> {
    const SHORTEST: usize = 20;
    let bytes = text.as_bytes();
    if bytes.len() < SHORTEST {
        return None;
    }
    let rank = |found: &Match| (found.stands_in, found.shape.strength as u8);
    let mut best: Option<Match> = None;
    for at in 0..=bytes.len() - SHORTEST {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let starts = !before.is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == b'_');
        if !starts && bytes[at] != b'.' {
            continue;
        }
        // A class takes the beginning of a word alone: what follows a sign is a part of something.
        let alone = !before.is_some_and(|letter| b"-.:/+=".contains(&letter)) || before == Some(b'=');
        let by_class = if alone { BY_FIRST[usize::from(b'{')].as_slice() } else { &[] };
        for (shape, form) in BY_FIRST[usize::from(bytes[at] & 127)].iter().chain(by_class) {
            let Some(length) = length(form, &bytes[at..]) else { continue };
            let Some(found) = judge(shape, &text[at..at + length]) else { continue };
            if best.is_none_or(|best| rank(&found) < rank(&best)) {
                best = Some(found);
            }
        }
    }
    best
}

/// Whether what has the shape was drawn by lot, and is a credential.
fn judge(shape: &'static Shape, found: &str) -> Option<Match> {
    const FEWEST: usize = 8;
    let tail = &found.as_bytes()[found.len().saturating_sub(32)..];
    let mut seen = [false; 256];
    for &letter in tail {
        seen[usize::from(letter)] = true;
    }
    let distinct = seen.iter().filter(|&&seen| seen).count();
    let digits = found.bytes().any(|letter| letter.is_ascii_digit());
    let cases = found.bytes().any(|letter| letter.is_ascii_uppercase())
        && found.bytes().any(|letter| letter.is_ascii_lowercase());
    let drawn = digits || cases || shape.kind == Kind::AwsKeyPair;
    if distinct < FEWEST || !drawn || shape.id == "jwt" && is_public_jwt(found) {
        return None;
    }
    let lower = found.to_ascii_lowercase();
    let stands_in = ["example", "xxxx", "your", "placeholder", "dummy", "0123456789abcdef0123"]
        .iter()
        .any(|mark| lower.contains(mark) && shape.strength != Strength::Context);
    Some(Match { shape, stands_in })
}

/// A token that browsers get: the `anon` role of Supabase.
fn is_public_jwt(token: &str) -> bool {
    let payload = token.split('.').nth(1).and_then(base64::decode).and_then(|bytes| String::from_utf8(bytes).ok());
    payload.is_some_and(|payload| payload.replace(' ', "").contains("\"role\":\"anon\""))
}
