//! Rules about what only Linux containers have, and about what is mounted where.

use std::collections::BTreeSet;

use serde_json::Value;

use super::capabilities::{DOCUMENTED, MENTIONED};
use super::{Case, Os, json, task};

/// Mount options that stand for themselves (API model: `Tmpfs.mountOptions`).
const OPTIONS: &[&str] = &[
    "defaults",
    "ro",
    "rw",
    "suid",
    "nosuid",
    "dev",
    "nodev",
    "exec",
    "noexec",
    "sync",
    "async",
    "dirsync",
    "remount",
    "mand",
    "nomand",
    "atime",
    "noatime",
    "diratime",
    "nodiratime",
    "bind",
    "rbind",
    "unbindable",
    "runbindable",
    "private",
    "rprivate",
    "shared",
    "rshared",
    "slave",
    "rslave",
    "relatime",
    "norelatime",
    "strictatime",
    "nostrictatime",
];

/// Namespaces of the IPC kind that may be set (API model: `SystemControl`).
const IPC_NAMESPACES: &[&str] = &[
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
];

/// Judges the container at pointer `at`.
pub fn judge(case: &mut Case<'_>, at: &str, container: &Value) {
    mounts(case, at, container);
    system_controls(case, at, container);
    ulimits(case, at, container);
    let Some(linux) = json::member(container, "linuxParameters") else {
        return;
    };
    let at = json::below(at, "linuxParameters");
    if let Some(lists) = json::member(linux, "capabilities") {
        let at = json::below(&at, "capabilities");
        for (at, name) in ["add", "drop"].iter().flat_map(|list| json::elements(lists, &at, list)) {
            let name = name.as_str().unwrap_or_default();
            let known = name == "ALL" || DOCUMENTED.contains(&name) || MENTIONED.contains(&name);
            case.report_if(!known, "capability-name", &at, format!("no capability `{name}`"));
        }
    }
    let swappiness = json::integer(linux, "swappiness").is_none_or(|number| (0..=100).contains(&number));
    let swap = json::integer(linux, "maxSwap").is_none_or(|number| number >= 0);
    case.report_if(!swappiness || !swap, "swap", &at, "swappiness 0 to 100, maxSwap not negative");
    tmpfs(case, &at, container, linux);
}

fn tmpfs(case: &mut Case<'_>, at: &str, container: &Value, linux: &Value) {
    let mut total = 0;
    for (at, mount) in json::elements(linux, at, "tmpfs") {
        let size = json::integer(mount, "size").unwrap_or(0);
        case.report_if(size < 1, "tmpfs-size", &json::below(&at, "size"), "an integer of at least 1");
        total += size;
        for (at, option) in json::elements(mount, &at, "mountOptions") {
            let option = option.as_str().unwrap_or_default();
            case.report_if(!is_option(option), "tmpfs-option", &at, format!("no mount option `{option}`"));
        }
    }
    let limit = json::integer(container, "memory").filter(|limit| *limit > 0).or_else(|| task::memory(case));
    let over = limit.is_some_and(|limit| total > limit);
    case.report_if(over, "tmpfs-over-memory", &json::below(at, "tmpfs"), format!("{total} MiB in all"));
}

/// A word of the list, or one of the six keys with a fitting value. `size=` is its own field.
fn is_option(option: &str) -> bool {
    let Some((key, value)) = option.split_once('=') else {
        return OPTIONS.contains(&option);
    };
    let all = |fits: fn(&u8) -> bool| !value.is_empty() && value.bytes().all(|byte| fits(&byte));
    match key {
        "mode" => value.len() <= 5 && all(|byte| (b'0'..=b'7').contains(byte)),
        "uid" | "gid" => all(u8::is_ascii_digit),
        "nr_inodes" | "nr_blocks" => {
            let digits = value.trim_end_matches(['k', 'm', 'g', 'K', 'M', 'G']);
            value.len() - digits.len() <= 1 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
        "mpol" => all(u8::is_ascii_graphic),
        _ => false,
    }
}

/// What is mounted where, tmpfs and volumes together.
fn mounts(case: &mut Case<'_>, at: &str, container: &Value) {
    let linux_at = json::below(at, "linuxParameters");
    let tmpfs = json::member(container, "linuxParameters").map(|linux| json::elements(linux, &linux_at, "tmpfs"));
    let mut seen = BTreeSet::new();
    for (at, mount) in json::elements(container, at, "mountPoints").into_iter().chain(tmpfs.into_iter().flatten()) {
        let path = json::text(mount, "containerPath").unwrap_or_default();
        let place = json::below(&at, "containerPath");
        let Some(path) = absolute(path, case.os) else {
            case.report("mount-path", &place, format!("`{path}` is not absolute, or the root"));
            continue;
        };
        case.report_if(
            !seen.insert(path.clone()),
            "mount-path-duplicate",
            &place,
            format!("`{path}` is mounted twice"),
        );
    }
}

/// The path without what does not tell paths apart; `None` if it is not absolute or is the root.
fn absolute(path: &str, os: Os) -> Option<String> {
    if os == Os::Windows {
        let path = path.replace('/', "\\").trim_end_matches('\\').to_ascii_lowercase();
        let drive = path.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && path[1..].starts_with(":\\");
        return (drive || path.starts_with("\\\\")).then_some(path);
    }
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty() && *step != ".").collect();
    (path.starts_with('/') && !steps.is_empty()).then(|| format!("/{}", steps.join("/")))
}

fn system_controls(case: &mut Case<'_>, at: &str, container: &Value) {
    let host_network = case.network() == "host";
    let host_ipc = json::text(case.definition, "ipcMode") == Some("host");
    let mut seen = BTreeSet::new();
    for (at, control) in json::elements(container, at, "systemControls") {
        let value = json::text(control, "value").unwrap_or_default();
        let Some(namespace) = json::text(control, "namespace").filter(|_| !value.is_empty()) else {
            case.report("sysctl-value", &at, "namespace and value are both needed");
            continue;
        };
        let net = namespace.starts_with("net.");
        let ipc = IPC_NAMESPACES.contains(&namespace) || namespace.starts_with("fs.mqueue.");
        case.report_if(!net && !ipc, "sysctl-namespace", &at, format!("`{namespace}` cannot be set"));
        case.report_if(!seen.insert(namespace), "sysctl-duplicate", &at, format!("`{namespace}` is there twice"));
        let host = (net && host_network) || (ipc && host_ipc);
        case.report_if(host, "sysctl-host", &at, format!("`{namespace}` would be the host's own"));
    }
}

fn ulimits(case: &mut Case<'_>, at: &str, container: &Value) {
    let mut seen = BTreeSet::new();
    for (at, limit) in json::elements(container, at, "ulimits") {
        let again = json::text(limit, "name").is_some_and(|name| !seen.insert(name));
        case.report_if(again, "ulimit", &at, "a limit is there twice");
        let (soft, hard) = (json::integer(limit, "softLimit"), json::integer(limit, "hardLimit"));
        let above = soft.zip(hard).is_some_and(|(soft, hard)| hard >= 0 && (soft > hard || soft < 0));
        case.report_if(above, "ulimit", &at, "softLimit is above hardLimit");
    }
}
