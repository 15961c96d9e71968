//! Random task definitions that ECS would take, and random ways to write them down.
//!
//! The JSON value of a definition is built from a tape of random words ([`tape`]); which fields may appear is read off the same matrix
//! that the judge uses ([`setting`]). A [`Style`] then decides every byte that JSON leaves open, an [`Envelope`] what is around it.

mod container;
mod envelope;
mod hardening;
mod setting;
mod style;
mod tape;
mod task;
mod words;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any};
use proptest::test_runner::RngSeed;
use serde_json::Value;

pub use envelope::Envelope;
pub use style::{Braces, Escapes, Layout, Style, write};

use super::validity::{Os, Target};
use tape::Tape;

/// A definition and what it is for.
#[derive(Clone, Debug)]
pub struct Generated {
    /// In the shape of `RegisterTaskDefinition`.
    pub definition: Value,
    /// The targets that take it, at least one. More than `requiresCompatibilities` says, where that is absent.
    pub targets: Vec<Target>,
    /// The operating system it is for. The definition need not say so.
    pub os: Os,
}

/// A definition in a text.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The text.
    pub text: String,
    /// The JSON value of the text.
    pub value: Value,
    /// Where in the text's value the definition is, or as much of one as the text has (see [`Envelope`]).
    pub definition_pointer: String,
    /// What is around it.
    pub envelope: Envelope,
    /// How it is written.
    pub style: Style,
    /// What was written.
    pub generated: Generated,
}

impl Sample {
    /// The definition to judge when the value of the text has become `document`: what the text does not hold is taken from
    /// `generated`, what only a response has is left out.
    pub fn canonical(&self, document: &Value) -> Value {
        envelope::canonical(&self.envelope, &self.generated.definition, document, &self.definition_pointer)
    }
}

/// How to run a property test of so many cases: the same cases each time, and no file to remember failures in. Another seed finds
/// other cases.
pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_141_113),
        ..ProptestConfig::default()
    }
}

/// Valid definitions of one to four containers for every set of targets.
pub fn definition() -> impl Strategy<Value = Generated> {
    let words = |count| vec(any::<u32>(), count..=count * 2);
    (words(60), vec(words(150), 1..=4)).prop_map(|(task, containers)| {
        let mut containers: Vec<Tape> = containers.into_iter().map(Tape::new).collect();
        task::definition(&mut Tape::new(task), &mut containers)
    })
}

/// Any style.
pub fn style() -> impl Strategy<Value = Style> {
    vec(any::<u32>(), 40).prop_map(|words| style::draw(&mut Tape::new(words)))
}

/// Any envelope.
pub fn envelope() -> impl Strategy<Value = Envelope> {
    vec(any::<u32>(), 8).prop_map(|words| envelope::draw(&mut Tape::new(words)))
}

/// Definitions in texts.
pub fn sample() -> impl Strategy<Value = Sample> {
    (definition(), envelope(), style()).prop_map(|(generated, envelope, style)| {
        let (value, definition_pointer) = envelope::wrap(&envelope, &generated);
        Sample { text: write(&value, &style), value, definition_pointer, envelope, style, generated }
    })
}
