//! The wall around `transforms/`, and the order of the layers: what a source file may mention and import.
//!
//! Clippy bans single calls (`transforms/clippy.toml`); this bans whole modules, and dependencies.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where the repository is not as it should be")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What has a side effect, and where it belongs instead.
const BANNED: [(&str, &str); 14] = [
    ("std::fs", "read and write files in src/source.rs, and hand the text over"),
    ("std::env", "read the environment in src/context.rs, and hand the value over"),
    ("std::process", "start and end processes in the binary"),
    ("std::net", "keep the network in the binary"),
    ("std::time", "take the time as an argument"),
    ("std::thread", "everything in transforms/ is synchronous"),
    ("tokio", "everything in transforms/ is synchronous"),
    ("clap", "parse the command line in src/cli"),
    ("aws_", "call AWS in the binary"),
    ("println!", "return the text, and print it in src/output or src/cli"),
    ("eprintln!", "return the text, and print it in src/output or src/cli"),
    ("print!(", "return the text, and print it in src/output or src/cli"),
    ("dbg!(", "take it out again"),
    ("std::io", "nothing in transforms/ reads or writes; take and return texts"),
];

/// The crates that `transforms/` is made with. Each computes and does nothing else.
const DEPENDENCIES: [&str; 8] =
    ["globset", "json-patch", "jsonc-parser", "schemars", "serde", "serde_json", "strsim", "thiserror"];

/// The layers of `transforms/`, lowest first, and what each may import.
///
/// `intent`, `knobs` and the passes stand side by side: knobs are defined in their pass's file, `intent` reads them there, and
/// passes read `intent`.
const PURE: &[(&str, &[&str])] = &[
    ("arn", &[]),
    ("provenance", &[]),
    ("tree", &[]),
    ("read", &["tree"]),
    ("edit", &["tree", "read"]),
    ("document", &["tree", "read", "edit"]),
    ("masking", &["arn", "tree", "read", "document"]),
    ("emit", &["tree", "read", "edit", "document"]),
    ("model", &["tree", "read", "document"]),
    ("secrets", &[]),
    ("exposure", &["tree", "model", "secrets"]),
    ("capability", &["model"]),
    ("evidence", &["capability"]),
    ("host_paths", &["model"]),
    ("rules", &["tree", "model"]),
    ("weakness", &["model"]),
    ("images", &["read", "passes", "provenance", "tree"]),
    ("knobs", &["images", "model", "pass", "passes"]),
    ("waiver", &["knobs", "pass"]),
    (
        "intent",
        &[
            "arn",
            "tree",
            "document",
            "images",
            "model",
            "secrets",
            "exposure",
            "capability",
            "pass",
            "passes",
            "knobs",
            "waiver",
        ],
    ),
    ("pass", &["tree", "edit", "model", "intent", "knobs", "provenance", "weakness"]),
    (
        "passes",
        &[
            "arn",
            "tree",
            "edit",
            "document",
            "model",
            "secrets",
            "exposure",
            "capability",
            "host_paths",
            "rules",
            "intent",
            "knobs",
            "pass",
            "weakness",
        ],
    ),
    ("foreign", &["model"]),
    ("iam", &["arn", "model", "secrets", "intent", "knobs"]),
    ("engine", &["tree", "edit", "document", "masking", "model", "knobs", "waiver", "intent", "pass", "passes"]),
];

