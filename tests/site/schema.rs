//! Reference pages made from the committed schemas: every key or member with its type, its default and what it means.

use std::fmt::Write as _;
use std::fs;

use ecs_harden_transforms::passes;
use serde_json::{Map, Value};

use super::{GENERATED, pages, root};

/// A schema, and how its page names a table of it.
struct Reference {
    schema: Value,
    /// Whether tables are told by the names of their types, each with a section of its own.
    typed: bool,
}

fn read(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("schemas").join(name)).unwrap()).unwrap()
}

/// Every key of the policy, table by table.
pub(crate) fn policy() -> String {
    let reference = Reference { schema: read("policy.schema.json"), typed: false };
    let properties = reference.schema["properties"].as_object().unwrap();
    let mut text = format!(
        "{GENERATED}\n# Every key of the policy\n\nMade from the schema that `ecs-harden policy schema` prints. [The policy file](policy.md) tells \
         how it is found and merged.\n\n## At the top\n\n{HEAD}"
    );
    let (tables, plain): (Vec<_>, Vec<_>) =
        properties.iter().partition(|(_, property)| reference.members(property).is_some());
    for (name, property) in plain {
        text += &reference.row(name, property, "–");
    }
    text += &example("top");
    for (name, property) in tables {
        let listed = reference.plain(property)["type"] == "array" || property["items"].is_object();
        let (open, close) = if listed { ("[[", "]]") } else { ("[", "]") };
        let pass = passes::TABLE.into_iter().find(|pass| pass.section == name);
        let about =
            pass.map_or_else(|| description(property), |pass| format!("settings of [{0}](../passes/{0}.md).", pass.id));
        write!(text, "\n## {name}\n\n`{open}{name}{close}`: {about}\n\n").unwrap();
        text += &reference.table(name, property, &[]);
        text += &example(name);
    }
    text
}

/// Every member of the JSON report, object by object.
pub(crate) fn report() -> String {
    let reference = Reference { schema: read("report.schema.json"), typed: true };
    let mut text = format!(
        "{GENERATED}\n# The JSON report\n\nWhat `check`, `diff` and `fix` print with `--format json`, made from `schemas/report.schema.json`. Values \
         of the definition are masked in it as everywhere.\n\n## Report\n\n{}\n\n",
        description(&reference.schema)
    );
    text += &reference.rows(&reference.schema, &[]);
    for (name, defined) in reference.schema["$defs"].as_object().unwrap() {
        if defined["properties"].is_object() {
            write!(text, "\n## {name}\n\n{}\n\n", description(defined)).unwrap();
            text += &reference.rows(defined, &[]);
        }
    }
    text
}

/// The keys that a policy with an example of each lacks.
pub(crate) fn without_example(policy: &str) -> Vec<String> {
    let reference = Reference { schema: read("policy.schema.json"), typed: false };
    let policy: toml::Table = policy.parse().unwrap();
    let mut missing = Vec::new();
    reference.lacking(&reference.schema, &[&toml::Value::Table(policy)], "", &mut missing);
    missing
}

const HEAD: &str = "| key | type | default | meaning |\n|---|---|---|---|\n";

/// Where the example of a table stands; its anchors are comments of the policy.
fn example(name: &str) -> String {
    format!("\n```toml\n{{{{#include every-key.toml:{name}}}}}\n```\n")
}

fn description(schema: &Value) -> String {
    pages::cell(&schema["description"].as_str().unwrap_or_default().replace('\n', " "))
}

/// The kinds of values in the plural.
fn plural(kind: &str) -> String {
    match kind {
        "true or false" => kind.to_owned(),
        _ => kind.split(" or ").map(|kind| format!("{kind}s")).collect::<Vec<_>>().join(" or "),
    }
}

