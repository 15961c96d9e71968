//! What looks like a credential and is none.

use crate::documents::arn;
use crate::lot::{ALNUM, BASE64_URL, LOWER, Lot, UPPER, base64};
use crate::names;
use crate::sample::Form;
use crate::vocabulary::Vocabulary;

/// A pointer to a credential under a name that says so, with a value as such pointers have.
pub(crate) fn pointer(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let noun = lot.pick(vocabulary.pointers);
    let last = noun.rsplit(' ').next().unwrap_or(noun);
    let value = match last {
        "file" | "path" | "location" => format!("/run/secrets/{}", lot.pick(&["db", "api_key.txt", "tls/key.pem"])),
        "arn" => arn(lot),
        "url" | "uri" | "endpoint" => format!("https://{}/oauth/token", lot.pick(vocabulary.hosts)),
        "id" if lot.percent(50) => lot.draw(LOWER, 26),
        "id" => lot.draw(ALNUM, 32),
        _ if lot.percent(20) => format!("/prod/orders/{}", lot.pick(&["db-password", "api-token"])),
        _ => format!(
            "{}-{}",
            lot.pick(&["orders", "prod/billing", "team-a"]),
            lot.pick(&["db", "creds", "api-key", "main-2"])
        ),
    };
    Form::variable(names::about(lot, vocabulary, noun), value)
}

/// A reference as the value, under the name of the credential itself.
pub(crate) fn reference(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let value = match lot.between(0, 21) {
        0 => arn(lot),
        1 => "arn:aws:ssm:eu-west-1:123456789012:parameter/orders/db-password".to_owned(),
        2 => "{{resolve:secretsmanager:orders/db:SecretString:password}}".to_owned(),
        3 => "{{resolve:ssm-secure:/orders/db:4}}".to_owned(),
        4 => "${DB_PASSWORD}".to_owned(),
        5 => "${var.db_password}".to_owned(),
        6 => "${ssm:/orders/prod/password~true}".to_owned(),
        7 => "vault:secret/data/orders#password".to_owned(),
        8 => "/orders/prod/db/password".to_owned(),
        9 => "ref+awsssm://orders/prod/token?region=eu-west-1".to_owned(),
        10 => "op://infra/orders-db/password".to_owned(),
        11 => "$(DB_PASSWORD)".to_owned(),
        12 => "%env(resolve:DB_PASSWORD)%".to_owned(),
        13 => "projects/481516/secrets/orders-db/versions/latest".to_owned(),
        14 => "@Microsoft.KeyVault(SecretUri=https://acme.vault.azure.net/secrets/orders-db/)".to_owned(),
        15 => "file:///run/secrets/orders_db".to_owned(),
        16 => "<%= ENV['DB_PASSWORD'] %>".to_owned(),
        17 => "{{ .Values.db.password }}".to_owned(),
        18 => format!("secret/orders/{}", lot.pick(&["db-password", "prod/token", "api"])),
        19 => "aws-sm://orders/db#password".to_owned(),
        20 => "__DB_PASSWORD__".to_owned(),
        _ => "#{OrdersDbPassword}#".to_owned(),
    };
    Form::variable(names::secret(lot, vocabulary), value)
}

/// Encrypted for somebody else to open.
pub(crate) fn encrypted(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let value = match lot.between(0, 3) {
        0 => format!("AQICAH{}", base64(&lot.bytes(130))),
        1 => {
            let (data, iv, tag) = (base64(&lot.bytes(20)), base64(&lot.bytes(32)), base64(&lot.bytes(16)));
            format!("ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:str]")
        }
        2 => format!("{{cipher}}{}", lot.hex(96)),
        _ => format!("ENC({})", base64(&lot.bytes(32))),
    };
    Form::variable(names::secret(lot, vocabulary), value)
}

pub(crate) fn setting(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let (noun, value) = vocabulary.settings[lot.between(0, vocabulary.settings.len() - 1)];
    Form::variable(names::about(lot, vocabulary, noun), value)
}

