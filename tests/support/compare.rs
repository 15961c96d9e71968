//! Did an edit change anything but what it says it changed? Decided from the two texts and the reported operations alone.
//!
//! Both texts are read without loss ([`lexer`], [`tree`]), the operations are followed on an image of the old one ([`image`]), and
//! whatever no operation touches has to be there still, byte for byte and in the same order: names, numbers, escapes, comments,
//! placeholders and white space. Where an element came or went, its text, its name, one comma and the white space that it brought
//! are free; comments are not, and neither is the line and the indentation of what follows.

mod gap;
mod image;
mod lexer;
mod tree;

use serde_json::Value;

use gap::Gap;
use image::{Content, Counting, Slot};
use tree::{Body, Document, Node, Piece, Shape};

/// Whether everything that changed from `old` to `new` lies in the place of an operation of `operations` (RFC 6902, in the
/// coordinates of the document), and each operation was carried out. JSON with comments, trailing commas and placeholders.
///
/// A placeholder that stands where an element could stand may or may not count as one; both readings of an index are tried.
pub fn unchanged_outside(old: &str, new: &str, operations: &Value) -> Result<(), String> {
    let before = tree::read(old).map_err(|error| format!("old text: {error}"))?;
    let after = tree::read(new).map_err(|error| format!("new text: {error}"))?;
    let strict = compare(&before, &after, operations, Counting::All);
    if strict.is_err() && compare(&before, &after, operations, Counting::Visible).is_ok() {
        return Ok(());
    }
    strict
}

/// The value of a JSON text with comments and trailing commas; an error if it has placeholders or cannot be read.
pub fn value_of(text: &str) -> Result<Value, String> {
    tree::read(text)?.root.value().ok_or_else(|| "the text has placeholders".to_owned())
}

fn compare(old: &Document<'_>, new: &Document<'_>, operations: &Value, counting: Counting) -> Result<(), String> {
    let mut image = image::of(&old.root);
    for operation in operations.as_array().map_or(&[][..], Vec::as_slice) {
        image::apply(&mut image, operation, counting).map_err(|error| format!("{error} in {operation}"))?;
    }
    Gap::new(old.before.clone(), false)
        .same(&Gap::new(new.before.clone(), false))
        .map_err(|error| format!("head: {error}"))?;
    counting.node(&old.root, &new.root, &image, "")?;
    Gap::new(old.after.clone(), false)
        .same(&Gap::new(new.after.clone(), false))
        .map_err(|error| format!("tail: {error}"))
}

impl Counting {
    /// Compares two values; `image` says what of the new one came from where.
    fn node(self, old: &Node<'_>, new: &Node<'_>, image: &Slot, at: &str) -> Result<(), String> {
        if image.fresh {
            return image::carried_out(image, new).map_err(|error| format!("{at}: {error}"));
        }
        match (&old.shape, &new.shape, &image.content) {
            (Shape::Object(old), Shape::Object(new), Content::Members(slots)) => {
                let pairs = by_name(new, slots).map_err(|error| format!("{at}: {error}"))?;
                self.body(old, new, &pairs, at)
            }
            (Shape::Array(old), Shape::Array(new), Content::Elements(slots)) => {
                let pairs = by_order(new, slots, self).map_err(|error| format!("{at}: {error}"))?;
                self.body(old, new, &pairs, at)
            }
            _ if old.text == new.text => Ok(()),
            _ => Err(format!("{at}: `{}` became `{}`", old.text, new.text)),
        }
    }

    /// Compares what two containers hold; `pairs` has the slot of each item of `new`.
    fn body(self, old: &Body<'_>, new: &Body<'_>, pairs: &[&Slot], at: &str) -> Result<(), String> {
        for (item, slot) in new.items.iter().zip(pairs).filter(|(_, slot)| slot.origin.is_none()) {
            image::carried_out(slot, &item.node).map_err(|error| format!("{at}: {error}"))?;
        }
        let kept: Vec<(usize, usize)> =
            pairs.iter().enumerate().filter_map(|(index, slot)| slot.origin.map(|origin| (origin, index))).collect();
        if !kept.is_sorted() {
            return Err(format!("{at}: elements changed places"));
        }
        let (was, is): (Vec<usize>, Vec<usize>) = kept.iter().copied().unzip();
        for (was, is) in gaps(old, &was).iter().zip(&gaps(new, &is)) {
            was.same(is).map_err(|error| format!("{at}: {error}"))?;
        }
        for (origin, index) in kept {
            let (was, is) = (&old.items[origin], &new.items[index]);
            let step = was.name.clone().unwrap_or_else(|| origin.to_string());
            let below = format!("{at}/{}", step.replace('~', "~0").replace('/', "~1"));
            if was.head != is.head {
                return Err(format!("{below}: `{}` became `{}`", was.head, is.head));
            }
            self.node(&was.node, &is.node, pairs[index], &below)?;
        }
        Ok(())
    }
}

/// The slot of each member of `new`; placeholders without a name are taken in order, and so are members of one name.
fn by_name<'s>(new: &Body<'_>, slots: &'s [(Option<String>, Slot)]) -> Result<Vec<&'s Slot>, String> {
    let mut left: Vec<&(Option<String>, Slot)> = slots.iter().collect();
    let mut pairs = Vec::new();
    for item in &new.items {
        let place = left.iter().position(|(name, _)| *name == item.name);
        let place = place.ok_or_else(|| format!("no operation adds `{}{}`", item.head, item.node.text))?;
        pairs.push(&left.remove(place).1);
    }
    match left.first() {
        Some((Some(name), _)) => Err(format!("member `{name}` is missing")),
        Some(_) => Err("a placeholder is missing".to_owned()),
        None => Ok(pairs),
    }
}

/// The slot of each element of `new`. Placeholders that no index counts are taken in their own order: an operation does not tell on
/// which side of one it inserts.
fn by_order<'s>(new: &Body<'_>, slots: &'s [Slot], counting: Counting) -> Result<Vec<&'s Slot>, String> {
    let apart = |slot: &&Slot| counting == Counting::Visible && slot.is_opaque();
    let mut opaque = slots.iter().filter(apart);
    let mut counted = slots.iter().filter(|slot| !apart(slot));
    let mut pairs = Vec::new();
    for item in &new.items {
        let placeholder = counting == Counting::Visible && matches!(item.node.shape, Shape::Opaque);
        let found = if placeholder { opaque.next() } else { counted.next() };
        pairs.push(found.ok_or_else(|| format!("no operation adds `{}`", item.node.text))?);
    }
    if opaque.next().or_else(|| counted.next()).is_some() {
        return Err("an element is missing".to_owned());
    }
    Ok(pairs)
}

/// What stands before, between and after the items of `body` whose indexes are in `kept`; the other items are in the gaps.
fn gaps<'a>(body: &Body<'a>, kept: &[usize]) -> Vec<Gap<'a>> {
    let mut gaps = Vec::new();
    let mut pieces = body.regions[0].clone();
    for index in 0..body.items.len() {
        if kept.contains(&index) {
            gaps.push(Gap::new(std::mem::take(&mut pieces), true));
        } else {
            pieces.push(Piece::Taken);
        }
        pieces.extend(&body.regions[index + 1]);
    }
    gaps.push(Gap::new(pieces, !kept.is_empty()));
    gaps
}
