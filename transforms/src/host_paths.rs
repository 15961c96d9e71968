//! Places of a host that a container should not reach: sockets of daemons, the kernel's own directories, what holds secrets.
//!
//! The list begins with the directories of CIS Docker Benchmark 5.5 and adds what ECS and Docker keep on an instance. Where a
//! directory holds such a place without being one, it is listed as itself alone: `/var` holds `/var/lib/docker`, `/var/cache` does not.

mod forms;

use crate::model;

pub use forms::{BINDS, HARMLESS_BY_READING, NO_PLACES, REACHED, TOLD_BY_READING};

/// A place of a host that a container should not reach.
#[derive(Debug, PartialEq, Eq)]
pub struct HostPath {
    /// The path, as people write it.
    pub path: &'static str,
    /// What it is, as the object of a sentence.
    pub what: &'static str,
    /// What comes of it where the container can write there.
    pub writing: &'static str,
    /// What comes of reading alone; `None` where that tells nothing of worth.
    pub reading: Option<&'static str>,
    /// What to mount instead.
    pub instead: &'static str,
    /// Whether what lies below counts too.
    below: Below,
}

/// Whether what lies below a place counts as the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    /// It does.
    Counts,
    /// Only what is listed itself does.
    IsListed,
}

const DAEMON: &str = "whoever speaks to that daemon starts a container with every power, and is root on the host";
const SPOKEN_TO: &str = "whoever speaks to that daemon starts a container with every power, and is root on the host; a socket is spoken to, so `readOnly` does not help";
const ITS_OWN_TASK: &str =
    "take the mount out; what a program asks about its own task is at ECS_CONTAINER_METADATA_URI_V4";
const ONE_DIRECTORY: &str =
    "mount the one directory that it needs, with `readOnly` true if it only reads, or keep the data in EFS or EBS";
const OWN_PROC: &str =
    "take the mount out: a container has a /proc of its own, and `pidMode` \"task\" shows it the processes of its task";
const OWN_SYS: &str = "take the mount out: a container has a /sys of its own";
const ONE_DEVICE: &str = "take the mount out, and name each device that it needs in `linuxParameters.devices`";
const OTHERS: &str = "it reads the files and settings of every other container on the instance";

const fn socket(path: &'static str, what: &'static str) -> HostPath {
    HostPath { path, what, writing: DAEMON, reading: Some(SPOKEN_TO), instead: ITS_OWN_TASK, below: Below::Counts }
}

const fn tree(
    path: &'static str,
    what: &'static str,
    writing: &'static str,
    reading: Option<&'static str>,
) -> HostPath {
    HostPath { path, what, writing, reading, instead: ONE_DIRECTORY, below: Below::Counts }
}

const fn alone(path: &'static str, what: &'static str, writing: &'static str, reading: &'static str) -> HostPath {
    HostPath { path, what, writing, reading: Some(reading), instead: ONE_DIRECTORY, below: Below::IsListed }
}

const PROGRAMS: &str = "a program that it replaces there runs as root on the host";

