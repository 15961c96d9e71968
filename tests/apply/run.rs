//! Runs one row and tells in what it differs from what is expected.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::row::Case;
use crate::support::aws::{Call, Double};
use crate::world::{self, CLUSTER, SERVICE};

/// What every value of the worlds holds that nobody may tell.
const PLANTED: &str = "planted";
/// Waits are instant, so whatever takes longer hangs.
const LIMIT: Duration = Duration::from_mins(3);
/// Looks after which a deployment that ends by itself has ended.
const SETTLED: usize = 12;

/// A double that serves row after row.
pub(crate) struct Runner {
    double: Double,
    shows: bool,
}

/// What a command printed, and how it ended.
struct Ended {
    status: ExitStatus,
    out: String,
    err: String,
}

impl Runner {
    /// With `shows` the output of each row is printed.
    pub(crate) fn new(shows: bool) -> Self {
        Self { double: Double::start(), shows }
    }

    /// In what a case differs from what is expected of it.
    pub(crate) fn differences(&self, case: &Case) -> Vec<String> {
        let (definition, seed) = world::of(case);
        self.double.reset();
        self.double.seed(&seed);
        let place = tempfile::tempdir().unwrap();
        write_policy(place.path(), case.policy.as_ref());
        for line in &case.before {
            let (status, line) =
                line.split_once(' ').filter(|(first, _)| first.parse::<i32>().is_ok()).unwrap_or(("0", line));
            let ended = self.command(&place, case, line, None);
            if ended.status.code() != status.parse().ok() {
                return vec![format!("before: `{line}` ended with {}\n{}{}", ended.status, ended.out, ended.err)];
            }
        }
        if let Some(line) = &case.killed {
            self.double.forget_calls();
            self.double.faults(&json!(case.faults));
            self.kill(&place, case, line);
        }
        for (service, operation, input) in &case.meanwhile {
            let call = json!({ "service": service, "operation": operation, "input": input });
            self.double.control("POST", "call", Some(&call));
        }
        for (name, content) in &case.files {
            let definition = serde_json::to_string_pretty(&world::merged(&definition, &case.filed)).unwrap();
            fs::write(place.path().join(name), content.replace("{definition}", &definition)).unwrap();
        }
        self.double.forget_calls();
        if case.killed.is_none() {
            self.double.faults(&json!(case.faults));
        }
        let ended = self.command(&place, case, &case.run, case.interrupt.as_deref());
        if self.shows {
            println!("--- {}\n{}{}{:?}", case.name, ended.out, ended.err, writing(&self.double.calls()));
        }
        self.compared(case, &place, &ended)
    }

    fn compared(&self, case: &Case, place: &TempDir, ended: &Ended) -> Vec<String> {
        let (calls, faults) = (self.double.calls(), self.double.control("GET", "faults", None));
        self.double.control("DELETE", "faults", None);
        let mut found = Vec::new();
        let mut differ = |what: &str, expected: &Value, met: &Value| {
            if expected != met {
                found.push(format!("{what}: expected {expected}, met {met}"));
            }
        };
        if faults[0]["used"] == 0 {
            differ("the fault", &json!("strikes"), &json!("never"));
        }
        // The way in which a shell tells of a process that Ctrl-C ended.
        let code = ended.status.code().or_else(|| ended.status.signal().map(|signal| 128 + signal));
        if !case.exit.all().iter().any(|expected| Some(*expected) == code) {
            differ("exit", &json!(case.exit.all()), &json!(code));
        }
        if let Some(writes) = &case.writes {
            differ("writes", &json!(writes), &json!(writing(&calls)));
        }
        let service = self.settled();
        if let Some(runs) = &case.runs {
            let expected =
                runs.as_u64().map_or_else(|| runs.clone(), |revision| json!(format!("{SERVICE}:{revision}")));
            differ("runs", &expected, &json!(heads_for(&service)));
        }
        if let Some(sets) = &case.sets {
            let expected: Vec<String> = sets.iter().map(|revision| format!("{SERVICE}:{revision}")).collect();
            differ("sets", &json!(expected), &json!(sets_of(&service)));
        }
        if let Some(active) = case.active {
            differ("active", &json!(active), &json!(self.active()));
        }
        found.extend(said(case, ended));
        found.extend(leaks(place.path(), ended, &calls));
        found.extend(self.not_in_the_policy(case, place, &calls));
        if !found.is_empty() {
            found.push(format!("stderr ends with: {}", tail(&ended.err)));
        }
        found
    }

