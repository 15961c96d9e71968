//! What a definition needs of the platform version of Fargate that a service asks for.

use std::collections::BTreeSet;

use ecs_harden_transforms::arn::SecretArn;
use ecs_harden_transforms::model::{ContainerView, Listed, Read, TaskView};

use super::{Obstacle, Preflight};

/// A thing that older platform versions do not have.
struct Feature {
    /// What it is, for people.
    name: &'static str,
    /// The first version that has it, on Linux.
    since: [u32; 3],
    /// How much of it a container uses.
    used: fn(&ContainerView<'_>) -> usize,
}

/// AWS pages "Task definition differences for Fargate", "Pass sensitive data to an Amazon ECS container" and "Fargate platform
/// versions"; API model: `SystemControl`, `KernelCapabilities.add`. For tmpfs no page names a version, and 1.4.0 is assumed.
const FEATURES: [Feature; 5] = [
    Feature { name: "tmpfs", since: [1, 4, 0], used: |container| filled(&container.linux("tmpfs").list()) },
    Feature {
        name: "systemControls",
        since: [1, 4, 0],
        used: |container| filled(&container.member("systemControls").list()),
    },
    Feature {
        name: "capabilities.add",
        since: [1, 4, 0],
        used: |container| filled(&container.linux("capabilities").member("add").list()),
    },
    Feature {
        name: "a JSON key or version of a secret",
        since: [1, 4, 0],
        used: |container| secrets(container, SecretArn::has_parts),
    },
    Feature { name: "secrets", since: [1, 3, 0], used: |container| secrets(container, |_| true) },
];

/// The version that `LATEST`, or no version at all, stands for on Linux (AWS page "Fargate platform versions").
const LATEST: &str = "LATEST";

fn filled(list: &Listed<'_>) -> usize {
    list.items.len() + usize::from(list.hidden.is_some())
}

fn secrets(container: &ContainerView<'_>, counts: fn(&SecretArn) -> bool) -> usize {
    let own = container.member("secrets").list().items;
    let of_logs = container.member("logConfiguration").member("secretOptions").list().items;
    let pointers = own.into_iter().chain(of_logs).filter_map(|entry| entry.member("valueFrom").text().known());
    pointers.filter(|pointer| SecretArn::try_from((*pointer).to_owned()).is_ok_and(|arn| counts(&arn))).count()
}

/// Whether each version that is asked for has what `after` uses more of than `before`.
pub(super) fn check(before: &TaskView<'_>, after: &TaskView<'_>, versions: &BTreeSet<String>, found: &mut Preflight) {
    let pinned: Vec<&String> =
        versions.iter().filter(|version| !version.is_empty() && !version.eq_ignore_ascii_case(LATEST)).collect();
    if pinned.is_empty() || is_windows(after) {
        return;
    }
    let (before, after) = (before.seen(), after.seen());
    for container in &after {
        let old = before.iter().find(|old| old.index() == container.index());
        for feature in &FEATURES {
            let (had, has) = (old.map_or(0, feature.used), (feature.used)(container));
            if has > had {
                for version in &pinned {
                    judge(feature, version, &container.title(), found);
                }
            }
        }
    }
}

/// Versions on Windows are counted apart (AWS page "Fargate Windows platform versions"), and no pass writes any of this there.
fn is_windows(task: &TaskView<'_>) -> bool {
    let family = task.member("runtimePlatform").member("operatingSystemFamily").text();
    matches!(family, Read::Known(family) if family.to_ascii_uppercase().starts_with("WINDOWS"))
}

fn judge(feature: &Feature, version: &str, title: &str, found: &mut Preflight) {
    let [major, minor, patch] = feature.since;
    let name = feature.name;
    let what =
        |how: &str| format!("{name} of {title} takes platform version {major}.{minor}.{patch}, and the service {how}");
    match number(version) {
        Some(number) if number >= feature.since => {}
        Some(_) => found.missing.push(Obstacle {
            what: what(&format!("asks for {version}")),
            next_step: "let it run on the latest first: `aws ecs update-service --cluster C --service S --platform-version LATEST`"
                .into(),
        }),
        None => found.unchecked.push(Obstacle {
            what: what("asks for a version that is not known here"),
            next_step: "look the version up in the AWS page \"Fargate platform versions\"".into(),
        }),
    }
}

fn number(version: &str) -> Option<[u32; 3]> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    let number = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(number)
}