/// A switch under a name that ends in a secret word: `USE_PASSWORD`, or the name itself turned off.
pub(crate) fn switch(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let verb = lot.pick(&["use", "enable", "require", "allow empty", "skip", "has", "disable", "log", "mask", "send"]);
    let value =
        lot.pick(&["true", "false", "1", "0", "yes", "no", "on", "off", "enabled", "disabled", "always", "never"]);
    let name = names::about(lot, vocabulary, "x");
    let name = if lot.percent(60) {
        format!(
            "{}_{}",
            verb.replace(' ', "_"),
            name.trim_end_matches(['x', 'X']).trim_end_matches(['_', '-', '.', ':'])
        )
        .to_uppercase()
    } else {
        names::secret(lot, vocabulary)
    };
    let value = if lot.percent(20) { "" } else { value };
    Form::variable(name, value)
}

/// Public by design.
pub(crate) fn public(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let owner = lot.pick(vocabulary.owners).replace(' ', "_").to_uppercase();
    match lot.between(0, 10) {
        0 => Form::variable("STRIPE_PUBLISHABLE_KEY", format!("pk_live_{}", lot.draw(ALNUM, 99))),
        1 => Form::variable(
            lot.pick(&["RECAPTCHA_SITE_KEY", "recaptchaSiteKey", "TURNSTILE_SITEKEY"]),
            format!("6L{}", lot.draw(BASE64_URL, 38)),
        ),
        2 => Form::variable(
            "SENTRY_DSN",
            format!("https://{}@o{}.ingest.sentry.io/4507", lot.hex(32), lot.between(1000, 99999)),
        ),
        3 => Form::variable("VAPID_PUBLIC_KEY", format!("B{}", lot.draw(BASE64_URL, 86))),
        4 => Form::variable(format!("{owner}_PUBLIC_KEY"), pem(lot, "PUBLIC KEY")),
        5 => Form::variable(format!("{owner}_CA_CERT"), pem(lot, "CERTIFICATE")),
        6 => {
            let certificate = pem(lot, "CERTIFICATE");
            Form::variable(format!("{owner}_CA_BUNDLE_B64"), base64(certificate.as_bytes()))
        }
        7 => Form::variable(
            "SSH_HOST_KEY",
            format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} ci@example.org", lot.draw(BASE64_URL, 43)),
        ),
        8 => Form::variable(
            "MAPBOX_TOKEN_PUBLIC",
            format!("pk.eyJ1Ijoi{}.{}", lot.draw(ALNUM, 60), lot.draw(BASE64_URL, 22)),
        ),
        9 => Form::variable("PUBLIC_KEY_URL", "https://idp.example.org/.well-known/jwks.json"),
        _ => Form::variable(
            "GOOGLE_CLIENT_ID",
            format!("{}-{}.apps.googleusercontent.com", lot.between(100_000, 999_999), lot.draw(LOWER, 32)),
        ),
    }
}

fn pem(lot: &mut Lot, what: &str) -> String {
    let mut der = vec![0x30, 0x82, 0x03, 0x21, 0x30, 0x82, 0x02, 0x09];
    der.extend(lot.bytes(700));
    let separator = lot.pick(&["\n", "\\n"]);
    format!("-----BEGIN {what}-----{separator}{}{separator}-----END {what}-----", base64(&der))
}

