//! The second set: forms that the first does not have, with words of their own.

use crate::lot::{ALNUM, BASE64, BASE64_URL, DIGITS, LOWER, Lot, UPPER, base64};
use crate::measure::Class;
use crate::names;
use crate::planted::{self, plain_password};
use crate::sample::{Form, Truth};
use crate::second_decoys;
use crate::vocabulary::Vocabulary;

pub(crate) const CLASSES: &[Class] = &[
    ("password by name", Truth::Planted, by_name),
    ("password by joined name", Truth::Planted, by_joined_name),
    ("token, name says so", Truth::Planted, |lot, words| Form::variable(names::secret(lot, words), token(lot))),
    ("token, name says nothing", Truth::Planted, |lot, words| Form::variable(names::neutral(lot, words), token(lot))),
    ("AWS key pair", Truth::Planted, planted::aws_pair),
    ("connection string", Truth::Planted, connection),
    ("private key", Truth::Planted, planted::private_key),
    ("document", Truth::Planted, document),
    ("drawn, name says nothing", Truth::Planted, planted::drawn),
    ("command", Truth::Planted, command),
    ("option or label", Truth::Planted, option),
    ("pointer", Truth::Decoy, second_decoys::pointer),
    ("reference", Truth::Decoy, second_decoys::reference),
    ("setting about a secret", Truth::Decoy, crate::decoys::setting),
    ("switch", Truth::Decoy, crate::decoys::switch),
    ("digest or id", Truth::Decoy, second_decoys::digest),
    ("address", Truth::Decoy, second_decoys::address),
    ("prose", Truth::Decoy, crate::decoys::prose),
    ("plain setting", Truth::Decoy, crate::decoys::plain),
    ("document", Truth::Decoy, second_decoys::plain_document),
    ("command", Truth::Decoy, second_decoys::plain_command),
    ("option or label", Truth::Decoy, second_decoys::plain_option),
];

/// A form with its blanks filled in: `{pw}`, `{host}`, `{hex32}`, `{up13}`, `{num6}`, `{low26}`, `{al40}`, `{url43}`, `{b86}`, `{uuid}`.
pub(crate) fn fill(lot: &mut Lot, words: &Vocabulary, form: &str) -> String {
    let mut text = String::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((blank, after)) = after.split_once("}}") else { break };
        text.push_str(before);
        let letters = blank.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let length = blank[letters.len()..].parse().unwrap_or(0);
        let drawn = match letters {
            "pw" => plain_password(lot, words),
            "host" => lot.pick(words.hosts).to_owned(),
            "hex" => lot.hex(length),
            "up" => lot.draw(UPPER, length),
            "num" => lot.draw(DIGITS, length),
            "low" => lot.draw(LOWER, length),
            "al" => lot.draw(ALNUM, length),
            "url" => lot.draw(BASE64_URL, length),
            "b" => lot.draw(BASE64, length),
            "uuid" => lot.uuid(),
            template => format!("{{{{{template}}}}}"),
        };
        text.push_str(&drawn);
        rest = after;
    }
    text + rest
}

pub(crate) fn filled(lot: &mut Lot, words: &Vocabulary, forms: &[&str]) -> String {
    let form = lot.pick(forms);
    fill(lot, words, form)
}

