//! What can be set: the knobs of every pass, and which passes run. One list for the policy file and for `--set`.

use ecs_harden_transforms::knobs::{Knob, Knobs};
use ecs_harden_transforms::passes;
use serde_json::{Value as Json, json};

/// The keys that stand outside every section.
const SWITCHES: [(&str, &str); 4] = [
    ("enable", "a list of passes"),
    ("disable", "a list of passes"),
    ("images", "a list of images: what each needs, in the form of the catalogue"),
    ("ecs-exec", "true where commands are run in the containers with ECS Exec, false where not"),
];

/// Something that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The section; none for what says which passes run.
    pub(super) section: Option<&'static str>,
    /// The name within the section.
    pub(super) name: &'static str,
    /// What it takes, for people.
    pub(super) takes: &'static str,
}

impl Key {
    /// Everything that can be set, passes in the order of their table.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let switches = SWITCHES.map(|(name, takes)| Self { section: None, name, takes });
        let knobs = passes::TABLE.into_iter().flat_map(|pass| {
            let key = |knob: &Knob| Self { section: Some(pass.section), name: knob.name, takes: knob.takes };
            pass.knobs.iter().map(key)
        });
        switches.into_iter().chain(knobs)
    }

    /// The key with this name in this section.
    pub(super) fn find(section: Option<&str>, name: &str) -> Option<Self> {
        Self::all().find(|key| key.section == section && key.name == name)
    }

    /// The names of the sections.
    pub(super) fn sections() -> impl Iterator<Item = &'static str> {
        passes::TABLE.into_iter().filter(|pass| !pass.knobs.is_empty()).map(|pass| pass.section)
    }

    /// `SECTION.NAME`, or the name of a switch.
    pub(super) fn path(&self) -> String {
        self.section.map_or_else(|| self.name.to_owned(), |section| format!("{section}.{}", self.name))
    }

    /// The knobs that say this and nothing else; `None` where the value is not one that the key takes.
    pub(super) fn knobs(&self, value: &Json) -> Option<Knobs> {
        let knob = json!({ self.name: value });
        let whole = self.section.map_or_else(|| knob.clone(), |section| json!({ section: knob }));
        serde_json::from_value(whole).ok()
    }

    /// Where to read about it.
    pub(super) fn page(&self) -> String {
        let pass = passes::TABLE.into_iter().find(|pass| Some(pass.section) == self.section);
        pass.map_or_else(
            || "`ecs-harden passes` lists them".into(),
            |pass| format!("`ecs-harden explain {}` tells more about it", pass.id),
        )
    }
}
