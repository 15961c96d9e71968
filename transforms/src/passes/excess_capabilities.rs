//! `excess-capabilities`: a container has Linux capabilities that it has no use for.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::capability;
use crate::edit::Edit;
use crate::intent::{
    CapabilityPlan, ContainerIntent, DropForm, ExecUse, FOR_FILES, Image, Intent, PrivilegePlan, Sharing, UserAfter,
};
use crate::knobs::Knob;
use crate::model::{CapabilityLists, ContainerView, Fact, Is, Os, Read, TaskView, Why};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Pass, PassId, Provenance, Remedy, Risk, Run, Severity, Verdict,
    Vouched, Yield,
};
use crate::tree::Path;
use crate::weakness::{Systems, Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("excess-capabilities"),
    summary: "a container has Linux capabilities that it does not need",
    severity: Severity::High,
    controls: &["FG_R00362"],
    yields: &[
        Yield {
            applicability: Applicability::Manual,
            when: "a container that stays privileged, an added capability that reaches past the container",
        },
        Yield {
            applicability: Applicability::Unsafe,
            when: "capabilities of the default set that the container has no use for",
        },
    ],
    section: "excess-capabilities",
    knobs: &[
        Knob {
            name: "keep",
            takes: "a list of capability names as ECS documents them, such as CHOWN or NET_BIND_SERVICE (not ALL)",
            help: "what the container needs; everything else is dropped, for root too",
        },
        Knob {
            name: "mode",
            takes: "\"drop-all\" or \"drop-net-raw\"",
            help: "drop-net-raw takes away NET_RAW alone (built-in default drop-all)",
        },
    ],
    run: Run::ByDefault,
    page: include_str!("excess_capabilities.md"),
    weaknesses: Weaknesses::all_but(
        "privileged containers; which of the other capabilities a container needs, by its user after the run and by its image; an image that is known to need what is called weak",
        &[&REACHES_THE_HOST, &RAW_SOCKETS],
    ),
    inspect,
};

/// What is privileged has every capability, whatever it adds or drops.
const NOT_PRIVILEGED: Fact = Fact::Member(&["privileged"], &[Is::Absent, Is::Flag(false)]);

/// Windows containers have no linuxParameters.
static REACHES_THE_HOST: Weakness = Weakness::container(
    "a container adds a capability that reaches past it",
    &[
        NOT_PRIVILEGED,
        Fact::Some(
            &["linuxParameters", "capabilities", "add"],
            &[Fact::Member(&[""], &[Is::Text(&capability::REACHING_THE_HOST)])],
        ),
    ],
)
.on(Systems::NotWindows);

static RAW_SOCKETS: Weakness = Weakness::container(
    "a container has NET_RAW, which next to nothing needs",
    &[
        NOT_PRIVILEGED,
        Fact::No(
            &["linuxParameters", "capabilities", "drop"],
            &[Fact::Member(&[""], &[Is::Text(&capability::OF_RAW_SOCKETS)])],
        ),
        Fact::No(
            &["linuxParameters", "capabilities", "add"],
            &[Fact::Member(&[""], &[Is::Text(&capability::OF_RAW_SOCKETS)])],
        ),
    ],
)
.on(Systems::NotWindows);

/// The knobs of this pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "ExcessCapabilitiesKnobs")]
pub struct Knobs {
    /// What the container needs.
    pub keep: Option<Vec<CapabilityName>>,
    /// How much is taken away.
    pub mode: Option<Mode>,
}

/// How much is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "CapabilityMode")]
pub enum Mode {
    /// Everything that is not kept.
    DropAll,
    /// `NET_RAW` alone.
    DropNetRaw,
}

/// A capability that ECS documents, without `CAP_`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct CapabilityName(String);

impl TryFrom<String> for CapabilityName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let upper = text.trim().to_ascii_uppercase();
        let name = upper.strip_prefix("CAP_").unwrap_or(&upper);
        if capability::is_known(name) && name != "ALL" {
            Ok(Self(name.to_owned()))
        } else {
            Err("not a capability that ECS documents and that can be kept")
        }
    }
}

