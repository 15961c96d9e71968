//! Who a container runs as after the run.

use super::image::{self, Ids, Image};
use super::{Plan, Setting, WritablePlan, cases, mounts, ownership, ports, roles, writable};
use crate::images::Level;
use crate::model::{ContainerView, Os, Read, UserField};
use crate::pass::{Applicability, Obstacle, Provenance, Source, Vouched, Voucher};
use crate::passes::{root_user, writable_root_filesystem};

/// The kernel parameter that lets any user bind low ports (ECS API model, `SystemControl`: every `net.*` is accepted, on Fargate
/// too; not under host networking).
pub const LOW_PORTS: &str = "net.ipv4.ip_unprivileged_port_start";

/// The plan for the user of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPlan {
    /// Who it runs as once everything selected is applied.
    pub after: UserAfter,
    /// How it would be mended, if it is weak.
    pub mend: Plan<UserMend>,
}

/// Who a container runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserAfter {
    /// Somebody who is not root; ids where they are known as numbers.
    NonRoot {
        /// The uid.
        uid: Option<u32>,
        /// The gid.
        gid: Option<u32>,
        /// Who vouches for that.
        by: Voucher,
    },
    /// Root, as the definition says.
    Root,
    /// The image decides, or the value is unresolved.
    Unknown,
}

/// The edit values of a user fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserMend {
    /// The value of `user`.
    pub user: Vouched<String>,
    /// Who says that the container needs its own entry that opens low ports, if it does.
    pub opens_low_ports: Option<Voucher>,
    /// What says that volumes belong to this user, since they are filled with what the image has there.
    pub filled: Vec<Vouched<String>>,
    /// What the user rests on, for people.
    pub basis: String,
    /// Whether the image starts as that very user already, on an operating system that is known: of an unknown one nothing is sure. What
    /// is planned must not depend on that, since a Linux-only field that this run writes makes it known.
    pub is_safe: bool,
    /// The paths that this user can write only where a tmpfs is made for it.
    pub needs_tmpfs: Vec<String>,
}

impl UserMend {
    /// How far it can be trusted: what the image does by itself is safe to say.
    pub const fn applicability(&self) -> Applicability {
        if self.is_safe { Applicability::Safe } else { Applicability::Unsafe }
    }

    /// The weakest voucher of all that the fix rests on.
    pub fn weakest(&self) -> Voucher {
        let beside = self.filled.iter().map(|volume| volume.by).chain(self.opens_low_ports);
        beside.chain([self.user.by]).min().unwrap_or(self.user.by)
    }
}

pub(super) fn plan(setting: &Setting<'_>, container: &ContainerView<'_>) -> UserPlan {
    let field = container.user();
    let mend = match setting.os {
        Os::Windows => windows_mend(setting, container),
        Os::Linux | Os::Unknown => linux_mend(setting, container),
    };
    let after = match (&field, &mend) {
        (Read::Known(known), Plan::Ready(mend))
            if root_user::is_weak(known, setting.os) && applied(setting, container, mend) =>
        {
            non_root(&mend.user.value, mend.user.by)
        }
        (Read::Known(UserField::Other(name)), _) => {
            let source = Source::of_container(container.index(), "user");
            non_root(name, Voucher::at(Provenance::Definition, source))
        }
        (Read::Known(UserField::Root), _) => UserAfter::Root,
        _ => UserAfter::Unknown,
    };
    UserPlan { after, mend }
}

fn applied(setting: &Setting<'_>, container: &ContainerView<'_>, mend: &UserMend) -> bool {
    let with = (mend.applicability(), mend.weakest());
    setting.wishes.applies(&root_user::PASS, container.into(), "user", with)
}

fn non_root(user: &str, by: Voucher) -> UserAfter {
    let (user, group) = user.split_once(':').map_or((user, None), |(user, group)| (user, Some(group)));
    UserAfter::NonRoot { uid: user.parse().ok(), gid: group.and_then(|group| group.parse().ok()), by }
}

