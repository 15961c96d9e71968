//! `missing-memory-limit`: nothing bounds the memory of a container but its instance.

use crate::intent::Intent;
use crate::model::{ContainerView, Fact, Is, LaunchType, MIB, NO_MIB, Os, Read, TaskView, Why, ZERO};
use crate::pass::{self, Applicability, Finding, Obstacle, Pass, PassId, Remedy, Run, Severity, Yield};
use crate::weakness::{Systems, Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("missing-memory-limit"),
    summary: "nothing bounds the memory of a container but its instance",
    severity: Severity::Low,
    controls: &["CT.ECS.PR.7"],
    yields: &[Yield {
        applicability: Applicability::Manual,
        when: "every container without `memory` in a task without `memory` that may run on instances: what it needs has to be measured",
    }],
    section: "missing-memory-limit",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("missing_memory_limit.md"),
    weaknesses: Weaknesses::whole(&[&UNBOUNDED, &ON_WINDOWS]),
    inspect,
};

const NONE_OF_ITS_OWN: &[Fact] = &[Fact::Member(&["memory"], &[Is::Absent, Is::Scalar(&ZERO)])];

/// Fargate takes no task without it.
static UNBOUNDED: Weakness = Weakness::container("a container may take all memory of its instance", NONE_OF_ITS_OWN)
    .where_task(&[Fact::Member(&["memory"], &[Is::Absent, Is::Scalar(&NO_MIB)])])
    .not_for(&[LaunchType::Fargate])
    .on(Systems::NotWindows);

/// What the task says is ignored there (ECS API model, `RegisterTaskDefinition.memory`).
static ON_WINDOWS: Weakness = Weakness::container(
    "a container may take all memory of its instance: on Windows `memory` of the task is ignored",
    NONE_OF_ITS_OWN,
)
.where_task(&[Fact::Member(&["memory"], &[Is::Absent, Is::Scalar(&MIB)])])
.not_for(&[LaunchType::Fargate])
.on(Systems::Windows);

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    let whole = limit_of_the_task(task, intent);
    // Fargate takes no task without memory.
    if intent.target.only_fargate() || matches!(whole, Read::Known(_)) {
        return Vec::new();
    }
    pass::each_container(&PASS, task, |container| inspect_container(container, intent, &whole).into_iter().collect())
}

/// The memory of the task, which bounds all its containers together. On Windows instances it is ignored (ECS API model,
/// `RegisterTaskDefinition.memory`).
fn limit_of_the_task(task: &TaskView<'_>, intent: &Intent) -> Read<u64> {
    match task.memory_mib() {
        Read::Known(0) => Read::Absent,
        Read::Known(_) if intent.os == Os::Windows => Read::Absent,
        read => read,
    }
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent, whole: &Read<u64>) -> Option<Finding> {
    let title = container.title();
    let reserved = container.member("memoryReservation").number();
    let (message, remedy) = match (mib(container, "memory"), whole) {
        (Read::Known(_), _) => return None,
        (Read::Unresolved(why), _) => undetermined(&title, Obstacle::unresolved("`memory`", why)),
        // ECS takes a container with neither only in a task that has memory (API model, `ContainerDefinition.memory`).
        (Read::Absent, Read::Unresolved(Why::OutsideThisFile)) if reserved == Read::Absent => return None,
        (Read::Absent, Read::Unresolved(why)) => {
            undetermined(&title, Obstacle::unresolved("`memory` of the task", *why))
        }
        (Read::Absent, _) => {
            let message = format!("{title} may take all memory of its instance");
            (message, Remedy::Manual(vec![Obstacle::new(reason(container, intent), next_step(container, intent))]))
        }
    };
    let mut finding = pass::finding(&PASS, container, "memory", message, remedy);
    finding.place = container.path().key("memory");
    Some(finding)
}

fn undetermined(title: &str, obstacle: Obstacle) -> (String, Remedy) {
    (format!("{title} may have no limit of memory"), Remedy::Undetermined(obstacle))
}

/// A size in MiB; nothing where it says 0.
fn mib(container: &ContainerView<'_>, member: &str) -> Read<u64> {
    match container.member(member).number() {
        Read::Known(0) => Read::Absent,
        read => read,
    }
}

fn reason(container: &ContainerView<'_>, intent: &Intent) -> String {
    const RUNS_OUT: &str = "when its instance runs out, the kernel ends processes of any task there";
    if intent.os == Os::Windows {
        return "on Windows instances `memory` of the task is ignored: when its instance runs out, every task there goes without".into();
    }
    match mib(container, "memoryReservation") {
        Read::Known(reserved) => {
            format!("`memoryReservation` sets {reserved} MiB aside and bounds nothing: {RUNS_OUT}")
        }
        _ => format!("neither it nor its task has `memory`: {RUNS_OUT}"),
    }
}

/// How much, as far as the definition tells, and how to find out the rest.
fn next_step(container: &ContainerView<'_>, intent: &Intent) -> String {
    let windows = intent.os == Os::Windows;
    let peak = match intent.target.types.first() {
        Some(LaunchType::ManagedInstances) => "`MemoryUtilized` in Container Insights",
        _ => "`docker stats --no-stream` on its instance",
    };
    // Windows takes no reservation (AWS page "Amazon ECS task definition differences for EC2 instances running Windows").
    let reserved = mib(container, "memoryReservation").known().filter(|_| !windows);
    let others: u64 = container
        .task()
        .seen()
        .iter()
        .filter(|other| other.index() != container.index())
        .filter_map(|other| mib(other, "memory").known())
        .fold(0, u64::saturating_add);
    let double = reserved.map(|reserved| (reserved, reserved.saturating_mul(2)));
    let value = double.map_or_else(String::new, |(reserved, double)| {
        let sum = match others {
            0 => String::new(),
            _ => format!(
                ", and with the {others} MiB of the others the task could use {}",
                double.saturating_add(others)
            ),
        };
        format!(" and above the {reserved} MiB that it reserves: {double} would be twice those{sum}")
    });
    let others = match (others, double) {
        (0, _) | (_, Some(_)) => String::new(),
        _ => format!("; the others may use {others} MiB beside it"),
    };
    let instead = if windows { "" } else { ". `memory` of the task would bound all its containers together" };
    format!("set `memory` above its peak under load ({peak}){value}{others}{instead}")
}
