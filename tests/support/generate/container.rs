//! A container: what it is in the task, and the fields that the passes only have to leave alone.

use serde_json::{Map, Value, json};

use super::setting::Setting;
use super::tape::Tape;
use super::task::{finish, put};
use super::{hardening, words};
use crate::support::validity::Os;

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Anything that stays.
    Plain,
    /// Something that ends before others begin.
    Init,
    /// The log router (`FireLens`).
    Router,
    /// The proxy of App Mesh.
    Envoy,
}

/// What the containers of a task share.
pub struct Plan {
    /// What the task is for.
    pub setting: Setting,
    /// What each container is.
    pub parts: Vec<Part>,
    /// Which containers have a health check.
    pub health: Vec<bool>,
    /// The volumes of the task.
    pub volumes: Vec<Value>,
    /// Memory of the task in MiB, if it is given.
    pub task_memory: Option<i64>,
    /// cpu units and MiB that each container may ask for.
    pub share: (i64, i64),
}

/// The name of a container.
pub fn name(plan: &Plan, index: usize) -> String {
    match plan.parts[index] {
        Part::Plain => ["app", "worker", "Side_Car-2", "cache"][index % 4].to_owned(),
        Part::Init => format!("init-{index}"),
        Part::Router => "log_router".to_owned(),
        Part::Envoy => "envoy".to_owned(),
    }
}

/// Builds the container `index` of the plan.
pub fn draw(tape: &mut Tape, plan: &Plan, index: usize) -> Value {
    let mut members = Map::new();
    members.insert("name".to_owned(), json!(name(plan, index)));
    members.insert("image".to_owned(), json!(tape.pick(words::IMAGES)));
    essential(tape, plan, index, &mut members);
    resources(tape, plan, &mut members);
    ports(tape, &plan.setting, index, &mut members);
    hardening::draw(tape, plan, index, &mut members);
    variables(tape, &mut members);
    references(tape, plan, index, &mut members);
    logs(tape, plan, index, &mut members);
    others(tape, plan, index, &mut members);
    for name in ["user", "linuxParameters", "ulimits", "healthCheck", "command", "dependsOn", "privileged", "secrets"] {
        if !members.contains_key(name) && tape.chance(8) {
            members.insert(name.to_owned(), Value::Null);
        }
    }
    finish(tape, members)
}

fn essential(tape: &mut Tape, plan: &Plan, index: usize, members: &mut Map<String, Value>) {
    let value = match plan.parts[index] {
        Part::Init => Some(json!(false)),
        _ => tape.pick(&[None, Some(json!(true))]),
    };
    put(members, "essential", value);
}

/// Memory and cpu: always a limit where nothing else gives one.
fn resources(tape: &mut Tape, plan: &Plan, members: &mut Map<String, Value>) {
    let (cpu, memory) = plan.share;
    let windows = plan.setting.os == Os::Windows;
    if plan.task_memory.is_none() || windows || tape.chance(40) {
        members.insert("memory".to_owned(), json!(memory));
    }
    if !windows && tape.chance(30) {
        members.insert("memoryReservation".to_owned(), json!(memory / 2));
    }
    put(members, "cpu", tape.pick(&[None, Some(json!(0)), Some(json!(cpu))]));
}

fn ports(tape: &mut Tape, setting: &Setting, index: usize, members: &mut Map<String, Value>) {
    let mut list = Vec::new();
    let count = if setting.container("portMappings") { tape.below(3) } else { 0 };
    for number in 0..count {
        let port = tape.pick(&[80, 443, 1023, 1024, 8080, 22, 50051]);
        let mut mapping = if tape.chance(15) {
            json!({"containerPortRange": tape.pick(&["8000-8010", "1000-1100", "80-90"])})
        } else {
            json!({"containerPort": port})
        };
        let ranged = mapping.get("containerPortRange").is_some();
        let host = if matches!(setting.network(), "awsvpc" | "host") { vec![port] } else { vec![port, 0, 49_152] };
        if !ranged && tape.chance(50) {
            mapping["hostPort"] = json!(tape.pick(&host));
        }
        if tape.chance(40) {
            mapping["protocol"] = json!(tape.pick(&["tcp", "udp"]));
        }
        if tape.chance(20) {
            mapping["name"] = json!(format!("port-{index}-{number}"));
        }
        list.push(mapping);
    }
    put(members, "portMappings", (!list.is_empty() || tape.chance(40)).then(|| list.into()));
}

