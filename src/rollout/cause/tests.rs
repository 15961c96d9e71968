use super::*;

fn container(name: &str, exit_code: Option<i64>, reason: &str) -> TaskContainer {
    let reason = Some(reason).filter(|reason| !reason.is_empty()).map(Said::from);
    TaskContainer { name: name.into(), exit_code, reason, ..TaskContainer::default() }
}

/// A task that stopped, by a number.
fn task(number: u8, stop_code: &str, stopped_reason: &str, containers: Vec<TaskContainer>) -> Task {
    Task {
        task_arn: format!("arn:aws:ecs:eu-central-1:123456789012:task/shop/{number}"),
        stop_code: Some(stop_code.into()),
        stopped_reason: Some(stopped_reason.into()),
        containers,
        ..Task::default()
    }
}

fn exited(number: u8, containers: Vec<TaskContainer>) -> Task {
    task(number, "EssentialContainerExited", "Essential container in task exited", containers)
}

fn log(container: &str, text: &str) -> Log {
    Log { container: container.into(), lines: text.lines().map(str::to_owned).collect() }
}

fn event(id: &str, message: &str) -> ServiceEvent {
    ServiceEvent { id: id.into(), message: message.into(), ..ServiceEvent::default() }
}

/// Class, container and what happened, in their order.
fn told(causes: &[Cause]) -> Vec<(&str, Option<&str>, &str)> {
    causes.iter().map(|cause| (cause.sign, cause.container.as_deref(), cause.what.as_str())).collect()
}

const READ_ONLY: &str = "nginx: [emerg] mkdir() \"/var/cache/nginx/client_temp\" failed (30: Read-only file system)";

#[test]
fn a_log_tells_more_than_the_exit_code_of_its_container() {
    let tasks = [
        exited(1, vec![container("web", Some(1), ""), container("log", Some(2), "")]),
        exited(2, vec![container("web", Some(1), "")]),
    ];
    let causes = causes(&tasks, &[], &[log("web", READ_ONLY)]);
    let expected = [
        ("read-only", Some("web"), "read-only file system: /var/cache/nginx/client_temp"),
        ("exit", Some("log"), "ended with exit code 2"),
    ];
    assert_eq!(told(&causes), expected);
    assert_eq!(
        causes[0].policy_lines.as_deref(),
        Some(
            "[[override]]\ncontainer = \"web\"\nwritable-root-filesystem = { paths = [\"/tmp\", \"/var/cache/nginx\"] }\n"
        )
    );
    assert!(causes[0].next_step.contains("/var/cache/nginx"));
    assert_eq!(causes[1].policy_lines, None);
}

#[test]
fn the_first_cause_of_a_container_has_the_lines_for_all_of_them() {
    let text = format!("{READ_ONLY}\nchown: changing ownership of '/run/x': Operation not permitted\n");
    let causes = causes(&[], &[], &[log("web", &text), log("db", "/tmp/a: Read-only file system")]);
    assert_eq!(causes.iter().map(|cause| cause.sign).collect::<Vec<_>>(), ["read-only", "chown", "read-only"]);
    let lines = causes[0].policy_lines.as_deref().unwrap();
    assert!(lines.contains("/var/cache/nginx") && lines.contains("CHOWN") && !lines.contains("db"), "{lines}");
    assert_eq!(causes[1].policy_lines, None);
    assert!(causes[2].policy_lines.as_deref().unwrap().contains("\"db\""));
}

#[test]
fn the_same_in_several_tasks_is_told_once_and_counted() {
    let killed = |number| {
        exited(number, vec![container("web", Some(137), "OutOfMemoryError: Container killed due to memory usage")])
    };
    let causes = causes(&[killed(1), killed(2), killed(3)], &[], &[]);
    assert_eq!(told(&causes), [("out-of-memory", Some("web"), "a process was killed for want of memory (3 tasks)")]);
}

#[test]
fn a_killed_container_is_short_of_memory_unless_ecs_stopped_it() {
    let containers = || vec![container("web", Some(137), "")];
    let of = |task: Task| causes(&[task], &[], &[]).into_iter().map(|cause| cause.sign).collect::<Vec<_>>();
    assert_eq!(of(exited(1, containers())), ["killed"]);
    let reason =
        "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/a/b)";
    assert_eq!(of(task(1, "ServiceSchedulerInitiated", reason, containers())), ["target-health"]);
    assert_eq!(
        of(task(1, "ServiceSchedulerInitiated", "Scaling activity initiated by deployment x", containers())),
        [""; 0]
    );
}

#[test]
fn a_container_that_ended_well_is_no_cause() {
    assert_eq!(causes(&[exited(1, vec![container("init", Some(0), "")])], &[], &[]), []);
}

