//! Merging: what edits mean together, and which contradict each other.

use serde_json::json;

use super::*;

const TEXT: &str = r#"{
  "list": [{"name": "a"}, {"name": "b"}, 3],
  "object": {"x": 1, "y": null},
  "null": null,
  "number": 1.50,
  "unknown": ${value},
  "some": [1 ${more}]
}"#;

fn at(pointer: &str) -> Path {
    let step =
        |step: &str| step.parse().map_or_else(|_| crate::tree::Step::Key(step.to_owned()), crate::tree::Step::Index);
    Path::from(pointer.split('/').skip(1).map(step).collect::<Vec<_>>())
}

fn set(pointer: &str, value: Value) -> Edit {
    Edit::Set { path: at(pointer), value }
}

fn append(pointer: &str, value: Value) -> Edit {
    Edit::Append { array: at(pointer), value }
}

fn remove(pointer: &str) -> Edit {
    Edit::Remove { path: at(pointer) }
}

/// The merged edits as an RFC 6902 patch.
fn patch(edits: &[Edit]) -> Result<Value, MergeError> {
    let parsed = read::json(TEXT).expect("the text is fine");
    let change = merge(&parsed.root, edits)?;
    Ok(serde_json::to_value(lower(&change)).expect("a patch is JSON"))
}

#[track_caller]
fn gives(edits: &[Edit], expected: &Value) {
    assert_eq!(patch(edits).as_ref(), Ok(expected));
}

#[track_caller]
fn fails(edits: &[Edit], expected: &MergeError) {
    assert_eq!(patch(edits).as_ref(), Err(expected));
    let reversed: Vec<_> = edits.iter().rev().cloned().collect();
    assert!(patch(&reversed).is_err(), "the other way round it passes");
}

#[test]
fn no_edits_change_nothing() {
    gives(&[], &json!([]));
}

#[test]
fn a_set_replaces_what_is_there() {
    gives(&[set("/number", json!(2))], &json!([{ "op": "replace", "path": "/number", "value": 2 }]));
}

#[test]
fn a_set_adds_what_is_not_there() {
    gives(&[set("/new", json!(2))], &json!([{ "op": "add", "path": "/new", "value": 2 }]));
}

#[test]
fn a_set_of_the_root_replaces_the_document() {
    gives(&[set("", json!(2))], &json!([{ "op": "replace", "path": "", "value": 2 }]));
}

#[test]
fn a_set_to_what_is_there_changes_nothing() {
    gives(
        &[
            set("/object", json!({ "y": null, "x": 1 })),
            set("/list/0/name", json!("a")),
            set("/list/1", json!({ "name": "b" })),
            set("/null", json!(null)),
        ],
        &json!([]),
    );
}

#[test]
fn a_number_of_another_spelling_is_another_number() {
    gives(&[set("/number", json!(1.5))], &json!([{ "op": "replace", "path": "/number", "value": 1.5 }]));
}

#[test]
fn missing_parents_are_made_once_for_all_edits_below() {
    gives(
        &[set("/p/q/r", json!(1)), append("/p/s", json!("ALL")), set("/p/q/t", json!(2)), append("/p/s", json!("X"))],
        &json!([{ "op": "add", "path": "/p", "value": { "q": { "r": 1, "t": 2 }, "s": ["ALL", "X"] } }]),
    );
}

#[test]
fn a_null_gives_way_to_what_is_set_below_it() {
    gives(
        &[set("/null/a", json!(1)), append("/object/y", json!(2))],
        &json!([
            { "op": "replace", "path": "/null", "value": { "a": 1 } },
            { "op": "replace", "path": "/object/y", "value": [2] },
        ]),
    );
}

#[test]
fn elements_change_before_they_go_and_go_from_the_end() {
    gives(
        &[remove("/list/0"), append("/list", json!(4)), set("/list/1/name", json!("c")), remove("/list/2")],
        &json!([
            { "op": "replace", "path": "/list/1/name", "value": "c" },
            { "op": "remove", "path": "/list/2" },
            { "op": "remove", "path": "/list/0" },
            { "op": "add", "path": "/list/-", "value": 4 },
        ]),
    );
}

