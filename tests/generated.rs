//! Text that is generated and committed: it must be current.
//!
//! Refresh it with `SNAPSHOTS=overwrite cargo test --test generated`, and read the diff before it is committed.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where the repository is not as it should be")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ecs_harden::output::json::{self, Report};
use ecs_harden_transforms::passes;
use serde_json::Value as Json;
use snapbox::{Assert, Data, data::DataFormat};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn assert_current(generated: &str, committed: &str) {
    let expected = Data::read_from(&root().join(committed), Some(DataFormat::Text));
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(Data::text(generated), expected);
}

fn schema() -> Json {
    let mut generated = schemars::schema_for!(Report).to_value();
    generated["properties"]["version"]["const"] = json::VERSION.into();
    let title = format!("Report of ecs-harden, version {}", json::VERSION);
    let mut schema = serde_json::json!({ "$schema": generated["$schema"].take(), "title": title });
    for (name, member) in generated.as_object_mut().unwrap().iter_mut().filter(|(name, _)| *name != "$schema") {
        schema[name.as_str()] = if name == "title" { continue } else { member.take() };
    }
    schema
}

#[test]
fn the_catalogue_of_the_passes_is_current() {
    assert_current(&passes::catalogue(), "transforms/README.md");
}

#[test]
fn the_schema_of_the_report_is_current() {
    let text = serde_json::to_string_pretty(&schema()).unwrap();
    assert_current(&format!("{text}\n"), "schemas/report.schema.json");
}

/// A pass that is written and not registered would never run.
#[test]
fn every_file_of_the_passes_belongs_to_a_registered_pass() {
    let known: BTreeSet<String> = passes::ids().map(|id| id.0.replace('-', "_")).collect();
    for entry in fs::read_dir(root().join("transforms/src/passes")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            known.contains(stem) || ["mod", "catalogue", "tests"].contains(&stem),
            "{stem} is no pass of TABLE in transforms/src/passes/mod.rs: register it there, or move the file"
        );
    }
}

fn examples() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("examples")).unwrap();
    let mut examples: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    examples.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    examples.sort();
    assert!(!examples.is_empty(), "examples/ is empty");
    examples
}

fn report_of(arguments: &[&str]) -> Json {
    let output = Command::new(env!("CARGO_BIN_EXE_ecs-harden"))
        .current_dir(root())
        .args(["check", "--format", "json"])
        .args(arguments)
        .env_remove("AWS_REGION")
        .env_remove("AWS_DEFAULT_REGION")
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_reports_of_the_examples_are_what_the_schema_says() {
    let schema = schema();
    let examples = examples();
    let paths: Vec<&str> = examples.iter().map(|path| path.to_str().unwrap()).collect();
    // A file that is refused has a report too.
    for arguments in [&paths[..], &["Cargo.toml"], &["examples", "--only", "root-user", "--no-defaults"]] {
        let report = report_of(arguments);
        assert!(!report["files"].as_array().unwrap().is_empty(), "{arguments:?}");
        assert_eq!(against(&schema, &schema, &report), None, "{arguments:?}");
    }
}

/// The check would mean little if it let everything pass.
#[test]
fn a_report_that_is_not_what_the_schema_says_is_found_out() {
    let schema = schema();
    let report = report_of(&["examples/checkout-api.json"]);
    let findings = report["files"][0]["findings"].as_array().unwrap();
    let mended = findings.iter().position(|finding| finding["edits"][0].is_object()).unwrap();
    for (pointer, wrong) in [
        ("/files/0/status", "fine".into()),
        ("/version", 2.into()),
        ("/files/0/findings/0/span/line", "7".into()),
        ("/files/0/findings/0/edits/0/action", "Append".into()),
        ("/files/0/findings/0/values/0", serde_json::json!({ "what": "user", "provenance": "flag" })),
        ("/files/0/target/launchTypes", serde_json::json!({})),
        ("/files/0/findings/0/risks/0", serde_json::json!({ "breaks": "it", "test": "it", "secret": "it" })),
    ] {
        let mut spoilt = report.clone();
        let pointer = &pointer.replace("/findings/0/", &format!("/findings/{mended}/"));
        *spoilt.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is not in the report")) = wrong;
        assert!(against(&schema, &schema, &spoilt).is_some(), "{pointer}");
    }
}

/// What `value` has against `schema`; the part of JSON Schema that the generated schema uses, and stricter in that a member that
/// is not described is wrong.
fn against(root: &Json, schema: &Json, value: &Json) -> Option<String> {
    let rules = schema.as_object()?;
    rules.iter().find_map(|(rule, operand)| match rule.as_str() {
        "$ref" => against(root, root.pointer(&operand.as_str().unwrap()[1..]).unwrap(), value),
        "type" => {
            let allowed = operand.as_array().cloned().unwrap_or_else(|| vec![operand.clone()]);
            (!allowed.iter().any(|name| is_a(value, name.as_str().unwrap())))
                .then(|| format!("{value} is no {operand}"))
        }
        "const" => (value != operand).then(|| format!("{value} is not {operand}")),
        "enum" => (!operand.as_array().unwrap().contains(value)).then(|| format!("{value} is none of {operand}")),
        "minimum" => (value.as_f64() < operand.as_f64()).then(|| format!("{value} is less than {operand}")),
        "anyOf" | "oneOf" => {
            let fits = |branch: &&Json| against(root, branch, value).is_none();
            let fitting = operand.as_array().unwrap().iter().filter(fits).count();
            (fitting == 0 || (rule == "oneOf" && fitting > 1)).then(|| format!("{value} fits {fitting} branches"))
        }
        "items" => value.as_array()?.iter().find_map(|item| against(root, operand, item)),
        "required" => {
            let missing = operand.as_array().unwrap().iter().find(|name| value.get(name.as_str().unwrap()).is_none());
            missing.map(|name| format!("{name} is missing in {value}"))
        }
        "properties" => value.as_object()?.iter().find_map(|(name, member)| {
            operand
                .get(name)
                .map_or_else(|| Some(format!("{name} is not described")), |schema| against(root, schema, member))
        }),
        "$schema" | "$defs" | "title" | "description" | "format" => None,
        unknown => Some(format!("the check does not know the rule {unknown}: teach it")),
    })
}

fn is_a(value: &Json, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "null" => value.is_null(),
        _ => false,
    }
}

#[test]
fn the_schema_of_the_policy_is_current() {
    assert_current(&ecs_harden::policy::schema::schema(), "schemas/policy.schema.json");
}

/// Every `$ ecs-harden …` that the README shows prints what the README shows below it. `SNAPSHOTS=overwrite` brings it up to date.
#[test]
fn the_readme_shows_what_its_commands_print() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks: Vec<&str> =
        readme.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 2, "the README shows a diff and a report as console blocks");
    let mut current = readme.clone();
    for block in blocks {
        let (command, _) = block.split_once('\n').unwrap();
        let arguments = command.strip_prefix("$ ecs-harden ").expect("a console block starts with a command");
        let output = Command::new(env!("CARGO_BIN_EXE_ecs-harden"))
            .current_dir(root())
            .args(arguments.split_whitespace())
            .env_remove("CLICOLOR_FORCE")
            .env_remove("AWS_REGION")
            .env_remove("AWS_DEFAULT_REGION")
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        current = current.replace(block, &format!("{command}\n{}\n", printed.trim_end()));
    }
    assert_current(&current, "README.md");
}
