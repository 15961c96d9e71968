//! The three values of a field, and lists of them.

use super::*;
use crate::model::Why::{MayBeHidden, OutsideThisFile, Placeholder, WrongType};

/// What one field says, read in each way.
#[derive(Clone, Debug, PartialEq)]
struct Ways {
    text: Read<String>,
    scalar: Read<String>,
    number: Read<u64>,
    flag: Read<bool>,
}

fn ways(field: &str) -> Ways {
    let document = container(field);
    let place = || first(&document).member("field");
    Ways {
        text: place().text().map(str::to_owned),
        scalar: place().scalar().map(str::to_owned),
        number: place().number(),
        flag: place().flag(),
    }
}

fn known(text: &str) -> Read<String> {
    Read::Known(text.to_owned())
}

/// A field that no way of reading makes sense of.
fn unresolved(why: Why) -> Ways {
    Ways {
        text: Read::Unresolved(why),
        scalar: Read::Unresolved(why),
        number: Read::Unresolved(why),
        flag: Read::Unresolved(why),
    }
}

/// A string that is neither a number nor a flag.
fn string(text: &str) -> Ways {
    Ways { text: known(text), scalar: known(text), ..unresolved(WrongType) }
}

#[test]
fn a_field_is_absent_known_or_unresolved_in_each_way_of_reading_it() {
    let absent = Ways { text: Read::Absent, scalar: Read::Absent, number: Read::Absent, flag: Read::Absent };
    let cases = [
        (r#""other": 1"#, absent.clone()),
        (r#""field": null"#, absent),
        (r#""field": ${value}"#, unresolved(Placeholder)),
        (r#""field": "${value}""#, unresolved(Placeholder)),
        (r#""field": "a-{{ .Value }}""#, unresolved(Placeholder)),
        (r#""other": 1, ${more}"#, unresolved(MayBeHidden)),
        (r#""field": {}"#, unresolved(WrongType)),
        (r#""field": ["a"]"#, unresolved(WrongType)),
        (r#""field": """#, string("")),
        (r#""field": "café \"x\"""#, string("café \"x\"")),
        (r#""field": "TRUE""#, Ways { flag: Read::Known(true), ..string("TRUE") }),
        (r#""field": "false""#, Ways { flag: Read::Known(false), ..string("false") }),
        (r#""field": " 80 ""#, Ways { number: Read::Known(80), ..string(" 80 ") }),
        (r#""field": 80"#, Ways { scalar: known("80"), number: Read::Known(80), ..unresolved(WrongType) }),
        (r#""field": -1"#, Ways { scalar: known("-1"), ..unresolved(WrongType) }),
        (r#""field": 1.50"#, Ways { scalar: known("1.50"), ..unresolved(WrongType) }),
        (r#""field": true"#, Ways { flag: Read::Known(true), ..unresolved(WrongType) }),
        (r#""field": false"#, Ways { flag: Read::Known(false), ..unresolved(WrongType) }),
    ];
    for (field, expected) in cases {
        assert_eq!(ways(field), expected, "{field}");
    }
}

#[test]
fn a_member_of_something_that_is_not_there_is_read_like_what_is_above_it() {
    let cases = [
        (r#""other": 1"#, Read::Absent),
        (r#""field": null"#, Read::Absent),
        (r#""field": {}"#, Read::Absent),
        (r#""field": {"inner": null}"#, Read::Absent),
        (r#""field": {"inner": "x"}"#, Read::Known("x")),
        (r#""field": {"inner": "x", ${more}}"#, Read::Known("x")),
        (r#""field": {"other": 1, ${more}}"#, Read::Unresolved(MayBeHidden)),
        (r#""field": ${value}"#, Read::Unresolved(Placeholder)),
        (r#""field": "x""#, Read::Unresolved(WrongType)),
        (r#""field": []"#, Read::Unresolved(WrongType)),
    ];
    for (field, expected) in cases {
        assert_eq!(first(&container(field)).member("field").member("inner").text(), expected, "{field}");
    }
}

#[test]
fn task_members_lie_outside_a_file_of_containers() {
    for text in [r#"[{"name": "web", "image": "web"}]"#, r#"{"name": "web", "image": "web"}"#] {
        let document = read(text);
        let task = TaskView::new(&document);
        assert!(!task.is_whole(), "{text}");
        assert_eq!(task.member("networkMode"), Read::Unresolved(OutsideThisFile), "{text}");
        assert_eq!(task.memory_mib(), Read::Unresolved(OutsideThisFile), "{text}");
        assert_eq!(task.family(), None, "{text}");
    }
    let document = task("\"cpu\": 1");
    assert!(TaskView::new(&document).is_whole());
    assert_eq!(TaskView::new(&document).family(), Some("shop"));
}

#[test]
fn a_list_says_what_it_holds_and_whether_that_is_all() {
    // Field, elements that are seen, what may be hidden, why something is unresolved, the texts.
    let cases = [
        (r#""other": 1"#, 0, None, None, Ok(vec![])),
        (r#""field": null"#, 0, None, None, Ok(vec![])),
        (r#""field": []"#, 0, None, None, Ok(vec![])),
        (r#""field": ["a", "b"]"#, 2, None, None, Ok(vec!["a", "b"])),
        (r#""field": ["a", null, "b"]"#, 3, None, None, Ok(vec!["a", "b"])),
        (r#""field": ["a", "${b}"]"#, 2, None, None, Err(Placeholder)),
        (r#""field": ["a", ${b}]"#, 2, None, Some(Placeholder), Err(Placeholder)),
        (r#""field": ["a", 1]"#, 2, None, None, Err(WrongType)),
        (r#""field": ["a" ${more}]"#, 1, Some(MayBeHidden), Some(MayBeHidden), Err(MayBeHidden)),
        (r#""field": ${list}"#, 0, Some(Placeholder), Some(Placeholder), Err(Placeholder)),
        (r#""field": "a""#, 0, Some(WrongType), Some(WrongType), Err(WrongType)),
        (r#""field": {}"#, 0, Some(WrongType), Some(WrongType), Err(WrongType)),
    ];
    for (field, seen, hidden, unresolved, texts) in cases {
        let document = container(field);
        let list = first(&document).member("field").list();
        let found = (list.items.len(), list.hidden, list.unresolved(), list.texts());
        assert_eq!(found, (seen, hidden, unresolved, texts), "{field}");
    }
}

#[test]
fn reasons_end_a_sentence_that_begins_with_the_field() {
    let phrases = [Placeholder, MayBeHidden, OutsideThisFile, WrongType].map(Why::phrase);
    assert_eq!(
        phrases,
        [
            "is a placeholder",
            "may come from a placeholder beside it",
            "belongs to the part of the task definition that this file does not hold",
            "is written as a type that ECS does not take there",
        ]
    );
}
