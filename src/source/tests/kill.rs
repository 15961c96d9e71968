//! A process that is killed while it replaces files leaves each of them old or new.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::*;

const FILES: usize = 2_000;
/// Most of the time a thread waits for the disk; several make it likely that one is in the middle of something.
const THREADS: usize = 16;
const DIRECTORY: &str = "ECS_HARDEN_TEST_KILL_DIRECTORY";

/// A text long enough that half of it could be written, and wrong anywhere if two are mixed.
fn text(letter: u8) -> Vec<u8> {
    vec![letter; 24 * 1024]
}

fn file(root: &Path, index: usize) -> PathBuf {
    root.join(format!("{index}.json"))
}

/// The process that the other test starts and kills: many threads replace their files, say so, and begin again.
#[test]
#[ignore = "the child process of the test below"]
fn child_that_replaces_files_for_ever() {
    let Some(root) = std::env::var_os(DIRECTORY).map(PathBuf::from) else {
        return;
    };
    let start = std::process::id() as usize;
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let own = (0..FILES).filter(move |index| index % THREADS == thread);
            let root = &root;
            scope.spawn(move || {
                for index in own.cycle().skip(start % FILES) {
                    turn(&file(root, index));
                }
            });
        }
    });
}

/// Replaces the old text of a file by the new one, or the new by the old.
fn turn(path: &Path) {
    let before = fs::read(path).unwrap();
    let after = text(if before.first() == Some(&b'a') { b'b' } else { b'a' });
    replace(path, &before, &after).unwrap();
    io::stdout().write_all(b"replaced\n").unwrap();
}

#[test]
fn a_killed_process_leaves_no_file_in_pieces() {
    let root = tempfile::tempdir().unwrap();
    for index in 0..FILES {
        fs::write(file(root.path(), index), text(b'a')).unwrap();
    }
    let (old, new) = (text(b'a'), text(b'b'));
    for round in 0_u32..25 {
        kill_after(root.path(), (round as usize * 37) % 250 + 1, Duration::from_micros(u64::from(round * 331 % 1_500)));
        for index in 0..FILES {
            let now = fs::read(file(root.path(), index)).unwrap();
            assert!(now == old || now == new, "file {index} is in pieces after round {round}: {} bytes", now.len());
        }
    }
}

/// Starts the child, lets it replace that many files and run on for a moment, and kills it.
fn kill_after(root: &Path, replaced: usize, moment: Duration) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "source::tests::kill::child_that_replaces_files_for_ever"])
        .env(DIRECTORY, root)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The pipe stays open to the end: a child that cannot write any more would stop in good order.
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let seen = lines.by_ref().map_while(Result::ok).filter(|line| line == "replaced").take(replaced).count();
    assert_eq!(seen, replaced, "the child stopped by itself");
    let start = Instant::now();
    while start.elapsed() < moment {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(9), "the child stopped by itself");
    drop(lines);
}
