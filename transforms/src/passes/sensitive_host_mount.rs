//! `sensitive-host-mount`: a container mounts a place of its host by which it leaves its box.

use crate::host_paths::{self, HostPath};
use crate::intent::Intent;
use crate::model::{ContainerView, Fact, Is, LaunchType, Place, Read, TaskView, Why};
use crate::pass::{self, Applicability, Finding, Obstacle, Pass, PassId, Remedy, Run, Severity, Yield};
use crate::tree::{Node, Path};
use crate::weakness::{Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("sensitive-host-mount"),
    summary: "a container mounts a sensitive place of its host",
    severity: Severity::High,
    controls: &[],
    yields: &[Yield {
        applicability: Applicability::Manual,
        when: "every mount of a socket of a daemon, of the kernel's directories or of what holds secrets: only its owner knows what it is for",
    }],
    section: "sensitive-host-mount",
    knobs: &[],
    run: Run::ByDefault,
    page: include_str!("sensitive_host_mount.md"),
    weaknesses: Weaknesses::all_but(
        "paths with `.` and `..` in them, and which containers have a mount by `volumesFrom`",
        &[&TO_READ, &TO_WRITE],
    ),
    inspect,
};

const SOURCE: &[&str] = &["host", "sourcePath"];
const DEVICE: &[&str] = &["dockerVolumeConfiguration", "driverOpts", "device"];

/// The volume is what the driver `local` binds, and no directory of the host by itself.
const BOUND: Fact = Fact::Member(&["dockerVolumeConfiguration", "driverOpts", "o"], &[Is::Text(&host_paths::BINDS)]);
const NO_SOURCE: Fact = Fact::Member(SOURCE, &[Is::Absent]);

const READ: Is = Is::Text(&host_paths::TOLD_BY_READING);
const NOT_HARMLESS_TO_READ: Is = Is::OtherText(&host_paths::HARMLESS_BY_READING);
const WRITTEN: Is = Is::Text(&host_paths::REACHED);
const NOT_HARMLESS: Is = Is::OtherText(&host_paths::NO_PLACES);

static TO_READ: Weakness = Weakness::container(
    "a container mounts a sensitive place of its host",
    &[Fact::Some(
        &["mountPoints"],
        &[Fact::Member(
            &["sourceVolume"],
            &[
                Is::NameOf("volumes", &[Fact::Member(SOURCE, &[READ]), Fact::Member(SOURCE, &[NOT_HARMLESS_TO_READ])]),
                Is::NameOf(
                    "volumes",
                    &[NO_SOURCE, BOUND, Fact::Member(DEVICE, &[READ]), Fact::Member(DEVICE, &[NOT_HARMLESS_TO_READ])],
                ),
            ],
        )],
    )],
);

static TO_WRITE: Weakness = Weakness::container(
    "a container mounts a sensitive place of its host, and can write there",
    &[Fact::Some(
        &["mountPoints"],
        &[
            Fact::Member(&["readOnly"], &[Is::Absent, Is::Flag(false)]),
            Fact::Member(
                &["sourceVolume"],
                &[
                    Is::NameOf("volumes", &[Fact::Member(SOURCE, &[WRITTEN]), Fact::Member(SOURCE, &[NOT_HARMLESS])]),
                    Is::NameOf(
                        "volumes",
                        &[NO_SOURCE, BOUND, Fact::Member(DEVICE, &[WRITTEN]), Fact::Member(DEVICE, &[NOT_HARMLESS])],
                    ),
                ],
            ),
        ],
    )],
);

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    let volumes = Volumes::of(task);
    if !volumes.may_matter() {
        return Vec::new();
    }
    pass::each_container(&PASS, task, |container| inspect_container(container, intent, &volumes))
}

/// A place of the host behind a volume, as far as it can be told.
#[derive(Clone, Copy)]
enum Source<'d> {
    /// No place of the host, or one where nothing can be.
    Harmless,
    /// This one.
    Host(&'d str),
    /// It cannot be told, and may be a sensitive one.
    Unknown(Why),
}

/// The volumes of a task.
struct Volumes<'d> {
    named: Vec<(Option<&'d str>, Source<'d>)>,
    /// Why there may be others.
    hidden: Option<Why>,
}

impl<'d> Volumes<'d> {
    fn of(task: &TaskView<'d>) -> Self {
        let list = task.member("volumes").list();
        let nameless = list.items.iter().find_map(|volume| volume.clone().member("name").text().unresolved());
        let named = list.items.iter().map(|volume| (volume.clone().member("name").text().known(), source(volume)));
        Self { named: named.collect(), hidden: list.hidden.or(nameless) }
    }

