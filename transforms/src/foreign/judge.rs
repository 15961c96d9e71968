//! What single rules ask of a definition.

use super::Judgement;
use crate::model::{ContainerSlot, ContainerView, Read, TaskView};

/// A value that decides alone.
fn decided<T>(read: Read<T>, is_wrong: impl Fn(Option<T>) -> bool) -> Judgement {
    let is_wrong = match read {
        Read::Unresolved(_) => return Judgement::Unknown,
        Read::Absent => is_wrong(None),
        Read::Known(value) => is_wrong(Some(value)),
    };
    if is_wrong { Judgement::Fails } else { Judgement::Passes }
}

/// One that fails decides; else one that cannot be told.
fn worst(judgements: impl Iterator<Item = Judgement>) -> Judgement {
    judgements.fold(Judgement::Passes, |worst, next| match (worst, next) {
        (Judgement::Fails, _) | (_, Judgement::Fails) => Judgement::Fails,
        (Judgement::Unknown, _) | (_, Judgement::Unknown) => Judgement::Unknown,
        _ => Judgement::Passes,
    })
}

fn each(task: &TaskView<'_>, judge: impl Fn(&ContainerView<'_>) -> Judgement) -> Judgement {
    worst(task.containers().iter().map(|slot| match slot {
        ContainerSlot::Seen(container) => judge(container),
        ContainerSlot::Hidden { .. } => Judgement::Unknown,
    }))
}

pub(super) fn host_pid(task: &TaskView<'_>) -> Judgement {
    decided(task.member("pidMode").text(), |mode| mode == Some("host"))
}

pub(super) fn host_network(task: &TaskView<'_>) -> Judgement {
    decided(task.member("networkMode").text(), |mode| mode == Some("host"))
}

pub(super) fn not_awsvpc(task: &TaskView<'_>) -> Judgement {
    decided(task.member("networkMode").text(), |mode| mode != Some("awsvpc"))
}

pub(super) fn privileged(task: &TaskView<'_>) -> Judgement {
    each(task, |container| decided(container.member("privileged").flag(), |flag| flag == Some(true)))
}

pub(super) fn writable_root(task: &TaskView<'_>) -> Judgement {
    each(task, |container| decided(container.member("readonlyRootFilesystem").flag(), |flag| flag != Some(true)))
}

/// Since 24 March 2026 the control is not about Windows.
pub(super) fn writable_root_unless_windows(task: &TaskView<'_>) -> Judgement {
    if is_windows(task) == Some(true) { Judgement::Passes } else { writable_root(task) }
}

pub(super) fn no_log_driver(task: &TaskView<'_>) -> Judgement {
    each(task, |container| {
        let driver = container.member("logConfiguration").member("logDriver").text();
        decided(driver, |driver| driver.is_none_or(str::is_empty))
    })
}

pub(super) fn no_mode(task: &TaskView<'_>) -> Judgement {
    each(task, |container| {
        let logs = container.member("logConfiguration");
        match logs.clone().member("logDriver").text() {
            Read::Absent => Judgement::Passes,
            _ => decided(logs.member("options").member("mode").text(), |mode| mode != Some("non-blocking")),
        }
    })
}

pub(super) fn no_memory(task: &TaskView<'_>) -> Judgement {
    each(task, |container| decided(container.member("memory").number(), |memory| memory.is_none()))
}

pub(super) fn three_names(task: &TaskView<'_>) -> Judgement {
    const NAMES: [&str; 3] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA"];
    each(task, |container| {
        let variables = container.member("environment").list();
        let rest = variables.hidden.map(|_| Judgement::Unknown);
        let names = variables.items.into_iter().map(|variable| variable.member("name").text());
        let judged = names.map(|name| decided(name, |name| name.is_some_and(|name| NAMES.contains(&name))));
        worst(judged.chain(rest))
    })
}

