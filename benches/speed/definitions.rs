//! Task definitions like those in people's repositories: the same ones for the same seed.

use std::fmt::Write;

use serde_json::{Value as Json, json};

/// A small generator of numbers (xorshift64*): the same files on every machine need no library.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).expect("31 bits fit") % bound
    }

    /// True in so many cases of a hundred.
    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }
}

const NAMES: [&str; 10] =
    ["api", "web", "worker", "envoy", "datadog-agent", "log-router", "migrate", "cron", "cache", "metrics"];

/// The text of one file. One in ten is hardened already, one in six has placeholders of a deploy tool, one in ten has comments, one
/// in twelve stands on one line.
pub(crate) fn file(dice: &mut Dice) -> String {
    let clean = dice.percent(10);
    let count = 1 + dice.below(4);
    let containers: Vec<Json> = (0..count).map(|index| container(dice, index, clean)).collect();
    let definition = task(dice, &containers);
    if dice.percent(8) {
        return format!("{definition}\n");
    }
    let mut text = pretty(&definition);
    if dice.percent(30) {
        text = indented_by_four(&text);
    }
    if dice.percent(16) {
        text = text.replace("\"256\"", "${task_cpu}").replace("eu-central-1", "${region}").replace(":1.4", ":${tag}");
    }
    if dice.percent(10) {
        text = text.replace("\"essential\":", "// the task ends with it\n      \"essential\":");
    }
    text + "\n"
}

/// The text of one file of about so many bytes.
pub(crate) fn large_file(dice: &mut Dice, bytes: usize) -> String {
    // What a container has more in its place in the file: indentation, and a comma.
    const FURTHER: usize = 4;
    let mut containers = Vec::new();
    let mut length = 0;
    while length < bytes {
        let container = container(dice, containers.len(), false);
        let text = pretty(&container);
        length += text.len() + text.lines().count() * FURTHER;
        containers.push(container);
    }
    pretty(&task(dice, &containers)) + "\n"
}

fn pretty(value: &Json) -> String {
    serde_json::to_string_pretty(value).expect("plain values can be written as JSON")
}

fn task(dice: &mut Dice, containers: &[Json]) -> Json {
    let number = dice.below(10_000);
    let mut task = json!({
        "family": format!("shop-{number}"),
        "taskRoleArn": format!("arn:aws:iam::123456789012:role/shop-{number}-task"),
        "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
        "networkMode": "awsvpc",
        "containerDefinitions": containers,
        "volumes": [{"name": "scratch"}, {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0123456789abcdef0"}}],
        "requiresCompatibilities": [if dice.percent(80) { "FARGATE" } else { "EC2" }],
        "cpu": "256",
        "memory": "1024"
    });
    if dice.percent(40) {
        task["tags"] = json!([{"key": "team", "value": "payments"}, {"key": "cost-centre", "value": "4711"}]);
    }
    task
}

fn container(dice: &mut Dice, index: usize, clean: bool) -> Json {
    let name = format!("{}-{index}", dice.pick(&NAMES));
    let image = dice.pick(&["api:1.4", "nginx:1.27", "worker:1.4", "agent:7"]);
    let mut container = json!({
        "name": name,
        "image": format!("123456789012.dkr.ecr.eu-central-1.amazonaws.com/{image}"),
        "cpu": 64,
        "memoryReservation": 128,
        "essential": index == 0,
        "environment": environment(dice),
        "secrets": (0..dice.below(4)).map(|number| json!({
            "name": format!("SECRET_{number}"),
            "valueFrom": format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/{number}-AbCdEf")
        })).collect::<Vec<_>>(),
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": format!("/ecs/{name}"), "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "ecs"}
        }
    });
    if dice.percent(60) {
        let port = [8080, 3000, 80][dice.below(3)];
        container["portMappings"] = json!([{"containerPort": port, "hostPort": port, "protocol": "tcp"}]);
    }
    if dice.percent(25) {
        container["mountPoints"] = json!([{"sourceVolume": "data", "containerPath": "/data", "readOnly": clean}]);
    }
    if dice.percent(30) {
        let command = ["CMD-SHELL", "curl -fsS http://localhost:8080/health || exit 1"];
        container["healthCheck"] = json!({"command": command, "interval": 30, "timeout": 5, "retries": 3});
    }
    if dice.percent(20) {
        container["command"] = json!(["serve", "--port", "8080"]);
    }
    if index > 0 && dice.percent(20) {
        container["dependsOn"] = json!([{"containerName": "api-0", "condition": "START"}]);
    }
    if clean {
        container["user"] = json!("10001:10001");
        container["readonlyRootFilesystem"] = json!(true);
        container["linuxParameters"] = json!({"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": true});
    }
    container
}

fn environment(dice: &mut Dice) -> Vec<Json> {
    let mut variables = vec![json!({"name": "REGION", "value": "eu-central-1"})];
    for number in 0..dice.below(12) {
        let value = match dice.below(4) {
            0 => format!("postgres://shop:hunter{number}@db.internal:5432/shop"),
            1 => format!("https://service-{number}.internal.example.com/v1"),
            2 => "true".to_owned(),
            _ => number.to_string(),
        };
        variables.push(json!({"name": format!("SETTING_{number}"), "value": value}));
    }
    variables
}

fn indented_by_four(text: &str) -> String {
    text.lines().fold(String::with_capacity(text.len() * 3 / 2), |mut wide, line| {
        let content = line.trim_start();
        let written = writeln!(wide, "{:width$}{content}", "", width = (line.len() - content.len()) * 2);
        written.expect("a string can always be written to");
        wide
    })
}
