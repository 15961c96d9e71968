//! Where a container can write after the run, when its root file system cannot be written.

use super::exec::{self, Way};
use super::image::{self, Ids};
use super::memory::{self, Ask, Claims, Room};
use super::user::{UserAfter, UserPlan};
use super::written::{basis, image_obstacles, wanted};
use super::{Plan, Setting, mounts, roles};
use crate::images::{Level, WrittenPath};
use crate::model::{ContainerView, Os, Read, UserField};
use crate::pass::{Applicability, Obstacle, Provenance, Source, Vouched, Voucher};
use crate::passes::root_user;
use crate::passes::writable_root_filesystem::{self as pass, WritablePath};

/// The plan for the writable paths of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WritablePlan {
    /// The mounts that a read-only root file system needs, or why they cannot be known.
    pub mounts: Plan<Vec<TmpfsPlan>>,
    /// Who vouches for this list of paths being all that is written.
    pub paths_by: Voucher,
    /// What that list rests on, for people.
    pub basis: String,
    /// Who wants the mounts of ECS Exec among them, and an init process, if anybody does.
    pub for_exec: Option<Voucher>,
}

impl WritablePlan {
    /// The weakest voucher of all that the fix rests on.
    pub fn weakest(&self) -> Voucher {
        let mounts = self.mounts.ready().into_iter().flatten();
        let values = mounts.flat_map(|mount| {
            let owner = (!mount.owner.is_empty()).then_some(mount.owner_by);
            [Some(mount.size.by), mount.exec.map(|exec| exec.by), owner].into_iter().flatten()
        });
        values.chain([self.paths_by]).chain(self.for_exec).min().unwrap_or(self.paths_by)
    }

    /// Whether an init process belongs to the mend: shells of ECS Exec leave processes behind that somebody has to reap (ECS developer
    /// guide, "Monitor Amazon ECS containers with ECS Exec").
    pub fn wants_init(&self, container: &ContainerView<'_>) -> bool {
        let init = container.linux("initProcessEnabled").flag();
        self.for_exec.is_some() && matches!(init, Read::Absent | Read::Known(false))
    }
}

/// Whether the container gets an init process in this run.
pub(super) fn starts_init(setting: &Setting<'_>, container: &ContainerView<'_>, plan: &WritablePlan) -> bool {
    plan.mounts.ready().is_some() && plan.wants_init(container) && applied(setting, container, plan)
}

/// Whether the root file system of the container is made read-only, so that its mounts are made.
pub(super) fn applied(setting: &Setting<'_>, container: &ContainerView<'_>, plan: &WritablePlan) -> bool {
    let with = (Applicability::Unsafe, plan.weakest());
    let weak = pass::is_weak(container) == Read::Known(true);
    weak && setting.wishes.applies(&pass::PASS, container.into(), "readonlyRootFilesystem", with)
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
    /// The owner that the mount needs, as options (`uid=1000`), or the mode of one that is root's (`mode=0755`).
    pub owner: Vec<String>,
    /// Who vouches for the owner.
    pub owner_by: Voucher,
}

/// A tmpfs before its size is settled.
struct Draft {
    path: WritablePath,
    asked: Option<Vouched<u64>>,
    /// What is enough, where nobody asks for a size.
    enough: Vouched<u64>,
    /// Who wants it for the agent of ECS Exec, which is root.
    for_exec: Option<Voucher>,
}

