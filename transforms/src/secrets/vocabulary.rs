//! The words that names of variables are made of, as far as they tell a secret from what belongs to one.

/// What may follow a head noun without changing it: stages, places, roles, forms.
#[rustfmt::skip]
pub(super) const NOISE: &[&str] = &[
    "PROD", "PRD", "PRODUCTION", "STAGING", "STAGE", "STG", "DEV", "DEVELOPMENT", "TEST", "TESTING", "QA", "UAT", "INT", "PREPROD", "SANDBOX",
    "DEMO", "LIVE", "LOCAL", "PRIMARY", "SECONDARY", "MAIN", "BACKUP", "FALLBACK", "ALT", "OLD", "NEW", "NEXT", "PREV", "PREVIOUS", "CURRENT",
    "LEGACY", "TEMP", "TMP", "LATEST", "DEFAULT", "BASE64", "B64", "PLAIN", "PLAINTEXT", "VALUE", "RAW", "JSON", "PEM", "ENCODED", "TEXT",
    "EU", "US", "AP", "UK", "DE", "EMEA", "APAC", "EAST", "WEST", "NORTH", "SOUTH", "CENTRAL", "GLOBAL", "REGIONAL", "INTERNAL", "EXTERNAL",
    "RO", "RW", "READ", "WRITE", "READONLY", "READWRITE", "READER", "WRITER", "REPLICA", "SLAVE", "STANDBY", "FOLLOWER", "LEADER", "OWNER", "ADMIN", "ROOT", "BLUE",
    "GREEN", "CANARY", "ONE", "TWO", "A", "B", "V", "SHARED", "COMMON", "OVERRIDE", "INITIAL",
];

/// Nouns that are a secret.
#[rustfmt::skip]
pub(super) const SECRET: &[&str] = &[
    "PASSWORD", "PASSWORDS", "PASSWD", "PASSWRD", "PSWD", "PASSPHRASE", "PASSCODE", "PASSKEY", "PASSWORT", "KENNWORT", "SENHA", "SECRET", "TOKEN",
    "CREDENTIAL", "CREDENTIALS", "CREDS", "SALT", "PEPPER", "PAT", "BEARER", "HTPASSWD", "PGPASSWORD", "APIKEY", "BASICAUTH", "SECRETKEYBASE",
];

/// Secret unless they are the whole name: `PWD` is the working directory of a shell.
pub(super) const SECRET_WITH_COMPANY: &[&str] = &["PASS", "PWD", "PW", "PSW", "AUTH"];

/// What a part of a name ends in where its words are joined: `dbpassword`.
#[rustfmt::skip]
pub(super) const JOINED: &[&str] = &[
    "PASSWORD", "PASSPHRASE", "PASSCODE", "PASSWD", "SECRET", "SECRETS", "TOKEN", "CREDENTIAL", "CREDENTIALS", "CREDS", "BASICAUTH",
    "BINDPW", "PWD", "SALT", "PASSKEY", "SECRETKEYBASE",
];

/// Words that end so and mean something else.
#[rustfmt::skip]
pub(super) const UNRELATED: &[&str] = &[
    "BYPASS", "COMPASS", "ENCOMPASS", "OVERPASS", "UNDERPASS", "TRESPASS", "SURPASS", "IMPASS", "MULTIPASS", "LASTPASS", "KEEPASS",
    "FIRSTPASS", "TWOPASS", "SINGLEPASS", "OLDPWD", "BASALT", "NEXTTOKEN", "ALLPASS", "HIGHPASS", "LOWPASS", "BANDPASS", "PROXYPASS",
];

/// What makes a key a secret one.
#[rustfmt::skip]
pub(super) const KEY_KINDS: &[&str] = &[
    "API", "APP", "APPLICATION", "SECRET", "PRIVATE", "PRIV", "ACCESS", "ENCRYPTION", "ENCRYPT", "ENC", "DECRYPTION", "CRYPT", "CRYPTO", "CIPHER",
    "SIGNING", "SIGNATURE", "SIGN", "MASTER", "AUTH", "LICENSE", "LICENCE", "FERNET", "JWT", "SESSION", "COOKIE", "STORAGE", "ACCOUNT",
    "SERVICE", "INSERT", "INGEST", "INGESTION", "HMAC", "AES", "RSA", "SHARED", "WEBHOOK", "DEPLOY", "SSH", "GOSSIP", "ROOT", "ADMIN", "CSRF",
    "NONCE", "CONSUMER", "ACTIVATION", "DETERMINISTIC", "SECURITY", "TOKEN", "SUBSCRIPTION", "UNLOCK", "UNSEAL", "HASHING", "BEARER",
    "VAULT", "PRODUCT", "INTEGRATION", "PRESHARED", "PSK",
];

/// Keys to something that is no lock.
#[rustfmt::skip]
pub(super) const KEYS_OF_DATA: &[&str] = &[
    "CACHE", "PARTITION", "SORT", "ROUTING", "TAG", "PRIMARY", "FOREIGN", "DEDUP", "DEDUPLICATION", "IDEMPOTENCY", "INDEX", "LOOKUP",
    "RANGE", "ROW", "SHARD", "OBJECT", "GROUP", "MESSAGE", "LOG", "TIME", "STATE", "CONFIG", "TRANSLATION", "HEADER", "METADATA", "SOURCE",
];

/// Public by design where they stand before a key or a token.
pub(super) const PUBLIC: &[&str] = &["PUBLIC", "PUB", "PUBLISHABLE", "SITE", "ANON"];

