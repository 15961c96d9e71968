//! Commands, labels and options.

use crate::documents::arn;
use crate::lot::{BASE64_URL, Lot, base64};
use crate::names;
use crate::planted::{address, plain_password};
use crate::sample::Form;
use crate::tokens;
use crate::vocabulary::Vocabulary;

/// A command with a credential in it.
pub(crate) fn with_credential(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let secret = plain_password(lot, vocabulary);
    let host = lot.pick(vocabulary.hosts);
    let shell = lot.percent(50);
    let line = match lot.between(0, 20) {
        0 => format!("redis-server --requirepass {secret} --appendonly yes"),
        1 => format!("redis-cli -h {host} -a {secret} ping"),
        2 => format!("mysql -h {host} -u root -p{secret} orders"),
        3 => format!("mysqladmin ping -h localhost --password={secret}"),
        4 => return Form::line(&format!("PGPASSWORD={secret} psql -h {host} -U app -c 'select 1'"), true),
        5 => format!("curl -sf -u admin:{secret} http://localhost:8080/health"),
        6 => {
            return Form::line(
                &format!("curl -H 'X-Api-Key: {}' https://api.example.org", lot.draw(BASE64_URL, 40)),
                true,
            );
        }
        7 => format!("java -Ddb.user=app -Ddb.password={secret} -jar /app/orders.jar"),
        8 => format!("/app/server --port 8080 --admin-token {secret}"),
        9 => format!("/app/server --{}={secret}", lot.pick(&["db-password", "auth-token", "client-secret", "apiKey"])),
        10 => format!("migrate -path /migrations -database {} up", address(lot, vocabulary).replace(' ', "+")),
        11 => format!("influx -host {host} -username admin -password {secret}"),
        12 => format!("sqlcmd -S {host} -U sa -P {secret} -Q select"),
        13 => format!("mongosh --host {host} -u root -p {secret} --eval db.stats()"),
        14 => return Form::line(&format!("export API_TOKEN={secret} && exec /app/server --verbose"), true),
        15 => format!("/app/agent register {}", tokens::token(lot)),
        16 => format!("curl --user svc:{secret} --fail https://{host}/ready"),
        17 => {
            let pair = base64(format!("svc:{secret}").as_bytes());
            return Form::words(&["curl", "-H", &format!("Authorization: Basic {pair}"), "http://localhost/health"]);
        }
        18 => {
            return Form::line(
                &format!("mc alias set local http://{host}:9000 minio {secret} --api s3v4 --secret-key {secret}"),
                shell,
            );
        }
        19 => format!("keytool -importkeystore -srckeystore /a.p12 -storepass {secret} -noprompt"),
        _ => format!("sshpass -p {secret} sftp app@{host}"),
    };
    Form::line(&line, shell)
}

/// A command without one.
pub(crate) fn without(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let host = lot.pick(vocabulary.hosts);
    let shell = lot.percent(50);
    let line = match lot.between(0, 21) {
        0 => "curl -f -s -u $USER:$PASSWORD http://localhost:8080/health".to_owned(),
        1 => format!("pg_isready -U app -d orders -h {host} -p 5432"),
        2 => "redis-cli -a ${REDIS_PASSWORD} ping".to_owned(),
        3 => "/app/server --password-file /run/secrets/db --token-ttl 15m".to_owned(),
        4 => format!("docker run -p 8080:80 -u 1000:1000 {host}/orders:1.2"),
        5 => "mkdir -p /var/cache/nginx /tmp/token".to_owned(),
        6 => "java -Djava.security.egd=file:/dev/./urandom -Dspring.profiles.active=prod -jar /app.jar".to_owned(),
        7 => "gunicorn orders.wsgi --bind 0.0.0.0:8000 --workers 4 --max-requests 1000".to_owned(),
        8 => "vllm serve meta-llama/Llama-3.1-8B --max-num-batched-tokens 8192 --tokenizer-mode auto".to_owned(),
        9 => format!("wait-for-it {host}:5432 -t 30 -- /app/server"),
        10 => format!("/app/server --secret-arn {}", arn(lot)),
        11 => "kafka-topics --create --topic orders.v2 --partitions 6 --bootstrap-server b-1:9098".to_owned(),
        12 => {
            return Form::line(
                "export DB_PASSWORD=$(aws ssm get-parameter --name /orders/db) && exec /app/server",
                true,
            );
        }
        13 => format!("migrate -path /migrations -database postgres://app@{host}:5432/orders up"),
        14 => "keycloak start --http-enabled=true --proxy-headers xforwarded --features=token-exchange".to_owned(),
        15 => return Form::line("test -n \"$API_TOKEN\" || { echo 'token missing'; exit 1; }; /app/server", true),
        16 => format!("/app/server --auth-mode token --key-id {} --commit {}", lot.hex(8), lot.hex(40)),
        17 => "npx prisma migrate deploy --schema ./prisma/schema.prisma".to_owned(),
        18 => return Form::line("mysqladmin ping -h localhost -u root -p$MYSQL_ROOT_PASSWORD || exit 1", true),
        19 => "aws secretsmanager get-secret-value --secret-id orders/db --query SecretString".to_owned(),
        20 => format!("openssl rand -hex 32 -out /tmp/key-{}", lot.hex(8)),
        _ => format!("/app/server --client-id {} --token-url https://{host}/oauth/token", lot.uuid()),
    };
    Form::line(&line, shell)
}