/// The plans of all containers together: the mounts of a task share its memory with what has `claims` on it.
pub(super) fn plan(setting: &Setting<'_>, users: &[UserPlan], claims: &[Claims]) -> Vec<WritablePlan> {
    let drafts: Vec<Result<Vec<Draft>, Vec<Obstacle>>> =
        setting.seen.iter().zip(users).map(|(container, user)| draft(setting, container, user)).collect();
    let ask = |(container, drafts): (&ContainerView<'_>, &Result<Vec<Draft>, Vec<Obstacle>>)| Ask {
        asked: asked(drafts.iter().flatten()),
        enough: drafts.iter().flatten().filter(|draft| draft.asked.is_none()).map(|draft| draft.enough.value).collect(),
        made: made(setting, container),
        percent: memory::percent(setting, container.into()),
        own: None,
    };
    let mut asks: Vec<Ask> = setting.seen.iter().zip(&drafts).map(ask).collect();
    let own: Vec<Option<Room>> = setting.seen.iter().zip(claims).zip(&asks).map(own_room).collect();
    for ((container, ask), room) in setting.seen.iter().zip(&mut asks).zip(&own) {
        ask.own = memory::own_left(setting, container, ask, *room);
    }
    let in_all = Room::of_task(setting, claims, &asks);
    let granted = memory::granted(memory::of_task(setting), in_all, &asks);

    let all = setting.seen.iter().zip(users).zip(drafts).zip(granted).zip(own);
    let plans = all.map(|((((container, user), drafts), granted), own)| {
        let mounts = drafts.and_then(|drafts| {
            let beyond = granted.beyond.filter(|_| asked(drafts.iter()) > 0);
            let too_little = [in_all, own].into_iter().flatten().find_map(Room::obstacle);
            match (beyond, too_little.filter(|_| !drafts.is_empty())) {
                (Some(numbers), _) => Err(vec![memory::beyond_share(numbers, "the task's memory")]),
                (None, Some(obstacle)) => Err(vec![obstacle]),
                (None, None) => sized(setting, container, &user.after, drafts, granted.sizes),
            }
        });
        WritablePlan {
            mounts: mounts.map_or_else(Plan::Blocked, Plan::Ready),
            paths_by: wanted(setting, container).by,
            basis: basis(setting, container),
            for_exec: workaround(setting, container),
        }
    });
    plans.collect()
}

fn asked<'d>(drafts: impl Iterator<Item = &'d Draft>) -> u64 {
    drafts.filter_map(|draft| draft.asked.map(|size| size.value)).fold(0, u64::saturating_add)
}

