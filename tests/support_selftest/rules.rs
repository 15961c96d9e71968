//! Each rule of the judge refuses and accepts what `rules.txt` says; each row of the matrix does what its cells say.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::validity::matrix::{Cell, Column, ROWS, columns};
use crate::support::validity::{Os, Target, Violation, effective_capabilities, new_violations, rules, violations};

const EXAMPLES: &str = include_str!("rules.txt");

/// Target, system and base definition for each word in the second column of `rules.txt`.
fn base(word: &str) -> (Target, Os, Value) {
    let (target, os, network, cpu, memory) = match word {
        "EC2" => (Target::Ec2, Os::Linux, "bridge", "256", "512"),
        "FARGATE" => (Target::Fargate, Os::Linux, "awsvpc", "256", "512"),
        "MI" => (Target::ManagedInstances, Os::Linux, "awsvpc", "256", "512"),
        "EXTERNAL" => (Target::External, Os::Linux, "bridge", "256", "512"),
        "WIN-EC2" => (Target::Ec2, Os::Windows, "awsvpc", "1024", "2048"),
        "WIN-FARGATE" => (Target::Fargate, Os::Windows, "awsvpc", "1024", "2048"),
        other => panic!("no target `{other}`"),
    };
    let mut definition = json!({
        "family": "web",
        "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
        "networkMode": network,
        "cpu": cpu,
        "memory": memory,
        "containerDefinitions": [{"name": "app", "image": "nginx"}],
    });
    if os == Os::Windows {
        definition["runtimePlatform"] = json!({"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"});
        definition["containerDefinitions"][0]["memory"] = json!(1024);
    }
    (target, os, definition)
}

fn patched(base: &Value, patch: &str) -> Value {
    let mut patch: Value = serde_json::from_str(patch).unwrap_or_else(|error| panic!("{error} in {patch}"));
    let members = patch.as_object_mut().expect("a patch is an object");
    let (app, more) = (members.shift_remove("app"), members.shift_remove("more"));
    let mut definition = base.clone();
    json_patch::merge(&mut definition, &patch);
    if let Some(app) = app {
        json_patch::merge(&mut definition["containerDefinitions"][0], &app);
    }
    if let Some(Value::Array(more)) = more {
        definition["containerDefinitions"].as_array_mut().expect("a list").extend(more);
    }
    definition
}

fn ids(found: &[Violation]) -> BTreeSet<&'static str> {
    found.iter().map(|violation| violation.rule).collect()
}

#[test]
fn each_rule_accepts_and_refuses_its_examples_and_nothing_else_is_reported() {
    let mut missed = Vec::new();
    for line in EXAMPLES.lines().filter(|line| !line.starts_with('#')) {
        let [rule, word, accepted, refused] = *line.split(" | ").collect::<Vec<_>>() else {
            panic!("four columns are wanted: {line}")
        };
        let (target, os, base) = base(word);
        assert_eq!(violations(&patched(&base, accepted), target, os), [], "accepted example of {rule}: {accepted}");
        let found = violations(&patched(&base, refused), target, os);
        if ids(&found) != BTreeSet::from([rule]) {
            missed.push(format!("{rule}: {refused}\n{found:#?}"));
        }
    }
    assert!(missed.is_empty(), "not refused for that rule alone: {}", missed.join("\n"));
}

#[test]
fn each_rule_has_an_example() {
    let shown: BTreeSet<&str> = EXAMPLES.lines().filter_map(|line| line.split(" | ").next()).collect();
    // Those two need a large document and a target that `rules.txt` cannot write; they have tests of their own.
    let elsewhere = ["document-size", "windows-target", rules::UNCLEAR];
    for (rule, _) in rules::RULES {
        assert!(shown.contains(rule) || elsewhere.contains(rule), "add an example of {rule} to rules.txt");
    }
}

#[test]
fn a_document_above_64_kb_is_refused() {
    let (target, os, mut definition) = base("EC2");
    definition["containerDefinitions"][0]["command"] = json!(["x".repeat(60_000)]);
    assert_eq!(violations(&definition, target, os), []);
    definition["containerDefinitions"][0]["command"] = json!(["x".repeat(66_000)]);
    assert_eq!(ids(&violations(&definition, target, os)), BTreeSet::from(["document-size"]));
}

