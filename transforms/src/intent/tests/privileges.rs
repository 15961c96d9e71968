//! Who stays privileged: it hangs on what `excess-capabilities` does in the same run, and on what the task shares afterwards.

use super::*;
use crate::passes::{excess_capabilities, host_pid_namespace, privileged_container};
use crate::waiver::{SubjectGlob, Waiver, WaiverState};

const PRIVILEGED: &str = r#", "privileged": true"#;

const ASKS: &str = "stays: nobody says which capabilities the container needs once it is not privileged | \
    say which: --set 'web:excess-capabilities.keep=CAP,…', with nothing after the = if it needs none";

/// One line about the plan: mended and how, or why not.
fn line(text: &str, wishes: &Wishes) -> String {
    let plan = first(text, wishes).privileges;
    let stays = if plan.stays { "stays" } else { "goes" };
    match plan.mend {
        Plan::Ready(PrivilegeMend { by, lists: Lists::BeginToCount }) => {
            format!("{stays}: lists count, {}", by.kind.phrase())
        }
        Plan::Ready(PrivilegeMend { by, lists: Lists::Mended(kept) }) => {
            format!("{stays}: keeps {:?}, {}", names(&kept), by.kind.phrase())
        }
        Plan::Blocked(obstacles) => format!("{stays}: {}", lines(&obstacles).join("; ")),
    }
}

fn waiving(pass: &'static crate::pass::Pass, subject: &str, state: WaiverState) -> Wishes {
    let waiver = Waiver {
        pass: pass.id,
        scope: Scope::everything(),
        subject: SubjectGlob::of(Some(subject)).expect("the glob is right"),
        reason: "known".into(),
        owner: None,
        expires: None,
        state,
        written: "policy:1".into(),
    };
    Wishes { waivers: Waivers::from(vec![waiver]), ..wishes(json!({})) }
}

#[test]
fn it_hangs_on_what_excess_capabilities_does() {
    let text = ec2(PRIVILEGED, "", "");
    let keep = |list: &[&str]| wishes(json!({ "excess-capabilities": { "keep": list } }));
    assert_eq!(line(&text, &wishes(json!({}))), ASKS);
    assert_eq!(line(&text, &keep(&[])), "goes: keeps [], flag");
    assert_eq!(line(&text, &keep(&["NET_ADMIN"])), r#"goes: keeps ["NET_ADMIN"], flag"#);
    let disabled = wishes(json!({ "disable": ["excess-capabilities"] }));
    assert_eq!(line(&text, &disabled), "goes: lists count, built-in default");
    let alone = Wishes { selection: Selection::all([privileged_container::PASS.id]), ..keep(&["KILL"]) };
    assert_eq!(line(&text, &alone), "goes: lists count, flag");
    let waived = |state| waiving(&excess_capabilities::PASS, "capabilities", state);
    assert_eq!(line(&text, &waived(WaiverState::Holds)), "goes: lists count, built-in default");
    assert_eq!(line(&text, &waived(WaiverState::Expired)), ASKS);
}

#[test]
fn a_fix_that_is_withheld_leaves_it_privileged() {
    let text = ec2(PRIVILEGED, "", "");
    let disabled = wishes(json!({ "disable": ["excess-capabilities"] }));
    let selection = |floor, vouched| Selection { floor, vouched, ..Selection::all(passes::ids()) };
    let safe = Wishes { selection: selection(Applicability::Safe, Provenance::BuiltInDefault), ..disabled.clone() };
    assert_eq!(line(&text, &safe), "stays: lists count, built-in default");
    let vouched = Wishes { selection: selection(Applicability::Unsafe, Provenance::Definition), ..disabled };
    assert_eq!(line(&text, &vouched), "stays: lists count, built-in default");
    let keep = wishes(json!({ "excess-capabilities": { "keep": ["KILL"] }, "disable": ["privileged-container"] }));
    assert_eq!(line(&text, &keep), r#"stays: keeps ["KILL"], flag"#);
}

#[test]
fn what_the_task_shares_after_the_run_counts() {
    let text = ec2(PRIVILEGED, "", r#""pidMode": "host","#);
    let disabled = wishes(json!({ "disable": ["excess-capabilities"] }));
    assert_eq!(line(&text, &disabled), "goes: lists count, built-in default");
    let waived = Wishes {
        waivers: waiving(&host_pid_namespace::PASS, "pidMode", WaiverState::Holds).waivers,
        layers: disabled.layers,
        ..wishes(json!({}))
    };
    assert_eq!(
        line(&text, &waived),
        "stays: `web` has `pidMode` \"host\", so it seems to work on its host | \
         if it does without, set `privileged` to false by hand; else run it on instances of its own"
    );
}

#[test]
fn what_is_known_of_its_image_stands_for_a_word_of_somebody() {
    let of = |image: &str, members: &str, targets: &str| {
        let text = ec2(&format!("{PRIVILEGED} {members}"), "", "").replace(r#"["EC2"]"#, targets);
        line(
            &text.replacen(r#""image": "web""#, &format!(r#""image": "{image}""#), 1),
            &wishes(json!({ "disable": ["root-user"] })),
        )
    };
    let ec2 = r#"["EC2"]"#;
    let keeps = r#"goes: keeps ["CHOWN", "SETGID", "SETUID"], image catalogue"#;
    assert_eq!(of("redis:7", r#", "user": "0", "readonlyRootFilesystem": true"#, ec2), keeps);
    assert_eq!(of("redis:7", r#", "user": "0", "command": ["redis-server", "--save", ""]"#, ec2), keeps);
    // It starts something else, is only called so, or is there to be built on.
    for (image, members) in [
        ("redis:7", r#", "command": ["sh", "-c", "sysctl -w vm.overcommit_memory=1; redis-server"]"#),
        ("registry.example.com/shop/redis:7", ""),
        ("alpine:3", r#", "command": ["alpine"]"#),
    ] {
        assert_eq!(of(image, members, ec2), ASKS, "{image} {members}");
    }
    let refused = "stays: its image is known to need IPC_LOCK, which would have to be added, and Fargate takes no added capability but SYS_PTRACE | \
        if it does without: --set 'web:excess-capabilities.keep=CHOWN,SETFCAP,SETGID,SETUID'";
    assert_eq!(of("hashicorp/vault:1.17", "", r#"["EC2", "FARGATE"]"#), refused);
    // Who is not root needs none of it.
    let text = super::ec2(PRIVILEGED, "", "").replacen(r#""image": "web""#, r#""image": "redis:7""#, 1);
    let owned = wishes(json!({ "writable-root-filesystem": { "paths": ["/data"] } }));
    assert_eq!(line(&text, &owned), "goes: keeps [], image catalogue");
    let added = r#"goes: keeps ["CHOWN", "IPC_LOCK", "SETFCAP", "SETGID", "SETUID"], image catalogue"#;
    assert_eq!(of("hashicorp/vault:1.17", "", ec2), added);
}