/// The mounts that a container will get, without their final sizes; none for a container that needs no mend.
fn draft(setting: &Setting<'_>, container: &ContainerView<'_>, user: &UserPlan) -> Result<Vec<Draft>, Vec<Obstacle>> {
    let weak = pass::is_weak(container).known().unwrap_or(false);
    if !weak || setting.os == Os::Windows {
        return Ok(Vec::new());
    }
    let mut obstacles: Vec<Obstacle> = proxy_obstacle(setting, container).into_iter().collect();
    let for_exec = workaround(setting, container);
    if let (Way::Withheld(reasons), true) = (exec::way(setting, container), obstacles.is_empty()) {
        return Err(reasons);
    }
    let mounted = mounts::mounted(setting, container).map_err(|obstacle| {
        obstacles.push(obstacle);
        obstacles.clone()
    })?;
    if obstacles.is_empty() {
        obstacles.extend(image_obstacles(setting, container, &user.after, &mounted));
    }
    let mut missing: Vec<WritablePath> = Vec::new();
    for path in wanted(setting, container).value {
        let place = image::same_place(&path.path);
        let covered = mounted.iter().any(|mount| image::same_place(mount) == place);
        if !covered && !missing.iter().any(|known| image::same_place(&known.path) == place) {
            missing.push(path);
        }
    }
    let mut missing: Vec<(WritablePath, Option<Voucher>)> = missing.into_iter().map(|path| (path, None)).collect();
    for path in for_exec.into_iter().flat_map(|_| exec::missing_paths(&mounted)) {
        match missing.iter_mut().find(|(known, _)| known.path == path) {
            Some((_, of_exec)) => *of_exec = for_exec,
            None => missing.push((WritablePath::plain(path), for_exec)),
        }
    }
    let after = works_as(setting, container, &user.after);
    let of_others = missing.iter().filter(|(_, for_exec)| for_exec.is_none()).map(|(path, _)| path);
    if let Some(path) = of_others.into_iter().find(|path| !owner_fits(setting, container, &after, &path.path)) {
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
    Ok(missing.into_iter().map(|(path, for_exec)| drafted(setting, container, path, for_exec)).collect())
}

/// A mount with what its size rests on.
fn drafted(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    path: WritablePath,
    for_exec: Option<Voucher>,
) -> Draft {
    let size = setting.wishes.layers.pick(container.into(), |knobs| knobs.writable_root_filesystem.size.as_ref());
    let by = wanted(setting, container).by;
    let known = || {
        let image = roles::image_at_work(setting, container)?;
        let known = image.entry().paths.iter().find(|known| known.path == path.path)?;
        Some(Vouched { value: known.size?, by: image.by })
    };
    let enough = match for_exec {
        Some(_) => Vouched::default_of(exec::SIZE_MIB),
        None => known().unwrap_or(Vouched::default_of(pass::DEFAULT_SIZE_MIB)),
    };
    let asked = path
        .size
        .map(|size| Vouched { value: size.mib(), by })
        .or_else(|| size.filter(|_| for_exec.is_none()).map(|size| size.map(|size| size.mib())));
    Draft { path, asked, enough, for_exec }
}

/// What of the share is taken by tmpfs of a container that is read-only already, as far as a run like this one would have made them.
fn made(setting: &Setting<'_>, container: &ContainerView<'_>) -> u64 {
    if pass::is_weak(container) != Read::Known(false) {
        return 0;
    }
    let for_exec = workaround(setting, container);
    let of_exec = for_exec.into_iter().flat_map(|_| exec::PATHS).map(|path| (WritablePath::plain(path), for_exec));
    let all = wanted(setting, container).value.into_iter().map(|path| (path, None)).chain(of_exec);
    let drafts: Vec<Draft> = all.map(|(path, for_exec)| drafted(setting, container, path, for_exec)).collect();
    let sizes = container.linux("tmpfs").list().items.into_iter().filter_map(|mount| {
        let place = image::same_place(mount.clone().member("containerPath").text().known()?);
        let draft = drafts.iter().find(|draft| image::same_place(&draft.path.path) == place)?;
        Some(mount.member("size").number().known()?.min(draft.asked.unwrap_or(draft.enough).value))
    });
    sizes.fold(0, u64::saturating_add)
}

fn own_room(((container, claims), ask): ((&ContainerView<'_>, &Claims), &Ask)) -> Option<Room> {
    Room::of_container(container, *claims, ask)
}

/// The size that the memory grants. Less than what is enough is a guess again.
fn granted(size: u64, enough: Vouched<u64>) -> Vouched<u64> {
    let by = if size < enough.value { Provenance::BuiltInDefault.into() } else { enough.by };
    Vouched { value: size, by }
}

/// Who wants ECS Exec to go on working by mounts of its own.
fn workaround(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<Voucher> {
    match exec::way(setting, container) {
        Way::Workaround(by) => Some(by),
        Way::Free | Way::Withheld(_) => None,
    }
}

fn proxy_obstacle(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<Obstacle> {
    if let Some(unread) = roles::unread_proxy(setting, container) {
        return Some(unread);
    }
    roles::is_app_mesh_proxy(setting, container).then(|| {
        Obstacle::new(
            format!(
                "{} is the App Mesh proxy, which is reported to fail with a read-only root file system",
                container.title()
            ),
            "leave it writable; App Mesh support ended on 30 September 2026, so plan its removal",
        )
    })
}

/// A tmpfs belongs to root and takes the mode of the directory it covers (measured with runc 1.1.5): it needs an owner, unless the
/// directory is one that everybody may write, or the container is root anyway.
fn owner_fits(setting: &Setting<'_>, container: &ContainerView<'_>, after: &UserAfter, path: &str) -> bool {
    let known = setting.image(container).and_then(|image| image.entry().paths.iter().find(|known| known.path == path));
    matches!(after, UserAfter::Root | UserAfter::NonRoot { uid: Some(_), .. })
        || crate::model::EVERYBODY_WRITES.contains(&path)
        || known.is_some_and(WrittenPath::is_everybody_s)
}

/// Who the container works as after the run, where a known image decides.
pub(super) fn works_as(setting: &Setting<'_>, container: &ContainerView<'_>, after: &UserAfter) -> UserAfter {
    let unset = *after == UserAfter::Unknown && container.user() == Read::Known(UserField::Unset);
    let image = setting.image(container).filter(|image| unset && image.user_level() > Level::Low);
    let known = image.and_then(|image| Some((image, Ids::of(image.entry().starts_as.as_deref()?)?)));
    match known {
        Some((_, Ids { uid: 0, .. })) => UserAfter::Root,
        Some((image, ids)) => UserAfter::NonRoot { uid: Some(ids.uid), gid: ids.gid, by: image.user_by },
        None => after.clone(),
    }
}

/// How the uid of the container can become known as a number.
fn name_the_uid(setting: &Setting<'_>, container: &ContainerView<'_>, user: &UserPlan) -> String {
    let by_hand = "set a numeric `user` by hand";
    match (&user.after, &user.mend) {
        (UserAfter::NonRoot { by, .. }, _) if *by == Provenance::Definition => by_hand.into(),
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

fn owner(container: &ContainerView<'_>, after: &UserAfter) -> (Vec<String>, Voucher) {
    match after {
        UserAfter::NonRoot { uid: Some(uid), gid, by } => {
            let group = gid.map(|gid| format!("gid={gid}"));
            (std::iter::once(format!("uid={uid}")).chain(group).collect(), *by)
        }
        _ => (Vec::new(), Voucher::at(Provenance::Definition, Source::of_container(container.index(), "user"))),
    }
}

/// Settles the mounts of one container. `sizes` are those that nobody names, as the memory grants them.
fn sized(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    after: &UserAfter,
    drafts: Vec<Draft>,
    sizes: Vec<u64>,
) -> Result<Vec<TmpfsPlan>, Vec<Obstacle>> {
    let share = memory::own_share(setting, container);
    let asked = asked(drafts.iter());
    if let Some(share) = share.filter(|share| asked > *share) {
        return Err(vec![memory::beyond_share((asked, share), "the container's memory")]);
    }
    if let (None, None, Some(obstacle)) = (share, memory::of_task(setting), memory::unread(setting, container))
        && !sizes.is_empty()
    {
        return Err(vec![obstacle]);
    }
    let (owner, owner_by) = owner(container, &works_as(setting, container, after));
    let exec_knob = setting.wishes.layers.pick(container.into(), |knobs| knobs.writable_root_filesystem.exec.as_ref());
    let paths_by = wanted(setting, container).by;
    let mut sizes = sizes.into_iter();
    let plans = drafts.into_iter().map(|draft| {
        let size = draft.asked.or_else(|| sizes.next().map(|size| granted(size, draft.enough))).unwrap_or(draft.enough);
        let exec = match (draft.path.exec, exec_knob) {
            (None, _) if draft.for_exec.is_some() => {
                draft.for_exec.filter(|_| exec::runs_from(&draft.path.path)).map(|by| Vouched { value: (), by })
            }
            (Some(exec), _) => exec.then_some(Vouched { value: (), by: paths_by }),
            (None, Some(knob)) => knob.value.then_some(Vouched { value: (), by: knob.by }),
            // An unknown image may unpack native libraries into /tmp and load them from there.
            (None, None) => (draft.path.path == "/tmp").then_some(Vouched::default_of(())),
        };
        let (owner, owner_by) = match draft.for_exec {
            // It is root's by itself. Where the image has no such directory everybody could write there.
            Some(by) => (vec!["mode=0755".to_owned()], by),
            None => (owner.clone(), owner_by),
        };
        TmpfsPlan { path: draft.path.path, size, exec, owner, owner_by }
    });
    Ok(plans.collect())
}
