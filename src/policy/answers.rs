//! Answers of a person into the text of a policy: comments, order and spaces of what stands there are kept.

use ecs_harden_transforms::knobs::{Scope, Subject};
use ecs_harden_transforms::pass::PassId;
use ecs_harden_transforms::waiver::Says;
use jiff::civil::Date;
use serde_json::Value as Json;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::merge::{MergeError, glob};

/// What an answer is about, by exact names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The family of the task definition, where it is known.
    pub family: Option<String>,
    /// The containers; none for the task as a whole.
    pub containers: Vec<String>,
}

/// One answer, as a policy holds it.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The value of a knob.
    Setting {
        /// The one container that it is about.
        about: About,
        /// The section.
        section: String,
        /// The knob.
        knob: String,
        /// The entry of a knob that is a table.
        entry: Option<String>,
        /// The value.
        value: Json,
    },
    /// A fix is accepted or declined.
    Ruling {
        /// What it is about.
        about: About,
        /// Which of both.
        says: Says,
        /// The pass whose fix it is.
        pass: PassId,
        /// What within the container it is about.
        subject: String,
    },
    /// Somebody lives with a finding.
    Waiver {
        /// What it is about.
        about: About,
        /// The pass whose finding it is.
        pass: PassId,
        /// What within the container it is about.
        subject: String,
        /// Why.
        reason: String,
        /// The last day on which it holds.
        expires: Option<Date>,
    },
}

/// The text with these answers: settings in the last override for exactly what they are about where they are heard there, else in a new
/// one behind all others; everything else in tables of its own. What stands there already is not written twice.
pub fn record(text: &str, answers: &[Answer]) -> Result<String, MergeError> {
    let mut document: DocumentMut = text.parse().map_err(|_| MergeError)?;
    for answer in answers {
        match answer {
            Answer::Setting { about, section, knob, entry, value } => {
                let path: Vec<&str> = [section.as_str(), knob].into_iter().chain(entry.as_deref()).collect();
                set(&mut document, about, &path, value)?;
            }
            Answer::Ruling { about, says, pass, subject } => {
                let name = if *says == Says::Accept { "accept" } else { "decline" };
                add(&mut document, name, decision(*pass, about, subject))?;
            }
            Answer::Waiver { about, pass, subject, reason, expires } => {
                let mut table = decision(*pass, about, subject);
                table.insert("reason", reason.as_str().into());
                if let Some(day) = expires {
                    let day = toml_edit::Date {
                        year: day.year().unsigned_abs(),
                        month: day.month().unsigned_abs(),
                        day: day.day().unsigned_abs(),
                    };
                    let day = toml_edit::Datetime { date: Some(day), time: None, offset: None };
                    table.insert("expires", day.into());
                }
                add(&mut document, "waiver", table)?;
            }
        }
    }
    Ok(document.to_string())
}

/// The beginning of a decision: which findings it is about.
fn decision(pass: PassId, about: &About, subject: &str) -> Table {
    let mut table = Table::new();
    table.insert("pass", pass.0.into());
    name(&mut table, about);
    table.insert("subject", glob(subject).into());
    table
}

/// Names what a table is about.
fn name(table: &mut Table, about: &About) {
    if let Some(family) = &about.family {
        table.insert("family", glob(family).into());
    }
    if let Some(containers) = containers(about) {
        table.insert("container", containers.into());
    }
}

/// A glob that matches these containers alone.
fn containers(about: &About) -> Option<String> {
    match about.containers.as_slice() {
        [] => None,
        [one] => Some(glob(one)),
        several => {
            let globs: Vec<String> = several.iter().map(|name| glob(name)).collect();
            Some(format!("{{{}}}", globs.join(",")))
        }
    }
}

/// Adds a table, unless one says the same.
fn add(document: &mut DocumentMut, name: &str, table: Table) -> Result<(), MergeError> {
    let tables = tables(document, name)?;
    let said = |table: &Table| -> Vec<(String, String)> {
        let text = |item: &Item| item.as_value().map(|value| value.clone().decorated("", "").to_string());
        table.iter().map(|(key, item)| (key.to_owned(), text(item).unwrap_or_default())).collect()
    };
    if !tables.iter().any(|there| said(there) == said(&table)) {
        tables.push(table);
    }
    Ok(())
}

fn tables<'d>(document: &'d mut DocumentMut, name: &str) -> Result<&'d mut ArrayOfTables, MergeError> {
    let tables = document.entry(name).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    tables.as_array_of_tables_mut().ok_or(MergeError)
}

