//! The same places as forms of texts: as questions, and as expressions that mean the same.

use super::{Below, HARMLESS, HARMLESS_TO_READ, HostPath, PLACES, is_within, normal, reached};
use crate::model::{Form, escaped};

/// A place that a container should not reach, to write to. What is none of them is [`NO_PLACES`].
pub static REACHED: Form = Form::OneOf {
    name: "sensitive_places",
    holds: |path| reached(path, false).is_some(),
    patterns: || places(&|_| true),
};

/// A place that a container should not reach, not even to read. What tells nothing of worth is [`HARMLESS_BY_READING`].
pub static TOLD_BY_READING: Form = Form::OneOf {
    name: "places_sensitive_to_read",
    holds: |path| reached(path, true).is_some(),
    patterns: || places(&|place| place.reading.is_some()),
};

/// Places below a sensitive directory that are none.
pub static NO_PLACES: Form = Form::OneOf {
    name: "harmless_places",
    holds: |path| is_below_one_of(path, &HARMLESS),
    patterns: || HARMLESS.iter().map(|path| expression(path, Below::Counts)).collect(),
};

/// The same, and what tells nothing of worth.
pub static HARMLESS_BY_READING: Form = Form::OneOf {
    name: "places_harmless_to_read",
    holds: |path| is_below_one_of(path, &HARMLESS) || is_below_one_of(path, &HARMLESS_TO_READ),
    patterns: || HARMLESS.iter().chain(&HARMLESS_TO_READ).map(|path| expression(path, Below::Counts)).collect(),
};

/// The options of a Docker volume that is a place of the host.
pub static BINDS: Form = Form::Shape {
    holds: |options| options.split(',').any(|option| ["bind", "rbind"].contains(&option.trim())),
    pattern: || r"(^|,)\s*r?bind\s*(,|$)".to_owned(),
};

fn is_below_one_of(path: &str, directories: &[&str]) -> bool {
    let path = normal(path);
    directories.iter().any(|directory| is_within(&path, directory))
}

fn places(wanted: &dyn Fn(&HostPath) -> bool) -> Vec<String> {
    PLACES.iter().filter(|place| wanted(place)).map(|place| expression(place.path, place.below)).collect()
}

/// An expression for a path in its spellings, but for those with `.` and `..`.
fn expression(path: &str, below: Below) -> String {
    let normal = normal(path);
    let on_windows = path.contains('\\');
    let separator = if on_windows { r"[\\/]" } else { "/" };
    let parts: Vec<String> = normal.split('/').filter(|part| !part.is_empty()).map(escaped).collect();
    let joined = parts.join(&format!("{separator}+"));
    let rooted = match (on_windows, normal.starts_with("//"), normal.strip_prefix("/run")) {
        (true, true, _) => format!("(?i:{separator}{{2}}{joined})"),
        (true, false, _) => format!("(?i:{joined})"),
        (false, _, Some(rest)) if rest.is_empty() || rest.starts_with('/') => format!("(/+var)?/+{joined}"),
        _ => format!("/+{joined}"),
    };
    match below {
        Below::Counts => format!(r"^\s*{rooted}({separator}.*)?\s*$"),
        Below::IsListed => format!(r"^\s*{rooted}{separator}*\s*$"),
    }
}
