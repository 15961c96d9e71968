//! The task around the containers.

use serde_json::{Map, Value, json};

use super::container::{self, Part, Plan};
use super::setting::Setting;
use super::tape::Tape;
use super::{Generated, words};
use crate::support::validity::{Os, Target};

/// cpu, memory and their spellings; the first pairs are for Linux only.
const SIZES: &[(i64, i64, &str, &str)] = &[
    (256, 512, ".25 vCPU", "0.5 GB"),
    (256, 1024, "0.25 vcpu", "1 GB"),
    (512, 2048, ".5 vCPU", "2gb"),
    (1024, 2048, "1 vCPU", "2 GB"),
    (2048, 5120, "2vCPU", "5GB"),
    (4096, 8192, "4 vCPU", "8 GB"),
];

/// Builds a definition: the task from one tape, each container from its own.
pub fn definition(tape: &mut Tape, containers: &mut [Tape]) -> Generated {
    let setting = Setting::draw(tape);
    let size = size(tape, &setting);
    let mut plan = Plan {
        parts: parts(tape, &setting, containers.len()),
        volumes: volumes(tape, &setting),
        task_memory: size.map(|(_, memory, ..)| memory),
        share: size.map_or((128, 512), |(cpu, memory, ..)| {
            let count = i64::try_from(containers.len()).unwrap_or(4);
            (cpu / count, memory / count)
        }),
        setting,
        health: Vec::new(),
    };
    plan.health = containers.iter_mut().map(|tape| tape.chance(30)).collect();
    let list: Vec<Value> =
        containers.iter_mut().enumerate().map(|(index, tape)| container::draw(tape, &plan, index)).collect();

    let mut task = Map::new();
    task.insert("family".to_owned(), json!(tape.pick(&["web", "Team_A-service", "x"])));
    if plan.setting.declared {
        let names: Vec<&str> = plan.setting.targets.iter().map(|target| target.name()).collect();
        task.insert("requiresCompatibilities".to_owned(), json!(names));
    }
    put(&mut task, "networkMode", plan.setting.network.map(Value::from));
    put(&mut task, "ipcMode", plan.setting.ipc.map(Value::from));
    let pid = plan.setting.words("pidMode", &["task", "host"]);
    put(&mut task, "pidMode", pid.get(tape.below(4)).map(|word| json!(word)));
    if let Some(size) = size {
        sizes(tape, &mut task, size);
    }
    if needs_role(&list) || tape.chance(50) {
        task.insert("executionRoleArn".to_owned(), json!("arn:aws:iam::123456789012:role/execution"));
    }
    let roles = ["arn:aws:iam::123456789012:role/app", "app", "execution"];
    put(&mut task, "taskRoleArn", tape.chance(40).then(|| json!(tape.pick(&roles))));
    platform(tape, &plan.setting, &mut task);
    put(&mut task, "volumes", (!plan.volumes.is_empty() || tape.chance(40)).then(|| plan.volumes.clone().into()));
    task.insert("containerDefinitions".to_owned(), list.into());
    others(tape, &plan, &mut task);
    Generated { definition: finish(tape, task), targets: plan.setting.targets, os: plan.setting.os }
}

/// Adds a member, if there is a value.
pub fn put(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        members.insert(name.to_owned(), value);
    }
}

/// Adds a member of a later API now and then, and sometimes moves the last members to the front.
pub fn finish(tape: &mut Tape, mut members: Map<String, Value>) -> Value {
    if tape.chance(15) {
        let (name, value) = words::future(tape);
        members.insert(name, value);
    }
    let mut list: Vec<(String, Value)> = members.into_iter().collect();
    let turn = tape.below(list.len() + 1).saturating_sub(list.len() / 2);
    list.rotate_right(turn);
    Value::Object(list.into_iter().collect())
}

fn size(tape: &mut Tape, setting: &Setting) -> Option<(i64, i64, &'static str, &'static str)> {
    let sizes = if setting.os == Os::Windows { &SIZES[3..] } else { SIZES };
    let size = tape.pick(sizes);
    (setting.on_fargate() || tape.chance(50)).then_some(size)
}

fn sizes(tape: &mut Tape, task: &mut Map<String, Value>, size: (i64, i64, &str, &str)) {
    let (cpu, memory, cpu_text, memory_text) = size;
    task.insert("cpu".to_owned(), tape.pick(&[json!(cpu.to_string()), json!(cpu_text), json!(cpu)]));
    task.insert("memory".to_owned(), tape.pick(&[json!(memory.to_string()), json!(memory_text), json!(memory)]));
}

/// What each container is: the first is the application, the others anything.
fn parts(tape: &mut Tape, setting: &Setting, count: usize) -> Vec<Part> {
    let mut parts = vec![Part::Plain; count];
    for part in parts.iter_mut().skip(1) {
        *part = tape.pick(&[Part::Plain, Part::Init, Part::Router, Part::Envoy]);
    }
    let router =
        parts.iter().position(|part| *part == Part::Router).filter(|_| setting.container("firelensConfiguration"));
    let envoy = parts.iter().position(|part| *part == Part::Envoy);
    let envoy = envoy.filter(|_| setting.takes("proxyConfiguration") && setting.network() == "awsvpc");
    for (index, part) in parts.iter_mut().enumerate() {
        let only = matches!(part, Part::Router) && router != Some(index)
            || matches!(part, Part::Envoy) && envoy != Some(index);
        if only {
            *part = Part::Plain;
        }
    }
    parts
}

