//! Whether the tags of a definition still mean the images that run: a deployment looks them up anew, and may bring another program along.

use std::collections::{BTreeMap, BTreeSet};

use ecs_harden_transforms::model::{Digest, ImageName};

use super::api::{Aws, Task};
use super::port::{CallError, Failure};

/// The digests that run in each container, by its name.
pub type Running = BTreeMap<String, BTreeSet<Digest>>;

/// How the image of a container stands to what runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageStanding {
    /// The definition names a whole digest: there is nothing to look up.
    Pinned,
    /// The tag means what runs.
    Same,
    /// The tag means something else by now.
    Moved {
        /// What runs.
        runs: BTreeSet<Digest>,
        /// What the tag means: `sha256:…`.
        now: String,
    },
    /// Nobody can say.
    CannotTell {
        /// Why, and what to do about it.
        why: String,
    },
    /// No task tells what runs in this container.
    NothingRuns,
}

/// What tasks tell of the images that they run. Only tasks of one revision tell something about it.
pub fn running(tasks: &[Task]) -> Running {
    let mut running = Running::new();
    for container in tasks.iter().flat_map(|task| &task.containers) {
        let digest = container.image_digest.clone().and_then(|digest| Digest::try_from(digest).ok());
        if let Some(digest) = digest {
            running.entry(container.name.clone()).or_default().insert(digest);
        }
    }
    running
}

/// What images can be pinned to: the one digest of each container whose tasks all run the same.
pub fn pins(running: &Running) -> BTreeMap<String, Digest> {
    let alone = |digests: &BTreeSet<Digest>| digests.first().filter(|_| digests.len() == 1).cloned();
    running.iter().filter_map(|(name, digests)| Some((name.clone(), alone(digests)?))).collect()
}

/// Compares the images of a definition, by container, with what runs. Registries are asked where that is possible; only Ctrl-C is an
/// error, all else leaves something that cannot be told.
pub fn standings(
    aws: &Aws<'_>,
    images: &[(String, String)],
    running: &Running,
) -> Result<Vec<(String, ImageStanding)>, CallError> {
    let mut asked = BTreeMap::new();
    let mut standings = Vec::new();
    for (container, image) in images {
        let runs = running.get(container).filter(|runs| !runs.is_empty());
        let name = ImageName::of(image.trim());
        let standing = match (name.is_pinned(), runs) {
            (true, _) => ImageStanding::Pinned,
            (false, None) => ImageStanding::NothingRuns,
            (false, Some(runs)) => match asked.get(image) {
                Some(known) => compared(known, runs),
                None => compared(asked.entry(image).or_insert(look_up(aws, &name)?), runs),
            },
        };
        standings.push((container.clone(), standing));
    }
    Ok(standings)
}

/// What a tag means now, or why nobody can say.
type Meaning = Result<super::api::TaggedImage, String>;

fn compared(meaning: &Meaning, runs: &BTreeSet<Digest>) -> ImageStanding {
    match meaning {
        Err(why) => ImageStanding::CannotTell { why: why.clone() },
        Ok(now) if runs.iter().all(|digest| now.is(digest.as_str())) => ImageStanding::Same,
        Ok(now) => ImageStanding::Moved { runs: runs.clone(), now: now.digest.clone() },
    }
}

/// Asks the registry. ECR answers for the region that calls go to, and for any account that lets them in.
fn look_up(aws: &Aws<'_>, image: &ImageName<'_>) -> Result<Meaning, CallError> {
    if image.digest.is_some() {
        return Ok(Err("the image names a part of a digest, which no registry knows".into()));
    }
    let tag = image.tag.unwrap_or("latest");
    let Some(registry) = image.ecr() else {
        let registry = image.registry.unwrap_or("Docker Hub");
        return Ok(Err(format!(
            "only private registries of Amazon ECR are asked, and this image comes from {registry}"
        )));
    };
    if registry.region != aws.region() {
        let (theirs, ours) = (registry.region, aws.region());
        return Ok(Err(format!("its registry is in {theirs}, and calls go to {ours}")));
    }
    match aws.digest_of_tag(registry.account, image.repository, tag) {
        Ok(Some(found)) => Ok(Ok(found)),
        Ok(None) => Ok(Err(format!(
            "{} has no tag `{tag}` any more, so that a new task could not start from it",
            image.repository
        ))),
        Err(error) if error.failure == Failure::Interrupted => Err(error),
        Err(error) => Ok(Err(format!("{error}; {}", error.next_step()))),
    }
}

#[cfg(test)]
mod tests;
