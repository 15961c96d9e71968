//! What kind of place a directory is: whether a tmpfs may be put there.

/// What a directory is for, judged by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Files that may be gone after a restart: a tmpfs will do.
    Scratch,
    /// Data that has to outlive the container: a volume.
    State,
    /// Configuration or programs of the image: a tmpfs would hide them.
    Shipped,
    /// Packages: whatever installs them belongs into the build of the image.
    Packages,
    /// Kernel interfaces.
    Kernel,
}

/// Top directories that hold what the image ships.
const SHIPPED: [&str; 10] = ["etc", "usr", "bin", "sbin", "lib", "lib64", "boot", "opt", "root", "home"];

/// Names of directories whose files may be gone after a restart, wherever they stand.
const SCRATCH: [&str; 15] = [
    "tmp",
    "temp",
    "cache",
    "caches",
    "log",
    "logs",
    "run",
    "sessions",
    "work",
    "client_temp",
    "proxy_temp",
    "tmpfs",
    ".cache",
    "spool",
    "locks",
];

/// Names of directories that hold data, wherever they stand.
const STATE: [&str; 9] =
    ["data", "db", "database", "databases", "storage", "uploads", "backup", "backups", "persistent"];

/// What the directory at this absolute path is for.
pub fn place(directory: &str) -> Place {
    let names: Vec<&str> = directory.split('/').filter(|name| !name.is_empty()).collect();
    let (first, last) = (names.first().copied().unwrap_or_default(), names.last().copied().unwrap_or_default());
    let below = |top: &[&str]| names.starts_with(top);
    if below(&["var", "lib", "apt"])
        || below(&["var", "lib", "dpkg"])
        || below(&["var", "cache", "apt"])
        || below(&["var", "lib", "rpm"])
        || below(&["lib", "apk"])
    {
        Place::Packages
    } else if ["proc", "sys", "dev"].contains(&first) && !below(&["dev", "shm"]) {
        Place::Kernel
    } else if names.is_empty() || directory == "/var" || directory == "/var/lib" || first == "etc" {
        Place::Shipped
    } else if SCRATCH.contains(&last) || ["tmp", "run"].contains(&first) || below(&["var", "cache"]) {
        Place::Scratch
    } else if names.iter().any(|name| STATE.contains(name)) || below(&["var", "lib"]) || first == "mnt" {
        Place::State
    } else if SHIPPED.contains(&first) {
        Place::Shipped
    } else {
        Place::Scratch
    }
}
