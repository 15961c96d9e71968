//! What shows that a program writes, without a refusal: `docker diff`, and the calls of `strace -e trace=%file` that went well.

use std::collections::BTreeSet;

use super::path::{parent, real};
use super::{Kind, Sign};

/// Calls that change what their first path names. `open` and its like count by their flags.
const CHANGING: [&str; 17] = [
    "creat",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "symlink",
    "symlinkat",
    "link",
    "linkat",
    "truncate",
    "rmdir",
    "bind",
];

/// Flags with which a file is opened for writing.
const WRITING: [&str; 4] = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"];

/// A line of `strace`: the call, its arguments, and the error if it failed.
pub(super) struct Call<'l> {
    name: &'l str,
    arguments: &'l str,
    /// Whether it failed.
    pub failed: bool,
}

/// Reads a line of `strace`, with or without the number of the process and the time before the call.
pub(super) fn call(line: &str) -> Option<Call<'_>> {
    let (head, result) = line.rsplit_once(" = ")?;
    let (before, arguments) = head.split_once('(')?;
    let name = before.rsplit([' ', '\t']).next()?;
    let named =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let number = result.strip_prefix('-').unwrap_or(result).starts_with(|digit: char| digit.is_ascii_digit());
    (named && number && arguments.trim_end().ends_with(')')).then_some(Call {
        name,
        arguments,
        failed: result.starts_with('-'),
    })
}

impl Call<'_> {
    /// Whether it is there to change something.
    pub(super) fn changes(&self) -> bool {
        let opens = ["open", "openat", "openat2"].contains(&self.name);
        CHANGING.contains(&self.name) || opens && WRITING.iter().any(|flag| self.arguments.contains(flag))
    }

    /// Whether it starts a program.
    pub(super) fn starts(&self) -> bool {
        ["execve", "execveat"].contains(&self.name)
    }

    /// Whether it changes owners.
    pub(super) fn gives_away(&self) -> bool {
        ["chown", "fchown", "lchown", "fchownat"].contains(&self.name)
    }
}

/// The path that this line shows to be written.
pub(super) fn written(line: &str) -> Option<&str> {
    let path = if let [b'A' | b'C' | b'D', b' ', b'/', ..] = line.as_bytes() {
        &line[2..]
    } else {
        let call = call(line).filter(|call| call.changes() && !call.failed)?;
        // The last name is the one that is made: `rename("/a", "/b")`.
        call.arguments.split('"').skip(1).step_by(2).last()?
    };
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+@~#%:$".contains(&byte));
    let ours = !["/dev/", "/proc/", "/sys/"].iter().any(|top| path.starts_with(top));
    (plain && ours && path.starts_with('/') && path.len() > 1).then_some(path)
}

/// One sign for each directory that is written in, and none for those below another.
pub(super) fn signs(written: &[(usize, &str)]) -> Vec<Sign> {
    // `docker diff` lists a directory because something in it has changed.
    let holders: BTreeSet<&str> = written.iter().filter_map(|(_, path)| Some(path.rsplit_once('/')?.0)).collect();
    let leaves = written.iter().filter(|(_, path)| !holders.contains(path));
    let found: Vec<(usize, &str, String)> =
        leaves.filter_map(|(line, path)| Some((*line, *path, parent(path)?))).collect();
    let mounts: BTreeSet<String> = found.iter().map(|(_, _, mount)| real(mount)).collect();
    let is_below_another = |mount: &str| {
        let above = mount.match_indices('/').map(|(at, _)| &mount[..at]);
        above.filter(|above| !above.is_empty()).any(|above| mounts.contains(above))
    };
    let kept = found.iter().filter(|(_, _, mount)| !is_below_another(mount));
    kept.map(|(line, path, mount)| Sign {
        line: *line,
        path: Some((*path).to_owned()),
        mount: Some(mount.clone()),
        ..Sign::of(Kind::Written)
    })
    .collect()
}
