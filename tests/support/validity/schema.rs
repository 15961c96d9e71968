//! The members of each shape of `RegisterTaskDefinition` and their JSON types (ECS API model 2014-11-13), as data.

use super::shape::Kind::{self, Any, Bool, Int, Ints, Map, Object, Objects, One, Size, Text, Texts};
use super::shape::Shape;

const fn shape(
    name: &'static str,
    required: &'static [&'static str],
    members: &'static [(&'static str, Kind)],
) -> Shape {
    Shape { name, required, members }
}

const SWITCH: Kind = One(&["ENABLED", "DISABLED"]);

pub static REQUEST: Shape = shape(
    "RegisterTaskDefinitionRequest",
    &["family", "containerDefinitions"],
    &[
        ("family", Text),
        ("taskRoleArn", Text),
        ("executionRoleArn", Text),
        ("networkMode", One(&["bridge", "host", "awsvpc", "none"])),
        ("containerDefinitions", Objects(&CONTAINER)),
        ("volumes", Objects(&VOLUME)),
        ("placementConstraints", Objects(&PLACEMENT)),
        ("requiresCompatibilities", Texts),
        ("cpu", Size),
        ("memory", Size),
        ("tags", Objects(&TAG)),
        ("pidMode", One(&["host", "task"])),
        ("ipcMode", One(&["host", "task", "none"])),
        ("proxyConfiguration", Object(&PROXY)),
        ("inferenceAccelerators", Objects(&ACCELERATOR)),
        ("ephemeralStorage", Object(&EPHEMERAL)),
        ("runtimePlatform", Object(&PLATFORM)),
        ("enableFaultInjection", Bool),
        ("trustedExecutionConfiguration", Object(&TRUSTED)),
    ],
);

static CONTAINER: Shape = shape(
    "ContainerDefinition",
    &["name", "image"],
    &[
        ("name", Text),
        ("image", Text),
        ("repositoryCredentials", Object(&REGISTRY)),
        ("cpu", Int),
        ("memory", Int),
        ("memoryReservation", Int),
        ("links", Texts),
        ("portMappings", Objects(&PORT)),
        ("essential", Bool),
        ("restartPolicy", Object(&RESTART)),
        ("entryPoint", Texts),
        ("command", Texts),
        ("environment", Objects(&PAIR)),
        ("environmentFiles", Objects(&FILE)),
        ("mountPoints", Objects(&MOUNT)),
        ("volumesFrom", Objects(&VOLUMES_FROM)),
        ("linuxParameters", Object(&LINUX)),
        ("secrets", Objects(&SECRET)),
        ("dependsOn", Objects(&DEPENDENCY)),
        ("startTimeout", Int),
        ("stopTimeout", Int),
        ("versionConsistency", One(&["enabled", "disabled"])),
        ("hostname", Text),
        ("user", Text),
        ("workingDirectory", Text),
        ("disableNetworking", Bool),
        ("privileged", Bool),
        ("readonlyRootFilesystem", Bool),
        ("dnsServers", Texts),
        ("dnsSearchDomains", Texts),
        ("extraHosts", Objects(&HOST_ENTRY)),
        ("dockerSecurityOptions", Texts),
        ("interactive", Bool),
        ("pseudoTerminal", Bool),
        ("dockerLabels", Map),
        ("ulimits", Objects(&ULIMIT)),
        ("logConfiguration", Object(&LOG)),
        ("healthCheck", Object(&HEALTH)),
        ("systemControls", Objects(&SYSTEM_CONTROL)),
        ("resourceRequirements", Objects(&RESOURCE)),
        ("firelensConfiguration", Object(&FIRELENS)),
        ("credentialSpecs", Texts),
    ],
);

