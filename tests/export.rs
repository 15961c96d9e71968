//! `export-rules` against `check`: generated definitions and hand-made ones, as task definitions for the one and as `CloudFormation` for the
//! others, judged by the engines that the rules are written for (`tests/export/engines`).
//!
//! `snapshots/export-rules/` holds the rules, the tables that come of it, and what cfn-guard shows a person; `SNAPSHOTS=overwrite cargo test
//! --test export` refreshes them.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod support;

#[path = "export/agreement.rs"]
mod agreement;
#[path = "export/cases.rs"]
mod cases;
#[path = "export/drawn.rs"]
mod drawn;
#[path = "export/engines.rs"]
mod engines;
#[path = "export/tasks.rs"]
mod tasks;
#[path = "export/template.rs"]
mod template;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ecs_harden::export::{Language, left_out, rules};
use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::model::{LaunchTarget, Os, TargetWish, TaskView};
use ecs_harden_transforms::passes;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use snapbox::{Assert, Data, data::DataFormat};
use support::generate;

use agreement::{Checked, Table, due};
use engines::{Engines, Job};

/// How many definitions are generated that ECS would take, and how many are drawn from what people write.
const VALID: u32 = 120;
const DRAWN: usize = 240;

/// The passes that something is found by.
type Found = BTreeSet<String>;

/// A definition and its name.
struct Sample {
    name: String,
    definition: Value,
}

fn generated() -> Vec<Sample> {
    let mut runner = TestRunner::new(generate::config(VALID));
    let mut draw = || generate::definition().new_tree(&mut runner).unwrap().current().definition;
    let valid = (0..VALID).map(|number| Sample { name: format!("valid-{number:03}"), definition: draw() });
    valid.chain(drawn::samples(DRAWN)).collect()
}

/// What `check` finds in each, run as it is run on files, without what is undetermined.
fn checked(samples: &[Sample]) -> Vec<Checked> {
    let directory = tempfile::tempdir().unwrap();
    for sample in samples {
        let text = serde_json::to_string_pretty(&sample.definition).unwrap();
        fs::write(directory.path().join(format!("{}.json", sample.name)), text).unwrap();
    }
    let all: Vec<&str> = passes::ids().map(|id| id.0).collect();
    let output = Command::new(env!("CARGO_BIN_EXE_ecs-harden"))
        .current_dir(directory.path())
        .args(["check", "--no-policy", "--format", "json", "--only", &all.join(",")])
        .args(samples.iter().map(|sample| format!("{}.json", sample.name)))
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let files = report["files"].as_array().unwrap();
    let found = samples.iter().map(|sample| {
        let path = format!("{}.json", sample.name);
        let file = files.iter().find(|file| file["path"] == path.as_str()).unwrap();
        let findings = file["findings"].as_array().unwrap_or_else(|| panic!("{path} was refused: {file}"));
        let mut checked = Checked::new();
        for finding in findings.iter().filter(|finding| finding["applicability"].is_string()) {
            let due = due(finding, &sample.definition);
            let pass = checked.entry(finding["pass"].as_str().unwrap().to_owned()).or_insert(due);
            *pass = due.max(*pass);
        }
        checked
    });
    found.collect()
}

/// What the data of the passes says, asked by this library.
fn told(samples: &[Sample]) -> Vec<Found> {
    let found = samples.iter().map(|sample| {
        let document = Document::read(sample.definition.to_string()).unwrap();
        let task = TaskView::new(&document);
        let target = LaunchTarget::of(&task, &TargetWish::default()).unwrap();
        let os = Os::of(&task, &target, None).unwrap();
        let weak = passes::TABLE.into_iter().filter(|pass| pass.weaknesses.judge(&task, &target, os));
        weak.map(|pass| pass.id.0.to_owned()).collect()
    });
    found.collect()
}

