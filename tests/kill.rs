//! `kill -9` in the middle of `fix` over 2,000 files: each is old or new, never half.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const FILES: usize = 2_000;
const ROUNDS: usize = 5;

fn definition(index: usize) -> String {
    format!(
        "{{\n  \"family\": \"service-{index}\",\n  \"containerDefinitions\": [\n    {{\n      \"name\": \"app\",\n      \
         \"image\": \"app:{index}\",\n      \"memory\": 256\n    }}\n  ]\n}}\n"
    )
}

fn fix(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-harden"));
    command
        .current_dir(directory)
        .args(["fix", ".", "-q", "--fail-on", "never"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.env_remove("AWS_REGION").env_remove("AWS_DEFAULT_REGION");
    command
}

fn write_all(directory: &Path) {
    for index in 0..FILES {
        fs::write(directory.join(format!("{index:04}.json")), definition(index)).unwrap();
    }
}

#[test]
fn a_killed_run_leaves_every_file_old_or_new() {
    let whole = tempfile::tempdir().unwrap();
    write_all(whole.path());
    assert_eq!(fix(whole.path()).status().unwrap().code(), Some(0), "every file is mended");
    let mended: Vec<String> =
        (0..FILES).map(|index| fs::read_to_string(whole.path().join(format!("{index:04}.json"))).unwrap()).collect();

    let mut caught_in_the_middle = 0;
    for round in 0..ROUNDS {
        let scratch = tempfile::tempdir().unwrap();
        write_all(scratch.path());
        let mut child = fix(scratch.path()).spawn().unwrap();
        // Killed once some files are new, a little later each round.
        let marker = scratch.path().join(format!("{:04}.json", 20 + round * 350));
        let old = definition(20 + round * 350);
        while child.try_wait().unwrap().is_none() && fs::read_to_string(&marker).unwrap_or_default() == old {
            sleep(Duration::from_micros(200));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let mut new = 0;
        for (index, mended) in mended.iter().enumerate() {
            let text = fs::read_to_string(scratch.path().join(format!("{index:04}.json"))).unwrap();
            assert!(text == *mended || text == definition(index), "round {round}: file {index} is neither old nor new");
            new += usize::from(text == *mended);
        }
        caught_in_the_middle += usize::from(new > 0 && new < FILES);
        if round == 0 {
            // What was left behind is hidden, and a second run finishes the work.
            assert_eq!(fix(scratch.path()).status().unwrap().code(), Some(0));
            let last = fs::read_to_string(scratch.path().join(format!("{:04}.json", FILES - 1))).unwrap();
            assert_eq!(last, mended[FILES - 1]);
        }
    }
    assert!(caught_in_the_middle > 0, "no run was killed half-way, which proves nothing");
}