impl fmt::Display for CapabilityName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    if !RAW_SOCKETS.counts_on(intent.os) {
        return Vec::new();
    }
    pass::each_container(&PASS, task, |container| inspect_container(container, intent))
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent) -> Vec<Finding> {
    let Some(planned) = intent.container(container.index()) else {
        return Vec::new();
    };
    let lists = match (container.privileged(), container.capabilities()) {
        (Read::Unresolved(why), _) => {
            let place = container.path().key("privileged");
            return vec![undetermined(container, place, Obstacle::unresolved("`privileged`", why))];
        }
        (Read::Known(true), _) if planned.privileges.stays => {
            return vec![privileged(container, &planned.privileges)];
        }
        (_, Err(why)) => {
            let (place, field) = unread_lists(container);
            return vec![undetermined(container, place, Obstacle::unresolved(field, why))];
        }
        (_, Ok(lists)) => lists,
    };
    let plan = &planned.capabilities;
    let pid_after = intent.namespaces.pid_after;
    let reaches_host = |name: &String| {
        (capability::is_dangerous(name) || (name == "SYS_PTRACE" && pid_after == Sharing::Shared))
            && !plan.vouched.contains(name)
    };
    let dangerous: BTreeSet<String> = lists.add.iter().filter(|name| reaches_host(name)).cloned().collect();
    let mut findings: Vec<Finding> = dangerous.iter().map(|name| dangerous_add(container, name)).collect();
    if let (Sharing::Unknown(why), true) = (pid_after, lists.add.iter().any(|name| name == "SYS_PTRACE")) {
        findings.extend(ptrace(container, why).filter(|_| !plan.vouched.contains("SYS_PTRACE")));
    }
    // With ALL added there is nothing to be said about single capabilities.
    if !dangerous.contains("ALL") {
        findings.extend(excess(container, intent, planned, &lists, &dangerous));
    }
    findings
}

fn excess(
    container: &ContainerView<'_>,
    intent: &Intent,
    planned: &ContainerIntent,
    lists: &CapabilityLists,
    dangerous: &BTreeSet<String>,
) -> Option<Finding> {
    let plan = &planned.capabilities;
    let effective = capability::effective(lists);
    let excess: Vec<String> =
        effective.iter().filter(|name| !plan.allowed.contains(*name) && !dangerous.contains(*name)).cloned().collect();
    // A container that was privileged had everything, so what it keeps of that has to be added.
    let restored = planned.privileges.restored().into_iter().flatten();
    let missing: Vec<String> = restored.filter(|name| !effective.contains(*name)).cloned().collect();
    if excess.is_empty() && missing.is_empty() {
        return None;
    }
    let (drop, mut add) = match plan.form {
        _ if excess.is_empty() => (Vec::new(), Vec::new()),
        DropForm::ByName => (excess.clone(), Vec::new()),
        DropForm::All => (vec!["ALL".to_owned()], Vec::new()),
        DropForm::AllThenAdd => {
            // Adding back never grants what the container did not have.
            let back = effective.iter().filter(|name| plan.allowed.contains(*name) && !lists.add.contains(name));
            (vec!["ALL".to_owned()], back.cloned().collect())
        }
    };
    add.extend(missing.iter().cloned());
    let capabilities = container.path().key("linuxParameters").key("capabilities");
    let append = |list: &str, name: &String| Edit::Append { array: capabilities.key(list), value: json!(name) };
    let edits =
        drop.iter().map(|name| append("drop", name)).chain(add.iter().map(|name| append("add", name))).collect();
    let fix = Fix {
        title: title(&drop, &add, &missing),
        applicability: Applicability::Unsafe,
        edits,
        values: vec![Vouched { value: basis(intent, container, plan), by: plan.by }],
        risks: risks(container, intent, &excess),
    };
    let mut after = lists.clone();
    after.drop.extend(drop);
    after.add.extend(add);
    let message = message(container, &excess, &missing);
    let mut finding = pass::finding(&PASS, container, "capabilities", message, Remedy::Fix(fix));
    finding.place = capabilities.key("drop");
    finding.verdicts = vec![verdict(lists, Some(&after))];
    Some(finding)
}

