//! Where a container can write after the run, when its root file system cannot be written.

use std::collections::BTreeSet;

use super::user::{self, UserAfter, UserPlan};
use super::{Plan, Setting};
use crate::knobs::Subject;
use crate::model::{ContainerView, MountKind, Os, Read, Why};
use crate::pass::{Obstacle, Provenance, Vouched};
use crate::passes::root_user;
use crate::passes::writable_root_filesystem::{self as pass, WritablePath};

/// Memory of the smallest Fargate task in MiB: assumed where memory is set and cannot be read.
const SMALLEST_TASK_MIB: u64 = 512;

/// The plan for the writable paths of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WritablePlan {
    /// The mounts that a read-only root file system needs, or why they cannot be known.
    pub mounts: Plan<Vec<TmpfsPlan>>,
    /// Who vouches for this list of paths being all that is written.
    pub paths_by: Provenance,
}

/// A tmpfs to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TmpfsPlan {
    /// Where.
    pub path: String,
    /// How large, in MiB.
    pub size: Vouched<u64>,
    /// Whether programs may be run from it.
    pub exec: Option<Vouched<()>>,
    /// The owner that the mount needs, as options (`uid=1000`).
    pub owner: Vec<String>,
    /// Who vouches for the owner.
    pub owner_by: Provenance,
}

/// A tmpfs before its size is settled.
struct Draft {
    path: WritablePath,
    asked: Option<Vouched<u64>>,
}

/// The plans of all containers together: the mounts of a task share its memory.
pub(super) fn plan(setting: &Setting<'_>, seen: &[ContainerView<'_>], users: &[UserPlan]) -> Vec<WritablePlan> {
    let drafts: Vec<Result<Vec<Draft>, Vec<Obstacle>>> =
        seen.iter().zip(users).map(|(container, user)| draft(setting, container, user)).collect();
    let task_share = task_memory(setting).map(|memory| share(memory, percent(setting, setting.task.into())));
    let asked: u64 = drafts
        .iter()
        .flatten()
        .flatten()
        .filter_map(|draft| draft.asked.map(|size| size.value))
        .fold(0, u64::saturating_add);
    let unasked = drafts.iter().flatten().flatten().filter(|draft| draft.asked.is_none()).count() as u64;
    let by_task = task_share.map(|share| share.saturating_sub(asked) / unasked.max(1));

    let all = seen.iter().zip(users).zip(drafts);
    let plans = all.map(|((container, user), drafts)| {
        let paths_by = wanted(setting, container).by;
        let mounts = drafts.and_then(|drafts| {
            let too_much =
                task_share.filter(|share| asked > *share && drafts.iter().any(|draft| draft.asked.is_some()));
            match too_much {
                Some(share) => Err(vec![beyond(asked, share, "the task's memory")]),
                None => sized(setting, container, &user.after, drafts, by_task),
            }
        });
        WritablePlan { mounts: mounts.map_or_else(Plan::Blocked, Plan::Ready), paths_by }
    });
    plans.collect()
}

fn wanted(setting: &Setting<'_>, container: &ContainerView<'_>) -> Vouched<Vec<WritablePath>> {
    let named = setting.wishes.layers.pick(container.into(), |knobs| knobs.writable_root_filesystem.paths.as_ref());
    named.map_or_else(|| Vouched::default_of(vec![WritablePath::plain("/tmp")]), |paths| paths.map(Clone::clone))
}

/// The mounts that a container will get, without their final sizes; none for a container that needs no mend.
fn draft(setting: &Setting<'_>, container: &ContainerView<'_>, user: &UserPlan) -> Result<Vec<Draft>, Vec<Obstacle>> {
    let weak = pass::is_weak(container).known().unwrap_or(false);
    if !weak || setting.os == Os::Windows {
        return Ok(Vec::new());
    }
    let mut obstacles: Vec<Obstacle> = proxy_obstacle(setting, container).into_iter().collect();
    let mounted = mounted(setting, container).map_err(|obstacle| {
        obstacles.push(obstacle);
        obstacles.clone()
    })?;
    let mut missing: Vec<WritablePath> = Vec::new();
    for path in wanted(setting, container).value {
        if !mounted.contains(&path.path) && !missing.iter().any(|known| known.path == path.path) {
            missing.push(path);
        }
    }
    if let Some(path) = missing.iter().find(|path| !owner_fits(&user.after, &path.path)) {
        obstacles.push(Obstacle::new(
            format!(
                "a tmpfs at {} would belong to root, and the uid of the container is not known as a number",
                path.path
            ),
            name_the_uid(setting, container, user),
        ));
    }
    if !obstacles.is_empty() {
        return Err(obstacles);
    }
    let size = setting.wishes.layers.pick(container.into(), |knobs| knobs.writable_root_filesystem.size.as_ref());
    let by = wanted(setting, container).by;
    let drafts = missing.into_iter().map(|path| Draft {
        asked: path
            .size
            .map(|size| Vouched { value: size.mib(), by })
            .or_else(|| size.map(|size| size.map(|size| size.mib()))),
        path,
    });
    Ok(drafts.collect())
}