pub(super) fn plain_efs(task: &TaskView<'_>) -> Judgement {
    let volumes = task.member("volumes").list();
    let rest = volumes.hidden.map(|_| Judgement::Unknown);
    let of_efs = volumes.items.into_iter().map(|volume| volume.member("efsVolumeConfiguration"));
    let encrypted = of_efs
        .filter(Read::is_filled)
        .map(|efs| decided(efs.member("transitEncryption").text(), |encryption| encryption != Some("ENABLED")));
    worst(encrypted.chain(rest))
}

pub(super) fn root_user(task: &TaskView<'_>) -> Judgement {
    each(task, |container| decided(container.member("user").scalar(), |user| user.is_none_or(is_root)))
}

pub(super) fn root_on_linux(task: &TaskView<'_>) -> Judgement {
    if is_windows(task) == Some(true) { Judgement::Passes } else { root_user(task) }
}

pub(super) fn administrator_on_windows(task: &TaskView<'_>) -> Judgement {
    if is_windows(task) == Some(false) {
        return Judgement::Passes;
    }
    each(task, |container| {
        let is_wrong = |user: Option<&str>| user.is_none_or(|user| user.eq_ignore_ascii_case("containeradministrator"));
        decided(container.member("user").scalar(), is_wrong)
    })
}

pub(super) fn root_on_the_network_of_the_host(task: &TaskView<'_>) -> Judgement {
    let root = each(task, |container| {
        let user = decided(container.member("user").scalar(), |user| {
            user.is_none_or(|user| user.is_empty() || user == "root")
        });
        match container.member("privileged").flag() {
            Read::Known(true) => Judgement::Passes,
            Read::Unresolved(_) if user == Judgement::Fails => Judgement::Unknown,
            _ => user,
        }
    });
    match (host_network(task), root) {
        (Judgement::Passes, _) | (_, Judgement::Passes) => Judgement::Passes,
        (Judgement::Fails, root) => root,
        (Judgement::Unknown, _) => Judgement::Unknown,
    }
}

pub(super) fn one_role(task: &TaskView<'_>) -> Judgement {
    let (execution, own) = (task.member("executionRoleArn").text(), task.member("taskRoleArn").text());
    match (execution, own) {
        (Read::Known(execution), Read::Known(own)) if execution == own => Judgement::Fails,
        (Read::Unresolved(_), Read::Unresolved(_) | Read::Known(_)) | (Read::Known(_), Read::Unresolved(_)) => {
            Judgement::Unknown
        }
        _ => Judgement::Passes,
    }
}

pub(super) fn untagged(task: &TaskView<'_>) -> Judgement {
    let tags = task.member("tags").list();
    let rest = tags.hidden;
    let own = |key: Read<&str>| key.known().is_some_and(|key| !key.starts_with("aws:"));
    if tags.items.into_iter().any(|tag| own(tag.member("key").text())) {
        return Judgement::Passes;
    }
    if rest.is_some() { Judgement::Unknown } else { Judgement::Fails }
}

pub(super) fn by_value(task: &TaskView<'_>) -> Judgement {
    each(task, |container| {
        let variables = container.member("environment");
        if variables.is_filled() { Judgement::Unknown } else { decided(variables.text().map(|_| ()), |_| false) }
    })
}

/// It fails never.
pub(super) const fn never_told(_: &TaskView<'_>) -> Judgement {
    Judgement::Passes
}

/// Whether the operating system is set to Windows; `None` where it is not set or cannot be read.
fn is_windows(task: &TaskView<'_>) -> Option<bool> {
    let system = task.member("runtimePlatform").member("operatingSystemFamily").text().known()?;
    Some(system.to_ascii_uppercase().starts_with("WINDOWS"))
}

/// Whether either part of `user` is root; the documents name `root` and `0`, and whoever judges may look at the first part alone.
fn is_root(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default();
    name.is_empty() || name == "root" || name.parse() == Ok(0_u64)
}
