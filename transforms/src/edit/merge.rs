//! Many edits against one tree, checked and merged into one change that mirrors the tree.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};
use thiserror::Error;

use super::Edit;
use crate::tree::{self, Node, Path, Step};

/// What happens to a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Nothing.
    Keep,
    /// It becomes this value.
    Replace(Value),
    /// An object: what happens to its members. New ones come in the order of the edits.
    Object(Vec<(String, MemberChange)>),
    /// A list: what happens to its elements.
    Array(ArrayChange),
}

/// What happens to a member.
#[derive(Clone, Debug, PartialEq)]
pub enum MemberChange {
    /// It is not there yet.
    Add(Value),
    /// It goes, name and all.
    Remove,
    /// Its value changes.
    Change(Change),
}

/// What happens to the elements of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArrayChange {
    /// By index in the unedited list.
    pub items: BTreeMap<usize, ItemChange>,
    /// New last elements.
    pub appended: Vec<Value>,
    /// How many elements the unedited list shows.
    pub len: usize,
    /// Whether a placeholder may stand for further ones.
    pub open: bool,
}

/// What happens to an element.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemChange {
    /// It goes.
    Remove,
    /// Its value changes.
    Change(Change),
}

/// Edits that cannot be merged. Each is a mistake of whoever made the edits.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MergeError {
    /// Two edits want different things at one place, or one wants something inside what another sets or removes.
    #[error("two edits contradict each other at {0}")]
    Conflict(Path),
    /// A step leads through, or an edit aims at, a value that another tool will fill in.
    #[error("the value at {0} is not known here")]
    Opaque(Path),
    /// A step leads through a value that has no such members or elements.
    #[error("the value at {0} is no container of that kind")]
    NotAContainer(Path),
    /// A removal or an element index that leads nowhere.
    #[error("there is nothing at {0}")]
    Absent(Path),
}

/// Merges `edits` into one change of `root`.
///
/// Equal `Set`s of one place count once, `Append`s keep their order, and a `Set` to what is there already changes nothing.
pub fn merge(root: &Node, edits: &[Edit]) -> Result<Change, MergeError> {
    let mut wishes = Wish::default();
    for edit in edits {
        wishes.add(edit)?;
    }
    wishes.resolve(root, &Path::root())
}

/// All edits at one place and below.
#[derive(Debug, Default)]
struct Wish {
    set: Option<Value>,
    remove: bool,
    appended: Vec<Value>,
    below: Vec<(Step, Wish)>,
}

impl Wish {
    fn add(&mut self, edit: &Edit) -> Result<(), MergeError> {
        let conflict = || MergeError::Conflict(edit.path().clone());
        let mut wish = self;
        for step in edit.path().steps() {
            if wish.set.is_some() || wish.remove {
                return Err(conflict());
            }
            wish = wish.child(step);
        }
        let is_free = wish.set.is_none() && !wish.remove;
        let is_leaf = wish.below.is_empty() && wish.appended.is_empty();
        match edit {
            Edit::Set { value, .. } if wish.set.as_ref() == Some(value) => {}
            Edit::Set { value, .. } if is_free && is_leaf => wish.set = Some(value.clone()),
            Edit::Remove { .. } if wish.remove => {}
            Edit::Remove { .. } if is_free && is_leaf => wish.remove = true,
            Edit::Append { value, .. } if is_free => wish.appended.push(value.clone()),
            _ => return Err(conflict()),
        }
        Ok(())
    }

    fn child(&mut self, step: &Step) -> &mut Self {
        let found = self.below.iter().position(|(other, _)| other == step);
        let index = found.unwrap_or_else(|| {
            self.below.push((step.clone(), Self::default()));
            self.below.len() - 1
        });
        &mut self.below[index].1
    }

