//! The vocabulary of generated definitions.

use serde_json::{Value, json};

use super::tape::Tape;

/// Names of environment variables; some look as if they held secrets.
pub const VARIABLES: &[&str] = &[
    "PORT",
    "DB_PASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "API_TOKEN",
    "DATABASE_URL",
    "TZ",
    "GREETING",
    "EMPTY",
    "JAVA_OPTS",
    "ECS_ENGINE_AUTH_DATA",
    "MOTD",
    "lower.case",
];

/// Values of anything; some look like secrets, some are hard to quote.
pub const VALUES: &[&str] = &[
    "",
    "8080",
    "hunter2-Sup3r$ecret",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "postgres://app:p%40ss@db.internal:5432/app?sslmode=require",
    "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
    "Grüße aus Köln, 日本語, 🦀, \u{301}",
    "{\"inner\": [\"json\", 1.50]}",
    "a \"quoted\" word, a back\\slash and a /slash/",
    "tab\tand\u{1}control",
    "// no comment, /* nor this */ # nor that",
    "${NOT_A_PLACEHOLDER} {{ nor_this }}",
    "true",
    "\u{2028}",
];

/// Images; none of them is pulled.
pub const IMAGES: &[&str] = &[
    "nginx",
    "nginx:1.27-alpine",
    "public.ecr.aws/docker/library/redis:7",
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1.2.3",
    "ghcr.io/org/app@sha256:9b2a28eb47540823042a2ba401386845089bb7b62a9637d55816132c4c3c36eb",
    "amazon/aws-for-fluent-bit:stable",
    "postgres:16",
    "docker:28-dind",
    "public.ecr.aws/datadog/agent:7",
    "fluent/fluent-bit:3",
    "alpine:3",
    "tomcat:10",
    "hashicorp/vault:1.15",
    "metabase/metabase:v0.50",
];

/// Words of a command line.
pub const ARGUMENTS: &[&str] = &[
    "sh",
    "-c",
    "exec gosu app ./server",
    "--port=80",
    "/docker-entrypoint.sh",
    "npm",
    "start",
    "chown -R 1000 /data",
];

/// Members that no API has yet, nor documentation.
pub fn future(tape: &mut Tape) -> (String, Value) {
    let name = format!("future{}", tape.pick(&["Shield", "Limits", "x-y", "Ünknown", "/a~b"]));
    let numbers: Value = serde_json::from_str("[1.50, 1e3, -0, 12345678901234567890]").unwrap_or_default();
    (name, tape.pick(&[json!(true), Value::Null, json!({"deep": {"er": [{}, [], null]}}), numbers, json!("é")]))
}
