//! Tells credentials from what only looks like one: by the name of a variable, by the shape of its value, or by both.
//!
//! A [`Suspect`] holds no part of the value. The names go by head noun (`names`), a guard lets references and plain settings pass
//! (`guard`), provider tokens go by shape (`patterns`), and what is left is judged by how random it looks (`randomness`).

mod guard;
mod names;
mod patterns;
mod randomness;
#[cfg(test)]
mod tests;

use guard::Guarded;
use names::NameClass;
use patterns::Strength;

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
        Self { access_key_id: values.into_iter().any(patterns::is_access_key_id) }
    }
}

/// The three names that Security Hub ECS.8 compares with, whatever the value (AWS Config rule ecs-no-environment-secrets).
const ECS_8: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA"];

const fn suspect(rule: &'static str, confidence: Confidence, kind: Kind) -> Suspect {
    Suspect { rule, confidence, kind }
}

/// Whether the name of a variable alone says that it holds a secret.
pub fn is_named_secret(name: &str) -> bool {
    names::classify(name) == NameClass::Secret
}

/// Judges an environment variable.
pub fn variable(name: &str, value: &str, nearby: Nearby) -> Option<Suspect> {
    let class = names::classify(name);
    if ECS_8.contains(&name) {
        let kind = if name == "ECS_ENGINE_AUTH_DATA" { Kind::Credential } else { Kind::AwsKeyPair };
        return Some(suspect("ecs-8-name", Confidence::High, kind));
    }
    let guarded = guard::judge(name, value);
    if guarded == Guarded::Reference {
        return None;
    }
    if let Some(found) = shaped(name, value, class) {
        return Some(found);
    }
    if guarded == Guarded::Setting {
        return None;
    }
    if patterns::is_secret_access_key(value) && (nearby.access_key_id || names::speaks_of_aws(name)) {
        return Some(suspect("aws-secret-access-key", Confidence::High, Kind::AwsKeyPair));
    }
    match class {
        NameClass::Secret if guarded == Guarded::Placeholder => {
            Some(suspect("placeholder", Confidence::Low, Kind::Placeholder))
        }
        NameClass::Secret if names::names_access_key(name) => {
            Some(suspect("aws-credential-name", Confidence::High, Kind::AwsKeyPair))
        }
        NameClass::Secret => Some(suspect("secret-name", Confidence::High, Kind::Credential)),
        NameClass::AskTheValue if randomness::is_key_material(value) => {
            Some(suspect("key-name-random-value", Confidence::Medium, Kind::Credential))
        }
        NameClass::None | NameClass::Connection if randomness::is_striking(value) => {
            Some(suspect("random-value", Confidence::Low, Kind::Credential))
        }
        _ => None,
    }
}

/// What the shape of the value alone tells, or together with the class of its name.
fn shaped(name: &str, value: &str, class: NameClass) -> Option<Suspect> {
    let found = patterns::find(value)?;
    // An identifier that looks like nothing else stays one; so does what is public by design.
    let weak = matches!(class, NameClass::Reference | NameClass::Public) && found.kind != Kind::ConnectionString;
    match found.strength {
        Strength::High => Some(suspect(found.id, Confidence::High, found.kind)),
        Strength::Medium if weak => Some(suspect(found.id, Confidence::Low, found.kind)),
        Strength::Medium => Some(suspect(found.id, Confidence::Medium, found.kind)),
        Strength::Context => {
            let fits = matches!(class, NameClass::Secret | NameClass::AskTheValue | NameClass::Connection)
                || found.provider.is_some_and(|provider| name.to_ascii_uppercase().contains(provider));
            fits.then(|| suspect(found.id, Confidence::Medium, found.kind))
        }
    }
}

/// Judges a text without a name: a word of a command, a label, an option of a driver.
pub fn text(value: &str) -> Option<Suspect> {
    if let Some(found) = patterns::find(value).filter(|found| found.strength != Strength::Context || found.in_text) {
        let confidence = if found.strength == Strength::High { Confidence::High } else { Confidence::Medium };
        return Some(suspect(found.id, confidence, found.kind));
    }
    let (name, value) = value.trim_start_matches('-').split_once('=')?;
    let named = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter));
    let class = names::classify(name);
    let told = named && class == NameClass::Secret && guard::judge(name, value) == Guarded::Value;
    told.then(|| suspect("secret-name", Confidence::Medium, Kind::Credential))
}

/// Judges the words of a command: each by itself, and a flag together with the word that follows it.
pub fn words(words: &[&str]) -> Option<Suspect> {
    let alone = words.iter().find_map(|word| text(word));
    let pairs = words.windows(2).find_map(|pair| {
        let [flag, value] = pair else { return None };
        let name = flag.strip_prefix('-').map(|flag| flag.trim_start_matches('-'))?;
        let told = names::classify(name) == NameClass::Secret
            && !value.starts_with('-')
            && guard::judge(name, value) == Guarded::Value;
        told.then(|| suspect("secret-flag", Confidence::Medium, Kind::Credential))
    });
    alone.or(pairs).or_else(|| text(&words.join(" ")))
}

/// Judges a named option of a log driver, a volume driver or FireLens.
pub fn option(name: &str, value: &str) -> Option<Suspect> {
    // `splunk-token`, `apikey`, `http_passwd`; `Header` holds `Authorization …`.
    variable(name, value, Nearby::default()).filter(|found| found.rule != "random-value").or_else(|| text(value))
}
