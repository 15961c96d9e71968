//! A page for each pass: its own text, with an example that the program made, and what the code and the tests know of it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ecs_harden_transforms::knobs::Knob;
use ecs_harden_transforms::pass::{Applicability, Pass, Run};
use ecs_harden_transforms::passes;
use serde_json::{Value, json};

use super::{GENERATED, printed, program, root};

/// The cases under `snapshots/passes/` that show best what each pass does; the first one is what the waivers are about.
const EXAMPLES: [(&str, &[&str]); 19] = [
    ("blocking-log-delivery", &["manual-mode-unsaid"]),
    ("excess-capabilities", &["unsafe-non-root-drops-all"]),
    ("host-ipc-namespace", &["unsafe-training-job"]),
    ("host-network-mode", &["manual-service-on-ec2"]),
    ("host-pid-namespace", &["unsafe-first-member"]),
    ("invalid-definition", &["manual-fargate-size"]),
    ("missing-cpu-limit", &["manual-beside-others"]),
    ("missing-log-configuration", &["unsafe-sibling-on-fargate"]),
    ("missing-memory-limit", &["manual-only-a-reservation"]),
    ("mutable-image-tag", &["manual-private-registry-of-ecr", "safe-one-container-of-two"]),
    ("new-privileges", &["unsafe-ec2"]),
    ("plaintext-secret", &["unsafe-arn-by-policy"]),
    ("privileged-container", &["unsafe-needs-none"]),
    ("root-user", &["unsafe-absent"]),
    ("sensitive-host-mount", &["manual-docker-socket"]),
    ("shared-execution-role", &["manual-same-arn"]),
    ("unbounded-open-files", &["unsafe-ec2"]),
    ("unencrypted-efs-transit", &["unsafe-ec2"]),
    ("writable-root-filesystem", &["unsafe-absent"]),
];

/// A case that shows what a pass does.
pub(crate) struct Example {
    directory: PathBuf,
    /// The file that it starts from.
    before: String,
    arguments: Vec<String>,
}

impl Example {
    /// The arguments behind the file: those of the case, and the pass alone where it does not say which.
    fn rest(&self, pass: &Pass) -> Vec<String> {
        let own = self.arguments.iter().any(|argument| argument.starts_with("--only"));
        let only = if own { vec![] } else { vec!["--only".to_owned(), pass.id.0.to_owned()] };
        only.into_iter().chain(self.arguments.iter().cloned()).collect()
    }
}

/// The examples of a pass.
pub(crate) fn examples(pass: &Pass) -> impl Iterator<Item = Example> {
    let id = pass.id.0;
    let (_, cases) = EXAMPLES
        .into_iter()
        .find(|(known, _)| *known == id)
        .unwrap_or_else(|| panic!("{id} has no example in tests/site/pages.rs: name a case of snapshots/passes/{id}/"));
    cases.iter().map(move |case| {
        let directory = root().join("snapshots/passes").join(id).join(case);
        let names = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let before = names.into_iter().find(|name| name.starts_with("before.")).unwrap();
        let arguments = fs::read_to_string(directory.join("args")).unwrap_or_default();
        Example { directory, before, arguments: arguments.lines().map(str::to_owned).collect() }
    })
}

/// What the program reports of an example, under another policy than its own if there is one.
pub(crate) fn report(pass: &Pass, example: &Example, policy: Option<&Path>) -> Value {
    let mut command = program(&example.directory);
    command.args(["check", &example.before, "--format", "json"]).args(example.rest(pass));
    if let Some(policy) = policy {
        command.arg("--policy").arg(policy);
    }
    serde_json::from_str(&printed(command.output().unwrap())).unwrap()
}

/// The first finding of a pass in the report of one file.
pub(crate) fn of_pass<'r>(pass: &Pass, report: &'r Value) -> &'r Value {
    let findings = report["files"][0]["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["pass"] == pass.id.0).unwrap_or_else(|| panic!("{}: no finding", pass.id))
}

/// What names the first finding of an example in waivers and declines.
pub(crate) fn key(pass: &Pass, example: &Example) -> Value {
    let report = report(pass, example, None);
    let file = &report["files"][0];
    let finding = of_pass(pass, &report);
    json!({ "family": file["family"], "container": finding["container"], "subject": finding["subject"] })
}

/// Whether the pass ever offers a fix.
pub(crate) fn mends(pass: &Pass) -> bool {
    pass.yields.iter().any(|known| known.applicability != Applicability::Manual)
}

