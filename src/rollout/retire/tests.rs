use std::time::Duration;

use serde_json::{Value as Json, json};

use super::*;
use crate::rollout::port::{Clock, Failure};
use crate::rollout::record::{DeploymentId, FORM};
use crate::rollout::table::{ACCOUNT, DENIED, REGION, Table, World};

const CLUSTER: &str = "arn:aws:ecs:eu-central-1:123456789012:cluster/shop";
const OTHER: &str = "arn:aws:ecs:eu-central-1:123456789012:cluster/batch";
const SERVICE: &str = "arn:aws:ecs:eu-central-1:123456789012:service/shop/checkout";
const SET: &str = "arn:aws:ecs:eu-central-1:123456789012:task-set/shop/checkout/ecs-svc/1";

fn revision(number: u32) -> RevisionArn {
    RevisionArn(format!("arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/checkout:{number}"))
}

fn entry(outcome: Outcome) -> Entry {
    Entry {
        cluster: CLUSTER.into(),
        service: SERVICE.into(),
        before: revision(7),
        after: Some(revision(8)),
        served_since: None,
        deployment: None,
        outcome,
        reason: None,
    }
}

/// A record of a run that ended eight days ago.
fn record(table: &Table, entries: Vec<Entry>) -> Record {
    let began = table.now().checked_sub(SignedDuration::from_hours(8 * 24)).unwrap();
    let (version, account, region) = ("0.1.0".into(), ACCOUNT.into(), REGION.into());
    Record { form: FORM, version, began, account, region, services: entries }
}

/// Two clusters, and a service that runs revision 8 by now.
fn after_a_run(fill: impl FnOnce(&mut World)) -> Table {
    Table::of(|world| {
        world.revision("checkout:7", "ACTIVE");
        world.revision("checkout:8", "ACTIVE");
        world.services.insert(CLUSTER.into(), vec![service(8)]);
        world.services.insert(OTHER.into(), Vec::new());
        fill(world);
    })
}

fn service(number: u32) -> Json {
    json!({
        "serviceArn": SERVICE,
        "serviceName": "checkout",
        "clusterArn": CLUSTER,
        "status": "ACTIVE",
        "taskDefinition": revision(number),
        "deployments": [{ "id": "ecs-svc/9", "status": "PRIMARY", "taskDefinition": revision(number) }],
    })
}

fn task(number: u32, starter: &str) -> Json {
    json!({ "taskArn": format!("task/{number}/{starter}"), "taskDefinitionArn": revision(number), "startedBy": starter })
}

fn verdict(table: &Table, entries: Vec<Entry>) -> Verdict {
    let record = record(table, entries);
    let mut plan = look(&Aws::new(table, table), &record, MIN_AGE).unwrap();
    assert_eq!(table.writes(), Vec::<String>::new());
    assert_eq!(plan.candidates.len(), 1);
    plan.candidates.remove(0).verdict
}

