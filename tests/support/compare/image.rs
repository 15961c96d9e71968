//! An image of the old tree on which the operations are followed, so that it is known what of the new text came from where.

use serde_json::Value;

use super::tree::{Node, Shape};

/// Which elements of a list an index counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Every one.
    All,
    /// Not the placeholders.
    Visible,
}

/// The place of a value.
pub struct Slot {
    /// Index in the old container; none if an operation made the place.
    pub origin: Option<usize>,
    /// Whether an operation gave the value.
    pub fresh: bool,
    /// What it holds.
    pub content: Content,
}

/// What a value holds.
pub enum Content {
    /// A scalar; known if an operation gave it.
    Leaf(Option<Value>),
    /// A placeholder of the old text.
    Placeholder,
    /// Members in order; placeholders among them have no name.
    Members(Vec<(Option<String>, Slot)>),
    /// Elements in order.
    Elements(Vec<Slot>),
}

impl Slot {
    /// Whether it is a placeholder of the old text.
    pub fn is_opaque(&self) -> bool {
        matches!(self.content, Content::Placeholder)
    }
}

/// The image of a value of the old text.
pub fn of(node: &Node<'_>) -> Slot {
    kept(0, node)
}

fn kept(origin: usize, node: &Node<'_>) -> Slot {
    let content = match &node.shape {
        Shape::Scalar => Content::Leaf(None),
        Shape::Opaque => Content::Placeholder,
        Shape::Array(body) => {
            Content::Elements(body.items.iter().enumerate().map(|(index, item)| kept(index, &item.node)).collect())
        }
        Shape::Object(body) => {
            let member = |(index, item): (usize, &super::tree::Item<'_>)| (item.name.clone(), kept(index, &item.node));
            Content::Members(body.items.iter().enumerate().map(member).collect())
        }
    };
    Slot { origin: Some(origin), fresh: false, content }
}

fn fresh(origin: Option<usize>, value: &Value) -> Slot {
    let content = match value {
        Value::Array(list) => Content::Elements(list.iter().map(|element| fresh(None, element)).collect()),
        Value::Object(members) => {
            Content::Members(members.iter().map(|(name, member)| (Some(name.clone()), fresh(None, member))).collect())
        }
        scalar => Content::Leaf(Some(scalar.clone())),
    };
    Slot { origin, fresh: true, content }
}

/// Follows one operation: `add`, `remove`, `replace`; `test` changes nothing.
pub fn apply(root: &mut Slot, operation: &Value, counting: Counting) -> Result<(), String> {
    let word = |name: &str| operation.get(name).and_then(Value::as_str).ok_or_else(|| format!("no `{name}`"));
    let value = || operation.get("value").ok_or("no `value`");
    let steps: Vec<String> =
        word("path")?.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let Some((last, above)) = steps.split_last() else {
        return match word("op")? {
            "add" | "replace" => {
                *root = fresh(Some(0), value()?);
                Ok(())
            }
            other => Err(format!("`{other}` of the whole document")),
        };
    };
    let mut parent = root;
    for step in above {
        parent = child(parent, step, counting).ok_or_else(|| format!("no `{step}`"))?;
    }
    match word("op")? {
        "add" => add(parent, last, value()?, counting),
        "replace" => {
            let place = child(parent, last, counting).ok_or_else(|| format!("no `{last}`"))?;
            *place = fresh(place.origin, value()?);
            Ok(())
        }
        "remove" => remove(parent, last, counting),
        "test" => Ok(()),
        other => Err(format!("unknown operation `{other}`")),
    }
}

fn child<'s>(parent: &'s mut Slot, step: &str, counting: Counting) -> Option<&'s mut Slot> {
    match &mut parent.content {
        Content::Members(members) => {
            members.iter_mut().find(|(name, _)| name.as_deref() == Some(step)).map(|(_, slot)| slot)
        }
        Content::Elements(elements) => {
            let place = places(elements, counting).get(step.parse::<usize>().ok()?).copied()?;
            elements.get_mut(place)
        }
        _ => None,
    }
}

/// The indexes of the elements that count.
fn places(elements: &[Slot], counting: Counting) -> Vec<usize> {
    let counts = |slot: &Slot| counting == Counting::All || !slot.is_opaque();
    elements.iter().enumerate().filter(|(_, slot)| counts(slot)).map(|(index, _)| index).collect()
}

fn add(parent: &mut Slot, step: &str, value: &Value, counting: Counting) -> Result<(), String> {
    if let Content::Elements(elements) = &mut parent.content {
        let places = places(elements, counting);
        let index =
            if step == "-" { places.len() } else { step.parse().map_err(|_| format!("`{step}` is no index"))? };
        if index > places.len() {
            return Err(format!("the list has no place {index}"));
        }
        elements.insert(places.get(index).copied().unwrap_or(elements.len()), fresh(None, value));
        return Ok(());
    }
    if let Some(place) = child(parent, step, counting) {
        *place = fresh(place.origin, value);
        return Ok(());
    }
    match &mut parent.content {
        Content::Members(members) => {
            members.push((Some(step.to_owned()), fresh(None, value)));
            Ok(())
        }
        _ => Err("a member is added to a scalar".to_owned()),
    }
}

fn remove(parent: &mut Slot, step: &str, counting: Counting) -> Result<(), String> {
    child(parent, step, counting).ok_or_else(|| format!("no `{step}`"))?;
    match &mut parent.content {
        Content::Members(members) => members.retain(|(name, _)| name.as_deref() != Some(step)),
        Content::Elements(elements) => {
            let place = step.parse::<usize>().ok().and_then(|index| places(elements, counting).get(index).copied());
            if let Some(place) = place {
                elements.remove(place);
            }
        }
        _ => {}
    }
    Ok(())
}

/// Whether `node` is the value that the operations gave.
pub fn carried_out(slot: &Slot, node: &Node<'_>) -> Result<(), String> {
    let (wanted, found) = (value(slot), node.value());
    if wanted.is_some() && wanted == found {
        return Ok(());
    }
    let shown = |value: Option<Value>| value.map_or_else(|| "a placeholder".to_owned(), |value| value.to_string());
    Err(format!("the operations say {}, the text says {}", shown(wanted), shown(found)))
}

/// The value of a slot that operations gave.
fn value(slot: &Slot) -> Option<Value> {
    match &slot.content {
        Content::Leaf(value) => value.clone(),
        Content::Placeholder => None,
        Content::Elements(elements) => elements.iter().map(value).collect::<Option<_>>().map(Value::Array),
        Content::Members(members) => members
            .iter()
            .map(|(name, slot)| Some((name.clone()?, value(slot)?)))
            .collect::<Option<_>>()
            .map(Value::Object),
    }
}
