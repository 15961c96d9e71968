//! One container definition.

use super::fact::Form;
use super::image::ImageName;
use super::read::{Listed, Place, Read, Why};
use super::task::TaskView;
use crate::document::containers;
use crate::tree::{Node, Path};

/// A read view of one container definition.
#[derive(Clone, Copy, Debug)]
pub struct ContainerView<'d> {
    task: TaskView<'d>,
    index: usize,
    node: &'d Node,
}

/// What `user` says about the uid that the container starts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserField {
    /// Absent, null or empty: the image decides.
    Unset,
    /// Root, in any spelling, with or without a group.
    Root,
    /// `ContainerAdministrator` of Windows, in any case.
    WindowsAdministrator,
    /// Anybody else, as written.
    Other(String),
}

/// A place below which the container can write or read something that is not its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The path in the container, without a trailing slash.
    pub path: Read<String>,
    /// The container cannot write there.
    pub read_only: bool,
    /// What is mounted.
    pub kind: MountKind,
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MountKind {
    /// A volume of the task, by name.
    Volume(Option<String>),
    /// A tmpfs of the container.
    Tmpfs {
        /// Its options name an owner, or it covers a directory that everybody may write in practically every image.
        owned: bool,
    },
}

/// An element of `volumesFrom`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeFrom<'d> {
    /// The container whose mounts are taken over.
    pub source: Read<&'d str>,
    /// They cannot be written.
    pub read_only: bool,
}

/// An element of `systemControls`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemControl<'d> {
    /// The name of the kernel parameter.
    pub namespace: Read<&'d str>,
    /// Its value.
    pub value: Read<&'d str>,
}

/// What port mappings say about ports below 1024.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LowPort {
    /// No mapped container port lies there.
    No,
    /// The lowest one that does.
    Yes(u64),
    /// A port is unresolved and may lie there.
    Maybe(Why),
}

/// `linuxParameters.capabilities`, normalised to upper case without `CAP_`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapabilityLists {
    /// Names added.
    pub add: Vec<String>,
    /// Names dropped.
    pub drop: Vec<String>,
}

/// Directories that have mode 1777 in practically every image, so that a tmpfs over them can be written by everybody.
pub const EVERYBODY_WRITES: [&str; 2] = ["/tmp", "/var/tmp"];

impl<'d> ContainerView<'d> {
    pub(super) const fn new(task: TaskView<'d>, index: usize, node: &'d Node) -> Self {
        Self { task, index, node }
    }

    /// The position in `containerDefinitions`.
    pub const fn index(&self) -> usize {
        self.index
    }

