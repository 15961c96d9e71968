//! What the command line says to `doctor`.

use clap::Args;

use super::Format;
use super::live::Account;

/// Arguments of `doctor`.
#[derive(Clone, Debug, Args)]
pub struct Doctor {
    /// Register a family that nothing uses with everything that passes write, tell what ECS makes of it, and deregister it
    #[arg(long)]
    pub probe: bool,
    /// With --probe: the ARN of an execution role, so that what takes one is tried too
    #[arg(long, value_name = "ARN", requires = "probe")]
    pub execution_role: Option<String>,
    /// With --probe: do not ask
    #[arg(long, requires = "probe")]
    pub yes: bool,
    /// Form of what is told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Which account and region.
    #[command(flatten)]
    pub account: Account,
    /// Look whether this command line would be allowed what it needs: all that follows is the command line
    #[arg(long = "for", id = "line", num_args = 1.., allow_hyphen_values = true, value_name = "COMMAND LINE")]
    pub line: Vec<String>,
}
