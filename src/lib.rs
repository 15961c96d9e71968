//! Everything of ecs-harden that has a side effect: the command line, files in and out, and what people read.
//!
//! The knowledge and the edits live in the crate `ecs-harden-transforms`, which has no side effects.

pub mod ahead;
pub mod aws;
pub mod baseline;
pub mod cli;
pub mod context;
pub mod export;
pub mod git;
pub mod image;
pub mod output;
pub mod plan;
pub mod policy;
pub mod rollout;
pub mod session;
pub mod source;
