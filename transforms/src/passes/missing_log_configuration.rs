//! `missing-log-configuration`: nothing says where the logs of a container go.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::arn::Region;
use crate::edit::Edit;
use crate::intent::{Intent, LogMend, Plan};
use crate::knobs::Knob;
use crate::model::{BLANK, ContainerView, Fact, Is, LaunchType, Read, TaskView};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Pass, PassId, Provenance, Remedy, Risk, Run, Severity, Vouched, Yield,
};
use crate::weakness::{Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("missing-log-configuration"),
    summary: "nothing says where the logs of a container go",
    severity: Severity::High,
    controls: &["ECS.9", "CT.ECS.PR.5"],
    yields: &[
        Yield {
            applicability: Applicability::Manual,
            when: "no log group that somebody vouches for, EC2 or EXTERNAL without `logs.group`, no region, no `executionRoleArn` where awslogs needs one, a buffer that the memory does not hold",
        },
        Yield {
            applicability: Applicability::Unsafe,
            when: "a log group of a sibling container, or of `logs.group`, in a region that is known",
        },
    ],
    section: "logs",
    knobs: &[
        Knob {
            name: "group",
            takes: "the name of a log group; {family} and {container} stand for theirs",
            help: "where logs go; naming it says that it exists (or see create-group)",
        },
        Knob { name: "region", takes: "a region, such as eu-central-1", help: "the region of the log group" },
        Knob {
            name: "stream-prefix",
            takes: "a text without : and *",
            help: "what the names of log streams begin with; ECS adds container and task",
        },
        Knob {
            name: "create-group",
            takes: "true or false",
            help: "let the log driver create the group; needs logs:CreateLogGroup (built-in default false)",
        },
        Knob {
            name: "mode",
            takes: "\"non-blocking\" or \"blocking\"",
            help: "whether a full buffer loses lines or stops the container (built-in default non-blocking)",
        },
        Knob {
            name: "max-buffer-size",
            takes: "digits and k, m or g",
            help: "what non-blocking delivery may hold back in memory (built-in default 25m)",
        },
    ],
    run: Run::ByDefault,
    page: include_str!("missing_log_configuration.md"),
    weaknesses: Weaknesses::whole(&[&UNTOLD]),
    inspect,
};

/// No driver (Security Hub ECS.9).
static UNTOLD: Weakness = Weakness::container(
    "nothing says where the logs of a container go",
    &[Fact::Member(&["logConfiguration", "logDriver"], &[Is::Absent, Is::Text(&BLANK)])],
);

/// How much non-blocking delivery holds back when nobody says.
pub const DEFAULT_BUFFER: &str = "25m";

/// The knobs of this pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "MissingLogConfigurationKnobs")]
pub struct Knobs {
    /// Where logs go.
    pub group: Option<LogGroup>,
    /// The region of the log group.
    pub region: Option<Region>,
    /// What the names of log streams begin with.
    pub stream_prefix: Option<StreamPrefix>,
    /// Whether the log driver creates the group.
    pub create_group: Option<bool>,
    /// Whether a full buffer loses lines or stops the container.
    pub mode: Option<Mode>,
    /// What non-blocking delivery may hold back.
    pub max_buffer_size: Option<BufferSize>,
}

/// What happens when logs are written faster than they are delivered (ECS API model, `LogConfiguration.options`: `mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "LogMode")]
pub enum Mode {
    /// The container waits.
    Blocking,
    /// Lines are lost.
    NonBlocking,
}

impl Mode {
    /// The value of the option.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::NonBlocking => "non-blocking",
        }
    }

    /// Whether the container waits.
    pub const fn is_blocking(self) -> bool {
        matches!(self, Self::Blocking)
    }
}

/// The name of a log group, in which `{family}` and `{container}` stand for those of the container. Up to 512 letters, digits and
/// `_ - / . #` (CloudWatch Logs API, `CreateLogGroup.logGroupName`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct LogGroup(String);

