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
    /// Our own proof failed; the file is untouched.
    Unproven = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
