//! What a value says by itself: the shapes, addresses, documents and encodings in it.

use super::address::{self, Password};
use super::matcher::{self, Match};
use super::names::{self, NameClass};
use super::shapes::Strength;
use super::{Confidence, Kind, Suspect, base64, document, guard, suspect};

/// How deep documents are opened: JSON in base64 in JSON, and a pair in base64 in it.
const DEEPEST: usize = 3;

/// Judges a value. The name only helps to doubt or to believe.
pub(super) fn judge(name: &str, class: NameClass, value: &str, depth: usize) -> Option<Suspect> {
    const SHORTEST: usize = 6;
    if value.len() < SHORTEST || depth > DEEPEST {
        return None;
    }
    let found = private_key(value)
        .or_else(|| shaped(name, value, class))
        .or_else(|| authorization(value))
        .or_else(|| connection(value));
    if found.is_some_and(|found| found.confidence > Confidence::Low) {
        return found;
    }
    let documented = || document::pairs(value, &mut |name, inner| pair(name, inner, value, depth));
    found.or_else(documented).or_else(|| encoded(name, class, value, depth))
}

/// A private key as PEM, of whatever line ends, or in DER.
fn private_key(value: &str) -> Option<Suspect> {
    let pem = value.match_indices("-----BEGIN ").any(|(at, mark)| {
        let kind = value[at + mark.len()..].split("-----").next().unwrap_or_default();
        kind.ends_with("PRIVATE KEY") || kind.ends_with("PRIVATE KEY BLOCK")
    });
    let rule = if pem {
        "pem-private-key"
    } else if base64::is_private_key(value) {
        "der-private-key"
    } else {
        return None;
    };
    Some(suspect(rule, Confidence::High, Kind::PrivateKey))
}

/// What the shape of the value alone tells, or together with the class of its name.
fn shaped(name: &str, value: &str, class: NameClass) -> Option<Suspect> {
    let Match { shape, stands_in } = matcher::find(value)?;
    if stands_in {
        return Some(suspect(shape.id, Confidence::Low, Kind::Placeholder));
    }
    // An identifier that looks like nothing else stays one; so does what is public by design.
    let weak = matches!(class, NameClass::Reference | NameClass::Public);
    let named = shape.provider.is_some_and(|provider| name.to_ascii_uppercase().contains(provider));
    let confidence = match shape.strength {
        Strength::High => Confidence::High,
        Strength::Medium if weak => Confidence::Low,
        Strength::Medium => Confidence::Medium,
        Strength::Context if named || matches!(class, NameClass::Secret | NameClass::AskTheValue) => Confidence::Medium,
        Strength::Context => return None,
    };
    Some(suspect(shape.id, confidence, shape.kind))
}

/// `Basic` with a pair in base64, `Bearer` with a token.
fn authorization(value: &str) -> Option<Suspect> {
    const SHORTEST: usize = 16;
    let lower = value.to_ascii_lowercase();
    let follow = |word: &'static str| {
        let lower = &lower;
        lower.match_indices(word).filter_map(move |(at, _)| {
            let starts = at == 0 || !lower.as_bytes()[at - 1].is_ascii_alphanumeric();
            let rest = &value[at + word.len()..];
            let rest = rest.strip_prefix("%20").or_else(|| rest.strip_prefix(' '))?.trim_start();
            let end =
                rest.find(|letter: char| letter.is_whitespace() || "\"',;".contains(letter)).unwrap_or(rest.len());
            starts.then_some(&rest[..end])
        })
    };
    let pair = |encoded: &str| base64::readable(encoded).is_some_and(|pair| is_pair(&pair));
    if follow("basic").any(pair) {
        return Some(suspect("basic-or-bearer-header", Confidence::High, Kind::Credential));
    }
    let token = |token: &str| {
        token.len() >= SHORTEST
            && token.bytes().any(|letter| letter.is_ascii_digit())
            && token.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"-._~+/=".contains(&letter))
    };
    let bearer = follow("bearer").chain(follow("splunk")).any(token);
    bearer.then(|| suspect("basic-or-bearer-header", Confidence::Medium, Kind::Credential))
}

/// `user:password`.
fn is_pair(text: &str) -> bool {
    text.split_once(':').is_some_and(|(user, password)| {
        !password.is_empty()
            && !user.contains(['/', ' ', '{', '\n'])
            && !password.contains(' ')
            && !password.starts_with('$')
    })
}

fn connection(value: &str) -> Option<Suspect> {
    match address::password(value)? {
        Password::Given => Some(suspect("url-userinfo", Confidence::High, Kind::ConnectionString)),
        Password::StandIn => Some(suspect("url-userinfo", Confidence::Medium, Kind::ConnectionString)),
    }
}

/// Judges one pair of a document.
fn pair(name: &str, inner: &str, whole: &str, depth: usize) -> Option<Suspect> {
    // In a connection string it is no directory.
    let name = if name.eq_ignore_ascii_case("pwd") && connects(whole) { "password" } else { name };
    let class = names::classify(name);
    let found = super::by_name("secret-name", name, inner);
    if let Some(found) = found.filter(|found| found.kind != Kind::Placeholder) {
        return Some(if connects(whole) {
            suspect("conn-string-password", Confidence::High, Kind::ConnectionString)
        } else {
            found
        });
    }
    let opens = inner.len() < whole.len() && guard::judge(name, inner) != guard::Guarded::Reference;
    found.or_else(|| if opens { judge(name, class, inner, depth + 1) } else { None })
}

/// Whether the text says which server, database or user it is for.
fn connects(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let marks = ["server=", "data source=", "driver=", "host=", "jdbc:", "ssl=", "loginmodule"];
    lower.len() < 1024
        && !lower.contains(['\n', '<'])
        && !lower.starts_with(['{', '['])
        && marks.iter().any(|mark| lower.contains(mark))
}

/// What base64 hides.
fn encoded(name: &str, class: NameClass, value: &str, depth: usize) -> Option<Suspect> {
    let value =
        value.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")).map_or(value, |(_, rest)| rest);
    let text = base64::readable(value)?;
    if names::speaks_of_authentication(name) && is_pair(&text) && !text.contains("://") {
        return Some(suspect("basic-auth-base64", Confidence::Medium, Kind::Credential));
    }
    judge(name, class, &text, depth + 1)
}

/// Whether the value holds the id of an AWS access key.
pub(super) fn is_access_key_id(value: &str) -> bool {
    matcher::find(value).is_some_and(|found| found.shape.id == "aws-access-key-id" && !found.stands_in)
}
