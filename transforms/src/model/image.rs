//! The name of a container image, taken apart.

use std::fmt;

use super::fact::Form;

/// An image as a container definition names it: `registry/repository:tag@digest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageName<'d> {
    /// The host of the registry; `None` for Docker Hub.
    pub registry: Option<&'d str>,
    /// The repository, without registry, tag and digest.
    pub repository: &'d str,
    /// The tag.
    pub tag: Option<&'d str>,
    /// What stands after `@`.
    pub digest: Option<&'d str>,
}

/// A private registry of Amazon ECR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EcrRegistry<'d> {
    /// The account that owns it.
    pub account: &'d str,
    /// The region that it lies in.
    pub region: &'d str,
}

impl<'d> ImageName<'d> {
    /// Takes `written` apart.
    pub fn of(written: &'d str) -> Self {
        let (path, digest) = written.split_once('@').map_or((written, None), |(path, digest)| (path, Some(digest)));
        let (registry, path) = match path.split_once('/') {
            Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), rest),
            _ => (None, path),
        };
        let (repository, tag) = path.rsplit_once(':').map_or((path, None), |(repository, tag)| (repository, Some(tag)));
        Self { registry, repository, tag, digest }
    }

    /// Whether the digest is a whole one, so that the name can mean no other image.
    pub fn is_pinned(&self) -> bool {
        self.digest.is_some_and(is_digest)
    }

    /// Registry and repository.
    pub fn place(&self) -> String {
        self.registry.map_or_else(|| self.repository.to_owned(), |registry| format!("{registry}/{}", self.repository))
    }

    /// The registry, where it is a private one of Amazon ECR (AWS pages "Amazon ECR private registries" and "Making requests over IPv6":
    /// `ACCOUNT.dkr.ecr.REGION.amazonaws.com`, the same with `ecr-fips`, and `ACCOUNT.dkr-ecr.REGION.on.aws`).
    pub fn ecr(&self) -> Option<EcrRegistry<'d>> {
        let (account, rest) = self.registry?.split_once('.')?;
        let rest = ["dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips."]
            .into_iter()
            .find_map(|prefix| rest.strip_prefix(prefix))?;
        let (region, _) = rest.split_once('.')?;
        Some(EcrRegistry { account, region }).filter(|_| account.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// The digest of an image that runs, as ECS tells it: `sha256:` and 64 hexadecimal digits (ECS API model, `Container.imageDigest`; OCI image
/// specification, "Digests": the digits are small letters).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

/// A text that is not a whole digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest is sha256: and 64 hexadecimal digits")]
pub struct InvalidDigest;

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let small = |hex: &str| hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if text.strip_prefix("sha256:").is_some_and(small) { Ok(Self(text)) } else { Err(InvalidDigest) }
    }
}

impl Digest {
    /// The digest as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The name of an image by a whole digest.
pub static PINNED: Form = Form::Shape {
    holds: |written| ImageName::of(written.trim()).is_pinned(),
    pattern: || r"^[^@]*@(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128})\s*$".to_owned(),
};

/// Whether this is an algorithm and all of its hexadecimal digits.
pub fn is_digest(text: &str) -> bool {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.split_once(':') {
        Some(("sha256", hex)) => digits(hex, 64),
        Some(("sha512", hex)) => digits(hex, 128),
        _ => false,
    }
}
