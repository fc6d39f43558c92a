//! The whole service through real gRPC over TLS, with the authority, a register and a wallet running.

#![expect(missing_docs, reason = "tests")]

mod callers;
mod interface;
mod judges;
mod outages;
mod review;
mod stage;
mod uploads;
