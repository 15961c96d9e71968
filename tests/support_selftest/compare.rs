//! The byte comparison lets good edits pass and reports bad ones.

use serde_json::{Value, json};

use crate::support::compare::{unchanged_outside, value_of};

fn passes(name: &str, old: &str, new: &str, operations: &Value) {
    assert_eq!(unchanged_outside(old, new, operations), Ok(()), "{name}\n--- old\n{old}\n--- new\n{new}");
}

fn is_reported(name: &str, old: &str, new: &str, operations: &Value) {
    let result = unchanged_outside(old, new, operations);
    assert!(result.is_err(), "not reported: {name}\n--- old\n{old}\n--- new\n{new}");
}

fn add(path: &str, value: impl Into<Value>) -> Value {
    json!([{"op": "add", "path": path, "value": value.into()}])
}

fn remove(path: &str) -> Value {
    json!([{"op": "remove", "path": path}])
}

const OLD: &str = "{\n  \"a\": 1.50, // one\n  \"c\": [\n    \"x\"\n  ],\n  /* two */ \"d\": \"\\u00e9\"\n}\n";

#[test]
fn good_insertions_pass() {
    let nothing = json!([]);
    passes("no edit", OLD, OLD, &nothing);
    let end = OLD.replace("e9\"\n}", "e9\",\n  \"z\": true\n}");
    passes("a member at the end", OLD, &end, &add("/z", true));
    let between = OLD.replace("// one\n", "// one\n  \"b\": {},\n");
    passes("a member on its own line", OLD, &between, &add("/b", json!({})));
    let after = OLD.replace("1.50,", "1.50,\n  \"b\": 2,");
    passes("a member right after another, before its comment", OLD, &after, &add("/b", 2));
    let first = OLD.replacen("{\n", "{\n  \"0\": null,\n", 1);
    passes("a member before the first", OLD, &first, &add("/0", Value::Null));
    let appended = OLD.replace("\"x\"\n", "\"x\",\n    \"y\"\n");
    passes("an element at the end", OLD, &appended, &add("/c/1", "y"));
    passes("an element at the end, by a dash", OLD, &appended, &add("/c/-", "y"));
    let two = OLD.replace("\"x\"\n", "\"x\",\n    \"y\",\n    \"z\"\n");
    let operations = json!([{"op": "add", "path": "/c/-", "value": "y"}, {"op": "add", "path": "/c/-", "value": "z"}]);
    passes("two elements", OLD, &two, &operations);
    let operations = json!([{"op": "add", "path": "/b", "value": {}}, {"op": "add", "path": "/b/x", "value": [1]}]);
    let nested = OLD.replace("// one\n", "// one\n  \"b\": {\"x\": [1]},\n");
    passes("a member of a new member", OLD, &nested, &operations);
}

