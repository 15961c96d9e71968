//! The operating system that the containers of a task run on.

use std::fmt;
use std::str::FromStr;

use super::fact::{Fact, Form, Is, Spelling};
use super::read::{Read, Why};
use super::target::{LaunchTarget, LaunchType, TargetError, TargetSource};
use super::task::TaskView;

/// An operating system, or that nothing tells which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Os {
    /// Linux.
    Linux,
    /// Windows Server.
    Windows,
    /// Nothing in the definition tells. Passes act as for Linux and no fix is safe.
    Unknown,
}

impl Os {
    /// The operating system of `task`: what is set; else what the user says; else what the definition shows.
    pub fn of(task: &TaskView<'_>, target: &LaunchTarget, wish: Option<Self>) -> Result<Self, TargetError> {
        let set = task.member("runtimePlatform").member("operatingSystemFamily").text();
        let named = match &set {
            Read::Known(family) if WINDOWS_FAMILY.holds(family) => Some(Self::Windows),
            Read::Known(family) if LINUX_FAMILY.holds(family) => Some(Self::Linux),
            _ => None,
        };
        match (named, wish) {
            (Some(named), Some(wish)) if named != wish => Err(TargetError::OtherSystem { set: named.name() }),
            (None, Some(Self::Windows)) if Self::is_surely_linux(task, target) => Err(TargetError::OnlyLinux),
            (Some(known), _) | (None, Some(known)) => Ok(known),
            // Something is set there and cannot be read, so what the rest shows is no answer.
            (None, None) if matches!(set, Read::Unresolved(Why::Placeholder | Why::WrongType)) => Ok(Self::Unknown),
            (None, None) => Ok(Self::shown(task, target)),
        }
    }

    /// Whether the definition can be for Linux alone although it does not say so.
    fn is_surely_linux(task: &TaskView<'_>, target: &LaunchTarget) -> bool {
        let unset = task.member("runtimePlatform").member("operatingSystemFamily") == Read::Absent;
        let listed = matches!(target.source, TargetSource::Listed | TargetSource::Computed);
        shows(LINUX_ONLY, task) || (unset && listed && target.includes(LaunchType::Fargate))
    }

    /// What the definition shows. Fargate without a family runs Linux (ECS API model, `RuntimePlatform`); where Fargate itself is only
    /// inferred, a sign of Windows weighs more. Managed Instances run Linux alone (AWS page "Amazon ECS Managed Instances").
    fn shown(task: &TaskView<'_>, target: &LaunchTarget) -> Self {
        let fargate = target.includes(LaunchType::Fargate);
        let managed_alone = target.types.iter().eq([&LaunchType::ManagedInstances]);
        if managed_alone || (fargate && target.source != TargetSource::Inferred) || shows(LINUX_ONLY, task) {
            Self::Linux
        } else if shows(WINDOWS_SIGNS, task) {
            Self::Windows
        } else if fargate {
            Self::Linux
        } else {
            Self::Unknown
        }
    }

    /// The name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Windows => "Windows",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Os {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Os {
    type Err = UnknownOs;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "linux" => Ok(Self::Linux),
            "windows" => Ok(Self::Windows),
            _ => Err(UnknownOs),
        }
    }
}

/// A text that names no operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an operating system: use linux or windows")]
pub struct UnknownOs;

/// A value of `operatingSystemFamily` that is Windows.
pub static WINDOWS_FAMILY: Form = Form::Shape {
    holds: |family| family.to_ascii_uppercase().starts_with("WINDOWS"),
    pattern: || "(?i)^windows".to_owned(),
};

/// The value of `operatingSystemFamily` that is Linux.
pub static LINUX_FAMILY: Form =
    Form::Shape { holds: |family| family.eq_ignore_ascii_case("LINUX"), pattern: || "(?i)^linux$".to_owned() };

