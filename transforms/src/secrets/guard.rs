//! Values that are no secret whatever their name says: references, settings, and what a deploy tool fills in.

use super::address;

/// What a value is, before anybody looks at its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guarded {
    /// It points at a secret, or another tool fills it in or opens it.
    Reference,
    /// A switch, a number, nothing.
    Setting,
    /// It stands in for a secret: `changeme`.
    Placeholder,
    /// Anything else.
    Value,
}

/// What a setting about a secret is set to.
const SETTINGS: &[&str] = &[
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "none",
    "null",
    "nil",
    "undefined",
    "enabled",
    "disabled",
    "auto",
    "default",
    "always",
    "never",
    "optional",
    "required",
    "prefer",
    "allow",
    "deny",
    "strict",
    "lax",
    "same-origin",
    "include",
    "omit",
    "basic",
    "digest",
    "bearer",
    "oauth",
    "oauth2",
    "oidc",
    "saml",
    "ldap",
    "iam",
    "sso",
    "ntlm",
    "kerberos",
    "gssapi",
    "mtls",
    "x509",
    "plain",
    "login",
    "cram-md5",
    "scram-sha-1",
    "scram-sha-256",
    "scram-sha-512",
    "md5",
    "trust",
    "peer",
    "ident",
    "header",
    "cookie",
    "query",
    "body",
    "env",
    "environment",
    "file",
    "vault",
    "opaque",
    "jwt",
    "anonymous",
    "external",
    "internal",
    "inherit",
    "instance-profile",
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "tls_client_auth",
    "redacted",
    "masked",
    "hidden",
    "removed",
    "omitted",
    "n/a",
];

/// The words of what stands in for a secret.
const STAND_INS: &[&str] = &[
    "a",
    "access",
    "add",
    "an",
    "api",
    "apikey",
    "app",
    "auth",
    "bar",
    "baz",
    "change",
    "changeit",
    "changeme",
    "changethis",
    "client",
    "credential",
    "credentials",
    "database",
    "db",
    "demo",
    "dummy",
    "enter",
    "example",
    "fake",
    "fill",
    "fixme",
    "foo",
    "foobar",
    "goes",
    "here",
    "in",
    "insert",
    "it",
    "key",
    "me",
    "my",
    "mypassword",
    "mysecret",
    "mytoken",
    "need",
    "not",
    "now",
    "please",
    "passw0rd",
    "passwd",
    "password",
    "pass",
    "paste",
    "placeholder",
    "private",
    "put",
    "pwd",
    "real",
    "replace",
    "replaceme",
    "sample",
    "secret",
    "secretkey",
    "set",
    "some",
    "string",
    "super",
    "supersecret",
    "tbd",
    "test",
    "testing",
    "the",
    "this",
    "to",
    "todo",
    "token",
    "update",
    "user",
    "value",
    "with",
    "your",
    "yourpassword",
    "yoursecret",
    "yourtoken",
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

/// What points at a secret that is kept elsewhere.
const RESOLVED: &[&str] = &[
    "arn:aws",
    "vault:",
    "vault://",
    "ssm:",
    "secretsmanager:",
    "ref:",
    "ref+",
    "awssm://",
    "awsps://",
    "op://",
    "sm://",
    "file:",
    "env:",
    "projects/",
    "secret/data/",
    "@microsoft.keyvault(",
    "aws-sm://",
    "kms:",
    "doppler://",
    "gcpsm://",
    "awssecret",
    "bao:",
    "secret://",
];

/// What is encrypted: AWS KMS, SOPS, Spring Cloud Config, Jasypt, Ansible.
const ENCRYPTED: &[&str] = &["AQICAH", "AQECAH", "AQEBAH", "ENC[", "ENC(", "{cipher}", "$ANSIBLE_VAULT"];

fn is_reference(value: &str, lower: &str) -> bool {
    let wrapped = |open: &str, close: &str| {
        value.len() > open.len() + close.len()
            && value
                .strip_prefix(open)
                .and_then(|rest| rest.strip_suffix(close))
                .is_some_and(|inside| !inside.contains(close))
    };
    let inside = value.trim_start_matches("${").trim_end_matches('}');
    let default = inside.split_once(":-").map_or("", |(_, default)| default);
    let marked = |mark: &str| {
        value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark)).is_some_and(|inside| {
            !inside.is_empty()
                && inside.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"_-.:()".contains(&letter))
        })
    };
    let template = (wrapped("${", "}") && default.is_empty())
        || [
            ("$(", ")"),
            ("{{", "}}"),
            ("<", ">"),
            ("#{", "}"),
            ("#{", "}#"),
            ("((", "))"),
            ("[[", "]]"),
            ("$__file{", "}"),
        ]
        .iter()
        .any(|(open, close)| wrapped(open, close))
        || ["%", "%%", "@", "@@", "__"].into_iter().any(marked)
        || (value.starts_with('$') && is_word(&value[1..]))
        || value.starts_with("$(") && value.ends_with(')')
        || value.starts_with("<%") && value.ends_with("%>")
        || value.starts_with("{{") && value.ends_with("}}")
        || value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(is_plain_word)
        || is_call(value)
        || is_made_of_templates(value);
    template
        || RESOLVED.iter().any(|prefix| lower.starts_with(prefix))
        || ENCRYPTED.iter().any(|prefix| value.starts_with(prefix))
        || is_path(value)
        || is_name_of_secret(value)
}

