//! The forms of a report that reviews are made of: the log for code scanning by an independent judge, names that nobody should trust, no
//! secret on goldens and corpus, and two runs alike.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::masking;
use ecs_harden_transforms::tree::Path as TreePath;

/// Every form but the one for people.
const FORMATS: [&str; 6] = ["json", "sarif", "github", "markdown", "junit", "gitlab"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn ecs_harden(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-harden"));
    command.current_dir(directory).args(arguments);
    for name in ["CI", "NO_COLOR", "CLICOLOR_FORCE", "AWS_REGION", "AWS_DEFAULT_REGION"] {
        command.env_remove(name);
    }
    command.output().unwrap()
}

/// The files below a directory whose names fit, in order.
fn below(directory: &Path, fits: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files = |path: PathBuf| if path.is_dir() { below(&path, fits) } else { vec![path] };
    paths.into_iter().flat_map(files).filter(|path| fits(path)).collect()
}

/// What the goldens start from, and the files of the corpus where there is one.
fn sources() -> Vec<PathBuf> {
    let is_before = |path: &Path| path.file_stem() == Some(OsStr::new("before"));
    let mut sources = below(&root().join("snapshots"), &is_before);
    assert!(sources.len() > 100, "{} goldens", sources.len());
    match std::env::var_os("ECS_HARDEN_CORPUS").map(PathBuf::from) {
        Some(corpus) => sources.extend(
            ["raw", "describe", "describe-derived", "mutant"]
                .map(|kind| corpus.join(kind))
                .iter()
                .filter(|path| path.is_dir())
                .flat_map(|path| below(path, &|_| true)),
        ),
        None => println!("without a corpus: ECS_HARDEN_CORPUS is not set"),
    }
    sources
}

fn python() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let into = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("sarif-judge");
        let python = std::env::var_os("ECS_HARDEN_PYTHON").unwrap_or_else(|| "python3".into());
        let done = Command::new(&python)
            .arg(root().join("tests/support/aws/provision.py"))
            .args([into, root().join("tests/sarif/requirements.txt")])
            .output()
            .unwrap_or_else(|error| panic!("the judge needs {}, 3.11 or later: {error}", python.display()));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        PathBuf::from(String::from_utf8_lossy(&done.stdout).trim())
    })
}

fn judge(binary: &Path, sources: &[PathBuf]) -> Output {
    let scratch = tempfile::tempdir().unwrap();
    let mut command = Command::new(python());
    command.arg(root().join("tests/sarif/check.py")).arg(binary).arg(scratch.path()).args(sources);
    command.env_remove("AWS_REGION").env_remove("AWS_DEFAULT_REGION").output().unwrap()
}

#[test]
fn logs_for_code_scanning_are_right_by_an_independent_judge() {
    let told = judge(Path::new(env!("CARGO_BIN_EXE_ecs-harden")), &sources());
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    println!("{}", String::from_utf8_lossy(&told.stdout));
}

/// The judge would mean little if it let everything pass.
#[test]
fn the_judge_finds_out_what_is_wrong() {
    let scratch = tempfile::tempdir().unwrap();
    let source = root().join("examples/checkout-api.json");
    for (number, (spoilt, told)) in [
        ("s/\"kind\": \"fail\"/\"kind\": \"failed\"/", "is not what the schema says"),
        ("s/\"text\": \"\\(.*\\)ALL/\"text\": \"\\1ALI/", "all replacements together are not what fix writes"),
        ("s/\"endColumn\": [0-9]*/\"endColumn\": 1/", "replacements overlap"),
        ("s/\"decision\": \"applied\"/\"decision\": \"manual\"/", "or the other way round"),
        ("s/\"ecsHarden.v1\": .*/\"ecsHarden\\/v1\": \"0\",/", "two findings have one fingerprint"),
        ("s#/containerDefinitions/0/#/containerDefinitions/1/#", "alone does not mend it"),
    ]
    .into_iter()
    .enumerate()
    {
        let binary = scratch.path().join(number.to_string());
        let real = env!("CARGO_BIN_EXE_ecs-harden");
        // The log alone is spoilt, never the report that the judge compares it with.
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in *sarif*) \"{real}\" \"$@\" | sed '{spoilt}' ;; *) exec \"{real}\" \"$@\" ;; esac\n"
        );
        fs::write(&binary, script).unwrap();
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
        let judged = judge(&binary, std::slice::from_ref(&source));
        let found = String::from_utf8_lossy(&judged.stderr);
        assert!(!judged.status.success() && found.contains(told), "{spoilt}: {found}");
    }
}

/// Asks for every form of the report at once, in files, and gives their texts back.
fn every_form(directory: &Path, names: &[&str]) -> Vec<(&'static str, String)> {
    let outputs = FORMATS.map(|format| format!("{format}=told.{format}"));
    let mut arguments = vec!["check", "-vv", "--output", "text=told.text"];
    arguments.extend(outputs.iter().flat_map(|output| ["--output", output]));
    arguments.extend(names);
    let output = ecs_harden(directory, &arguments);
    assert!(output.status.code().is_some_and(|code| code < 3), "{output:?}");
    let stream = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut told = vec![("stdout", stream(&output.stdout)), ("stderr", stream(&output.stderr))];
    let files = FORMATS.into_iter().chain(["text"]);
    told.extend(files.map(|format| (format, fs::read_to_string(directory.join(format!("told.{format}"))).unwrap())));
    told
}

