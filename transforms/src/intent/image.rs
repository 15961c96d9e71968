//! What is known of the images of a task, and who says so.

use std::collections::BTreeSet;

use super::{Setting, Wishes};
use crate::images::config::{ImageConfig, is_root};
use crate::images::{self, CATALOGUE, Entry, Kinship, Known, Level, Reference, Tag, TagKnowledge, WrittenPath};
use crate::knobs::{Scope, Subject};
use crate::model::{ContainerView, Mount, MountKind, Os, Read};
use crate::pass::{ImagePart, Provenance, Source, Vouched, Voucher};
use crate::tree::Node;

/// What is known of the image of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The entry, and how the image was recognised.
    pub known: Known,
    /// Who wrote the entry.
    pub by: Voucher,
    /// Who says which user it starts and works as.
    pub user_by: Voucher,
    /// Who says which ports it listens on.
    pub ports_by: Voucher,
    /// The paths that it declares as volumes itself, and where.
    pub declared: Option<Vouched<Vec<String>>>,
    /// Where the image says its user itself.
    pub told: Option<String>,
    /// Whether the entry says what is written; an image says that of itself nowhere.
    pub knows_paths: bool,
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

/// What an image says of itself, and which containers it is about.
#[derive(Clone, Debug)]
pub struct ToldImage {
    /// Which containers run it.
    pub whose: Whose,
    /// What it says.
    pub config: ImageConfig,
    /// Where that was read, as users should see it.
    pub shown: String,
    /// The file that holds it, which for a layout is one of many.
    pub file: String,
}

/// Which containers run an image.
#[derive(Clone, Debug)]
pub enum Whose {
    /// Those that somebody named.
    Named(Scope),
    /// Those whose image has one of these names; the only container where there are no names.
    Image(Vec<String>),
}

impl ToldImage {
    /// Whether the container runs it.
    pub fn is_of(&self, container: &ContainerView<'_>, alone: bool) -> bool {
        match &self.whose {
            Whose::Named(scope) => scope.covers(container.into()),
            Whose::Image(names) if names.is_empty() => alone,
            Whose::Image(names) => {
                let image = container.member("image").known().and_then(Node::as_str).and_then(Reference::parse);
                let same = |name: &String| {
                    let name = Reference::parse(name);
                    image.as_ref().zip(name.as_ref()).is_some_and(|(image, name)| {
                        let below = |long: &str, short: &str| long == short || long.ends_with(&format!("/{short}"));
                        let repository =
                            below(image.repository, name.repository) || below(name.repository, image.repository);
                        repository && (image.tag == name.tag || image.tag == Tag::Unknown)
                    })
                };
                names.iter().any(same)
            }
        }
    }
}

/// The images of all containers. What an image says of itself counts more than what is known of it; policies are asked before the
/// catalogue, which knows Linux images alone.
pub(super) fn known(seen: &[ContainerView<'_>], os: Os, wishes: &Wishes) -> Vec<Option<Image>> {
    let alone = seen.len() == 1;
    let of = |container: &ContainerView<'_>| {
        let published = published(container, os, wishes);
        let told = wishes.images.iter().enumerate().rev().find(|(_, told)| told.is_of(container, alone));
        match told.filter(|_| os != Os::Windows) {
            Some((at, told)) => Some(said(told, at, published)),
            None => published,
        }
    };
    seen.iter().map(of).collect()
}

fn published(container: &ContainerView<'_>, os: Os, wishes: &Wishes) -> Option<Image> {
    let image = container.member("image").known()?.as_str()?;
    let entries = |entries: Vouched<&Vec<Entry>>| {
        let known = images::find(image, entries.value)?;
        let knows_paths = !known.entry.paths.is_empty() || known.entry.user.is_some();
        let by = entries.by;
        Some(Image { known, by, user_by: by, ports_by: by, declared: None, told: None, knows_paths })
    };
    let own = wishes.layers.pick(Subject::from(container), |knobs| {
        knobs.images.as_ref().filter(|entries| images::find(image, entries).is_some())
    });
    own.and_then(entries).or_else(|| {
        let by = Voucher::at(Provenance::Catalogue, Source::entry(container.index()));
        let catalogue = Vouched { value: &*CATALOGUE, by };
        if os == Os::Windows { None } else { entries(catalogue) }
    })
}

