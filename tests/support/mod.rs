//! What several test crates share. None of it uses the product's own passes, editor or views: it judges them.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "every test crate compiles its own copy of this module and uses a part of it"
)]

pub mod aws;
pub mod compare;
pub mod generate;
pub mod validity;