/// What each language finds in each form of the definitions.
fn judged(samples: &[Sample], engines: &Engines) -> [(&'static str, Vec<Found>); 3] {
    let (guard, rego) = (rules(Language::Guard, &passes::TABLE), rules(Language::Rego, &passes::TABLE));
    let templates: Vec<Value> = samples.iter().map(|sample| template::of([("Task", &sample.definition)])).collect();
    let raw: Vec<Value> = samples.iter().map(|sample| sample.definition.clone()).collect();
    let of_templates = engines.judge(&Job { guard: Some(&guard), rego: Some(&rego), inputs: &templates });
    let of_raw = engines.judge(&Job { guard: None, rego: Some(&rego), inputs: &raw });
    [
        ("cfn-guard, CloudFormation", of_templates.iter().map(engines::failed).collect()),
        ("rego, CloudFormation", of_templates.iter().map(engines::denied).collect()),
        ("rego, task definitions", of_raw.iter().map(engines::denied).collect()),
    ]
}

/// Compares with what is recorded.
fn assert_recorded(told: String, name: &str) {
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/export-rules").join(name);
    let expected = Data::read_from(&expected, Some(DataFormat::Text));
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(Data::text(told), expected);
}

#[test]
fn the_data_of_the_passes_tells_what_they_find() {
    // What expressions leave out, and functions do not.
    let has_dots = |sample: &Sample| sample.definition.to_string().contains("/../");
    let samples: Vec<Sample> =
        generated().into_iter().chain(cases::samples()).filter(|sample| !has_dots(sample)).collect();
    let table = Table::of("data", &passes::TABLE, &samples, &checked(&samples), &told(&samples));
    println!("{table}");
    assert_eq!(table.disagreements, Vec::<String>::new());
}

#[test]
fn exported_rules_agree_with_check() {
    let Some(engines) = Engines::get() else { return };
    let mut told =
        "What `check` finds, and what the rules of `export-rules` find in the same definitions.\n".to_owned();
    told.push_str("Left out is what only `check` finds and the head of the rules names.\n");
    let (mut disagreements, mut sums) = (Vec::new(), BTreeSet::new());
    for (title, samples) in [("generated", generated()), ("made by hand", cases::samples())] {
        let check = checked(&samples);
        for (language, found) in judged(&samples, engines) {
            let table = Table::of(&format!("{language}, {title}"), &passes::TABLE, &samples, &check, &found);
            let _ = write!(told, "\n{table}");
            disagreements.extend(table.disagreements);
            if title == "generated" {
                assert_eq!(table.hardly_tried, Vec::<String>::new(), "these are hardly tried:\n{told}");
                sums.insert(table.sum);
            }
        }
    }
    told.push_str("\nWhat is told in part, or not at all, and what is left out:\n");
    for line in left_out(&passes::TABLE) {
        let _ = writeln!(told, "- {line}");
    }
    println!("{told}");
    assert_eq!(disagreements, Vec::<String>::new());
    assert_recorded(told, "agreement.txt");
    let architecture = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    for sum in sums {
        assert!(architecture.contains(&sum), "ARCHITECTURE.md does not tell the figures: {sum}");
    }
}

/// What fails in a template, by each engine.
fn failing(template: &Value, engines: &Engines) -> (Found, Found) {
    let (guard, rego) = (rules(Language::Guard, &passes::TABLE), rules(Language::Rego, &passes::TABLE));
    let inputs = [template.clone()];
    let answers = engines.judge(&Job { guard: Some(&guard), rego: Some(&rego), inputs: &inputs });
    (engines::failed(&answers[0]), engines::denied(&answers[0]))
}

fn ids(names: &[&str]) -> (Found, Found) {
    let found: Found = names.iter().map(|name| (*name).to_owned()).collect();
    (found.clone(), found)
}

#[test]
fn containers_that_an_intrinsic_function_brings_are_not_judged_and_the_task_is() {
    let Some(engines) = Engines::get() else { return };
    for containers in ["${Containers}", "${IfContainers}"] {
        let definition = json!({ "family": "app", "pidMode": "host", "containerDefinitions": containers });
        assert_eq!(failing(&template::of([("Task", &definition)]), engines), ids(&["host-pid-namespace"]));
    }
}

#[test]
fn of_several_definitions_each_is_judged_by_what_it_is_itself() {
    let Some(engines) = Engines::get() else { return };
    let strong = cases::samples().into_iter().find(|sample| sample.name == "nothing-wrong").unwrap().definition;
    let windows = cases::samples().into_iter().find(|sample| sample.name == "windows").unwrap().definition;
    let mut weak = strong.clone();
    weak["containerDefinitions"][0]["readonlyRootFilesystem"] = json!(false);
    let both = |one: &Value, other: &Value| failing(&template::of([("One", one), ("Other", other)]), engines);
    assert_eq!(both(&strong, &windows), ids(&[]));
    assert_eq!(both(&strong, &weak), ids(&["writable-root-filesystem"]));
    assert_eq!(both(&weak, &windows), ids(&["writable-root-filesystem"]));
}

#[test]
fn a_template_without_task_definitions_is_none_of_theirs() {
    let Some(engines) = Engines::get() else { return };
    let template = json!({ "Resources": { "Bucket": { "Type": "AWS::S3::Bucket" }, "Empty": { "Type": "AWS::ECS::TaskDefinition" } } });
    assert_eq!(failing(&template, engines), ids(&[]));
    assert_eq!(failing(&json!({ "Resources": {} }), engines), ids(&[]));
}

#[test]
fn each_pass_alone_makes_rules_that_the_engines_take() {
    let Some(engines) = Engines::get() else { return };
    let inputs = [template::of([("Task", &weak())])];
    let exported = passes::TABLE.into_iter().filter(|pass| !pass.weaknesses.any.is_empty());
    for pass in exported {
        let (guard, rego) = (rules(Language::Guard, &[pass]), rules(Language::Rego, &[pass]));
        let answers = engines.judge(&Job { guard: Some(&guard), rego: Some(&rego), inputs: &inputs });
        let alone = Found::from([pass.id.0.to_owned()]);
        assert_eq!(engines::failed(&answers[0]), alone, "by cfn-guard");
        assert_eq!(engines::denied(&answers[0]), alone, "by Rego");
    }
}

#[test]
fn rules_are_what_is_recorded() {
    for (language, name) in [(Language::Guard, "ecs-harden.guard"), (Language::Rego, "ecs-harden.rego")] {
        let written = rules(language, &passes::TABLE);
        assert_eq!(written, rules(language, &passes::TABLE));
        assert!(written.ends_with('\n') && !written.ends_with("\n\n"));
        assert_recorded(written, name);
    }
}

/// Values that look planted wherever a definition has one, and weak by every pass that is exported.
fn weak() -> Value {
    let weak = fs::read_to_string(directory().join("weak.json")).unwrap();
    serde_json::from_str(&weak).unwrap()
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/export")
}

#[test]
fn no_report_of_cfn_guard_holds_a_value_of_a_definition() {
    let Some(engines) = Engines::get() else { return };
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("ecs-harden.guard"), rules(Language::Guard, &passes::TABLE)).unwrap();
    let in_lines = serde_json::to_string_pretty(&template::of([("Task", &weak())])).unwrap();
    let block_style = fs::read_to_string(directory().join("weak.yaml")).unwrap();
    for (name, text) in [("weak.json", in_lines), ("weak.yaml", block_style)] {
        assert!(text.contains("planted"));
        fs::write(scratch.path().join(name), text).unwrap();
        let shown = engines.shown(scratch.path(), "ecs-harden.guard", name);
        let reports: Vec<&str> = shown.split("== ").skip(1).collect();
        assert_eq!(reports.len(), 5, "{shown}");
        for report in reports {
            assert!(report.contains("plaintext-secret"), "this report names no finding:\n{report}");
            assert!(!report.contains("planted"), "this report shows a value:\n{report}");
        }
        if let Some(seen) = shown.split("== ").nth(1).filter(|_| name == "weak.yaml") {
            let place = format!("{}/", scratch.path().canonicalize().unwrap().display());
            assert_recorded(seen.replace(&place, ""), "cfn-guard.txt");
        }
    }
}

