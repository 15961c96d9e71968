use std::collections::BTreeSet;

use super::*;
use crate::rollout::table::{DENIED, Table, World};

const ROLE: &str = "arn:aws:iam::123456789012:role/probe-execution";

fn probed(fill: impl FnOnce(&mut World), role: Option<&str>) -> (Table, Result<Probed, CallError>) {
    let table = Table::of(fill);
    let probed = probe(&Aws::new(&table, &table), role);
    (table, probed)
}

fn verdict<'p>(probed: &'p Probed, target: LaunchType, pass: &str) -> &'p Verdict {
    let of_it = |trial: &&Trial| trial.target == target && trial.pass.id.0 == pass;
    &probed.trials.iter().find(of_it).unwrap().verdict
}

fn left_active(table: &Table) -> usize {
    let world = table.world();
    world.definitions.values().filter(|told| told["taskDefinition"]["status"] == "ACTIVE").count()
}

#[test]
fn every_pass_that_ever_writes_is_tried_and_what_ecs_takes_is_taken() {
    let (table, probed) = probed(|_| {}, Some(ROLE));
    let probed = probed.unwrap();
    let tried: BTreeSet<&str> = probed.trials.iter().map(|trial| trial.pass.id.0).collect();
    let wanted: BTreeSet<&str> = passes::TABLE.iter().filter(|pass| writes(pass)).map(|pass| pass.id.0).collect();
    assert_eq!(tried, wanted);
    for trial in &probed.trials {
        assert_eq!(trial.verdict, Verdict::Taken, "{} on {}", trial.pass.id, trial.target);
    }
    assert_eq!((probed.registered, left_active(&table), probed.stopped), (2, 0, None));
}

#[test]
fn the_mounts_of_the_new_user_are_among_what_is_sent() {
    let (table, probed) = probed(|_| {}, None);
    let of_tmpfs = probed.unwrap().trials.into_iter().find(|trial| trial.pass.id.0 == "writable-root-filesystem");
    assert!(of_tmpfs.unwrap().writes.contains(&"mount options exec, uid=10001, gid=10001, mode=0755".to_owned()));
    let world = table.world();
    let sent: Vec<&Json> = world.definitions.values().map(|told| &told["taskDefinition"]).collect();
    assert_eq!(sent.len(), 2);
    for definition in sent {
        let web = &definition["containerDefinitions"][0];
        let tmpfs = web["linuxParameters"]["tmpfs"].as_array().unwrap();
        let options: Vec<&str> =
            tmpfs.iter().filter_map(|one| one["mountOptions"].as_array()).flatten().filter_map(Json::as_str).collect();
        for option in ["uid=10001", "gid=10001", "exec", "mode=0755"] {
            assert!(options.contains(&option), "{option} is not among {options:?}");
        }
        assert_eq!(web["systemControls"][0]["value"], "0");
    }
}

#[test]
fn without_a_role_what_takes_one_is_named_and_not_tried() {
    let (_, probed) = probed(|_| {}, None);
    let probed = probed.unwrap();
    for (target, pass, is_tried) in [
        (LaunchType::Fargate, "missing-log-configuration", false),
        (LaunchType::Fargate, "plaintext-secret", false),
        (LaunchType::Ec2, "missing-log-configuration", true),
        (LaunchType::Ec2, "plaintext-secret", false),
    ] {
        let verdict = verdict(&probed, target, pass);
        assert_eq!(matches!(verdict, Verdict::NotTried(_)), !is_tried, "{pass} on {target}: {verdict:?}");
    }
}

#[test]
fn what_is_refused_is_found_by_trying_each_pass_alone() {
    let (table, probed) = probed(|world| world.refused_text.push("uid=10001"), Some(ROLE));
    let probed = probed.unwrap();
    for trial in &probed.trials {
        let is_it = trial.pass.id.0 == "writable-root-filesystem";
        match &trial.verdict {
            Verdict::Refused(error) if is_it => assert!(error.is("ClientException")),
            Verdict::Taken if !is_it => {}
            other => panic!("{} on {}: {other:?}", trial.pass.id, trial.target),
        }
    }
    assert_eq!(left_active(&table), 0);
}

#[test]
fn what_the_revision_says_otherwise_is_named_by_its_place() {
    let (_, probed) = probed(|world| world.dropped_text.push(("10001:10001", "10001")), Some(ROLE));
    let probed = probed.unwrap();
    let place = "/containerDefinitions/0/user".to_owned();
    let Verdict::Changed(places) = verdict(&probed, LaunchType::Fargate, "root-user") else { panic!("it is changed") };
    assert!(places.contains(&place), "{places:?}");
    assert_eq!(*verdict(&probed, LaunchType::Fargate, "unbounded-open-files"), Verdict::Taken);
}

#[test]
fn what_was_there_before_stays() {
    let (table, probed) = probed(|world| drop(world.revision(&format!("{PROBE_FAMILY}:1"), "ACTIVE")), Some(ROLE));
    assert_eq!((probed.unwrap().registered, left_active(&table)), (2, 1));
}

#[test]
fn whoever_may_not_register_is_told_so_by_the_call() {
    let (table, probed) = probed(|world| world.fail("ecs:RegisterTaskDefinition", DENIED), Some(ROLE));
    let error = probed.unwrap().stopped.unwrap();
    assert_eq!((error.failure, error.operation), (Failure::Denied, "RegisterTaskDefinition"));
    assert_eq!(table.world().definitions.len(), 0);
}

#[test]
fn a_revision_that_cannot_be_deregistered_is_named() {
    let (_, probed) = probed(|world| world.fail("ecs:DeregisterTaskDefinition", DENIED), Some(ROLE));
    let probed = probed.unwrap();
    assert_eq!((probed.registered, probed.left.len()), (0, 2));
    assert!(probed.left.iter().all(|(arn, error)| arn.family() == PROBE_FAMILY && error.failure == Failure::Denied));
}
