//! The door of wallets and offices: is this copy true, is this token true, and what is trusted here.

use std::sync::Arc;

use super::Flow;
use super::status::judge as judge_status;
use crate::error::{ErrorCode, Failure};
use crate::keys::Purpose;
use crate::record::Sha256;
use crate::verify::{Material, Report, TokenKeys, VerifyCode, verify_copy, verify_token};

/// What a certificate is trusted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustPurpose {
    /// Anchor of signers.
    Signer,
    /// Anchor of time-stamping authorities.
    Timestamp,
    /// Key that signs QR tokens.
    Token,
}

/// What this service trusts.
#[derive(Debug, Clone)]
pub struct TrustList {
    /// Certificates, DER.
    pub certificates: Vec<(TrustPurpose, Vec<u8>)>,
    /// When the list was loaded, ms since 1970 UTC.
    pub as_of_ms: i64,
}

impl Flow {
    /// Judges a copy, and asks the certification register about it when its token is ours.
    ///
    /// # Errors
    /// `STORE_UNAVAILABLE`.
    pub async fn verify_copy(self: Arc<Self>, pdf: Vec<u8>) -> Result<Report, Failure> {
        let flow = Arc::clone(&self);
        let judged = tokio::task::spawn_blocking(move || flow.judge_copy(&pdf)).await;
        let mut report = judged.map_err(|_| ErrorCode::Internal)?;
        self.look_up_copy(&mut report, true).await?;
        Ok(report)
    }

    /// Whether a copy with this digest was issued here, and how it stands: nothing but the digest leaves the office that asks.
    ///
    /// # Errors
    /// `STORE_UNAVAILABLE`.
    pub async fn verify_digest(&self, sha256: Sha256) -> Result<Report, Failure> {
        let mut report = Report::of_digest(sha256, self.ports.clock.now_ms(), self.loaded_ms);
        let copy = self.ports.store.copy_by_digest(&sha256).await?;
        if copy.is_none() {
            report.find(VerifyCode::DigestUnknown, "");
        }
        judge_status(&mut report, self.status_of(copy.as_ref()).await?);
        Ok(report)
    }

    /// The report on a copy that is larger than allowed, of which nothing was kept.
    pub fn too_large(&self) -> Report {
        let mut report = Report::of_digest(Sha256::of(b""), self.ports.clock.now_ms(), self.loaded_ms);
        report.find(VerifyCode::TooLarge, "");
        report
    }

    /// Judges the text of a QR code, and asks the certification register about the copy that it names when it is ours.
    ///
    /// # Errors
    /// `STORE_UNAVAILABLE`.
    pub async fn verify_token(&self, text: &str) -> Result<Report, Failure> {
        let mut report = verify_token(text, &self.material(), self.ports.clock.now());
        self.look_up_copy(&mut report, false).await?;
        Ok(report)
    }

    /// What is trusted here.
    pub fn trust_list(&self) -> TrustList {
        let of = |purpose, trust| self.ports.anchors.of(purpose).iter().map(move |der| (trust, der.clone()));
        let token = self.issuer.token.all().flat_map(|key| key.certificate_chain()).map(|der| (TrustPurpose::Token, der.clone()));
        let certificates =
            of(Purpose::Signer, TrustPurpose::Signer).chain(of(Purpose::Timestamp, TrustPurpose::Timestamp)).chain(token).collect();
        TrustList { certificates, as_of_ms: self.loaded_ms }
    }

    /// Judges a copy by what the service itself trusts, without the register.
    pub(super) fn judge_copy(&self, pdf: &[u8]) -> Report {
        verify_copy(pdf, &self.material(), self.ports.clock.now())
    }

    fn material(&self) -> Material {
        let signer_anchors = self.ports.anchors.of(Purpose::Signer).to_vec();
        let (mut leaves, mut intermediates) = (Vec::new(), Vec::new());
        for key in self.issuer.token.all() {
            let Some((leaf, above)) = key.certificate_chain().split_first() else { continue };
            leaves.push(leaf.clone());
            intermediates.extend(above.iter().cloned());
        }
        Material {
            token_keys: TokenKeys::trusted(&leaves, &intermediates, &signer_anchors),
            signer_anchors,
            timestamp_anchors: self.ports.anchors.of(Purpose::Timestamp).to_vec(),
            as_of_ms: self.loaded_ms,
            ..Material::default()
        }
    }
}
