//! The rows about tasks and their volumes.

use super::{
    Certainty::Unsupported,
    Level::{Task, Volume},
    Limit,
    Says::{self, Filled, Missing, NotOnly, On, OneOf},
};
use crate::model::read::Read;
use crate::model::target::LaunchType::{Ec2, External, Fargate, ManagedInstances};
use crate::model::task::TaskView;

const SIZES: &str = "AWS page \"Troubleshoot Amazon ECS task definition invalid CPU or memory errors\"";
const ANYWHERE: &str = "AWS page \"Amazon ECS clusters for external instances\"";
const MANAGED: &str = "AWS page \"Amazon ECS task definition parameters for Managed Instances\"";
const WINDOWS: &str = "AWS page \"Amazon ECS task definition differences for EC2 instances running Windows\"";

pub(super) const ROWS: &[Limit] = &[
    // Absent means bridge elsewhere.
    Limit::new("unsupported-network-mode-on-fargate", Task, &["networkMode"], NotOnly("awsvpc"))
        .refused_by(&[Fargate])
        .told(
            "has another network mode than awsvpc",
            "API member `TaskDefinition.networkMode`",
            "set networkMode to awsvpc",
        ),
    Limit::new("unsupported-awsvpc", Task, &["networkMode"], OneOf(&["awsvpc"])).refused_by(&[External]).told(
        "has the network mode awsvpc",
        ANYWHERE,
        "use bridge, host or none",
    ),
    Limit::new("unsupported-network-mode-on-managed-instances", Task, &["networkMode"], OneOf(&["bridge", "none"]))
        .refused_by(&[ManagedInstances])
        .told("has another network mode than awsvpc and host", MANAGED, "set networkMode to awsvpc or host"),
    Limit::new("unsupported-network-mode-on-windows", Task, &["networkMode"], OneOf(&["bridge", "host", "none"]))
        .and_windows()
        .told("has a network mode of Linux", WINDOWS, "leave networkMode out, or set it to awsvpc"),
    // Fargate sizes the task; the other launch types need no task size.
    Limit::new("missing-task-cpu", Task, &["cpu"], Missing).refused_by(&[Fargate]).told(
        "has no cpu",
        SIZES,
        "set cpu and memory to one of the sizes that Fargate offers",
    ),
    Limit::new("missing-task-memory", Task, &["memory"], Missing).refused_by(&[Fargate]).told(
        "has no memory",
        SIZES,
        "set cpu and memory to one of the sizes that Fargate offers",
    ),
    Limit::new("unsupported-host-pid-mode", Task, &["pidMode"], OneOf(&["host"])).refused_by(&[Fargate]).told(
        "shares the processes of its host",
        "API member `TaskDefinition.pidMode`",
        "remove pidMode, or set it to task",
    ),
    Limit::new("unsupported-pid-mode-on-windows", Task, &["pidMode"], Filled).and_windows().told(
        "sets pidMode",
        "API member `TaskDefinition.pidMode`",
        "remove pidMode",
    ),
    Limit::new("unsupported-ipc-mode", Task, &["ipcMode"], Filled).refused_by(&[Fargate]).and_windows().told(
        "sets ipcMode",
        "API member `TaskDefinition.ipcMode`",
        "remove ipcMode",
    ),
    Limit::new("unsupported-placement-constraints", Task, &["placementConstraints"], Filled)
        .refused_by(&[Fargate])
        .told(
            "has placement constraints",
            "AWS page \"Task definition differences for Fargate\"",
            "remove placementConstraints: Fargate places tasks itself",
        ),
    Limit::new("unsupported-inference-accelerators", Task, &["inferenceAccelerators"], Filled)
        .refused_by(&[Fargate, External, ManagedInstances])
        .merely(Unsupported)
        .told(
            "asks for inference accelerators",
            "API member `TaskDefinition.inferenceAccelerators`",
            "remove inferenceAccelerators: the service behind it is retired",
        ),
    Limit::new("unsupported-proxy", Task, &["proxyConfiguration"], Filled)
        .refused_by(&[External, ManagedInstances])
        .told("has a proxy of App Mesh", "API member `TaskDefinition.proxyConfiguration`", "remove proxyConfiguration"),
    Limit::new("unsupported-proxy-on-windows", Task, &["proxyConfiguration"], Filled).and_windows().told(
        "has a proxy of App Mesh",
        WINDOWS,
        "remove proxyConfiguration",
    ),
    Limit::new("unsupported-ephemeral-storage", Task, &["ephemeralStorage"], Filled)
        .refused_by(&[Ec2, External, ManagedInstances])
        .merely(Unsupported)
        .told("sizes its ephemeral storage", "API member `TaskDefinition.ephemeralStorage`", "remove ephemeralStorage"),
    Limit::new("unsupported-trusted-execution", Task, &["trustedExecutionConfiguration"], Filled)
        .refused_by(&[Ec2, Fargate, External])
        .merely(Unsupported)
        .told(
            "asks for an isolation mode",
            "API type `TrustedExecutionConfiguration`",
            "remove trustedExecutionConfiguration, or require MANAGED_INSTANCES",
        ),
    Limit::new("unsupported-windows", Task, &["runtimePlatform", "operatingSystemFamily"], Says::Task(is_windows))
        .refused_by(&[ManagedInstances])
        .told(
            "runs Windows",
            "AWS page \"Amazon ECS Managed Instances\"",
            "take MANAGED_INSTANCES out of requiresCompatibilities",
        ),
    Limit::new("unsupported-host-path", Volume, &["host", "sourcePath"], Filled).refused_by(&[Fargate]).told(
        "is a directory of the host",
        "API member `HostVolumeProperties.sourcePath`",
        "remove host.sourcePath, so that the volume is an empty one, or use EFS",
    ),
    Limit::new("unsupported-docker-volume", Volume, &["dockerVolumeConfiguration"], Filled)
        .refused_by(&[Fargate, ManagedInstances])
        .told(
            "is a Docker volume",
            "API member `Volume.dockerVolumeConfiguration`",
            "remove dockerVolumeConfiguration, or use EFS",
        ),
    Limit::new("unsupported-efs", Volume, &["efsVolumeConfiguration"], Filled)
        .refused_by(&[External])
        .and_windows()
        .told("is an EFS file system", ANYWHERE, "mount the file system by other means"),
    Limit::new("unsupported-configured-at-launch", Volume, &["configuredAtLaunch"], On).refused_by(&[External]).told(
        "is configured at launch",
        "API member `Volume.configuredAtLaunch`",
        "use another kind of volume",
    ),
    Limit::new("unsupported-fsx", Volume, &["fsxWindowsFileServerVolumeConfiguration"], Filled)
        .refused_by(&[Fargate, External, ManagedInstances])
        .told(
            "is a share of FSx for Windows File Server",
            "API member `Volume.fsxWindowsFileServerVolumeConfiguration`",
            "use another kind of volume: only Windows instances of EC2 mount it",
        ),
];

fn is_windows(task: &TaskView<'_>) -> bool {
    let family = task.member("runtimePlatform").member("operatingSystemFamily").text();
    matches!(family, Read::Known(family) if family.to_ascii_uppercase().starts_with("WINDOWS"))
}
