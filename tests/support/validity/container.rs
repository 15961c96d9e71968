//! Rules about one container on any operating system.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Case, Os, json};

/// Judges the container at pointer `at`.
pub fn judge(case: &mut Case<'_>, at: &str, container: &Value) {
    user(case, at, container);
    ports(case, at, container);
    secrets(case, at, container);
    if let Some(check) = json::member(container, "healthCheck") {
        health(case, &json::below(at, "healthCheck"), check);
    }
    if let Some(policy) = json::member(container, "restartPolicy") {
        let period = json::integer(policy, "restartAttemptPeriod").unwrap_or(300);
        let codes = json::elements(policy, "", "ignoredExitCodes").len();
        let wrong = !(60..=1800).contains(&period) || codes > 50;
        case.report_if(wrong, "restart-policy", &json::below(at, "restartPolicy"), "60 to 1800 s, at most 50 codes");
    }
}

/// `user` on Linux; the names of Windows accounts are not judged. An empty string asks for nothing.
fn user(case: &mut Case<'_>, at: &str, container: &Value) {
    let Some(user) = json::text(container, "user").filter(|user| !user.is_empty()) else {
        return;
    };
    let fits = match user.split_once(':') {
        Some((user, group)) => is_account(user) && is_account(group),
        None => is_account(user),
    };
    let wrong = case.os == Os::Linux && !fits;
    case.report_if(wrong, "user-format", &json::below(at, "user"), format!("`{user}` is not user[:group]"));
}

/// A number, or a name as passwd files have it.
fn is_account(text: &str) -> bool {
    let text_is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = text.strip_suffix('$').unwrap_or(text);
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    text_is_number || (first && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)))
}

fn ports(case: &mut Case<'_>, at: &str, container: &Value) {
    let equal = matches!(case.network(), "awsvpc" | "host");
    for (at, mapping) in json::elements(container, at, "portMappings") {
        let port = json::integer(mapping, "containerPort");
        let range = json::text(mapping, "containerPortRange");
        let one = port.is_some() != range.is_some();
        case.report_if(!one, "port-mapping", &at, "exactly one of containerPort and containerPortRange");
        let within = port.is_none_or(is_port) && range.is_none_or(is_range);
        let host = json::integer(mapping, "hostPort");
        let host_within = host.is_none_or(|host| host == 0 || is_port(host));
        case.report_if(!within || !host_within, "port-mapping", &at, "ports are 1 to 65535");
        let differs = equal && host.is_some_and(|host| host != 0 && port.is_some() && port != Some(host));
        case.report_if(differs, "host-port", &json::below(&at, "hostPort"), "must be the container port");
    }
}

fn is_port(port: i64) -> bool {
    (1..=65535).contains(&port)
}

fn is_range(range: &str) -> bool {
    let Some((low, high)) = range.split_once('-') else {
        return false;
    };
    let (Ok(low), Ok(high)) = (low.parse(), high.parse()) else {
        return false;
    };
    is_port(low) && is_port(high) && low <= high
}

fn secrets(case: &mut Case<'_>, at: &str, container: &Value) {
    let mut plain = BTreeSet::new();
    for (_, pair) in json::elements(container, at, "environment") {
        plain.extend(json::text(pair, "name"));
    }
    let mut seen = BTreeSet::new();
    for (at, secret) in json::elements(container, at, "secrets") {
        if let Some(name) = json::text(secret, "name") {
            case.report_if(plain.contains(name), "env-secret-clash", &at, format!("`{name}` is in environment too"));
            case.report_if(!seen.insert(name), "secret-duplicate", &at, format!("`{name}` is there twice"));
        }
        let reference = json::text(secret, "valueFrom").unwrap_or_default();
        case.report_if(!is_reference(reference), "secret-reference", &at, "neither an ARN nor a parameter name");
    }
}

/// `arn:P:secretsmanager:R:A:secret:name[:key:stage:id]`, `arn:P:ssm:R:A:parameter/name` or the name of a parameter.
fn is_reference(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "secretsmanager", _, _, "secret", name] => !name.is_empty(),
        ["arn", _, "secretsmanager", _, _, "secret", name, _, stage, id] => {
            !name.is_empty() && (stage.is_empty() || id.is_empty())
        }
        ["arn", _, "ssm", _, _, name] => name.starts_with("parameter/"),
        [name] => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte)),
        _ => false,
    }
}

fn health(case: &mut Case<'_>, at: &str, check: &Value) {
    let command = json::elements(check, at, "command");
    let first = command.first().and_then(|(_, word)| word.as_str()).unwrap_or_default();
    let fits = first == "NONE" || (matches!(first, "CMD" | "CMD-SHELL") && command.len() > 1);
    case.report_if(!fits, "health-check", at, "CMD or CMD-SHELL and a command");
    for (name, low, high) in [("interval", 5, 300), ("timeout", 2, 60), ("retries", 1, 10), ("startPeriod", 0, 300)] {
        let fits = json::integer(check, name).is_none_or(|number| (low..=high).contains(&number));
        case.report_if(!fits, "health-check", &json::below(at, name), format!("{low} to {high}"));
    }
}
