//! What a known image needs besides, by what its container says: variables, arguments, root.

use super::{Image, Setting, UserAfter, commands};
use crate::images::Case;
use crate::model::{ContainerView, Place, Read};

/// What is different for this container, which works as `after`.
pub(super) fn of<'i>(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    image: &'i Image,
    after: &UserAfter,
) -> Vec<&'i Case> {
    let is_root = !matches!(super::writable::works_as(setting, container, after), UserAfter::NonRoot { .. });
    let words = commands::words_of(container);
    let holds = |case: &&Case| {
        (is_root || !case.as_root)
            && case.argument.as_deref().is_none_or(|word| words.contains(&word))
            && case.without_argument.as_deref().is_none_or(|word| !words.contains(&word))
            && case.variable.as_deref().is_none_or(|name| is_set(container, name))
            && !case.without_variables.iter().any(|wanted| is_set(container, wanted))
    };
    image.entry().when.iter().filter(holds).collect()
}

/// Whether a variable is set as it is wanted: `NAME`, `NAME=VALUE` with any value, or `NAME!=VALUE` with any but that one.
pub(super) fn is_set(container: &ContainerView<'_>, wanted: &str) -> bool {
    let (name, wrong) = wanted.split_once("!=").map_or((variable(wanted), None), |(name, value)| (name, Some(value)));
    let named = |place: &Place<'_>| place.clone().member("name").text() == Read::Known(name);
    let does = |place: &Place<'_>| {
        let value = place.clone().member("value");
        let is_wrong = wrong.is_some() && value.clone().scalar().known().map(str::trim) == wrong;
        value.is_filled() && !is_wrong
    };
    let listed = |member: &str| container.member(member).list().items;
    listed("environment").iter().any(|place| named(place) && does(place)) || listed("secrets").iter().any(named)
}

/// The name of a variable that is wanted.
pub(super) fn variable(wanted: &str) -> &str {
    wanted.split(['!', '=']).next().unwrap_or(wanted)
}

/// How it is written where it is set.
pub(super) fn assignment(wanted: &str) -> &str {
    wanted.split_once("!=").map_or(wanted, |(name, _)| name)
}
