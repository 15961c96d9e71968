//! One round on small definitions: whole texts, whole operations.

use serde_json::{Value as Json, json};
use std::sync::Arc;

use super::*;
use crate::knobs::{Layer, Layers, Scope};
use crate::model::{LaunchType, TargetWish};
use crate::pass::{Applicability, PassId, Provenance, Run, Severity, Vouched};
use crate::tree::Path;
use crate::waiver::Waivers;

mod parts;
mod proof;
mod selection;

#[track_caller]
fn read(text: &str) -> Document {
    Document::read(text.to_owned()).expect("the text is a task definition")
}

/// Passes whose edits meet in one container: what is said here about rounds does not hang on how many others there are.
const SELECTED: [PassId; 3] = [PassId("excess-capabilities"), PassId("root-user"), PassId("writable-root-filesystem")];

/// These selected, nothing said.
fn wishes() -> Wishes {
    Wishes {
        selection: crate::intent::Selection::all(SELECTED),
        target: TargetWish::default(),
        os: None,
        waivers: Waivers::default(),
        images: Arc::default(),
        pins: Arc::default(),
        exec: crate::intent::ExecUse::NotKnown,
        layers: Layers::default(),
    }
}

/// Knobs as `--set` gives them, for every container.
fn set(knobs: Json) -> Layers {
    let knobs = serde_json::from_value(knobs).expect("the knobs are right");
    Layers::from(vec![Layer { origin: Provenance::Flag, scope: Scope::everything(), knobs, written: Arc::default() }])
}

#[track_caller]
fn hardened(text: &str, wishes: &Wishes) -> Outcome {
    harden(&read(text), wishes, Fault::None).expect("the round is proven")
}

/// The text after the round; the text itself where nothing changed.
#[track_caller]
fn after(text: &str, wishes: &Wishes) -> String {
    hardened(text, wishes).hardened.map_or_else(|| text.to_owned(), |document| document.text().to_owned())
}

/// Each finding as `pass container subject: decision`.
fn decisions(outcome: &Outcome) -> Vec<String> {
    let lines = outcome.findings.iter().map(|judged| {
        let Finding { pass, container, subject, .. } = &judged.finding;
        let container = container.as_ref().and_then(|container| container.name.as_deref()).unwrap_or("-");
        format!("{} {container} {subject}: {:?}", pass.id, judged.decision)
    });
    lines.collect()
}

fn ops(patch: &Patch) -> Json {
    serde_json::to_value(patch).expect("a patch is JSON")
}

/// A service as people write it: one weak container on Fargate.
const WEB: &str = r#"{
    "family": "shop",
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [
        {
            "name": "web",
            "image": "web:1",
            "portMappings": [{ "containerPort": 80 }]
        }
    ]
}
"#;

#[test]
fn new_members_come_in_the_order_in_which_people_write_them() {
    let expected = r#"{
    "family": "shop",
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [
        {
            "name": "web",
            "image": "web:1",
            "portMappings": [{ "containerPort": 80 }],
            "user": "1000:1000",
            "readonlyRootFilesystem": true,
            "linuxParameters": {
                "capabilities": {
                    "drop": ["ALL"]
                },
                "tmpfs": [
                    {
                        "containerPath": "/tmp",
                        "size": 51,
                        "mountOptions": ["exec", "uid=1000", "gid=1000"]
                    }
                ]
            },
            "systemControls": [
                { "namespace": "net.ipv4.ip_unprivileged_port_start", "value": "0" }
            ]
        }
    ]
}
"#;
    assert_eq!(after(WEB, &wishes()), expected);
}