static PLACES: [HostPath; 37] = [
    alone(
        "/",
        "the whole file system",
        "it changes any file of the host, and so is root there",
        "it reads every file of the host: keys, credentials, the data of other tasks",
    ),
    socket("/var/run/docker.sock", "the socket of the Docker daemon"),
    socket("/var/run/docker", "the sockets of the Docker daemon"),
    socket("/run/containerd", "the socket of containerd"),
    socket("/run/crio", "the socket of CRI-O"),
    socket("/run/podman", "the socket of Podman"),
    socket("/run/dbus", "the system bus, and by it systemd"),
    socket("/run/systemd", "the sockets of systemd"),
    HostPath { below: Below::IsListed, ..socket("/var/run", "the sockets of every daemon") },
    HostPath {
        instead: OWN_PROC,
        ..tree(
            "/proc",
            "the processes and kernel settings",
            "it changes settings of the kernel, core_pattern among them, which runs any program as root on the host",
            Some("it reads the command lines of every process of the host, and as root more than that"),
        )
    },
    HostPath {
        instead: OWN_SYS,
        ..tree(
            "/sys",
            "the devices and control groups as the kernel shows them",
            "it changes control groups and devices of the host, by which a program gets out of its container",
            Some("it reads what runs on the host and how much it uses, other tasks included"),
        )
    },
    HostPath {
        instead: ONE_DEVICE,
        ..tree(
            "/dev",
            "the devices",
            "it reaches disks and memory of the host as soon as it may open them",
            Some("it reaches disks and memory of the host as soon as it may open them; `readOnly` does not cover that"),
        )
    },
    tree(
        "/etc",
        "the settings",
        "it adds users, keys and scheduled jobs that the host obeys as root",
        Some(
            "it reads password hashes, private keys, and the settings of the ECS agent, registry credentials among them",
        ),
    ),
    tree(
        "/root",
        "the home directory of root",
        "it adds a key by which anybody enters the host as root",
        Some("it reads keys and credentials of root"),
    ),
    tree(
        "/home",
        "the home directories",
        "it adds a key by which anybody enters the host",
        Some("it reads keys and credentials of those who enter the host"),
    ),
    tree(
        "/boot",
        "the kernel and what starts it",
        "it replaces what the host starts next",
        Some("it reads where the kernel keeps what an attack needs"),
    ),
    tree(
        "/var/lib/docker",
        "the files of every container",
        "it changes the files of every other container",
        Some(OTHERS),
    ),
    tree(
        "/var/lib/containerd",
        "the files of every container",
        "it changes the files of every other container",
        Some(OTHERS),
    ),
    tree(
        "/var/lib/ecs",
        "the state of the ECS agent",
        "it changes what the ECS agent believes, and runs",
        Some("it reads the state of the ECS agent: every task of the instance and its settings"),
    ),
    alone(
        "/var",
        "the directory that holds the sockets of the daemons and the files of every container",
        DAEMON,
        SPOKEN_TO,
    ),
    alone(
        "/var/lib",
        "the directory that holds the files of every container",
        "it changes the files of every other container",
        OTHERS,
    ),
    tree("/usr", "the programs", PROGRAMS, None),
    tree("/bin", "the programs", PROGRAMS, None),
    tree("/sbin", "the programs", PROGRAMS, None),
    tree("/lib", "the libraries of every program", PROGRAMS, None),
    tree("/lib64", "the libraries of every program", PROGRAMS, None),
    socket(r"\\.\pipe\docker_engine", "the pipe of the Docker daemon"),
    socket(r"\\.\pipe\containerd-containerd", "the pipe of containerd"),
    alone(
        r"C:\",
        "the whole system drive",
        "it changes any file of the host, and so is administrator there",
        "it reads every file of the host: keys, credentials, the data of other tasks",
    ),
    tree(
        r"C:\Windows",
        "the operating system",
        PROGRAMS,
        Some("it reads the account database and settings of the host"),
    ),
    tree(
        r"C:\Users",
        "the home directories",
        "it changes what those who enter the host run",
        Some("it reads their keys and credentials"),
    ),
    alone(
        r"C:\ProgramData",
        "the directory that holds the files of Docker and of the ECS agent",
        "it changes the files of every other container",
        OTHERS,
    ),
    tree(
        r"C:\ProgramData\Docker",
        "the files of every container",
        "it changes the files of every other container",
        Some(OTHERS),
    ),
    tree(
        r"C:\ProgramData\Amazon",
        "the state of the ECS agent and of other agents of AWS",
        "it changes what the ECS agent believes, and runs",
        Some("it reads the state of the ECS agent: every task of the instance and its settings"),
    ),
    tree(
        r"C:\ProgramData\ssh",
        "the settings and keys of the SSH server",
        "it adds a key by which anybody enters the host",
        Some("it reads the keys of the host"),
    ),
    tree(r"C:\Program Files", "the programs", PROGRAMS, None),
    tree(r"C:\Program Files (x86)", "the programs", PROGRAMS, None),
];

/// Files below a sensitive directory that programs commonly read, and that tell nothing of worth.
const HARMLESS_TO_READ: [&str; 13] = [
    "/etc/localtime",
    "/etc/timezone",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/os-release",
    "/etc/machine-id",
    "/etc/passwd",
    "/etc/group",
    "/etc/ssl/certs",
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/etc/ca-certificates",
];

/// Places below a sensitive directory that are none.
const HARMLESS: [&str; 2] = ["/dev/shm", "/dev/null"];

/// What a volume with this source on its host reaches, mounted to read alone or to write as well.
pub fn reached(source: &str, read_only: bool) -> Option<&'static HostPath> {
    let source = normal(source);
    let within = |path: &&str| is_within(&source, path);
    if HARMLESS.iter().any(within) || read_only && HARMLESS_TO_READ.iter().any(within) {
        return None;
    }
    let matching = PLACES.iter().filter(|place| {
        let path = normal(place.path);
        source == path || place.below == Below::Counts && is_within(&source, &path)
    });
    matching.max_by_key(|place| place.path.len()).filter(|place| !read_only || place.reading.is_some())
}

