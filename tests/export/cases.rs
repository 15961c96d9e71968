//! Definitions made by hand: what is missing, written otherwise, filled in later, or weak in one container of several.

use serde_json::{Value, json};

use super::Sample;
use super::tasks::{mounts, several, systems, tasks, volumes};

/// One container that nothing is wrong with, over which a case is laid.
pub(crate) fn container() -> Value {
    json!({
        "name": "app",
        "image": "registry.example.com/app@sha256:9b2a28eb47540823042a2ba401386845089bb7b62a9637d55816132c4c3c36eb",
        "user": "10001:10001",
        "cpu": 128,
        "memory": 256,
        "readonlyRootFilesystem": true,
        "linuxParameters": { "capabilities": { "drop": ["ALL"] } },
        "ulimits": [{ "name": "nofile", "softLimit": 1024, "hardLimit": 4096 }],
        "logConfiguration": { "logDriver": "awslogs", "options": {
            "awslogs-group": "/ecs/app", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "app",
            "mode": "non-blocking", "max-buffer-size": "4m",
        } },
        "dockerSecurityOptions": ["no-new-privileges"],
    })
}

pub(crate) fn merged(mut base: Value, over: &Value) -> Value {
    for (name, value) in over.as_object().unwrap() {
        if value == "absent" {
            base.as_object_mut().unwrap().remove(name);
        } else {
            base[name] = value.clone();
        }
    }
    base
}

pub(crate) fn task(containers: &[Value], over: &Value) -> Value {
    let base = json!({
        "family": "app",
        "requiresCompatibilities": ["EC2"],
        "runtimePlatform": { "operatingSystemFamily": "LINUX" },
        "networkMode": "awsvpc",
        "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
        "containerDefinitions": containers,
    });
    merged(base, over)
}

/// What is laid over the container, and over the task.
pub(crate) fn laid(name: &str, over: &Value, over_task: &Value) -> Sample {
    Sample { name: name.to_owned(), definition: task(&[merged(container(), over)], over_task) }
}

/// What members of a container may say, in one spelling or another.
pub(crate) fn values() -> Vec<(&'static str, Value)> {
    vec![
        (
            "user",
            json!([
                "absent",
                null,
                "",
                " ",
                "root",
                "0",
                0,
                "0:0",
                "root:app",
                "+0",
                ":5",
                "app",
                "app:0",
                1000,
                "1000:root",
                "ContainerAdministrator",
                "0:a/b",
                "${User}",
                "${User}:${Group}",
                "a${User}"
            ]),
        ),
        (
            "readonlyRootFilesystem",
            json!(["absent", null, false, "false", "FALSE", true, "true", "${ReadOnly}", "${IfReadOnly}", "no", 1]),
        ),
        ("privileged", json!(["absent", null, false, "false", true, "true", "True", "${Privileged}", "yes"])),
        (
            "image",
            json!(["app", "app:1", "app@sha256:12", "r.example.com:5000/app", "${Image}", "r.example.com/app:${Tag}"]),
        ),
        ("cpu", json!(["absent", null, 0, "0", 256, "256", "${Cpu}"])),
        ("memory", json!(["absent", null, 0, "0", "512", "${Memory}"])),
        (
            "ulimits",
            json!([
                "absent", null, [], [{ "name": "core", "softLimit": 0, "hardLimit": 0 }], [{ "name": "nofile" }],
                [{ "name": "NOFILE", "softLimit": 1, "hardLimit": 1_048_577 }], [{ "name": "nofile", "softLimit": 1, "hardLimit": 1_048_576 }],
                [{ "name": "nofile", "softLimit": 1, "hardLimit": -1 }], [{ "name": "nofile", "softLimit": 1, "hardLimit": "-1" }],
                [{ "name": "nofile", "softLimit": 1, "hardLimit": "1050000" }], [{ "name": "nofile", "softLimit": 1, "hardLimit": "0900000" }],
                [{ "name": "nofile", "softLimit": 1, "hardLimit": "${Files}" }], [{ "name": "${Limit}", "softLimit": 1, "hardLimit": 5 }], "${Limits}", ["${Limit}"],
            ]),
        ),
        (
            "linuxParameters",
            json!([
                "absent", null, {}, { "capabilities": null }, { "capabilities": { "drop": [] } }, { "capabilities": { "drop": ["CAP_NET_RAW"] } },
                { "capabilities": { "drop": ["all"] } }, { "capabilities": { "drop": ["ALL"], "add": ["SYS_ADMIN"] } },
                { "capabilities": { "drop": ["ALL"], "add": ["cap_net_admin"] } }, { "capabilities": { "drop": ["${Drop}"] } },
                { "capabilities": { "drop": "${Drops}" } }, { "capabilities": "${IfCapabilities}" }, "${Linux}",
                { "capabilities": { "drop": ["ALL"], "add": ["NET_RAW"] } },
            ]),
        ),
        (
            "logConfiguration",
            json!([
                "absent", null, {}, { "logDriver": "" }, { "logDriver": " " }, { "logDriver": "json-file" }, { "logDriver": "awslogs" }, "${Logs}",
                { "logDriver": "${Driver}" }, { "logDriver": "awslogs", "options": {} }, { "logDriver": "awslogs", "options": { "mode": "blocking" } },
                { "logDriver": "awslogs", "options": { "mode": "" } }, { "logDriver": "awslogs", "options": { "mode": "${Mode}" } },
                { "logDriver": "awslogs", "options": "${Options}" }, { "logDriver": "awslogs", "options": { "mode": "neither" } },
                { "logDriver": "awsfirelens", "options": { "Name": "cloudwatch" } },
            ]),
        ),
        (
            "environment",
            json!([
                null, [], [{ "name": "TZ", "value": "UTC" }], [{ "name": "AWS_SECRET_ACCESS_KEY", "value": "x" }],
                [{ "name": "AWS_ACCESS_KEY_ID", "value": "${Key}" }], "${Environment}", ["${Variable}"], [{ "name": "${Name}", "value": "x" }],
            ]),
        ),
        (
            "dockerSecurityOptions",
            json!([
                "absent",
                [],
                ["no-new-privileges:true"],
                ["no-new-privileges=false"],
                ["label:user:x"],
                ["${Option}"],
                ["no-new-privileges", "no-new-privileges:false"],
                ["no-new-privileges:false", "no-new-privileges"]
            ]),
        ),
    ]
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = vec![laid("nothing-wrong", &json!({}), &json!({}))];
    for (member, values) in values() {
        for (number, value) in values.as_array().unwrap().iter().enumerate() {
            samples.push(laid(&format!("{member}-{number:02}"), &json!({ member: value }), &json!({})));
        }
    }
    samples.extend(tasks());
    samples.extend(systems());
    samples.extend(volumes());
    samples.extend(mounts());
    samples.extend(several());
    samples
}
