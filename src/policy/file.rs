//! The policy file: TOML to layers of knobs and waivers, with the line of each.
//!
//! Keys at the top speak about every container. An `[[override]]` speaks about the families and containers that its globs match; of
//! several that match, the later one is heard. A `[[waiver]]` says which findings somebody decided to live with, an `[[accept]]` or a
//! `[[decline]]` which fixes are to be made although they are guesses, or not at all, `[ownership]` who else registers revisions.

mod ownership;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use ecs_harden_transforms::knobs::{Layer, Scope, Written};
use ecs_harden_transforms::pass::{Pass, Provenance};
use ecs_harden_transforms::passes;
use ecs_harden_transforms::read::LineIndex;
use ecs_harden_transforms::waiver::{Ruling, Says, SubjectGlob, Waiver, WaiverState};
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::key::Key;

pub use ownership::{DeclaredOwner, OwnerGlob, Ownership};

/// A policy that was read.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The file as users should see it.
    pub shown: String,
    /// The layers, those of overrides after those for everything.
    pub layers: Vec<Layer>,
    /// The waivers, with the line of each.
    pub waivers: Vec<Waiver>,
    /// The rulings on single fixes, with the line of each.
    pub rulings: Vec<Ruling>,
    /// Every single setting, in the order of the layers.
    pub settings: Vec<Setting>,
    /// Who else registers revisions.
    pub ownership: Ownership,
}

/// One setting as it is written.
#[derive(Clone, Debug)]
pub struct Setting {
    /// `SECTION.NAME`, or `SECTION.NAME.ENTRY` for an entry of a map.
    pub key: String,
    /// The value as it stands in the file.
    pub value: String,
    /// Which containers it is about.
    pub scope: Scope,
    /// The line of the key.
    pub line: usize,
}

/// Why a policy is refused. Its values are not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{shown}{}: {message}", .at.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default())]
pub struct PolicyError {
    /// The file.
    pub shown: String,
    /// Line and column, where a place is to blame.
    pub at: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// The one thing to do next.
    pub next_step: String,
}

impl Policy {
    /// Reads the text of the policy called `shown`, on the day `today`.
    pub fn parse(shown: &str, text: &str, today: Date) -> Result<Self, PolicyError> {
        let reader = Reader { shown, text, lines: LineIndex::new(text), today };
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().unwrap_or_default();
            reader.error(&at, "this is not TOML", "see https://toml.io for its rules")
        })?;
        let mut policy = Self {
            shown: shown.to_owned(),
            layers: Vec::new(),
            waivers: Vec::new(),
            rulings: Vec::new(),
            settings: Vec::new(),
            ownership: Ownership::default(),
        };
        let mut later = Vec::new();
        for (key, value) in by_place(table.get_ref()) {
            match key.get_ref().as_ref() {
                "override" => later.push(value),
                "waiver" => {
                    for (table, at) in reader.tables(value)? {
                        policy.waivers.push(reader.waiver(table, &at)?);
                    }
                }
                "accept" | "decline" => {
                    let says = if key.get_ref() == "accept" { Says::Accept } else { Says::Decline };
                    for (table, at) in reader.tables(value)? {
                        policy.rulings.push(reader.ruling(table, &at, says)?);
                    }
                }
                "ownership" => policy.ownership = reader.ownership(key, value)?,
                _ => reader.setting(key, value, &Scope::everything(), &TABLES, &mut policy)?,
            }
        }
        for value in later {
            for (table, _) in reader.tables(value)? {
                reader.layer(table, &mut policy)?;
            }
        }
        Ok(policy)
    }
}

/// The tables that stand beside the sections of the passes.
const TABLES: [&str; 5] = ["override", "waiver", "accept", "decline", "ownership"];

/// The text and what is known about it.
struct Reader<'t> {
    shown: &'t str,
    text: &'t str,
    lines: LineIndex<'t>,
    today: Date,
}

type Name<'t> = Spanned<Cow<'t, str>>;

/// The members of a table in the order of the file.
fn by_place<'a, 't>(table: &'a DeTable<'t>) -> Vec<(&'a Name<'t>, &'a Spanned<DeValue<'t>>)> {
    let mut members: Vec<_> = table.iter().collect();
    members.sort_by_key(|(key, _)| key.span().start);
    members
}

impl<'t> Reader<'t> {
    fn error(&self, at: &Range<usize>, message: impl Into<String>, next_step: impl Into<String>) -> PolicyError {
        PolicyError {
            shown: self.shown.to_owned(),
            at: Some(self.lines.position(at.start)),
            message: message.into(),
            next_step: next_step.into(),
        }
    }

    fn line(&self, at: &Range<usize>) -> usize {
        self.lines.position(at.start).0
    }

