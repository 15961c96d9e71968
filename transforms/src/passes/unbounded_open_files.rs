//! `unbounded-open-files`: a container names no limit for the files that it may hold open, or a very high one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::edit::Edit;
use crate::intent::Intent;
use crate::knobs::Knob;
use crate::model::{ContainerView, Fact, Form, Is, Read, TaskView, Why};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Page, Pass, PassId, Provenance, Remedy, Run, Severity, Source,
    Vouched, Voucher, Yield,
};
use crate::rules;
use crate::tree::Step;
use crate::weakness::{Systems, Weakness, Weaknesses};

mod entries;
mod limits;
mod risks;

use entries::{Entry, State};
pub use limits::{Limits, OpenFiles, UlimitName};
use limits::{UNLIMITED, shown};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("unbounded-open-files"),
    summary: "a container names no limit for the files that it may hold open",
    severity: Severity::Low,
    controls: &[],
    yields: &[
        Yield {
            applicability: Applicability::Manual,
            when: "knobs that contradict each other, a limit that is set twice, a soft limit that cannot be read",
        },
        Yield {
            applicability: Applicability::Unsafe,
            when: "any other target than Linux on FARGATE alone, a limit that is there and is lowered, limits that somebody names",
        },
        Yield {
            applicability: Applicability::Safe,
            when: "what Fargate gives by itself, where Linux on FARGATE is the only target",
        },
    ],
    section: "unbounded-open-files",
    knobs: &[
        Knob {
            name: "soft",
            takes: "1 to 1048576",
            help: "how many files a container may hold open until it asks for more (built-in default 65535)",
        },
        Knob {
            name: "hard",
            takes: "1 to 1048576",
            help: "how many it may ask for (built-in default 65535, or `soft` where that is more)",
        },
        Knob {
            name: "ceiling",
            takes: "1 to 1048576",
            help: "the highest hard limit that is left as it is (built-in default 1048576)",
        },
        Knob {
            name: "ulimits",
            takes: "a table of other limits: { core = { soft = 0, hard = 0 }, … }, -1 for unlimited",
            help: "other limits that are added where they are missing, and lowered where they are higher",
        },
    ],
    run: Run::ByDefault,
    page: include_str!("unbounded_open_files.md"),
    weaknesses: Weaknesses::whole(&[&UNTOLD, &TOO_HIGH]),
    inspect,
};

const NAMED: Fact = Fact::Member(&["name"], &[Is::Text(&Form::loosely(&[OPEN_FILES]))]);

/// Windows containers have no ulimits.
static UNTOLD: Weakness = Weakness::container(
    "a container names no limit for the files that it may hold open",
    &[Fact::No(&["ulimits"], &[NAMED])],
)
.on(Systems::NotWindows);

static TOO_HIGH: Weakness = Weakness::container(
    "a container may hold more files open than is good for its host",
    &[Fact::Some(
        &["ulimits"],
        &[NAMED, Fact::Member(&["hardLimit"], &[Is::Absent, Is::Above(MOST), Is::Scalar(&Form::trimmed(&["-1"]))])],
    )],
)
.on(Systems::NotWindows);

/// The limit that Fargate sets for open files, soft and hard (ECS API model, `ContainerDefinition.ulimits`).
pub const FARGATE: u64 = 65_535;

/// The most that Fargate takes (AWS page "Task definition differences for Fargate"), and Linux by its own default (`fs.nr_open`).
pub const MOST: u64 = 1_048_576;

/// The ulimit that bounds open files (ECS API model, `UlimitName`).
const OPEN_FILES: &str = "nofile";

/// Where AWS says what Fargate gives.
static FARGATE_LIMITS: Page = Page {
    title: "ECS API reference, ContainerDefinition.ulimits",
    address: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
};

/// The knobs of this pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "UnboundedOpenFilesKnobs")]
pub struct Knobs {
    /// How many files a container may hold open until it asks for more.
    pub soft: Option<OpenFiles>,
    /// How many it may ask for.
    pub hard: Option<OpenFiles>,
    /// The highest hard limit that is left as it is.
    pub ceiling: Option<OpenFiles>,
    /// Other limits.
    pub ulimits: Option<BTreeMap<UlimitName, Limits>>,
}

/// What a limit shall be where it is missing or too high.
#[derive(Clone, Copy)]
struct Wanted {
    name: &'static str,
    soft: Vouched<u64>,
    hard: Vouched<u64>,
    /// The highest hard limit that is left as it is.
    ceiling: u64,
}

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    if !UNTOLD.counts_on(intent.os) {
        return Vec::new();
    }
    pass::each_container(&PASS, task, |container| inspect_container(container, intent))
}

