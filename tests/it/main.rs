//! The whole service through real gRPC over TLS, with the authority, a register and a wallet running.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod callers;
mod fixtures;
mod interface;
mod judges;
mod keys;
mod outages;
mod review;
mod stage;
mod uploads;
