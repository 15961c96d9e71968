//! The proof: passes that lie, edits that contradict each other, and a damaged result.

use super::*;
use crate::intent::Selection;
use crate::model::{ContainerView, Read};
use crate::pass::{Yield, finding};
use crate::weakness::Weaknesses;

#[test]
fn a_lost_byte_is_refused_as_unproven() {
    let refused = harden(&read(WEB), &wishes(), Fault::LostByte);
    assert!(
        matches!(refused, Err(EngineError::Unproven(ProofError::Unreadable(_) | ProofError::Different))),
        "{refused:?}"
    );
    let value = r#"[{"name": "a", "image": "a", "user": "root", "readonlyRootFilesystem": false, "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "tmpfs": [{"containerPath": "/tmp", "size": 1}]}}]"#;
    let refused = harden(&read(value), &wishes(), Fault::LostByte);
    assert!(matches!(refused, Err(EngineError::Unproven(ProofError::Unreadable(_)))), "{refused:?}");
}

#[test]
fn a_result_that_reads_well_and_says_something_else_is_refused() {
    let text = r#"{"containerDefinitions": [{"name": "a", "image": "a", "cpu": 5}]}"#;
    let after = run(text, &[&WANTS_CPU]).expect("it is proven").hardened.expect("it is mended");
    assert_eq!(after.text(), text.replace('5', "12"));
    // With a byte lost the text says 1.
    let refused = run_with(Fault::LostByte, text, &[&WANTS_CPU]);
    assert!(matches!(refused, Err(ProofError::Different)), "{refused:?}");
}

#[test]
fn a_fault_without_an_edit_damages_nothing() {
    let text = r#"[{"name": "a", "image": "a", "user": "7", "readonlyRootFilesystem": true, "linuxParameters": {"capabilities": {"drop": ["ALL"]}}}]"#;
    assert!(harden(&read(text), &wishes(), Fault::LostByte).is_ok_and(|outcome| outcome.hardened.is_none()));
}

/// A pass of a test.
const fn liar(id: &'static str, inspect: fn(&TaskView<'_>, &Intent) -> Vec<Finding>) -> Pass {
    Pass {
        id: PassId(id),
        summary: "a pass of a test",
        severity: Severity::Low,
        controls: &[],
        yields: &[Yield { applicability: Applicability::Safe, when: "always" }],
        section: id,
        knobs: &[],
        run: Run::ByDefault,
        page: "",
        weaknesses: Weaknesses::none("a pass of a test"),
        inspect,
    }
}

fn fix(pass: &'static Pass, container: &ContainerView<'_>, edits: Vec<Edit>) -> Finding {
    let values = vec![Vouched::of("a test".to_owned(), Provenance::Flag)];
    let fix = Fix { title: "do it".into(), applicability: Applicability::Safe, edits, values, risks: Vec::new() };
    finding(pass, container, "subject", "it is weak".into(), Remedy::Fix(fix))
}

fn first<'d>(task: &TaskView<'d>) -> ContainerView<'d> {
    task.seen().into_iter().next().expect("the test has a container")
}

fn set_hostname(container: &ContainerView<'_>, value: &str) -> Edit {
    Edit::Set { path: container.path().key("hostname"), value: json!(value) }
}

/// Sets a member and finds it weak all the same.
static NEVER_MENDS: Pass = liar("never-mends", |task, _| {
    let container = first(task);
    vec![fix(&NEVER_MENDS, &container, vec![set_hostname(&container, "a")])]
});

/// Mends what it finds.
static MENDS: Pass = liar("mends", |task, _| {
    let container = first(task);
    if container.member("hostname").text() == Read::Known("a") {
        return Vec::new();
    }
    vec![fix(&MENDS, &container, vec![set_hostname(&container, "a")])]
});

/// Wants the same member as `MENDS` to have another value.
static CONTRADICTS: Pass = liar("contradicts", |task, _| {
    let container = first(task);
    vec![fix(&CONTRADICTS, &container, vec![set_hostname(&container, "b")])]
});

/// Finds something once somebody has set the host name.
static FINDS_MENDED: Pass = liar("finds-mended", |task, _| {
    let container = first(task);
    match container.member("hostname") {
        Read::Absent => Vec::new(),
        _ => vec![finding(&FINDS_MENDED, &container, "hostname", "it is set".into(), Remedy::Manual(Vec::new()))],
    }
});

/// Wants a member of the task, which a list of containers has no place for.
static WANTS_THE_TASK: Pass = liar("wants-the-task", |task, _| {
    let edit = Edit::Set { path: Path::root().key("networkMode"), value: json!("awsvpc") };
    match task.network_mode() {
        Read::Known("awsvpc") => Vec::new(),
        _ => vec![fix(&WANTS_THE_TASK, &first(task), vec![edit])],
    }
});

/// Wants more CPU units.
static WANTS_CPU: Pass = liar("wants-cpu", |task, _| {
    let container = first(task);
    let edit = Edit::Set { path: container.path().key("cpu"), value: json!(12) };
    if container.member("cpu").number() == Read::Known(12) {
        Vec::new()
    } else {
        vec![fix(&WANTS_CPU, &container, vec![edit])]
    }
});

