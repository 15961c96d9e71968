//! What tmpfs and the buffers of log drivers may take of the memory, together with those that are there.

use super::*;

type Sizes = Result<Vec<u64>, Vec<String>>;
type Buffer = Result<Option<String>, Vec<String>>;

/// The tmpfs and the plan for the logs of each container: sizes, or why there are none.
fn all(text: &str, knobs: Json) -> Vec<(Sizes, Buffer)> {
    let intent = intent(text, &wishes(knobs));
    let of = |container: &ContainerIntent| {
        let mounts = match &container.writable.mounts {
            Plan::Ready(mounts) => Ok(mounts.iter().map(|mount| mount.size.value).collect()),
            Plan::Blocked(obstacles) => Err(lines(obstacles)),
        };
        let logs = match &container.logs {
            Plan::Ready(mend) => Ok(mend.buffer.as_ref().map(|size| size.value.clone())),
            Plan::Blocked(obstacles) => Err(lines(obstacles)),
        };
        (mounts, logs)
    };
    (0..).map_while(|index| intent.container(index).map(of)).collect()
}

fn tmpfs(text: &str, knobs: Json) -> Vec<Sizes> {
    all(text, knobs).into_iter().map(|(mounts, _)| mounts).collect()
}

const NEXT: &str = "raise the memory, or let tmpfs and log buffers take less of it";

const FIXED: &str = r#", "logConfiguration": {"logDriver": "splunk"}"#;

