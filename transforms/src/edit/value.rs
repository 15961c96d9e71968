//! The tree as a plain value, for the proof.

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
