//! Everything of ecs-harden that has a side effect, and the use cases that join it to the pure half, `ecs_harden_transforms`.

pub mod output;
pub mod source;
