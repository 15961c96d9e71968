//! What the name of a variable says, by its head noun: the last part that carries meaning.

use super::vocabulary::{
    CONNECTION, IDENTIFIERS, JOINED, KEY_KINDS, KEYS_OF_DATA, MARKS_OF_MODELS, NAMED_REFERENCE, NAMED_SECRET, NOISE,
    PUBLIC, PUBLIC_JOINED, REFERENCE, SECRET, SECRET_WITH_COMPANY, SWITCHES, UNRELATED,
};

/// What a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameClass {
    /// The value is a secret.
    Secret,
    /// A key of some kind, or a secret word that is not the head: the value decides.
    AskTheValue,
    /// An address: a secret only with a password in it.
    Connection,
    /// A pointer to a secret, or a setting about one.
    Reference,
    /// Public by design.
    Public,
    /// Nothing.
    None,
}

pub(super) fn classify(name: &str) -> NameClass {
    let whole = name.to_ascii_uppercase();
    if NAMED_SECRET.contains(&whole.as_str()) {
        return NameClass::Secret;
    }
    if NAMED_REFERENCE.contains(&whole.as_str()) {
        return NameClass::Reference;
    }
    let parts = parts(name);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let meaning = without_noise(&parts);
    let Some((head, before)) = meaning.split_last() else { return NameClass::None };
    let class = head_noun(head, before);
    let shipped_to_browsers = ["NEXT_PUBLIC_", "VITE_", "REACT_APP_"].iter().any(|prefix| whole.starts_with(prefix))
        && (head.ends_with("KEY") || head.ends_with("TOKEN"));
    if shipped_to_browsers && class != NameClass::Reference { NameClass::Public } else { class }
}

fn head_noun(head: &str, before: &[&str]) -> NameClass {
    let is_public =
        before.last().is_some_and(|word| PUBLIC.contains(word)) || PUBLIC_JOINED.iter().any(|end| head.ends_with(end));
    let is_key = head == "KEY" || head == "KEYS";
    let speaks = || before.iter().any(|word| SECRET.contains(word) || is_joined_secret(word));
    if UNRELATED.contains(&head) {
        NameClass::None
    } else if is_public || head == "PUBLIC" {
        NameClass::Public
    } else if is_secret(head, before) {
        if before.last().is_some_and(|word| MARKS_OF_MODELS.contains(word)) {
            NameClass::Reference
        } else if before.iter().any(|word| SWITCHES.contains(word)) {
            NameClass::AskTheValue
        } else {
            NameClass::Secret
        }
    } else if is_key {
        key(before)
    } else if head == "BASE" && before.ends_with(&["SECRET", "KEY"]) {
        NameClass::Secret
    } else if is_connection(head, before) {
        NameClass::Connection
    } else if head == "HASH" && speaks() {
        NameClass::AskTheValue
    } else if IDENTIFIERS.contains(&head)
        || is_joined_reference(head)
        || REFERENCE.contains(&head) && (speaks() || speaks_of_key(before))
    {
        NameClass::Reference
    } else if head == "TOKENS" || head == "SECRETS" || speaks() || speaks_of_key(before) {
        NameClass::AskTheValue
    } else {
        NameClass::None
    }
}

fn is_secret(head: &str, before: &[&str]) -> bool {
    SECRET.contains(&head) || (SECRET_WITH_COMPANY.contains(&head) && !before.is_empty()) || is_joined_secret(head)
}

/// `dbpassword`, `clientsecret`, `smtppass`, `githubapikey`.
fn is_joined_secret(word: &str) -> bool {
    if UNRELATED.contains(&word) {
        return false;
    }
    let longer = |end: &str| word.len() > end.len() && word.ends_with(end);
    let key = |word: &str| {
        let kind = word.strip_suffix("KEY").or_else(|| word.strip_suffix("KEYS"));
        kind.is_some_and(|kind| KEY_KINDS.iter().any(|known| kind.ends_with(known)))
    };
    let bare = NOISE
        .iter()
        .find_map(|noise| word.strip_suffix(noise).filter(|bare| noise.len() > 1 && bare.len() > noise.len()));
    JOINED.iter().any(|end| longer(end))
        || longer("PASS")
        || key(word)
        || bare.is_some_and(|bare| bare.len() >= 6 && (SECRET.contains(&bare) || is_joined_secret(bare)))
}

