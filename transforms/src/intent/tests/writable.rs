//! Where a container can write: paths, sizes, owners and `exec`.

use super::*;
use crate::pass::{Source, Vouched, Voucher};

/// The mounts of each container of a text.
fn all(text: &str, wishes: &Wishes) -> Vec<Result<Vec<String>, Vec<String>>> {
    let intent = intent(text, wishes);
    (0..).map_while(|index| intent.container(index).map(|container| mounts(&container.writable))).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "the tables compare whole answers")]
fn ready(lines: &[&str]) -> Result<Vec<String>, Vec<String>> {
    Ok(lines.iter().map(|&line| line.to_owned()).collect())
}

fn blocked(line: impl Into<String>) -> Result<Vec<String>, Vec<String>> {
    Err(vec![line.into()])
}

fn knobs(writable: &Json) -> Wishes {
    wishes(json!({ "writable-root-filesystem": writable }))
}

/// Some containers with a user, and task members before them.
fn task(members: &str, containers: &[&str]) -> String {
    let containers: Vec<String> = containers
        .iter()
        .enumerate()
        .map(|(index, members)| format!(r#"{{"name": "c{index}", "user": "7:8" {members}}}"#))
        .collect();
    format!(
        r#"{{"requiresCompatibilities": ["EC2"], "runtimePlatform": {{"operatingSystemFamily": "LINUX"}}, {members} "containerDefinitions": [{}]}}"#,
        containers.join(", ")
    )
}

#[test]
fn tmp_gets_a_tmpfs_of_64_mib_with_exec_and_the_owner() {
    let plan = first(&task("", &[""]), &knobs(&json!({}))).writable;
    let mount = TmpfsPlan {
        path: "/tmp".into(),
        size: Vouched::default_of(64),
        exec: Some(Vouched::default_of(())),
        owner: vec!["uid=7".into(), "gid=8".into()],
        owner_by: Voucher::at(Provenance::Definition, Source::of_container(0, "user")),
    };
    assert_eq!((plan.mounts, plan.paths_by), (Plan::Ready(vec![mount]), Provenance::BuiltInDefault.into()));
}

#[test]
fn every_value_that_is_set_is_vouched_for() {
    let wishes = wishes(json!({
        "writable-root-filesystem": { "paths": ["/tmp", { "path": "/cache/", "size": 3, "exec": true }], "size": 5, "exec": false },
        "root-user": { "user": "9" },
    }));
    let plan = first(&ec2("", "", ""), &wishes).writable;
    let by = Voucher::at(Provenance::Flag, Source::setting(0));
    let mount = |path: &str, size, exec| TmpfsPlan {
        path: path.into(),
        size: Vouched { value: size, by },
        exec,
        owner: vec!["uid=9".into()],
        owner_by: by,
    };
    let mounts = vec![mount("/tmp", 5, None), mount("/cache", 3, Some(Vouched { value: (), by }))];
    assert_eq!((plan.mounts, plan.paths_by), (Plan::Ready(mounts), by));
}

#[test]
fn a_container_that_needs_no_mend_gets_no_tmpfs() {
    for members in [
        r#", "readonlyRootFilesystem": true"#,
        r#", "readonlyRootFilesystem": "true""#,
        r#", "readonlyRootFilesystem": ${flag}"#,
        r#", "readonlyRootFilesystem": true, "mountPoints": ${mounts}"#,
    ] {
        assert_eq!(all(&task("", &[members]), &knobs(&json!({}))), [ready(&[])], "{members}");
    }
    for members in [r#", "readonlyRootFilesystem": false"#, r#", "readonlyRootFilesystem": null"#] {
        assert_eq!(all(&task("", &[members]), &knobs(&json!({}))), [ready(&["/tmp 64 exec uid=7 gid=8"])], "{members}");
    }
    let windows = task("", &[""]).replace("LINUX", "WINDOWS_SERVER_2022_CORE");
    assert_eq!(all(&windows, &knobs(&json!({}))), [ready(&[])]);
    assert_eq!(all(&task("", &[""]), &knobs(&json!({ "paths": [] }))), [ready(&[])]);
}

/// Task members, members of each container, the sizes of `/tmp` in each container.
type SharedMemory = (&'static str, &'static [&'static str], &'static [&'static [u64]]);

#[test]
fn sizes_that_nobody_asked_for_share_a_tenth_of_the_memory_of_the_task() {
    let cases: [SharedMemory; 15] = [
        ("", &[""], &[&[64]]),
        (r#""memory": "1024", "#, &[""], &[&[64]]),
        (r#""memory": "512", "#, &[""], &[&[51]]),
        (r#""memory": "0.5 GB", "#, &[""], &[&[51]]),
        (r#""memory": "512", "#, &["", ""], &[&[25], &[25]]),
        (r#""memory": "512", "#, &["", r#", "readonlyRootFilesystem": true"#], &[&[51], &[]]),
        (r#""memory": "16", "#, &["", ""], &[&[1], &[1]]),
        (r#""memory": "1", "#, &[""], &[&[1]]),
        // The hard limit of a container bounds its own tmpfs as well.
        (r#""memory": "512", "#, &[r#", "memory": 100"#, ""], &[&[10], &[41]]),
        ("", &[r#", "memory": 100"#, r#", "memory": "200""#], &[&[10], &[20]]),
        ("", &[r#", "memory": 5"#, r#", "memory": 0"#], &[&[1], &[64]]),
        // A reservation counts only where nothing harder does.
        ("", &[r#", "memoryReservation": 100"#], &[&[10]]),
        ("", &[r#", "memoryReservation": 100, "memory": 300"#], &[&[30]]),
        (r#""memory": "512", "#, &[r#", "memoryReservation": 100"#], &[&[51]]),
        ("", &[r#", "memory": "${memory}", "memoryReservation": 100"#, r#", "memoryReservation": 0"#], &[&[10], &[64]]),
    ];
    for (members, containers, sizes) in cases {
        let expected: Vec<_> = sizes
            .iter()
            .map(|sizes| Ok(sizes.iter().map(|size| format!("/tmp {size} exec uid=7 gid=8")).collect()))
            .collect();
        assert_eq!(all(&task(members, containers), &knobs(&json!({}))), expected, "{members} {containers:?}");
    }
}

#[test]
fn containers_alone_share_no_memory_of_a_task() {
    let text = r#"[{"name": "a", "image": "a", "user": "7", "memoryReservation": 100}, {"name": "b", "image": "b", "user": "7"}]"#;
    assert_eq!(all(text, &knobs(&json!({}))), [ready(&["/tmp 10 exec uid=7"]), ready(&["/tmp 64 exec uid=7"])]);
}

#[test]
fn sizes_that_were_asked_for_come_first_and_the_rest_share_what_is_left() {
    let two = json!({ "paths": [{ "path": "/cache", "size": 40 }, "/tmp"] });
    let three = json!({ "paths": [{ "path": "/cache", "size": 40 }, "/tmp", "/run"] });
    let cases = [
        (r#""memory": "512", "#, "", &two, vec!["/cache 40 uid=7 gid=8", "/tmp 11 exec uid=7 gid=8"]),
        (
            r#""memory": "512", "#,
            "",
            &three,
            vec!["/cache 40 uid=7 gid=8", "/tmp 5 exec uid=7 gid=8", "/run 5 uid=7 gid=8"],
        ),
        (r#""memory": "400", "#, "", &two, vec!["/cache 40 uid=7 gid=8", "/tmp 1 exec uid=7 gid=8"]),
        ("", r#", "memory": 450"#, &two, vec!["/cache 40 uid=7 gid=8", "/tmp 5 exec uid=7 gid=8"]),
        ("", "", &three, vec!["/cache 40 uid=7 gid=8", "/tmp 64 exec uid=7 gid=8", "/run 64 uid=7 gid=8"]),
    ];
    for (members, container, paths, expected) in cases {
        assert_eq!(
            all(&task(members, &[container]), &knobs(paths)),
            [ready(&expected)],
            "{members}{container} {paths}"
        );
    }
}

#[test]
fn sizes_beyond_the_share_are_left_to_a_person() {
    let beyond = |asked: u64, share: u64, of: &str| {
        blocked(format!(
            "the sizes asked for add up to {asked} MiB, more than {share} MiB, the share of {of} that tmpfs may take | ask for less, raise the memory, or raise writable-root-filesystem.memory-percent"
        ))
    };
    let size = |mib: u64| knobs(&json!({ "size": mib }));
    let one = |members: &str, container: &str, mib| all(&task(members, &[container]), &size(mib));
    assert_eq!(one(r#""memory": "512", "#, "", 51), [ready(&["/tmp 51 exec uid=7 gid=8"])]);
    assert_eq!(one(r#""memory": "512", "#, "", 52), [beyond(52, 51, "the task's memory")]);
    assert_eq!(one("", r#", "memory": 100"#, 11), [beyond(11, 10, "the container's memory")]);
    assert_eq!(one(r#""memory": "512", "#, r#", "memory": 100"#, 11), [beyond(11, 10, "the container's memory")]);
    assert_eq!(one("", r#", "memoryReservation": 100"#, 11), [beyond(11, 10, "the container's memory")]);
    assert_eq!(
        one(r#""memory": "512", "#, r#", "memoryReservation": 100"#, 11),
        [ready(&["/tmp 11 exec uid=7 gid=8"])]
    );
    assert_eq!(one("", "", 4096), [ready(&["/tmp 4096 exec uid=7 gid=8"])]);
    // Together they exceed it, though neither does alone.
    let both = all(&task(r#""memory": "512", "#, &["", ""]), &size(30));
    assert_eq!(both, [beyond(60, 51, "the task's memory"), beyond(60, 51, "the task's memory")]);
    // A container that asked for nothing still gets the least.
    let one_asks = Wishes {
        layers: set(&[(Some("c0"), json!({ "writable-root-filesystem": { "size": 60 } }))]),
        ..wishes(json!({}))
    };
    let found = all(&task(r#""memory": "512", "#, &["", ""]), &one_asks);
    assert_eq!(found, [beyond(60, 51, "the task's memory"), ready(&["/tmp 1 exec uid=7 gid=8"])]);
}

#[test]
fn the_share_of_the_memory_can_be_set() {
    let cases =
        [(r#""memory": "512", "#, "", 50, 64), (r#""memory": "512", "#, "", 1, 5), ("", r#", "memory": 100"#, 20, 20)];
    for (members, container, percent, size) in cases {
        let found = all(&task(members, &[container]), &knobs(&json!({ "memory-percent": percent })));
        assert_eq!(found, [ready(&[&format!("/tmp {size} exec uid=7 gid=8")])], "{percent} of {members}{container}");
    }
    let found = all(&task(r#""memory": "512", "#, &[""]), &knobs(&json!({ "memory-percent": 100, "size": 512 })));
    assert_eq!(found, [ready(&["/tmp 512 exec uid=7 gid=8"])]);
}

#[test]
fn exec_is_on_tmp_alone_unless_somebody_says_otherwise() {
    let cases = [
        (json!({ "paths": ["/tmp", "/var/tmp", "/run"] }), ["/tmp 64 exec", "/var/tmp 64", "/run 64"]),
        (
            json!({ "paths": ["/tmp", "/var/tmp", "/run"], "exec": true }),
            ["/tmp 64 exec", "/var/tmp 64 exec", "/run 64 exec"],
        ),
        (json!({ "paths": ["/tmp", "/var/tmp", "/run"], "exec": false }), ["/tmp 64", "/var/tmp 64", "/run 64"]),
        (
            json!({ "paths": [{ "path": "/tmp", "exec": false }, { "path": "/var/tmp", "exec": true }, "/run"] }),
            ["/tmp 64", "/var/tmp 64 exec", "/run 64"],
        ),
        (
            json!({ "paths": [{ "path": "/tmp", "exec": true }, "/var/tmp", "/run"], "exec": false }),
            ["/tmp 64 exec", "/var/tmp 64", "/run 64"],
        ),
    ];
    for (paths, expected) in cases {
        let expected: Vec<String> = expected.iter().map(|line| format!("{line} uid=7 gid=8")).collect();
        assert_eq!(all(&task("", &[""]), &knobs(&paths)), [Ok(expected)], "{paths}");
    }
}

#[test]
fn a_path_that_something_is_mounted_on_gets_no_second_mount() {
    let two = || knobs(&json!({ "paths": ["/tmp", "/run/", "/tmp"] }));
    let (tmp, run) = ("/tmp 64 exec uid=7 gid=8", "/run 64 uid=7 gid=8");
    let cases: [(&[&str], &[&str]); 9] = [
        (&[""], &[tmp, run]),
        (&[r#", "mountPoints": [{"sourceVolume": "a", "containerPath": "//tmp/"}]"#], &[run]),
        (&[r#", "mountPoints": [{"sourceVolume": "a", "containerPath": "/tmp", "readOnly": true}]"#], &[run]),
        (
            &[r#", "mountPoints": [{"sourceVolume": "a", "containerPath": "/tmp/a"}, {"containerPath": "/"}]"#],
            &[tmp, run],
        ),
        (&[r#", "linuxParameters": {"tmpfs": [{"containerPath": "/run", "size": 1}]}"#], &[tmp]),
        (
            &[r#", "volumesFrom": [{"sourceContainer": "c1"}]"#, r#", "mountPoints": [{"containerPath": "/tmp"}]"#],
            &[run],
        ),
        (
            &[
                r#", "volumesFrom": [{"sourceContainer": "c1", "readOnly": true}]"#,
                r#", "volumesFrom": [{"sourceContainer": "c2"}, {"sourceContainer": "c0"}]"#,
                r#", "mountPoints": [{"containerPath": "/tmp"}, {"containerPath": "/run"}]"#,
            ],
            &[],
        ),
        (&[r#", "volumesFrom": [{"sourceContainer": "c0"}, {}]"#], &[tmp, run]),
        (&["", r#", "mountPoints": [{"containerPath": "/tmp"}]"#], &[tmp, run]),
    ];
    for (containers, expected) in cases {
        assert_eq!(mounts(&first(&task("", containers), &two()).writable), ready(expected), "{containers:?}");
    }
}

#[test]
fn mounts_that_cannot_be_read_are_left_to_a_person() {
    let rendered = "check the rendered file, or write the value here";
    let cases: [(&[&str], String); 7] = [
        (&[r#", "mountPoints": ${mounts}"#], format!("`mountPoints` of `c0`, which may mount such a path already, is a placeholder | {rendered}")),
        (&[r#", "linuxParameters": ${linux}"#], format!("`linuxParameters.tmpfs` of `c0`, which may mount such a path already, is a placeholder | {rendered}")),
        (&[r#", "mountPoints": [{"containerPath": "${path}"}]"#], format!("the path of a mount of `c0`, which may be one of these, is a placeholder | {rendered}")),
        (&[r#", "volumesFrom": ${volumes}"#], format!("`volumesFrom` is a placeholder | {rendered}")),
        (&[r#", "volumesFrom": [{"sourceContainer": "${name}"}]"#], format!("the container that `volumesFrom` names is a placeholder | {rendered}")),
        (
            &[r#", "volumesFrom": [{"sourceContainer": "c1"}]"#, r#", "mountPoints": [${mount}]"#],
            format!("`mountPoints` of `c1`, which may mount such a path already, is a placeholder | {rendered}"),
        ),
        (
            &[r#", "volumesFrom": [{"sourceContainer": "db"}]"#],
            "`c0` takes over the mounts of `db`, which is not among the containers that can be read here | correct the name in `volumesFrom`, or check the whole task definition".into(),
        ),
    ];
    for (containers, expected) in cases {
        assert_eq!(
            mounts(&first(&task("", containers), &knobs(&json!({}))).writable),
            blocked(expected),
            "{containers:?}"
        );
    }
}

#[test]
fn the_mesh_proxy_stays_writable() {
    let proxy = "`c0` is the App Mesh proxy, which is reported to fail with a read-only root file system | leave it writable; App Mesh support ended on 30 September 2026, so plan its removal";
    let named = task(r#""proxyConfiguration": {"containerName": "c0"}, "#, &["", ""]);
    assert_eq!(all(&named, &knobs(&json!({}))), [blocked(proxy), ready(&["/tmp 64 exec uid=7 gid=8"])]);
    let image = task("", &[r#", "image": "840364872350.dkr.ecr.eu-west-1.amazonaws.com/aws-appmesh-envoy:v1""#]);
    assert_eq!(all(&image, &knobs(&json!({}))), [blocked(proxy)]);
}

#[test]
fn a_tmpfs_needs_an_owner_unless_everybody_writes_there_or_the_container_is_root() {
    let unknown = |path: &str, next_step: &str| {
        blocked(format!(
            "a tmpfs at {path} would belong to root, and the uid of the container is not known as a number | {next_step}"
        ))
    };
    let user = |user: &str| task("", &[""]).replace("7:8", user);
    let everybody = knobs(&json!({ "paths": ["/tmp", "/var/tmp"] }));
    let cache = knobs(&json!({ "paths": ["/tmp", "/cache"] }));
    let cases = [
        ("7", &everybody, ready(&["/tmp 64 exec uid=7", "/var/tmp 64 uid=7"])),
        ("7:app", &cache, ready(&["/tmp 64 exec uid=7", "/cache 64 uid=7"])),
        ("app", &everybody, ready(&["/tmp 64 exec", "/var/tmp 64"])),
        ("app:8", &everybody, ready(&["/tmp 64 exec", "/var/tmp 64"])),
        ("app", &cache, unknown("/cache", "set a numeric `user` by hand")),
        ("${user}", &everybody, ready(&["/tmp 64 exec", "/var/tmp 64"])),
        ("${user}", &cache, unknown("/cache", "set a numeric `user` by hand")),
    ];
    for (name, wishes, expected) in cases {
        assert_eq!(all(&user(name), wishes), [expected], "{name}");
    }
}
