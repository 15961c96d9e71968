//! Who vouches for a value, and where that can be read.

use std::cmp::Ordering;

/// Who vouches for a value, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// Nobody: a default of this program, right for many images and wrong for some.
    BuiltInDefault,
    /// What is known of the image as it was published.
    Catalogue,
    /// The environment that this runs in.
    Environment,
    /// The image itself, by its configuration.
    ImageConfig,
    /// Another container of the same task.
    Sibling,
    /// The launch type does the same where nothing is said, and AWS documents it.
    Platform,
    /// The definition itself says so.
    Definition,
    /// The tasks that run now.
    Running,
    /// The policy file.
    Policy,
    /// A flag on the command line.
    Flag,
}

impl Provenance {
    /// The words for people.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::BuiltInDefault => "built-in default",
            Self::Catalogue => "image catalogue",
            Self::Environment => "environment",
            Self::ImageConfig => "the image itself",
            Self::Sibling => "sibling container",
            Self::Platform => "what the launch type gives by itself",
            Self::Policy => "policy",
            Self::Definition => "the definition itself",
            Self::Running => "what runs",
            Self::Flag => "flag",
        }
    }
}

/// Where one can read what a voucher says. It points there and is cheap to copy; what it points to is looked up where it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Nowhere beside this program.
    #[default]
    Nowhere,
    /// In a layer of settings, by its position among all of them: a line of a policy, a flag, a variable of the environment.
    Setting(u32),
    /// In the entry about the image of the container with this index.
    Entry(u32),
    /// In what an image says of itself, by its position among all that were given.
    Image(u32, ImagePart),
    /// In a member of the definition.
    Member {
        /// The index of the container; none for a member of the task.
        container: Option<u32>,
        /// The member.
        name: &'static str,
    },
    /// In what ECS tells of the tasks that run.
    Tasks,
    /// In AWS's documentation.
    Page(&'static Page),
}

/// What an image says of itself, by the names of a Dockerfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImagePart {
    /// Who it starts as.
    User,
    /// The paths that it declares as volumes.
    Volume,
    /// The ports that it exposes.
    Expose,
}

impl ImagePart {
    /// The instruction of a Dockerfile.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "USER",
            Self::Volume => "VOLUME",
            Self::Expose => "EXPOSE",
        }
    }
}

/// A page of AWS's documentation.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Page {
    /// What to look for there.
    pub title: &'static str,
    /// Where it is.
    pub address: &'static str,
}

impl Source {
    /// A member of the container with this index.
    pub fn of_container(index: usize, name: &'static str) -> Self {
        Self::Member { container: Some(narrow(index)), name }
    }

    /// A member of the task.
    pub const fn of_task(name: &'static str) -> Self {
        Self::Member { container: None, name }
    }

    /// The entry about the image of the container with this index.
    pub fn entry(index: usize) -> Self {
        Self::Entry(narrow(index))
    }

    /// The layer of settings at this position.
    pub fn setting(position: usize) -> Self {
        Self::Setting(narrow(position))
    }

    /// What the image at this position says of itself.
    pub fn image(position: usize, part: ImagePart) -> Self {
        Self::Image(narrow(position), part)
    }
}

/// Positions in what fits into memory; one that does not points nowhere.
fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// Who vouches for a value, and where that can be read. Weaker ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Voucher {
    /// Who.
    pub kind: Provenance,
    /// Where.
    pub source: Source,
}

impl Voucher {
    /// This voucher, to be read there.
    pub const fn at(kind: Provenance, source: Source) -> Self {
        Self { kind, source }
    }
}

impl From<Provenance> for Voucher {
    fn from(kind: Provenance) -> Self {
        Self { kind, source: Source::Nowhere }
    }
}

impl From<Voucher> for Provenance {
    fn from(voucher: Voucher) -> Self {
        voucher.kind
    }
}

/// How much a voucher counts does not depend on where it can be read.
impl PartialEq<Provenance> for Voucher {
    fn eq(&self, kind: &Provenance) -> bool {
        self.kind == *kind
    }
}

impl PartialOrd<Provenance> for Voucher {
    fn partial_cmp(&self, kind: &Provenance) -> Option<Ordering> {
        self.kind.partial_cmp(kind)
    }
}

/// A value and who vouches for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vouched<T> {
    /// The value.
    pub value: T,
    /// Who vouches for it.
    pub by: Voucher,
}

impl<T> Vouched<T> {
    /// A value, and who vouches for it.
    pub fn of(value: T, by: impl Into<Voucher>) -> Self {
        Self { value, by: by.into() }
    }

    /// A value for which nobody vouches.
    pub const fn default_of(value: T) -> Self {
        Self { value, by: Voucher::at(Provenance::BuiltInDefault, Source::Nowhere) }
    }

    /// Changes the value, keeps the voucher.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Vouched<U> {
        Vouched { value: change(self.value), by: self.by }
    }
}
