//! Which privileged containers will not be privileged after the run.

use std::collections::BTreeSet;

use super::namespaces::{self, NamespacePlan, Sharing};
use super::{CapabilityPlan, Plan, Setting, commands, host_work, mounts, user};
use crate::capability;
use crate::images::Kinship;
use crate::model::{ContainerView, LaunchType, MountKind, Os, Read, Why};
use crate::pass::{Applicability, Obstacle, Provenance, Voucher};
use crate::passes::{excess_capabilities, privileged_container};

/// The plan for `privileged` of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivilegePlan {
    /// It is privileged and stays so, once everything selected is applied.
    pub stays: bool,
    /// How it would be mended, if it is privileged.
    pub mend: Plan<PrivilegeMend>,
    /// What to do where it stays privileged and another pass is kept from its work by that.
    pub next_step: String,
}

/// What mending `privileged` rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivilegeMend {
    /// Who vouches for what the container needs besides.
    pub by: Voucher,
    /// What becomes of its capability lists, which were ignored before.
    pub lists: Lists,
}

/// What becomes of the capability lists of a container that is no longer privileged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lists {
    /// `excess-capabilities` mends them in the same revision, and these are kept.
    Mended(BTreeSet<String>),
    /// They begin to count as they are.
    BeginToCount,
}

impl PrivilegePlan {
    /// What the container keeps of the capabilities that it had by being privileged.
    pub fn restored(&self) -> Option<&BTreeSet<String>> {
        match &self.mend {
            Plan::Ready(PrivilegeMend { lists: Lists::Mended(kept), .. }) if !self.stays => Some(kept),
            _ => None,
        }
    }
}

pub(super) fn plan(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    with: (&NamespacePlan, &CapabilityPlan),
) -> PrivilegePlan {
    if container.privileged() != Read::Known(true) {
        return PrivilegePlan { stays: false, mend: Plan::Blocked(Vec::new()), next_step: String::new() };
    }
    let mend = mend(setting, container, with);
    let next_step = next_step(setting, container, &mend);
    let mend = match mend {
        Ok(mend) => Plan::Ready(mend),
        Err(Missing::Keep(obstacle)) => Plan::Blocked(vec![obstacle]),
        Err(Missing::Other(obstacles)) => Plan::Blocked(obstacles),
    };
    let mended = matches!(&mend, Plan::Ready(mend) if setting.wishes.applies(
        &privileged_container::PASS,
        container.into(),
        "privileged",
        (Applicability::Unsafe, mend.by),
    ));
    PrivilegePlan { stays: !mended, mend, next_step }
}

/// What a mend lacks.
enum Missing {
    /// `excess-capabilities.keep`.
    Keep(Obstacle),
    /// Something else.
    Other(Vec<Obstacle>),
}

fn next_step(setting: &Setting<'_>, container: &ContainerView<'_>, mend: &Result<PrivilegeMend, Missing>) -> String {
    match mend {
        _ if !setting.wishes.runs(&privileged_container::PASS, container.into()) => {
            "let privileged-container run too, or set `privileged` to false by hand".to_owned()
        }
        Ok(_) => "apply the fix of privileged-container too".to_owned(),
        Err(Missing::Keep(obstacle)) => obstacle.next_step.clone(),
        Err(Missing::Other(_)) => "clear what keeps privileged-container from mending that".to_owned(),
    }
}

fn mend(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    (namespaces, capabilities): (&NamespacePlan, &CapabilityPlan),
) -> Result<PrivilegeMend, Missing> {
    // Windows containers have no capabilities, and ECS takes no `privileged` for them.
    if setting.os == Os::Windows {
        return Ok(PrivilegeMend { by: namespaces::needless(setting), lists: Lists::BeginToCount });
    }
    let host = host_obstacles(setting, container, namespaces);
    if !host.is_empty() {
        return Err(Missing::Other(host));
    }
    if !capabilities_are_mended(setting, container) {
        let keep = setting.wishes.layers.pick(container.into(), |knobs| knobs.excess_capabilities.keep.as_ref());
        let by = keep.map_or_else(|| namespaces::needless(setting), |keep| keep.by);
        return Ok(PrivilegeMend { by, lists: Lists::BeginToCount });
    }
    let vouched = capabilities.vouched_by.filter(|by| *by >= Provenance::Policy || image_vouches(setting, container));
    let by = vouched.ok_or_else(|| Missing::Keep(keep_obstacle(container)))?;
    let lists = container.capabilities().map_err(|why| {
        let field = "something in `capabilities`, which begins to count without `privileged`,";
        Missing::Other(vec![Obstacle::unresolved(field, why)])
    })?;
    let kept = &capabilities.vouched;
    let effective = capability::effective(&lists);
    let refused = |name: &&String| {
        setting.target.includes(LaunchType::Fargate) && !effective.contains(*name) && *name != "SYS_PTRACE"
    };
    match kept.iter().find(refused) {
        Some(name) => Err(Missing::Other(vec![refused_by_fargate(container, kept, (name, by))])),
        None => Ok(PrivilegeMend { by, lists: Lists::Mended(kept.clone()) }),
    }
}

/// Whether what is known of the image can stand for a word of somebody who knows why it is privileged: it is that very image, it is known
/// to need capabilities (base images need whatever is built on them), and it starts what it starts by itself.
fn image_vouches(setting: &Setting<'_>, container: &ContainerView<'_>) -> bool {
    let Some(image) = setting.image(container).filter(|image| image.known.kinship == Kinship::Same) else {
        return false;
    };
    let entry = image.entry();
    let needs_some = !entry.keep.is_empty() || entry.keep_as_root.as_ref().is_some_and(|keep| !keep.is_empty());
    let name = entry.repositories.first().and_then(|name| name.rsplit('/').next());
    needs_some && name.is_some_and(|name| commands::starts_only(container, name))
}

