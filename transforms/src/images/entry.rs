//! What is known about an image, in the form in which policies may add to it.

use globset::Glob;
use schemars::JsonSchema;
use serde::Deserialize;

use super::reference::Version;
use crate::passes::excess_capabilities::CapabilityName;

/// What an image needs at run time. All of it is about the image as it was published; a start command of one's own may change it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// What the entry is called in reports.
    pub name: String,
    /// The repositories that hold the image: `nginx`, `grafana/grafana`, without registry, tag and digest. They are recognised below
    /// mirrors and pull-through caches too.
    pub repositories: Vec<String>,
    /// The tags that it is about, which may hold `*` and `?`; all of them where nothing is said.
    #[serde(default)]
    pub tags: Vec<TagGlob>,
    /// Who it starts as when nothing is set, as uid or uid:gid.
    #[serde(default)]
    pub starts_as: Option<String>,
    /// Who its entry point switches to when it is started as root.
    #[serde(default)]
    pub switches_to: Option<String>,
    /// The user that it works as, as uid:gid.
    #[serde(default)]
    pub user: Option<String>,
    /// Why its user is left alone.
    #[serde(default)]
    pub stays: Option<String>,
    /// What to mind with that user.
    #[serde(default)]
    pub user_note: Option<String>,
    /// Environment variables that have to be there before it works as that user: `NAME`, `NAME=VALUE` to say with which value, or `NAME!=VALUE`
    /// where that value does not do.
    #[serde(default)]
    pub needs_variables: Vec<String>,
    /// Why its root file system has to stay writable.
    #[serde(default)]
    pub writable_root: Option<String>,
    /// When it needs more than that, by what the container says.
    #[serde(default)]
    pub when: Vec<Case>,
    /// What it writes.
    #[serde(default)]
    pub paths: Vec<WrittenPath>,
    /// Ports below 1024 that it listens on by itself.
    #[serde(default)]
    pub low_ports: Vec<u16>,
    /// The capabilities that it needs when it is started as root; absent where that is not known.
    #[serde(default)]
    pub keep_as_root: Option<Vec<CapabilityName>>,
    /// Those that it needs besides when it finds data of an earlier start.
    #[serde(default)]
    pub keep_with_data: Vec<CapabilityName>,
    /// The capabilities that it needs whoever it is started as.
    #[serde(default)]
    pub keep: Vec<CapabilityName>,
    /// What is different under some tags.
    #[serde(default)]
    pub variants: Vec<Variant>,
    /// What else to know.
    #[serde(default)]
    pub note: Option<String>,
    /// How sure it is.
    #[serde(default)]
    pub confidence: Confidences,
    /// Whether it was tried with a container runtime.
    #[serde(default)]
    pub measured: bool,
    /// Where it was read.
    #[serde(default)]
    pub sources: Vec<String>,
}

impl Entry {
    /// An entry that says nothing yet.
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            repositories: Vec::new(),
            tags: Vec::new(),
            starts_as: None,
            switches_to: None,
            user: None,
            stays: None,
            user_note: None,
            needs_variables: Vec::new(),
            writable_root: None,
            when: Vec::new(),
            paths: Vec::new(),
            low_ports: Vec::new(),
            keep_as_root: None,
            keep_with_data: Vec::new(),
            keep: Vec::new(),
            variants: Vec::new(),
            note: None,
            confidence: Confidences::default(),
            measured: false,
            sources: Vec::new(),
        }
    }
}

impl WrittenPath {
    /// A path that an image declares as a volume, of which nothing else is known.
    pub(crate) fn volume(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            purpose: "data".to_owned(),
            state: true,
            optional: true,
            seeded: false,
            exec: false,
            volume: true,
            volume_below: None,
            owner: None,
            mode: None,
            size: None,
        }
    }
}

/// A path that an image writes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and people write them down one by one")]
pub struct WrittenPath {
    /// The absolute path.
    pub path: String,
    /// What it writes there.
    #[serde(rename = "use", default)]
    pub purpose: String,
    /// It holds data that must outlive the task.
    #[serde(default)]
    pub state: bool,
    /// It is written in some set-ups only.
    #[serde(default)]
    pub optional: bool,
    /// The image ships files there that an empty mount would hide.
    #[serde(default)]
    pub seeded: bool,
    /// Programs or libraries are loaded from there.
    #[serde(default)]
    pub exec: bool,
    /// The image declares it as a volume, so that a plain task volume gets its content and owner.
    #[serde(default)]
    pub volume: bool,
    /// The first version that does not declare it any more.
    #[serde(default)]
    pub volume_below: Option<Version>,
    /// Who owns it in the image, as uid:gid.
    #[serde(default)]
    pub owner: Option<String>,
    /// Its mode in the image, in octal digits.
    #[serde(default)]
    pub mode: Option<String>,
    /// A size for a tmpfs, in MiB.
    #[serde(default)]
    pub size: Option<u64>,
}

/// What is different for a container that says all of this; what is not named decides nothing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    /// It works as root, as far as can be told.
    #[serde(default)]
    pub as_root: bool,
    /// This word stands among its arguments.
    #[serde(default)]
    pub argument: Option<String>,
    /// This word does not stand among its arguments.
    #[serde(default)]
    pub without_argument: Option<String>,
    /// This environment variable is set.
    #[serde(default)]
    pub variable: Option<String>,
    /// None of these environment variables is set; `NAME!=VALUE` counts as set with any other value.
    #[serde(default)]
    pub without_variables: Vec<String>,
    /// Why its root file system has to stay writable then.
    pub writable_root: String,
    /// The capabilities that it needs besides then.
    #[serde(default)]
    pub keep: Vec<CapabilityName>,
}

/// What is different under some tags or versions; what is not named stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    /// The tags that it is about.
    #[serde(default)]
    pub tags: Vec<TagGlob>,
    /// The first version that it is about.
    #[serde(default)]
    pub from: Option<Version>,
    /// The first version that it is not about any more.
    #[serde(default)]
    pub below: Option<Version>,
    /// The user that it works as.
    #[serde(default)]
    pub user: Option<String>,
    /// Who it starts as.
    #[serde(default)]
    pub starts_as: Option<String>,
    /// Ports below 1024 that it listens on.
    #[serde(default)]
    pub low_ports: Option<Vec<u16>>,
    /// Where its data lies.
    #[serde(default)]
    pub data: Option<String>,
}

/// How sure an entry is of each of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Confidences {
    /// Of users and capabilities.
    pub user: Level,
    /// Of the paths.
    pub paths: Level,
}

/// How sure something is. Low asks a person, whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Somebody says so.
    Low,
    /// Read in one place, or about a copy of the image.
    Medium,
    /// Read in the sources of the image, or tried.
    High,
}

impl Default for Confidences {
    /// Whoever writes an entry knows the image.
    fn default() -> Self {
        Self { user: Level::High, paths: Level::High }
    }
}

impl Level {
    /// The lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// One step less.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

/// A pattern of tags, which may hold `*` and `?`.
// Few are ever looked at, so it is compiled when it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct TagGlob(String);

impl TryFrom<String> for TagGlob {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if Glob::new(&text).is_ok() { Ok(Self(text)) } else { Err("a tag may hold * and ?") }
    }
}

impl TagGlob {
    /// The pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it matches the tag.
    pub fn matches(&self, tag: &str) -> bool {
        Glob::new(&self.0).is_ok_and(|glob| glob.compile_matcher().is_match(tag))
    }
}
