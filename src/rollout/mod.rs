//! Registering a hardened revision and rolling it out to a running service, safely: look, plan, ask, write, watch, take back.

pub mod api;
pub mod apply;
pub mod arn;
pub mod bake;
pub mod carrier;
pub mod cause;
pub mod doctor;
pub mod gates;
pub mod images;
pub mod logs;
pub mod owner;
pub mod permissions;
pub mod port;
pub mod preflight;
pub mod proposal;
pub mod record;
pub mod register;
pub mod resume;
pub mod retire;
pub mod running;
pub mod said;
pub mod same;
pub mod trace;
pub mod watch;

#[cfg(test)]
mod table;
