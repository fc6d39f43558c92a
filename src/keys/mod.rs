//! Keys and what vouches for them, as ports: who signs, who states the time, what proves that a certificate stood, whom we trust.
//!
//! A stage takes `&dyn Signer` or `&dyn Timestamper` and never learns where the key lives. The adapters here are files
//! ([`FileSigner`]), security modules ([`HsmSigner`]), remote signing services ([`RemoteSigner`]) and HTTP ([`HttpTimestamper`], [`HttpRevocation`]). What this module is not: it judges no certificate
//! path (that is `bansao_pades`), and it issues none (that is [`crate::authority`]).

mod anchors;
mod certificate;
mod detached;
mod file;
mod hsm;
mod remote;
mod revocation;
mod ring;
mod sources;
mod timestamp;

use async_trait::async_trait;
use bansao_pades::SigningProfile;
use bansao_pades::timestamp::TimestampToken;
use thiserror::Error;

use crate::record::Sha256;

pub use anchors::{Purpose, SharedAnchors, TrustAnchors};
pub use certificate::{certificates_from_pem, certificates_to_pem, public_key};
pub use detached::sign_detached;
pub use file::{FileSigner, read_private};
pub use hsm::{HsmKey, HsmModules, HsmSigner};
pub use remote::{RemoteKey, RemoteSigner};
pub use revocation::{HttpRevocation, RevocationError, RevocationEvidence, RevocationProof, RevocationSettings};
pub use ring::KeyRing;
pub use timestamp::{HttpTimestamper, TimestampError, TimestampSettings};

/// A key that signs, with the certificate that names its owner.
///
/// Implementations may be called from many tasks at once and do not wait for each other longer than the key's device
/// does. A signature that was returned is over exactly the message that was given; nothing is kept.
#[async_trait]
pub trait Signer: Send + Sync {
    /// Scheme and digest of every signature of this key.
    fn profile(&self) -> SigningProfile;

    /// The certificate and its issuers, DER, leaf first, without the trust anchor.
    fn certificate_chain(&self) -> &[Vec<u8>];

    /// Signs `message`, which is hashed inside. ECDSA signatures are DER (RFC 3279, 2.2.3); RSA as long as the modulus.
    ///
    /// # Errors
    /// [`KeyError::Signing`] when the key did not sign; the caller may try again.
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}

/// Whoever states at what time a digest existed (RFC 3161).
#[async_trait]
pub trait Timestamper: Send + Sync {
    /// A time-stamp token over `imprint`, checked: imprint, nonce, signature, certificate path and purpose.
    ///
    /// # Errors
    /// [`TimestampError`] when no source gave a token that passes the checks.
    async fn timestamp(&self, imprint: &Sha256) -> Result<TimestampToken, TimestampError>;

    /// Bytes to keep free for the next token. A file is signed with the room in it, so room is made before the token is had: this
    /// must be no less than the longest token so far.
    fn room_bytes(&self) -> usize {
        UNKNOWN_TOKEN_BYTES
    }
}

/// What a token may take of which nothing is known: three certificates with keys of 4096 bits take some six thousand bytes.
pub const UNKNOWN_TOKEN_BYTES: usize = 9 * 1024;

/// Whoever can prove whether a certificate stands.
#[async_trait]
pub trait RevocationSource: Send + Sync {
    /// What is known about `certificate` of `issuer` (both DER), with the proof that goes into a document's security store.
    ///
    /// The status may be "revoked": that is knowledge, not an error. "Unknown" is never returned.
    ///
    /// # Errors
    /// [`RevocationError`] when no source gave a proof that passes the checks: nothing is known then.
    async fn evidence(&self, certificate: &[u8], issuer: &[u8]) -> Result<RevocationEvidence, RevocationError>;
}

/// Why a key or its certificate cannot be used. Paths and names, never key material.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A file cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A key file that others than its owner may read or write.
    #[error("{path} has mode {mode:04o}: a key file must have 0600")]
    TooOpen {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// A security module does not give what is asked.
    #[error("the security module does not give {key}: {reason}")]
    Module {
        /// Token and key, by label.
        key: String,
        /// What the module says.
        reason: String,
    },
    /// A remote signing service does not give what is asked.
    #[error("the signing service does not give {key}: {reason}")]
    Remote {
        /// The credential.
        key: String,
        /// What it says.
        reason: String,
    },
    /// Not a PKCS #8 key in PEM of a kind that the profile names, or one that its passphrase does not open.
    #[error("{path} holds no usable key: {reason}")]
    Key {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Not a list of certificates in PEM, each issued by the next.
    #[error("{path} holds no usable certificates: {reason}")]
    Certificate {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The certificate names another key.
    #[error("the key {key} and the certificate {certificate} do not belong together")]
    Mismatch {
        /// The key's file.
        key: String,
        /// The certificate's file.
        certificate: String,
    },
    /// The key did not sign.
    #[error("the key did not sign: {0}")]
    Signing(String),
}
