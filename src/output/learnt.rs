//! Signs to what a person does about them: the lines to read, and the settings that follow.

use ecs_harden_transforms::capability;
use ecs_harden_transforms::evidence::{Kind, Place, Sign, place};
use ecs_harden_transforms::masking::MASK;
use ecs_harden_transforms::secrets;

/// What follows from one sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A tmpfs at this directory; programs may have to run from it, or it has to be larger.
    Mount {
        /// The directory.
        path: String,
        /// Whether programs run from there.
        exec: bool,
        /// Whether what is there is too small.
        larger: bool,
    },
    /// The container keeps this capability.
    Keep(&'static str),
    /// Nothing that a policy can say.
    Advice,
}

/// One sign in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub hint: String,
    /// What a policy can say about it.
    pub step: Step,
}

/// What a sign means. Parts of paths that look like credentials are masked, and nothing is set for such paths.
pub fn told(sign: &Sign) -> Told {
    let path = sign.path.as_deref().map(masked);
    let at = |what: &str| path.as_ref().map_or_else(|| what.to_owned(), |path| format!("{what}: {path}"));
    let advice = |found: String, hint: &str| Told { found, hint: hint.to_owned(), step: Step::Advice };
    match sign.kind {
        Kind::ReadOnly => writable(sign, at("read-only file system"), false),
        Kind::Written => writable(sign, at("written"), false),
        Kind::MissingDirectory => {
            let sign = Sign { mount: sign.path.clone(), ..sign.clone() };
            writable(&sign, at("a directory is missing"), false)
        }
        Kind::NoSpace => writable(sign, at("no space left"), true),
        Kind::NoExec => match sign.mount.as_deref().filter(|mount| masked(mount) == *mount) {
            Some(mount) => Told {
                found: at("a program cannot run from a mount without `exec`"),
                hint: format!("let programs run from {mount}, or unpack them where the image is built"),
                step: Step::Mount { path: mount.to_owned(), exec: true, larger: false },
            },
            None => advice(at("a program cannot run from a mount without `exec`"), "mount that directory with `exec`"),
        },
        Kind::Permission => match sign.capability {
            Some(name) => {
                keep(name, at("root may not read files of another user"), "start as the owner of the files, or ")
            }
            None => owned(sign, at("permission denied")),
        },
        Kind::Bind => advice(
            sign.port.map_or_else(
                || "a port below 1024 may not be bound".to_owned(),
                |port| format!("port {port} may not be bound"),
            ),
            "set the system control net.ipv4.ip_unprivileged_port_start to \"0\": `root-user` does so for low ports that are in \
             `portMappings`; with network mode host listen on a port from 1024 on",
        ),
        Kind::Chown => keep(
            "CHOWN",
            at("owners may not be changed"),
            "set `user` to the owner, so that nothing has to be changed, or ",
        ),
        Kind::Setuid => {
            keep("SETUID", at("the user may not be changed"), "set `user`, so that the program need not change it, or ")
        }
        Kind::Setgid => keep(
            "SETGID",
            at("the group may not be changed"),
            "set `user`, so that the program need not change it, or ",
        ),
        Kind::Capability => sign.capability.map_or_else(
            || advice(at("a capability is missing"), "find out which with capabilities(7)"),
            |name| {
                keep(
                    name,
                    at(&format!("the capability {name} is missing")),
                    "find out whether the program can do without it, or ",
                )
            },
        ),
        Kind::FileCapability => {
            let found = at("a file with a capability of its own cannot be started");
            match sign.capability {
                Some(name) => keep(name, found, "take the capability off the file with `setcap -r` in the image, or "),
                None => advice(found, "`getcap` tells which; take it off with `setcap -r` in the image, or keep it"),
            }
        }
        Kind::OutOfMemory => advice(
            "a process was killed for want of memory".to_owned(),
            "raise `memory` of the container; what is written to a tmpfs counts as memory too",
        ),
        Kind::NoNewPrivileges => advice(
            "no-new-privileges stopped a program that becomes another user".to_owned(),
            "set `user` instead of sudo or su; or waive what sets `no-new-privileges`",
        ),
        Kind::OpenFiles => advice(
            "too many open files".to_owned(),
            "raise the limit `nofile` in `ulimits`, or look for files that are never closed",
        ),
    }
}

/// A directory that has to be writable.
fn writable(sign: &Sign, found: String, larger: bool) -> Told {
    let Some(mount) = sign.mount.as_deref().filter(|mount| masked(mount) == *mount) else {
        let hint = if larger {
            "the line names no directory: find the tmpfs that is full, and raise its size"
        } else {
            "the line names no directory: `strace -f -e trace=%file` or `docker diff` tell it"
        };
        return Told { found, hint: hint.to_owned(), step: Step::Advice };
    };
    let (hint, step) = match place(mount) {
        Place::Scratch if larger => (
            format!("a larger tmpfs at {mount}; its size is a guess, and counts as memory"),
            Step::Mount { path: mount.to_owned(), exec: false, larger: true },
        ),
        Place::Scratch => (
            format!("a tmpfs at {mount}, if the image ships nothing there that is needed"),
            Step::Mount { path: mount.to_owned(), exec: false, larger: false },
        ),
        Place::State => {
            (format!("{mount} looks like data: it needs a volume, not a tmpfs, which a restart empties"), Step::Advice)
        }
        Place::Packages => ("install packages when the image is built".to_owned(), Step::Advice),
        Place::Shipped | Place::Kernel => (
            format!(
                "no tmpfs at {mount}: it would hide what the image ships; write elsewhere, or make the change in the image"
            ),
            Step::Advice,
        ),
    };
    Told { found, hint, step }
}

/// A directory that has to belong to the user of the container.
fn owned(sign: &Sign, found: String) -> Told {
    let told = writable(sign, found, false);
    match (&told.step, sign.mount.as_deref().filter(|mount| masked(mount) == *mount)) {
        (Step::Mount { path, .. }, _) => {
            let hint = format!(
                "a tmpfs at {path} belongs to the user of the container; or give it the directory in the image"
            );
            Told { hint, ..told }
        }
        (_, Some(mount)) => {
            let hint = format!(
                "give {mount} to the user of the container: in the image, or by the access point of the volume"
            );
            Told { hint, ..told }
        }
        (_, None) => {
            Told { hint: "give that file to the user of the container, and the right to run it".to_owned(), ..told }
        }
    }
}

fn keep(name: &'static str, found: String, instead: &str) -> Told {
    if capability::is_dangerous(name) {
        let hint = format!(
            "{name} reaches past the container: {instead}decide yourself, and name it in `excess-capabilities.keep`"
        );
        return Told { found, hint, step: Step::Advice };
    }
    Told { found, hint: format!("{instead}keep {name}"), step: Step::Keep(name) }
}

/// The path with parts that look like credentials masked.
fn masked(path: &str) -> String {
    let part = |part: &str| if secrets::text(part).is_some() { MASK.to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
