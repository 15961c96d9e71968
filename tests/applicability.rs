//! Every pass on every set of launch types and every operating system: what it offers, and whether ECS would take what it writes.
//!
//! `snapshots/applicability.txt` is the reviewed table; `SNAPSHOTS=overwrite cargo test --test applicability` refreshes it.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod support;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::engine::{self, Decision, Fault, Outcome};
use ecs_harden_transforms::intent::{ExecUse, Selection, Wishes};
use ecs_harden_transforms::knobs::{Layer, Layers, Scope};
use ecs_harden_transforms::model::{Digest, TargetWish};
use ecs_harden_transforms::pass::{Pass, Provenance, Remedy, Source};
use ecs_harden_transforms::passes;
use ecs_harden_transforms::waiver::Waivers;
use serde_json::{Value, json};
use snapbox::{Assert, Data, data::DataFormat};
use support::validity::{Os, Target, new_violations, violations};

/// The launch types of a column.
const COLUMNS: [(&str, &[Target]); 6] = [
    ("FARGATE", &[Target::Fargate]),
    ("EC2", &[Target::Ec2]),
    ("EXTERNAL", &[Target::External]),
    ("MANAGED", &[Target::ManagedInstances]),
    ("FARGATE+EC2", &[Target::Fargate, Target::Ec2]),
    ("unset", &[]),
];

/// The operating systems of the rows, with what `runtimePlatform` says.
const ROWS: [(&str, Option<&str>); 3] =
    [("Linux", Some("LINUX")), ("Windows", Some("WINDOWS_SERVER_2022_CORE")), ("unknown", None)];

const ALL: [Target; 4] = [Target::Fargate, Target::Ec2, Target::External, Target::ManagedInstances];

const EXECUTION: &str = "arn:aws:iam::123456789012:role/execution";
const PARAMETER: &str = "arn:aws:ssm:eu-central-1:123456789012:parameter/web/x";

/// A weakness to be put into a definition that has no other of that pass, and what somebody says about it.
struct Weakness {
    pass: &'static str,
    /// What the row is called beside the pass.
    what: &'static str,
    /// Merged over the container.
    container: Value,
    /// Merged over the task.
    task: Value,
    /// The knobs of a policy.
    knobs: Value,
    /// The digest that is known to run.
    runs: Option<&'static str>,
}

const DIGEST: &str = "sha256:9b2a28eb47540823042a2ba401386845089bb7b62a9637d55816132c4c3c36eb";

fn weakness(pass: &'static str, what: &'static str, container: Value, task: Value, knobs: Value) -> Weakness {
    Weakness { pass, what, container, task, knobs, runs: None }
}

fn in_container(pass: &'static str, what: &'static str, container: Value) -> Weakness {
    weakness(pass, what, container, json!({}), json!({}))
}

fn in_task(pass: &'static str, what: &'static str, task: Value) -> Weakness {
    weakness(pass, what, json!({}), task, json!({}))
}

