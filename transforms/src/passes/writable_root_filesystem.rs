//! `writable-root-filesystem`: a container can write to every file of its image.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::edit::Edit;
use crate::intent::{ExecUse, Intent, Plan, TmpfsPlan, WritablePlan, exec};
use crate::knobs::Knob;
use crate::model::{ContainerView, Fact, Is, Os, Read, TaskView};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Pass, PassId, Provenance, Remedy, Risk, Run, Severity, Vouched, Yield,
};
use crate::weakness::{Systems, Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("writable-root-filesystem"),
    summary: "a container can write to the files of its image",
    severity: Severity::High,
    controls: &["ECS.5", "CT.ECS.PR.6"],
    yields: &[
        Yield {
            applicability: Applicability::Manual,
            when: "a container with ECS Exec, the App Mesh proxy, mounts that cannot be read, a path that needs an owner whose uid is not known, sizes that take too much of the memory",
        },
        Yield { applicability: Applicability::Unsafe, when: "every other container of a task that is not for Windows" },
    ],
    section: "writable-root-filesystem",
    knobs: &[
        Knob {
            name: "paths",
            takes: "a list of paths, or of { path, size, exec }",
            help: "what the container writes; each gets a tmpfs unless something is mounted there (built-in default [\"/tmp\"])",
        },
        Knob {
            name: "size",
            takes: "MiB",
            help: "the size of each tmpfs that names none (built-in default 64, less where memory is short)",
        },
        Knob {
            name: "memory-percent",
            takes: "1 to 100",
            help: "how much of the memory all added tmpfs may take together (built-in default 10)",
        },
        Knob {
            name: "exec",
            takes: "true or false",
            help: "whether programs may run from the tmpfs (built-in default: from /tmp only)",
        },
        Knob {
            name: "exec-workaround",
            takes: "true or false",
            help: "whether the agent of ECS Exec gets writable mounts of its own, which AWS does not support (built-in default false)",
        },
    ],
    run: Run::ByDefault,
    page: include_str!("writable_root_filesystem.md"),
    weaknesses: Weaknesses::whole(&[&WRITABLE]),
    inspect,
};

/// Nothing forbids it. Read-only root file systems are not supported on Windows, where ECS.5 says `NOT_APPLICABLE` since 24 March 2026.
static WRITABLE: Weakness = Weakness::container(
    "a container can write to the files of its image",
    &[Fact::Member(&["readonlyRootFilesystem"], &[Is::Absent, Is::Flag(false)])],
)
.on(Systems::NotWindows);

/// The size of a tmpfs when nobody names one, in MiB.
pub const DEFAULT_SIZE_MIB: u64 = 64;
/// How much of the memory the added tmpfs may take together, in percent.
pub const DEFAULT_MEMORY_PERCENT: u64 = 10;

/// The knobs of this pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "WritableRootFilesystemKnobs")]
pub struct Knobs {
    /// What the container writes.
    pub paths: Option<Vec<WritablePath>>,
    /// The size of each tmpfs that names none.
    pub size: Option<Mebibytes>,
    /// How much of the memory all added tmpfs may take together.
    pub memory_percent: Option<Percent>,
    /// Whether programs may run from the tmpfs.
    pub exec: Option<bool>,
    /// Whether the agent of ECS Exec gets writable mounts of its own.
    pub exec_workaround: Option<bool>,
}

