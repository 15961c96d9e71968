//! What users and pipelines are handed beside the program: workflows, hooks, images, archives. Judged by tools of others, run where it can be
//! run, and held together by its names.

#![cfg(unix)]
#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

fn yaml(name: &str) -> Value {
    yaml_serde::from_str(&text(name)).unwrap()
}

/// Where the tools of others are: a venv of their own, made once.
fn tools() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let into = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("packaging-tools");
        let python = std::env::var_os("ECS_HARDEN_PYTHON").unwrap_or_else(|| "python3".into());
        let done = Command::new(&python)
            .arg(root().join("tests/support/aws/provision.py"))
            .args([into, root().join("tests/packaging/requirements.txt")])
            .output()
            .unwrap_or_else(|error| panic!("the linters need {}, 3.11 or later: {error}", python.display()));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Path::new(String::from_utf8_lossy(&done.stdout).trim()).parent().unwrap().to_owned()
    })
}

fn run(directory: &Path, program: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .args(arguments)
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    for name in ["CI", "GH_TOKEN", "GITHUB_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"] {
        command.env_remove(name);
    }
    let bin = Path::new(env!("CARGO_BIN_EXE_ecs-harden")).parent().unwrap();
    command.env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()));
    command.output().unwrap()
}

/// Whether a linter is content with files, and what it says.
fn lint(tool: &str, files: &[&str]) -> (bool, String) {
    let before: &[&str] = match tool {
        "zizmor" => &["--offline", "--pedantic", "--no-progress", "--color", "never"],
        "shellcheck" => &["--severity", "style"],
        schema => &["--builtin-schema", schema],
    };
    let program = if tool.starts_with("vendor.") { "check-jsonschema" } else { tool };
    let done = run(root(), &tools().join(program), &[before, files].concat());
    let told = [done.stdout, done.stderr].map(|stream| String::from_utf8_lossy(&stream).into_owned()).concat();
    (done.status.success(), told)
}

fn files(directory: &str, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(directory)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| format!("{directory}/{}", entry.unwrap().file_name().to_str().unwrap()))
        .filter(|name| name.ends_with(ending))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "{directory}");
    names
}

