//! Names for places that survive insertions and removals in lists.

use serde_json::Value;

/// Members that tell the elements of a list apart, the most telling first.
const IDENTITY: &[&str] =
    &["name", "containerPath", "namespace", "containerName", "sourceContainer", "sourceVolume", "key", "containerPort"];

/// `pointer` with each index replaced by what identifies the element in `document`, where something does.
pub fn stable(document: &Value, pointer: &str) -> String {
    let mut here = Some(document);
    let mut place = String::new();
    for step in pointer.split('/').skip(1) {
        let parent = here;
        let name = step.replace("~1", "/").replace("~0", "~");
        here = parent.and_then(|parent| match parent {
            Value::Array(list) => name.parse::<usize>().ok().and_then(|index| list.get(index)),
            other => other.get(&name),
        });
        place.push('/');
        match (parent, here) {
            (Some(Value::Array(_)), Some(element)) => place.push_str(&identity(element).unwrap_or(name)),
            _ => place.push_str(&name),
        }
    }
    place
}

fn identity(element: &Value) -> Option<String> {
    match element {
        Value::String(text) => Some(format!("'{text}'")),
        Value::Object(_) => IDENTITY.iter().find_map(|name| {
            let value = element.get(name).filter(|value| value.is_string() || value.is_number())?;
            Some(format!("{name}={value}"))
        }),
        _ => None,
    }
}
