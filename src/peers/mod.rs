//! The peers that the service calls over gRPC with mutual TLS: registers and wallets.

mod breaker;
mod register;
mod wallet;

pub use breaker::{Breaker, BreakerSettings, Permit};
pub use register::RegisterClients;
pub use wallet::{WalletClients, receipt_claims};
