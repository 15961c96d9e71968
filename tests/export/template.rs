//! Task definitions as resources of `CloudFormation`, by rules of its own: not those of what is tested.

use serde_json::{Map, Value, json};

/// Members whose members are named by somebody else.
const MAPS: [&str; 4] = ["options", "driverOpts", "labels", "dockerLabels"];

/// A template with these definitions, by their logical ids.
pub(crate) fn of<'d>(definitions: impl IntoIterator<Item = (&'static str, &'d Value)>) -> Value {
    let resource = |definition| json!({ "Type": "AWS::ECS::TaskDefinition", "Properties": properties(definition, "") });
    let resources: Map<String, Value> =
        definitions.into_iter().map(|(id, definition)| (id.to_owned(), resource(definition))).collect();
    json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources })
}

fn properties(value: &Value, owner: &str) -> Value {
    match value {
        Value::Object(members) => {
            let renamed = members.iter().map(|(name, value)| {
                let renamed = if MAPS.contains(&owner) { name.clone() } else { renamed(name) };
                (renamed, properties(value, name))
            });
            Value::Object(renamed.collect())
        }
        Value::Array(items) => items.iter().map(|item| properties(item, owner)).collect(),
        Value::String(text) => intrinsic(text).unwrap_or_else(|| value.clone()),
        other => other.clone(),
    }
}

/// What a placeholder is in a template: a whole value by `Ref` or `Fn::If`, a part of a text by `Fn::Sub`.
fn intrinsic(text: &str) -> Option<Value> {
    let name = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match name {
        Some(name) if name.starts_with("If") => {
            Some(json!({ "Fn::If": [name, { "Ref": "Set" }, { "Ref": "AWS::NoValue" }] }))
        }
        Some(name) => Some(json!({ "Ref": name })),
        None => text.contains("${").then(|| json!({ "Fn::Sub": text })),
    }
}

fn renamed(name: &str) -> String {
    match name {
        "efsVolumeConfiguration" => "EFSVolumeConfiguration".to_owned(),
        "fsxWindowsFileServerVolumeConfiguration" => "FSxWindowsFileServerVolumeConfiguration".to_owned(),
        _ => {
            let (first, rest) = name.split_at_checked(1).unwrap_or((name, ""));
            format!("{}{rest}", first.to_uppercase())
        }
    }
}
