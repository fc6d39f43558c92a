//! Workers: child processes in which hostile bytes are opened and read, so that what they break is not the service.
//!
//! `pool` keeps them warm and hands out work; `child` is one of them as the service sees it: a socket, and a deadline that
//! ends in a kill; `message` is what the two say to each other. On the other side `serve` is the worker's main loop, which
//! closes the `sandbox` behind itself before the first byte of a scan comes in, and `attempt` is what it tries when asked
//! whether that sandbox holds. A worker opens nothing and keeps nothing: forms, language data and bounds are loaded before
//! the sandbox closes; scans come through the socket and leave as a report or as pixels.
//!
//! Inspection itself is `crate::inspect`, which knows nothing of processes. `docs/THREATS.md` says what this stops and what
//! it does not.

mod attempt;
mod child;
mod message;
mod pool;
mod sandbox;
mod serve;

pub use attempt::{Attempt, Outcome};
pub use child::WorkerError;
pub use pool::{Pool, PoolSettings};
pub use sandbox::{Landlock, Sandbox};
pub use serve::serve;
