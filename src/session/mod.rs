//! The session in which a person decides finding by finding: a pure machine, keys in, screens and one decision out.
//!
//! An answer never edits a document. It becomes what a policy would say, the plan is made anew under that, and so the document that is
//! written at the end is the one that a run without a person makes under the policy that was kept. Only [`terminal`] knows a terminal,
//! and nothing here writes a file.

mod answers;
mod deck;
mod form;
mod line;
mod machine;
mod paths;
mod saved;
pub mod terminal;
mod view;

use std::collections::BTreeSet;

pub use answers::{Answers, Key, Lasting, Slot, Verdict};
pub use machine::Session;
pub use saved::{Ground, Saved, digest};
pub use view::{Screen, Span, Style};

use crate::plan::Plan;

/// What a session asks of the world: pure as the session itself, as far as anybody can tell.
pub trait Planner {
    /// The plan under these answers, or why there is none.
    fn plan(&self, answers: &Answers) -> Result<Proposed, String>;

    /// The policy as it is, and as it says what was answered.
    fn policy(&self, answers: &Answers) -> Result<PolicyChange, String>;

    /// Whether a file could be written there, or why not.
    fn place(&self, path: &str) -> Result<(), String>;
}

/// A plan under answers.
#[derive(Debug)]
pub struct Proposed {
    /// The plan.
    pub plan: Plan,
    /// The lines of the policy that the answers would add.
    pub answered: BTreeSet<usize>,
}

/// A policy before and after answers are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyChange {
    /// The file as users should see it.
    pub shown: String,
    /// The text that is there; empty where there is no file yet.
    pub before: String,
    /// The text with the answers.
    pub after: String,
}

/// What a session is about.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The definition as users should see it.
    pub shown: String,
    /// The policy in force.
    pub policy: Option<String>,
    /// Its place among all definitions of the run, from 1, and how many there are.
    pub place: (usize, usize),
    /// What is done at the end.
    pub goal: Goal,
    /// Whether answers can be kept.
    pub keeps: Keeps,
}

/// What is done at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The file is written, or another one.
    File,
    /// This file is written.
    Place(String),
    /// The definition is rolled out.
    RollOut,
}

/// Whether answers can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// In a policy.
    Policy,
    /// Nowhere: no policy is asked in this run.
    Nothing,
}

/// The size of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// What happens to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key.
    Press(Press),
    /// Ctrl-C, or a signal that says the same.
    Interrupt,
    /// The terminal has another size.
    Resize(Size),
}

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// A letter, or a control character other than those below.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// The letter before goes.
    Backspace,
    /// The letter behind goes.
    Delete,
    /// Up.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Anything else.
    Other,
}

/// How a session ends. Until then nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Somebody looked at the whole diff and said yes.
    Decided {
        /// Where the definition goes.
        to: Destination,
        /// Whether the policy is written too.
        keep: bool,
    },
    /// Somebody goes on another time.
    Quit,
    /// Somebody wants none of it.
    Abandoned,
    /// Ctrl-C.
    Interrupted,
}

/// Where the definition goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To where it belongs.
    Itself,
    /// Into this file.
    Elsewhere(String),
}

#[cfg(test)]
mod tests;
