//! What of the memory of a task and of its containers is spoken for: by tmpfs and by the buffers of log drivers.
//!
//! Both are bounds, not what is used, so together they may be as large as the memory, and never larger. What this run adds of tmpfs has
//! a share besides, `writable-root-filesystem.memory-percent`.

use std::collections::BTreeSet;

use super::logs::{self, LogMend};
use super::{Plan, Setting};
use crate::knobs::Subject;
use crate::model::{ContainerView, Read, Why};
use crate::pass::Obstacle;
use crate::passes::writable_root_filesystem as pass;

/// Memory of the smallest Fargate task in MiB: assumed for shares where memory is set and cannot be read.
const SMALLEST_TASK_MIB: u64 = 512;

/// What waits at most for a log driver that does not block, where nothing is said (AWS page "Send Amazon ECS logs to CloudWatch").
const DEFAULT_BUFFER_MIB: u64 = 10;

/// What one container has of its memory spoken for, in MiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Claims {
    /// By its tmpfs, as far as their sizes can be read.
    pub(super) tmpfs: u64,
    /// By the buffer of its log driver (AWS page "Send Amazon ECS logs to CloudWatch": it counts in the memory of the task).
    pub(super) buffer: u64,
}

impl Claims {
    /// What the definition says.
    fn stated(container: &ContainerView<'_>) -> Self {
        let sizes =
            container.linux("tmpfs").list().items.into_iter().filter_map(|mount| mount.member("size").number().known());
        Self { tmpfs: sizes.fold(0, u64::saturating_add), buffer: stated_buffer(container) }
    }

    /// All of it.
    pub(super) const fn total(self) -> u64 {
        self.tmpfs.saturating_add(self.buffer)
    }

    const fn and(self, other: Self) -> Self {
        Self { tmpfs: self.tmpfs.saturating_add(other.tmpfs), buffer: self.buffer.saturating_add(other.buffer) }
    }

    /// What containers have spoken for together.
    pub(super) fn of_all(claims: impl Iterator<Item = Self>) -> Self {
        claims.fold(Self::default(), Self::and)
    }

    /// Why this does not fit, with the numbers.
    pub(super) fn beyond(self, limit: Limit, next_step: String) -> Option<Obstacle> {
        let Limit { mib, of } = limit;
        (self.total() > mib).then(|| {
            let Self { tmpfs, buffer } = self;
            let what = match (tmpfs, buffer) {
                (_, 0) => format!("all tmpfs would take {tmpfs} MiB"),
                (0, _) => format!("log buffers would take {buffer} MiB"),
                _ => format!("all tmpfs and log buffers would take {tmpfs} + {buffer} = {} MiB", self.total()),
            };
            Obstacle::new(format!("{what}, more than {mib} MiB, {of}"), next_step)
        })
    }
}

/// A limit of memory in MiB, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    mib: u64,
    of: &'static str,
}

impl Limit {
    /// What the task has, where it can be read.
    pub(super) fn of_task(setting: &Setting<'_>) -> Option<Self> {
        Some(Self { mib: setting.task.memory_mib().known()?, of: "the task's memory" })
    }

    /// What the container may use itself.
    pub(super) fn of_container(container: &ContainerView<'_>) -> Option<Self> {
        Some(Self { mib: hard_limit(container)?, of: "the container's memory" })
    }
}

/// What the tmpfs of a run may take of one limit, beside what is spoken for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    limit: Limit,
    claims: Claims,
    asked: u64,
    unasked: u64,
}

impl Room {
    /// For the tmpfs of all containers in the memory of their task.
    pub(super) fn of_task(setting: &Setting<'_>, claims: &[Claims], asks: &[Ask]) -> Option<Self> {
        Some(Self {
            limit: Limit::of_task(setting)?,
            claims: Claims::of_all(claims.iter().copied()),
            asked: asks.iter().map(|ask| ask.asked).fold(0, u64::saturating_add),
            unasked: asks.iter().map(Ask::unasked).sum(),
        })
    }

    /// For the tmpfs of one container in its own memory.
    pub(super) fn of_container(container: &ContainerView<'_>, claims: Claims, ask: &Ask) -> Option<Self> {
        let limit = Limit::of_container(container)?;
        Some(Self { limit, claims, asked: ask.asked, unasked: ask.unasked() })
    }

    /// What is left for the tmpfs for which nobody names a size.
    const fn left(self) -> u64 {
        self.limit.mib.saturating_sub(self.claims.total()).saturating_sub(self.asked)
    }

