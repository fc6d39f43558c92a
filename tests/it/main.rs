//! The whole service through real gRPC over TLS, with the authority, a register and a wallet running.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod attacks;
mod callers;
#[path = "../camera/mod.rs"]
mod camera;
mod copies;
mod evidence;
mod fixtures;
mod interface;
mod judges;
mod keys;
mod lists;
mod mutants;
mod outages;
#[path = "../printer/mod.rs"]
mod printer;
mod prints;
mod registers;
mod reports;
mod review;
mod stage;
mod status;
mod uploads;
mod workers;
