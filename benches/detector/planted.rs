//! Credentials under names and on their own.

use crate::lot::{ALNUM, BASE32, BASE64, BASE64_URL, DIGITS, LOWER, Lot, base64};
use crate::names;
use crate::sample::Form;
use crate::tokens;
use crate::vocabulary::Vocabulary;

/// A password as people and generators make them.
pub(crate) fn password(lot: &mut Lot, vocabulary: &Vocabulary) -> String {
    let word = lot.pick(vocabulary.words);
    let other = lot.pick(vocabulary.words);
    let length = lot.between(12, 40);
    match lot.between(0, 11) {
        0 => word.to_owned(),
        1 => format!("{word}{}", lot.between(1, 2030)),
        2 => format!("{}{}{}", capital(word), lot.between(10, 99), lot.pick(&["!", "?", "#", "$$", "."])),
        3 => format!("{word}-{other}-{}", lot.pick(vocabulary.words)),
        4 => format!("{}@{}{}", capital(word), other, lot.between(1, 999)),
        5 => lot.draw("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%*+=?^~", length),
        6 => lot.hex(32),
        7 => base64(&lot.bytes(33)),
        8 => lot.draw(LOWER, length),
        9 => format!("{word} {other} {}", lot.pick(vocabulary.words)),
        10 if lot.percent(25) => format!("{}{}", lot.between(1, 9), lot.draw(DIGITS, 7)),
        _ => lot.draw(ALNUM, length),
    }
}

