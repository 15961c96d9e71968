//! Interactive sessions in a real pseudo terminal: every key, whole sessions on the examples, and that the terminal comes back.

#![cfg(target_os = "linux")]
#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is not as it should be")]

mod support;

#[path = "session/apply.rs"]
mod apply;
#[path = "session/prompts.rs"]
mod prompts;
#[path = "session/pty.rs"]
mod pty;
#[path = "session/whole.rs"]
mod whole;
