//! Rules about volumes, mounts and tmpfs.

use super::{Flaw, Hit, Rule, Scene, elements_where, missing, repeated, said};
use crate::model::{ContainerView, MountKind, Place, Read};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unknown-volume",
        says: "mounts a volume that the task does not have",
        refused_by: &[],
        source: "API member `MountPoint.sourceVolume`",
        service: Some("the volume is unknown"),
        next_step: "add it to `volumes` of the task, or correct the name",
        check: unknown_volume,
    },
    Rule {
        id: "duplicate-volume-name",
        says: "has the name of another volume",
        refused_by: &[],
        source: "API member `Volume.name`",
        service: None,
        next_step: "name each volume differently",
        check: |scene| {
            let volumes = volumes(scene);
            let names = volumes.iter().map(|volume| said(&volume.clone().member("name")));
            let repeated = repeated(names).into_iter();
            repeated.filter_map(|(at, _)| Some(Hit::volume(at, volumes.get(at)?, &["name"]))).collect()
        },
    },
    Rule {
        id: "volume-of-two-kinds",
        says: "is of two kinds",
        refused_by: &[],
        source: "API type `Volume`",
        service: None,
        next_step: "keep one of its configurations",
        check: |scene| {
            volumes_where(scene, &[], |volume| {
                KINDS
                    .iter()
                    .filter(|kind| is_set(&kind.iter().fold(volume.clone(), |at, name| at.member(name))))
                    .count()
                    > 1
            })
        },
    },
    Rule {
        id: "several-volumes-configured-at-launch",
        says: "is not the only one that is configured at launch",
        refused_by: &[],
        source: "API member `Volume.configuredAtLaunch`",
        service: None,
        next_step: "leave one of them for the launch",
        check: |scene| {
            let at_launch =
                |volume: &Place<'_>| volume.clone().member("configuredAtLaunch").flag() == Read::Known(true);
            volumes_where(scene, &["configuredAtLaunch"], at_launch).into_iter().skip(1).collect()
        },
    },
    Rule {
        id: "efs-without-file-system",
        says: "is an EFS file system and names none",
        refused_by: &[],
        source: "API member `EFSVolumeConfiguration.fileSystemId`",
        service: None,
        next_step: "name the file system",
        check: |scene| {
            volumes_where(scene, &["efsVolumeConfiguration"], |volume| {
                let efs = volume.clone().member("efsVolumeConfiguration");
                efs.is_filled() && missing(&efs.member("fileSystemId"))
            })
        },
    },
    Rule {
        id: "efs-authorisation-in-the-clear",
        says: "uses an access point or IAM without encryption in transit",
        refused_by: &[],
        source: "API type `EFSAuthorizationConfig`",
        service: None,
        next_step: "set transitEncryption to ENABLED",
        check: |scene| {
            volumes_where(scene, &["efsVolumeConfiguration", "transitEncryption"], |volume| {
                let efs = volume.clone().member("efsVolumeConfiguration");
                let clear =
                    matches!(efs.clone().member("transitEncryption").text(), Read::Absent | Read::Known("DISABLED"));
                let authorisation = efs.member("authorizationConfig");
                let used = authorisation.clone().member("accessPointId").is_filled()
                    || said(&authorisation.member("iam")) == Some("ENABLED");
                clear && used
            })
        },
    },
    Rule {
        id: "efs-access-point-with-a-root",
        says: "uses an access point and names another root directory",
        refused_by: &[],
        source: "API member `EFSVolumeConfiguration.rootDirectory`",
        service: None,
        next_step: "leave rootDirectory out: the access point has one",
        check: |scene| {
            volumes_where(scene, &["efsVolumeConfiguration", "rootDirectory"], |volume| {
                let efs = volume.clone().member("efsVolumeConfiguration");
                let root = said(&efs.clone().member("rootDirectory")).is_some_and(|root| root.trim() != "/");
                root && efs.member("authorizationConfig").member("accessPointId").is_filled()
            })
        },
    },
    Rule {
        id: "unknown-source-container",
        says: "takes the mounts of a container that the task does not have",
        refused_by: &[],
        source: "API member `VolumeFrom.sourceContainer`",
        service: Some("the container is unknown"),
        next_step: "correct the name, or remove the entry",
        check: |scene| {
            elements_where(scene, &["volumesFrom"], |_, volume| {
                let name = said(&volume.clone().member("sourceContainer"))?;
                (scene.complete && scene.named(name).is_none()).then(|| Flaw::new("sourceContainer", name))
            })
        },
    },
    Rule {
        id: "tmpfs-without-size",
        says: "has a tmpfs without a size",
        refused_by: &[],
        source: "API member `Tmpfs.size`",
        service: Some("the size has to be a whole number above zero"),
        next_step: "set `size` in MiB",
        check: |scene| {
            tmpfs_where(scene, "size", |_, mount| {
                matches!(mount.clone().member("size").number(), Read::Absent | Read::Known(0))
            })
        },
    },
    Rule {
        id: "relative-tmpfs",
        says: "has a tmpfs at a path that is not absolute",
        refused_by: &[],
        source: "API member `Tmpfs.containerPath`",
        service: None,
        next_step: "begin the path with a slash",
        check: |scene| {
            tmpfs_where(scene, "containerPath", |_, mount| {
                said(&mount.clone().member("containerPath")).is_some_and(|path| !path.starts_with('/'))
            })
        },
    },
    Rule {
        id: "tmpfs-over-a-mount-point",
        says: "has a tmpfs where a volume is mounted",
        refused_by: &[],
        source: "API member `Tmpfs.containerPath`",
        service: None,
        next_step: "remove one of the two",
        check: |scene| tmpfs_where(scene, "containerPath", is_over_a_volume),
    },
    Rule {
        id: "unknown-tmpfs-option",
        says: "mounts a tmpfs with an option that does not exist",
        refused_by: &[],
        source: "API member `Tmpfs.mountOptions`",
        service: None,
        next_step: "remove the option; the size belongs into `size`",
        check: |scene| {
            elements_where(scene, &["linuxParameters", "tmpfs"], |_, mount| {
                let options = mount.clone().member("mountOptions").list().items;
                let unknown = options.iter().filter_map(said).find(|option| {
                    !FLAGS.contains(option) && !KEYS.contains(&option.split('=').next().unwrap_or(option))
                });
                unknown.map(|option| Flaw::new("mountOptions", option))
            })
        },
    },
    Rule {
        id: "swappiness-out-of-range",
        says: "has a swappiness above 100",
        refused_by: &[],
        source: "API member `LinuxParameters.swappiness`",
        service: None,
        next_step: "use 0 to 100",
        check: |scene| {
            let hits = scene.containers.iter().filter_map(|container| {
                let value = container.linux("swappiness").number().known().filter(|value| *value > 100)?;
                Some(Hit::member(container, &["linuxParameters", "swappiness"]).about(value.to_string()))
            });
            hits.collect()
        },
    },
];

