//! Images that a new deployment may change although nobody asked for it.

use std::collections::BTreeSet;

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::model::{Digest, TaskView};
use ecs_harden_transforms::tree::Node;

use crate::cli::CliError;
use crate::rollout::api::{Aws, Described};
use crate::rollout::gates::{Gate, Permit, Permits};
use crate::rollout::images::{self, ImageStanding};
use crate::rollout::running::Running;

/// A container whose next deployment may bring another image.
pub(super) struct Moving {
    pub(super) container: String,
    /// The digest that runs, where all tasks run the same.
    pub(super) digest: Option<Digest>,
    reason: String,
}

/// The containers of a service whose next deployment may bring another image than the one that runs.
pub(super) fn moving(aws: &Aws<'_>, base: &Described, running: &Running) -> Result<Vec<Moving>, CliError> {
    let Ok(document) = Document::read(base.text.clone()) else { return Ok(Vec::new()) };
    let task = TaskView::new(&document);
    let named = task.seen().into_iter().filter_map(|container| {
        let image = container.member("image").known().and_then(Node::as_str)?.to_owned();
        Some((container.name()?.to_owned(), image))
    });
    let named: Vec<(String, String)> = named.collect();
    let pins = images::pins(&running.digests);
    let standings = images::standings(aws, &named, &running.digests)?;
    let moving = standings.into_iter().filter_map(|(container, standing)| {
        let reason = match standing {
            ImageStanding::Pinned | ImageStanding::Same => return None,
            ImageStanding::Moved { runs, now } => {
                format!(
                    "the tag of `{container}` means {now} by now, and {} runs: a new deployment would bring it",
                    list(&runs)
                )
            }
            ImageStanding::CannotTell { why } => {
                format!("whether the tag of `{container}` still means what runs cannot be told: {why}")
            }
            ImageStanding::NothingRuns => {
                format!("no task tells which image of `{container}` runs, so its tag may bring another one")
            }
        };
        let digest = pins.get(&container).cloned();
        Some(Moving { container, digest, reason })
    });
    Ok(moving.collect())
}

fn list(digests: &BTreeSet<Digest>) -> String {
    digests.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

impl Moving {
    /// What speaks against a deployment.
    pub(super) fn gate(&self, running: &Running, permits: &Permits) -> Gate {
        let next_step = match &self.digest {
            Some(_) => {
                "write what runs into the revision: --pin-images, or let tags bring what they mean now: --allow-new-image"
            }
            None => {
                "write the digest that is meant into the definition, or let tags bring what they mean now: --allow-new-image"
            }
        };
        let permit = Permit::flag("--allow-new-image", permits.allow_new_image);
        Gate::new(running, permit, self.reason.clone(), next_step)
    }
}
