//! How a file is written: the whole new text beside it, then a rename, so that whoever looks sees the old text or the new one.
//!
//! What a rename cannot carry over is lost: other hard links keep the old text, and access control lists and extended attributes
//! are not copied. A process that is killed may leave its temporary file (`.ecs-harden-*`, hidden) behind.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::SourceError;

/// How many links in a row are followed, as Linux does it.
const MOST_LINKS: usize = 40;

/// Writes `after` over the file at `path`, which must still hold `before`; else nothing happens.
///
/// Mode and, where this user may, owner and group are those of the old file. A symbolic link stays and the file that it leads to
/// is replaced. A file that nobody may write is refused, even to root.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), SourceError> {
    let target = path.canonicalize().map_err(|source| SourceError::unreadable(path, source))?;
    let old = writable(path, &target)?;
    let staged = stage(path, &target, after, Some(&old))?;
    if !holds(&target, before) {
        return Err(SourceError::Changed { path: path.to_owned() });
    }
    commit(path, &target, staged)
}

/// Writes `after` to a file that may exist or not. An existing one is replaced as by [`replace`], whatever it holds; a new one
/// gets the permissions that new files get. A link to a file that does not exist yet is followed too.
pub fn create(path: &Path, after: &[u8]) -> Result<(), SourceError> {
    let target = follow(path).map_err(|source| SourceError::unwritable(path, source))?;
    let old = match target.symlink_metadata() {
        Ok(_) => Some(writable(path, &target)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(unplaceable(path, source)),
    };
    let staged = stage(path, &target, after, old.as_ref())?;
    commit(path, &target, staged)
}

/// Where the links that start at `path` lead, whether something is there or not.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&place) {
            Ok(next) => place = parent(&place).join(next),
            Err(_) => return Ok(place),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

/// The directory that holds `path`.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The metadata of `target` if it is a regular file that this user may write.
///
/// A rename asks for the directory's permissions only, so the file's own are looked at here: the mode, since root may do anything,
/// and then the system's opinion, which knows owners and access control lists.
fn writable(path: &Path, target: &Path) -> Result<Metadata, SourceError> {
    let metadata = target.metadata().map_err(|source| SourceError::unreadable(path, source))?;
    if !metadata.is_file() {
        return Err(SourceError::NotAFile { path: path.to_owned() });
    }
    let read_only = || SourceError::ReadOnly { path: path.to_owned() };
    if metadata.permissions().readonly() {
        return Err(read_only());
    }
    match OpenOptions::new().write(true).open(target) {
        Ok(_) => Ok(metadata),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(read_only()),
        Err(source) => Err(SourceError::unwritable(path, source)),
    }
}

/// The new text in a temporary file beside `target`, on disk. It goes away if it is dropped.
fn stage(path: &Path, target: &Path, after: &[u8], old: Option<&Metadata>) -> Result<NamedTempFile, SourceError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ecs-harden-");
    let fresh = old.is_none().then(fresh_permissions).flatten();
    if let Some(permissions) = fresh {
        builder.permissions(permissions);
    }
    let mut staged = builder.tempfile_in(parent(target)).map_err(|source| unplaceable(path, source))?;
    fill(&mut staged, after, old).map_err(|source| SourceError::unwritable(path, source))?;
    Ok(staged)
}

/// A failure to put something into the directory of `path`.
fn unplaceable(path: &Path, source: io::Error) -> SourceError {
    match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            SourceError::NoDirectory { path: path.to_owned(), source }
        }
        _ => SourceError::unwritable(path, source),
    }
}

fn fill(staged: &mut NamedTempFile, after: &[u8], old: Option<&Metadata>) -> io::Result<()> {
    staged.write_all(after)?;
    let file = staged.as_file();
    if let Some(old) = old {
        file.set_permissions(inherit(file, old)?)?;
    }
    file.sync_all()
}

/// The permissions of a new file, from which the system takes what the umask takes away.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
fn fresh_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn fresh_permissions() -> Option<Permissions> {
    None
}

/// Gives `file` the owner and group of `old` where this user may, and returns the permissions to set: those of `old`, but
/// nothing for the group if the group could not be kept, since that would open the file to other people.
#[cfg(unix)]
fn inherit(file: &File, old: &Metadata) -> io::Result<Permissions> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    if fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        // Only root may give a file away; a member of the group may still keep the group.
        let _ = fchown(file, None, Some(old.gid()));
    }
    let kept = if file.metadata()?.gid() == old.gid() { 0o7777 } else { 0o0707 };
    Ok(Permissions::from_mode(old.mode() & kept))
}

#[cfg(not(unix))]
fn inherit(_: &File, old: &Metadata) -> io::Result<Permissions> {
    Ok(old.permissions())
}

/// Whether the file still holds exactly `before`. One that is gone or cannot be read does not.
fn holds(target: &Path, before: &[u8]) -> bool {
    let mut now = Vec::with_capacity(before.len() + 1);
    let read = File::open(target).and_then(|file| file.take(before.len() as u64 + 1).read_to_end(&mut now));
    read.is_ok() && now == before
}

/// Puts the staged file in the place of `target`, and asks the system to keep that over a power cut.
fn commit(path: &Path, target: &Path, staged: NamedTempFile) -> Result<(), SourceError> {
    staged.persist(target).map_err(|error| SourceError::unwritable(path, error.error))?;
    // Some file systems cannot sync a directory; the text is in place all the same.
    let _ = File::open(parent(target)).and_then(|directory| directory.sync_all());
    Ok(())
}
