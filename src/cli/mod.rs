//! The commands of the binary: arguments in, one call, words out. A file per command.

pub mod authority;
pub mod pki;