/// The layers of the binary.
const EFFECTS: [(&str, &[&str]); 15] = [
    ("ahead", &[]),
    ("export", &[]),
    ("git", &["source"]),
    ("source", &["ahead"]),
    ("context", &["rollout", "aws"]),
    ("image", &["source"]),
    ("policy", &["source", "git"]),
    ("plan", &[]),
    ("output", &["plan", "source", "context"]),
    ("baseline", &["output"]),
    ("session", &["plan", "policy", "output"]),
    ("rollout", &["plan", "policy", "output"]),
    ("aws", &["rollout"]),
    (
        "cli",
        &[
            "ahead", "export", "git", "image", "plan", "source", "context", "policy", "output", "baseline", "session",
            "rollout", "aws",
        ],
    ),
    ("main", &["cli"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A source file: its path below its `src`, and its code without tests and comment lines.
struct Source {
    path: PathBuf,
    code: String,
}

impl Source {
    /// The layer that the file belongs to: `edit/json/mod.rs` to `edit`.
    fn layer(&self) -> &str {
        let first = self.path.components().next().unwrap().as_os_str().to_str().unwrap();
        first.trim_end_matches(".rs")
    }

    /// Whether the parent of the module in this file is the crate itself.
    fn is_top(&self) -> bool {
        self.path.components().count() == 1 || self.path.ends_with("mod.rs") && self.path.components().count() == 2
    }

    fn shown(&self) -> std::path::Display<'_> {
        self.path.display()
    }
}

/// The files below `directory`, without those that hold tests.
fn sources(directory: &str) -> Vec<Source> {
    let base = root().join(directory);
    let mut waiting = vec![base.clone()];
    let mut found = Vec::new();
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "tests" {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests.rs" {
                let code = shipped(&fs::read_to_string(&path).unwrap());
                found.push(Source { path: path.strip_prefix(&base).unwrap().to_owned(), code });
            }
        }
    }
    found.sort_by(|left, right| left.path.cmp(&right.path));
    assert!(!found.is_empty(), "{directory} holds no sources");
    found
}

/// The code without comment lines, and without the module of tests at its end.
fn shipped(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The first names of all paths that start with `prefix`, in groups too: `crate::{edit::Edit, tree}` gives `edit` and `tree`.
fn imports<'c>(code: &'c str, prefix: &str) -> BTreeSet<&'c str> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let inside_a_name =
            code[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':');
        let rest = &code[at + prefix.len()..];
        if inside_a_name {
            continue;
        }
        match rest.strip_prefix('{') {
            None => names.extend(first_name(rest)),
            Some(group) => names.extend(members(group).into_iter().filter_map(first_name)),
        }
    }
    names
}

/// What stands between the commas of a group, up to the brace that closes it.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut members) = (0_usize, 0, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                members.push(group[start..at].trim());
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.push(group[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    members
}

fn first_name(path: &str) -> Option<&str> {
    let end = path.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(path.len());
    (end > 0).then(|| &path[..end])
}

fn check_layers(sources: &[Source], layers: &[(&str, &[&str])]) {
    for source in sources.iter().filter(|source| source.layer() != "lib") {
        let layer = layers.iter().find(|(name, _)| *name == source.layer());
        let (name, below) = layer.unwrap_or_else(|| {
            panic!(
                "{} belongs to no layer: add `{}` to tests/wall.rs with what it may import",
                source.shown(),
                source.layer()
            )
        });
        let mut imported = imports(&source.code, "crate::");
        if source.is_top() {
            imported.extend(imports(&source.code, "super::"));
        }
        assert!(!source.code.contains("super::super::"), "{}: write crate:: instead of super::super::", source.shown());
        for import in imported.into_iter().filter(|import| layers.iter().any(|(known, _)| known == import)) {
            assert!(
                import == *name || below.contains(&import),
                "{} imports crate::{import}, and `{name}` may import {below:?} alone: move what both need to a lower layer",
                source.shown()
            );
        }
    }
}

#[test]
fn the_sources_of_transforms_have_no_side_effect() {
    for source in sources("transforms/src") {
        for (number, line) in source.code.lines().enumerate() {
            for (banned, instead) in BANNED {
                assert!(
                    !line.contains(banned),
                    "transforms/src/{} has `{banned}` (line {} of its code): {instead}",
                    source.shown(),
                    number + 1
                );
            }
            for group in ["fs", "env", "process", "net", "time", "thread", "io"] {
                assert!(
                    !imports(line, "std::").contains(group),
                    "transforms/src/{} imports std::{group}: that has side effects, which belong to the binary",
                    source.shown()
                );
            }
        }
    }
}

#[test]
fn transforms_depends_on_nothing_that_has_side_effects() {
    let manifest: toml::Table =
        toml::from_str(&fs::read_to_string(root().join("transforms/Cargo.toml")).unwrap()).unwrap();
    for table in ["dependencies", "build-dependencies", "target"] {
        let named = manifest.get(table).and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys);
        for name in named {
            assert!(
                table == "dependencies" && DEPENDENCIES.contains(&name.as_str()),
                "transforms/Cargo.toml: {table} has `{name}`, which nobody vouched for: no SDK, runtime, terminal or command line; \
                 if it only computes, add it to DEPENDENCIES in tests/wall.rs"
            );
        }
    }
}

