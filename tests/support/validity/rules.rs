//! The list of rules. Each id stands in [`super::Violation::rule`]; the self-test has an accepted and a refused example of each.

/// The id for a field on which the sources disagree; only `new_violations` reports it.
pub const UNCLEAR: &str = "unclear-for-target";

/// Every rule: its id, and what it says with the place the fact comes from.
pub const RULES: &[(&str, &str)] = &[
    // The shape.
    ("unknown-member", "only members of the ECS API model"),
    ("response-only-member", "no member that only responses have (API model: TaskDefinition minus the request)"),
    ("wrong-type", "the JSON type of the API model; no null inside a list"),
    ("not-in-enum", "a value of the enumeration of the API model"),
    ("missing-member", "members required by the API model, and name and image of a container"),
    // The matrix of fields and targets.
    ("not-for-target", "the field is not accepted there (fargate-tasks-services, task_definition_parameters*)"),
    ("value-not-for-target", "the value is not accepted there (same pages)"),
    ("required-for-target", "the field is required there (fargate-tasks-services)"),
    ("not-with-network-mode", "the field is not accepted under this network mode (API model, ContainerDefinition)"),
    (UNCLEAR, "the sources disagree on the field there; not to be added unasked"),
    ("windows-target", "Managed Instances run Linux only"),
    // The task.
    ("family-format", "1 to 255 letters, digits, `_`, `-` (API model: family)"),
    ("container-count", "one to ten containers (service quotas)"),
    ("document-size", "at most 64 KB (service quotas)"),
    ("no-essential-container", "at least one container is essential (API model: ContainerDefinition.essential)"),
    (
        "os-mismatch",
        "runtimePlatform names the system meant; Windows on Fargate must name it (API model: RuntimePlatform)",
    ),
    ("task-size-format", "a number, or one with the unit vCPU or GB (API model: cpu, memory)"),
    ("fargate-size", "a pair of cpu and memory that Fargate offers (fargate-tasks-services)"),
    (
        "memory-missing",
        "a container without task memory needs memory or memoryReservation (task_definition_parameters_ec2)",
    ),
    (
        "memory-over-task",
        "containers fit into the task's memory, a reservation into its limit (task_definition_parameters)",
    ),
    ("cpu-over-task", "containers fit into the task's cpu (task_definition_parameters)"),
    (
        "execution-role-missing",
        "secrets, registry credentials, environment files and managed logging need executionRoleArn",
    ),
    ("tags", "at most 50, keys unique and not beginning with aws: (API model: Tag)"),
    // References between containers.
    ("container-name", "1 to 255 letters, digits, `_`, `-` (API model: ContainerDefinition.name)"),
    ("container-name-duplicate", "names of containers are unique"),
    ("container-unknown", "dependsOn, links, volumesFrom and proxyConfiguration name other containers of the task"),
    ("depends-on-cycle", "dependsOn has no cycle (API model: ContainerDependency)"),
    (
        "depends-on-condition",
        "COMPLETE and SUCCESS not on an essential container, HEALTHY needs a healthCheck (API model)",
    ),
    ("firelens-user", "uid 0, or a numeric uid of its own (agent change log 1.96.0)"),
    ("firelens-pair", "a log router needs a user of awsfirelens and the other way round (using_firelens)"),
    // One container.
    ("user-format", "user[:group] by name or by number (API model: ContainerDefinition.user)"),
    ("port-mapping", "one of containerPort and containerPortRange, within 1 to 65535 (API model: PortMapping)"),
    ("host-port", "under awsvpc and host equal to the container port (API model: PortMapping.hostPort)"),
    ("port-name-duplicate", "names of port mappings are unique in the task (API model: PortMapping.name)"),
    ("health-check", "CMD or CMD-SHELL and bounded times (API model: HealthCheck)"),
    ("restart-policy", "60 to 1800 s, at most 50 exit codes (API model: ContainerRestartPolicy)"),
    ("env-secret-clash", "no name in both environment and secrets (refused at registration)"),
    ("secret-duplicate", "no name twice in secrets"),
    ("secret-reference", "valueFrom is an ARN or a parameter name (specifying-sensitive-data)"),
    ("awslogs-options", "group and region, on Fargate and Managed Instances a stream prefix (using_awslogs)"),
    ("log-options", "mode and max-buffer-size well formed (API model: LogConfiguration.options)"),
    // Linux.
    ("capability-name", "a documented name without CAP_ (API model: KernelCapabilities)"),
    ("tmpfs-size", "an integer of at least 1 MiB (API model: Tmpfs.size)"),
    (
        "tmpfs-option",
        "a documented option; mode, uid, gid, nr_inodes, nr_blocks, mpol as key=value; no size= (API model)",
    ),
    ("tmpfs-over-memory", "the tmpfs sizes of a container fit into its memory (agent design note shmsize-tmpfs)"),
    ("mount-path", "containerPath is absolute and not the root (API model: Tmpfs, MountPoint)"),
    ("mount-path-duplicate", "no path is mounted twice in one container"),
    ("sysctl-namespace", "a documented namespace (API model: SystemControl)"),
    ("sysctl-value", "namespace and value are both given (API model: SystemControl)"),
    ("sysctl-duplicate", "no namespace twice in one container"),
    ("sysctl-host", "no net.* under networkMode host, no IPC one under ipcMode host (API model: SystemControl)"),
    ("ulimit", "soft at most hard, no name twice (API model: Ulimit)"),
    ("swap", "swappiness 0 to 100, maxSwap not negative (API model: LinuxParameters)"),
    // Volumes.
    ("volume-name", "1 to 255 letters, digits, `_`, `-`, unique (API model: Volume.name)"),
    ("volume-kind", "at most one kind; one volume configured at launch (API model: Volume)"),
    ("volume-unknown", "mountPoints name volumes of the task"),
    (
        "efs",
        "encryption in transit with IAM or an access point, no directory with the latter (API model: EFSVolumeConfiguration)",
    ),
];