/// What makes a volume one of a kind.
const KINDS: [&[&str]; 6] = [
    &["host", "sourcePath"],
    &["dockerVolumeConfiguration"],
    &["efsVolumeConfiguration"],
    &["s3filesVolumeConfiguration"],
    &["fsxWindowsFileServerVolumeConfiguration"],
    &["configuredAtLaunch"],
];

const FLAGS: [&str; 33] = [
    "defaults",
    "ro",
    "rw",
    "suid",
    "nosuid",
    "dev",
    "nodev",
    "exec",
    "noexec",
    "sync",
    "async",
    "dirsync",
    "remount",
    "mand",
    "nomand",
    "atime",
    "noatime",
    "diratime",
    "nodiratime",
    "bind",
    "rbind",
    "unbindable",
    "runbindable",
    "private",
    "rprivate",
    "shared",
    "rshared",
    "slave",
    "rslave",
    "relatime",
    "norelatime",
    "strictatime",
    "nostrictatime",
];

const KEYS: [&str; 6] = ["mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol"];

fn volumes<'d>(scene: &Scene<'d>) -> Vec<Place<'d>> {
    scene.task.member("volumes").list().items
}

fn volumes_where(scene: &Scene<'_>, below: &[&str], check: impl Fn(&Place<'_>) -> bool) -> Vec<Hit> {
    let volumes = volumes(scene).into_iter().enumerate().filter(|(_, volume)| check(volume));
    volumes.map(|(index, volume)| Hit::volume(index, &volume, below)).collect()
}

fn is_set(place: &Place<'_>) -> bool {
    place.is_filled() && place.clone().flag() != Read::Known(false)
}

fn unknown_volume(scene: &Scene<'_>) -> Vec<Hit> {
    let list = scene.task.member("volumes").list();
    let names: Vec<Read<&str>> = list.items.iter().map(|volume| volume.clone().member("name").text()).collect();
    if list.hidden.is_some() || names.iter().any(|name| name.unresolved().is_some()) {
        return Vec::new();
    }
    elements_where(scene, &["mountPoints"], |_, point| {
        let name = said(&point.clone().member("sourceVolume"))?;
        (!names.contains(&Read::Known(name))).then(|| Flaw::new("sourceVolume", name))
    })
}

fn tmpfs_where(
    scene: &Scene<'_>,
    member: &'static str,
    check: impl Fn(&ContainerView<'_>, &Place<'_>) -> bool,
) -> Vec<Hit> {
    elements_where(scene, &["linuxParameters", "tmpfs"], |container, mount| {
        let what = said(&mount.clone().member("containerPath")).map(str::to_owned);
        check(container, mount).then_some(Flaw { member, what })
    })
}

fn is_over_a_volume(container: &ContainerView<'_>, mount: &Place<'_>) -> bool {
    let Some(path) = said(&mount.clone().member("containerPath")) else { return false };
    let path = path.trim_end_matches('/');
    let mounts = container.mounts().unwrap_or_default();
    let volumes = mounts.iter().filter(|mount| matches!(mount.kind, MountKind::Volume(_)));
    volumes.into_iter().any(|mount| matches!(&mount.path, Read::Known(known) if known == path))
}
