//! Reading, and what the tests of the parts share.

mod expand;
mod write;

use std::error::Error as _;
use std::fs;
use std::io::{self, Cursor, Read};
use std::path::Path;

use super::*;

/// Writes `text` to `name` below `root`, with the directories on the way.
fn put(root: &Path, name: &str, text: &str) -> PathBuf {
    let path = root.join(name);
    fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("directory");
    fs::write(&path, text).expect("file");
    path
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("pipe broke"))
    }
}

#[test]
fn standard_input_and_files_come_byte_for_byte() {
    let root = tempfile::tempdir().unwrap();
    let bytes = b"\xef\xbb\xbf{\r\n\xff\0}";
    let file = root.path().join("task.json");
    fs::write(&file, bytes).unwrap();
    assert_eq!(read(&Input::Stdin, &mut Cursor::new(bytes)).unwrap(), bytes);
    assert_eq!(read(&Input::File(file), &mut Broken).unwrap(), bytes);
}

#[test]
fn one_byte_more_than_the_limit_is_read_and_no_more() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("huge.json");
    fs::File::create(&file).unwrap().set_len(LIMIT as u64 * 3).unwrap();
    assert_eq!(read(&Input::File(file), &mut Broken).unwrap().len(), LIMIT + 1);
    assert_eq!(read(&Input::Stdin, &mut io::repeat(b'x')).unwrap().len(), LIMIT + 1);
}

#[test]
fn a_broken_standard_input_keeps_its_cause() {
    let error = read(&Input::Stdin, &mut Broken).unwrap_err();
    assert_eq!(error.to_string(), "standard input cannot be read");
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("pipe broke"));
}

#[test]
fn what_is_not_a_regular_file_is_refused_without_opening_it() {
    let root = tempfile::tempdir().unwrap();
    let pipe = root.path().join("pipe.json");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe, root.path().to_owned(), PathBuf::from("/dev/zero")] {
        let error = read(&Input::File(path.clone()), &mut Broken).unwrap_err();
        assert!(matches!(error, SourceError::NotAFile { .. }), "{error}");
        assert_eq!(error.to_string(), format!("`{}` is not a regular file", path.display()));
    }
}

#[test]
fn a_missing_and_an_unreadable_file_differ() {
    let root = tempfile::tempdir().unwrap();
    let missing = read(&Input::File(root.path().join("no.json")), &mut Broken).unwrap_err();
    assert!(matches!(missing, SourceError::Missing { .. }), "{missing}");
    // A file that even root cannot read from its beginning.
    let unreadable = read(&Input::File("/proc/self/mem".into()), &mut Broken).unwrap_err();
    assert_eq!(unreadable.to_string(), "`/proc/self/mem` cannot be read");
    assert!(unreadable.source().is_some());
}
