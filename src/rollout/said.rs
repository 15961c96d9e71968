//! What AWS says in sentences of its own, and what of it may be shown.
//!
//! An error, an event or a reason may repeat what a definition holds, in any spelling: escaped, cut off, in other letters. So nothing is
//! looked for and taken away. A word is shown where it is one of those that AWS's own sentences are made of, a name that is shown
//! elsewhere too, or an ARN or id that no masked value has anything in common with; everything else is a mask.

use std::fmt;

use ecs_harden_transforms::masking::MASK;
use serde::{Deserialize, Serialize};

mod words;

/// A sentence of AWS as it came. It can be recognised, and shown only through a [`Veil`].
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Said(String);

impl Said {
    /// The sentence itself: to tell what it is about, and never to show or keep it.
    pub fn unmasked(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Said {
    fn from(said: &str) -> Self {
        Self(said.to_owned())
    }
}

impl From<String> for Said {
    fn from(said: String) -> Self {
        Self(said)
    }
}

/// Not even a panic shows it.
impl fmt::Debug for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(MASK)
    }
}

/// What may be shown of a sentence of AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Shown(String);

impl Shown {
    /// A sentence of this program in the place of one of AWS.
    pub const fn ours(sentence: String) -> Self {
        Self(sentence)
    }

    /// The same with each of these masked, wherever it stands.
    #[must_use]
    pub fn without<'h>(self, hidden: impl IntoIterator<Item = &'h str>) -> Self {
        let hidden = hidden.into_iter().filter(|value| !value.trim().is_empty());
        Self(hidden.fold(self.0, |text, value| text.replace(value, MASK)))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What is known of a run: the names that it shows, and the values that it never does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Veil {
    names: Vec<String>,
    /// In lower case.
    hidden: Vec<String>,
}

impl Veil {
    /// From now on these names are shown; they stand on the screen anyway.
    pub fn name(&mut self, names: impl IntoIterator<Item = String>) {
        self.names.extend(names.into_iter().filter(|name| !name.is_empty()));
    }

    /// From now on nothing is shown that has something in common with one of these values, unless it is a word of AWS's own or a name.
    pub fn hide(&mut self, values: impl IntoIterator<Item = String>) {
        let names: Vec<String> = self.names.iter().map(|name| name.to_lowercase()).collect();
        let values = values.into_iter().map(|value| value.trim().to_lowercase());
        self.hidden.extend(values.filter(|value| !value.is_empty() && !names.contains(value)));
    }

    /// What may be shown of a sentence.
    pub fn over(&self, said: &Said) -> Shown {
        let text = said.unmasked();
        let chunks: Vec<Chunk<'_>> =
            text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter_map(Chunk::of).collect();
        let repeated = self.repeated(&chunks);
        let (mut shown, mut quote, mut before) = (Vec::new(), None, None);
        for (chunk, repeated) in chunks.iter().zip(repeated) {
            let quoted = quote.is_some() || chunk.opens().is_some();
            let place = match before {
                _ if quoted => Place::Value,
                Some(Chunk { core, after, .. })
                    if after.ends_with([':', '=']) || ["value", "values"].contains(&&*core.to_ascii_lowercase()) =>
                {
                    Place::Value
                }
                before => Place::After(before.map_or("", |before| before.core)),
            };
            if !repeated && chunk.is_plain() && self.may_show(chunk.core, quoted, place) {
                shown.push(chunk.whole);
            } else if shown.last() != Some(&MASK) {
                shown.push(MASK);
            }
            quote = chunk.leaves_open(quote);
            before = Some(*chunk);
        }
        Shown(shown.join(" "))
    }

    fn may_show(&self, core: &str, quoted: bool, place: Place<'_>) -> bool {
        if core.is_empty() || self.is_name(core) {
            return true;
        }
        let lower = core.to_lowercase();
        let is_value = self.hidden.contains(&lower);
        if words::is_one(&lower) {
            // Within quotes stand names and values; a word of one or two letters names nothing.
            return !(is_value && matches!(place, Place::Value) || quoted && lower.len() < 3);
        }
        if lower.len() <= 3 && is_number(&lower) {
            return !(quoted || is_value && matches!(place, Place::Value));
        }
        let after = match place {
            Place::After(word) => word.trim_start_matches('('),
            Place::Value => "",
        };
        has_a_shape(core, after) && !self.hidden.iter().any(|hidden| are_alike(hidden, &lower))
    }

    /// `checkout`, and `checkout:7` where the family is known.
    fn is_name(&self, core: &str) -> bool {
        let family = core.rsplit_once(':').filter(|(_, revision)| is_number(revision)).map(|(family, _)| family);
        self.names.iter().any(|name| name == core || Some(name.as_str()) == family)
    }

    /// Which chunks together repeat a value of several words, or three words of one.
    fn repeated(&self, chunks: &[Chunk<'_>]) -> Vec<bool> {
        let said: Vec<String> = chunks.iter().map(|chunk| chunk.core.to_lowercase()).collect();
        let mut repeated = vec![false; said.len()];
        for value in &self.hidden {
            let words: Vec<&str> = value.split_whitespace().filter_map(Chunk::of).map(|chunk| chunk.core).collect();
            if words.len() < 2 {
                continue;
            }
            for start in 0..said.len() {
                let same = words.iter().zip(&said[start..]).take_while(|(word, said)| *word == said).count();
                if same == words.len() || same > 2 {
                    repeated[start..start + same].fill(true);
                }
            }
        }
        repeated
    }
}

/// Where a word stands.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// Where sentences quote values: within quotes, behind a colon.
    Value,
    /// Behind this word.
    After(&'a str),
}

/// What stands between spaces.
#[derive(Clone, Copy)]
struct Chunk<'a> {
    whole: &'a str,
    before: &'a str,
    core: &'a str,
    after: &'a str,
}

const QUOTES: [char; 3] = ['\'', '"', '`'];

impl<'a> Chunk<'a> {
    fn of(whole: &'a str) -> Option<Self> {
        let start = whole.trim_start_matches(|letter: char| QUOTES.contains(&letter) || "([{<".contains(letter));
        let core = start.trim_end_matches(|letter: char| QUOTES.contains(&letter) || ")]}>.,;:=!?".contains(letter));
        let before = &whole[..whole.len() - start.len()];
        let after = &start[core.len()..];
        (!whole.is_empty()).then_some(Self { whole, before, core, after })
    }

    /// Whether what surrounds the word is what sentences have, and no part of a value.
    fn is_plain(&self) -> bool {
        self.before.len() <= 1 && self.after.len() <= 3 && !self.core.is_empty()
    }

    fn opens(&self) -> Option<char> {
        self.before.chars().rev().find(|letter| QUOTES.contains(letter))
    }

    /// The quote that is open behind it. One that is never closed stays open: the sentence was cut off.
    fn leaves_open(&self, open: Option<char>) -> Option<char> {
        let open = open.or_else(|| self.opens());
        open.filter(|quote| !self.after.contains(*quote))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What AWS writes beside words: ARNs, actions, ids, ports, places of its documentation, members of requests.
fn has_a_shape(core: &str, after: &str) -> bool {
    let plain = |more: &str| core.chars().all(|letter| letter.is_ascii_alphanumeric() || more.contains(letter));
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase());
    let after = after.to_ascii_lowercase();
    let id = match after.as_str() {
        "task" => core.len() == 32 && hex(core),
        "instance" => core.strip_prefix("i-").is_some_and(|id| (8..=17).contains(&id.len()) && hex(id)),
        "container-instance" => core.len() >= 32 && hex(&core.replace('-', "")),
        "port" => core.len() <= 5 && is_number(core),
        "deployment" => core.strip_prefix("d-").is_some_and(|id| id.len() == 9 && plain("-")),
        _ => false,
    };
    let is_arn = core.starts_with("arn:aws") && core.matches(':').count() >= 5 && plain(":/_.-");
    let of_ecs = core.strip_prefix("ecs-svc/").is_some_and(is_number);
    let documentation = core.starts_with("https://docs.aws.amazon.com/") && plain(":/_.-#");
    id || is_arn || of_ecs || documentation || is_action(core) || is_compound(core)
}

/// `ecs:UpdateService`.
fn is_action(core: &str) -> bool {
    let Some((service, action)) = core.split_once(':') else { return false };
    words::SERVICES.contains(&service)
        && action.starts_with(|letter: char| letter.is_ascii_uppercase())
        && action.chars().all(|letter| letter.is_ascii_alphabetic())
}

/// `non-blocking`, `containerDefinitions.1.member.cpu`: words of AWS's own in one.
fn is_compound(core: &str) -> bool {
    let parts = core.split(['-', '/', '.', '_', '[', ']', '(', ')']).filter(|part| !part.is_empty());
    let mut words = 0;
    for part in parts {
        match part {
            part if is_number(part) && part.len() <= 3 => {}
            part if words::is_one(&part.to_lowercase()) => words += 1,
            _ => return false,
        }
    }
    words > 0
}

/// Whether one may be a piece of the other. Both are in lower case.
fn are_alike(hidden: &str, word: &str) -> bool {
    const ENOUGH: usize = 4;
    hidden == word
        || (word.len() >= ENOUGH && hidden.contains(word))
        || (hidden.len() >= ENOUGH && word.contains(hidden))
}

#[cfg(test)]
mod tests;
