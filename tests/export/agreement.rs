//! What two sides find in the same definitions, told in a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ecs_harden_transforms::pass::Pass;
use ecs_harden_transforms::weakness::Extent;
use serde_json::Value;

use super::{Found, Sample};

/// What `check` finds in a definition: the pass, and whether any of its findings is one that the rules have to have.
pub(crate) type Checked = BTreeMap<String, Due>;

/// Whether rules have to find what `check` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// The head of the rules says that they do not.
    LeftOut,
    /// Rules have to find it.
    Told,
}

/// How a finding of the report stands to the rules, by the sentence in their head about its pass (`Extent::But`).
pub(crate) fn due(finding: &Value, definition: &Value) -> Due {
    let text = |member: &str| finding[member].as_str().unwrap_or_default();
    let (message, pointer) = (text("message"), text("pointer"));
    let container = || definition.pointer(&pointer.split('/').take(3).collect::<Vec<_>>().join("/")).unwrap();
    let left_out = match text("pass") {
        // Who adds NET_RAW says that it is needed.
        "excess-capabilities" => {
            let adds = container()["linuxParameters"]["capabilities"]["add"].to_string().to_ascii_uppercase();
            let of_raw_sockets = message.contains("NET_RAW") || message.contains("all 14");
            let told = (of_raw_sockets && !adds.contains("NET_RAW"))
                || (message.contains("reaches past the container") && !message.contains("SYS_PTRACE"));
            !told || is_on(&container()["privileged"])
        }
        "plaintext-secret" => !message.contains("(ecs-8-name,"),
        "sensitive-host-mount" => {
            let mut volumes = definition["volumes"].as_array().unwrap().iter();
            let volume = volumes.find(|volume| volume["name"] == finding["subject"]).map(Value::to_string);
            volume.is_some_and(|volume| volume.contains("/../"))
        }
        "shared-execution-role" => {
            let written = |member: &str| definition[member].as_str().map(str::trim).map(str::to_owned);
            written("taskRoleArn") != written("executionRoleArn")
        }
        "new-privileges" => container()["dockerSecurityOptions"].to_string().matches("no-new-privileges").count() > 1,
        _ => false,
    };
    if left_out { Due::LeftOut } else { Due::Told }
}

fn is_on(flag: &Value) -> bool {
    *flag == true || flag.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// What became of one pass.
#[derive(Default)]
struct Tally {
    weak: usize,
    clean: usize,
    left_out: usize,
    only_check: Vec<String>,
    only_other: Vec<String>,
}

impl Tally {
    fn of(pass: &Pass, samples: &[Sample], check: &[Checked], other: &[Found]) -> Self {
        let mut tally = Self::default();
        for ((sample, check), other) in samples.iter().zip(check).zip(other) {
            match (check.get(pass.id.0), other.contains(pass.id.0)) {
                (Some(Due::Told), true) => tally.weak += 1,
                (None, false) => tally.clean += 1,
                (Some(Due::LeftOut), false) => tally.left_out += 1,
                (Some(Due::Told), false) => tally.only_check.push(sample.name.clone()),
                (None | Some(Due::LeftOut), true) => tally.only_other.push(sample.name.clone()),
            }
        }
        tally
    }
}

/// A table of the passes that are exported.
pub(crate) struct Table {
    title: String,
    text: String,
    /// The figures of all passes, as ARCHITECTURE.md tells them.
    pub(crate) sum: String,
    /// What disagrees.
    pub(crate) disagreements: Vec<String>,
    /// The passes that are weak, or are not, in next to none of the definitions.
    pub(crate) hardly_tried: Vec<String>,
}

/// How many definitions have to be weak by a pass, and how many must not.
const LEAST: usize = 10;

impl Table {
    pub(crate) fn of(title: &str, passes: &[&Pass], samples: &[Sample], check: &[Checked], other: &[Found]) -> Self {
        let mut text = row(["pass", "weak by both", "clean by both", "left out", "only check", "only rules"]);
        let (mut disagreements, mut hardly_tried) = (Vec::new(), Vec::new());
        let mut total = [0; 5];
        for pass in passes.iter().filter(|pass| !matches!(pass.weaknesses.extent, Extent::Nothing(_))) {
            let tally = Tally::of(pass, samples, check, other);
            let figures = [tally.weak, tally.clean, tally.left_out, tally.only_check.len(), tally.only_other.len()];
            total.iter_mut().zip(figures).for_each(|(total, figure)| *total += figure);
            text.push_str(&figures_row(pass.id.0, figures));
            if !tally.only_check.is_empty() || !tally.only_other.is_empty() {
                disagreements.push(format!(
                    "{title}: {}: only check finds it in {:?}, only the rules in {:?}",
                    pass.id, tally.only_check, tally.only_other
                ));
            }
            if tally.weak < LEAST || tally.clean < LEAST {
                hardly_tried.push(pass.id.0.to_owned());
            }
        }
        text.push_str(&figures_row("total", total));
        let [weak, clean, left_out, only_check, only_other] = total;
        let alone = only_check + only_other;
        let sum = format!(
            "{weak} found by both, {clean} by neither, {left_out} by `check` alone and named as left out, {alone} by one of them alone"
        );
        Self { title: format!("{title}: {} definitions", samples.len()), text, sum, disagreements, hardly_tried }
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}\n{}", self.title, self.text)
    }
}

fn figures_row(name: &str, figures: [usize; 5]) -> String {
    let [weak, clean, left_out, only_check, only_other] = figures.map(|figure| figure.to_string());
    row([name, &weak, &clean, &left_out, &only_check, &only_other])
}

fn row(cells: [&str; 6]) -> String {
    let [name, weak, clean, left_out, only_check, only_other] = cells;
    let mut text = String::new();
    let _ = writeln!(text, "{name:26} {weak:>12} {clean:>13} {left_out:>9} {only_check:>10} {only_other:>10}");
    text
}
