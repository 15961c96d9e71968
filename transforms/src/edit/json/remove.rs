//! Entries that go, with their commas and lines.

use super::insert::New;
use super::layout::Layout;
use super::{SpliceError, Work};
use crate::tree::{Path, Span};

/// What remains before the entries that go at the end of a container.
#[derive(Clone, Copy)]
struct Tail {
    last_kept: Option<usize>,
    /// The comma after it stays.
    keeps_comma: bool,
}

impl Work<'_> {
    /// Removes entries of a closed container. Where new ones take the place of all, the first stays to be overwritten.
    pub(super) fn remove(&mut self, layout: &Layout, removed: &[bool], new: &New<'_>) {
        let overwrites_first = !new.is_empty() && !removed.contains(&false);
        let last_kept = if overwrites_first { Some(0) } else { removed.iter().rposition(|removed| !removed) };
        let keeps_comma = layout.trailing || (!new.is_empty() && !overwrites_first);
        let tail = Tail { last_kept, keeps_comma };
        let goes = (0..removed.len()).filter(|index| removed[*index] && !(overwrites_first && *index == 0));
        let spans: Vec<_> = goes.flat_map(|index| self.removal(layout, index, tail)).collect();
        let inner = Span::new(layout.span.start + 1, layout.span.end - 1);
        if last_kept.is_none()
            && self.source.comments_in(inner).all(|note| spans.iter().any(|span| span.contains(*note)))
        {
            self.put(inner.start, inner.end, "");
            return;
        }
        for span in spans {
            self.put(span.start, span.end, "");
        }
        let last_comma = last_kept.filter(|kept| kept + 1 < removed.len()).and_then(|kept| layout.commas[kept]);
        if let Some(comma) = last_comma.filter(|_| !keeps_comma) {
            self.put(comma, comma + 1, "");
        }
    }

    /// The bytes that go with one entry, its comma among them.
    fn removal(&self, layout: &Layout, index: usize, tail: Tail) -> Vec<Span> {
        let source = self.source;
        let entry = layout.entries[index];
        let end = layout.end_with_comma(index);
        let comma_beside = source.on_one_line(Span::new(entry.end, end));
        let tail_end = source.comments_after(end);
        if comma_beside && source.starts_line(entry.start) && source.ends_line(tail_end) {
            let start = source.line_start(entry.start);
            if start > layout.span.start {
                return vec![Span::new(start, source.after_break(source.line_end(tail_end)))];
            }
        }
        let is_tail = tail.last_kept.is_none_or(|kept| index > kept);
        let before = match index.checked_sub(1) {
            Some(previous) if is_tail && !(tail.keeps_comma && tail.last_kept == Some(previous)) => {
                layout.entries[previous].end
            }
            Some(previous) => layout.end_with_comma(previous),
            None => layout.span.start + 1,
        };
        let next = layout.entries.get(index + 1).filter(|_| !is_tail);
        let clear_before = !source.has_comment(Span::new(before, entry.start));
        let clear_after = !source.has_comment(Span::new(entry.end, next.map_or(end, |next| next.start)));
        match next {
            Some(next) if clear_after && !source.starts_line(next.start) => vec![Span::new(entry.start, next.start)],
            Some(_) if clear_after && clear_before && comma_beside && !source.starts_line(entry.start) => {
                vec![Span::new(before, end)]
            }
            Some(next) if clear_after => vec![Span::new(entry.start, next.start)],
            None if clear_before && clear_after => vec![Span::new(before, end)],
            _ => {
                let comma = layout.commas[index].map(|comma| Span::new(comma, comma + 1));
                std::iter::once(entry).chain(comma).collect()
            }
        }
    }

    /// Whether commas or the brackets of its container stand right beside an entry on both sides, so that no placeholder leans on it.
    fn stands_alone(&self, layout: &Layout, index: usize) -> bool {
        let entry = layout.entries[index];
        let blank = |start: usize, end: usize| self.source.text[start..end].trim().is_empty();
        let before = self.source.comma_before(entry.start).is_some() || blank(layout.span.start + 1, entry.start);
        let after =
            layout.commas[index].map_or_else(|| blank(entry.end, layout.span.end - 1), |comma| blank(entry.end, comma));
        before && after
    }

    /// Removes entries beside placeholders: each with the one comma that surely belongs to it.
    pub(super) fn remove_from_open(
        &mut self,
        layout: &Layout,
        removed: &[bool],
        path: &Path,
    ) -> Result<(), SpliceError> {
        let source = self.source;
        let mut taken = None;
        for index in (0..removed.len()).filter(|index| removed[*index]) {
            let entry = layout.entries[index];
            let before = source.comma_before(entry.start).filter(|comma| taken != Some(*comma));
            let span = match (layout.commas[index], before) {
                (Some(comma), _) => Span::new(entry.start, comma + 1),
                (None, Some(comma)) => Span::new(comma, entry.end),
                (None, None) => return Err(SpliceError::NotRemovable(path.clone())),
            };
            if !self.stands_alone(layout, index) {
                return Err(SpliceError::NotRemovable(path.clone()));
            }
            taken = layout.commas[index];
            let takes_lines = source.starts_line(span.start) && source.ends_line(span.end);
            let (start, end) = if takes_lines {
                (source.line_start(span.start), source.after_break(source.line_end(span.end)))
            } else {
                (span.start, span.end)
            };
            self.put(start, end, "");
        }
        Ok(())
    }
}
