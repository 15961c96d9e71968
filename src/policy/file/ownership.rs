//! `[ownership]`: who else registers revisions of a service, by globs on the name of the service and on the family.

use globset::{Glob, GlobMatcher};
use toml::Spanned;
use toml::de::DeValue;

use super::{Name, PolicyError, Reader, by_place};

/// Who registers revisions, as a policy names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclaredOwner {
    /// Terraform: its next run goes back to what its configuration says.
    Terraform,
    /// A pipeline: its next run registers a revision of its own.
    Pipeline,
    /// Nobody else, which somebody vouches for.
    Nobody,
}

impl DeclaredOwner {
    /// All of them, in the order in which they are heard: whoever may undo a change before nobody.
    const ALL: [Self; 3] = [Self::Terraform, Self::Pipeline, Self::Nobody];

    /// The key in `[ownership]`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Pipeline => "pipeline",
            Self::Nobody => "nobody",
        }
    }
}

/// One glob of `[ownership]`.
#[derive(Clone, Debug)]
pub struct OwnerGlob {
    /// Who registers revisions of what it matches.
    pub owner: DeclaredOwner,
    /// Where it is written, for people: file and line.
    pub written: String,
    glob: GlobMatcher,
}

impl OwnerGlob {
    /// The glob as it was written.
    pub fn as_str(&self) -> &str {
        self.glob.glob().glob()
    }

    /// Whether it matches this name.
    pub fn matches(&self, name: &str) -> bool {
        self.glob.is_match(name)
    }
}

/// The globs of `[ownership]`, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Ownership(Vec<OwnerGlob>);

impl Ownership {
    /// The glob that decides about a service and the family that it runs. Where several match, Terraform is heard before pipelines and
    /// those before nobody: who may undo a change counts more.
    pub fn of(&self, service: &str, family: &str) -> Option<&OwnerGlob> {
        let matches = |owned: &&OwnerGlob| owned.matches(service) || owned.matches(family);
        DeclaredOwner::ALL
            .into_iter()
            .find_map(|owner| self.0.iter().filter(|owned| owned.owner == owner).find(matches))
    }

    /// Every glob.
    pub fn iter(&self) -> impl Iterator<Item = &OwnerGlob> {
        self.0.iter()
    }
}

impl<'t> Reader<'t> {
    /// Reads the section.
    pub(super) fn ownership(&self, key: &Name<'t>, value: &Spanned<DeValue<'t>>) -> Result<Ownership, PolicyError> {
        let DeValue::Table(section) = value.get_ref() else {
            let advice = "write it as [ownership], and the lists below it";
            return Err(self.error(&key.span(), "`ownership` is a section", advice));
        };
        let mut globs = Vec::new();
        for (name, value) in by_place(section) {
            let known = DeclaredOwner::ALL.into_iter().find(|owner| owner.key() == name.get_ref());
            let owner =
                known.ok_or_else(|| self.unknown(name, DeclaredOwner::ALL.into_iter().map(DeclaredOwner::key)))?;
            let wrong = |at: &Spanned<DeValue<'_>>| {
                let message = format!("`ownership.{}` takes a list of names", owner.key());
                self.error(&at.span(), message, "write it as [\"shop-*\", \"blog\"]: services or families")
            };
            let DeValue::Array(items) = value.get_ref() else { return Err(wrong(value)) };
            for item in items {
                let DeValue::String(text) = item.get_ref() else { return Err(wrong(item)) };
                if text.trim().is_empty() {
                    return Err(wrong(item));
                }
                let glob = Glob::new(text)
                    .map_err(|_| self.error(&item.span(), "this is not a valid glob", "names may hold * and ?"))?;
                let written = format!("{}:{}", self.shown, self.line(&item.span()));
                globs.push(OwnerGlob { owner, written, glob: glob.compile_matcher() });
            }
        }
        Ok(Ownership(globs))
    }
}
