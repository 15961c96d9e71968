//! Rules about the task as a whole.

use super::{Hit, Rule, Scene, missing, repeated, said, unknown};
use crate::model::LaunchType::{self, Fargate};
use crate::model::Read;
use crate::tree::Path;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "malformed-family",
        says: "has a family that is no name",
        refused_by: &[],
        source: "API member `RegisterTaskDefinition.family`",
        service: None,
        next_step: "use up to 255 letters, digits, hyphens and underscores",
        check: |scene| {
            let family = said(&scene.task.member("family"));
            family.filter(|family| !is_name(family)).map(|_| Hit::task("family")).into_iter().collect()
        },
    },
    Rule {
        id: "unknown-launch-type",
        says: "requires a launch type that does not exist",
        refused_by: &[],
        source: "API type `Compatibility`",
        service: None,
        next_step: "use EC2, FARGATE, EXTERNAL or MANAGED_INSTANCES",
        check: unknown_launch_type,
    },
    Rule {
        id: "unknown-network-mode",
        says: "has a network mode that does not exist",
        refused_by: &[],
        source: "API type `NetworkMode`",
        service: None,
        next_step: "use awsvpc, bridge, host or none",
        check: |scene| enumerated(scene, "networkMode", &["awsvpc", "bridge", "host", "none", "default", "nat"]),
    },
    Rule {
        id: "unknown-pid-mode",
        says: "has a pidMode that does not exist",
        refused_by: &[],
        source: "API type `PidMode`",
        service: None,
        next_step: "use task or host, or leave pidMode out",
        check: |scene| enumerated(scene, "pidMode", &["host", "task"]),
    },
    Rule {
        id: "unknown-ipc-mode",
        says: "has an ipcMode that does not exist",
        refused_by: &[],
        source: "API type `IpcMode`",
        service: None,
        next_step: "use task, none or host, or leave ipcMode out",
        check: |scene| enumerated(scene, "ipcMode", &["host", "task", "none"]),
    },
    Rule {
        id: "unknown-cpu-architecture",
        says: "has a CPU architecture that does not exist",
        refused_by: &[],
        source: "API type `RuntimePlatform`",
        service: None,
        next_step: "use X86_64 or ARM64",
        check: |scene| {
            let architecture = scene.task.member("runtimePlatform").member("cpuArchitecture");
            let place = Path::root().key("runtimePlatform").key("cpuArchitecture");
            let hit = unknown(&architecture, &["X86_64", "ARM64"]);
            hit.map(|written| Hit { place, ..Hit::task("runtimePlatform").about(written) }).into_iter().collect()
        },
    },
    Rule {
        id: "fargate-size",
        says: "has a size that is not offered",
        refused_by: &[Fargate],
        source: "AWS page \"Troubleshoot Amazon ECS task definition invalid CPU or memory errors\"",
        service: Some("no Fargate configuration exists for these values"),
        next_step: "choose a pair of cpu and memory from the table of that page",
        check: fargate_size,
    },
    Rule {
        id: "ephemeral-storage-size",
        says: "asks for ephemeral storage outside 21 to 200 GiB",
        refused_by: &[],
        source: "API member `EphemeralStorage.sizeInGiB`",
        service: None,
        next_step: "ask for 21 to 200 GiB; without the member there are 20",
        check: |scene| {
            let size = scene.task.member("ephemeralStorage").member("sizeInGiB").number().known();
            let wrong = size.filter(|size| !(21..=200).contains(size));
            let place = Path::root().key("ephemeralStorage").key("sizeInGiB");
            wrong.map(|size| Hit { place, ..Hit::task("").about(size.to_string()) }).into_iter().collect()
        },
    },
    Rule {
        id: "no-essential-container",
        says: "has no essential container",
        refused_by: &[],
        source: "API member `ContainerDefinition.essential`",
        service: None,
        next_step: "make the container that does the work essential",
        check: |scene| {
            let none = scene.containers.iter().all(|it| it.member("essential").flag() == Read::Known(false));
            let hit = scene.complete && !scene.containers.is_empty() && none;
            hit.then(|| Hit::task("containerDefinitions")).into_iter().collect()
        },
    },
    Rule {
        id: "too-many-containers",
        says: "has more than 10 containers",
        refused_by: &[],
        source: "AWS page \"Amazon ECS service quotas\"",
        service: None,
        next_step: "split the task",
        check: |scene| (scene.containers.len() > 10).then(|| Hit::task("containerDefinitions")).into_iter().collect(),
    },
    Rule {
        id: "duplicate-tag",
        says: "has two tags of one key",
        refused_by: &[],
        source: "API member `RegisterTaskDefinition.tags`",
        service: None,
        next_step: "keep one of them",
        check: |scene| {
            let tags = scene.task.member("tags").list().items;
            let keys = tags.iter().map(|tag| said(&tag.clone().member("key")));
            let hits = repeated(keys).into_iter().map(|(index, key)| Hit {
                place: Path::root().key("tags").index(index),
                ..Hit::task("tags").about(key)
            });
            hits.collect()
        },
    },
    Rule {
        id: "unknown-proxy-container",
        says: "names a proxy that it does not have",
        refused_by: &[],
        source: "API member `ProxyConfiguration.containerName`",
        service: None,
        next_step: "name the container that runs the proxy",
        check: |scene| {
            let proxy = said(&scene.task.member("proxyConfiguration").member("containerName"));
            let unknown = proxy.filter(|name| scene.complete && scene.named(name).is_none());
            let place = Path::root().key("proxyConfiguration").key("containerName");
            unknown.map(|name| Hit { place, ..Hit::task("").about(name) }).into_iter().collect()
        },
    },
];

/// Up to 255 letters, digits, hyphens and underscores, as families and containers are named.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn enumerated(scene: &Scene<'_>, member: &'static str, known: &[&str]) -> Vec<Hit> {
    let written = unknown(&scene.task.member(member), known);
    written.map(|written| Hit::task(member).about(written)).into_iter().collect()
}

fn unknown_launch_type(scene: &Scene<'_>) -> Vec<Hit> {
    let listed = scene.task.member("requiresCompatibilities").list().items;
    let unknown = listed.iter().enumerate().filter_map(|(index, item)| {
        let written = said(item).filter(|text| text.parse::<LaunchType>().is_err())?;
        let place = Path::root().key("requiresCompatibilities").index(index);
        Some(Hit { place, ..Hit::task("").about(written) })
    });
    unknown.collect()
}

/// CPU units, and the least, the greatest and the step of the MiB that go with them.
const FARGATE_SIZES: [(u64, u64, u64, u64); 7] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

fn fargate_size(scene: &Scene<'_>) -> Vec<Hit> {
    let (Read::Known(cpu), Read::Known(memory)) = (scene.task.cpu_units(), scene.task.memory_mib()) else {
        return Vec::new();
    };
    // Sizes above those known here may be offered by now.
    let offered = match FARGATE_SIZES.iter().find(|(known, ..)| *known == cpu) {
        // 256 goes with 512, 1024 and 2048, not with 1536.
        Some((256, ..)) => [512, 1024, 2048].contains(&memory),
        Some((_, least, most, step)) => (*least..=*most).contains(&memory) && (memory - least).is_multiple_of(*step),
        None => cpu > 16384,
    };
    if offered { Vec::new() } else { vec![Hit::task("cpu").about(format!("{cpu} units and {memory} MiB"))] }
}

/// Whether the task has no such member, as far as this file can tell.
pub(super) fn lacks(scene: &Scene<'_>, member: &str) -> bool {
    missing(&scene.task.member(member))
}
