//! Who a container runs as, and each thing that leaves that to a person.

use super::*;

mod ports;

/// The mend as `user by whom`, or its obstacles.
fn mend(plan: &UserPlan) -> Result<String, Vec<String>> {
    match &plan.mend {
        Plan::Ready(UserMend { user, opens_low_ports, .. }) => {
            let ports = if opens_low_ports.is_some() { ", opens low ports" } else { "" };
            Ok(format!("{} by {}{ports}", user.value, user.by.kind.phrase()))
        }
        Plan::Blocked(obstacles) => Err(lines(obstacles)),
    }
}

const DEFAULT: &str = "1000:1000 by built-in default";
const OPENS: &str = "1000:1000 by built-in default, opens low ports";

/// A table of texts and the obstacles of their first container.
#[track_caller]
fn blocked(cases: &[(String, &str)]) {
    for (text, expected) in cases {
        assert_eq!(mend(&first(text, &wishes(json!({}))).user), Err(vec![(*expected).to_owned()]), "{text}");
    }
}

/// Texts whose first container is mended with nothing in the way.
#[track_caller]
fn ready(texts: &[String], expected: &str) {
    for text in texts {
        assert_eq!(mend(&first(text, &wishes(json!({}))).user), Ok(expected.to_owned()), "{text}");
    }
}

