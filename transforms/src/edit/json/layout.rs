//! Where the entries of one container stand, members and elements alike.

use super::source::Source;
use super::style::Tally;
use crate::tree::{Array, Object, Span};

/// One container and its entries.
#[derive(Debug)]
pub(super) struct Layout {
    /// The container, brackets included.
    pub(super) span: Span,
    /// Members from name to value, or elements.
    pub(super) entries: Vec<Span>,
    /// The comma after each entry.
    pub(super) commas: Vec<Option<usize>>,
    /// What stands between most names and values here.
    pub(super) colon: Option<String>,
    /// Whether the last entry has a comma too.
    pub(super) trailing: bool,
    /// A placeholder may stand for further entries.
    pub(super) open: bool,
}

impl Layout {
    /// The layout of an object.
    pub(super) fn of_object(source: Source<'_>, span: Span, object: &Object) -> Self {
        let entry = |member: &crate::tree::Member| Span::new(member.name_span.start, member.value.span.end);
        let mut colons = Tally::default();
        for member in &object.members {
            let separator = Span::new(member.name_span.end, member.value.span.start);
            if source.on_one_line(separator) && !source.has_comment(separator) {
                colons.add(separator.of(source.text));
            }
        }
        let colon = colons.most().map(str::to_owned);
        Self { colon, ..Self::of_entries(source, span, object.members.iter().map(entry).collect(), object.open) }
    }

    /// The layout of a list.
    pub(super) fn of_array(source: Source<'_>, span: Span, array: &Array) -> Self {
        Self::of_entries(source, span, array.items.iter().map(|item| item.span).collect(), array.open)
    }

    fn of_entries(source: Source<'_>, span: Span, entries: Vec<Span>, open: bool) -> Self {
        let commas: Vec<_> = entries.iter().map(|entry| source.comma_after(entry.end)).collect();
        let trailing = !open && commas.last().is_some_and(Option::is_some);
        Self { span, entries, commas, colon: None, trailing, open }
    }

    /// The offset after an entry and its comma.
    pub(super) fn end_with_comma(&self, index: usize) -> usize {
        self.commas[index].map_or(self.entries[index].end, |comma| comma + 1)
    }

    /// What follows a comma between two entries on one line; of the last such pair.
    pub(super) fn gap<'a>(&self, source: Source<'a>) -> Option<&'a str> {
        let gaps = self.entries.windows(2).zip(&self.commas).rev();
        gaps.filter_map(|(pair, comma)| source.text.get((*comma)? + 1..pair[1].start))
            .find(|gap| super::source::is_blank(gap))
    }
}
