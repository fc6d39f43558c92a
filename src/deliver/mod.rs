//! Delivery: leased pushes of issued copies to wallets, with backoff, and the signed receipts that end them; and what wallets are
//! told of copies that they hold.

use async_trait::async_trait;
use bytes::Bytes;
use thiserror::Error;

use crate::record::{CopyId, DeliveryId, RegisterStatus, Sha256};
use crate::store::IssuedCopy;

/// What is pushed.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Idempotency key of the push.
    pub delivery: DeliveryId,
    /// The copy's description, with its facts and holder.
    pub copy: IssuedCopy,
    /// The PDF.
    pub pdf: Bytes,
}

/// Why a push did not end in a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PushError {
    /// No wallet of this id is configured.
    #[error("the wallet is not configured")]
    UnknownWallet,
    /// It could not be reached, or did not answer in time.
    #[error("the wallet is out of reach: {0}")]
    Unreachable(String),
    /// It answered with an error.
    #[error("the wallet refused the copy: {0}")]
    Refused(String),
    /// Its answer is no receipt for this parcel.
    #[error("the wallet's receipt does not verify: {0}")]
    BadReceipt(String),
}

/// Wallets as the service sees them. `push` returns only receipts that verify for this parcel and this wallet; it has a
/// deadline of its own and may be called again with the same parcel.
#[async_trait]
pub trait Wallets: Send + Sync {
    /// Pushes `parcel` to the wallet and returns its signed receipt.
    async fn push(&self, wallet: &str, parcel: &Parcel) -> Result<String, PushError>;

    /// Tells `wallet` how a copy stands that it got by `delivery`. It has a deadline of its own and may be called again.
    async fn tell(&self, wallet: &str, delivery: &DeliveryId, copy: &CopyId, status: &RegisterStatus) -> Result<(), PushError>;

    /// Checks a receipt that came by another way.
    ///
    /// # Errors
    /// [`PushError::BadReceipt`].
    async fn check_receipt(&self, wallet: &str, delivery: &DeliveryId, sha256: &Sha256, receipt: &str) -> Result<(), PushError>;
}

/// Milliseconds to wait after the `attempt`-th failure: doubling from 1 s to 10 min, `jitter` (0 to 255) spreading it
/// over the upper half.
pub fn backoff_ms(attempt: u32, jitter: u8) -> i64 {
    let ceiling = 1000i64.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(600_000);
    ceiling / 2 + ceiling / 2 * i64::from(jitter) / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_to_a_ceiling_and_is_spread() {
        assert_eq!((backoff_ms(1, 0), backoff_ms(1, 255)), (500, 1000));
        assert_eq!(backoff_ms(2, 255), 2000);
        assert_eq!(backoff_ms(50, 255), 600_000);
        assert!(backoff_ms(0, 0) > 0);
    }
}
