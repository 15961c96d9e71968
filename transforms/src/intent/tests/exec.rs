//! ECS Exec: who says whether it is used, and what that does to a read-only root file system.

use super::*;
use crate::knobs::Subject;

fn layers(layers: &[(Provenance, Option<&str>, Json)]) -> Layers {
    let layer = |(origin, container, knobs): &(Provenance, Option<&str>, Json)| Layer {
        origin: *origin,
        scope: Scope::of(None, *container).expect("the glob is right"),
        knobs: serde_json::from_value(knobs.clone()).expect("the knobs are right"),
        written: std::sync::Arc::default(),
    };
    Layers::from(layers.iter().map(layer).collect::<Vec<_>>())
}

#[test]
fn whoever_weighs_more_says_whether_it_is_used() {
    use Provenance::{Definition, Flag, Policy};
    let policy =
        layers(&[(Policy, None, json!({ "ecs-exec": true })), (Policy, Some("db"), json!({ "ecs-exec": false }))]);
    let of = |exec: ExecUse, container| {
        let wishes = Wishes { exec, layers: policy.clone(), ..wishes(json!({})) };
        wishes.exec_use(Subject { family: None, container })
    };
    assert_eq!(of(ExecUse::NotKnown, Some("web")), ExecUse::Used(Policy));
    assert_eq!(of(ExecUse::NotKnown, Some("db")), ExecUse::NotUsed(Policy));
    assert_eq!(of(ExecUse::NotUsed(Flag), Some("web")), ExecUse::NotUsed(Flag));
    assert_eq!(of(ExecUse::Used(Policy), Some("db")), ExecUse::Used(Policy));
    assert_eq!(of(ExecUse::Used(Definition), Some("db")), ExecUse::NotUsed(Policy));
    assert_eq!(wishes(json!({})).exec_use(Subject::default()), ExecUse::NotKnown);
}

/// The mounts of a container under what is known of ECS Exec, and whether the workaround is asked for.
fn of(text: &str, exec: ExecUse, workaround: &Json) -> Result<Vec<String>, Vec<String>> {
    let knobs = json!({ "writable-root-filesystem": { "exec-workaround": workaround, "exec": false } });
    mounts(&first(text, &Wishes { exec, ..wishes(knobs) }).writable)
}

const FLAG: Provenance = Provenance::Flag;

#[test]
fn the_root_file_system_stays_writable_where_it_is_used() {
    let text = ec2(r#", "user": "7:8""#, "", r#""family": "shop","#);
    let plain = Ok(vec!["/tmp 64 uid=7 gid=8".to_owned()]);
    let asks = [
        "ECS Exec is used (flag), and AWS does not support it with a read-only root file system | to live with that, put a [[waiver]] \
         into ecs-harden.toml: pass = \"writable-root-filesystem\", family = \"shop\", container = \"web\", reason = \"ECS Exec is used\"",
        "there is a workaround with writable mounts for its agent, which AWS does not support either | to try it on one task: --set 'web:writable-root-filesystem.exec-workaround=true'",
    ];
    let with = [
        &plain.clone().expect("it is there")[..],
        &[
            "/managed-agents 16 exec mode=0755".to_owned(),
            "/var/lib/amazon/ssm 16 mode=0755".to_owned(),
            "/var/log/amazon/ssm 16 mode=0755".to_owned(),
        ],
    ]
    .concat();
    for (exec, workaround, expected) in [
        (ExecUse::NotKnown, json!(null), plain.clone()),
        (ExecUse::NotKnown, json!(true), Ok(with.clone())),
        (ExecUse::Used(FLAG), json!(null), Err(asks.map(str::to_owned).to_vec())),
        (ExecUse::Used(FLAG), json!(false), Err(asks.map(str::to_owned).to_vec())),
        (ExecUse::Used(FLAG), json!(true), Ok(with)),
        (ExecUse::NotUsed(FLAG), json!(true), plain.clone()),
        (ExecUse::NotUsed(FLAG), json!(null), plain),
    ] {
        assert_eq!(of(&text, exec, &workaround), expected, "{exec:?} {workaround}");
    }
    let read_only = ec2(r#", "readonlyRootFilesystem": true"#, "", "");
    assert_eq!(of(&read_only, ExecUse::Used(FLAG), &json!(true)), Ok(Vec::new()));
}

#[test]
fn its_mounts_are_not_made_where_something_is_mounted_and_count_against_the_memory() {
    let mounted = |path: &str| {
        let members = format!(r#", "user": "7", "mountPoints": [{{"sourceVolume": "v", "containerPath": "{path}"}}]"#);
        of(&ec2(&members, "", ""), ExecUse::Used(FLAG), &json!(true)).expect("nothing is in the way").len()
    };
    let sizes = ["/var/lib/amazon", "/var/log/amazon/ssm", "/managed-agents/x", "/", "/var/lib/amazo"].map(mounted);
    assert_eq!(sizes, [3, 3, 4, 4, 4]);
    let small = of(&ec2(r#", "user": "7", "memory": 100"#, "", ""), ExecUse::Used(FLAG), &json!(true));
    let expected = [
        "/tmp 2 uid=7",
        "/managed-agents 2 exec mode=0755",
        "/var/lib/amazon/ssm 2 mode=0755",
        "/var/log/amazon/ssm 2 mode=0755",
    ];
    assert_eq!(small, Ok(expected.map(str::to_owned).to_vec()));
}

#[test]
fn its_mounts_are_roots_whoever_the_container_is() {
    let knobs = json!({ "writable-root-filesystem": {
        "exec-workaround": true, "size": 32, "paths": [{ "path": "/var/lib/amazon/ssm", "size": 20 }, "/managed-agents"],
    } });
    let found = mounts(&first(&ec2(r#", "user": "app""#, "", ""), &wishes(knobs)).writable);
    let expected =
        ["/var/lib/amazon/ssm 20 mode=0755", "/managed-agents 16 exec mode=0755", "/var/log/amazon/ssm 16 mode=0755"];
    assert_eq!(found, Ok(expected.map(str::to_owned).to_vec()));
}

#[test]
fn an_init_process_that_is_root_keeps_kill() {
    let of = |members: &str, workaround: bool, selected: Selection| {
        let text = ec2(members, "", "").replacen(r#""image": "web""#, r#""image": "redis:7""#, 1);
        let knobs = json!({ "writable-root-filesystem": { "exec-workaround": workaround, "paths": ["/data"] } });
        let found = first(&text, &Wishes { selection: selected, ..wishes(knobs) });
        found.capabilities.allowed.contains("KILL")
    };
    let all = || {
        Selection::all([crate::passes::excess_capabilities::PASS.id, crate::passes::writable_root_filesystem::PASS.id])
    };
    let safe = || Selection { floor: Applicability::Safe, ..all() };
    let init = |enabled: bool| format!(r#", "user": "0", "linuxParameters": {{"initProcessEnabled": {enabled}}}"#);
    assert!(of(r#", "user": "0""#, true, all()));
    assert!(of(&init(false), true, all()));
    assert!(of(&init(true), false, all()));
    assert!(!of(r#", "user": "0""#, false, all()));
    // No init process comes with a fix that is withheld, and a user who is not root can signal its own.
    assert!(!of(r#", "user": "0""#, true, safe()));
    assert!(!of(r#", "user": "7""#, true, all()));
}
