//! The wallet's door: link a holder with consent, list deliveries, acknowledge; and the pushes themselves (step 10).

use serde_json::json;

use super::{Flow, jitter};
use crate::deliver::{Parcel, PushError, backoff_ms};
use crate::error::{ErrorCode, Failure};
use crate::record::{Caller, DeliveryId};
use crate::store::{Delivery, HolderLink, StoreError};

/// Consent to one purpose (domain reference 1.9): explicit, informed, never a default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Purpose; `wallet_push` for a link.
    pub purpose: String,
    /// Version of the text that the citizen saw.
    pub text_version: String,
    /// When, ms since 1970 UTC.
    pub time_ms: i64,
    /// Where.
    pub channel: String,
}

/// How long a push may take before another worker may try.
pub(super) const PUSH_LEASE_MS: i64 = 60_000;

/// Consent may not be dated further ahead than clocks differ.
const CLOCK_SKEW_MS: i64 = 120_000;

impl Flow {
    /// Links a citizen to a wallet.
    ///
    /// # Errors
    /// `CONSENT_MISSING`, or as [`super::Citizens::citizen`].
    pub async fn link_holder(&self, wallet: &Caller, assertion: &str, consent: &Consent) -> Result<HolderLink, Failure> {
        let citizen = self.citizen(assertion).await?;
        let now_ms = self.now_ms();
        let informed = consent.purpose == "wallet_push" && !consent.text_version.is_empty() && !consent.channel.is_empty();
        if !informed || consent.time_ms > now_ms + CLOCK_SKEW_MS {
            return Err(ErrorCode::ConsentMissing.into());
        }
        let consent = json!({
            "purpose": consent.purpose, "text_version": consent.text_version, "time_ms": consent.time_ms,
            "channel": consent.channel, "transaction": citizen.transaction,
        });
        let link = HolderLink {
            wallet: wallet.id.clone(),
            holder: self.ports.cipher.pseudonym(citizen.personal_id.as_str()),
            consent: consent.to_string(),
            created_ms: now_ms,
        };
        Ok(self.ports.store.link_holder(&link).await?)
    }

    /// A wallet's deliveries, newest first.
    ///
    /// # Errors
    /// `STORE_UNAVAILABLE`.
    pub async fn deliveries(&self, wallet: &Caller, before: Option<(i64, String)>, most: u32) -> Result<Vec<Delivery>, Failure> {
        Ok(self.ports.store.deliveries(&wallet.id, before, most).await?)
    }

    /// Takes a wallet's receipt that did not come as the answer to a push.
    ///
    /// # Errors
    /// `NOT_FOUND`, `RECEIPT_INVALID`.
    pub async fn acknowledge(&self, wallet: &Caller, id: &DeliveryId, receipt: &str) -> Result<Delivery, Failure> {
        let delivery = self.ports.store.delivery(id).await?.filter(|d| d.wallet == wallet.id).ok_or(ErrorCode::NotFound)?;
        let copy = self.ports.store.copy(&delivery.copy).await?.ok_or(StoreError::Damaged)?;
        self.ports.wallets.check_receipt(&wallet.id, id, &copy.sha256, receipt).await.map_err(|_| ErrorCode::ReceiptInvalid)?;
        let acknowledged = self.ports.store.acknowledge(id, receipt, self.now_ms()).await?;
        self.announce();
        Ok(acknowledged)
    }

    /// Pushes one delivery that is due; `false` when none is.
    ///
    /// # Errors
    /// `STORE_UNAVAILABLE`; a wallet's failure is recorded, not returned.
    pub(super) async fn deliver_one(&self) -> Result<bool, Failure> {
        let Some(delivery) = self.ports.store.lease_delivery(self.now_ms(), PUSH_LEASE_MS).await? else { return Ok(false) };
        let copy = self.ports.store.copy(&delivery.copy).await?.ok_or(StoreError::Damaged)?;
        let pdf = self.ports.blobs.get(&copy.sha256).await?;
        let parcel = Parcel { delivery: delivery.id.clone(), copy, pdf };
        match self.ports.wallets.push(&delivery.wallet, &parcel).await {
            Ok(receipt) => {
                self.ports.store.acknowledge(&delivery.id, &receipt, self.now_ms()).await?;
                tracing::info!(delivery = %delivery.id, wallet = %delivery.wallet, "delivered");
                self.announce();
            }
            Err(error) => {
                let wait_ms = backoff_ms(delivery.attempts, jitter(&self.ports.random));
                tracing::warn!(delivery = %delivery.id, wallet = %delivery.wallet, %error, wait_ms, "not delivered");
                self.ports.store.postpone_delivery(&delivery.id, self.now_ms() + wait_ms, code(&error).as_str()).await?;
            }
        }
        Ok(true)
    }

    /// Tells one wallet that a copy in it was revoked or superseded; `false` when no such notice is due.
    ///
    /// # Errors
    /// `STORE_UNAVAILABLE`; a wallet's failure is recorded, not returned.
    pub(super) async fn notify_one(&self) -> Result<bool, Failure> {
        let store = &self.ports.store;
        let Some(notice) = store.lease_notice(self.now_ms(), PUSH_LEASE_MS).await? else { return Ok(false) };
        let delivery = store.delivery(&notice.delivery).await?.ok_or(StoreError::Damaged)?;
        let copy = store.copy(&delivery.copy).await?.ok_or(StoreError::Damaged)?;
        let status = self.status_of(Some(&copy)).await?;
        match self.ports.wallets.tell(&delivery.wallet, &delivery.id, &copy.id, &status).await {
            Ok(()) => {
                store.settle_notice(&notice, self.now_ms()).await?;
                tracing::info!(delivery = %delivery.id, wallet = %delivery.wallet, change = %notice.change, "told");
            }
            Err(error) => {
                let wait_ms = backoff_ms(notice.attempts, jitter(&self.ports.random));
                tracing::warn!(delivery = %delivery.id, wallet = %delivery.wallet, %error, wait_ms, "not told");
                store.postpone_notice(&notice, self.now_ms() + wait_ms, code(&error).as_str()).await?;
            }
        }
        Ok(true)
    }
}

fn code(error: &PushError) -> ErrorCode {
    match error {
        PushError::BadReceipt(_) => ErrorCode::ReceiptInvalid,
        _ => ErrorCode::WalletUnavailable,
    }
}
