//! Settings for one container into the text of a policy: comments, order and spaces of what stands there are kept.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::learnt;

/// What one container needs beyond what the policy says so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Additions {
    /// The log that says so, as users should see it; empty where nobody can look it up.
    pub log: String,
    /// Paths that it writes, and whether programs run from there; with a size in MiB where the size there is too small.
    pub paths: Vec<PathAddition>,
    /// Capabilities that it needs.
    pub keep: Vec<KeepAddition>,
}

/// A capability that a container needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepAddition {
    /// The capability.
    pub name: &'static str,
    /// The line of the log that says so.
    pub line: usize,
}

/// One path that a container writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathAddition {
    /// The directory.
    pub path: String,
    /// Whether programs run from there.
    pub exec: bool,
    /// Whether what is there is too small.
    pub larger: bool,
    /// The line of the log that says so.
    pub line: usize,
}

impl Additions {
    /// Whether there is nothing to add.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.keep.is_empty()
    }
}

/// Why a policy cannot take settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the overrides of this policy are written in a form that cannot be added to")]
pub struct MergeError;

/// The size of a tmpfs that is said to be full and whose size the policy does not tell, in MiB: four times the least.
const LARGER: i64 = 256;

const PATHS: (&str, &str) = ("writable-root-filesystem", "paths");
const KEEP: (&str, &str) = ("excess-capabilities", "keep");

/// The text with the settings added to the last override for exactly this container, or to a new one at its end.
///
/// `paths` and `keep` are complete statements, so a list that is new begins with what is in force without it: the list at the top
/// of the policy, or `/tmp`. A comment before the setting leads to the lines of the log that it was learnt from.
pub fn merge(text: &str, container: &str, additions: &Additions) -> Result<String, MergeError> {
    let mut document: DocumentMut = text.parse().map_err(|_| MergeError)?;
    let inherited = |(section, knob): (&str, &str)| {
        document.get(section)?.as_table_like()?.get(knob)?.as_array().map(|list| {
            let mut list = list.clone();
            list.decor_mut().clear();
            list
        })
    };
    let (paths, keep) = (inherited(PATHS), inherited(KEEP));
    let glob = glob(container);
    let overrides = document.entry("override").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let overrides = overrides.as_array_of_tables_mut().ok_or(MergeError)?;
    let fits = |table: &Table| {
        table.get("container").and_then(Item::as_str) == Some(glob.as_str()) && !table.contains_key("family")
    };
    let there = (0..overrides.len()).rfind(|at| overrides.get(*at).is_some_and(fits));
    let at = there.unwrap_or(overrides.len());
    if there.is_none() {
        let mut table = Table::new();
        table.insert("container", glob.as_str().into());
        overrides.push(table);
    }
    let table = overrides.get_mut(at);
    let table = table.ok_or(MergeError)?;
    if !additions.paths.is_empty() {
        let list = list(table, PATHS, paths.unwrap_or_else(|| Array::from_iter(["/tmp"])))?;
        let new: Vec<&PathAddition> = additions.paths.iter().filter(|addition| add_path(list, addition)).collect();
        note(table, PATHS, &additions.log, new.into_iter().map(|addition| addition.line).collect());
    }
    if !additions.keep.is_empty() {
        let list = list(table, KEEP, keep.unwrap_or_default())?;
        let mut lines = Vec::new();
        for KeepAddition { name, line } in &additions.keep {
            let known = |value: &Value| {
                let name_there = value.as_str().map(str::to_ascii_uppercase).unwrap_or_default();
                name_there.strip_prefix("CAP_").unwrap_or(&name_there) == *name
            };
            if !list.iter().any(known) {
                list.push(*name);
                lines.push(*line);
            }
        }
        note(table, KEEP, &additions.log, lines);
    }
    Ok(document.to_string())
}

/// The list of a knob within an override; one that is new is put on one line.
fn list<'t>(table: &'t mut Table, (section, knob): (&str, &str), new: Array) -> Result<&'t mut Array, MergeError> {
    let section = table.entry(section).or_insert_with(|| Item::Value(Value::InlineTable(InlineTable::new())));
    let section: &mut dyn TableLike = section.as_table_like_mut().ok_or(MergeError)?;
    let list = section.entry(knob).or_insert_with(|| Item::Value(Value::Array(new)));
    list.as_array_mut().ok_or(MergeError)
}

