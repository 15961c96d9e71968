//! From results to what users see. Nothing here decides anything, and nothing prints: text goes out as values.

pub mod diff;
