//! Whether a registered revision is the planned one, on random valid definitions: what ECS fills in is passed over, and no change is.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod support;

use ecs_harden::rollout::same::is_same;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::generate::{config, sample};

/// The definition as ECS would answer with it: defaults filled in, members in another order, sets in another order.
fn described(mut task: Value) -> Value {
    let network = task["networkMode"].as_str().unwrap_or_default().to_owned();
    let members = task.as_object_mut().unwrap();
    for name in ["placementConstraints", "volumes", "inferenceAccelerators"] {
        members.entry(name).or_insert_with(|| json!([]));
    }
    if let Some(tags) = members.get_mut("tags").and_then(Value::as_array_mut) {
        tags.reverse();
    }
    for container in members["containerDefinitions"].as_array_mut().unwrap() {
        let container = container.as_object_mut().unwrap();
        container.entry("cpu").or_insert_with(|| json!(0));
        container.entry("essential").or_insert_with(|| json!(true));
        for name in ["environment", "mountPoints", "volumesFrom", "systemControls", "portMappings"] {
            container.entry(name).or_insert_with(|| json!([]));
        }
        for mapping in container["portMappings"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            mapping.entry("protocol").or_insert_with(|| json!("tcp"));
            let port = if network == "awsvpc" { mapping.get("containerPort").cloned() } else { None };
            mapping.entry("hostPort").or_insert_with(|| port.unwrap_or_else(|| json!(0)));
        }
        if let Some(secrets) = container.get_mut("secrets").and_then(Value::as_array_mut) {
            secrets.reverse();
        }
    }
    turned(task)
}

/// The members of every object from last to first.
fn turned(value: Value) -> Value {
    match value {
        Value::Object(members) => members.into_iter().rev().map(|(name, value)| (name, turned(value))).collect(),
        Value::Array(items) => items.into_iter().map(turned).collect(),
        scalar => scalar,
    }
}

/// The places of all scalars.
fn scalars(value: &Value, at: &str, found: &mut Vec<String>) {
    let step = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| scalars(value, &step(name), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| scalars(value, &step(&index.to_string()), found));
        }
        Value::Null => {}
        _ => found.push(at.to_owned()),
    }
}

/// Another value of the same kind.
fn other(value: &Value) -> Value {
    match value {
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => json!(number.as_f64().unwrap() + 100_003.0),
        Value::String(text) => json!(format!("{text}-other")),
        other => panic!("{other} is no scalar"),
    }
}

fn definition(value: &Value) -> Value {
    // Response-only members and nulls are taken out before anything is compared.
    let members = value.as_object().cloned().unwrap_or_default();
    Value::Object(
        members
            .into_iter()
            .filter(|(name, _)| !support::validity::RESPONSE_ONLY.contains(&name.as_str()))
            .collect::<Map<_, _>>(),
    )
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn what_ecs_answers_is_what_was_registered(sample in sample()) {
        let planned = definition(&sample.canonical(&sample.value));
        prop_assert!(is_same(&planned, &described(planned.clone())), "{}", planned);
    }

    #[test]
    fn any_change_makes_another_revision(sample in sample(), pick in any::<prop::sample::Index>()) {
        let planned = definition(&sample.canonical(&sample.value));
        let mut places = Vec::new();
        scalars(&planned, "", &mut places);
        let place = &places[pick.index(places.len())];
        let mut changed = planned.clone();
        let value = changed.pointer_mut(place).unwrap();
        *value = other(value);
        prop_assert!(!is_same(&planned, &described(changed)), "{} changed in {}", place, planned);
    }

    #[test]
    fn a_list_that_lost_its_last_entry_is_another(sample in sample(), pick in any::<prop::sample::Index>()) {
        let planned = definition(&sample.canonical(&sample.value));
        let mut places = Vec::new();
        scalars(&planned, "", &mut places);
        let lists: Vec<&str> = places.iter().filter_map(|place| {
            let (list, last) = place.rsplit_once('/')?;
            last.parse::<usize>().is_ok().then_some(list)
        }).filter(|list| planned.pointer(list).is_some_and(Value::is_array)).collect();
        prop_assume!(!lists.is_empty());
        let mut shorter = planned.clone();
        shorter.pointer_mut(lists[pick.index(lists.len())]).unwrap().as_array_mut().unwrap().pop();
        prop_assert!(!is_same(&planned, &described(shorter)));
    }
}
