//! The action for pull requests: the steps of `action.yml`, run in their order as shell, in scratch repositories, against a server that
//! stands for GitHub. What only its own runners can show is not shown here.

#![cfg(unix)]
#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]
#![allow(unreachable_pub, reason = "modules of a test crate")]

#[path = "action/install.rs"]
mod install;
#[path = "action/runner.rs"]
mod runner;
#[path = "action/server.rs"]
mod server;
#[path = "action/world.rs"]
mod world;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use snapbox::{Assert, Data, data::DataFormat};

use runner::{Done, root, yaml};
use server::{BOT, TOKEN};
use world::{SECRET, World, definition};

const MARKER: &str = "<!-- ecs-harden: ecs-harden -->\n";
const POLICY: &str = "policy <code>refs/remotes/origin/main:ecs-harden.toml</code>\n";
const WAIVER: &str = "[[waiver]]\npass = \"root-user\"\nfamily = \"pay\"\nreason = \"until the image is rebuilt\"\nexpires = 2027-01-31\n";

/// The action asks the API with curl and jq, which the runners of GitHub have.
fn curl_and_jq_are_there() -> bool {
    let missing = ["curl", "jq"].into_iter().find(|program| Command::new(program).arg("--version").output().is_err());
    if let Some(program) = missing {
        println!("skipped: {program} is not installed");
    }
    missing.is_none()
}

/// A weak definition that was there, one that the pull request adds, and a waiver for it that the pull request adds too.
fn story() -> World {
    let (old, new) = (definition("old", true), definition("pay", true));
    let world = World::pull_request(
        &[("services/old.json", &old), ("ecs-harden.toml", "")],
        &[("services/pay.json", &new), ("ecs-harden.toml", WAIVER)],
    );
    world.check_out(true);
    world
}

fn annotations(done: &Done) -> Vec<&str> {
    done.log.lines().filter(|line| line.starts_with("::")).collect()
}

#[test]
fn what_a_pull_request_adds_is_told_at_its_lines_and_decides() {
    let world = story();
    let done = world.run();
    assert_eq!(done.status, 1, "{}", done.log);
    assert_eq!(done.outputs["status"], "1");
    let line = definition("pay", true).lines().position(|line| line.contains("\"name\": \"app\"")).unwrap() + 1;
    let told = annotations(&done);
    assert_eq!(told.len(), 3, "{}", done.log);
    let of_the_finding = format!("::warning title=ecs-harden%3A root-user,file=services/pay.json,line={line},");
    assert!(told[0].starts_with(&of_the_finding), "{}", told[0]);
    let of_the_waiver = "::notice title=ecs-harden%3A not merged yet,file=ecs-harden.toml,line=1::a waiver of root-user: until the image is rebuilt; it counts once it is merged";
    assert_eq!(told[1], of_the_waiver);
    assert!(told[2].starts_with("::error title=ecs-harden::something at or above fail-on was found"), "{}", told[2]);
    assert!(!done.log.contains("services/old.json"), "{}", done.log);
}

#[test]
fn the_comment_is_what_a_reviewer_wants_and_is_written_over_by_the_next_run() {
    if !curl_and_jq_are_there() {
        return;
    }
    let world = story();
    let done = world.run();
    let asked = world.github.asked();
    assert_eq!(
        asked,
        ["GET repos/acme/shop/issues/7/comments?per_page=100&page=1", "POST repos/acme/shop/issues/7/comments"]
    );
    let first = world.github.bodies().remove(0);
    let expected = Data::read_from(&root().join("tests/action/comment.md"), Some(DataFormat::Text));
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(Data::text(&first), expected);
    assert_eq!(first, format!("{MARKER}{}", done.summary));

    world.push(&[("services/pay.json", &definition("pay", false)), ("ecs-harden.toml", "")]);
    world.check_out(true);
    let done = world.run();
    assert_eq!(done.status, 0, "{}", done.log);
    let asked = world.github.asked();
    assert_eq!(asked[1..], ["PATCH repos/acme/shop/issues/comments/1000"]);
    assert_eq!(world.github.bodies(), [format!("{MARKER}### ecs-harden: 0 findings in 1 file\n\n{POLICY}")]);
}