/// `env(PASSWORD)`, `!Ref Password`.
fn is_call(value: &str) -> bool {
    let called = value.strip_suffix(')').and_then(|rest| rest.split_once('('));
    let tagged =
        ["!Ref ", "!Sub ", "!GetAtt ", "!ImportValue ", "!secret ", "!env "].iter().any(|tag| value.starts_with(tag));
    let named =
        |name: &str| !name.is_empty() && name.bytes().all(|letter| letter.is_ascii_alphabetic() || letter == b'_');
    tagged || called.is_some_and(|(name, inside)| named(name) && !inside.is_empty() && !inside.contains('('))
}

/// `${HOST}-${PASSWORD}`: nothing is left but signs.
fn is_made_of_templates(value: &str) -> bool {
    let mut rest = String::new();
    let mut left = value;
    while let Some((before, after)) = left.split_once("${").or_else(|| left.split_once("{{")) {
        rest.push_str(before);
        let Some((inside, after)) = after.split_once('}') else { return false };
        if inside.contains(":-") {
            return false;
        }
        left = after;
    }
    left.len() < value.len() && !(rest + left).bytes().any(|letter| letter.is_ascii_alphanumeric())
}

/// An absolute path of a file or a parameter: no white space, and no part that looks drawn by lot.
fn is_path(value: &str) -> bool {
    let home = value.strip_prefix("./").or_else(|| value.strip_prefix("../")).or_else(|| value.strip_prefix("~/"));
    let Some(rest) = home.or_else(|| value.strip_prefix('/')) else { return false };
    let legal = |part: &str| {
        part.len() <= 64 && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-{}$@".contains(letter))
    };
    // Base64 may begin with a slash; a path of one long part without a dot is no path.
    let drawn = |part: &str| part.len() >= 20 && super::randomness::is_mixed(part);
    !rest.is_empty() && rest.split('/').all(legal) && !rest.split('/').any(drawn)
}

/// What a store calls a secret: `prod/orders/db-password`, `doppler:orders/prod/PASSWORD`. Words with slashes between them, behind the name
/// of a store or not.
fn is_name_of_secret(value: &str) -> bool {
    let bare = |part: &str| part.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_owned();
    let word = |part: &str| {
        let part = bare(part);
        let one_case =
            |test: fn(&u8) -> bool| part.bytes().all(|letter| test(&letter) || matches!(letter, b'-' | b'_'));
        !part.is_empty() && (one_case(u8::is_ascii_lowercase) || one_case(u8::is_ascii_uppercase))
    };
    let store = value.rsplit_once(':').filter(|(store, _)| {
        store.split([':', '-']).all(|word| !word.is_empty() && word.bytes().all(|letter| letter.is_ascii_lowercase()))
    });
    let path = store.map_or(value, |(_, path)| path);
    let speaks = ["password", "secret", "token", "key"].iter().any(|word| path.to_ascii_lowercase().contains(word));
    let named = path.contains('/') || store.is_some() && speaks && path.contains(['-', '_']);
    named && path.split(['/', '#']).all(word)
}

fn is_plain_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"_-.".contains(&letter))
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
}

fn is_setting(value: &str, lower: &str) -> bool {
    const UNITS: [&str; 20] = [
        "", "s", "m", "h", "d", "w", "ms", "us", "ns", "k", "kb", "mb", "gb", "ki", "mi", "gi", "mib", "gib", "sec",
        "min",
    ];
    // So many digits are a password, and no number of anything.
    const LONG: usize = 6;
    let number = value.trim_start_matches(['-', '+']);
    let digits = number.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = &number[digits.len()..];
    let counts = !digits.is_empty()
        && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        && UNITS.contains(&unit.to_ascii_lowercase().as_str())
        && (!unit.is_empty() || number.len() < LONG || number.contains('.'));
    let version = lower
        .strip_prefix('v')
        .is_some_and(|rest| rest.contains('.') && rest.chars().all(|letter| letter.is_ascii_digit() || letter == '.'));
    let same = value.chars().next().is_some_and(|first| value.chars().all(|letter| letter == first));
    let bare = lower.trim_matches(['[', ']', '(', ')', '<', '>', '*']);
    let silent = !value.bytes().any(|letter| letter.is_ascii_alphanumeric()) && value.len() < 8;
    SETTINGS.contains(&bare) || counts || version || same || silent || value.is_empty() || address::is_plain(value)
}

fn is_stand_in(lower: &str) -> bool {
    let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let bare = |word: &str| {
        let letters = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        if word.len() - letters.len() <= 3 { letters.to_owned() } else { word.to_owned() }
    };
    let known = |word: &str| {
        STAND_INS.contains(&bare(word).as_str())
            || STAND_INS.contains(&word)
            || word.bytes().all(|letter| letter == b'x')
    };
    let mut count = 0;
    let all = words.inspect(|_| count += 1).all(known);
    let addressed = ["your-", "your_", "your "].iter().any(|start| lower.starts_with(start));
    let crossed_out = lower.len() - lower.trim_end_matches('x').len() >= 4;
    all && count > 0 || addressed || crossed_out
}