/// At least one for every pass.
fn weaknesses() -> Vec<Weakness> {
    let volume = |host: &str| json!({"volumes": [{"name": "v", "host": {"sourcePath": host}}]});
    let mount = json!({"mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}]});
    let efs = json!({"volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1234"}}]});
    let awslogs = json!({"logConfiguration": {"logDriver": "awslogs", "options": {
        "awslogs-group": "/ecs/web", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "web"}}});
    let password = json!({"environment": [{"name": "DB_PASSWORD", "value": "tr0ub4dor-and-3"}]});
    vec![
        in_container("blocking-log-delivery", "awslogs without a mode", awslogs),
        in_container("excess-capabilities", "no user", json!({})),
        in_container("excess-capabilities", "not root", json!({"user": "1000"})),
        in_task("host-ipc-namespace", "ipcMode host", json!({"ipcMode": "host"})),
        in_task("host-network-mode", "networkMode host", json!({"networkMode": "host"})),
        in_task("host-pid-namespace", "pidMode host", json!({"pidMode": "host"})),
        in_container("invalid-definition", "no such volume", mount.clone()),
        weakness("missing-cpu-limit", "no cpu", json!({"cpu": null}), json!({"cpu": null}), json!({})),
        in_container("missing-log-configuration", "nobody names a group", json!({})),
        weakness(
            "missing-log-configuration",
            "policy names a group",
            json!({}),
            json!({}),
            json!({"logs": {"group": "/ecs/{family}", "region": "eu-central-1"}}),
        ),
        weakness(
            "missing-memory-limit",
            "memoryReservation alone",
            json!({"memory": null, "memoryReservation": 256}),
            json!({"memory": null}),
            json!({}),
        ),
        in_container("mutable-image-tag", "a tag", json!({"image": "registry.example.com/web:7"})),
        Weakness {
            runs: Some(DIGEST),
            ..in_container("mutable-image-tag", "a tag, and what runs", json!({"image": "registry.example.com/web:7"}))
        },
        in_container("new-privileges", "nothing said", json!({})),
        in_container("plaintext-secret", "nobody names an ARN", password.clone()),
        weakness(
            "plaintext-secret",
            "policy names an ARN",
            password,
            json!({}),
            json!({"secrets": {"arns": {"DB_PASSWORD": PARAMETER}}}),
        ),
        in_container("privileged-container", "nobody says what it needs", json!({"privileged": true})),
        weakness(
            "privileged-container",
            "policy says what it needs",
            json!({"privileged": true}),
            json!({}),
            json!({"excess-capabilities": {"keep": ["NET_ADMIN"]}}),
        ),
        in_container("root-user", "no user", json!({})),
        weakness("root-user", "policy names a user", json!({}), json!({}), json!({"root-user": {"user": "101:101"}})),
        weakness("sensitive-host-mount", "the root of the host", mount.clone(), volume("/"), json!({})),
        in_task("shared-execution-role", "one role for both", json!({"taskRoleArn": EXECUTION})),
        in_container("unbounded-open-files", "no limit", json!({})),
        weakness(
            "unbounded-open-files",
            "above the ceiling of the policy",
            json!({"ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 1_048_576}]}),
            json!({}),
            json!({"unbounded-open-files": {"ceiling": 65_535}}),
        ),
        weakness("unencrypted-efs-transit", "nothing said", mount, efs, json!({})),
        in_container("writable-root-filesystem", "nothing said", json!({})),
        weakness(
            "writable-root-filesystem",
            "policy names the paths",
            json!({}),
            json!({}),
            json!({"writable-root-filesystem": {"paths": [{"path": "/tmp", "size": 16}]}}),
        ),
    ]
}

/// A definition for these launch types that every judge takes.
fn definition(targets: &[Target], family: Option<&str>, weakness: &Weakness) -> Value {
    let mut task = json!({
        "family": "web",
        "cpu": "1024",
        "memory": "2048",
        "executionRoleArn": EXECUTION,
        "containerDefinitions": [{
            "name": "web",
            "image": format!("registry.example.com/web@{DIGEST}"),
            "cpu": 256,
            "memory": 512,
        }],
    });
    if !targets.is_empty() {
        task["requiresCompatibilities"] = targets.iter().map(|target| target.name()).collect();
    }
    if targets.iter().any(|target| matches!(target, Target::Fargate | Target::ManagedInstances)) {
        task["networkMode"] = json!("awsvpc");
    }
    if let Some(family) = family {
        task["runtimePlatform"] = json!({ "operatingSystemFamily": family });
    }
    merge(&mut task, &weakness.task);
    merge(&mut task["containerDefinitions"][0], &weakness.container);
    task
}

/// Merges members over an object; null takes one away.
fn merge(object: &mut Value, over: &Value) {
    let members = object.as_object_mut().unwrap();
    for (name, value) in over.as_object().unwrap() {
        if value.is_null() {
            drop(members.shift_remove(name));
        } else {
            drop(members.insert(name.clone(), value.clone()));
        }
    }
}

fn harden(document: &Document, pass: &'static Pass, weakness: &Weakness) -> Option<Outcome> {
    // A privileged container is mended together with its capabilities.
    let beside = passes::find("excess-capabilities").filter(|_| pass.id.0 == "privileged-container");
    let named: Vec<_> = [Some(pass), beside].into_iter().flatten().map(|pass| pass.id).collect();
    let mut selection = Selection::all(named.iter().copied());
    selection.named = named.into_iter().collect();
    let layer = Layer {
        origin: Provenance::Policy,
        scope: Scope::everything(),
        knobs: serde_json::from_value(weakness.knobs.clone()).unwrap(),
        written: std::sync::Arc::default(),
    };
    let pin = |digest: &str| ("web".to_owned(), Digest::try_from(digest.to_owned()).unwrap());
    let wishes = Wishes {
        selection,
        target: TargetWish::default(),
        os: None,
        layers: Layers::from(vec![layer]),
        waivers: Waivers::default(),
        images: Arc::default(),
        pins: Arc::new(weakness.runs.map(pin).into_iter().collect()),
        exec: ExecUse::NotKnown,
    };
    engine::harden(document, &wishes, Fault::None).ok()
}

/// What the pass says, in a word.
fn word(outcome: &Outcome, pass: &'static Pass) -> &'static str {
    let found = outcome.findings.iter().find(|judged| judged.finding.pass == pass);
    match found.map(|judged| (&judged.finding.remedy, judged.decision)) {
        None => "-",
        Some((Remedy::Fix(fix), Decision::Applied)) => fix.applicability.name(),
        Some((Remedy::Manual(_), _)) => "manual",
        Some((Remedy::Undetermined(_), _)) => "undetermined",
        Some((Remedy::Fix(_), _)) => "withheld",
    }
}

/// One cell: the word, and a `!` where ECS would not take the definition as it is. Panics where it would not take what was written.
fn cell(weakness: &Weakness, targets: &[Target], family: Option<&str>) -> String {
    let pass = passes::find(weakness.pass).unwrap();
    let before = definition(targets, family, weakness);
    let os = if family.is_some_and(|family| family.starts_with("WINDOWS")) { Os::Windows } else { Os::Linux };
    let judges = if targets.is_empty() { &ALL[..] } else { targets };
    let taken: Vec<Target> =
        judges.iter().copied().filter(|target| violations(&before, *target, os).is_empty()).collect();
    let document = Document::read(serde_json::to_string_pretty(&before).unwrap()).unwrap();
    let Some(outcome) = harden(&document, pass, weakness) else { return "refused".to_owned() };
    for judged in &outcome.findings {
        let Remedy::Fix(fix) = &judged.finding.remedy else { continue };
        for value in &fix.values {
            let told = value.by == Provenance::BuiltInDefault || value.by.source != Source::Nowhere;
            assert!(told, "{} ({}): nothing tells where `{}` is written", pass.id, weakness.what, value.value);
        }
    }
    if let Some(hardened) = &outcome.hardened {
        let after = serde_json::from_str(hardened.text()).unwrap();
        for target in if taken.is_empty() { judges } else { &taken } {
            let new = new_violations(&before, &after, *target, os);
            assert!(
                new.is_empty(),
                "{} ({}) on {}: {new:?}\n{}",
                pass.id,
                weakness.what,
                target.name(),
                hardened.text()
            );
        }
    }
    let wrong = if targets.is_empty() { taken.is_empty() } else { taken.len() < targets.len() };
    format!("{}{}", word(&outcome, pass), if wrong { "!" } else { "" })
}

fn row(table: &mut String, title: &str, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| format!("{cell:<14}")).collect();
    writeln!(table, "    {title:<8}{}", cells.join(" ").trim_end()).unwrap();
}

#[test]
fn every_pass_offers_on_every_target_what_the_table_shows() {
    let weaknesses = weaknesses();
    for pass in passes::TABLE {
        assert!(
            weaknesses.iter().any(|weakness| weakness.pass == pass.id.0),
            "add a weakness that `{}` finds to tests/applicability.rs",
            pass.id
        );
    }
    let mut table = String::from(
        "What each pass offers, by launch types and operating system: the applicability of the fix that is applied, manual where a person\n\
         has to act, - where nothing is found. With !, ECS does not take the definition as it is. What is written, ECS takes.\n",
    );
    for weakness in weaknesses.iter().filter(|weakness| passes::find(weakness.pass).is_some()) {
        writeln!(table, "\n{}: {}", weakness.pass, weakness.what).unwrap();
        row(&mut table, "", COLUMNS.iter().map(|(title, _)| (*title).to_owned()));
        for (os, family) in ROWS {
            row(&mut table, os, COLUMNS.iter().map(|(_, targets)| cell(weakness, targets, family)));
        }
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/applicability.txt");
    let assert = Assert::new().action_env("SNAPSHOTS").normalize_paths(false);
    assert.eq(Data::binary(table.into_bytes()), Data::read_from(&golden, Some(DataFormat::Binary)));
}

/// Every word that a pass announces stands in its part of the table, and no other.
#[test]
fn every_pass_yields_what_it_announces() {
    for pass in passes::TABLE {
        let announced: Vec<&str> = pass.yields.iter().map(|known| known.applicability.name()).collect();
        for weakness in weaknesses().iter().filter(|weakness| weakness.pass == pass.id.0) {
            for (_, targets) in COLUMNS {
                for (_, family) in ROWS {
                    let cell = cell(weakness, targets, family);
                    let word = cell.trim_end_matches('!');
                    let known = ["-", "undetermined", "refused"].contains(&word) || announced.contains(&word);
                    assert!(
                        known,
                        "{} ({}) is {word} on {targets:?} and announces {announced:?}",
                        pass.id, weakness.what
                    );
                }
            }
        }
    }
}
