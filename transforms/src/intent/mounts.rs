//! Where something is mounted in a container, by itself or through `volumesFrom`.

use super::{Setting, user};
use crate::model::{ContainerView, Mount, MountKind, Read};
use crate::pass::Obstacle;

/// Every path that something is mounted on, in the container or through `volumesFrom`, which passes on what it was passed itself.
pub(super) fn mounted(setting: &Setting<'_>, container: &ContainerView<'_>) -> Result<Vec<String>, Obstacle> {
    let mut paths = own_mounts(container, |_| true)?;
    // A tmpfs is the container's own (`--tmpfs`, where `--volumes-from` hands on volumes alone).
    let handed_on = |mount: &Mount| matches!(mount.kind, MountKind::Volume(_));
    for source in with_sources(setting, container)?.iter().skip(1) {
        paths.extend(own_mounts(source, handed_on)?);
    }
    Ok(paths)
}

/// The container, and then all whose mounts it takes over, directly or not.
pub(super) fn with_sources<'s>(
    setting: &Setting<'s>,
    container: &ContainerView<'s>,
) -> Result<Vec<ContainerView<'s>>, Obstacle> {
    let mut found: Vec<ContainerView<'s>> = Vec::new();
    let mut pending = vec![*container];
    while let Some(next) = pending.pop() {
        if found.iter().all(|known| known.index() != next.index()) {
            found.push(next);
            pending.extend(sources(setting, &next)?);
        }
    }
    Ok(found)
}

/// The containers whose mounts this one takes over.
fn sources<'s>(setting: &Setting<'s>, container: &ContainerView<'s>) -> Result<Vec<ContainerView<'s>>, Obstacle> {
    let volumes = container.volumes_from().map_err(|why| Obstacle::unresolved("`volumesFrom`", why))?;
    let mut sources = Vec::new();
    for volume in volumes {
        let name = match volume.source {
            Read::Known(name) => name,
            Read::Absent => continue,
            Read::Unresolved(why) => {
                return Err(Obstacle::unresolved("the container that `volumesFrom` names", why));
            }
        };
        let Some(source) = setting.seen.iter().copied().find(|other| other.name() == Some(name)) else {
            return Err(Obstacle::new(
                format!(
                    "{} takes over the mounts of `{name}`, which is not among the containers that can be read here",
                    container.title()
                ),
                "correct the name in `volumesFrom`, or check the whole task definition",
            ));
        };
        sources.push(source);
    }
    Ok(sources)
}

fn own_mounts(container: &ContainerView<'_>, counts: impl Fn(&Mount) -> bool) -> Result<Vec<String>, Obstacle> {
    let unread = |field: String| move |why| Obstacle::unresolved(&field, why);
    let mut paths = Vec::new();
    let list =
        format!("{} of {}, which may mount such a path already,", user::unread_mounts(container), container.title());
    for mount in container.mounts().map_err(unread(list))?.into_iter().filter(counts) {
        match mount.path {
            Read::Known(path) => paths.push(path),
            Read::Absent => {}
            Read::Unresolved(why) => {
                let path = format!("the path of a mount of {}, which may be one of these,", container.title());
                return Err(unread(path)(why));
            }
        }
    }
    Ok(paths)
}
