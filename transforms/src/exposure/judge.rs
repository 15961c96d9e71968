//! What was judged already in a round.
//!
//! A definition is looked at three times: for the intent, for the findings and for the proof. Nearly every text is the same each time,
//! many are in every container, and to judge one takes longer than anything else that is done with it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::{self, Write};

use crate::secrets::{self, Nearby, Suspect};

/// Judges as [`crate::secrets`] does, each text once. It holds texts of the definition, so it shows nothing of what it knows.
#[derive(Clone, Default)]
pub struct Judge {
    known: RefCell<HashMap<String, Option<Suspect>>>,
    /// Where keys are put together.
    key: RefCell<String>,
}

impl fmt::Debug for Judge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Judge")
    }
}

impl Judge {
    /// See [`secrets::variable`].
    pub fn variable(&self, name: &str, value: &str, nearby: Nearby) -> Option<Suspect> {
        let kind = if nearby.access_key_id { "key" } else { "variable" };
        self.once(kind, &[name, value], || secrets::variable(name, value, nearby))
    }

    /// See [`secrets::option`].
    pub fn option(&self, name: &str, value: &str) -> Option<Suspect> {
        self.once("option", &[name, value], || secrets::option(name, value))
    }

    /// See [`secrets::text`].
    pub fn text(&self, value: &str) -> Option<Suspect> {
        self.once("text", &[value], || secrets::text(value))
    }

    /// See [`secrets::words`].
    pub fn words(&self, words: &[&str]) -> Option<Suspect> {
        self.once("words", words, || secrets::words(words))
    }

    fn once(&self, kind: &str, texts: &[&str], judge: impl FnOnce() -> Option<Suspect>) -> Option<Suspect> {
        let mut key = self.key.borrow_mut();
        key.clear();
        key.push_str(kind);
        for text in texts {
            // With their lengths, no two lists of texts are the same key.
            write!(key, " {}:{text}", text.len()).expect("a string can always be written to");
        }
        if let Some(known) = self.known.borrow().get(key.as_str()) {
            return *known;
        }
        let judged = judge();
        self.known.borrow_mut().insert(key.clone(), judged);
        judged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_detector_says_however_often_it_is_asked() {
        let judge = Judge::default();
        let access_key = Nearby { access_key_id: true };
        let texts =
            ["", "DB_PASSWORD", "hunter2-long", "PORT", "8080", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKE", "a b"];
        for _ in 0..2 {
            for name in texts {
                for value in texts {
                    assert_eq!(
                        judge.variable(name, value, Nearby::default()),
                        secrets::variable(name, value, Nearby::default())
                    );
                    assert_eq!(judge.variable(name, value, access_key), secrets::variable(name, value, access_key));
                    assert_eq!(judge.option(name, value), secrets::option(name, value));
                    assert_eq!(judge.words(&[name, value]), secrets::words(&[name, value]));
                }
                assert_eq!(judge.text(name), secrets::text(name));
                assert_eq!(judge.words(&[name]), secrets::words(&[name]));
            }
        }
        assert_eq!(format!("{judge:?}"), "Judge");
    }

    #[test]
    fn a_text_is_judged_once_and_no_two_lists_are_one() {
        let (judge, mut times) = (Judge::default(), 0);
        for texts in [&["ab", "c"][..], &["a", "bc"], &["abc"], &["ab", "c"], &["ab 1:c"]] {
            judge.once("text", texts, || {
                times += 1;
                None
            });
        }
        assert_eq!(times, 4);
    }
}
