//! The states in which values are given.

use serde_json::{Value as Json, json};

use super::{Ending, Line, Press, Session, State, begin};
use crate::session::answers::{Key, Slot};
use crate::session::form::{self, Ask, Pick};

impl Session<'_> {
    pub(super) fn edit(&mut self, at: &Key) {
        let Some(judged) = self.judged(at) else { return };
        match form::form(&self.proposed.plan, judged) {
            Ok(form) => self.enter(begin(at.clone(), form)),
            Err(what) => self.say(what),
        }
    }

    pub(super) fn typing(&mut self, at: Key, asks: Vec<Ask>, mut taken: Vec<Json>, mut line: Line, press: Press) {
        match press {
            Press::Escape => self.enter(State::Asking(at)),
            Press::Enter if line.text().is_empty() => self.enter(State::Asking(at)),
            Press::Enter => {
                let Some(ask) = asks.get(taken.len()) else { return };
                match (ask.read)(&line.text(), &form::known(&self.proposed.plan)) {
                    Err(what) => self.say(what),
                    Ok(value) => {
                        taken.push(value);
                        match asks.get(taken.len()) {
                            Some(next) => {
                                let line = Line::of(&next.suggestion);
                                self.enter(State::Typing { at, asks, taken, line });
                            }
                            None => self.give(at, asks.into_iter().map(|ask| ask.slot).zip(taken).collect()),
                        }
                    }
                }
            }
            press => {
                line.press(press);
                self.state = State::Typing { at, asks, taken, line };
            }
        }
    }

    pub(super) fn picking(&mut self, at: Key, mut pick: Pick, cursor: usize, press: Press) -> Option<Ending> {
        let last = pick.options.len().saturating_sub(1);
        let cursor = match press {
            Press::Up | Press::Char('k') => cursor.saturating_sub(1),
            Press::Down | Press::Char('j') => (cursor + 1).min(last),
            Press::Home => 0,
            Press::End => last,
            Press::Char(' ') => {
                if let Some((_, kept)) = pick.options.get_mut(cursor) {
                    *kept = !*kept;
                }
                cursor
            }
            Press::Enter => {
                let kept = pick.options.into_iter().filter(|(_, kept)| *kept).map(|(name, _)| name);
                let value = json!(kept.collect::<Vec<_>>());
                self.give(at, vec![(pick.slot, value)]);
                return None;
            }
            Press::Escape | Press::Left | Press::Char('b') => {
                self.enter(State::Asking(at));
                return None;
            }
            Press::Char('q') => return Some(Ending::Quit),
            Press::Char('?') => {
                self.help();
                return None;
            }
            _ => {
                self.unknown();
                cursor
            }
        };
        self.state = State::Picking { at, pick, cursor };
        None
    }

    /// Takes values, and shows what comes of them.
    fn give(&mut self, at: Key, values: Vec<(Slot, Json)>) {
        let mut answers = self.answers.clone();
        answers.values.extend(values);
        // Whoever decided before has not seen what comes of it.
        answers.verdicts.remove(&at);
        if !self.take(answers, &[]) {
            return;
        }
        if self.judged(&at).is_some() {
            self.enter(State::Asking(at));
        } else {
            self.next(None);
        }
    }

    /// Whether a knob is one of those that findings of this pass ask for.
    pub(super) fn belongs(slot: &Slot, pass: &str) -> bool {
        match slot.section.as_str() {
            "logs" => pass == "missing-log-configuration",
            "excess-capabilities" => ["excess-capabilities", "privileged-container"].contains(&pass),
            section => section == pass,
        }
    }
}
