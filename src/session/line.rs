//! A line that somebody types.

use super::Press;

/// The most that is taken; more is no value of anything.
const LONGEST: usize = 2000;

/// Text and the place in it where the next letter goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    letters: Vec<char>,
    at: usize,
}

impl Line {
    /// A line with a suggestion in it.
    pub(super) fn of(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        Self { at: letters.len(), letters }
    }

    /// The text without spaces around it.
    pub(super) fn text(&self) -> String {
        let text: String = self.letters.iter().collect();
        text.trim().to_owned()
    }

    /// What stands before the place of the next letter, and what behind it.
    pub(super) fn parts(&self) -> (String, String) {
        let (before, behind) = self.letters.split_at(self.at);
        (before.iter().collect(), behind.iter().collect())
    }

    /// Takes a key that edits.
    pub(super) fn press(&mut self, press: Press) {
        match press {
            Press::Char('\u{15}') => (self.letters, self.at) = (Vec::new(), 0),
            Press::Char(letter) if !letter.is_control() && self.letters.len() < LONGEST => {
                self.letters.insert(self.at, letter);
                self.at += 1;
            }
            Press::Backspace if self.at > 0 => {
                self.at -= 1;
                self.letters.remove(self.at);
            }
            Press::Delete if self.at < self.letters.len() => drop(self.letters.remove(self.at)),
            Press::Left => self.at = self.at.saturating_sub(1),
            Press::Right => self.at = (self.at + 1).min(self.letters.len()),
            Press::Home => self.at = 0,
            Press::End => self.at = self.letters.len(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_edit_where_the_place_is() {
        let mut line = Line::of("10:10");
        for press in [Press::Home, Press::Char('1'), Press::Right, Press::Delete, Press::End, Press::Backspace] {
            line.press(press);
        }
        assert_eq!((line.text(), line.parts()), ("11:1".into(), ("11:1".into(), String::new())));
        for press in [Press::Left, Press::Left, Press::Left, Press::Left, Press::Left, Press::Backspace, Press::Up] {
            line.press(press);
        }
        assert_eq!(line.parts(), (String::new(), "11:1".into()));
        line.press(Press::Char('\u{7}'));
        line.press(Press::Char('語'));
        assert_eq!(line.parts(), ("語".into(), "11:1".into()));
        line.press(Press::Char('\u{15}'));
        assert_eq!(line.text(), "");
    }
}
