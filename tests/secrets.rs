//! No secret leaves: several hundred planted values, every command, every form of output, and the ways in which a run can fail.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// What every planted value begins with.
const PLANTED: &str = "pl4nted";

/// Makes values that are all different, and counts them.
#[derive(Default)]
struct Planter(usize);

impl Planter {
    fn value(&mut self) -> String {
        self.0 += 1;
        format!("{PLANTED}-{:04}-\u{e9}", self.0)
    }

    fn words(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.value()).collect()
    }

    fn map(&mut self, prefix: &str, count: usize) -> Value {
        (0..count)
            .map(|index| (format!("{prefix}{index}"), json!(self.value())))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// A container with values at every position that is not on the list of what may be shown. `last` is its last member.
    fn container(&mut self, name: &str, last: &str) -> Value {
        let mut environment: Vec<Value> =
            (0..12).map(|index| json!({ "name": format!("NAME_{index}"), "value": self.value() })).collect();
        let named = ["DB_PASSWORD", "API_TOKEN", "AWS_SECRET_ACCESS_KEY", "ACME_CRED", "DB_PASSWORD"];
        environment.extend(named.map(|name| json!({ "name": name, "value": self.value() })));
        let address = format!("postgres://app:{}@db.internal:5432/app", self.value());
        environment.push(json!({ "name": "DATABASE_URL", "value": address }));
        let mut log_options = self.map("option-", 6);
        log_options["awslogs-group"] = json!("/ecs/app");
        log_options["splunk-token"] = json!(self.value());
        let mut container = json!({
            "name": name,
            "image": "registry.example.com/app:1",
            "memory": 512,
            "portMappings": [{ "containerPort": 80 }],
            "workingDirectory": self.value(),
            "hostname": self.value(),
            "links": self.words(2),
            "dnsServers": self.words(2),
            "dnsSearchDomains": self.words(1),
            "extraHosts": [{ "hostname": self.value(), "ipAddress": self.value() }],
            "dockerSecurityOptions": self.words(1),
            "environmentFiles": [{ "type": "s3", "value": self.value() }],
            "repositoryCredentials": { "credentialsParameter": self.value() },
            "futureMember": { "knob": self.value(), "list": self.words(3), "number": 41_414_141 },
            "firelensConfiguration": { "type": "fluentbit", "options": self.map("fluent-", 3) },
            "linuxParameters": { "initProcessEnabled": true, "futureLimit": self.value() },
        });
        let mut command = self.words(8);
        command.extend(["--password".to_owned(), self.value()]);
        let driver = if name == "c3" { "splunk" } else { "awslogs" };
        let mut ends = json!({
            "environment": environment,
            "secrets": [{ "name": "TOKEN", "valueFrom": self.value() }],
            "command": command,
            "entryPoint": self.words(4),
            "healthCheck": { "command": self.words(3), "interval": 10 },
            "dockerLabels": self.map("label-", 6),
            "logConfiguration": { "logDriver": driver, "options": log_options },
        });
        let member = ends.as_object_mut().unwrap().shift_remove(last).unwrap();
        container.as_object_mut().unwrap().extend(ends.as_object().unwrap().clone());
        container[last] = member;
        container
    }

    fn definition(&mut self) -> Value {
        let ends =
            ["environment", "command", "entryPoint", "healthCheck", "dockerLabels", "logConfiguration", "secrets"];
        let mut containers: Vec<Value> =
            ends.iter().enumerate().map(|(index, last)| self.container(&format!("c{index}"), last)).collect();
        // One of them is not a log router, so that every pass has something to mend.
        for container in containers.iter_mut().skip(1) {
            container.as_object_mut().unwrap().shift_remove("firelensConfiguration");
        }
        json!({
            "taskDefinition": {
                "family": "planted",
                "executionRoleArn": "arn:aws:iam::123456789012:role/planted",
                "networkMode": "awsvpc",
                "pidMode": "host",
                "futureMode": self.value(),
                "ipcMode": "host",
                "memory": "4096",
                "containerDefinitions": containers,
                "volumes": [{ "name": "data", "dockerVolumeConfiguration": {
                    "driver": self.value(), "driverOpts": { "o": format!("username=app,password={}", self.value()), "device": self.value() }, "labels": self.map("l-", 4) } },
                    { "name": "host", "host": { "sourcePath": self.value() } }],
                "placementConstraints": [{ "type": "memberOf", "expression": self.value() }],
                "proxyConfiguration": { "type": "APPMESH", "containerName": "c6", "properties": [
                    { "name": self.value(), "value": self.value() }] },
                "registeredBy": self.value(),
                "futureThing": self.value(),
            },
            "tags": [{ "key": "team", "value": self.value() }],
            "ResponseMetadata": { "RequestId": self.value() },
        })
    }
}

