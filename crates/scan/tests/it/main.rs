//! Whole files through the crate's one way in.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;
mod hostile;
mod mutate;
mod mutated;
mod open;
mod pdf;
mod seeds;
mod walk;
