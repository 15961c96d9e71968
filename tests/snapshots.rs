//! Drives the reviewed before/after files under `snapshots/`.
//!
//! Refresh them with `SNAPSHOTS=overwrite cargo test --test snapshots`, and read the diff before it is committed.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where the repository is not as it should be")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use ecs_harden::context::Verbosity;
use ecs_harden::output::diff::{DiffInput, Secrets, Side, unified};
use ecs_harden::output::text::{self, Drawing};
use ecs_harden::plan::Plan;
use ecs_harden_transforms::engine::Fault;
use ecs_harden_transforms::intent::{ExecUse, Selection, Wishes};
use ecs_harden_transforms::knobs::Layers;
use ecs_harden_transforms::model::{Digest, TargetWish};
use ecs_harden_transforms::pass::Pass;
use ecs_harden_transforms::waiver::Waivers;
use ecs_harden_transforms::{masking, passes, rules};
use snapbox::{Assert, Data, data::DataFormat};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")
}

fn sorted(directory: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    entries.sort();
    entries
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// The file that a case starts from: `before.json`, `before.jsonc`, `before.tpl` …
fn before(case: &Path) -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir(case)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| name(path).starts_with("before."))
        .collect();
    assert_eq!(found.len(), 1, "{} needs exactly one before.* file", case.display());
    found.remove(0)
}

/// Arguments of a case, one a line in its file `args`.
fn args(case: &Path) -> Vec<String> {
    fs::read_to_string(case.join("args")).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn ecs_harden(directory: &Path, arguments: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ecs-harden"))
        .current_dir(directory)
        .args(arguments)
        .env("CI", "false")
        .env_remove("NO_COLOR")
        .env_remove("AWS_REGION")
        .env_remove("AWS_DEFAULT_REGION")
        .env_remove("CLICOLOR_FORCE")
        .env("TERM", "xterm")
        .output()
        .unwrap()
}

fn assert_golden(actual: &[u8], golden: &Path) {
    let text = String::from_utf8(actual.to_vec()).expect("output is UTF-8");
    let assert = Assert::new().action_env("SNAPSHOTS").normalize_paths(false);
    // Bytes matter: line ends are part of what is recorded.
    let expected = Data::read_from(golden, Some(DataFormat::Binary));
    assert.eq(Data::binary(text.into_bytes()), expected);
}

/// The hardened file and the report of one case. `after.*` is there exactly where something changes.
fn run_case(case: &Path, further: &[&str]) {
    let before = before(case);
    let with = |subcommand: &str, rest: &[&str]| {
        let mut arguments = vec![subcommand.to_owned(), name(&before).to_owned()];
        arguments.extend(args(case));
        arguments.extend(further.iter().chain(rest).map(|&argument| argument.to_owned()));
        ecs_harden(case, &arguments)
    };
    let report = with("check", &[]);
    let mut told = report.stdout.clone();
    told.extend_from_slice(&report.stderr);
    assert_golden(&told, &case.join("report.txt"));

    let fixed = with("fix", &["-o", "-"]);
    let after = case.join(name(&before).replace("before.", "after."));
    let old = fs::read(&before).unwrap();
    if fixed.stdout.is_empty() || fixed.stdout == old {
        assert!(!after.exists(), "{} is there and nothing changes: delete it", after.display());
        return;
    }
    assert_golden(&fixed.stdout, &after);
    let diff = with("diff", &[]);
    assert_golden(&diff.stdout, &case.join("diff.patch"));
}

/// What runs in the containers of a case, one a line in its file `runs`: a name and a digest. A live look-up tells it, and no file.
fn runs(case: &Path) -> Option<BTreeMap<String, Digest>> {
    let text = fs::read_to_string(case.join("runs")).ok()?;
    let pin = |line: &str| {
        let (name, digest) = line.split_once(' ').unwrap();
        (name.to_owned(), Digest::try_from(digest.to_owned()).unwrap())
    };
    Some(text.lines().map(pin).collect())
}

/// The same as [`run_case`] where somebody looked at what runs.
fn run_live_case(case: &Path, pass: &'static Pass, pins: BTreeMap<String, Digest>) {
    let before = before(case);
    let wishes = Wishes {
        selection: Selection::all([pass.id]),
        target: TargetWish::default(),
        os: None,
        layers: Layers::default(),
        waivers: Waivers::default(),
        images: Arc::default(),
        pins: Arc::new(pins),
        exec: ExecUse::NotKnown,
    };
    let plan = Plan::of(&fs::read(&before).unwrap(), &wishes, Fault::None).unwrap();
    let drawing = Drawing { coloured: false, verbosity: Verbosity::Normal };
    assert_golden(text::report(name(&before), &plan, drawing).as_bytes(), &case.join("report.txt"));
    let hardened = plan.outcome.hardened.as_ref().unwrap_or_else(|| panic!("nothing changes in {}", case.display()));
    assert_golden(hardened.text().as_bytes(), &case.join(name(&before).replace("before.", "after.")));
    let new = masking::sensitive(hardened);
    let diff = unified(&DiffInput {
        path: name(&before),
        old: Side { text: plan.document.text(), sensitive: &plan.outcome.sensitive },
        new: Side { text: hardened.text(), sensitive: &new },
        secrets: Secrets::Masked,
    });
    assert_golden(diff.text.as_bytes(), &case.join("diff.patch"));
}

#[test]
fn passes_do_what_their_goldens_show() {
    for pass in passes::TABLE {
        for case in sorted(&root().join("passes").join(pass.id.0)) {
            if let Some(pins) = runs(&case) {
                run_live_case(&case, pass, pins);
                continue;
            }
            let own_selection = args(&case).iter().any(|argument| argument.starts_with("--only"));
            let only = ["--only", pass.id.0];
            run_case(&case, if own_selection { &[] } else { &only });
        }
    }
}

#[test]
fn whole_runs_do_what_their_goldens_show() {
    for family in ["pipelines", "formats", "envelopes"] {
        for case in sorted(&root().join(family)) {
            run_case(&case, &[]);
        }
    }
}

/// Every rule of `invalid-definition` has a case that breaks it and is named after it.
#[test]
fn every_rule_has_a_golden_that_breaks_it() {
    for id in rules::ids() {
        let case = root().join("passes/invalid-definition").join(format!("manual-{id}"));
        let report = fs::read_to_string(case.join("report.txt"))
            .unwrap_or_else(|_| panic!("add a case that breaks the rule `{id}`: {}", case.display()));
        assert!(report.contains(&format!("= verdict: {id} fails now")), "{} does not break `{id}`", case.display());
    }
}

/// What a case of `cli/` is made of beside the files that the command works on.
const CLI_PARTS: [&str; 5] = ["args", "stdin", "stdout", "stderr", "status"];

/// The files that the command works on.
fn inputs(case: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file() && !CLI_PARTS.contains(&name(path))).collect()
}

