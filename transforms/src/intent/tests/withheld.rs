//! A user fix that is not applied leaves the user as it was, in everything that the other plans read.

use super::*;
use crate::passes::{excess_capabilities, writable_root_filesystem};

/// Who it is, the options of the tmpfs that it gets, and how its capabilities are dropped.
type Facts = (&'static str, Result<&'static str, &'static str>, DropForm);

#[track_caller]
fn facts(text: &str, wishes: &Wishes, expected: Facts) {
    let found = first(text, wishes);
    let (user, mount, form) = expected;
    let tmpfs = mounts(&found.writable).map(|lines| lines.join(", ")).map_err(|lines| lines.join(", "));
    assert_eq!(after(&found.user.after), user, "{text}");
    assert_eq!(tmpfs, mount.map(str::to_owned).map_err(str::to_owned), "{text}");
    assert_eq!(found.capabilities.form, form, "{text}");
}

fn with(user: &str) -> String {
    ec2(user, "", "")
}

const UNSET: &str = "";
const ROOT: &str = r#", "user": "root""#;
const SEVEN: &str = r#", "user": "7""#;

#[test]
fn a_fix_that_is_applied_counts() {
    let everything = wishes(json!({}));
    let mended = ("1000:1000 by built-in default", Ok("/tmp 64 exec uid=1000 gid=1000"), DropForm::All);
    facts(&with(UNSET), &everything, mended);
    facts(&with(ROOT), &everything, mended);
    facts(&with(SEVEN), &everything, ("7:? by the definition itself", Ok("/tmp 64 exec uid=7"), DropForm::All));
}

#[test]
fn safe_only_leaves_every_user_as_it_was() {
    let selection = Selection { floor: Applicability::Safe, ..Selection::all(passes::ids()) };
    for knobs in [json!({}), json!({ "root-user": { "user": "9:9" } })] {
        let wishes = Wishes { selection: selection.clone(), ..wishes(knobs) };
        facts(&with(UNSET), &wishes, ("unknown", Ok("/tmp 64 exec"), DropForm::ByName));
        facts(&with(ROOT), &wishes, ("root", Ok("/tmp 64 exec"), DropForm::ByName));
        facts(&with(SEVEN), &wishes, ("7:? by the definition itself", Ok("/tmp 64 exec uid=7"), DropForm::All));
    }
}

#[test]
fn no_defaults_leaves_the_user_as_it_was_unless_it_is_named() {
    let selection = Selection { vouched: Provenance::Definition, ..Selection::all(passes::ids()) };
    let unnamed = Wishes { selection: selection.clone(), ..wishes(json!({})) };
    facts(&with(UNSET), &unnamed, ("unknown", Ok("/tmp 64 exec"), DropForm::ByName));
    facts(&with(ROOT), &unnamed, ("root", Ok("/tmp 64 exec"), DropForm::ByName));
    facts(&with(SEVEN), &unnamed, ("7:? by the definition itself", Ok("/tmp 64 exec uid=7"), DropForm::All));
    let named = Wishes { selection, ..wishes(json!({ "root-user": { "user": "9:9" } })) };
    facts(&with(UNSET), &named, ("9:9 by flag", Ok("/tmp 64 exec uid=9 gid=9"), DropForm::All));
    facts(&with(ROOT), &named, ("9:9 by flag", Ok("/tmp 64 exec uid=9 gid=9"), DropForm::All));
}

#[test]
fn a_pass_that_does_not_run_leaves_the_user_as_it_was() {
    let others = [excess_capabilities::PASS.id, writable_root_filesystem::PASS.id];
    let wishes = Wishes { selection: Selection::all(others), ..wishes(json!({ "root-user": { "user": "9:9" } })) };
    facts(&with(UNSET), &wishes, ("unknown", Ok("/tmp 64 exec"), DropForm::ByName));
    facts(&with(ROOT), &wishes, ("root", Ok("/tmp 64 exec"), DropForm::ByName));
    facts(&with(SEVEN), &wishes, ("7:? by the definition itself", Ok("/tmp 64 exec uid=7"), DropForm::All));
}

#[test]
fn a_fix_that_is_blocked_leaves_the_user_as_it_was() {
    let mount = r#", "mountPoints": [{"sourceVolume": "a", "containerPath": "/data"}]"#;
    let blocked = |user: &str| with(&format!("{user}{mount}"));
    let everything = wishes(json!({ "root-user": { "user": "9:9" } }));
    facts(&blocked(UNSET), &everything, ("unknown", Ok("/tmp 64 exec"), DropForm::ByName));
    facts(&blocked(ROOT), &everything, ("root", Ok("/tmp 64 exec"), DropForm::ByName));
    facts(&blocked(SEVEN), &everything, ("7:? by the definition itself", Ok("/tmp 64 exec uid=7"), DropForm::All));
    let owned = wishes(json!({ "root-user": { "owned-paths": ["/data"] } }));
    let mended = ("1000:1000 by built-in default", Ok("/tmp 64 exec uid=1000 gid=1000"), DropForm::All);
    facts(&blocked(ROOT), &owned, mended);
}

#[test]
fn the_uid_that_is_missing_for_an_owner_can_be_known_by_what_withholds_it() {
    let paths = json!({ "writable-root-filesystem": { "paths": ["/cache"] } });
    let reason = "a tmpfs at /cache would belong to root, and the uid of the container is not known as a number";
    let others = [excess_capabilities::PASS.id, writable_root_filesystem::PASS.id];
    let skipped = Wishes { selection: Selection::all(others), ..wishes(paths.clone()) };
    let safe = Selection { floor: Applicability::Safe, ..Selection::all(passes::ids()) };
    let withheld = Wishes { selection: safe, ..wishes(paths.clone()) };
    let mount = r#", "mountPoints": [{"sourceVolume": "a", "containerPath": "/data"}]"#;
    let named = wishes(json!({ "writable-root-filesystem": { "paths": ["/cache"] }, "root-user": { "user": "app" } }));
    let cases = [
        (with(UNSET), &skipped, "let root-user run too, or set a numeric `user` by hand"),
        (with(UNSET), &withheld, "name it: --set 'web:root-user.user=UID:GID'"),
        (with(UNSET), &named, "name it: --set 'web:root-user.user=UID:GID'"),
        (
            with(mount),
            &wishes(paths.clone()),
            "clear what keeps root-user from setting it, or set a numeric `user` by hand",
        ),
        (with(r#", "user": "app""#), &wishes(paths.clone()), "set a numeric `user` by hand"),
        (with(r#", "user": "${user}""#), &wishes(paths.clone()), "set a numeric `user` by hand"),
    ];
    for (text, wishes, next_step) in cases {
        let found = mounts(&first(&text, wishes).writable);
        assert_eq!(found, Err(vec![format!("{reason} | {next_step}")]), "{text}");
    }
    // Root owns its tmpfs, so a container that stays root needs no uid.
    let root = mounts(&first(&with(ROOT), &skipped).writable);
    assert_eq!(root, Ok(vec!["/cache 64".to_owned()]));
}
