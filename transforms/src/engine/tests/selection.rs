//! What is applied, what is withheld and why, and what is left to a person.

use super::*;
use crate::intent::Selection;
use crate::knobs::Scope;
use crate::waiver::{Ruling, Says, SubjectGlob};

/// Wishes that run these passes alone.
fn only(ids: &[PassId]) -> Wishes {
    Wishes { selection: Selection::all(ids.iter().copied()), ..wishes() }
}

/// Every obstacle of a round as `reason | next step`.
fn obstacles(outcome: &Outcome) -> Vec<String> {
    let all = outcome.findings.iter().flat_map(Judged::obstacles);
    all.map(|obstacle| format!("{} | {}", obstacle.reason, obstacle.next_step)).collect()
}

#[test]
fn only_the_selected_passes_look() {
    for id in [&passes::excess_capabilities::PASS, &passes::root_user::PASS, &passes::writable_root_filesystem::PASS] {
        let id = id.id;
        let outcome = hardened(WEB, &only(&[id]));
        let found: Vec<PassId> = outcome.findings.iter().map(|judged| judged.finding.pass.id).collect();
        assert_eq!(found, [id]);
    }
    let outcome = hardened(WEB, &only(&[]));
    assert!(outcome.findings.is_empty() && outcome.hardened.is_none());
}

#[test]
fn safe_only_withholds_every_unsafe_fix_and_says_so() {
    let selection = Selection { floor: Applicability::Safe, ..wishes().selection };
    let outcome = hardened(WEB, &Wishes { selection, ..wishes() });
    assert_eq!(
        decisions(&outcome),
        [
            "excess-capabilities web capabilities: Withheld(NotSafe)",
            "root-user web user: Withheld(NotSafe)",
            "writable-root-filesystem web readonlyRootFilesystem: Withheld(NotSafe)",
        ]
    );
    assert_eq!(obstacles(&outcome), ["the fix is unsafe and --safe-only is on | run it without --safe-only"; 3]);
    assert!(outcome.hardened.is_none() && outcome.ops.0.is_empty() && outcome.splices.is_empty());
    // What would be done is still told.
    assert_eq!(ops(&outcome.findings[0].ops(&read(WEB)))[0]["path"], "/containerDefinitions/0/linuxParameters");
}

#[test]
fn no_defaults_withholds_what_rests_on_one_and_applies_what_is_vouched_for() {
    let selection = Selection { vouched: Provenance::Definition, ..wishes().selection };
    let outcome = hardened(WEB, &Wishes { selection: selection.clone(), ..wishes() });
    assert_eq!(
        decisions(&outcome),
        [
            "excess-capabilities web capabilities: Withheld(RestsOnDefault)",
            "root-user web user: Withheld(RestsOnDefault)",
            "writable-root-filesystem web readonlyRootFilesystem: Withheld(RestsOnDefault)",
        ]
    );
    assert_eq!(
        obstacles(&outcome),
        ["the fix rests on a built-in default, and those are withheld | give what is a guess with --set (`ecs-harden explain` names the knobs), or accept guesses: `apply` takes --accept-defaults, the others run without --no-defaults";
            3]
    );
    assert!(outcome.hardened.is_none());
    let layers = set(json!({
        "root-user": { "user": "7:8" },
        "writable-root-filesystem": { "paths": ["/tmp"], "size": 8, "exec": false },
    }));
    let outcome = hardened(WEB, &Wishes { selection, layers, ..wishes() });
    assert_eq!(
        decisions(&outcome),
        [
            "excess-capabilities web capabilities: Withheld(RestsOnDefault)",
            "root-user web user: Applied",
            "writable-root-filesystem web readonlyRootFilesystem: Applied",
        ]
    );
    let after = outcome.hardened.expect("two fixes are applied").value();
    assert_eq!(
        after["containerDefinitions"][0],
        json!({
            "name": "web",
            "image": "web:1",
            "portMappings": [{ "containerPort": 80 }],
            "user": "7:8",
            "readonlyRootFilesystem": true,
            "linuxParameters": { "tmpfs": [{ "containerPath": "/tmp", "size": 8, "mountOptions": ["uid=7", "gid=8"] }] },
            "systemControls": [{ "namespace": "net.ipv4.ip_unprivileged_port_start", "value": "0" }],
        })
    );
}

#[test]
fn a_fix_that_is_not_wanted_is_withheld_as_a_whole() {
    let document = read(WEB);
    let intent = Intent::new(&TaskView::new(&document), &wishes()).expect("nothing is contradicted");
    let wanted = |finding: &Finding| finding.subject != "capabilities";
    let outcome = round(&document, intent, &Round { wanted: &wanted, ..Round::default() }).expect("it is proven");
    assert_eq!(
        decisions(&outcome),
        [
            "excess-capabilities web capabilities: Withheld(NotWanted)",
            "root-user web user: Applied",
            "writable-root-filesystem web readonlyRootFilesystem: Applied",
        ]
    );
    assert_eq!(
        obstacles(&outcome),
        [
            "the fix was declined | accept it with `ecs-harden fix -i`; where the policy declines it, take the [[decline]] out"
        ]
    );
    let after = outcome.hardened.expect("two fixes are applied").value();
    assert_eq!(after["containerDefinitions"][0]["linuxParameters"]["capabilities"], Json::Null);
}

