//! Definitions drawn at random from what people write: every launch type, both systems, one to three containers, odd spellings, values that
//! are filled in later. Most of them ECS would refuse; the rules are asked before it is.

use serde_json::{Map, Value, json};

use super::Sample;
use super::cases::{container, values};

/// What the task may say.
fn task_values() -> Vec<(&'static str, Value)> {
    vec![
        (
            "requiresCompatibilities",
            json!([
                "absent",
                ["EC2"],
                ["EC2"],
                ["EC2"],
                ["FARGATE"],
                ["FARGATE"],
                ["EC2", "FARGATE"],
                ["EXTERNAL"],
                ["MANAGED_INSTANCES"],
                ["FARGATE", "MANAGED_INSTANCES"],
                [],
                null,
                ["${Target}"],
                "${Targets}",
            ]),
        ),
        (
            "runtimePlatform",
            json!([
                "absent", "absent", { "operatingSystemFamily": "LINUX" }, { "operatingSystemFamily": "linux" }, { "cpuArchitecture": "ARM64" },
                { "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" }, { "operatingSystemFamily": "windows_server_2019_full" },
                { "operatingSystemFamily": "${Family}" }, "${Platform}", null, { "operatingSystemFamily": null },
            ]),
        ),
        (
            "networkMode",
            json!([
                "absent",
                "awsvpc",
                "awsvpc",
                "bridge",
                "host",
                "none",
                null,
                "",
                "HOST",
                "${Network}",
                "${IfNetwork}"
            ]),
        ),
        ("pidMode", json!(["absent", "absent", "absent", "host", "task", null, "", "Host", "${Pid}"])),
        ("ipcMode", json!(["absent", "absent", "absent", "host", "none", null, "", " host", "${Ipc}"])),
        ("cpu", json!(["absent", "absent", "256", 256, "0", 0, "", ".5 vCPU", "0 vCPU", "lots", null, "${Cpu}"])),
        ("memory", json!(["absent", "absent", "512", 512, "0", 0, "1GB", "0.0 gb", "lots", null, "${Memory}"])),
        (
            "executionRoleArn",
            json!([
                "absent",
                "arn:aws:iam::123456789012:role/app",
                "arn:aws:iam::123456789012:role/app",
                "app",
                "",
                null,
                "${Role}"
            ]),
        ),
        (
            "taskRoleArn",
            json!([
                "absent",
                "arn:aws:iam::123456789012:role/app",
                "arn:aws:iam::123456789012:role/other",
                "app",
                "",
                null,
                "${Role}"
            ]),
        ),
    ]
}

/// What a volume may be.
fn volumes() -> Value {
    json!([
        { "host": { "sourcePath": "/" } }, { "host": { "sourcePath": "/var/run/docker.sock" } }, { "host": { "sourcePath": "/srv/data" } },
        { "host": { "sourcePath": "/etc/" } }, { "host": { "sourcePath": "C:\\data" } }, { "host": { "sourcePath": "${Place}" } }, { "host": {} }, {},
        { "dockerVolumeConfiguration": { "driver": "local", "driverOpts": { "type": "none", "o": "bind", "device": "/etc" } } },
        { "dockerVolumeConfiguration": { "driver": "rexray/ebs" } },
        { "efsVolumeConfiguration": { "fileSystemId": "fs-1" } },
        { "efsVolumeConfiguration": { "fileSystemId": "fs-1", "transitEncryption": "ENABLED" } },
        { "efsVolumeConfiguration": { "fileSystemId": "fs-1", "transitEncryption": "enabled" } },
        { "efsVolumeConfiguration": { "fileSystemId": "fs-1", "transitEncryption": "DISABLED" } },
        { "efsVolumeConfiguration": { "fileSystemId": "fs-1", "transitEncryption": null } },
        { "efsVolumeConfiguration": { "fileSystemId": "fs-1", "transitEncryption": "${Transit}" } },
        { "efsVolumeConfiguration": null }, { "efsVolumeConfiguration": "${IfEfs}" }, "${Volume}",
    ])
}