/// What no Windows task may say (AWS page "Amazon ECS task definition differences for EC2 instances running Windows"). Empty values,
/// which `describe-task-definition` fills in, do not count.
pub static LINUX_ONLY: &[Fact] = &[
    Fact::Member(&["networkMode"], &[Is::Text(&Form::exactly(&["bridge", "host", "none"]))]),
    Fact::Member(&["pidMode"], &[Is::Used]),
    Fact::Member(&["ipcMode"], &[Is::Used]),
    Fact::Member(&["proxyConfiguration"], &[Is::Used]),
    Fact::SomeContainer(&[Fact::Any(&[
        Fact::Member(&["privileged"], &[Is::Used]),
        Fact::Member(&["readonlyRootFilesystem"], &[Is::Used]),
        Fact::Member(&["linuxParameters"], &[Is::Used]),
        Fact::Member(&["ulimits"], &[Is::Used]),
        Fact::Member(&["systemControls"], &[Is::Used]),
        Fact::Member(&["firelensConfiguration"], &[Is::Used]),
    ])]),
];

/// Drive letters, Windows shells, Windows base images, group-managed service accounts, `FSx` shares, the accounts of Windows.
pub static WINDOWS_SIGNS: &[Fact] = &[
    Fact::Some(
        &["volumes"],
        &[Fact::Any(&[
            Fact::Member(&["fsxWindowsFileServerVolumeConfiguration"], &[Is::Used]),
            Fact::Member(&["host", "sourcePath"], &[Is::Written(&DRIVE)]),
        ])],
    ),
    Fact::SomeContainer(&[Fact::Any(&[
        Fact::Member(&["image"], &[Is::Text(&WINDOWS_IMAGE)]),
        Fact::First(&["command"], &[Is::Written(&WINDOWS_PROGRAM)]),
        Fact::First(&["entryPoint"], &[Is::Written(&WINDOWS_PROGRAM)]),
        Fact::Some(&["command"], &[Fact::Member(&[""], &[Is::Written(&DRIVE)])]),
        Fact::Some(&["entryPoint"], &[Fact::Member(&[""], &[Is::Written(&DRIVE)])]),
        Fact::Some(&["mountPoints"], &[Fact::Member(&["containerPath"], &[Is::Written(&DRIVE)])]),
        Fact::Member(&["workingDirectory"], &[Is::Written(&DRIVE)]),
        Fact::Member(&["credentialSpecs"], &[Is::Used]),
        Fact::Member(&["user"], &[Is::Text(&WINDOWS_ACCOUNT)]),
    ])]),
];

/// A base image of Windows, by its name.
static WINDOWS_IMAGE: Form = Form::Shape {
    holds: |image| {
        let image = image.to_ascii_lowercase();
        ["servercore", "nanoserver", "/windows", "ltsc20"].iter().any(|sign| image.contains(sign))
    },
    pattern: || "(?i)servercore|nanoserver|/windows|ltsc20".to_owned(),
};

/// `cmd` is a common name for a program of one's own: only `cmd` without a path, or `cmd.exe`, is the shell of Windows.
static WINDOWS_PROGRAM: Form = Form::Shape {
    holds: |written| {
        let first = written.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        let name = first.rsplit('\\').next().unwrap_or_default();
        ["powershell", "cmd"].contains(&name) || name.strip_suffix(".exe").is_some() || DRIVE.holds(written)
    },
    pattern: || r"(?i)^\s*((\S*\\)?(powershell|cmd)|\S*\.exe)(\s|$)|^[a-z]:\\".to_owned(),
};

static WINDOWS_ACCOUNT: Form =
    Form::Words { words: &["ContainerAdministrator", "ContainerUser"], spelling: Spelling::AnyCase };

/// A path on a drive. `s:/path` may be anything on Linux.
static DRIVE: Form = Form::Shape {
    holds: |written| matches!(written.as_bytes(), [letter, b':', b'\\', ..] if letter.is_ascii_alphabetic()),
    pattern: || r"(?i)^[a-z]:\\".to_owned(),
};

fn shows(facts: &[Fact], task: &TaskView<'_>) -> bool {
    facts.iter().any(|fact| fact.holds(task, task) == Read::Known(true))
}