fn windows_mend(setting: &Setting<'_>, container: &ContainerView<'_>) -> Plan<UserMend> {
    let named = setting.wishes.layers.pick(container.into(), |knobs| knobs.root_user.windows_user.as_ref());
    named.map_or_else(
        || {
            Plan::Blocked(vec![Obstacle::new(
                "the API's own text says that `user` is not for Windows containers, so it is set on request only",
                "to set it all the same: --set root-user.windows-user=ContainerUser",
            )])
        },
        |user| {
            Plan::Ready(UserMend {
                basis: format!("user {}", user.value),
                user: user.map(ToString::to_string),
                opens_low_ports: None,
                filled: Vec::new(),
                is_safe: false,
                needs_tmpfs: Vec::new(),
            })
        },
    )
}

fn linux_mend(setting: &Setting<'_>, container: &ContainerView<'_>) -> Plan<UserMend> {
    let named = setting.wishes.layers.pick(container.into(), |knobs| knobs.root_user.user.as_ref());
    let image = setting.image(container);
    let published = image.filter(|_| named.is_none());
    let mut obstacles: Vec<Obstacle> = roles::obstacle(setting, container).into_iter().collect();
    if obstacles.is_empty() {
        obstacles.extend(published.and_then(|image| image_obstacle(container, image)));
    }
    let user = match (named, published.and_then(|image| Some((image, image.entry().user.clone()?)))) {
        (Some(user), _) => user.map(ToString::to_string),
        (None, Some((image, user))) => Vouched { value: user, by: image.user_by },
        (None, None) => Vouched::default_of(root_user::DEFAULT_USER.to_owned()),
    };
    let is_the_image_s = published.is_some_and(|image| starts_as(container, image, &user.value));
    let ownership = if is_the_image_s { Ok(Vec::new()) } else { ownership::of(setting, container, &user.value) };
    let filled = ownership.unwrap_or_else(|obstacle| {
        obstacles.push(obstacle);
        Vec::new()
    });
    let opens_low_ports = match ports::low_ports(setting, container) {
        // It binds what it binds today.
        _ if is_the_image_s => None,
        Ok(opens) => opens,
        Err(obstacle) => {
            obstacles.push(obstacle);
            None
        }
    };
    if !obstacles.is_empty() {
        return Plan::Blocked(obstacles);
    }
    if let Some(obstacle) = roles::taken(setting, container, &user.value) {
        return Plan::Blocked(vec![obstacle]);
    }
    let needs_tmpfs = image.map_or_else(Vec::new, |image| closed_paths(setting, container, image, &user.value));
    let needs_tmpfs = if is_the_image_s { Vec::new() } else { needs_tmpfs };
    let plain = format!("user {}", user.value);
    let published = published.filter(|image| image.entry().user.is_some());
    let basis = published.map_or_else(|| plain.clone(), |image| image.on_user(&plain));
    let is_safe = is_the_image_s && setting.os == Os::Linux;
    Plan::Ready(UserMend { user, opens_low_ports, filled, basis, is_safe, needs_tmpfs })
}

/// What keeps the user of a known image from being set.
fn image_obstacle(container: &ContainerView<'_>, image: &Image) -> Option<Obstacle> {
    let entry = image.entry();
    let (title, scope) = (image.known.title(), container.scope());
    let by_hand = format!("if it works as somebody else: --set '{scope}root-user.user=UID:GID'");
    if let (Some(why), None) = (&entry.stays, &image.told) {
        return Some(Obstacle::new(format!("the image is {title}, whose user is left alone: {why}"), by_hand));
    }
    let user = entry.user.as_ref()?;
    if root_user::LinuxUser::try_from(user.clone()).is_err() {
        let reason = match &image.told {
            Some(shown) => format!("its `USER` in {shown} is written in a form that `user` does not take"),
            None => format!("the user that {title} has in the policy is written in a form that `user` does not take"),
        };
        return Some(Obstacle::new(reason, format!("name it: --set '{scope}root-user.user=UID:GID'")));
    }
    if image.user_level() == Level::Low {
        return Some(Obstacle::new(
            format!("the image looks like {title}, and which user it works as is known with low confidence"),
            by_hand,
        ));
    }
    let missing: Vec<&String> =
        entry.needs_variables.iter().filter(|wanted| !cases::is_set(container, wanted)).collect();
    (!missing.is_empty() && !image.starts_without_root()).then(|| {
        let names: Vec<&str> = missing.iter().map(|wanted| cases::variable(wanted)).collect();
        let assignments: Vec<&str> = missing.iter().map(|wanted| cases::assignment(wanted)).collect();
        Obstacle::new(
            format!("{title} works without root only with {} in its environment", names.join(" and ")),
            format!("set {} in `environment`, then run this again", assignments.join(" and ")),
        )
    })
}

