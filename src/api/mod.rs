//! The public interface.

pub mod proto;
