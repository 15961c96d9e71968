//! Where the action takes the program from.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use super::curl_and_jq_are_there;
use super::runner::Done;
use super::world::{World, definition};

const TARGET: &str = "x86_64-unknown-linux-musl";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const OTHER: &str = "fedcba9876543210fedcba9876543210fedcba98";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A server with a release whose program says so, and a cargo that builds another.
fn released(reference: &str, tag: &str) -> World {
    let mut world = World::pull_request(&[("README", "")], &[("pay.json", &definition("pay", true))]);
    world.check_out(true);
    world.input("binary", "");
    world.job.action = ("acme/ecs-harden".into(), reference.into());
    let refs = format!("{COMMIT}\trefs/tags/v0\n{tag}\trefs/tags/v{VERSION}\n{OTHER}\trefs/heads/main\n");
    world.github.file("/acme/ecs-harden/info/refs", refs.into_bytes());
    world.github.file("/acme/ecs-harden/HEAD", b"ref: refs/heads/main\n".to_vec());
    let archive = archive(&world);
    world.github.file(&format!("{}/ecs-harden-{TARGET}.tar.gz", place()), fs::read(&archive).unwrap());
    let digest = Command::new("sha256sum").arg(&archive).output().unwrap().stdout;
    let digest = String::from_utf8(digest).unwrap();
    sums(&world, digest.split(' ').next().unwrap());
    let cargo = "#!/bin/sh\nwhile [ \"$1\" != --target-dir ]; do shift; done\nmkdir -p \"$2/release\"\ncp \"$(dirname \"$0\")/built\" \"$2/release/ecs-harden\"\n";
    program(&world, "bin/cargo", cargo);
    program(&world, "bin/built", "#!/bin/sh\ntest \"$1\" = --version && echo built || exit 0\n");
    world
}

fn place() -> String {
    format!("/acme/ecs-harden/releases/download/v{VERSION}")
}

fn sums(world: &World, digest: &str) {
    let text = format!("{OTHER}  ecs-harden-other.tar.gz\n{digest}  ecs-harden-{TARGET}.tar.gz\n");
    world.github.file(&format!("{}/SHA256SUMS", place()), text.into_bytes());
}

fn program(world: &World, name: &str, text: &str) {
    let path = world.directory.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A release is what `packaging/release/archive.sh` makes.
fn archive(world: &World) -> PathBuf {
    let into = world.directory.path().join("release");
    fs::create_dir(&into).unwrap();
    program(
        world,
        "release/ecs-harden",
        "#!/bin/sh\ncase $1 in --version) echo released ;; completions) ;; man) : >\"$2/ecs-harden.1\" ;; esac\n",
    );
    let done = Command::new("bash")
        .arg(super::root().join("packaging/release/archive.sh"))
        .args([TARGET, into.join("ecs-harden").to_str().unwrap(), into.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    into.join(format!("ecs-harden-{TARGET}.tar.gz"))
}

fn says(done: &Done, line: &str) {
    assert!(done.log.lines().any(|told| told == line), "{line}\n{}", done.log);
}

#[test]
fn the_release_of_the_very_source_is_taken_by_tag_and_by_commit() {
    if !curl_and_jq_are_there() {
        return;
    }
    for reference in [&format!("v{VERSION}"), "v0", COMMIT] {
        let world = released(reference, COMMIT);
        says(&world.run(), &format!("ecs-harden: released from release v{VERSION}, whose checksum is right"));
    }
}

#[test]
fn another_source_than_that_of_the_release_is_built() {
    if !curl_and_jq_are_there() {
        return;
    }
    for (reference, tag) in [("main", COMMIT), (OTHER, COMMIT), ("v0", OTHER)] {
        let world = released(reference, tag);
        says(&world.run(), "ecs-harden: built from the source of this action");
    }
    // So it is where no release can be had.
    let mut world = released(COMMIT, COMMIT);
    world.set("RUNNER_ARCH", "RISCV64");
    says(&world.run(), "ecs-harden: built from the source of this action");
    world.set("RUNNER_ARCH", "X64");
    world.github.state.lock().unwrap().files.clear();
    says(&world.run(), "ecs-harden: built from the source of this action");
}

#[test]
fn a_download_that_is_not_what_its_checksum_says_is_never_run() {
    if !curl_and_jq_are_there() {
        return;
    }
    let world = released(COMMIT, COMMIT);
    sums(&world, &"0".repeat(64));
    let done = world.run();
    assert_eq!((done.status, done.ran.len()), (1, 2));
    let said = format!(
        "::error title=ecs-harden::ecs-harden-{TARGET}.tar.gz of v{VERSION} is not what SHA256SUMS says; nothing of it was run"
    );
    says(&done, &said);
    let mut world = released(COMMIT, COMMIT);
    world.input("binary", "nowhere");
    says(&world.run(), "::error title=ecs-harden::the input binary names no program");
    let broken = world.directory.path().join("bin/cargo");
    fs::write(&broken, "#!/bin/sh\nexit 9\n").unwrap();
    world.input("binary", broken.to_str().unwrap());
    says(&world.run(), "::error title=ecs-harden::the program from the input binary does not run here");
}

#[test]
fn without_cargo_and_release_it_says_what_to_do() {
    if !curl_and_jq_are_there() {
        return;
    }
    let mut world = released("main", COMMIT);
    let bin = world.directory.path().join("bin");
    for name in ["bash", "git", "curl", "sed", "head", "mktemp", "cut", "awk", "dirname"] {
        let found = Command::new("sh").args(["-c", &format!("command -v {name}")]).output().unwrap().stdout;
        std::os::unix::fs::symlink(String::from_utf8(found).unwrap().trim(), bin.join(name)).unwrap();
    }
    fs::remove_file(bin.join("cargo")).unwrap();
    world.set("PATH", bin.to_str().unwrap());
    let said = "::error title=ecs-harden::there is no cargo to build with: install Rust in a step before, or name a released version of this action";
    says(&world.run(), said);
}
