//! Rules about logs: drivers, their options, and FireLens.

use super::tasks::lacks;
use super::{Hit, Rule, Scene, containers_where, missing, said, unknown};
use crate::model::ContainerView;
use crate::model::LaunchType::{Fargate, ManagedInstances};
use crate::model::Place;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "missing-log-driver",
        says: "configures its logs and names no driver",
        refused_by: &[],
        source: "API member `LogConfiguration.logDriver`",
        service: None,
        next_step: "name the driver",
        check: |scene| {
            containers_where(scene, &["logConfiguration", "logDriver"], |container| {
                let logs = container.member("logConfiguration");
                logs.is_filled() && missing(&logs.member("logDriver"))
            })
        },
    },
    Rule {
        id: "unknown-log-driver",
        says: "logs with a driver that ECS does not know",
        refused_by: &[],
        source: "API type `LogDriver`",
        service: None,
        next_step: "use awslogs, awsfirelens, splunk, json-file, syslog, journald, gelf or fluentd",
        check: |scene| {
            let hits = scene.containers.iter().filter_map(|container| {
                let written = unknown(&container.member("logConfiguration").member("logDriver"), &DRIVERS)?;
                Some(Hit::member(container, &["logConfiguration", "logDriver"]).about(written))
            });
            hits.collect()
        },
    },
    Rule {
        id: "awslogs-without-group",
        says: "logs with awslogs and names no group",
        refused_by: &[],
        source: "AWS page \"Send Amazon ECS logs to CloudWatch\"",
        service: Some("the driver needs that option"),
        next_step: "set the option awslogs-group",
        check: |scene| lacks_option(scene, "awslogs-group"),
    },
    Rule {
        id: "awslogs-without-region",
        says: "logs with awslogs and names no region",
        refused_by: &[],
        source: "AWS page \"Send Amazon ECS logs to CloudWatch\"",
        service: Some("the driver needs that option"),
        next_step: "set the option awslogs-region",
        check: |scene| lacks_option(scene, "awslogs-region"),
    },
    Rule {
        id: "awslogs-without-stream-prefix",
        says: "logs with awslogs and has no prefix for its stream",
        refused_by: &[Fargate, ManagedInstances],
        source: "AWS page \"Send Amazon ECS logs to CloudWatch\"",
        service: Some("the options have to include the prefix"),
        next_step: "set the option awslogs-stream-prefix",
        check: |scene| lacks_option(scene, "awslogs-stream-prefix"),
    },
    Rule {
        id: "awslogs-without-execution-role",
        says: "logs with awslogs, and the task has no execution role to write with",
        refused_by: &[Fargate],
        source: "AWS page \"Amazon ECS task execution IAM role\"",
        service: Some("the log driver needs an execution role"),
        next_step: "name an executionRoleArn that may write to the group",
        check: |scene| {
            let without = lacks(scene, "executionRoleArn");
            containers_where(scene, &["logConfiguration"], |container| without && logs_with(container, "awslogs"))
        },
    },
    Rule {
        id: "awslogs-with-two-patterns",
        says: "tells where events begin by a date format and by a pattern",
        refused_by: &[],
        source: "AWS page \"Send Amazon ECS logs to CloudWatch\"",
        service: None,
        next_step: "keep awslogs-datetime-format or awslogs-multiline-pattern",
        check: |scene| {
            containers_where(scene, &["logConfiguration", "options"], |container| {
                let filled = |name| option(container, name).is_filled();
                logs_with(container, "awslogs")
                    && filled("awslogs-datetime-format")
                    && filled("awslogs-multiline-pattern")
            })
        },
    },
    Rule {
        id: "unknown-log-mode",
        says: "logs in a mode that does not exist",
        refused_by: &[],
        source: "API member `LogConfiguration.options`",
        service: None,
        next_step: "use blocking or non-blocking",
        check: |scene| {
            let hits = scene.containers.iter().filter_map(|container| {
                // Drivers of instances take options of their own.
                let ours = logs_with(container, "awslogs");
                let written = unknown(&option(container, "mode"), &["blocking", "non-blocking"]).filter(|_| ours)?;
                Some(Hit::member(container, &["logConfiguration", "options", "mode"]).about(written))
            });
            hits.collect()
        },
    },
    Rule {
        id: "firelens-without-router",
        says: "logs with awsfirelens, and no container routes its logs",
        refused_by: &[],
        source: "AWS page \"Send Amazon ECS logs to an AWS service or AWS Partner\"",
        service: None,
        next_step: "add a container with firelensConfiguration",
        check: |scene| {
            let routed = !scene.complete || scene.containers.iter().any(may_route);
            containers_where(scene, &["logConfiguration", "logDriver"], |it| !routed && logs_with(it, "awsfirelens"))
        },
    },
    Rule {
        id: "firelens-without-sender",
        says: "is a FireLens router, and no container logs with awsfirelens",
        refused_by: &[],
        source: "AWS page \"Send Amazon ECS logs to an AWS service or AWS Partner\"",
        service: None,
        next_step: "log with awsfirelens in another container, or remove firelensConfiguration",
        check: |scene| {
            let sent = !scene.complete || scene.containers.iter().any(may_send);
            containers_where(scene, &["firelensConfiguration"], |it| !sent && routes(it))
        },
    },
    Rule {
        id: "second-firelens-router",
        says: "is a second FireLens router",
        refused_by: &[],
        source: "API member `ContainerDefinition.firelensConfiguration`",
        service: None,
        next_step: "keep one of the routers",
        check: |scene| containers_where(scene, &["firelensConfiguration"], routes).into_iter().skip(1).collect(),
    },
    Rule {
        id: "unknown-firelens-type",
        says: "is a FireLens router of a type that does not exist",
        refused_by: &[],
        source: "API type `FirelensConfigurationType`",
        service: None,
        next_step: "use fluentbit or fluentd",
        check: |scene| {
            let hits = scene.containers.iter().filter_map(|container| {
                let kind = container.member("firelensConfiguration").member("type");
                let written = unknown(&kind, &["fluentbit", "fluentd"])?;
                Some(Hit::member(container, &["firelensConfiguration", "type"]).about(written))
            });
            hits.collect()
        },
    },
    Rule {
        id: "firelens-configuration-from-s3",
        says: "takes its FireLens configuration from S3",
        refused_by: &[Fargate],
        source: "AWS page \"Example Amazon ECS task definition: Route logs to FireLens\"",
        service: None,
        next_step: "set the option config-file-type to file, and bring the file in the image",
        check: |scene| {
            containers_where(scene, &["firelensConfiguration", "options"], |container| {
                let options = container.member("firelensConfiguration").member("options");
                said(&options.member("config-file-type")) == Some("s3")
            })
        },
    },
];

