//! The tables of `expected/`, row by row; its README tells what the members mean.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A row as it is written.
#[derive(Clone, Debug, Deserialize)]
struct Row {
    #[serde(default)]
    at: OneOrMany<String>,
    #[serde(default)]
    kind: OneOrMany<String>,
    nth: Option<Value>,
    #[serde(default)]
    fault: Map<String, Value>,
    #[serde(default)]
    faults: Vec<Value>,
    #[serde(flatten)]
    case: Map<String, Value>,
}

/// A row for one fault, or for none.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// What it is about, and the fault.
    pub(crate) name: String,
    /// The world that is changed.
    #[serde(default = "ecs")]
    pub(crate) world: String,
    /// How many revisions of the family there are.
    pub(crate) revisions: Option<u64>,
    /// Changes to the task definition.
    #[serde(default)]
    pub(crate) definition: Value,
    /// Changes to the service.
    #[serde(default)]
    pub(crate) service: Value,
    /// Further services.
    #[serde(default)]
    pub(crate) services: BTreeMap<String, Value>,
    /// Changes to what stands around them.
    #[serde(default)]
    pub(crate) seed: Value,
    /// What becomes of the deployments of `run`.
    pub(crate) script: Option<Value>,
    /// Lines of the policy, or `false`.
    pub(crate) policy: Option<Value>,
    /// Command lines that go first.
    #[serde(default)]
    pub(crate) before: Vec<String>,
    /// A command line that goes then, and is killed once the first fault strikes.
    pub(crate) killed: Option<String>,
    /// What somebody else does then.
    #[serde(default)]
    pub(crate) meanwhile: Vec<(String, String, Value)>,
    /// Files of the directory.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
    /// Changes to the definition in `files`.
    #[serde(default)]
    pub(crate) filed: Value,
    /// The command line.
    pub(crate) run: String,
    /// The environment.
    #[serde(default)]
    pub(crate) set: BTreeMap<String, String>,
    /// The call after which Ctrl-C is pressed.
    pub(crate) interrupt: Option<String>,
    /// The faults; the first has to strike.
    #[serde(default)]
    pub(crate) faults: Vec<Value>,
    /// The exit statuses that are right.
    pub(crate) exit: OneOrMany<i32>,
    /// The writing calls.
    pub(crate) writes: Option<Vec<String>>,
    /// What the service heads for.
    pub(crate) runs: Option<Value>,
    /// How many revisions are ACTIVE.
    pub(crate) active: Option<usize>,
    /// The revisions of the task sets.
    pub(crate) sets: Option<Vec<u64>>,
    /// What is said.
    #[serde(default)]
    pub(crate) says: Vec<String>,
    /// What is not.
    #[serde(default)]
    pub(crate) silent: Vec<String>,
    /// What the program lacks.
    pub(crate) gap: Option<String>,
}

/// One value, or a list of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany<T> {
    /// One.
    One(T),
    /// Several.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// All of them.
    pub(crate) fn all(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

fn ecs() -> String {
    "ecs".into()
}

/// The cases of a table.
pub(crate) fn read(table: &str) -> Vec<Case> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        row: Vec<Row>,
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/apply/expected/{table}.toml"));
    let text = std::fs::read_to_string(&path).unwrap();
    let table: Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    table.row.iter().flat_map(cases).collect()
}

/// A case for every fault of a row.
fn cases(row: &Row) -> Vec<Case> {
    let mut written = row.case.clone();
    written.insert("faults".into(), json!(row.faults));
    let mut found = Vec::new();
    for at in row.at.all() {
        for kind in row.kind.all() {
            let (service, operation) = at.split_once(':').expect("a call is SERVICE:OPERATION");
            let mut fault = row.fault.clone();
            fault.extend([
                ("service".to_owned(), json!(service)),
                ("operation".to_owned(), json!(operation)),
                ("kind".to_owned(), json!(kind)),
                ("nth".to_owned(), row.nth.clone().map_or(json!(1), nth)),
            ]);
            let mut case = written.clone();
            case["faults"].as_array_mut().unwrap().insert(0, Value::Object(fault));
            let about = format!("{} [{at} {kind}]", case["name"].as_str().unwrap());
            case["name"] = about.into();
            let text = Value::Object(case).to_string().replace("{at}", at);
            found.push(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")));
        }
    }
    if row.at.all().is_empty() {
        let name = written["name"].clone();
        found.push(serde_json::from_value(Value::Object(written)).unwrap_or_else(|error| panic!("{name}: {error}")));
    }
    found
}

/// `"5.."`: the fifth and all that follow.
fn nth(given: Value) -> Value {
    match given.as_str().and_then(|text| text.strip_suffix("..")) {
        Some(first) => json!((first.parse::<u32>().unwrap()..=2000).collect::<Vec<_>>()),
        None => given,
    }
}