#[test]
fn no_finding_of_rego_holds_a_value_of_a_definition() {
    let Some(engines) = Engines::get() else { return };
    let rego = rules(Language::Rego, &passes::TABLE);
    let inputs = [weak(), template::of([("Task", &weak())])];
    for answer in engines.judge(&Job { guard: None, rego: Some(&rego), inputs: &inputs }) {
        assert!(engines::denied(&answer).contains("plaintext-secret"));
        assert!(!answer.to_string().contains("planted"), "{answer}");
    }
}

/// OPA refuses rules that lead back to themselves; regorus takes them.
#[test]
fn no_rule_of_rego_leads_back_to_itself() {
    let rego = rules(Language::Rego, &passes::TABLE);
    let mut calls: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut rule = "";
    for line in rego.lines().filter(|line| !line.starts_with('#')) {
        let mut names =
            line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').filter(|name| !name.is_empty());
        if line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            rule = names.next().unwrap();
        }
        calls.entry(rule).or_default().extend(names.filter(|name| name.starts_with("ecs_")));
    }
    assert!(calls["deny"].contains("ecs_says") && calls["ecs_says"].contains("ecs_is_text"));
    // What leads nowhere any more goes, until nothing does.
    while let Some(ends) =
        calls.iter().find(|(_, called)| !called.iter().any(|name| calls.contains_key(name))).map(|(name, _)| *name)
    {
        calls.remove(ends);
    }
    assert_eq!(calls.into_keys().collect::<Vec<_>>(), Vec::<&str>::new());
}
