//! What `policy` can be told.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PolicySource;

/// Arguments of `policy`.
#[derive(Debug, Args)]
pub struct Policy {
    /// What to show.
    #[command(subcommand)]
    pub show: PolicyCommand,
}

/// Subcommands of `policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Print what applies to each container of a definition, and from which line
    Show {
        /// Files, directories, or - for standard input
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Where the policy comes from.
        #[command(flatten)]
        policy: PolicySource,
    },
    /// Print the JSON Schema of the policy file
    Schema,
}
