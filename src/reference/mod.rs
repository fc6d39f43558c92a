//! Reference peers for development and tests: a wallet and a register that speak the real interfaces over mutual TLS.

mod register;
mod serve;
mod wallet;

pub use register::{Register, RegisterError};
pub use serve::{Running, ServeError, serve};
pub use wallet::{StoredCopy, Wallet, WalletError, link_holder};
