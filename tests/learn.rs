//! What the reader of evidence makes of logs that refused programs wrote, and of logs that have nothing to do with hardening.
//!
//! `tests/logs/README.md` tells how the samples were made and what their `.expect` files mean.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where a sample is not as it should be")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ecs_harden_transforms::evidence::{self, Kind, Sign};
use serde_json::Value;

/// Members of conclusions that a log alone cannot tell: they come from the definition. The size of a tmpfs never stands in a log.
const UNTOLD: [(&str, &str); 2] = [("35-python-no-space", "mount"), ("37-sqlite-no-space", "mount")];

/// How many samples there are at least.
const MEANINGFUL: usize = 60;
const UNRELATED: usize = 30;

fn samples() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs");
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut logs: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "log")).collect();
    logs.sort();
    logs
}

fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

fn listed(expected: &Value, member: &str) -> Vec<Value> {
    expected[member].as_array().cloned().unwrap_or_default()
}

/// The kind as the samples write it.
fn written(kind: Kind) -> &'static str {
    match kind {
        Kind::ReadOnly => "read-only",
        Kind::Permission => "permission",
        Kind::Bind => "bind",
        Kind::Chown => "chown",
        Kind::Setuid => "setuid",
        Kind::Setgid => "setgid",
        Kind::Capability => "capability",
        Kind::FileCapability => "file-capability",
        Kind::NoExec => "noexec",
        Kind::NoSpace => "no-space",
        Kind::OutOfMemory => "oom",
        Kind::MissingDirectory => "missing-directory",
        Kind::NoNewPrivileges => "no-new-privileges",
        Kind::OpenFiles => "open-files",
        Kind::Written => "written",
    }
}

/// Whether the sign says all that the conclusion says.
fn tells(sign: &Sign, conclusion: &Value, name: &str) -> bool {
    let text = |member: &str| conclusion[member].as_str();
    let is_told = |member: &str| !UNTOLD.contains(&(name, member));
    // One sign stands for all files of a directory, so the first of them may be another.
    let same_path =
        sign.path.as_deref() == text("path") || text("mount").is_some() && sign.mount.as_deref() == text("mount");
    written(sign.kind) == text("kind").unwrap()
        && same_path
        && (!is_told("mount") || sign.mount.as_deref() == text("mount"))
        && sign.capability == text("capability")
        && sign.port.map(u64::from) == conclusion["port"].as_u64()
}

#[test]
fn every_sample_gives_the_right_answer() {
    let mut wrong = Vec::new();
    let (mut meaningful, mut unrelated) = (0, 0);
    for path in samples() {
        let name = stem(&path);
        let expected =
            fs::read_to_string(path.with_extension("expect")).unwrap_or_else(|_| panic!("{name}.expect is gone"));
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let signs = evidence::read(&fs::read_to_string(&path).unwrap());
        let (conclusions, harmless) = (listed(&expected, "conclusions"), listed(&expected, "harmless"));
        if conclusions.is_empty() {
            unrelated += 1;
        } else {
            meaningful += 1;
        }
        for conclusion in &conclusions {
            if !signs.iter().any(|sign| tells(sign, conclusion, name)) {
                wrong.push(format!("{name}: not told: {conclusion}\n  told: {signs:?}"));
            }
        }
        for sign in &signs {
            if !conclusions.iter().chain(&harmless).any(|known| tells(sign, known, name)) {
                wrong.push(format!("{name}: told for nothing: {sign:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(meaningful >= MEANINGFUL, "samples are gone: {meaningful} of {MEANINGFUL} with a meaning");
    assert!(unrelated >= UNRELATED, "samples are gone: {unrelated} of {UNRELATED} without one");
}

/// What is told is right line by line too: the number points at a line that holds the path, or a word of the refusal.
#[test]
fn signs_point_at_their_lines() {
    for path in samples() {
        let text = fs::read_to_string(&path).unwrap();
        for sign in evidence::read(&text) {
            let lines: Vec<&str> = text.lines().skip(sign.line - 1).take(2).collect();
            let there = sign.path.as_deref().is_none_or(|path| lines.iter().any(|line| line.contains(path)));
            assert!(there, "{}: line {} does not hold its path", stem(&path), sign.line);
        }
    }
}

/// Every kind that the samples know is asked for by one of them.
#[test]
fn every_kind_has_a_sample() {
    let mut kinds = BTreeSet::new();
    for path in samples() {
        kinds.extend(evidence::read(&fs::read_to_string(&path).unwrap()).into_iter().map(|sign| written(sign.kind)));
    }
    assert_eq!(kinds.len(), 14, "{kinds:?}");
}
