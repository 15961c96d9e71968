//! What changed, by lines; chosen so that as few sensitive lines as possible count as changed.

use std::cmp::Reverse;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::lines::Line;

/// Lines that were replaced, by indices into both texts. Between two changes lies at least one line that both texts have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// The changes that make `new` from `old`, in order.
pub(super) fn changes(old: &[Line], new: &[Line]) -> Vec<Change> {
    let plain = between(&matches(old, new), old.len(), new.len());
    let careful = || between(&careful_matches(old, new), old.len(), new.len());
    let exposed = |changes: &[Change]| changes.iter().map(|change| exposed(change, old, new)).sum::<usize>();
    let mut chosen = match exposed(&plain) {
        0 => plain,
        _ => [plain, careful()].into_iter().min_by_key(|changes| exposed(changes)).unwrap_or_default(),
    };
    for index in 0..chosen.len() {
        slide(&mut chosen, index, old, new);
    }
    chosen
}

/// How many sensitive lines a change shows.
fn exposed(change: &Change, old: &[Line], new: &[Line]) -> usize {
    let changed = old[change.old.clone()].iter().chain(&new[change.new.clone()]);
    changed.filter(|line| line.is_sensitive()).count()
}

/// Runs of equal lines: index in the old text, index in the new text, length.
type Runs = Vec<(usize, usize, usize)>;

fn matches(old: &[Line], new: &[Line]) -> Runs {
    let old: Vec<_> = old.iter().map(|line| line.text).collect();
    let new: Vec<_> = new.iter().map(|line| line.text).collect();
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let equal = ops.into_iter().filter_map(|op| match op {
        DiffOp::Equal { old_index, new_index, len } => Some((old_index, new_index, len)),
        _ => None,
    });
    equal.collect()
}

/// First the sensitive lines are matched among themselves, then everything between those matches.
fn careful_matches(old: &[Line], new: &[Line]) -> Runs {
    let pick =
        |lines: &[Line]| -> Vec<usize> { (0..lines.len()).filter(|index| lines[*index].is_sensitive()).collect() };
    let (old_at, new_at) = (pick(old), pick(new));
    let old_texts: Vec<_> = old_at.iter().map(|index| old[*index].text).collect();
    let new_texts: Vec<_> = new_at.iter().map(|index| new[*index].text).collect();
    let mut runs = Runs::new();
    let (mut old_from, mut new_from) = (0, 0);
    let mut fill = |old_to: usize, new_to: usize, runs: &mut Runs| {
        let inner = matches(&old[old_from..old_to], &new[new_from..new_to]);
        runs.extend(inner.into_iter().map(|(old, new, len)| (old + old_from, new + new_from, len)));
        (old_from, new_from) = (old_to + 1, new_to + 1);
    };
    for op in capture_diff_slices(Algorithm::Myers, &old_texts, &new_texts) {
        let DiffOp::Equal { old_index, new_index, len } = op else {
            continue;
        };
        for step in 0..len {
            let (old_line, new_line) = (old_at[old_index + step], new_at[new_index + step]);
            fill(old_line, new_line, &mut runs);
            runs.push((old_line, new_line, 1));
        }
    }
    fill(old.len(), new.len(), &mut runs);
    runs
}

/// What lies between the runs.
fn between(runs: &[(usize, usize, usize)], old_len: usize, new_len: usize) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut old_from, mut new_from) = (0, 0);
    for (old, new, len) in runs.iter().copied().chain([(old_len, new_len, 0)]) {
        if old_from < old || new_from < new {
            changes.push(Change { old: old_from..old, new: new_from..new });
        }
        (old_from, new_from) = (old + len, new + len);
    }
    changes
}

/// Moves a pure insertion or deletion, where equal lines leave a choice, to a place where fewer sensitive lines show and a line
/// that may be shown follows it. The neighbouring changes keep an equal line between them.
fn slide(changes: &mut [Change], index: usize, old: &[Line], new: &[Line]) {
    let change = changes[index].clone();
    if !change.old.is_empty() && !change.new.is_empty() {
        return;
    }
    let before = index.checked_sub(1).map_or(0, |index| changes[index].old.end + 1);
    let after = changes.get(index + 1).map_or(old.len(), |next| next.old.start - 1);
    let moved = if change.old.is_empty() { new } else { old };
    let block = if change.old.is_empty() { &change.new } else { &change.old };
    let up = (1..=change.old.start.saturating_sub(before))
        .take_while(|step| moved[block.start - step].text == moved[block.end - step].text)
        .map(|step| shifted(&change, |line| line - step));
    let down = (1..=after.saturating_sub(change.old.end))
        .take_while(|step| moved[block.start + step - 1].text == moved[block.end + step - 1].text)
        .map(|step| shifted(&change, |line| line + step));
    let cost = |change: &Change| {
        let follows = change.old.end == old.len() || is_open(change.old.end, change.new.end, old, new);
        (exposed(change, old, new), Reverse(follows))
    };
    // Of equals the first is taken, so it stays where it is unless there is a reason.
    if let Some(best) = std::iter::once(change.clone()).chain(up).chain(down).min_by_key(cost) {
        changes[index] = best;
    }
}

fn shifted(change: &Change, by: impl Fn(usize) -> usize) -> Change {
    let shift = |range: &Range<usize>| by(range.start)..by(range.end);
    Change { old: shift(&change.old), new: shift(&change.new) }
}

/// Whether a line that both texts have may be shown.
pub(super) fn is_open(old_index: usize, new_index: usize, old: &[Line], new: &[Line]) -> bool {
    !old[old_index].is_sensitive() && !new[new_index].is_sensitive()
}