fn message(container: &ContainerView<'_>, excess: &[String], missing: &[String]) -> String {
    let title = container.title();
    if excess.is_empty() {
        return format!("{title} needs {} once it is not privileged", missing.join(", "));
    }
    let named =
        if excess.len() == capability::DEFAULTS.len() { "all 14 of the default set".into() } else { excess.join(", ") };
    format!("{title} has capabilities that it does not need: {named}")
}

fn title(drop: &[String], add: &[String], missing: &[String]) -> String {
    let verb = if missing.is_empty() { "add back" } else { "add" };
    match (drop.is_empty(), add.is_empty()) {
        (false, true) => format!("drop {}", drop.join(", ")),
        (false, false) => format!("drop {} and {verb} {}", drop.join(", "), add.join(", ")),
        (true, _) => format!("{verb} {}", add.join(", ")),
    }
}

/// What the set of allowed capabilities rests on.
fn basis(intent: &Intent, container: &ContainerView<'_>, plan: &CapabilityPlan) -> String {
    let planned = intent.container(container.index());
    let (user, image) =
        (planned.map(|planned| &planned.user.after), planned.and_then(|planned| planned.image.as_ref()));
    match (plan.by.kind, user) {
        (Provenance::Flag | Provenance::Policy, _) if plan.form == DropForm::ByName && plan.vouched.is_empty() => {
            "the mode drop-net-raw".into()
        }
        (Provenance::Flag | Provenance::Policy, _) => "the capabilities that are kept".into(),
        (Provenance::Catalogue, _) if image.is_some() => {
            image.map(|image| image.on_capabilities("the capabilities that it needs")).unwrap_or_default()
        }
        (_, Some(UserAfter::NonRoot { .. })) => "a container that is not root needs no capability".into(),
        _ if plan.prepares_files => {
            format!("a container that changes owners and modes for others needs {}", FOR_FILES.join(", "))
        }
        _ => "a container that may be root needs the default capabilities, less NET_RAW".into(),
    }
}

fn risks(container: &ContainerView<'_>, intent: &Intent, excess: &[String]) -> Vec<Risk> {
    let name = container.name().unwrap_or("the container");
    let breaks = match excess.len() {
        0 => "what it needs beyond these stops working once it is not privileged".to_owned(),
        1..=3 => format!("whatever leaned on {} stops working", excess.join(", ")),
        _ => "whatever leaned on these stops working".to_owned(),
    };
    let mut risks = vec![Risk::new(
        breaks,
        format!("run one task of the new revision and look in the log of {name} for `Operation not permitted`"),
    )];
    let known = intent.container(container.index()).and_then(|planned| planned.image.as_ref()).map(Image::entry);
    if let Some((entry, note)) = known.and_then(|entry| Some((entry, entry.note.as_ref()?))) {
        risks.push(Risk::new(
            format!("of the image `{}`: {note}", entry.name),
            format!("start one task of the new revision twice, the second time on what the first left behind, and stop {name}"),
        ));
    }
    if excess.iter().any(|name| name == "NET_RAW") {
        risks.push(Risk::new(
            "`ping` and packet capture need NET_RAW, in health checks too",
            format!("look for them in its scripts and health check; {}", keep_hint(container, "NET_RAW")),
        ));
    }
    if excess.iter().any(|name| name == "NET_BIND_SERVICE") {
        risks.push(Risk::new(
            "a binary with file capabilities (caddy carries cap_net_bind_service) cannot be started at all without them",
            format!("`getcap` on the binary shows them; {}", keep_hint(container, "NET_BIND_SERVICE")),
        ));
    }
    if is_entered(container, intent) {
        risks.push(Risk::new(
            "ECS Exec runs its agent and its shells as root with the capabilities that are left, and which it needs is not documented",
            "try `aws ecs execute-command` on one task of the new revision",
        ));
    }
    if intent.os == Os::Unknown {
        risks.push(Risk::unknown_os());
    }
    risks
}

/// Whether somebody says that commands are run in the container with ECS Exec.
fn is_entered(container: &ContainerView<'_>, intent: &Intent) -> bool {
    let workaround = intent.container(container.index()).is_some_and(|planned| planned.writable.for_exec.is_some());
    workaround || matches!(intent.wishes.exec_use(container.into()), ExecUse::Used(_))
}

