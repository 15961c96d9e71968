//! Rules about containers: names, dependencies, users, limits and checks.

use super::tasks::{is_name, lacks};
use super::{Flaw, Hit, Rule, Scene, containers_where, elements_where, missing, repeated, said, unknown};
use crate::model::LaunchType::{Fargate, ManagedInstances};
use crate::model::{ContainerView, Place, Read};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "missing-container-name",
        says: "has no name",
        refused_by: &[],
        source: "API member `ContainerDefinition.name`",
        service: None,
        next_step: "name the container",
        check: |scene| {
            let whole = scene.task.is_whole();
            containers_where(scene, &["name"], |container| whole && missing(&container.member("name")))
        },
    },
    Rule {
        id: "malformed-container-name",
        says: "has a name that is none",
        refused_by: &[],
        source: "API member `ContainerDefinition.name`",
        service: None,
        next_step: "use up to 255 letters, digits, hyphens and underscores",
        check: |scene| {
            containers_where(scene, &["name"], |it| said(&it.member("name")).is_some_and(|name| !is_name(name)))
        },
    },
    Rule {
        id: "duplicate-container-name",
        says: "has the name of another container",
        refused_by: &[],
        source: "API member `ContainerDefinition.name`",
        service: None,
        next_step: "name each container differently",
        check: |scene| {
            let repeated = repeated(scene.containers.iter().map(ContainerView::name));
            let twice = repeated.into_iter().filter_map(|(at, _)| scene.containers.get(at));
            twice.map(|container| Hit::member(container, &["name"])).collect()
        },
    },
    Rule {
        id: "unknown-dependency",
        says: "waits for a container that the task does not have",
        refused_by: &[],
        source: "API member `ContainerDependency.containerName`",
        service: None,
        next_step: "correct the name, or remove the dependency",
        check: |scene| {
            elements_where(scene, &["dependsOn"], |_, dependency| {
                let name = said(&dependency.clone().member("containerName"))?;
                (scene.complete && scene.named(name).is_none()).then(|| Flaw::new("containerName", name))
            })
        },
    },
    Rule {
        id: "dependency-cycle",
        says: "waits for itself, by way of what it depends on",
        refused_by: &[],
        source: "API member `ContainerDefinition.dependsOn`",
        service: None,
        next_step: "remove one of the dependencies",
        check: |scene| containers_where(scene, &["dependsOn"], |container| is_in_cycle(scene, container)),
    },
    Rule {
        id: "unknown-condition",
        says: "waits for a condition that does not exist",
        refused_by: &[],
        source: "API type `ContainerCondition`",
        service: None,
        next_step: "use START, COMPLETE, SUCCESS or HEALTHY",
        check: |scene| {
            elements_where(scene, &["dependsOn"], |_, dependency| {
                let written =
                    unknown(&dependency.clone().member("condition"), &["START", "COMPLETE", "SUCCESS", "HEALTHY"])?;
                Some(Flaw::new("condition", written))
            })
        },
    },
    Rule {
        id: "healthy-without-check",
        says: "waits until a container is healthy that has no health check",
        refused_by: &[],
        source: "API member `ContainerDependency.condition`",
        service: None,
        next_step: "give that container a healthCheck, or wait for START",
        check: |scene| dependency_where(scene, &["HEALTHY"], |other| missing(&other.member("healthCheck"))),
    },
    Rule {
        id: "waits-for-the-end-of-an-essential-container",
        says: "waits for the end of a container that is essential, and the task ends with it",
        refused_by: &[],
        source: "API member `ContainerDependency.condition`",
        service: Some("a dependency with SUCCESS or COMPLETE cannot be essential"),
        next_step: "set `essential` of that container to false",
        check: |scene| {
            dependency_where(scene, &["SUCCESS", "COMPLETE"], |other| {
                matches!(other.member("essential").flag(), Read::Known(true) | Read::Absent)
            })
        },
    },
    Rule {
        id: "malformed-user",
        says: "has a user that is none",
        refused_by: &[],
        source: "API member `ContainerDefinition.user`",
        service: None,
        next_step: "write user, user:group, uid or uid:gid",
        check: |scene| {
            let linux = !scene.windows();
            containers_where(scene, &["user"], |it| linux && said(&it.member("user")).is_some_and(is_no_user))
        },
    },
    Rule {
        id: "router-user-is-a-name",
        says: "is a FireLens router and runs as a user without a number",
        refused_by: &[],
        source: "AWS page \"Send Amazon ECS logs to an AWS service or AWS Partner\"",
        service: Some("the user of the router has to be a number"),
        next_step: "write uid or uid:gid, or leave `user` out",
        check: |scene| {
            containers_where(scene, &["user"], |container| {
                let name = said(&container.member("user")).and_then(|user| user.split(':').next());
                let number = name.is_none_or(|name| name.trim().bytes().all(|byte| byte.is_ascii_digit()));
                container.member("firelensConfiguration").is_filled() && !number
            })
        },
    },
    Rule {
        id: "soft-limit-above-hard-limit",
        says: "has a soft limit above its hard limit",
        refused_by: &[],
        source: "API type `Ulimit`",
        service: None,
        next_step: "lower softLimit or raise hardLimit",
        check: |scene| {
            elements_where(scene, &["ulimits"], |_, limit| {
                let value = |member| limit.clone().member(member).number().known();
                let above = value("softLimit")? > value("hardLimit")?;
                above
                    .then(|| Flaw { member: "softLimit", what: said(&limit.clone().member("name")).map(str::to_owned) })
            })
        },
    },
    Rule {
        id: "unknown-ulimit",
        says: "sets a ulimit that does not exist",
        refused_by: &[],
        source: "API type `UlimitName`",
        service: None,
        next_step: "correct the name, or remove the entry",
        check: |scene| {
            elements_where(scene, &["ulimits"], |_, limit| {
                unknown(&limit.clone().member("name"), &ULIMITS).map(|name| Flaw::new("name", name))
            })
        },
    },
    Rule {
        id: "duplicate-ulimit",
        says: "sets a ulimit twice",
        refused_by: &[],
        source: "API member `ContainerDefinition.ulimits`",
        service: None,
        next_step: "keep one of the entries",
        check: |scene| {
            let of = |container: &ContainerView<'_>| {
                let limits = container.member("ulimits").list().items;
                let names = limits.iter().map(|limit| said(&limit.clone().member("name")));
                let hits = repeated(names).into_iter();
                let hits = hits.map(|(at, name)| Hit::element(container, &["ulimits"], at).at("name").about(name));
                hits.collect::<Vec<_>>()
            };
            scene.containers.iter().flat_map(of).collect()
        },
    },
    Rule {
        id: "no-memory",
        says: "has neither memory nor memoryReservation, and the task has no memory",
        refused_by: &[],
        source: "API member `ContainerDefinition.memory`",
        service: Some("one of the two has to be specified"),
        next_step: "set memory or memoryReservation of the container, or memory of the task",
        check: |scene| {
            // Where Fargate is a target, the task itself needs memory, and that is said; for the others nothing tells.
            let told = scene.must_suit(Fargate) || scene.must_suit(ManagedInstances) || scene.windows();
            let told = told || !lacks(scene, "memory");
            containers_where(scene, &["memory"], |container| {
                !told && missing(&container.member("memory")) && missing(&container.member("memoryReservation"))
            })
        },
    },
    Rule {
        id: "reservation-above-memory",
        says: "reserves more memory than it may use",
        refused_by: &[],
        source: "API member `ContainerDefinition.memoryReservation`",
        service: None,
        next_step: "lower memoryReservation or raise memory",
        check: |scene| {
            containers_where(scene, &["memoryReservation"], |container| {
                let value = |member| container.member(member).number().known().filter(|mib| *mib > 0);
                value("memoryReservation").zip(value("memory")).is_some_and(|(reserved, memory)| reserved > memory)
            })
        },
    },
    Rule {
        id: "memory-above-task",
        says: "may use more memory than the task has",
        refused_by: &[],
        source: "API member `ContainerDefinition.memory`",
        service: None,
        next_step: "lower memory of the container, or raise that of the task",
        check: |scene| {
            let whole = scene.task.memory_mib().known();
            containers_where(scene, &["memory"], |container| {
                container.member("memory").number().known().zip(whole).is_some_and(|(mib, whole)| mib > whole)
            })
        },
    },
    Rule {
        id: "cpu-above-task",
        says: "has containers that reserve more cpu than it has",
        refused_by: &[Fargate],
        source: "API member `ContainerDefinition.cpu`",
        service: None,
        next_step: "lower cpu of the containers, or raise that of the task",
        check: |scene| {
            let reserved: u64 = scene.containers.iter().filter_map(|it| it.member("cpu").number().known()).sum();
            let above = scene.task.cpu_units().known().is_some_and(|whole| reserved > whole);
            above.then(|| Hit::task("cpu")).into_iter().collect()
        },
    },
    Rule {
        id: "restart-period",
        says: "restarts after a period outside 60 to 1800 seconds",
        refused_by: &[],
        source: "API member `ContainerRestartPolicy.restartAttemptPeriod`",
        service: None,
        next_step: "use 60 to 1800 seconds",
        check: |scene| out_of_range(scene, &["restartPolicy", "restartAttemptPeriod"], 60, 1800),
    },
    Rule {
        id: "health-check-interval",
        says: "is checked at an interval outside 5 to 300 seconds",
        refused_by: &[],
        source: "API member `HealthCheck.interval`",
        service: None,
        next_step: "use 5 to 300 seconds",
        check: |scene| out_of_range(scene, &["healthCheck", "interval"], 5, 300),
    },
    Rule {
        id: "health-check-timeout",
        says: "has a health check that times out outside 2 to 60 seconds",
        refused_by: &[],
        source: "API member `HealthCheck.timeout`",
        service: None,
        next_step: "use 2 to 60 seconds",
        check: |scene| out_of_range(scene, &["healthCheck", "timeout"], 2, 60),
    },
    Rule {
        id: "health-check-retries",
        says: "has a health check with retries outside 1 to 10",
        refused_by: &[],
        source: "API member `HealthCheck.retries`",
        service: None,
        next_step: "use 1 to 10 retries",
        check: |scene| out_of_range(scene, &["healthCheck", "retries"], 1, 10),
    },
    Rule {
        id: "health-check-start-period",
        says: "has a health check with a start period above 300 seconds",
        refused_by: &[],
        source: "API member `HealthCheck.startPeriod`",
        service: None,
        next_step: "use up to 300 seconds",
        check: |scene| out_of_range(scene, &["healthCheck", "startPeriod"], 0, 300),
    },
    Rule {
        id: "stop-timeout",
        says: "has more than 120 seconds to stop",
        refused_by: &[Fargate],
        source: "API member `ContainerDefinition.stopTimeout`",
        service: None,
        next_step: "use up to 120 seconds",
        check: |scene| out_of_range(scene, &["stopTimeout"], 0, 120),
    },
    Rule {
        id: "start-timeout",
        says: "has more than 120 seconds to start",
        refused_by: &[Fargate],
        source: "API member `ContainerDefinition.startTimeout`",
        service: None,
        next_step: "use up to 120 seconds",
        check: |scene| out_of_range(scene, &["startTimeout"], 0, 120),
    },
];

