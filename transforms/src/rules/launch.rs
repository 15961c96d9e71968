//! The rows of the target matrix as rules.

use super::{Broken, Hit, Scene};
use crate::model::{self, LaunchType, Limit, LimitHit, OnWindows, Owner};

/// The rows of the matrix that the definition breaks.
pub(super) fn broken(scene: &Scene<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for limit in model::limits() {
        let refusing = scene.refusing(limit.refused_by, limit.certainty);
        let on_windows = limit.windows == OnWindows::Refuses && scene.windows();
        let Some(whom) = whom(&refusing, on_windows) else { continue };
        broken.extend(limit.hits(&scene.task).into_iter().map(|hit| report(limit, &hit, &whom)));
    }
    broken
}

fn report(limit: &'static Limit, hit: &LimitHit<'_>, whom: &str) -> Broken {
    let (who, container, what) = match &hit.owner {
        Owner::Task => ("the task".to_owned(), None, None),
        Owner::Volume(Some(name)) => (format!("volume `{name}`"), None, Some((*name).to_owned())),
        Owner::Volume(None) => ("a volume".to_owned(), None, None),
        Owner::Container(container) => (container.title(), Some(container.index()), None),
    };
    let message = format!("{who} {}, which {whom}", limit.phrase);
    let hit = Hit { place: hit.place.clone(), container, who, what };
    Broken { id: limit.id, hit, message, reason: limit.source.to_owned(), next_step: limit.next_step }
}

/// Who refuses something: "FARGATE does not take", "FARGATE and Windows do not take".
pub(super) fn whom(refusing: &[LaunchType], windows: bool) -> Option<String> {
    let mut names: Vec<&str> = refusing.iter().map(|launch_type| launch_type.name()).collect();
    names.extend(windows.then_some("Windows"));
    let (last, rest) = names.split_last()?;
    Some(if rest.is_empty() {
        format!("{last} does not take")
    } else {
        format!("{} and {last} do not take", rest.join(", "))
    })
}
