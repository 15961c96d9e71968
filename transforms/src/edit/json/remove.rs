//! Entries that go, with their commas and lines.

use super::insert::New;
use super::layout::Layout;
use super::{SpliceError, Splicer};
use crate::tree::{Path, Span};

impl Splicer<'_> {
    /// Removes entries of a closed container. Where new ones take the place of all, the first stays to be overwritten.
    pub(super) fn remove(&mut self, layout: &Layout, removed: &[bool], new: &New<'_>) {
        let source = self.source;
        let last_kept = removed.iter().rposition(|removed| !removed);
        let inner = Span::new(layout.span.start + 1, layout.span.end - 1);
        if last_kept.is_none() && new.is_empty() && !source.has_comment(inner) {
            self.put(inner.start, inner.end, "");
            return;
        }
        let overwrites_first = last_kept.is_none() && !new.is_empty();
        let last_kept = if overwrites_first { Some(0) } else { last_kept };
        for index in (0..removed.len()).filter(|index| removed[*index] && !(overwrites_first && *index == 0)) {
            for span in self.removal(layout, index, last_kept) {
                self.put(span.start, span.end, "");
            }
        }
        let tail_goes = last_kept.is_some_and(|kept| kept + 1 < removed.len());
        let keeps_comma = layout.trailing || (!new.is_empty() && !overwrites_first);
        let last_comma = last_kept.and_then(|kept| layout.commas[kept]);
        if let Some(comma) = last_comma.filter(|_| tail_goes && !keeps_comma) {
            self.put(comma, comma + 1, "");
        }
    }

    /// The bytes that go with one entry. The comma of the last kept entry is not among them.
    fn removal(&self, layout: &Layout, index: usize, last_kept: Option<usize>) -> Vec<Span> {
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
        let before = match index.checked_sub(1) {
            Some(previous) => layout.end_with_comma(previous),
            None => layout.span.start + 1,
        };
        let is_tail = last_kept.is_none_or(|kept| index > kept);
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
