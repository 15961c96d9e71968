//! Who decides how the passes behave: flags today, in layers.

pub mod set;