#[test]
fn good_insertions_into_odd_layouts_pass() {
    passes("one line", r#"{"a": 1}"#, r#"{"a": 1, "b": 2}"#, &add("/b", 2));
    passes("one line, spaced", r#"{ "a": 1 }"#, r#"{ "a": 1, "b": 2 }"#, &add("/b", 2));
    passes("one line, tight", r#"{"a":1}"#, r#"{"b":2,"a":1}"#, &add("/b", 2));
    passes("one line, between", r#"{"a":1,"c":3}"#, r#"{"a":1,"b":2,"c":3}"#, &add("/b", 2));
    passes("an empty list", r#"{"a": []}"#, "{\"a\": [\n  \"x\"\n]}", &add("/a/0", "x"));
    passes("a spaced empty list", r#"{"a": [ ]}"#, r#"{"a": ["x"]}"#, &add("/a/0", "x"));
    passes("an empty object", "{}", "{\n  \"a\": 1\n}", &add("/a", 1));
    passes("a trailing comma", "[\n  1,\n]", "[\n  1,\n  2,\n]", &add("/-", 2));
    passes("a comment after the last", "{\n  \"a\": 1 // c\n}", "{\n  \"a\": 1, // c\n  \"b\": 2\n}", &add("/b", 2));
    passes("space after the last", "{\n  \"a\": 1 \n}", "{\n  \"a\": 1, \n  \"b\": 2\n}", &add("/b", 2));
    passes("carriage returns", "{\r\n\"a\":1\r\n}", "{\r\n\"a\":1,\r\n\"b\":2\r\n}", &add("/b", 2));
    passes("a mark in front", "\u{feff}{\"a\":1}\n", "\u{feff}{\"a\":1,\"b\":2}\n", &add("/b", 2));
    let (old, new) = ("[{\n  \"a\": 1\n}, {\n  \"a\": 2\n}]", "[{\n  \"a\": 1,\n  \"b\": 1\n}, {\n  \"a\": 2\n}]");
    passes("joined braces", old, new, &add("/0/b", 1));
    passes("an escaped name", r#"{"a/b": {}}"#, r#"{"a/b": {"~": 1}}"#, &add("/a~1b/~0", 1));
}

#[test]
fn good_replacements_and_removals_pass() {
    let replaced = OLD.replace("1.50", "{\n    \"x\": null\n  }");
    passes("a value", OLD, &replaced, &json!([{"op": "replace", "path": "/a", "value": {"x": null}}]));
    passes("a value, by an addition", OLD, &replaced, &add("/a", json!({"x": null})));
    let gone = OLD.replace("  \"c\": [\n    \"x\"\n  ],\n", "");
    passes("a member with its line", OLD, &gone, &remove("/c"));
    passes("the only element", r#"{"a": [ "x" ]}"#, r#"{"a": []}"#, &remove("/a/0"));
    passes("the only element, with a trailing comma", "[\n  1,\n]", "[]", &remove("/0"));
    passes("the last element", "[\n  1,\n  2\n]", "[\n  1\n]", &remove("/1"));
    passes("the first element", "[1, 2]", "[2]", &remove("/0"));
    let both = json!([{"op": "remove", "path": "/1"}, {"op": "remove", "path": "/0"}]);
    passes("two elements", "[1, 2, 3]", "[3]", &both);
    let moved = json!([{"op": "remove", "path": "/0"}, {"op": "add", "path": "/-", "value": 9}]);
    passes("one goes, one comes", "[1, 2]", "[2, 9]", &moved);
}

#[test]
fn placeholders_are_left_alone() {
    let old =
        "[\n  {\"cpu\": ${cpu}, \"n\": $NAME, \"x\": $$$X$$$, \"s\": \"{{ must_env \"X\" }}\"},\n  $ENVOY,\n  $XRAY\n]";
    passes("no edit", old, old, &json!([]));
    let new = old.replace("X\" }}\"", "X\" }}\", \"user\": \"1000\"");
    passes("a member after placeholders", old, &new, &add("/0/user", "1000"));
    is_reported("another placeholder", old, &old.replace("${cpu}", "${CPU}"), &json!([]));
    is_reported("another template in a string", old, &old.replace("must_env", "env"), &json!([]));
    is_reported("a placeholder gone", old, &old.replace(",\n  $XRAY", ""), &json!([]));
    let counted = old.replace("$XRAY", "$XRAY,\n  1");
    passes("after placeholders that count", old, &counted, &add("/3", 1));
    passes("after placeholders that do not", old, &counted, &add("/1", 1));
    is_reported("neither", old, &counted, &add("/2", 2));

    let beside = "[1 ${more}, 2]";
    let two = json!([{"op": "replace", "path": "/1", "value": 3}]);
    passes("a placeholder beside an element", beside, "[1 ${more}, 3]", &two);
    let (old, new) = ("[$A, 1, 2]", "[$A, 1, 3]");
    passes("an index that counts no placeholder", old, new, &two);
    passes("an index that counts it", old, new, &json!([{"op": "replace", "path": "/2", "value": 3}]));
    is_reported("an index of something else", old, new, &json!([{"op": "replace", "path": "/0", "value": 3}]));

    let jinja =
        "%{ if x ~}\n{\n  {% if y %}\n  \"a\": {{ a }},\n  {% endif %}\n  \"b\": ${jsonencode({c = \"}\"})}\n}\n";
    passes("directives", jinja, jinja, &json!([]));
    let new = jinja.replace("})}\n", "})},\n  \"d\": 1\n");
    passes("a member among directives", jinja, &new, &add("/d", 1));
    let hash = "{ # why\n  \"a\": #{A}#, # so\n  <MORE>\n  'b': <%= b %>\n}";
    passes("a mixture", hash, hash, &json!([]));
}

#[test]
fn changes_elsewhere_are_reported() {
    let operations = add("/z", true);
    let good = OLD.replace("e9\"\n}", "e9\",\n  \"z\": true\n}");
    passes("the edit itself", OLD, &good, &operations);
    let bad = |name: &str, from: &str, to: &str| {
        assert!(good.contains(from), "{name} changes nothing");
        is_reported(name, OLD, &good.replacen(from, to, 1), &operations);
    };
    bad("number text", "1.50", "1.5");
    bad("an escape", "\\u00e9", "é");
    bad("a name", "\"a\"", "\"\\u0061\"");
    bad("a comment gone", " // one", "");
    bad("a comment changed", "one", "uno");
    bad("a comment moved", ", // one\n  \"c\": [", ",\n  \"c\": [ // one");
    bad("a sibling re-indented", "\n  \"c\"", "\n    \"c\"");
    bad("a neighbour re-indented", "\n  /* two */", "\n /* two */");
    bad("the bracket re-indented", "true\n}", "true\n  }");
    bad("the bracket on the line", "true\n}", "true }");
    bad("the spacing of a colon", "\"c\": ", "\"c\" : ");
    bad("the final newline", "}\n", "}");
    bad("a list joined", "[\n    \"x\"\n  ]", "[\"x\"]");
    bad("an unreported value", "\"x\"", "\"y\"");
    bad("an unreported element", "\"x\"", "\"x\", \"y\"");
    bad("an unreported member", "\"z\": true", "\"y\": true, \"z\": true");
    bad("another value than reported", "true", "false");
    bad("an unreported removal", "  \"c\": [\n    \"x\"\n  ],\n", "");
    bad("a trailing comma", "true\n", "true,\n");
    bad("line ends", "[\n", "[\r\n");
    is_reported("not carried out", OLD, OLD, &operations);
}

#[test]
fn changes_of_order_newlines_and_marks_are_reported() {
    let nothing = json!([]);
    is_reported("reordered names", r#"{"a":1,"b":1}"#, r#"{"b":1,"a":1}"#, &nothing);
    is_reported("reordered names beside an edit", r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1,"c":3}"#, &add("/c", 3));
    is_reported("a mark gone", "\u{feff}{}", "{}", &nothing);
    is_reported("a mark added", "{}", "\u{feff}{}", &nothing);
    is_reported("a lost carriage return", "{\r\n\"a\":1\r\n}", "{\r\n\"a\":1,\r\n\"b\":2\n}", &add("/b", 2));
    is_reported("a lost one elsewhere", "[\r\n1,\r\n{}]", "[\n1,\r\n{\"a\":1}]", &add("/1/a", 1));
    is_reported("a foreign newline", "{\r\n\"a\":1\r\n}", "{\r\n\"a\":1,\n\"b\":2\r\n}", &add("/b", 2));
    is_reported("one of two removed", "[1, 2, 3]", "[3]", &remove("/0"));
    is_reported("the wrong one removed", "[1, 2]", "[1]", &remove("/0"));
    passes("a comment goes with the item whose line it ends", "[\n  1, // a\n  2\n]", "[\n  2\n]", &remove("/0"));
    is_reported("the comment of the next line goes", "[\n  1,\n  // a\n  2\n]", "[\n  2\n]", &remove("/0"));
    is_reported("the comment of a line that stays goes", "[\n  0, 1, // a\n  2\n]", "[\n  0,\n  2\n]", &remove("/1"));
    passes("a comment stays", "[\n  1, // a\n  2\n]", "[\n  // a\n  2\n]", &remove("/0"));
    is_reported("the next one re-indented", "{\n  \"a\": 1\n}", "{\n  \"b\": 2,\n    \"a\": 1\n}", &add("/b", 2));
    is_reported("the next one moved up wrong", "{\n  \"b\": 2,\n  \"a\": 1\n}", "{\n\"a\": 1\n}", &remove("/b"));
    is_reported("the space of a replacement", r#"{"a": 1}"#, r#"{"a":2}"#, &add("/a", 2));
    is_reported("an unreadable result", "{}", "{\"a\": 1", &add("/a", 1));
}

#[test]
fn a_text_with_comments_has_a_value() {
    assert_eq!(
        value_of("{\"a\": [1.50, /* x */ \"\\n\",], // y\n}"),
        Ok(serde_json::from_str("{\"a\":[1.50,\"\\n\"]}").expect("JSON"))
    );
    assert!(value_of("{\"a\": ${x}}").is_err());
    assert!(value_of("{\"a\" 1}").is_err());
    assert!(value_of("[1}").is_err());
}
