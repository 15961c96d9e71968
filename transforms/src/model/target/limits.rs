//! Which launch types a definition rules out by what it holds today.
//!
//! Source: the ECS API model (`ContainerDefinition.*`, `LinuxParameters.*`, `TaskDefinition.*`) and the AWS pages
//! "Task definition differences for Fargate", "Task definition parameters" and "Amazon ECS Anywhere".

use std::collections::BTreeSet;

use super::LaunchType::{self, Ec2, External, Fargate, ManagedInstances};
use crate::model::container::ContainerView;
use crate::model::read::{Place, Read};
use crate::model::task::TaskView;

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
    (|task| task.member("ipcMode").is_filled(), &[Fargate]),
    (|task| task.member("placementConstraints").is_filled(), &[Fargate]),
    (|task| task.member("inferenceAccelerators").is_filled(), &[Fargate, External, ManagedInstances]),
    (|task| task.member("proxyConfiguration").is_filled(), &[External, ManagedInstances]),
    (|task| task.member("ephemeralStorage").is_filled(), &[Ec2, External, ManagedInstances]),
    (|task| task.member("trustedExecutionConfiguration").is_filled(), &[Ec2, Fargate, External]),
    (is_windows, &[ManagedInstances]),
    (|task| any_volume(task, &["host", "sourcePath"]), &[Fargate]),
    (|task| any_volume(task, &["dockerVolumeConfiguration"]), &[Fargate, ManagedInstances]),
    (|task| any_volume(task, &["efsVolumeConfiguration"]), &[External]),
    (|task| any_volume(task, &["configuredAtLaunch"]), &[External]),
    (|task| any_volume(task, &["fsxWindowsFileServerVolumeConfiguration"]), &[Fargate, External, ManagedInstances]),
];

/// What a container may say, and the launch types that then refuse it.
const CONTAINER: &[(ContainerFact, &[LaunchType])] = &[
    (|container| container.privileged() == Read::Known(true), &[Fargate]),
    (adds_beyond_fargate, &[Fargate]),
    (|container| container.linux("devices").is_filled(), &[Fargate]),
    (|container| container.linux("sharedMemorySize").is_filled(), &[Fargate, ManagedInstances]),
    (|container| container.linux("maxSwap").is_filled(), &[Fargate, ManagedInstances]),
    (|container| container.linux("swappiness").is_filled(), &[Fargate, ManagedInstances]),
    (|container| container.member("dockerSecurityOptions").is_filled(), &[Fargate, ManagedInstances]),
    (|container| container.member("extraHosts").is_filled(), &[Fargate]),
    // Managed Instances take them under host networking alone.
    (extra_hosts_off_the_host, &[ManagedInstances]),
    (|container| container.member("dnsServers").is_filled(), &[Fargate, ManagedInstances]),
    (|container| container.member("dnsSearchDomains").is_filled(), &[Fargate, ManagedInstances]),
    (|container| container.member("disableNetworking").flag() == Read::Known(true), &[Fargate, ManagedInstances]),
    (|container| container.member("links").is_filled(), &[Fargate, ManagedInstances]),
    (|container| container.member("hostname").is_filled(), &[Fargate, ManagedInstances]),
    (|container| container.member("resourceRequirements").is_filled(), &[Fargate]),
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
        found.clone().flag() != Read::Known(false) && found.is_filled()
    })
}

fn adds_beyond_fargate(container: &ContainerView<'_>) -> bool {
    container.capabilities().is_ok_and(|lists| lists.add.iter().any(|name| name != "SYS_PTRACE"))
}

fn extra_hosts_off_the_host(container: &ContainerView<'_>) -> bool {
    let host = matches!(container.task().network_mode(), Read::Known("host") | Read::Unresolved(_));
    container.member("extraHosts").is_filled() && !host
}

fn host_log_driver(container: &ContainerView<'_>) -> bool {
    let driver = container.member("logConfiguration").member("logDriver").text();
    matches!(driver, Read::Known(name) if !["awslogs", "splunk", "awsfirelens"].contains(&name))
}
