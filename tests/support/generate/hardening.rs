//! The fields that the passes look at: user, root file system, mounts, capabilities, namespaces.

use serde_json::{Map, Value, json};

use super::container::{Part, Plan};
use super::tape::Tape;
use super::task::put;
use crate::support::validity::{Os, Target};

/// Spellings of users on Linux, root and not.
const USERS: &[&str] = &[
    "root",
    "0",
    "1000",
    "",
    "00",
    "0:0",
    "root:root",
    "0:root",
    "root:0",
    "000:000",
    "1000:1000",
    "app",
    "app:app",
    "1000:app",
    "app:1000",
    "www-data",
    "_apt",
    "nobody:nogroup",
    "65534",
    "0:1000",
    "machine$",
    "node",
];

/// Accounts on Windows.
const ACCOUNTS: &[&str] = &["ContainerAdministrator", "ContainerUser", "containeradministrator"];

/// Users that a log router may have; no other container has the number.
const ROUTER_USERS: &[&str] = &["0", "0:0", "1999", "1999:1999", "1999:adm"];

/// Places that something is mounted on, some of them twice in another spelling.
const PATHS: &[&str] = &[
    "/tmp",
    "/tmp/",
    "/run",
    "/var/run/",
    "/var/tmp",
    "/data",
    "/var/cache/nginx",
    "/tmp/cache",
    "/app//logs",
    "/var/lib/ä",
];

/// The same on Windows.
const WINDOWS_PATHS: &[&str] = &["C:\\data", "c:/logs", "D:\\inetpub\\wwwroot"];

/// Adds the fields to the container `index` of the plan.
pub fn draw(tape: &mut Tape, plan: &Plan, index: usize, members: &mut Map<String, Value>) {
    user(tape, plan, index, members);
    let setting = &plan.setting;
    if setting.container("readonlyRootFilesystem") {
        let options = [None, Some(json!(false)), Some(json!(true)), Some(Value::Null)];
        put(members, "readonlyRootFilesystem", tape.pick(&options));
    }
    let privileged = if setting.container("privileged") { tape.chance(15) } else { false };
    if privileged || tape.chance(15) {
        members.insert("privileged".to_owned(), json!(privileged));
    }
    let mut paths = shuffled_paths(tape, setting.os);
    mounts(tape, plan, &mut paths, members);
    if setting.container("linuxParameters") && tape.chance(60) {
        let linux = linux(tape, plan, &mut paths, members);
        members.insert("linuxParameters".to_owned(), linux);
    }
    if setting.container("systemControls") {
        system_controls(tape, plan, members);
    }
}

fn user(tape: &mut Tape, plan: &Plan, index: usize, members: &mut Map<String, Value>) {
    let users = match (plan.setting.os, plan.parts[index]) {
        (Os::Windows, _) => ACCOUNTS,
        (Os::Linux, Part::Router) => ROUTER_USERS,
        (Os::Linux, _) => USERS,
    };
    let user = if plan.parts[index] == Part::Envoy { "1337" } else { tape.pick(users) };
    let given = plan.parts[index] == Part::Envoy || tape.chance(60);
    put(members, "user", given.then(|| json!(user)));
}

/// The paths in some order, each place once.
fn shuffled_paths(tape: &mut Tape, os: Os) -> Vec<&'static str> {
    let mut paths = if os == Os::Windows { WINDOWS_PATHS.to_vec() } else { PATHS.to_vec() };
    let turn = tape.below(paths.len());
    paths.rotate_left(turn);
    let mut seen: Vec<&str> = Vec::new();
    paths.retain(|path| {
        let place = path.trim_end_matches('/');
        !seen.contains(&place) && {
            seen.push(place);
            true
        }
    });
    paths
}

fn mounts(tape: &mut Tape, plan: &Plan, paths: &mut Vec<&'static str>, members: &mut Map<String, Value>) {
    let mut list = Vec::new();
    let count = if plan.volumes.is_empty() { 0 } else { tape.below(3) };
    for _ in 0..count {
        let Some(path) = paths.pop() else { break };
        let mut mount = json!({"sourceVolume": tape.pick(&plan.volumes)["name"], "containerPath": path});
        if tape.chance(50) {
            mount["readOnly"] = json!(tape.chance(50));
        }
        list.push(mount);
    }
    put(members, "mountPoints", (!list.is_empty() || tape.chance(40)).then(|| list.into()));
}

