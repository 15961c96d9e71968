//! `shared-execution-role`: the programs of a task have the rights by which ECS starts it.

use crate::intent::Intent;
use crate::model::{ContainerView, Fact, Is, Place, Read, TaskView, Why};
use crate::pass::{self, Applicability, Finding, Obstacle, Pass, PassId, Remedy, Run, Severity, Yield};
use crate::tree::Node;
use crate::weakness::{Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("shared-execution-role"),
    summary: "a task runs with the role by which ECS starts it",
    severity: Severity::Low,
    controls: &["CKV_AWS_249"],
    yields: &[Yield {
        applicability: Applicability::Manual,
        when: "every task with one role as `executionRoleArn` and `taskRoleArn`: the second role has to be made first",
    }],
    section: "shared-execution-role",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("shared_execution_role.md"),
    weaknesses: Weaknesses::all_but("one role in two spellings, such as a name and an ARN", &[&ONE_ROLE]),
    inspect,
};

static ONE_ROLE: Weakness = Weakness::task(
    "the programs of the task have its execution role",
    &[Fact::Member(&["taskRoleArn"], &[Is::SameAs("executionRoleArn")])],
);

fn inspect(task: &TaskView<'_>, _: &Intent) -> Vec<Finding> {
    let (execution, own) = (task.member("executionRoleArn"), task.member("taskRoleArn"));
    let alike = written(&execution).is_some_and(|text| !text.is_empty() && written(&own) == Some(text));
    match (named(execution), named(own.clone())) {
        (Read::Known(execution), Read::Known(own)) if !is_one_role(execution, own) => return Vec::new(),
        (Read::Absent, _) | (_, Read::Absent) => return Vec::new(),
        (Read::Unresolved(why), _) if !alike => return undetermined("`executionRoleArn`", why),
        (_, Read::Unresolved(why)) if !alike => return undetermined("`taskRoleArn`", why),
        _ => {}
    }
    let message = "the programs of the task have its execution role".to_owned();
    // `ecsTaskExecutionRole` starts other tasks too: nothing may be taken from it.
    let starts_others =
        written(&own).is_some_and(|text| Role::of(text).name.to_ascii_lowercase().contains("execution"));
    let obstacles = if starts_others { new_task_role(task) } else { new_execution_role(task) };
    vec![pass::task_finding(&PASS, "taskRoleArn", message, Remedy::Manual(obstacles))]
}

/// The role that a member names; none where it is empty.
fn named(place: Place<'_>) -> Read<&str> {
    match place.text() {
        Read::Known(text) if text.trim().is_empty() => Read::Absent,
        read => read,
    }
}

/// Every list of containers would be told that it lacks the task around it.
fn undetermined(field: &str, why: Why) -> Vec<Finding> {
    if why == Why::OutsideThisFile {
        return Vec::new();
    }
    let remedy = Remedy::Undetermined(Obstacle::unresolved(field, why));
    vec![pass::task_finding(&PASS, "taskRoleArn", "the task may run with its execution role".into(), remedy)]
}

/// The text of a member, placeholders and all: what is written alike becomes one role, whatever it becomes.
fn written<'d>(place: &Place<'d>) -> Option<&'d str> {
    place.clone().known().and_then(Node::as_str).map(str::trim)
}

/// Whether two texts, each a name or an ARN, name one role (ECS API model, `TaskDefinition.taskRoleArn`). Names of roles are unique in an
/// account, whatever their path, and not told apart by case (IAM API, `CreateRole.RoleName`).
fn is_one_role(left: &str, right: &str) -> bool {
    let (left, right) = (Role::of(left), Role::of(right));
    let alike = !left.name.is_empty() && left.name.eq_ignore_ascii_case(right.name);
    alike && left.account.zip(right.account).is_none_or(|(left, right)| left == right)
}

/// A role as it is written.
struct Role<'d> {
    account: Option<&'d str>,
    name: &'d str,
}

impl<'d> Role<'d> {
    fn of(written: &'d str) -> Self {
        let written = written.trim();
        let account = written.strip_prefix("arn:").and_then(|arn| arn.split(':').nth(3));
        Self { account, name: written.rsplit(['/', ':']).next().unwrap_or(written) }
    }
}

const SHARED: &str = "whoever gets into a container can pull the images, write to the log groups and read the secrets that ECS itself uses to start the task";