/// Whether the image starts as that very user when nothing is set: whatever is started, its `USER` counts.
fn starts_as(container: &ContainerView<'_>, image: &Image, user: &str) -> bool {
    let unset = container.user() == Read::Known(UserField::Unset);
    unset && image.is_its_own() && image.entry().starts_as.as_deref() == Some(user)
}

/// What the image writes and this user may not, where nothing is mounted.
fn closed_paths(setting: &Setting<'_>, container: &ContainerView<'_>, image: &Image, user: &str) -> Vec<String> {
    let Some(ids) = Ids::of(user) else { return Vec::new() };
    // What is read-only already was never written.
    if writable_root_filesystem::is_weak(container) != Read::Known(true) {
        return Vec::new();
    }
    let mounted = mounts::mounted(setting, container).unwrap_or_default();
    let covered = |path: &str| mounted.iter().any(|mount| image::same_place(mount) == image::same_place(path));
    // Whoever names what is written says that the rest is not.
    let named = setting.wishes.layers.pick(container.into(), |knobs| knobs.writable_root_filesystem.paths.as_ref());
    let written = |path: &str| named.as_ref().is_none_or(|named| named.value.iter().any(|known| known.path == path));
    let closed = image.entry().paths.iter().filter(|path| !path.optional && written(&path.path));
    let closed = closed.filter(|path| !path.admits(ids) && !covered(&path.path));
    closed.map(|path| path.path.clone()).collect()
}

/// Takes back the user of a container that needs a tmpfs which will not be made; whether it did.
pub(super) fn withdraw(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    plan: &mut UserPlan,
    writable: &WritablePlan,
) -> bool {
    let field = container.user();
    let weak = matches!(&field, Read::Known(known) if root_user::is_weak(known, setting.os));
    let Some(mend) = plan.mend.ready().filter(|_| weak) else { return false };
    let made: Vec<String> = match &writable.mounts {
        Plan::Ready(mounts) if writable::applied(setting, container, writable) => {
            mounts.iter().map(|mount| image::same_place(&mount.path)).collect()
        }
        _ => Vec::new(),
    };
    let missing: Vec<&str> =
        mend.needs_tmpfs.iter().filter(|path| !made.contains(&image::same_place(path))).map(String::as_str).collect();
    if missing.is_empty() {
        return false;
    }
    let (user, paths) = (&mend.user.value, missing.join(", "));
    let first = match (&writable.mounts, setting.wishes.runs(&writable_root_filesystem::PASS, container.into())) {
        (Plan::Blocked(_), true) => "clear what keeps writable-root-filesystem from making a tmpfs there",
        _ => "let writable-root-filesystem run too, which makes a tmpfs there",
    };
    plan.mend = Plan::Blocked(vec![Obstacle::new(
        format!("{paths} belongs to somebody else in this image, and {user} has to write there"),
        format!("{first}, or mount a volume that this user may write"),
    )]);
    plan.after = if field == Read::Known(UserField::Root) { UserAfter::Root } else { UserAfter::Unknown };
    true
}

/// What the mounts of a container cannot be read from.
pub(super) fn unread_mounts(container: &ContainerView<'_>) -> &'static str {
    if container.member("mountPoints").list().unresolved().is_some() {
        "`mountPoints`"
    } else {
        "`linuxParameters.tmpfs`"
    }
}