/// `dbpasswordfile`, `accesskeyid`: a joined secret with one of the nouns after it.
fn is_joined_reference(word: &str) -> bool {
    let names_secret = |start: &str| {
        is_secret(start, &[]) || is_joined_secret(start) || start.ends_with("KEY") || start.ends_with("CLIENT")
    };
    let before = |noun: &&str| word.strip_suffix(noun);
    REFERENCE
        .iter()
        .chain(CONNECTION)
        .chain(IDENTIFIERS)
        .filter_map(before)
        .any(|start| names_secret(start) || is_joined_reference(start))
}

fn key(before: &[&str]) -> NameClass {
    match before.last() {
        Some(kind) if KEY_KINDS.contains(kind) || is_joined_secret(&format!("{kind}KEY")) => NameClass::Secret,
        Some(kind) if KEYS_OF_DATA.contains(kind) => NameClass::Reference,
        _ if ["SECRET", "PRIVATE", "API"].iter().any(|word| before.contains(word)) => NameClass::Secret,
        _ => NameClass::AskTheValue,
    }
}

/// `API_KEY_GITHUB`: a secret key with a word after it that says nothing.
fn speaks_of_key(before: &[&str]) -> bool {
    before.windows(2).any(|pair| (pair[1] == "KEY" || pair[1] == "KEYS") && KEY_KINDS.contains(&pair[0]))
        || before.last() == Some(&"KEY")
}

fn is_connection(head: &str, before: &[&str]) -> bool {
    head.starts_with("CONNECTIONSTRING")
        || before.first() == Some(&"CONNECTIONSTRINGS")
        || before.ends_with(&["CONNECTION"]) && head.starts_with("STRING")
        || CONNECTION.contains(&head)
}

/// Whether the name speaks of authentication, so that a pair in base64 is one of user and password.
pub(super) fn speaks_of_authentication(name: &str) -> bool {
    let whole = name.to_ascii_uppercase();
    ["AUTH", "BASIC", "CREDENTIAL", "LOGIN"].iter().any(|word| whole.contains(word))
}

/// Whether the name speaks of AWS's own keys.
pub(super) fn speaks_of_aws(name: &str) -> bool {
    let parts = parts(name);
    let has = |word: &str| parts.iter().any(|part| part == word);
    has("AWS") || has("SECRET") || (has("ACCESS") && has("KEY"))
}

/// `AWS_SESSION_TOKEN` and prefixed forms of AWS's three names.
pub(super) fn names_access_key(name: &str) -> bool {
    let whole = parts(name).join("_");
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN"]
        .iter()
        .any(|known| whole.ends_with(known))
}

fn without_noise<'p, 's>(parts: &'p [&'s str]) -> &'p [&'s str] {
    let noise = |word: &str| NOISE.contains(&word) || word.chars().all(|letter| letter.is_ascii_digit());
    let mut end = parts.len();
    // `PASSWORD_FOR_KAFKA`, unless it goes on to something else: `PASSWORD_FOR_KAFKA_FILE`.
    let joins = parts.iter().skip(1).position(|part| ["FOR", "OF"].contains(part)).map(|at| at + 1);
    let plain = |last: &&str| !(REFERENCE.contains(last) || IDENTIFIERS.contains(last) || CONNECTION.contains(last));
    if let Some(at) = joins.filter(|_| parts.last().is_some_and(plain)) {
        end = at;
    }
    while end > 1 && noise(parts[end - 1]) {
        end -= 1;
    }
    &parts[..end]
}

/// The words of a name, in upper case: `spring.datasource.password`, `ConnectionStrings__Default`, `apiKey`, `HTTPToken2`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            flush(&mut word, &mut parts);
            continue;
        }
        let before = at.checked_sub(1).map(|at| letters[at]);
        let next_is_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let starts = letter.is_uppercase()
            && before.is_some_and(|before| before.is_lowercase() || (before.is_uppercase() && next_is_lower));
        if starts {
            flush(&mut word, &mut parts);
        }
        word.extend(letter.to_uppercase());
    }
    flush(&mut word, &mut parts);
    parts
}

fn flush(word: &mut String, parts: &mut Vec<String>) {
    if !word.is_empty() {
        let trimmed = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        parts.push(if trimmed.is_empty() { word.clone() } else { trimmed.to_owned() });
        word.clear();
    }
}
