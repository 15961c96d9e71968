//! A wire that remembers how each action was answered.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::SignedDuration;

use crate::rollout::port::{Call, CallError, Failure, Wire};
use crate::rollout::said::Veil;

/// Passes calls on, and remembers what came of them.
pub(super) struct Listening<'w> {
    wire: &'w dyn Wire,
    heard: Mutex<BTreeMap<String, Heard>>,
}

/// What was heard of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It was not called.
    Nothing,
    /// It was answered, at least once.
    Answer,
    /// It failed: each time, or because it is not allowed.
    Failure(CallError),
}

impl<'w> Listening<'w> {
    pub(super) fn new(wire: &'w dyn Wire) -> Self {
        Self { wire, heard: Mutex::default() }
    }

    pub(super) fn heard(&self, action: &str) -> Heard {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.get(action).cloned().unwrap_or(Heard::Nothing)
    }
}

impl Wire for Listening<'_> {
    fn call(&self, call: &Call) -> Result<Vec<u8>, CallError> {
        let answer = self.wire.call(call).map_err(|error| error.under(&Veil::default()));
        let action = format!("{}:{}", call.api.prefix(), call.operation);
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let before = heard.remove(&action);
        let now = match (&answer, before) {
            // A denial weighs most: what one resource is refused, a run may need.
            (_, Some(Heard::Failure(error))) if error.failure == Failure::Denied => Heard::Failure(error),
            (Err(error), _) if error.failure == Failure::Denied => Heard::Failure(error.clone()),
            (Ok(_), _) | (Err(_), Some(Heard::Answer)) => Heard::Answer,
            (Err(error), _) => Heard::Failure(error.clone()),
        };
        heard.insert(action, now);
        answer
    }

    fn region(&self) -> &str {
        self.wire.region()
    }

    fn endpoint(&self) -> Option<String> {
        self.wire.endpoint()
    }

    fn ahead(&self) -> Option<SignedDuration> {
        self.wire.ahead()
    }
}