/// Sets a knob for one container.
fn set(document: &mut DocumentMut, about: &About, path: &[&str], value: &Json) -> Result<(), MergeError> {
    let overrides = tables(document, "override")?;
    let text = |table: &Table, key: &str| table.get(key).and_then(Item::as_str).map(str::to_owned);
    let (family, container) = (about.family.as_deref().map(glob), containers(about));
    let is_ours = |table: &Table| text(table, "container") == container && text(table, "family") == family;
    let subject = Subject { family: about.family.as_deref(), container: about.containers.first().map(String::as_str) };
    let is_heard = |table: &Table| {
        let scope = Scope::of(text(table, "family").as_deref(), text(table, "container").as_deref());
        scope.is_ok_and(|scope| scope.covers(subject)) && says(table, path)
    };
    let ours = overrides.iter().enumerate().filter(|(_, table)| is_ours(table)).map(|(at, _)| at).last();
    let heard = overrides.iter().enumerate().filter(|(_, table)| is_heard(table)).map(|(at, _)| at).last();
    let at = ours.filter(|ours| heard.is_none_or(|heard| heard <= *ours)).unwrap_or_else(|| {
        let mut table = Table::new();
        name(&mut table, about);
        overrides.push(table);
        overrides.len() - 1
    });
    let mut inner: &mut dyn TableLike = overrides.get_mut(at).ok_or(MergeError)?;
    let (last, sections) = path.split_last().ok_or(MergeError)?;
    for section in sections {
        let new = || Item::Value(Value::InlineTable(InlineTable::new()));
        inner = inner.entry(section).or_insert_with(new).as_table_like_mut().ok_or(MergeError)?;
    }
    let new = to_toml(value).ok_or(MergeError)?;
    match inner.get_mut(last) {
        Some(Item::Value(old)) => replace(old, new),
        _ => drop(inner.insert(last, Item::Value(new))),
    }
    Ok(())
}

/// Whether a table says something at this path.
fn says(table: &Table, path: &[&str]) -> bool {
    let Some((last, sections)) = path.split_last() else { return false };
    let mut inner: &dyn TableLike = table;
    for section in sections {
        let Some(next) = inner.get(section).and_then(Item::as_table_like) else { return false };
        inner = next;
    }
    inner.contains_key(last)
}

/// Puts a value in the place of another: spaces and comments around it stay, and so do the entries of a list that are in both.
fn replace(old: &mut Value, new: Value) {
    if let (Value::Array(old), Value::Array(new)) = (&mut *old, &new) {
        return refill(old, new);
    }
    let decor = old.decor().clone();
    *old = new;
    *old.decor_mut() = decor;
}

/// Makes a list hold what the new one holds: what is in both stays where it is, and no comment is lost.
fn refill(old: &mut Array, new: &Array) {
    let plain = |value: &Value| value.clone().decorated("", "").to_string();
    let prefix =
        |value: &Value| value.decor().prefix().and_then(|before| before.as_str()).unwrap_or_default().to_owned();
    // A comment behind an entry stands, for TOML, before the next one.
    let (mut entries, mut orphaned) = (Vec::<Value>::new(), String::new());
    for there in old.iter() {
        let before = prefix(there);
        if new.iter().any(|entry| plain(entry) == plain(there)) {
            let mut kept = there.clone();
            if !orphaned.is_empty() {
                kept.decor_mut().set_prefix(std::mem::take(&mut orphaned) + before.trim_start_matches(' '));
            }
            entries.push(kept);
        } else if before.contains('#') {
            orphaned.push_str(&before);
        }
    }
    for entry in new {
        if !entries.iter().any(|there| plain(there) == plain(entry)) {
            let mut added = entry.clone();
            let before = if entries.is_empty() { "" } else { " " };
            let before = if orphaned.is_empty() { before.to_owned() } else { std::mem::take(&mut orphaned) };
            added.decor_mut().set_prefix(before);
            entries.push(added);
        }
    }
    let trailing = orphaned + old.trailing().as_str().unwrap_or_default();
    old.clear();
    for entry in entries {
        old.push_formatted(entry);
    }
    old.set_trailing(trailing);
}