/// What else a container may say; the rest is in [`values`].
fn further() -> Vec<(&'static str, Value)> {
    vec![
        (
            "command",
            json!([
                "absent",
                "absent",
                "absent",
                [],
                ["serve"],
                ["cmd", "/c", "serve"],
                ["/app/cmd"],
                ["-config", "C:\\app.ini"],
                "${Command}",
                ["${Command}"]
            ]),
        ),
        ("entryPoint", json!(["absent", "absent", "absent", null, ["/start"], ["powershell.exe"], ["c:\\app\\serve"]])),
        ("workingDirectory", json!(["absent", "absent", "absent", "/app", "C:\\app", "s:/app", "${Directory}"])),
        ("memoryReservation", json!([64, "absent"])),
    ]
}

/// Images of both systems: what [`values`] has is for Linux.
fn images() -> Value {
    json!([
        "nginx",
        "registry.example.com/app:1.2",
        "mcr.microsoft.com/windows/servercore:ltsc2022",
        "NanoServer:1809",
        "app@sha256:9b2a28eb47540823042a2ba401386845089bb7b62a9637d55816132c4c3c36eb",
        "app:1@sha256:9b2a28eb47540823042a2ba401386845089bb7b62a9637d55816132c4c3c36eb",
        "app@sha256:9b2a28eb",
        "${Image}",
        "app:${Tag}",
    ])
}

/// One number after another, the same ones every time.
struct Dice(u64);

impl Dice {
    /// A number below `sides` (`SplitMix64`).
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((word ^ (word >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }

    fn pick<'v>(&mut self, values: &'v Value) -> &'v Value {
        let values = values.as_array().unwrap();
        &values[self.roll(values.len())]
    }

    /// Some of these members, as drawn; the others stay what they are.
    fn change(&mut self, owner: &mut Map<String, Value>, members: &[(&'static str, Value)], one_in: usize) {
        for (member, values) in members {
            if self.roll(one_in) == 0 {
                let value = self.pick(values).clone();
                if value == "absent" {
                    owner.shift_remove(*member);
                } else {
                    owner.insert((*member).to_owned(), value);
                }
            }
        }
    }

    fn container(&mut self, number: usize, how_weak: usize) -> Value {
        let Value::Object(mut drawn) = container() else { unreachable!("a container is an object") };
        self.change(&mut drawn, &values(), how_weak);
        self.change(&mut drawn, &further(), 2);
        drawn.insert("image".into(), self.pick(&images()).clone());
        let name = match self.roll(12) {
            0 => json!("${Name}"),
            1 => json!(""),
            _ => json!(format!("c{number}")),
        };
        drawn.insert("name".into(), name);
        if self.roll(15) == 0 {
            drawn.shift_remove("name");
        }
        if self.roll(3) == 0 {
            let volume = format!("v{}", self.roll(2));
            let mut mount = json!({ "sourceVolume": volume, "containerPath": "/data" });
            match self.pick(&json!(["absent", true, false, "true", "False", null, "${ReadOnly}"])) {
                read_only if read_only == "absent" => {}
                read_only => mount["readOnly"] = read_only.clone(),
            }
            drawn.insert("mountPoints".into(), json!([mount]));
        }
        Value::Object(drawn)
    }

    fn volume(&mut self, number: usize) -> Value {
        let mut volume = self.pick(&volumes()).clone();
        if let Some(members) = volume.as_object_mut() {
            members.insert("name".into(), json!(format!("v{number}")));
        }
        volume
    }

    fn definition(&mut self) -> Value {
        let mut task = Map::from_iter([("family".to_owned(), json!("app"))]);
        self.change(&mut task, &task_values(), 1);
        // Some are weak nearly everywhere, some in a few places.
        let how_weak = 1 + self.roll(6);
        let how_many = 1 + self.roll(3);
        let mut containers: Vec<Value> = (0..how_many).map(|number| self.container(number, how_weak)).collect();
        if self.roll(20) == 0 {
            containers.push(self.pick(&json!(["${Container}", "${IfContainer}"])).clone());
        }
        task.insert("containerDefinitions".into(), Value::Array(containers));
        if self.roll(2) == 0 {
            task.insert("volumes".into(), (0..2).map(|number| self.volume(number)).collect());
        }
        Value::Object(task)
    }
}

/// So many definitions, the same ones every time.
pub(crate) fn samples(count: usize) -> Vec<Sample> {
    let mut dice = Dice(20_260_324);
    (0..count).map(|number| Sample { name: format!("drawn-{number:03}"), definition: dice.definition() }).collect()
}
