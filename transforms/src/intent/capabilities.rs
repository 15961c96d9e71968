//! Which capabilities a container may have after the run.

use std::collections::BTreeSet;

use super::commands::{self, Owners};
use super::user::UserAfter;
use super::{Setting, WritablePlan, cases, image, roles, writable};
use crate::capability;
use crate::images::Level;
use crate::model::{ContainerView, LaunchType, Read, UserField};
use crate::pass::{Provenance, Vouched, Voucher};
use crate::passes::excess_capabilities::{CapabilityName, Mode};

/// What changing owners and modes of whatever is found takes.
pub const FOR_FILES: [&str; 3] = ["CHOWN", "DAC_OVERRIDE", "FOWNER"];

/// The plan for the capabilities of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapabilityPlan {
    /// What it may have.
    pub allowed: BTreeSet<String>,
    /// What somebody says that it needs, so that an add is kept although it is dangerous.
    pub vouched: BTreeSet<String>,
    /// Who says that, if anybody does.
    pub vouched_by: Option<Voucher>,
    /// How the excess is taken away.
    pub form: DropForm,
    /// Who vouches for `allowed` being enough.
    pub by: Voucher,
    /// Whether it is what changing owners and modes for other containers takes.
    pub prepares_files: bool,
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

pub(super) fn plan(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    (after, writable): (&UserAfter, &WritablePlan),
) -> CapabilityPlan {
    let layers = &setting.wishes.layers;
    let named = layers.pick(container.into(), |knobs| knobs.excess_capabilities.keep.as_ref());
    let named = named.map(|keep| keep.map(|keep| keep.iter().map(ToString::to_string).collect::<BTreeSet<_>>()));
    // What an image needs as it was published says nothing of a command that changes owners.
    let published = || known_needs(setting, container, (after, writable));
    let keep = named.or_else(|| if commands::owners(container) > Owners::Nothing { None } else { published() });
    let mode = layers.pick(container.into(), |knobs| knobs.excess_capabilities.mode.as_ref());
    let kept: BTreeSet<String> = keep.iter().flat_map(|keep| keep.value.iter().cloned()).collect();
    let adds = container.capabilities().map(|lists| lists.add).unwrap_or_default();
    // An add that is not dangerous states a need.
    let needs = adds.into_iter().filter(|name| !capability::is_dangerous(name));
    let mut allowed: BTreeSet<String> = kept.iter().cloned().chain(needs).collect();

    let maybe_root = matches!(after, UserAfter::Root | UserAfter::Unknown);
    let only_net_raw = mode.is_some_and(|mode| *mode.value == Mode::DropNetRaw);
    let prepares_files = keep.is_none() && maybe_root && !only_net_raw && roles::prepares_files(setting, container);
    if prepares_files {
        allowed.extend(FOR_FILES.map(str::to_owned));
    }
    let guess = Voucher::from(Provenance::BuiltInDefault);
    let (form, by) = match (after, &keep) {
        _ if only_net_raw => (DropForm::ByName, mode.map_or(guess, |mode| mode.by)),
        // Who asks for `drop-all` by name says that it may be done; who the user is may still be a guess.
        (UserAfter::NonRoot { by, .. }, None) => {
            (keeping_form(setting, &allowed), mode.map_or(guess, |mode| mode.by.min(*by)))
        }
        (_, Some(keep)) => (keeping_form(setting, &allowed), keep.by),
        (_, None) if prepares_files => (keeping_form(setting, &allowed), guess),
        (UserAfter::Root | UserAfter::Unknown, None) => (DropForm::ByName, guess),
    };
    let keeps_defaults = only_net_raw || (keep.is_none() && maybe_root && !prepares_files);
    if keeps_defaults {
        allowed.extend(capability::defaults().into_iter().filter(|name| name != "NET_RAW"));
    }
    CapabilityPlan { allowed, vouched: kept, vouched_by: keep.map(|keep| keep.by), form, by, prepares_files }
}

/// What the image of a container needs, by whom it is run; nothing where that is not known well enough.
fn known_needs(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    (after, writable): (&UserAfter, &WritablePlan),
) -> Option<Vouched<BTreeSet<String>>> {
    let image = setting.image(container).filter(|image| image.known.user_level() > Level::Low)?;
    let entry = image.entry();
    // Where an entry does not say what it needs as root, it says nothing of capabilities.
    entry.keep_as_root.as_ref()?;
    let unset = container.user() == Read::Known(UserField::Unset);
    let as_root = match after {
        UserAfter::NonRoot { .. } => false,
        UserAfter::Unknown => !(unset && image.starts_without_root()),
        UserAfter::Root => true,
    };
    let mut names: Vec<&CapabilityName> = entry.keep.iter().collect();
    if as_root {
        names.extend(entry.keep_as_root.as_ref()?);
        names.extend(cases::of(setting, container, image, after).into_iter().flat_map(|case| &case.keep));
        let data: Vec<String> =
            entry.paths.iter().filter(|path| path.state).map(|path| image::same_place(&path.path)).collect();
        let kept = image::kept_paths(setting, container);
        if container.mounts().is_err() || data.iter().any(|path| kept.contains(path)) {
            names.extend(&entry.keep_with_data);
        }
    }
    let mut names: BTreeSet<String> = names.into_iter().map(ToString::to_string).collect();
    // An init process that stays root hands signals on to a program that does not (measured with tini).
    let init = !matches!(container.linux("initProcessEnabled").flag(), Read::Known(false) | Read::Absent)
        || writable::starts_init(setting, container, writable);
    if as_root && entry.switches_to.is_some() && init {
        names.insert("KILL".to_owned());
    }
    let by = match after {
        UserAfter::NonRoot { by, .. } => image.by.min(*by),
        _ => image.by,
    };
    Some(Vouched { value: names, by })
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
