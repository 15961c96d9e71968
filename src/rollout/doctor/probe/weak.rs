//! Definitions that are weak in every way that a pass mends, and what somebody would say about them. Nothing that they name has to exist:
//! ECS looks when tasks start.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_harden_transforms::intent::{ExecUse, Selection, Wishes};
use ecs_harden_transforms::knobs::{Layer, Layers, Scope};
use ecs_harden_transforms::model::{Digest, LaunchType, TargetWish};
use ecs_harden_transforms::pass::{Pass, Provenance};
use ecs_harden_transforms::passes;
use ecs_harden_transforms::waiver::Waivers;
use serde_json::{Value as Json, json};

use crate::rollout::permissions::PROBE_FAMILY;

const IMAGE: &str = "public.ecr.aws/ecs-harden/probe:1";

/// Of no image.
const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The weak definition for a launch type.
pub(super) fn definition(target: LaunchType, role: Option<&str>) -> Json {
    let container = |name: &str, more: Json| {
        let mut container = json!({ "name": name, "image": IMAGE, "essential": name == "web", "memory": 1024 });
        if let (Some(members), Json::Object(more)) = (container.as_object_mut(), more) {
            members.extend(more);
        }
        container
    };
    let mut containers = vec![
        container(
            "web",
            json!({
                "portMappings": [{ "containerPort": 80, "protocol": "tcp" }],
                "environment": [{ "name": "DB_PASSWORD", "value": "tr0ub4dor-and-3" }],
            }),
        ),
        container("files", json!({ "mountPoints": [{ "sourceVolume": "shared", "containerPath": "/shared" }] })),
    ];
    if target == LaunchType::Ec2 {
        containers.push(container("agent", json!({ "privileged": true })));
    }
    let mut task = json!({
        "family": PROBE_FAMILY,
        "requiresCompatibilities": [target.name()],
        "networkMode": "awsvpc",
        "cpu": "512",
        "memory": "4096",
        "volumes": [{ "name": "shared", "efsVolumeConfiguration": { "fileSystemId": "fs-0123456789abcdef0" } }],
        "containerDefinitions": containers,
    });
    if let Some(role) = role {
        task["executionRoleArn"] = json!(role);
    }
    if target == LaunchType::Ec2 {
        task["pidMode"] = json!("host");
        task["ipcMode"] = json!("host");
    }
    task
}

/// Whether a pass writes only where a role is named.
pub(super) fn wants_role(pass: &Pass) -> bool {
    ["plaintext-secret", "missing-log-configuration"].contains(&pass.id.0)
}

/// The pass without which another one writes less: a privileged container is mended together with its capabilities, and a tmpfs
/// belongs to the user that is set.
pub(super) fn beside(pass: &Pass) -> Option<&'static Pass> {
    let beside = match pass.id.0 {
        "privileged-container" => "excess-capabilities",
        "writable-root-filesystem" => "root-user",
        _ => return None,
    };
    passes::find(beside)
}

/// Everything that somebody would have to say, so that these passes write all that they can.
pub(super) fn wishes(named: &[&'static Pass], region: &str) -> Wishes {
    let mut selection = Selection::all(named.iter().map(|pass| pass.id));
    selection.named = named.iter().map(|pass| pass.id).collect();
    let everywhere = json!({
        "root-user": { "user": "10001:10001" },
        "logs": { "group": "/ecs-harden/probe", "region": region },
        "secrets": { "arns": {
            "DB_PASSWORD": format!("arn:aws:secretsmanager:{region}:123456789012:secret:probe-AbCdEf:password::"),
        } },
        "writable-root-filesystem": {
            "paths": [{ "path": "/tmp", "size": 16 }, { "path": "/run/probe", "size": 16, "exec": true }],
            "memory-percent": 50,
            "exec-workaround": true,
        },
    });
    let of_agent = json!({ "excess-capabilities": { "keep": ["NET_ADMIN"] } });
    let agent = Scope::of(None, Some("agent")).expect("a name is a glob");
    let layers = [(Scope::everything(), everywhere), (agent, of_agent)].map(|(scope, knobs)| Layer {
        origin: Provenance::Policy,
        scope,
        knobs: serde_json::from_value(knobs).expect("these are knobs"),
        written: Arc::default(),
    });
    let digest = Digest::try_from(DIGEST.to_owned()).expect("this is a digest");
    Wishes {
        selection,
        target: TargetWish::default(),
        os: None,
        layers: Layers::from(layers.to_vec()),
        waivers: Waivers::default(),
        images: Arc::default(),
        pins: Arc::new(BTreeMap::from([("web".to_owned(), digest)])),
        exec: ExecUse::Used(Provenance::Policy),
    }
}