    /// Whether a mount of one of them can be sensitive at all.
    fn may_matter(&self) -> bool {
        self.hidden.is_some()
            || self.named.iter().any(|(_, source)| match source {
                Source::Harmless => false,
                Source::Host(path) => host_paths::reached(path, false).is_some(),
                Source::Unknown(_) => true,
            })
    }

    fn get(&self, name: &str) -> Source<'d> {
        match self.named.iter().find(|(known, _)| *known == Some(name)) {
            Some((_, source)) => *source,
            None => self.hidden.map_or(Source::Harmless, Source::Unknown),
        }
    }
}

/// Where a volume lies on the host: `host.sourcePath`, or what the driver `local` binds (ECS API model, `HostVolumeProperties`;
/// Docker's own page on `docker volume create`).
fn source<'d>(volume: &Place<'d>) -> Source<'d> {
    let host = volume.clone().member("host").member("sourcePath");
    let options = volume.clone().member("dockerVolumeConfiguration").member("driverOpts");
    let binds = |text: &str| text.split(',').any(|option| ["bind", "rbind"].contains(&option.trim()));
    let place = match (&host, options.clone().member("o").text()) {
        (Read::Absent, Read::Known(text)) if binds(text) => options.member("device"),
        _ => host,
    };
    match place.clone().text() {
        Read::Absent => Source::Harmless,
        Read::Known(path) => Source::Host(path),
        Read::Unresolved(_) if place.clone().known().and_then(Node::as_str).is_some_and(begins_harmlessly) => {
            Source::Harmless
        }
        Read::Unresolved(why) => Source::Unknown(why),
    }
}

/// Whether a path lies in a harmless directory, whatever its placeholder brings: `/srv/${name}`.
fn begins_harmlessly(path: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/\\.:-".contains(letter);
    let plain = path.find(|letter| !plain(letter)).map_or(path, |end| &path[..end]);
    plain.rfind(['/', '\\']).is_some_and(|end| !host_paths::may_reach(&plain[..=end]))
}

/// A volume that a container has, by itself or through another.
struct Held<'d> {
    volume: &'d str,
    read_only: bool,
    /// The container that it is taken over from.
    through: Option<&'d str>,
    /// What to point at.
    place: Path,
}

/// The volumes that a container has, and what keeps the rest from being seen.
#[derive(Default)]
struct Holdings<'d> {
    held: Vec<Held<'d>>,
    unread: Option<(&'static str, Why)>,
}

impl<'d> Holdings<'d> {
    /// `volumesFrom` hands on what the other container was handed on itself; `above` are those on the way there.
    fn of(container: &ContainerView<'d>, above: &[usize]) -> Self {
        let mut holdings = Self::default();
        holdings.own(container);
        let from = container.volumes_from().unwrap_or_else(|why| {
            holdings.unread.get_or_insert(("volumesFrom", why));
            Vec::new()
        });
        let task = container.task();
        let above: Vec<usize> = above.iter().copied().chain([container.index()]).collect();
        for (index, from) in from.into_iter().enumerate() {
            let Read::Known(name) = from.source else { continue };
            let others = task.seen().into_iter().filter(|other| other.name() == Some(name));
            for other in others.filter(|other| !above.contains(&other.index())) {
                let theirs = Self::of(&other, &above);
                holdings.unread = holdings.unread.or(theirs.unread.map(|(_, why)| ("volumesFrom", why)));
                holdings.held.extend(theirs.held.into_iter().map(|held| Held {
                    read_only: held.read_only || from.read_only,
                    through: Some(name),
                    place: container.path().key("volumesFrom").index(index).key("sourceContainer"),
                    ..held
                }));
            }
        }
        holdings
    }

    fn own(&mut self, container: &ContainerView<'d>) {
        let points = container.member("mountPoints").list();
        self.unread = points.hidden.map(|why| ("mountPoints", why));
        for (index, point) in points.items.into_iter().enumerate() {
            match point.clone().member("sourceVolume").text() {
                Read::Absent => {}
                Read::Unresolved(why) => drop(self.unread.get_or_insert(("mountPoints", why))),
                Read::Known(volume) => self.held.push(Held {
                    volume,
                    read_only: point.member("readOnly").flag() == Read::Known(true),
                    through: None,
                    place: container.path().key("mountPoints").index(index).key("sourceVolume"),
                }),
            }
        }
    }

