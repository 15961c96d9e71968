//! The pure half of ecs-harden: text in, findings and edits out.
//!
//! Nothing here reads a file, an environment variable, a clock or a socket, and nothing prints. The binary
//! crate brings the text and carries the result away. Read the modules in this order: [`tree`] and [`read`] turn text
//! into nodes with byte spans, [`edit`] turns changes of that tree into splices of the text.

pub mod edit;
pub mod read;
pub mod tree;