/// Each variable is in the environment or in the secrets, or in neither.
fn variables(tape: &mut Tape, members: &mut Map<String, Value>) {
    let (mut environment, mut secrets) = (Vec::new(), Vec::new());
    for name in tape.some(words::VARIABLES, 5) {
        let value = match tape.below(8) {
            0 => json!({"name": name}),
            1 => {
                let parameter = "arn:aws:ssm:eu-central-1:123456789012:parameter/app/x";
                let secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf:password::";
                secrets.push(json!({"name": name, "valueFrom": tape.pick(&[parameter, secret, "/app/plain-name"])}));
                continue;
            }
            _ => json!({"name": name, "value": tape.pick(words::VALUES)}),
        };
        environment.push(value);
    }
    if let Some(first) = environment.first().cloned().filter(|_| tape.chance(10)) {
        environment.push(json!({"name": first["name"], "value": tape.pick(words::VALUES)}));
    }
    put(members, "environment", (!environment.is_empty() || tape.chance(40)).then(|| environment.into()));
    put(members, "secrets", (!secrets.is_empty() || tape.chance(10)).then(|| secrets.into()));
}

/// `dependsOn` points forward only, so that there is no cycle.
fn references(tape: &mut Tape, plan: &Plan, index: usize, members: &mut Map<String, Value>) {
    let mut depends = Vec::new();
    for other in index + 1..plan.parts.len() {
        let mut conditions = vec!["START"];
        if plan.parts[other] == Part::Init {
            conditions = vec!["SUCCESS", "COMPLETE", "START"];
        }
        if plan.health[other] {
            conditions.push("HEALTHY");
        }
        if tape.chance(40) {
            depends.push(json!({"containerName": name(plan, other), "condition": tape.pick(&conditions)}));
        }
    }
    put(members, "dependsOn", (!depends.is_empty() || tape.chance(10)).then(|| depends.into()));
    let other = (index + 1) % plan.parts.len();
    let source = name(plan, other);
    if other != index && tape.chance(20) {
        let list =
            tape.pick(&[json!([{"sourceContainer": source}]), json!([{"sourceContainer": source, "readOnly": true}])]);
        members.insert("volumesFrom".to_owned(), list);
    } else if tape.chance(20) {
        members.insert("volumesFrom".to_owned(), json!([]));
    }
    let linked = other != index && plan.setting.container("links") && tape.chance(15);
    put(members, "links", linked.then(|| json!([format!("{source}:alias")])));
}

/// With a router, the first container logs to it; the router itself does not.
fn logs(tape: &mut Tape, plan: &Plan, index: usize, members: &mut Map<String, Value>) {
    let routed = plan.parts.contains(&Part::Router);
    if plan.parts[index] == Part::Router {
        let options = tape.pick(&[
            json!({"enable-ecs-log-metadata": "true"}),
            json!({"config-file-type": "file", "config-file-value": "/x.conf"}),
        ]);
        members.insert("firelensConfiguration".to_owned(), json!({"type": "fluentbit", "options": options}));
    }
    if routed && index == 0 {
        let log = json!({"logDriver": "awsfirelens", "options": {"Name": "cloudwatch", "log-driver-buffer-limit": "2097152"}, "secretOptions": [{"name": "apikey", "valueFrom": "log-key"}]});
        members.insert("logConfiguration".to_owned(), log);
        return;
    }
    let path = "containerDefinitions[].logConfiguration.logDriver";
    let drivers = plan.setting.words(path, &["awslogs", "splunk", "json-file", "syslog"]);
    let Some(driver) = drivers.get(tape.below(6)) else {
        return;
    };
    let mut log = json!({"logDriver": driver});
    if *driver == "awslogs" {
        log["options"] =
            json!({"awslogs-group": "/ecs/web", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "ecs"});
        if tape.chance(30) {
            log["options"]["mode"] = json!(tape.pick(&["blocking", "non-blocking"]));
            log["options"]["max-buffer-size"] = json!("25m");
        }
    } else if *driver == "splunk" && tape.chance(70) {
        log["options"] = json!({"splunk-url": "https://splunk.internal:8088", "splunk-token": "5f2b-planted-token-77"});
    } else if tape.chance(50) {
        log["options"] = json!({});
        log["secretOptions"] = tape.pick(&[Value::Null, json!([])]);
    }
    members.insert("logConfiguration".to_owned(), log);
}