#[test]
fn each_finding_has_the_operations_of_its_own_fix_and_all_together_are_merged() {
    let outcome = hardened(WEB, &wishes());
    assert_eq!(
        decisions(&outcome),
        [
            "excess-capabilities web capabilities: Applied",
            "root-user web user: Applied",
            "writable-root-filesystem web readonlyRootFilesystem: Applied",
        ]
    );
    let tmpfs = json!([{ "containerPath": "/tmp", "size": 51, "mountOptions": ["exec", "uid=1000", "gid=1000"] }]);
    let controls = json!([{ "namespace": "net.ipv4.ip_unprivileged_port_start", "value": "0" }]);
    let own: Vec<Json> = outcome.findings.iter().map(|judged| ops(&judged.ops(&read(WEB)))).collect();
    assert_eq!(
        own,
        [
            json!([{ "op": "add", "path": "/containerDefinitions/0/linuxParameters", "value": { "capabilities": { "drop": ["ALL"] } } }]),
            json!([
                { "op": "add", "path": "/containerDefinitions/0/user", "value": "1000:1000" },
                { "op": "add", "path": "/containerDefinitions/0/systemControls", "value": controls },
            ]),
            json!([
                { "op": "add", "path": "/containerDefinitions/0/readonlyRootFilesystem", "value": true },
                { "op": "add", "path": "/containerDefinitions/0/linuxParameters", "value": { "tmpfs": tmpfs } },
            ]),
        ]
    );
    assert_eq!(
        ops(&outcome.ops),
        json!([
            { "op": "add", "path": "/containerDefinitions/0/user", "value": "1000:1000" },
            { "op": "add", "path": "/containerDefinitions/0/readonlyRootFilesystem", "value": true },
            { "op": "add", "path": "/containerDefinitions/0/linuxParameters", "value": { "capabilities": { "drop": ["ALL"] }, "tmpfs": tmpfs } },
            { "op": "add", "path": "/containerDefinitions/0/systemControls", "value": controls },
        ])
    );
}

#[test]
fn operations_and_splices_are_in_the_coordinates_of_the_file() {
    let wrapped = r#"{"tags": [], "taskDefinition": {"requiresCompatibilities": ["EC2"], "memory": "512", "containerDefinitions": [{"name": "a", "image": "a", "user": "root", "readonlyRootFilesystem": true, "linuxParameters": {"capabilities": {"drop": ["ALL"]}}}]}}"#;
    let outcome = hardened(wrapped, &wishes());
    let op = json!([{ "op": "replace", "path": "/taskDefinition/containerDefinitions/0/user", "value": "1000:1000" }]);
    assert_eq!((ops(&outcome.ops), ops(&outcome.findings[0].ops(&read(wrapped)))), (op.clone(), op));
    let start = wrapped.find("\"root\"").expect("it is there");
    let splice = Splice { span: Span::new(start, start + 6), text: "\"1000:1000\"".to_owned() };
    assert_eq!(outcome.splices, [splice]);
    let list = r#"[{"name": "a", "image": "a", "user": "root", "readonlyRootFilesystem": true, "linuxParameters": {"capabilities": {"drop": ["ALL"]}}}]"#;
    assert_eq!(
        ops(&hardened(list, &wishes()).ops),
        json!([{ "op": "replace", "path": "/0/user", "value": "1000:1000" }])
    );
}

#[test]
fn the_operations_on_the_old_document_give_the_new_one() {
    let outcome = hardened(WEB, &wishes());
    let mut value = read(WEB).value();
    json_patch::patch(&mut value, &outcome.ops).expect("the operations fit");
    let after = outcome.hardened.expect("it is hardened");
    assert_eq!(value, after.value());
    assert_eq!(after.text(), edit::apply(WEB, &outcome.splices));
}

#[test]
fn a_second_round_changes_nothing() {
    let texts = [
        WEB,
        r#"[{"name": "a", "image": "a"}, {"name": "b", "image": "b", "user": null, "linuxParameters": {"capabilities": {"add": ["CHOWN"]}}}]"#,
        r#"{"name": "a", "image": "a", "readonlyRootFilesystem": false, "linuxParameters": null}"#,
    ];
    for text in texts {
        let once = after(text, &wishes());
        assert_ne!(once, text);
        let again = hardened(&once, &wishes());
        assert_eq!(decisions(&again), Vec::<String>::new(), "{once}");
        assert!(again.hardened.is_none() && again.splices.is_empty() && again.ops.0.is_empty(), "{once}");
    }
}

