//! Names in the styles of people and frameworks.

use crate::lot::Lot;
use crate::vocabulary::Vocabulary;

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn camel(words: &[&str]) -> String {
    words.iter().enumerate().map(|(at, word)| if at == 0 { (*word).to_owned() } else { capital(word) }).collect()
}

fn pascal(words: &[&str]) -> String {
    words.iter().map(|word| capital(word)).collect()
}

/// A name of these words, in one of the styles.
pub(crate) fn styled(lot: &mut Lot, words: &[&str]) -> String {
    match lot.between(0, 11) {
        0..=3 => words.join("_").to_uppercase(),
        4 => words.join("_"),
        5 => words.join("-"),
        6 => camel(words),
        7 => pascal(words),
        8 => {
            let (first, rest) = words.split_first().unwrap_or((&"app", &[]));
            format!("{}.{first}.{}", lot.pick(&["spring", "quarkus", "app", "acme.shop"]), camel(rest))
        }
        9 => words.iter().map(|word| capital(word)).collect::<Vec<_>>().join("__"),
        10 => format!("{}:{}", capital(words[0]), pascal(&words[1..])),
        _ => format!("{}_{}", lot.pick(&["TF_VAR", "APP", "MY", "X", "SVC"]), words.join("_")),
    }
}

/// Without anything between the words: `dbpassword`, `DBPASSWORD`, `APP_DBPASSWORD`.
fn joined(lot: &mut Lot, words: &[&str]) -> String {
    let joined = words.concat();
    match lot.between(0, 3) {
        0 => joined,
        1 => joined.to_uppercase(),
        2 => format!("{}_{}", lot.pick(&["APP", "PROD", "SVC"]), joined.to_uppercase()),
        _ => format!("{}.{joined}", lot.pick(&["app", "service", "conf"])),
    }
}

fn split(phrase: &str) -> Vec<&str> {
    phrase.split(' ').collect()
}

/// The name of a credential.
pub(crate) fn secret(lot: &mut Lot, vocabulary: &Vocabulary) -> String {
    let mut words = split(lot.pick(vocabulary.owners));
    words.extend(split(lot.pick(vocabulary.heads)));
    if lot.percent(12) {
        words.extend(split(lot.pick(vocabulary.tails)));
    }
    styled(lot, &words)
}

/// The same, with its words joined.
pub(crate) fn joined_secret(lot: &mut Lot, vocabulary: &Vocabulary) -> String {
    let mut words = split(lot.pick(vocabulary.owners));
    words.extend(split(lot.pick(vocabulary.heads)));
    joined(lot, &words)
}

/// The name of something that belongs to a credential: `DB_PASSWORD_FILE`, `tokenTtl`.
pub(crate) fn about(lot: &mut Lot, vocabulary: &Vocabulary, noun: &str) -> String {
    let mut words = if lot.percent(80) { split(lot.pick(vocabulary.owners)) } else { Vec::new() };
    words.extend(split(lot.pick(vocabulary.heads)));
    words.extend(split(noun));
    if lot.percent(12) { joined(lot, &words) } else { styled(lot, &words) }
}

/// A name without a secret word.
pub(crate) fn neutral(lot: &mut Lot, vocabulary: &Vocabulary) -> String {
    if lot.percent(50) {
        return lot.pick(vocabulary.neutral).to_owned();
    }
    let words = [lot.pick(vocabulary.owners), lot.pick(&["setting", "option", "data", "input", "value", "extra"])];
    styled(lot, &words.map(|word| word.rsplit(' ').next().unwrap_or(word)))
}
