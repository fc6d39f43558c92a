//! The door of wallets and offices: is this copy true, is this token true, and what is trusted here.

use std::sync::Arc;

use bytes::Bytes;

use super::Flow;
use super::status::judge as judge_status;
use crate::anatomy::{page_pictures, read_copy};
use crate::error::{ErrorCode, Failure};
use crate::finding::Code;
use crate::inspect::PagesError;
use crate::keys::{Purpose, sign_detached};
use crate::record::{Sha256, TrustLists};
use crate::store::IssuedCopy;
use crate::trust::Trust;
use crate::verify::{
    Material, Report, ReportFormat, TokenKeys, VerifyCode, judge_print, judge_symbols, judge_unread, print_report, render, verify_copy,
    verify_token,
};

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
    /// The lists that they stand on.
    pub lists: TrustLists,
    /// The oldest time that one of the lists speaks of, ms since 1970 UTC.
    pub as_of_ms: i64,
}

/// A report as a document.
#[derive(Debug, Clone)]
pub struct ReportDocument {
    /// What it is.
    pub format: ReportFormat,
    /// Its text.
    pub content: String,
    /// Detached signature of the text, CMS, DER; empty unless it was asked for.
    pub signature: Vec<u8>,
}

/// Why pictures of a print were not read: nobody is there to do it, or they cannot be.
fn unread(mut report: Report, error: PagesError) -> Result<Report, Failure> {
    match error {
        PagesError::Unavailable(error) => {
            tracing::error!(%error, "pictures of a print");
            Err(ErrorCode::InspectionUnavailable.into())
        }
        PagesError::Scan(finding) => {
            judge_unread(&mut report, finding.code != Code::InspectionStopped, finding.code.as_str());
            Ok(report)
        }
    }
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
        let mut report = Report::of_digest(sha256, self.ports.clock.now_ms(), self.trust_ms(&self.ports.trust.current()));
        let copy = self.ports.store.copy_by_digest(&sha256).await?;
        if copy.is_none() {
            report.find(VerifyCode::DigestUnknown, "");
        }
        judge_status(&mut report, self.status_of(copy.as_ref()).await?);
        Ok(report)
    }

    /// The report on a copy that is larger than allowed, of which nothing was kept.
    pub fn too_large(&self) -> Report {
        let mut report = Report::of_digest(Sha256::of(b""), self.ports.clock.now_ms(), self.trust_ms(&self.ports.trust.current()));
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

    /// Judges pictures of one print: its QR code, how the copy stands, and whether the print states what was certified. Pictures are
    /// opened and read by a worker; where the register has the copy, all that it holds of it is compared, else what the token signs.
    ///
    /// # Errors
    /// `STORE_UNAVAILABLE`; `INSPECTION_UNAVAILABLE` when no worker can be had.
    pub async fn verify_print(&self, pictures: Vec<Bytes>) -> Result<Report, Failure> {
        let (material, now) = (self.material(), self.ports.clock.now());
        let digests: Vec<Sha256> = pictures.iter().map(|picture| Sha256::of(picture)).collect();
        let mut report = print_report(&digests, &material, now);
        let found = {
            let (inspector, pictures) = (Arc::clone(&self.ports.inspector), pictures.clone());
            tokio::task::spawn_blocking(move || inspector.symbols(&pictures)).await.map_err(|_| ErrorCode::Internal)?
        };
        let symbols = match found {
            Ok(symbols) => symbols,
            Err(error) => return unread(report, error),
        };
        let expected = judge_symbols(&mut report, &symbols, &material, now);
        let copy = self.look_up_copy(&mut report, false).await?;
        let Some(mut expected) = expected else { return Ok(report) };
        let originals = match &copy {
            Some(copy) => self.issued_pages(copy).await?,
            None => Vec::new(),
        };
        expected.registered = copy.map(|copy| copy.facts).unwrap_or_default();
        let inspector = Arc::clone(&self.ports.inspector);
        let compared = tokio::task::spawn_blocking(move || inspector.compare(&pictures, &originals, &expected)).await;
        match compared.map_err(|_| ErrorCode::Internal)? {
            Ok(comparison) => {
                judge_print(&mut report, &comparison);
                Ok(report)
            }
            Err(error) => unread(report, error),
        }
    }

    /// The page pictures of a copy as it was issued; none where they are not what this service writes today.
    async fn issued_pages(&self, copy: &IssuedCopy) -> Result<Vec<Bytes>, Failure> {
        let pdf = self.ports.blobs.get(&copy.sha256).await?;
        let pages = tokio::task::spawn_blocking(move || read_copy(&pdf).and_then(|document| page_pictures(&document)));
        let pages = pages.await.map_err(|_| ErrorCode::Internal)?.unwrap_or_default();
        Ok(pages.into_iter().map(Bytes::from).collect())
    }

    /// Whether reports are signed here.
    pub fn signs_reports(&self) -> bool {
        self.issuer.report.is_some()
    }

    /// A report as a document, signed by the report key where that is asked for.
    ///
    /// # Errors
    /// `SIGNER_UNAVAILABLE`.
    pub async fn report_document(
        &self,
        report: &Report,
        format: ReportFormat,
        with_facts: bool,
        signed: bool,
    ) -> Result<ReportDocument, Failure> {
        let content = render(report, format, with_facts);
        let mut signature = Vec::new();
        if signed {
            let keys = self.issuer.report.as_ref().ok_or(ErrorCode::SignerUnavailable)?;
            let signer = keys.at(self.ports.clock.now());
            signature = sign_detached(content.as_bytes(), &**signer).await.map_err(|error| {
                tracing::error!(%error, "report key");
                ErrorCode::SignerUnavailable
            })?;
        }
        Ok(ReportDocument { format, content, signature })
    }

    /// What is trusted here.
    pub fn trust_list(&self) -> TrustList {
        let trust = self.ports.trust.current();
        let of = |purpose, name| trust.anchors.of(purpose).iter().map(move |der| (name, der.clone()));
        let token = self.issuer.token.all().flat_map(|key| key.certificate_chain()).chain(&trust.leaves);
        let token = token.map(|der| (TrustPurpose::Token, der.clone()));
        let certificates =
            of(Purpose::Signer, TrustPurpose::Signer).chain(of(Purpose::Timestamp, TrustPurpose::Timestamp)).chain(token).collect();
        TrustList { certificates, lists: trust.lists.clone(), as_of_ms: self.trust_ms(&trust) }
    }

    /// The time that the lists speak of; that of the start where none is in force.
    fn trust_ms(&self, trust: &Trust) -> i64 {
        trust.lists.as_of_ms().unwrap_or(self.loaded_ms)
    }

    /// Judges a copy by what the service itself trusts, without the register.
    pub(super) fn judge_copy(&self, pdf: &[u8]) -> Report {
        verify_copy(pdf, &self.material(), self.ports.clock.now())
    }

    pub(super) fn material(&self) -> Material {
        let trust = self.ports.trust.current();
        let signer_anchors = trust.anchors.of(Purpose::Signer).to_vec();
        let (mut leaves, mut intermediates) = (trust.leaves.clone(), trust.intermediates.clone());
        for key in self.issuer.token.all() {
            let Some((leaf, above)) = key.certificate_chain().split_first() else { continue };
            leaves.push(leaf.clone());
            intermediates.extend(above.iter().cloned());
        }
        Material {
            token_keys: TokenKeys::trusted(&leaves, &intermediates, &signer_anchors),
            signer_anchors,
            timestamp_anchors: trust.anchors.of(Purpose::Timestamp).to_vec(),
            certificates: trust.intermediates.clone(),
            lists: trust.lists.clone(),
            as_of_ms: self.trust_ms(&trust),
            ..Material::default()
        }
    }
}
