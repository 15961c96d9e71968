//! Replacing and creating files.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use super::*;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().mode() & 0o7777
}

/// The names in a directory, so that a forgotten temporary file shows.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.collect();
    names.sort();
    names
}

#[test]
fn a_replaced_file_keeps_mode_and_owner() {
    let root = tempfile::tempdir().unwrap();
    let file = put(root.path(), "task.json", "old");
    // Only root can give a file away; for everybody else the file keeps the owner that it has.
    let _ = chown(&file, Some(12_345), Some(23_456));
    let owner = |path: &Path| path.metadata().map(|metadata| (metadata.uid(), metadata.gid())).unwrap();
    let before = owner(&file);
    for wanted in [0o600, 0o640, 0o664, 0o755] {
        fs::write(&file, "old").unwrap();
        set_mode(&file, wanted);
        replace(&file, b"old", b"new").unwrap();
        assert_eq!((mode(&file), owner(&file)), (wanted, before));
        set_mode(&file, 0o600);
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }
    assert_eq!(names(root.path()), ["task.json"]);
}

#[test]
fn a_link_stays_and_its_target_is_replaced() {
    let root = tempfile::tempdir().unwrap();
    let target = put(root.path(), "real/task.json", "old");
    let link = root.path().join("link.json");
    symlink("hop.json", &link).unwrap();
    symlink("real/task.json", root.path().join("hop.json")).unwrap();
    replace(&link, b"old", b"new").unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"new");
    create(&link, b"newer").unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"newer");
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("hop.json"));
    assert_eq!(names(root.path()), ["hop.json", "link.json", "real"]);
}

#[test]
fn a_file_that_changed_meanwhile_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    for now in ["olds", "ol", "", "Old"] {
        let file = put(root.path(), "task.json", now);
        let error = replace(&file, b"old", b"new").unwrap_err();
        assert!(matches!(error, SourceError::Changed { .. }), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), now);
        assert_eq!(names(root.path()), ["task.json"]);
    }
}

#[test]
fn a_read_only_file_is_refused_even_to_root() {
    let root = tempfile::tempdir().unwrap();
    let file = put(root.path(), "task.json", "old");
    set_mode(&file, 0o444);
    for outcome in [replace(&file, b"old", b"new"), create(&file, b"new")] {
        let error = outcome.unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` is read-only", file.display()));
        assert_eq!(error.next_step(), "make it writable (`chmod u+w`), or write elsewhere with `-o`");
    }
    assert_eq!(fs::read(&file).unwrap(), b"old");
    assert_eq!(names(root.path()), ["task.json"]);
}

#[test]
fn a_file_that_is_gone_and_a_directory_that_never_was_are_told_apart() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "file", "");
    let gone = replace(&root.path().join("no.json"), b"old", b"new").unwrap_err();
    assert!(matches!(gone, SourceError::Missing { .. }), "{gone}");
    for place in ["no/task.json", "file/task.json"] {
        let nowhere = create(&root.path().join(place), b"new").unwrap_err();
        assert!(matches!(nowhere, SourceError::NoDirectory { .. }), "{nowhere}");
    }
    assert_eq!(names(root.path()), ["file"]);
}

#[test]
fn only_regular_files_are_written() {
    let root = tempfile::tempdir().unwrap();
    let null = root.path().join("null");
    symlink("/dev/null", &null).unwrap();
    for path in [root.path(), &null] {
        for outcome in [replace(path, b"", b"new"), create(path, b"new")] {
            assert!(matches!(outcome, Err(SourceError::NotAFile { .. })), "{outcome:?}");
        }
    }
    assert!(!Path::new("/dev/null").is_file());
}

#[test]
fn a_created_file_has_the_mode_of_any_new_file() {
    let root = tempfile::tempdir().unwrap();
    let usual = put(root.path(), "usual", "");
    let file = root.path().join("out.json");
    create(&file, b"one").unwrap();
    assert_eq!(mode(&file), mode(&usual));
    set_mode(&file, 0o600);
    create(&file, b"two").unwrap();
    assert_eq!((mode(&file), fs::read(&file).unwrap().as_slice()), (0o600, b"two".as_slice()));
    assert_eq!(names(root.path()), ["out.json", "usual"]);
}

#[test]
fn a_link_to_a_file_that_does_not_exist_yet_is_filled() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("out")).unwrap();
    let link = root.path().join("link.json");
    symlink("out/new.json", &link).unwrap();
    create(&link, b"new").unwrap();
    assert_eq!(fs::read(root.path().join("out/new.json")).unwrap(), b"new");
    assert!(link.is_symlink());
    symlink("circle", root.path().join("circle")).unwrap();
    let circle = create(&root.path().join("circle"), b"new").unwrap_err();
    assert!(matches!(circle, SourceError::Unwritable { .. }), "{circle}");
}
