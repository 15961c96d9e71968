//! What became of files, what was found in them, which images were recognised, what values rest on, and what is left to a person.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ecs_harden::plan::{Plan, Refusal, Standing};
use ecs_harden_transforms::engine::Decision;
use ecs_harden_transforms::images::Kinship;
use ecs_harden_transforms::model::TaskView;
use ecs_harden_transforms::pass::{Applicability, Provenance, Remedy, Source};
use ecs_harden_transforms::passes;
use serde_json::Value as Json;

/// How many reasons are told of each pass.
const REASONS: usize = 3;

/// Who can vouch for a value, weakest first.
const VOUCHERS: [Provenance; 5] = [
    Provenance::BuiltInDefault,
    Provenance::Catalogue,
    Provenance::Sibling,
    Provenance::Platform,
    Provenance::Definition,
];

/// The counts over many files.
#[derive(Default)]
pub(crate) struct Tally {
    outcomes: BTreeMap<String, usize>,
    findings: BTreeMap<&'static str, Offers>,
    containers: usize,
    entries: BTreeMap<String, Recognised>,
}

/// What one pass offered, by applicability, how many of the fixes rest on what, and why others are left.
#[derive(Default)]
struct Offers {
    by_applicability: BTreeMap<&'static str, usize>,
    by_provenance: BTreeMap<&'static str, usize>,
    values: BTreeMap<Provenance, usize>,
    reasons: BTreeMap<String, usize>,
}

/// How often an entry was recognised.
#[derive(Default)]
struct Recognised {
    /// As the image itself.
    same: usize,
    /// By the last part of its name alone.
    namesakes: usize,
}

impl Tally {
    pub(crate) fn count(&mut self, plan: &Result<Plan, Refusal>) {
        let outcome = match plan {
            Err(refusal) => format!("refused: {}", refusal.message),
            Ok(plan) if plan.hardened_text().is_some() => "hardened".to_owned(),
            Ok(plan) => match plan.standing() {
                Standing::Clean => "clean".to_owned(),
                Standing::Undetermined => "undetermined".to_owned(),
                Standing::Weak => "left to a person".to_owned(),
            },
        };
        *self.outcomes.entry(outcome).or_default() += 1;
        if let Ok(plan) = plan {
            self.images(plan);
            self.offers(plan);
        }
    }

    fn images(&mut self, plan: &Plan) {
        for container in TaskView::new(&plan.document).seen() {
            self.containers += 1;
            let planned = plan.outcome.intent.container(container.index()).unwrap();
            let Some(image) = &planned.image else { continue };
            let entry = self.entries.entry(image.entry().name.clone()).or_default();
            match image.known.kinship {
                Kinship::Same => entry.same += 1,
                Kinship::Namesake => entry.namesakes += 1,
            }
        }
    }

