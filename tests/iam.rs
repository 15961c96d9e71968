//! What `iam-policy` prints, judged by a small evaluator of IAM policies: it allows what a task needs, and nothing besides.
//!
//! The goldens under `snapshots/cli/iam-policy*` are what it is judged on, and what `cfn-lint` and `terraform fmt` are asked about where
//! they are installed.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::123456789012:role/app";

/// One thing that somebody would like to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    action: String,
    resource: String,
}

fn request(action: &str, resource: &str) -> Request {
    Request { action: action.to_owned(), resource: resource.to_owned() }
}

/// Whether a pattern with `*` and `?` matches the whole text, as IAM has it.
fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            matches(&pattern[1..], text)
                || text.chars().next().is_some_and(|first| matches(pattern, &text[first.len_utf8()..]))
        }
        (Some('?'), Some(second)) => matches(&pattern[1..], &text[second.len_utf8()..]),
        (Some(first), Some(second)) => {
            first == second && matches(&pattern[first.len_utf8()..], &text[second.len_utf8()..])
        }
        _ => false,
    }
}

fn entries(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().map(|item| item.as_str().unwrap()).collect(),
        other => panic!("neither a text nor a list: {other}"),
    }
}

/// Allowed by a statement and denied by none. Members that the evaluator does not know are refused, so that none goes unheard.
fn allows(policy: &Value, request: &Request) -> bool {
    let mut allowed = false;
    for statement in policy["Statement"].as_array().unwrap() {
        let members: Vec<&str> = statement.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["Sid", "Effect", "Action", "Resource"]);
        let hit = entries(&statement["Action"]).iter().any(|action| matches(action, &request.action))
            && entries(&statement["Resource"]).iter().any(|resource| matches(resource, &request.resource));
        match statement["Effect"].as_str().unwrap() {
            "Allow" => allowed |= hit,
            other => panic!("{other} is not expected"),
        }
    }
    allowed
}