    /// The calls of `run` that the policy for its command line does not allow.
    fn not_in_the_policy(&self, case: &Case, place: &TempDir, calls: &[Call]) -> Vec<String> {
        // What `doctor` is asked about, it tries.
        let line = case.run.split_once(" --for ").map_or(case.run.as_str(), |(_, line)| line);
        let told = self.command(place, case, &format!("iam-policy --for {line}"), None).out;
        // A command line that is wrong has none, and makes no call.
        let policy: Value = serde_json::from_str(&told).unwrap_or_default();
        let statements = policy["Statement"].as_array().map(Vec::as_slice).unwrap_or_default();
        let actions = statements.iter().map(|statement| &statement["Action"]);
        let allowed: BTreeSet<String> = actions
            .flat_map(|action| action.as_array().cloned().unwrap_or_else(|| vec![action.clone()]))
            .filter_map(|action| action.as_str().map(str::to_owned))
            .collect();
        // How CloudWatch signs is not how IAM names it.
        let named = |call: &Call| format!("{}:{}", call.service.replace("monitoring", "cloudwatch"), call.operation);
        let made: BTreeSet<String> =
            calls.iter().map(named).filter(|action| action != "sts:GetCallerIdentity").collect();
        made.into_iter()
            .filter(|action| !allowed.contains(action))
            .map(|action| format!("{action} was called, and the policy for the command line does not allow it"))
            .collect()
    }

    /// Runs a command line where the policy is, and nothing of the developer's own can be seen.
    fn command(&self, place: &TempDir, case: &Case, line: &str, interrupt: Option<&str>) -> Ended {
        let (out, err) = (place.path().join("stdout"), place.path().join("stderr"));
        let child = self.started(place, case, line);
        let status = self.waited(child, interrupt);
        Ended { status, out: fs::read_to_string(out).unwrap(), err: fs::read_to_string(err).unwrap() }
    }

