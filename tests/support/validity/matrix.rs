//! Which field is accepted where: a row a field, a column a launch target with its operating system.
//!
//! From the ECS API model (`ContainerDefinition.*`, `LinuxParameters.*`, `TaskDefinition.*`) and the pages fargate-tasks-services,
//! `task_definition_parameters`, `_ec2`, `-managed-instances`, `windows_task_definitions` and ecs-anywhere.

use serde_json::Value;

use super::schema::LOG_DRIVERS;
use super::{Case, Os, Target, json, rules};

/// What one column says about one field. A null, a false and an empty list ask for nothing and are accepted everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Accepted.
    Yes,
    /// Refused or ignored.
    No,
    /// Accepted, and must be there.
    Required,
    /// Must be there and be this.
    Exactly(&'static str),
    /// Accepted if it is one of these.
    OneOf(&'static [&'static str]),
    /// Accepted if it begins with one of these.
    StartsWith(&'static [&'static str]),
    /// Accepted from the first to the second.
    Between(i64, i64),
    /// Accepted under these network modes.
    Network(&'static [&'static str]),
    /// The sources disagree, or say nothing.
    Unclear,
}

use Cell::{Between, Exactly, Network, No, OneOf, Required, StartsWith, Unclear, Yes};

/// A column of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// EC2, Linux.
    Ec2 = 0,
    /// Fargate, Linux.
    Fargate = 1,
    /// Managed Instances (always Linux).
    ManagedInstances = 2,
    /// ECS Anywhere, Linux.
    External = 3,
    /// EC2, Windows.
    WindowsEc2 = 4,
    /// Fargate, Windows.
    WindowsFargate = 5,
}

/// The columns that all have to accept a field. Windows on ECS Anywhere has no column of its own: both of its parents count.
pub const fn columns(target: Target, os: Os) -> &'static [Column] {
    match (target, os) {
        (Target::Ec2, Os::Linux) => &[Column::Ec2],
        (Target::Fargate, Os::Linux) => &[Column::Fargate],
        (Target::ManagedInstances, _) => &[Column::ManagedInstances],
        (Target::External, Os::Linux) => &[Column::External],
        (Target::Ec2, Os::Windows) => &[Column::WindowsEc2],
        (Target::Fargate, Os::Windows) => &[Column::WindowsFargate],
        (Target::External, Os::Windows) => &[Column::External, Column::WindowsEc2],
    }
}

/// A field, as a path with `[]` for "each element", and its cells in the order of [`Column`].
pub struct Row {
    /// Path from the definition.
    pub path: &'static str,
    /// One cell a column.
    pub cells: [Cell; 6],
}

const fn row(path: &'static str, cells: [Cell; 6]) -> Row {
    Row { path, cells }
}

const ALL: [Cell; 6] = [Yes; 6];
const LINUX: [Cell; 6] = [Yes, Yes, Yes, Yes, No, No];
const OWN_INSTANCE: [Cell; 6] = [Yes, No, No, Yes, No, No];
const INSTANCE: [Cell; 6] = [Yes, No, Yes, Yes, No, No];
const PID: Cell = OneOf(&["host", "task"]);
const IPC: Cell = OneOf(&["host", "task", "none"]);
const NOT_AWSVPC: Cell = Network(&["bridge", "host", "none", "default"]);
const BRIDGE: Cell = Network(&["bridge"]);
const NOT_NONE: Cell = Network(&["bridge", "host", "awsvpc"]);
const FARGATE_LOGS: Cell = OneOf(&["awslogs", "splunk", "awsfirelens"]);
const SECONDS: Cell = Between(2, 120);

