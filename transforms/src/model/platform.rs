//! The operating system that the containers of a task run on.

use std::fmt;
use std::str::FromStr;

use super::container::ContainerView;
use super::read::{Place, Read, Why};
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
            Read::Known(family) if family.to_ascii_uppercase().starts_with("WINDOWS") => Some(Self::Windows),
            Read::Known(family) if family.eq_ignore_ascii_case("LINUX") => Some(Self::Linux),
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
        linux_only(task) || (unset && listed && target.includes(LaunchType::Fargate))
    }

    /// What the definition shows. Fargate without a family runs Linux (ECS API model, `RuntimePlatform`); where Fargate itself is only
    /// inferred, a sign of Windows weighs more. Managed Instances run Linux alone (AWS page "Amazon ECS Managed Instances").
    fn shown(task: &TaskView<'_>, target: &LaunchTarget) -> Self {
        let fargate = target.includes(LaunchType::Fargate);
        let managed_alone = target.types.iter().eq([&LaunchType::ManagedInstances]);
        if managed_alone || (fargate && target.source != TargetSource::Inferred) || linux_only(task) {
            Self::Linux
        } else if windows_sign(task) {
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

/// Whether the task uses a field that no Windows task may have (AWS page "Amazon ECS task definition differences for EC2 instances
/// running Windows"). Empty values, which `describe-task-definition` fills in, do not count.
fn linux_only(task: &TaskView<'_>) -> bool {
    const TASK: [&str; 3] = ["pidMode", "ipcMode", "proxyConfiguration"];
    const CONTAINER: [&str; 6] = [
        "privileged",
        "readonlyRootFilesystem",
        "linuxParameters",
        "ulimits",
        "systemControls",
        "firelensConfiguration",
    ];
    matches!(task.network_mode(), Read::Known("bridge" | "host" | "none"))
        || TASK.iter().any(|member| is_used(&task.member(member)))
        || task.seen().iter().any(|container| CONTAINER.iter().any(|member| is_used(&container.member(member))))
}

fn is_used(place: &Place<'_>) -> bool {
    place.is_filled() && place.clone().flag() != Read::Known(false)
}

/// Drive letters, Windows shells, Windows base images, group-managed service accounts, `FSx` shares, the accounts of Windows.
fn windows_sign(task: &TaskView<'_>) -> bool {
    let fsx = task.member("volumes").list().items.into_iter().any(|volume| {
        is_used(&volume.clone().member("fsxWindowsFileServerVolumeConfiguration"))
            || is_drive(&volume.member("host").member("sourcePath"))
    });
    fsx || task.seen().iter().any(windows_container)
}

fn windows_container(container: &ContainerView<'_>) -> bool {
    let image = container.member("image").text().known().unwrap_or_default().to_ascii_lowercase();
    let words = ["command", "entryPoint"].into_iter().flat_map(|member| container.member(member).list().items);
    let programs = ["command", "entryPoint"].map(|member| container.member(member).list().items.into_iter().next());
    ["servercore", "nanoserver", "/windows", "ltsc20"].iter().any(|sign| image.contains(sign))
        || programs.into_iter().flatten().any(|program| is_windows_program(&program))
        || words.into_iter().any(|word| is_drive(&word))
        || container
            .member("mountPoints")
            .list()
            .items
            .into_iter()
            .any(|point| is_drive(&point.member("containerPath")))
        || is_drive(&container.member("workingDirectory"))
        || is_used(&container.member("credentialSpecs"))
        || is_windows_account(&container.member("user"))
}

/// `cmd` is a common name for a program of one's own: only `cmd` without a path, or `cmd.exe`, is the shell of Windows.
fn is_windows_program(program: &Place<'_>) -> bool {
    let Read::Known(node) = program else { return false };
    let first = node.as_str().unwrap_or_default().split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let name = first.rsplit('\\').next().unwrap_or_default();
    ["powershell", "cmd"].contains(&name) || name.strip_suffix(".exe").is_some() || is_drive(program)
}

fn is_windows_account(user: &Place<'_>) -> bool {
    let account = user.clone().text().known().unwrap_or_default();
    ["ContainerAdministrator", "ContainerUser"].iter().any(|known| known.eq_ignore_ascii_case(account))
}

fn is_drive(place: &Place<'_>) -> bool {
    let Read::Known(node) = place else { return false };
    let bytes = node.as_str().unwrap_or_default().as_bytes();
    // `s:/path` may be anything on Linux.
    matches!(bytes, [letter, b':', b'\\', ..] if letter.is_ascii_alphabetic())
}