/// Digests, ids and builds.
pub(crate) fn digest(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let owner = lot.pick(vocabulary.owners).replace(' ', "_").to_uppercase();
    match lot.between(0, 15) {
        0 => Form::variable("GIT_SHA", lot.hex(40)),
        1 => Form::variable("SOURCE_COMMIT", lot.hex(7)),
        2 => Form::variable("IMAGE", format!("registry.example.org/orders@sha256:{}", lot.hex(64))),
        3 => Form::variable("CONFIG_CHECKSUM", lot.hex(64)),
        4 => Form::variable(format!("{owner}_TENANT"), lot.uuid()),
        5 => Form::variable("BUILD", format!("{}-{}-{}", lot.between(2020, 2026), lot.between(1000, 9999), lot.hex(8))),
        6 => Form::variable("COGNITO_USER_POOL", format!("eu-west-1_{}", lot.draw(ALNUM, 9))),
        7 => Form::variable("COGNITO_CLIENT_ID", lot.draw(LOWER, 26)),
        8 => Form::variable("SCRIPT_INTEGRITY", format!("sha384-{}", base64(&lot.bytes(48)))),
        9 => Form::variable("SUBNETS", format!("subnet-0{},subnet-0{}", lot.hex(16), lot.hex(16))),
        10 => Form::variable("DISTRIBUTION", format!("E{}", lot.draw(UPPER, 13))),
        11 => Form::variable("CERT_PIN", format!("sha256/{}", base64(&lot.bytes(32)))),
        12 => Form::variable("RUN", format!("01{}", lot.draw("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24))),
        13 => Form::variable(format!("{owner}_CLIENT_ID"), lot.draw(ALNUM, 32)),
        14 => Form::variable("CACHE_KEY", format!("deps-v3-{}", lot.hex(40))),
        _ => Form::variable(
            "DEPLOYMENT",
            format!("prod-eu-west-1-orders-api-v2-{}-blue-{}", lot.between(20_240_101, 20_241_231), lot.hex(8)),
        ),
    }
}

/// An address without a credential.
pub(crate) fn address(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let host = lot.pick(vocabulary.hosts);
    let value = match lot.between(0, 12) {
        0 => format!("postgres://{host}:5432/orders"),
        1 => format!("postgres://app@{host}:5432/orders"),
        2 => format!("redis://{host}:6379/0"),
        3 => format!("https://{host}:8443/oauth/token?grant_type=client_credentials"),
        4 => format!("Server={host};Database=orders;Integrated Security=True;Encrypt=True"),
        5 => format!("jdbc:postgresql://{host}:5432/orders?ssl=true&user=app"),
        6 => format!("postgres://app:${{DB_PASSWORD}}@{host}:5432/orders"),
        7 => format!("amqp://$MQ_USER:$MQ_PASSWORD@{host}:5672"),
        8 => format!("{host}:9092,b-2.{host}:9092"),
        9 => "https://cdn.example.org:443/npm/@acme/tokens@2.1.0/dist/index.js".to_owned(),
        10 => format!("mongodb://{host}:27017/orders?authMechanism=MONGODB-AWS&authSource=$external"),
        11 => "https://sqs.eu-west-1.amazonaws.com/123456789012/password-reset-queue".to_owned(),
        _ => format!("http://{host}/reset-password?token={{token}}"),
    };
    let name = lot.pick(&[
        "DATABASE_URL",
        "BROKER",
        "TOKEN_URL",
        "AUTH_SERVER",
        "UPSTREAM",
        "ConnectionStrings__Main",
        "API_BASE",
    ]);
    Form::variable(name, value)
}

pub(crate) fn prose(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let text = lot.pick(vocabulary.prose);
    let name =
        lot.pick(&["BANNER", "HELP_TEXT", "PASSWORD_HINT", "LOGIN_MESSAGE", "DESCRIPTION", "MOTD", "TOKEN_PROMPT"]);
    if lot.percent(30) {
        Form::variable(format!("{name}_B64"), base64(text.as_bytes()))
    } else {
        Form::variable(name, text)
    }
}

pub(crate) fn plain(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let (name, value) = vocabulary.plain[lot.between(0, vocabulary.plain.len() - 1)];
    let name = match lot.between(0, 4) {
        0 if name.is_ascii() && name != "PWD" => format!("APP_{name}"),
        1 if name != "PWD" => name.to_lowercase().replace('_', "."),
        _ => name.to_owned(),
    };
    Form::variable(name, value)
}

/// What nobody has filled in and no service accepts.
pub(crate) fn unfilled(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let value = match lot.between(0, 6) {
        0 => "<your-password>".to_owned(),
        1 => "********".to_owned(),
        2 => "__PASSWORD__".to_owned(),
        3 => "xxxxxxxxxxxxxxxx".to_owned(),
        4 => "[REDACTED]".to_owned(),
        5 => "${SECRET:?must be set}".to_owned(),
        _ => "...".to_owned(),
    };
    Form::variable(names::secret(lot, vocabulary), value)
}

/// What stands in for a credential and works as one.
pub(crate) fn stand_in(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let value = lot.pick(&[
        "changeme",
        "ChangeMe!",
        "change-me-please",
        "password",
        "your-password",
        "my-secret",
        "example",
        "todo",
        "dummy",
        "your_api_key_here",
        "secret123",
        "replace-me",
        "test",
        "insert-token-here",
        "please-change",
        "Password1",
    ]);
    Form::variable(names::secret(lot, vocabulary), value)
}