impl TryFrom<String> for LogGroup {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plain = text.replace("{family}", "f").replace("{container}", "c");
        let named = !plain.is_empty() && text.len() <= 512;
        if named && plain.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-/.#".contains(letter)) {
            Ok(Self(text))
        } else {
            Err("a log group is named with letters, digits and _-/.# alone")
        }
    }
}

impl LogGroup {
    /// The name for one container, or which of its names is not known.
    pub fn of(&self, family: Option<&str>, container: Option<&str>) -> Result<String, &'static str> {
        let mut name = self.0.clone();
        for (mark, what, value) in
            [("{family}", "the family", family), ("{container}", "the name of the container", container)]
        {
            if name.contains(mark) {
                name = name.replace(mark, value.ok_or(what)?);
            }
        }
        Ok(name)
    }
}

/// What the names of log streams begin with. A stream name has no `:` and no `*` (CloudWatch Logs API,
/// `CreateLogStream.logStreamName`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct StreamPrefix(String);

impl TryFrom<String> for StreamPrefix {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plain = text.chars().all(|letter| letter.is_ascii_graphic() && !":*${}".contains(letter));
        if (1..=128).contains(&text.len()) && plain {
            Ok(Self(text))
        } else {
            Err("a stream prefix has no :, no * and no blanks")
        }
    }
}

impl fmt::Display for StreamPrefix {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// An amount of memory as log drivers take it: digits and one of `k`, `m`, `g`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct BufferSize(String);

impl TryFrom<String> for BufferSize {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.strip_suffix(['k', 'm', 'g']).unwrap_or_default();
        let amount = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u32>().ok()).flatten();
        amount.filter(|amount| *amount > 0).map(|_| Self(text)).ok_or("a size is digits and k, m or g, such as 25m")
    }
}

impl fmt::Display for BufferSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Whether nothing says where the logs of a container go: no driver (Security Hub ECS.9).
pub fn is_weak(container: &ContainerView<'_>) -> Read<bool> {
    UNTOLD.of_container(container)
}

/// The options of awslogs, all of them strings (AWS page "Send Amazon ECS logs to CloudWatch").
pub fn options(mend: &LogMend) -> Vec<(&'static str, String)> {
    let mut options = vec![
        ("awslogs-group", mend.group.value.clone()),
        ("awslogs-region", mend.region.value.clone()),
        ("awslogs-stream-prefix", mend.stream_prefix.value.clone()),
    ];
    if mend.create_group.is_some() {
        options.push(("awslogs-create-group", "true".into()));
    }
    options.push(("mode", mend.mode.value.name().into()));
    options.extend(mend.buffer.as_ref().map(|size| ("max-buffer-size", size.value.clone())));
    options
}

/// The whole `logConfiguration`, for people who write it themselves.
pub fn block(mend: &LogMend) -> Value {
    let options: Map<String, Value> =
        options(mend).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    json!({ "logDriver": "awslogs", "options": options })
}

/// The actions that the role needs which writes to the group.
pub const fn actions(mend: &LogMend) -> &'static [&'static str] {
    match mend.create_group {
        Some(_) => &["logs:CreateLogStream", "logs:PutLogEvents", "logs:CreateLogGroup"],
        None => &["logs:CreateLogStream", "logs:PutLogEvents"],
    }
}

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    pass::each_container(&PASS, task, |container| inspect_container(container, intent).into_iter().collect())
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent) -> Option<Finding> {
    let (message, remedy) = match is_weak(container) {
        Read::Unresolved(why) => (
            format!("perhaps nothing says where the logs of {} go", container.title()),
            Remedy::Undetermined(Obstacle::unresolved("the log driver", why)),
        ),
        Read::Known(true) => {
            (format!("nothing says where the logs of {} go", container.title()), remedy(container, intent))
        }
        _ => return None,
    };
    let mut finding = pass::finding(&PASS, container, "logConfiguration", message, remedy);
    finding.place = container.path().key("logConfiguration");
    Some(finding)
}

