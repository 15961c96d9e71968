//! From the first question to the steady service in one sitting, against the double of AWS.

use serde_json::{Value, json};

use crate::pty::{CTRL_C, Ended, Stage, example};
use crate::support::aws::Double;

const TARGETS: &str = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/checkout/0123456789abcdef";

/// A world in which `shop/checkout` runs the example, and a place that holds the policy beside it.
fn world() -> (Double, Stage) {
    let double = Double::start();
    let definition: Value = serde_json::from_str(&example("checkout-api.json")).unwrap();
    double.seed(&json!({
        "roles": {
            "checkout-api-execution": { "allow": ["logs:*", "secretsmanager:GetSecretValue", "ssm:GetParameters", "ecr:*"] },
            "checkout-api-task": {},
        },
        "logGroups": ["/ecs/checkout-api"],
        "secrets": { "checkout/db": { "suffix": "Q7xK2m", "value": "planted" } },
        "taskDefinitions": [definition],
        "clusters": { "shop": { "services": { "checkout": {
            "taskDefinition": "checkout-api",
            "deploymentConfiguration": { "deploymentCircuitBreaker": { "enable": true, "rollback": true } },
            "loadBalancers": [{ "targetGroupArn": TARGETS, "containerName": "api", "containerPort": 8080 }],
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } },
        } } } },
    }));
    let mut stage = Stage::with("ecs-harden.toml", &example("ecs-harden.toml"));
    let of_the_double = double.environment().into_iter().map(|(name, value)| (name.to_owned(), value));
    stage.environment = of_the_double.chain([("ECS_HARDEN_TEST_CLOCK".to_owned(), "instant".to_owned())]).collect();
    (double, stage)
}

const APPLY: [&str; 6] = ["apply", "-i", "--cluster", "shop", "--service", "checkout"];

fn writes(double: &Double) -> Vec<String> {
    double.calls().into_iter().filter(|call| call.writes).map(|call| call.operation).collect()
}

#[test]
fn one_sitting_goes_from_the_first_question_to_the_steady_service() {
    let (double, stage) = world();
    let mut pty = stage.begin(&APPLY);
    pty.press("\r", "1 of 9 · high · excess-capabilities");
    pty.press("A", "missing-log-configuration");
    // What is a guess is shown, and goes through once somebody looked at it.
    pty.press("a", "plaintext-secret");
    pty.press("a", "writable-root-filesystem · `api`");
    pty.press("A", "root-user");
    pty.press("e\u{15}20202:20202\r", "user 20202:20202: your answer");
    pty.press("a", "unbounded-open-files");
    pty.press("A", "another answer changed what this one rests on");
    pty.press("a", "all decided");
    assert_eq!(writes(&double), [""; 0]);
    pty.press("w", "keep these answers");
    pty.press("y", "answers kept: ecs-harden.toml");
    pty.expect("ecs:UpdateService shop/checkout");
    pty.expect("deploy it to shop/checkout? [y/N] ");
    assert_eq!(writes(&double), [""; 0]);
    pty.press("y", "verified: runs checkout-api:2, ran checkout-api:1");
    let Ended { status, text } = pty.end();
    assert_eq!(status, 0, "{text}");
    assert_eq!(writes(&double), ["RegisterTaskDefinition", "UpdateService"]);
    let policy = stage.read("ecs-harden.toml").unwrap();
    assert!(policy.contains("root-user = { user = \"20202:20202\" }") && policy.contains("[[accept]]"), "{policy}");

    // The next time nobody is needed: the policy says what was answered.
    let again = stage.program(&["apply", "--cluster", "shop", "--service", "checkout", "--yes"]).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
    assert!(String::from_utf8_lossy(&again.stdout).contains("nothing to change"));
    assert_eq!(writes(&double).len(), 2);
}

#[test]
fn the_run_without_a_person_registers_the_same_under_the_policy_that_was_kept() {
    let (double, stage) = world();
    let mut pty = stage.begin(&APPLY);
    pty.press("\r", "1 of 9");
    pty.send("AAAAAAwy");
    pty.expect("[y/N] ");
    pty.press("y", "verified");
    assert_eq!(pty.end().status, 0);
    let (other, alone) = world();
    alone.write("ecs-harden.toml", &stage.read("ecs-harden.toml").unwrap());
    let ended = alone.program(&["apply", "--cluster", "shop", "--service", "checkout", "--yes"]).output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    let sent = |double: &Double| {
        let calls = double.calls();
        calls.into_iter().find(|call| call.operation == "RegisterTaskDefinition").map(|call| call.sha256).unwrap()
    };
    assert_eq!(sent(&double), sent(&other));
}

#[test]
fn whoever_stops_on_the_way_has_written_nothing() {
    for (keys, shown, status) in [
        ("\r", "1 of 9", 130),
        ("\rq", "--resume goes on", 3),
        ("\rAAAAAAx", "abandoned", 3),
        ("\rAAAAAAw", "keep these answers", 130),
        ("\rAAAAAAwn", "[y/N] ", 130),
        ("\rAAAAAAwnn", "nothing was changed", 3),
    ] {
        let (double, stage) = world();
        let before = stage.files();
        let mut pty = stage.begin(&APPLY);
        pty.send(keys);
        pty.expect(shown);
        if status == 130 {
            pty.send(CTRL_C);
        }
        let ended = pty.end();
        assert_eq!(ended.status, status, "{keys:?}: {}", ended.text);
        assert_eq!(writes(&double), [""; 0], "{keys:?}");
        assert_eq!(stage.files(), before, "{keys:?}");
    }
}

#[test]
fn a_guess_that_nobody_answered_about_is_shown_as_what_it_would_become() {
    let (_double, stage) = world();
    stage.write("ecs-harden.toml", "");
    let mut pty = stage.begin(&APPLY);
    pty.press("\r", "1 of 9");
    pty.press("SSS", "writable-root-filesystem · `api`");
    // The user comes later, and is a guess.
    pty.expect("\"uid=1000\"");
    pty.expect("uid=1000 gid=1000 at /tmp: built-in default, a guess");
    pty.send(CTRL_C);
    assert_eq!(pty.end().status, 130);
}
