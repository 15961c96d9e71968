//! Documents within one value: JSON, YAML, properties, XML, and commands of the Java virtual machine.

use serde_json::{Value as Json, json};

use crate::lot::{ALNUM, BASE64_URL, Lot, base64};
use crate::names;
use crate::planted::{address, password, plain_password};
use crate::sample::Form;
use crate::tokens;
use crate::vocabulary::Vocabulary;

fn named(lot: &mut Lot, vocabulary: &Vocabulary, document: String) -> Form {
    let fixed =
        ["SPRING_APPLICATION_JSON", "APP_CONFIG", "CONFIG_B64", "SETTINGS", "application.properties", "INIT_YAML"];
    let name = if lot.percent(60) { lot.pick(&fixed).to_owned() } else { names::neutral(lot, vocabulary) };
    let document = if lot.percent(30) { base64(document.as_bytes()) } else { document };
    Form::variable(name, document)
}

/// A document with a credential in it.
pub(crate) fn with_credential(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let secret = password(lot, vocabulary);
    let document = match lot.between(0, 11) {
        0 => service_account(lot),
        1 => {
            let pair = format!("deploy:{}", plain_password(lot, vocabulary));
            json!({ "auths": { "registry.example.org": { "auth": base64(pair.as_bytes()) } } }).to_string()
        }
        2 => json!({ "host": "db.internal", "port": 5432, "username": "app", "password": secret }).to_string(),
        3 => json!({ "spring": { "datasource": { "url": "jdbc:h2:mem", "password": secret } } }).to_string(),
        4 => json!({ "clients": [{ "id": "web", "clientSecret": secret }, { "id": "ios" }] }).to_string(),
        5 => format!("server:\n  port: 8080\ndatasource:\n  username: app\n  password: {}\n", quoted(&secret)),
        6 => format!("# orders\ndb.user=app\ndb.password={}\ndb.pool=8\n", secret.replace(' ', "-")),
        7 => format!("<settings><server><id>nexus</id><password>{}</password></server></settings>", escaped(&secret)),
        8 => json!({ "broker": address(lot, vocabulary), "retries": 3 }).to_string(),
        9 => json!({ "integration": { "endpoint": "https://api.example.org", "value": tokens::token(lot) } }).to_string(),
        10 => format!("-Xmx512m -Ddb.user=app -Djavax.net.ssl.keyStorePassword={} -jar", secret.replace(' ', "_")),
        _ => json!([{ "name": "LOG_LEVEL", "value": "info" }, { "name": names::secret(lot, vocabulary), "value": secret }])
            .to_string(),
    };
    named(lot, vocabulary, document)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn service_account(lot: &mut Lot) -> String {
    let key = base64(&lot.bytes(900));
    let (begin, end) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
    json!({
        "type": "service_account",
        "project_id": "acme-prod",
        "private_key_id": lot.hex(40),
        "private_key": format!("{begin}\n{key}\n{end}\n"),
        "client_email": "orders@acme-prod.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    })
    .to_string()
}

/// A document without one.
pub(crate) fn without(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let document = match lot.between(0, 9) {
        0 => json!({ "passwordPolicy": { "minLength": 12, "strength": "strong", "history": 5 }, "tokenTtl": "15m" }),
        1 => {
            json!({ "clientId": lot.draw(ALNUM, 26), "tokenUrl": "https://idp.example.org/oauth/token", "scopes": ["openid"] })
        }
        2 => {
            json!({ "keys": [{ "kty": "RSA", "use": "sig", "kid": lot.hex(24), "e": "AQAB", "n": lot.draw(BASE64_URL, 342) }] })
        }
        3 => json!({ "secretArn": arn(lot), "passwordFile": "/run/secrets/db", "host": lot.pick(vocabulary.hosts) }),
        4 => json!({ "password": "${DB_PASSWORD}", "username": "app", "host": lot.pick(vocabulary.hosts) }),
        5 => json!({ "logging": { "level": "info", "mask": ["password", "token", "apiKey"] }, "build": lot.hex(40) }),
        6 => json!([{ "name": "DB_PASSWORD_FILE", "value": "/run/secrets/db" }, { "name": "PORT", "value": "8080" }]),
        7 => {
            json!({ "auth": { "type": "oauth2", "tokenSource": "header", "required": true }, "apiKeyHeader": "X-Api-Key" })
        }
        8 => {
            let document = format!(
                "server:\n  port: 8080\n  password-file: /run/secrets/db\nauth:\n  method: iam\n  token-ttl: 15m\nbuild: {}\n",
                lot.hex(12)
            );
            return named(lot, vocabulary, document);
        }
        _ => {
            let document = "db.user=app\ndb.password=${DB_PASSWORD}\nsecret.name=orders/db\nkey.size=2048\n".to_owned();
            return named(lot, vocabulary, document);
        }
    };
    let document: Json = document;
    named(lot, vocabulary, document.to_string())
}

pub(crate) fn arn(lot: &mut Lot) -> String {
    let account = lot.draw("123456789", 12);
    let suffix = lot.draw(ALNUM, 6);
    format!("arn:aws:secretsmanager:eu-west-1:{account}:secret:orders/db-{suffix}")
}
