//! What the user settled once: the policy file, and `--set` for one run.

mod answers;
mod discover;
mod file;
mod key;
mod learnt;
mod merge;
pub mod schema;
pub mod set;
pub mod show;

pub use answers::{About, Answer, record};
pub use discover::{Choice, NAME as FILE_NAME, Policies, nearest_file};
pub use file::{DeclaredOwner, OwnerGlob, Ownership, Policy, PolicyError, Setting};
pub use merge::{Additions, KeepAddition, MergeError, PathAddition, merge};