fn linux(tape: &mut Tape, plan: &Plan, paths: &mut Vec<&'static str>, container: &Map<String, Value>) -> Value {
    let mut linux = Map::new();
    if tape.chance(60) {
        linux.insert("capabilities".to_owned(), capabilities(tape, plan));
    }
    let limit = container.get("memory").and_then(Value::as_i64).or(plan.task_memory);
    if plan.setting.container("linuxParameters.tmpfs") && tape.chance(40) {
        linux.insert("tmpfs".to_owned(), tmpfs(tape, paths, limit.unwrap_or(64)));
    }
    for (name, value) in [
        ("initProcessEnabled", json!(true)),
        ("sharedMemorySize", json!(64)),
        ("maxSwap", json!(0)),
        ("swappiness", json!(60)),
        ("devices", json!([{"hostPath": "/dev/fuse", "permissions": ["read", "write"]}])),
    ] {
        if plan.setting.container(&format!("linuxParameters.{name}")) && tape.chance(15) {
            linux.insert(name.to_owned(), value);
        }
    }
    if !linux.contains_key("capabilities") && tape.chance(10) {
        linux.insert("capabilities".to_owned(), Value::Null);
    }
    Value::Object(linux)
}

fn capabilities(tape: &mut Tape, plan: &Plan) -> Value {
    let few = ["SYS_PTRACE", "NET_ADMIN", "NET_BIND_SERVICE", "CHOWN", "SETUID", "SETGID", "SYS_ADMIN", "ALL"];
    let add = plan.setting.words("containerDefinitions[].linuxParameters.capabilities.add[]", &few);
    let add = json!(tape.some(&add, 3));
    let drop = match tape.below(4) {
        0 => json!([]),
        1 => json!(["ALL"]),
        2 => json!(tape.some(&["NET_RAW", "MKNOD", "CHOWN", "SETUID", "SETGID", "SYS_CHROOT", "ALL"], 4)),
        _ => json!(["NET_RAW"]),
    };
    match tape.below(5) {
        0 => json!({"drop": drop}),
        1 => json!({"add": add, "drop": drop}),
        2 => json!({"add": add, "drop": null}),
        3 => json!({"drop": drop, "add": []}),
        _ => json!({}),
    }
}

fn tmpfs(tape: &mut Tape, paths: &mut Vec<&'static str>, limit: i64) -> Value {
    let options = ["rw", "noexec", "nosuid", "nodev", "mode=1777", "uid=1000", "gid=1000", "nr_inodes=10k"];
    let mut list = Vec::new();
    let mut left = limit;
    for _ in 0..tape.below(3) {
        let size = tape.pick(&[1_i64, 16, 64, 100]);
        let Some(path) = paths.pop().filter(|_| size <= left) else {
            break;
        };
        left -= size;
        let mut mount = json!({"containerPath": path, "size": size});
        if tape.chance(60) {
            mount["mountOptions"] = json!(tape.some(&options, 5));
        }
        list.push(mount);
    }
    list.into()
}

fn system_controls(tape: &mut Tape, plan: &Plan, members: &mut Map<String, Value>) {
    let mut all = Vec::new();
    if plan.setting.network() != "host" {
        all.push(("net.ipv4.ip_unprivileged_port_start", tape.pick(&["0", "80", "1024"])));
        all.push(("net.core.somaxconn", "1024"));
    }
    let instances = !plan.setting.targets.contains(&Target::Fargate);
    if plan.setting.ipc != Some("host") && instances {
        all.push(("kernel.shmmax", "68719476736"));
    }
    let taken = if tape.chance(30) { tape.some(&all, 2) } else { Vec::new() };
    let list: Vec<Value> = taken.iter().map(|(name, value)| json!({"namespace": name, "value": value})).collect();
    put(members, "systemControls", (!list.is_empty() || tape.chance(30)).then(|| list.into()));
}