fn ecs_harden(definition: &Value, arguments: &[&str]) -> (String, String, i32) {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("task.json"), serde_json::to_string_pretty(definition).unwrap()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ecs-harden"))
        .current_dir(scratch.path())
        .args(["iam-policy", "task.json", "--no-policy"])
        .args(arguments)
        .env_remove("AWS_REGION")
        .env_remove("AWS_DEFAULT_REGION")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn policy(definition: &Value, arguments: &[&str]) -> Value {
    let (policy, told, status) = ecs_harden(definition, arguments);
    assert_eq!(status, 0, "{told}");
    serde_json::from_str(&policy).unwrap()
}

fn secret(name: &str) -> String {
    format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:{name}")
}

fn parameter(name: &str) -> String {
    format!("arn:aws:ssm:eu-central-1:123456789012:parameter/{name}")
}

fn group(name: &str, rest: &str) -> String {
    format!("arn:aws:logs:eu-central-1:123456789012:log-group:{name}{rest}")
}

/// A definition that uses one of everything.
fn everything() -> Value {
    let log = |group: &str, create: &str| {
        json!({ "logDriver": "awslogs", "options": { "awslogs-group": group, "awslogs-region": "eu-central-1",
            "awslogs-stream-prefix": "x", "awslogs-create-group": create } })
    };
    json!({
        "family": "app",
        "executionRoleArn": ROLE,
        "containerDefinitions": [
            {
                "name": "one", "image": "example.com/one:1", "memory": 64,
                "repositoryCredentials": { "credentialsParameter": secret("registry-AAAAAA") },
                "environment": [{ "name": "DB_PASSWORD", "value": "tRb8vQz2LmXw" }],
                "secrets": [
                    { "name": "A", "valueFrom": format!("{}:user::", secret("app/db-BBBBBB")) },
                    { "name": "B", "valueFrom": format!("{}::AWSPREVIOUS:", secret("app/other-CCCCCC")) },
                    { "name": "C", "valueFrom": parameter("app/C") },
                ],
                "logConfiguration": log("/ecs/one", "true"),
            },
            {
                "name": "two", "image": "example.com/two:1", "memory": 64,
                "secrets": [{ "name": "A", "valueFrom": format!("{}:other::", secret("app/db-BBBBBB")) }],
                "logConfiguration": log("/ecs/two", "false"),
            },
        ],
    })
}

const KEY: &str = "arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d";

/// Every action of the services concerned that reads, writes or decrypts, with every ARN nearby: what is allowed is what is used.
#[test]
fn exactly_what_is_used_is_granted() {
    let moved = format!("secrets.arns.DB_PASSWORD={}:password::", secret("app/db-BBBBBB"));
    let policy = policy(&everything(), &["--only", "plaintext-secret", "--set", &moved, "--kms-key", KEY]);
    let actions = [
        "secretsmanager:GetSecretValue",
        "secretsmanager:BatchGetSecretValue",
        "secretsmanager:DescribeSecret",
        "secretsmanager:PutSecretValue",
        "ssm:GetParameters",
        "ssm:GetParameter",
        "ssm:GetParametersByPath",
        "ssm:PutParameter",
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "logs:CreateLogGroup",
        "logs:GetLogEvents",
        "logs:DeleteLogGroup",
    ];
    let resources = [
        secret("registry-AAAAAA"),
        secret("app/db-BBBBBB"),
        secret("app/other-CCCCCC"),
        secret("app/db-BBBBBBX"),
        secret("app/db"),
        secret("else-DDDDDD"),
        secret("app/db-BBBBBB").replace("123456789012", "210987654321"),
        secret("app/db-BBBBBB").replace("eu-central-1", "us-east-1"),
        parameter("app/C"),
        parameter("app/CC"),
        parameter("app"),
        parameter("C"),
        KEY.to_owned(),
        KEY.replace("0a1b", "ffff"),
        group("/ecs/one", ":log-stream:x/one/1"),
        group("/ecs/one", ":log-stream:"),
        group("/ecs/two", ":log-stream:x/two/1"),
        group("/ecs/three", ":log-stream:x/three/1"),
        group("/ecs/one-more", ":log-stream:x/one/1"),
        ROLE.to_owned(),
    ];
    let mut expected = vec![
        request("secretsmanager:GetSecretValue", &secret("registry-AAAAAA")),
        request("secretsmanager:GetSecretValue", &secret("app/db-BBBBBB")),
        request("secretsmanager:GetSecretValue", &secret("app/other-CCCCCC")),
        request("ssm:GetParameters", &parameter("app/C")),
        request("kms:Decrypt", KEY),
        request("logs:CreateLogGroup", &group("/ecs/one", ":log-stream:x/one/1")),
        request("logs:CreateLogGroup", &group("/ecs/one", ":log-stream:")),
    ];
    for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
        expected.push(request(action, &group("/ecs/one", ":log-stream:x/one/1")));
        expected.push(request(action, &group("/ecs/one", ":log-stream:")));
        expected.push(request(action, &group("/ecs/two", ":log-stream:x/two/1")));
    }
    expected.sort();
    let all = actions.iter().flat_map(|action| resources.iter().map(|resource| request(action, resource)));
    let mut granted: Vec<Request> = all.filter(|request| allows(&policy, request)).collect();
    granted.sort();
    assert_eq!(granted, expected);
}

/// No pattern but that of log streams, one statement a right, and ARNs sorted without duplicates.
#[test]
fn statements_are_narrow_sorted_and_without_duplicates() {
    let policy = policy(&everything(), &["--only", "root-user"]);
    let sids: Vec<&str> =
        policy["Statement"].as_array().unwrap().iter().map(|statement| statement["Sid"].as_str().unwrap()).collect();
    assert_eq!(sids, ["ReadSecrets", "ReadParameters", "WriteLogs", "CreateLogGroups"]);
    for statement in policy["Statement"].as_array().unwrap() {
        assert!(entries(&statement["Action"]).iter().all(|action| !action.contains('*')));
        let resources = entries(&statement["Resource"]);
        assert!(resources.is_sorted_by(|one, next| one < next), "{resources:?}");
        for resource in resources {
            let fixed = resource.strip_suffix(":*").filter(|_| resource.contains(":logs:")).unwrap_or(resource);
            assert!(!fixed.contains(['*', '?', '$']), "{resource}");
        }
    }
}

/// A secret is granted only where the edit that reads it is made.
#[test]
fn what_is_withheld_is_not_granted() {
    let moved = format!("secrets.arns.DB_PASSWORD={}", parameter("app/DB"));
    let read = request("ssm:GetParameters", &parameter("app/DB"));
    for (arguments, granted) in [
        (vec!["--set", &moved], true),
        (vec!["--set", &moved, "--only", "plaintext-secret"], true),
        (vec!["--set", &moved, "--skip", "plaintext-secret"], false),
        (vec!["--set", &moved, "--safe-only"], false),
    ] {
        assert_eq!(allows(&policy(&everything(), &arguments), &read), granted, "{arguments:?}");
    }
}