/// The matrix.
pub static ROWS: &[Row] = &[
    row(
        "networkMode",
        [
            OneOf(&["none", "bridge", "awsvpc", "host"]),
            Exactly("awsvpc"),
            OneOf(&["awsvpc", "host"]),
            OneOf(&["none", "bridge", "host"]),
            OneOf(&["awsvpc"]),
            Exactly("awsvpc"),
        ],
    ),
    row("pidMode", [PID, OneOf(&["task"]), PID, PID, No, No]),
    row("ipcMode", [IPC, No, IPC, Yes, No, No]),
    row("cpu", [Yes, Required, Yes, Yes, Yes, Required]),
    row("memory", [Yes, Required, Yes, Yes, Yes, Required]),
    row("enableFaultInjection", [Network(&["awsvpc", "host"]), Network(&["awsvpc"]), Yes, Unclear, No, No]),
    row("proxyConfiguration", [Yes, Yes, No, No, No, No]),
    row("ephemeralStorage", [No, Yes, No, No, No, Unclear]),
    row("ephemeralStorage.sizeInGiB", [Yes, Between(21, 200), Yes, Yes, Yes, Between(21, 200)]),
    row("placementConstraints", [Yes, No, Yes, Yes, Yes, No]),
    row("trustedExecutionConfiguration", [No, No, Yes, No, No, No]),
    row("containerDefinitions[].privileged", INSTANCE),
    // The model and windows_task_definitions keep `user` from Windows, Security Hub ECS.21 asks for it there.
    row("containerDefinitions[].user", [Yes, Yes, Yes, Yes, Unclear, Unclear]),
    row("containerDefinitions[].readonlyRootFilesystem", LINUX),
    row("containerDefinitions[].linuxParameters", LINUX),
    row("containerDefinitions[].linuxParameters.capabilities.drop", LINUX),
    row("containerDefinitions[].linuxParameters.capabilities.add[]", [Yes, OneOf(&["SYS_PTRACE"]), Yes, Yes, No, No]),
    row("containerDefinitions[].linuxParameters.initProcessEnabled", LINUX),
    // Fargate takes tmpfs since January 2026; fargate-tasks-services is stale on it.
    row("containerDefinitions[].linuxParameters.tmpfs", LINUX),
    row("containerDefinitions[].linuxParameters.sharedMemorySize", OWN_INSTANCE),
    row("containerDefinitions[].linuxParameters.devices", INSTANCE),
    row("containerDefinitions[].linuxParameters.maxSwap", OWN_INSTANCE),
    row("containerDefinitions[].linuxParameters.swappiness", OWN_INSTANCE),
    row(
        "containerDefinitions[].dockerSecurityOptions[]",
        [
            StartsWith(&["no-new-privileges", "apparmor:", "label:", "credentialspec:"]),
            No,
            No,
            StartsWith(&["no-new-privileges", "apparmor:", "credentialspec:"]),
            StartsWith(&["credentialspec:"]),
            No,
        ],
    ),
    row("containerDefinitions[].ulimits", LINUX),
    row("containerDefinitions[].systemControls", LINUX),
    row("containerDefinitions[].extraHosts", [NOT_AWSVPC, No, Network(&["host"]), Yes, No, No]),
    row("containerDefinitions[].dnsServers", OWN_INSTANCE),
    row("containerDefinitions[].dnsSearchDomains", OWN_INSTANCE),
    row("containerDefinitions[].disableNetworking", OWN_INSTANCE),
    row("containerDefinitions[].links", [BRIDGE, No, No, BRIDGE, No, No]),
    row("containerDefinitions[].hostname", [NOT_AWSVPC, No, No, Yes, NOT_AWSVPC, No]),
    row("containerDefinitions[].portMappings", [NOT_NONE, Yes, Yes, NOT_NONE, Yes, Yes]),
    row("containerDefinitions[].restartPolicy", [Yes, Yes, Yes, Yes, Yes, No]),
    row("containerDefinitions[].versionConsistency", ALL),
    row("containerDefinitions[].firelensConfiguration", LINUX),
    row(
        "containerDefinitions[].firelensConfiguration.options.config-file-type",
        [Yes, OneOf(&["file"]), Yes, Yes, No, No],
    ),
    row("containerDefinitions[].environmentFiles", [Yes, Yes, Yes, Yes, Yes, No]),
    row("containerDefinitions[].memoryReservation", LINUX),
    // The row is about GPU; other kinds of accelerator are as unlikely on Fargate and Windows.
    row("containerDefinitions[].resourceRequirements", INSTANCE),
    row("containerDefinitions[].stopTimeout", [Yes, SECONDS, Between(0, 86400), Yes, Yes, SECONDS]),
    row("containerDefinitions[].startTimeout", [Yes, SECONDS, Between(0, 600), Yes, Yes, SECONDS]),
    row(
        "containerDefinitions[].logConfiguration.logDriver",
        [
            OneOf(LOG_DRIVERS),
            FARGATE_LOGS,
            // LogConfiguration of the model adds json-file, the parameters page does not have it.
            OneOf(&["awslogs", "splunk", "awsfirelens", "json-file"]),
            OneOf(LOG_DRIVERS),
            OneOf(&["json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk"]),
            OneOf(&["awslogs", "splunk"]),
        ],
    ),
    row("containerDefinitions[].credentialSpecs", [Yes, Yes, Unclear, Unclear, Yes, Unclear]),
    row("volumes[].host.sourcePath", [Yes, No, Yes, Yes, Yes, No]),
    row("volumes[].dockerVolumeConfiguration", [Yes, No, No, Yes, Unclear, No]),
    row("volumes[].efsVolumeConfiguration", [Yes, Yes, Yes, No, No, No]),
    row("volumes[].fsxWindowsFileServerVolumeConfiguration", [No, No, No, No, Yes, No]),
    row("volumes[].s3filesVolumeConfiguration", [Yes, Yes, Yes, Unclear, No, No]),
    row("volumes[].configuredAtLaunch", [Yes, Yes, Yes, No, Yes, No]),
];

