//! Who a container runs as after the run.

use super::{Plan, Setting};
use crate::model::{ContainerView, Listed, LowPort, MountKind, Os, Place, Read, UserField, Why};
use crate::pass::{Applicability, Obstacle, Provenance, Vouched};
use crate::passes::root_user;
use crate::tree::Node;

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
        by: Provenance,
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
    /// The container needs its own entry that opens low ports.
    pub opens_low_ports: bool,
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
        (Read::Known(UserField::Other(name)), _) => non_root(name, Provenance::Definition),
        (Read::Known(UserField::Root), _) => UserAfter::Root,
        _ => UserAfter::Unknown,
    };
    UserPlan { after, mend }
}

fn applied(setting: &Setting<'_>, container: &ContainerView<'_>, mend: &UserMend) -> bool {
    let with = (Applicability::Unsafe, mend.user.by);
    setting.wishes.applies(&root_user::PASS, container.into(), "user", with)
}

fn non_root(user: &str, by: Provenance) -> UserAfter {
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
        |user| Plan::Ready(UserMend { user: user.map(ToString::to_string), opens_low_ports: false }),
    )
}

fn linux_mend(setting: &Setting<'_>, container: &ContainerView<'_>) -> Plan<UserMend> {
    let mut obstacles: Vec<Obstacle> = role_obstacle(setting, container).into_iter().collect();
    obstacles.extend(ownership_obstacle(setting, container));
    let opens_low_ports = match low_ports(setting, container) {
        Ok(opens) => opens,
        Err(obstacle) => {
            obstacles.push(obstacle);
            false
        }
    };
    if !obstacles.is_empty() {
        return Plan::Blocked(obstacles);
    }
    let user = setting.wishes.layers.pick(container.into(), |knobs| knobs.root_user.user.as_ref());
    let user = user
        .map_or_else(|| Vouched::default_of(root_user::DEFAULT_USER.to_owned()), |user| user.map(ToString::to_string));
    match taken(setting, container, &user.value) {
        Some(obstacle) => Plan::Blocked(vec![obstacle]),
        None => Plan::Ready(UserMend { user, opens_low_ports }),
    }
}

/// Uids that no other container of the task may have: the log router's (its agent demands that), and the one whose traffic App Mesh
/// leaves alone.
fn taken(setting: &Setting<'_>, container: &ContainerView<'_>, user: &str) -> Option<Obstacle> {
    let uid = |user: &str| user.split(':').next().and_then(|uid| uid.trim().parse::<u32>().ok());
    let own = uid(user)?;
    let router = setting.seen.iter().find(|other| {
        let theirs = other.member("user").scalar().known().and_then(uid);
        other.member("firelensConfiguration") != Read::Absent && theirs == Some(own)
    });
    let ignored =
        setting.task.member("proxyConfiguration").member("properties").list().items.into_iter().find(|property| {
            property.clone().member("name").text() == Read::Known("IgnoredUID")
                && property.clone().member("value").scalar().known().and_then(uid) == Some(own)
        });
    let whose = match (router, ignored) {
        (Some(router), _) => {
            format!("uid {own} is that of {}, the log router, which must be its alone", router.title())
        }
        (None, Some(_)) => {
            format!("uid {own} is the IgnoredUID of proxyConfiguration: its traffic would pass the proxy by")
        }
        (None, None) => return None,
    };
    Some(Obstacle::new(whose, format!("choose another: --set '{}root-user.user=UID:GID'", container.scope())))
}

