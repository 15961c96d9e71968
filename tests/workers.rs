//! How many files are worked on at once changes nothing of what comes out.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::cell::RefCell;
use std::fs;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Parser;
use ecs_harden::aws::Real;
use ecs_harden::cli::{self, Cli, Exit};
use ecs_harden::context::{Ci, Colour, Context, Terminal, Verbosity};
use ecs_harden_transforms::engine::Fault;

/// A stream that breaks after so many bytes.
#[derive(Clone)]
struct Pipe {
    written: Rc<RefCell<Vec<u8>>>,
    room: usize,
}

impl Pipe {
    fn new(room: usize) -> Self {
        Self { written: Rc::default(), room }
    }

    fn text(&self) -> String {
        String::from_utf8(self.written.borrow().clone()).unwrap()
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.written.borrow_mut();
        let taken = bytes.len().min(self.room - written.len());
        if taken == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        written.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a run ended with and told.
#[derive(Debug, PartialEq)]
struct Told {
    exit: Exit,
    out: String,
    err: String,
}

fn run(workers: usize, room: usize, arguments: &[&str], stdin: &str) -> Told {
    let (out, err) = (Pipe::new(room), Pipe::new(usize::MAX));
    let context = Context {
        out: Box::new(out.clone()),
        err: Box::new(err.clone()),
        stdin: Box::new(io::Cursor::new(stdin.to_owned())),
        colour: Colour::default(),
        cwd: std::env::current_dir().unwrap(),
        ci: Ci::No,
        today: "2026-03-01".parse().unwrap(),
        region: None,
        fault: Fault::None,
        verbosity: Verbosity::Normal,
        workers: NonZeroUsize::new(workers).unwrap(),
        cloud: Box::new(Real),
        terminal: Terminal::No,
        arguments: Vec::new(),
        state: None,
    };
    let exit = cli::run(Cli::parse_from(["ecs-harden"].iter().chain(arguments)), context);
    Told { exit, out: out.text(), err: err.text() }
}

/// Every input of the snapshots, whatever is wrong with it.
fn inputs() -> Vec<PathBuf> {
    fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                collect(&path, found);
            } else if path.file_stem().is_some_and(|name| name == "before") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(Path::new("snapshots"), &mut found);
    found
}

#[test]
fn many_workers_tell_what_one_tells() {
    let paths = inputs();
    let paths: Vec<&str> = paths.iter().map(|path| path.to_str().unwrap()).collect();
    assert!(paths.len() > 100, "{} inputs", paths.len());
    let first = fs::read_to_string(paths[0]).unwrap();
    for command in [
        &["check"][..],
        &["check", "--format", "json"],
        &["check", "-v", "--launch-type", "fargate", "--set", "nobody:root-user.user=7:7"],
        &["diff"],
        &["diff", "--format", "json"],
        &["diff", "-q"],
    ] {
        // One that does not exist, and standard input between two files.
        let arguments = [command, &["snapshots/missing.json"], &paths[..9], &["-"], &paths[9..]].concat();
        let alone = run(1, usize::MAX, &arguments, &first);
        assert!(alone.out.len() > 10_000, "{command:?} tells little:\n{}", alone.err);
        assert_eq!(run(5, usize::MAX, &arguments, &first), alone, "{command:?}");
    }
}

#[test]
fn a_pipe_that_closes_has_got_what_it_would_have_got_from_one_worker() {
    for (command, room) in
        [(&["check"][..], 70_000), (&["diff"], 30_000), (&["check", "--no-policy", "--format", "json"], 200_000)]
    {
        let arguments = [command, &["snapshots"]].concat();
        let alone = run(1, room, &arguments, "");
        assert_eq!((alone.exit, alone.out.len()), (Exit::Usage, room));
        assert_eq!(run(5, room, &arguments, ""), alone, "{command:?}");
    }
}

/// Some of the snapshots have policies that are wrong on purpose.
#[test]
fn a_policy_that_cannot_be_taken_is_told_before_a_report_begins() {
    let told = run(5, usize::MAX, &["check", "--format", "json", "snapshots"], "");
    assert_eq!((told.exit, told.out.as_str()), (Exit::Usage, ""));
    assert!(told.err.starts_with("error: snapshots/"), "{}", told.err);
    assert!(!run(5, usize::MAX, &["check", "snapshots"], "").out.is_empty());
}

#[test]
fn many_workers_write_what_one_writes() {
    let fixed = |workers: usize| {
        let directory = tempfile::tempdir().unwrap();
        let mut paths = Vec::new();
        for (number, input) in inputs().iter().enumerate() {
            let path = directory.path().join(format!("{number:04}.json"));
            fs::copy(input, &path).unwrap();
            paths.push(path);
        }
        let told = run(workers, usize::MAX, &["fix", directory.path().to_str().unwrap()], "");
        let texts: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
        let name = directory.path().file_name().unwrap().to_str().unwrap().to_owned();
        (told.exit, told.out.replace(&name, "DIR"), told.err.replace(&name, "DIR"), texts)
    };
    let alone = fixed(1);
    assert!(alone.1.len() > 10_000, "little is fixed:\n{}", alone.2);
    assert!(fixed(5) == alone);
}
