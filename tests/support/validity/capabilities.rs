//! What a container may do: the Linux capabilities it ends up with.

use std::collections::BTreeSet;

use serde_json::Value;

use super::json;

/// The names of the API (`KernelCapabilities.add` and `.drop`), without `ALL`.
pub const DOCUMENTED: &[&str] = &[
    "AUDIT_CONTROL",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "SYSLOG",
    "WAKE_ALARM",
];

/// Names that other pages mention: `AUDIT_READ` (`task_definition_parameters_ec2`), the others (`ManagedInstances`).
pub const MENTIONED: &[&str] = &["AUDIT_READ", "BPF", "PERFMON"];

/// What Docker gives to a container that asks for nothing (page security-tasks-containers).
pub const DEFAULT: &[&str] = &[
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SYS_CHROOT",
    "MKNOD",
    "AUDIT_WRITE",
    "SETFCAP",
];

/// The bounding set of the processes of `container` (a container definition), as names without `CAP_`.
///
/// Privileged: everything, whatever is added or dropped. `ALL` dropped: exactly what is added. `ALL` added: everything but what is
/// dropped by name (so Docker; the API model says the default set, the larger reading is the one to fear). Else the default set
/// without what is dropped, and then what is added.
pub fn effective_capabilities(container: &Value) -> BTreeSet<String> {
    let lists = json::member(container, "linuxParameters").and_then(|linux| json::member(linux, "capabilities"));
    let add = lists.map(|lists| names(lists, "add")).unwrap_or_default();
    let drop = lists.map(|lists| names(lists, "drop")).unwrap_or_default();
    if json::is_true(container, "privileged") {
        return everything();
    }
    if add.contains("ALL") {
        return everything().difference(&drop).cloned().collect();
    }
    if drop.contains("ALL") {
        return add;
    }
    let default: BTreeSet<String> = DEFAULT.iter().map(ToString::to_string).collect();
    default.difference(&drop).chain(&add).cloned().collect()
}

/// Every capability that Linux knows.
fn everything() -> BTreeSet<String> {
    DOCUMENTED.iter().chain(MENTIONED).chain(&["CHECKPOINT_RESTORE"]).map(ToString::to_string).collect()
}

fn names(lists: &Value, which: &str) -> BTreeSet<String> {
    let list = json::member(lists, which).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter()
        .filter_map(Value::as_str)
        .map(|name| {
            let name = name.to_ascii_uppercase();
            name.strip_prefix("CAP_").unwrap_or(&name).to_owned()
        })
        .collect()
}