/// Limits that are fine, too high, unlimited, or about something else.
fn ulimits(tape: &mut Tape) -> Value {
    let files = |soft: i64, hard: i64| json!({"name": "nofile", "softLimit": soft, "hardLimit": hard});
    let core = json!({"hardLimit": 0, "name": "core", "softLimit": 0});
    let memlock = json!({"name": "memlock", "softLimit": -1, "hardLimit": -1});
    tape.pick(&[
        json!([files(1024, 65_535)]),
        json!([core, files(1024, 1_048_577)]),
        json!([files(1_048_576, 1_048_576), memlock]),
        json!([memlock, files(4096, -1), core]),
        json!([files(-1, -1)]),
        json!([core]),
        json!([]),
    ])
}

/// Fields of no interest to any pass; each now and then, where the targets take it.
fn others(tape: &mut Tape, plan: &Plan, index: usize, members: &mut Map<String, Value>) {
    let setting = &plan.setting;
    if plan.health[index] {
        let check =
            json!({"command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"], "interval": 30, "retries": 3});
        members.insert("healthCheck".to_owned(), check);
    }
    let list = |tape: &mut Tape| json!(tape.some(words::ARGUMENTS, 3));
    let fields = [
        ("command", list(tape)),
        ("entryPoint", list(tape)),
        ("dockerLabels", json!({"com.example/ä": tape.pick(words::VALUES), "b": "1"})),
        ("workingDirectory", json!("/app")),
        ("interactive", json!(true)),
        ("pseudoTerminal", json!(false)),
        ("versionConsistency", json!("enabled")),
        ("stopTimeout", json!(30)),
        ("startTimeout", json!(120)),
        ("restartPolicy", json!({"enabled": true, "ignoredExitCodes": [0], "restartAttemptPeriod": 180})),
        ("hostname", json!("host-1")),
        ("extraHosts", json!([{"hostname": "db", "ipAddress": "10.0.0.5"}])),
        ("dnsServers", json!(["10.0.0.2"])),
        ("dnsSearchDomains", json!([])),
        ("disableNetworking", json!(false)),
        ("environmentFiles", json!([{"type": "s3", "value": "arn:aws:s3:::bucket/app.env"}])),
        ("resourceRequirements", json!([{"type": "GPU", "value": "1"}])),
        ("repositoryCredentials", json!({"credentialsParameter": "registry"})),
        ("ulimits", ulimits(tape)),
    ];
    for (name, value) in fields {
        if setting.container(name) && tape.chance(12) {
            members.insert(name.to_owned(), value);
        }
    }
    if setting.os == Os::Linux && setting.container("dockerSecurityOptions[]") && tape.chance(15) {
        let options = [
            json!([]),
            json!(["no-new-privileges"]),
            json!(["no-new-privileges:true", "apparmor:web"]),
            json!(["no-new-privileges", "apparmor:web", "no-new-privileges:false"]),
            json!(["apparmor:web"]),
        ];
        members.insert("dockerSecurityOptions".to_owned(), tape.pick(&options));
    }
}