fn remedy(container: &ContainerView<'_>, intent: &Intent) -> Remedy {
    match intent.container(container.index()).map(|container| &container.logs) {
        Some(Plan::Ready(mend)) => Remedy::Fix(fix(container, intent, mend)),
        Some(Plan::Blocked(obstacles)) => Remedy::Manual(obstacles.clone()),
        None => Remedy::Manual(vec![Obstacle::new("the container changed while it was worked on", "run this again")]),
    }
}

fn fix(container: &ContainerView<'_>, intent: &Intent, mend: &LogMend) -> Fix {
    let log = container.path().key("logConfiguration");
    let mut edits = vec![Edit::Set { path: log.key("logDriver"), value: json!("awslogs") }];
    let set = |(name, value): (&str, String)| Edit::Set { path: log.key("options").key(name), value: json!(value) };
    edits.extend(options(mend).into_iter().map(set));
    let title = format!("send its logs to {} in {} with awslogs", mend.group.value, mend.region.value);
    let risks = risks(container, intent, mend);
    Fix { title, applicability: Applicability::Unsafe, edits, values: values(mend), risks }
}

fn values(mend: &LogMend) -> Vec<Vouched<String>> {
    let of = mend.of.as_ref().map(|title| format!(" of {title}")).unwrap_or_default();
    let mut values = vec![
        Vouched { value: format!("log group {}{of}", mend.group.value), by: mend.group.by },
        Vouched { value: format!("region {}", mend.region.value), by: mend.region.by },
        Vouched { value: format!("stream prefix {}", mend.stream_prefix.value), by: mend.stream_prefix.by },
    ];
    values.extend(mend.create_group.map(|by| Vouched { value: "awslogs-create-group true".into(), by }));
    values.push(Vouched { value: format!("mode {}", mend.mode.value.name()), by: mend.mode.by });
    let size = mend.buffer.clone();
    values.extend(size.map(|size| size.map(|size| format!("max-buffer-size {size}"))));
    values
}

fn risks(container: &ContainerView<'_>, intent: &Intent, mend: &LogMend) -> Vec<Risk> {
    let name = container.name().unwrap_or("the container");
    let (group, region) = (&mend.group.value, &mend.region.value);
    let missing = if mend.create_group.is_some() { "cannot be created" } else { "does not exist" };
    let mut risks = vec![Risk::new(
        format!(
            "the task does not start where {group} {missing} in {region}, or its role may not do {}",
            actions(mend).join(", ")
        ),
        format!(
            "`aws logs describe-log-groups --region {region} --log-group-name-prefix {group}`; then run one task and look for ResourceInitializationError"
        ),
    )];
    risks.push(match &mend.buffer {
        Some(size) => Risk::new(
            format!(
                "lines are lost while more than {} waits for CloudWatch Logs, and that buffer counts in the task's memory",
                size.value
            ),
            format!("under load, compare what {name} wrote with what arrived, and watch the memory of the task"),
        ),
        None => Risk::new(
            format!("{name} hangs on its own output while CloudWatch Logs cannot be reached"),
            format!("cut the route to CloudWatch Logs in a test task and see whether {name} still answers"),
        ),
    });
    let instances = [LaunchType::Ec2, LaunchType::External].into_iter().any(|known| intent.target.includes(known));
    if instances {
        risks.push(Risk::new(
            "`docker logs` and agents on the host that read json-file see nothing of it any more",
            "look for log agents on the instances, and for awslogs in ECS_AVAILABLE_LOGGING_DRIVERS of the ECS agent",
        ));
    }
    risks
}

impl LogMend {
    /// The weakest voucher of all that the fix rests on.
    pub fn weakest(&self) -> Provenance {
        values(self).iter().map(|value| value.by.kind).min().unwrap_or(Provenance::Definition)
    }
}