/// A policy that moves some credentials, waives others and leaves the rest to a template.
const POLICY: &str = r#"
enable = ["plaintext-secret"]

[secrets]
template = "arn:{partition}:ssm:eu-central-1:{account}:parameter/{family}/{container}/{name}"
names = ["ACME_*"]

[secrets.arns]
# the old one was pl4nted-in-the-policy
DB_PASSWORD = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:planted/db-AbCdEf:password::"
AWS_SECRET_ACCESS_KEY = "arn:aws:ssm:eu-central-1:123456789012:parameter/planted/key"
splunk-token = "arn:aws:ssm:eu-central-1:123456789012:parameter/planted/splunk"

[logs]
group = "/ecs/{family}"
region = "eu-central-1"

[[override]]
container = "c2"
root-user = { user = "7:7" }

[[waiver]]
pass = "plaintext-secret"
container = "c1"
subject = "API_*"
reason = "a test account"
"#;

/// The planted definition as people may have it: pretty, on one line, with comments, with a placeholder, and as a bare list.
fn texts() -> Vec<(&'static str, String)> {
    let mut planter = Planter::default();
    let definition = planter.definition();
    let pretty = serde_json::to_string_pretty(&definition).unwrap();
    let comment = format!("// {}\n", planter.value());
    let trailing = format!(" // {}\n", planter.value());
    let placeholder = pretty.replacen("41414141", &format!("${{{}}}", planter.value()), 1);
    let names = pretty.replacen("\"dockerLabels\"", "${labels}", 3).replacen("\"environment\"", "<environment>", 2);
    let default = pretty.replacen("\"memory\": 512", &format!("\"memory\": ${{MEMORY:-{}}}", planter.value()), 2);
    let containers = definition["taskDefinition"]["containerDefinitions"].clone();
    assert!(planter.0 > 300, "several hundred values are planted, not {}", planter.0);
    vec![
        ("pretty.json", pretty.clone()),
        ("line.json", definition.to_string()),
        ("comments.jsonc", comment + &pretty.replace(",\n", &format!(",{trailing}"))),
        ("crlf.json", pretty.replace('\n', "\r\n")),
        ("placeholder.json", placeholder),
        ("names.json", names),
        ("default.json", default),
        ("list.json", serde_json::to_string_pretty(&containers).unwrap()),
        ("one.json", serde_json::to_string_pretty(&containers[1]).unwrap()),
    ]
}

fn ecs_harden(directory: &Path, arguments: &[&str]) -> Output {
    command(directory, arguments).output().unwrap()
}

fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-harden"));
    command
        .current_dir(directory)
        .args(arguments)
        .env_remove("CI")
        .env_remove("AWS_REGION")
        .env_remove("AWS_DEFAULT_REGION")
        .env("RUST_BACKTRACE", "full")
        .env("RUST_LOG", "trace");
    command
}

fn assert_silent(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let leak = text.find(PLANTED).or_else(|| text.find("41414141"));
    assert!(leak.is_none(), "{what} shows a planted value: …{}…", &text[leak.unwrap().saturating_sub(80)..][..120]);
}

fn assert_both_silent(what: &str, output: &Output) {
    assert_silent(&format!("{what}: stdout"), &output.stdout);
    assert_silent(&format!("{what}: stderr"), &output.stderr);
}