/// The lines of a policy by which the finding is lived with.
pub(crate) fn waiver(pass: &Pass, key: &Value) -> String {
    let key = keyed("waiver", pass, key);
    format!("{key}reason = \"why it may stay\"\nowner = \"who answers for it\"\nexpires = 2027-06-30\n")
}

/// The lines of a policy by which the fix is not made.
pub(crate) fn decline(pass: &Pass, key: &Value) -> String {
    keyed("decline", pass, key)
}

fn keyed(table: &str, pass: &Pass, key: &Value) -> String {
    let mut text = format!("[[{table}]]\npass = \"{}\"\n", pass.id);
    for (name, value) in key.as_object().unwrap().iter().filter(|(_, value)| !value.is_null()) {
        writeln!(text, "{name} = {value}").unwrap();
    }
    text
}

/// The list of all passes.
pub(crate) fn index() -> String {
    let mut text = format!(
        "{GENERATED}\n# The passes\n\nA pass is one weakness, with a finding for each place that has it. `ecs-harden explain PASS` prints the \
         text of its page.\n\n\
         {{{{#include ../../../transforms/README.md:remedies}}}}\n\n\
         | pass | severity | what is weak | remedies | looked for by |\n|---|---|---|---|---|\n"
    );
    for pass in passes::TABLE {
        let (id, severity, summary) = (pass.id, pass.severity.name(), pass.summary);
        let (remedies, controls) = (remedies(pass), passes::controls(pass));
        writeln!(text, "| [{id}]({id}.md) | {severity} | {summary} | {remedies} | {controls} |").unwrap();
    }
    text
}

fn remedies(pass: &Pass) -> String {
    pass.yields.iter().map(|known| known.applicability.name()).collect::<Vec<_>>().join(", ")
}

/// The page of a pass.
pub(crate) fn of(pass: &Pass) -> String {
    let id = pass.id.0;
    let file = format!("{}.md", id.replace('-', "_"));
    let written = |from: Option<&str>, to: Option<&str>| {
        let line = |heading: &str| {
            let heading = format!("## {heading}");
            1 + pass.page.lines().position(|line| line == heading).unwrap_or_else(|| panic!("{file}: no {heading}"))
        };
        let from = from.map_or_else(String::new, |heading| line(heading).to_string());
        let to = to.map_or_else(String::new, |heading| (line(heading) - 1).to_string());
        format!("{{{{#include ../../../transforms/src/passes/{file}:{from}:{to}}}}}\n")
    };
    let mut text = format!("{GENERATED}\n# {id}\n\n{}.\n\n{}\n", capitalised(pass.summary), facts(pass));
    let (left, leave) = ("When it is left to you", "How to leave a container alone");
    text += &written(None, Some(left));
    for (heading, example) in ["An example", "Another example"].into_iter().zip(examples(pass)) {
        write!(text, "\n## {heading}\n\n").unwrap();
        text += &shown(pass, &example);
    }
    text += &written(Some(left), Some(leave));
    text += &targets(pass);
    text += &knobs(pass);
    text += &written(Some(leave), Some("References"));
    text += &lived_with(pass);
    text += &written(Some("References"), None);
    text
}

fn facts(pass: &Pass) -> String {
    let runs = match pass.run {
        Run::ByDefault => "unless it is skipped or disabled",
        Run::OnRequest => "on request: `--only`, or `enable` in the policy",
    };
    let mut text = format!(
        "| | |\n|---|---|\n| severity | {} |\n| looked for by | {} |\n| runs | {runs} |\n",
        pass.severity.name(),
        passes::controls(pass)
    );
    for known in pass.yields {
        writeln!(text, "| remedy: {} | {} |", known.applicability.name(), known.when).unwrap();
    }
    text
}

