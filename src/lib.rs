//! `bansao`: certified electronic copies of Vietnamese certificates.
//!
//! The modules stand in reading order, and only in this order may they use each other; `ARCHITECTURE.md` is the map.

pub mod record;

pub mod finding;

pub mod clock;

pub mod limits;

pub mod intake;

pub mod inspect;

pub mod worker;

pub mod decide;

pub mod http;

pub mod keys;

pub mod jws;

pub mod trust;

pub mod identity;

pub mod anatomy;

pub mod certify;

pub mod verify;

pub mod store;

pub mod deliver;

pub mod error;

pub mod flow;

pub mod wire;

pub mod api;

pub mod peers;

pub mod reference;

pub mod config;

pub mod telemetry;

pub mod app;

pub mod authority;

pub mod cli;
