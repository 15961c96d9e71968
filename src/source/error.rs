//! What can go wrong between the program and the text: one variant for each thing that a user can do about it.

use std::io;
use std::path::{Path, PathBuf};

/// A text that could not be found, read or written. The display names the path, [`SourceError::next_step`] says what to do, and
/// the operating system's own words are the `source()` of the error.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing is at that path, or a link leads nowhere.
    #[error("`{}` does not exist", path.display())]
    Missing {
        /// The path as it was asked for.
        path: PathBuf,
        /// Why the system says so.
        source: io::Error,
    },
    /// The file or directory is there and may not, or cannot, be read.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The path as it was asked for.
        path: PathBuf,
        /// Why the system says so.
        source: io::Error,
    },
    /// Standard input broke off.
    #[error("standard input cannot be read")]
    Stdin(#[source] io::Error),
    /// A directory, pipe, socket or device where a file is needed.
    #[error("`{}` is not a regular file", path.display())]
    NotAFile {
        /// The path as it was asked for.
        path: PathBuf,
    },
    /// Its permissions let nobody write, or at least not this user.
    #[error("`{}` is read-only", path.display())]
    ReadOnly {
        /// The path as it was asked for.
        path: PathBuf,
    },
    /// It holds other bytes than those that the edit was made for, or is gone.
    #[error("`{}` has changed since it was read", path.display())]
    Changed {
        /// The path as it was asked for.
        path: PathBuf,
    },
    /// The directory that should hold the file does not exist.
    #[error("`{}` cannot be made because its directory does not exist", path.display())]
    NoDirectory {
        /// The path as it was asked for.
        path: PathBuf,
        /// Why the system says so.
        source: io::Error,
    },
    /// The new text could not be put beside the file or in its place: the directory's permissions, a full disk.
    #[error("`{}` cannot be written", path.display())]
    Unwritable {
        /// The path as it was asked for.
        path: PathBuf,
        /// Why the system says so.
        source: io::Error,
    },
}

impl SourceError {
    /// What the user can do about it, as a phrase for the hint line.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "check the spelling and the working directory; `-` reads standard input",
            Self::Unreadable { .. } => "give this user permission to read it, or leave it out",
            Self::Stdin(_) => "send the text again, or name a file instead of `-`",
            Self::NotAFile { .. } => "name a file or a directory; `-` stands for standard input or output",
            Self::ReadOnly { .. } => "make it writable (`chmod u+w`), or write elsewhere with `-o`",
            Self::Changed { .. } => "nothing was written: run the command again to work on the new text",
            Self::NoDirectory { .. } => "make the directory first, or choose another place",
            Self::Unwritable { .. } => {
                "make room and let this user write to its directory, or write elsewhere with `-o`"
            }
        }
    }

    /// The path it is about; none for standard input.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin(_) => None,
            Self::Missing { path, .. }
            | Self::Unreadable { path, .. }
            | Self::NotAFile { path }
            | Self::ReadOnly { path }
            | Self::Changed { path }
            | Self::NoDirectory { path, .. }
            | Self::Unwritable { path, .. } => Some(path),
        }
    }

    /// A failure to read `path`: [`SourceError::Missing`] if nothing is there.
    pub(super) fn unreadable(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing { path, source },
            _ => Self::Unreadable { path, source },
        }
    }

    /// A failure to write `path`.
    pub(super) fn unwritable(path: &Path, source: io::Error) -> Self {
        Self::Unwritable { path: path.to_owned(), source }
    }
}