#[test]
fn two_fixes_share_a_parent_that_is_there_null_or_missing() {
    let user = r#""user": "7:7""#;
    let cases = [
        (
            format!("[{{\"name\": \"a\", \"image\": \"a\", {user}}}]"),
            format!(
                "[{{\"name\": \"a\", \"image\": \"a\", {user}, \"readonlyRootFilesystem\": true, \"linuxParameters\": {{\"capabilities\": {{\"drop\": [\"ALL\"]}}, \"tmpfs\": [{{\"containerPath\": \"/tmp\", \"size\": 64, \"mountOptions\": [\"exec\", \"uid=7\", \"gid=7\"]}}]}}}}]"
            ),
        ),
        (
            format!("[{{\"name\": \"a\", \"image\": \"a\", {user}, \"linuxParameters\": null}}]"),
            format!(
                "[{{\"name\": \"a\", \"image\": \"a\", {user}, \"linuxParameters\": {{\"capabilities\": {{\"drop\": [\"ALL\"]}}, \"tmpfs\": [{{\"containerPath\": \"/tmp\", \"size\": 64, \"mountOptions\": [\"exec\", \"uid=7\", \"gid=7\"]}}]}}, \"readonlyRootFilesystem\": true}}]"
            ),
        ),
        (
            format!(
                "[{{\"name\": \"a\", \"image\": \"a\", {user}, \"linuxParameters\": {{\"capabilities\": {{\"drop\": [\"NET_RAW\"]}}, \"tmpfs\": null}}}}]"
            ),
            format!(
                "[{{\"name\": \"a\", \"image\": \"a\", {user}, \"linuxParameters\": {{\"capabilities\": {{\"drop\": [\"NET_RAW\", \"ALL\"]}}, \"tmpfs\": [{{\"containerPath\": \"/tmp\", \"size\": 64, \"mountOptions\": [\"exec\", \"uid=7\", \"gid=7\"]}}]}}, \"readonlyRootFilesystem\": true}}]"
            ),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(after(&text, &wishes()), expected);
    }
}

#[test]
fn findings_about_a_container_stand_together_in_source_order() {
    let text = r#"{"memory": "512", "containerDefinitions": [
        {"readonlyRootFilesystem": false, "name": "b", "image": "b", "user": "root"},
        ${sidecar},
        {"name": "a", "image": "a", "linuxParameters": {"capabilities": {"add": ["SYS_ADMIN", "NET_ADMIN"]}}}
    ]}"#;
    assert_eq!(
        decisions(&hardened(text, &wishes())),
        [
            "excess-capabilities b capabilities: Applied",
            "root-user b user: Applied",
            "writable-root-filesystem b readonlyRootFilesystem: Applied",
            "excess-capabilities - /containerDefinitions/1: Undetermined",
            "root-user - /containerDefinitions/1: Undetermined",
            "writable-root-filesystem - /containerDefinitions/1: Undetermined",
            "excess-capabilities a NET_ADMIN: Manual",
            "excess-capabilities a SYS_ADMIN: Manual",
            "excess-capabilities a capabilities: Applied",
            "root-user a user: Applied",
            "writable-root-filesystem a readonlyRootFilesystem: Applied",
        ]
    );
}

#[test]
fn the_order_of_the_table_changes_nothing() {
    let document = read(WEB);
    let intent = Intent::new(&TaskView::new(&document), &wishes()).expect("nothing is contradicted");
    let mut table = passes::TABLE;
    for _ in 0..table.len() {
        table.rotate_left(1);
        let reversed: Vec<_> = table.iter().rev().copied().collect();
        for order in [&table[..], &reversed] {
            let outcome =
                round(&document, intent.clone(), &Round { table: order, ..Round::default() }).expect("it is proven");
            assert_eq!(outcome.hardened.map(|document| document.text().to_owned()), Some(after(WEB, &wishes())));
        }
    }
}
