//! The `ecs-harden` program: parse the command line, build the context, run, map the exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    ecs_harden::cli::main().into()
}
