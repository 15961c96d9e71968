//! The shapes of credentials: one table, compiled into one set.
//!
//! Each shape was checked against positives and negatives; none needs more than one pass over the value.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::Kind;

/// How far a shape can be trusted without a name beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// On its own.
    High,
    /// Mostly.
    Medium,
    /// Only where the name speaks of a secret or of the provider.
    Context,
}

/// A shape of a credential.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Names the shape.
    pub(super) id: &'static str,
    /// The expression.
    pub(super) pattern: &'static str,
    /// How far it can be trusted.
    pub(super) strength: Strength,
    /// What kind of secret has it.
    pub(super) kind: Kind,
    /// A word of names that makes a context.
    pub(super) provider: Option<&'static str>,
    /// It may be trusted in a text without a name, too.
    pub(super) in_text: bool,
}

const fn shape(id: &'static str, strength: Strength, pattern: &'static str) -> Shape {
    Shape { id, pattern, strength, kind: Kind::Credential, provider: None, in_text: false }
}

impl Shape {
    const fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    const fn of(self, provider: &'static str) -> Self {
        Self { provider: Some(provider), ..self }
    }

    const fn in_text(self) -> Self {
        Self { in_text: true, ..self }
    }
}

use Strength::{Context, High, Medium};

/// Every shape, the more telling before the less.
pub(super) const SHAPES: &[Shape] = &[
    shape("aws-access-key-id", High, r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b").kind(Kind::AwsKeyPair),
    shape("aws-bedrock-long", High, r"\bABSK[A-Za-z0-9+/]{100,}={0,2}"),
    shape("github-token", High, r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
    shape("github-fine-grained", High, r"\bgithub_pat_[A-Za-z0-9_]{82}\b"),
    shape("gitlab-token", High, r"\b(?:glpat|gldt|glft|glsoat|glrt|glptt|glcbt|glagent|gloas|glimt|glffct)-[A-Za-z0-9_\-.]{20,}"),
    shape("slack-token", High, r"\bxox[abeoprs]-(?:[A-Za-z0-9]+-)*[A-Za-z0-9]{8,}"),
    shape("slack-app-token", High, r"\bxapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{32,}"),
    shape("slack-webhook", High, r"https?://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/_-]{20,}"),
    shape("stripe-secret", High, r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}\b"),
    shape("stripe-webhook-signing", High, r"\bwhsec_[A-Za-z0-9+/=]{24,}"),
    shape("google-api-key", Medium, r"\bAIza[A-Za-z0-9_\-]{35}"),
    shape("google-oauth-client-secret", High, r"\bGOCSPX-[A-Za-z0-9_\-]{28}"),
    shape("gcp-service-account-json", High, r#""type"\s*:\s*"service_account""#).kind(Kind::PrivateKey),
    shape("pem-private-key", High, r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----").kind(Kind::PrivateKey),
    shape("age-secret-key", High, r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b").kind(Kind::PrivateKey),
    shape("jwt", Medium, r"\bey[JI][A-Za-z0-9_\-]{10,}\.ey[JI][A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}"),
    shape("url-userinfo", High, r"\b[a-z][a-z0-9+.\-]{1,20}://[^\s/?#:@]*:([^\s/?#@]+)@[^\s/?#]+").kind(Kind::ConnectionString),
    shape("jdbc-password-param", High, r"(?i)\bjdbc:\S+[?;&]password=([^&;\s]+)").kind(Kind::ConnectionString),
    shape("conn-string-password", Context, r"(?i)(?:^|;)\s*(?:password|pwd)\s*=\s*([^;\s]+)").kind(Kind::ConnectionString),
    shape("azure-storage-key", High, r"\bAccountKey=[A-Za-z0-9+/]{86}==").kind(Kind::ConnectionString),
    shape("azure-sas", High, r"[?&]sig=[A-Za-z0-9%+/=]{40,}"),
    shape("azure-ad-client-secret", Context, r"\b[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.\-]{31,34}").of("AZURE"),
    shape("npm-token", High, r"\bnpm_[A-Za-z0-9]{36}\b"),
    shape("pypi-token", High, r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_\-]{50,}"),
    shape("sendgrid", High, r"\bSG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{16,64}"),
    shape("twilio-api-key", Context, r"\bSK[0-9a-f]{32}\b").of("TWILIO"),
    shape("mailgun", High, r"\bkey-[0-9a-f]{32}\b"),
    shape("mailchimp", Context, r"\b[0-9a-f]{32}-us[0-9]{1,2}\b").of("MAILCHIMP"),
    shape("openai", High, r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_\-]{20,}T3BlbkFJ[A-Za-z0-9_\-]{20,}"),
    shape("anthropic", High, r"\bsk-ant-[a-z0-9]+-[A-Za-z0-9_\-]{80,}"),
    shape("huggingface", High, r"\bhf_[A-Za-z]{34}\b"),
    shape("vault-token", High, r"\bhv[sbr]\.[A-Za-z0-9_\-]{24,}"),
    shape("terraform-cloud", High, r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_\-=]{60,70}"),
    shape("newrelic", Medium, r"\bNR(?:AK|II|AA|IQ|RA)-[A-Za-z0-9\-]{20,}|\b[0-9a-f]{36}NRAL\b"),
    shape("grafana", High, r"\bgl(?:sa_[A-Za-z0-9]{32}_[a-f0-9]{8}|c_[A-Za-z0-9+/=]{32,})"),
    shape("digitalocean", High, r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    shape("databricks", High, r"\bdapi[a-f0-9]{32}(?:-\d)?\b"),
    shape("dynatrace", High, r"\bdt0[a-z]\d{2}\.[A-Z2-7a-z0-9]{24}\.[A-Za-z0-9]{64}"),
    shape("doppler", High, r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.\-]{40,}"),
    shape("shopify", High, r"\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}\b"),
    shape("square", Context, r"\b(?:EAAA|sq0(?:atp|csp)-)[A-Za-z0-9_\-]{22,60}").of("SQUARE"),
    shape("telegram-bot", Context, r"\b[0-9]{8,10}:AA[A-Za-z0-9_\-]{33}\b").of("TELEGRAM"),
    shape("discord-bot", Context, r"\b[MNO][A-Za-z0-9_\-]{23,27}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,38}").of("DISCORD"),
    shape("linear", High, r"\blin_api_[A-Za-z0-9]{40}\b"),
    shape("postman", High, r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b"),
    shape("pulumi", High, r"\bpul-[a-f0-9]{40}\b"),
    shape("rubygems", High, r"\brubygems_[a-f0-9]{48}\b"),
    shape("docker-hub-pat", High, r"\bdckr_pat_[A-Za-z0-9_\-]{27}\b"),
    shape("planetscale", High, r"\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_=.\-]{32,64}"),
    shape("sentry", Medium, r"\bsntry[su]_[A-Za-z0-9+/=_\-]{40,}"),
    shape("1password-service", High, r"\bops_eyJ[A-Za-z0-9+/]{200,}"),
    shape("atlassian", High, r"\bATATT3[A-Za-z0-9_\-=]{180,}"),
    shape("basic-or-bearer-header", Context, r"(?i)\b(?:authorization:\s*)?(?:basic|bearer)\s+[A-Za-z0-9._~+/\-]{16,}=*").of("AUTHORIZATION").in_text(),
    shape("cli-password-flag", Context, r"(?i)(?:^|\s)--?(?:password|passwd|pass|token|secret|api-?key|requirepass|masterauth|access-?key)(?:=|\s+)([^\s$<-]\S{3,})").in_text(),
];

static SET: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new(SHAPES.iter().map(|shape| shape.pattern))
        .expect("every shape of the table compiles, which a test checks")
});

static USERINFO: LazyLock<Regex> = LazyLock::new(|| {
    let shape = SHAPES.iter().find(|shape| shape.id == "url-userinfo").expect("the table has it");
    Regex::new(shape.pattern).expect("every shape of the table compiles, which a test checks")
});

/// The most telling shape of a value.
pub(super) fn find(value: &str) -> Option<&'static Shape> {
    // Nothing shorter has any of these shapes; most values of an environment end here.
    if value.len() < 8 {
        return None;
    }
    let matches = SET.matches(value);
    let shapes = matches.into_iter().map(|number| &SHAPES[number]);
    shapes.filter(|shape| shape.id != "url-userinfo" || has_password(value)).min_by_key(|shape| match shape.strength {
        High => 0,
        Medium => 1,
        Context => 2,
    })
}

/// Whether an address carries a password that nobody fills in later.
fn has_password(value: &str) -> bool {
    USERINFO.captures_iter(value).any(|found| {
        let password = found.get(1).map_or("", |password| password.as_str());
        let filled_in = ["$", "{", "<", "%(", "*"].iter().any(|start| password.starts_with(start));
        !password.is_empty() && !filled_in && !password.chars().all(|letter| letter == 'x' || letter == '*')
    })
}

/// Whether the value holds the id of an AWS access key.
pub(super) fn is_access_key_id(value: &str) -> bool {
    value.len() >= 20 && find(value).is_some_and(|shape| shape.id == "aws-access-key-id")
}

/// Whether the value has the shape of an AWS secret access key: 40 letters of base64, of both cases, with digits.
pub(super) fn is_secret_access_key(value: &str) -> bool {
    let has = |test: fn(&u8) -> bool| value.bytes().any(|byte| test(&byte));
    value.len() == 40
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/' || byte == b'+')
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}