/// Containers whose work decides who they must run as.
fn role_obstacle(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<Obstacle> {
    let title = container.title();
    match container.member("firelensConfiguration") {
        Read::Absent => {}
        Read::Unresolved(why) => return Some(Obstacle::unresolved("`firelensConfiguration`", why)),
        Read::Known(_) => {
            return Some(Obstacle::new(
                format!(
                    "{title} is the FireLens log router: ECS stores user \"0\" for it, and agents before 1.96.0 refuse any other"
                ),
                "on current agents set a numeric uid by hand that no other container of the task uses",
            ));
        }
    }
    if is_app_mesh_proxy(setting, container) {
        return Some(Obstacle::new(
            format!("{title} is the App Mesh proxy: its user must equal IgnoredUID, or its own traffic loops"),
            "set `user` to the IgnoredUID of proxyConfiguration by hand",
        ));
    }
    if let Some(unread) = unread_proxy(setting, container) {
        return Some(unread);
    }
    let vouched =
        setting.wishes.layers.pick_specific(container.into(), |knobs| knobs.root_user.user.as_ref()).is_some();
    let waits = waiting_for(setting, container).filter(|_| !vouched)?;
    Some(Obstacle::new(
        format!("{waits} waits until {title} has done its work; such containers often run as root to prepare volumes"),
        container.name().map_or_else(
            || "if it needs no root, set `user` by hand".to_owned(),
            |name| format!("if it needs no root: --set '{name}:root-user.user=UID:GID'"),
        ),
    ))
}

/// Whether a container is the App Mesh proxy cannot be told.
pub(super) fn unread_proxy(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<Obstacle> {
    let name = container.member("name").text().unresolved();
    match (setting.task.proxy_container(), name) {
        (Read::Known(_), Some(why)) => {
            Some(Obstacle::unresolved("its name, so that it may be the App Mesh proxy,", why))
        }
        (Read::Unresolved(Why::Placeholder | Why::MayBeHidden | Why::WrongType), _) => Some(Obstacle::new(
            "proxyConfiguration cannot be read, so any container may be the App Mesh proxy",
            "check the rendered file",
        )),
        _ => None,
    }
}

/// By `proxyConfiguration`, or by AWS's own image where that part of the definition is not at hand.
pub(super) fn is_app_mesh_proxy(setting: &Setting<'_>, container: &ContainerView<'_>) -> bool {
    container.name().is_some_and(|name| setting.task.proxy_container() == Read::Known(name))
        || container.image_repository().is_some_and(|image| image.ends_with("aws-appmesh-envoy"))
}

/// What the mounts of a container cannot be read from.
pub(super) fn unread_mounts(container: &ContainerView<'_>) -> &'static str {
    if container.member("mountPoints").list().unresolved().is_some() {
        "`mountPoints`"
    } else {
        "`linuxParameters.tmpfs`"
    }
}

/// A container that depends, or may depend, on this one having ended.
fn waiting_for(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<String> {
    let written = |place: Place<'_>| place.known().and_then(Node::as_str).map(str::to_owned);
    let own = written(container.member("name"));
    let mut others = setting.seen.iter().filter(|other| other.index() != container.index());
    let waiting = others.find(|other| {
        let Listed { items, hidden } = other.member("dependsOn").list();
        hidden.is_some()
            || items.into_iter().any(|dependency| {
                let condition = dependency.clone().member("condition").text();
                let on = dependency.member("containerName");
                let names_it = own.is_some() && written(on.clone()) == own;
                matches!(condition, Read::Known("SUCCESS" | "COMPLETE") | Read::Unresolved(_))
                    && (names_it || on.text().unresolved().is_some())
            })
    })?;
    let unread = waiting.member("dependsOn").list().hidden.is_some();
    let title = waiting.title();
    Some(if unread { format!("{title} has a `dependsOn` that cannot be read, and perhaps") } else { title })
}

/// Mounted data that the new user may not be able to write: all of it at once, since a later `--set` replaces an earlier one.
fn ownership_obstacle(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<Obstacle> {
    let layers = &setting.wishes.layers;
    let owned = layers.pick(container.into(), |knobs| knobs.root_user.owned_paths.as_ref());
    let vouches = |path: &str| owned.is_some_and(|paths| paths.value.iter().any(|known| known.covers(path)));
    let mounts = match container.mounts() {
        Ok(mounts) => mounts,
        Err(why) => return Some(Obstacle::unresolved(unread_mounts(container), why)),
    };
    let volumes = match container.volumes_from() {
        Ok(volumes) => volumes,
        Err(why) => return Some(Obstacle::unresolved("`volumesFrom`", why)),
    };
    let mut reasons: Vec<String> = Vec::new();
    let mut missing: Vec<String> = Vec::new();
    for mount in mounts.into_iter().filter(|mount| !mount.read_only) {
        let volume = match mount.kind {
            MountKind::Volume(name) => name.map_or_else(|| "a volume".to_owned(), |name| format!("volume `{name}`")),
            MountKind::Tmpfs { owned: false } => "a tmpfs without uid=, which belongs to root,".to_owned(),
            MountKind::Tmpfs { owned: true } => continue,
        };
        match mount.path {
            Read::Known(path) if !vouches(&path) => {
                reasons.push(format!("{volume} is mounted writable at {path}"));
                missing.push(path);
            }
            Read::Known(_) | Read::Absent => {}
            Read::Unresolved(why) => return Some(Obstacle::unresolved("the path of a writable mount", why)),
        }
    }
    if !vouches("volumesFrom") {
        for volume in volumes.into_iter().filter(|volume| !volume.read_only) {
            let source =
                volume.source.known().map_or_else(|| "another container".to_owned(), |name| format!("`{name}`"));
            reasons.push(format!("it takes over writable volumes from {source}"));
            if missing.last().is_none_or(|last| last != "volumesFrom") {
                missing.push("volumesFrom".into());
            }
        }
    }
    let one = matches!(missing.as_slice(), [path] if path != "volumesFrom");
    let named = owned.iter().flat_map(|paths| paths.value).map(ToString::to_string);
    let paths: Vec<String> = named.chain(missing).collect();
    let scope = container.scope();
    (!reasons.is_empty()).then(|| {
        let on = if one { "it" } else { "them" };
        Obstacle::new(
            format!("{}, and nothing says who owns what is on {on}", reasons.join(", ")),
            format!("if the new user may write there: --set '{scope}root-user.owned-paths={}'", paths.join(",")),
        )
    })
}

/// Whether the container needs an entry that opens low ports to its new user.
fn low_ports(setting: &Setting<'_>, container: &ContainerView<'_>) -> Result<bool, Obstacle> {
    let (port, lowest) = match container.low_port() {
        LowPort::No => return Ok(false),
        LowPort::Yes(port) => (format!("port {port}"), port),
        LowPort::Maybe(_) => ("a port that is unresolved and may be below 1024".to_owned(), 1),
    };
    match setting.task.network_mode() {
        _ if setting.target.only_fargate() => {}
        Read::Known("host") => {
            return Err(Obstacle::new(
                format!(
                    "it listens on {port} under host networking, where no system control can open low ports to a user"
                ),
                "move the container to a port of 1024 or above, or to another network mode",
            ));
        }
        Read::Unresolved(why) => {
            let unread = Obstacle::unresolved(&format!("it listens on {port}, and `networkMode`"), why);
            let next_step = match why {
                Why::OutsideThisFile => {
                    "name the launch type if it is Fargate: --launch-type fargate; else check the whole task definition"
                        .into()
                }
                Why::Placeholder | Why::MayBeHidden | Why::WrongType => unread.next_step,
            };
            return Err(Obstacle { next_step, ..unread });
        }
        Read::Absent | Read::Known(_) => {}
    }
    let own = own_entry(container, lowest)?;
    if let Some(why) = setting.hidden {
        return Err(Obstacle::unresolved(
            "a container beside it, which may keep low ports closed for the whole task,",
            why,
        ));
    }
    let elsewhere = setting.seen.iter().filter(|other| other.index() != container.index());
    for other in elsewhere {
        conflict(other, lowest, !own)?;
    }
    Ok(!own)
}

/// Whether the container has an entry of its own that opens `lowest` already.
fn own_entry(container: &ContainerView<'_>, lowest: u64) -> Result<bool, Obstacle> {
    let controls = container
        .system_controls()
        .map_err(|why| Obstacle::unresolved("`systemControls`, where a low port may have to be opened,", why))?;
    let mut own = false;
    for control in controls {
        match (control.namespace, control.value) {
            (Read::Known(LOW_PORTS), value) => {
                check_entry(container, &value, lowest)?;
                own = true;
            }
            (Read::Unresolved(why), _) => return Err(Obstacle::unresolved("a namespace in `systemControls`", why)),
            _ => {}
        }
    }
    Ok(own)
}

/// Under `awsvpc` the parameter belongs to the task, and the container that starts last wins.
fn conflict(other: &ContainerView<'_>, lowest: u64, adds_zero: bool) -> Result<(), Obstacle> {
    let field =
        |what: &str| format!("{what} of {}, which may keep low ports closed for the whole task,", other.title());
    let unread = |why| Obstacle::unresolved(&field("`systemControls`"), why);
    for control in other.system_controls().map_err(unread)? {
        match control.namespace {
            Read::Known(LOW_PORTS) => {
                check_entry(other, &control.value, lowest)?;
                if adds_zero && !matches!(&control.value, Read::Known(text) if text.trim() == "0") {
                    return Err(Obstacle::new(
                        format!(
                            "{} sets {LOW_PORTS} to another value than \"0\", and the one started last decides",
                            other.title()
                        ),
                        format!("set the entry of {} to \"0\" by hand", other.title()),
                    ));
                }
            }
            Read::Unresolved(why) => {
                return Err(Obstacle::unresolved(&field("a namespace in `systemControls`"), why));
            }
            Read::Known(_) | Read::Absent => {}
        }
    }
    Ok(())
}

fn check_entry(container: &ContainerView<'_>, value: &Read<&str>, lowest: u64) -> Result<(), Obstacle> {
    match value {
        Read::Known(text)
            if text.trim().parse::<u64>().is_ok_and(|start| start <= lowest && (start == 0 || lowest > 1)) =>
        {
            Ok(())
        }
        Read::Unresolved(why) => Err(Obstacle::unresolved(&format!("the value of {LOW_PORTS}"), *why)),
        _ => Err(Obstacle::new(
            format!("{} sets {LOW_PORTS} to a value that keeps the port closed", container.title()),
            format!("set the entry of {} to \"0\" by hand", container.title()),
        )),
    }
}