/// What every planted value begins with.
const PLANTED: &str = "pl4nted";

/// The text with another value wherever one is masked, and stays so: a placeholder for a user is masked, and a user is not.
fn planted(document: &Document) -> String {
    let everywhere = with_values(document, &BTreeSet::new());
    let Ok(again) = Document::read(everywhere.clone()) else { return String::new() };
    let hidden = masking::sensitive(&again);
    let shown = everywhere
        .match_indices(PLANTED)
        .filter(|(at, _)| !hidden.iter().any(|span| span.start <= *at && *at < span.end));
    let number = |(at, _): (usize, &str)| {
        let digits = everywhere[at + PLANTED.len() + 1..].split('"').next().unwrap();
        digits.parse().unwrap()
    };
    with_values(document, &shown.map(number).collect())
}

/// The text with planted values in place of those that are masked, but for those of these numbers. Names on the way to the definition
/// stay: pointers into the file hold them.
fn with_values(document: &Document, but: &BTreeSet<usize>) -> String {
    let text = document.text();
    let way = document.place(&TreePath::root()).map(|place| place.to_string()).unwrap_or_default();
    let on_the_way = |quoted: &str| way.split('/').any(|name| quoted.trim_matches('"') == name);
    let (mut planted, mut at) = (String::new(), 0);
    for (number, span) in masking::sensitive(document).into_iter().enumerate() {
        let old = &text[span.start..span.end];
        if !but.contains(&number) && !on_the_way(old) && old.len() > 1 && old.starts_with('"') && old.ends_with('"') {
            planted.push_str(&text[at..span.start]);
            planted.extend(["\"", PLANTED, &format!("-{number}"), "\""]);
            at = span.end;
        }
    }
    planted + &text[at..]
}

#[test]
fn no_form_shows_a_value_on_goldens_and_corpus() {
    let scratch = tempfile::tempdir().unwrap();
    let (mut names, mut values) = (Vec::new(), 0);
    for (number, source) in sources().into_iter().enumerate() {
        let Ok(text) = String::from_utf8(fs::read(&source).unwrap()) else { continue };
        let Ok(document) = Document::read(text) else { continue };
        let name = format!("{number:04}.json");
        let text = planted(&document);
        values += text.matches(PLANTED).count();
        fs::write(scratch.path().join(&name), text).unwrap();
        names.push(name);
    }
    assert!(values > 400, "{values} values are planted");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (format, told) in every_form(scratch.path(), &names) {
        let leak = told.lines().find(|line| line.contains(PLANTED));
        assert_eq!(leak, None, "{format} shows a planted value");
    }
    println!("{} files, {values} values planted", names.len());
}

#[test]
fn two_runs_are_alike_in_every_form() {
    let scratch = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..40).map(|number| format!("{number:02}.json")).collect();
    for (name, source) in names.iter().zip(sources()) {
        fs::copy(source, scratch.path().join(name)).unwrap();
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(every_form(scratch.path(), &names), every_form(scratch.path(), &names));
}

/// A file may be called anything too.
#[test]
fn names_of_files_do_no_harm() {
    let scratch = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join("examples/checkout-api.json")).unwrap();
    let names = [
        "::error::x.json",
        "a%0Ab,c:d.json",
        "|`<b>`@x.json",
        "##[error]x.json",
        "\u{1b}[31m\n::warning::x.json",
        "::error::broken.json",
        "broken\n::error::x.json",
    ];
    for name in names {
        let text = if name.contains("broken") { "{" } else { &text };
        fs::write(scratch.path().join(name), text).unwrap();
    }
    for (format, told) in every_form(scratch.path(), &names) {
        // Data for programs holds what is there, by the escapes of its form.
        assert!(format == "json" || !told.contains("##["), "{format} shows a command: {told}");
        assert!(!told.contains('\u{1b}'), "{format} shows an escape");
        let commands = told.lines().filter(|line| line.trim_start().starts_with("::"));
        let ours = |line: &&str| line.contains(" title=ecs-harden%3A ") || line.contains(" title=ecs-harden::");
        let foreign: Vec<&str> = commands.filter(|line| format != "github" || !ours(line)).collect();
        assert!(foreign.is_empty(), "{format}: {foreign:?}");
        if format == "markdown" {
            // The names in the head of a diff stand in a block of code.
            let lines = told.lines().filter(|line| !line.starts_with("--- a/") && !line.starts_with("+++ b/"));
            let lines: Vec<&str> = lines.filter(|line| line.contains("<b>") || line.contains("@x")).collect();
            assert!(lines.is_empty(), "{lines:?}");
        }
        if format == "github" {
            assert!(told.contains("file=a%250Ab%2Cc%3Ad.json,"), "{told}");
        }
    }
}
