//! From arguments to the list of texts.

use std::os::unix::fs::{PermissionsExt, symlink};

use std::num::NonZeroUsize;

use super::*;
use crate::source::expand::shown;

const TASK: &str = r#"{"containerDefinitions": []}"#;

/// What `expand` finds for paths below `root`, which is also the working directory.
fn list(root: &Path, names: &[&str]) -> (Vec<String>, Vec<String>) {
    let paths: Vec<_> = names.iter().map(|name| if *name == "-" { "-".into() } else { root.join(name) }).collect();
    let expanded = expand(&paths, root, NonZeroUsize::MIN);
    let found = expanded.found.iter().map(|found| {
        let suffix = if found.origin == Origin::Named { " named" } else { "" };
        format!("{}{suffix}", found.shown.replace(&root.display().to_string(), "$ROOT"))
    });
    let errors = expanded.errors.iter().map(|error| error.to_string().replace(&root.display().to_string(), "$ROOT"));
    (found.collect(), errors.collect())
}

fn nothing() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_directory_gives_what_looks_like_a_task_definition_in_order() {
    let root = tempfile::tempdir().unwrap();
    for name in ["z.json", "b/x.json.tpl", "b/a.jsonc", "a.tpl", "A.JSON", "b.json.j2", "b/c/d.json"] {
        put(root.path(), name, TASK);
    }
    put(root.path(), "package.json", "{}");
    put(root.path(), "task.yaml", TASK);
    put(root.path(), "json", TASK);
    put(root.path(), ".hidden.json", TASK);
    put(root.path(), ".aws/task.json", TASK);
    put(root.path(), ".git/modules/task.json", TASK);
    let wanted = [
        ".aws/task.json",
        ".hidden.json",
        "A.JSON",
        "a.tpl",
        "b/a.jsonc",
        "b/c/d.json",
        "b/x.json.tpl",
        "b.json.j2",
        "z.json",
    ];
    assert_eq!(list(root.path(), &["."]).0, wanted);
    assert_eq!(list(root.path(), &["b"]).0, ["b/a.jsonc", "b/c/d.json", "b/x.json.tpl"]);
}

#[test]
fn a_named_file_is_taken_whatever_it_is_called_or_holds() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "notes.txt", "");
    put(root.path(), ".hidden.json", "{}");
    put(root.path(), ".gitignore", "notes.txt\n");
    let found = list(root.path(), &["notes.txt", "-", ".hidden.json", "-"]);
    assert_eq!(found.0, ["$ROOT/notes.txt named", "stdin named", "$ROOT/.hidden.json named"]);
}

#[test]
fn ignore_files_count_outside_a_git_repository_too() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), ".gitignore", "build/\n*.tpl\n!keep.tpl\n");
    put(root.path(), "sub/.gitignore", "private.json\n");
    for name in ["build/a.json", "sub/private.json", "sub/b.json", "drop.tpl", "keep.tpl"] {
        put(root.path(), name, TASK);
    }
    assert_eq!(list(root.path(), &["."]).0, ["keep.tpl", "sub/b.json"]);
    assert_eq!(list(root.path(), &["sub"]).0, ["sub/b.json"]);
    assert_eq!(list(root.path(), &["build"]).0, ["build/a.json"], "a named directory is walked all the same");
}

#[test]
fn the_same_file_is_listed_once_and_being_named_weighs_more() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "a.json", TASK);
    put(root.path(), "b.json", TASK);
    symlink("a.json", root.path().join("c.json")).unwrap();
    assert_eq!(list(root.path(), &[".", "./c.json", "b.json", "."]).0, ["$ROOT/./c.json named", "$ROOT/b.json named"]);
    assert_eq!(list(root.path(), &["c.json", "a.json"]).0, ["$ROOT/c.json named"]);
}

#[test]
fn links_are_survived() {
    let root = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    put(elsewhere.path(), "far.json", TASK);
    put(root.path(), "d/a.json", TASK);
    symlink("..", root.path().join("d/up")).unwrap();
    symlink("self.json", root.path().join("self.json")).unwrap();
    symlink("nowhere", root.path().join("dangling.json")).unwrap();
    symlink(elsewhere.path(), root.path().join("directory")).unwrap();
    symlink(elsewhere.path().join("far.json"), root.path().join("file.json")).unwrap();
    symlink("d", root.path().join("e")).unwrap();
    assert_eq!(list(root.path(), &["."]), (vec!["d/a.json".into(), "file.json".into()], nothing()));
    assert_eq!(list(root.path(), &["e"]).0, ["e/a.json"], "a link that is named is followed");
    let (found, errors) = list(root.path(), &["dangling.json", "self.json"]);
    assert_eq!(found, nothing());
    assert_eq!(errors, ["`$ROOT/dangling.json` does not exist", "`$ROOT/self.json` cannot be read"]);
}

#[test]
fn what_is_missing_does_not_spoil_the_rest() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "a.json", TASK);
    let (found, errors) = list(root.path(), &["no.json", "a.json", "a.json/b.json"]);
    assert_eq!(found, ["$ROOT/a.json named"]);
    assert_eq!(errors, ["`$ROOT/no.json` does not exist", "`$ROOT/a.json/b.json` does not exist"]);
}

#[test]
fn a_directory_that_cannot_be_read_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "a.json", TASK);
    put(root.path(), "closed/b.json", TASK);
    let closed = root.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may look into every directory.
    let wanted = match fs::read_dir(&closed) {
        Ok(_) => (vec!["a.json".into(), "closed/b.json".into()], nothing()),
        Err(_) => (vec!["a.json".into()], vec!["`$ROOT/./closed` cannot be read".into()]),
    };
    assert_eq!(list(root.path(), &["."]), wanted);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_pipe_on_the_way_is_passed_by() {
    let root = tempfile::tempdir().unwrap();
    let pipe = root.path().join("pipe.json");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(list(root.path(), &["."]), (nothing(), nothing()));
    assert_eq!(list(root.path(), &["pipe.json"]).0, ["$ROOT/pipe.json named"], "reading it tells why it will not do");
}

#[test]
fn walked_paths_are_shown_relative_to_the_working_directory() {
    let cases = [
        ("./a/b.json", "a/b.json"),
        ("a/b.json", "a/b.json"),
        ("../a/b.json", "../a/b.json"),
        ("/home/a/b.json", "a/b.json"),
        ("/other/b.json", "/other/b.json"),
    ];
    for (path, wanted) in cases {
        assert_eq!(shown(Path::new(path), Path::new("/home")), wanted);
    }
}