fn with_tmpfs(size: &str, more: &str) -> String {
    format!(r#", "linuxParameters": {{"tmpfs": [{{"containerPath": "/a", "size": {size}}}]}} {more}"#)
}

#[test]
fn a_tmpfs_that_is_there_counts_against_the_container() {
    let of = |size: &str, memory: u64| {
        let text = ec2(&with_tmpfs(size, &format!(r#", "user": "7:8", "memory": {memory} {FIXED}"#)), "", "");
        tmpfs(&text, json!({ "writable-root-filesystem": { "paths": ["/tmp", "/run"] } })).remove(0)
    };
    assert_eq!(of("10", 1000), Ok(vec![50, 50]));
    assert_eq!(of("940", 1000), Ok(vec![30, 30]));
    assert_eq!(of("998", 1000), Ok(vec![1, 1]));
    let refused = "all tmpfs would take 1001 MiB, more than 1000 MiB, the container's memory";
    assert_eq!(of("999", 1000), Err(vec![format!("{refused} | {NEXT}")]));
    // A size that cannot be read is none that could be added up.
    assert_eq!(of(r#""${size}""#, 1000), Ok(vec![50, 50]));
}

#[test]
fn everything_in_a_task_shares_its_memory() {
    let text = |sibling: u64| {
        let sibling = with_tmpfs(&sibling.to_string(), r#", "readonlyRootFilesystem": true"#);
        ec2(FIXED, &format!(r#", {{"name": "b", "image": "b" {sibling} {FIXED}}}"#), r#""memory": "512","#)
    };
    assert_eq!(tmpfs(&text(100), json!({})), [Ok(vec![51]), Ok(vec![])]);
    assert_eq!(tmpfs(&text(500), json!({})), [Ok(vec![12]), Ok(vec![])]);
    let refused = "all tmpfs would take 513 MiB, more than 512 MiB, the task's memory";
    assert_eq!(tmpfs(&text(512), json!({})), [Err(vec![format!("{refused} | {NEXT}")]), Ok(vec![])]);
    let asked = json!({ "writable-root-filesystem": { "size": 13 } });
    assert!(tmpfs(&text(500), asked)[0].is_err());
}

#[test]
fn buffers_of_log_drivers_count_as_they_are_read() {
    let of = |log: &str| {
        let log = format!(r#", "memory": 100, "logConfiguration": {{"logDriver": {log}}}"#);
        tmpfs(&ec2(&log, "", ""), json!({ "writable-root-filesystem": { "memory-percent": 100 } })).remove(0)
    };
    for (log, size) in [
        (r#""awslogs", "options": {"mode": "non-blocking", "max-buffer-size": "90m"}"#, 10),
        (r#""splunk", "options": {"mode": "non-blocking", "max-buffer-size": "90m"}"#, 10),
        (r#""awslogs", "options": {"max-buffer-size": "93323264"}"#, 11),
        (r#""awslogs", "options": {"mode": "blocking", "max-buffer-size": "90m"}"#, 64),
        (r#""splunk", "options": {"max-buffer-size": "90m"}"#, 64),
        (r#""awslogs", "options": {"mode": "${mode}", "max-buffer-size": "90m"}"#, 64),
    ] {
        assert_eq!(of(log), Ok(vec![size]), "{log}");
    }
    let refused = "all tmpfs and log buffers would take 1 + 1024 = 1025 MiB, more than 100 MiB, the container's memory";
    let log = r#""awslogs", "options": {"mode": "non-blocking", "max-buffer-size": "1g"}"#;
    assert_eq!(of(log), Err(vec![format!("{refused} | {NEXT}")]));
    // Nothing said means 10 MiB.
    let text = ec2(r#", "memory": 70, "logConfiguration": {"logDriver": "awslogs"}"#, "", "");
    let all = json!({ "writable-root-filesystem": { "memory-percent": 100 } });
    assert_eq!(tmpfs(&text, all), [Ok(vec![60])]);
}

#[test]
fn a_buffer_that_is_to_be_added_counts_and_may_be_too_large() {
    let logs = |size: &str| json!({ "logs": { "group": "g", "region": "eu-west-1", "max-buffer-size": size } });
    let text = ec2(r#", "memory": 100"#, "", "");
    assert_eq!(all(&text, logs("95m")), [(Ok(vec![5]), Ok(Some("95m".into())))]);
    let refused = "log buffers would take 101 MiB, more than 100 MiB, the container's memory";
    let next = "raise the memory, or let less wait: --set 'web:logs.max-buffer-size=SIZE'";
    let refused = vec![format!("{refused} | {next}")];
    // A buffer that is not made takes nothing.
    assert_eq!(all(&text, logs("101m")), [(Ok(vec![10]), Err(refused))]);
    let blocking = json!({ "logs": { "group": "g", "region": "eu-west-1", "mode": "blocking" } });
    assert_eq!(all(&ec2(r#", "memory": 16"#, "", ""), blocking)[0].1, Ok(None));
}

#[test]
fn the_buffers_of_a_task_are_added_up() {
    let others = |log: &str| format!(r#", {{"name": "b", "image": "b" {log}}}"#);
    let logs = || json!({ "logs": { "group": "g", "region": "eu-west-1", "max-buffer-size": "300m" } });
    let next = |name: &str| format!("raise the memory, or let less wait: --set '{name}:logs.max-buffer-size=SIZE'");
    let refused = |name: &str| {
        Err(vec![format!("log buffers would take 600 MiB, more than 512 MiB, the task's memory | {}", next(name))])
    };
    let found = all(&ec2("", &others(""), r#""memory": "512","#), logs());
    assert_eq!([&found[0].1, &found[1].1], [&refused("web"), &refused("b")]);
    let found = all(&ec2("", &others(FIXED), r#""memory": "512","#), logs());
    assert_eq!(found[0], (Ok(vec![25]), Ok(Some("300m".into()))));
}

#[test]
fn the_share_of_one_container_reaches_the_memory_of_the_task() {
    let text = ec2(FIXED, &format!(r#", {{"name": "b", "image": "b" {FIXED}}}"#), r#""memory": "512","#);
    let own = Wishes {
        layers: set(&[(Some("web"), json!({ "writable-root-filesystem": { "memory-percent": 50, "size": 200 } }))]),
        ..wishes(json!({}))
    };
    let sizes = |index: usize| mounts(&intent(&text, &own).container(index).expect("it can be read").writable);
    assert_eq!(sizes(0), Ok(vec!["/tmp 200 exec uid=1000 gid=1000".into()]));
    assert_eq!(sizes(1), Ok(vec!["/tmp 51 exec uid=1000 gid=1000".into()]));
}