#[test]
fn a_weak_user_is_mended_and_another_stays_who_it_is() {
    let cases = [
        ("", DEFAULT),
        (r#", "user": null"#, DEFAULT),
        (r#", "user": """#, DEFAULT),
        (r#", "user": "root""#, DEFAULT),
        (r#", "user": "0:7""#, DEFAULT),
        (r#", "user": "7""#, "7:? by the definition itself"),
        (r#", "user": 7"#, "7:? by the definition itself"),
        (r#", "user": "7:8""#, "7:8 by the definition itself"),
        (r#", "user": "7:staff""#, "7:? by the definition itself"),
        (r#", "user": "7:${gid}""#, "7:? by the definition itself"),
        (r#", "user": "app:8""#, "?:8 by the definition itself"),
        (r#", "user": "4294967296""#, "?:? by the definition itself"),
        (r#", "user": "${uid}""#, "unknown"),
        (r#", "user": ${uid}"#, "unknown"),
    ];
    for (members, expected) in cases {
        let plan = first(&ec2(members, "", ""), &wishes(json!({}))).user;
        assert_eq!((after(&plan.after).as_str(), mend(&plan)), (expected, Ok(DEFAULT.to_owned())), "{members}");
    }
}

#[test]
fn the_user_that_somebody_names_is_the_one_it_gets() {
    for (user, expected) in [("7:8", "7:8"), ("7", "7:?"), ("app:staff", "?:?"), ("app:8", "?:8")] {
        let plan = first(&ec2("", "", ""), &wishes(json!({ "root-user": { "user": user } }))).user;
        assert_eq!(mend(&plan), Ok(format!("{user} by flag")));
        assert_eq!(after(&plan.after), format!("{expected} by flag"));
    }
    let elsewhere =
        Wishes { layers: set(&[(Some("db"), json!({ "root-user": { "user": "7:8" } }))]), ..wishes(json!({})) };
    assert_eq!(mend(&first(&ec2("", "", ""), &elsewhere).user), Ok(DEFAULT.to_owned()));
}

#[test]
fn windows_containers_are_mended_on_request_only() {
    let windows = |members: &str| ec2(members, "", "").replace("LINUX", "WINDOWS_SERVER_2022_CORE");
    let on_request = "the API's own text says that `user` is not for Windows containers, so it is set on request only | to set it all the same: --set root-user.windows-user=ContainerUser";
    let asked = wishes(json!({ "root-user": { "windows-user": "ContainerUser", "user": "7:8" } }));
    // Members, the user without a request, and with one.
    let cases = [
        ("", "unknown", "?:? by flag"),
        (r#", "user": "ContainerAdministrator""#, "unknown", "?:? by flag"),
        (r#", "user": "ContainerUser""#, "?:? by the definition itself", "?:? by the definition itself"),
        (r#", "user": "root""#, "root", "root"),
        (r#", "user": "${user}""#, "unknown", "unknown"),
    ];
    for (members, unasked_after, asked_after) in cases {
        let plan = first(&windows(members), &wishes(json!({}))).user;
        assert_eq!(
            (after(&plan.after).as_str(), mend(&plan)),
            (unasked_after, Err(vec![on_request.into()])),
            "{members}"
        );
        let plan = first(&windows(members), &asked).user;
        assert_eq!(
            (after(&plan.after).as_str(), mend(&plan)),
            (asked_after, Ok("ContainerUser by flag".into())),
            "{members}"
        );
    }
}

#[test]
fn the_log_router_and_the_mesh_proxy_are_left_to_a_person() {
    let envoy = r#""proxyConfiguration": {"containerName": "web"}, "#;
    let proxy = "`web` is the App Mesh proxy: its user must equal IgnoredUID, or its own traffic loops | set `user` to the IgnoredUID of proxyConfiguration by hand";
    let any = "proxyConfiguration cannot be read, so any container may be the App Mesh proxy | check the rendered file";
    blocked(&[
        (
            ec2(r#", "firelensConfiguration": {"type": "fluentbit"}"#, "", ""),
            "`web` is the FireLens log router: ECS stores user \"0\" for it, and agents before 1.96.0 refuse any other | on current agents, with a number that no other container of the task uses: --set 'web:root-user.user=UID:GID'",
        ),
        (
            ec2(r#", "firelensConfiguration": ${firelens}"#, "", ""),
            "`firelensConfiguration` is a placeholder | check the rendered file, or write the value here",
        ),
        (ec2("", "", envoy), proxy),
        (
            ec2("", "", "").replace(r#""image": "web""#, r#""image": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1""#),
            proxy,
        ),
        (ec2("", "", r#""proxyConfiguration": ${proxy}, "#), any),
        (ec2("", "", r#""proxyConfiguration": {"containerName": "${proxy}"}, "#), any),
        (ec2("", "", r#""proxyConfiguration": {"type": "APPMESH", ${more}}, "#), any),
        (ec2("", "", r#""proxyConfiguration": "web", "#), any),
    ]);
    ready(
        &[
            ec2(r#", "firelensConfiguration": null"#, "", ""),
            ec2("", "", r#""proxyConfiguration": {"containerName": "envoy"}, "#),
            ec2("", "", r#""proxyConfiguration": null, "#),
            ec2("", r#", {"name": "log", "firelensConfiguration": {"type": "fluentbit"}}"#, ""),
            r#"[{"name": "web", "image": "web"}]"#.to_owned(),
        ],
        DEFAULT,
    );
}

/// Another container that depends on something.
fn waiting(dependencies: &str) -> String {
    ec2("", &format!(r#", {{"name": "app", "dependsOn": {dependencies}}}"#), "")
}

#[test]
fn a_container_that_others_wait_for_is_left_to_a_person() {
    let waits = "`app` waits until `web` has done its work; such containers often run as root to prepare volumes | if it needs no root: --set 'web:root-user.user=UID:GID'";
    let perhaps = "`app` has a `dependsOn` that cannot be read, and perhaps waits until `web` has done its work; such containers often run as root to prepare volumes | if it needs no root: --set 'web:root-user.user=UID:GID'";
    blocked(&[
        (waiting(r#"[{"containerName": "web", "condition": "SUCCESS"}]"#), waits),
        (
            waiting(
                r#"[{"containerName": "db", "condition": "START"}, {"containerName": "web", "condition": "COMPLETE"}]"#,
            ),
            waits,
        ),
        (waiting(r#"[{"containerName": "web", "condition": "${condition}"}]"#), waits),
        (waiting(r#"[{"containerName": "${name}", "condition": "SUCCESS"}]"#), waits),
        (waiting("[${dependency}]"), waits),
        (waiting("${dependencies}"), perhaps),
        (waiting(r#"[{"containerName": "db", "condition": "START"} ${more}]"#), perhaps),
    ]);
    ready(
        &[
            waiting("null"),
            waiting("[]"),
            waiting(
                r#"[{"containerName": "web", "condition": "START"}, {"containerName": "web", "condition": "HEALTHY"}]"#,
            ),
            waiting(r#"[{"containerName": "db", "condition": "SUCCESS"}]"#),
            waiting(r#"[{"containerName": "${name}", "condition": "HEALTHY"}]"#),
            waiting(r#"[{"containerName": "web"}]"#),
            ec2(r#", "dependsOn": [{"containerName": "web", "condition": "SUCCESS"}]"#, "", ""),
        ],
        DEFAULT,
    );
}

#[test]
fn naming_the_container_vouches_that_it_needs_no_root_while_others_wait() {
    let text = waiting(r#"[{"containerName": "web", "condition": "SUCCESS"}]"#);
    let user = json!({ "root-user": { "user": "7:8" } });
    let named = |glob| Wishes { layers: set(&[(glob, user.clone())]), ..wishes(json!({})) };
    for (glob, vouches) in [(None, false), (Some("app"), false), (Some("web"), true), (Some("w*"), true)] {
        let plan = first(&text, &named(glob)).user;
        assert_eq!(matches!(plan.mend, Plan::Ready(_)), vouches, "{glob:?}");
        assert_eq!(after(&plan.after), if vouches { "7:8 by flag" } else { "unknown" }, "{glob:?}");
    }
}

/// Mounts and volumes for the first container, and what the obstacle says of them.
const UNOWNED: [(&str, &str); 6] = [
    (
        r#", "mountPoints": [{"sourceVolume": "data", "containerPath": "/data/"}]"#,
        "volume `data` is mounted writable at /data, and nothing says who owns what is on it | if the new user may write there: --set 'web:root-user.owned-paths=/data'",
    ),
    (
        r#", "mountPoints": [{"containerPath": "/data", "readOnly": ${access}}]"#,
        "a volume is mounted writable at /data, and nothing says who owns what is on it | if the new user may write there: --set 'web:root-user.owned-paths=/data'",
    ),
    (
        r#", "mountPoints": [{"sourceVolume": "a", "containerPath": "/a"}, {"sourceVolume": "b", "containerPath": "/b", "readOnly": true}, {"sourceVolume": "c", "containerPath": "/c", "readOnly": false}]"#,
        "volume `a` is mounted writable at /a, volume `c` is mounted writable at /c, and nothing says who owns what is on them | if the new user may write there: --set 'web:root-user.owned-paths=/a,/c'",
    ),
    (
        r#", "volumesFrom": [{"sourceContainer": "db"}]"#,
        "it takes over writable volumes from `db`, and nothing says who owns what is on them | if the new user may write there: --set 'web:root-user.owned-paths=volumesFrom'",
    ),
    (
        r#", "volumesFrom": [{"sourceContainer": "db", "readOnly": true}, {"sourceContainer": "${name}"}, {"sourceContainer": "c"}]"#,
        "it takes over writable volumes from another container, it takes over writable volumes from `c`, and nothing says who owns what is on them | if the new user may write there: --set 'web:root-user.owned-paths=volumesFrom'",
    ),
    (
        r#", "mountPoints": [{"sourceVolume": "a", "containerPath": "/a"}], "volumesFrom": [{"sourceContainer": "db"}]"#,
        "volume `a` is mounted writable at /a, it takes over writable volumes from `db`, and nothing says who owns what is on them | if the new user may write there: --set 'web:root-user.owned-paths=/a,volumesFrom'",
    ),
];

#[test]
fn writable_mounts_that_nobody_vouches_for_are_left_to_a_person() {
    blocked(&UNOWNED.map(|(members, expected)| (ec2(members, "", ""), expected)));
    let unread = [
        (r#", "mountPoints": ${mounts}"#, "`mountPoints` is a placeholder"),
        (r#", "linuxParameters": {"tmpfs": [${mount}]}"#, "`linuxParameters.tmpfs` is a placeholder"),
        (r#", "volumesFrom": ${volumes}"#, "`volumesFrom` is a placeholder"),
        (r#", "mountPoints": [{"containerPath": "${path}"}]"#, "the path of a writable mount is a placeholder"),
    ];
    for (members, reason) in unread {
        let expected = format!("{reason} | check the rendered file, or write the value here");
        blocked(&[(ec2(members, "", ""), &expected)]);
    }
    ready(
        &[
            ec2(r#", "mountPoints": [{"containerPath": "/data", "readOnly": true}]"#, "", ""),
            ec2(r#", "mountPoints": [{"containerPath": "${path}", "readOnly": true}]"#, "", ""),
            ec2(r#", "volumesFrom": [{"sourceContainer": "db", "readOnly": true}]"#, "", ""),
            ec2(r#", "linuxParameters": {"tmpfs": [{"containerPath": "/tmp", "size": 1}]}"#, "", ""),
            ec2(
                r#", "linuxParameters": {"tmpfs": [{"containerPath": "/run", "size": 1, "mountOptions": ["uid=7"]}]}"#,
                "",
                "",
            ),
        ],
        DEFAULT,
    );
}

#[test]
fn owned_paths_vouch_for_themselves_and_what_lies_below() {
    let members = r#", "mountPoints": [{"sourceVolume": "a", "containerPath": "/data/a"}], "volumesFrom": [{"sourceContainer": "db"}]"#;
    let all = Ok(DEFAULT.to_owned());
    let missing = |reasons: &str, on: &str, paths: &str| {
        Err(vec![format!(
            "{reasons}, and nothing says who owns what is on {on} | if the new user may write there: --set 'web:root-user.owned-paths={paths}'"
        )])
    };
    let mount = "volume `a` is mounted writable at /data/a";
    let volumes = "it takes over writable volumes from `db`";
    let cases = [
        (json!(["/data/a", "volumesFrom"]), all.clone()),
        (json!(["/data", "volumesFrom"]), all.clone()),
        (json!(["/data/", "volumesFrom"]), all.clone()),
        (json!(["volumesFrom", "/"]), all),
        (json!(["volumesFrom"]), missing(mount, "it", "volumesFrom,/data/a")),
        (json!(["/data/a/b", "volumesFrom"]), missing(mount, "it", "/data/a/b,volumesFrom,/data/a")),
        (json!(["/dat", "volumesFrom"]), missing(mount, "it", "/dat,volumesFrom,/data/a")),
        (json!(["/data"]), missing(volumes, "them", "/data,volumesFrom")),
        (json!(["/"]), missing(volumes, "them", "/,volumesFrom")),
    ];
    for (paths, expected) in cases {
        let wishes = wishes(json!({ "root-user": { "owned-paths": paths } }));
        assert_eq!(mend(&first(&ec2(members, "", ""), &wishes).user), expected, "{paths}");
    }
}

#[test]
fn obstacles_add_up() {
    let members = r#", "firelensConfiguration": {}, "mountPoints": [{"sourceVolume": "a", "containerPath": "/a"}], "portMappings": [{"containerPort": 80}]"#;
    let plan = first(&ec2(members, "", r#""networkMode": "host", "#), &wishes(json!({}))).user;
    let obstacles = mend(&plan).expect_err("it is blocked");
    let starts: Vec<&str> = obstacles.iter().filter_map(|line| line.get(..20)).collect();
    assert_eq!(starts, ["`web` is the FireLen", "volume `a` is mounte", "it listens on port 8"]);
    assert_eq!(after(&plan.after), "unknown");
}

/// Whoever names the paths has the last word on them, so that the next run, which finds the root file system read-only, says the same.
#[test]
fn paths_that_somebody_names_are_all_that_a_known_image_writes() {
    let nginx = r#"{"requiresCompatibilities": ["EC2"], "runtimePlatform": {"operatingSystemFamily": "LINUX"},
        "containerDefinitions": [{"name": "web", "image": "nginx:1.29"}]}"#;
    let user = |knobs: Json| first(nginx, &wishes(knobs)).user.mend;
    let named = user(json!({ "writable-root-filesystem": { "paths": ["/tmp"] } }));
    assert!(matches!(named, Plan::Ready(mend) if mend.user.value == "101:101" && mend.needs_tmpfs.is_empty()));
    let all = user(json!({}));
    assert!(matches!(all, Plan::Ready(mend) if mend.needs_tmpfs == ["/var/cache/nginx", "/run"]));
    let disabled = user(json!({ "disable": ["writable-root-filesystem"] }));
    assert!(matches!(disabled, Plan::Blocked(_)));
}

/// The first run writes Linux-only fields, so that the second one knows the operating system: it must not plan anything else by that.
#[test]
fn what_is_planned_does_not_hang_on_a_known_operating_system() {
    let text = |linux: &str| {
        format!(
            r#"[{{"name": "jenkins", "image": "jenkins/jenkins:2", "memory": 128, "portMappings": [{{"containerPort": 80}}] {linux}}}]"#
        )
    };
    let mend = |linux: &str| first(&text(linux), &wishes(json!({}))).user.mend;
    let (unknown, known) = (mend(""), mend(r#", "linuxParameters": {"initProcessEnabled": false}"#));
    let user =
        |plan: &Plan<UserMend>| plan.ready().map(|mend| (mend.user.value.clone(), mend.opens_low_ports.is_some()));
    assert_eq!(user(&unknown), Some(("1000:1000".to_owned(), false)));
    assert_eq!(user(&known), user(&unknown));
}

#[test]
fn a_path_of_the_image_that_another_container_mounts_for_it_counts_as_mounted() {
    let source =
        r#", {"name": "files", "image": "files", "mountPoints": [{"sourceVolume": "v", "containerPath": "/data"}]}"#;
    let named = wishes(json!({ "root-user": { "user": "7:8", "owned-paths": ["volumesFrom"] } }));
    let redis = |members: &str| ec2(members, source, "").replacen(r#""image": "web""#, r#""image": "redis:7""#, 1);
    let taken_over = first(&redis(r#", "volumesFrom": [{"sourceContainer": "files"}]"#), &named).user;
    assert_eq!(after(&taken_over.after), "7:8 by flag");
    let alone = first(&redis(""), &named).user;
    assert_eq!(after(&alone.after), "unknown");
}