impl Reference {
    /// A schema without references and without `null`.
    fn plain<'s>(&'s self, schema: &'s Value) -> &'s Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.plain(self.schema.pointer(&reference[1..]).unwrap());
        }
        let branches = schema["anyOf"].as_array().map(Vec::as_slice).unwrap_or_default();
        let some: Vec<&Value> = branches.iter().filter(|branch| branch["type"] != "null").collect();
        if let [one] = some[..] { self.plain(one) } else { schema }
    }

    /// The members of a table, or of each table in a list or in a choice.
    fn members<'s>(&'s self, schema: &'s Value) -> Option<&'s Map<String, Value>> {
        let schema = self.plain(schema);
        let branches = schema["anyOf"].as_array().map(Vec::as_slice).unwrap_or_default();
        let own = schema["properties"].as_object();
        let inner = ["items", "additionalProperties"].into_iter().filter(|inner| schema[*inner].is_object());
        own.or_else(|| inner.map(|inner| &schema[inner]).chain(branches).find_map(|inner| self.members(inner)))
    }

    /// The type of a value, in words.
    fn kind(&self, schema: &Value) -> String {
        let branches = schema["anyOf"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut references = branches.iter().chain([schema]).filter_map(|branch| branch["$ref"].as_str());
        if self.typed
            && let Some(name) = references.next().and_then(|reference| reference.rsplit('/').next())
            && self.plain(schema)["properties"].is_object()
        {
            return format!("[{name}](#{})", name.to_lowercase());
        }
        let schema = self.plain(schema);
        if let Some(choices) = constants(schema) {
            return choices.iter().map(|choice| format!("`{}`", choice["const"])).collect::<Vec<_>>().join(" or ");
        }
        if let Some(words) = schema["enum"].as_array() {
            return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
        }
        if let Some(branches) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
            let kinds = branches.iter().filter(|branch| branch["type"] != "null").map(|branch| self.kind(branch));
            return kinds.collect::<Vec<_>>().join(" or ");
        }
        let names = schema["type"].as_array().map_or_else(|| vec![schema["type"].clone()], Clone::clone);
        let name = names.iter().find_map(|name| name.as_str().filter(|name| *name != "null"));
        match name {
            Some("string") => "text".to_owned(),
            Some("integer" | "number") => "number".to_owned(),
            Some("boolean") => "true or false".to_owned(),
            Some("array") => format!("list of {}", plural(&self.kind(&schema["items"]))),
            Some("object") if schema["additionalProperties"].is_object() => {
                format!("table of {} by name", plural(&self.kind(&schema["additionalProperties"])))
            }
            Some("object") => "table".to_owned(),
            _ => "any value".to_owned(),
        }
    }

    /// What a value means: its own description, and that of its type where it says more.
    fn meaning(&self, property: &Value) -> String {
        let plain = self.plain(property);
        let mut meanings = vec![description(property)];
        let inner = if plain["items"].is_object() { self.plain(&plain["items"]) } else { plain };
        if !inner["properties"].is_object() && inner != property {
            meanings.push(description(inner));
        }
        let choices = constants(inner).unwrap_or_default();
        meanings.extend(choices.iter().map(|choice| format!("`{}`: {}", choice["const"], description(choice))));
        if meanings.len() > 1 && meanings[1].starts_with(&meanings[0]) {
            meanings.remove(0);
        }
        meanings.join(" ").trim().to_owned()
    }

    fn row(&self, name: &str, property: &Value, default: &str) -> String {
        format!("| `{name}` | {} | {default} | {} |\n", self.kind(property), self.meaning(property))
    }

    /// The rows of a table, without some of its keys.
    fn rows(&self, schema: &Value, without: &[&str]) -> String {
        let head = if self.typed { "| member | type | meaning |\n|---|---|---|\n" } else { HEAD };
        let mut text = head.to_owned();
        let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (name, property) in schema["properties"].as_object().unwrap() {
            if without.contains(&name.as_str()) {
                continue;
            }
            if self.typed {
                let absent = if required.iter().any(|known| known == name) { "" } else { ", or absent" };
                writeln!(text, "| `{name}` | {}{absent} | {} |", self.kind(property), self.meaning(property)).unwrap();
            } else {
                let needed = required.iter().any(|known| known == name);
                text += &self.row(name, property, &default(property, needed));
            }
        }
        text
    }

    /// The keys of a table of the policy, then those of the tables in it.
    fn table(&self, name: &str, property: &Value, outer: &[&str]) -> String {
        let Some(members) = self.members(property) else { return String::new() };
        let section = passes::TABLE.into_iter().find(|pass| pass.section == name && outer.is_empty());
        let top = self.schema["properties"].as_object().unwrap();
        // An override holds every table of the top.
        let repeated = |key: &String| outer.is_empty() && name == "override" && top.contains_key(key);
        let mut text = HEAD.to_owned();
        let holder = self.holder(property);
        let required = holder["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (key, value) in members.iter().filter(|(key, _)| !repeated(key)) {
            let knob = section.and_then(|pass| pass.knobs.iter().find(|knob| knob.name == key.as_str()));
            let needed = required.iter().any(|known| known == key.as_str());
            let default = knob.map_or_else(|| default(value, needed), |knob| pages::cell(pages::told(knob).1));
            text += &self.row(key, value, &default);
        }
        if members.keys().any(repeated) {
            text += "\nAnd every key and table from above.\n";
        }
        for (key, value) in members.iter().filter(|(key, _)| !repeated(key)) {
            if self.members(value).is_some() {
                let path: Vec<&str> = outer.iter().copied().chain([name]).collect();
                write!(text, "\n### {}.{key}\n\n", path.join(".")).unwrap();
                text += &self.table(key, value, &path);
            }
        }
        text
    }

    /// The schema whose members [`Self::members`] tells.
    fn holder<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let schema = self.plain(schema);
        if schema["properties"].is_object() {
            return schema;
        }
        let branches = schema["anyOf"].as_array().map(Vec::as_slice).unwrap_or_default();
        let inner = ["items", "additionalProperties"].into_iter().map(|inner| &schema[inner]);
        inner.chain(branches).find(|inner| self.members(inner).is_some()).map_or(schema, |inner| self.holder(inner))
    }

    /// Adds the keys that none of the values has.
    fn lacking(&self, schema: &Value, values: &[&toml::Value], path: &str, missing: &mut Vec<String>) {
        let Some(members) = self.members(schema) else { return };
        let top = self.schema["properties"].as_object().unwrap();
        for (key, property) in members {
            if path == "override" && top.contains_key(key) {
                continue;
            }
            let inner: Vec<&toml::Value> = values.iter().filter_map(|value| value.get(key)).flat_map(spread).collect();
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            if inner.is_empty() {
                missing.push(path);
                continue;
            }
            // A table of tables has names of its own between.
            let named = self.plain(property)["additionalProperties"].is_object();
            let inner: Vec<&toml::Value> = if named {
                inner.iter().filter_map(|value| value.as_table()).flat_map(toml::Table::values).collect()
            } else {
                inner
            };
            self.lacking(property, &inner, &path, missing);
        }
    }
}

/// The elements of a list, or the value itself.
fn spread(value: &toml::Value) -> Vec<&toml::Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}

/// What holds where a key is not there.
fn default(property: &Value, needed: bool) -> String {
    match &property["default"] {
        _ if needed => "has to be there".to_owned(),
        Value::Null | Value::Object(_) => "–".to_owned(),
        Value::String(text) if text.is_empty() => "–".to_owned(),
        value => format!("`{value}`"),
    }
}

/// The words that a value may be, each with what it means.
fn constants(schema: &Value) -> Option<&[Value]> {
    schema["oneOf"]
        .as_array()
        .map(Vec::as_slice)
        .filter(|choices| choices.iter().all(|choice| choice["const"].is_string()))
}
