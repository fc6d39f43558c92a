//! Time-stamps after RFC 3161 (updated by RFC 5816): the asking side and the answering side.
//!
//! [`request`] and [`accept`] are for a client, [`respond`] and [`reject`] for an authority. The token is the CMS container
//! that goes into a signature or, as a document time-stamp, into `/Contents`. Whether the authority is trusted is asked
//! of [`crate::path`] with [`crate::path::Usage::TimeStamping`].

mod client;
mod server;
mod structs;

pub(crate) use client::open_token;
pub use client::{Expectation, TimestampToken, accept, request};
pub use server::{Rejection, TsaIdentity, reject, respond};
