//! What `completions` and `man` can be told.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "Where shells look for them:\n  \
    bash        ~/.local/share/bash-completion/completions/ecs-harden\n  \
    zsh         _ecs-harden in a directory of $fpath\n  \
    fish        ~/.config/fish/completions/ecs-harden.fish\n  \
    powershell  Invoke-Expression on the text, in $PROFILE")]
pub struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct Manual {
    /// Where the pages go; it has to be there
    #[arg(value_name = "DIRECTORY")]
    pub directory: PathBuf,
}
