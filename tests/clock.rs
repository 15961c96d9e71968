//! Ctrl-C while waiting: the first ends the wait, the second the process.

#![cfg(unix)]
#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ecs_harden::aws::SystemClock;
use ecs_harden::rollout::port::{Clock, Interrupted};

#[test]
#[ignore = "runs in a process of its own, which the tests beside it end"]
fn child() {
    let clock = if std::env::var_os("CHILD_LISTENS").is_some() {
        SystemClock::listening().unwrap()
    } else {
        SystemClock::new()
    };
    println!("\nwaiting");
    assert_eq!(clock.wait(Duration::from_mins(10)), Err(Interrupted));
    assert_eq!(clock.wait(Duration::from_mins(10)), Err(Interrupted));
    assert!(clock.is_interrupted());
    println!("interrupted");
    std::thread::sleep(Duration::from_mins(10));
}

struct Waiting {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Waiting {
    fn new(listens: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child", "--ignored", "--nocapture"]).stdout(Stdio::piped());
        command.env_remove("CHILD_LISTENS").env_remove("ECS_HARDEN_TEST_CLOCK");
        if listens {
            command.env("CHILD_LISTENS", "1");
        }
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut waiting = Self { child, lines };
        waiting.until("waiting");
        waiting
    }

    fn until(&mut self, line: &str) {
        assert!(self.lines.by_ref().any(|read| read.unwrap() == line), "never said `{line}`");
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    fn ended_by(mut self) -> Option<i32> {
        self.child.wait().unwrap().signal()
    }
}

#[test]
fn the_first_signal_ends_waits_and_the_second_the_process() {
    for (name, number) in [("INT", 2), ("TERM", 15)] {
        let mut waiting = Waiting::new(true);
        waiting.signal(name);
        waiting.until("interrupted");
        waiting.signal(name);
        assert_eq!(waiting.ended_by(), Some(number));
    }
}

#[test]
fn a_clock_that_does_not_listen_leaves_signals_alone() {
    let waiting = Waiting::new(false);
    waiting.signal("INT");
    assert_eq!(waiting.ended_by(), Some(2));
}
