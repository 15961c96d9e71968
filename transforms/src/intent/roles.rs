//! Containers whose part in the task decides who they are: the log router, the proxy of App Mesh, agents of the host, and those that
//! prepare files for others. They are told by their place in the definition, not by their image alone.

use super::commands::{self, Owners};
use super::{Image, Plan, Setting, UserAfter, UserPlan, host_work, privileges};
use crate::model::{ContainerView, Listed, Place, Read, UserField, Why};
use crate::pass::Obstacle;
use crate::passes::root_user;
use crate::tree::Node;

/// Whether the container routes the logs of the others.
pub(super) fn is_router(container: &ContainerView<'_>) -> bool {
    container.member("firelensConfiguration") != Read::Absent
}

/// Whether others wait, as far as can be read, until the container has changed or copied owners and modes of files for them, and done
/// nothing as somebody else.
pub(super) fn prepares_files(setting: &Setting<'_>, container: &ContainerView<'_>) -> bool {
    let Read::Known(own) = container.member("name").text() else { return false };
    let waits = |dependency: Place<'_>| {
        matches!(dependency.clone().member("condition").text(), Read::Known("SUCCESS" | "COMPLETE"))
            && dependency.member("containerName").text() == Read::Known(own)
    };
    let is_waited_for =
        || setting.seen.iter().any(|other| other.member("dependsOn").list().items.into_iter().any(waits));
    commands::owners(container) > Owners::Nothing && !commands::switches_user(container) && is_waited_for()
}

/// The image of a container, where what is known to be written below it counts: a command that prepares files for others writes none of
/// what the program of the image does.
pub(super) fn image_at_work<'s>(setting: &'s Setting<'_>, container: &ContainerView<'_>) -> Option<&'s Image> {
    let is_base = |image: &Image| image.entry().paths.iter().all(|path| path.optional);
    setting.image(container).filter(|image| is_base(image) || !prepares_files(setting, container))
}

/// Why such a container is not given another user.
pub(super) fn obstacle(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<Obstacle> {
    let title = container.title();
    let specific = setting.wishes.layers.pick_specific(container.into(), |knobs| knobs.root_user.user.as_ref());
    match container.member("firelensConfiguration") {
        Read::Absent => {}
        Read::Unresolved(why) => return Some(Obstacle::unresolved("`firelensConfiguration`", why)),
        Read::Known(_) => {
            let is_number = |user: &str| uid(user).is_some_and(|uid| uid > 0);
            let named = specific.filter(|user| is_number(&user.to_string()));
            return if named.is_some() { None } else { Some(router_obstacle(container)) };
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
    if specific.is_some() {
        return None;
    }
    let reason = match (waiting_for(setting, container), commands::owners(container)) {
        (Some(waits), Owners::Nothing) => {
            format!(
                "{waits} waits until {title} has done its work; such containers often run as root to prepare volumes"
            )
        }
        (Some(waits), does) => {
            let does = if does == Owners::Changes { "changes" } else { "copies files with their" };
            format!(
                "{waits} waits until {title} has done its work, and its command {does} owners or modes, which takes root"
            )
        }
        // Who is not root by itself changes no more than its own.
        (None, Owners::Changes) if !starts_without_root(setting, container) => {
            format!("the command of {title} changes owners or modes, which takes root")
        }
        (None, _) => host_reason(setting, container)?,
    };
    let next_step = container.name().map_or_else(
        || "if it needs no root, set `user` by hand".to_owned(),
        |name| format!("if it needs no root: --set '{name}:root-user.user=UID:GID'"),
    );
    Some(Obstacle::new(reason, next_step))
}

fn starts_without_root(setting: &Setting<'_>, container: &ContainerView<'_>) -> bool {
    container.user() == Read::Known(UserField::Unset)
        && setting.image(container).is_some_and(Image::starts_without_root)
}

fn router_obstacle(container: &ContainerView<'_>) -> Obstacle {
    let by_hand = "set a numeric uid by hand that no other container of the task uses".to_owned();
    let title = container.title();
    Obstacle::new(
        format!(
            "{title} is the FireLens log router: ECS stores user \"0\" for it, and agents before 1.96.0 refuse any other"
        ),
        container.name().map_or_else(
            || format!("on current agents {by_hand}"),
            |name| {
                format!(
                    "on current agents, with a number that no other container of the task uses: --set '{name}:root-user.user=UID:GID'"
                )
            },
        ),
    )
}

/// Why a container seems to watch or guard its host, which only root may; nothing where its image is no root by itself.
fn host_reason(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<String> {
    let what = host_work::of(container)?;
    // What is known of the image says more.
    let tells = |image: &Image| image.starts_without_root() || image.entry().stays.is_some();
    if setting.image(container).is_some_and(tells) {
        return None;
    }
    // Mounts that cannot be read are an obstacle of their own.
    let volumes = privileges::host_mounts(setting, container).unwrap_or_default();
    let names: Vec<String> = volumes.iter().map(|name| format!("`{name}`")).collect();
    let sign = match setting.task.member("pidMode").text() {
        _ if !names.is_empty() => format!("mounts directories of its host ({})", names.join(", ")),
        Read::Known("host") => "shares the processes of its host".to_owned(),
        _ => return None,
    };
    Some(format!("{} looks like {what} and {sign}, which it may not read without root", container.title()))
}

/// Takes back the user of a log router that another container will have too: agents refuse that.
pub(super) fn settle_router(setting: &Setting<'_>, users: &mut [UserPlan]) {
    let after = |plan: &UserPlan| match plan.after {
        UserAfter::NonRoot { uid, .. } => uid,
        UserAfter::Root | UserAfter::Unknown => None,
    };
    let taken: Vec<Option<u32>> = users.iter().map(after).collect();
    for (at, (container, plan)) in setting.seen.iter().zip(users).enumerate() {
        let weak = matches!(container.user(), Read::Known(field) if root_user::is_weak(&field, setting.os));
        let other = taken.iter().enumerate().find(|(other, uid)| *other != at && uid.is_some() && **uid == taken[at]);
        let Some((other, _)) = other.filter(|_| weak && is_router(container) && plan.mend.ready().is_some()) else {
            continue;
        };
        let (scope, title) = (container.scope(), setting.seen[other].title());
        plan.mend = Plan::Blocked(vec![Obstacle::new(
            format!("the uid is that of {title} too, and the one of a log router must be its alone"),
            format!("choose another: --set '{scope}root-user.user=UID:GID'"),
        )]);
        plan.after =
            if container.user() == Read::Known(UserField::Root) { UserAfter::Root } else { UserAfter::Unknown };
    }
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

/// Uids that no other container of the task may have: the log router's (its agent demands that), and the one whose traffic App Mesh
/// leaves alone.
pub(super) fn taken(setting: &Setting<'_>, container: &ContainerView<'_>, user: &str) -> Option<Obstacle> {
    let own = uid(user)?;
    let router = setting.seen.iter().filter(|other| other.index() != container.index()).find(|other| {
        let theirs = other.member("user").scalar().known().and_then(uid);
        is_router(other) && theirs == Some(own)
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

/// The number that a user begins with.
fn uid(user: &str) -> Option<u32> {
    user.split(':').next().and_then(|uid| uid.trim().parse().ok())
}
