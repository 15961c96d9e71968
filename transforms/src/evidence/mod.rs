//! What refused programs say: logs, stopped reasons, `docker diff` and `strace` to signs of what a hardened container lacks.
//!
//! A sign holds the number of its line and what was recognised there: a path, a port, a capability. It never holds the text of the
//! line, because logs may hold secrets. Lines are matched by words and shapes that were seen in real output (`tests/logs`); what
//! only resembles them, such as `permission denied for table`, is left out.

mod line;
mod path;
mod place;
mod trace;

use std::collections::BTreeSet;

pub use place::{Place, place};

/// What a program met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The file system is read-only there (`EROFS`).
    ReadOnly,
    /// The path belongs to somebody else (`EACCES`); with a capability: to somebody else than root, who lacks it.
    Permission,
    /// A port below 1024 may not be bound.
    Bind,
    /// Owners may not be changed.
    Chown,
    /// The user may not be changed.
    Setuid,
    /// The group, or further groups, may not be changed.
    Setgid,
    /// Another capability is missing.
    Capability,
    /// The file carries a capability that the container may not have, and so cannot be started.
    FileCapability,
    /// A program or library stands on a file system that is mounted without `exec`.
    NoExec,
    /// A file system is full (`ENOSPC`).
    NoSpace,
    /// A process was killed for want of memory.
    OutOfMemory,
    /// A directory is not there; where the image has it, a mount hides it.
    MissingDirectory,
    /// A program that changes its user was stopped by `no-new-privileges`.
    NoNewPrivileges,
    /// More files are open than `nofile` allows (`EMFILE`).
    OpenFiles,
    /// Nothing was refused: `docker diff` or `strace` shows that the program writes there.
    Written,
}

/// One thing that a text tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// What the program met.
    pub kind: Kind,
    /// The line, counted from 1.
    pub line: usize,
    /// The path as the text writes it.
    pub path: Option<String>,
    /// The directory that needs a mount, or another owner. `/var/run` is written as `/run`, which it is a link to.
    pub mount: Option<String>,
    /// The capability that would help, without `CAP_`.
    pub capability: Option<&'static str>,
    /// The port.
    pub port: Option<u16>,
}

impl Sign {
    /// A sign of which no more than its kind is known.
    const fn of(kind: Kind) -> Self {
        Self { kind, line: 0, path: None, mount: None, capability: None, port: None }
    }

    fn capable(self, capability: &'static str) -> Self {
        Self { capability: Some(capability), ..self }
    }

    /// Whether nothing but the kind is known.
    fn is_bare(&self) -> bool {
        self.path.is_none() && self.mount.is_none() && self.capability.is_none() && self.port.is_none()
    }
}

/// The signs of a text, in the order of their lines; what is said again is told once.
pub fn read(text: &str) -> Vec<Sign> {
    let lines: Vec<&str> = text.lines().collect();
    let mut signs = Vec::new();
    let mut written = Vec::new();
    for (index, text) in lines.iter().enumerate() {
        let number = index + 1;
        if let Some(path) = trace::written(text) {
            written.push((number, path));
            continue;
        }
        let following = lines.get(index + 1).copied().unwrap_or_default();
        signs.extend(line::signs(text, following).into_iter().map(|sign| Sign { line: number, ..sign }));
    }
    signs.extend(trace::signs(&written));
    signs.sort_by_key(|sign| sign.line);
    once(signs)
}

/// Without repetitions, and without bare signs beside others of their kind, which say the same and more.
fn once(signs: Vec<Sign>) -> Vec<Sign> {
    let telling: BTreeSet<Kind> = signs.iter().filter(|sign| !sign.is_bare()).map(|sign| sign.kind).collect();
    let mut seen = BTreeSet::new();
    let fresh = |sign: &Sign| {
        let about = sign.mount.clone().or_else(|| sign.path.clone());
        !(sign.is_bare() && telling.contains(&sign.kind)) && seen.insert((sign.kind, about, sign.capability, sign.port))
    };
    let mut fresh = fresh;
    signs.into_iter().filter(|sign| fresh(sign)).collect()
}

#[cfg(test)]
mod tests;
