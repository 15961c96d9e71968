//! The double of AWS starts, answers and stops; its own tests pass.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod support;

use std::net::TcpStream;
use std::process::Command;

use serde_json::json;
use support::aws::{Double, directory, interpreter};

#[test]
fn a_seeded_world_is_told_and_gone_after_a_reset() {
    let double = Double::start();
    let told = double.seed(&json!({"clusters": {"shop": {"services": {"checkout": {}}}}}));
    assert_eq!(told["services"]["shop/checkout"], "arn:aws:ecs:eu-central-1:123456789012:service/shop/checkout");
    double.reset();
    assert_eq!(double.seed(&json!({}))["services"], json!({}));
}

#[test]
fn an_unsigned_call_is_refused_and_noted_with_its_body_masked() {
    let double = Double::with(&["--keep-bodies"]);
    let body = br#"{"cluster": "shop", "services": ["checkout"], "futureMember": "correct-horse"}"#;
    let headers = [
        ("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.DescribeServices"),
        ("Content-Type", "application/x-amz-json-1.1"),
    ];
    let (status, answer) = double.exchange("POST", "/", body, &headers);
    assert_eq!(status, 403);
    assert!(String::from_utf8(answer).unwrap().contains("MissingAuthenticationTokenException"));
    let [call] = &double.calls()[..] else { panic!("one call was made: {:?}", double.calls()) };
    assert_eq!((call.service.as_str(), call.operation.as_str(), call.writes), ("ecs", "DescribeServices", false));
    assert_eq!(call.body, json!({"cluster": "shop", "services": ["checkout"], "futureMember": "***"}));
    assert_eq!(call.status, Some(403));
    assert_eq!(double.raw(1), body);
    double.forget_calls();
    assert_eq!(double.calls(), []);
}

#[test]
fn a_dropped_double_is_gone() {
    let double = Double::start();
    let address = double.endpoint().replace("http://", "");
    assert!(TcpStream::connect(&address).is_ok());
    drop(double);
    assert!(TcpStream::connect(&address).is_err(), "its port is closed");
}

#[test]
#[should_panic(expected = "a seed has no `cluster`")]
fn a_mistake_in_a_seed_is_told() {
    Double::start().seed(&json!({"cluster": "shop"}));
}

#[test]
fn its_own_tests_pass() {
    let done = Command::new(interpreter())
        .args(["-m", "unittest", "discover", "--start-directory", "selftest", "--top-level-directory", "."])
        .current_dir(directory())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && told.contains("\nOK"), "{told}");
}