    /// Each volume once: it can be written if any of its mounts can.
    fn volumes(self) -> Vec<Held<'d>> {
        let mut volumes: Vec<Held<'d>> = Vec::new();
        for held in self.held {
            match volumes.iter_mut().find(|known| known.volume == held.volume) {
                Some(known) => known.read_only &= held.read_only,
                None => volumes.push(held),
            }
        }
        volumes
    }
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent, volumes: &Volumes<'_>) -> Vec<Finding> {
    let holdings = Holdings::of(container, &[]);
    // Fargate takes no directory of the host, so what cannot be read is none.
    let blind = intent.target.only_fargate();
    let unread = holdings.unread.filter(|_| !blind);
    let held = holdings.volumes();
    if let Some(Why::OutsideThisFile) = volumes.hidden {
        return outside(container, &held).into_iter().filter(|_| !blind).collect();
    }
    let findings = held.iter().filter_map(|held| match volumes.get(held.volume) {
        Source::Host(path) => Some(sensitive(container, intent, held, host_paths::reached(path, held.read_only)?)),
        Source::Unknown(why) if !blind => Some(unknown(container, held, why)),
        Source::Unknown(_) | Source::Harmless => None,
    });
    let unread = unread.map(|(member, why)| {
        let message = format!("{} may mount a sensitive place of its host", container.title());
        let obstacle = Obstacle::unresolved(&format!("`{member}`"), why);
        let mut finding = pass::finding(&PASS, container, member, message, Remedy::Undetermined(obstacle));
        finding.place = container.path().key(member);
        finding
    });
    findings.chain(unread).collect()
}

fn sensitive(container: &ContainerView<'_>, intent: &Intent, held: &Held<'_>, place: &HostPath) -> Finding {
    let how = if held.read_only { ", to read alone" } else { "" };
    let message = format!(
        "{} mounts {} of its host: {}, by volume `{}`{how}",
        container.title(),
        place.what,
        place.path,
        held.volume
    );
    let remedy = Remedy::Manual(obstacles(container, intent, held, place));
    let mut finding = pass::finding(&PASS, container, held.volume, message, remedy);
    finding.place = held.place.clone();
    finding
}

fn obstacles(container: &ContainerView<'_>, intent: &Intent, held: &Held<'_>, place: &HostPath) -> Vec<Obstacle> {
    if intent.target.includes(LaunchType::Fargate) {
        return vec![Obstacle::new(
            "ECS takes no `host.sourcePath` for Fargate, so this definition does not run there as it is",
            "leave `host` out: the volume is an empty directory of the task then; or take FARGATE out of the launch types",
        )];
    }
    let comes_of_it = place.reading.filter(|_| held.read_only).unwrap_or(place.writing);
    let mut obstacles = vec![Obstacle::new(comes_of_it, place.instead)];
    if let Some(through) = held.through {
        obstacles.push(Obstacle::new(
            format!("it has the volume from `{through}`, by `volumesFrom`, which hands on every mount"),
            "give it `mountPoints` of its own for what it needs, in place of `volumesFrom`",
        ));
    }
    let work = intent.container(container.index()).and_then(|container| container.host_work);
    if let Some(what) = work {
        let name = container.name().unwrap_or("*");
        obstacles.push(Obstacle::new(
            format!("{} looks like {what}, and such containers need mounts of this kind", container.title()),
            format!(
                "if its vendor asks for this one, waive it in the policy: [[waiver]] pass = \"{}\", container = \"{name}\", subject = \"{}\", reason = \"…\"",
                PASS.id, held.volume
            ),
        ));
    }
    obstacles
}

fn unknown(container: &ContainerView<'_>, held: &Held<'_>, why: Why) -> Finding {
    let message =
        format!("{} mounts volume `{}`, which may be a sensitive place of its host", container.title(), held.volume);
    let obstacle = Obstacle::unresolved(&format!("the place of volume `{}`", held.volume), why);
    let mut finding = pass::finding(&PASS, container, held.volume, message, Remedy::Undetermined(obstacle));
    finding.place = held.place.clone();
    finding
}

/// A list of containers has no volumes: one finding tells it for all mounts of a container.
fn outside(container: &ContainerView<'_>, held: &[Held<'_>]) -> Option<Finding> {
    let first = held.first()?;
    let names: Vec<String> = held.iter().map(|held| format!("`{}`", held.volume)).collect();
    let message = format!("{} mounts {}, which may be places of its host", container.title(), names.join(", "));
    let obstacle = Obstacle::unresolved("the place of a volume", Why::OutsideThisFile);
    let mut finding = pass::finding(&PASS, container, "mountPoints", message, Remedy::Undetermined(obstacle));
    finding.place = first.place.clone();
    Some(finding)
}