#[test]
fn an_open_list_takes_new_elements_after_those_that_can_be_seen() {
    gives(
        &[append("/some", json!(2)), append("/some", json!(3)), remove("/some/0")],
        &json!([
            { "op": "remove", "path": "/some/0" },
            { "op": "add", "path": "/some/0", "value": 2 },
            { "op": "add", "path": "/some/1", "value": 3 },
        ]),
    );
}

#[test]
fn members_go_and_come() {
    gives(
        &[remove("/object/x"), set("/object/z", json!(1)), remove("/null")],
        &json!([
            { "op": "remove", "path": "/object/x" },
            { "op": "add", "path": "/object/z", "value": 1 },
            { "op": "remove", "path": "/null" },
        ]),
    );
}

#[test]
fn pointers_are_escaped() {
    let edits = [Edit::Set { path: Path::root().key("a/b~c"), value: json!(1) }];
    gives(&edits, &json!([{ "op": "add", "path": "/a~1b~0c", "value": 1 }]));
}

#[test]
fn equal_edits_count_once_but_appends_count_each() {
    gives(&[set("/new", json!(2)), set("/new", json!(2))], &json!([{ "op": "add", "path": "/new", "value": 2 }]));
    gives(&[remove("/null"), remove("/null")], &json!([{ "op": "remove", "path": "/null" }]));
    gives(
        &[append("/list", json!(2)), append("/list", json!(2))],
        &json!([
            { "op": "add", "path": "/list/-", "value": 2 },
            { "op": "add", "path": "/list/-", "value": 2 },
        ]),
    );
}

#[test]
fn different_sets_of_one_path_contradict_each_other() {
    fails(&[set("/a", json!(1)), set("/a", json!(2))], &MergeError::Conflict(at("/a")));
}

#[test]
fn a_set_and_something_inside_it_contradict_each_other() {
    fails(&[set("/a", json!({ "b": 1 })), set("/a/b", json!(1))], &MergeError::Conflict(at("/a/b")));
    fails(&[set("/list", json!([])), append("/list", json!(1))], &MergeError::Conflict(at("/list")));
    fails(&[set("/list", json!([])), remove("/list/0")], &MergeError::Conflict(at("/list/0")));
    fails(&[set("/object", json!({})), append("/object/z", json!(1))], &MergeError::Conflict(at("/object/z")));
}

#[test]
fn a_removal_and_anything_inside_it_contradict_each_other() {
    fails(&[remove("/object"), set("/object/x", json!(2))], &MergeError::Conflict(at("/object/x")));
    fails(&[remove("/object"), remove("/object/x")], &MergeError::Conflict(at("/object/x")));
    fails(&[remove("/list"), append("/list", json!(2))], &MergeError::Conflict(at("/list")));
    fails(&[remove("/list/0"), set("/list/0/name", json!(2))], &MergeError::Conflict(at("/list/0/name")));
    fails(&[remove("/number"), set("/number", json!(2))], &MergeError::Conflict(at("/number")));
}

#[test]
fn nothing_goes_through_an_unknown_value() {
    for edit in [
        set("/unknown", json!(1)),
        set("/unknown/a", json!(1)),
        append("/unknown", json!(1)),
        remove("/unknown"),
        remove("/unknown/a"),
    ] {
        fails(&[edit], &MergeError::Opaque(at("/unknown")));
    }
}

#[test]
fn nothing_goes_through_a_plain_value() {
    fails(&[set("/number/a", json!(1))], &MergeError::NotAContainer(at("/number")));
    fails(&[append("/number", json!(1))], &MergeError::NotAContainer(at("/number")));
    fails(&[append("/object", json!(1))], &MergeError::NotAContainer(at("/object")));
    fails(&[set("/object/0", json!(1))], &MergeError::NotAContainer(at("/object")));
    fails(&[set("/list/name", json!(1))], &MergeError::NotAContainer(at("/list")));
}

#[test]
fn an_object_and_a_list_cannot_be_made_of_one_place() {
    fails(&[append("/new", json!(1)), set("/new/a", json!(1))], &MergeError::NotAContainer(at("/new")));
}