    /// Why they do not fit, even at 1 MiB each.
    pub(super) fn obstacle(self) -> Option<Obstacle> {
        let added = Claims { tmpfs: self.asked.saturating_add(self.unasked), buffer: 0 };
        let next_step = "raise the memory, or let tmpfs and log buffers take less of it".to_owned();
        self.claims.and(added).beyond(self.limit, next_step)
    }
}

/// What each container has spoken for once its logs are delivered as planned.
pub(super) fn claims(setting: &Setting<'_>, logs: &[Plan<LogMend>]) -> Vec<Claims> {
    let all = setting.seen.iter().zip(logs).map(|(container, plan)| {
        let mend = plan.ready().filter(|mend| logs::applied(setting, container, mend));
        let added = mend.map_or(0, planned_buffer);
        Claims::stated(container).and(Claims { tmpfs: 0, buffer: added })
    });
    all.collect()
}

/// Why a container cannot have this buffer: its own memory, or that of the task with the buffers of all containers that lack a log
/// configuration, whether they get one or not.
pub(super) fn buffer_obstacle(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    size: Option<&str>,
) -> Option<Obstacle> {
    let own = size.and_then(mebibytes)?;
    let next_step = || {
        let scope = container.scope();
        format!("raise the memory, or let less wait: --set '{scope}logs.max-buffer-size=SIZE'")
    };
    let of_container = || {
        let claims = Claims::stated(container).and(Claims { tmpfs: 0, buffer: own });
        claims.beyond(Limit::of_container(container)?, next_step())
    };
    let of_task = || {
        let pending = |container: &ContainerView<'_>| {
            let size = logs::pending_buffer(setting, container).and_then(|size| mebibytes(&size));
            Claims { tmpfs: 0, buffer: size.unwrap_or(0) }
        };
        let all = setting.seen.iter().map(|container| Claims::stated(container).and(pending(container)));
        Claims::of_all(all).beyond(Limit::of_task(setting)?, next_step())
    };
    of_container().or_else(of_task)
}

/// The buffer that a planned log configuration has, in MiB.
fn planned_buffer(mend: &LogMend) -> u64 {
    mend.buffer.as_ref().and_then(|size| mebibytes(&size.value)).unwrap_or(0)
}

/// The buffer that the definition says. A driver that says no mode does not block since 25 June 2025, unless the account says so (AWS
/// page "Send Amazon ECS logs to CloudWatch").
fn stated_buffer(container: &ContainerView<'_>) -> u64 {
    let log = container.member("logConfiguration");
    let options = log.clone().member("options");
    let waits = match options.clone().member("mode").text() {
        Read::Known(mode) => mode.trim() == "non-blocking",
        Read::Absent => log.member("logDriver").text() == Read::Known("awslogs"),
        Read::Unresolved(_) => false,
    };
    let size = match options.member("max-buffer-size").text() {
        Read::Known(size) => mebibytes(size),
        Read::Absent => Some(DEFAULT_BUFFER_MIB),
        Read::Unresolved(_) => None,
    };
    size.filter(|_| waits).unwrap_or(0)
}

/// MiB of an amount as log drivers take it (`25m`, `4096k`, `1g`, bytes), rounded up.
fn mebibytes(text: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let bare = lower.strip_suffix('b').unwrap_or(&lower);
    let bare = bare.strip_suffix('i').unwrap_or(bare);
    let (digits, unit): (&str, u64) = match bare.char_indices().next_back()? {
        (at, 'k') => (&bare[..at], 1 << 10),
        (at, 'm') => (&bare[..at], 1 << 20),
        (at, 'g') => (&bare[..at], 1 << 30),
        _ => (bare, 1),
    };
    let amount: u64 = digits.trim().parse().ok()?;
    Some(amount.saturating_mul(unit).div_ceil(1 << 20))
}

/// What one container asks of the memory of its task.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    /// Sizes that somebody named, added up, in MiB.
    pub(super) asked: u64,
    /// What is enough for each tmpfs that has no size of its own.
    pub(super) enough: Vec<u64>,
    /// What the tmpfs that an earlier run made, or may have made, take of the share.
    pub(super) made: u64,
    /// How much of the memory the added tmpfs may take.
    pub(super) percent: u64,
    /// How much of its own memory is left for those without a size, where that is known.
    pub(super) own: Option<u64>,
}

impl Ask {
    fn unasked(&self) -> u64 {
        self.enough.len() as u64
    }
}

/// What one container gets of the memory of its task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Granted {
    /// The size of each tmpfs for which nobody names one, in MiB.
    pub(super) sizes: Vec<u64>,
    /// What was asked and what may be, where that is less.
    pub(super) beyond: Option<(u64, u64)>,
}