    fn started(&self, place: &TempDir, case: &Case, line: &str) -> Child {
        let (out, err) = (place.path().join("stdout"), place.path().join("stderr"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-harden"));
        command
            .args(words(line))
            .current_dir(place.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", place.path())
            .env("ECS_HARDEN_TEST_CLOCK", "instant")
            .envs(self.double.environment())
            .stdin(Stdio::null())
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&err).unwrap());
        for (name, value) in &case.set {
            if value.is_empty() {
                command.env_remove(name);
            } else {
                command.env(name, value);
            }
        }
        command.spawn().unwrap()
    }

    /// Kills a command once the first fault strikes, and waits until the call that it met is over: that goes on without whoever made it.
    fn kill(&self, place: &TempDir, case: &Case, line: &str) {
        let mut child = self.started(place, case, line);
        let begun = Instant::now();
        let met = |runner: &Self| runner.double.control("GET", "faults", None)[0]["used"] != 0;
        while !met(self) && begun.elapsed() < LIMIT {
            thread::sleep(Duration::from_millis(10));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let call = format!("{}:{}", case.faults[0]["service"], case.faults[0]["operation"]).replace('"', "");
        while !self.made(&call) && begun.elapsed() < LIMIT {
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for the end; presses Ctrl-C once a call was made, or was made so often.
    fn waited(&self, mut child: Child, mut interrupt: Option<&str>) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status;
            }
            if let Some(call) = interrupt
                && self.made(call)
            {
                let sent = Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status();
                assert!(sent.unwrap().success());
                interrupt = None;
            }
            if begun.elapsed() > LIMIT {
                child.kill().unwrap();
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether a call was made: `ecs:UpdateService`, or `ecs:DescribeServices 20` for the twentieth.
    fn made(&self, call: &str) -> bool {
        let (call, times) = call.split_once(' ').unwrap_or((call, "1"));
        let calls = self.double.calls();
        calls.iter().filter(|made| format!("{}:{}", made.service, made.operation) == call).count()
            >= times.parse().unwrap()
    }

    /// The service once nothing moves any more.
    fn settled(&self) -> Value {
        let input = json!({ "cluster": CLUSTER, "services": [SERVICE] });
        let call = json!({ "service": "ecs", "operation": "DescribeServices", "input": input });
        let mut told = Value::Null;
        for _ in 0..SETTLED {
            told = self.double.control("POST", "call", Some(&call));
        }
        told["services"][0].clone()
    }

    /// What ECS tells of a revision, tags included.
    pub(crate) fn registered(&self, revision: u32) -> Value {
        let input = json!({ "taskDefinition": format!("{SERVICE}:{revision}"), "include": ["TAGS"] });
        let call = json!({ "service": "ecs", "operation": "DescribeTaskDefinition", "input": input });
        self.double.control("POST", "call", Some(&call))
    }

    fn active(&self) -> usize {
        let input = json!({ "familyPrefix": SERVICE, "status": "ACTIVE" });
        let call = json!({ "service": "ecs", "operation": "ListTaskDefinitions", "input": input });
        self.double.control("POST", "call", Some(&call))["taskDefinitionArns"].as_array().unwrap().len()
    }
}

/// The policy of the tables, and the lines of a row after it.
fn write_policy(place: &Path, policy: Option<&Value>) {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apply/policy.toml");
    let text = fs::read_to_string(shared).unwrap();
    match policy {
        Some(Value::Bool(false)) => {}
        lines => {
            let lines = lines.and_then(Value::as_str).unwrap_or_default();
            fs::write(place.join("ecs-harden.toml"), format!("{text}\n{lines}\n")).unwrap();
        }
    }
}

/// The words of a command line; quotes keep them together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in line.split('\'').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// The writing calls in order; one that is sent again at once, with the same bytes, counts once.
fn writing(calls: &[Call]) -> Vec<String> {
    let mut writes: Vec<&Call> = calls.iter().filter(|call| call.writes).collect();
    writes.dedup_by(|later, earlier| later.operation == earlier.operation && later.sha256 == earlier.sha256);
    writes.iter().map(|call| format!("{}:{}", call.service, call.operation)).collect()
}

/// `family:revision` of the deployment, or task set, that is primary.
fn heads_for(service: &Value) -> Option<String> {
    let lists = ["deployments", "taskSets"].map(|name| service[name].as_array());
    let mut all = lists.into_iter().flatten().flatten();
    all.find(|one| one["status"] == "PRIMARY").map(revision)
}

/// The revisions of the task sets that are not on their way out, the primary one first.
fn sets_of(service: &Value) -> Vec<String> {
    let sets = service["taskSets"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut sets: Vec<&Value> = sets.iter().filter(|set| set["status"] != "DRAINING").collect();
    sets.sort_by_key(|set| set["status"] != "PRIMARY");
    sets.into_iter().map(revision).collect()
}

fn revision(one: &Value) -> String {
    one["taskDefinition"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// What is said, and what is not.
fn said(case: &Case, ended: &Ended) -> Vec<String> {
    let told = format!("{}{}", ended.out, ended.err);
    let mut found = Vec::new();
    found.extend(case.says.iter().filter(|words| !told.contains(*words)).map(|words| format!("never says `{words}`")));
    found.extend(case.silent.iter().filter(|words| told.contains(*words)).map(|words| format!("says `{words}`")));
    if case.run.contains("--format json") {
        let broken = ended.out.lines().find(|line| serde_json::from_str::<Value>(line).is_err());
        found.extend(broken.map(|line| format!("no JSON: {line}")));
    }
    found
}

/// Values that somebody could read, and files that somebody else could.
fn leaks(place: &Path, ended: &Ended, calls: &[Call]) -> Vec<String> {
    let mut told = vec![("stdout".to_owned(), ended.out.clone()), ("stderr".to_owned(), ended.err.clone())];
    told.push(("the log of calls".to_owned(), format!("{calls:?}")));
    let mut found = Vec::new();
    for path in saved(place) {
        let name = path.strip_prefix(place).unwrap().display().to_string();
        if fs::metadata(&path).unwrap().permissions().mode() & 0o077 != 0 {
            found.push(format!("{name} is open to others"));
        }
        told.push((name, fs::read_to_string(path).unwrap()));
    }
    found.extend(told.iter().filter(|(_, text)| text.contains(PLANTED)).map(|(name, text)| {
        let line = text.lines().find(|line| line.contains(PLANTED)).unwrap_or_default();
        format!("{name} holds a value: {line}")
    }));
    found
}

/// What the program saved: plans and records.
fn saved(place: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(place).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(saved(&path));
        } else if path.extension().is_some_and(|kind| kind == "json") && path.file_name().unwrap() != "checkout.json" {
            found.push(path);
        }
    }
    found
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(6)..].join("\n    ")
}
