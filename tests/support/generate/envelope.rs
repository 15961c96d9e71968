//! What is around a definition in a file.

use serde_json::{Map, Value, json};

use super::Generated;
use super::tape::Tape;
use crate::support::validity::RESPONSE_ONLY;

/// What a text holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// The input of `register-task-definition`.
    Bare,
    /// The output of `describe-task-definition`: the definition with members that only responses have, its tags beside it.
    Describe,
    /// The list of containers alone.
    Containers,
    /// The first container alone.
    Container,
    /// The definition below these names, with other members around it.
    Nested(Vec<String>),
}

/// Draws an envelope; the bare one is the simplest and the most frequent.
pub fn draw(tape: &mut Tape) -> Envelope {
    match tape.below(8) {
        0..=2 => Envelope::Bare,
        3 | 4 => Envelope::Describe,
        5 => Envelope::Containers,
        6 => Envelope::Container,
        _ => {
            let names = ["taskDefinition", "ecs", "service", "a/b~c", "définition"];
            let depth = 1 + tape.below(3);
            Envelope::Nested((0..depth).map(|_| tape.pick(&names).to_owned()).collect())
        }
    }
}

/// The value of the text, and where the definition is in it.
pub fn wrap(envelope: &Envelope, generated: &Generated) -> (Value, String) {
    let definition = &generated.definition;
    let containers = &definition["containerDefinitions"];
    match envelope {
        Envelope::Bare => (definition.clone(), String::new()),
        Envelope::Containers => (containers.clone(), String::new()),
        Envelope::Container => (containers[0].clone(), String::new()),
        Envelope::Describe => (describe(generated), "/taskDefinition".to_owned()),
        Envelope::Nested(names) => {
            let value = names.iter().rev().enumerate().fold(
                definition.clone(),
                |inner, (level, name)| json!({"version": level, name.clone(): inner, "note": "Größe"}),
            );
            let escaped = |name: &String| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            (value, names.iter().map(escaped).collect())
        }
    }
}

fn describe(generated: &Generated) -> Value {
    let mut definition = generated.definition.as_object().cloned().unwrap_or_default();
    let tags = definition.shift_remove("tags");
    let mut compatibilities = vec!["EC2"];
    compatibilities.extend(generated.targets.iter().map(|target| target.name()).filter(|name| *name != "EC2"));
    let mut outer: Map<String, Value> = Map::new();
    let arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7";
    let first = json!({"taskDefinitionArn": arn, "revision": 7});
    let mut described: Map<String, Value> = first.as_object().cloned().unwrap_or_default();
    described.extend(definition);
    let registered: Value = serde_json::from_str("1700000000.123").unwrap_or_default();
    for (name, value) in [
        ("status", json!("ACTIVE")),
        ("requiresAttributes", json!([{"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"}])),
        ("compatibilities", json!(compatibilities)),
        ("registeredAt", registered),
        ("registeredBy", json!("arn:aws:sts::123456789012:assumed-role/deploy/ci")),
    ] {
        described.insert(name.to_owned(), value);
    }
    outer.insert("taskDefinition".to_owned(), Value::Object(described));
    outer.insert("tags".to_owned(), tags.filter(|tags| !tags.is_null()).unwrap_or_else(|| json!([])));
    Value::Object(outer)
}

/// The definition that `document` holds, completed by `original` where the envelope holds less than one.
pub fn canonical(envelope: &Envelope, original: &Value, document: &Value, pointer: &str) -> Value {
    let mut definition = original.clone();
    match envelope {
        Envelope::Containers => definition["containerDefinitions"] = document.clone(),
        Envelope::Container => definition["containerDefinitions"][0] = document.clone(),
        Envelope::Bare | Envelope::Nested(_) => definition = document.pointer(pointer).cloned().unwrap_or_default(),
        Envelope::Describe => {
            let described = document.pointer(pointer).and_then(Value::as_object).cloned().unwrap_or_default();
            let mut members: Map<String, Value> =
                described.into_iter().filter(|(name, _)| !RESPONSE_ONLY.contains(&name.as_str())).collect();
            if let Some(tags) = document.get("tags") {
                members.insert("tags".to_owned(), tags.clone());
            }
            definition = Value::Object(members);
        }
    }
    definition
}
