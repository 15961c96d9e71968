//! Readers