/// A value as TOML writes it; `None` for what no knob takes.
fn to_toml(value: &Json) -> Option<Value> {
    Some(match value {
        Json::String(text) => text.as_str().into(),
        Json::Bool(flag) => (*flag).into(),
        Json::Number(number) => number.as_i64()?.into(),
        Json::Array(items) => Value::Array(items.iter().map(to_toml).collect::<Option<Array>>()?),
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| Some((key.clone(), to_toml(value)?)));
            Value::InlineTable(members.collect::<Option<InlineTable>>()?)
        }
        Json::Null => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::policy::Policy;

    fn about(container: &str) -> About {
        About { family: Some("shop".into()), containers: vec![container.into()] }
    }

    fn setting(container: &str, path: [&str; 2], value: Json) -> Answer {
        let [section, knob] = path.map(str::to_owned);
        Answer::Setting { about: about(container), section, knob, entry: None, value }
    }

    /// What comes of it; every result is a policy that can be read.
    #[track_caller]
    fn recorded(text: &str, answers: &[Answer]) -> String {
        let text = record(text, answers).expect("it can be added to");
        Policy::parse("ecs-harden.toml", &text, "2026-06-30".parse().expect("a day")).expect("it is a policy");
        assert_eq!(record(&text, answers).expect("it can be added to"), text, "a second time changes nothing");
        text
    }

    #[test]
    fn a_new_policy_holds_the_answers_in_their_order() {
        let arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/x";
        let answers = [
            setting("web", ["root-user", "user"], json!("101:101")),
            setting("web", ["excess-capabilities", "keep"], json!(["CHOWN"])),
            setting("web", ["writable-root-filesystem", "paths"], json!(["/tmp", { "path": "/run", "size": 8 }])),
            Answer::Setting {
                about: about("web"),
                section: "secrets".into(),
                knob: "arns".into(),
                entry: Some("DB_PASSWORD".into()),
                value: json!(arn),
            },
            Answer::Ruling {
                about: About { family: None, containers: vec!["web".into(), "w*".into()] },
                says: Says::Accept,
                pass: PassId("root-user"),
                subject: "user".into(),
            },
            Answer::Waiver {
                about: about("db"),
                pass: PassId("root-user"),
                subject: "user".into(),
                reason: "until \"Q3\"".into(),
                expires: Some("2027-01-31".parse().expect("a day")),
            },
        ];
        let expected = format!(
            "[[override]]\nfamily = \"shop\"\ncontainer = \"web\"\nroot-user = {{ user = \"101:101\" }}\n\
             excess-capabilities = {{ keep = [\"CHOWN\"] }}\n\
             writable-root-filesystem = {{ paths = [\"/tmp\", {{ path = \"/run\", size = 8 }}] }}\n\
             secrets = {{ arns = {{ DB_PASSWORD = \"{arn}\" }} }}\n\n\
             [[accept]]\npass = \"root-user\"\ncontainer = '{{web,w\\*}}'\nsubject = \"user\"\n\n\
             [[waiver]]\npass = \"root-user\"\nfamily = \"shop\"\ncontainer = \"db\"\nsubject = \"user\"\n\
             reason = 'until \"Q3\"'\nexpires = 2027-01-31\n"
        );
        assert_eq!(recorded("", &answers), format!("\n{expected}").trim_start());
    }

    #[test]
    fn what_stands_there_keeps_its_comments_and_its_place() {
        let text = "# ours\n[logs] # where\ngroup = \"/ecs/x\"\n\n[[override]]\nfamily = \"shop\"\ncontainer = \"web\"\n\
            # measured\nroot-user = { user = \"7:7\" } # by hand\n[override.excess-capabilities]\nkeep = [\n  \"CHOWN\", # for gosu\n  \
            \"SETUID\",\n]\n\n[[waiver]]\npass = \"root-user\"\nreason = \"r\"\n";
        let answers = [
            setting("web", ["root-user", "user"], json!("101:101")),
            setting("web", ["excess-capabilities", "keep"], json!(["CHOWN", "SETGID"])),
        ];
        let now = recorded(text, &answers);
        assert_eq!(now, text.replace("7:7", "101:101").replace("SETUID", "SETGID"));
    }

    #[test]
    fn an_answer_is_heard_although_a_later_override_says_otherwise() {
        let text = "[[override]]\nfamily = \"shop\"\ncontainer = \"web\"\nroot-user = { user = \"7:7\" }\n\n\
            [[override]]\ncontainer = \"w*\"\nroot-user = { user = \"8:8\" }\n";
        let now = recorded(text, &[setting("web", ["root-user", "user"], json!("9:9"))]);
        let added = "\n[[override]]\nfamily = \"shop\"\ncontainer = \"web\"\nroot-user = { user = \"9:9\" }\n";
        assert_eq!(now, format!("{text}{added}"));
        // What the later one does not speak about goes where it belongs.
        let now = recorded(text, &[setting("web", ["logs", "group"], json!("/ecs/shop"))]);
        assert_eq!(now, text.replace("\"7:7\" }\n", "\"7:7\" }\nlogs = { group = \"/ecs/shop\" }\n"));
    }

    #[test]
    fn a_form_that_cannot_be_added_to_is_refused() {
        let answer = setting("web", ["root-user", "user"], json!("9:9"));
        assert_eq!(record("override = [{ container = \"web\" }]\n", &[answer]), Err(MergeError));
    }
}
