use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::rollout::api::OPERATIONS;

const EVERY: [Errand; 11] = [
    Errand::Look,
    Errand::LookAtFamily,
    Errand::Plan,
    Errand::PlanFamily,
    Errand::PlanRetire,
    Errand::Register,
    Errand::Apply,
    Errand::Watch,
    Errand::Rollback,
    Errand::Retire,
    Errand::Probe,
];

/// What is allowed along with calls, and called by nobody.
const ALONG: [&str; 4] =
    ["ecs:TagResource", "iam:PassRole", "codedeploy:GetDeploymentConfig", "codedeploy:RegisterApplicationRevision"];

#[test]
fn every_operation_is_somebodys_permission_with_the_same_effect() {
    let operations: BTreeMap<String, Effect> =
        OPERATIONS.iter().map(|(api, name, effect)| (format!("{}:{name}", api.prefix()), *effect)).collect();
    assert_eq!(operations.len(), OPERATIONS.len(), "an operation is listed twice");
    let known: BTreeMap<String, Effect> = EVERY
        .into_iter()
        .flat_map(permissions)
        .filter(|permission| !ALONG.contains(&permission.action))
        .map(|permission| (permission.action.to_owned(), permission.effect))
        .collect();
    let free = ("sts:GetCallerIdentity".to_owned(), Effect::Reads);
    let wanted: BTreeMap<String, Effect> = operations.into_iter().filter(|operation| *operation != free).collect();
    assert_eq!(known, wanted, "left is src/rollout/permissions/table.rs, right is src/rollout/api/operations.rs");
}

#[test]
fn no_command_names_an_action_twice() {
    for errand in EVERY {
        let all = permissions(errand);
        let once: BTreeSet<&str> = all.iter().map(|permission| permission.action).collect();
        assert_eq!(once.len(), all.len(), "{errand:?}");
    }
}

#[test]
fn looking_changes_nothing() {
    for errand in
        [Errand::Look, Errand::LookAtFamily, Errand::Plan, Errand::PlanFamily, Errand::PlanRetire, Errand::Watch]
    {
        assert!(permissions(errand).iter().all(|permission| permission.effect == Effect::Reads), "{errand:?}");
    }
}

#[test]
fn a_dry_run_takes_nothing_that_the_run_does_not() {
    let apply = permissions(Errand::Apply);
    for errand in [Errand::Look, Errand::LookAtFamily, Errand::Plan, Errand::PlanFamily, Errand::Register] {
        assert!(permissions(errand).iter().all(|permission| apply.contains(permission)), "{errand:?}");
    }
}

#[test]
fn a_statement_names_what_is_known_and_leaves_the_rest_in_capitals() {
    let role = "arn:aws:iam::123456789012:role/checkout-execution";
    let names = Names {
        region: Some("eu-central-1".into()),
        account: Some("123456789012".into()),
        roles: vec![role.into()],
        ..Names::default()
    };
    let tasks = Some(("iam:PassedToService", "ecs-tasks.amazonaws.com"));
    let told = |actions: &[&'static str], resource: &str, condition| Statement {
        actions: actions.to_vec(),
        resources: vec![resource.into()],
        condition,
    };
    let probe = "arn:aws:ecs:eu-central-1:123456789012:task-definition/ecs-harden-probe:*";
    assert_eq!(
        statements(&permissions(Errand::Probe), &names),
        [
            told(&["ecs:ListTaskDefinitions", "ecs:DescribeTaskDefinition", "ecs:DeregisterTaskDefinition"], "*", None),
            told(&["ecs:RegisterTaskDefinition"], probe, None),
            told(&["iam:PassRole"], role, tasks),
        ]
    );
    assert_eq!(names.arns(Resource::Services), ["arn:aws:ecs:eu-central-1:123456789012:service/CLUSTER/SERVICE"]);
    assert!(!names.knows(Resource::Services) && names.knows(Resource::Roles) && names.knows(Resource::LogGroups));
}

#[test]
fn several_services_stand_beside_each_other_and_their_cluster_once() {
    let place = |service: &str| ("shop".to_owned(), Some(service.to_owned()));
    let names = Names { region: Some("cn-north-1".into()), places: vec![place("a"), place("b")], ..Names::default() };
    assert_eq!(names.arns(Resource::Clusters), ["arn:aws-cn:ecs:cn-north-1:ACCOUNT:cluster/shop"]);
    assert_eq!(
        names.arns(Resource::ServiceDeployments),
        [
            "arn:aws-cn:ecs:cn-north-1:ACCOUNT:service/shop/a",
            "arn:aws-cn:ecs:cn-north-1:ACCOUNT:service/shop/b",
            "arn:aws-cn:ecs:cn-north-1:ACCOUNT:service-deployment/shop/a/*",
            "arn:aws-cn:ecs:cn-north-1:ACCOUNT:service-deployment/shop/b/*",
        ]
    );
    assert_eq!(names.arns(Resource::Roles), ["arn:aws-cn:iam::ACCOUNT:role/ROLE"]);
}

#[test]
fn whoever_names_services_lists_none() {
    let asked = |errand, service: &str| {
        let places = vec![("shop".to_owned(), Some(service.to_owned()))];
        let asked = Asked { errand, names: Names { places, ..Names::default() } };
        asked.permissions().iter().any(|permission| permission.action == "ecs:ListServices")
    };
    assert_eq!([asked(Errand::Apply, "checkout"), asked(Errand::Apply, ALL)], [false, true]);
    assert!(asked(Errand::Retire, "checkout"));
}
