//! The site of `docs/`: its generated pages are current, and whatever its other pages show was printed by the program.
//!
//! Refresh it with `SNAPSHOTS=overwrite cargo test --test site`, and read the diff before it is committed.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where the repository is not as it should be")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clap::Parser;
use ecs_harden::cli::Cli;
use ecs_harden_transforms::passes;
use snapbox::{Assert, Data, data::DataFormat};

mod support;

#[path = "site/commands.rs"]
mod commands;
#[path = "site/pages.rs"]
mod pages;
#[path = "site/schema.rs"]
mod schema;
#[path = "site/shown.rs"]
mod shown;

/// The first line of every generated page.
const GENERATED: &str = "<!-- Generated. Refresh: SNAPSHOTS=overwrite cargo test --test site -->";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn source() -> PathBuf {
    root().join("docs/src")
}

fn assert_current(generated: &str, page: &str) {
    let expected = Data::read_from(&source().join(page), Some(DataFormat::Text));
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(Data::text(generated), expected);
}

/// The program, in a directory, seeing nothing of whoever runs the test.
fn program(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-harden"));
    command
        .current_dir(directory)
        .env_clear()
        .env("NO_COLOR", "1")
        .env("HOME", directory)
        .env("ECS_HARDEN_TEST_TODAY", "2026-11-26");
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

fn printed(output: Output) -> String {
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_pages_of_the_passes_are_current() {
    assert_current(&pages::index(), "passes/README.md");
    for pass in passes::TABLE {
        assert_current(&pages::of(pass), &format!("passes/{}.md", pass.id));
    }
}

#[test]
fn the_keys_of_the_policy_are_current() {
    assert_current(&schema::policy(), "reference/policy-keys.md");
}

#[test]
fn the_members_of_the_report_are_current() {
    assert_current(&schema::report(), "reference/report.md");
}

#[test]
fn the_command_line_is_current() {
    assert_current(&commands::page(), "reference/commands.md");
}

/// Every command that a page shows with its output prints that.
#[test]
fn the_pages_show_what_their_commands_print() {
    for page in written() {
        let text = fs::read_to_string(source().join(&page)).unwrap();
        assert_current(&shown::current(&text), &page);
    }
}

/// Every command that a page names without its output is one that the program takes.
#[test]
fn the_command_lines_of_the_pages_are_taken() {
    let mut lines = 0;
    for page in written() {
        let text = fs::read_to_string(source().join(&page)).unwrap();
        for line in shown::lines(&text) {
            let words = shown::words(&line);
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("docs/src/{page}: `{line}`: {error}");
            }
            lines += 1;
        }
    }
    assert!(lines > 5, "only {lines} lines were found: the blocks are not read as they should be");
}

/// The pages that somebody writes by hand.
fn written() -> Vec<String> {
    let by_hand = |path: &PathBuf| !fs::read_to_string(path).unwrap().starts_with(GENERATED);
    let pages = markdown(&source()).into_iter().filter(by_hand);
    pages.map(|page| page.strip_prefix(source()).unwrap().to_str().unwrap().to_owned()).collect()
}

/// The examples of the keys are one policy, which the program takes, and in which no key is missing.
#[test]
fn every_key_of_the_policy_has_an_example_that_is_taken() {
    let examples = source().join("reference/every-key.toml");
    let shown = program(root()).args(["policy", "show", "examples", "--policy"]).arg(&examples).output().unwrap();
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    let missing = schema::without_example(&fs::read_to_string(&examples).unwrap());
    assert!(missing.is_empty(), "docs/src/reference/every-key.toml lacks {missing:?}: give each a value there");
}

/// What the page of a pass says about living with its finding is what the program takes for it.
#[test]
fn the_waivers_and_declines_of_the_pages_are_heard() {
    for pass in passes::TABLE {
        let example = pages::examples(pass).next().unwrap();
        let key = pages::key(pass, &example);
        let scratch = tempfile::tempdir().unwrap();
        let policy = scratch.path().join("policy.toml");
        let under = |text: &str| {
            fs::write(&policy, text).unwrap();
            pages::of_pass(pass, &pages::report(pass, &example, Some(&policy))).clone()
        };
        assert_ne!(under("")["gate"], "waived", "{}", pass.id);
        assert_eq!(under(&pages::waiver(pass, &key))["gate"], "waived", "{}", pass.id);
        if under("")["decision"] == "applied" {
            assert_eq!(under(&pages::decline(pass, &key))["decision"], "withheld", "{}", pass.id);
        }
    }
}

/// A page that no other leads to is never read; mdBook says nothing about it.
#[test]
fn every_page_is_in_the_summary() {
    let summary = fs::read_to_string(source().join("SUMMARY.md")).unwrap();
    for page in markdown(&source()) {
        let name = page.strip_prefix(source()).unwrap().display().to_string();
        assert!(
            name == "SUMMARY.md" || summary.contains(&format!("({name})")),
            "docs/src/{name} is not in docs/src/SUMMARY.md: add it there, or delete it"
        );
    }
}

/// Every page below a directory.
fn markdown(directory: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages.extend(markdown(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    pages
}