#[test]
fn nothing_secret_is_in_anything_that_it_tells() {
    if !curl_and_jq_are_there() {
        return;
    }
    let world = story();
    let done = world.run();
    let mut told = vec![done.log.clone(), done.summary.clone()];
    told.push(world.github.bodies().remove(0));
    told.extend(["report", "sarif", "markdown"].map(|output| fs::read_to_string(&done.outputs[output]).unwrap()));
    for text in &told {
        assert!(!text.is_empty() && !text.contains(SECRET) && !text.contains(TOKEN), "{text}");
    }
    // It was there to be told.
    assert!(fs::read_to_string(world.job.workspace.join("services/pay.json")).unwrap().contains(SECRET));
}

#[test]
fn a_clean_pull_request_gets_no_comment() {
    let world = World::pull_request(&[("README", "")], &[("pay.json", &definition("pay", false))]);
    world.check_out(true);
    let done = world.run();
    assert_eq!((done.status, annotations(&done).len()), (0, 0), "{}", done.log);
    assert_eq!(world.github.bodies(), [""; 0]);
    assert_eq!(done.summary, "### ecs-harden: 0 findings in 1 file\n");
}

#[test]
fn a_waiver_that_comes_alone_is_told_all_the_same() {
    if !curl_and_jq_are_there() {
        return;
    }
    let world = World::pull_request(&[("pay.json", &definition("pay", true))], &[("ecs-harden.toml", WAIVER)]);
    world.check_out(true);
    let done = world.run();
    assert_eq!(done.status, 0, "{}", done.log);
    assert_eq!(world.github.bodies().len(), 1);
}

#[test]
fn a_comment_of_somebody_else_is_never_written_over() {
    if !curl_and_jq_are_there() {
        return;
    }
    let world = story();
    world.github.comment("mallory", &format!("{MARKER}nothing to see"));
    for number in 0..120 {
        world.github.comment(BOT, &format!("{number}: {MARKER}"));
    }
    world.run();
    let bodies = world.github.bodies();
    assert_eq!(bodies.len(), 122);
    assert_eq!(bodies[0], format!("{MARKER}nothing to see"));
    assert!(bodies[121].starts_with(MARKER));
    // It is found again on the second page.
    world.github.asked();
    world.run();
    assert_eq!(world.github.asked()[2..], ["PATCH repos/acme/shop/issues/comments/1121"]);
}

#[test]
fn an_answer_that_is_none_is_told_and_the_findings_decide_all_the_same() {
    if !curl_and_jq_are_there() {
        return;
    }
    for nonsense in [&b""[..], b"<html>", b"{}"] {
        let world = story();
        world.github.state.lock().unwrap().nonsense = Some(nonsense);
        let done = world.run();
        let said = "no comment was written: the API answers something else than comments;";
        assert!(done.log.contains(said), "{}", done.log);
        assert!(done.ran.contains(&"Decide".to_owned()) && done.status == 1, "{}", done.log);
    }
}

#[test]
fn a_token_that_may_not_write_is_told_and_fails_nothing() {
    if !curl_and_jq_are_there() {
        return;
    }
    let mut world = story();
    world.github.state.lock().unwrap().refusal = Some(403);
    let done = world.run();
    let said = "::notice title=ecs-harden::no comment was written: the token may not (HTTP 403): the job needs `pull-requests: write`, which pull requests of forks do not get; the summary of this job tells the same\n";
    assert!(done.log.contains(said), "{}", done.log);
    assert!(done.ran.contains(&"Decide".to_owned()) && done.status == 1, "{}", done.log);
    world.input("fail-on", "never");
    assert_eq!(world.run().status, 0);
    world.set("GITHUB_API_URL", "http://127.0.0.1:1");
    let done = world.run();
    assert!(
        done.status == 0 && done.log.contains("no comment was written: the API cannot be reached;"),
        "{}",
        done.log
    );
}

