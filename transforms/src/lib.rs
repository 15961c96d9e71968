//! The pure half of ecs-harden: text in, findings and edits out.
//!
//! Nothing here reads a file, an environment variable, a clock or a socket, and nothing prints. The binary
//! crate brings the text and carries the result away. Read the modules in this order: [`tree`] and [`read`] turn text
//! into nodes with byte spans, [`document`] finds the task definition among them, [`model`] reads it, [`intent`] decides what each
//! container will be, [`passes`] say what is weak and which edit mends it, [`edit`] turns edits into splices of the text, and
//! [`engine`] does one round of all that and proves the result.

pub mod arn;
pub mod capability;
pub mod document;
pub mod edit;
pub mod emit;
pub mod engine;
pub mod evidence;
pub mod exposure;
pub mod foreign;
pub mod host_paths;
pub mod iam;
pub mod images;
pub mod intent;
pub mod knobs;
pub mod masking;
pub mod model;
pub mod pass;
pub mod passes;
pub mod provenance;
pub mod read;
pub mod rules;
pub mod secrets;
pub mod tree;
pub mod waiver;
pub mod weakness;
