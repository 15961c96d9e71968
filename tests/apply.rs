//! The commands that deploy, against the double of AWS: what they write, how they end and what they say, as `tests/apply/expected/` has it.
//!
//! Each row runs the program in a world of its own; the tables were written before the program was run. `ECS_HARDEN_ROW=TEXT` runs only
//! the rows whose name holds the text, and shows what they print.

#![cfg(unix)]
#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is not as it should be")]

mod support;

#[path = "apply/row.rs"]
mod row;
#[path = "apply/run.rs"]
mod run;
#[path = "apply/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use row::Case;
use run::Runner;

/// A row waits for retries more than it computes, so there are more workers than cores.
const WORKERS: usize = 4;

#[test]
fn every_writing_call_is_expected() {
    hold("calls");
}

#[test]
fn what_is_refused_writes_nothing() {
    hold("refusals");
}

#[test]
fn a_call_that_fails_leaves_the_old_revision_or_the_new_one() {
    hold("faults");
}

#[test]
fn a_deployment_that_fails_is_never_a_success() {
    hold("outcomes");
}

#[test]
fn what_is_registered_is_the_old_revision_with_the_edits_and_its_tags() {
    let runner = Runner::new(false);
    let cases = row::read("calls");
    let case = cases.iter().find(|case| case.name == "rolling on fargate").unwrap();
    assert_eq!(runner.differences(case), [""; 0]);
    let (old, new) = (runner.registered(1), runner.registered(2));
    assert_eq!(new["tags"], old["tags"]);
    let (old, new) = (&old["taskDefinition"], &new["taskDefinition"]);
    assert_eq!(new["requiresCompatibilities"], old["requiresCompatibilities"]);
    let [old, new] = [old, new].map(|definition| definition["containerDefinitions"][0].as_object().unwrap());
    let changed: Vec<&str> = new.keys().filter(|name| old.get(*name) != new.get(*name)).map(String::as_str).collect();
    let mended =
        ["environment", "linuxParameters", "readonlyRootFilesystem", "secrets", "ulimits", "user"].map(str::to_owned);
    assert_eq!(BTreeSet::from_iter(changed), mended.iter().map(String::as_str).collect());
    assert_eq!(new["memberOfTheFuture"]["level"], "planted-in-an-unknown-member");
    assert_eq!(new["user"], "10001:10001");
}

/// Every row of a table holds.
fn hold(table: &str) {
    let wanted = std::env::var("ECS_HARDEN_ROW").ok();
    let cases: Vec<Case> = row::read(table)
        .into_iter()
        .filter(|case| wanted.as_ref().is_none_or(|text| case.name.contains(text.as_str())))
        .collect();
    let (next, wrong) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..WORKERS.min(cases.len()) {
            scope.spawn(|| {
                let runner = Runner::new(wanted.is_some());
                loop {
                    let Some(case) = next.lock().unwrap().next() else { break };
                    let found = runner.differences(case);
                    let told = match (&case.gap, found.is_empty()) {
                        (None, true) | (Some(_), false) => continue,
                        (Some(gap), true) => format!("holds by now, so its `gap` goes: {gap}"),
                        (None, false) => found.join("\n  "),
                    };
                    wrong.lock().unwrap().push(format!("{}\n  {told}", case.name));
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {} rows of {table}.toml:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}
