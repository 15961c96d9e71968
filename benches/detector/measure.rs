//! Draws the set, asks the detector, counts.

use std::fmt::Write as _;

use ecs_harden_transforms::secrets::{Confidence, Kind};

use crate::lot::Lot;
use crate::sample::{Form, Sample, Truth};
use crate::vocabulary::Vocabulary;
use crate::{commands, decoys, documents, planted};

type Maker = fn(&mut Lot, &Vocabulary) -> Form;

/// A class: its name, what is true of it, who makes it.
pub(crate) type Class = (&'static str, Truth, Maker);

/// Every class, with what is true of its samples.
pub(crate) const CLASSES: &[Class] = &[
    ("password by name", Truth::Planted, planted::by_name),
    ("password by joined name", Truth::Planted, planted::by_joined_name),
    ("token, name says so", Truth::Planted, planted::token_under_its_name),
    ("token, name says nothing", Truth::Planted, planted::token_under_neutral_name),
    ("AWS key pair", Truth::Planted, planted::aws_pair),
    ("connection string", Truth::Planted, planted::connection),
    ("private key", Truth::Planted, planted::private_key),
    ("document", Truth::Planted, documents::with_credential),
    ("drawn, name says nothing", Truth::Planted, planted::drawn),
    ("webhook", Truth::Planted, planted::webhook),
    ("basic and bearer", Truth::Planted, planted::basic),
    ("command", Truth::Planted, commands::with_credential),
    ("option of a driver", Truth::Planted, commands::option_with_credential),
    ("label", Truth::Planted, commands::label_with_credential),
    ("pointer", Truth::Decoy, decoys::pointer),
    ("reference", Truth::Decoy, decoys::reference),
    ("encrypted", Truth::Decoy, decoys::encrypted),
    ("setting about a secret", Truth::Decoy, decoys::setting),
    ("switch", Truth::Decoy, decoys::switch),
    ("public key", Truth::Decoy, decoys::public),
    ("digest or id", Truth::Decoy, decoys::digest),
    ("address", Truth::Decoy, decoys::address),
    ("prose", Truth::Decoy, decoys::prose),
    ("plain setting", Truth::Decoy, decoys::plain),
    ("document", Truth::Decoy, documents::without),
    ("command", Truth::Decoy, commands::without),
    ("option of a driver", Truth::Decoy, commands::option_without),
    ("label", Truth::Decoy, commands::label_without),
    ("not filled in", Truth::Decoy, decoys::unfilled),
    ("stand-in", Truth::StandIn, decoys::stand_in),
];

/// The least share of planted credentials to be found, and the largest of decoys to be flagged, in each class.
pub(crate) const GOAL: (f64, f64) = (0.95, 0.005);

/// What came of one class.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) class: &'static str,
    pub(crate) truth: Truth,
    pub(crate) count: usize,
    /// How many were found or flagged; of the stand-ins, how many were told to be such.
    pub(crate) told: usize,
    /// By confidence: high, medium, low.
    pub(crate) split: [usize; 3],
    /// Those that were judged wrongly.
    pub(crate) wrong: Vec<Sample>,
}

impl Row {
    pub(crate) fn rate(&self) -> f64 {
        share(self.told, self.count)
    }

    /// Whether the class keeps to the goal.
    pub(crate) fn holds(&self) -> bool {
        match self.truth {
            Truth::Decoy => self.rate() <= GOAL.1,
            Truth::Planted | Truth::StandIn => self.rate() >= GOAL.0,
        }
    }
}

/// A seed with the words of a set: the same samples each time.
pub(crate) fn samples(seed: u64, count: usize, classes: &[Class], vocabulary: &Vocabulary) -> Vec<Vec<Sample>> {
    let mut lot = Lot::new(seed);
    let class = |lot: &mut Lot, &(class, truth, maker): &Class| {
        (0..count).map(|_| Sample { class, truth, form: maker(lot, vocabulary) }).collect()
    };
    classes.iter().map(|entry| class(&mut lot, entry)).collect()
}

/// Judges a set, a row a class.
pub(crate) fn run(set: Vec<Vec<Sample>>) -> Vec<Row> {
    set.into_iter().filter_map(row).collect()
}

fn row(samples: Vec<Sample>) -> Option<Row> {
    let first = samples.first()?;
    let mut row =
        Row { class: first.class, truth: first.truth, count: samples.len(), told: 0, split: [0; 3], wrong: Vec::new() };
    for sample in samples {
        let found = sample.judge();
        let told = found.is_some_and(|found| sample.truth != Truth::StandIn || found.kind == Kind::Placeholder);
        row.told += usize::from(told);
        if let Some(found) = found {
            let place = match found.confidence {
                Confidence::High => 0,
                Confidence::Medium => 1,
                Confidence::Low => 2,
            };
            row.split[place] += 1;
        }
        if told == (sample.truth == Truth::Decoy) {
            row.wrong.push(sample);
        }
    }
    Some(row)
}

/// The rows as people read them.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut text = String::new();
    for (truth, title, verb) in [
        (Truth::Planted, "planted", "found"),
        (Truth::Decoy, "decoys", "flagged"),
        (Truth::StandIn, "stand-ins", "told as such"),
    ] {
        let _ = writeln!(text, "{title:<28} {:>6} {verb:>13} {:>9}  high/medium/low", "count", "rate");
        let rows: Vec<&Row> = rows.iter().filter(|row| row.truth == truth).collect();
        let (mut count, mut told) = (0, 0);
        for row in &rows {
            let [high, medium, low] = row.split;
            let mark = if row.holds() { "" } else { "  <- misses the goal" };
            let rate = row.rate() * 100.0;
            let _ = writeln!(
                text,
                "  {:<26} {:>6} {:>13} {rate:>8.2}%  {high}/{medium}/{low}{mark}",
                row.class, row.count, row.told
            );
            count += row.count;
            told += row.told;
        }
        let _ = writeln!(text, "  {:<26} {count:>6} {told:>13} {:>8.2}%\n", "together", share(told, count) * 100.0);
    }
    text
}

fn share(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if whole == 0 { 0.0 } else { number(part) / number(whole) }
}