/// What is known of an image, corrected by what it says of itself. `at` is its place among all that say something.
fn said(told: &ToldImage, at: usize, published: Option<Image>) -> Image {
    let by = |part| Voucher::at(Provenance::ImageConfig, Source::image(at, part));
    let mut image = published.unwrap_or_else(|| Image {
        known: Known { entry: Entry::named(&told.shown), kinship: Kinship::Same, tag: TagKnowledge::Read },
        by: by(ImagePart::User),
        user_by: by(ImagePart::User),
        ports_by: by(ImagePart::Expose),
        declared: None,
        told: None,
        knows_paths: false,
    });
    let entry = &mut image.known.entry;
    entry.starts_as = Some(told.config.user.clone().unwrap_or_else(|| "0:0".to_owned()));
    if let Some(user) = &told.config.user {
        entry.user = Some(user.clone());
        entry.user_note = None;
        entry.needs_variables.clear();
        image.user_by = by(ImagePart::User);
        image.told = Some(told.shown.clone());
    }
    let low = told.config.ports.iter().copied().filter(|port| *port < 1024);
    entry.low_ports = low.collect();
    image.ports_by = by(ImagePart::Expose);
    image.declared = Some(Vouched { value: told.config.volumes.clone(), by: by(ImagePart::Volume) });
    for path in &told.config.volumes {
        match entry.paths.iter_mut().find(|known| known.path == *path) {
            Some(known) => known.volume = true,
            None => entry.paths.push(WrittenPath::volume(path)),
        }
    }
    image
}

impl Image {
    /// What is known.
    pub const fn entry(&self) -> &Entry {
        &self.known.entry
    }

    /// A value that rests on what is known of users and capabilities, as reports name it.
    pub fn on_user(&self, what: &str) -> String {
        match &self.told {
            Some(shown) => format!("{what} (its `USER` in {shown})"),
            None => self.on_entry(what, self.known.user_level()),
        }
    }

    /// A value that rests on what is known of capabilities.
    pub fn on_capabilities(&self, what: &str) -> String {
        self.on_entry(what, self.known.user_level())
    }

    /// How sure the user is.
    pub fn user_level(&self) -> Level {
        if self.told.is_some() { Level::High } else { self.known.user_level() }
    }

    /// Whether the user is that of this very image and not of one like it.
    pub(super) fn is_its_own(&self) -> bool {
        let read = self.known.kinship == Kinship::Same && self.known.tag == TagKnowledge::Read;
        self.told.is_some() || (read && self.known.user_level() == Level::High)
    }

    /// A value that rests on what is known of paths.
    pub fn on_paths(&self, what: &str) -> String {
        self.on_entry(what, self.known.paths_level())
    }

    fn on_entry(&self, what: &str, level: Level) -> String {
        let measured = if self.entry().measured { ", measured" } else { "" };
        format!("{what} ({}, {} confidence{measured})", self.known.title(), level.name())
    }

    /// Whether it starts as somebody else than root when nothing is set.
    pub(super) fn starts_without_root(&self) -> bool {
        self.entry().starts_as.as_deref().is_some_and(|user| !is_root(user))
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

/// What says that ECS fills the mounted volume with what the image has there, so that it belongs to the user of the image; nothing where
/// it does not.
pub(super) fn filled_for(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    mount: &Mount,
    user: &str,
) -> Option<Vec<Vouched<String>>> {
    let (image, ids) = (setting.image(container)?, Ids::of(user)?);
    let (MountKind::Volume(Some(name)), Read::Known(path)) = (&mount.kind, &mount.path) else { return None };
    let declared = image.entry().paths.iter().find(|known| known.path == *path && known.volume)?;
    let sure = image.known.paths_level() > Level::Low;
    let fills = sure && declared.admits(ids) && is_plain_volume(setting, name) == Some(true);
    let owner = Vouched { value: format!("the volume at {path} gets its owner from the image"), by: image.by };
    let itself = image.declared.as_ref().filter(|declared| declared.value.contains(path));
    let itself = itself.map(|said| Vouched { value: format!("the image declares a volume at {path}"), by: said.by });
    fills.then(|| [owner].into_iter().chain(itself).collect())
}
