//! Which capabilities a container may have after the run.

use std::collections::BTreeSet;

use super::Setting;
use super::user::UserAfter;
use crate::capability;
use crate::model::{ContainerView, LaunchType};
use crate::pass::Provenance;
use crate::passes::excess_capabilities::Mode;

/// The plan for the capabilities of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapabilityPlan {
    /// What it may have.
    pub allowed: BTreeSet<String>,
    /// Adds that policy keeps although they are dangerous.
    pub vouched: BTreeSet<String>,
    /// How the excess is taken away.
    pub form: DropForm,
    /// Who vouches for `allowed` being enough.
    pub by: Provenance,
}

/// How capabilities are taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropForm {
    /// Drop the excess by name and leave the rest as it is.
    ByName,
    /// Drop `ALL`; nothing of the default set is kept.
    All,
    /// Drop `ALL` and add back what is kept. Not where Fargate is a target: it takes no add but `SYS_PTRACE`.
    AllThenAdd,
}

pub(super) fn plan(setting: &Setting<'_>, container: &ContainerView<'_>, after: &UserAfter) -> CapabilityPlan {
    let layers = &setting.wishes.layers;
    let keep = layers.pick(container.into(), |knobs| knobs.excess_capabilities.keep.as_ref());
    let mode = layers.pick(container.into(), |knobs| knobs.excess_capabilities.mode.as_ref());
    let kept: BTreeSet<String> = keep.into_iter().flat_map(|keep| keep.value).map(ToString::to_string).collect();
    let adds = container.capabilities().map(|lists| lists.add).unwrap_or_default();
    // An add that is not dangerous states a need.
    let needs = adds.into_iter().filter(|name| !capability::is_dangerous(name));
    let mut allowed: BTreeSet<String> = kept.iter().cloned().chain(needs).collect();

    let only_net_raw = mode.is_some_and(|mode| *mode.value == Mode::DropNetRaw);
    let (form, by) = match (after, keep) {
        _ if only_net_raw => (DropForm::ByName, mode.map_or(Provenance::BuiltInDefault, |mode| mode.by)),
        // Who asks for `drop-all` by name says that it may be done; who the user is may still be a guess.
        (UserAfter::NonRoot { by, .. }, None) => {
            (keeping_form(setting, &allowed), mode.map_or(Provenance::BuiltInDefault, |mode| mode.by.min(*by)))
        }
        (_, Some(keep)) => (keeping_form(setting, &allowed), keep.by),
        (UserAfter::Root | UserAfter::Unknown, None) => (DropForm::ByName, Provenance::BuiltInDefault),
    };
    let keeps_defaults = only_net_raw || (keep.is_none() && !matches!(after, UserAfter::NonRoot { .. }));
    if keeps_defaults {
        allowed.extend(capability::defaults().into_iter().filter(|name| name != "NET_RAW"));
    }
    CapabilityPlan { allowed, vouched: kept, form, by }
}

fn keeping_form(setting: &Setting<'_>, allowed: &BTreeSet<String>) -> DropForm {
    if !allowed.iter().any(|name| capability::is_default(name)) {
        DropForm::All
    } else if setting.target.includes(LaunchType::Fargate) {
        DropForm::ByName
    } else {
        DropForm::AllThenAdd
    }
}
