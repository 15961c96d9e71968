//! What counts: baseline, waivers, files that were touched, policy and baseline of the base revision; in scratch repositories, on a fixed day.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

#[cfg(unix)]
#[path = "gate/evasion.rs"]
mod evasion;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A scratch repository, or a directory that is none yet.
struct Scratch {
    directory: tempfile::TempDir,
}

/// How a run ended.
struct Told {
    status: i32,
    out: String,
    err: String,
}

/// A definition with one container that names no user, and one line more before it for each of `lines`.
fn weak(family: &str, lines: usize) -> String {
    let more: Vec<String> = (0..lines).map(|number| format!("  \"x{number}\": 1,\n")).collect();
    let more = more.concat();
    format!(
        "{{\n  \"family\": \"{family}\",\n{more}  \"containerDefinitions\": [\n    {{ \"name\": \"app\", \"image\": \"app:1\", \"memory\": 64 }}\n  ]\n}}\n"
    )
}

const WAIVER: &str =
    "\n[[waiver]]\npass = \"root-user\"\nreason = \"until the image is rebuilt\"\nexpires = 2027-01-31\n";

impl Scratch {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// A repository with these files in its first commit, on the branch `main`.
    fn repository(files: &[(&str, &str)]) -> Self {
        let scratch = Self::new();
        scratch.git(&["init", "--quiet", "--initial-branch", "main"]);
        for (name, text) in files {
            scratch.write(name, text);
        }
        scratch.commit();
        scratch
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    fn git(&self, arguments: &[&str]) {
        git(self.path(), arguments);
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "more"]);
    }

    /// Runs `check` for `root-user` alone.
    fn check(&self, arguments: &[&str]) -> Told {
        self.check_with(arguments, |_| {})
    }

    fn check_with(&self, arguments: &[&str], with: impl Fn(&mut Command)) -> Told {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-harden"));
        command.current_dir(self.path()).args(["check", "-q", "--only", "root-user"]).args(arguments);
        command.env("ECS_HARDEN_TEST_TODAY", "2027-01-15").env_remove("CI").env_remove("AWS_REGION");
        with(&mut command);
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Told { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

fn git(directory: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .current_dir(directory)
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

impl Told {
    #[track_caller]
    fn is(&self, status: i32, out: &str, err: &str) {
        let told = (self.status, self.out.as_str(), self.err.as_str());
        assert_eq!(told, (status, out, err), "\nstdout:\n{}\nstderr:\n{}", self.out, self.err);
    }
}

const FINDING: &str = "medium: `app` names no user, so its image decides, and most images say root [root-user]\n";
const NO_POLICY: &str = "policy none: built-in defaults\n";

#[test]
fn only_what_the_baseline_does_not_hold_counts() {
    let scratch = Scratch::new();
    scratch.write("a.json", &weak("a", 0));
    let wrote = format!("{NO_POLICY}wrote base.json with 1 finding\n");
    scratch.check(&["a.json", "--write-baseline", "base.json"]).is(0, "", &wrote);
    let expected = "{\n  \"version\": 1,\n  \"findings\": [\n    {\n      \"file\": \"a.json\",\n      \"pass\": \"root-user\",\n      \"family\": \"a\",\n      \"container\": \"app\",\n      \"subject\": \"user\"\n    }\n  ]\n}\n";
    assert_eq!(scratch.read("base.json"), expected);
    scratch.check(&["a.json", "--baseline", "base.json"]).is(0, "", NO_POLICY);
    // Another container of the same file is new.
    let two = weak("a", 0).replace(
        "\"memory\": 64 }",
        "\"memory\": 64 },\n    { \"name\": \"new\", \"image\": \"new:1\", \"memory\": 64 }",
    );
    scratch.write("a.json", &two);
    let new = "a.json:5:7: medium: `new` names no user, so its image decides, and most images say root [root-user]\n";
    scratch.check(&["a.json", "--baseline", "base.json"]).is(1, new, NO_POLICY);
    // So is another file, even of the same family: nothing is gone.
    scratch.write("a.json", &weak("a", 0));
    scratch.write("b.json", &weak("a", 0));
    scratch.check(&["a.json", "b.json", "--baseline", "base.json"]).is(1, &format!("b.json:4:7: {FINDING}"), NO_POLICY);
}

#[test]
fn a_baseline_survives_moved_lines_and_a_renamed_file_and_says_what_is_stale() {
    let scratch = Scratch::new();
    scratch.write("old/a.json", &weak("a", 0));
    scratch.write("c.json", &weak("c", 0));
    scratch.check(&["old/a.json", "c.json", "--write-baseline", "base.json"]);
    scratch.write("c.json", &weak("c", 7));
    fs::create_dir(scratch.path().join("new")).unwrap();
    fs::rename(scratch.path().join("old/a.json"), scratch.path().join("new/a.json")).unwrap();
    let moved = format!(
        "{NO_POLICY}note: base.json: what it holds of old/a.json is taken for new/a.json; write it anew with --write-baseline\n"
    );
    scratch.check(&["new/a.json", "c.json", "--baseline", "base.json"]).is(0, "", &moved);
    // One file that is gone stands for one that is new, not for two.
    scratch.write("second.json", &weak("a", 0));
    let second = scratch.check(&["new/a.json", "second.json", "--baseline", "base.json"]);
    second.is(1, &format!("second.json:4:7: {FINDING}"), &moved);
    // What is mended is named, and so is what is gone without an heir; a file that is not looked at is not.
    scratch.write("c.json", &weak("c", 0).replace("\"memory\"", "\"user\": \"7:7\", \"memory\""));
    let stale = "nothing answers to root-user user of app in";
    let told = scratch.check(&["c.json", "--baseline", "base.json"]);
    let advice = "any more; write it anew with --write-baseline";
    let both = format!(
        "{NO_POLICY}warning: base.json: {stale} c.json {advice}\nwarning: base.json: {stale} old/a.json {advice}\n"
    );
    told.is(0, "", &both);
    let none = scratch.check(&["second.json", "--baseline", "base.json", "--skip", "root-user"]);
    assert!(none.status == 2, "--only and --skip: {}", none.err);
}

#[test]
fn a_baseline_that_is_none_is_refused() {
    let scratch = Scratch::new();
    scratch.write("a.json", &weak("a", 0));
    let step = "  hint: write one with --write-baseline\n";
    scratch.write("base.json", "{}");
    let foreign = format!("error: base.json: this is no baseline of ecs-harden\n{step}");
    scratch.check(&["a.json", "--baseline", "base.json"]).is(2, "", &foreign);
    scratch.write("base.json", "{\"version\": 2, \"findings\": []}");
    let version = format!("error: base.json: this baseline has version 2, and 1 is read\n{step}");
    scratch.check(&["a.json", "--baseline", "base.json"]).is(2, "", &version);
    let missing = "error: `none.json` does not exist\n  hint: `ecs-harden check --write-baseline FILE` writes one\n";
    scratch.check(&["a.json", "--baseline", "none.json"]).is(2, "", missing);
}

#[test]
fn waivers_hold_until_their_last_day_and_can_be_left_out() {
    let scratch = Scratch::new();
    scratch.write("a.json", &weak("a", 0));
    scratch.write("ecs-harden.toml", WAIVER);
    let policy = "policy ecs-harden.toml\n";
    let finding = format!("a.json:4:7: {FINDING}");
    scratch.check(&["a.json"]).is(0, "", policy);
    scratch.check(&["a.json", "--no-waivers"]).is(1, &finding, policy);
    let later = scratch.check_with(&["a.json"], |command| {
        command.env("ECS_HARDEN_TEST_TODAY", "2027-02-01");
    });
    let expired =
        "warning: ecs-harden.toml:2: the waiver of root-user expired on 2027-01-31, so what it waived counts again\n";
    later.is(1, &finding, &format!("{policy}{expired}"));
    // What is waived is not in a baseline: it would outlive the waiver.
    scratch.check(&["a.json", "--write-baseline", "base.json"]);
    assert_eq!(scratch.read("base.json"), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
}

#[test]
fn only_files_that_were_touched_are_looked_at() {
    let scratch = Scratch::repository(&[
        ("same.json", &weak("same", 0)),
        ("changed.json", &weak("changed", 0)),
        ("moved.json", &weak("moved", 0)),
        ("moved-and-changed.json", &weak("moved-and-changed", 9)),
        ("gone.json", &weak("gone", 0)),
        (".gitignore", "ignored.json\n"),
    ]);
    scratch.git(&["checkout", "--quiet", "-b", "work"]);
    scratch.write("changed.json", &weak("changed", 1));
    scratch.git(&["mv", "moved.json", "elsewhere.json"]);
    scratch.git(&["mv", "moved-and-changed.json", "other.json"]);
    scratch.write("other.json", &weak("moved-and-changed", 10));
    scratch.git(&["rm", "--quiet", "gone.json"]);
    scratch.commit();
    scratch.write("untracked.json", &weak("untracked", 0));
    scratch.write("ignored.json", &weak("ignored", 0));
    // What others did since is not this work's.
    scratch.git(&["checkout", "--quiet", "main"]);
    scratch.write("same.json", &weak("same", 2));
    scratch.commit_only("same.json");
    scratch.git(&["checkout", "--quiet", "work"]);
    let expected = format!("changed.json:5:7: {FINDING}other.json:14:7: {FINDING}untracked.json:4:7: {FINDING}");
    scratch.check(&[".", "--changed-since", "main"]).is(1, &expected, NO_POLICY);
    // A file that is gone is no error, and what is named and not touched is not looked at.
    let gone = "note: gone.json: gone since main, so there is nothing to check\n";
    scratch.check(&["gone.json", "same.json", "--changed-since", "main"]).is(0, "", gone);
    scratch.check(&["never.json", "--changed-since", "main"]).is(
        2,
        "",
        "error: `never.json` does not exist\n  hint: check the spelling and the working directory; `-` reads standard input\n",
    );
    // From below the top it is the same.
    scratch.write("deep/x.json", &weak("x", 0));
    let deep = scratch.check_with(&[".", "--changed-since", "main"], |command| {
        command.current_dir(scratch.path().join("deep"));
    });
    deep.is(1, &format!("x.json:4:7: {FINDING}"), NO_POLICY);
}

impl Scratch {
    fn commit_only(&self, name: &str) {
        self.git(&["add", name]);
        self.git(&["commit", "--quiet", "--message", "theirs", "--", name]);
    }
}

#[test]
fn nothing_touched_is_clean_in_every_form() {
    let scratch = Scratch::repository(&[("a.json", &weak("a", 0))]);
    scratch.check(&[".", "--changed-since", "HEAD"]).is(0, "", "");
    let sarif = scratch.check(&[".", "--changed-since", "HEAD", "--format", "sarif", "--output", "junit=j.xml"]);
    let log: Value = serde_json::from_str(&sarif.out).unwrap();
    assert_eq!((sarif.status, log["runs"][0]["results"].as_array().map(Vec::len)), (0, Some(0)));
    assert!(scratch.read("j.xml").contains("tests=\"0\""));
    // A gate that looked into the wrong directory is not green.
    fs::create_dir(scratch.path().join("empty")).unwrap();
    assert_eq!(scratch.check(&["empty", "--changed-since", "HEAD"]).status, 2);
}

#[test]
fn git_that_cannot_tell_is_an_error_with_a_next_step() {
    let scratch = Scratch::new();
    scratch.write("a.json", &weak("a", 0));
    let none = scratch.check_with(&[".", "--changed-since", "main"], |command| {
        command.env("GIT_CEILING_DIRECTORIES", scratch.path().parent().unwrap());
    });
    assert_eq!(none.status, 2);
    assert!(
        none.err.starts_with("error: this is no git repository, or git does not trust its owner: "),
        "{}",
        none.err
    );
    let no_git = scratch.check_with(&[".", "--changed-since", "main"], |command| {
        command.env("PATH", "/nonexistent");
    });
    no_git.is(
        2,
        "",
        "error: the program git cannot be run\n  hint: install git, or leave out --changed-since and --policy-from\n",
    );

    let scratch = Scratch::repository(&[("a.json", &weak("a", 0))]);
    let unknown = "error: there is no revision nowhere here\n  hint: `git fetch origin BRANCH` fetches it, as origin/BRANCH; `git branch --all` lists what is here\n";
    scratch.check(&[".", "--changed-since", "nowhere"]).is(2, "", unknown);
    scratch.check(&[".", "--policy-from", "nowhere"]).is(2, "", unknown);
    let flag = scratch.check(&[".", "--changed-since=--output=x"]);
    assert!(flag.status == 2 && flag.err.contains("this is no revision"), "{}", flag.err);
    scratch.check(&["-", "--changed-since", "main"]).is(
        2,
        "",
        "error: --changed-since is about files of a repository\n  hint: name files or directories\n",
    );
    scratch.git(&["checkout", "--quiet", "--orphan", "alone"]);
    scratch.write("a.json", &weak("a", 1));
    scratch.commit();
    let alone = "error: main and what is checked out have no common commit here\n  hint: name a revision that this one grew from\n";
    scratch.check(&[".", "--changed-since", "main"]).is(2, "", alone);
}

/// A clone of one commit, as checkouts of workflows are.
#[test]
fn a_clone_whose_history_is_cut_off_says_how_to_fetch_the_rest() {
    let origin = Scratch::repository(&[("a.json", &weak("a", 0))]);
    origin.write("a.json", &weak("a", 1));
    origin.commit();
    origin.git(&["checkout", "--quiet", "-b", "work"]);
    origin.write("a.json", &weak("a", 2));
    origin.commit();
    let clone = Scratch::new();
    let from = format!("file://{}", origin.path().display());
    clone.git(&["clone", "--quiet", "--depth", "1", "--branch", "work", &from, "."]);
    let hint = "  hint: fetch all of it: `git fetch --unshallow`, or fetch-depth: 0 of the checkout\n";
    let unknown = format!("error: there is no revision origin/main here, and its history is cut off\n{hint}");
    clone.check(&[".", "--changed-since", "origin/main"]).is(2, "", &unknown);
    clone.git(&["fetch", "--quiet", "--depth", "1", "origin", "main:refs/remotes/origin/main"]);
    let apart = format!(
        "error: origin/main and what is checked out have no common commit here, and its history is cut off\n{hint}"
    );
    clone.check(&[".", "--changed-since", "origin/main"]).is(2, "", &apart);
    clone.git(&["fetch", "--quiet", "--unshallow", "origin"]);
    clone.check(&[".", "--changed-since", "origin/main"]).is(1, &format!("a.json:6:7: {FINDING}"), NO_POLICY);
    // The policy of a revision takes that revision alone.
    clone.check(&[".", "--policy-from", "origin/main"]).is(1, &format!("a.json:6:7: {FINDING}"), NO_POLICY);
}

#[test]
fn what_a_change_adds_to_the_policy_is_told_first_and_does_not_count() {
    let scratch =
        Scratch::repository(&[("a.json", &weak("a", 0)), ("ecs-harden.toml", "[logs]\ngroup = \"/ecs/x\"\n")]);
    scratch.git(&["checkout", "--quiet", "-b", "work"]);
    scratch.write("ecs-harden.toml", &format!("[logs]\ngroup = \"/ecs/y\"\n{WAIVER}"));
    scratch.commit();
    scratch.check(&["a.json"]).is(0, "", "policy ecs-harden.toml\n");
    let notes = "note: ecs-harden.toml:4: a waiver of root-user: until the image is rebuilt: not in main, so it does not count\n\
                 note: ecs-harden.toml:2: a setting of logs.group: not in main, so it does not count\n";
    let told = format!("{notes}policy main:ecs-harden.toml\n");
    scratch.check(&["a.json", "--policy-from", "main"]).is(1, &format!("a.json:4:7: {FINDING}"), &told);
    // Once merged it counts, and nothing is told.
    scratch.check(&["a.json", "--policy-from", "work"]).is(0, "", "policy work:ecs-harden.toml\n");
    // What decides about fixes is told as well, though it never decides the exit status.
    let policy = format!("[logs]\ngroup = \"/ecs/x\"\n{WAIVER}");
    for (says, told) in [("accept", "an accept"), ("decline", "a decline")] {
        scratch.write("ecs-harden.toml", &format!("{policy}\n[[{says}]]\npass = \"root-user\"\n"));
        let note = format!("{told} of root-user: not in work, so it does not count");
        let told = scratch.check(&["a.json", "--policy-from", "work"]);
        assert!(told.status == 0 && told.err.contains(&note), "{}", told.err);
    }
    scratch.write("ecs-harden.toml", &format!("[logs]\ngroup = \"/ecs/y\"\n{WAIVER}"));
    // Every form for reviews tells it.
    for (format, expected) in [
        ("markdown", "does not count until it is merged"),
        ("github", "::notice title=ecs-harden%3A not merged yet,file=ecs-harden.toml,line=4::a waiver of root-user"),
        ("sarif", "a waiver of root-user: until the image is rebuilt; it counts once it is merged"),
    ] {
        let told = scratch.check(&["a.json", "--policy-from", "main", "--format", format]);
        assert!(told.status == 1 && told.out.contains(expected), "{format}: {}", told.out);
    }
    // A policy that is named, and one that is not there yet.
    let named = scratch.check(&["a.json", "--policy-from", "main", "--policy", "ecs-harden.toml"]);
    named.is(1, &format!("a.json:4:7: {FINDING}"), &told);
    scratch.write("new/ecs-harden.toml", WAIVER);
    scratch.write("new/b.json", &weak("b", 0));
    let new = scratch.check(&["new/b.json", "--policy-from", "main"]);
    let note = "note: new/ecs-harden.toml:2: a waiver of root-user: until the image is rebuilt: not in main, so it does not count\n";
    new.is(1, &format!("new/b.json:4:7: {FINDING}"), &format!("{note}policy main:ecs-harden.toml\n"));
}

#[test]
fn what_a_change_adds_to_the_baseline_does_not_count() {
    let scratch = Scratch::repository(&[("a.json", &weak("a", 0))]);
    scratch.check(&["a.json", "--write-baseline", "base.json"]);
    scratch.commit();
    scratch.git(&["checkout", "--quiet", "-b", "work"]);
    scratch.write("b.json", &weak("b", 0));
    scratch.check(&[".", "--write-baseline", "base.json"]);
    scratch.commit();
    scratch.check(&[".", "--baseline", "base.json"]).is(0, "", NO_POLICY);
    let note = "note: base.json: an entry of the baseline: root-user user of app in b.json: not in main, so it does not count\n";
    let told = scratch.check(&["a.json", "b.json", "--baseline", "base.json", "--policy-from", "main"]);
    told.is(1, &format!("b.json:4:7: {FINDING}"), &format!("{note}{NO_POLICY}"));
    // Where there was none, nothing is known.
    let first = scratch.check(&["a.json", "--baseline", "base.json", "--policy-from", "main~1"]);
    assert!(first.status == 1 && first.out == format!("a.json:4:7: {FINDING}"), "{}{}", first.out, first.err);
}

/// The report for programs says what the baseline holds.
#[test]
fn the_report_for_programs_says_what_counts() {
    let scratch = Scratch::new();
    scratch.write("a.json", &weak("a", 0));
    scratch.check(&["a.json", "--write-baseline", "base.json"]);
    let gate = |arguments: &[&str]| {
        let told = scratch.check(&[&["a.json", "--format", "json"], arguments].concat());
        let report: Value = serde_json::from_str(&told.out).unwrap();
        report["files"][0]["findings"][0]["gate"].as_str().map(str::to_owned)
    };
    assert_eq!(gate(&[]).as_deref(), Some("counts"));
    assert_eq!(gate(&["--fail-on", "high"]).as_deref(), Some("minor"));
    assert_eq!(gate(&["--baseline", "base.json"]).as_deref(), Some("known"));
    let sarif = scratch.check(&["a.json", "--format", "sarif", "--baseline", "base.json"]);
    assert!(sarif.status == 0 && sarif.out.contains("\"baselineState\": \"unchanged\""), "{}", sarif.out);
}

/// A waiver may come alone; whoever reviews it decides on all that it is about.
#[test]
fn what_a_change_adds_to_the_policy_is_told_where_no_definition_is_touched() {
    let scratch = Scratch::repository(&[("a.json", &weak("a", 0))]);
    scratch.git(&["checkout", "--quiet", "-b", "work"]);
    scratch.write("ecs-harden.toml", WAIVER);
    scratch.commit();
    let told = scratch.check(&["--policy-from", "main", "--changed-since", "main"]);
    let note = "note: ecs-harden.toml:2: a waiver of root-user: until the image is rebuilt: not in main, so it does not count\n";
    told.is(0, "", note);
    let markdown = scratch.check(&["--policy-from", "main", "--changed-since", "main", "--format", "markdown"]);
    assert!(markdown.out.contains("#### Added by this change: does not count until it is merged"), "{}", markdown.out);
}
