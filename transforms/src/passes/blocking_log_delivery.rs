//! `blocking-log-delivery`: a container waits for CloudWatch Logs whenever that cannot keep up, or nothing says that it does not.

use crate::intent::Intent;
use crate::model::{BLANK, ContainerView, Fact, Form, Is, Read, TaskView};
use crate::pass::{self, Applicability, Finding, Obstacle, Pass, PassId, Remedy, Run, Severity, Yield};
use crate::tree::Path;
use crate::weakness::{Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("blocking-log-delivery"),
    summary: "a container may hang while its logs cannot be delivered",
    severity: Severity::Low,
    controls: &["ecs_task_definitions_logging_block_mode"],
    yields: &[Yield {
        applicability: Applicability::Manual,
        when: "every container that logs with awslogs in the mode blocking, or names no mode: somebody has to choose between a hanging container and lost lines",
    }],
    section: "blocking-log-delivery",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("blocking_log_delivery.md"),
    weaknesses: Weaknesses::whole(&[&BLOCKING, &UNTOLD]),
    inspect,
};

static DRIVER: Form = Form::trimmed(&["awslogs"]);
const AWSLOGS: Fact = Fact::Member(&["logConfiguration", "logDriver"], &[Is::Text(&DRIVER)]);

const MODE: &[&str] = &["logConfiguration", "options", "mode"];

static BLOCKING: Weakness = Weakness::container(
    "a container hangs while its logs cannot be delivered",
    &[AWSLOGS, Fact::Member(MODE, &[Is::Text(&Form::trimmed(&["blocking"]))])],
);

static UNTOLD: Weakness = Weakness::container(
    "a container leaves it to its account whether it hangs while its logs cannot be delivered",
    &[AWSLOGS, Fact::Member(MODE, &[Is::Absent, Is::Text(&BLANK)])],
);

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    pass::each_container(&PASS, task, |container| inspect_container(container, intent).into_iter().collect())
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent) -> Option<Finding> {
    // Who asks for blocking has decided.
    let asked = intent.knob(container, |knobs| knobs.logs.mode.as_ref());
    if asked.is_some_and(|mode| mode.value.is_blocking()) {
        return None;
    }
    let title = container.title();
    let log = container.path().key("logConfiguration");
    let at_mode = log.key("options").key("mode");
    match container.member("logConfiguration").member("logDriver").text() {
        Read::Known(driver) if DRIVER.holds(driver) => {}
        Read::Unresolved(why) => {
            let message = format!("{title} may log with awslogs and hang while logs cannot be delivered");
            let obstacle = Obstacle::unresolved("the log driver", why);
            return Some(finding(container, log.key("logDriver"), message, Remedy::Undetermined(obstacle)));
        }
        Read::Known(_) | Read::Absent => return None,
    }
    let (message, obstacles) = match (BLOCKING.of_container(container), UNTOLD.of_container(container)) {
        (Read::Known(true), _) => {
            (format!("{title} hangs while its logs cannot be delivered"), vec![choice(container, intent)])
        }
        (_, Read::Known(true)) => (
            format!("{title} leaves it to its account whether it hangs while its logs cannot be delivered"),
            untold(container, intent),
        ),
        (Read::Unresolved(why), _) => {
            let message = format!("{title} may hang while its logs cannot be delivered");
            let obstacle = Obstacle::unresolved("the option `mode`", why);
            return Some(finding(container, at_mode, message, Remedy::Undetermined(obstacle)));
        }
        // What else stands there is no mode, and `invalid-definition` says so.
        _ => return None,
    };
    Some(finding(container, at_mode, message, Remedy::Manual(obstacles)))
}

fn finding(container: &ContainerView<'_>, place: Path, message: String, remedy: Remedy) -> Finding {
    let mut finding = pass::finding(&PASS, container, "mode", message, remedy);
    finding.place = place;
    finding
}

/// Both modes lose something (ECS API model, `LogConfiguration.options`).
fn choice(container: &ContainerView<'_>, intent: &Intent) -> Obstacle {
    let name = container.name().unwrap_or("the container");
    let named = intent.knob(container, |knobs| knobs.logs.max_buffer_size.as_ref());
    let buffer = named.map_or_else(|| "25m".to_owned(), |size| size.value.to_string());
    let scope = container.scope();
    let knob = if scope.is_empty() { "logs.mode=blocking".into() } else { format!("'{scope}logs.mode=blocking'") };
    Obstacle::new(
        format!(
            "blocking stops {name} at its next line of output until CloudWatch Logs takes it, health checks included; non-blocking loses lines once its buffer is full, and the buffer counts in the task's memory"
        ),
        format!(
            "if lines may be lost, write \"mode\": \"non-blocking\" and \"max-buffer-size\": \"{buffer}\" into the options; if none may be: --set {knob}"
        ),
    )
}

/// Since 25 June 2025 the default is non-blocking, unless the account setting `defaultLogDriverMode` says otherwise (API type
/// `SettingName`; AWS page "Send Amazon ECS logs to CloudWatch").
fn untold(container: &ContainerView<'_>, intent: &Intent) -> Vec<Obstacle> {
    let account = Obstacle::new(
        "without `mode` the account setting defaultLogDriverMode of the region decides: non-blocking with 10m since 25 June 2025, blocking where somebody kept it",
        "`aws ecs list-account-settings --name defaultLogDriverMode --effective-settings` shows it",
    );
    vec![account, choice(container, intent)]
}