#[test]
fn pull_request_target_is_refused_before_anything_runs() {
    let mut world = story();
    world.set("GITHUB_EVENT_NAME", "pull_request_target");
    let done = world.run();
    assert_eq!((done.status, done.ran.len()), (1, 1));
    assert!(
        done.log.starts_with("::error title=ecs-harden::pull_request_target is refused: it runs with a token that"),
        "{}",
        done.log
    );
    assert_eq!(world.github.asked(), [""; 0]);
}

#[test]
fn of_a_checkout_of_one_commit_the_base_is_fetched() {
    let world = story();
    let whole = world.run();
    world.check_out(false);
    let done = world.run();
    let note = "ecs-harden: fetching the base branch; with fetch-depth: 0 of actions/checkout it is there already\n";
    assert!(done.log.contains(note), "{}", done.log);
    assert_eq!((done.status, annotations(&done)), (1, annotations(&whole)));
}

/// The token goes to git by its environment; a private repository gives nothing without it.
#[test]
fn of_a_checkout_that_keeps_no_credentials_the_base_is_fetched_with_the_token() {
    let world = story();
    world.check_out(false);
    let found = Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout;
    let wanted = format!("$(printf 'x-access-token:{TOKEN}' | base64 | tr -d '\\n')");
    let git = format!(
        "#!/bin/sh\ncase \"$*\" in *{TOKEN}*) exit 99 ;; fetch*) test \"$GIT_CONFIG_KEY_0=$GIT_CONFIG_VALUE_0\" = \"http.$GITHUB_SERVER_URL/.extraheader=AUTHORIZATION: basic {wanted}\" || exit 128 ;; esac\nexec {} \"$@\"\n",
        String::from_utf8(found).unwrap().trim()
    );
    let path = world.directory.path().join("bin/git");
    fs::write(&path, git).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let done = world.run();
    assert!(done.status == 1 && done.log.contains("file=services/pay.json"), "{}", done.log);
}

#[test]
fn a_base_that_cannot_be_had_is_refused_by_name() {
    let mut world = story();
    world.check_out(false);
    fs::rename(world.origin(), world.directory.path().join("gone")).unwrap();
    let done = world.run();
    let said = "::error title=ecs-harden::the base branch cannot be fetched, so nothing says which policy counts: give actions/checkout fetch-depth: 0\n";
    assert!(done.status == 1 && done.log.contains(said), "{}", done.log);
    assert!(!done.ran.contains(&"Comment on the pull request".to_owned()));
    world.input("base", "v9");
    let done = world.run();
    assert!(
        done.status == 1 && done.log.contains("::error title=ecs-harden::the input base is no revision"),
        "{}",
        done.log
    );
}

#[test]
fn names_of_files_and_branches_do_no_harm() {
    let name = "a b/$(touch pwned)\n::error::x/`touch pwned`;touch pwned.json";
    let mut world = World::pull_request(&[("README", "")], &[(name, &definition("pay", true))]);
    // A base branch may be called almost anything.
    world::git(&world.origin(), &["branch", "x/$(touch${IFS}pwned)", "main"]);
    world.set("GITHUB_BASE_REF", "x/$(touch${IFS}pwned)");
    world.input("paths", "a b\n-v\n$(touch pwned)\n.");
    world.check_out(true);
    let done = world.run();
    let pwned = Command::new("find").arg(world.directory.path()).args(["-name", "pwned"]).output().unwrap();
    assert_eq!(String::from_utf8(pwned.stdout).unwrap(), "");
    assert!(!done.log.lines().any(|line| line.starts_with("::error::x")), "{}", done.log);
    let told = "::warning title=ecs-harden%3A root-user,file=a b/$(touch pwned)\\x0a%3A%3Aerror%3A%3Ax/`touch pwned`;touch pwned.json,line=5,";
    assert!(done.log.contains(told), "{}", done.log);
    // The two paths that are none are refused, each by name.
    assert_eq!(done.status, 2, "{}", done.log);
    assert!(
        done.log.contains("`-v` does not exist") && done.log.contains("`$(touch pwned)` does not exist"),
        "{}",
        done.log
    );
}