    /// A name that is not known, and the nearest that is.
    fn unknown<'n>(&self, key: &Name<'_>, known: impl Iterator<Item = &'n str>) -> PolicyError {
        let name = key.get_ref();
        let nearest = passes::nearest_of(name, known).unwrap_or_default();
        self.error(&key.span(), format!("there is no key `{name}` here"), format!("the nearest is `{nearest}`"))
    }

    fn tables<'a>(&self, value: &'a Spanned<DeValue<'t>>) -> Result<Vec<(&'a DeTable<'t>, Range<usize>)>, PolicyError> {
        let wrong = || {
            self.error(
                &value.span(),
                "these are tables, each of its own",
                "write [[override]], [[waiver]], [[accept]] or [[decline]] before each",
            )
        };
        let DeValue::Array(items) = value.get_ref() else { return Err(wrong()) };
        let tables = items.iter().map(|item| match item.get_ref() {
            DeValue::Table(table) => Ok((table, item.span())),
            _ => Err(wrong()),
        });
        tables.collect()
    }

    /// A switch, or a section with its knobs.
    fn setting(
        &self,
        key: &Name<'t>,
        value: &Spanned<DeValue<'t>>,
        scope: &Scope,
        beside: &'static [&'static str],
        policy: &mut Policy,
    ) -> Result<(), PolicyError> {
        let name = key.get_ref().as_ref();
        if let Some(switch) = Key::find(None, name) {
            return self.knob(switch, key, value, scope, policy);
        }
        if !Key::sections().any(|section| section == name) {
            let switches = Key::all().filter(|key| key.section.is_none()).map(|key| key.name);
            return Err(self.unknown(key, Key::sections().chain(switches).chain(beside.iter().copied())));
        }
        let DeValue::Table(section) = value.get_ref() else {
            let advice = format!("write it as [{name}], and the knobs below it");
            return Err(self.error(&key.span(), format!("`{name}` is a section"), advice));
        };
        for (inner, value) in by_place(section) {
            let Some(known) = Key::find(Some(name), inner.get_ref()) else {
                let knobs = Key::all().filter(|key| key.section == Some(name)).map(|key| key.name).collect::<Vec<_>>();
                return Err(self.unknown(inner, knobs.into_iter()));
            };
            self.knob(known, inner, value, scope, policy)?;
        }
        Ok(())
    }

    fn knob(
        &self,
        known: Key,
        key: &Name<'t>,
        value: &Spanned<DeValue<'t>>,
        scope: &Scope,
        policy: &mut Policy,
    ) -> Result<(), PolicyError> {
        let Some(knobs) = known.knobs(&to_json(value.get_ref())) else {
            let message = format!("`{}` takes {}", known.path(), known.takes);
            return Err(self.error(&value.span(), message, known.page()));
        };
        let written = Arc::new(self.written(known, key, value));
        policy.layers.push(Layer { origin: Provenance::Policy, scope: scope.clone(), knobs, written });
        let mut settings = |key: String, value: &Spanned<DeValue<'t>>, at: &Range<usize>| {
            let value = self.text.get(value.span()).unwrap_or_default().to_owned();
            policy.settings.push(Setting { key, value, scope: scope.clone(), line: self.line(at) });
        };
        match value.get_ref() {
            DeValue::Table(entries) => {
                for (entry, value) in by_place(entries) {
                    settings(format!("{}.{}", known.path(), entry.get_ref()), value, &entry.span());
                }
            }
            _ => settings(known.path(), value, &key.span()),
        }
        Ok(())
    }

    /// Where a key and its entries stand, and which logs the comments before it name.
    fn written(&self, known: Key, key: &Name<'_>, value: &Spanned<DeValue<'_>>) -> Written {
        let entries = match value.get_ref() {
            DeValue::Table(entries) => {
                entries.iter().map(|(entry, _)| (entry.get_ref().to_string(), self.line(&entry.span()))).collect()
            }
            DeValue::Array(items) => items.iter().filter_map(|item| self.entry(item)).collect(),
            _ => Vec::new(),
        };
        let above = self.text[..key.span().start].rfind('\n').unwrap_or_default();
        let comments = self.text[..above].lines().rev().map_while(|line| line.trim().strip_prefix('#'));
        let mut learnt: Vec<String> = comments.flat_map(super::learnt::logs).collect();
        learnt.reverse();
        let place = Some((self.shown.to_owned(), self.line(&key.span())));
        Written { name: known.path(), place, entries, learnt }
    }

    /// An entry of a list that has a name, and its line.
    fn entry(&self, item: &Spanned<DeValue<'_>>) -> Option<(String, usize)> {
        let DeValue::Table(table) = item.get_ref() else { return None };
        let (_, name) = table.iter().find(|(key, _)| key.get_ref() == "name")?;
        Some((name.get_ref().as_str()?.to_owned(), self.line(&item.span())))
    }

    fn layer(&self, table: &DeTable<'t>, policy: &mut Policy) -> Result<(), PolicyError> {
        let scope = self.scope(table)?;
        for (key, value) in by_place(table) {
            if key.get_ref() == "ownership" {
                let message = "`ownership` is about services, not about containers";
                return Err(self.error(&key.span(), message, "write [ownership] before the first [[override]]"));
            }
            if !["family", "container"].contains(&key.get_ref().as_ref()) {
                self.setting(key, value, &scope, &["family", "container"], policy)?;
            }
        }
        Ok(())
    }

    fn scope<'n>(&self, table: &'n DeTable<'t>) -> Result<Scope, PolicyError> {
        let (family, container) = (self.string(table, "family")?, self.string(table, "container")?);
        let names = |name: &Option<(&'n str, Range<usize>)>| name.as_ref().map(|(name, _)| *name);
        Scope::of(names(&family), names(&container)).map_err(|_| {
            let family_is_fine = Scope::of(names(&family), None).is_ok();
            let wrong = if family_is_fine { container.as_ref() } else { family.as_ref() };
            let at = wrong.map(|(_, at)| at.clone()).unwrap_or_default();
            self.error(&at, "this is not a valid glob", "names may hold * and ?")
        })
    }

    fn string<'a>(&self, table: &'a DeTable<'t>, name: &str) -> Result<Option<(&'a str, Range<usize>)>, PolicyError> {
        let Some((_, value)) = table.iter().find(|(key, _)| key.get_ref() == name) else { return Ok(None) };
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Ok(Some((text.as_ref(), value.span()))),
            _ => Err(self.error(&value.span(), format!("`{name}` takes a text in quotes"), "write it in quotes")),
        }
    }

    fn waiver(&self, table: &DeTable<'t>, at: &Range<usize>) -> Result<Waiver, PolicyError> {
        self.known(table, &["pass", "family", "container", "subject", "reason", "owner", "expires"])?;
        let missing = |name: &str| {
            let message = format!("this waiver has no `{name}`");
            self.error(at, message, "a waiver says which pass it is about, and the reason")
        };
        let (id, id_at) = self.string(table, "pass")?.ok_or_else(|| missing("pass"))?;
        let (reason, _) = self.string(table, "reason")?.ok_or_else(|| missing("reason"))?;
        let pass = self.pass(id, &id_at)?;
        let subject = self.subject(table)?;
        let expires = self.date(table)?;
        let over = expires.is_some_and(|last| last < self.today);
        Ok(Waiver {
            pass: pass.id,
            scope: self.scope(table)?,
            subject,
            reason: reason.to_owned(),
            owner: self.string(table, "owner")?.map(|(owner, _)| owner.to_owned()),
            expires: expires.map(|date| date.to_string()),
            state: if over { WaiverState::Expired } else { WaiverState::Holds },
            written: format!("{}:{}", self.shown, self.line(at)),
        })
    }

    /// A ruling on fixes. It says which pass it is about, so that nobody accepts or declines everything by a slip.
    fn ruling(&self, table: &DeTable<'t>, at: &Range<usize>, says: Says) -> Result<Ruling, PolicyError> {
        self.known(table, &["pass", "family", "container", "subject"])?;
        let (id, id_at) = self.string(table, "pass")?.ok_or_else(|| {
            self.error(at, "this has no `pass`", "say which pass it is about; `ecs-harden passes` lists them")
        })?;
        Ok(Ruling {
            pass: self.pass(id, &id_at)?.id,
            scope: self.scope(table)?,
            subject: self.subject(table)?,
            says,
            written: format!("{}:{}", self.shown, self.line(at)),
        })
    }

    /// Refuses what is none of these keys.
    fn known(&self, table: &DeTable<'t>, known: &'static [&'static str]) -> Result<(), PolicyError> {
        let strange = by_place(table).into_iter().find(|(key, _)| !known.contains(&key.get_ref().as_ref()));
        strange.map_or(Ok(()), |(key, _)| Err(self.unknown(key, known.iter().copied())))
    }

    fn pass(&self, id: &str, at: &Range<usize>) -> Result<&'static Pass, PolicyError> {
        passes::find(id).ok_or_else(|| {
            let nearest = format!("the nearest is `{}`", passes::nearest(id));
            self.error(at, "there is no such pass", nearest)
        })
    }

    fn subject(&self, table: &DeTable<'t>) -> Result<SubjectGlob, PolicyError> {
        let subject = self.string(table, "subject")?;
        let at = subject.as_ref().map(|(_, at)| at.clone()).unwrap_or_default();
        SubjectGlob::of(subject.map(|subject| subject.0))
            .map_err(|_| self.error(&at, "this is not a valid glob", "names may hold * and ?"))
    }

    /// The last day of a waiver: a TOML date, or the same in quotes.
    fn date(&self, table: &DeTable<'t>) -> Result<Option<Date>, PolicyError> {
        let Some((_, value)) = table.iter().find(|(key, _)| key.get_ref() == "expires") else { return Ok(None) };
        let written = match value.get_ref() {
            DeValue::String(text) => text.parse().ok(),
            DeValue::Datetime(date) if date.time.is_none() => date.to_string().parse().ok(),
            _ => None,
        };
        let wrong =
            || self.error(&value.span(), "`expires` takes a day", "write it as 2027-01-31: its last day, in UTC");
        written.map(Some).ok_or_else(wrong)
    }
}

/// A TOML value as knobs take it.
fn to_json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Json::Null, |number| json!(number))
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Json::Null, |number| json!(number)),
        DeValue::Boolean(flag) => json!(flag),
        DeValue::Datetime(date) => json!(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| to_json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            table.iter().map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref()))).collect()
        }
    }
}

#[cfg(test)]
mod tests;
