//! Reader and splicer: whatever text is read, edits of it must mean what their patch means.
//!
//! The first byte says how many edits follow, three bytes each: which node, what to do, which value. The rest is the text.
#![no_main]

use ecs_harden_transforms::edit::{Edit, apply, json, lower, merge, to_json};
use ecs_harden_transforms::read;
use ecs_harden_transforms::tree::{Node, Path, Span, Value as TreeValue};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const EDIT: usize = 3;

fuzz_target!(|data: &[u8]| {
    let Some((count, rest)) = data.split_first() else {
        return;
    };
    let length = (usize::from(count % 4) + 1) * EDIT;
    let Some((choices, text)) = rest.split_at_checked(length) else {
        return;
    };
    let Ok(text) = read::decode(text) else { return };
    let Ok(parsed) = read::json(text) else { return };
    let mut places = Vec::new();
    collect(&parsed.root, &Path::root(), &mut places);
    let edits: Vec<_> = choices.chunks(EDIT).map(|choice| edit(choice, &places)).collect();
    let Ok(change) = merge(&parsed.root, &edits) else {
        return;
    };
    let avoid = |line: Span| line.of(text).contains('s');
    for splices in [
        json::splice(text, &parsed, &change, &|_| false),
        json::splice(text, &parsed, &change, &avoid),
    ] {
        let Ok(splices) = splices else { continue };
        let after = apply(text, &splices);
        let reread = read::json(&after).expect("a spliced text can be read");
        let mut expected = to_json(&parsed.root, text);
        json_patch::patch(&mut expected, &lower(&change)).expect("the patch fits its own document");
        assert_eq!(to_json(&reread.root, &after), expected);
        if serde_json::from_str::<Value>(text).is_ok() {
            serde_json::from_str::<Value>(&after).expect("strict JSON stays strict");
        }
    }
});

fn edit(choice: &[u8], places: &[(Path, &Node)]) -> Edit {
    let (path, node) = &places[usize::from(choice[0]) % places.len()];
    let value = value(choice[2]);
    match (&node.value, choice[1] % 5) {
        (TreeValue::Array(_), 0 | 1) => Edit::Append {
            array: path.clone(),
            value,
        },
        (TreeValue::Object(_) | TreeValue::Null, 0) => Edit::Set {
            path: path.key("new"),
            value,
        },
        (TreeValue::Object(_) | TreeValue::Null, 1) => Edit::Append {
            array: path.key("list").key("deep"),
            value,
        },
        (_, 2) => Edit::Set {
            path: path.clone(),
            value,
        },
        _ => Edit::Remove { path: path.clone() },
    }
}

fn value(choice: u8) -> Value {
    match choice % 7 {
        0 => json!(true),
        1 => json!("text \"\\\n"),
        2 => json!({ "name": "a", "value": "b" }),
        3 => json!(["ALL"]),
        4 => json!({ "a": { "b": [{}, []] } }),
        5 => json!([]),
        _ => json!(null),
    }
}

fn collect<'a>(node: &'a Node, path: &Path, found: &mut Vec<(Path, &'a Node)>) {
    found.push((path.clone(), node));
    for member in node
        .as_object()
        .map(|object| object.members.as_slice())
        .unwrap_or_default()
    {
        collect(&member.value, &path.key(member.name.as_str()), found);
    }
    for (index, item) in node
        .as_array()
        .map(|array| array.items.as_slice())
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        collect(item, &path.index(index), found);
    }
}