/// An option of a log driver or of a volume driver.
pub(crate) fn option_with_credential(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let secret = plain_password(lot, vocabulary);
    match lot.between(0, 9) {
        0 => Form::named("splunk-token", lot.uuid()),
        1 => Form::named("apikey", lot.hex(32)),
        2 => Form::named("apiKey", lot.hex(32)),
        3 => Form::named("http_Passwd", secret),
        4 => Form::named("HTTP_Passwd", secret),
        5 => Form::named("Header", format!("Authorization Bearer {}", lot.draw(BASE64_URL, 40))),
        6 => Form::named("Header", format!("X-Insert-Key {}NRAL", lot.hex(36))),
        7 => Form::named("license_key", format!("{}NRAL", lot.hex(36))),
        8 => Form::named("o", format!("addr=10.0.0.9,username=svc,password={secret},vers=3.0")),
        _ => Form::named("Shared_Key", base64(&lot.bytes(64))),
    }
}

/// One without.
pub(crate) fn option_without(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let host = lot.pick(vocabulary.hosts);
    match lot.between(0, 9) {
        0 => Form::named("awslogs-group", "/ecs/orders"),
        1 => Form::named("splunk-url", format!("https://{host}:8088")),
        2 => Form::named("Header", "X-Scope-OrgID tenant-1"),
        3 => Form::named("splunk-format", "json"),
        4 => Form::named("delivery_stream", "orders-firehose"),
        5 => Form::named("dd_message_key", "log"),
        6 => Form::named("o", format!("addr={host},nfsvers=4.1,rsize=1048576,hard,timeo=600")),
        7 => Form::named("config-file-value", "/fluent-bit/configs/parse-json.conf"),
        8 => Form::named("log_key", "message"),
        _ => Form::named("HTTP_User", "fluent"),
    }
}

/// A label.
pub(crate) fn label_with_credential(lot: &mut Lot, vocabulary: &Vocabulary) -> Form {
    let secret = plain_password(lot, vocabulary);
    match lot.between(0, 3) {
        0 => Form::named(
            "com.datadoghq.ad.instances",
            format!("[{{\"host\":\"%%host%%\",\"port\":6379,\"password\":\"{secret}\"}}]"),
        ),
        1 => Form::named(names::secret(lot, vocabulary).to_lowercase().replace('_', "."), secret),
        2 => Form::named("com.acme.broker", address(lot, vocabulary)),
        _ => Form::named("com.acme.deploy", tokens::token(lot)),
    }
}

/// A label without.
pub(crate) fn label_without(lot: &mut Lot, _: &Vocabulary) -> Form {
    match lot.between(0, 6) {
        0 => Form::named(
            "com.datadoghq.ad.instances",
            "[{\"host\":\"%%host%%\",\"port\":6379,\"password\":\"%%env_REDIS_PASSWORD%%\"}]",
        ),
        1 => Form::named("org.opencontainers.image.revision", lot.hex(40)),
        2 => Form::named("traefik.http.routers.api.rule", "Host(`api.example.org`) && PathPrefix(`/token`)"),
        3 => Form::named("com.docker.compose.config-hash", lot.hex(64)),
        4 => Form::named("org.opencontainers.image.source", "https://github.com/acme/token-service"),
        5 => Form::named("traefik.http.middlewares.sts.headers.stsSeconds", "31536000"),
        _ => Form::named("com.acme.owner", "team-secrets@example.org"),
    }
}