fn password(lot: &mut Lot, words: &Vocabulary) -> String {
    let (word, other) = (lot.pick(words.words), lot.pick(words.words));
    let length = lot.between(10, 48);
    match lot.between(0, 9) {
        0 => word.to_uppercase(),
        1 => format!("{other}_{word}"),
        2 => format!("{word}{other}{}", lot.between(1, 99)),
        3 => format!("{}.{}!", lot.between(1950, 2020), word),
        4 => word.replace('a', "@").replace('o', "0") + "1!",
        5 => lot.draw("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789(){}[]<>|,;:_-./", length) + "Z9",
        6 => lot.draw("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 25),
        7 => format!("{}-{}-{}", lot.draw(UPPER, 5), lot.draw(UPPER, 5), lot.draw(UPPER, 5)),
        8 => lot.hex(length),
        _ => lot.draw(BASE64_URL, length),
    }
}

fn by_name(lot: &mut Lot, words: &Vocabulary) -> Form {
    // A twelfth has the owner behind the secret: `PASSWORD_FOR_KAFKA`, `apiKeyZoom`.
    let name = if lot.percent(8) {
        let owner = lot.pick(words.owners).replace(' ', "_");
        format!("{}_{}{owner}", lot.pick(words.heads).replace(' ', "_"), lot.pick(&["", "for_", "of_"])).to_uppercase()
    } else {
        names::secret(lot, words)
    };
    Form::variable(name, password(lot, words))
}

fn by_joined_name(lot: &mut Lot, words: &Vocabulary) -> Form {
    Form::variable(names::joined_secret(lot, words), password(lot, words))
}

/// Tokens of providers, most of which the first set has not.
fn token(lot: &mut Lot) -> String {
    filled(
        lot,
        &crate::second_words::SECOND,
        &[
            "glsoat-{{url20}}",
            "xoxe.xoxp-1-{{al160}}",
            "rk_test_{{al24}}",
            "github_pat_{{al22}}_{{al59}}",
            "ghs_{{al36}}",
            "fio-u-{{url64}}",
            "rdme_{{low70}}",
            "tk-us-{{url48}}",
            "p8e-{{low32}}",
            "ATBB{{al32}}",
            "sl.{{url140}}",
            "EAAB{{al160}}",
            "live_{{hex35}}",
            "dose{{hex32}}",
            "pscale_oauth_{{url43}}",
            "sq0atp-{{url22}}",
            "shpss_{{hex32}}",
            "hvs.CAES{{url95}}",
            "dp.ct.{{al43}}",
            "dt0s01.{{up24}}.{{up64}}",
            "NRII-{{url32}}",
            "api-{{uuid}}",
            "SG.{{url22}}.{{url43}}",
            "sk-ant-admin01-{{url93}}AA",
            "sk-svcacct-{{url120}}",
            "AIza{{url35}}",
            "{{al14}}.atlasv1.{{al67}}",
            "eyJhbGciOiJIUzI1NiJ9.eyJ{{url80}}.{{url43}}",
            "glc_{{b88}}==",
            "PMAK-{{hex24}}-{{hex34}}",
            "lin_oauth_{{hex64}}",
            "FLWSECK-{{low32}}-X",
            "duffel_test_{{url43}}",
            "pnu_{{al36}}",
            "aio_{{al28}}",
            "ico-{{al32}}",
            "CLOJARS_{{low60}}",
            "napi_{{low64}}",
            "tskey-client-{{al11}}CNTRL-{{al32}}",
            "secret_{{al43}}",
            "figu_{{url40}}",
            "fo1_{{url43}}",
            "xsmtpsib-{{hex64}}-{{al16}}",
            "sntryu_{{hex64}}",
            "EZTK{{al54}}",
            "shippo_test_{{hex40}}",
            "{{hex32}}-us12",
        ],
    )
}

fn connection(lot: &mut Lot, words: &Vocabulary) -> Form {
    let value = filled(
        lot,
        words,
        &[
            "nats://svc:{{pw}}@{{host}}:4222",
            "ftp://backup:{{pw}}@{{host}}/daily",
            "ldaps://cn=svc:{{pw}}@{{host}}:636",
            "snowflake://etl:{{pw}}@acme-eu/DB/PUBLIC?warehouse=WH",
            "bolt+s://neo4j:{{pw}}@{{host}}:7687",
            "influxdb://w:{{pw}}@{{host}}:8086/m",
            "clickhouse+http://default:{{pw}}@{{host}}:8123/default",
            "sqlserver://sa:{{pw}}@{{host}}:1433?database=inv",
            "mongodb://root:{{pw}}@{{host}}:27017/?authSource=admin&tls=true",
            "amqp://guest:{{pw}}@{{host}}:5672//",
            "redis://default:{{pw}}@{{host}}:6379",
            "jdbc:mysql://{{host}}:3306/inv?useSSL=true&user=root&password={{pw}}",
            "jdbc:db2://{{host}}:50000/INV:user=db2;password={{pw}};",
            "jdbc:redshift://{{host}}:5439/dev?UID=awsuser&PWD={{pw}}",
            "jdbc:snowflake://acme.snowflakecomputing.com/?user=etl&password={{pw}}",
            "Driver={ODBC Driver 18 for SQL Server};Server=tcp:{{host}},1433;Uid=sa;Pwd={{pw}};Encrypt=yes;",
            "Host={{host}};Port=5432;Username=inv;Password={{pw}};Database=inv;Pooling=true",
            "user=inv password='{{pw}}' host={{host}} dbname=inv",
            "mysql:host={{host}};dbname=inv;user=inv;password={{pw}}",
            "Server={{host}};User ID=inv;Password=\"{{pw}}\";TrustServerCertificate=True",
            "couchbase://{{host}}?username=inv&password={{pw}}",
            "https://oauth2:{{pw}}@gitlab.acme.io/inv/deploy.git",
            "inv/{{pw}}@{{host}}:1521/ORCL",
            "Endpoint=https://inv.service.signalr.net;AccessKey={{b43}}=;Version=1.0;",
            "socks5://proxy:{{pw}}@{{host}}:1080",
            "inv:{{pw}}@tcp({{host}}:4000)/inv?tls=true",
            "elasticsearch+https://elastic:{{pw}}@{{host}}:9200",
            "smtps://mailer%40acme.io:{{pw}}@{{host}}:465",
        ],
    );
    let owner = lot.pick(words.owners).replace(' ', "_").to_uppercase();
    let name = lot.pick(&[
        "{}_URL",
        "{}_CONNECTION_STRING",
        "SQLALCHEMY_DATABASE_URI",
        "{}_ENDPOINT",
        "AIRFLOW_CONN_{}",
        "{}_JDBC",
        "HTTP_PROXY",
    ]);
    Form::variable(name.replace("{}", &owner), value)
}

pub(crate) fn hidden(lot: &mut Lot, words: &Vocabulary, document: String) -> Form {
    let document = if lot.percent(30) { base64(document.as_bytes()) } else { document };
    Form::variable(names::neutral(lot, words), document)
}

fn document(lot: &mut Lot, words: &Vocabulary) -> Form {
    let document = filled(
        lot,
        words,
        &[
            "{\"db\":{\"primary\":{\"user\":\"inv\",\"pass\":\"{{pw}}\"}},\"debug\":false}",
            "{ \"Logging\": { \"LogLevel\": \"Information\" }, \"ConnectionStrings\": { \"Inv\": \"Server={{host}};User Id=inv;Password={{pw}};\" } }",
            "[{\"env\":\"prod\",\"apiToken\":\"{{al32}}\"},{\"env\":\"qa\"}]",
            "{\"smtp\":{\"auth\":{\"user\":\"m\",\"pass\":\"{{pw}}\"}}}",
            "{\"registries\":{\"acme.io\":{\"username\":\"ci\",\"password\":\"{{pw}}\"}}}",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{{url43}}\",\"y\":\"{{url43}}\",\"d\":\"{{url43}}\"}",
            "apiVersion: v1\nkind: Config\nusers:\n- name: ci\n  user:\n    token: {{al40}}\n",
            "production:\n  adapter: postgresql\n  password: '{{pw}}'\n  host: {{host}}\n",
            "[default]\naws_access_key_id = AKIAQ2YTRWVBNPLK7XZD\naws_secret_access_key = {{b40}}\n",
            "//npm.acme.io/:_authToken={{uuid}}\nregistry=https://npm.acme.io\n",
            "machine git.acme.io login ci password {{pw}}\n",
            "export INV_USER=inv\nexport INV_PASSWORD=\"{{pw}}\"\n",
            "[database]\nhost = \"{{host}}\"\npassword = \"{{pw}}\"\n",
            "<configuration><appSettings><add key=\"SmtpPassword\" value=\"{{pw}}\"/></appSettings></configuration>",
            "user.name=inv\njavax.net.ssl.trustStorePassword={{pw}}\n",
            "sasl.mechanism=PLAIN\nsasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"k\" password=\"{{pw}}\";\n",
            "{\"url\":\"amqps://inv:{{pw}}@{{host}}:5671\",\"prefetch\":10}",
            "{\"type\":\"authorized_user\",\"client_id\":\"x\",\"client_secret\":\"{{url24}}\",\"refresh_token\":\"1//{{url60}}\"}",
            "requirepass {{pw}}\nappendonly yes\n",
            "{\"headers\":{\"Authorization\":\"Bearer {{al40}}\"}}",
            "{\"secrets\":{\"github\":\"ghp_{{al36}}\"}}",
        ],
    );
    hidden(lot, words, document)
}

fn command(lot: &mut Lot, words: &Vocabulary) -> Form {
    let line = filled(
        lot,
        words,
        &[
            "mariadb -h {{host}} -uroot -p{{pw}} -e 'select 1'",
            "valkey-cli -h {{host}} --pass {{pw}} ping",
            "MYSQL_PWD={{pw}} mysqldump -h {{host}} inv",
            "curl -fsS --user inv:{{pw}} https://{{host}}/metrics",
            "curl -H 'Authorization: Bearer {{al40}}' http://localhost/health",
            "wget --user=inv --password={{pw}} https://{{host}}/a.tgz",
            "psql postgresql://inv:{{pw}}@{{host}}/inv -c 'select 1'",
            "node server.js --jwt-secret {{al48}} --port 3000",
            "dotnet Inv.dll --ConnectionStrings:Main Server={{host}};Password={{pw}}",
            "java -Djavax.net.ssl.trustStorePassword={{pw}} -jar inv.jar",
            "export DB_PASS='{{pw}}'; exec ./inv",
            "airflow users create --username a --password {{pw}} --role Admin",
            "vault login hvs.{{url90}}",
            "docker login -u ci -p {{pw}} registry.acme.io",
            "mongodump --uri mongodb://inv:{{pw}}@{{host}}/inv",
            "clickhouse-client --host {{host}} --password {{pw}}",
            "superset fab create-admin --username admin --password {{pw}}",
            "grafana-cli admin reset-admin-password --password={{pw}}",
            "cockroach sql --url postgres://root:{{pw}}@{{host}}:26257/inv",
            "aws configure set aws_secret_access_key {{b40}}",
            "consul agent -encrypt {{b43}}= -token {{uuid}}",
            "gitlab-runner register --registration-token {{url20}} --url https://gitlab.acme.io",
            "ldapsearch -x -D cn=svc -w {{pw}} -b dc=acme",
            "etcdctl --user root:{{pw}} endpoint health",
            "k6 run --env API_KEY={{al32}} test.js",
            "sonar-scanner -Dsonar.login={{hex40}} -Dsonar.token=squ_{{hex40}}",
        ],
    );
    let shell = lot.percent(50) || line.contains(['\'', ';']);
    Form::line(&line, shell)
}

fn option(lot: &mut Lot, words: &Vocabulary) -> Form {
    let (name, form) = [
        ("splunk-token", "{{uuid}}"),
        ("loki-url", "https://tenant:{{pw}}@logs.acme.io/loki/api/v1/push"),
        ("gelf-auth-token", "{{al32}}"),
        ("HTTP_Passwd", "{{pw}}"),
        ("sumo-token", "{{url40}}"),
        ("Splunk_Token", "{{uuid}}"),
        ("license_key", "{{hex36}}NRAL"),
        ("Header", "X-Auth-Token {{al32}}"),
        ("Header", "Authorization Splunk {{uuid}}"),
        ("access_token", "{{hex32}}"),
        ("o", "user=svc,pass={{pw}},vers=3.1.1"),
        ("o", "username=svc,password={{pw}},domain=ACME"),
        ("com.acme.db.password", "{{pw}}"),
        ("ad.datadoghq.com/pg.instances", "[{\"dbm\":true,\"username\":\"dd\",\"password\":\"{{pw}}\"}]"),
        ("com.acme.webhook", "https://hooks.slack.com/services/T{{up8}}/B{{up10}}/{{al24}}"),
        ("Shared_Key", "{{b86}}=="),
        ("sasl.password", "{{pw}}"),
        ("rdkafka.sasl.password", "{{pw}}"),
    ][lot.between(0, 17)];
    Form::named(name, fill(lot, words, form))
}