#[test]
fn no_command_shows_a_planted_value() {
    for (name, text) in texts() {
        let runs: &[&[&str]] = &[
            &["check", name],
            &["check", name, "-q"],
            &["check", name, "-vv"],
            &["check", name, "--color", "always"],
            &["check", name, "--format", "json"],
            &["check", name, "--strict", "--fail-on", "low"],
            &["check", name, "--format", "sarif"],
            &["check", name, "--format", "github"],
            &["check", name, "--format", "markdown"],
            &["check", name, "--format", "junit", "--fail-on", "low"],
            &["check", name, "--format", "gitlab"],
            &["check", name, "--as", "security-hub"],
            &["check", name, "--as", "prowler", "--policy", "policy.toml"],
            &["check", name, "--policy", "policy.toml", "--format", "sarif"],
            &["check", name, "--policy", "policy.toml", "--format", "github"],
            &["check", name, "--policy", "policy.toml", "--format", "markdown"],
            &["check", name, "--policy", "policy.toml", "--format", "gitlab"],
            &["diff", name],
            &["diff", name, "-vv", "--exit-code"],
            &["diff", name, "--color", "always"],
            &["diff", name, "--format", "json"],
            &["diff", name, "--safe-only"],
            &["diff", name, "--no-defaults"],
            &["diff", name, "--only", "root-user", "--set", "root-user.user=7:7"],
            &["fix", name, "-vv", "-o", "out.json"],
            &["fix", name, "--emit", "register-input", "-o", "out.json"],
            &["fix", name, "--format", "json", "-o", "out.json"],
            &["check", name, "--policy", "policy.toml", "-vv"],
            &["check", name, "--policy", "policy.toml", "--format", "json"],
            &["diff", name, "--policy", "policy.toml"],
            &["diff", name, "--policy", "policy.toml", "--no-defaults", "--format", "json"],
            &["fix", name, "--policy", "policy.toml", "-vv", "-o", "out.json"],
            &["fix", name, "--policy", "policy.toml", "--emit", "register-input", "-o", "out.json"],
            &["fix", name, "--only", "plaintext-secret", "--policy", "policy.toml"],
            &["check", name, "--only", "plaintext-secret", "--set", "secrets.names=NAME_*"],
            &["policy", "show", name, "--policy", "policy.toml"],
            &["check", name, "--image-config", "c0=image.json", "--dockerfile", "c1=Dockerfile", "-vv"],
            &["fix", name, "--image-config", "c0=image.json", "--format", "json", "-o", "out.json"],
            &["iam-policy", name, "-vv"],
            &["iam-policy", name, "--policy", "policy.toml"],
            &["iam-policy", name, "--policy", "policy.toml", "--form", "cloudformation"],
            &["iam-policy", name, "--policy", "policy.toml", "--form", "terraform"],
            &["init", ".", "-o", "-"],
            &["init", "-vv"],
            &["explain"],
            &["explain", "--finding", "plaintext-secret", name, "--policy", "policy.toml"],
            &["explain", "--finding", "plaintext-secret", name, "--policy", "policy.toml", "--format", "json"],
            &[
                "explain",
                "--finding",
                "root-user",
                name,
                "--image-config",
                "image.json",
                "--dockerfile",
                "c1=Dockerfile",
            ],
            &["explain", "--finding", "root-user", name, "--subject", "nothing"],
            &["passes"],
            &["fix", name, "-vv"],
        ];
        for arguments in runs {
            let scratch = tempfile::tempdir().unwrap();
            fs::write(scratch.path().join(name), &text).unwrap();
            fs::write(scratch.path().join("policy.toml"), POLICY).unwrap();
            let image = json!([{"Config": {"User": "7:7", "Env": [format!("TOKEN={PLANTED}-in-the-image")],
                "Labels": {"a": format!("{PLANTED}-in-a-label")}, "Cmd": [format!("--token={PLANTED}-in-its-command")]}}]);
            fs::write(scratch.path().join("image.json"), image.to_string()).unwrap();
            let file = format!("FROM scratch\nENV TOKEN={PLANTED}-in-the-dockerfile\nUSER 8:8\n");
            fs::write(scratch.path().join("Dockerfile"), file).unwrap();
            let output = ecs_harden(scratch.path(), arguments);
            assert!(output.status.code().is_some_and(|code| code < 3), "{arguments:?}: {output:?}");
            assert_both_silent(&format!("{name} {arguments:?}"), &output);
        }
    }
}