#[test]
fn the_layers_of_transforms_import_downwards_only() {
    check_layers(&sources("transforms/src"), PURE);
}

#[test]
fn the_layers_of_the_binary_import_downwards_only() {
    check_layers(&sources("src"), &EFFECTS);
}

/// Passes read the intent, never each other, so that their order cannot matter.
#[test]
fn passes_do_not_know_each_other() {
    let sources: Vec<Source> =
        sources("transforms/src").into_iter().filter(|source| source.layer() == "passes").collect();
    let names: Vec<&str> = sources.iter().filter_map(|source| source.path.file_stem()?.to_str()).collect();
    for source in &sources {
        let own = source.path.file_stem().unwrap().to_str().unwrap();
        if ["mod", "catalogue"].contains(&own) {
            continue;
        }
        let imported = imports(&source.code, "super::").into_iter().chain(imports(&source.code, "crate::passes::"));
        for import in imported {
            assert!(
                import == own || !names.contains(&import),
                "{} imports the pass `{import}`: move what both need to pass.rs, or to a module of its own",
                source.shown()
            );
        }
    }
}

#[test]
fn the_command_line_is_parsed_and_the_process_ended_in_one_place() {
    for source in sources("src").iter().filter(|source| !["cli", "main"].contains(&source.layer())) {
        assert!(imports(&source.code, "clap::").is_empty(), "src/{} uses clap: keep that in src/cli", source.shown());
        for ended in ["process::exit", "process::abort", "ExitCode"] {
            assert!(
                !source.code.contains(ended),
                "src/{} has `{ended}`: return a value, and let src/cli and main.rs end the process",
                source.shown()
            );
        }
    }
}

#[test]
fn the_sdk_has_one_user() {
    for source in sources("src").iter().filter(|source| source.layer() != "aws") {
        for banned in
            ["aws_config::", "aws_sdk_", "aws_smithy_", "aws_types::", "aws_sigv4::", "tokio::", "signal_hook::"]
        {
            assert!(
                !source.code.contains(banned),
                "src/{} uses {banned}: the network and signals belong to src/aws, below rollout::port",
                source.shown()
            );
        }
    }
}

/// Sentences of AWS may repeat values. Who reads one as it came does so to recognise it.
#[test]
fn sentences_of_aws_are_read_unmasked_by_few() {
    const READERS: [&str; 3] = ["rollout/said.rs", "rollout/cause.rs", "rollout/bake.rs"];
    let sources = sources("src");
    for source in sources.iter().filter(|source| source.code.contains("unmasked(")) {
        assert!(
            READERS.iter().any(|reader| source.path == Path::new(reader)),
            "src/{} reads a sentence of AWS unmasked: show it by Aws::shown",
            source.shown()
        );
    }
}

#[test]
fn the_terminal_has_one_user() {
    for source in sources("src").iter().filter(|source| source.path != Path::new("session/terminal.rs")) {
        for banned in ["console::", "dialoguer::", "rustix::"] {
            assert!(
                !source.code.contains(banned),
                "src/{} uses {banned}: keys and cursors belong to src/session/terminal.rs",
                source.shown()
            );
        }
    }
}

/// The session is a machine: what it asks of the world comes through its port.
#[test]
fn the_session_touches_nothing_but_the_terminal() {
    let terminal = Path::new("session/terminal.rs");
    for source in sources("src").iter().filter(|source| source.layer() == "session" && source.path != terminal) {
        for group in ["fs", "env", "process", "net", "time", "thread", "io"] {
            assert!(!imports(&source.code, "std::").contains(group), "src/{} uses std::{group}", source.shown());
        }
    }
}

/// What the checks above rest on.
#[test]
fn imports_are_seen_in_every_form() {
    let code = "use crate::tree;\nuse crate::{edit::{Edit, lower}, model};\nlet x = crate::engine::harden();\nuse other_crate::pass;";
    assert_eq!(imports(code, "crate::"), BTreeSet::from(["edit", "engine", "model", "tree"]));
    assert_eq!(imports("use std::{fs, io::Write};", "std::"), BTreeSet::from(["fs", "io"]));
    assert_eq!(shipped("a\n// std::fs\nb\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n"), "a\nb\n");
}
