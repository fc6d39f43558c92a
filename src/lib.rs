//! `bansao`: certified electronic copies of Vietnamese certificates.
//!
//! The modules stand in reading order, and only in this order may they use each other; `ARCHITECTURE.md` is the map.

pub mod record;

pub mod finding;

pub mod clock;

pub mod limits;

pub mod inspect;

pub mod decide;

pub mod cli;