fn volumes(tape: &mut Tape, setting: &Setting) -> Vec<Value> {
    let paths: &[&str] = if setting.os == Os::Windows {
        &["C:\\host", "\\\\.\\pipe\\docker_engine"]
    } else {
        &["/srv/data", "/srv/data", "/var/run/docker.sock", "/proc/"]
    };
    let path = tape.pick(paths);
    let mut kinds = vec![json!({}), json!({"host": {}}), json!({"host": null, "futureKind": 1})];
    for (field, kind) in [
        ("host.sourcePath", json!({"host": {"sourcePath": path}})),
        ("dockerVolumeConfiguration", json!({"dockerVolumeConfiguration": {"scope": "task", "driver": "local"}})),
        (
            "efsVolumeConfiguration",
            json!({"efsVolumeConfiguration": {"fileSystemId": "fs-12345678", "rootDirectory": "/x"}}),
        ),
        (
            "efsVolumeConfiguration",
            json!({"efsVolumeConfiguration": {"transitEncryption": "DISABLED", "fileSystemId": "fs-1", "authorizationConfig": null}}),
        ),
        (
            "efsVolumeConfiguration",
            json!({"efsVolumeConfiguration": {"fileSystemId": "fs-2", "transitEncryption": "ENABLED", "authorizationConfig": {"iam": "ENABLED", "accessPointId": "fsap-1"}}}),
        ),
        ("configuredAtLaunch", json!({"configuredAtLaunch": true})),
    ] {
        if setting.takes(&format!("volumes[].{field}")) {
            kinds.push(kind);
        }
    }
    let mut launched = false;
    let mut volumes = Vec::new();
    for index in 0..tape.below(4) {
        let mut volume = tape.pick(&kinds);
        if volume["configuredAtLaunch"] == true && std::mem::replace(&mut launched, true) {
            volume = json!({});
        }
        volume["name"] = json!(format!("volume-{index}"));
        volumes.push(volume);
    }
    volumes
}

/// Whether one of the containers refers to something that the execution role fetches or writes.
fn needs_role(containers: &[Value]) -> bool {
    let some = |value: &Value| value.as_array().is_some_and(|list| !list.is_empty());
    containers.iter().any(|container| {
        let log = &container["logConfiguration"];
        some(&container["secrets"])
            || some(&container["environmentFiles"])
            || some(&log["secretOptions"])
            || container["repositoryCredentials"].is_object()
            || log["logDriver"] == "awslogs"
    })
}

fn platform(tape: &mut Tape, setting: &Setting, task: &mut Map<String, Value>) {
    let fargate_windows = setting.os == Os::Windows && setting.on_fargate();
    let family = match setting.os {
        Os::Linux => "LINUX",
        Os::Windows => "WINDOWS_SERVER_2022_CORE",
    };
    if fargate_windows || tape.chance(30) {
        let mut platform = json!({"operatingSystemFamily": family});
        if tape.chance(50) {
            platform["cpuArchitecture"] = json!("X86_64");
        }
        task.insert("runtimePlatform".to_owned(), platform);
    } else if setting.os == Os::Linux && tape.chance(10) {
        task.insert("runtimePlatform".to_owned(), json!({"cpuArchitecture": "ARM64"}));
    }
}

fn others(tape: &mut Tape, plan: &Plan, task: &mut Map<String, Value>) {
    let setting = &plan.setting;
    if let Some(index) = plan.parts.iter().position(|part| *part == Part::Envoy) {
        let properties = json!([{"name": "IgnoredUID", "value": "1337"}, {"name": "ProxyIngressPort", "value": "15000"}, {"name": "EgressIgnoredIPs"}]);
        let proxy = json!({"type": "APPMESH", "containerName": container::name(plan, index), "properties": properties});
        task.insert("proxyConfiguration".to_owned(), proxy);
    }
    let storage = !setting.targets.contains(&Target::Ec2) && setting.takes("ephemeralStorage");
    put(task, "ephemeralStorage", (storage && tape.chance(20)).then(|| json!({"sizeInGiB": 50})));
    let placed = setting.takes("placementConstraints") && tape.chance(20);
    put(
        task,
        "placementConstraints",
        placed.then(|| json!([{"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}])),
    );
    let tags = json!([{"key": "team", "value": "Grüße"}, {"key": "cost-centre", "value": ""}]);
    put(task, "tags", tape.pick(&[None, Some(json!([])), Some(tags)]));
    for name in ["pidMode", "proxyConfiguration", "placementConstraints", "inferenceAccelerators", "taskRoleArn"] {
        if !task.contains_key(name) && tape.chance(8) {
            task.insert(name.to_owned(), Value::Null);
        }
    }
}
