//! What looks like a credential in the second set.

use crate::lot::Lot;
use crate::names;
use crate::sample::Form;
use crate::second::{fill, filled, hidden};
use crate::vocabulary::Vocabulary;

pub(crate) fn plain_document(lot: &mut Lot, words: &Vocabulary) -> Form {
    let document = filled(
        lot,
        words,
        &[
            "{\"auth\":{\"enabled\":true,\"provider\":\"cognito\",\"clientId\":\"{{low26}}\",\"userPoolId\":\"us-east-2_{{al9}}\"}}",
            "{\"apiKeyRequired\":false,\"tokenLocation\":\"header\",\"passwordRules\":{\"upper\":1,\"digits\":2}}",
            "{\"image\":\"acme/inv@sha256:{{hex64}}\",\"commit\":\"{{hex40}}\"}",
            "{\"secrets\":[{\"name\":\"DB_PASSWORD\",\"valueFrom\":\"/inv/db/password\"}]}",
            "{\"credentials\":{\"provider\":\"vault\",\"path\":\"secret/inv\"}}",
            "tracing:\n  sampler: ratio\n  token-bucket: 200\nsecurity:\n  password-encoder: bcrypt\n",
            "auth.basic.enabled=true\nauth.basic.realm=inv\nkey.prefix=inv:\n",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"{{url22}}\",\"x\":\"{{url43}}\",\"y\":\"{{url43}}\"}",
            "{\"rules\":[{\"match\":\"password\",\"replace\":\"***\"},{\"match\":\"token\",\"replace\":\"***\"}]}",
            "<configuration><appSettings><add key=\"PasswordMinLength\" value=\"12\"/></appSettings></configuration>",
            "[{\"name\":\"API_TOKEN_ARN\",\"value\":\"arn:aws:ssm:us-east-2:123456789012:parameter/inv\"}]",
            "{\"$schema\":\"https://json-schema.org/draft-07/schema\",\"properties\":{\"password\":{\"type\":\"string\",\"minLength\":8}}}",
            "password: ${INV_PASSWORD}\nusername: inv\nurl: jdbc:postgresql://{{host}}/inv\n",
            "receivers:\n  otlp:\n    protocols:\n      grpc:\nexporters:\n  otlphttp:\n    headers:\n      api-key: ${env:NEW_RELIC_KEY}\n",
            "{\"locale\":{\"login\":{\"password\":\"Password\",\"forgotPassword\":\"Forgot your password?\"}}}",
        ],
    );
    hidden(lot, words, document)
}

pub(crate) fn plain_command(lot: &mut Lot, words: &Vocabulary) -> Form {
    let line = filled(
        lot,
        words,
        &[
            "psql -h {{host}} -U inv -p 5432 -c 'select 1'",
            "curl -fsS -o /dev/null http://localhost:8080/token/health",
            "redis-server --appendonly yes --maxmemory 256mb",
            "mysql --defaults-extra-file=/run/secrets/my.cnf -h {{host}}",
            "java -Xmx1g -Djavax.net.ssl.trustStore=/certs/ca.jks -jar inv.jar",
            "node server.js --token-file /run/secrets/token",
            "python -m inv --auth-type iam --key-id alias/inv --secret-name inv/db",
            "ssh-keygen -t ed25519 -f /tmp/id_{{low6}}",
            "envoy -c /etc/envoy.yaml --service-node {{uuid}} -l info",
            "test \"$(redis-cli -a \"$REDIS_PASSWORD\" ping)\" = PONG",
            "export TOKEN=$(cat /run/secrets/token); exec ./inv",
            "cp -p /etc/a /etc/b && chown -R 1000:1000 /data",
            "uvicorn inv:app --host 0.0.0.0 --port 8000",
            "consul agent -config-dir=/consul/config -encrypt-verify-incoming=true",
            "bundle exec sidekiq -q passwords -q tokens,2",
            "aws ssm get-parameter --name /inv/db/password --with-decryption",
            "git clone https://github.com/acme/token-broker.git",
            "prometheus --web.enable-lifecycle --storage.tsdb.retention.time=15d",
            "htpasswd -c /etc/nginx/.htpasswd inv",
            "openssl req -x509 -newkey rsa:2048 -keyout /tmp/key.pem -out /tmp/cert.pem -days 365 -nodes",
            "vllm serve mistralai/Mistral-7B-v0.1 --max-model-len 8192 --tokenizer mistralai/Mistral-7B-v0.1",
            "sed -i s/__PASSWORD__/$DB_PASSWORD/ /etc/app.conf",
            "ssh -p 2222 -l deploy {{host}} uptime",
        ],
    );
    let shell = lot.percent(50) || line.contains(['\'', ';', '"', '&']);
    Form::line(&line, shell)
}