/// Whether something in this directory, whose name is not known, may be such a place.
pub fn may_reach(directory: &str) -> bool {
    let directory = normal(directory);
    PLACES.iter().any(|place| {
        let path = normal(place.path);
        is_within(&path, &directory) || place.below == Below::Counts && is_within(&directory, &path)
    })
}

fn is_within(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// One spelling for each place: no `.`, `..` or trailing separator, `/run` for `/var/run`, small letters and `/` on Windows.
fn normal(path: &str) -> String {
    let path = path.trim();
    let bytes = path.as_bytes();
    if path.starts_with(r"\\") || path.starts_with("//./") {
        return path.to_ascii_lowercase().replace('\\', "/");
    }
    if let [letter, b':', ..] = bytes
        && letter.is_ascii_alphabetic()
    {
        let below = model::normal_path(&format!("/{}", path[2..].replace('\\', "/"))).to_ascii_lowercase();
        return format!("{}:{below}", char::from(letter.to_ascii_lowercase()));
    }
    let path = model::normal_path(path);
    // `/var/run` is a link to `/run` on every distribution that runs the ECS agent.
    if is_within(&path, "/var/run") { path["/var".len()..].to_owned() } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(source: &str, read_only: bool) -> Option<&'static str> {
        reached(source, read_only).map(|place| place.path)
    }

    #[test]
    fn every_spelling_of_a_place_is_that_place() {
        for source in
            ["/var/run/docker.sock", "/run/docker.sock", "/var/run/../run//docker.sock/", "/var/../run/./docker.sock"]
        {
            assert_eq!(path(source, true), Some("/var/run/docker.sock"), "{source}");
        }
        for source in [r"\\.\pipe\docker_engine", r"\\.\PIPE\Docker_Engine", "//./pipe/docker_engine"] {
            assert_eq!(path(source, true), Some(r"\\.\pipe\docker_engine"), "{source}");
        }
        for source in [r"C:\", "C:", "c:/", r"C:\data\.."] {
            assert_eq!(path(source, false), Some(r"C:\"), "{source}");
        }
        assert_eq!(path(r"c:\programdata\DOCKER\containers", false), Some(r"C:\ProgramData\Docker"));
        assert_eq!(path("/", true), Some("/"));
        assert_eq!(path("//", true), Some("/"));
    }

    #[test]
    fn a_directory_that_holds_a_place_is_one_and_its_other_children_are_not() {
        for (source, place) in [("/var", "/var"), ("/run/", "/var/run"), ("/var/lib", "/var/lib"), ("/etc/ssh", "/etc")]
        {
            assert_eq!(path(source, false), Some(place), "{source}");
        }
        for source in [
            "/var/cache/app",
            "/var/log",
            "/var/run/datadog",
            "/srv/data",
            "/mnt",
            "/etcetera",
            "/dev/shm",
            "data",
            r"D:\data",
            "",
        ] {
            assert_eq!(path(source, false), None, "{source}");
        }
    }

    /// Otherwise a mount of the parent would pass although a mount of the child does not.
    #[test]
    fn the_parents_of_every_place_are_places() {
        for place in &PLACES {
            let path = normal(place.path);
            for (at, _) in path.match_indices('/').filter(|(at, _)| !path.starts_with("//") && *at > 0) {
                assert!(reached(&path[..at], false).is_some(), "{} holds {}", &path[..at], place.path);
            }
        }
    }

    #[test]
    fn reading_alone_counts_where_it_tells_something() {
        for source in ["/proc", "/etc", "/var/lib/docker/containers", "/home/ec2-user"] {
            assert!(reached(source, true).is_some(), "{source}");
        }
        for source in ["/usr/src", "/lib/modules", "/etc/localtime", "/etc/ssl/certs/ca.pem"] {
            assert!(reached(source, true).is_none() && reached(source, false).is_some(), "{source}");
        }
    }

    #[test]
    fn a_name_that_is_not_known_may_be_anything_in_its_directory() {
        for directory in ["/", "/var/", "/run", "/etc", "/home/", r"C:\"] {
            assert!(may_reach(directory), "{directory}");
        }
        for directory in ["/srv/", "/mnt/data", "/var/log", r"D:\"] {
            assert!(!may_reach(directory), "{directory}");
        }
    }
}
