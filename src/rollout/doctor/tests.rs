use serde_json::json;

use super::*;
use crate::rollout::permissions::{Errand, statements};
use crate::rollout::table::{ACCOUNT, DENIED, REGION, Table, World};

const CLUSTER: &str = "arn:aws:ecs:eu-central-1:123456789012:cluster/shop";
const SERVICE: &str = "arn:aws:ecs:eu-central-1:123456789012:service/shop/checkout";
const ROLE: &str = "arn:aws:iam::123456789012:role/checkout-execution";
const MINA: &str = "arn:aws:iam::123456789012:user/ops/mina";

/// A cluster with a service of this controller.
fn shop(controller: &str, fill: impl FnOnce(&mut World)) -> Table {
    Table::of(|world| {
        let arn = world.revision("checkout:7", "ACTIVE");
        let told = &mut world.definitions.get_mut(&arn).unwrap()["taskDefinition"];
        told["family"] = json!("checkout");
        told["executionRoleArn"] = json!(ROLE);
        told["containerDefinitions"] = json!([{ "name": "web", "logConfiguration": {
            "logDriver": "awslogs", "options": { "awslogs-group": "/shop/checkout" } } }]);
        let service = json!({
            "serviceArn": SERVICE, "serviceName": "checkout", "clusterArn": CLUSTER, "status": "ACTIVE",
            "deploymentController": { "type": controller },
            "deployments": [{ "id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": arn }],
            "taskSets": [{ "id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": arn }],
        });
        world.services.insert(CLUSTER.into(), vec![service]);
        world.roles.insert(ROLE.into());
        fill(world);
    })
}

fn asked(errand: Errand, service: &str) -> Asked {
    let places = vec![("shop".to_owned(), Some(service.to_owned()))];
    Asked { errand, names: Names { places, ..Names::default() } }
}

fn examined(table: &Table, asked: &Asked) -> Report {
    examine(table, table, Some(asked)).unwrap()
}

fn standing(report: &Report, action: &str) -> Option<Standing> {
    report.rows.iter().find(|row| row.permission.action == action).map(|row| row.standing.clone())
}

fn unchecked(why: &str) -> Standing {
    Standing::Unchecked(why.into())
}

#[test]
fn asked_about_no_command_it_says_who_and_where_by_one_call() {
    let table = shop("ECS", |_| {});
    let report = examine(&table, &table, None).unwrap();
    assert_eq!((report.caller.arn.as_str(), report.caller.account.as_str()), (MINA, ACCOUNT));
    assert_eq!((report.region.as_str(), report.rows.len()), (REGION, 0));
    assert_eq!(table.world().calls, ["sts:GetCallerIdentity"]);
}

#[test]
fn reads_are_tried_and_nothing_is_changed() {
    for errand in [Errand::Look, Errand::Plan, Errand::Apply, Errand::Rollback, Errand::Retire] {
        let table = shop("ECS", |_| {});
        let report = examined(&table, &asked(errand, "checkout"));
        assert_eq!(table.writes(), Vec::<String>::new(), "{errand:?}");
        for row in report.rows.iter().filter(|row| row.permission.effect == Effect::Reads) {
            let known = match &row.standing {
                Standing::Fine => true,
                Standing::Unchecked(why) => why == "there was nothing to try it on",
                Standing::Missing => false,
            };
            assert!(known, "{errand:?}: {row:?}");
        }
        let report = examined(&table, &asked(errand, "checkout"));
        assert_eq!(standing(&report, "ecs:DescribeServices"), Some(Standing::Fine), "{errand:?}");
    }
}

#[test]
fn a_read_that_is_denied_is_missing_and_one_that_fails_otherwise_is_not_known() {
    let table = shop("ECS", |world| {
        world.fail("logs:GetLogEvents", DENIED);
        world.fail("ecs:ListTasks", (Failure::Throttled, "ThrottlingException"));
    });
    let report = examined(&table, &asked(Errand::Apply, "checkout"));
    assert_eq!(standing(&report, "logs:GetLogEvents"), Some(Standing::Missing));
    assert_eq!(
        standing(&report, "ecs:ListTasks"),
        Some(unchecked("ecs:ListTasks: too many calls: ThrottlingException"))
    );
    assert_eq!(standing(&report, "ecs:DescribeTasks"), Some(unchecked("there was nothing to try it on")));
}

#[test]
fn writes_are_asked_about_resource_by_resource() {
    let table = shop("ECS", |world| {
        world.allow(MINA, &["ecs:UpdateService", "ecs:StopServiceDeployment"], SERVICE);
        let definitions = format!("arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/checkout:*");
        world.allow(MINA, &["ecs:RegisterTaskDefinition"], &definitions);
        world.decide(MINA, &["ecs:TagResource"], &definitions, "conditional");
        world.allow(MINA, &["iam:PassRole"], ROLE);
        world.decide(MINA, &["ecs:DeregisterTaskDefinition"], "*", "explicitDeny");
    });
    let report = examined(&table, &asked(Errand::Apply, "checkout"));
    for action in ["ecs:UpdateService", "ecs:RegisterTaskDefinition", "iam:PassRole"] {
        assert_eq!(standing(&report, action), Some(Standing::Fine), "{action}");
    }
    assert_eq!(
        standing(&report, "ecs:TagResource"),
        Some(unchecked("it hangs on conditions that only a real call meets"))
    );
    assert_eq!(standing(&report, "ecs:DeregisterTaskDefinition"), Some(Standing::Missing));
    // The service alone is allowed, and not its deployments.
    assert_eq!(standing(&report, "ecs:StopServiceDeployment"), Some(Standing::Missing));
}

