//! `host-network-mode`: the containers of a task use the network interfaces of their host.

use crate::intent::Intent;
use crate::model::{ContainerView, Fact, Form, Is, LaunchType, Os, Read, TargetSource, TaskView, Why};
use crate::pass::{self, Applicability, Finding, Obstacle, Pass, PassId, Remedy, Run, Severity, Yield};
use crate::weakness::{Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("host-network-mode"),
    summary: "a task uses the network of its host",
    severity: Severity::Medium,
    controls: &["ECS.17"],
    yields: &[Yield {
        applicability: Applicability::Manual,
        when: "every task with `networkMode` `host`: its service has to change in the same step",
    }],
    section: "host-network-mode",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("host_network_mode.md"),
    weaknesses: Weaknesses::whole(&[&SHARED]),
    inspect,
};

static SHARED: Weakness = Weakness::task(
    "the task uses the network of its host",
    &[Fact::Member(&["networkMode"], &[Is::Text(&Form::exactly(&["host"]))])],
);

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    let (message, remedy) = match SHARED.of_task(task) {
        Read::Known(true) => (SHARED.phrase.to_owned(), Remedy::Manual(obstacles(task, intent))),
        // Every list of containers would be told that it lacks the task around it; Fargate takes `awsvpc` alone.
        Read::Unresolved(why) if why != Why::OutsideThisFile && !intent.target.only_fargate() => (
            "the task may use the network of its host".to_owned(),
            Remedy::Undetermined(Obstacle::unresolved("`networkMode`", why)),
        ),
        Read::Unresolved(_) | Read::Known(_) | Read::Absent => return Vec::new(),
    };
    vec![pass::task_finding(&PASS, "networkMode", message, remedy)]
}

/// What else has to change, each with its next step (AWS pages "Task networking" and "Task definition parameters"; API model,
/// `TaskDefinition.networkMode`, `NetworkConfiguration`).
fn obstacles(task: &TaskView<'_>, intent: &Intent) -> Vec<Obstacle> {
    if let Some(who) = intent.no_host() {
        return vec![Obstacle::new(
            format!("ECS takes no `networkMode` \"host\" for {who}, so this definition does not run there as it is"),
            "set `networkMode` to \"awsvpc\" by hand",
        )];
    }
    // Where ECS Anywhere is only inferred, EC2 is the likelier host.
    let external = intent.target.includes(LaunchType::External) && intent.target.source != TargetSource::Inferred;
    let mut obstacles = vec![if external {
        Obstacle::new(
            "ECS Anywhere takes no awsvpc, so its containers move to a bridge, where they reach each other by `links` and not by localhost",
            "set `networkMode` to \"bridge\" by hand, and change the addresses by which the containers find each other",
        )
    } else {
        Obstacle::new(
            "under awsvpc the service needs subnets and security groups in its network configuration, and target groups of type ip",
            "register the revision with \"awsvpc\" by hand, and name both in the same update of the service",
        )
    }];
    if let Some(ports) = mapping(task) {
        obstacles.push(if external {
            Obstacle::new(
                format!("{ports} listens on its ports of the host directly"),
                "give each mapping the `hostPort` that callers use, or let a balancer find the ports that bridge chooses",
            )
        } else {
            Obstacle::new(
                format!("{ports} is called by the address of its host"),
                "let callers use the load balancer, Cloud Map or Service Connect; `hostPort` stays out or equal to `containerPort`",
            )
        });
    }
    if task.member("taskRoleArn") == Read::Absent && !external {
        obstacles.push(Obstacle::new(
            "without `taskRoleArn` the containers may use the role of their instance, which they reach under host networking",
            "give the task a role of its own first",
        ));
    }
    if intent.os == Os::Unknown {
        obstacles.push(Obstacle::new(
            "nothing tells the operating system, and Windows takes no \"host\"",
            "say which it is: --os linux or --os windows",
        ));
    }
    obstacles
}

/// The first container that maps ports, or may.
fn mapping(task: &TaskView<'_>) -> Option<String> {
    let maps = |container: &&ContainerView<'_>| container.member("portMappings").is_filled();
    task.seen().iter().find(maps).map(ContainerView::title)
}
