//! Tells credentials from what only looks like one: by the name of a variable, by the shape of its value, or by both.
//!
//! A [`Suspect`] holds no part of the value. The names go by head noun (`names`), a guard lets references and plain settings pass
//! (`guard`), tokens of providers go by shape (`shapes`), addresses by the password in them (`address`), documents and commands by the
//! names and values in them (`document`, `command`), base64 by what it encodes, and what is left by how random it looks
//! (`randomness`).
//!
//! `benches/detector` measures how much of what is planted is found, and how many decoys are flagged.

mod address;
mod base64;
mod command;
mod document;
mod guard;
mod matcher;
mod names;
mod randomness;
mod shapes;
#[cfg(test)]
mod tests;
mod value;
mod vocabulary;

use guard::Guarded;
use names::NameClass;

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It may well be something else: ask.
    Low,
    /// Probably.
    Medium,
    /// As good as sure.
    High,
}

impl Confidence {
    /// The lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What kind of secret it is, as far as the remedy differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key of AWS itself: the task role takes its place.
    AwsKeyPair,
    /// A password, token or key.
    Credential,
    /// An address with a password in it.
    ConnectionString,
    /// A private key.
    PrivateKey,
    /// Something that stands in for a secret: `changeme`.
    Placeholder,
}

/// A value that is, or may be, a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The rule that says so.
    pub rule: &'static str,
    /// How sure it is.
    pub confidence: Confidence,
    /// What kind of secret.
    pub kind: Kind,
}

/// What stands beside a value and helps to judge it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nearby {
    /// An AWS access key id stands in the same container.
    pub access_key_id: bool,
}

impl Nearby {
    /// What the other values of a container tell.
    pub fn of<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        Self { access_key_id: values.into_iter().any(value::is_access_key_id) }
    }
}

/// The three names that Security Hub ECS.8 compares with, whatever the value (AWS Config rule ecs-no-environment-secrets).
pub const ECS_8: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA"];

const fn suspect(rule: &'static str, confidence: Confidence, kind: Kind) -> Suspect {
    Suspect { rule, confidence, kind }
}

/// Whether the name of a variable alone says that it holds a secret.
pub fn is_named_secret(name: &str) -> bool {
    names::classify(name) == NameClass::Secret
}

/// Judges an environment variable.
pub fn variable(name: &str, value: &str, nearby: Nearby) -> Option<Suspect> {
    if ECS_8.contains(&name) {
        let kind = if name == "ECS_ENGINE_AUTH_DATA" { Kind::Credential } else { Kind::AwsKeyPair };
        return Some(suspect("ecs-8-name", Confidence::High, kind));
    }
    let class = names::classify(name);
    let found = named(name, class, value, 0);
    if found.is_some() || guard::judge(name, value) != Guarded::Value {
        return found;
    }
    if nearby.access_key_id && randomness::is_secret_access_key(value) {
        return Some(suspect("aws-secret-access-key", Confidence::High, Kind::AwsKeyPair));
    }
    let asks = matches!(class, NameClass::None | NameClass::Connection | NameClass::AskTheValue);
    (asks && (randomness::is_striking(value) || randomness::is_prefixed(value)))
        .then(|| suspect("random-value", Confidence::Low, Kind::Credential))
}

/// Judges a value by itself and by its name, wherever the two stand: a variable, a member of a document, a flag of a command.
fn named(name: &str, class: NameClass, value: &str, depth: usize) -> Option<Suspect> {
    let guarded = guard::judge(name, value);
    if guarded == Guarded::Reference {
        return None;
    }
    let inside = value::judge(name, class, value, depth);
    if inside.is_some_and(|found| found.kind != Kind::Placeholder) || guarded == Guarded::Setting {
        return inside;
    }
    if randomness::is_secret_access_key(value) && names::speaks_of_aws(name) {
        return Some(suspect("aws-secret-access-key", Confidence::High, Kind::AwsKeyPair));
    }
    let by_name = match class {
        NameClass::Secret if guarded == Guarded::Placeholder => {
            Some(suspect("placeholder", Confidence::Low, Kind::Placeholder))
        }
        NameClass::Secret if names::names_access_key(name) => {
            Some(suspect("aws-credential-name", Confidence::High, Kind::AwsKeyPair))
        }
        NameClass::Secret if is_sentence(value) => None,
        NameClass::Secret => Some(suspect("secret-name", Confidence::High, Kind::Credential)),
        NameClass::AskTheValue if randomness::is_key_material(value) => {
            Some(suspect("key-name-random-value", Confidence::Medium, Kind::Credential))
        }
        NameClass::AskTheValue if randomness::is_password_like(value) => {
            Some(suspect("secret-word-password-like-value", Confidence::Low, Kind::Credential))
        }
        _ => None,
    };
    by_name.or(inside)
}