#[test]
fn linters_are_content_with_workflows_action_and_scripts() {
    let mut workflows = files(".github/workflows", ".yml");
    workflows.push("packaging/github.yml".into());
    let scripts =
        [files("packaging/action", ".sh"), files("packaging/release", ".sh"), vec![".ci/run".into()]].concat();
    let all = [workflows.clone(), vec!["action.yml".into()]].concat();
    for (tool, files) in [
        ("vendor.github-workflows", &workflows),
        ("vendor.github-actions", &vec!["action.yml".into()]),
        ("vendor.gitlab-ci", &vec!["packaging/gitlab-ci.yml".into()]),
        ("zizmor", &all),
        ("shellcheck", &scripts),
    ] {
        let (content, told) = lint(tool, &files.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(content, "{tool}: {told}");
    }
}

/// The linters would mean little if they let everything pass.
#[test]
fn linters_find_what_is_planted() {
    let scratch = tempfile::tempdir().unwrap();
    let workflow = text("packaging/github.yml");
    for (number, (tool, spoilt, told)) in [
        (
            "zizmor",
            workflow.replace("dddfe3e0 #", "dddfe3e0\n      - run: echo ${{ github.event.pull_request.title }} #"),
            "template-injection",
        ),
        ("zizmor", workflow.replace("on: pull_request", "on: pull_request_target"), "dangerous-triggers"),
        ("zizmor", workflow.replace("@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0", "@v7"), "unpinned-uses"),
        ("zizmor", workflow.replace("permissions: {}\n", "permissions: write-all\n"), "excessive-permissions"),
        ("vendor.github-workflows", workflow.replace("runs-on:", "run-on:"), "run-on"),
        ("vendor.github-actions", text("action.yml").replace("shell: bash", "shel: bash"), "shel"),
        ("shellcheck", "#!/bin/bash\nrm $1\n".into(), "SC2086"),
    ]
    .into_iter()
    .enumerate()
    {
        let directory = scratch.path().join(format!("{number}/.github/workflows"));
        fs::create_dir_all(&directory).unwrap();
        let file = directory.join("spoilt.yml");
        fs::write(&file, spoilt).unwrap();
        let (content, found) = lint(tool, &[file.to_str().unwrap()]);
        assert!(!content && found.contains(told), "{tool} {told}: {found}");
    }
}

/// The targets of a release, as the workflow builds them.
fn targets() -> BTreeSet<String> {
    let workflow = yaml(".github/workflows/release.yml");
    let matrix = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap().clone();
    matrix.iter().map(|entry| entry["target"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn release_action_and_binstall_name_the_same_files() {
    let targets = targets();
    assert_eq!(targets.len(), 5);
    let install = text("packaging/action/install.sh");
    let named: BTreeSet<String> = install
        .lines()
        .filter_map(|line| line.split_once(") echo ")?.1.strip_suffix(" ;;"))
        .map(str::to_owned)
        .collect();
    assert_eq!(named, targets, "packaging/action/install.sh");

    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let binstall = &manifest["package"]["metadata"]["binstall"];
    let filled = |key: &str, target: &str| {
        let extension = if target.contains("windows") { ".exe" } else { "" };
        let fill = |text: String, (name, value): (&str, &str)| text.replace(&format!("{{ {name} }}"), value);
        let known = [
            ("repo", "HOME"),
            ("version", VERSION),
            ("target", target),
            ("bin", "ecs-harden"),
            ("binary-ext", extension),
        ];
        known.into_iter().fold(binstall[key].as_str().unwrap().to_owned(), fill)
    };
    assert_eq!(binstall["pkg-fmt"].as_str(), Some("tgz"));
    let scratch = tempfile::tempdir().unwrap();
    let into = scratch.path().to_str().unwrap();
    // One that is built for tests is large, and would have to be packed five times.
    let program = scratch.path().join("program");
    fs::write(&program, format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_ecs-harden"))).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.to_str().unwrap();
    for target in &targets {
        let done = run(root(), Path::new("bash"), &["packaging/release/archive.sh", target, program, into]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let made = String::from_utf8(done.stdout).unwrap();
        let name = made.trim().strip_prefix(into).unwrap();
        assert_eq!(filled("pkg-url", target), format!("HOME/releases/download/v{VERSION}{name}"));
        let listed = run(scratch.path(), Path::new("tar"), &["-tzf", made.trim()]).stdout;
        let listed = String::from_utf8(listed).unwrap();
        let holds = |file: &str| listed.lines().any(|line| line == file);
        assert!(holds(&filled("bin-dir", target)), "{listed}");
        for file in ["LICENSE-MIT", "man/ecs-harden-check.1", "completions/zsh"] {
            assert!(holds(&format!("ecs-harden-{target}/{file}")), "{file}: {listed}");
        }
        fs::remove_file(made.trim()).unwrap();
    }
    let gitlab = text("packaging/gitlab-ci.yml");
    assert!(
        gitlab.contains(&format!("/releases/download/v{VERSION}\n"))
            && gitlab.contains("/ecs-harden-x86_64-unknown-linux-musl.tar.gz\"")
    );
    for other in ["packaging/github.yml", "packaging/pre-commit-config.yaml"] {
        assert!(text(other).contains(&format!(" v{VERSION}\n")), "{other}");
    }
}

#[test]
fn a_tag_that_is_not_the_version_is_refused() {
    let version = |tag: &str| run(root(), Path::new("bash"), &["packaging/release/version.sh", tag]);
    assert!(version(&format!("v{VERSION}")).status.success());
    let refused = version("v9.9.9");
    assert_eq!(refused.status.code(), Some(1));
    let told = format!("error: the tag v9.9.9 is not v{VERSION}, the version in Cargo.toml\n");
    assert_eq!(String::from_utf8(refused.stderr).unwrap(), told);
}

fn git(directory: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    let done = run(directory, Path::new("git"), &[&who, arguments].concat());
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn commit(directory: &Path) {
    git(directory, &["add", "--all"]);
    git(directory, &["commit", "--quiet", "--message", "more"]);
}

#[test]
fn the_hook_fails_on_a_weak_definition_and_passes_a_mended_one() {
    let scratch = tempfile::tempdir().unwrap();
    let (hooks, work) = (scratch.path().join("hooks"), scratch.path().join("work"));
    for directory in [&hooks, &work] {
        fs::create_dir(directory).unwrap();
        git(directory, &["init", "--quiet"]);
    }
    fs::copy(root().join(".pre-commit-hooks.yaml"), hooks.join(".pre-commit-hooks.yaml")).unwrap();
    commit(&hooks);
    fs::create_dir(work.join("deploy")).unwrap();
    fs::copy(root().join("examples/checkout-api.json"), work.join("deploy/TaskDef.prod.json")).unwrap();
    fs::copy(root().join("examples/ecs-harden.toml"), work.join("ecs-harden.toml")).unwrap();
    // No task definition: the hook must not look at it.
    fs::write(work.join("package.json"), "{}").unwrap();
    // It sounds like one and holds something else.
    fs::write(work.join("deploy/taskdef.schema.json"), "{}").unwrap();
    commit(&work);
    let attempt = || {
        let arguments = ["try-repo", hooks.to_str().unwrap(), "ecs-harden-system", "--all-files", "--color", "never"];
        let done = run(&work, &tools().join("pre-commit"), &arguments);
        (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
    };
    let (status, told) = attempt();
    assert_eq!(status, 1, "{told}");
    assert!(told.contains("deploy/TaskDef.prod.json:15:13") && !told.contains("package.json"), "{told}");
    let fixed = run(&work, Path::new(env!("CARGO_BIN_EXE_ecs-harden")), &["fix", "-q", "deploy/TaskDef.prod.json"]);
    assert!(fixed.status.success(), "{}", String::from_utf8_lossy(&fixed.stderr));
    commit(&work);
    let (status, told) = attempt();
    assert!(status == 0 && told.contains("Passed"), "{told}");
    // The name of a file is no flag.
    fs::create_dir(work.join("--baseline=d")).unwrap();
    fs::copy(root().join("examples/checkout-api.json"), work.join("--baseline=d/taskdef.json")).unwrap();
    commit(&work);
    let (status, told) = attempt();
    assert!(status == 1 && told.contains("--baseline=d/taskdef.json:15:13"), "{told}");
}

#[test]
fn the_hooks_and_their_example_are_what_pre_commit_takes() {
    for (what, file) in
        [("validate-manifest", ".pre-commit-hooks.yaml"), ("validate-config", "packaging/pre-commit-config.yaml")]
    {
        let done = run(root(), &tools().join("pre-commit"), &[what, file]);
        assert!(done.status.success(), "{file}: {}", String::from_utf8_lossy(&done.stdout));
    }
    let example = yaml("packaging/pre-commit-config.yaml");
    let wanted = &example["repos"][0]["hooks"][0]["id"];
    assert!(yaml(".pre-commit-hooks.yaml").as_array().unwrap().iter().any(|hook| &hook["id"] == wanted), "{wanted}");
}

/// The script of the job, as the shell of a runner gets it.
#[test]
fn the_job_for_gitlab_fails_on_what_a_merge_request_adds_and_leaves_its_reports() {
    let scratch = tempfile::tempdir().unwrap();
    let (origin, work) = (scratch.path().join("origin"), scratch.path().join("work"));
    fs::create_dir(&origin).unwrap();
    git(&origin, &["init", "--quiet", "--initial-branch", "main"]);
    let weak =
        "{\n  \"family\": \"pay\",\n  \"containerDefinitions\": [{ \"name\": \"app\", \"image\": \"app:1\" }]\n}\n";
    fs::write(origin.join("old.json"), weak).unwrap();
    commit(&origin);
    git(&origin, &["switch", "--quiet", "--create", "topic"]);
    fs::write(origin.join("new.json"), weak).unwrap();
    let waiver = "[[waiver]]\npass = \"root-user\"\nreason = \"later\"\nexpires = 2099-01-31\n";
    fs::write(origin.join("ecs-harden.toml"), waiver).unwrap();
    commit(&origin);
    git(scratch.path(), &["clone", "--quiet", "--branch", "topic", origin.to_str().unwrap(), "work"]);

    let job = &yaml("packaging/gitlab-ci.yml")["ecs-harden"];
    let lines: Vec<&str> = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let script = format!("set -e\nexport CI=true\nCI_MERGE_REQUEST_TARGET_BRANCH_NAME=main\n{}\n", lines.join("\n"));
    let done = run(&work, Path::new("sh"), &["-c", &script]);
    let err = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{err}");
    assert!(
        err.contains("note: ecs-harden.toml:1: a waiver of root-user: later: not in refs/remotes/origin/main, so"),
        "{err}"
    );
    for (report, told) in [("codequality", "\"path\": \"new.json\""), ("junit", "new.json")] {
        let name = job["artifacts"]["reports"][report].as_str().unwrap();
        let left = fs::read_to_string(work.join(name)).unwrap();
        assert!(left.contains(told) && left.contains("root-user") && !left.contains("old.json"), "{left}");
    }
}

/// The image would pass what the program asks of others: it names a user that is not root, by number, and nothing is guessed about it.
#[test]
fn the_image_is_one_that_the_program_is_content_with() {
    let dockerfile = text("Dockerfile");
    let toolchain: toml::Table = text("rust-toolchain.toml").parse().unwrap();
    let channel = toolchain["toolchain"]["channel"].as_str().unwrap();
    assert!(dockerfile.contains(&format!("FROM rust:{channel}-alpine AS build\n")), "{dockerfile}");
    assert!(dockerfile.contains(&format!("ENV RUSTUP_TOOLCHAIN={channel}\n")), "{dockerfile}");
    let (_, image) = dockerfile.split_once("\nFROM scratch\n").expect("nothing else is in the image");
    assert!(!image.contains("\nRUN "), "{image}");

    let scratch = tempfile::tempdir().unwrap();
    let task = "{ \"family\": \"tool\", \"containerDefinitions\": [{ \"name\": \"tool\", \"image\": \"example.com/ecs-harden:1\" }] }\n";
    fs::write(scratch.path().join("task.json"), task).unwrap();
    let file = format!("tool={}", root().join("Dockerfile").display());
    let arguments = [
        "check",
        "--no-policy",
        "--only",
        "root-user",
        "--os",
        "linux",
        "--format",
        "json",
        "--dockerfile",
        &file,
        "task.json",
    ];
    let done = run(scratch.path(), Path::new(env!("CARGO_BIN_EXE_ecs-harden")), &arguments);
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    let finding = &report["files"][0]["findings"][0];
    assert_eq!(
        (&finding["applicability"], &finding["edits"][0]["value"]),
        (&"safe".into(), &"65532:65532".into()),
        "{finding}"
    );
    assert_eq!(finding["values"][0]["provenance"], "the image itself", "{finding}");
}

#[test]
fn the_readme_shows_the_examples_as_they_are() {
    let readme = text("README.md");
    for example in ["packaging/github.yml", "packaging/pre-commit-config.yaml"] {
        assert!(readme.contains(&format!("```yaml\n{}```\n", text(example))), "{example}");
    }
}
