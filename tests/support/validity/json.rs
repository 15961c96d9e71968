//! Reading a JSON value the way ECS does: an explicit null is an absent member.

use serde_json::Value;

/// The member `name`, unless absent or null.
pub fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|member| !member.is_null())
}

/// The member `name` if it is a string.
pub fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    member(value, name).and_then(Value::as_str)
}

/// The member `name` if it is an integer.
pub fn integer(value: &Value, name: &str) -> Option<i64> {
    member(value, name).and_then(Value::as_i64)
}

/// Whether the member `name` is `true`.
pub fn is_true(value: &Value, name: &str) -> bool {
    member(value, name).and_then(Value::as_bool) == Some(true)
}

/// The elements of the list `name` of the value at pointer `at`, each with its own pointer.
pub fn elements<'a>(value: &'a Value, at: &str, name: &str) -> Vec<(String, &'a Value)> {
    let list = member(value, name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().enumerate().map(|(index, element)| (format!("{at}/{name}/{index}"), element)).collect()
}

/// Pointer of the member `name` of the value at `at`.
pub fn below(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Whether ECS reads the value as "nothing asked for": null, false, an empty string or list.
pub fn is_neutral(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}
