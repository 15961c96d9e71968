//! Whether what is mounted belongs to the user that a container gets.

use super::{Setting, image, user};
use crate::model::{ContainerView, MountKind, Read};
use crate::pass::{Obstacle, Vouched};

/// What says that volumes are filled for the new user, or the mounted data that it may not be able to write: all of it at once, since a later
/// `--set` replaces an earlier one.
pub(super) fn of(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    user: &str,
) -> Result<Vec<Vouched<String>>, Obstacle> {
    let layers = &setting.wishes.layers;
    let owned = layers.pick(container.into(), |knobs| knobs.root_user.owned_paths.as_ref());
    let vouches = |path: &str| owned.is_some_and(|paths| paths.value.iter().any(|known| known.covers(path)));
    let mounts = match container.mounts() {
        Ok(mounts) => mounts,
        Err(why) => return Err(Obstacle::unresolved(user::unread_mounts(container), why)),
    };
    let volumes = match container.volumes_from() {
        Ok(volumes) => volumes,
        Err(why) => return Err(Obstacle::unresolved("`volumesFrom`", why)),
    };
    let (mut filled, mut reasons): (Vec<Vouched<String>>, Vec<String>) = (Vec::new(), Vec::new());
    let mut missing: Vec<String> = Vec::new();
    for mount in mounts.into_iter().filter(|mount| !mount.read_only) {
        if let Some(reasons) = image::filled_for(setting, container, &mount, user) {
            filled.extend(reasons);
            continue;
        }
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
            Read::Unresolved(why) => return Err(Obstacle::unresolved("the path of a writable mount", why)),
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
    if reasons.is_empty() {
        return Ok(filled);
    }
    let one = matches!(missing.as_slice(), [path] if path != "volumesFrom");
    let named = owned.iter().flat_map(|paths| paths.value).map(ToString::to_string);
    let paths: Vec<String> = named.chain(missing).collect();
    let scope = container.scope();
    let on = if one { "it" } else { "them" };
    Err(Obstacle::new(
        format!("{}, and nothing says who owns what is on {on}", reasons.join(", ")),
        format!("if the new user may write there: --set '{scope}root-user.owned-paths={}'", paths.join(",")),
    ))
}