/// Judges every row for the columns of the case.
pub(super) fn judge(case: &mut Case<'_>) {
    let wrong = case.target == Target::ManagedInstances && case.os == Os::Windows;
    case.report_if(wrong, "windows-target", "", "Managed Instances run Linux only");
    for row in ROWS {
        let mut places = Vec::new();
        find(case.definition, row.path, "", &mut places);
        for column in columns(case.target, case.os) {
            cell(case, row.path, row.cells[*column as usize], &places);
        }
    }
}

/// Every place of `path` below `value` that asks for something, with its pointer.
fn find<'a>(value: &'a Value, path: &str, at: &str, places: &mut Vec<(String, &'a Value)>) {
    if path.is_empty() {
        if !json::is_neutral(value) {
            places.push((at.to_owned(), value));
        }
        return;
    }
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    if let Some(name) = step.strip_suffix("[]") {
        for (at, element) in json::elements(value, at, name) {
            find(element, rest, &at, places);
        }
    } else if let Some(member) = json::member(value, step) {
        find(member, rest, &json::below(at, step), places);
    }
}

fn cell(case: &mut Case<'_>, path: &str, cell: Cell, places: &[(String, &Value)]) {
    let target = case.target.name();
    if places.is_empty() && matches!(cell, Required | Exactly(_)) {
        case.report("required-for-target", &json::below("", path), format!("{target} needs `{path}`"));
    }
    for (at, value) in places {
        let text = value.as_str().unwrap_or_default();
        let rule = match cell {
            Yes | Required => None,
            No => Some("not-for-target"),
            Unclear => Some(rules::UNCLEAR),
            Exactly(word) => (text != word).then_some("value-not-for-target"),
            OneOf(words) => (!words.contains(&text)).then_some("value-not-for-target"),
            StartsWith(words) => (!words.iter().any(|word| text.starts_with(word))).then_some("value-not-for-target"),
            Between(low, high) => {
                let fits = value.as_i64().is_none_or(|number| (low..=high).contains(&number));
                (!fits).then_some("value-not-for-target")
            }
            Network(modes) => (!modes.contains(&case.network())).then_some("not-with-network-mode"),
        };
        if let Some(rule) = rule {
            let network = case.network();
            let message = format!("{target} ({:?}, {network}) does not take {value} for `{path}`", case.os);
            case.report(rule, at, message);
        }
    }
}
