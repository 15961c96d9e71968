//! `new-privileges`: programs of a container may gain privileges that it was not started with.

use serde_json::json;

use crate::edit::Edit;
use crate::intent::Intent;
use crate::model::{ContainerView, Fact, Form, Is, LaunchType, Os, Place, Read, TargetSource, TaskView, Why};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Pass, PassId, Provenance, Remedy, Risk, Run, Severity, Vouched, Yield,
};
use crate::weakness::{Systems, Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("new-privileges"),
    summary: "programs of a container may gain privileges that it was not started with",
    severity: Severity::Low,
    controls: &[],
    yields: &[
        Yield {
            applicability: Applicability::Manual,
            when: "beside EC2 or EXTERNAL also FARGATE or MANAGED_INSTANCES, which take no `dockerSecurityOptions`, or targets that nobody states",
        },
        Yield {
            applicability: Applicability::Unsafe,
            when: "every Linux container whose only targets are EC2 and EXTERNAL, as somebody states",
        },
    ],
    section: "new-privileges",
    knobs: &[],
    run: Run::OnRequest,
    page: include_str!("new_privileges.md"),
    weaknesses: Weaknesses::all_but("a list that says it twice, of which the last one counts", &[&NOT_FORBIDDEN]),
    inspect,
};

static NOT_FORBIDDEN: Weakness = Weakness::container(
    "programs of a container can gain privileges that it was not started with",
    &[Fact::No(&["dockerSecurityOptions"], &[Fact::Member(&[""], &[Is::Text(&FORBIDS)])])],
)
.on(Systems::NotWindows)
.not_for(&WITHOUT);

static FORBIDS: Form = Form::Shape {
    holds: |text| setting(text) == Some(true),
    pattern: || format!(r"^\s*{OPTION}([:=]\s*(1|t|T|true|True|TRUE))?\s*$"),
};

/// The option as ECS documents it (API model, `ContainerDefinition.dockerSecurityOptions`).
const OPTION: &str = "no-new-privileges";

/// The launch types that take no security options (ECS API model, `ContainerDefinition.dockerSecurityOptions`; AWS page "Amazon ECS
/// task definition parameters for Managed Instances").
const WITHOUT: [LaunchType; 2] = [LaunchType::Fargate, LaunchType::ManagedInstances];

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    // Windows has no such thing, and where no target takes the option nothing in the definition can say it.
    let can_say = intent.target.types.iter().any(|known| !WITHOUT.contains(known));
    if intent.os == Os::Windows || !can_say {
        return Vec::new();
    }
    pass::each_container(&PASS, task, |container| inspect_container(container, intent).into_iter().collect())
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent) -> Option<Finding> {
    let title = container.title();
    let list = container.path().key("dockerSecurityOptions");
    let (place, message, remedy) = match Said::of(container) {
        Said::No => return None,
        Said::Unread(why) => {
            let obstacle = Obstacle::unresolved("something in `dockerSecurityOptions`", why);
            let message = format!("programs of {title} may be able to gain privileges that it was not started with");
            (list, message, Remedy::Undetermined(obstacle))
        }
        Said::Nothing => {
            let message = format!("programs of {title} can gain privileges that it was not started with");
            let edit = Edit::Append { array: list.clone(), value: json!(OPTION) };
            (list, message, remedy(container, intent, edit))
        }
        Said::Yes(index) => {
            let message = format!("programs of {title} are allowed to gain privileges that it was not started with");
            let edit = Edit::Set { path: list.index(index), value: json!(OPTION) };
            (list.index(index), message, remedy(container, intent, edit))
        }
    };
    let mut finding = pass::finding(&PASS, container, "dockerSecurityOptions", message, remedy);
    finding.place = place;
    Some(finding)
}

/// Whether the security options of a container let its programs gain privileges.
enum Said {
    /// They forbid it.
    No,
    /// The element at this position allows it.
    Yes(usize),
    /// They say nothing.
    Nothing,
    /// An element that counts cannot be read.
    Unread(Why),
}

