//! What well-known images need at run time: the user that works, what they write, ports, capabilities. Data, with its sources.
//!
//! An image is recognised by its repository, below any mirror; where only the last part of the name agrees it is perhaps a copy with
//! changes, and everything is one step less sure. Policies may add entries, which are asked first.

pub mod config;
pub mod entry;
mod reference;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

pub use entry::{Case, Confidences, Entry, Level, WrittenPath};
pub use reference::{Reference, Tag, Version};

/// The entries of this program.
pub static CATALOGUE: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    // A test reads it too, so it cannot fail at the user's.
    serde_json::from_str(include_str!("catalogue.json")).unwrap_or_default()
});

/// An entry that is about an image, with what its tag changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What is known.
    pub entry: Entry,
    /// How the repository was recognised.
    pub kinship: Kinship,
    /// What is known of the tag.
    pub tag: TagKnowledge,
}

/// What is known of the tag of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagKnowledge {
    /// It was read.
    Read,
    /// It was not, and tags of this image do not differ here.
    Needless,
    /// It was not, and tags of this image differ.
    Needed,
}

/// How a repository was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kinship {
    /// The last part of its name agrees.
    Namesake,
    /// It is the image, perhaps below a mirror.
    Same,
}

impl Known {
    /// How sure the user and the capabilities are.
    pub const fn user_level(&self) -> Level {
        self.level(self.entry.confidence.user)
    }

    /// How sure the paths are.
    pub const fn paths_level(&self) -> Level {
        self.level(self.entry.confidence.paths)
    }

    const fn level(&self, level: Level) -> Level {
        match (self.kinship, self.tag) {
            (Kinship::Same, TagKnowledge::Read | TagKnowledge::Needless) => level,
            (Kinship::Namesake, TagKnowledge::Needed) => level.lowered().lowered(),
            (Kinship::Namesake, _) | (_, TagKnowledge::Needed) => level.lowered(),
        }
    }

    /// The entry as reports name it.
    pub fn title(&self) -> String {
        match self.kinship {
            Kinship::Same => format!("`{}`", self.entry.name),
            Kinship::Namesake => format!("`{}`, going by its name alone", self.entry.name),
        }
    }
}

/// The entry of `entries` that is about `image`; the longest repository wins, then one that names tags.
pub fn find(image: &str, entries: &[Entry]) -> Option<Known> {
    let reference = Reference::parse(image)?;
    let related = entries.iter().filter_map(|entry| {
        let agreed = entry.repositories.iter().filter_map(|known| kinship(&reference, known)).max()?;
        Some((agreed, entry))
    });
    let related: Vec<_> = related.collect();
    let fitting = related.iter().filter(|(_, entry)| tagged(entry, reference.tag));
    let (agreement, entry) = fitting.max_by_key(|(agreed, entry)| (*agreed, !entry.tags.is_empty()))?;
    let differ = !entry.variants.is_empty()
        || related.iter().any(|(agreed, other)| agreed == agreement && !other.tags.is_empty());
    let tag = match reference.tag {
        Tag::Known(_) => TagKnowledge::Read,
        Tag::Unknown if differ => TagKnowledge::Needed,
        Tag::Unknown => TagKnowledge::Needless,
    };
    Some(Known { entry: settled(entry, reference.tag), kinship: agreement.0, tag })
}

/// How a repository agrees with a known one, by how many letters, and whether that is one of the official images, after which others are
/// named.
type Agreement = (Kinship, usize, bool);

fn kinship(reference: &Reference<'_>, known: &str) -> Option<Agreement> {
    let repository = reference.repository;
    let below = repository.strip_suffix(known).and_then(|above| above.strip_suffix('/'));
    let is_official = !known.contains('/');
    let same = match below {
        _ if repository == known => !is_official || reference.is_public(),
        // Official images are published below `library`, and so do mirrors keep them.
        Some(above) if is_official => above == "library" || above.ends_with("/library") || is_mirror(above),
        Some(_) => true,
        None => return namesake(repository, known),
    };
    Some((if same { Kinship::Same } else { Kinship::Namesake }, known.len(), is_official))
}

/// `team/grafana` may well be a copy of `grafana/grafana`.
fn namesake(repository: &str, known: &str) -> Option<Agreement> {
    let last = |name: &str| name.rsplit('/').next().map(str::to_owned);
    let short = last(known)?;
    // Too many things are called `agent` or `executor`.
    let telling =
        !["agent", "executor", "warmer", "static", "base", "cc", "runtime", "monitor"].contains(&short.as_str());
    (telling && last(repository) == Some(short.clone())).then_some((Kinship::Namesake, short.len(), short == known))
}

/// Whether all that stands above a name are words of mirrors and pull-through caches.
fn is_mirror(above: &str) -> bool {
    const WORDS: [&str; 16] = [
        "docker-hub",
        "dockerhub",
        "docker",
        "docker.io",
        "hub",
        "mirror",
        "mirrors",
        "proxy",
        "cache",
        "remote",
        "ecr-public",
        "quay",
        "ghcr",
        "upstream",
        "third-party",
        "public",
    ];
    above.split('/').all(|part| WORDS.contains(&part))
}

fn tagged(entry: &Entry, tag: Tag<'_>) -> bool {
    entry.tags.is_empty() || matches!(tag, Tag::Known(tag) if entry.tags.iter().any(|known| known.matches(tag)))
}

/// The entry with what the tag changes, later variants over earlier ones.
fn settled(entry: &Entry, tag: Tag<'_>) -> Entry {
    let mut settled = entry.clone();
    for path in &mut settled.paths {
        let declared = |below: &Version| matches!(tag, Tag::Known(tag) if Version::of_tag(tag).is_some_and(|version| version.is_surely_below(below)));
        path.volume &= path.volume_below.as_ref().is_none_or(declared);
    }
    let Tag::Known(tag) = tag else { return settled };
    let version = Version::of_tag(tag);
    for variant in &entry.variants {
        let tags = variant.tags.is_empty() || variant.tags.iter().any(|known| known.matches(tag));
        let from = variant.from.as_ref().is_none_or(|from| version.as_ref().is_some_and(|version| version >= from));
        let below = variant.below.as_ref().is_none_or(|below| version.as_ref().is_some_and(|version| version < below));
        if !(tags && from && below) {
            continue;
        }
        settled.user = variant.user.clone().or(settled.user);
        settled.starts_as = variant.starts_as.clone().or(settled.starts_as);
        settled.low_ports = variant.low_ports.clone().unwrap_or(settled.low_ports);
        if let Some(data) = &variant.data {
            for path in settled.paths.iter_mut().filter(|path| path.state) {
                path.path.clone_from(data);
            }
        }
    }
    settled
}
