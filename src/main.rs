//! The `ecs-harden` program: parse the command line, build the context, run, map the exit status.

use std::process::ExitCode;

use mimalloc::MiMalloc;

// A run makes many small values and drops them again, on every core: with the allocator of glibc a third of the time went there.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    ecs_harden::cli::main().into()
}
