//! Whole files through the crate's one way in.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod bounds;
mod common;
mod drawn;
mod files;
mod hostile;
mod mutate;
mod mutated;
mod open;
mod pdf;
mod readings;
mod seeds;
mod walk;