/// What each container gets of its own memory, of the share of the task's `memory` that tmpfs may take, and of the `room` in it. A percentage
/// that one container has for itself bounds what it takes together with all that have no larger one, so nobody's lower bound is used up by
/// it.
///
/// Whoever needs less than an even part leaves the rest to the others, and what an earlier run made counts: whoever gets less than is
/// enough gets no more once the others have theirs, so that a second run does not make what the first one withheld.
pub(super) fn granted(memory: Option<u64>, room: Option<Room>, asks: &[Ask]) -> Vec<Granted> {
    let mut granted: Vec<Granted> =
        asks.iter().map(|ask| Granted { sizes: ask.enough.clone(), beyond: None }).collect();
    for (own, ask) in granted.iter_mut().zip(asks) {
        if let Some(left) = ask.own {
            lower([own], left);
        }
    }
    let percents: BTreeSet<u64> = asks.iter().map(|ask| ask.percent).collect();
    for (memory, percent) in
        memory.into_iter().flat_map(|memory| percents.iter().map(move |percent| (memory, *percent)))
    {
        let within = || asks.iter().filter(|ask| ask.percent <= percent);
        let sum = |of: fn(&Ask) -> u64| within().map(of).fold(0, u64::saturating_add);
        let (asked, share) = (sum(|ask| ask.asked), share(memory, percent));
        let left = share.saturating_sub(asked).saturating_sub(sum(|ask| ask.made));
        let bounded = granted.iter_mut().zip(asks).filter(|(_, ask)| ask.percent <= percent);
        let mut bounded: Vec<&mut Granted> = bounded.map(|(own, _)| own).collect();
        for own in bounded.iter_mut().filter(|_| asked > share) {
            own.beyond = own.beyond.or(Some((asked, share)));
        }
        lower(bounded, left);
    }
    if let Some(room) = room {
        lower(&mut granted, room.left());
    }
    granted.iter_mut().flat_map(|own| &mut own.sizes).for_each(|size| *size = (*size).max(1));
    granted
}

/// Lowers sizes until all of them together take no more than what is `left`, the largest first.
fn lower<'g>(granted: impl IntoIterator<Item = &'g mut Granted>, left: u64) {
    let mut sizes: Vec<&mut u64> = granted.into_iter().flat_map(|own| &mut own.sizes).collect();
    sizes.sort_unstable();
    let (mut left, mut others, mut most) = (left, sizes.len() as u64, u64::MAX);
    for size in sizes {
        // From the first that does not fit, all get the same.
        most = most.min(if *size > left / others { left / others } else { u64::MAX });
        *size = (*size).min(most);
        left -= *size;
        others -= 1;
    }
}

/// What is said where sizes that somebody named take more than their share.
pub(super) fn beyond_share((asked, share): (u64, u64), of: &str) -> Obstacle {
    Obstacle::new(
        format!(
            "the sizes asked for add up to {asked} MiB, more than {share} MiB, the share of {of} that tmpfs may take"
        ),
        "ask for less, raise the memory, or raise writable-root-filesystem.memory-percent",
    )
}

/// How much of the memory the added tmpfs may take, in percent.
pub(super) fn percent(setting: &Setting<'_>, subject: Subject<'_>) -> u64 {
    let knob = setting.wishes.layers.pick(subject, |knobs| knobs.writable_root_filesystem.memory_percent.as_ref());
    knob.map_or(pass::DEFAULT_MEMORY_PERCENT, |percent| percent.value.get())
}

/// So many percent of so many MiB. Whatever a file says, it does not overflow.
pub(super) fn share(memory: u64, percent: u64) -> u64 {
    memory.saturating_mul(percent) / 100
}

/// The memory of the task that shares are taken of.
pub(super) fn of_task(setting: &Setting<'_>) -> Option<u64> {
    match setting.task.memory_mib() {
        Read::Known(memory) => Some(memory),
        Read::Unresolved(_) if setting.target.only_fargate() => Some(SMALLEST_TASK_MIB),
        Read::Unresolved(_) | Read::Absent => None,
    }
}