/// Keeping names everything that a container needs, so the hint must not read as if it added one.
fn keep_hint(container: &ContainerView<'_>, name: &str) -> String {
    let who = container.name().unwrap_or("the container");
    let scope = container.scope();
    format!("if it is needed, list all that {who} needs: --set '{scope}excess-capabilities.keep={name},…'")
}

fn dangerous_add(container: &ContainerView<'_>, name: &str) -> Finding {
    let next_step = if name == "ALL" {
        "replace it by hand with the names that are needed, and drop ALL".into()
    } else {
        format!("remove it by hand if it is not needed; {}", keep_hint(container, name))
    };
    let obstacle =
        Obstacle::new(format!("somebody added {name} for a reason that the definition does not tell"), next_step);
    let message = format!("{} adds {name}, which reaches past the container", container.title());
    let mut finding = pass::finding(&PASS, container, name, message, Remedy::Manual(vec![obstacle]));
    let list = container.path().key("linuxParameters").key("capabilities").key("add");
    let index = container.added_capabilities().iter().position(|added| added.as_deref() == Some(name));
    finding.place = index.map_or(list.clone(), |index| list.index(index));
    finding.verdicts = container.capabilities().iter().map(|lists| verdict(lists, None)).collect();
    finding
}

/// `SYS_PTRACE` reaches past the container where the task shares the processes of the host, and whether it does cannot be read.
fn ptrace(container: &ContainerView<'_>, why: Why) -> Option<Finding> {
    // A list of containers says nothing about the task; every container in it would be told the same.
    if why == Why::OutsideThisFile {
        return None;
    }
    let message = format!("{} adds SYS_PTRACE, which may reach the processes of the host", container.title());
    let remedy = Remedy::Undetermined(Obstacle::unresolved("`pidMode`", why));
    let mut finding = pass::finding(&PASS, container, "SYS_PTRACE", message, remedy);
    finding.place = container.path().key("linuxParameters").key("capabilities").key("add");
    Some(finding)
}

fn privileged(container: &ContainerView<'_>, plan: &PrivilegePlan) -> Finding {
    let obstacle = Obstacle::new("capabilities are ignored while `privileged` is true", plan.next_step.clone());
    let message = format!("{} is privileged and so has every capability", container.title());
    let mut finding = pass::finding(&PASS, container, "capabilities", message, Remedy::Manual(vec![obstacle]));
    finding.place = container.path().key("privileged");
    finding
}

/// Which list of capabilities cannot be read, and where it stands.
fn unread_lists(container: &ContainerView<'_>) -> (Path, &'static str) {
    let linux = container.path().key("linuxParameters");
    let lists = container.linux("capabilities");
    let unread = |name: &str| lists.clone().member(name).list().texts().is_err();
    match &lists {
        Read::Unresolved(_) if container.member("linuxParameters").unresolved().is_some() => {
            (linux, "`linuxParameters`")
        }
        Read::Unresolved(_) => (linux.key("capabilities"), "`capabilities`"),
        _ if unread("drop") => (linux.key("capabilities").key("drop"), "something in `capabilities.drop`"),
        _ => (linux.key("capabilities").key("add"), "something in `capabilities.add`"),
    }
}

fn undetermined(container: &ContainerView<'_>, place: Path, obstacle: Obstacle) -> Finding {
    let message = format!("{} may have capabilities that it does not need", container.title());
    let mut finding = pass::finding(&PASS, container, "capabilities", message, Remedy::Undetermined(obstacle));
    finding.place = place;
    finding
}

/// Fugue's rule: `NET_RAW` dropped and nothing added, or `ALL` dropped with whatever is added.
fn verdict(before: &CapabilityLists, after: Option<&CapabilityLists>) -> Verdict {
    let passes = |lists: &CapabilityLists| {
        let drops = |name: &str| lists.drop.iter().any(|dropped| dropped == name);
        drops("ALL") || (drops("NET_RAW") && lists.add.is_empty())
    };
    Verdict { rule: "FG_R00362", before: passes(before), after: after.map(passes) }
}
