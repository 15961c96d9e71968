//! A change as an RFC 6902 patch: the oracle of the proof, and a form to report.

use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, Patch, PatchOperation, RemoveOperation, ReplaceOperation};

use super::{ArrayChange, Change, ItemChange, MemberChange};

/// The patch that turns the old value ([`super::to_json`] of the old tree) into the new one.
///
/// Elements are changed first, then removed by descending index, then appended with `/-`. In an open list, whose true end
/// nobody knows, an element is added by index after the last one that can be seen.
pub fn lower(change: &Change) -> Patch {
    let mut operations = Vec::new();
    write(change, &PointerBuf::new(), &mut operations);
    Patch(operations)
}

fn write(change: &Change, at: &PointerBuf, operations: &mut Vec<PatchOperation>) {
    match change {
        Change::Keep => {}
        Change::Replace(value) => {
            operations.push(PatchOperation::Replace(ReplaceOperation { path: at.clone(), value: value.clone() }));
        }
        Change::Object(members) => {
            for (name, change) in members {
                let path = at.with_trailing_token(name.as_str());
                match change {
                    MemberChange::Change(change) => write(change, &path, operations),
                    MemberChange::Remove => operations.push(PatchOperation::Remove(RemoveOperation { path })),
                    MemberChange::Add(value) => {
                        operations.push(PatchOperation::Add(AddOperation { path, value: value.clone() }));
                    }
                }
            }
        }
        Change::Array(array) => write_array(array, at, operations),
    }
}

fn write_array(array: &ArrayChange, at: &PointerBuf, operations: &mut Vec<PatchOperation>) {
    let mut removed = 0;
    for (index, change) in &array.items {
        if let ItemChange::Change(change) = change {
            write(change, &at.with_trailing_token(*index), operations);
        }
    }
    for (index, change) in array.items.iter().rev() {
        if *change == ItemChange::Remove {
            removed += 1;
            let path = at.with_trailing_token(*index);
            operations.push(PatchOperation::Remove(RemoveOperation { path }));
        }
    }
    for (offset, value) in array.appended.iter().enumerate() {
        let path =
            if array.open { at.with_trailing_token(array.len - removed + offset) } else { at.with_trailing_token("-") };
        operations.push(PatchOperation::Add(AddOperation { path, value: value.clone() }));
    }
}