static LINUX: Shape = shape(
    "LinuxParameters",
    &[],
    &[
        ("capabilities", Object(&CAPABILITIES)),
        ("devices", Objects(&DEVICE)),
        ("initProcessEnabled", Bool),
        ("sharedMemorySize", Int),
        ("tmpfs", Objects(&TMPFS)),
        ("maxSwap", Int),
        ("swappiness", Int),
    ],
);
static CAPABILITIES: Shape = shape("KernelCapabilities", &[], &[("add", Texts), ("drop", Texts)]);
static DEVICE: Shape =
    shape("Device", &["hostPath"], &[("hostPath", Text), ("containerPath", Text), ("permissions", Texts)]);
static TMPFS: Shape =
    shape("Tmpfs", &["containerPath", "size"], &[("containerPath", Text), ("size", Int), ("mountOptions", Texts)]);

static VOLUME: Shape = shape(
    "Volume",
    &["name"],
    &[
        ("name", Text),
        ("host", Object(&HOST)),
        ("dockerVolumeConfiguration", Object(&DOCKER_VOLUME)),
        ("efsVolumeConfiguration", Object(&EFS)),
        ("s3filesVolumeConfiguration", Object(&S3_FILES)),
        ("fsxWindowsFileServerVolumeConfiguration", Object(&FSX)),
        ("configuredAtLaunch", Bool),
    ],
);
static HOST: Shape = shape("HostVolumeProperties", &[], &[("sourcePath", Text)]);
static DOCKER_VOLUME: Shape = shape(
    "DockerVolumeConfiguration",
    &[],
    &[
        ("scope", One(&["task", "shared"])),
        ("autoprovision", Bool),
        ("driver", Text),
        ("driverOpts", Map),
        ("labels", Map),
    ],
);
static EFS: Shape = shape(
    "EFSVolumeConfiguration",
    &["fileSystemId"],
    &[
        ("fileSystemId", Text),
        ("rootDirectory", Text),
        ("transitEncryption", SWITCH),
        ("transitEncryptionPort", Int),
        ("authorizationConfig", Object(&EFS_AUTHORIZATION)),
    ],
);
static EFS_AUTHORIZATION: Shape = shape("EFSAuthorizationConfig", &[], &[("accessPointId", Text), ("iam", SWITCH)]);
static S3_FILES: Shape = shape(
    "S3FilesVolumeConfiguration",
    &["fileSystemArn"],
    &[("fileSystemArn", Text), ("rootDirectory", Text), ("transitEncryptionPort", Int), ("accessPointArn", Text)],
);
static FSX: Shape = shape(
    "FSxWindowsFileServerVolumeConfiguration",
    &["fileSystemId", "rootDirectory", "authorizationConfig"],
    &[("fileSystemId", Text), ("rootDirectory", Text), ("authorizationConfig", Object(&FSX_AUTHORIZATION))],
);
static FSX_AUTHORIZATION: Shape = shape(
    "FSxWindowsFileServerAuthorizationConfig",
    &["credentialsParameter", "domain"],
    &[("credentialsParameter", Text), ("domain", Text)],
);

static PORT: Shape = shape(
    "PortMapping",
    &[],
    &[
        ("containerPort", Int),
        ("hostPort", Int),
        ("protocol", One(&["tcp", "udp"])),
        ("name", Text),
        ("appProtocol", One(&["http", "http2", "grpc"])),
        ("containerPortRange", Text),
    ],
);
static HEALTH: Shape = shape(
    "HealthCheck",
    &["command"],
    &[("command", Texts), ("interval", Int), ("timeout", Int), ("retries", Int), ("startPeriod", Int)],
);
static RESTART: Shape = shape(
    "ContainerRestartPolicy",
    &["enabled"],
    &[("enabled", Bool), ("ignoredExitCodes", Ints), ("restartAttemptPeriod", Int)],
);
static FIRELENS: Shape =
    shape("FirelensConfiguration", &["type"], &[("type", One(&["fluentd", "fluentbit"])), ("options", Map)]);
/// Every log driver of the API model.
pub const LOG_DRIVERS: &[&str] =
    &["json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens"];