/// An example: the file, the diff, the report.
fn shown(pass: &Pass, example: &Example) -> String {
    let Example { directory, before, .. } = example;
    let case = directory.strip_prefix(root()).unwrap().display().to_string();
    let part = |kind: &str, name: &str| format!("```{kind}\n{{{{#include ../../../{case}/{name}}}}}\n```\n\n");
    let there = |name: &str| directory.join(name).exists();
    let rest = example.rest(pass).iter().map(|argument| quoted(argument)).collect::<Vec<_>>().join(" ");
    let mut text = String::new();
    let kind = if Path::new(before).extension().is_some_and(|extension| extension == "json") { "json" } else { "text" };
    writeln!(text, "`{before}`:\n\n{}", part(kind, before).trim_end()).unwrap();
    text.push('\n');
    if there("ecs-harden.toml") {
        write!(text, "`ecs-harden.toml` beside it:\n\n{}", part("toml", "ecs-harden.toml")).unwrap();
    }
    let live = there("runs");
    if live {
        text += "Where a service runs this, and its tasks tell which image they run, `--cluster` and `--service` in place of the file give\n\n";
    } else if there("diff.patch") {
        write!(text, "`ecs-harden diff {before} {rest}` prints\n\n").unwrap();
    }
    if there("diff.patch") {
        text += &part("diff", "diff.patch");
    }
    if !live {
        write!(text, "`ecs-harden check {before} {rest}` says of it\n\n").unwrap();
        text += &part("text", "report.txt");
    }
    text
}

/// An argument as a shell takes it.
fn quoted(argument: &str) -> String {
    let plain = argument.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.,=:/".contains(letter));
    if plain { argument.to_owned() } else { format!("'{argument}'") }
}

/// What the pass offers on each target, as the reviewed table has it.
fn targets(pass: &Pass) -> String {
    let table = fs::read_to_string(root().join("snapshots/applicability.txt")).unwrap();
    let mut text = "## On each launch type\n\nThe remedy that is offered for each launch type and operating system; `-` where nothing is found. With `!`, \
                    ECS does not take the definition as it is. \"unset\" and \"unknown\" are definitions that do not say.\n\n"
        .to_owned();
    for block in table.split("\n\n") {
        let mut lines = block.lines();
        let Some(what) = lines.next().and_then(|title| title.strip_prefix(&format!("{}: ", pass.id))) else {
            continue;
        };
        write!(text, "{}:\n\n", capitalised(what)).unwrap();
        for (at, line) in lines.enumerate() {
            let mut cells: Vec<&str> = line.split_whitespace().collect();
            if at == 0 {
                cells.insert(0, "");
            }
            writeln!(text, "| {} |", cells.join(" | ")).unwrap();
            if at == 0 {
                writeln!(text, "|{}", "---|".repeat(cells.len())).unwrap();
            }
        }
        text.push('\n');
    }
    text
}

fn knobs(pass: &Pass) -> String {
    if pass.knobs.is_empty() {
        return "## Settings\n\nNone.\n\n".to_owned();
    }
    let mut text = format!(
        "## Settings\n\nIn the policy they stand under `[{0}]`, or in an override as `{0} = {{ … }}`; on the command line \
         `--set '{0}.NAME=VALUE'`. [Every key](../reference/policy-keys.md#{0}) has an example.\n\n\
         | name | takes | default | what it does |\n|---|---|---|---|\n",
        pass.section
    );
    for knob in pass.knobs {
        let (help, default) = told(knob);
        writeln!(text, "| `{}` | {} | {} | {} |", knob.name, cell(knob.takes), cell(default), cell(help)).unwrap();
    }
    text.push('\n');
    text
}

/// What a knob does, and what holds where nobody sets it.
pub(crate) fn told(knob: &Knob) -> (&'static str, &'static str) {
    let help = knob.help.strip_suffix(')').and_then(|help| help.split_once(" (built-in default"));
    help.map_or((knob.help, "–"), |(help, default)| (help, default.trim_start_matches([':', ' '])))
}

/// Text for a cell: what Markdown would take for its own is escaped, but for what stands between backticks.
pub(crate) fn cell(text: &str) -> String {
    let escaped = |(at, part): (usize, &str)| {
        let part = part.replace('|', "\\|");
        if at % 2 == 0 { part.replace('*', "\\*").replace('<', "&lt;") } else { part }
    };
    text.split('`').enumerate().map(escaped).collect::<Vec<_>>().join("`")
}

/// How to live with the finding of the first example.
fn lived_with(pass: &Pass) -> String {
    let key = key(pass, &examples(pass).next().unwrap());
    let mut text = format!(
        "The finding of the example is waived, and does not count, until the last day that the policy names:\n\n```toml\n{}```\n\n",
        waiver(pass, &key)
    );
    if mends(pass) {
        write!(
            text,
            "Declined, its fix is not made, and what leans on it does without. The finding counts as before:\n\n```toml\n{}```\n\n",
            decline(pass, &key)
        )
        .unwrap();
    }
    text
}

pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
