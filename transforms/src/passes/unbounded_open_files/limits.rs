//! Limits as policy and flags write them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{MOST, OPEN_FILES};
use crate::rules;

/// A number of open files that Linux and Fargate take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "u64")]
pub struct OpenFiles(pub(super) u64);

impl TryFrom<u64> for OpenFiles {
    type Error = &'static str;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        if (1..=MOST).contains(&number) { Ok(Self(number)) } else { Err("a limit of open files is 1 to 1048576") }
    }
}

/// The name of a ulimit other than `nofile` (ECS API model, `UlimitName`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct UlimitName(pub(super) String);

impl TryFrom<String> for UlimitName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if rules::ULIMITS.contains(&text.as_str()) && text != OPEN_FILES {
            Ok(Self(text))
        } else {
            Err("a ulimit that ECS knows; nofile is set by soft and hard")
        }
    }
}

/// A soft limit and a hard one that is no lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "RawLimits")]
pub struct Limits {
    pub(super) soft: u64,
    pub(super) hard: u64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawLimits {
    /// The soft limit; -1 for unlimited.
    soft: i64,
    /// The hard limit; -1 for unlimited.
    hard: i64,
}

impl TryFrom<RawLimits> for Limits {
    type Error = &'static str;

    fn try_from(raw: RawLimits) -> Result<Self, Self::Error> {
        let limit = |number: i64| if number == -1 { Ok(UNLIMITED) } else { u64::try_from(number) };
        let limits = limit(raw.soft).and_then(|soft| Ok(Self { soft, hard: limit(raw.hard)? }));
        let limits = limits.map_err(|_| "a limit is a whole number, or -1 for unlimited")?;
        if limits.soft <= limits.hard { Ok(limits) } else { Err("the soft limit is at most the hard one") }
    }
}

/// What -1 stands for: higher than everything.
pub(super) const UNLIMITED: u64 = u64::MAX;

/// The limit for people.
pub(super) fn shown(limit: u64) -> String {
    if limit == UNLIMITED { "unlimited".into() } else { limit.to_string() }
}