/// The memory of the container that shares are taken of: its limit, else what it is sure of where the task has none that can be read.
pub(super) fn of_container(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<u64> {
    let reservation = || container.member("memoryReservation").number().known().filter(|memory| *memory > 0);
    let known_task = setting.task.memory_mib().known();
    hard_limit(container).or_else(|| reservation().filter(|_| known_task.is_none()))
}

/// The container's own limit, which its tmpfs count against whatever the task has.
fn hard_limit(container: &ContainerView<'_>) -> Option<u64> {
    container.member("memory").number().known().filter(|memory| *memory > 0)
}

/// What all tmpfs of the container may take of its own memory.
pub(super) fn own_share(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<u64> {
    Some(share(of_container(setting, container)?, percent(setting, container.into())))
}

/// What its own memory leaves for the tmpfs without a size: of its share, and of its room.
pub(super) fn own_left(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    ask: &Ask,
    room: Option<Room>,
) -> Option<u64> {
    let of_share = own_share(setting, container).map(|share| share.saturating_sub(ask.asked));
    of_share.into_iter().chain(room.map(Room::left)).min()
}

/// Why no size can be chosen: memory is limited somewhere, and nowhere can the limit be read.
pub(super) fn unread(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<Obstacle> {
    let limits = ["memory", "memoryReservation"].map(|member| container.member(member).number().unresolved());
    let task = setting.task.memory_mib().unresolved().filter(|why| *why != Why::OutsideThisFile);
    let why = limits.into_iter().flatten().next().or(task)?;
    let next_step = format!("say how large: --set '{}writable-root-filesystem.size=MIB'", container.scope());
    Some(Obstacle { next_step, ..Obstacle::unresolved("the memory that a tmpfs counts against", why) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_log_drivers_do() {
        let read = ["25m", "25M", "25mb", "25 MiB", "1g", "4096k", "1k", "26214400", "0", "", "m", "much", "-1m", "1t"]
            .map(mebibytes);
        let twenty = Some(25);
        let rest = [Some(1024), Some(4), Some(1), twenty, Some(0), None, None, None, None, None];
        assert_eq!(read.as_slice(), [&[twenty; 4][..], &rest].concat());
    }

    fn ask(asked: u64, enough: &[u64], percent: u64) -> Ask {
        Ask { asked, enough: enough.to_vec(), made: 0, percent, own: None }
    }

    type Given = (Vec<u64>, Option<(u64, u64)>);

    fn given(asks: &[Ask]) -> Vec<Given> {
        granted(Some(1000), None, asks).into_iter().map(|granted| (granted.sizes, granted.beyond)).collect()
    }

    #[test]
    fn a_larger_share_of_one_container_is_not_taken_from_the_others() {
        let one = [1000];
        assert_eq!(given(&[ask(0, &one, 10), ask(60, &one, 10)]), [(vec![20], None), (vec![20], None)]);
        assert_eq!(given(&[ask(400, &[], 50), ask(0, &[999, 999], 10)]), [(vec![], None), (vec![50, 50], None)]);
        assert_eq!(given(&[ask(0, &one, 50), ask(40, &one, 10)]), [(vec![400], None), (vec![60], None)]);
        // What the larger share allows in all bounds the others too.
        assert_eq!(given(&[ask(480, &[], 50), ask(0, &[999, 999], 10)]), [(vec![], None), (vec![10, 10], None)]);
        let (both, lesser) = (Some((510, 500)), Some((110, 100)));
        assert_eq!(given(&[ask(480, &[], 50), ask(30, &[], 10)]), [(vec![], both), (vec![], both)]);
        assert_eq!(given(&[ask(400, &[], 50), ask(110, &[], 10)]), [(vec![], both), (vec![], lesser)]);
    }

    #[test]
    fn what_one_does_not_need_goes_to_the_others_and_what_was_made_counts() {
        let sizes = |asks: &[Ask]| -> Vec<Vec<u64>> { given(asks).into_iter().map(|(sizes, _)| sizes).collect() };
        assert_eq!(sizes(&[ask(0, &[16, 500], 10), ask(0, &[30, 500], 10)]), [[16, 28], [28, 28]]);
        assert_eq!(sizes(&[ask(0, &[64], 10), ask(0, &[128], 10)]), [[50], [50]]);
        assert_eq!(sizes(&[ask(0, &[16], 10), ask(0, &[128], 10)]), [[16], [84]]);
        // The same after the first of them was made.
        assert_eq!(sizes(&[Ask { made: 16, ..ask(0, &[], 10) }, ask(0, &[128], 10)]), [vec![], vec![84]]);
        assert_eq!(
            sizes(&[Ask { own: Some(20), ..ask(0, &[16, 64], 10) }, ask(0, &[128], 10)]),
            [vec![10, 10], vec![80]]
        );
        assert_eq!(sizes(&[Ask { made: 200, ..ask(0, &[7], 10) }]), [[1]]);
    }
}