/// The drivers of the API model, and those that only instances have had.
const DRIVERS: [&str; 12] = [
    "awsfirelens",
    "awslogs",
    "etwlogs",
    "fluentd",
    "gcplogs",
    "gelf",
    "journald",
    "json-file",
    "local",
    "logentries",
    "splunk",
    "syslog",
];

fn logs_with(container: &ContainerView<'_>, driver: &str) -> bool {
    said(&container.member("logConfiguration").member("logDriver")) == Some(driver)
}

fn option<'d>(container: &ContainerView<'d>, name: &str) -> Place<'d> {
    container.member("logConfiguration").member("options").member(name)
}

fn lacks_option(scene: &Scene<'_>, name: &str) -> Vec<Hit> {
    containers_where(scene, &["logConfiguration", "options", name], |container| {
        logs_with(container, "awslogs") && missing(&option(container, name))
    })
}

fn routes(container: &ContainerView<'_>) -> bool {
    container.member("firelensConfiguration").is_filled()
}

fn may_route(container: &ContainerView<'_>) -> bool {
    !missing(&container.member("firelensConfiguration"))
}

fn may_send(container: &ContainerView<'_>) -> bool {
    let driver = container.member("logConfiguration").member("logDriver");
    logs_with(container, "awsfirelens") || driver.unresolved().is_some()
}
