//! How many credentials the detector finds, and how many decoys it flags, class by class, on a set drawn by lot.
//!
//! `cargo bench --bench detector -- [--seed N] [--count N] [--wrong N]`. The names and values of the set come from words and forms of
//! its own, not from the detector's tables. `--wrong` prints so many samples of each class that were judged wrongly.

#![allow(missing_docs, reason = "a benchmark has no public items")]

mod commands;
mod decoys;
mod documents;
mod lot;
mod measure;
mod names;
mod planted;
mod sample;
mod second;
mod second_decoys;
mod second_words;
mod tokens;
mod vocabulary;

use std::hint::black_box;
use std::time::{Duration, Instant};

use vocabulary::Vocabulary;

struct Asked {
    seed: u64,
    count: usize,
    wrong: usize,
}

fn main() {
    let asked = asked();
    // Before anything else has asked the detector: what is built once is built here.
    let (first, again) = speed(asked.seed);
    println!("seed {}, {} of each class\n", asked.seed, asked.count);
    report("words that the detector was tuned on", &asked, measure::CLASSES, &vocabulary::FIRST);
    report("words that were written afterwards", &asked, second::CLASSES, &second_words::SECOND);
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("100 variables: {:.3} ms the first time, {:.3} ms after that", millis(first), millis(again));
}

fn report(title: &str, asked: &Asked, classes: &[measure::Class], vocabulary: &Vocabulary) {
    println!("== {title}");
    let rows = measure::run(measure::samples(asked.seed, asked.count, classes, vocabulary));
    println!("{}", measure::table(&rows));
    for row in rows {
        for sample in row.wrong.iter().take(asked.wrong) {
            println!("wrong: {} {:?} {:?}", sample.class, sample.truth, sample.form);
        }
    }
}

/// `cargo bench` adds `--bench`, which says nothing here.
fn asked() -> Asked {
    let mut asked = Asked { seed: 1, count: 1_000, wrong: 0 };
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(flag) = arguments.next() {
        let number = arguments.next().and_then(|number| number.parse::<u32>().ok());
        match (flag.as_str(), number) {
            ("--seed", Some(seed)) => asked.seed = seed.into(),
            ("--count", Some(count)) if count > 0 => asked.count = count as usize,
            ("--wrong", Some(wrong)) => asked.wrong = wrong as usize,
            _ => panic!("usage: cargo bench --bench detector -- [--seed N] [--count N] [--wrong N]"),
        }
    }
    asked
}

/// The time for a hundred variables in a process that has judged none, and the best of later ones.
fn speed(seed: u64) -> (Duration, Duration) {
    const EACH: usize = 4;
    let classes = measure::samples(seed, EACH, measure::CLASSES, &vocabulary::FIRST);
    let variables: Vec<_> = classes.into_iter().flatten().take(100).collect();
    let judge = || {
        let start = Instant::now();
        for sample in &variables {
            black_box(black_box(sample).judge());
        }
        start.elapsed()
    };
    let first = judge();
    let again = (0..20).map(|_| judge()).min().unwrap_or(first);
    (first, again)
}