    fn offers(&mut self, plan: &Plan) {
        let own = own_words(plan);
        for judged in &plan.outcome.findings {
            let offers = self.findings.entry(judged.finding.pass.id.0).or_default();
            let applicability = judged.finding.remedy.applicability().map_or("undetermined", Applicability::name);
            *offers.by_applicability.entry(applicability).or_default() += 1;
            match (&judged.finding.remedy, judged.decision) {
                (Remedy::Fix(fix), Decision::Applied) => {
                    *offers.by_provenance.entry(fix.weakest().phrase()).or_default() += 1;
                    for value in &fix.values {
                        let told = value.by == Provenance::BuiltInDefault || value.by.source != Source::Nowhere;
                        assert!(told, "nothing tells where `{}` is written", value.value);
                        *offers.values.entry(value.by.kind).or_default() += 1;
                    }
                }
                (Remedy::Manual(obstacles), _) => {
                    let container = judged.finding.container.as_ref().and_then(|container| container.name.as_deref());
                    for obstacle in obstacles {
                        let reason = without_names(&obstacle.reason, &own, container);
                        *offers.reasons.entry(reason).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
    }

    pub(crate) fn print_outcomes(&self, kind: &str) {
        for (what, count) in &self.outcomes {
            println!("{kind:17} {count:5}  {what}");
        }
    }

    /// All tables, as Markdown.
    pub(crate) fn tables(&self) -> String {
        [self.offered(), self.recognised(), self.vouched(), self.left()].join("\n")
    }

    /// A row for each pass: what it found, and what its fixes rest on at the least.
    fn offered(&self) -> String {
        let mut text = String::from(
            "| pass | findings | safe | unsafe | manual | undetermined | fixes rest on, at the least |\n|---|--:|--:|--:|--:|--:|---|\n",
        );
        for pass in passes::TABLE {
            let none = Offers::default();
            let offers = self.findings.get(pass.id.0).unwrap_or(&none);
            let count = |word: &str| offers.by_applicability.get(word).copied().unwrap_or_default();
            let all: usize = offers.by_applicability.values().sum();
            let rests: Vec<String> = offers.by_provenance.iter().map(|(on, count)| format!("{on} {count}")).collect();
            let [safe, mends, manual, undetermined] = ["safe", "unsafe", "manual", "undetermined"].map(count);
            let rests = rests.join(", ");
            writeln!(text, "| {} | {all} | {safe} | {mends} | {manual} | {undetermined} | {rests} |", pass.id).unwrap();
        }
        text
    }

    /// The images that were recognised, the most frequent first.
    fn recognised(&self) -> String {
        let (same, namesakes) =
            self.entries.values().fold((0, 0), |sum, entry| (sum.0 + entry.same, sum.1 + entry.namesakes));
        let mut text = format!(
            "containers recognised: {} of {}, {namesakes} of them by their name alone, by {} entries\n",
            same + namesakes,
            self.containers,
            self.entries.len(),
        );
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(name, entry)| (usize::MAX - entry.same - entry.namesakes, *name));
        let told = entries.into_iter().map(|(name, entry)| match entry.namesakes {
            0 => format!("{name} {}", entry.same),
            namesakes => format!("{name} {} ({namesakes} by name)", entry.same + namesakes),
        });
        writeln!(text, "{}", told.collect::<Vec<_>>().join(", ")).unwrap();
        text
    }

    /// A row for each pass that sets values: who vouches for them.
    fn vouched(&self) -> String {
        let names: Vec<&str> = VOUCHERS.iter().map(|voucher| voucher.phrase()).collect();
        let mut text =
            format!("| values of | all | {} |\n|---|--:|{}\n", names.join(" | "), "--:|".repeat(VOUCHERS.len()));
        let mut sums = [0; VOUCHERS.len()];
        let row = |text: &mut String, name: &str, counts: [usize; VOUCHERS.len()]| {
            let all: usize = counts.iter().sum();
            let counts = counts.map(|count| count.to_string()).join(" | ");
            writeln!(text, "| {name} | {all} | {counts} |").unwrap();
        };
        for pass in passes::TABLE {
            let Some(offers) = self.findings.get(pass.id.0).filter(|offers| !offers.values.is_empty()) else {
                continue;
            };
            let told: usize = VOUCHERS.iter().filter_map(|voucher| offers.values.get(voucher)).sum();
            assert_eq!(
                told,
                offers.values.values().sum::<usize>(),
                "{}: without policy and flags nobody else vouches",
                pass.id
            );
            let counts = VOUCHERS.map(|voucher| offers.values.get(&voucher).copied().unwrap_or_default());
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
            row(&mut text, pass.id.0, counts);
        }
        row(&mut text, "all", sums);
        text
    }

    /// Why findings are left to a person, the most frequent reasons of each pass first.
    fn left(&self) -> String {
        let mut text = String::from("| left to a person by | reason | times |\n|---|---|--:|\n");
        for pass in passes::TABLE {
            let Some(offers) = self.findings.get(pass.id.0) else { continue };
            let mut reasons: Vec<_> = offers.reasons.iter().collect();
            reasons.sort_by_key(|(reason, count)| (usize::MAX - **count, *reason));
            let others = reasons.get(REASONS..).unwrap_or_default();
            for (reason, count) in reasons.iter().take(REASONS) {
                writeln!(text, "| {} | {reason} | {count} |", pass.id).unwrap();
            }
            if !others.is_empty() {
                let times: usize = others.iter().map(|(_, count)| **count).sum();
                writeln!(text, "| {} | others, of {} kinds | {times} |", pass.id, others.len()).unwrap();
            }
        }
        text
    }
}

/// Everything that a definition calls by a name or a figure of its own, and the entries that its images were recognised by.
fn own_words(plan: &Plan) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut waiting = vec![plan.document.value()];
    while let Some(value) = waiting.pop() {
        match value {
            Json::Array(items) => waiting.extend(items),
            Json::Object(members) => waiting.extend(members.into_iter().map(|(_, value)| value)),
            Json::String(text) => drop(words.insert(text)),
            Json::Number(number) => drop(words.insert(number.to_string())),
            Json::Null | Json::Bool(_) => {}
        }
    }
    let images = TaskView::new(&plan.document).seen().into_iter().filter_map(|container| {
        let image = plan.outcome.intent.container(container.index())?.image.as_ref()?;
        Some(image.entry().name.clone())
    });
    words.extend(images);
    words
}

/// A reason without what differs from file to file: names, paths and figures of the definition become `…`.
fn without_names(reason: &str, own: &BTreeSet<String>, container: Option<&str>) -> String {
    let quoted = reason.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => part.to_owned(),
        _ if own.contains(part) => "…".to_owned(),
        _ => format!("`{part}`"),
    });
    let text = quoted.collect::<String>();
    let words = text.split(' ').map(|word| {
        let plain = word.trim_matches(['(', ')', ',', ';', ':', '"']);
        let is_figure = plain.bytes().all(|byte| byte.is_ascii_digit()) && own.contains(plain);
        let differs = plain.len() > 1 && (plain.starts_with('/') || is_figure || Some(plain) == container);
        if differs { word.replace(plain, "…") } else { word.to_owned() }
    });
    let mut text = words.collect::<Vec<_>>().join(" ");
    while text.contains("…, …") {
        text = text.replace("…, …", "…");
    }
    text
}
