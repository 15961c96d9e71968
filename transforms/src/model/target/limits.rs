//! Which launch types a definition rules out by what it holds today.
//!
//! Source: ecs-facts of the ECS API model (`ContainerDefinition.*`, `LinuxParameters.*`, `TaskDefinition.*`) and the AWS pages
//! "Task definition differences for Fargate", "Task definition parameters" and "Amazon ECS Anywhere".

use std::collections::BTreeSet;

use super::LaunchType::{self, Ec2, External, Fargate, ManagedInstances};
use crate::model::container::ContainerView;
use crate::model::read::{Place, Read};
use crate::model::task::TaskView;
use crate::tree::Value;

type TaskFact = fn(&TaskView<'_>) -> bool;
type ContainerFact = fn(&ContainerView<'_>) -> bool;

/// What a task may say, and the launch types that then refuse it.
const TASK: &[(TaskFact, &[LaunchType])] = &[
    // networkMode: Fargate takes awsvpc alone, absent means bridge elsewhere; ECS Anywhere has no awsvpc.
    (|task| !matches!(task.network_mode(), Read::Known("awsvpc") | Read::Unresolved(_)), &[Fargate]),
    (|task| says(&task.member("networkMode"), "awsvpc"), &[External]),
    (
        |task| says(&task.member("networkMode"), "bridge") || says(&task.member("networkMode"), "none"),
        &[ManagedInstances],
    ),
    // Fargate sizes the task; the other launch types need no task size.
    (|task| task.member("cpu") == Read::Absent || task.member("memory") == Read::Absent, &[Fargate]),
    (|task| says(&task.member("pidMode"), "host"), &[Fargate]),
    (|task| present(&task.member("ipcMode")), &[Fargate]),
    (|task| present(&task.member("placementConstraints")), &[Fargate]),
    (|task| present(&task.member("inferenceAccelerators")), &[Fargate, External, ManagedInstances]),
    (|task| present(&task.member("proxyConfiguration")), &[External, ManagedInstances]),
    (|task| present(&task.member("ephemeralStorage")), &[Ec2, External, ManagedInstances]),
    (|task| present(&task.member("trustedExecutionConfiguration")), &[Ec2, Fargate, External]),
    (is_windows, &[ManagedInstances]),
    (|task| any_volume(task, &["host", "sourcePath"]), &[Fargate]),
    (|task| any_volume(task, &["dockerVolumeConfiguration"]), &[Fargate, ManagedInstances]),
    (|task| any_volume(task, &["efsVolumeConfiguration"]), &[External]),
    (|task| any_volume(task, &["configuredAtLaunch"]), &[External]),
];

/// What a container may say, and the launch types that then refuse it.
const CONTAINER: &[(ContainerFact, &[LaunchType])] = &[
    (|container| container.privileged() == Read::Known(true), &[Fargate]),
    (adds_beyond_fargate, &[Fargate]),
    (|container| present(&container.linux("devices")), &[Fargate]),
    (|container| present(&container.linux("sharedMemorySize")), &[Fargate, ManagedInstances]),
    (|container| present(&container.linux("maxSwap")), &[Fargate, ManagedInstances]),
    (|container| present(&container.linux("swappiness")), &[Fargate, ManagedInstances]),
    (|container| present(&container.member("dockerSecurityOptions")), &[Fargate, ManagedInstances]),
    (|container| present(&container.member("extraHosts")), &[Fargate]),
    (|container| present(&container.member("dnsServers")), &[Fargate, ManagedInstances]),
    (|container| present(&container.member("dnsSearchDomains")), &[Fargate, ManagedInstances]),
    (|container| container.member("disableNetworking").flag() == Read::Known(true), &[Fargate, ManagedInstances]),
    (|container| present(&container.member("links")), &[Fargate, ManagedInstances]),
    (|container| present(&container.member("hostname")), &[Fargate, ManagedInstances]),
    (|container| present(&container.member("resourceRequirements")), &[Fargate]),
    (host_log_driver, &[Fargate, ManagedInstances]),
];

/// The launch types that nothing in the definition rules out; EC2, which takes most, where everything is.
pub(super) fn valid_for(task: &TaskView<'_>) -> BTreeSet<LaunchType> {
    let mut types: BTreeSet<LaunchType> = LaunchType::ALL.into_iter().collect();
    // A text without task-level members says nothing about them.
    if task.is_whole() {
        for (fact, refused_by) in TASK {
            if fact(task) {
                types.retain(|launch_type| !refused_by.contains(launch_type));
            }
        }
    }
    for container in task.seen() {
        for (fact, refused_by) in CONTAINER {
            if fact(&container) {
                types.retain(|launch_type| !refused_by.contains(launch_type));
            }
        }
    }
    if types.is_empty() {
        types.insert(Ec2);
    }
    types
}

/// Whether something is there that is not the empty value which `describe-task-definition` fills in.
fn present(place: &Place<'_>) -> bool {
    match place {
        Read::Known(node) => match &node.value {
            Value::Array(array) => !array.items.is_empty(),
            Value::Object(object) => !object.members.is_empty(),
            Value::String(text) => !text.is_empty(),
            _ => true,
        },
        Read::Absent | Read::Unresolved(_) => false,
    }
}

fn is_windows(task: &TaskView<'_>) -> bool {
    let family = task.member("runtimePlatform").member("operatingSystemFamily").text();
    matches!(family, Read::Known(family) if family.to_ascii_uppercase().starts_with("WINDOWS"))
}

fn says(place: &Place<'_>, value: &str) -> bool {
    place.clone().text() == Read::Known(value)
}

fn any_volume(task: &TaskView<'_>, members: &[&str]) -> bool {
    let volumes = task.member("volumes").list().items;
    volumes.into_iter().any(|volume| {
        let found = members.iter().fold(volume, |place, member| place.member(member));
        found.clone().flag() != Read::Known(false) && present(&found)
    })
}

fn adds_beyond_fargate(container: &ContainerView<'_>) -> bool {
    container.capabilities().is_ok_and(|lists| lists.add.iter().any(|name| name != "SYS_PTRACE"))
}

fn host_log_driver(container: &ContainerView<'_>) -> bool {
    let driver = container.member("logConfiguration").member("logDriver").text();
    matches!(driver, Read::Known(name) if !["awslogs", "splunk", "awsfirelens"].contains(&name))
}