static LOG: Shape = shape(
    "LogConfiguration",
    &["logDriver"],
    &[("logDriver", One(LOG_DRIVERS)), ("options", Map), ("secretOptions", Objects(&SECRET))],
);
static PLATFORM: Shape = shape(
    "RuntimePlatform",
    &[],
    &[
        ("cpuArchitecture", One(&["X86_64", "ARM64"])),
        (
            "operatingSystemFamily",
            One(&[
                "LINUX",
                "WINDOWS_SERVER_2016_FULL",
                "WINDOWS_SERVER_2019_FULL",
                "WINDOWS_SERVER_2019_CORE",
                "WINDOWS_SERVER_2004_CORE",
                "WINDOWS_SERVER_20H2_CORE",
                "WINDOWS_SERVER_2022_FULL",
                "WINDOWS_SERVER_2022_CORE",
                "WINDOWS_SERVER_2025_FULL",
                "WINDOWS_SERVER_2025_CORE",
            ]),
        ),
    ],
);
static TRUSTED: Shape = shape(
    "TrustedExecutionConfiguration",
    &["isolationMode"],
    &[("isolationMode", One(&["SHARED", "ISOLATED_SANDBOX", "CONFIDENTIAL_SANDBOX"])), ("attestationPolicy", Any)],
);

static PAIR: Shape = shape("KeyValuePair", &[], &[("name", Text), ("value", Text)]);
static SECRET: Shape = shape("Secret", &["name", "valueFrom"], &[("name", Text), ("valueFrom", Text)]);
static FILE: Shape = shape("EnvironmentFile", &["value", "type"], &[("value", Text), ("type", One(&["s3"]))]);
static MOUNT: Shape = shape("MountPoint", &[], &[("sourceVolume", Text), ("containerPath", Text), ("readOnly", Bool)]);
static VOLUMES_FROM: Shape = shape("VolumeFrom", &[], &[("sourceContainer", Text), ("readOnly", Bool)]);
static DEPENDENCY: Shape = shape(
    "ContainerDependency",
    &["containerName", "condition"],
    &[("containerName", Text), ("condition", One(&["START", "COMPLETE", "SUCCESS", "HEALTHY"]))],
);
static HOST_ENTRY: Shape = shape("HostEntry", &["hostname", "ipAddress"], &[("hostname", Text), ("ipAddress", Text)]);
static ULIMIT: Shape = shape(
    "Ulimit",
    &["name", "softLimit", "hardLimit"],
    &[
        (
            "name",
            One(&[
                "core",
                "cpu",
                "data",
                "fsize",
                "locks",
                "memlock",
                "msgqueue",
                "nice",
                "nofile",
                "nproc",
                "rss",
                "rtprio",
                "rttime",
                "sigpending",
                "stack",
            ]),
        ),
        ("softLimit", Int),
        ("hardLimit", Int),
    ],
);
static SYSTEM_CONTROL: Shape = shape("SystemControl", &[], &[("namespace", Text), ("value", Text)]);
static RESOURCE: Shape = shape(
    "ResourceRequirement",
    &["value", "type"],
    &[("value", Text), ("type", One(&["GPU", "InferenceAccelerator", "NeuronDevice"]))],
);
static REGISTRY: Shape = shape("RepositoryCredentials", &["credentialsParameter"], &[("credentialsParameter", Text)]);
static PLACEMENT: Shape =
    shape("TaskDefinitionPlacementConstraint", &[], &[("type", One(&["memberOf"])), ("expression", Text)]);
static TAG: Shape = shape("Tag", &[], &[("key", Text), ("value", Text)]);
static PROXY: Shape = shape(
    "ProxyConfiguration",
    &["containerName"],
    &[("type", One(&["APPMESH"])), ("containerName", Text), ("properties", Objects(&PAIR))],
);
static ACCELERATOR: Shape =
    shape("InferenceAccelerator", &["deviceName", "deviceType"], &[("deviceName", Text), ("deviceType", Text)]);
static EPHEMERAL: Shape = shape("EphemeralStorage", &["sizeInGiB"], &[("sizeInGiB", Int)]);
