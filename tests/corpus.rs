//! Real task definitions from public repositories, where there is a directory of them.
//!
//! `ECS_HARDEN_CORPUS=DIR cargo test --test corpus -- --nocapture` prints what became of each kind of file, what was found, which images
//! were recognised, what every value rests on, and why findings are left to a person. DIR holds the directories `raw`, `describe`,
//! `describe-derived` and `mutant`, or any of them, or files of any kind.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

#[path = "corpus/report.rs"]
mod report;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ecs_harden::plan::{Plan, RefusalKind};
use ecs_harden_transforms::engine::Fault;
use ecs_harden_transforms::intent::{ExecUse, Selection, Wishes};
use ecs_harden_transforms::knobs::Layers;
use ecs_harden_transforms::model::TargetWish;
use ecs_harden_transforms::passes;
use ecs_harden_transforms::waiver::Waivers;
use report::Tally;
use support::compare::unchanged_outside;

const KINDS: [&str; 4] = ["raw", "describe", "describe-derived", "mutant"];

/// What files are where no directory tells their kind.
const ANY: &str = "file";

/// Every file of the corpus with its kind; `None`, said aloud, where there is no corpus.
fn corpus() -> Option<Vec<(&'static str, PathBuf)>> {
    let Some(root) = std::env::var_os("ECS_HARDEN_CORPUS").map(PathBuf::from) else {
        println!("skipped: ECS_HARDEN_CORPUS is not set");
        return None;
    };
    let kinds: Vec<_> =
        KINDS.into_iter().map(|kind| (kind, root.join(kind))).filter(|(_, path)| path.is_dir()).collect();
    let kinds = if kinds.is_empty() { vec![(ANY, root)] } else { kinds };
    let files: Vec<_> =
        kinds.into_iter().flat_map(|(kind, path)| below(&path).into_iter().map(move |file| (kind, file))).collect();
    assert!(!files.is_empty(), "ECS_HARDEN_CORPUS holds no files");
    Some(files)
}

/// Every file below a directory, in order.
fn below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files = |path: PathBuf| if path.is_dir() { below(&path) } else { vec![path] };
    paths.into_iter().flat_map(files).collect()
}

fn wishes() -> Wishes {
    Wishes {
        selection: Selection::all(passes::ids()),
        target: TargetWish::default(),
        os: None,
        waivers: Waivers::default(),
        images: Arc::default(),
        pins: Arc::default(),
        exec: ExecUse::NotKnown,
        layers: Layers::default(),
    }
}

#[test]
fn every_file_is_hardened_clean_undetermined_or_refused_and_nothing_else_changes() {
    let Some(files) = corpus() else { return };
    let (mut tallies, mut whole): (BTreeMap<&str, Tally>, Tally) = (BTreeMap::new(), Tally::default());
    for (kind, path) in &files {
        let shown = path.display();
        let bytes = fs::read(path).unwrap();
        let plan = Plan::of(&bytes, &wishes(), Fault::None);
        tallies.entry(kind).or_default().count(&plan);
        whole.count(&plan);
        match &plan {
            Err(refusal) => {
                assert_ne!(refusal.kind, RefusalKind::Unproven, "{shown}: {}", refusal.message);
                assert!(!refusal.next_step.is_empty(), "{shown}");
            }
            Ok(plan) => {
                let invalid = plan.weaknesses().find(|judged| judged.finding.pass.id.0 == "invalid-definition");
                // ECS took these as they are.
                if let ("describe", Some(judged)) = (*kind, invalid) {
                    panic!("{shown}: {}", judged.finding.message);
                }
                let Some(new) = plan.hardened_text() else { continue };
                let old = std::str::from_utf8(&bytes).unwrap();
                let ops = serde_json::to_value(&plan.outcome.ops).unwrap();
                unchanged_outside(old, new, &ops).unwrap_or_else(|error| panic!("{shown}: {error}"));
                let again = Plan::of(new.as_bytes(), &wishes(), Fault::None).unwrap();
                assert!(again.hardened_text().is_none(), "{shown}: a second run edits again");
            }
        }
    }
    println!("{} files", files.len());
    for (kind, tally) in &tallies {
        tally.print_outcomes(kind);
    }
    print!("{}", whole.tables());
}

/// `ecs-harden diff FILE | git apply` gives the bytes of `fix FILE`, unless stderr says that it cannot.
#[test]
fn diffs_apply_unless_stderr_says_otherwise() {
    let Some(files) = corpus() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let (mut changed, mut applied, mut announced) = (0, 0, 0);
    for (index, (_, path)) in files.iter().enumerate() {
        let name = format!("{index}-{}", path.file_name().unwrap().to_str().unwrap());
        let original = fs::read(path).unwrap();
        fs::write(scratch.path().join(&name), &original).unwrap();
        let plain = ecs_harden(scratch.path(), &["diff", &name]);
        let open = ecs_harden(scratch.path(), &["diff", "--show-secrets", &name]);
        assert_eq!(plain.status.code(), open.status.code(), "{name}");
        if plain.stdout.is_empty() {
            continue;
        }
        changed += 1;
        ecs_harden(scratch.path(), &["fix", &name]);
        let fixed = fs::read(scratch.path().join(&name)).unwrap();
        assert_ne!(fixed, original, "{name}");
        fs::write(scratch.path().join(&name), &original).unwrap();
        assert!(git_apply(scratch.path(), &open.stdout), "{name}: the diff with secrets does not apply");
        assert_eq!(fs::read(scratch.path().join(&name)).unwrap(), fixed, "{name}: git apply and fix differ");
        fs::write(scratch.path().join(&name), &original).unwrap();
        let stderr = String::from_utf8_lossy(&plain.stderr);
        if stderr.contains("will not apply") {
            announced += 1;
            assert!(!git_apply(scratch.path(), &plain.stdout), "{name}: announced as not applying, and git took it");
        } else {
            applied += 1;
            assert!(git_apply(scratch.path(), &plain.stdout), "{name}: does not apply and stderr does not say so");
            assert_eq!(fs::read(scratch.path().join(&name)).unwrap(), fixed, "{name}: git apply and fix differ");
        }
    }
    println!(
        "diffs: {changed} files change, {applied} diffs apply, {announced} say that they do not; with --show-secrets {changed}"
    );
}

fn ecs_harden(directory: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-harden"));
    command.current_dir(directory).args(arguments).env("CI", "false");
    command.env_remove("AWS_REGION").env_remove("AWS_DEFAULT_REGION").output().unwrap()
}

fn git_apply(directory: &Path, patch: &[u8]) -> bool {
    let file = directory.join("the.patch");
    fs::write(&file, patch).unwrap();
    let output = Command::new("git").current_dir(directory).args(["apply", "the.patch"]).output().unwrap();
    output.status.success()
}
