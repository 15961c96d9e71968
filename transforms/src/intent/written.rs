//! What a container writes: by what somebody names, by what is known of its image, or by a guess.

use super::image::{self, Image};
use super::{Setting, UserAfter, cases, roles};
use crate::images::{Kinship, Level, WrittenPath};
use crate::model::ContainerView;
use crate::pass::{Obstacle, Vouched};
use crate::passes::writable_root_filesystem::WritablePath;

/// What the container writes, and who says so.
pub(super) fn wanted(setting: &Setting<'_>, container: &ContainerView<'_>) -> Vouched<Vec<WritablePath>> {
    let named = setting.wishes.layers.pick(container.into(), |knobs| knobs.writable_root_filesystem.paths.as_ref());
    match (named, roles::image_at_work(setting, container)) {
        (Some(paths), _) => paths.map(Clone::clone),
        (None, Some(image)) if image.knows_paths => Vouched { value: written(image), by: image.by },
        (None, _) => Vouched::default_of(vec![WritablePath::plain("/tmp")]),
    }
}

/// What that rests on, for people.
pub(super) fn basis(setting: &Setting<'_>, container: &ContainerView<'_>) -> String {
    let named = setting.wishes.layers.pick(container.into(), |knobs| knobs.writable_root_filesystem.paths.as_ref());
    let plain = "the list of paths that are written";
    let image = roles::image_at_work(setting, container).filter(|image| named.is_none() && image.knows_paths);
    image.map_or_else(|| plain.to_owned(), |image| image.on_paths(plain))
}

/// What a known image writes and a tmpfs can take: what it needs, and temporary files.
fn written(image: &Image) -> Vec<WritablePath> {
    let needed = |path: &&WrittenPath| !path.state && !path.seeded && (!path.optional || path.path == "/tmp");
    let paths = image.entry().paths.iter().filter(needed);
    // A copy of the image may have something that unpacks libraries there.
    let sure = image.known.kinship == Kinship::Same;
    let exec = |path: &WrittenPath| (sure || path.exec).then_some(path.exec);
    paths.map(|path| WritablePath { path: path.path.clone(), size: None, exec: exec(path) }).collect()
}

/// What keeps the root file system of a known image from being made read-only.
pub(super) fn image_obstacles(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    after: &UserAfter,
    mounted: &[String],
) -> Vec<Obstacle> {
    let named = setting.wishes.layers.pick(container.into(), |knobs| knobs.writable_root_filesystem.paths.as_ref());
    let Some(image) = roles::image_at_work(setting, container).filter(|_| named.is_none()) else { return Vec::new() };
    let (title, scope) = (image.known.title(), container.scope());
    let by_hand = format!("if it does with some paths: --set '{scope}writable-root-filesystem.paths=/PATH,…'");
    let case = cases::of(setting, container, image, after).into_iter().next();
    if let Some(why) = image.entry().writable_root.as_ref().or(case.map(|case| &case.writable_root)) {
        return vec![Obstacle::new(
            format!("the image is {title}, which needs a writable root file system: {why}"),
            by_hand,
        )];
    }
    if image.known.paths_level() == Level::Low {
        let reason = format!("the image looks like {title}, and what it writes is known with low confidence");
        return vec![Obstacle::new(reason, by_hand)];
    }
    let covered = |path: &str| mounted.iter().any(|mount| image::same_place(mount) == image::same_place(path));
    let missing = image.entry().paths.iter().filter(|path| !path.optional && !covered(&path.path));
    let all = |extra: &str| {
        let paths: Vec<String> = written(image).into_iter().map(|path| path.path).chain([extra.to_owned()]).collect();
        format!("--set '{scope}writable-root-filesystem.paths={}'", paths.join(","))
    };
    let obstacles = missing.filter_map(|path| {
        let (place, what) = (&path.path, &path.purpose);
        if path.state {
            let reason = format!("{title} keeps its {what} at {place}, and a tmpfs would lose that with the task");
            let next = format!("mount a volume at {place}; if nothing there has to be kept: {}", all(place));
            Some(Obstacle::new(reason, next))
        } else if path.seeded {
            let reason =
                format!("{title} writes {what} at {place}, where the image has files that an empty mount would hide");
            let next = format!(
                "mount a volume at {place} that a container of the same image filled before (`cp -a {place}/. /MOUNT/`, essential false, `dependsOn` with SUCCESS); if it fills it by itself: {}",
                all(place)
            );
            Some(Obstacle::new(reason, next))
        } else {
            None
        }
    });
    obstacles.collect()
}
