//! What the flow needs from outside, as traits; `app` fills them with adapters.

use std::sync::Arc;

use async_trait::async_trait;
use ring::rand::SystemRandom;
use thiserror::Error;

use crate::clock::Clock;
use crate::deliver::Wallets;
use crate::error::Failure;
use crate::inspect::Inspector;
use crate::keys::{RevocationSource, Timestamper};
use crate::record::{Facts, Kind, Requester, SubmissionId};
use crate::store::{Blobs, Cipher, Originals, Store};
use crate::trust::TrustSource;

/// A register did not answer in time, or not with an answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the register did not answer: {0}")]
pub struct RegistryUnavailable(pub String);

/// The source registers.
#[async_trait]
pub trait Registries: Send + Sync {
    /// The entries that the register of `kind` has under `key` (field id, value as read); none: not in the register.
    async fn look_up(&self, kind: &Kind, key: &[(String, String)], dossier: &SubmissionId) -> Result<Vec<Facts>, RegistryUnavailable>;
}

/// Knows citizens by the assertions of an identity provider.
#[async_trait]
pub trait Citizens: Send + Sync {
    /// The citizen that a signed assertion (JWT) names.
    ///
    /// # Errors
    /// `CITIZEN_UNAUTHENTICATED`, `ASSURANCE_TOO_LOW` or `IDENTITY_PROVIDER_UNAVAILABLE`.
    async fn citizen(&self, assertion: &str) -> Result<Requester, Failure>;
}

/// Everything from outside.
pub struct Ports {
    /// Rows.
    pub store: Arc<dyn Store>,
    /// Originals that were certified before.
    pub originals: Arc<dyn Originals>,
    /// Bytes.
    pub blobs: Arc<dyn Blobs>,
    /// Pseudonyms of citizens.
    pub cipher: Arc<Cipher>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: SystemRandom,
    /// Opens and reads scans, out of this process.
    pub inspector: Arc<dyn Inspector>,
    /// Source registers.
    pub registries: Arc<dyn Registries>,
    /// Wallets.
    pub wallets: Arc<dyn Wallets>,
    /// Identity provider.
    pub citizens: Arc<dyn Citizens>,
    /// Time-stamping authorities.
    pub timestamper: Arc<dyn Timestamper>,
    /// OCSP and CRL.
    pub revocations: Arc<dyn RevocationSource>,
    /// Trust lists.
    pub trust: Arc<dyn TrustSource>,
}
