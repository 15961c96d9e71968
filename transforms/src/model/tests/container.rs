//! One container: its user, image, mounts, ports, system controls and capabilities.

use super::*;
use crate::model::Why::{MayBeHidden, Placeholder, WrongType};

#[test]
fn a_user_is_root_in_every_spelling_of_it() {
    let root = [
        "root",
        "0",
        "00",
        "+0",
        "-0",
        "000",
        "0:0",
        "0:1000",
        "root:root",
        "root:app",
        "00:0",
        " 0 ",
        ":1000",
        "0:${gid}",
    ];
    for user in root {
        let document = container(&format!("\"user\": \"{user}\""));
        assert_eq!(first(&document).user(), Read::Known(UserField::Root), "{user}");
    }
}

#[test]
fn a_user_is_unset_root_administrator_somebody_else_or_unresolved() {
    let other = |name: &str| Read::Known(UserField::Other(name.to_owned()));
    let cases = [
        (r#""other": 1"#, Read::Known(UserField::Unset)),
        (r#""user": null"#, Read::Known(UserField::Unset)),
        (r#""user": """#, Read::Known(UserField::Unset)),
        (r#""user": "  ""#, Read::Known(UserField::Unset)),
        (r#""user": 0"#, Read::Known(UserField::Root)),
        (r#""user": 1000"#, other("1000")),
        (r#""user": "1000""#, other("1000")),
        (r#""user": "1000:0""#, other("1000:0")),
        (r#""user": " app ""#, other("app")),
        (r#""user": "app:staff""#, other("app:staff")),
        (r#""user": "ROOT""#, other("ROOT")),
        (r#""user": "rootless""#, other("rootless")),
        (r#""user": "10""#, other("10")),
        (r#""user": "ContainerUser""#, other("ContainerUser")),
        (r#""user": "ContainerAdministrator""#, Read::Known(UserField::WindowsAdministrator)),
        (r#""user": "containeradministrator""#, Read::Known(UserField::WindowsAdministrator)),
        (r#""user": "1000:${gid}""#, other("1000")),
        (r#""user": "app:<GROUP>""#, other("app")),
        (r#""user": "${uid}""#, Read::Unresolved(Placeholder)),
        (r#""user": "${uid}:1000""#, Read::Unresolved(Placeholder)),
        (r#""user": ${user}"#, Read::Unresolved(Placeholder)),
        (r#""other": 1, ${more}"#, Read::Unresolved(MayBeHidden)),
        (r#""user": true"#, Read::Unresolved(WrongType)),
        (r#""user": ["1000"]"#, Read::Unresolved(WrongType)),
    ];
    for (field, expected) in cases {
        assert_eq!(first(&container(field)).user(), expected, "{field}");
    }
}

#[test]
fn privileged_is_a_flag() {
    let cases = [
        (r#""other": 1"#, Read::Absent),
        (r#""privileged": true"#, Read::Known(true)),
        (r#""privileged": "true""#, Read::Known(true)),
        (r#""privileged": false"#, Read::Known(false)),
        (r#""privileged": ${privileged}"#, Read::Unresolved(Placeholder)),
        (r#""privileged": 1"#, Read::Unresolved(WrongType)),
    ];
    for (field, expected) in cases {
        assert_eq!(first(&container(field)).privileged(), expected, "{field}");
    }
}

#[test]
fn the_repository_is_the_image_without_registry_tag_and_digest() {
    let digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let cases = [
        ("nginx".to_owned(), Some("nginx")),
        ("nginx:1.27".to_owned(), Some("nginx")),
        (format!("nginx@{digest}"), Some("nginx")),
        (format!("nginx:1.27@{digest}"), Some("nginx")),
        ("bitnami/redis:7".to_owned(), Some("bitnami/redis")),
        ("docker.io/library/nginx:1".to_owned(), Some("library/nginx")),
        ("localhost/web".to_owned(), Some("web")),
        ("registry:5000/team/web:1".to_owned(), Some("team/web")),
        ("registry:5000/web".to_owned(), Some("web")),
        ("840364872350.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-envoy:v1.29".to_owned(), Some("aws-appmesh-envoy")),
        ("public.ecr.aws/appmesh/aws-appmesh-envoy".to_owned(), Some("appmesh/aws-appmesh-envoy")),
        ("${registry}/web:1".to_owned(), None),
        ("<IMAGE1_NAME>".to_owned(), None),
    ];
    for (image, expected) in cases {
        let document = read(format!(r#"{{"containerDefinitions": [{{"image": "{image}"}}]}}"#));
        assert_eq!(first(&document).image_repository(), expected, "{image}");
    }
    let document = read(r#"{"containerDefinitions": [{"name": "web"}]}"#);
    assert_eq!(first(&document).image_repository(), None);
}

/// One line for each mount.
fn mounts(members: &str) -> Result<Vec<String>, Why> {
    let mounts = first(&container(members)).mounts()?;
    let line = |mount: Mount| {
        let access = if mount.read_only { "read-only" } else { "writable" };
        let kind = match mount.kind {
            MountKind::Volume(name) => format!("volume {}", name.unwrap_or_else(|| "?".into())),
            MountKind::Tmpfs { owned: true } => "owned tmpfs".into(),
            MountKind::Tmpfs { owned: false } => "tmpfs".into(),
        };
        let path = match mount.path {
            Read::Known(path) => path,
            Read::Absent => "nowhere".into(),
            Read::Unresolved(why) => format!("{why:?}"),
        };
        format!("{access} {kind} at {path}")
    };
    Ok(mounts.into_iter().map(line).collect())
}

#[test]
fn mounts_are_mount_points_and_then_tmpfs() {
    let cases: [(&str, Result<&[&str], Why>); 13] = [
        (r#""other": 1"#, Ok(&[])),
        (r#""mountPoints": [], "linuxParameters": {"tmpfs": null}"#, Ok(&[])),
        (
            r#""linuxParameters": {"tmpfs": [{"containerPath": "/run", "size": 1}]},
               "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": true}]"#,
            Ok(&["read-only volume data at /data", "writable tmpfs at /run"]),
        ),
        (
            r#""mountPoints": [{"sourceVolume": "a", "containerPath": "/a", "readOnly": "true"},
                               {"sourceVolume": "b", "containerPath": "/b", "readOnly": null},
                               {"sourceVolume": "c", "containerPath": "/c", "readOnly": ${access}}]"#,
            Ok(&["read-only volume a at /a", "writable volume b at /b", "writable volume c at /c"]),
        ),
        (
            r#""mountPoints": [{"sourceVolume": "${name}", "containerPath": "${path}"}, {}]"#,
            Ok(&["writable volume ? at Placeholder", "writable volume ? at nowhere"]),
        ),
        (r#""mountPoints": [{"containerPath": 1}]"#, Ok(&["writable volume ? at WrongType"])),
        (r#""mountPoints": [{"containerPath": "C:\\data"}]"#, Ok(&["writable volume ? at C:\\data"])),
        (r#""mountPoints": ${mounts}"#, Err(Placeholder)),
        (r#""mountPoints": [${mount}]"#, Err(Placeholder)),
        (r#""mountPoints": [{"containerPath": "/a"} ${more}]"#, Err(MayBeHidden)),
        (r#""mountPoints": {}"#, Err(WrongType)),
        (r#""linuxParameters": ${linux}"#, Err(Placeholder)),
        (r#""linuxParameters": {"tmpfs": [${mount}]}"#, Err(Placeholder)),
    ];
    for (members, expected) in cases {
        let expected = expected.map(|lines| lines.iter().map(|&line| line.to_owned()).collect());
        assert_eq!(mounts(members), expected, "{members}");
    }
}

#[test]
fn paths_of_mounts_are_normalised() {
    let cases = [
        ("/tmp", "/tmp"),
        ("/tmp/", "/tmp"),
        ("//tmp", "/tmp"),
        ("/tmp//", "/tmp"),
        ("/./tmp", "/tmp"),
        ("/tmp/.", "/tmp"),
        ("/run/../tmp", "/tmp"),
        ("/../tmp", "/tmp"),
        ("/var/tmp", "/var/tmp"),
        ("/", "/"),
        ("tmp/", "tmp"),
        ("/...", "/..."),
    ];
    for (written, normal) in cases {
        let members = format!(
            r#""mountPoints": [{{"containerPath": "{written}"}}],
               "linuxParameters": {{"tmpfs": [{{"containerPath": "{written}"}}]}}"#
        );
        // Everybody may write to /tmp and /var/tmp, whoever owns a tmpfs there.
        let kind = if normal.ends_with("/tmp") { "owned tmpfs" } else { "tmpfs" };
        let expected = vec![format!("writable volume ? at {normal}"), format!("writable {kind} at {normal}")];
        assert_eq!(mounts(&members), Ok(expected), "{written}");
    }
}

#[test]
fn volumes_are_taken_over_writable_unless_they_say_otherwise() {
    let from = |source, read_only| VolumeFrom { source, read_only };
    let cases = [
        (r#""other": 1"#, Ok(vec![])),
        (r#""volumesFrom": null"#, Ok(vec![])),
        (
            r#""volumesFrom": [{"sourceContainer": "a"}, {"sourceContainer": "b", "readOnly": true}, {"readOnly": false}]"#,
            Ok(vec![from(Read::Known("a"), false), from(Read::Known("b"), true), from(Read::Absent, false)]),
        ),
        (
            r#""volumesFrom": [{"sourceContainer": "${a}", "readOnly": "${access}"}]"#,
            Ok(vec![from(Read::Unresolved(Placeholder), false)]),
        ),
        (r#""volumesFrom": [${from}]"#, Err(Placeholder)),
        (r#""volumesFrom": ${from}"#, Err(Placeholder)),
        (r#""volumesFrom": [{"sourceContainer": "a"} ${more}]"#, Err(MayBeHidden)),
        (r#""volumesFrom": "a""#, Err(WrongType)),
        (r#""other": 1, ${more}"#, Err(MayBeHidden)),
    ];
    for (members, expected) in cases {
        assert_eq!(first(&container(members)).volumes_from(), expected, "{members}");
    }
}

#[test]
fn system_controls_are_names_and_values() {
    let control = |namespace, value| SystemControl { namespace, value };
    let cases = [
        (r#""other": 1"#, Ok(vec![])),
        (r#""systemControls": []"#, Ok(vec![])),
        (
            r#""systemControls": [{"namespace": "net.a", "value": "0"}, {"namespace": "net.b", "value": 1}, {}]"#,
            Ok(vec![
                control(Read::Known("net.a"), Read::Known("0")),
                control(Read::Known("net.b"), Read::Known("1")),
                control(Read::Absent, Read::Absent),
            ]),
        ),
        (
            r#""systemControls": [{"namespace": "${name}", "value": ${value}}, {"namespace": 1, "value": []}]"#,
            Ok(vec![
                control(Read::Unresolved(Placeholder), Read::Unresolved(Placeholder)),
                control(Read::Unresolved(WrongType), Read::Unresolved(WrongType)),
            ]),
        ),
        (r#""systemControls": [${control}]"#, Err(Placeholder)),
        (r#""systemControls": [{} ${more}]"#, Err(MayBeHidden)),
        (r#""systemControls": {}"#, Err(WrongType)),
    ];
    for (members, expected) in cases {
        assert_eq!(first(&container(members)).system_controls(), expected, "{members}");
    }
}

#[test]
fn a_port_is_low_below_1024_and_may_be_where_it_is_unresolved() {
    let cases = [
        ("[]", LowPort::No),
        ("null", LowPort::No),
        (r#"[{"containerPort": 8080}]"#, LowPort::No),
        (r#"[{"containerPort": 1024}]"#, LowPort::No),
        (r#"[{"containerPort": 1023}]"#, LowPort::Yes(1023)),
        (r#"[{"containerPort": 1}]"#, LowPort::Yes(1)),
        (r#"[{"containerPort": 0}]"#, LowPort::No),
        (r#"[{"containerPort": "80"}]"#, LowPort::Yes(80)),
        (r#"[{"containerPort": "8080"}]"#, LowPort::No),
        (r#"[{"containerPort": 443}, {"containerPort": 80}, {"containerPort": 8080}]"#, LowPort::Yes(80)),
        (r#"[{"hostPort": 80, "containerPort": 8080}]"#, LowPort::No),
        (r#"[{"hostPort": 80}]"#, LowPort::No),
        (r#"[{"containerPortRange": "80-90"}]"#, LowPort::Yes(80)),
        (r#"[{"containerPortRange": " 1000 - 2000 "}]"#, LowPort::Yes(1000)),
        (r#"[{"containerPortRange": "8000-9000"}]"#, LowPort::No),
        (r#"[{"containerPortRange": null, "containerPort": 80}]"#, LowPort::Yes(80)),
        (r#"[{"containerPortRange": "${range}"}]"#, LowPort::Maybe(Placeholder)),
        (r#"[{"containerPortRange": "web"}]"#, LowPort::Maybe(WrongType)),
        (r#"[{"containerPort": ${port}}]"#, LowPort::Maybe(Placeholder)),
        (r#"[{"containerPort": "${port}"}]"#, LowPort::Maybe(Placeholder)),
        (r#"[{"containerPort": "http"}]"#, LowPort::Maybe(WrongType)),
        (r#"[{"protocol": "tcp", ${more}}]"#, LowPort::Maybe(MayBeHidden)),
        (r#"[{"containerPort": ${port}}, {"containerPort": 80}]"#, LowPort::Yes(80)),
        (r#"[{"containerPort": 8080} ${more}]"#, LowPort::Maybe(MayBeHidden)),
        (r#"[{"containerPort": 80} ${more}]"#, LowPort::Yes(80)),
        ("[${mapping}]", LowPort::Maybe(Placeholder)),
        ("${mappings}", LowPort::Maybe(Placeholder)),
        ("80", LowPort::Maybe(WrongType)),
    ];
    for (mappings, expected) in cases {
        let document = container(&format!("\"portMappings\": {mappings}"));
        assert_eq!(first(&document).low_port(), expected, "{mappings}");
    }
    assert_eq!(first(&container("\"other\": 1")).low_port(), LowPort::No);
}

#[test]
fn capabilities_are_upper_case_names_without_cap() {
    let lists = |add: &[&str], drop: &[&str]| {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Ok(CapabilityLists { add: names(add), drop: names(drop) })
    };
    let cases = [
        ("null", lists(&[], &[])),
        ("{}", lists(&[], &[])),
        (r#"{"add": null, "drop": []}"#, lists(&[], &[])),
        (
            r#"{"add": ["sys_ptrace", "CAP_NET_ADMIN", "cap_chown"], "drop": ["all", " NET_RAW "]}"#,
            lists(&["SYS_PTRACE", "NET_ADMIN", "CHOWN"], &["ALL", "NET_RAW"]),
        ),
        (r#"{"drop": ["NET_RAW", null, "NET_RAW", "CAP_"]}"#, lists(&[], &["NET_RAW", "NET_RAW", ""])),
        (r#"{"drop": ["${name}"]}"#, Err(Placeholder)),
        (r#"{"add": ["ALL"], "drop": ${drop}}"#, Err(Placeholder)),
        (r#"{"add": [1]}"#, Err(WrongType)),
        (r#"{"add": "ALL"}"#, Err(WrongType)),
        (r#"{"add": ["ALL"], ${more}}"#, Err(MayBeHidden)),
        ("${capabilities}", Err(Placeholder)),
    ];
    for (capabilities, expected) in cases {
        let document = container(&format!("\"linuxParameters\": {{\"capabilities\": {capabilities}}}"));
        assert_eq!(first(&document).capabilities(), expected, "{capabilities}");
    }
    assert_eq!(first(&container("\"other\": 1")).capabilities(), lists(&[], &[]));
    assert_eq!(first(&container("\"linuxParameters\": ${linux}")).capabilities(), Err(Placeholder));
}

#[test]
fn added_capabilities_keep_their_positions() {
    let document =
        container(r#""linuxParameters": {"capabilities": {"add": ["cap_chown", ${a}, "${b}", null, "KILL"]}}"#);
    let added = first(&document).added_capabilities();
    assert_eq!(added, [Some("CHOWN".to_owned()), None, None, None, Some("KILL".to_owned())]);
    assert!(first(&container("\"other\": 1")).added_capabilities().is_empty());
}