/// Why a revision is kept, of a run that was verified.
fn kept(fill: impl FnOnce(&mut World)) -> Vec<String> {
    match verdict(&after_a_run(fill), vec![entry(Outcome::Verified)]) {
        Verdict::Keep(why) => why.into_iter().map(|obstacle| obstacle.what).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_revision_that_nothing_uses_is_deregistered() {
    let table = after_a_run(|world| {
        // The bare family, another revision and another family's do not pin it.
        world.rules.push(("default", "nightly", revision(7).0.replace(":7", "")));
        world.rules.push(("default", "weekly", revision(8).0));
        world.schedules.push(("hourly", revision(7).0.replace("checkout", "other")));
        world.tasks.insert(OTHER.into(), vec![task(8, "mina")]);
    });
    for outcome in [Outcome::Verified, Outcome::WeaklyVerified] {
        assert_eq!(verdict(&table, vec![entry(outcome)]), Verdict::Retire);
    }
    let (aws, record) = (Aws::new(&table, &table), record(&table, vec![entry(Outcome::Verified)]));
    let plan = look(&aws, &record, MIN_AGE).unwrap();
    assert_eq!(plan.candidates[0].services, ["shop/checkout"]);
    assert_eq!(carry_out(&aws, &record, &plan.candidates[0], MIN_AGE), Ok(Retired::Deregistered));
    assert_eq!(table.writes(), ["ecs:DeregisterTaskDefinition"]);
    // The second time there is nothing to do.
    let again = look(&aws, &record, MIN_AGE).unwrap();
    assert_eq!(again.candidates[0].verdict, Verdict::Done("it is inactive already"));
    let done = carry_out(&aws, &record, &plan.candidates[0], MIN_AGE);
    assert_eq!(done, Ok(Retired::Done("it is inactive already")));
    assert_eq!(table.writes().len(), 1);
}

#[test]
fn whatever_uses_it_keeps_it() {
    type Use = (fn(&mut World), &'static str);
    let uses: [Use; 8] = [
        (|world| drop(world.services.insert(CLUSTER.into(), vec![service(7)])), "service shop/checkout deploys it"),
        (
            |world| {
                let draining = json!({ "status": "ACTIVE", "taskDefinition": revision(7) });
                world.services.get_mut(CLUSTER).unwrap()[0]["deployments"].as_array_mut().unwrap().push(draining);
            },
            "service shop/checkout deploys it",
        ),
        (
            |world| {
                let mut other = service(7);
                other["serviceArn"] = json!(SERVICE.replace("shop/checkout", "batch/mail"));
                other["clusterArn"] = json!(OTHER);
                world.services.insert(OTHER.into(), vec![other]);
            },
            "service batch/mail deploys it",
        ),
        (
            |world| {
                let set =
                    json!({ "id": "ecs-svc/1", "taskSetArn": SET, "status": "ACTIVE", "taskDefinition": revision(7) });
                world.services.get_mut(CLUSTER).unwrap()[0]["taskSets"] = json!([set]);
            },
            "task set ecs-svc/1 of service shop/checkout runs it (ACTIVE)",
        ),
        (|world| drop(world.tasks.insert(OTHER.into(), vec![task(7, "mina")])), "1 task runs it in cluster batch"),
        (|world| world.rules.push(("default", "nightly", revision(7).0)), "rule nightly starts it"),
        (|world| world.rules.push(("orders", "paid", revision(7).short().into())), "rule paid starts it"),
        (|world| world.schedules.push(("hourly", revision(7).0)), "schedule hourly starts it"),
    ];
    for (fill, why) in uses {
        assert_eq!(kept(fill), [why]);
    }
}

#[test]
fn a_service_that_codedeploy_carries_is_judged_by_its_task_sets() {
    let table = after_a_run(|world| {
        let mut service = service(7);
        service["deploymentController"] = json!({ "type": "CODE_DEPLOY" });
        service["deployments"] = json!([]);
        service["taskSets"] = json!([{ "id": "ecs-svc/2", "status": "PRIMARY", "taskDefinition": revision(8) }]);
        world.services.insert(CLUSTER.into(), vec![service]);
    });
    assert_eq!(verdict(&table, vec![entry(Outcome::Verified)]), Verdict::Retire);
}

#[test]
fn what_cannot_be_read_keeps_it_and_names_the_permission() {
    for action in [
        "ecs:ListClusters",
        "ecs:ListServices",
        "ecs:DescribeServices",
        "ecs:ListTasks",
        "ecs:ListTaskDefinitions",
        "ecs:DescribeTaskDefinition",
        "events:ListEventBuses",
        "events:ListRules",
        "scheduler:ListSchedules",
    ] {
        let table = after_a_run(|world| world.fail(action, DENIED));
        let Verdict::Keep(why) = verdict(&table, vec![entry(Outcome::Verified)]) else { panic!("{action}") };
        assert_eq!(why.len(), 1, "{action}: {why:?}");
        assert!(why[0].what.contains(action) && why[0].next_step.contains(&format!("\"{action}\"")), "{why:?}");
    }
}

#[test]
fn what_is_listed_and_cannot_be_seen_keeps_it() {
    for (action, reason) in [
        ("ecs:DescribeServices", "THROTTLED"),
        ("ecs:DescribeTasks", "ACCESS_DENIED"),
        ("ecs:DescribeTasks", "ANOTHER_ONE"),
    ] {
        let table = after_a_run(|world| {
            world.tasks.insert(CLUSTER.into(), vec![task(8, "mina")]);
            let failure = json!({ "arn": SERVICE, "reason": reason });
            world.answers.insert(action, json!({ "services": [], "tasks": [], "failures": [failure] }));
        });
        let (aws, record) = (Aws::new(&table, &table), record(&table, vec![entry(Outcome::Verified)]));
        let plan = look(&aws, &record, MIN_AGE).unwrap();
        let Verdict::Keep(why) = &plan.candidates[0].verdict else { panic!("{action}") };
        assert!(why[0].what.contains(action) && why[0].what.contains(reason), "{why:?}");
        assert!(matches!(carry_out(&aws, &record, &plan.candidates[0], MIN_AGE), Ok(Retired::Kept(_))));
        assert_eq!(table.writes(), Vec::<String>::new());
    }
}

#[test]
fn without_credentials_there_is_no_plan() {
    let table = after_a_run(|world| world.fail("ecs:ListClusters", (Failure::NoCredentials, "")));
    let record = record(&table, vec![entry(Outcome::Verified)]);
    let error = look(&Aws::new(&table, &table), &record, MIN_AGE).unwrap_err();
    assert_eq!(error.failure, Failure::NoCredentials);
}

#[test]
fn only_a_run_that_was_verified_counts() {
    for (outcome, why) in [
        (Outcome::NotBegun, "shop/checkout: its service was given no other revision"),
        (Outcome::Unchanged, "shop/checkout: its service was given no other revision"),
        (Outcome::Begun, "shop/checkout: nobody saw the roll-out through"),
        (Outcome::NotVerified, "shop/checkout: nothing tells whether the hardened revision works"),
        (Outcome::RolledBack, "shop/checkout: its service went back to it"),
        (Outcome::Failed, "shop/checkout: the hardened revision failed"),
        (Outcome::Superseded, "shop/checkout: somebody else deployed in between"),
    ] {
        // One that failed is enough, beside one that did not.
        let Verdict::Keep(told) = verdict(&after_a_run(|_| ()), vec![entry(Outcome::Verified), entry(outcome)]) else {
            panic!("{outcome:?}")
        };
        assert_eq!(told.iter().map(|obstacle| obstacle.what.as_str()).collect::<Vec<_>>(), [why]);
    }
    let forced = Entry { after: Some(revision(7)), ..entry(Outcome::Verified) };
    assert!(matches!(verdict(&after_a_run(|_| ()), vec![forced]), Verdict::Keep(_)));
}

#[test]
fn a_young_roll_out_keeps_it() {
    let table = after_a_run(|_| ());
    let record = record(&table, vec![entry(Outcome::Verified)]);
    let aws = Aws::new(&table, &table);
    let plan = look(&aws, &record, SignedDuration::from_hours(9 * 24)).unwrap();
    let Verdict::Keep(why) = &plan.candidates[0].verdict else { panic!("{plan:?}") };
    assert_eq!(why[0].what, "it was replaced 8 days ago, and is kept for 9 days");
    table.wait(Duration::from_hours(24)).unwrap();
    let plan = look(&aws, &record, SignedDuration::from_hours(9 * 24)).unwrap();
    assert_eq!(plan.candidates[0].verdict, Verdict::Retire);
}

#[test]
fn the_newest_active_revision_is_what_the_bare_family_starts() {
    let why = kept(|world| drop(world.revision("checkout:8", "INACTIVE")));
    assert_eq!(why, ["it is the newest active revision of its family, which is what the bare family starts"]);
}

#[test]
fn what_is_gone_or_going_is_said() {
    for (status, why) in [("INACTIVE", "it is inactive already"), ("DELETE_IN_PROGRESS", "it is being deleted")] {
        let table = after_a_run(|world| drop(world.revision("checkout:7", status)));
        assert_eq!(verdict(&table, vec![entry(Outcome::Verified)]), Verdict::Done(why));
    }
    let table = after_a_run(|world| drop(world.definitions.remove(&revision(7).0)));
    assert_eq!(verdict(&table, vec![entry(Outcome::Verified)]), Verdict::Done("it does not exist any more"));
}

fn external(status: &str) -> (Table, Vec<Entry>) {
    let table = after_a_run(|world| {
        let mut service = service(8);
        service["deploymentController"] = json!({ "type": "EXTERNAL" });
        service["deployments"] = json!([]);
        service["taskSets"] = json!([
            { "id": "ecs-svc/2", "taskSetArn": SET.replace("/1", "/2"), "status": "PRIMARY", "taskDefinition": revision(8) },
            { "id": "ecs-svc/1", "taskSetArn": SET, "status": status, "taskDefinition": revision(7) },
        ]);
        world.services.insert(CLUSTER.into(), vec![service]);
        world.tasks.insert(CLUSTER.into(), vec![task(7, "ecs-svc/1"), task(8, "ecs-svc/2")]);
    });
    let deployment = DeploymentId::External { task_set: SET.replace("/1", "/2"), before: SET.into() };
    (table, vec![Entry { deployment: Some(deployment), ..entry(Outcome::Verified) }])
}

#[test]
fn a_task_set_that_was_kept_is_deleted_first() {
    let (table, entries) = external("ACTIVE");
    let (aws, record) = (Aws::new(&table, &table), record(&table, entries));
    let plan = look(&aws, &record, MIN_AGE).unwrap();
    assert_eq!((plan.candidates[0].kept.len(), &plan.candidates[0].verdict), (1, &Verdict::Retire));
    assert_eq!(carry_out(&aws, &record, &plan.candidates[0], MIN_AGE), Ok(Retired::Deregistered));
    assert_eq!(table.writes(), ["ecs:DeleteTaskSet", "ecs:DeregisterTaskDefinition"]);
    // It was waited for.
    assert!(table.now().duration_since(record.began) > SignedDuration::from_hours(8 * 24));
}

#[test]
fn a_task_set_that_serves_again_keeps_it() {
    let (table, entries) = external("PRIMARY");
    let Verdict::Keep(why) = verdict(&table, entries) else { panic!() };
    let why: Vec<&str> = why.iter().map(|obstacle| obstacle.what.as_str()).collect();
    assert_eq!(
        why,
        ["task set ecs-svc/1 of service shop/checkout runs it (PRIMARY)", "1 task runs it in cluster shop"]
    );
}

#[test]
fn a_use_that_begins_after_the_plan_stops_it() {
    let table = after_a_run(|_| ());
    let (aws, record) = (Aws::new(&table, &table), record(&table, vec![entry(Outcome::Verified)]));
    let plan = look(&aws, &record, MIN_AGE).unwrap();
    table.world().schedules.push(("hourly", revision(7).0));
    let Ok(Retired::Kept(why)) = carry_out(&aws, &record, &plan.candidates[0], MIN_AGE) else { panic!() };
    assert_eq!(why[0].what, "schedule hourly starts it");
    assert_eq!(table.writes(), Vec::<String>::new());
}

#[test]
fn an_answer_that_is_lost_is_looked_into() {
    let table = after_a_run(|world| world.fail("ecs:DeregisterTaskDefinition", (Failure::Unknown, "")));
    let (aws, record) = (Aws::new(&table, &table), record(&table, vec![entry(Outcome::Verified)]));
    let plan = look(&aws, &record, MIN_AGE).unwrap();
    let error = carry_out(&aws, &record, &plan.candidates[0], MIN_AGE).unwrap_err();
    assert_eq!(error.failure, Failure::Unknown);
    assert_eq!(table.writes(), ["ecs:DeregisterTaskDefinition"]);
}

#[test]
fn a_record_of_elsewhere_is_refused() {
    let table = after_a_run(|_| ());
    let mut record = record(&table, vec![entry(Outcome::Verified)]);
    assert_eq!(is_at_home(&Aws::new(&table, &table), &record), Ok(Ok(())));
    record.region = "us-east-1".into();
    assert!(is_at_home(&Aws::new(&table, &table), &record).unwrap().is_err());
}