#[test]
fn managed_instances_do_not_run_windows() {
    let (target, _, definition) = base("MI");
    let definition = patched(&definition, r#"{"app": {"memory": 64}}"#);
    assert_eq!(ids(&violations(&definition, target, Os::Windows)), BTreeSet::from(["windows-target"]));
}

#[test]
fn explicit_nulls_are_absent() {
    let (target, os, mut definition) = base("FARGATE");
    definition["pidMode"] = Value::Null;
    definition["containerDefinitions"][0]["privileged"] = Value::Null;
    definition["containerDefinitions"][0]["linuxParameters"] = Value::Null;
    assert_eq!(violations(&definition, target, os), []);
    definition["cpu"] = Value::Null;
    assert_eq!(ids(&violations(&definition, target, os)), BTreeSet::from(["required-for-target"]));
}

#[test]
fn a_field_on_which_sources_disagree_is_only_new_where_it_was_not_before() {
    let (target, os, before) = base("WIN-EC2");
    let after = patched(&before, r#"{"app": {"user": "ContainerUser"}}"#);
    assert_eq!(violations(&after, target, os), []);
    assert_eq!(ids(&new_violations(&before, &after, target, os)), BTreeSet::from([rules::UNCLEAR]));
    assert_eq!(new_violations(&after, &after, target, os), []);
}

#[test]
fn an_old_violation_stays_old_when_lists_grow_around_it() {
    let (target, os, base) = base("FARGATE");
    let pair = |names: &[&str]| -> Value {
        let secrets: Vec<Value> = names.iter().map(|name| json!({"name": name, "valueFrom": "the value"})).collect();
        let mut definition = base.clone();
        definition["containerDefinitions"][0]["secrets"] = secrets.into();
        definition
    };
    let (before, after) = (pair(&["B", "B"]), pair(&["A", "B", "B"]));
    let found = new_violations(&before, &after, target, os);
    let places: Vec<(&str, &str)> = found.iter().map(|found| (found.rule, found.pointer.as_str())).collect();
    assert_eq!(places, [("secret-reference", "/containerDefinitions/0/secrets/0")]);
    assert_eq!(new_violations(&after, &before, target, os), []);
    let third = pair(&["B", "B", "B"]);
    assert_eq!(
        ids(&new_violations(&before, &third, target, os)),
        BTreeSet::from(["secret-duplicate", "secret-reference"])
    );
}

/// A value for a row of the matrix that no other rule minds; its last step is `[]` for an element of a list.
fn sample(path: &str) -> Value {
    match path.rsplit('.').next().unwrap_or_default() {
        "networkMode" => json!("awsvpc"),
        "pidMode" | "ipcMode" => json!("task"),
        "cpu" | "memory" => json!("1024"),
        "proxyConfiguration" => json!({"containerName": "app"}),
        "ephemeralStorage" => json!({"sizeInGiB": 30}),
        "sizeInGiB" => json!(30),
        "placementConstraints" => json!([{"type": "memberOf", "expression": "x"}]),
        "trustedExecutionConfiguration" => json!({"isolationMode": "SHARED"}),
        "linuxParameters" => json!({}),
        "drop" | "dnsServers" | "dnsSearchDomains" | "credentialSpecs" => json!(["ALL"]),
        "add[]" => json!("SYS_PTRACE"),
        "tmpfs" => json!([{"containerPath": "/tmp", "size": 1}]),
        "devices" => json!([{"hostPath": "/dev/fuse"}]),
        "sharedMemorySize" | "maxSwap" | "swappiness" | "memoryReservation" | "stopTimeout" | "startTimeout" => {
            json!(30)
        }
        "dockerSecurityOptions[]" => json!("credentialspec:x"),
        "ulimits" => json!([{"name": "core", "softLimit": 1, "hardLimit": 1}]),
        "systemControls" => json!([{"namespace": "kernel.sem", "value": "1"}]),
        "extraHosts" => json!([{"hostname": "a", "ipAddress": "10.0.0.1"}]),
        "links" => json!(["app"]),
        "portMappings" => json!([{"containerPort": 80}]),
        "restartPolicy" => json!({"enabled": false}),
        "firelensConfiguration" => json!({"type": "fluentbit"}),
        "config-file-type" => json!("file"),
        "environmentFiles" => json!([{"type": "s3", "value": "x"}]),
        "resourceRequirements" => json!([{"type": "GPU", "value": "1"}]),
        "logDriver" => json!("awslogs"),
        "sourcePath" | "user" | "hostname" | "versionConsistency" => json!("enabled"),
        "dockerVolumeConfiguration" => json!({"driver": "local"}),
        "efsVolumeConfiguration" => json!({"fileSystemId": "fs-1"}),
        "s3filesVolumeConfiguration" => json!({"fileSystemArn": "x"}),
        "fsxWindowsFileServerVolumeConfiguration" => json!({"fileSystemId": "x"}),
        "enableFaultInjection"
        | "privileged"
        | "readonlyRootFilesystem"
        | "initProcessEnabled"
        | "disableNetworking"
        | "configuredAtLaunch" => json!(true),
        other => panic!("add a sample for `{other}`"),
    }
}

fn put(value: &mut Value, path: &str, sample: Value) {
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    let place = match step.strip_suffix("[]") {
        Some(name) => {
            if value[name].is_null() {
                value[name] = json!([null]);
            }
            &mut value[name][0]
        }
        None => &mut value[step],
    };
    if rest.is_empty() {
        *place = sample;
    } else {
        put(place, rest, sample);
    }
}

#[test]
fn each_cell_of_the_matrix_is_obeyed() {
    let of_matrix = ["not-for-target", "value-not-for-target", "not-with-network-mode", "required-for-target"];
    for row in ROWS {
        for word in ["EC2", "FARGATE", "MI", "EXTERNAL", "WIN-EC2", "WIN-FARGATE"] {
            let (target, os, before) = base(word);
            let column: Column = columns(target, os)[0];
            let network = before["networkMode"].clone();
            let mut after = before.clone();
            put(&mut after, row.path, sample(row.path));
            let found = new_violations(&before, &after, target, os);
            let rule = match row.cells[column as usize] {
                Cell::No => Some("not-for-target"),
                Cell::Unclear => Some(rules::UNCLEAR),
                Cell::Network(modes) if !modes.iter().any(|mode| network == *mode) => Some("not-with-network-mode"),
                Cell::OneOf(words) if !words.iter().any(|word| sample(row.path) == *word) => {
                    Some("value-not-for-target")
                }
                _ => None,
            };
            let place = format!("/{}", row.path.replace("[]", "/0").replace('.', "/"));
            let at_place: BTreeSet<&str> = found
                .iter()
                .filter(|found| found.pointer == place)
                .map(|found| found.rule)
                .filter(|rule| of_matrix.contains(rule) || *rule == rules::UNCLEAR)
                .collect();
            assert_eq!(at_place, rule.into_iter().collect(), "{} in column {word}", row.path);
        }
    }
}

#[test]
fn effective_capabilities_follow_the_table_of_the_api_model() {
    let of = |container: Value| effective_capabilities(&container);
    let lists =
        |add: &[&str], drop: &[&str]| of(json!({"linuxParameters": {"capabilities": {"add": add, "drop": drop}}}));
    let set = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<_>>();

    let default = of(json!({}));
    assert_eq!(default.len(), 14);
    assert_eq!(of(json!({"linuxParameters": null})), default);
    assert_eq!(lists(&[], &[]), default);
    assert_eq!(lists(&["NET_ADMIN"], &["ALL"]), set(&["NET_ADMIN"]));
    assert_eq!(lists(&[], &["ALL"]), set(&[]));
    assert_eq!(lists(&["SYS_PTRACE"], &["NET_RAW"]).len(), 14);
    assert!(!lists(&[], &["CAP_NET_RAW"]).contains("NET_RAW"));
    assert!(lists(&["NET_RAW"], &["NET_RAW"]).contains("NET_RAW"));
    assert_eq!(lists(&["ALL"], &[]).len(), 41);
    assert_eq!(lists(&["ALL"], &["ALL"]).len(), 41);
    assert_eq!(lists(&["ALL"], &["NET_RAW"]).len(), 40);
    let privileged = json!({"privileged": true, "linuxParameters": {"capabilities": {"drop": ["ALL"]}}});
    assert_eq!(of(privileged).len(), 41);
}
