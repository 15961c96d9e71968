//! What the reader accepts, how it reads placeholders, and how it refuses.

mod placeholders;
mod refusals;

use super::*;
use crate::edit::to_json;
use crate::tree::Value;

/// The document as a value, opaque values and open containers marked.
fn value(text: &str) -> serde_json::Value {
    match json(text) {
        Ok(parsed) => to_json(&parsed.root, text),
        Err(error) => panic!("{error} at {} in {text}", error.at),
    }
}

fn refusal(text: &str) -> ReadError {
    match json(text) {
        Ok(parsed) => panic!("{text} was read as {}", to_json(&parsed.root, text)),
        Err(error) => error,
    }
}

#[test]
fn every_kind_of_value_is_read() {
    let text = r#"{"a": [null, true, false, "x\u0041\n", {}, []], "": -1.50e+3}"#;
    assert_eq!(value(text), serde_json::from_str::<serde_json::Value>(text).expect("this is JSON"));
    let parsed = json(text).expect("this is JSON");
    let number = parsed.root.as_object().and_then(|root| root.get("")).expect("it is there");
    assert_eq!(number.value, Value::Number("-1.50e+3".to_owned()));
}

#[test]
fn spans_count_in_the_original_text() {
    let text = "\u{feff}# 日本\n{\"n\\u0061me\": [ \"é\" ]}";
    let parsed = json(text).expect("it parses");
    assert!(parsed.bom);
    let member = parsed.root.as_object().and_then(|root| root.member("name")).expect("it is there");
    assert_eq!(member.name_span.of(text), "\"n\\u0061me\"");
    assert_eq!(member.value.span.of(text), "[ \"é\" ]");
    assert_eq!(parsed.comments.iter().map(|span| span.of(text)).collect::<Vec<_>>(), ["# 日本"]);
}

#[test]
fn comments_and_trailing_commas_are_kept() {
    let text = "// a\r\n{ /* b, } */ \"k\": [1, 2,/*c*/], # d\r \"u\": \"// # /*\", // e\n}// f";
    let parsed = json(text).expect("it parses");
    let comments: Vec<_> = parsed.comments.iter().map(|span| span.of(text)).collect();
    assert_eq!(comments, ["// a", "/* b, } */", "/*c*/", "# d", "// e", "// f"]);
    assert_eq!(parsed.trailing_commas.len(), 2);
    assert!(parsed.trailing_commas.iter().all(|span| span.of(text) == ","));
    assert!(parsed.placeholders.is_empty());
    assert_eq!(value(text), serde_json::json!({ "k": [1, 2], "u": "// # /*" }));
}

#[test]
fn brackets_nest_up_to_the_limit() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(json(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(refusal(&nested(MAX_DEPTH + 1)), ReadError { kind: ReadErrorKind::TooDeep, at: MAX_DEPTH });
}

#[test]
fn hostile_nesting_is_refused_at_once() {
    for unit in
        ["[", "{\"a\":", "[{\"a\":", "{{", "${", "$(", "<%=", "{{ \"", "/*", "//", "__", "<a ", "$$", "%A", "@A"]
    {
        let text = unit.repeat(100_000);
        assert!(json(&text).is_err(), "{unit} was read");
        let text = format!("{{\"a\": {text}");
        assert!(json(&text).is_err(), "{unit} in an object was read");
        let text = format!("{{\"a\": \"{text}");
        assert!(json(&text).is_err(), "{unit} in a string was read");
    }
}

#[test]
fn text_is_utf_8() {
    assert_eq!(decode(b"{}"), Ok("{}"));
    assert_eq!(decode(b""), Ok(""));
    assert_eq!(decode(b"\xef\xbb\xbf{}"), Ok("\u{feff}{}"));
    let refused = |bytes: &[u8]| decode(bytes).map(str::len).map_err(|error| (error.kind, error.at));
    assert_eq!(refused(b"\xff\xfe{\0}\0"), Err((ReadErrorKind::Utf16, 0)));
    assert_eq!(refused(b"\xfe\xff\0{\0}"), Err((ReadErrorKind::Utf16, 0)));
    assert_eq!(refused(b"{\0}\0"), Err((ReadErrorKind::Utf16, 0)));
    assert_eq!(refused(b"\0{\0}"), Err((ReadErrorKind::Utf16, 0)));
    assert_eq!(refused(b"{\"a\": \"\xe9\"}"), Err((ReadErrorKind::NotUtf8, 7)));
    assert_eq!(refused(&vec![b' '; MAX_BYTES + 1]), Err((ReadErrorKind::TooLarge, MAX_BYTES)));
    assert!(decode(&vec![b' '; MAX_BYTES]).is_ok());
}

#[test]
fn lines_end_in_three_ways_and_columns_count_characters() {
    let text = "\u{feff}ab\r\nc日d\re\n\n😀x";
    let index = LineIndex::new(text);
    assert_eq!(index.count(), 5);
    let at = |needle: &str| index.position(text.find(needle).expect("it is there"));
    assert_eq!(at("\u{feff}"), (1, 1));
    assert_eq!(at("a"), (1, 1));
    assert_eq!(at("b"), (1, 2));
    assert_eq!(at("\r\nc"), (1, 3));
    assert_eq!(at("c"), (2, 1));
    assert_eq!(at("d"), (2, 3));
    assert_eq!(at("e"), (3, 1));
    assert_eq!(at("x"), (5, 2));
    assert_eq!(index.position(text.len()), (5, 3));
    assert_eq!(index.position(text.len() + 9), (5, 3));
    assert_eq!(index.position(text.find('日').expect("it is there") + 1), (2, 2));
    assert_eq!(LineIndex::new("").position(0), (1, 1));
}
