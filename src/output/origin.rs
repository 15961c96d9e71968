//! Where the values of a fix come from, in words: what a voucher points to, looked up. Never the text that stands there.

use ecs_harden_transforms::document;
use ecs_harden_transforms::engine::Judged;
use ecs_harden_transforms::intent::Image;
use ecs_harden_transforms::model::{ContainerView, TaskView};
use ecs_harden_transforms::pass::{Provenance, Source, Voucher};
use ecs_harden_transforms::read::LineIndex;
use ecs_harden_transforms::tree::Path;

use super::counted;
use crate::plan::Plan;

/// Where a value comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// What says so: a key of a policy, a flag, a variable, an entry, a member, a page.
    pub name: Option<String>,
    /// The file that holds it.
    pub file: Option<String>,
    /// The line in that file.
    pub line: Option<usize>,
    /// What that rests on in turn: the sources of an entry, the lines of logs that a setting was learnt from, the address of a page.
    pub references: Vec<String>,
}

/// A file with its plan, as origins need it.
#[derive(Clone, Copy, Debug)]
pub struct Origins<'p> {
    /// The file as users should see it.
    pub shown: &'p str,
    /// Its plan.
    pub plan: &'p Plan,
    /// The lines of its document.
    pub lines: &'p LineIndex<'p>,
}

impl Origins<'_> {
    /// Where a value of this finding comes from.
    pub fn of(&self, judged: &Judged, by: Voucher) -> Origin {
        match by.source {
            Source::Nowhere => Origin::default(),
            Source::Setting(position) => self.setting(judged, position),
            Source::Entry(container) => self.entry(container),
            Source::Image(position, part) => {
                let told = self.plan.outcome.intent.wishes.images.get(index(position));
                Origin {
                    name: Some(part.name().to_owned()),
                    file: told.map(|told| told.file.clone()),
                    line: told.and_then(|told| told.config.lines.of(part)),
                    references: Vec::new(),
                }
            }
            Source::Member { container, name } => self.member(container, name),
            Source::Tasks => Origin { name: Some("aws ecs describe-tasks".into()), ..Origin::default() },
            Source::Page(page) => Origin {
                name: Some(page.title.to_owned()),
                references: vec![page.address.to_owned()],
                ..Origin::default()
            },
        }
    }

    /// A line of a policy, a flag or a variable. Of a key with entries, the entry that the finding is about.
    fn setting(&self, judged: &Judged, position: u32) -> Origin {
        let Some(written) = self.plan.outcome.intent.wishes.layers.written(position) else { return Origin::default() };
        let subject = judged.finding.subject.as_str();
        let option = subject.rsplit_once('/').map_or(subject, |(_, option)| option);
        let container = judged.finding.container.as_ref().map(|container| container.index);
        let image = container.and_then(|container| self.image(container));
        let image = image.map(|image| image.entry().name.as_str()).unwrap_or_default();
        let entry = written.entry(&[subject, option, image]);
        Origin {
            name: Some(entry.map_or_else(|| written.name.clone(), |(entry, _)| format!("{}.{entry}", written.name))),
            file: written.place.as_ref().map(|(file, _)| file.clone()),
            line: entry.map(|(_, line)| line).or(written.place.as_ref().map(|(_, line)| *line)),
            references: written.learnt.clone(),
        }
    }

    fn entry(&self, container: u32) -> Origin {
        let Some(entry) = self.image(index(container)).map(Image::entry) else { return Origin::default() };
        let name = Some(format!("entry `{}`", entry.name));
        Origin { name, references: entry.sources.clone(), ..Origin::default() }
    }

    fn image(&self, container: usize) -> Option<&Image> {
        self.plan.outcome.intent.container(container)?.image.as_ref()
    }

    /// A member of the definition; where it is missing, the place that it would have.
    fn member(&self, container: Option<u32>, name: &str) -> Origin {
        let document = &self.plan.document;
        let (path, title) = match container.map(index) {
            Some(at) => {
                let seen = TaskView::new(document).seen();
                let title = seen.iter().find(|container| container.index() == at).map(ContainerView::title);
                let whose = title.map(|title| format!(" of {title}")).unwrap_or_default();
                (document::containers().index(at).key(name), format!("`{name}`{whose}"))
            }
            None => (Path::root().key(name), format!("`{name}`")),
        };
        let line = self.lines.position(document.mark(&path).start).0;
        Origin { name: Some(title), file: Some(self.shown.to_owned()), line: Some(line), references: Vec::new() }
    }
}

impl Origin {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// File and line.
    pub fn place(&self) -> Option<String> {
        let file = self.file.as_ref()?;
        Some(self.line.map_or_else(|| file.clone(), |line| format!("{file}:{line}")))
    }

    /// The shortest that leads there: file and line, or the name, and how much more there is to read.
    pub fn short(&self, kind: Provenance) -> Option<String> {
        let learnt = || format!("learnt from {}", self.references.join(", "));
        match (self.place(), kind) {
            (_, Provenance::Catalogue) if self.references.is_empty() => None,
            (_, Provenance::Catalogue) => Some(counted(self.references.len(), "reference")),
            (Some(place), Provenance::Policy) if !self.references.is_empty() => Some(format!("{place}, {}", learnt())),
            (Some(place), _) => Some(place),
            (None, _) => self.name.clone(),
        }
    }

    /// All of it, a line each.
    pub fn lines(&self, kind: Provenance) -> Vec<String> {
        let first: Vec<String> = [self.name.clone(), self.place()].into_iter().flatten().collect();
        let first = if first.is_empty() { Vec::new() } else { vec![first.join(", ")] };
        let learnt = if kind == Provenance::Policy { "learnt from " } else { "" };
        first.into_iter().chain(self.references.iter().map(|reference| format!("{learnt}{reference}"))).collect()
    }
}

/// Positions in memory are never too large for it.
fn index(position: u32) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
