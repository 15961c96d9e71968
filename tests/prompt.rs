//! What is answered at the prompt of the commands that deploy: only yes writes.

#![cfg(unix)]
#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod support;

use std::path::Path;
use std::process::Command;

use serde_json::json;
use support::aws::{Double, interpreter};

/// What the terminal showed, how the command ended, and what it wrote.
fn answered(double: &Double, answer: &str, line: &[&str]) -> (String, Option<i32>, Vec<String>) {
    double.forget_calls();
    let home = tempfile::tempdir().unwrap();
    let ended = Command::new(interpreter())
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/prompt/answer.py"))
        .arg(answer)
        .arg(env!("CARGO_BIN_EXE_ecs-harden"))
        .args(line)
        .envs(double.environment())
        .env("ECS_HARDEN_TEST_CLOCK", "instant")
        .env("XDG_STATE_HOME", home.path())
        .current_dir(home.path())
        .output()
        .unwrap();
    let writes = double.calls().into_iter().filter(|call| call.writes).map(|call| call.operation).collect();
    (String::from_utf8_lossy(&ended.stdout).into_owned(), ended.status.code(), writes)
}

#[test]
fn only_yes_writes() {
    let double = Double::start();
    double.seed(&json!({
        "images": { "123456789012.dkr.ecr.eu-central-1.amazonaws.com/checkout:1.4.2":
            "sha256:1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c5b6a7988" },
        "taskDefinitions": [{
            "family": "checkout", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "requiresCompatibilities": ["FARGATE"],
            "containerDefinitions": [{
                "name": "app", "image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/checkout:1.4.2", "essential": true,
                "environment": [{ "name": "GREETING", "value": "planted-as-a-greeting" }],
            }],
        }],
        "clusters": { "shop": { "services": { "checkout": {
            "taskDefinition": "checkout:1",
            "deploymentConfiguration": { "deploymentCircuitBreaker": { "enable": true, "rollback": true } },
        } } } },
    }));
    let apply = ["apply", "--cluster", "shop", "--service", "checkout", "--no-policy", "--accept-defaults"];
    // No, Enter, anything else, the end of the input, Ctrl-C.
    let others = [("n\\n", 3), ("\\n", 3), ("yeah\\n", 3), ("\\x04", 3), ("\\x03", 130)];
    for (answer, status) in others {
        let (shown, ended, writes) = answered(&double, answer, &apply);
        assert_eq!((ended, writes.as_slice()), (Some(status), [].as_slice()), "{answer}: {shown}");
        assert!(shown.contains("deploy it to shop/checkout? [y/N]"), "{answer}: {shown}");
        assert!(!shown.contains("planted"), "{answer}: {shown}");
        assert_eq!(shown.contains("nothing was changed"), status == 3, "{answer}: {shown}");
    }
    let (shown, ended, writes) = answered(&double, "y\\n", &apply);
    assert_eq!(ended, Some(0), "{shown}");
    assert_eq!(writes, ["RegisterTaskDefinition", "UpdateService"], "{shown}");
    let rollback = ["rollback", "--cluster", "shop", "--service", "checkout"];
    for (answer, status) in others {
        let (shown, ended, writes) = answered(&double, answer, &rollback);
        assert_eq!((ended, writes.as_slice()), (Some(status), [].as_slice()), "{answer}: {shown}");
    }
}
