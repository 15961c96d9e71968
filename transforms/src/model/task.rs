//! The task definition as a whole.

use super::container::ContainerView;
use super::fact::Form;
use super::read::{Listed, Place, Read, Why};
use crate::document::{Document, Envelope, containers};
use crate::tree::{Node, Path};

/// A read view of one task definition.
#[derive(Clone, Copy, Debug)]
pub struct TaskView<'d> {
    document: &'d Document,
    /// The object with the task-level members; `None` where the text holds containers alone.
    root: Option<&'d Node>,
}

/// An element of `containerDefinitions`.
#[derive(Clone, Debug)]
pub enum ContainerSlot<'d> {
    /// A container that can be read.
    Seen(ContainerView<'d>),
    /// Something that stands for a container, or for several, and cannot be read.
    Hidden {
        /// Where it stands.
        path: Path,
        /// Why it cannot be read.
        why: Why,
    },
}

impl<'d> TaskView<'d> {
    /// The view of the definition in `document`.
    pub fn new(document: &'d Document) -> Self {
        let root = match document.envelope() {
            Envelope::Definition { at, .. } => document.parsed().root.at(at),
            Envelope::Containers | Envelope::Container => None,
        };
        Self { document, root }
    }

    /// Whether this text holds the task-level members at all.
    pub const fn is_whole(&self) -> bool {
        self.root.is_some()
    }

    /// Whether this text is a single container definition, which others may stand beside.
    pub fn is_single_container(&self) -> bool {
        matches!(self.document.envelope(), Envelope::Container)
    }

    /// A task-level member.
    pub fn member(&self, name: &str) -> Place<'d> {
        self.root.map_or(Place::Unresolved(Why::OutsideThisFile), |root| Place::of(root).member(name))
    }

    /// The family, where it is known.
    pub fn family(&self) -> Option<&'d str> {
        self.member("family").text().known()
    }

    /// `networkMode`: `awsvpc`, `bridge`, `host`, `none`.
    pub fn network_mode(&self) -> Read<&'d str> {
        self.member("networkMode").text()
    }

    /// Memory of the task in MiB: `512`, `"512"` and `"1 GB"` are all accepted by ECS.
    pub fn memory_mib(&self) -> Read<u64> {
        self.member("memory")
            .scalar()
            .and_then(|text| parse_mib(text).map_or(Read::Unresolved(Why::WrongType), Read::Known))
    }

    /// Cpu units of the task: `1024`, `"1024"` and `"1 vCPU"` are all accepted by ECS.
    pub fn cpu_units(&self) -> Read<u64> {
        self.member("cpu")
            .scalar()
            .and_then(|text| parse_units(text).map_or(Read::Unresolved(Why::WrongType), Read::Known))
    }

    /// Whether an attestation policy covers how the containers run (ECS API model, `TrustedExecutionConfiguration`).
    pub fn is_attested(&self) -> bool {
        let mode = self.member("trustedExecutionConfiguration").member("isolationMode").text();
        mode.known().is_some_and(|mode| mode.trim().eq_ignore_ascii_case("CONFIDENTIAL_SANDBOX"))
    }

    /// The name of the container that proxies for App Mesh.
    pub fn proxy_container(&self) -> Read<&'d str> {
        self.member("proxyConfiguration").member("containerName").text()
    }

    /// Every element of `containerDefinitions`, in order, and one for what a placeholder among them may bring.
    pub fn containers(&self) -> Vec<ContainerSlot<'d>> {
        let place = match self.document.envelope() {
            Envelope::Container => {
                let node = &self.document.parsed().root;
                return vec![ContainerSlot::Seen(ContainerView::new(*self, 0, node))];
            }
            Envelope::Containers => Place::of(&self.document.parsed().root),
            Envelope::Definition { .. } => self.member("containerDefinitions"),
        };
        let Listed { items, hidden } = place.list();
        let mut slots: Vec<_> = items
            .into_iter()
            .enumerate()
            .map(|(index, item)| match item {
                Read::Known(node) if node.as_object().is_some() => {
                    ContainerSlot::Seen(ContainerView::new(*self, index, node))
                }
                Read::Known(_) | Read::Absent => {
                    ContainerSlot::Hidden { path: containers().index(index), why: Why::WrongType }
                }
                Read::Unresolved(why) => ContainerSlot::Hidden { path: containers().index(index), why },
            })
            .collect();
        slots.extend(hidden.map(|why| ContainerSlot::Hidden { path: containers(), why }));
        slots
    }

    /// The containers that can be read.
    pub fn seen(&self) -> Vec<ContainerView<'d>> {
        let seen = self.containers().into_iter().filter_map(|slot| match slot {
            ContainerSlot::Seen(container) => Some(container),
            ContainerSlot::Hidden { .. } => None,
        });
        seen.collect()
    }
}

/// Memory of a task that can be read.
pub static MIB: Form = Form::Shape { holds: |text| parse_mib(text).is_some(), pattern: || in_parts("gb") };
/// Memory of a task that is none.
pub static NO_MIB: Form = Form::Shape { holds: |text| parse_mib(text) == Some(0), pattern: || none_in_parts("gb") };
/// Cpu of a task that can be read.
pub static UNITS: Form = Form::Shape { holds: |text| parse_units(text).is_some(), pattern: || in_parts("vcpu") };
/// Cpu of a task that is none.
pub static NO_UNITS: Form =
    Form::Shape { holds: |text| parse_units(text) == Some(0), pattern: || none_in_parts("vcpu") };

fn in_parts(unit: &str) -> String {
    format!(r"(?i)^\s*([0-9]+|([0-9]+\.?[0-9]{{0,6}}|\.[0-9]{{1,6}})\s*{unit})\s*$")
}

fn none_in_parts(unit: &str) -> String {
    format!(r"(?i)^\s*(0+|(0+\.?0{{0,6}}|\.0{{1,6}})\s*{unit})\s*$")
}

/// MiB from `512`, `1GB`, `.5 GB` or `2 gb` (ECS API model, `RegisterTaskDefinition.memory`).
fn parse_mib(text: &str) -> Option<u64> {
    in_parts_of_1024(text, "gb")
}

/// Cpu units from `256`, `.25 vCPU` or `1vcpu` (ECS API model, `RegisterTaskDefinition.cpu`).
fn parse_units(text: &str) -> Option<u64> {
    in_parts_of_1024(text, "vcpu")
}

/// A whole number, or a decimal one of `unit`, each of which has 1024 parts.
fn in_parts_of_1024(text: &str, unit: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let Some(units) = lower.strip_suffix(unit) else {
        return whole_number(&lower);
    };
    let (whole, fraction) = units.trim().split_once('.').unwrap_or((units.trim(), ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let number = |text: &str| if text.is_empty() { Some(0) } else { whole_number(text) };
    let scale = u32::try_from(fraction.len()).ok().filter(|length| *length <= 6)?;
    number(whole)?.checked_mul(1024)?.checked_add(number(fraction)? * 1024 / 10_u64.pow(scale))
}

/// Digits alone: Rust's own reading takes a sign as well.
fn whole_number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