fn proxy_obstacle(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<Obstacle> {
    if let Some(unread) = user::unread_proxy(setting, container) {
        return Some(unread);
    }
    user::is_app_mesh_proxy(setting, container).then(|| {
        Obstacle::new(
            format!(
                "{} is the App Mesh proxy, which is reported to fail with a read-only root file system",
                container.title()
            ),
            "leave it writable; App Mesh support ended on 30 September 2026, so plan its removal",
        )
    })
}

/// Every path that something is mounted on, in the container or through `volumesFrom`. That passes on volumes, also those that were
/// passed on themselves, and no tmpfs: a tmpfs is no mount point but a setting of its container (API model, `LinuxParameters.tmpfs`).
fn mounted(setting: &Setting<'_>, container: &ContainerView<'_>) -> Result<Vec<String>, Obstacle> {
    let mut paths = Vec::new();
    let mut visited = BTreeSet::new();
    let mut pending = vec![*container];
    while let Some(next) = pending.pop() {
        if visited.insert(next.index()) {
            let own = next.index() == container.index();
            let reaches = |kind: &MountKind| own || matches!(kind, MountKind::Volume(_));
            paths.extend(own_mounts(&next)?.into_iter().filter(|(_, kind)| reaches(kind)).map(|(path, _)| path));
            pending.extend(sources(setting, &next)?);
        }
    }
    Ok(paths)
}

/// The containers whose mounts this one takes over.
fn sources<'s>(setting: &Setting<'s>, container: &ContainerView<'s>) -> Result<Vec<ContainerView<'s>>, Obstacle> {
    let volumes = container.volumes_from().map_err(|why| Obstacle::unresolved("`volumesFrom`", why))?;
    let mut sources = Vec::new();
    for volume in volumes {
        let name = match volume.source {
            Read::Known(name) => name,
            Read::Absent => continue,
            Read::Unresolved(why) => {
                return Err(Obstacle::unresolved("the container that `volumesFrom` names", why));
            }
        };
        let Some(source) = setting.seen.iter().copied().find(|other| other.name() == Some(name)) else {
            return Err(Obstacle::new(
                format!(
                    "{} takes over the mounts of `{name}`, which is not among the containers that can be read here",
                    container.title()
                ),
                "correct the name in `volumesFrom`, or check the whole task definition",
            ));
        };
        sources.push(source);
    }
    Ok(sources)
}

fn own_mounts(container: &ContainerView<'_>) -> Result<Vec<(String, MountKind)>, Obstacle> {
    let unread = |field: String| move |why| Obstacle::unresolved(&field, why);
    let mut paths = Vec::new();
    let list =
        format!("{} of {}, which may mount such a path already,", user::unread_mounts(container), container.title());
    for mount in container.mounts().map_err(unread(list))? {
        match mount.path {
            Read::Known(path) => paths.push((path, mount.kind)),
            Read::Absent => {}
            Read::Unresolved(why) => {
                let path = format!("the path of a mount of {}, which may be one of these,", container.title());
                return Err(unread(path)(why));
            }
        }
    }
    Ok(paths)
}

/// A tmpfs belongs to root and takes the mode of the directory it covers (measured with runc 1.1.5): it needs an owner, unless the
/// directory is one that everybody may write, or the container is root anyway.
fn owner_fits(after: &UserAfter, path: &str) -> bool {
    matches!(after, UserAfter::Root | UserAfter::NonRoot { uid: Some(_), .. })
        || crate::model::EVERYBODY_WRITES.contains(&path)
}

/// How the uid of the container can become known as a number.
fn name_the_uid(setting: &Setting<'_>, container: &ContainerView<'_>, user: &UserPlan) -> String {
    let by_hand = "set a numeric `user` by hand";
    match (&user.after, &user.mend) {
        (UserAfter::NonRoot { by: Provenance::Definition, .. }, _) => by_hand.into(),
        _ if container.user().unresolved().is_some() => by_hand.into(),
        _ if !setting.wishes.runs(&root_user::PASS, container.into()) => {
            format!("let root-user run too, or {by_hand}")
        }
        (_, Plan::Blocked(_)) => format!("clear what keeps root-user from setting it, or {by_hand}"),
        (_, Plan::Ready(_)) => {
            format!("name it: --set '{}root-user.user=UID:GID'", container.scope())
        }
    }
}

fn owner(after: &UserAfter) -> (Vec<String>, Provenance) {
    match after {
        UserAfter::NonRoot { uid: Some(uid), gid, by } => {
            let group = gid.map(|gid| format!("gid={gid}"));
            (std::iter::once(format!("uid={uid}")).chain(group).collect(), *by)
        }
        _ => (Vec::new(), Provenance::Definition),
    }
}

/// Settles the sizes of one container.
fn sized(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    after: &UserAfter,
    drafts: Vec<Draft>,
    by_task: Option<u64>,
) -> Result<Vec<TmpfsPlan>, Vec<Obstacle>> {
    let known_task = setting.task.memory_mib().known();
    let memory = hard_limit(container).or_else(|| reservation(container).filter(|_| known_task.is_none()));
    let share = memory.map(|memory| share(memory, percent(setting, container.into())));
    let asked: u64 = drafts.iter().filter_map(|draft| draft.asked.map(|size| size.value)).fold(0, u64::saturating_add);
    if let Some(share) = share.filter(|share| asked > *share) {
        return Err(vec![beyond(asked, share, "the container's memory")]);
    }
    let unasked = drafts.iter().filter(|draft| draft.asked.is_none()).count() as u64;
    if let (None, None, Some(obstacle)) = (share, by_task, unread_memory(setting, container))
        && unasked > 0
    {
        return Err(vec![obstacle]);
    }
    let by_container = share.map(|share| (share - asked) / unasked.max(1));
    let (owner, owner_by) = owner(after);
    let exec_knob = setting.wishes.layers.pick(container.into(), |knobs| knobs.writable_root_filesystem.exec.as_ref());
    let paths_by = wanted(setting, container).by;
    let plans = drafts.into_iter().map(|draft| {
        let fitting = [by_task, by_container].into_iter().flatten().fold(pass::DEFAULT_SIZE_MIB, u64::min).max(1);
        let exec = match (draft.path.exec, exec_knob) {
            (Some(exec), _) => exec.then_some(Vouched { value: (), by: paths_by }),
            (None, Some(knob)) => knob.value.then_some(Vouched { value: (), by: knob.by }),
            // An unknown image may unpack native libraries into /tmp and load them from there.
            (None, None) => (draft.path.path == "/tmp").then_some(Vouched::default_of(())),
        };
        TmpfsPlan {
            path: draft.path.path,
            size: draft.asked.unwrap_or(Vouched::default_of(fitting)),
            exec,
            owner: owner.clone(),
            owner_by,
        }
    });
    Ok(plans.collect())
}

fn beyond(asked: u64, share: u64, of: &str) -> Obstacle {
    Obstacle::new(
        format!(
            "the sizes asked for add up to {asked} MiB, more than {share} MiB, the share of {of} that tmpfs may take"
        ),
        "ask for less, raise the memory, or raise writable-root-filesystem.memory-percent",
    )
}

fn percent(setting: &Setting<'_>, subject: Subject<'_>) -> u64 {
    let knob = setting.wishes.layers.pick(subject, |knobs| knobs.writable_root_filesystem.memory_percent.as_ref());
    knob.map_or(pass::DEFAULT_MEMORY_PERCENT, |percent| percent.value.get())
}

/// So many percent of so many MiB. Whatever a file says, it does not overflow.
fn share(memory: u64, percent: u64) -> u64 {
    memory.saturating_mul(percent) / 100
}

fn task_memory(setting: &Setting<'_>) -> Option<u64> {
    match setting.task.memory_mib() {
        Read::Known(memory) => Some(memory),
        Read::Unresolved(_) if setting.target.only_fargate() => Some(SMALLEST_TASK_MIB),
        Read::Unresolved(_) | Read::Absent => None,
    }
}

/// The container's own limit, which its tmpfs count against whatever the task has.
fn hard_limit(container: &ContainerView<'_>) -> Option<u64> {
    container.member("memory").number().known().filter(|memory| *memory > 0)
}

/// What the container is sure of; it may use more, up to the memory of the task.
fn reservation(container: &ContainerView<'_>) -> Option<u64> {
    container.member("memoryReservation").number().known().filter(|memory| *memory > 0)
}

/// Why no size can be chosen: memory is limited somewhere, and nowhere can the limit be read.
fn unread_memory(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<Obstacle> {
    let limits = ["memory", "memoryReservation"].map(|member| container.member(member).number().unresolved());
    let task = setting.task.memory_mib().unresolved().filter(|why| *why != Why::OutsideThisFile);
    let why = limits.into_iter().flatten().next().or(task)?;
    let next_step = format!("say how large: --set '{}writable-root-filesystem.size=MIB'", container.scope());
    Some(Obstacle { next_step, ..Obstacle::unresolved("the memory that a tmpfs counts against", why) })
}
