//! What is known of the images of a task, and who says so.

use std::collections::BTreeSet;

use super::{Setting, Wishes};
use crate::images::{self, CATALOGUE, Entry, Known, Level, WrittenPath};
use crate::knobs::Subject;
use crate::model::{ContainerView, Mount, MountKind, Os, Read};
use crate::pass::{Provenance, Vouched};

/// What is known of the image of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The entry, and how the image was recognised.
    pub known: Known,
    /// Who wrote the entry.
    pub by: Provenance,
}

/// A user as uid and gid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ids {
    pub(super) uid: u32,
    pub(super) gid: Option<u32>,
}

impl Ids {
    pub(super) fn of(user: &str) -> Option<Self> {
        let (uid, gid) = user.split_once(':').map_or((user, None), |(uid, gid)| (uid, Some(gid)));
        Some(Self { uid: uid.parse().ok()?, gid: gid.and_then(|gid| gid.parse().ok()) })
    }
}

/// The images of all containers; policies are asked before the catalogue, which knows Linux images alone.
pub(super) fn known(seen: &[ContainerView<'_>], os: Os, wishes: &Wishes) -> Vec<Option<Image>> {
    seen.iter()
        .map(|container| {
            let Read::Known(node) = container.member("image") else { return None };
            let image = node.as_str()?;
            let entries = |entries: Vouched<&Vec<Entry>>| {
                let known = images::find(image, entries.value)?;
                Some(Image { known, by: entries.by })
            };
            let own = wishes.layers.pick(Subject::from(container), |knobs| {
                knobs.images.as_ref().filter(|entries| images::find(image, entries).is_some())
            });
            own.and_then(entries).or_else(|| {
                let catalogue = Vouched { value: &*CATALOGUE, by: Provenance::Catalogue };
                if os == Os::Windows { None } else { entries(catalogue) }
            })
        })
        .collect()
}

impl Image {
    /// What is known.
    pub const fn entry(&self) -> &Entry {
        &self.known.entry
    }

    /// A value that rests on what is known of users and capabilities, as reports name it.
    pub fn on_user(&self, what: &str) -> String {
        self.told(what, self.known.user_level())
    }

    /// A value that rests on what is known of paths.
    pub fn on_paths(&self, what: &str) -> String {
        self.told(what, self.known.paths_level())
    }

    fn told(&self, what: &str, level: Level) -> String {
        let measured = if self.entry().measured { ", measured" } else { "" };
        format!("{what} ({}, {} confidence{measured})", self.known.title(), level.name())
    }

    /// Whether it starts as somebody else than root when nothing is set.
    pub(super) fn starts_without_root(&self) -> bool {
        let ids = self.entry().starts_as.as_deref().and_then(Ids::of);
        ids.is_some_and(|ids| ids.uid != 0)
    }
}

impl WrittenPath {
    fn bits(&self) -> u32 {
        self.mode.as_deref().and_then(|mode| u32::from_str_radix(mode, 8).ok()).unwrap_or(0o755)
    }

    /// Whether everybody may write there: a tmpfs takes over the mode of what it covers (measured with runc 1.1.5).
    pub(super) fn is_everybody_s(&self) -> bool {
        self.bits() & 0o002 != 0
    }

    /// Whether this user may write there as the image has it.
    pub(super) fn admits(&self, user: Ids) -> bool {
        let owner = self.owner.as_deref().and_then(Ids::of);
        let mode = self.bits();
        let owns = owner.is_some_and(|owner| owner.uid == user.uid) && mode & 0o200 != 0;
        let shares = owner.is_some_and(|owner| owner.gid.is_some() && owner.gid == user.gid) && mode & 0o020 != 0;
        owns || shares || self.is_everybody_s()
    }
}

/// `/var/run` is a link to `/run` in every image that has both.
pub(super) fn same_place(path: &str) -> String {
    path.strip_prefix("/var/run")
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        .map_or_else(|| path.to_owned(), |rest| format!("/run{rest}"))
}

/// Whether a task volume of that name starts empty, so that ECS fills it with what the image has at a declared volume (ECS developer
/// guide, "Bind mounts"); `None` where that cannot be read.
pub(super) fn is_plain_volume(setting: &Setting<'_>, name: &str) -> Option<bool> {
    let volumes = setting.task.member("volumes").list();
    let volume = volumes.items.iter().find(|volume| (*volume).clone().member("name").text() == Read::Known(name))?;
    let elsewhere = [
        "dockerVolumeConfiguration",
        "efsVolumeConfiguration",
        "fsxWindowsFileServerVolumeConfiguration",
        "s3filesVolumeConfiguration",
        "configuredAtLaunch",
    ];
    let filled = |name: &str| {
        let place = volume.clone().member(name);
        place.clone().flag() != Read::Known(false) && (place.is_filled() || place.unresolved().is_some())
    };
    let host = volume.clone().member("host").member("sourcePath");
    Some(!elsewhere.into_iter().any(filled) && !host.is_filled() && host.unresolved().is_none())
}

/// The places of a container on which something outlives the task.
pub(super) fn kept_paths(setting: &Setting<'_>, container: &ContainerView<'_>) -> BTreeSet<String> {
    let mounts = container.mounts().unwrap_or_default();
    let kept = mounts.into_iter().filter_map(|mount| match (mount.kind, mount.path) {
        (MountKind::Volume(Some(name)), Read::Known(path)) if is_plain_volume(setting, &name) != Some(true) => {
            Some(same_place(&path))
        }
        _ => None,
    });
    kept.collect()
}

/// Whether ECS fills the mounted volume with what the image has there, so that it belongs to the user of the image.
pub(super) fn filled_for(setting: &Setting<'_>, container: &ContainerView<'_>, mount: &Mount, user: &str) -> bool {
    let (Some(image), Some(ids)) = (setting.image(container), Ids::of(user)) else { return false };
    let (MountKind::Volume(Some(name)), Read::Known(path)) = (&mount.kind, &mount.path) else { return false };
    let declared = image.entry().paths.iter().find(|known| known.path == *path && known.volume);
    let sure = image.known.paths_level() > Level::Low;
    sure && declared.is_some_and(|declared| declared.admits(ids)) && is_plain_volume(setting, name) == Some(true)
}