/// A ruling on fixes of a pass in `web`.
fn ruling(pass: PassId, says: Says) -> Ruling {
    let (scope, subject) = (Scope::of(None, Some("web")).expect("a glob"), SubjectGlob::default());
    Ruling { pass, scope, subject, says, written: String::new() }
}

#[test]
fn a_guess_that_somebody_accepted_is_applied_where_guesses_are_withheld() {
    let selection = Selection { vouched: Provenance::Definition, ..wishes().selection };
    let accepted = [&passes::root_user::PASS, &passes::writable_root_filesystem::PASS];
    let rulings = accepted.map(|pass| ruling(pass.id, Says::Accept)).to_vec();
    let outcome = hardened(WEB, &Wishes { selection, waivers: Waivers::default().with(rulings), ..wishes() });
    assert_eq!(
        decisions(&outcome),
        [
            "excess-capabilities web capabilities: Withheld(RestsOnDefault)",
            "root-user web user: Applied",
            "writable-root-filesystem web readonlyRootFilesystem: Applied",
        ]
    );
    let after = outcome.hardened.expect("two fixes are applied").value();
    let tmpfs = &after["containerDefinitions"][0]["linuxParameters"]["tmpfs"][0];
    assert_eq!(tmpfs["mountOptions"], json!(["exec", "uid=1000", "gid=1000"]));
}

#[test]
fn an_unsafe_fix_that_somebody_accepted_is_withheld_where_safe_ones_alone_are_wanted() {
    let selection = Selection { floor: Applicability::Safe, ..wishes().selection };
    let rulings = vec![ruling(passes::root_user::PASS.id, Says::Accept)];
    let outcome = hardened(WEB, &Wishes { selection, waivers: Waivers::default().with(rulings), ..wishes() });
    assert_eq!(decisions(&outcome)[1], "root-user web user: Withheld(NotSafe)");
}

#[test]
fn what_rests_on_a_fix_that_somebody_declined_does_without_it() {
    let rulings = vec![ruling(passes::root_user::PASS.id, Says::Decline)];
    let outcome = hardened(WEB, &Wishes { waivers: Waivers::default().with(rulings), ..wishes() });
    assert_eq!(decisions(&outcome)[1], "root-user web user: Withheld(NotWanted)");
    let after = outcome.hardened.expect("two fixes are applied").value();
    let tmpfs = &after["containerDefinitions"][0]["linuxParameters"]["tmpfs"][0];
    assert_eq!(tmpfs["mountOptions"], json!(["exec"]));
}

#[test]
fn a_fix_alone_edits_what_it_edits_and_nothing_else() {
    let (document, outcome) = (read(WEB), hardened(WEB, &wishes()));
    for judged in &outcome.findings {
        let mut expected = document.value();
        json_patch::patch(&mut expected, &judged.ops(&document)).expect("its operations apply");
        assert_eq!(judged.alone(&document).expect("it has a fix").value(), expected);
    }
    let manual =
        hardened(r#"[{"name": "a", "image": "a", "privileged": true}]"#, &only(&[PassId("excess-capabilities")]));
    assert!(manual.findings[0].alone(&document).is_none());
}

#[test]
fn what_is_left_to_a_person_keeps_its_obstacles_and_has_no_operations() {
    let text =
        r#"[{"name": "a", "image": "a", "privileged": true, "user": "${user}", "readonlyRootFilesystem": true}]"#;
    let outcome = hardened(text, &wishes());
    assert_eq!(decisions(&outcome), ["excess-capabilities a capabilities: Manual", "root-user a user: Undetermined",]);
    assert_eq!(
        obstacles(&outcome),
        [
            "capabilities are ignored while `privileged` is true | let privileged-container run too, or set `privileged` to false by hand",
            "`user` is a placeholder | check the rendered file, or write the value here",
        ]
    );
    assert!(outcome.findings.iter().all(|judged| judged.ops(&read(text)).0.is_empty()));
    assert!(outcome.hardened.is_none());
}

#[test]
fn an_applied_fix_has_no_obstacle() {
    assert_eq!(obstacles(&hardened(WEB, &wishes())), Vec::<String>::new());
}

#[test]
fn a_wish_about_the_target_that_contradicts_the_definition_is_refused() {
    let wished = TargetWish([LaunchType::Ec2].into_iter().collect());
    let refused = harden(&read(WEB), &Wishes { target: wished, ..wishes() }, Fault::None);
    let Err(EngineError::Target(error)) = refused else { panic!("it must be refused") };
    assert_eq!(error, TargetError::LeavesOut { listed: LaunchType::Fargate });
}

#[test]
fn a_clean_definition_has_no_finding_and_no_new_text() {
    let text = r#"[{"name": "a", "image": "a", "user": "7", "readonlyRootFilesystem": true, "linuxParameters": {"capabilities": {"drop": ["ALL"]}}}]"#;
    let outcome = hardened(text, &wishes());
    assert_eq!(decisions(&outcome), Vec::<String>::new());
    assert!(outcome.hardened.is_none() && outcome.splices.is_empty() && outcome.ops.0.is_empty());
}
