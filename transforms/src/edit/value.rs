//! The tree as a plain value, and against one, for the proof.

use serde_json::{Map, Value};

use crate::tree::{self, Node};

/// Marks what JSON cannot say; no text of a task definition holds a NUL.
const OPAQUE: &str = "\u{0}opaque ";
/// The extra member or last element of a container that a placeholder may add to.
const OPEN: &str = "\u{0}open";

/// The value of a node.
///
/// Numbers keep their text. An opaque value becomes a string that carries its source text behind a mark; an open object has
/// one extra member and an open list one extra last element, so that the comparison sees a lost placeholder.
pub fn to_json(node: &Node, text: &str) -> Value {
    match &node.value {
        tree::Value::Null => Value::Null,
        tree::Value::Bool(value) => Value::Bool(*value),
        tree::Value::Number(digits) => digits.parse().map_or(Value::Null, Value::Number),
        tree::Value::String(value) => Value::String(value.clone()),
        tree::Value::Opaque => Value::String(format!("{OPAQUE}{}", node.span.of(text))),
        tree::Value::Array(array) => {
            let items = array.items.iter().map(|item| to_json(item, text));
            let mark = array.open.then(|| Value::String(OPEN.to_owned()));
            Value::Array(items.chain(mark).collect())
        }
        tree::Value::Object(object) => {
            let members = object.members.iter().map(|member| (member.name.clone(), to_json(&member.value, text)));
            let mark = object.open.then(|| (OPEN.to_owned(), Value::Bool(true)));
            Value::Object(members.chain(mark).collect::<Map<_, _>>())
        }
    }
}

/// Whether [`to_json`] of the node would be this value. Makes none.
pub fn is_value(node: &Node, text: &str, value: &Value) -> bool {
    match (&node.value, value) {
        (tree::Value::Null, Value::Null) => true,
        (tree::Value::Bool(found), Value::Bool(value)) => found == value,
        (tree::Value::Number(digits), value) => match digits.parse() {
            Ok(found) => *value == Value::Number(found),
            Err(_) => value.is_null(),
        },
        (tree::Value::String(found), Value::String(value)) => found == value,
        (tree::Value::Opaque, Value::String(value)) => {
            value.strip_prefix(OPAQUE).is_some_and(|value| value == node.span.of(text))
        }
        (tree::Value::Array(array), Value::Array(values)) => {
            let Some((shown, mark)) = values.split_at_checked(array.items.len()) else { return false };
            let marked =
                if array.open { matches!(mark, [Value::String(mark)] if mark == OPEN) } else { mark.is_empty() };
            marked && array.items.iter().zip(shown).all(|(item, value)| is_value(item, text, value))
        }
        (tree::Value::Object(object), Value::Object(values)) => {
            let marked = !object.open || values.get(OPEN) == Some(&Value::Bool(true));
            let count = object.members.len() + usize::from(object.open);
            // Nearly always the order is the same, and nothing has to be looked up.
            let mut in_order = values.iter();
            marked
                && values.len() == count
                && object.members.iter().all(|member| {
                    let value = match in_order.next() {
                        Some((name, value)) if *name == member.name => Some(value),
                        _ => values.get(&member.name),
                    };
                    value.is_some_and(|value| is_value(&member.value, text, value))
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::read;

    #[test]
    fn a_tree_is_its_own_value_and_no_other() {
        let texts = [
            r#"{"a": [1, 1.50, 1e3, true, null, "x\u00e9"], "b": {}, "c": []}"#,
            r#"{"a": [1, 1.5, 1e3, true, null, "x\u00e9"], "b": {}, "c": []}"#,
            r#"{"b": {}, "c": [], "a": [1, 1.50, 1e3, true, null, "xé"]}"#,
            r#"{"a": [1, 1.50, 1e3, true, null], "b": {}, "c": []}"#,
            r#"{"a": [1, 1.50, 1e3, true, null, "x\u00e9", {}], "b": {}, "c": []}"#,
            r#"{"a": ${a}, "b": {}, "c": []}"#,
            r#"{"a": ${b}, "b": {}, "c": []}"#,
            r#"{"a": "${a}", "b": {}, "c": []}"#,
            r#"{"a": ${a}, "b": {${more}}, "c": []}"#,
            r#"{"a": ${a}, "b": {}, "c": [${more} ]}"#,
            r#"{"a": ${a}, "b": {}, "c": [1, {{ more }} ${more}]}"#,
            r#"{"a": ${a}, "b": {}}"#,
            r#"{"a": false}"#,
            r#"{"a": null}"#,
            "[]",
            "{}",
        ];
        let read = |text: &'static str| (text, read::json(text).expect("readable").root);
        let trees = texts.map(read);
        for (one, root) in &trees {
            for (other, other_root) in &trees {
                let value = to_json(other_root, other);
                assert_eq!(is_value(root, one, &value), to_json(root, one) == value, "{one} and {other}");
            }
        }
        let (text, root) = &trees[14];
        assert!(is_value(root, text, &json!([])) && !is_value(root, text, &json!({"a": 1})));
    }
}