/// Names the lines of the log before a setting that changed, where none of them is named yet.
fn note(table: &mut Table, (section, knob): (&str, &str), log: &str, lines: Vec<usize>) {
    if lines.is_empty() {
        return;
    }
    if log.is_empty() {
        return;
    }
    let comment = learnt::comment(log, lines);
    let inner = table.get_mut(section).and_then(Item::as_table_mut);
    let key = match inner {
        Some(inner) => inner.key_mut(knob),
        None => table.key_mut(section),
    };
    let Some(mut key) = key else { return };
    let before = key.leaf_decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
    if !before.contains(&comment) {
        key.leaf_decor_mut().set_prefix(before + &comment);
    }
}

/// Adds a path; whether that changed anything.
fn add_path(list: &mut Array, addition: &PathAddition) -> bool {
    let path_of = |value: &Value| {
        let path = value.as_str().or_else(|| value.as_inline_table()?.get("path")?.as_str())?;
        Some(path.trim_end_matches('/').to_owned())
    };
    let there = list.iter().position(|value| path_of(value).as_deref() == Some(&addition.path));
    if !addition.exec && !addition.larger {
        if there.is_none() {
            list.push(addition.path.as_str());
        }
        return there.is_none();
    }
    let old = there.and_then(|at| list.get(at)).and_then(Value::as_inline_table).cloned();
    let said = old.as_ref().and_then(|old| old.get("exec")).and_then(Value::as_bool) == Some(true);
    let mut entry = old.unwrap_or_else(|| InlineTable::from_iter([("path", addition.path.as_str())]));
    if addition.larger {
        let size = entry.get("size").and_then(Value::as_integer).map_or(LARGER, |size| size.saturating_mul(2));
        entry.insert("size", size.into());
    }
    if addition.exec {
        entry.insert("exec", true.into());
    }
    // Else the space before the old closing brace stays where it was, before the comma.
    entry.fmt();
    match there {
        Some(at) => drop(list.replace(at, entry)),
        None => list.push(entry),
    }
    addition.larger || !said
}

/// A glob that matches this name alone.
pub(super) fn glob(name: &str) -> String {
    let escaped = |letter: char| "*?[]{}\\".contains(letter).then_some('\\').into_iter().chain([letter]);
    name.chars().flat_map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str, exec: bool, larger: bool) -> PathAddition {
        PathAddition { path: path.into(), exec, larger, line: 4 }
    }

    fn additions(paths: Vec<PathAddition>, keep: &[&'static str]) -> Additions {
        let keep = keep.iter().map(|name| KeepAddition { name, line: 9 }).collect();
        Additions { log: "task.log".into(), paths, keep }
    }

    #[test]
    fn a_new_override_stands_at_the_end_and_begins_with_what_is_in_force() {
        let additions = additions(vec![path("/run", false, false)], &["SETGID"]);
        let text = "# ours\n[logs]\nregion = \"eu-central-1\" # Frankfurt\n";
        let expected = "# ours\n[logs]\nregion = \"eu-central-1\" # Frankfurt\n\n[[override]]\ncontainer = 'w\\*'\n\
            # learnt from task.log:4\nwritable-root-filesystem = { paths = [\"/tmp\", \"/run\"] }\n\
            # learnt from task.log:9\nexcess-capabilities = { keep = [\"SETGID\"] }\n";
        assert_eq!(merge(text, "w*", &additions).unwrap(), expected);
    }

    #[test]
    fn an_override_that_is_there_is_added_to_and_its_comments_stay() {
        let text = "[[override]]\ncontainer = \"web\" # the edge\n# paths: see the wiki\n\
            writable-root-filesystem = { paths = [\"/run\", { path = \"/tmp\", size = 8 }], size = 16 }\n\n\
            [override.excess-capabilities]\nkeep = [\"chown\"] # for gosu\n\n[[override]]\ncontainer = \"db\"\n";
        let paths = vec![path("/run", false, false), path("/tmp", true, true), path("/srv", false, false)];
        let more = additions(paths, &["CHOWN", "SETUID"]);
        let expected = text
            .replace("size = 8 }]", "size = 16, exec = true }, \"/srv\"]")
            .replace("[\"chown\"]", "[\"chown\", \"SETUID\"]")
            .replace("wiki\n", "wiki\n# learnt from task.log:4\n")
            .replace("keep =", "# learnt from task.log:9\nkeep =");
        assert_eq!(merge(text, "web", &more).unwrap(), expected);
        let there = additions(vec![path("/srv", false, false)], &["SETUID"]);
        assert_eq!(merge(&expected, "web", &there).unwrap(), expected);
    }

    #[test]
    fn a_form_that_cannot_be_added_to_is_refused() {
        let additions = additions(vec![path("/run", false, false)], &[]);
        assert_eq!(merge("override = [{ container = \"web\" }]\n", "web", &additions), Err(MergeError));
    }
}
