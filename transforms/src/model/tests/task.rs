//! The task as a whole: its memory, its proxy, and the containers that can be seen.

use super::*;
use crate::model::Why::{MayBeHidden, Placeholder, WrongType};

#[test]
fn memory_is_read_in_every_spelling_that_ecs_takes() {
    let cases = [
        ("512", Read::Known(512)),
        (r#""512""#, Read::Known(512)),
        (r#"" 512 ""#, Read::Known(512)),
        (r#""1 GB""#, Read::Known(1024)),
        (r#""1GB""#, Read::Known(1024)),
        (r#""2gb""#, Read::Known(2048)),
        (r#""2 Gb""#, Read::Known(2048)),
        (r#"".5GB""#, Read::Known(512)),
        (r#""0.5 GB""#, Read::Known(512)),
        (r#""1.25 GB""#, Read::Known(1280)),
        (r#""30.0GB""#, Read::Known(30720)),
        ("null", Read::Absent),
        ("${memory}", Read::Unresolved(Placeholder)),
        (r#""${memory}""#, Read::Unresolved(Placeholder)),
        (r#""${memory} GB""#, Read::Unresolved(Placeholder)),
        (r#""much""#, Read::Unresolved(WrongType)),
        (r#""1 MB""#, Read::Unresolved(WrongType)),
        (r#""1.2.3 GB""#, Read::Unresolved(WrongType)),
        (r#""-1 GB""#, Read::Unresolved(WrongType)),
        (r#""""#, Read::Unresolved(WrongType)),
        (r#""0.1234567 GB""#, Read::Unresolved(WrongType)),
        (r#""99999999999999999999 GB""#, Read::Unresolved(WrongType)),
        (r#""18014398509481984 GB""#, Read::Unresolved(WrongType)),
        ("512.5", Read::Unresolved(WrongType)),
        ("true", Read::Unresolved(WrongType)),
        ("[512]", Read::Unresolved(WrongType)),
    ];
    for (memory, expected) in cases {
        let document = task(&format!("\"memory\": {memory}"));
        assert_eq!(TaskView::new(&document).memory_mib(), expected, "{memory}");
    }
    assert_eq!(TaskView::new(&task("\"cpu\": 1")).memory_mib(), Read::Absent);
    assert_eq!(TaskView::new(&task("\"cpu\": 1, ${more}")).memory_mib(), Read::Unresolved(MayBeHidden));
}

#[test]
fn cpu_is_read_in_every_spelling_that_ecs_takes() {
    let cases = [
        ("256", Read::Known(256)),
        (r#""1024""#, Read::Known(1024)),
        (r#"".25 vCPU""#, Read::Known(256)),
        (r#""1vcpu""#, Read::Known(1024)),
        ("null", Read::Absent),
        (r#""${cpu}""#, Read::Unresolved(Placeholder)),
        (r#""1 GB""#, Read::Unresolved(WrongType)),
        (r#""vCPU""#, Read::Unresolved(WrongType)),
    ];
    for (cpu, expected) in cases {
        let document = task(&format!("\"cpu\": {cpu}"));
        assert_eq!(TaskView::new(&document).cpu_units(), expected, "{cpu}");
    }
}

#[test]
fn the_proxy_is_the_container_that_proxy_configuration_names() {
    let cases = [
        (r#""cpu": 1"#, Read::Absent),
        (r#""proxyConfiguration": null"#, Read::Absent),
        (r#""proxyConfiguration": {"containerName": "envoy"}"#, Read::Known("envoy")),
        (r#""proxyConfiguration": {"containerName": "${name}"}"#, Read::Unresolved(Placeholder)),
        (r#""proxyConfiguration": ${proxy}"#, Read::Unresolved(Placeholder)),
        (r#""proxyConfiguration": []"#, Read::Unresolved(WrongType)),
    ];
    for (members, expected) in cases {
        assert_eq!(TaskView::new(&task(members)).proxy_container(), expected, "{members}");
    }
}

/// Each slot in order: the title of a container that is seen, or where one is hidden and why.
fn slots(text: &str) -> Vec<String> {
    let document = read(text);
    let slots = TaskView::new(&document).containers().into_iter().map(|slot| match slot {
        ContainerSlot::Seen(container) => format!("{} {}", container.title(), container.path()),
        ContainerSlot::Hidden { path, why } => format!("{path} {why:?}"),
    });
    slots.collect()
}

#[test]
fn every_container_is_seen_or_said_to_be_hidden() {
    let cases: [(&str, &[&str]); 11] = [
        (r#"{"containerDefinitions": []}"#, &[]),
        (r#"{"containerDefinitions": ${containers}}"#, &["/containerDefinitions Placeholder"]),
        (
            r#"{"containerDefinitions": [{"name": "a"}, {"name": "${b}"}, {}]}"#,
            &["`a` /containerDefinitions/0", "#1 /containerDefinitions/1", "#2 /containerDefinitions/2"],
        ),
        (
            r#"{"containerDefinitions": [{"name": "a"}, ${sidecar}]}"#,
            &["`a` /containerDefinitions/0", "/containerDefinitions/1 Placeholder"],
        ),
        (
            r#"{"containerDefinitions": [${sidecar}, {"name": "a"}]}"#,
            &["/containerDefinitions/0 Placeholder", "`a` /containerDefinitions/1"],
        ),
        (
            r#"{"containerDefinitions": [{"name": "a"} ${sidecars}]}"#,
            &["`a` /containerDefinitions/0", "/containerDefinitions MayBeHidden"],
        ),
        (
            r#"{"containerDefinitions": [null, "a", {"name": "b"}]}"#,
            &["/containerDefinitions/0 WrongType", "/containerDefinitions/1 WrongType", "`b` /containerDefinitions/2"],
        ),
        (
            r#"[{"name": "a", "image": "a"}, ${sidecar}]"#,
            &["`a` /containerDefinitions/0", "/containerDefinitions/1 Placeholder"],
        ),
        (
            r#"[{"name": "a", "image": "a"} ${sidecars}]"#,
            &["`a` /containerDefinitions/0", "/containerDefinitions MayBeHidden"],
        ),
        (r#"{"name": "a", "image": "a"}"#, &["`a` /containerDefinitions/0"]),
        (r#"{"name": "a", "image": "a", ${more}}"#, &["`a` /containerDefinitions/0"]),
    ];
    for (text, expected) in cases {
        assert_eq!(slots(text), expected, "{text}");
    }
}

#[test]
fn containers_that_are_seen_keep_their_position() {
    let document = read(r#"{"containerDefinitions": [${a}, {"name": "b"}, null, {"name": "d"}]}"#);
    let seen: Vec<_> = TaskView::new(&document).seen().iter().map(|view| (view.index(), view.name())).collect();
    assert_eq!(seen, [(1, Some("b")), (3, Some("d"))]);
}