/// The names of ulimits (ECS API model, `UlimitName`).
pub const ULIMITS: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// Whether a user has more than two parts, an empty part, a blank or a negative number. What else a name may hold is not documented.
fn is_no_user(user: &str) -> bool {
    let user = user.trim();
    let mut parts = user.split(':');
    let flawed = |part: &str| part.is_empty() || part.contains(char::is_whitespace) || part.starts_with('-');
    user.split(':').count() > 2 || parts.any(flawed)
}

fn dependencies<'d>(container: &ContainerView<'d>) -> Vec<Place<'d>> {
    container.member("dependsOn").list().items
}

fn dependency_where(scene: &Scene<'_>, conditions: &[&str], check: impl Fn(&ContainerView<'_>) -> bool) -> Vec<Hit> {
    elements_where(scene, &["dependsOn"], |_, dependency| {
        let condition = said(&dependency.clone().member("condition"))?;
        let name = said(&dependency.clone().member("containerName"))?;
        let other = scene.named(name)?;
        (conditions.contains(&condition) && check(other)).then(|| Flaw::new("condition", name))
    })
}

/// Whether what `container` waits for waits for it in turn.
fn is_in_cycle(scene: &Scene<'_>, container: &ContainerView<'_>) -> bool {
    let Some(own) = container.name() else { return false };
    let mut waiting = vec![own];
    let mut seen: Vec<&str> = Vec::new();
    while let Some(other) = waiting.pop().and_then(|name| scene.named(name)) {
        for dependency in dependencies(other) {
            match said(&dependency.member("containerName")) {
                Some(name) if name == own => return true,
                Some(name) if !seen.contains(&name) && scene.named(name).is_some() => {
                    seen.push(name);
                    waiting.push(name);
                }
                _ => {}
            }
        }
    }
    false
}

fn out_of_range(scene: &Scene<'_>, member: &[&str], least: u64, most: u64) -> Vec<Hit> {
    let hits = scene.containers.iter().filter_map(|container| {
        let found = member.iter().skip(1).fold(container.member(member[0]), |at, name| at.member(name));
        let value = found.number().known().filter(|value| !(least..=most).contains(value))?;
        Some(Hit::member(container, member).about(value.to_string()))
    });
    hits.collect()
}
