//! Linux capabilities as ECS names them, and which of them a container has.

use std::collections::BTreeSet;

use crate::model::{CapabilityLists, Form, normal_capability};

/// What a container gets when nothing is added or dropped: Docker's default set, the same on Fargate (AWS page "Task and
/// container security").
pub const DEFAULTS: [&str; 14] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Names that `KernelCapabilities` documents beyond the default set, and those that AWS pages name for Managed Instances.
const FURTHER: [&str; 27] = [
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "BLOCK_SUSPEND",
    "BPF",
    "DAC_READ_SEARCH",
    "IPC_LOCK",
    "IPC_OWNER",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "NET_ADMIN",
    "NET_BROADCAST",
    "PERFMON",
    "SYS_ADMIN",
    "SYS_BOOT",
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

/// Capabilities that reach past the container: each lets its holder take over the host, its kernel or its network.
const DANGEROUS: [&str; 13] = [
    "ALL",
    "AUDIT_CONTROL",
    "BPF",
    "DAC_READ_SEARCH",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "NET_ADMIN",
    "PERFMON",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_TIME",
];

/// The name of a capability that reaches past the container.
pub static REACHING_THE_HOST: Form =
    Form::Shape { holds: |name| is_dangerous(&normal_capability(name)), pattern: || pattern(&DANGEROUS) };

/// The names by which `NET_RAW` is added or dropped.
pub static OF_RAW_SOCKETS: Form =
    Form::Shape { holds: |name| RAW.contains(&normal_capability(name).as_str()), pattern: || pattern(&RAW) };

const RAW: [&str; 2] = ["ALL", "NET_RAW"];

/// An expression for these names in every spelling.
fn pattern(names: &[&str]) -> String {
    format!(r"(?i)^\s*(cap_)?({})\s*$", names.join("|"))
}

/// Whether ECS documents a capability of this name, written without `CAP_` in upper case.
pub fn is_known(name: &str) -> bool {
    DEFAULTS.contains(&name) || FURTHER.contains(&name)
}

/// The name as it is kept here, where ECS documents a capability of this name.
pub fn find(name: &str) -> Option<&'static str> {
    DEFAULTS.iter().chain(&FURTHER).find(|known| **known == name).copied()
}

/// Whether adding this capability reaches past the container.
pub fn is_dangerous(name: &str) -> bool {
    DANGEROUS.contains(&name)
}

/// Whether a container has this capability when nothing is added or dropped.
pub fn is_default(name: &str) -> bool {
    DEFAULTS.contains(&name)
}

/// Every capability that ECS documents, `ALL` among them.
pub fn all() -> impl Iterator<Item = &'static str> {
    DEFAULTS.into_iter().chain(FURTHER)
}

/// The default set.
pub fn defaults() -> BTreeSet<String> {
    DEFAULTS.iter().map(|&name| name.to_owned()).collect()
}

/// What a container that is not privileged has. `ALL` in `add` stays as `ALL`: Docker grants everything then, the API's text says
/// less, and either is too much. (ECS API model, `KernelCapabilities`.)
pub fn effective(lists: &CapabilityLists) -> BTreeSet<String> {
    let added = lists.add.iter().cloned();
    if lists.drop.iter().any(|name| name == "ALL") {
        return added.collect();
    }
    let kept = DEFAULTS.iter().filter(|name| !lists.drop.iter().any(|dropped| dropped == *name));
    kept.map(|&name| name.to_owned()).chain(added).collect()
}