/// The role is one for programs: ECS gets another (AWS page "Amazon ECS task execution IAM role").
fn new_execution_role(task: &TaskView<'_>) -> Vec<Obstacle> {
    let policy = "the policy AmazonECSTaskExecutionRolePolicy";
    let rights: Vec<&str> = std::iter::once(policy).chain(needs(task)).collect();
    vec![
        Obstacle::new(
            SHARED,
            format!(
                "make a second role that ecs-tasks.amazonaws.com may assume, with {}; name it as `executionRoleArn`",
                listed(&rights)
            ),
        ),
        Obstacle::new(
            "what is taken from a role counts at once, for every task that runs with it",
            format!(
                "once nothing runs with the old revision, leave the task role {}; take the rest away",
                listed(&keeps(task))
            ),
        ),
    ]
}

/// The role is one for ECS: the programs get another (AWS page "Amazon ECS task IAM role").
fn new_task_role(task: &TaskView<'_>) -> Vec<Obstacle> {
    vec![
        Obstacle::new(
            SHARED,
            format!(
                "make a role for the programs that ecs-tasks.amazonaws.com may assume, with {}; name it as `taskRoleArn`, or leave that out if they call nothing of AWS",
                listed(&keeps(task))
            ),
        ),
        Obstacle::new(
            "by its name the role starts other tasks as well, and what is taken from it counts at once",
            "take from it what only these programs called, once nothing runs with the old revision",
        ),
    ]
}

/// Several things as people say them: `a, b and c`.
fn listed(things: &[&str]) -> String {
    match things {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn needs(task: &TaskView<'_>) -> Vec<&'static str> {
    let containers = task.seen();
    let any = |check: &dyn Fn(&ContainerView<'_>) -> bool| containers.iter().any(check);
    let filled = |member: &'static str| any(&|container| container.member(member).is_filled());
    let secret = any(&|container| {
        container.member("secrets").is_filled()
            || container.member("repositoryCredentials").is_filled()
            || container.member("logConfiguration").member("secretOptions").is_filled()
    });
    let creates = any(&|container| {
        let options = container.member("logConfiguration").member("options");
        options.member("awslogs-create-group").flag() == Read::Known(true)
    });
    let mut needs = Vec::new();
    if secret {
        needs.push("`secretsmanager:GetSecretValue` or `ssm:GetParameters` on the secrets that the definition names");
    }
    if filled("environmentFiles") {
        needs.push("`s3:GetObject` on its environment files");
    }
    if creates {
        needs.push("`logs:CreateLogGroup` on its log groups");
    }
    needs
}

fn keeps(task: &TaskView<'_>) -> Vec<&'static str> {
    let volumes = task.member("volumes").list().items;
    let mut keeps = vec!["what the programs call"];
    let iam = volumes.iter().any(|volume| {
        let access = volume.clone().member("efsVolumeConfiguration").member("authorizationConfig");
        access.member("iam").text() == Read::Known("ENABLED")
    });
    if iam {
        keeps.push("`elasticfilesystem:ClientMount`, `elasticfilesystem:ClientWrite` on its file systems");
    }
    if volumes.iter().any(|volume| volume.clone().member("s3filesVolumeConfiguration").is_filled()) {
        keeps.push("its access to S3 Files");
    }
    if task.seen().iter().any(|container| container.member("firelensConfiguration").is_filled()) {
        keeps.push("what the log router writes to");
    }
    keeps.push("`ssmmessages` rights if ECS Exec is used");
    keeps
}

#[cfg(test)]
mod tests {
    use super::is_one_role;

    #[test]
    fn names_and_arns_of_one_role_are_one_role() {
        let arn = "arn:aws:iam::123456789012:role/ecsTaskRole";
        for other in
            [arn, "ecsTaskRole", "ecstaskrole", " ecsTaskRole ", "arn:aws:iam::123456789012:role/service/ecsTaskRole"]
        {
            assert!(is_one_role(arn, other), "{other}");
        }
        for other in ["ecsTaskRole2", "taskRole", "", "arn:aws:iam::210987654321:role/ecsTaskRole"] {
            assert!(!is_one_role(arn, other), "{other}");
        }
        assert!(is_one_role("service/ecsTaskRole", "ecsTaskRole"));
        assert!(!is_one_role("", ""));
    }
}
