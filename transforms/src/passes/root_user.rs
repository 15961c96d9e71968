//! `root-user`: a container starts as root, or as whoever its image says.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::edit::Edit;
use crate::intent::{Image, Intent, LOW_PORTS, Plan, UserMend};
use crate::knobs::Knob;
use crate::model::{BLANK, ContainerView, Fact, Is, Os, ROOT_USER, Read, TaskView, UserField, WINDOWS_ADMINISTRATOR};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Pass, PassId, Remedy, Risk, Run, Severity, Vouched, Yield,
};
use crate::weakness::{Systems, Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("root-user"),
    summary: "a container runs as root, or as whoever its image says",
    severity: Severity::Medium,
    controls: &["ECS.20", "ECS.21", "CT.ECS.PR.3"],
    yields: &[
        Yield {
            applicability: Applicability::Manual,
            when: "a writable mount whose owner nobody vouches for, the FireLens router, the App Mesh proxy, a container that others wait for or that changes owners, an agent of the host, a low port that cannot be opened, Windows without `root-user.windows-user`",
        },
        Yield { applicability: Applicability::Unsafe, when: "every other container that is root or names no user" },
        Yield {
            applicability: Applicability::Safe,
            when: "an image that starts as that very user by itself: it says so (`--image-config`, `--dockerfile`), or it is well known",
        },
    ],
    section: "root-user",
    knobs: &[
        Knob {
            name: "user",
            takes: "\"UID:GID\" or a name, not root",
            help: "the user that the container gets (built-in default 1000:1000)",
        },
        Knob {
            name: "owned-paths",
            takes: "a list of container paths, or \"volumesFrom\"",
            help: "writable mounts that the new user may write; anything below counts too",
        },
        Knob {
            name: "windows-user",
            takes: "a name, not ContainerAdministrator",
            help: "the user of Windows containers; without it they are left alone",
        },
    ],
    run: Run::ByDefault,
    page: include_str!("root_user.md"),
    weaknesses: Weaknesses::whole(&[&ROOT, &ADMINISTRATOR]),
    inspect,
};

/// On Linux, and where nothing tells the operating system.
static ROOT: Weakness = Weakness::container(
    "a container runs as root, or as whoever its image says",
    &[Fact::Member(&["user"], &[Is::Absent, Is::Scalar(&BLANK), Is::Scalar(&ROOT_USER)])],
)
.on(Systems::NotWindows);

static ADMINISTRATOR: Weakness = Weakness::container(
    "a container runs as ContainerAdministrator, or as whoever its image says",
    &[Fact::Member(&["user"], &[Is::Absent, Is::Scalar(&BLANK), Is::Scalar(&WINDOWS_ADMINISTRATOR)])],
)
.on(Systems::Windows);

/// The user that a container gets when nobody names one.
pub const DEFAULT_USER: &str = "1000:1000";

/// The knobs of this pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "RootUserKnobs")]
pub struct Knobs {
    /// The user that the container gets.
    pub user: Option<LinuxUser>,
    /// Writable mounts that the new user may write.
    pub owned_paths: Option<Vec<OwnedPath>>,
    /// The user of Windows containers.
    pub windows_user: Option<WindowsUser>,
}

/// A user of a Linux container that is not root: `uid`, `uid:gid`, `name`, `name:group` and mixtures (ECS API model,
/// `ContainerDefinition.user`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct LinuxUser(String);

impl TryFrom<String> for LinuxUser {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut parts = text.split(':');
        let well_formed = parts.clone().count() <= 2 && parts.clone().all(is_user_name);
        let user = parts.next().unwrap_or_default();
        if !well_formed {
            Err("a user is UID, UID:GID, NAME or NAME:GROUP, with ids up to 2147483647")
        } else if user == "root" || user.chars().all(|digit| digit == '0') {
            Err("the user must not be root")
        } else {
            Ok(Self(text))
        }
    }
}

impl fmt::Display for LinuxUser {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The largest id of a user or group that runtimes take (moby/sys, `user.GetExecUser`).
const LARGEST_ID: u32 = i32::MAX as u32;

fn is_user_name(part: &str) -> bool {
    let digits = !part.is_empty() && part.chars().all(|digit| digit.is_ascii_digit());
    let numeric = digits && part.parse::<u32>().is_ok_and(|id| id <= LARGEST_ID);
    let starts = part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    numeric || (starts && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter)))
}

/// A user of a Windows container that is not its administrator.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct WindowsUser(String);

impl TryFrom<String> for WindowsUser {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let named =
            !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-\\".contains(letter));
        if named && !text.eq_ignore_ascii_case("ContainerAdministrator") {
            Ok(Self(text))
        } else {
            Err("a Windows user is a name other than ContainerAdministrator")
        }
    }
}

impl fmt::Display for WindowsUser {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A path below which the new user may write, or `volumesFrom`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct OwnedPath(String);

impl TryFrom<String> for OwnedPath {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "volumesFrom" || text.starts_with('/') {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err("an owned path is an absolute container path, or volumesFrom")
        }
    }
}

impl fmt::Display for OwnedPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_empty() { "/" } else { &self.0 })
    }
}

