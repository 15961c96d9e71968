//! Placeholders in place of values, of members and in strings.

use serde_json::json;

use super::super::placeholder::in_string;
use super::*;

fn opaque(text: &str) -> serde_json::Value {
    json!(format!("\u{0}opaque {text}"))
}

fn positions(text: &str) -> Vec<(&str, PlaceholderPosition)> {
    let parsed = super::super::json(text).expect("it parses");
    parsed.placeholders.iter().map(|placeholder| (placeholder.span.of(text), placeholder.position)).collect()
}

#[test]
fn every_form_stands_for_a_value() {
    for form in [
        "${a}",
        "${lookup(x, \"y\")}",
        "${jsonencode([{ a = \"}\" }])}",
        "$(a)",
        "$A",
        "$_a1",
        "$$$A$$$",
        "$$$$START_PERIOD$$$$",
        "{{ a }}",
        "{{a}}",
        "{{ must_env `X` }}",
        "{{ env \"}}\" }}",
        "<A>",
        "<your account id>",
        "<%= a %>",
        "%A_B%",
        "@A_B@",
        "__A__",
        "1${x}",
        "${a}${b}",
        "-${x}",
        "${a}.5",
        "${a}\n",
        "{{- x -}}",
        "{{ .Values.x | default \"if\" }}",
        "{{ $x }}",
    ] {
        let text = format!("{{\"a\": {form}, \"b\": [{form}, 1], \"c\": {form}}}");
        let form = opaque(form.trim_end());
        assert_eq!(value(&text), json!({ "a": form, "b": [form, 1], "c": form }), "{text}");
        assert!(positions(&text).iter().all(|(_, position)| *position == PlaceholderPosition::Value));
    }
}

#[test]
fn a_placeholder_among_members_opens_the_object() {
    for text in [
        r#"{"a": 1, ${x} "b": 2}"#,
        r#"{"a": 1 ${x} "b": 2}"#,
        r#"{"a": 1 ${x}, "b": 2}"#,
        r#"{"a": 1, ${x}, "b": 2}"#,
        r#"{${x} "a": 1, "b": 2}"#,
        r#"{${x}, "a": 1, "b": 2}"#,
        r#"{"a": 1, "b": 2 ${x}}"#,
        r#"{"a": 1, "b": 2, ${x}}"#,
        r#"{"a": 1, "b": 2, ${x},}"#,
        r#"{"a": 1, "b": 2 ${x} ${y}}"#,
        r#"{"a": 1 ${x} ${y}, "b": 2}"#,
        "{\"a\": 1,\n$$$$X$$$$\n\"b\": 2}",
        "{\"a\": 1, // ${c}\n <more members>\n # {{\n \"b\": 2}",
    ] {
        assert_eq!(value(text), json!({ "a": 1, "b": 2, "\u{0}open": true }), "{text}");
        assert_eq!(positions(text)[0].1, PlaceholderPosition::Member, "{text}");
    }
}