pub(crate) fn plain_option(lot: &mut Lot, words: &Vocabulary) -> Form {
    let (name, form) = [
        ("awslogs-stream-prefix", "inv"),
        ("awslogs-datetime-format", "%Y-%m-%d %H:%M:%S"),
        ("fluentd-address", "{{host}}:24224"),
        ("tag", "inv.{{hex12}}"),
        ("splunk-insecureskipverify", "true"),
        ("Header", "Content-Type application/json"),
        ("org.opencontainers.image.created", "2024-05-01T10:00:00Z"),
        ("com.acme.token-issuer", "https://idp.acme.io"),
        ("com.acme.build", "{{uuid}}"),
        ("o", "addr=fs-{{hex17}}.efs.us-east-2.amazonaws.com,nfsvers=4.1,noresvport"),
        ("traefik.http.middlewares.auth.basicauth.usersfile", "/run/secrets/users"),
        ("com.datadoghq.tags.version", "{{hex40}}"),
        ("partition_key", "tenant_id"),
        ("compress", "gzip"),
        ("com.acme.secrets", "managed-by-vault"),
        ("type", "cifs"),
    ][lot.between(0, 15)];
    Form::named(name, fill(lot, words, form))
}

pub(crate) fn pointer(lot: &mut Lot, words: &Vocabulary) -> Form {
    let noun = lot.pick(words.pointers);
    let value = match noun.rsplit(' ').next().unwrap_or(noun) {
        "arn" => "arn:aws:kms:us-east-2:123456789012:key/{{uuid}}",
        "file" | "dir" | "directory" | "path" => "/etc/inv/{{low8}}",
        "id" | "uuid" => lot.pick(&["{{uuid}}", "{{al24}}", "{{num12}}", "inv-{{low10}}"]),
        "uri" | "template" => "https://{{host}}/v1/keys/{id}",
        "hostname" => "{{host}}",
        _ => lot.pick(&["inv-main", "inv.prod", "X-Inv-Key", "InvKeyV2", "inv_prod_2024", "INV_PASSWORD"]),
    };
    let value = fill(lot, words, value);
    Form::variable(names::about(lot, words, noun), value)
}

pub(crate) fn reference(lot: &mut Lot, words: &Vocabulary) -> Form {
    let value = filled(
        lot,
        words,
        &[
            "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:inv-{{al6}}",
            "arn:aws:secretsmanager:us-east-2:123456789012:secret:inv-{{al6}}:password::",
            "{{ssm.inv_password}}",
            "$INV_PASSWORD",
            "%INV_PASSWORD%",
            "#{inv.password}",
            "((inv-password))",
            "env(INV_PASSWORD)",
            "!Ref InvPassword",
            "sops://inv/prod.yaml#password",
            "bao:kv/data/inv#password",
            "keyvault://inv/password",
            "gcp-sm://projects/1/secrets/inv",
            "akv:inv-password",
            "${INV_PASSWORD:?}",
            "@@INV_PASSWORD@@",
            "file:/run/secrets/inv",
            "$__file{/run/secrets/inv}",
            "$(cat /run/secrets/inv)",
            "ssm://inv/prod/password",
            "secretsmanager://inv?key=password",
            "{{ lookup('env', 'INV_PASSWORD') }}",
            "doppler:inv/prod/PASSWORD",
            "aws:secretsmanager:inv/prod",
            "${file:/run/secrets/inv}",
            "infisical://prod/INV_PASSWORD",
            "vault:v1:{{b60}}",
            "s3://inv-secrets/prod/password.txt",
        ],
    );
    Form::variable(names::secret(lot, words), value)
}

