//! The exit status: one enum, the same table as in the README.

use std::process::ExitCode;

/// How a command ended. Of several files the highest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done, and nothing at or above `--fail-on` is left.
    Clean = 0,
    /// `check`: findings; `fix`: something left; `diff --exit-code`: something would change.
    Findings = 1,
    /// Wrong usage or policy, or input that is unreadable, unwritable or refused.
    Usage = 2,
    /// Refused: nobody can be asked, something speaks against it, or somebody else changed it in between.
    Refused = 3,
    /// AWS refused, or cannot be reached.
    Aws = 4,
    /// A deployment failed; whether it was taken back is told.
    Failed = 5,
    /// How it ended is not known, or nothing verified it.
    NotVerified = 6,
    /// Our own proof failed; the file is untouched.
    Unproven = 70,
    /// Somebody pressed Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