/// What stands under a name that nobody knows is still seen, so that it can be hidden.
#[test]
fn a_name_that_is_a_placeholder_keeps_its_member_and_may_be_any_name() {
    for text in [r#"{"a": 1, ${x}: {"c": 3}, "b": 2}"#, r#"{"a": 1, "${x}": {"c": 3}, "b": 2}"#] {
        assert_eq!(value(text), json!({ "a": 1, "${x}": { "c": 3 }, "b": 2 }));
        let root = json(text).expect("it is read").root;
        assert!(root.as_object().expect("it is an object").may_hide_members(), "{text}");
    }
    let named = json(r#"{"$schema": 1, "a_b": 2}"#).expect("it is read").root;
    assert!(!named.as_object().expect("it is an object").may_hide_members());
}

/// A quote that closes its string as JSON has it closes it, whatever placeholder seems to start before it.
#[test]
fn strings_are_not_read_across_their_own_quotes() {
    let text = r#"{"cpu": ${cpu}, "dir": "/${A", "user": "1000", "host": "B}"}"#;
    let apart = json!({ "cpu": "\u{0}opaque ${cpu}", "dir": "/${A", "user": "1000", "host": "B}" });
    assert_eq!(value(text), apart);
    assert_eq!(value(r#"{"cpu": ${cpu}, "c": ["echo ${X", "Y}"]}"#)["c"], json!(["echo ${X", "Y}"]));
    assert_eq!(value(r#"{"a": "${join(",", x)}"}"#), json!({ "a": "${join(\",\", x)}" }));
}

#[test]
fn a_placeholder_among_elements_opens_the_list() {
    for text in ["[1 ${x}]", "[${x} 1]", "[1, ${x} ]", "[1 ${x} ${y}]"] {
        let found = value(text);
        if text == "[1, ${x} ]" {
            assert_eq!(found, json!([1, opaque("${x}")]), "a whole element is one value");
        } else {
            assert_eq!(found, json!([1, "\u{0}open"]), "{text}");
        }
    }
    assert_eq!(value("[{\"a\": 1} ${x} {\"a\": 2}]"), json!([{ "a": 1 }, { "a": 2 }, "\u{0}open"]));
    assert_eq!(value("[ {}, $ENVOY_JSON, $X ]"), json!([{}, opaque("$ENVOY_JSON"), opaque("$X")]));
}

#[test]
fn placeholders_that_break_their_string_are_read_with_it() {
    let text = r#"{"a": "x\n{{ must_env "X" }}-${lookup(x, "y")}\\", "b": "{{ re `\d` }}", "c": "$(cat "f")", "d": "<%= x "y" %>"}"#;
    let parsed = value(text);
    assert_eq!(parsed["a"], "x\n{{ must_env \"X\" }}-${lookup(x, \"y\")}\\");
    assert_eq!(parsed["b"], "{{ re `\\d` }}");
    assert_eq!(parsed["c"], "$(cat \"f\")");
    assert_eq!(parsed["d"], "<%= x \"y\" %>");
    let found = positions(text);
    assert_eq!(found[0], ("{{ must_env \"X\" }}", PlaceholderPosition::InString));
    assert_eq!(found.len(), 5);
}

#[test]
fn placeholders_in_proper_strings_are_left_alone() {
    let text = r#"{"${a}": "${b}", "c": "{{ if x }}", "d": "${lookup(x, \"y\")}"}"#;
    assert_eq!(positions(text), []);
    assert_eq!(value(text)["d"], "${lookup(x, \"y\")}");
    let text = r#"{"${a}": "${lookup(x, \"y\")}", "c": $D}"#;
    assert_eq!(positions(text), [("$D", PlaceholderPosition::Value)]);
}

#[test]
fn comments_inside_placeholders_are_none() {
    let text = "{\"a\": ${x // y}, # z\n \"b\": 1, {{/* template */}}\n{{- /* , */ -}} \"d\": \"{{ e \"#\" }}\"} // f";
    let parsed = super::super::json(text).expect("it parses");
    let comments: Vec<_> = parsed.comments.iter().map(|span| span.of(text)).collect();
    assert_eq!(comments, ["# z", "{{/* template */}}", "{{- /* , */ -}}", "// f"]);
    assert_eq!(value(text), json!({ "a": opaque("${x // y}"), "b": 1, "d": "{{ e \"#\" }}" }));
}

#[test]
fn a_whole_document_is_no_placeholder() {
    for text in ["${x}", "$X", "{{ x }}", "<X>", "__X__"] {
        assert!(matches!(refusal(text).kind, ReadErrorKind::Broken(_)), "{text}");
    }
}

#[test]
fn strings_with_placeholders_are_told_from_those_without() {
    for text in [
        "${a}",
        "a${b}c",
        "$(date)",
        "$NAME",
        "x-$NAME-y",
        "$$$A$$$",
        "{{ x }}",
        "{{x}}",
        "<NAME>",
        "<your account id>",
        "<%= x %>",
        "%NAME%",
        "@NAME@",
        "__NAME__",
        "a/__TAG__",
        "%{ if x }a%{ endif }",
        "{% if x %}",
        "${} ${x}",
        "repo:<tag>",
        "arn:aws:iam::<account-id>:role/x",
        "arn:aws:iam::${account}:role/x",
        "é$NAME",
        "%APPDATA%\\x",
    ] {
        assert!(in_string(text), "{text}");
    }
    for text in [
        "",
        "$",
        "costs $5 or 5$",
        "US$ 10",
        "^x$",
        "a < b",
        "a < b && c > d",
        "x<y",
        "1 <2> 3 < 4".trim_end_matches("> 3 < 4"),
        "https://example.com/a%20b%2Fc?x=1&y=%E3%81%82",
        "arn:aws:iam::123456789012:role/x",
        "mail@example.com",
        "a@b.c, d@e.f",
        "Bob <bob@example.com>",
        "<https://example.com>",
        "C:\\app\\x",
        "\\\\server\\c$\\x",
        "C:\\$Recycle.Bin",
        "100%",
        "50% of 60%",
        "%Y-%m-%d",
        "%Y%m%d",
        "{}",
        "{ }",
        "${",
        "{{",
        "}}",
        "$()",
        "a_b__c",
        "__init__.py",
        "__main__",
        "____",
        "nginx:1.27@sha256:abc",
        "x <- y",
        "--format {json}",
        "@",
        "@@",
        "a -> b",
        "cat <in >out",
    ] {
        assert!(!in_string(text), "{text}");
    }
}
