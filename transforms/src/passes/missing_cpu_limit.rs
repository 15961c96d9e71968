//! `missing-cpu-limit`: nothing says how much cpu a container may use, or is sure of.

use crate::intent::Intent;
use crate::model::{ContainerView, Fact, Is, LaunchType, NO_UNITS, Os, Read, TaskView, UNITS, Why, ZERO};
use crate::pass::{self, Applicability, Finding, Obstacle, Pass, PassId, Remedy, Run, Severity, Yield};
use crate::weakness::{Systems, Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("missing-cpu-limit"),
    summary: "nothing says how much cpu a container may use, or is sure of",
    severity: Severity::Low,
    controls: &[],
    yields: &[Yield {
        applicability: Applicability::Manual,
        when: "every container without `cpu` in a task without `cpu` that may run on instances: what it needs has to be measured",
    }],
    section: "missing-cpu-limit",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("missing_cpu_limit.md"),
    weaknesses: Weaknesses::whole(&[&UNBOUNDED, &ON_WINDOWS]),
    inspect,
};

const NONE_OF_ITS_OWN: &[Fact] = &[Fact::Member(&["cpu"], &[Is::Absent, Is::Scalar(&ZERO)])];

/// Fargate takes no task without it.
static UNBOUNDED: Weakness = Weakness::container("a container has neither a share of cpu nor a limit", NONE_OF_ITS_OWN)
    .where_task(&[Fact::Member(&["cpu"], &[Is::Absent, Is::Scalar(&NO_UNITS)])])
    .not_for(&[LaunchType::Fargate])
    .on(Systems::NotWindows);

/// What the task says is ignored there (ECS API model, `RegisterTaskDefinition.cpu`).
static ON_WINDOWS: Weakness =
    Weakness::container("a container has no cpu, which Windows takes for 1 % of a core", NONE_OF_ITS_OWN)
        .where_task(&[Fact::Member(&["cpu"], &[Is::Absent, Is::Scalar(&UNITS)])])
        .not_for(&[LaunchType::Fargate])
        .on(Systems::Windows);

/// The shares that a Linux container without cpu weighs (ECS API model, `ContainerDefinition.cpu`, agents since 1.2.0).
const LEAST_SHARES: u64 = 2;

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    let whole = limit_of_the_task(task, intent);
    // Fargate takes no task without cpu; and every list of containers would be told that it lacks the task around it.
    if intent.target.only_fargate() || matches!(whole, Read::Known(_) | Read::Unresolved(Why::OutsideThisFile)) {
        return Vec::new();
    }
    pass::each_container(&PASS, task, |container| inspect_container(container, intent, &whole).into_iter().collect())
}

/// The cpu of the task, which caps all its containers together. On Windows instances it is ignored (ECS API model,
/// `RegisterTaskDefinition.cpu`).
fn limit_of_the_task(task: &TaskView<'_>, intent: &Intent) -> Read<u64> {
    match task.cpu_units() {
        Read::Known(0) => Read::Absent,
        Read::Known(_) if intent.os == Os::Windows => Read::Absent,
        read => read,
    }
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent, whole: &Read<u64>) -> Option<Finding> {
    let title = container.title();
    let windows = intent.os == Os::Windows;
    let undetermined =
        |obstacle| (format!("{title} may have neither a share of cpu nor a limit"), Remedy::Undetermined(obstacle));
    let (message, remedy) = match (units(container), whole) {
        (Read::Known(_), _) => return None,
        (Read::Unresolved(why), _) => undetermined(Obstacle::unresolved("`cpu`", why)),
        (Read::Absent, Read::Unresolved(why)) => undetermined(Obstacle::unresolved("`cpu` of the task", *why)),
        (Read::Absent, _) if windows => (
            format!("{title} has no cpu, which Windows takes for 1 % of a core"),
            Remedy::Manual(vec![on_windows(intent)]),
        ),
        (Read::Absent, _) => (
            format!("{title} has neither a share of cpu nor a limit"),
            Remedy::Manual(vec![on_linux(container, intent)]),
        ),
    };
    let mut finding = pass::finding(&PASS, container, "cpu", message, remedy);
    finding.place = container.path().key("cpu");
    Some(finding)
}

/// The units of a container; nothing where it says 0, as `describe-task-definition` does.
fn units(container: &ContainerView<'_>) -> Read<u64> {
    match container.member("cpu").number() {
        Read::Known(0) => Read::Absent,
        read => read,
    }
}

/// How to find out what a container uses, in units. `docker stats` counts a core as 100 % on Linux, and all cores on Windows.
fn usage(intent: &Intent) -> &'static str {
    match intent.target.types.first() {
        Some(LaunchType::ManagedInstances) => "`CpuUtilized` in Container Insights is in units",
        _ if intent.os == Os::Windows => {
            "CPU % of `docker stats --no-stream` on its instance, times 10.24 and the number of cores, is in units"
        }
        _ => "CPU % of `docker stats --no-stream` on its instance, times 10.24, is in units",
    }
}

/// On Windows `cpu` of a container is a hard limit (ECS API model, `ContainerDefinition.cpu`).
fn on_windows(intent: &Intent) -> Obstacle {
    Obstacle::new(
        "on Windows `cpu` of a container is a hard limit, and none at all is the least there is",
        format!("set `cpu` of the container above what it uses under load: {}", usage(intent)),
    )
}

/// On Linux `cpu` of a container is its weight under contention, and `cpu` of the task the limit.
fn on_linux(container: &ContainerView<'_>, intent: &Intent) -> Obstacle {
    let task = container.task().seen();
    let others = task.iter().filter(|other| other.index() != container.index()).map(units);
    let (lacking, set): (Vec<_>, Vec<_>) = others.partition(|units| *units == Read::Absent);
    let others = set.into_iter().filter_map(Read::known).fold(0, u64::saturating_add);
    let use_of = if lacking.is_empty() { "this one uses" } else { "all without `cpu` use together" };
    let (weight, sum, share) = match others {
        0 => (", the least there is,".to_owned(), String::new(), "256 lets it weigh a quarter of a core".to_owned()),
        _ => (
            format!(" beside the {others} of the other containers"),
            format!(" plus the {others} of the others"),
            format!("{others} lets it weigh as much as the others together"),
        ),
    };
    Obstacle::new(
        format!(
            "it weighs {LEAST_SHARES} shares{weight} when its instance is busy, and may use every core when it is not"
        ),
        format!(
            "set `cpu` of the task, which caps its containers together, to what {use_of} under load{sum} ({}). Its own `cpu` is a weight alone: {share}",
            usage(intent)
        ),
    )
}
