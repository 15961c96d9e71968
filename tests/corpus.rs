//! Real task definitions from public repositories, where there is a directory of them.
//!
//! `ECS_HARDEN_CORPUS=DIR cargo test --test corpus -- --nocapture` prints what became of each kind of file, and a table of the findings. DIR holds the directories
//! `raw`, `describe`, `describe-derived` and `mutant`.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ecs_harden::plan::{Plan, RefusalKind, Standing};
use ecs_harden_transforms::engine::{Decision, Fault};
use ecs_harden_transforms::intent::{ExecUse, Selection, Wishes};
use ecs_harden_transforms::knobs::Layers;
use ecs_harden_transforms::model::TargetWish;
use ecs_harden_transforms::pass::{Applicability, Remedy};
use ecs_harden_transforms::passes;
use ecs_harden_transforms::waiver::Waivers;
use support::compare::unchanged_outside;

const KINDS: [&str; 4] = ["raw", "describe", "describe-derived", "mutant"];

/// Every file of the corpus with its kind; `None`, said aloud, where there is no corpus.
fn corpus() -> Option<Vec<(&'static str, PathBuf)>> {
    let Some(root) = std::env::var_os("ECS_HARDEN_CORPUS").map(PathBuf::from) else {
        println!("skipped: ECS_HARDEN_CORPUS is not set");
        return None;
    };
    let files = KINDS.into_iter().flat_map(|kind| {
        let mut files: Vec<PathBuf> = fs::read_dir(root.join(kind))
            .unwrap_or_else(|error| panic!("ECS_HARDEN_CORPUS has no directory {kind}: {error}"))
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files.into_iter().map(move |file| (kind, file))
    });
    Some(files.collect())
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

/// What became of files, and what was found in them.
#[derive(Default)]
struct Tally {
    outcomes: BTreeMap<String, usize>,
    findings: BTreeMap<&'static str, Offers>,
}

/// What one pass offered, by applicability, and how many of the fixes rest on what.
#[derive(Default)]
struct Offers {
    by_applicability: BTreeMap<&'static str, usize>,
    by_provenance: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn count(&mut self, plan: &Result<Plan, ecs_harden::plan::Refusal>) {
        let outcome = match plan {
            Err(refusal) => format!("refused: {}", refusal.message),
            Ok(plan) if plan.hardened_text().is_some() => "hardened".to_owned(),
            Ok(plan) => match plan.standing() {
                Standing::Clean => "clean".to_owned(),
                Standing::Undetermined => "undetermined".to_owned(),
                Standing::Weak => "left to a person".to_owned(),
            },
        };
        *self.outcomes.entry(outcome).or_default() += 1;
        for judged in plan.iter().flat_map(|plan| &plan.outcome.findings) {
            let offers = self.findings.entry(judged.finding.pass.id.0).or_default();
            let applicability = judged.finding.remedy.applicability().map_or("undetermined", Applicability::name);
            *offers.by_applicability.entry(applicability).or_default() += 1;
            if let (Remedy::Fix(fix), Decision::Applied) = (&judged.finding.remedy, judged.decision) {
                *offers.by_provenance.entry(fix.weakest().phrase()).or_default() += 1;
            }
        }
    }

    fn print_outcomes(&self, kind: &str) {
        for (what, count) in &self.outcomes {
            println!("{kind:17} {count:5}  {what}");
        }
    }

    /// A row for each pass, as Markdown.
    fn findings(&self) -> String {
        let mut text = String::from(
            "| pass | findings | safe | unsafe | manual | undetermined | fixes rest on, at the least |\n|---|--:|--:|--:|--:|--:|---|\n",
        );
        for pass in passes::TABLE {
            let none = Offers::default();
            let offers = self.findings.get(pass.id.0).unwrap_or(&none);
            let count = |word: &str| offers.by_applicability.get(word).copied().unwrap_or_default();
            let all: usize = offers.by_applicability.values().sum();
            let rests: Vec<String> = offers.by_provenance.iter().map(|(on, count)| format!("{on} {count}")).collect();
            let [safe, mends, manual, undetermined] = ["safe", "unsafe", "manual", "undetermined"].map(count);
            let rests = rests.join(", ");
            writeln!(text, "| {} | {all} | {safe} | {mends} | {manual} | {undetermined} | {rests} |", pass.id).unwrap();
        }
        text
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
    print!("{}", whole.findings());
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
    command.current_dir(directory).args(arguments).env_remove("CI");
    command.env_remove("AWS_REGION").env_remove("AWS_DEFAULT_REGION").output().unwrap()
}

fn git_apply(directory: &Path, patch: &[u8]) -> bool {
    let file = directory.join("the.patch");
    fs::write(&file, patch).unwrap();
    let output = Command::new("git").current_dir(directory).args(["apply", "the.patch"]).output().unwrap();
    output.status.success()
}