#[test]
fn a_push_is_looked_at_as_a_whole_and_commented_on_nowhere() {
    let mut world = story();
    world.set("GITHUB_EVENT_NAME", "push");
    world.set("GITHUB_REF", "refs/heads/main");
    world.environment_without("GITHUB_BASE_REF");
    let done = world.run();
    assert_eq!(done.status, 1, "{}", done.log);
    // The waiver counts here: it is merged.
    assert!(
        done.log.contains("file=services/old.json,") && !done.log.contains("file=services/pay.json,"),
        "{}",
        done.log
    );
    assert_eq!(world.github.asked(), [""; 0]);
}

#[test]
fn the_baseline_of_the_base_counts() {
    let base = "{\n  \"version\": 1,\n  \"findings\": [\n    { \"file\": \"pay.json\", \"pass\": \"root-user\", \"family\": \"pay\", \"container\": \"app\", \"subject\": \"user\" }\n  ]\n}\n";
    let weak = definition("pay", true);
    let mut world =
        World::pull_request(&[("pay.json", &weak), ("base.json", base)], &[("pay.json", &format!("\n{weak}"))]);
    world.input("baseline", "base.json");
    world.check_out(true);
    assert_eq!(world.run().status, 0);
    world.input("baseline", "");
    assert_eq!(world.run().status, 1);
    // One that the pull request brings along does not.
    let mut world =
        World::pull_request(&[("pay.json", &weak)], &[("pay.json", &format!("\n{weak}")), ("base.json", base)]);
    world.input("baseline", "base.json");
    world.check_out(true);
    let done = world.run();
    assert_eq!(done.status, 1, "{}", done.log);
}

#[test]
fn an_input_that_is_neither_yes_nor_no_is_refused() {
    for name in ["annotations", "changed-only", "comment", "sarif", "summary"] {
        let mut world = story();
        world.input(name, "yes");
        let done = world.run();
        let said = format!("::error title=ecs-harden::the input {name} is neither true nor false\n");
        assert!(done.status == 1 && done.log.contains(&said), "{name}: {}", done.log);
    }
}

#[test]
fn a_report_that_is_uploaded_is_the_one_of_this_run_and_does_not_decide() {
    let mut world = story();
    assert!(world.run().used.is_empty());
    world.input("sarif", "true");
    world.input("fail-on", "never");
    world.job.others_end = "failure";
    let done = world.run();
    let (used, with) = &done.used[0];
    assert!(used.starts_with("github/codeql-action/upload-sarif@"), "{used}");
    assert_eq!(with["category"], "ecs-harden");
    let log = fs::read_to_string(with["sarif_file"].as_str().unwrap()).unwrap();
    assert!(log.contains("services/pay.json"), "{log}");
    assert!(done.log.contains(
        "::warning title=ecs-harden::code scanning did not take the report: the job needs `security-events: write`"
    ));
    assert_eq!(done.status, 0, "{}", done.log);
}

/// Text that a workflow or an event gives would be run, were it put into a script; a tag can be moved to another commit.
#[test]
fn no_expression_is_in_a_script_and_other_actions_are_pinned() {
    let mut files = vec!["action.yml".to_owned()];
    files.extend(
        fs::read_dir(root().join(".github/workflows"))
            .unwrap()
            .map(|entry| format!(".github/workflows/{}", entry.unwrap().file_name().into_string().unwrap())),
    );
    let mut seen = 0;
    for file in files {
        let parsed = yaml(&file);
        let mut steps: Vec<_> = parsed["runs"]["steps"].as_array().cloned().unwrap_or_default();
        for (_, job) in parsed["jobs"].as_object().cloned().unwrap_or_default() {
            steps.extend(job["steps"].as_array().cloned().unwrap());
        }
        for step in steps {
            seen += 1;
            assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{file}: {step}");
            let Some(used) = step["uses"].as_str() else { continue };
            let (_, pin) = used.split_once('@').unwrap_or_else(|| panic!("{file}: {used}"));
            assert!(pin.len() == 40 && pin.bytes().all(|byte| byte.is_ascii_hexdigit()), "{file}: {used}");
        }
        assert!(!parsed.to_string().contains("\"pull_request_target\":"), "{file}");
    }
    assert!(seen >= 8, "{seen} steps");
}
