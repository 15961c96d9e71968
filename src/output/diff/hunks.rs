//! Changes gathered into hunks, each with as much context as may be shown.

use std::ops::Range;

use super::changes::{Change, is_open};
use super::lines::Line;
use super::range;

/// How many lines of context a hunk has at most on each side, as in git.
const CONTEXT: usize = 3;

/// Neighbouring changes with the lines around them; indices count from 0.
#[derive(Debug)]
pub(super) struct Hunk {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
    /// At least one.
    pub(super) changes: Vec<Change>,
}

impl Hunk {
    /// The `@@` line.
    pub(super) fn header(&self) -> String {
        let (old, new) = (range(self.old.start, self.old.len()), range(self.new.start, self.new.len()));
        format!("@@ -{old} +{new} @@\n")
    }

    /// The number of its first line in the new file.
    pub(super) fn new_start(&self) -> usize {
        self.new.start + 1
    }

    /// Whether `git apply` finds its place in a file of `old_len` lines. A hunk whose last line is a change must end where the
    /// file ends; and git takes `-1,0`, lines put after line 1 without any context, for lines at the beginning.
    pub(super) fn is_anchored(&self, old_len: usize) -> bool {
        let has_trailing = self.changes.last().is_some_and(|last| last.old.end < self.old.end);
        let misread = self.old.is_empty() && self.old.start == 1;
        has_trailing || (self.old.end == old_len && !misread)
    }

    /// Whether `git apply` would take it and do something else than what it means. A masked line that is removed makes git refuse
    /// by itself, as it is not in the file.
    pub(super) fn is_misleading(&self, old: &[Line], new: &[Line]) -> bool {
        let has_masked_addition =
            self.changes.iter().any(|change| new[change.new.clone()].iter().any(Line::is_sensitive));
        let texts = |lines: Range<usize>| old[lines].iter().map(|line| line.text);
        let tail = old.len() - self.old.len()..old.len();
        has_masked_addition || (!self.is_anchored(old.len()) && texts(tail).eq(texts(self.old.clone())))
    }
}

/// The hunks that show `changes`.
pub(super) fn hunks(changes: &[Change], old: &[Line], new: &[Line]) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        let floor = index.checked_sub(1).map_or(0, |index| changes[index].old.end);
        let ceiling = changes.get(index + 1).map_or(old.len(), |next| next.old.start);
        let trailing = (0..(ceiling - change.old.end).min(CONTEXT))
            .take_while(|step| is_open(change.old.end + step, change.new.end + step, old, new))
            .count();
        let gap = change.old.start - floor;
        let open =
            (1..=gap).take_while(|step| is_open(change.old.start - step, change.new.start - step, old, new)).count();
        let old_end = change.old.end + trailing;
        let new_end = change.new.end + trailing;
        match hunks.last_mut() {
            Some(hunk) if open == gap && gap <= 2 * CONTEXT => {
                hunk.changes.push(change.clone());
                (hunk.old.end, hunk.new.end) = (old_end, new_end);
            }
            _ => {
                let leading = open.min(CONTEXT);
                hunks.push(Hunk {
                    old: change.old.start - leading..old_end,
                    new: change.new.start - leading..new_end,
                    changes: vec![change.clone()],
                });
            }
        }
    }
    hunks
}
