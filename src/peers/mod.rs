//! The peers that the service calls over gRPC with mutual TLS: registers and wallets.

mod register;
mod wallet;

pub use register::RegisterClients;
pub use wallet::{WalletClients, receipt_claims};