#[test]
fn only_what_the_controller_of_the_service_takes_is_looked_at() {
    let without_code_deploy = |world: &mut World| {
        for action in ["codedeploy:GetDeploymentGroup", "codedeploy:ListApplications"] {
            world.fail(action, DENIED);
        }
    };
    for (controller, has, has_not) in [
        ("ECS", "ecs:StopServiceDeployment", ["codedeploy:ListApplications", "ecs:CreateTaskSet"]),
        ("CODE_DEPLOY", "codedeploy:ListApplications", ["ecs:StopServiceDeployment", "ecs:CreateTaskSet"]),
        ("EXTERNAL", "ecs:CreateTaskSet", ["ecs:StopServiceDeployment", "codedeploy:ListApplications"]),
    ] {
        let table = shop(controller, without_code_deploy);
        let report = examined(&table, &asked(Errand::Apply, "checkout"));
        assert_eq!(standing(&report, has), Some(Standing::Missing), "{controller}");
        for action in has_not {
            assert_eq!(standing(&report, action), None, "{controller}");
        }
    }
}

#[test]
fn a_service_that_is_not_there_is_told_and_every_controller_counts() {
    let table = shop("ECS", |_| {});
    let report = examined(&table, &asked(Errand::Apply, "chekout"));
    assert_eq!(report.notes, ["there is no service chekout in cluster shop"]);
    assert_eq!(standing(&report, "codedeploy:ListApplications"), Some(unchecked("there was nothing to try it on")));
    assert_eq!(standing(&report, "ecs:RegisterTaskDefinition"), Some(unchecked(NAME_A_SERVICE)));
    assert_eq!(standing(&report, "iam:PassRole"), Some(unchecked("no role is known that would be given")));
}

#[test]
fn all_services_of_a_cluster_are_looked_at() {
    let table = shop("ECS", |_| {});
    let report = examined(&table, &asked(Errand::Look, "*"));
    assert_eq!((report.notes.len(), report.names.families), (0, vec!["checkout".to_owned()]));
}

#[test]
fn a_family_alone_tells_its_roles() {
    let table = shop("ECS", |world| world.allow(MINA, &["iam:PassRole"], ROLE));
    let names = Names { families: vec!["checkout:7".into()], ..Names::default() };
    let report = examined(&table, &Asked { errand: Errand::Register, names });
    assert_eq!(standing(&report, "iam:PassRole"), Some(Standing::Fine));
}

#[test]
fn what_was_read_stands_in_the_policy() {
    let table = shop("ECS", |_| {});
    let report = examined(&table, &asked(Errand::Apply, "checkout"));
    let missing: Vec<Permission> =
        report.rows.iter().filter(|row| row.standing == Standing::Missing).map(|row| row.permission).collect();
    let of_roles = statements(&missing, &report.names).into_iter().find(|it| it.actions == ["iam:PassRole"]).unwrap();
    assert_eq!(of_roles.resources, [ROLE]);
    for statement in statements(&missing, &report.names) {
        assert!(statement.resources.iter().all(|arn| !arn.contains("ACCOUNT") && !arn.contains("SERVICE")));
    }
}

#[test]
fn whom_nobody_can_ask_about_is_said() {
    for (caller, why) in [
        (
            "arn:aws:iam::123456789012:root",
            "root has no policies to ask about, and may do whatever its organization allows",
        ),
        (
            "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Ops_0123/mina",
            "a session of IAM Identity Center does not tell the path of its role",
        ),
        ("arn:aws:sts::123456789012:federated-user/mina", "a federated session has no policies to ask about"),
        ("arn:aws:sts::123456789012:assumed-role/ops/mina", "a session does not tell the path of its role"),
    ] {
        let table = shop("ECS", |world| world.caller = caller.into());
        let report = examined(&table, &asked(Errand::Apply, "checkout"));
        assert_eq!(standing(&report, "ecs:UpdateService"), Some(unchecked(why)), "{caller}");
    }
}

#[test]
fn a_session_is_asked_about_by_its_role() {
    let role = "arn:aws:iam::123456789012:role/ops";
    let table = shop("ECS", |world| {
        world.caller = "arn:aws:sts::123456789012:assumed-role/ops/mina".into();
        world.roles.insert(role.into());
        world.allow(role, &["ecs:UpdateService"], SERVICE);
    });
    let report = examined(&table, &asked(Errand::Apply, "checkout"));
    assert_eq!(standing(&report, "ecs:UpdateService"), Some(Standing::Fine));
}

#[test]
fn without_credentials_nothing_else_is_tried() {
    let table = shop("ECS", |world| world.fail("sts:GetCallerIdentity", (Failure::NoCredentials, "NoCredentials")));
    assert!(examine(&table, &table, Some(&asked(Errand::Apply, "checkout"))).is_err());
    assert_eq!(table.world().calls, ["sts:GetCallerIdentity"]);
}