/// A path that a container writes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "RawPath")]
pub struct WritablePath {
    /// The absolute path, without a trailing slash.
    pub path: String,
    /// The size of its tmpfs.
    pub size: Option<Mebibytes>,
    /// Whether programs may run from it.
    pub exec: Option<bool>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum RawPath {
    Plain(String),
    #[serde(rename_all = "kebab-case")]
    Full(FullPath),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FullPath {
    /// The absolute path.
    path: String,
    /// The size of its tmpfs, where it is not that of all.
    size: Option<Mebibytes>,
    /// Whether programs may run from it.
    exec: Option<bool>,
}

impl WritablePath {
    /// A path about which nothing else is said.
    pub fn plain(path: &str) -> Self {
        Self { path: path.to_owned(), size: None, exec: None }
    }
}

impl TryFrom<RawPath> for WritablePath {
    type Error = &'static str;

    fn try_from(raw: RawPath) -> Result<Self, Self::Error> {
        let (path, size, exec) = match raw {
            RawPath::Plain(path) => (path, None, None),
            RawPath::Full(full) => (full.path, full.size, full.exec),
        };
        let trimmed = path.trim_end_matches('/');
        let plain = trimmed.split('/').skip(1).all(|part| !part.is_empty() && part != "." && part != "..");
        if trimmed.starts_with('/') && plain {
            Ok(Self { path: trimmed.to_owned(), size, exec })
        } else {
            Err("a writable path is absolute, below /, and without . or ..")
        }
    }
}

/// A size of at least 1 MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "u64")]
pub struct Mebibytes(u64);

impl Mebibytes {
    /// The number of MiB.
    pub const fn mib(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for Mebibytes {
    type Error = &'static str;

    fn try_from(mib: u64) -> Result<Self, Self::Error> {
        if (1..=1_048_576).contains(&mib) { Ok(Self(mib)) } else { Err("a size is a whole number of MiB, at least 1") }
    }
}

/// A share between 1 and 100 percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "u64")]
pub struct Percent(u64);

impl Percent {
    /// The number of percent.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for Percent {
    type Error = &'static str;

    fn try_from(percent: u64) -> Result<Self, Self::Error> {
        if (1..=100).contains(&percent) { Ok(Self(percent)) } else { Err("a percentage lies between 1 and 100") }
    }
}

/// Whether the root file system of `container` can be written.
pub fn is_weak(container: &ContainerView<'_>) -> Read<bool> {
    WRITABLE.of_container(container)
}

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    if !WRITABLE.counts_on(intent.os) {
        return Vec::new();
    }
    pass::each_container(&PASS, task, |container| inspect_container(container, intent).into_iter().collect())
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent) -> Option<Finding> {
    let (message, remedy) = match is_weak(container) {
        Read::Unresolved(why) => (
            format!("{} may be able to write to the files of its image", container.title()),
            Remedy::Undetermined(Obstacle::unresolved("`readonlyRootFilesystem`", why)),
        ),
        Read::Known(true) => {
            (format!("{} can write to the files of its image", container.title()), remedy(container, intent))
        }
        _ => return None,
    };
    let mut finding = pass::finding(&PASS, container, "readonlyRootFilesystem", message, remedy);
    finding.place = container.path().key("readonlyRootFilesystem");
    Some(finding)
}

fn remedy(container: &ContainerView<'_>, intent: &Intent) -> Remedy {
    match intent.container(container.index()).map(|container| &container.writable) {
        Some(plan @ WritablePlan { mounts: Plan::Ready(mounts), .. }) => {
            Remedy::Fix(fix(container, intent, mounts, plan))
        }
        Some(WritablePlan { mounts: Plan::Blocked(obstacles), .. }) => Remedy::Manual(obstacles.clone()),
        None => Remedy::Manual(vec![Obstacle::new("the container changed while it was worked on", "run this again")]),
    }
}

fn fix(container: &ContainerView<'_>, intent: &Intent, mounts: &[TmpfsPlan], plan: &WritablePlan) -> Fix {
    let mut edits = vec![Edit::Set { path: container.path().key("readonlyRootFilesystem"), value: json!(true) }];
    let mut values = vec![Vouched { value: plan.basis.clone(), by: plan.paths_by }];
    values.extend(plan.for_exec.map(|by| Vouched { value: "the workaround for ECS Exec".to_owned(), by }));
    if plan.wants_init(container) {
        let path = container.path().key("linuxParameters").key("initProcessEnabled");
        edits.push(Edit::Set { path, value: json!(true) });
    }
    for mount in mounts {
        edits.push(Edit::Append { array: container.path().key("linuxParameters").key("tmpfs"), value: tmpfs(mount) });
        values.push(Vouched { value: format!("{} MiB at {}", mount.size.value, mount.path), by: mount.size.by });
        values.extend(mount.exec.map(|exec| Vouched { value: format!("exec on {}", mount.path), by: exec.by }));
        if !mount.owner.is_empty() {
            values.push(Vouched { value: format!("{} at {}", mount.owner.join(" "), mount.path), by: mount.owner_by });
        }
    }
    let paths: Vec<&str> = mounts.iter().map(|mount| mount.path.as_str()).collect();
    let init = if plan.wants_init(container) { " and an init process" } else { "" };
    let title = match (paths.as_slice(), init) {
        ([], "") => "make the root file system read-only".to_owned(),
        ([], _) => "make the root file system read-only, with an init process".to_owned(),
        _ => format!("make the root file system read-only, with a tmpfs at {}{init}", paths.join(", ")),
    };
    Fix { title, applicability: Applicability::Unsafe, edits, values, risks: risks(container, intent, mounts, plan) }
}

fn tmpfs(mount: &TmpfsPlan) -> Json {
    let exec = mount.exec.map(|_| "exec".to_owned());
    let options: Vec<String> = exec.into_iter().chain(mount.owner.iter().cloned()).collect();
    if options.is_empty() {
        json!({ "containerPath": mount.path, "size": mount.size.value })
    } else {
        json!({ "containerPath": mount.path, "size": mount.size.value, "mountOptions": options })
    }
}

fn risks(container: &ContainerView<'_>, intent: &Intent, mounts: &[TmpfsPlan], plan: &WritablePlan) -> Vec<Risk> {
    let name = container.name().unwrap_or("the container");
    let scope = container.scope();
    let of_exec = |path: &str| plan.for_exec.is_some() && exec::PATHS.contains(&path);
    let own = mounts.iter().map(|mount| mount.path.as_str()).filter(|path| !of_exec(path));
    let paths = own.chain(["/PATH"]).collect::<Vec<_>>().join(",");
    let mut risks = vec![Risk::new(
        "the program writes somewhere else: a cache, a pid file, a log, an upload directory",
        format!(
            "run one task of the new revision under real use and look in the log of {name} for `Read-only file system`; \
                 name what is missing: --set '{scope}writable-root-filesystem.paths={paths}'"
        ),
    )];
    if container.member("firelensConfiguration") != Read::Absent {
        risks.push(Risk::new(
            "buffers on the file system (`storage.path`), databases of `tail` and the S3 output (`store_dir`) of its own configuration write elsewhere",
            format!("look for these in the configuration of {name}, and name them as above"),
        ));
    }
    risks.extend(exec_risk(container, intent, plan));
    let paths: Vec<&str> = mounts.iter().map(|mount| mount.path.as_str()).collect();
    if !paths.is_empty() {
        let becomes = if paths.len() == 1 { "is memory now: its" } else { "are memory now: their" };
        risks.push(Risk::new(
            format!(
                "{} {becomes} contents count against the memory of the task and are gone after a restart",
                paths.join(", ")
            ),
            "compare what the running task keeps there (`du -sh`) with the size",
        ));
    }
    if mounts.iter().any(|mount| mount.exec.is_some_and(|exec| exec.by == Provenance::BuiltInDefault)) {
        let image = intent.container(container.index()).and_then(|planned| planned.image.as_ref());
        let unknown = image.map_or("this image is not known", |_| "it is not known what this container runs");
        risks.push(Risk::new(
            format!("`exec` is kept on /tmp because {unknown}; without it programs could not be started from there"),
            format!(
                "drop it if nothing unpacks native libraries into /tmp: --set '{scope}writable-root-filesystem.exec=false'"
            ),
        ));
    }
    if intent.os == Os::Unknown {
        risks.push(Risk::unknown_os());
    }
    risks
}

/// What becomes of ECS Exec.
fn exec_risk(container: &ContainerView<'_>, intent: &Intent, plan: &WritablePlan) -> Option<Risk> {
    let not_known = intent.wishes.exec_use(container.into()) == ExecUse::NotKnown;
    match plan.for_exec {
        Some(_) => Some(Risk::new(
            "AWS does not support ECS Exec with a read-only root file system; people report that it works with these mounts, and not all of them do",
            "try `aws ecs execute-command` on one task of the new revision before it is rolled out",
        )),
        None => not_known.then(|| {
            Risk::new(
                "nothing says whether ECS Exec is used, and AWS does not support it with a read-only root file system",
                "look at `enableExecuteCommand` of the service, then say so: --exec, or --exec=no",
            )
        }),
    }
}
