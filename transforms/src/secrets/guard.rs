//! Values that are no secret whatever their name says: references, settings, and what a deploy tool fills in.

/// What a value is, before anybody looks at its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guarded {
    /// It points at a secret, or another tool fills it in.
    Reference,
    /// A switch, a number, nothing.
    Setting,
    /// It stands in for a secret: `changeme`.
    Placeholder,
    /// Anything else.
    Value,
}

const SWITCHES: &[&str] = &[
    "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "0", "1", "enabled", "disabled", "auto",
    "default",
];

const STAND_INS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "changeit",
    "example",
    "dummy",
    "test",
    "testing",
    "password",
    "secret",
    "passw0rd",
    "todo",
    "tbd",
    "placeholder",
    "redacted",
    "replaceme",
    "replace-me",
    "replace_me",
    "foo",
    "bar",
    "sample",
    "fake",
    "token",
    "mysecret",
    "mypassword",
    "none-yet",
    "insert-here",
];

pub(super) fn judge(name: &str, value: &str) -> Guarded {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    if is_reference(value, &lower) {
        Guarded::Reference
    } else if is_setting(value, &lower) || value == name {
        Guarded::Setting
    } else if is_stand_in(&lower) {
        Guarded::Placeholder
    } else {
        Guarded::Value
    }
}

fn is_reference(value: &str, lower: &str) -> bool {
    let wrapped = |open: &str, close: &str| {
        value.starts_with(open) && value.ends_with(close) && value.len() > open.len() + close.len()
    };
    let template = wrapped("${", "}")
        || wrapped("$(", ")")
        || wrapped("{{", "}}")
        || wrapped("<", ">")
        || wrapped("%", "%")
        || wrapped("@", "@")
        || wrapped("__", "__")
        || (value.starts_with('$') && is_word(&value[1..]));
    let resolved =
        ["arn:aws", "vault:", "ssm:", "secretsmanager:", "ref:", "awssm://", "awsps://", "op://", "sm://", "file://"];
    template || resolved.iter().any(|prefix| lower.starts_with(prefix)) || is_path(value)
}

/// An absolute path of a file or a parameter: no white space, and no part that looks drawn by lot.
fn is_path(value: &str) -> bool {
    let Some(rest) = value.strip_prefix("./").or_else(|| value.strip_prefix('/')) else { return false };
    let legal = |part: &str| {
        part.len() <= 64 && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-{}$@".contains(letter))
    };
    // Base64 may begin with a slash; a path of one long part without a dot is no path.
    let drawn = |part: &str| part.len() >= 20 && super::randomness::is_mixed(part);
    !rest.is_empty() && rest.split('/').all(legal) && !rest.split('/').any(drawn)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
}

fn is_setting(value: &str, lower: &str) -> bool {
    let number = value.trim_start_matches(['-', '+']);
    let digits = number.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = &number[digits.len()..];
    let counts = !digits.is_empty()
        && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        && ([
            "", "s", "m", "h", "d", "w", "ms", "us", "ns", "k", "kb", "mb", "gb", "ki", "mi", "gi", "mib", "gib",
            "sec", "min",
        ]
        .contains(&unit.to_ascii_lowercase().as_str()))
        && (!unit.is_empty() || number.len() < 10 || number.contains('.'));
    let version = lower
        .strip_prefix('v')
        .is_some_and(|rest| rest.contains('.') && rest.chars().all(|letter| letter.is_ascii_digit() || letter == '.'));
    let same = value.chars().next().is_some_and(|first| value.chars().all(|letter| letter == first));
    value.is_empty() || SWITCHES.contains(&lower) || counts || version || same
}

fn is_stand_in(lower: &str) -> bool {
    let bare = lower.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    STAND_INS.contains(&bare)
        || ["your-", "your_", "my-", "insert-", "example-", "dummy-", "changeme", "xxx", "<"]
            .iter()
            .any(|start| lower.starts_with(start))
            && lower.len() < 40
        || lower.ends_with("-here")
        || lower.ends_with("_here")
}
