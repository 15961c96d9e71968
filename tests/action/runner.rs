//! A runner for composite actions, as far as this one needs it: it reads `action.yml`, fills in expressions, and runs each step as the
//! runner of GitHub does. What it does not know is a failure of the test, never a guess.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};

use super::server::TOKEN;

/// What a job knows beside the action: its workspace, its environment, the inputs that a workflow gives.
pub struct Job {
    pub workspace: PathBuf,
    /// Where the runner keeps its own files.
    pub own: PathBuf,
    pub environment: BTreeMap<String, String>,
    pub inputs: BTreeMap<String, String>,
    /// `github.action_repository` and `github.action_ref`.
    pub action: (String, String),
    /// How a step ends that uses another action.
    pub others_end: &'static str,
}

/// What a job did.
#[derive(Debug, Default)]
pub struct Done {
    /// Whether the action succeeded.
    pub status: i32,
    /// All that its steps printed.
    pub log: String,
    pub summary: String,
    /// Actions that its steps use, with their inputs.
    pub used: Vec<(String, Value)>,
    /// Names of the steps that ran.
    pub ran: Vec<String>,
    pub outputs: BTreeMap<String, String>,
}

struct Steps {
    inputs: BTreeMap<String, String>,
    outputs: BTreeMap<String, BTreeMap<String, String>>,
    outcomes: BTreeMap<String, String>,
    action: (String, String),
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository, as JSON has it.
pub fn yaml(name: &str) -> Value {
    yaml_serde::from_str(&fs::read_to_string(root().join(name)).unwrap()).unwrap()
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

impl Steps {
    fn value(&self, expression: &str) -> String {
        let parts: Vec<&str> = expression.trim().split('.').collect();
        match parts[..] {
            ["inputs", name] => self.inputs.get(name).unwrap_or_else(|| panic!("there is no input {name}")).clone(),
            ["steps", id, "outputs", name] => {
                self.outputs.get(id).and_then(|told| told.get(name)).cloned().unwrap_or_default()
            }
            ["steps", id, "outcome"] => self.outcomes.get(id).cloned().unwrap_or_else(|| "skipped".into()),
            ["github", "token"] => TOKEN.into(),
            ["github", "action_repository"] => self.action.0.clone(),
            ["github", "action_ref"] => self.action.1.clone(),
            _ => panic!("this runner does not know `{expression}`"),
        }
    }

    fn filled(&self, text: &str) -> String {
        let Some((before, rest)) = text.split_once("${{") else { return text.to_owned() };
        let (expression, after) = rest.split_once("}}").expect("an expression ends");
        format!("{before}{}{}", self.value(expression), self.filled(after))
    }

    fn holds(&self, condition: &Value) -> bool {
        let Some(condition) = condition.as_str() else { return true };
        let (left, right) =
            condition.split_once("==").unwrap_or_else(|| panic!("this runner does not know `{condition}`"));
        self.value(left) == right.trim().trim_matches('\'')
    }
}

impl Job {
    /// Runs the action in the workspace.
    pub fn run(&self) -> Done {
        let action = yaml("action.yml");
        let mut inputs = BTreeMap::new();
        let mut steps = Steps {
            inputs: BTreeMap::new(),
            outputs: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            action: self.action.clone(),
        };
        for (name, input) in members(&action["inputs"]) {
            let given = self.inputs.get(&name).cloned();
            inputs.insert(name, given.unwrap_or_else(|| steps.filled(text(&input["default"]))));
        }
        assert!(self.inputs.keys().all(|name| inputs.contains_key(name)), "{:?}", self.inputs);
        steps.inputs = inputs;
        let mut done = Done::default();
        for (number, step) in action["runs"]["steps"].as_array().unwrap().iter().enumerate() {
            if done.status != 0 || !steps.holds(&step["if"]) {
                continue;
            }
            done.ran.push(text(&step["name"]).to_owned());
            let id = step["id"].as_str().map_or_else(|| number.to_string(), str::to_owned);
            if let Some(used) = step["uses"].as_str() {
                let with = members(&step["with"]).into_iter();
                let with = with.map(|(name, value)| (name, steps.filled(text(&value)).into())).collect();
                done.used.push((used.to_owned(), Value::Object(with)));
                steps.outcomes.insert(id, self.others_end.into());
                assert!(self.others_end == "success" || step["continue-on-error"] == Value::Bool(true));
                continue;
            }
            assert_eq!(text(&step["shell"]), "bash");
            let told = self.step(text(&step["run"]), &members(&step["env"]), &steps, &mut done);
            steps.outputs.insert(id, told);
        }
        done.summary = fs::read_to_string(self.own.join("summary")).unwrap_or_default();
        for (name, output) in members(&action["outputs"]) {
            done.outputs.insert(name, steps.filled(text(&output["value"])));
        }
        done
    }

    /// One step: what it tells others by the file for that.
    fn step(&self, run: &str, env: &Map<String, Value>, steps: &Steps, done: &mut Done) -> BTreeMap<String, String> {
        assert!(!run.contains("${{"), "an expression inside a script is run as a script: {run}");
        let (script, output) = (self.own.join("step.sh"), self.own.join("output"));
        fs::write(&script, run).unwrap();
        fs::write(&output, "").unwrap();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script).current_dir(&self.workspace);
        command.env_clear().envs(&self.environment);
        command.env("GITHUB_OUTPUT", &output).env("GITHUB_STEP_SUMMARY", self.own.join("summary"));
        command.env("GITHUB_ACTION_PATH", root()).env("RUNNER_TEMP", self.own.join("temp"));
        command.envs(env.iter().map(|(name, value)| (name, steps.filled(text(value)))));
        let ended = command.output().unwrap();
        for stream in [&ended.stdout, &ended.stderr] {
            done.log.push_str(std::str::from_utf8(stream).unwrap());
        }
        done.status = ended.status.code().unwrap();
        let told = fs::read_to_string(output).unwrap();
        told.lines()
            .map(|line| line.split_once('=').map(|(name, value)| (name.into(), value.into())).unwrap())
            .collect()
    }
}
