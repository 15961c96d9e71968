//! Worlds of `worlds.json`, with the changes of a row.

use std::path::Path;

use serde_json::{Value, json};

use crate::row::Case;

/// Where the service of every world is.
pub(crate) const CLUSTER: &str = "shop";
/// The service of every world, and its family.
pub(crate) const SERVICE: &str = "checkout";

/// The world of a case: the task definition that its first revision is made of, and the seed for the double.
pub(crate) fn of(case: &Case) -> (Value, Value) {
    let mut world = named(&case.world);
    merge(&mut world["definition"], &case.definition);
    merge(&mut world["service"], &case.service);
    if let Some(script) = &case.script {
        world["service"]["script"] = script.clone();
    }
    let mut seed = world["seed"].clone();
    let definition = world["definition"].clone();
    // Somebody else's revision, to deploy in between.
    let theirs = named(&case.world)["definition"].clone();
    let revisions = case.revisions.or(world["revisions"].as_u64()).unwrap();
    let mut definitions = vec![definition.clone(); usize::try_from(revisions).unwrap()];
    definitions.push(theirs);
    definitions[usize::try_from(revisions).unwrap()]["family"] = "theirs".into();
    seed["taskDefinitions"] = json!(definitions);
    let mut services = json!({ SERVICE: world["service"] });
    for (name, changes) in &case.services {
        let mut service = world["service"].clone();
        service.as_object_mut().unwrap().remove("script");
        merge(&mut service, changes);
        services[name] = service;
    }
    merge(&mut seed, &json!({ "clusters": { CLUSTER: { "services": services } } }));
    merge(&mut seed, &case.seed);
    (definition, seed)
}

/// A world by its name.
fn named(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apply/worlds.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let world = all.get(name).unwrap_or_else(|| panic!("worlds.json has no `{name}`"));
    let Some(like) = world["like"].as_str() else { return world.clone() };
    let mut whole = named(like);
    merge(&mut whole, world);
    whole
}

/// A value with changes.
pub(crate) fn merged(value: &Value, changes: &Value) -> Value {
    let mut value = value.clone();
    merge(&mut value, changes);
    value
}

/// RFC 7396, with `"~"` beside null for what goes: TOML has no null.
fn merge(into: &mut Value, changes: &Value) {
    let Value::Object(changes) = changes else {
        if !changes.is_null() {
            *into = changes.clone();
        }
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    for (name, change) in changes {
        if change.is_null() || change == "~" {
            into.as_object_mut().unwrap().remove(name);
        } else {
            merge(&mut into[name], change);
        }
    }
}
