//! What the name of a variable says, by its head noun: the last part that carries meaning.

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

const NOISE: &[&str] = &[
    "PROD",
    "PRODUCTION",
    "STAGING",
    "STAGE",
    "DEV",
    "TEST",
    "QA",
    "UAT",
    "PRIMARY",
    "SECONDARY",
    "OLD",
    "NEW",
    "PREV",
    "PREVIOUS",
    "CURRENT",
    "BACKUP",
    "DEFAULT",
    "BASE64",
    "B64",
    "PLAIN",
    "PLAINTEXT",
    "VALUE",
    "RAW",
    "JSON",
    "PEM",
    "ENCODED",
    "LIVE",
];

const SECRET: &[&str] = &[
    "PASSWORD",
    "PASSWORDS",
    "PASSWD",
    "PASSPHRASE",
    "PASSCODE",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "CREDENTIAL",
    "CREDENTIALS",
    "CREDS",
    "SALT",
    "PEPPER",
    "PAT",
    "BEARER",
    "HTPASSWD",
    "PGPASSWORD",
];

/// Secret unless they are the whole name: `PWD` is the working directory of a shell.
const SECRET_WITH_COMPANY: &[&str] = &["PASS", "PWD", "PW", "AUTH"];

const JOINED: &[&str] = &[
    "PASSWORD",
    "PASSPHRASE",
    "PASSWD",
    "APIKEY",
    "SECRETKEY",
    "SECRET",
    "ACCESSTOKEN",
    "AUTHTOKEN",
    "REFRESHTOKEN",
    "BEARERTOKEN",
    "PRIVATEKEY",
    "ACCESSKEY",
    "ACCOUNTKEY",
    "SHAREDKEY",
    "ENCRYPTIONKEY",
    "SIGNINGKEY",
    "LICENSEKEY",
    "MASTERKEY",
];

/// What makes a key a secret one.
const KEY_KINDS: &[&str] = &[
    "API",
    "APP",
    "APPLICATION",
    "SECRET",
    "PRIVATE",
    "ACCESS",
    "ENCRYPTION",
    "ENCRYPT",
    "SIGNING",
    "SIGNATURE",
    "MASTER",
    "AUTH",
    "LICENSE",
    "LICENCE",
    "FERNET",
    "JWT",
    "SESSION",
    "COOKIE",
    "STORAGE",
    "ACCOUNT",
    "SERVICE",
    "INSERT",
    "INGEST",
    "INGESTION",
    "HMAC",
    "AES",
    "RSA",
    "SHARED",
    "WEBHOOK",
    "DEPLOY",
    "SSH",
    "GOSSIP",
    "ROOT",
    "ADMIN",
    "CSRF",
    "NONCE",
    "CONSUMER",
    "ACTIVATION",
    "DETERMINISTIC",
];

const PUBLIC: &[&str] = &["PUBLIC", "PUB", "PUBLISHABLE", "SITE", "ANON"];

/// Nouns that turn a secret into a pointer to it, a shape of it or a setting about it.
const REFERENCE: &[&str] = &[
    "ID",
    "IDS",
    "ARN",
    "ARNS",
    "NAME",
    "NAMES",
    "REF",
    "ALIAS",
    "LABEL",
    "FILE",
    "FILES",
    "FILENAME",
    "PATH",
    "PATHS",
    "DIR",
    "DIRECTORY",
    "LOCATION",
    "KEYSTORE",
    "TRUSTSTORE",
    "STORE",
    "ENDPOINT",
    "HOST",
    "HOSTNAME",
    "PORT",
    "REALM",
    "REGION",
    "SERVICE",
    "TYPE",
    "ALGORITHM",
    "ALG",
    "FORMAT",
    "VERSION",
    "METHOD",
    "MODE",
    "KIND",
    "LENGTH",
    "SIZE",
    "BITS",
    "MIN",
    "MAX",
    "COUNT",
    "LIMIT",
    "COMPLEXITY",
    "POLICY",
    "EXPIRY",
    "EXPIRATION",
    "EXPIRES",
    "TTL",
    "TIMEOUT",
    "INTERVAL",
    "DURATION",
    "LIFETIME",
    "SECONDS",
    "MINUTES",
    "HOURS",
    "DAYS",
    "MS",
    "AGE",
    "ROTATION",
    "HEADER",
    "PARAM",
    "FIELD",
    "CLAIM",
    "PREFIX",
    "SUFFIX",
    "TEMPLATE",
    "SCOPE",
    "SCOPES",
    "ISSUER",
    "AUDIENCE",
    "ENABLED",
    "DISABLED",
    "REQUIRED",
    "AVAILABLE",
    "PLACEHOLDER",
    "STATE",
    "BACKEND",
    "PROVIDER",
    "MANAGER",
    "COMMAND",
    "CMD",
    "ARGUMENTS",
    "CONFIG",
    "USER",
    "USERNAME",
    "KEYRING",
    "RING",
    "BOARD",
    "SPACE",
    "FINGERPRINT",
    "BUCKET",
    "TABLE",
    "COLUMN",
    "INDEX",
    "ROUNDS",
    "STRATEGY",
    "REGEX",
    "PATTERN",
    "RULES",
    "HINT",
    "LEVEL",
    "DOMAIN",
    "PARALLELISM",
];

