//! The detector keeps to its goal in every class, on sets that are drawn by lot: `benches/detector` prints the same figures.

#![allow(missing_docs, reason = "a test crate has no public items")]

#[path = "../benches/detector/commands.rs"]
mod commands;
#[path = "../benches/detector/decoys.rs"]
mod decoys;
#[path = "../benches/detector/documents.rs"]
mod documents;
#[path = "../benches/detector/lot.rs"]
mod lot;
#[path = "../benches/detector/measure.rs"]
mod measure;
#[path = "../benches/detector/names.rs"]
mod names;
#[path = "../benches/detector/planted.rs"]
mod planted;
#[path = "../benches/detector/sample.rs"]
mod sample;
#[path = "../benches/detector/second.rs"]
mod second;
#[path = "../benches/detector/second_decoys.rs"]
mod second_decoys;
#[path = "../benches/detector/second_words.rs"]
mod second_words;
#[path = "../benches/detector/tokens.rs"]
mod tokens;
#[path = "../benches/detector/vocabulary.rs"]
mod vocabulary;

use measure::{Class, Row};
use sample::Truth;
use vocabulary::Vocabulary;

/// Samples of each class: at so many, one flagged decoy is still within the goal, and two are not.
const COUNT: usize = 300;

fn rows(seed: u64, classes: &[Class], words: &Vocabulary) -> Vec<Row> {
    measure::run(measure::samples(seed, COUNT, classes, words))
}

fn holds(seed: u64, classes: &[Class], words: &Vocabulary) {
    let rows = rows(seed, classes, words);
    let wrong: Vec<String> = rows
        .iter()
        .filter(|row| !row.holds())
        .flat_map(|row| row.wrong.iter().take(3))
        .map(|sample| format!("{} {:?} {:?}", sample.class, sample.truth, sample.form))
        .collect();
    assert!(wrong.is_empty(), "seed {seed}\n{}{}", measure::table(&rows), wrong.join("\n"));
}

#[test]
fn every_class_keeps_to_the_goal() {
    for seed in [1, 7, 42, 2026] {
        holds(seed, measure::CLASSES, &vocabulary::FIRST);
    }
}

#[test]
fn every_class_keeps_to_the_goal_with_other_words_and_forms() {
    for seed in [1, 7, 42, 2026] {
        holds(seed, second::CLASSES, &second_words::SECOND);
    }
}

#[test]
fn a_seed_gives_the_same_set_and_another_seed_another() {
    let shown = |seed| format!("{:?}", measure::samples(seed, 5, measure::CLASSES, &vocabulary::FIRST));
    assert_eq!(shown(3), shown(3));
    assert_ne!(shown(3), shown(4));
}

/// What is planted, called a decoy, and the other way round, has to miss the goal in every class: the measure can fail.
#[test]
fn a_set_that_is_told_the_wrong_way_round_misses_the_goal() {
    let mut set = measure::samples(1, COUNT, measure::CLASSES, &vocabulary::FIRST);
    for sample in set.iter_mut().flatten() {
        sample.truth = if sample.truth == Truth::Decoy { Truth::Planted } else { Truth::Decoy };
    }
    let kept: Vec<&str> = measure::run(set).iter().filter(|row| row.holds()).map(|row| row.class).collect();
    assert!(kept.is_empty(), "{kept:?} keep to the goal whatever the detector says");
}