impl Said {
    /// The last element about it counts, as Docker reads them.
    fn of(container: &ContainerView<'_>) -> Self {
        let list = container.member("dockerSecurityOptions").list();
        if let Some(why) = list.hidden {
            return Self::Unread(why);
        }
        let elements = list.items.iter().enumerate().rev();
        let mut said = elements.filter_map(|(index, element)| match element.clone().text() {
            Read::Known(text) => setting(text).map(|forbidden| if forbidden { Self::No } else { Self::Yes(index) }),
            Read::Unresolved(_) if is_about_something_else(element) => None,
            Read::Unresolved(why) => Some(Self::Unread(why)),
            Read::Absent => None,
        });
        said.next().unwrap_or(Self::Nothing)
    }
}

/// What an element says: Docker takes the bare name, and a truth value after `:` or `=` (Docker manual, `docker run --security-opt`).
fn setting(text: &str) -> Option<bool> {
    let rest = text.trim().strip_prefix(OPTION)?;
    match rest.strip_prefix([':', '=']) {
        Some(value) => Some(["1", "t", "T", "true", "True", "TRUE"].contains(&value.trim())),
        None => rest.is_empty().then_some(true),
    }
}

/// Whether an element with a placeholder in it names another option before that.
fn is_about_something_else(element: &Place<'_>) -> bool {
    let text = element.clone().known().and_then(|node| node.as_str()).unwrap_or_default();
    let name = text.split_once([':', '=']).map(|(name, _)| name.trim());
    name.is_some_and(|name| ["apparmor", "label", "seccomp", "credentialspec"].contains(&name))
}

fn remedy(container: &ContainerView<'_>, intent: &Intent, edit: Edit) -> Remedy {
    let refusing: Vec<&str> =
        WITHOUT.into_iter().filter(|known| intent.target.includes(*known)).map(LaunchType::name).collect();
    if !refusing.is_empty() {
        return Remedy::Manual(vec![obstacle(&refusing, intent.target.source)]);
    }
    // What is inferred from what a definition may run on today is not what it is meant for.
    if intent.target.source == TargetSource::Inferred {
        return Remedy::Manual(vec![Obstacle::new(
            "nothing says where it runs, and some launch types take no `dockerSecurityOptions`",
            "if it runs on instances of your own alone, say so: --launch-type ec2",
        )]);
    }
    Remedy::Fix(Fix {
        title: format!("set the security option {OPTION}"),
        applicability: Applicability::Unsafe,
        edits: vec![edit],
        values: vec![Vouched {
            value: "nothing in the container needs to gain privileges".into(),
            by: Provenance::BuiltInDefault.into(),
        }],
        risks: risks(container, intent),
    })
}

fn obstacle(refusing: &[&str], source: TargetSource) -> Obstacle {
    let are = if refusing.len() == 1 { "is a target too, and takes" } else { "are targets too, and take" };
    let refusing = refusing.join(" and ");
    let reason = format!("{refusing} {are} no `dockerSecurityOptions`");
    let next_step = match source {
        TargetSource::Listed => {
            format!("if it runs on instances of your own alone, take {refusing} out of requiresCompatibilities")
        }
        TargetSource::Wished => {
            format!("if it runs on instances of your own alone, leave {refusing} out of --launch-type")
        }
        TargetSource::Computed | TargetSource::Inferred => {
            "if it runs on instances of your own alone, say so: --launch-type ec2".to_owned()
        }
    };
    Obstacle::new(reason, next_step)
}

fn risks(container: &ContainerView<'_>, intent: &Intent) -> Vec<Risk> {
    let name = container.name().unwrap_or("the container");
    let mut risks = vec![
        Risk::new(
            "programs with a set-user-ID or set-group-ID bit (sudo, su, ping, mount) run with the rights of their caller",
            format!(
                "`find / -xdev -perm /6000 -type f` in the image lists them; run one task of the new revision and look in the log of {name} for `effective uid is not 0` and `Operation not permitted`"
            ),
        ),
        Risk::new(
            "a binary with file capabilities starts without them, so a server that is not root may not bind ports below 1024",
            "`getcap -r /` in the image lists them; look in the same log for `Permission denied` at a port",
        ),
    ];
    if intent.os == Os::Unknown {
        risks.push(Risk::unknown_os());
    }
    risks
}
