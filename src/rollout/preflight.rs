//! Before anything is written: whether what the edits newly depend on is there, and whether tasks will be able to use it.
//!
//! Only what the new definition needs and the old one did not is looked at, and never the value of a secret. What is known to be missing
//! would keep every new task from starting; what cannot be looked at is named, so that somebody decides.

use std::collections::BTreeSet;

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::iam;
use ecs_harden_transforms::knobs::Layers;
use ecs_harden_transforms::model::TaskView;

use crate::rollout::api::Aws;
use crate::rollout::port::CallError;

mod attributes;
mod looker;
mod platform;
#[cfg(test)]
mod tests;

pub use attributes::{new_attributes, unplaceable};

/// Where the service runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// The account, twelve digits.
    pub account: String,
    /// The platform versions that services or task sets ask for on Fargate; none where nothing runs there or asks for any.
    pub platform_versions: BTreeSet<String>,
}

/// What was found out, each in source order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preflight {
    /// What new tasks would fail for: a refusal.
    pub missing: Vec<Obstacle>,
    /// What could not be looked at: needs somebody who vouches for it.
    pub unchecked: Vec<Obstacle>,
    /// What is fine, one phrase each.
    pub confirmed: Vec<String>,
}

/// What stands, or may stand, in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// A lowercase phrase. Names members, ARNs and names, and no value.
    pub what: String,
    /// The one thing to do next.
    pub next_step: String,
}

/// Looks at what `after` newly depends on. Ends early where nobody can be asked at all: without credentials or region, or on Ctrl-C.
pub fn preflight(
    aws: &Aws<'_>,
    before: &Document,
    after: &Document,
    layers: &Layers,
    placement: &Placement,
) -> Result<Preflight, CallError> {
    let (before, after) = (TaskView::new(before), TaskView::new(after));
    let (had, has) = (iam::needs(&before, layers), iam::needs(&after, layers));
    let mut looker = looker::Looker::new(aws, &placement.account, &after);
    let same = |one: &iam::Use, other: &iam::Use| one.right == other.right && one.resource == other.resource;
    // Several members may use one secret or log group; it is looked at once, and named by the first of them.
    let mut known = had.uses;
    for new in has.uses {
        if !known.iter().any(|old| same(old, &new)) {
            looker.look(&new)?;
            known.push(new);
        }
    }
    let mut found = looker.found;
    for gap in has.gaps.into_iter().filter(|gap| !had.gaps.contains(gap)) {
        found.unchecked.push(Obstacle { what: gap.reason, next_step: gap.next_step });
    }
    platform::check(&before, &after, &placement.platform_versions, &mut found);
    Ok(found)
}