    /// What the wishes mean for a node that exists.
    fn resolve(self, node: &Node, path: &Path) -> Result<Change, MergeError> {
        if self.remove {
            return Err(MergeError::Absent(path.clone()));
        }
        if let Some(value) = self.set {
            return match &node.value {
                tree::Value::Opaque => Err(MergeError::Opaque(path.clone())),
                _ if same(node, &value) => Ok(Change::Keep),
                _ => Ok(Change::Replace(value)),
            };
        }
        if self.below.is_empty() && self.appended.is_empty() {
            return Ok(Change::Keep);
        }
        match &node.value {
            tree::Value::Null => Ok(Change::Replace(self.make(path)?)),
            tree::Value::Opaque => Err(MergeError::Opaque(path.clone())),
            tree::Value::Object(object) if self.appended.is_empty() => self.resolve_object(object, path),
            tree::Value::Array(array) => self.resolve_array(array, path),
            _ => Err(MergeError::NotAContainer(path.clone())),
        }
    }

    fn resolve_object(self, object: &tree::Object, path: &Path) -> Result<Change, MergeError> {
        let mut changes = Vec::new();
        for (step, wish) in self.below {
            let below = path.with(step.clone());
            let Step::Key(name) = step else {
                return Err(MergeError::NotAContainer(path.clone()));
            };
            let change = match object.get(&name) {
                None => MemberChange::Add(wish.make(&below)?),
                Some(node) if wish.remove => remove(node, &below, MemberChange::Remove)?,
                Some(node) => match wish.resolve(node, &below)? {
                    Change::Keep => continue,
                    change => MemberChange::Change(change),
                },
            };
            changes.push((name, change));
        }
        Ok(if changes.is_empty() { Change::Keep } else { Change::Object(changes) })
    }

    fn resolve_array(self, array: &tree::Array, path: &Path) -> Result<Change, MergeError> {
        let mut items = BTreeMap::new();
        for (step, wish) in self.below {
            let below = path.with(step.clone());
            let Step::Index(index) = step else {
                return Err(MergeError::NotAContainer(path.clone()));
            };
            let Some(node) = array.items.get(index) else {
                return Err(MergeError::Absent(below));
            };
            let change = if wish.remove {
                remove(node, &below, ItemChange::Remove)?
            } else {
                match wish.resolve(node, &below)? {
                    Change::Keep => continue,
                    change => ItemChange::Change(change),
                }
            };
            items.insert(index, change);
        }
        if items.is_empty() && self.appended.is_empty() {
            return Ok(Change::Keep);
        }
        Ok(Change::Array(ArrayChange { items, appended: self.appended, len: array.items.len(), open: array.open }))
    }

    /// The value that the wishes make where nothing is, or an explicit null.
    fn make(self, path: &Path) -> Result<Value, MergeError> {
        if self.remove {
            return Err(MergeError::Absent(path.clone()));
        }
        if let Some(value) = self.set {
            return Ok(value);
        }
        if self.below.is_empty() {
            return Ok(Value::Array(self.appended));
        }
        if !self.appended.is_empty() {
            return Err(MergeError::NotAContainer(path.clone()));
        }
        let mut members = Map::new();
        for (step, wish) in self.below {
            let below = path.with(step.clone());
            let Step::Key(name) = step else {
                return Err(MergeError::Absent(below));
            };
            members.insert(name, wish.make(&below)?);
        }
        Ok(Value::Object(members))
    }
}

fn remove<T>(node: &Node, path: &Path, removal: T) -> Result<T, MergeError> {
    match node.value {
        tree::Value::Opaque => Err(MergeError::Opaque(path.clone())),
        _ => Ok(removal),
    }
}

/// Whether the node is that value already, number text included.
fn same(node: &Node, value: &Value) -> bool {
    match (&node.value, value) {
        (tree::Value::Null, Value::Null) => true,
        (tree::Value::Bool(old), Value::Bool(new)) => old == new,
        (tree::Value::Number(old), Value::Number(new)) => old.parse::<Number>().is_ok_and(|old| old == *new),
        (tree::Value::String(old), Value::String(new)) => old == new,
        (tree::Value::Array(old), Value::Array(new)) => {
            !old.open && old.items.len() == new.len() && old.items.iter().zip(new).all(|(old, new)| same(old, new))
        }
        (tree::Value::Object(old), Value::Object(new)) => {
            let is_same = |member: &tree::Member| new.get(&member.name).is_some_and(|value| same(&member.value, value));
            !old.open && old.members.len() == new.len() && old.members.iter().all(is_same)
        }
        _ => false,
    }
}