const CONNECTION: &[&str] =
    &["DSN", "CONN", "CONNSTR", "URL", "URLS", "URI", "URIS", "CONNECTION", "CONNECTIONSTRING", "JDBC"];

/// Names that are secret although their parts do not say so.
const NAMED_SECRET: &[&str] = &[
    "VAULT_DEV_ROOT_TOKEN_ID",
    "DOCKER_AUTH_CONFIG",
    "GOOGLE_APPLICATION_CREDENTIALS_JSON",
    "RABBITMQ_ERLANG_COOKIE",
    "ERLANG_COOKIE",
    "MYSQL_PWD",
    "REDISCLI_AUTH",
    "GITHUB_APP_PEM",
    "SECRET_KEY_BASE",
];

/// Paths and injected addresses by convention.
const NAMED_REFERENCE: &[&str] = &[
    "GOOGLE_APPLICATION_CREDENTIALS",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_PROFILE",
    "AWS_DEFAULT_REGION",
    "PWD",
    "OLDPWD",
];

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
    let public = ["NEXT_PUBLIC_", "VITE_", "REACT_APP_"].iter().any(|prefix| whole.starts_with(prefix));
    let meaning = without_noise(&parts);
    let Some((head, before)) = meaning.split_last() else { return NameClass::None };
    let class = head_noun(head, before);
    if public && class != NameClass::Reference { NameClass::Public } else { class }
}

fn head_noun(head: &str, before: &[&str]) -> NameClass {
    let is_public = before.last().is_some_and(|word| PUBLIC.contains(word));
    let switches =
        |word: &&&str| ["ALLOW", "USE", "ENABLE", "DISABLE", "REQUIRE", "SKIP", "RANDOM", "HAS", "NO"].contains(*word);
    if SECRET.contains(&head) || (SECRET_WITH_COMPANY.contains(&head) && !before.is_empty()) {
        if is_public {
            NameClass::Public
        } else if before.iter().any(|word| switches(&word)) {
            NameClass::AskTheValue
        } else {
            NameClass::Secret
        }
    } else if head == "KEY" || head == "KEYS" {
        match before.last() {
            _ if is_public => NameClass::Public,
            Some(kind) if KEY_KINDS.contains(kind) => NameClass::Secret,
            _ if before.contains(&"SECRET") || before.contains(&"PRIVATE") || before.contains(&"API") => {
                NameClass::Secret
            }
            _ => NameClass::AskTheValue,
        }
    } else if head == "BASE" && before.ends_with(&["SECRET", "KEY"]) {
        NameClass::Secret
    } else if is_connection(head, before) {
        NameClass::Connection
    } else if REFERENCE.contains(&head) {
        NameClass::Reference
    } else if JOINED.iter().any(|end| head.ends_with(end)) {
        NameClass::Secret
    } else if head == "HASH" || head == "TOKENS" || before.iter().any(|word| SECRET.contains(word)) {
        NameClass::AskTheValue
    } else {
        NameClass::None
    }
}

fn is_connection(head: &str, before: &[&str]) -> bool {
    head.starts_with("CONNECTIONSTRING")
        || before.first() == Some(&"CONNECTIONSTRINGS")
        || before.ends_with(&["CONNECTION"]) && head.starts_with("STRING")
        || CONNECTION.contains(&head)
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