/// One finding for each limit that is too high, and one for all that are missing: they go to the end of one list.
fn inspect_container(container: &ContainerView<'_>, intent: &Intent) -> Vec<Finding> {
    let scene = Scene { container, intent };
    let open_files = open_files(container, intent);
    let (mut findings, mut missing, mut hidden) = (Vec::new(), Vec::new(), None);
    if let Err(conflict) = &open_files {
        match State::of(container, OPEN_FILES, MOST) {
            State::Hidden(why) => hidden = Some(why),
            state => findings.extend(scene.undecided(state, conflict)),
        }
    }
    for wanted in open_files.into_iter().chain(others(container, intent)) {
        match State::of(container, wanted.name, wanted.ceiling) {
            State::Fine => {}
            State::Missing => missing.push(wanted),
            State::Hidden(why) => hidden = Some(why),
            State::TooHigh { entry, among_others } => findings.push(scene.too_high(&wanted, &entry, among_others)),
            State::Unread(index, why) => findings.push(scene.unread(wanted.name, index, why)),
        }
    }
    findings.extend(hidden.map(|why| scene.hidden(why)));
    findings.extend((!missing.is_empty()).then(|| scene.missing(&missing)));
    findings
}

/// The limits that policy or flag name beside that of open files.
fn others(container: &ContainerView<'_>, intent: &Intent) -> Vec<Wanted> {
    let asked = rules::ULIMITS.into_iter().filter_map(|name| {
        let key = UlimitName(name.to_owned());
        let limits = intent.knob(container, |knobs| knobs.unbounded_open_files.ulimits.as_ref()?.get(&key))?;
        let (soft, hard) = (limits.map(|limits| limits.soft), limits.map(|limits| limits.hard));
        Some(Wanted { name, soft, hard, ceiling: hard.value })
    });
    asked.collect()
}

/// The limits for open files, or how the knobs contradict each other. The soft one is never above the hard one, nor that above the
/// ceiling.
fn open_files(container: &ContainerView<'_>, intent: &Intent) -> Result<Wanted, Obstacle> {
    let knob = |value: Option<Vouched<&OpenFiles>>| value.map(|value| value.map(|number| number.0));
    let soft = knob(intent.knob(container, |knobs| knobs.unbounded_open_files.soft.as_ref()));
    let hard = knob(intent.knob(container, |knobs| knobs.unbounded_open_files.hard.as_ref()));
    let ceiling = knob(intent.knob(container, |knobs| knobs.unbounded_open_files.ceiling.as_ref()));
    for ((low, lower), (high, higher)) in [
        (("soft", soft), ("hard", hard)),
        (("hard", hard), ("ceiling", ceiling)),
        (("soft", soft), ("ceiling", ceiling)),
    ] {
        if let (Some(lower), Some(higher)) = (lower, higher)
            && lower.value > higher.value
        {
            let (id, lower, higher) = (PASS.id, lower.value, higher.value);
            let reason = format!("`{id}.{low}` is {lower}, above `{high}`, which is {higher}");
            return Err(Obstacle::new(reason, format!("lower `{low}` or raise `{high}`")));
        }
    }
    let given = Voucher::at(Provenance::Platform, Source::Page(&FARGATE_LIMITS));
    let by = if intent.is_linux_on_fargate(container.task()) { given } else { Provenance::BuiltInDefault.into() };
    let default = Vouched { value: FARGATE, by };
    let bounded = ceiling.filter(|ceiling| ceiling.value < FARGATE).unwrap_or(default);
    let hard = hard.unwrap_or_else(|| soft.filter(|soft| soft.value > bounded.value).unwrap_or(bounded));
    let soft = soft.unwrap_or(if hard.value < FARGATE { hard } else { default });
    Ok(Wanted { name: OPEN_FILES, soft, hard, ceiling: ceiling.map_or(MOST, |ceiling| ceiling.value) })
}

/// A container and what is intended for it.
struct Scene<'s> {
    container: &'s ContainerView<'s>,
    intent: &'s Intent,
}