/// The run under the policy is not silent because it does nothing: values leave the document, and no other way.
#[test]
fn what_is_moved_leaves_the_document() {
    let (name, text) = texts().remove(0);
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join(name), &text).unwrap();
    fs::write(scratch.path().join("policy.toml"), POLICY).unwrap();
    let output = ecs_harden(scratch.path(), &["fix", name, "--policy", "policy.toml", "-o", "out.json"]);
    assert_both_silent("fix", &output);
    let hardened: Value = serde_json::from_str(&fs::read_to_string(scratch.path().join("out.json")).unwrap()).unwrap();
    let containers = hardened["taskDefinition"]["containerDefinitions"].as_array().unwrap();
    for container in containers {
        let names = |list: &str| -> Vec<&str> {
            container[list].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect()
        };
        for name in ["DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "ACME_CRED", "DATABASE_URL"] {
            assert!(!names("environment").contains(&name) && names("secrets").contains(&name), "{name}");
        }
        let waived = container["name"] == "c1";
        assert_eq!(names("environment").contains(&"API_TOKEN"), waived);
        let splunk = container["name"] == "c3";
        assert_eq!(container["logConfiguration"]["options"].get("splunk-token").is_none(), splunk);
    }
}

/// The document itself is the product; everything said beside it is not.
#[test]
fn the_conversation_beside_a_document_on_stdout_is_silent() {
    for (name, text) in texts() {
        for arguments in [vec!["fix", name, "-o", "-", "-vv"], vec!["fix", "-", "-vv"]] {
            let scratch = tempfile::tempdir().unwrap();
            fs::write(scratch.path().join(name), &text).unwrap();
            let mut child = command(scratch.path(), &arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let sent = text.clone();
            let sender = std::thread::spawn(move || drop(stdin.write_all(sent.as_bytes())));
            let output = child.wait_with_output().unwrap();
            sender.join().unwrap();
            assert!(String::from_utf8_lossy(&output.stdout).contains(PLANTED), "{name}: the document lost its values");
            assert_silent(&format!("{name} {arguments:?}: stderr"), &output.stderr);
        }
    }
}

#[test]
fn no_failure_shows_a_planted_value() {
    let (_, pretty) = texts().remove(0);
    let secret = pretty.find(PLANTED).unwrap();
    let half = pretty.len() / 2;
    let half = (half..pretty.len()).find(|&at| pretty.is_char_boundary(at)).unwrap();
    let twice = |member: &str| pretty.replacen('{', &format!("{{\n  \"{PLANTED}\": 1, \"{PLANTED}\": 2, {member}"), 1);
    let broken: Vec<(&str, String)> = vec![
        ("cut off after the secret", pretty[..secret + 12].to_owned()),
        ("cut off in the middle", pretty[..half].to_owned()),
        ("comma missing", pretty.replacen("\",\n", "\"\n", 1)),
        ("bracket too many", format!("{pretty}]")),
        ("text after the end", format!("{pretty}\n{PLANTED}-after")),
        ("text before the start", format!("{PLANTED}-before\n{pretty}")),
        ("shell prompt", format!("$ export TOKEN={PLANTED}\n{pretty}")),
        ("duplicate key", twice("")),
        ("duplicate known key", pretty.replacen("\"family\"", &format!("\"family\": \"{PLANTED}\", \"family\""), 1)),
        ("directive", pretty.replacen(",\n", &format!(",\n%{{ if {PLANTED} }}\n"), 1)),
        ("control character", pretty.replacen(PLANTED, &format!("{PLANTED}\u{1}"), 1)),
        ("single quotes", pretty.replace('"', "'")),
        ("unquoted word", pretty.replacen(&format!("\"{PLANTED}"), &format!("{PLANTED}-"), 1)),
        ("bad escape", pretty.replacen(PLANTED, &format!("\\q{PLANTED}"), 1)),
        ("several definitions", format!("[{pretty}, {pretty}]")),
        ("something else", format!("{{\"name\": \"{PLANTED}\", \"value\": [\"{PLANTED}\"]}}")),
        ("CloudFormation", format!("{{\"Resources\": {{\"{PLANTED}\": {{\"Type\": \"AWS::ECS::TaskDefinition\"}}}}}}")),
        ("HCL", format!("resource \"aws_ecs_task_definition\" \"{PLANTED}\" {{}}\n")),
        ("YAML", format!("containerDefinitions:\n  - name: {PLANTED}\n")),
    ];
    for (what, text) in broken {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("file.json");
        fs::write(&file, &text).unwrap();
        for arguments in [
            &["check", "file.json", "-vv"][..],
            &["check", ".", "-vv"],
            &["check", "file.json", "--format", "json"],
            &["check", "file.json", "--format", "sarif"],
            &["check", "file.json", "--format", "github"],
            &["check", "file.json", "--format", "markdown"],
            &["check", "file.json", "--format", "junit"],
            &["check", "file.json", "--format", "gitlab"],
            &["diff", "file.json", "-vv"],
            &["fix", "file.json", "-vv"],
        ] {
            let output = ecs_harden(scratch.path(), arguments);
            assert_both_silent(&format!("{what} {arguments:?}"), &output);
            let walked = arguments[1] == ".";
            assert!(walked || output.status.code() == Some(2), "{what} {arguments:?}: {output:?}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text, "{what}: the file was touched");
        }
    }
}

#[test]
fn no_broken_off_run_shows_a_planted_value() {
    let (name, text) = texts().remove(0);
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join(name);
    fs::write(&file, &text).unwrap();
    let silent = |what: &str, status: i32, output: &Output| {
        assert_both_silent(what, output);
        assert_eq!(output.status.code(), Some(status), "{what}: {output:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "{what}: the file was touched");
    };

    silent("bad flag", 2, &ecs_harden(scratch.path(), &["check", name, "--nonsense"]));
    silent("bad knob", 2, &ecs_harden(scratch.path(), &["check", name, "--set", "root-user.user=not a user"]));
    silent("two inputs for one output", 2, &ecs_harden(scratch.path(), &["fix", "other.json", name, "-o", "out.json"]));
    silent("no such file", 2, &ecs_harden(scratch.path(), &["check", "no-such-file.json"]));
    silent("no directory", 2, &ecs_harden(scratch.path(), &["fix", name, "-o", "no/such/directory/out.json"]));
    silent("directory as output", 2, &ecs_harden(scratch.path(), &["fix", name, "-o", "."]));

    for arguments in [&["fix", name][..], &["diff", name], &["check", name, "-vv"], &["fix", name, "-o", "-"]] {
        let output = command(scratch.path(), arguments).env("ECS_HARDEN_TEST_FAULT", "lost-byte").output().unwrap();
        silent(&format!("internal refusal {arguments:?}"), 70, &output);
    }

    // Nobody can see the diff, so nothing is written either.
    for arguments in [&["diff", name][..], &["check", name, "-vv"], &["fix", name, "-o", "-"], &["fix", name]] {
        let mut child =
            command(scratch.path(), arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        silent(&format!("closed pipe {arguments:?}"), 2, &child.wait_with_output().unwrap());
    }

    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    silent("unwritable file", 2, &ecs_harden(scratch.path(), &["fix", name, "-vv"]));
}

/// A log may hold anything; what `learn` shows of it is what it recognised.
#[test]
fn learning_from_a_log_shows_no_planted_value() {
    let mut planter = Planter::default();
    let log = [
        format!("password={} open() \"/var/cache/app/x\" failed (30: Read-only file system)", planter.value()),
        format!("OSError: [Errno 30] Read-only file system: '/app/{}/state.json'", planter.value()),
        format!("{}: Permission denied", planter.value()),
        "PermissionError: [Errno 13] Permission denied: '/srv/AKIAQ3EGRIJ7TSXDKPLM/state'".to_owned(),
        format!("bind() to 0.0.0.0:80 failed (13: Permission denied) {}", planter.value()),
        format!("chown: changing ownership of '{}': Operation not permitted", planter.value()),
        format!("CAP_{} is missing, and so is CAP_SYS_TIME", planter.value()),
        format!("openat(AT_FDCWD, \"/srv/{}\", O_WRONLY) = 3", planter.value()),
        format!("A /srv/{}", planter.value()),
        format!("dd: error writing './{}': No space left on device", planter.value()),
    ]
    .join("\n");
    for arguments in [
        &["learn", "app.log"][..],
        &["learn", "app.log", "-vv", "--color", "always"],
        &["learn", "app.log", "-q", "--container", "app"],
        &["learn", "app.log", "--container", "app", "--write"],
    ] {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("app.log"), &log).unwrap();
        let output = ecs_harden(scratch.path(), arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        assert_both_silent(&format!("{arguments:?}"), &output);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!told.contains("AKIAQ3"), "{arguments:?} shows a key: {told}");
        let policy = fs::read_to_string(scratch.path().join("ecs-harden.toml")).unwrap_or_default();
        assert_silent("the policy", policy.as_bytes());
        assert!(!policy.contains("AKIAQ3"), "the policy holds a key: {policy}");
    }
}