impl OwnedPath {
    /// Whether `path` is this path or lies below it.
    pub fn covers(&self, path: &str) -> bool {
        path.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Whether a container with this user counts as running as root on this operating system.
pub const fn is_weak(user: &UserField, os: Os) -> bool {
    matches!(
        (user, os),
        (UserField::Unset, _)
            | (UserField::Root, Os::Linux | Os::Unknown)
            | (UserField::WindowsAdministrator, Os::Windows)
    )
}

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    pass::each_container(&PASS, task, |container| inspect_container(container, intent).into_iter().collect())
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent) -> Option<Finding> {
    let (message, remedy) = match container.user() {
        Read::Unresolved(why) => (
            format!("{} may run as root", container.title()),
            Remedy::Undetermined(Obstacle::unresolved("`user`", why)),
        ),
        Read::Known(user) if is_weak(&user, intent.os) => {
            (message(container, &user, intent), remedy(container, intent))
        }
        _ => return None,
    };
    let mut finding = pass::finding(&PASS, container, "user", message, remedy);
    finding.place = container.path().key("user");
    finding.controls = match intent.os {
        Os::Linux => vec!["ECS.20", "CT.ECS.PR.3"],
        Os::Windows => vec!["ECS.21"],
        Os::Unknown => PASS.controls.to_vec(),
    };
    Some(finding)
}

fn message(container: &ContainerView<'_>, user: &UserField, intent: &Intent) -> String {
    let title = container.title();
    let image = intent.container(container.index()).and_then(|planned| planned.image.as_ref());
    let starts = image.and_then(|image| Some((image, image.entry().starts_as.as_ref()?)));
    match (user, starts) {
        (UserField::Unset, Some((image, starts))) => {
            let says = if starts.starts_with("0:") || starts == "0" { "root" } else { starts };
            format!("{title} names no user, so its image decides, and {} says {says}", image.known.title())
        }
        (UserField::Unset, None) if intent.os == Os::Windows => {
            format!("{title} names no user, so its image decides, and most images say ContainerAdministrator")
        }
        (UserField::Unset, None) => format!("{title} names no user, so its image decides, and most images say root"),
        (UserField::WindowsAdministrator, _) => format!("{title} runs as ContainerAdministrator"),
        (UserField::Root | UserField::Other(_), _) => format!("{title} runs as root"),
    }
}

fn remedy(container: &ContainerView<'_>, intent: &Intent) -> Remedy {
    match intent.container(container.index()).map(|container| &container.user.mend) {
        Some(Plan::Ready(mend)) => Remedy::Fix(fix(container, intent, mend)),
        Some(Plan::Blocked(obstacles)) => Remedy::Manual(obstacles.clone()),
        None => Remedy::Manual(vec![Obstacle::new("the container changed while it was worked on", "run this again")]),
    }
}

fn fix(container: &ContainerView<'_>, intent: &Intent, mend: &UserMend) -> Fix {
    let user = &mend.user;
    let mut edits = vec![Edit::Set { path: container.path().key("user"), value: json!(user.value) }];
    let mut values = vec![Vouched { value: mend.basis.clone(), by: user.by }];
    let mut title = format!("set `user` to \"{}\"", user.value);
    values.extend(mend.filled.iter().cloned());
    if let Some(by) = mend.opens_low_ports {
        let entry = json!({ "namespace": LOW_PORTS, "value": "0" });
        edits.push(Edit::Append { array: container.path().key("systemControls"), value: entry });
        values.push(Vouched { value: format!("{LOW_PORTS} = 0, for ports below 1024"), by });
        title.push_str(" and let it bind low ports");
    }
    let applicability = mend.applicability();
    let safe = applicability == Applicability::Safe;
    let risks = if safe { Vec::new() } else { risks(container, intent, &user.value) };
    Fix { title, applicability, edits, values, risks }
}

fn risks(container: &ContainerView<'_>, intent: &Intent, user: &str) -> Vec<Risk> {
    let name = container.name().unwrap_or("the container");
    let mut risks = if intent.os == Os::Windows { windows_risks(name, user) } else { linux_risks(name, user) };
    let known = intent.container(container.index()).and_then(|planned| planned.image.as_ref()).map(Image::entry);
    if let Some((entry, note)) = known.and_then(|entry| Some((entry, entry.user_note.as_ref()?))) {
        risks.insert(
            0,
            Risk::new(
                format!("of the image `{}`: {note}", entry.name),
                format!("run one task of the new revision as {user} and use it once"),
            ),
        );
    }
    if container.member("firelensConfiguration") != Read::Absent {
        risks.push(Risk::new(
            "agents before 1.96.0 (July 2025) refuse a log router that is not root, and no other container of the task may have its uid",
            "look at the version of the agent on every instance; on Fargate run one task of the new revision",
        ));
    }
    let check = container.member("healthCheck").member("command").list().items.into_iter().next();
    let switched_off = check.is_some_and(|word| word.text() == Read::Known("NONE"));
    if container.member("healthCheck") != Read::Absent && !switched_off {
        risks.push(Risk::new(
            "the health check runs as the new user too",
            format!("watch the health status of {name} in that task until it says HEALTHY"),
        ));
    }
    if intent.os == Os::Unknown {
        risks.push(Risk::unknown_os());
    }
    risks
}

fn windows_risks(name: &str, user: &str) -> Vec<Risk> {
    vec![Risk::new(
        format!(
            "what only an administrator may do is closed to {user}: services, the registry, directories of the system"
        ),
        format!("run one task of the new revision and look in the log of {name} for `Access is denied`"),
    )]
}

fn linux_risks(name: &str, user: &str) -> Vec<Risk> {
    vec![
        Risk::new(
            "an entry point that changes owners or switches users (gosu, su-exec, setpriv) fails without root",
            format!("run one task of the new revision and look in the log of {name} for `Operation not permitted`"),
        ),
        Risk::new(
            format!("files of the image that only root may read or write are closed to {user}"),
            format!(
                "look in the same log for `Permission denied`; `docker run --rm -u {user} IMAGE` shows it without ECS"
            ),
        ),
    ]
}