/// Wants a member of `linuxParameters`, whatever may be hidden there.
static WANTS_INIT: Pass = liar("wants-init", |task, _| {
    let container = first(task);
    let path = container.path().key("linuxParameters").key("initProcessEnabled");
    match container.linux("initProcessEnabled") {
        Read::Known(_) => Vec::new(),
        _ => vec![fix(&WANTS_INIT, &container, vec![Edit::Set { path, value: json!(true) }])],
    }
});

/// Sets the host name and then, once it is set, reports the same place as manual.
static TURNS_MANUAL: Pass = liar("turns-manual", |task, _| {
    let container = first(task);
    match container.member("hostname") {
        Read::Absent => vec![fix(&TURNS_MANUAL, &container, vec![set_hostname(&container, "a")])],
        _ => vec![finding(&TURNS_MANUAL, &container, "subject", "still".into(), Remedy::Manual(Vec::new()))],
    }
});

const PLAIN: &str = r#"{"containerDefinitions": [{"name": "a", "image": "a"}]}"#;

fn run(text: &str, table: &[&'static Pass]) -> Result<Outcome, ProofError> {
    run_with(Fault::None, text, table)
}

fn run_with(fault: Fault, text: &str, table: &[&'static Pass]) -> Result<Outcome, ProofError> {
    let document = read(text);
    let selection = Selection::all(table.iter().map(|pass| pass.id));
    let intent =
        Intent::new(&TaskView::new(&document), &Wishes { selection, ..wishes() }).expect("nothing is contradicted");
    round(&document, intent, &Round { table, fault, ..Round::default() })
}

#[test]
fn what_the_proof_refuses_it_names_by_pass_and_place() {
    let cases: [(&[&'static Pass], &str); 4] = [
        (&[&NEVER_MENDS], "`never-mends` still finds what it mended at /containerDefinitions/0"),
        (&[&TURNS_MANUAL], "`turns-manual` still finds what it mended at /containerDefinitions/0"),
        (&[&MENDS, &FINDS_MENDED], "`finds-mended` finds something new at /containerDefinitions/0"),
        (&[&MENDS, &CONTRADICTS], "the edits of different fixes contradict each other"),
    ];
    for (table, expected) in cases {
        let error = run(PLAIN, table).expect_err("it must be refused");
        assert_eq!(error.to_string(), expected);
        let whole = EngineError::Unproven(error).to_string();
        assert_eq!(whole, format!("the edited text could not be proven right: {expected}"));
    }
}

#[test]
fn an_honest_pass_is_proven_and_a_standing_finding_of_another_is_no_news() {
    let outcome = run(PLAIN, &[&MENDS]).expect("it is proven");
    let after = outcome.hardened.expect("it is mended");
    assert_eq!(after.text(), r#"{"containerDefinitions": [{"name": "a", "image": "a", "hostname": "a"}]}"#);
    let with_host = r#"{"containerDefinitions": [{"name": "a", "image": "a", "hostname": "b"}]}"#;
    let outcome = run(with_host, &[&MENDS, &FINDS_MENDED]).expect("it is proven");
    assert_eq!(decisions(&outcome), ["finds-mended a hostname: Manual", "mends a subject: Applied"]);
    assert_eq!(outcome.hardened.expect("it is mended").text(), with_host.replace("\"b\"", "\"a\""));
}

#[test]
fn equal_wishes_of_two_passes_are_one_edit() {
    static ALSO_MENDS: Pass = liar("also-mends", |task, intent| {
        (MENDS.inspect)(task, intent).into_iter().map(|found| Finding { pass: &ALSO_MENDS, ..found }).collect()
    });
    let outcome = run(PLAIN, &[&MENDS, &ALSO_MENDS]).expect("it is proven");
    assert_eq!(ops(&outcome.ops), json!([{ "op": "add", "path": "/containerDefinitions/0/hostname", "value": "a" }]));
    let own: Vec<Json> = outcome.findings.iter().map(|judged| ops(&judged.ops(&read(PLAIN)))).collect();
    assert_eq!(own, [ops(&outcome.ops), ops(&outcome.ops)]);
}

/// Intent has counted on every fix it planned, so to drop one here would leave the others resting on nothing.
#[test]
fn an_edit_without_a_place_in_the_file_is_a_bug_of_the_pass() {
    let cases: [(&str, &'static Pass, bool); 5] = [
        (PLAIN, &WANTS_THE_TASK, true),
        (r#"[{"name": "a", "image": "a"}]"#, &WANTS_THE_TASK, false),
        (r#"{"name": "a", "image": "a"}"#, &WANTS_THE_TASK, false),
        (r#"[{"name": "a", "image": "a", "linuxParameters": {"maxSwap": 0, ${more}}}]"#, &WANTS_INIT, true),
        (r#"[{"name": "a", "image": "a", "linuxParameters": {${more}}}]"#, &WANTS_INIT, false),
    ];
    for (text, pass, has_place) in cases {
        match run(text, &[pass]) {
            Ok(outcome) => assert!(has_place && outcome.hardened.is_some(), "{text}"),
            Err(error) => assert!(!has_place && matches!(error, ProofError::NoPlace), "{text}: {error}"),
        }
    }
}
