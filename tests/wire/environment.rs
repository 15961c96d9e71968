//! What the environment and the files of AWS's tools say, each in a process of its own.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use ecs_harden::aws::{Connection, Settings};
use ecs_harden::rollout::port::{Api, Wire};

use crate::server::{Reply, Server};
use crate::{reads, signature};

/// Nobody's home: no variable of whoever runs the tests.
fn run(variables: &[(&str, &str)]) -> String {
    let home = tempfile::tempdir().unwrap();
    run_in(home.path(), variables)
}

fn run_in(home: &std::path::Path, variables: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "environment::child", "--ignored", "--nocapture", "--test-threads=1"])
        .env_clear()
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = told.lines().filter_map(|line| line.strip_prefix("child: ")).collect();
    assert!(!lines.is_empty(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    lines.join("\n")
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", crate::SECRET)];
const REGION: (&str, &str) = ("AWS_REGION", "us-gov-west-1");

#[test]
#[ignore = "runs in the environments that the tests beside it make"]
fn child() {
    let of = |name: &str| std::env::var(name).ok();
    let settings = Settings { profile: of("CHILD_PROFILE"), region: of("CHILD_REGION") };
    println!();
    match Connection::new(&settings) {
        Err(error) => println!("child: {:?}: {error}; {}", error.failure(), error.next_step()),
        Ok(connection) => {
            println!("child: {}", connection.region());
            for (api, operation) in [(Api::Ecs, "ListClusters"), (Api::CodeDeploy, "ListApplications")] {
                match connection.call(&reads(api, operation, "{}")) {
                    Ok(body) => println!("child: {}", String::from_utf8(body).unwrap()),
                    Err(error) => println!("child: {error}"),
                }
            }
        }
    }
}

#[test]
fn without_a_region_there_is_no_way() {
    assert_eq!(
        run(&KEYS),
        "NoRegion: no AWS region is named; name it with --region, AWS_REGION, or `region` in the profile"
    );
}

#[test]
fn without_credentials_the_first_call_says_so() {
    assert_eq!(
        run(&[REGION]),
        "us-gov-west-1\necs:ListClusters: there are no AWS credentials\ncodedeploy:ListApplications: there are no AWS credentials"
    );
}

#[test]
fn a_metadata_service_that_says_nothing_does_not_hold_up() {
    let silent = Server::new([Reply::Silence]);
    let begun = Instant::now();
    let told = run(&[
        REGION,
        ("AWS_EC2_METADATA_DISABLED", "false"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &silent.url),
        ("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "4"),
    ]);
    assert!(told.contains("ecs:ListClusters: there are no AWS credentials"), "{told}");
    assert!(!silent.seen().is_empty());
    // Two calls, 1.5 seconds each.
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    for variable in ["CHILD_PROFILE", "AWS_PROFILE"] {
        let told = run(&[REGION, KEYS[0], KEYS[1], (variable, "nobody")]);
        assert!(told.starts_with("NoCredentials: there is no profile `nobody` in the files"), "{told}");
    }
}

#[test]
fn each_service_may_have_an_endpoint_of_its_own() {
    let (ecs, codedeploy) = (Server::new([Reply::new(200, "{\"e\":1}")]), Server::new([Reply::new(200, "{\"c\":1}")]));
    let told = run(&[
        KEYS[0],
        KEYS[1],
        REGION,
        ("CHILD_REGION", "eu-north-1"),
        ("AWS_ENDPOINT_URL", &ecs.url),
        ("AWS_ENDPOINT_URL_CODEDEPLOY", &codedeploy.url),
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
    ]);
    assert_eq!(told, "eu-north-1\n{\"e\":1}\n{\"c\":1}");
    let request = &ecs.seen()[0];
    signature::check(request, crate::SECRET, "eu-north-1", "ecs");
    assert!(request.header("user-agent").unwrap().contains("app/ecs-harden"), "{request:?}");
    signature::check(&codedeploy.seen()[0], crate::SECRET, "eu-north-1", "codedeploy");
}

#[test]
fn a_profile_gives_region_endpoints_and_a_process_for_credentials() {
    let (ecs, codedeploy) = (Server::new([Reply::new(200, "{\"e\":1}")]), Server::new([Reply::new(200, "{\"c\":1}")]));
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    let keys = format!(r#"{{"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": "{}"}}"#, crate::SECRET);
    fs::write(home.path().join("keys"), keys).unwrap();
    let config = format!(
        "[profile sandbox]\nregion = eu-west-3\nservices = local\nendpoint_url = {}\ncredential_process = cat {}\n\
         [services local]\ncodedeploy =\n  endpoint_url = {}\n",
        ecs.url,
        home.path().join("keys").display(),
        codedeploy.url
    );
    fs::write(home.path().join(".aws/config"), config).unwrap();
    assert_eq!(run_in(home.path(), &[("CHILD_PROFILE", "sandbox")]), "eu-west-3\n{\"e\":1}\n{\"c\":1}");
    assert_eq!(run_in(home.path(), &[("AWS_PROFILE", "sandbox")]), "eu-west-3\n{\"e\":1}\n{\"c\":1}");
    signature::check(&codedeploy.seen()[0], crate::SECRET, "eu-west-3", "codedeploy");
}

#[test]
fn a_role_that_may_not_be_taken_on_is_the_call_that_failed() {
    let refusal = format!(
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no role for you</Message></Error>\
         <Input>{}</Input><RequestId>r-2</RequestId></ErrorResponse>",
        crate::PLANTED
    );
    let sts = Server::new([Reply::new(403, refusal)]);
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    let config = format!(
        "[profile deployer]\nregion = eu-west-3\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n\
         [profile base]\naws_access_key_id = AKID\naws_secret_access_key = {}\n",
        crate::SECRET
    );
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let told = run_in(home.path(), &[("AWS_PROFILE", "deployer"), ("AWS_ENDPOINT_URL", &sts.url)]);
    let error = "sts:AssumeRole: not allowed: AccessDenied (request r-1)";
    assert_eq!(told, format!("eu-west-3\n{error}\n{error}"));
}

#[test]
fn a_process_for_credentials_that_fails_is_no_missing_login() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    let config = format!("[profile p]\nregion = eu-west-3\ncredential_process = echo {}\n", crate::PLANTED);
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let told = run_in(home.path(), &[("AWS_PROFILE", "p")]);
    assert!(told.contains("ecs:ListClusters: the AWS credentials are expired or not valid"), "{told}");
    assert!(!told.contains(crate::PLANTED), "{told}");
}

#[test]
fn an_empty_endpoint_is_told_before_anything_is_sent() {
    for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO_OIDC"] {
        let told = run(&[KEYS[0], KEYS[1], REGION, (variable, "")]);
        assert!(told.starts_with("Unreachable: AWS_ENDPOINT_URL, or that of STS or SSO, is empty; unset it"), "{told}");
    }
    // Services may have none of their own.
    let all = Server::new([Reply::new(200, "{}")]);
    let variables =
        [("AWS_ENDPOINT_URL", all.url.as_str()), ("AWS_ENDPOINT_URL_ECS", ""), ("AWS_ENDPOINT_URL_CODEDEPLOY", "")];
    assert_eq!(run(&[&[KEYS[0], KEYS[1], REGION][..], &variables].concat()), "us-gov-west-1\n{}\n{}");
}

#[test]
fn a_proxy_that_is_no_url_is_refused_without_showing_it() {
    let told = run(&[KEYS[0], KEYS[1], REGION, ("HTTPS_PROXY", "http://user:pass word@")]);
    assert_eq!(told, "Unreachable: HTTPS_PROXY is not the URL of a proxy; write it as http://HOST:PORT");
}
