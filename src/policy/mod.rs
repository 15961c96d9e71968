//! What the user settled once: the policy file, and `--set` for one run.

mod discover;
mod file;
mod key;
pub mod schema;
pub mod set;
pub mod show;

pub use discover::{Choice, NAME as FILE_NAME, Policies};
pub use file::{Policy, PolicyError, Setting};