/// CloudFormation and Terraform say the same as the JSON.
#[test]
fn every_form_has_the_same_rights() {
    let (json, ..) = ecs_harden(&everything(), &["--kms-key", KEY]);
    let policy: Value = serde_json::from_str(&json).unwrap();
    for form in ["cloudformation", "terraform"] {
        let (text, ..) = ecs_harden(&everything(), &["--kms-key", KEY, "--form", form]);
        let arns = text.lines().filter(|line| line.contains("\"arn:"));
        let arns: Vec<&str> = arns.map(|line| line.trim().trim_matches(['-', ' ', '"', ','])).collect();
        let all = policy["Statement"].as_array().unwrap();
        let expected: Vec<&str> = all.iter().flat_map(|statement| entries(&statement["Resource"])).collect();
        assert_eq!(arns, expected, "{form}");
        for statement in all {
            assert!(entries(&statement["Action"]).iter().all(|action| text.contains(action)), "{form}");
        }
    }
}

/// The policy for a command line says the same in every form, and hands roles to tasks alone.
#[test]
fn every_form_of_the_policy_for_a_command_line_has_the_same_rights() {
    let printed = |form: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_ecs-harden"))
            .args(["iam-policy", "--form", form, "--for", "apply", "--cluster"])
            .args(["arn:aws:ecs:eu-central-1:123456789012:cluster/shop", "--service", "checkout"])
            .env_remove("AWS_REGION")
            .env_remove("AWS_DEFAULT_REGION")
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let policy: Value = serde_json::from_str(&printed("json")).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let listed = |member: &str| -> Vec<String> {
        statements.iter().flat_map(|statement| entries(&statement[member])).map(str::to_owned).collect()
    };
    let to_tasks = json!({ "StringEquals": { "iam:PassedToService": "ecs-tasks.amazonaws.com" } });
    for statement in statements {
        let passes = entries(&statement["Action"]).contains(&"iam:PassRole");
        assert_eq!(statement["Condition"], if passes { to_tasks.clone() } else { Value::Null });
    }
    for form in ["cloudformation", "terraform"] {
        let text = printed(form);
        let words: Vec<&str> = text.lines().map(|line| line.trim().trim_matches(['-', ' ', '"', ','])).collect();
        let is_action = |word: &&&str| {
            word.split_once(':').is_some_and(|(service, rest)| {
                service.bytes().all(|byte| byte.is_ascii_lowercase())
                    && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
        };
        let actions: Vec<&str> = words.iter().filter(is_action).copied().collect();
        assert_eq!(actions, listed("Action"), "{form}");
        let resources: Vec<&str> =
            words.iter().filter(|word| word.starts_with("arn:") || **word == "*").copied().collect();
        assert_eq!(resources, listed("Resource"), "{form}");
        assert_eq!(text.matches("ecs-tasks.amazonaws.com").count(), 1, "{form}");
    }
}

fn goldens(form: &str) -> Vec<PathBuf> {
    let cases = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/cli")).unwrap();
    let cases = cases.map(|entry| entry.unwrap().path());
    let takes = |case: &PathBuf| {
        let arguments = fs::read_to_string(case.join("args")).unwrap();
        arguments.starts_with("iam-policy\n") && arguments.contains(&format!("--form\n{form}\n"))
    };
    let found: Vec<PathBuf> = cases.filter(takes).map(|case| case.join("stdout")).collect();
    assert!(!found.is_empty(), "no golden of {form}");
    found
}

/// Runs a program over the goldens of one form; skipped, and said so, where it is not installed.
fn judged_by(program: &str, before: &[&str], form: &str, name: &str) {
    for golden in goldens(form) {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join(name);
        fs::copy(golden, &file).unwrap();
        let ran = Command::new(program).args(before).arg(&file).stdin(Stdio::null()).output();
        let Ok(output) = ran else {
            eprintln!("skipped: {program} is not installed");
            return;
        };
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn cfn_lint_takes_the_templates() {
    judged_by("cfn-lint", &[], "cloudformation", "template.yaml");
}

#[test]
fn terraform_would_format_it_no_other_way() {
    judged_by("terraform", &["fmt", "-check", "-diff"], "terraform", "main.tf");
}
