//! Reference peers for development and tests: a wallet and a register that speak the real interfaces over mutual TLS.

mod register;
mod wallet;

pub use register::{Register, RegisterError};
pub use wallet::{StoredCopy, ToldStatus, Wallet, WalletError, link_holder};