#[test]
fn what_is_not_there_cannot_go() {
    fails(&[remove("/absent")], &MergeError::Absent(at("/absent")));
    fails(&[remove("/absent/a")], &MergeError::Absent(at("/absent/a")));
    fails(&[remove("/list/3")], &MergeError::Absent(at("/list/3")));
    fails(&[set("/list/3", json!(1))], &MergeError::Absent(at("/list/3")));
    fails(&[set("/absent/0/a", json!(1))], &MergeError::Absent(at("/absent/0")));
    fails(&[remove("")], &MergeError::Absent(at("")));
}

#[test]
fn a_change_of_another_document_is_refused() {
    let parsed = read::json(r#"{"a": [1], "b": 1}"#).expect("the text is fine");
    let never = |_: Span| false;
    let shorter = ArrayChange { len: 2, ..ArrayChange::default() };
    let mismatches = [
        (Change::Array(ArrayChange::default()), at("")),
        (Change::Object(vec![("a".to_owned(), MemberChange::Add(json!(1)))]), at("")),
        (Change::Object(vec![("c".to_owned(), MemberChange::Remove)]), at("")),
        (Change::Object(vec![("a".to_owned(), MemberChange::Change(Change::Array(shorter)))]), at("/a")),
        (Change::Object(vec![("b".to_owned(), MemberChange::Change(Change::Object(vec![])))]), at("/b")),
    ];
    for (change, place) in mismatches {
        let found = json::splice(r#"{"a": [1], "b": 1}"#, &parsed, &change, &never);
        assert_eq!(found, Err(json::SpliceError::Mismatch(place)));
    }
}

#[test]
fn errors_name_the_place() {
    let place = at("/containerDefinitions/0");
    assert_eq!(
        MergeError::Conflict(place.clone()).to_string(),
        "two edits contradict each other at /containerDefinitions/0"
    );
    assert_eq!(MergeError::Opaque(place.clone()).to_string(), "the value at /containerDefinitions/0 is not known here");
    assert_eq!(
        json::SpliceError::NoPlace(place).to_string(),
        "placeholders leave no safe place for a new entry in /containerDefinitions/0"
    );
}

#[test]
fn an_object_of_placeholders_alone_takes_no_member() {
    let text = r#"{"a": {${more}}, "b": [${x} ${more}]}"#;
    assert_eq!(
        try_edit(text, &[set("/a/b", json!(1))], &|_| false),
        Err("splice: placeholders leave no safe place for a new entry in /a".to_owned())
    );
}

#[test]
fn an_entry_that_a_placeholder_leans_on_is_not_removed() {
    let refused = Err("splice: placeholders leave no safe way to remove an entry of ".to_owned());
    assert_eq!(try_edit(r#"{"b": 4, "c": "x"D${more}}"#, &[remove("/c")], &|_| false), refused);
    assert_eq!(try_edit(r#"{"b": 4, "c": "x" ${more}}"#, &[remove("/c")], &|_| false), refused);
    assert_eq!(try_edit(r#"{${more} "b": 4, "c": 5}"#, &[remove("/b")], &|_| false), refused);
    let apart = try_edit(r#"{"b": 4, "c": "x", ${more}}"#, &[remove("/c")], &|_| false);
    assert_eq!(apart, Ok(r#"{"b": 4,  ${more}}"#.to_owned()));
}

#[test]
fn the_value_for_the_proof_tells_unknown_values_and_open_containers() {
    let parsed = read::json(TEXT).expect("the text is fine");
    let value = to_json(&parsed.root, TEXT);
    assert_eq!(value["unknown"], json!("\u{0}opaque ${value}"));
    assert_eq!(value["some"], json!([1, "\u{0}open"]));
    assert_eq!(value["number"].to_string(), "1.50");
    let text = r#"{"a": 1 ${more}}"#;
    let parsed = read::json(text).expect("the text is fine");
    assert_eq!(to_json(&parsed.root, text), json!({ "a": 1, "\u{0}open": true }));
}

#[test]
fn splices_apply_in_order() {
    let splice = |start, end, text: &str| Splice { span: Span::new(start, end), text: text.to_owned() };
    assert_eq!(apply("abcdef", &[]), "abcdef");
    assert_eq!(apply("abcdef", &[splice(0, 0, "x"), splice(2, 3, ""), splice(6, 6, "é")]), "xabdefé");
    assert_eq!(apply("日本", &[splice(0, 3, "x")]), "x本");
}
