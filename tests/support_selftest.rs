//! Tests of the test support itself: a judge that cannot say no is no judge.

mod support;

#[path = "support_selftest/compare.rs"]
mod compare;
#[path = "support_selftest/generate.rs"]
mod generate;
#[path = "support_selftest/rules.rs"]
mod rules;