/// `Forgot your password?`: words that speak of secrets are no secret. A passphrase is words, too, but of other things.
fn is_sentence(value: &str) -> bool {
    const FEWEST: usize = 3;
    let lower = value.to_ascii_lowercase();
    let words = lower.split_whitespace().map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()));
    let speaks =
        |word: &str| ["password", "passwords", "token", "secret", "key", "credentials", "your", "the"].contains(&word);
    lower.split_whitespace().count() >= FEWEST
        && words.clone().any(speaks)
        && words
            .into_iter()
            .all(|word| word.chars().all(|letter| letter.is_alphabetic() || letter == '\'' || letter == '-'))
}

/// Judges a text without a name: a word of a command, a label.
pub fn text(value: &str) -> Option<Suspect> {
    value::judge("", NameClass::None, value, 0)
}

/// Judges the words of a command: each by itself, and each flag together with the word that follows it.
pub fn words(words: &[&str]) -> Option<Suspect> {
    let alone = || words.iter().find_map(|word| text(word));
    let pairs = || command::pairs(words, &mut |name, value| by_name("secret-flag", name, value));
    best([alone(), pairs(), if words.len() > 1 { text(&words.join(" ")) } else { None }])
}

/// What is not a placeholder before what is one.
fn best<const COUNT: usize>(found: [Option<Suspect>; COUNT]) -> Option<Suspect> {
    let all = || found.iter().copied().flatten();
    all().find(|found| found.kind != Kind::Placeholder).or_else(|| all().next())
}

/// Judges a pair within a document or a command: by the name, and by no more than that.
fn by_name(rule: &'static str, name: &str, value: &str) -> Option<Suspect> {
    let last = name.rsplit('.').next().unwrap_or(name);
    // A caption: `"password": "Password"`.
    if value.starts_with(char::is_uppercase) && value.eq_ignore_ascii_case(last) {
        return None;
    }
    let name = if ["pass", "pw"].contains(&last.to_ascii_lowercase().as_str()) { "password" } else { name };
    let told = match (names::classify(name), guard::judge(name, value)) {
        (NameClass::Secret, Guarded::Placeholder) => {
            return Some(suspect("placeholder", Confidence::Low, Kind::Placeholder));
        }
        (NameClass::Secret, Guarded::Value) => !is_filled_in(value) && !is_sentence(value),
        (NameClass::AskTheValue, Guarded::Value) => randomness::is_key_material(value) && !is_filled_in(value),
        _ => false,
    };
    told.then(|| suspect(rule, Confidence::Medium, Kind::Credential))
}

/// A value that begins with what a shell or a deploy tool replaces.
fn is_filled_in(value: &str) -> bool {
    ["$(", "${", "{", "%%", "%(", "`", "#{", "<"].iter().any(|start| value.starts_with(start))
        || value.strip_prefix('$').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
        || ["%s", "%v", "%d"].contains(&value)
}

/// Judges a named option of a log driver, a volume driver or FireLens, or a label.
pub fn option(name: &str, value: &str) -> Option<Suspect> {
    // FireLens' `Header` holds a name and a value: `X-Insert-Key …`.
    let header = || value.split_once(' ').and_then(|(name, value)| by_name("secret-header", name, value));
    let is_header = name.eq_ignore_ascii_case("header");
    let found = variable(name, value, Nearby::default()).filter(|found| found.rule != "random-value");
    found.or_else(|| if is_header { header() } else { None })
}