/// A password that an address can hold without an escape.
pub(crate) fn plain_password(lot: &mut Lot, vocabulary: &Vocabulary) -> String {
    match lot.between(0, 3) {
        0 => format!("{}{}", lot.pick(vocabulary.words), lot.between(10, 999)),
        1 => format!("{}%40{}", capital(lot.pick(vocabulary.words)), lot.between(10, 999)),
        2 => lot.draw(ALNUM, 20),
        _ => format!("{}-{}", lot.pick(vocabulary.words), lot.draw(LOWER, 6)),
    }
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

pub(crate) fn by_name(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    Form::variable(names::secret(lot, vocabulary), password(lot, vocabulary))
}

pub(crate) fn by_joined_name(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    Form::variable(names::joined_secret(lot, vocabulary), password(lot, vocabulary))
}

pub(crate) fn token_under_neutral_name(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    Form::variable(names::neutral(lot, vocabulary), tokens::token(lot))
}

pub(crate) fn token_under_its_name(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    Form::variable(names::secret(lot, vocabulary), tokens::token(lot))
}

/// The id and the key of AWS, one of them beside the other.
pub(crate) fn aws_pair(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let id = format!("{}{}", lot.pick(&["AKIA", "ASIA"]), lot.draw(BASE32, 16));
    let key = lot.draw(BASE64, 40);
    match lot.between(0, 5) {
        0 => Form::variable("AWS_SECRET_ACCESS_KEY", key),
        1 => Form::variable("AWS_ACCESS_KEY_ID", id),
        2 => Form::variable(lot.pick(&["S3_KEY", "UPLOADS_ACCESS_ID", "AWS_KEY", "storage.awsAccessKeyId"]), id),
        3 => Form::variable(
            lot.pick(&["AWS_SECRET", "awsSecretKey", "cloud.aws.credentials.secretKey", "S3__Secret"]),
            key,
        ),
        4 => Form::variable("AWS_SESSION_TOKEN", format!("IQoJb3JpZ2luX2Vj{}", base64(&lot.bytes(300)))),
        _ => Form::Variable { name: names::neutral(lot, vocabulary), value: key, beside: Some(id) },
    }
}

/// An address or a connection string with a password in it.
pub(crate) fn connection(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let name = match lot.between(0, 3) {
        0 => "DATABASE_URL".to_owned(),
        1 => format!(
            "{}_{}",
            lot.pick(vocabulary.owners).replace(' ', "_").to_uppercase(),
            lot.pick(&["DSN", "URI", "CONN"])
        ),
        2 => format!("ConnectionStrings__{}", capital(lot.pick(vocabulary.owners)).replace(' ', "")),
        _ => names::neutral(lot, vocabulary),
    };
    Form::variable(name, address(lot, vocabulary))
}

pub(crate) fn address(lot: &mut Lot, vocabulary: &Vocabulary) -> String {
    let user = lot.pick(&["app", "svc_orders", "root", "sa", "guest", "ledger.rw"]);
    let host = lot.pick(vocabulary.hosts);
    let secret = plain_password(lot, vocabulary);
    let raw = lot.draw("abcdefgHJKLM23456789!#%*+/", 16);
    match lot.between(0, 21) {
        0 => {
            let scheme =
                lot.pick(&["postgres", "postgresql", "mysql", "mysql2", "mariadb", "cockroachdb", "clickhouse"]);
            format!("{scheme}://{user}:{secret}@{host}:5432/orders?sslmode=require")
        }
        1 => format!("postgresql+asyncpg://{user}:{secret}@{host}/orders"),
        2 => format!("redis://:{secret}@{host}:6379/0"),
        3 => format!("rediss://default:{secret}@{host}:6380"),
        4 => format!("amqps://{user}:{secret}@{host}:5671/%2Fprod?heartbeat=30"),
        5 => format!("mongodb+srv://{user}:{secret}@{host}/orders?retryWrites=true&authSource=admin"),
        6 => format!("mongodb://{user}:{secret}@a.{host}:27017,b.{host}:27017/x?replicaSet=rs0"),
        7 => format!("Server={host},1433;Database=orders;User Id={user};Password={raw};Encrypt=True"),
        8 => format!("Data Source={host};Initial Catalog=orders;UID={user};PWD={secret}"),
        9 => format!("jdbc:postgresql://{host}:5432/orders?user={user}&password={secret}&ssl=true"),
        10 => format!("jdbc:sqlserver://{host}:1433;databaseName=orders;user={user};password={secret}"),
        11 => format!("jdbc:oracle:thin:{user}/{secret}@//{host}:1521/ORCL"),
        12 => format!("host={host} port=5432 user={user} password={secret} dbname=orders"),
        13 => format!("{user}:{secret}@tcp({host}:3306)/orders?parseTime=true"),
        14 => format!("{host}:6380,password={secret},ssl=True,abortConnect=False"),
        15 => {
            let key = lot.draw(BASE64, 86);
            format!(
                "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={key}==;EndpointSuffix=core.windows.net"
            )
        }
        16 => {
            let key = base64(&lot.bytes(32));
            format!("Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={key}")
        }
        17 => format!("https://{user}:{secret}@git.example.org/acme/orders.git"),
        18 => format!("smtp://{user}:{secret}@{host}:587"),
        19 => format!(
            "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"{user}\" password=\"{secret}\";"
        ),
        20 => format!("postgres://{user}:{raw}@{host}:5432/orders"),
        _ => format!("AccountEndpoint=https://acme.documents.azure.com:443/;AccountKey={};", base64(&lot.bytes(64))),
    }
}

/// A private key as PEM, as one line with escapes, in base64, as bare DER, or of OpenSSH.
pub(crate) fn private_key(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let name = if lot.percent(50) {
        names::neutral(lot, vocabulary)
    } else {
        let owner = lot.pick(vocabulary.owners).replace(' ', "_").to_uppercase();
        format!("{owner}_{}", lot.pick(&["TLS_KEY", "PRIVATE_KEY", "PEM", "SSH_KEY", "SIGNING_PEM", "KEY_B64"]))
    };
    let pem = pem(lot);
    let value = match lot.between(0, 4) {
        0 => pem,
        1 => pem.replace('\n', "\\n"),
        2 => base64(pem.as_bytes()),
        3 => pem.replace('\n', " "),
        _ => base64(&der(lot)),
    };
    Form::variable(name, value)
}

/// PKCS #8 for RSA: a sequence that begins with version 0 and the object identifier.
fn der(lot: &mut Lot) -> Vec<u8> {
    let mut bytes =
        vec![0x30, 0x82, 0x04, 0xbd, 0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7];
    bytes.extend(lot.bytes(1201));
    bytes
}

fn pem(lot: &mut Lot) -> String {
    let kind = lot.pick(&["RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED ", "DSA "]);
    let body = base64(&der(lot));
    let lines: Vec<String> =
        body.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let (open, shut) = (format!("-----BEGIN {kind}PRIVATE KEY-----"), format!("-----END {kind}PRIVATE KEY-----"));
    format!("{open}\n{}\n{shut}\n", lines.join("\n"))
}

/// Drawn letters under a name that says nothing. Plain hexadecimal is left out: nothing tells it from the id of a commit.
pub(crate) fn drawn(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let length = lot.between(32, 88);
    let bytes = lot.between(24, 64);
    let value = match lot.between(0, 3) {
        0 => lot.draw(ALNUM, length),
        1 => base64(&lot.bytes(bytes)),
        2 => lot.draw(BASE64_URL, length),
        _ => lot.draw("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#$%&*+=?@^_~-", length),
    };
    Form::variable(names::neutral(lot, vocabulary), value)
}

/// An address whose knowledge is the permission.
pub(crate) fn webhook(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let name = if lot.percent(50) { names::neutral(lot, vocabulary) } else { "ALERT_WEBHOOK_URL".to_owned() };
    let value = match lot.between(0, 5) {
        0 => {
            let path = [lot.draw(ALNUM, 9).to_uppercase(), lot.draw(ALNUM, 10).to_uppercase(), lot.draw(ALNUM, 24)];
            format!("https://hooks.slack.com/services/T{}", path.join("/"))
        }
        1 => format!("https://discord.com/api/webhooks/{}/{}", lot.draw(DIGITS, 19), lot.draw(BASE64_URL, 68)),
        2 => {
            let (group, tenant, key, owner) = (lot.uuid(), lot.uuid(), lot.hex(32), lot.uuid());
            format!("https://acme.webhook.office.com/webhookb2/{group}@{tenant}/IncomingWebhook/{key}/{owner}")
        }
        3 => {
            let space = lot.draw(BASE64_URL, 11);
            let (key, token) = (lot.draw(BASE64_URL, 35), lot.draw(BASE64_URL, 43));
            format!("https://chat.googleapis.com/v1/spaces/{space}/messages?key=AIza{key}&token={token}%3D")
        }
        4 => {
            let sig = base64(&lot.bytes(32)).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
            format!("https://acme.blob.core.windows.net/logs?sv=2023-11-03&sp=rw&sig={sig}")
        }
        _ => format!(
            "https://api.telegram.org/bot{}:AA{}/sendMessage",
            lot.draw("123456789", 10),
            lot.draw(BASE64_URL, 33)
        ),
    };
    Form::variable(name, value)
}

/// Basic authentication, in a header and without.
pub(crate) fn basic(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let pair = format!("{}:{}", lot.pick(&["app", "deploy", "svc-ci", "admin"]), plain_password(lot, vocabulary));
    let encoded = base64(pair.as_bytes());
    match lot.between(0, 4) {
        0 => Form::variable(lot.pick(&["AUTH_HEADER", "REGISTRY_HEADER", "HTTP_HEADERS"]), format!("Basic {encoded}")),
        1 => Form::variable("EXTRA_HEADERS", format!("Authorization: Basic {encoded}")),
        2 => Form::variable(lot.pick(&["REGISTRY_AUTH", "basic.auth", "npmAuth", "UPSTREAM_BASIC_AUTH_B64"]), encoded),
        3 => Form::variable("OTEL_EXPORTER_OTLP_HEADERS", format!("Authorization=Basic%20{encoded}")),
        _ => Form::variable("PROXY_HEADER", format!("Authorization: Bearer {}", lot.draw(BASE64_URL, 48))),
    }
}
