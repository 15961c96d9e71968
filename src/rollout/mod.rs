//! Registering a hardened revision and rolling it out to a running service, safely: look, plan, ask, write, watch, take back.

pub mod api;
pub mod arn;
pub mod carrier;
pub mod port;
pub mod record;
pub mod watch;
