//! Image references: which repository, below which mirror, and which tag.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::read::placeholder;

/// What the `image` of a container names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'i> {
    /// The registry, where one is named.
    pub registry: Option<&'i str>,
    /// The repository, without registry, tag and digest.
    pub repository: &'i str,
    /// The tag; `latest` where none is named and no digest either.
    pub tag: Tag<'i>,
}

/// What is known of the tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag<'i> {
    /// This one.
    Known(&'i str),
    /// A digest alone, or a placeholder.
    Unknown,
}

impl<'i> Reference<'i> {
    /// Reads what an `image` holds; `None` where the repository itself is a placeholder. The tag may be one.
    pub fn parse(image: &'i str) -> Option<Self> {
        let (path, digest) = image.split_once('@').map_or((image, false), |(path, _)| (path, true));
        let (registry, rest) = match path.split_once('/') {
            Some((host, rest)) if is_registry(host) => (Some(host), rest),
            _ => (None, path),
        };
        let (repository, tag) = match rest.find(':') {
            Some(at) if !rest[at..].contains('/') || placeholder::in_string(&rest[at..]) => {
                (&rest[..at], Some(&rest[at + 1..]))
            }
            _ => (rest, None),
        };
        if repository.is_empty() || placeholder::in_string(repository) || repository.contains(['$', '{', '<', '%']) {
            return None;
        }
        let tag = match tag {
            Some(tag) if placeholder::in_string(tag) || tag.is_empty() => Tag::Unknown,
            Some(tag) => Tag::Known(tag),
            None if digest => Tag::Unknown,
            None => Tag::Known("latest"),
        };
        Some(Self { registry, repository, tag })
    }

    /// Whether the registry is one of those that images are published to, so that a name of one part is the published image.
    pub fn is_public(&self) -> bool {
        const HUBS: [&str; 4] = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];
        self.registry.is_none_or(|registry| HUBS.contains(&registry))
    }
}

/// A host, or a placeholder in its place.
fn is_registry(part: &str) -> bool {
    part.contains(['.', ':', '$', '{', '<', '%']) || part == "localhost"
}

/// A version as tags begin with it: `18`, `2.4`, `2.4.1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Version(Vec<u32>);

impl TryFrom<String> for Version {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::of_tag(&text).ok_or("a version is numbers and dots")
    }
}

impl Version {
    /// The version that a tag begins with: `18.1-alpine`, `v2.4`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let tag = tag.strip_prefix('v').unwrap_or(tag);
        let end = tag.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(tag.len());
        let parts = tag[..end].trim_end_matches('.').split('.').map(|part| part.parse().ok());
        parts.collect::<Option<Vec<u32>>>().map(Self)
    }

    /// Whether every version that this may stand for is below `other`: `8` may be 8.6.
    pub fn is_surely_below(&self, other: &Self) -> bool {
        self < other && !other.0.starts_with(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parts(image: &str) -> (Option<&str>, &str, Tag<'_>) {
        let found = Reference::parse(image).unwrap();
        (found.registry, found.repository, found.tag)
    }

    #[test]
    fn every_part_is_told_apart() {
        let digest = "sha256:9b2a28eb47540823042a2ba401386845089bb7b62a9637d55816132c4c3c36eb";
        assert_eq!(parts("nginx"), (None, "nginx", Tag::Known("latest")));
        assert_eq!(parts("nginx:1.29"), (None, "nginx", Tag::Known("1.29")));
        assert_eq!(parts("grafana/grafana:12"), (None, "grafana/grafana", Tag::Known("12")));
        assert_eq!(parts("localhost:5000/a/b:1"), (Some("localhost:5000"), "a/b", Tag::Known("1")));
        assert_eq!(parts(&format!("ghcr.io/a/b@{digest}")), (Some("ghcr.io"), "a/b", Tag::Unknown));
        assert_eq!(parts(&format!("redis:7@{digest}")), (None, "redis", Tag::Known("7")));
        assert_eq!(parts("public.ecr.aws/nginx/nginx:${TAG}"), (Some("public.ecr.aws"), "nginx/nginx", Tag::Unknown));
        assert_eq!(parts("${REGISTRY}/team/nginx:1"), (Some("${REGISTRY}"), "team/nginx", Tag::Known("1")));
        assert_eq!(Reference::parse("${IMAGE}"), None);
        assert_eq!(Reference::parse("nginx-${FLAVOUR}:1"), None);
    }

    #[test]
    fn versions_compare_by_number() {
        let version = |tag: &str| Version::of_tag(tag).unwrap();
        assert!(version("2.10") > version("2.4.1") && version("v18-alpine") > version("17.2"));
        assert!(version("2.4") <= version("2.4.0"));
        let below = |tag: &str| version(tag).is_surely_below(&version("8.6"));
        assert!(below("7") && below("8.5.9") && below("8.5-alpine"));
        assert!(!below("8") && !below("8.6") && !below("8.6.1") && !below("9"));
        assert_eq!(Version::of_tag("alpine"), None);
        assert_eq!(Version::of_tag("latest"), None);
    }
}