/// `args` is the command line, one argument a line, after lines `FAULT=…`, `CI=…`, `TODAY=…` and `AWS_REGION=…` for the environment;
/// `stdin` is fed to it;
/// `stdout`, `stderr` and `status` are what came of it, and `after/` the files that it wrote. The files of the case lie beside it.
#[test]
fn the_command_line_says_what_its_goldens_show() {
    for case in sorted(&root().join("cli")) {
        let scratch = tempfile::tempdir().unwrap();
        for path in inputs(&case) {
            fs::copy(&path, scratch.path().join(name(&path))).unwrap();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-harden"));
        command.env("CI", "false").env_remove("CLICOLOR_FORCE").env_remove("COLUMNS").env("NO_COLOR", "1");
        command.env_remove("AWS_REGION").env_remove("AWS_DEFAULT_REGION").env_remove("AWS_PROFILE");
        command.env("HOME", scratch.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        for argument in args(&case) {
            match argument.split_once('=') {
                Some(("FAULT", fault)) => command.env("ECS_HARDEN_TEST_FAULT", fault),
                Some(("TODAY", day)) => command.env("ECS_HARDEN_TEST_TODAY", day),
                Some((name @ ("CI" | "AWS_REGION"), value)) => command.env(name, value),
                _ => command.arg(argument),
            };
        }
        let fed = fs::File::open(case.join("stdin")).map_or_else(|_| Stdio::null(), Stdio::from);
        let output = command.current_dir(scratch.path()).stdin(fed).output().unwrap();
        let status = format!("{}\n", output.status.code().unwrap());
        assert_golden(&output.stdout, &case.join("stdout"));
        assert_golden(&output.stderr, &case.join("stderr"));
        assert_golden(status.as_bytes(), &case.join("status"));
        assert_written(&case, scratch.path());
    }
}

/// What the command left behind: `after/` holds each file that is new or changed, and no other.
fn assert_written(case: &Path, scratch: &Path) {
    let after = case.join("after");
    for entry in fs::read_dir(scratch).unwrap() {
        let path = entry.unwrap().path();
        let written = fs::read(&path).unwrap();
        let golden = after.join(name(&path));
        if fs::read(case.join(name(&path))).ok().as_ref() == Some(&written) {
            assert!(!golden.exists(), "{} is there and nothing was written: delete it", golden.display());
        } else {
            assert_golden(&written, &golden);
        }
    }
    for golden in fs::read_dir(&after).into_iter().flatten() {
        let golden = golden.unwrap().path();
        let written = scratch.join(name(&golden)).exists();
        assert!(written, "{} is there and nothing was written: delete it", golden.display());
    }
}

/// Every exit status of the table in the README has a golden.
#[test]
fn every_exit_status_has_a_golden() {
    let cases = sorted(&root().join("cli"));
    let statuses: Vec<String> = cases
        .iter()
        .map(|case| fs::read_to_string(case.join("status")).unwrap_or_default().trim().to_owned())
        .collect();
    for status in ["0", "1", "2", "70"] {
        assert!(
            statuses.iter().any(|known| known == status),
            "no case under snapshots/cli ends with status {status}: add one"
        );
    }
}

/// Every case that was ever reviewed is still there, with its report.
#[test]
fn no_case_is_lost() {
    let table = fs::read_to_string(root().join("findings.txt")).expect("snapshots/findings.txt is gone: restore it");
    for line in table.lines().filter(|line| !line.starts_with(' ')) {
        let case = line.split(": ").next().unwrap();
        let report = root().join(case).join("report.txt");
        assert!(
            report.exists(),
            "snapshots/{case}/report.txt is gone: restore it, or take the case out of findings.txt"
        );
    }
}

/// Every pass over every golden: a pass that hits where nobody meant it to shows here.
#[test]
fn no_pass_hits_where_it_is_not_expected() {
    let mut table = String::new();
    let mut directories: Vec<PathBuf> =
        passes::TABLE.iter().map(|pass| root().join("passes").join(pass.id.0)).collect();
    directories.extend(["pipelines", "formats", "envelopes"].map(|family| root().join(family)));
    for case in directories.iter().flat_map(|directory| sorted(directory)) {
        let output =
            ecs_harden(&case, &["check".into(), name(&before(&case)).into(), "--format".into(), "json".into()]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let shown = case.strip_prefix(root()).unwrap().display().to_string();
        for file in report["files"].as_array().unwrap() {
            table.extend([&shown, ": ", file["status"].as_str().unwrap(), "\n"]);
            for finding in file["findings"].as_array().unwrap() {
                let word = |member: &str| finding[member].as_str().unwrap_or("-").to_owned();
                let words = ["pass", "container", "subject", "decision"].map(word);
                table.extend(["    ", &words.join(" "), "\n"]);
            }
        }
    }
    assert_golden(table.as_bytes(), &root().join("findings.txt"));
}

/// At least four goldens for each applicability that a pass can yield, and each shows it.
#[test]
fn every_applicability_of_every_pass_has_goldens() {
    for pass in passes::TABLE {
        let directory = root().join("passes").join(pass.id.0);
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for case in sorted(&directory) {
            let kind = name(&case).split('-').next().unwrap().to_owned();
            let report = fs::read_to_string(case.join("report.txt"))
                .unwrap_or_else(|_| panic!("{} has no report.txt: restore it", case.display()));
            let shows = match kind.as_str() {
                "clean" => !report.contains(&format!("[{}]", pass.id)),
                "undetermined" => report.contains("= undetermined:"),
                "manual" => report.contains("= manual:"),
                "safe" | "unsafe" => report.contains(&format!("({kind})")),
                _ => panic!("{} must begin with clean, undetermined, manual, unsafe or safe", case.display()),
            };
            assert!(shows, "{} does not show what its name says", case.display());
            if let Some(known) = pass.yields.iter().find(|known| known.applicability.name() == kind) {
                *count.entry(known.applicability.name()).or_default() += 1;
            }
        }
        for applicability in pass.yields.iter().map(|known| known.applicability.name()) {
            let found = count.get(applicability).copied().unwrap_or_default();
            assert!(
                found >= 4,
                "snapshots/passes/{}/ has {found} cases named {applicability}-*, and needs at least 4",
                pass.id
            );
        }
    }
}
