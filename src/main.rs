//! The `ecs-harden` program.
fn main() {}
