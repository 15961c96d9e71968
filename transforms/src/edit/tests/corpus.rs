//! Every readable file of a corpus × generic edits. The corpus lies outside the repository: `ECS_HARDEN_CORPUS` names its
//! directory, whose files of whatever depth are all tried.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test may read the corpus and say that it has none; the wall is around what is shipped"
)]

use std::fs;
use std::path::{Path as FilePath, PathBuf};

use serde_json::json;

use super::dice::collect;
use super::*;
use crate::tree::Node;

/// How many sets of edits each file gets.
const TRIES: usize = 60;

/// All files below a directory, sorted.
fn files(directory: &FilePath) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(&directory).expect("the corpus can be listed") {
            let path = entry.expect("the corpus can be listed").path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Edits that a node of that kind can take.
fn edits(path: &Path, node: &Node) -> Vec<Vec<Edit>> {
    let set = |path: Path, value| Edit::Set { path, value };
    let append = |value| Edit::Append { array: path.clone(), value };
    let mut all = Vec::new();
    if node.value == crate::tree::Value::Opaque {
        return all;
    }
    all.push(vec![set(path.clone(), json!(true))]);
    all.push(vec![set(path.clone(), json!({ "drop": ["ALL"], "nested": { "a": [1, {}] } }))]);
    if path.split_last().is_some() {
        all.push(vec![Edit::Remove { path: path.clone() }]);
    }
    if let Some(object) = node.as_object() {
        all.push(vec![set(path.key("zz"), json!(false))]);
        all.push(vec![
            set(path.key("zz").key("y"), json!(["a", "b"])),
            set(path.key("zy"), json!({ "k": [{ "a": 1 }] })),
        ]);
        let removals = object.members.iter().filter(|member| member.value.value != crate::tree::Value::Opaque);
        let mut removals: Vec<_> =
            removals.map(|member| Edit::Remove { path: path.key(member.name.as_str()) }).collect();
        all.push(removals.clone());
        removals.push(set(path.key("zz"), json!([1])));
        all.push(removals);
    }
    if let Some(array) = node.as_array() {
        all.push(vec![append(json!({ "name": "A", "value": "B" }))]);
        all.push(vec![append(json!("x")), append(json!({ "name": "A", "size": { "a": 1 } }))]);
        let seen = array.items.iter().enumerate().filter(|(_, item)| item.value != crate::tree::Value::Opaque);
        let removals: Vec<_> = seen.map(|(index, _)| Edit::Remove { path: path.index(index) }).collect();
        all.push(removals.iter().step_by(2).cloned().collect());
        all.push(removals.iter().skip(1).cloned().chain([append(json!("x"))]).collect());
        all.push(removals);
    }
    all
}

/// At most [`TRIES`] of them, evenly spread.
fn sample(all: Vec<Vec<Edit>>) -> impl Iterator<Item = Vec<Edit>> {
    let step = all.len().div_ceil(TRIES).max(1);
    all.into_iter().step_by(step)
}

#[test]
fn every_corpus_file_takes_generic_edits() {
    let Some(directory) = std::env::var_os("ECS_HARDEN_CORPUS") else {
        println!("skipped: ECS_HARDEN_CORPUS is not set");
        return;
    };
    let (mut tried, mut refused) = (0, 0);
    for file in files(FilePath::new(&directory)) {
        let bytes = fs::read(&file).expect("the corpus can be read");
        let Some((text, parsed)) = read::decode(&bytes).ok().and_then(|text| Some((text, read::json(text).ok()?)))
        else {
            refused += 1;
            continue;
        };
        let mut found = Vec::new();
        collect(&parsed.root, &Path::root(), &mut found);
        for edits in sample(found.iter().flat_map(|(path, node)| edits(path, node)).collect()) {
            tried += 1;
            let avoid = |line: Span| line.of(text).contains("value");
            let result = try_edit(text, &edits, &|_| false).and_then(|_| try_edit(text, &edits, &avoid));
            match result {
                Err(why) if why.starts_with("splice: placeholders") => assert!(!parsed.placeholders.is_empty()),
                Err(why) => panic!("{}: {why}\n{edits:?}", file.display()),
                Ok(_) => {}
            }
        }
    }
    println!("{tried} sets of edits, {refused} files not read");
    assert!(tried > 0, "no file of the corpus could be read");
}
