//! What a container may do: forms for each target, what is kept, and the mode.

use super::*;
use crate::capability;

/// The 14 defaults less `NET_RAW`, with `more`, sorted.
fn less_net_raw(more: &[&str]) -> Vec<String> {
    let kept = capability::DEFAULTS.into_iter().filter(|name| *name != "NET_RAW").chain(more.iter().copied());
    let sorted: BTreeSet<String> = kept.map(str::to_owned).collect();
    sorted.into_iter().collect()
}

/// A container with this user and these added capabilities, on these launch types.
fn on(targets: &str, user: &str, add: &str) -> String {
    format!(
        r#"{{"requiresCompatibilities": [{targets}], "runtimePlatform": {{"operatingSystemFamily": "LINUX"}}, "containerDefinitions": [
            {{"name": "a", "user": "{user}", "linuxParameters": {{"capabilities": {{"add": [{add}]}}}}}}]}}"#
    )
}

const EC2: &str = r#""EC2""#;
const FARGATE: &str = r#""FARGATE""#;

#[test]
fn a_container_that_is_not_root_keeps_only_what_it_adds_without_danger() {
    let cases = [
        (EC2, "", vec![], DropForm::All),
        (FARGATE, "", vec![], DropForm::All),
        (EC2, r#""SYS_PTRACE""#, vec!["SYS_PTRACE"], DropForm::All),
        (FARGATE, r#""cap_sys_ptrace""#, vec!["SYS_PTRACE"], DropForm::All),
        (EC2, r#""SYS_ADMIN", "ALL", "NET_ADMIN", "IPC_LOCK""#, vec!["IPC_LOCK"], DropForm::All),
        (EC2, r#""CHOWN", "KILL""#, vec!["CHOWN", "KILL"], DropForm::AllThenAdd),
        (r#""EC2", "FARGATE""#, r#""CHOWN""#, vec!["CHOWN"], DropForm::ByName),
        (EC2, r#""${name}""#, vec![], DropForm::All),
    ];
    for (targets, add, allowed, form) in cases {
        let plan = first(&on(targets, "7", add), &wishes(json!({}))).capabilities;
        assert_eq!(names(&plan.allowed), allowed, "{add} on {targets}");
        assert_eq!(
            (plan.form, plan.by.kind, plan.vouched.len()),
            (form, Provenance::BuiltInDefault, 0),
            "{add} on {targets}"
        );
    }
}

#[test]
fn what_is_kept_decides_the_form_for_each_target() {
    let some = json!(["NET_BIND_SERVICE", "cap_chown"]);
    let kept = vec!["CHOWN", "NET_BIND_SERVICE"];
    let cases = [
        (EC2, &some, kept.clone(), DropForm::AllThenAdd),
        (r#""EXTERNAL""#, &some, kept.clone(), DropForm::AllThenAdd),
        (r#""MANAGED_INSTANCES""#, &some, kept.clone(), DropForm::AllThenAdd),
        (FARGATE, &some, kept.clone(), DropForm::ByName),
        (r#""EC2", "FARGATE""#, &some, kept, DropForm::ByName),
        (FARGATE, &json!([]), vec![], DropForm::All),
        (EC2, &json!([]), vec![], DropForm::All),
        (FARGATE, &json!(["SYS_PTRACE"]), vec!["SYS_PTRACE"], DropForm::All),
        (EC2, &json!(["SYS_ADMIN"]), vec!["SYS_ADMIN"], DropForm::All),
    ];
    for (targets, keep, allowed, form) in cases {
        // For root too: keeping says what is needed, whoever it runs as.
        for user in ["7", "app", "root", "${user}"] {
            let wishes = wishes(json!({ "excess-capabilities": { "keep": keep } }));
            let plan = first(&on(targets, user, ""), &wishes).capabilities;
            assert_eq!(names(&plan.allowed), allowed, "{keep} for {user} on {targets}");
            assert_eq!(names(&plan.vouched), allowed, "{keep} for {user} on {targets}");
            assert_eq!((plan.form, plan.by.kind), (form, Provenance::Flag), "{keep} for {user} on {targets}");
        }
    }
}

#[test]
fn what_is_kept_comes_on_top_of_what_is_added() {
    let wishes = wishes(json!({ "excess-capabilities": { "keep": ["KILL", "SYS_ADMIN"] } }));
    let plan = first(&on(EC2, "7", r#""IPC_LOCK", "SYS_ADMIN", "BPF""#), &wishes).capabilities;
    assert_eq!(names(&plan.allowed), ["IPC_LOCK", "KILL", "SYS_ADMIN"]);
    assert_eq!(names(&plan.vouched), ["KILL", "SYS_ADMIN"]);
}

#[test]
fn a_container_that_is_root_or_may_be_keeps_the_defaults_less_net_raw() {
    let safe_only = Wishes {
        selection: Selection { floor: Applicability::Safe, ..Selection::all(passes::ids()) },
        ..wishes(json!({}))
    };
    for (targets, user, wishes) in [
        (EC2, "root", &safe_only),
        (FARGATE, "", &safe_only),
        (EC2, "${user}", &wishes(json!({}))),
        (FARGATE, "${user}", &wishes(json!({}))),
    ] {
        let plan = first(&on(targets, user, r#""SYS_PTRACE", "SYS_ADMIN""#), wishes).capabilities;
        assert_eq!(names(&plan.allowed), less_net_raw(&["SYS_PTRACE"]), "{user} on {targets}");
        assert_eq!((plan.form, plan.by.kind), (DropForm::ByName, Provenance::BuiltInDefault), "{user} on {targets}");
    }
}

#[test]
fn the_mode_drop_net_raw_takes_that_one_alone() {
    // The knobs, and what may stay beside the defaults less NET_RAW.
    let cases: [(Json, &[&str]); 3] = [
        (json!({ "mode": "drop-net-raw" }), &[]),
        (json!({ "mode": "drop-net-raw", "keep": ["SYS_ADMIN"] }), &["SYS_ADMIN"]),
        (json!({ "mode": "drop-net-raw", "keep": ["NET_RAW"] }), &["NET_RAW"]),
    ];
    for (knobs, more) in cases {
        for (targets, user) in [(EC2, "7"), (FARGATE, "7"), (EC2, "root"), (EC2, "${user}")] {
            let wishes = wishes(json!({ "excess-capabilities": knobs }));
            let plan = first(&on(targets, user, ""), &wishes).capabilities;
            assert_eq!(names(&plan.allowed), less_net_raw(more), "{knobs} for {user} on {targets}");
            assert_eq!(
                (plan.form, plan.by.kind),
                (DropForm::ByName, Provenance::Flag),
                "{knobs} for {user} on {targets}"
            );
        }
    }
}

#[test]
fn the_mode_drop_all_is_what_happens_without_a_mode() {
    let with = wishes(json!({ "excess-capabilities": { "mode": "drop-all" } }));
    for user in ["7", "${user}"] {
        let (plain, asked) = (first(&on(EC2, user, ""), &wishes(json!({}))), first(&on(EC2, user, ""), &with));
        assert_eq!(
            (plain.capabilities.allowed, plain.capabilities.form),
            (asked.capabilities.allowed, asked.capabilities.form),
            "{user}"
        );
    }
}