    /// The task around it.
    pub const fn task(&self) -> TaskView<'d> {
        self.task
    }

    /// The canonical path of the container.
    pub fn path(&self) -> Path {
        containers().index(self.index)
    }

    /// The name, where it is known.
    pub fn name(&self) -> Option<&'d str> {
        self.member("name").text().known()
    }

    /// The container as people call it: its name, else its position.
    pub fn title(&self) -> String {
        self.name().map_or_else(|| format!("#{}", self.index), |name| format!("`{name}`"))
    }

    /// What makes a `--set` speak about this container alone: its name and a colon, nothing where the name is not known.
    pub fn scope(&self) -> String {
        self.name().map(|name| format!("{name}:")).unwrap_or_default()
    }

    /// A member of the container definition.
    pub fn member(&self, name: &str) -> Place<'d> {
        Place::of(self.node).member(name)
    }

    /// A member of `linuxParameters`.
    pub fn linux(&self, name: &str) -> Place<'d> {
        self.member("linuxParameters").member(name)
    }

    /// The name of the image.
    pub fn image(&self) -> Read<ImageName<'d>> {
        self.member("image").text().map(|written| ImageName::of(written.trim()))
    }

    /// The repository of the image: without registry, tag and digest.
    pub fn image_repository(&self) -> Option<&'d str> {
        self.image().known().map(|image| image.repository)
    }

    /// Who the container starts as (ECS API model, `ContainerDefinition.user`); a number may stand without quotes.
    pub fn user(&self) -> Read<UserField> {
        let field = self.member("user");
        let written = match field.clone().scalar() {
            Read::Known(text) => text,
            Read::Absent => return Read::Known(UserField::Unset),
            // The user may be plain where the group is a placeholder.
            Read::Unresolved(why) => {
                let user = field.known().and_then(Node::as_str).and_then(|text| text.split_once(':'));
                return match user {
                    Some((user, _)) if is_user_name(user) => Read::Known(classify_user(user)),
                    _ => Read::Unresolved(why),
                };
            }
        };
        if are_user_names(written) { Read::Known(classify_user(written)) } else { Read::Unresolved(Why::WrongType) }
    }

    /// Whether `privileged` is on.
    pub fn privileged(&self) -> Read<bool> {
        self.member("privileged").flag()
    }

    /// Every mount point and tmpfs, or why they cannot all be seen.
    pub fn mounts(&self) -> Result<Vec<Mount>, Why> {
        let points = self.member("mountPoints").list();
        let tmpfs = self.linux("tmpfs").list();
        if let Some(why) = points.unresolved().or(tmpfs.unresolved()) {
            return Err(why);
        }
        let points = points.items.into_iter().map(|point| Mount {
            path: point.clone().member("containerPath").text().map(normal_path),
            read_only: point.clone().member("readOnly").flag() == Read::Known(true),
            kind: MountKind::Volume(point.member("sourceVolume").text().known().map(str::to_owned)),
        });
        let tmpfs = tmpfs.items.into_iter().map(|mount| {
            let path = mount.clone().member("containerPath").text().map(normal_path);
            let options = mount.member("mountOptions").list().texts().unwrap_or_default();
            let everybody = matches!(&path, Read::Known(path) if EVERYBODY_WRITES.contains(&path.as_str()));
            let owned = everybody || options.iter().any(|option| option.starts_with("uid="));
            Mount { path, read_only: options.contains(&"ro"), kind: MountKind::Tmpfs { owned } }
        });
        Ok(points.chain(tmpfs).collect())
    }

    /// Every element of `volumesFrom`, or why they cannot all be seen.
    pub fn volumes_from(&self) -> Result<Vec<VolumeFrom<'d>>, Why> {
        let list = self.member("volumesFrom").list();
        if let Some(why) = list.unresolved() {
            return Err(why);
        }
        let volumes = list.items.into_iter().map(|item| VolumeFrom {
            source: item.clone().member("sourceContainer").text(),
            read_only: item.member("readOnly").flag() == Read::Known(true),
        });
        Ok(volumes.collect())
    }

    /// Every element of `systemControls`, or why they cannot all be seen.
    pub fn system_controls(&self) -> Result<Vec<SystemControl<'d>>, Why> {
        let list = self.member("systemControls").list();
        if let Some(why) = list.unresolved() {
            return Err(why);
        }
        let controls = list.items.into_iter().map(|item| SystemControl {
            namespace: item.clone().member("namespace").text(),
            value: item.member("value").scalar(),
        });
        Ok(controls.collect())
    }

    /// What the port mappings say about container ports below 1024.
    pub fn low_port(&self) -> LowPort {
        let Listed { items, hidden } = self.member("portMappings").list();
        let ports = items.into_iter().map(|mapping| match mapping.clone().member("containerPortRange").text() {
            Read::Absent => mapping.member("containerPort").number(),
            Read::Known(range) => {
                let start = range.split('-').next().unwrap_or(range).trim();
                start.parse().map_or(Read::Unresolved(Why::WrongType), Read::Known)
            }
            Read::Unresolved(why) => Read::Unresolved(why),
        });
        let ports: Vec<Read<u64>> = ports.collect();
        let lowest = ports.iter().filter_map(|port| port.clone().known()).filter(|port| (1..1024).contains(port)).min();
        match (lowest, hidden.or_else(|| ports.iter().find_map(Read::unresolved))) {
            (Some(port), _) => LowPort::Yes(port),
            (None, Some(why)) => LowPort::Maybe(why),
            (None, None) => LowPort::No,
        }
    }

    /// Each element of `capabilities.add` as a normal name; `None` for one that is no name.
    pub fn added_capabilities(&self) -> Vec<Option<String>> {
        let list = self.linux("capabilities").member("add").list();
        list.items.into_iter().map(|item| item.text().known().map(normal_capability)).collect()
    }

    /// The capability lists, or why they cannot be known.
    pub fn capabilities(&self) -> Result<CapabilityLists, Why> {
        let lists = self.linux("capabilities");
        let names = |list: Place<'d>| -> Result<Vec<String>, Why> {
            Ok(list.list().texts()?.into_iter().map(normal_capability).collect())
        };
        Ok(CapabilityLists { add: names(lists.clone().member("add"))?, drop: names(lists.member("drop"))? })
    }
}

/// A `user` that is root.
pub static ROOT_USER: Form = Form::Shape {
    holds: |text| are_user_names(text) && classify_user(text) == UserField::Root,
    pattern: || r"^\s*(root|[+-]*0*)\s*(:[\w.+\\\s-]*)*$".to_owned(),
};

/// A `user` that is the administrator of Windows.
pub static WINDOWS_ADMINISTRATOR: Form = Form::Shape {
    holds: |text| are_user_names(text) && classify_user(text) == UserField::WindowsAdministrator,
    pattern: || r"(?i)^\s*containeradministrator\s*(:[\w.+\\\s-]*)*$".to_owned(),
};

/// A user, and perhaps a group.
fn are_user_names(text: &str) -> bool {
    text.split(':').all(|part| part.trim().is_empty() || is_user_name(part))
}

/// A name or number as `user` takes it, on Linux or Windows. Anything else may be a placeholder that nobody here knows.
fn is_user_name(part: &str) -> bool {
    let part = part.trim();
    !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || "_.-+\\ ".contains(letter))
}

fn classify_user(text: &str) -> UserField {
    let name = text.split(':').next().unwrap_or(text).trim();
    if text.trim().is_empty() {
        UserField::Unset
    } else if name.is_empty() || name == "root" || name.trim_start_matches(['+', '-']).chars().all(|digit| digit == '0')
    {
        UserField::Root
    } else if name.eq_ignore_ascii_case("ContainerAdministrator") {
        UserField::WindowsAdministrator
    } else {
        UserField::Other(text.trim().to_owned())
    }
}

/// `/tmp/`, `//tmp` and `/run/../tmp` are `/tmp`.
pub fn normal_path(text: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    if text.starts_with('/') { format!("/{}", parts.join("/")) } else { parts.join("/") }
}

/// The name of a capability in upper case, without `CAP_`.
pub fn normal_capability(name: &str) -> String {
    let upper = name.trim().to_ascii_uppercase();
    upper.strip_prefix("CAP_").map(str::to_owned).unwrap_or(upper)
}