pub(crate) fn digest(lot: &mut Lot, words: &Vocabulary) -> Form {
    let (name, form) = [
        ("CI_COMMIT_SHA", "{{hex40}}"),
        ("DD_VERSION", "{{hex40}}"),
        ("IMAGE_DIGEST", "sha256:{{hex64}}"),
        ("BUILD_NUMBER", "{{num8}}"),
        ("USER_POOL_CLIENT", "{{low26}}"),
        ("APPLE_TEAM_ID", "{{up10}}"),
        ("TRACE_ID", "{{hex32}}"),
        ("SESSION_ID", "{{uuid}}"),
        ("S3_VERSION_ID", "{{url32}}"),
        ("FIREBASE_APP_ID", "1:{{num12}}:web:{{hex22}}"),
        ("EFS_ID", "fs-{{hex17}}"),
        ("CERT_FINGERPRINT", "{{hex64}}"),
        ("SRI", "sha512-{{b86}}=="),
        ("CLUSTER", "inv-{{low5}}-{{low10}}"),
        ("OAUTH_CLIENT_ID", "{{num12}}-{{low32}}.apps.googleusercontent.com"),
        ("GITHUB_CLIENT_ID", "Iv1.{{hex16}}"),
        ("TWILIO_ACCOUNT_SID", "AC{{hex32}}"),
        ("ETAG", "{{hex32}}-12"),
        ("RELEASE", "inv@1.2.3+{{hex7}}"),
        ("POD", "inv-api-{{hex9}}-{{low5}}"),
        ("AMPLITUDE_PUBLIC_KEY", "{{hex32}}"),
        ("STRIPE_PRICE", "price_1{{al23}}"),
        ("STRIPE_ACCOUNT", "acct_1{{al15}}"),
        ("SLACK_CHANNEL", "C{{up10}}"),
        ("AUTH0_CLIENT_ID", "{{al32}}"),
        ("CONTENT_HASH", "{{b43}}="),
        ("DOMAIN_VALIDATION", "_{{hex32}}.acm-validations.aws."),
    ][lot.between(0, 26)];
    Form::variable(name, fill(lot, words, form))
}

pub(crate) fn address(lot: &mut Lot, words: &Vocabulary) -> Form {
    let value = filled(
        lot,
        words,
        &[
            "nats://{{host}}:4222",
            "jdbc:mysql://{{host}}:3306/inv?useSSL=true&user=inv",
            "https://{{host}}/v1/tokens?limit=10&next_token={next}",
            "mongodb://{{host}}:27017,{{host}}:27018/?replicaSet=rs0",
            "ldap://{{host}}:389/ou=people,dc=acme",
            "Server={{host}};Database=inv;Trusted_Connection=True",
            "amqp://{user}:{password}@{{host}}",
            "postgres://inv:%(DB_PASSWORD)s@{{host}}/inv",
            "redis://:{{ redis_password }}@{{host}}:6379",
            "https://user@{{host}}/path:with@signs",
            "kafka://{{host}}:9098?auth=iam",
            "Endpoint=sb://inv.servicebus.windows.net/;Authentication=Managed Identity",
            "https://npm.example.com/@acme%2ftokens",
            "git@github.com:acme/inv.git",
            "mysql://inv:__DB_PASSWORD__@{{host}}/inv",
            "s3://inv-bucket/keys/public.pem",
            "http://169.254.170.2/v2/credentials/{{uuid}}",
            "https://maps.acme.io/tiles/{z}/{x}/{y}.png?key={key}",
            "postgresql:///inv?host=/var/run/postgresql",
            "jdbc:sqlserver://{{host}};integratedSecurity=true;encrypt=true",
            "https://idp.acme.io/authorize?response_type=token&client_id={{low26}}",
        ],
    );
    let name = lot.pick(&[
        "INV_URL",
        "DATABASE_URL",
        "LOGIN_URL",
        "UPSTREAM_URI",
        "CONNECTION_STRING",
        "ENDPOINT_PRIMARY",
        "TARGET",
    ]);
    Form::variable(name, value)
}
