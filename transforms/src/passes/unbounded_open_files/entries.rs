//! What a container says about one limit.

use super::UNLIMITED;
use crate::model::{ContainerView, Place, Read, Why};

/// An entry of `ulimits` by its position.
pub(super) struct Entry {
    pub(super) index: usize,
    pub(super) soft: Read<u64>,
    pub(super) hard: Read<u64>,
}

/// How high a container may go.
pub(super) enum State {
    /// Not above the ceiling.
    Fine,
    /// No entry says so.
    Missing,
    /// Above the ceiling, or without a hard limit.
    TooHigh {
        /// The entry.
        entry: Entry,
        /// There are others of the name.
        among_others: bool,
    },
    /// The hard limit of the entry at this position cannot be read.
    Unread(usize, Why),
    /// There may be an entry that cannot be seen.
    Hidden(Why),
}

impl State {
    /// What `container` says about the limit `name`.
    pub(super) fn of(container: &ContainerView<'_>, name: &str, ceiling: u64) -> Self {
        let (mut entries, hidden) = entries(container, name);
        let too_high = |entry: &Entry| match &entry.hard {
            Read::Known(hard) => *hard > ceiling,
            Read::Absent => true,
            Read::Unresolved(_) => false,
        };
        let unread = entries.iter().find_map(|entry| Some((entry.index, entry.hard.unresolved()?)));
        match (entries.iter().position(too_high), unread, hidden) {
            (Some(at), ..) => Self::TooHigh { among_others: entries.len() > 1, entry: entries.swap_remove(at) },
            (None, Some((index, why)), _) => Self::Unread(index, why),
            (None, None, _) if !entries.is_empty() => Self::Fine,
            (None, None, Some(why)) => Self::Hidden(why),
            (None, None, None) => Self::Missing,
        }
    }
}

/// The entries of that name, and why there may be one that cannot be seen.
fn entries(container: &ContainerView<'_>, name: &str) -> (Vec<Entry>, Option<Why>) {
    let list = container.member("ulimits").list();
    let (mut entries, mut hidden) = (Vec::new(), list.hidden);
    for (index, item) in list.items.into_iter().enumerate() {
        match item.clone().member("name").text() {
            Read::Known(known) if known.trim().eq_ignore_ascii_case(name) => entries.push(Entry {
                index,
                soft: limit(item.clone().member("softLimit")),
                hard: limit(item.member("hardLimit")),
            }),
            Read::Unresolved(why) => hidden = hidden.or(Some(why)),
            Read::Known(_) | Read::Absent => {}
        }
    }
    (entries, hidden)
}

fn limit(place: Place<'_>) -> Read<u64> {
    place.scalar().and_then(|text| match text.trim() {
        "-1" => Read::Known(UNLIMITED),
        text => text.parse().map_or(Read::Unresolved(Why::WrongType), Read::Known),
    })
}