impl Scene<'_> {
    fn finding(&self, subject: &str, below: &[Step], message: String, remedy: Remedy) -> Finding {
        let mut finding = pass::finding(&PASS, self.container, subject, message, remedy);
        finding.place = self.container.path().key("ulimits").join(below);
        finding
    }

    /// What is found where the knobs for open files contradict each other, so that nothing can be written.
    fn undecided(&self, state: State, conflict: &Obstacle) -> Option<Finding> {
        let manual = Remedy::Manual(vec![conflict.clone()]);
        match state {
            State::Fine | State::Hidden(_) => None,
            State::Missing => Some(self.finding(OPEN_FILES, &[], self.no_open_files(), manual)),
            State::TooHigh { entry, .. } => {
                let message = self.above(OPEN_FILES, &entry, MOST);
                Some(self.finding(OPEN_FILES, &hard_limit(entry.index), message, manual))
            }
            State::Unread(index, why) => Some(self.unread(OPEN_FILES, index, why)),
        }
    }

    fn unread(&self, name: &str, index: usize, why: Why) -> Finding {
        let message = format!("{} may have a higher limit for {name} than it should", self.container.title());
        let obstacle = Obstacle::unresolved(&format!("`hardLimit` of {name}"), why);
        self.finding(name, &hard_limit(index), message, Remedy::Undetermined(obstacle))
    }

    fn hidden(&self, why: Why) -> Finding {
        let message = format!("{} may lack limits, or have higher ones than it should", self.container.title());
        let obstacle = Obstacle::unresolved("something in `ulimits`", why);
        self.finding("ulimits", &[], message, Remedy::Undetermined(obstacle))
    }

    fn no_open_files(&self) -> String {
        let title = self.container.title();
        format!("{title} names no limit for the files that it may hold open, so whatever runs it decides")
    }

    fn above(&self, name: &str, entry: &Entry, ceiling: u64) -> String {
        let title = self.container.title();
        match entry.hard {
            Read::Known(hard) => {
                format!("{title} sets the hard limit of {name} to {}, above {}", shown(hard), shown(ceiling))
            }
            _ => format!("{title} sets no hard limit for {name}"),
        }
    }

    fn missing(&self, missing: &[Wanted]) -> Finding {
        let names: Vec<&str> = missing.iter().map(|wanted| wanted.name).collect();
        let message = match names[..] {
            [OPEN_FILES] => self.no_open_files(),
            _ => format!("{} names no limit for {}", self.container.title(), names.join(", ")),
        };
        let given =
            |wanted: &Wanted| wanted.name == OPEN_FILES && wanted.soft.value == FARGATE && wanted.hard.value == FARGATE;
        let same = self.intent.is_linux_on_fargate(self.container.task()) && missing.iter().all(given);
        let (applicability, risks) = if same {
            (Applicability::Safe, Vec::new())
        } else {
            (Applicability::Unsafe, risks::added(self.container, self.intent, missing))
        };
        let edits = missing.iter().map(|wanted| Edit::Append {
            array: self.container.path().key("ulimits"),
            value: json!({
                "name": wanted.name,
                "softLimit": written(wanted.soft.value),
                "hardLimit": written(wanted.hard.value),
            }),
        });
        let titles: Vec<String> = missing.iter().map(title).collect();
        let fix = Fix {
            title: format!("set {}", titles.join(", ")),
            applicability,
            edits: edits.collect(),
            values: missing.iter().flat_map(|wanted| [soft_value(wanted), hard_value(wanted)]).collect(),
            risks,
        };
        self.finding("ulimits", &[], message, Remedy::Fix(fix))
    }

    fn too_high(&self, wanted: &Wanted, entry: &Entry, among_others: bool) -> Finding {
        let message = self.above(wanted.name, entry, wanted.ceiling);
        let remedy = self.lowered(wanted, entry, among_others);
        self.finding(wanted.name, &hard_limit(entry.index), message, remedy)
    }

    fn lowered(&self, wanted: &Wanted, entry: &Entry, among_others: bool) -> Remedy {
        let (name, hard) = (wanted.name, wanted.hard.value);
        if among_others {
            return Remedy::Manual(vec![Obstacle::new(
                format!("{name} stands in `ulimits` more than once, and which one counts is not documented"),
                format!("keep one of the entries, with a hard limit of at most {}", shown(wanted.ceiling)),
            )]);
        }
        let path = self.container.path().key("ulimits").index(entry.index);
        let set = |member: &str, limit: u64| Edit::Set { path: path.key(member), value: written(limit) };
        let hard_edit = set("hardLimit", hard);
        let (title, edits, values) = match entry.soft {
            Read::Known(soft) if soft <= hard => {
                let title = format!("set the hard limit of {name} to {}", shown(hard));
                (title, vec![hard_edit], vec![hard_value(wanted)])
            }
            Read::Known(_) | Read::Absent => {
                let edits = vec![set("softLimit", wanted.soft.value), hard_edit];
                (format!("set {}", title(wanted)), edits, vec![soft_value(wanted), hard_value(wanted)])
            }
            Read::Unresolved(why) => {
                let next_step = format!("let it be at most {0}, and set `hardLimit` to {0} by hand", shown(hard));
                let field = format!("`softLimit` of {name}, which may not be above the hard limit,");
                return Remedy::Manual(vec![Obstacle { next_step, ..Obstacle::unresolved(&field, why) }]);
            }
        };
        let risks = risks::lowered(self.container, self.intent, name, hard);
        Remedy::Fix(Fix { title, applicability: Applicability::Unsafe, edits, values, risks })
    }
}

fn hard_limit(index: usize) -> [Step; 2] {
    [Step::Index(index), Step::Key("hardLimit".into())]
}

fn title(wanted: &Wanted) -> String {
    let (name, soft, hard) = (wanted.name, wanted.soft.value, wanted.hard.value);
    if soft == hard {
        format!("{name} to {}", shown(soft))
    } else {
        format!("{name} to {} (hard limit {})", shown(soft), shown(hard))
    }
}

fn written(limit: u64) -> serde_json::Value {
    if limit == UNLIMITED { json!(-1) } else { json!(limit) }
}

fn soft_value(wanted: &Wanted) -> Vouched<String> {
    wanted.soft.map(|soft| format!("soft limit {} for {}", shown(soft), wanted.name))
}

fn hard_value(wanted: &Wanted) -> Vouched<String> {
    wanted.hard.map(|hard| format!("hard limit {} for {}", shown(hard), wanted.name))
}