/// Keys that are public, in one word.
pub(super) const PUBLIC_JOINED: &[&str] = &["PUBLICKEY", "PUBKEY", "PUBLISHABLEKEY", "SITEKEY", "ANONKEY"];

/// What turns a name with a secret word into a switch: `USE_PASSWORD`.
#[rustfmt::skip]
pub(super) const SWITCHES: &[&str] = &["ALLOW", "USE", "USES", "ENABLE", "DISABLE", "REQUIRE", "REQUIRES", "SKIP", "RANDOM", "HAS", "NO", "WITHOUT"];

/// Nouns of identifiers: drawn letters under them are expected.
#[rustfmt::skip]
pub(super) const IDENTIFIERS: &[&str] = &[
    "ID", "IDS", "ARN", "ARNS", "SHA", "DIGEST", "CHECKSUM", "COMMIT", "REVISION", "BUILD", "FINGERPRINT", "THUMBPRINT", "VERSION", "ETAG",
    "URN", "REF", "REFS", "HASH", "UUID", "GUID", "INTEGRITY", "CERT", "CERTIFICATE", "CHAIN", "BUNDLE", "CA", "CRT", "CLAIM", "NONCE", "PIN",
];

/// Nouns that turn a secret into a pointer to it, a shape of it or a setting about it.
#[rustfmt::skip]
pub(super) const REFERENCE: &[&str] = &[
    "ID", "IDS", "ARN", "ARNS", "NAME", "NAMES", "REF", "REFS", "FROM", "ALIAS", "LABEL", "FILE", "FILES", "FILENAME", "PATH", "PATHS", "DIR",
    "DIRECTORY", "FOLDER", "LOCATION", "KEYSTORE", "TRUSTSTORE", "STORE", "ENDPOINT", "ENDPOINTS", "HOST", "HOSTNAME", "ADDRESS", "PORT", "REALM", "REGION",
    "SERVICE", "SERVER", "TYPE", "ALGORITHM", "ALG", "ALGO", "FORMAT", "VERSION", "METHOD", "METHODS", "MODE", "KIND", "LENGTH", "LEN", "SIZE", "BITS", "MIN", "MAX",
    "COUNT", "LIMIT", "COMPLEXITY", "POLICY", "EXPIRY", "EXPIRATION", "EXPIRES", "EXPIRE", "TTL", "TIMEOUT", "INTERVAL", "DURATION", "LIFETIME", "PERIOD",
    "SECONDS", "SECS", "MINUTES", "HOURS", "DAYS", "MS", "AGE", "ROTATION", "HEADER", "HEADERS", "PARAM", "PARAMS", "PARAMETER", "FIELD", "CLAIM", "CLAIMS", "PREFIX",
    "SUFFIX", "TEMPLATE", "SCOPE", "SCOPES", "ISSUER", "AUDIENCE", "ENABLED", "DISABLED", "REQUIRED", "AVAILABLE", "PLACEHOLDER", "STATE",
    "STATUS", "BACKEND", "PROVIDER", "MANAGER", "COMMAND", "CMD", "ARGUMENTS", "ARGS", "CONFIG", "CONFIGURATION", "USER", "USERNAME", "KEYRING", "RING", "BOARD", "SPACE",
    "FINGERPRINT", "THUMBPRINT", "BUCKET", "TABLE", "COLUMN", "INDEX", "ROUNDS", "ITERATIONS", "STRATEGY", "REGEX", "PATTERN", "RULES", "HINT", "PROMPT", "MESSAGE",
    "DESCRIPTION", "LEVEL", "DOMAIN", "PARALLELISM", "ENCODER", "ENCODING", "ENGINE", "KDF", "CHECKSUM", "DIGEST", "SHA", "COMMIT", "REVISION", "BUILD",
    "CLASS", "HANDLER", "PLUGIN", "SOURCE", "COST", "FACTOR", "RETRIES", "ATTEMPTS", "QUEUE", "TOPIC", "REFERENCE", "VAR", "VARIABLE", "GROUP", "CHARSET", "ALPHABET", "CHARACTERS", "SCHEME", "MOUNT", "BLACKLIST", "FIELDS", "EMAIL", "LOCALE", "PLURAL", "SLUG", "URN",
];

/// Addresses, with or without a password in them.
pub(super) const CONNECTION: &[&str] =
    &["DSN", "CONN", "CONNSTR", "URL", "URLS", "URI", "URIS", "CONNECTION", "CONNECTIONSTRING", "JDBC"];

/// Names that are secret although their parts do not say so.
pub(super) const NAMED_SECRET: &[&str] = &[
    "VAULT_DEV_ROOT_TOKEN_ID",
    "DOCKER_AUTH_CONFIG",
    "GOOGLE_APPLICATION_CREDENTIALS_JSON",
    "RABBITMQ_ERLANG_COOKIE",
    "ERLANG_COOKIE",
    "RELEASE_COOKIE",
    "MYSQL_PWD",
    "REDISCLI_AUTH",
    "GITHUB_APP_PEM",
    "SECRET_KEY_BASE",
];

/// Paths and injected addresses by convention.
pub(super) const NAMED_REFERENCE: &[&str] = &[
    "GOOGLE_APPLICATION_CREDENTIALS",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_PROFILE",
    "AWS_DEFAULT_REGION",
    "PWD",
    "OLDPWD",
];

/// Tokens of a language model's vocabulary.
pub(super) const MARKS_OF_MODELS: &[&str] = &[
    "EOS",
    "BOS",
    "PAD",
    "UNK",
    "MASK",
    "SEP",
    "CLS",
    "STOP",
    "START",
    "END",
    "SPECIAL",
    "NEXT",
    "CONTINUATION",
    "CANCELLATION",
];