#[test]
fn what_programs_and_ecs_name_comes_before_symptoms_and_what_lies_elsewhere_last() {
    let tasks = [
        task(1, "SpotInterruption", "Your Spot Task was interrupted.", vec![container("web", Some(137), "")]),
        task(2, "SpotInterruption", "Your Spot Task was interrupted.", vec![]),
        task(3, "ServiceSchedulerInitiated", "Task failed container health checks", vec![]),
        task(4, "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group a)", vec![]),
        task(5, "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group a)", vec![]),
        task(6, "TaskFailedToStart", "CannotPullContainerError: manifest unknown", vec![]),
        task(7, "TaskFailedToStart", "ResourceInitializationError: unable to pull secrets or registry auth: x", vec![]),
    ];
    let causes = causes(&tasks, &[], &[]);
    let signs: Vec<&str> = causes.iter().map(|cause| cause.sign).collect();
    assert_eq!(signs, ["secret", "image", "target-health", "container-health", "spot"]);
    assert_eq!(causes[2].what, "the load balancer got no healthy answer (2 tasks)");
}

#[test]
fn events_are_counted_where_no_task_says_it() {
    let unplaced = "service web was unable to place a task because no container instance met all of its requirements. The closest \
        matching container-instance a is missing an attribute required by your task.";
    let unhealthy =
        "(service web) (task 1) (port 80) is unhealthy in (target-group a) due to (reason Request timed out)";
    let steady = "(service web) has reached a steady state.";
    let events =
        [event("1", unplaced), event("2", unplaced), event("2", unplaced), event("3", unhealthy), event("4", steady)];
    let expected = [
        ("attribute", None, "no instance has an attribute that the revision asks for (2 events)"),
        ("target-health", None, "the load balancer got no healthy answer"),
    ];
    assert_eq!(told(&causes(&[], &events, &[])), expected);
}

#[test]
fn what_ecs_says_of_a_container_is_not_told_again_of_its_task() {
    let reason = "CannotStartContainerError: Error response from daemon: unable to find user web: no matching entries in passwd file";
    let tasks = [task(1, "TaskFailedToStart", reason, vec![container("web", None, reason)])];
    let expected = [("unknown-user", Some("web"), "the image does not know the user by this name")];
    assert_eq!(told(&causes(&tasks, &[], &[])), expected);
}

#[test]
fn a_program_named_in_a_sentence_counts_more_than_its_class() {
    let noexec = "CannotStartContainerError: Error response from daemon: exec: \"/tmp/run.sh\": permission denied";
    let other = "CannotStartContainerError: Error response from daemon: something else";
    let of = |reason: &str| {
        let tasks = [task(1, "TaskFailedToStart", "Task failed to start", vec![container("web", None, reason)])];
        causes(&tasks, &[], &[]).into_iter().map(|cause| (cause.sign, cause.container)).collect::<Vec<_>>()
    };
    assert_eq!(of(noexec), [("no-exec", Some("web".to_owned()))]);
    assert_eq!(of(other), [("start", Some("web".to_owned()))]);
}

/// Sentences as AWS documents them and as people quote them.
#[test]
fn sentences_of_ecs_are_known_by_their_class() {
    let cases = [
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve \
             ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed",
            "registry-access",
        ),
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: x is not authorized to \
             perform: ecr:GetAuthorizationToken",
            "registry-access",
        ),
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve \
             secret from asm: service call has been retried 1 time(s): secret arn:x:secret:app-logging-driver-briefs",
            "secret",
        ),
        (
            "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create \
             Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1",
            "log-group",
        ),
        ("ResourceInitializationError: failed to validate logger args: : signal: killed", "log-driver"),
        (
            "CannotStartContainerError: ResourceInitializationError: failed to initialize logging driver: x",
            "log-driver",
        ),
        ("ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: x", "efs"),
        ("ResourceInitializationError: failed to create new container runtime task", "initialization"),
        ("CannotPullContainerError: pull image manifest has been retried 1 time(s): not found", "image"),
        ("CannotPullECRContainerError: AccessDeniedException", "image"),
        ("CannotCreateVolumeError: failed to create volume", "volume"),
        ("ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 3m0s", "start"),
        (
            "(service web) was unable to place a task because no container instance met all of its requirements.",
            "placement",
        ),
        ("Task failed container health checks", "container-health"),
    ];
    for (text, sign) in cases {
        assert_eq!(class(text).map(|class| class.sign), Some(sign), "{text}");
    }
    for text in
        ["", "Essential container in task exited", "Scaling activity initiated by (deployment ecs-svc/1)", "my Secret"]
    {
        assert!(class(text).is_none(), "{text}");
    }
}

#[test]
fn no_text_of_a_log_or_a_sentence_is_shown() {
    let tasks = [
        task(
            1,
            "TaskFailedToStart",
            "ResourceInitializationError: unable to pull secrets: token=hunter2",
            vec![container(
                "web",
                Some(1),
                "CannotStartContainerError: exec: \"/tmp/run.sh hunter2\": permission denied hunter2",
            )],
        ),
        exited(2, vec![container("web", Some(1), "password hunter2"), container("log", Some(3), "hunter2")]),
    ];
    let events = [event("hunter2", "(service web) was unable to place a task: hunter2")];
    let causes =
        causes(&tasks, &events, &[log("web", "hunter2 open /srv/a: Read-only file system hunter2\nhunter2\n")]);
    assert!(causes.len() > 3, "{causes:?}");
    assert!(!format!("{causes:?}").contains("hunter2"), "{causes:?}");
}