/// A capability that is needed and cannot be given.
fn refused_by_fargate(
    container: &ContainerView<'_>,
    kept: &BTreeSet<String>,
    (name, by): (&String, Voucher),
) -> Obstacle {
    let fargate = "and Fargate takes no added capability but SYS_PTRACE";
    if by >= Provenance::Policy {
        return Obstacle::new(
            format!("{name} is kept and would have to be added, {fargate}"),
            format!("take {name} out of excess-capabilities.keep, or FARGATE out of the launch types"),
        );
    }
    let rest: Vec<&str> = kept.iter().map(String::as_str).filter(|other| other != name).collect();
    let scope = container.scope();
    Obstacle::new(
        format!("its image is known to need {name}, which would have to be added, {fargate}"),
        format!("if it does without: --set '{scope}excess-capabilities.keep={}'", rest.join(",")),
    )
}

fn keep_obstacle(container: &ContainerView<'_>) -> Obstacle {
    let scope = container.scope();
    Obstacle::new(
        "nobody says which capabilities the container needs once it is not privileged",
        format!("say which: --set '{scope}excess-capabilities.keep=CAP,…', with nothing after the = if it needs none"),
    )
}

/// Whether `excess-capabilities` mends the lists of this container.
fn capabilities_are_mended(setting: &Setting<'_>, container: &ContainerView<'_>) -> bool {
    let pass = &excess_capabilities::PASS;
    setting.wishes.runs(pass, container.into()) && !setting.wishes.lets_be(pass, container.into(), "capabilities")
}

/// What shows that the container works on its host, or hides whether it does.
fn host_obstacles(setting: &Setting<'_>, container: &ContainerView<'_>, namespaces: &NamespacePlan) -> Vec<Obstacle> {
    let mut signs: Vec<String> =
        host_work::of(container).map(|what| format!("looks like {what}")).into_iter().collect();
    let mut unread = Vec::new();
    match container.linux("devices") {
        Read::Unresolved(why) => unread.push(Obstacle::unresolved("`linuxParameters.devices`", why)),
        devices if devices.is_filled() => signs.push("has devices of the host".to_owned()),
        _ => {}
    }
    match host_mounts(setting, container) {
        Err(obstacle) => unread.push(obstacle),
        Ok(volumes) if volumes.is_empty() => {}
        Ok(volumes) => {
            let names: Vec<String> = volumes.iter().map(|name| format!("`{name}`")).collect();
            signs.push(format!("mounts directories of the host ({})", names.join(", ")));
        }
    }
    if !setting.task.is_whole() {
        unread.push(Obstacle::unresolved("what the task shares with its host", Why::OutsideThisFile));
    }
    let network = setting.task.network_mode();
    for (member, sharing) in
        [("pidMode", namespaces.pid_after), ("ipcMode", namespaces.ipc_after), ("networkMode", Sharing::of(&network))]
    {
        match sharing {
            Sharing::Shared => signs.push(format!("has `{member}` \"host\"")),
            Sharing::Apart | Sharing::Unknown(Why::OutsideThisFile) => {}
            Sharing::Unknown(why) => unread.push(Obstacle::unresolved(&format!("`{member}`"), why)),
        }
    }
    if signs.is_empty() {
        return unread;
    }
    let title = container.title();
    vec![Obstacle::new(
        format!("{title} {}, so it seems to work on its host", signs.join(", ")),
        "if it does without, set `privileged` to false by hand; else run it on instances of its own",
    )]
}

/// The volumes of host directories that the container mounts, by itself or through `volumesFrom`.
pub(super) fn host_mounts(setting: &Setting<'_>, container: &ContainerView<'_>) -> Result<BTreeSet<String>, Obstacle> {
    let mut found = BTreeSet::new();
    for next in mounts::with_sources(setting, container)? {
        let mounts = next.mounts().map_err(|why| Obstacle::unresolved(user::unread_mounts(&next), why))?;
        for mount in mounts {
            match mount.kind {
                MountKind::Volume(Some(name)) if is_host(setting, &name)? => drop(found.insert(name)),
                MountKind::Volume(Some(_)) | MountKind::Tmpfs { .. } => {}
                MountKind::Volume(None) => {
                    return Err(Obstacle::new("a mount names no volume that can be read", "check the rendered file"));
                }
            }
        }
    }
    Ok(found)
}

/// Whether the volume of that name is a directory of the host.
fn is_host(setting: &Setting<'_>, name: &str) -> Result<bool, Obstacle> {
    let unread =
        |why| Obstacle::unresolved(&format!("the volume `{name}`, which may be a directory of the host,"), why);
    let volumes = setting.task.member("volumes").list();
    let named = volumes.items.iter().find(|volume| (*volume).clone().member("name").text() == Read::Known(name));
    match named.map(|volume| volume.clone().member("host").member("sourcePath")) {
        Some(Read::Unresolved(why)) => Err(unread(why)),
        Some(path) => Ok(path.is_filled()),
        None => {
            let nameless = volumes.items.iter().find_map(|volume| volume.clone().member("name").text().unresolved());
            volumes.hidden.or(nameless).map_or(Ok(false), |why| Err(unread(why)))
        }
    }
}
