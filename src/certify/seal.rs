//! Two signatures, each time-stamped, and the proofs that they stand: PAdES B-LT.

use std::collections::BTreeMap;

use bansao_pades::path::{PathLimits, PathQuery, Usage, find_path};
use bansao_pades::revocation::RevocationStatus;
use bansao_pades::{Appearance, Dss, OpenFile, SignatureSpec, cms};
use thiserror::Error;
use time::OffsetDateTime;

use super::compose::{AppearanceProfile, ComposeError, Fonts, SignatureRole, Statement, appearances};
use super::prepare::PreparedCopy;
use crate::anatomy::{AGENCY_FIELD, CERTIFIER_FIELD};
use crate::keys::{
    KeyError, Purpose, RevocationError, RevocationProof, RevocationSource, Signer, TimestampError, Timestamper, TrustAnchors,
};
use crate::record::Sha256;

/// More is not reserved for a signature with its certificates: three with keys of 4096 bits take six thousand bytes, the signature and
/// its attributes a thousand.
const MOST_BYTES: usize = 10 * 1024;

/// The copy cannot be sealed now.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SealError {
    /// A signing key does not sign.
    #[error("a signing key does not sign")]
    Key(#[from] KeyError),
    /// A signer's certificate does not lead to an anchor now, or is revoked.
    #[error("the certificate of {field} may not sign: {reason}")]
    SignerInvalid {
        /// The signature field.
        field: &'static str,
        /// Why.
        reason: String,
    },
    /// The time-stamping authority is not trusted, or revoked.
    #[error("the time-stamping authority may not be relied on: {0}")]
    AuthorityInvalid(String),
    /// No time-stamp can be had.
    #[error("no time-stamp can be had")]
    Timestamp(#[from] TimestampError),
    /// The time-stamp is longer than any before, and there was no room for it in the file; the next file has it.
    #[error("the time-stamp takes {0} bytes, more than were kept free for it")]
    NoRoom(usize),
    /// No revocation data can be had.
    #[error("no revocation data can be had")]
    Revocation(#[from] RevocationError),
    /// An appearance cannot be drawn.
    #[error("an appearance cannot be drawn")]
    Appearance(#[from] ComposeError),
    /// The PDF cannot be written.
    #[error("the signed PDF cannot be written")]
    Pdf(#[from] bansao_pades::Error),
}

impl SealError {
    /// Whether sealing the same copy may succeed later.
    pub fn is_transient(&self) -> bool {
        !matches!(self, Self::Appearance(_) | Self::Pdf(_))
    }
}

/// Who signs, and what is shown where.
pub struct Signatory<'a> {
    /// The certifier's key.
    pub certifier: &'a dyn Signer,
    /// The agency's key.
    pub agency: &'a dyn Signer,
    /// What the statement says.
    pub statement: &'a Statement,
    /// How signatures look.
    pub profile: AppearanceProfile,
    /// Fonts.
    pub fonts: &'a Fonts,
    /// Signing time as shown; the time-stamps prove it.
    pub time: OffsetDateTime,
}

/// Where proofs come from.
pub struct Proofs<'a> {
    /// Time-stamps.
    pub timestamper: &'a dyn Timestamper,
    /// OCSP and CRL.
    pub revocations: &'a dyn RevocationSource,
    /// Anchors.
    pub anchors: &'a TrustAnchors,
}

/// A copy with both signatures and their proofs; not yet verified, not yet released.
#[derive(Debug)]
pub struct SealedCopy {
    /// The PDF.
    pub pdf: Vec<u8>,
}

/// Signs as certifier, then as agency, and embeds certificates and revocation data. A signer whose certificate is
/// expired, untrusted or revoked signs nothing (Thông tư 15/2025/TT-BKHCN; domain reference 1.8, F1).
///
/// # Errors
/// [`SealError`]; nothing half-signed leaves.
pub async fn seal(prepared: PreparedCopy, who: &Signatory<'_>, proofs: &Proofs<'_>) -> Result<SealedCopy, SealError> {
    let PreparedCopy { file, certifier_size, agency_size } = prepared;
    let (mut certifiers, mut agencys) = (Dss::default(), Dss::default());
    let mut asked = Asked { proofs, known: BTreeMap::new() };
    collect(&mut certifiers, CERTIFIER_FIELD, who.certifier.certificate_chain(), &mut asked, who.time).await?;
    collect(&mut agencys, AGENCY_FIELD, who.agency.certificate_chain(), &mut asked, who.time).await?;

    let shown = [(SignatureRole::Certifier, certifier_size), (SignatureRole::Agency, agency_size)];
    let shown = appearances(who.statement, who.profile, who.time, &shown, who.fonts)?;
    let certifier = &who.statement.certifier;
    let spec = SignatureSpec {
        field: CERTIFIER_FIELD,
        name: Some(&certifier.full_name),
        reason: Some("Chứng thực bản sao đúng với bản chính"),
        location: Some(&who.statement.agency.place),
        time: who.time,
        certify: true,
        appearance: Some(Appearance { pdf: &shown, page: 0 }),
        reserve: 0,
    };
    let once = sign(file, spec, who.certifier, &mut asked, &mut certifiers).await?;

    let spec = SignatureSpec {
        field: AGENCY_FIELD,
        name: Some(&who.statement.agency.name),
        certify: false,
        appearance: Some(Appearance { pdf: &shown, page: 1 }),
        ..spec
    };
    let twice = sign(once, spec, who.agency, &mut asked, &mut agencys).await?;
    let sealed = twice.add_signature_proofs(&[(CERTIFIER_FIELD, certifiers), (AGENCY_FIELD, agencys)])?;
    Ok(SealedCopy { pdf: sealed.into_bytes() })
}

/// Fills a field with a signature and its time-stamp. What is reserved for both is known here: every later reading of the file pays
/// for it, digit by digit.
async fn sign(
    file: OpenFile,
    spec: SignatureSpec<'_>,
    signer: &dyn Signer,
    asked: &mut Asked<'_>,
    store: &mut Dss,
) -> Result<OpenFile, SealError> {
    let (chain, proofs) = (signer.certificate_chain(), asked.proofs);
    let room = proofs.timestamper.room_bytes();
    let leaf = chain.first().map(Vec::as_slice).unwrap_or_default();
    let profile = signer.profile();
    let attributes = |digest: &[u8]| cms::SignedAttributes::new(profile, digest, leaf);
    let foreseen = attributes(&profile.digest_algorithm().digest(&[]))?.container_bytes(chain, 0)?;
    let reserve = foreseen.min(MOST_BYTES) + room;
    let mut prepared = file.prepare_signature(&SignatureSpec { reserve, ..spec })?;
    let attributes = attributes(&prepared.digest(profile.digest_algorithm()))?;
    let signature = signer.sign(&attributes.to_be_signed()?).await?;
    let token = proofs.timestamper.timestamp(&Sha256::of(&signature)).await?;
    if token.token_der.len() > room {
        return Err(SealError::NoRoom(token.token_der.len()));
    }
    collect_authority(store, &token.certificates, &token.tsa_certificate_der, asked, spec.time).await?;
    let container = cms::assemble(&attributes, &signature, chain, Some(&token.token_der))?;
    Ok(prepared.embed(&container)?)
}

/// Checks a signer's chain as of now and keeps it with the proof that each certificate stands.
async fn collect(
    store: &mut Dss,
    field: &'static str,
    chain: &[Vec<u8>],
    asked: &mut Asked<'_>,
    now: OffsetDateTime,
) -> Result<(), SealError> {
    let invalid = |reason: String| SealError::SignerInvalid { field, reason };
    let (leaf, intermediates) = chain.split_first().ok_or_else(|| invalid("no certificate".to_owned()))?;
    let query = PathQuery {
        leaf,
        intermediates,
        anchors: asked.proofs.anchors.of(Purpose::Signer),
        at: now,
        usage: Usage::DocumentSigning,
        limits: PathLimits::default(),
    };
    let path = find_path(&query).map_err(|error| invalid(error.to_string()))?;
    if keep_path(store, &path, asked).await? { Ok(()) } else { Err(invalid("revoked".to_owned())) }
}

async fn collect_authority(
    store: &mut Dss,
    certificates: &[Vec<u8>],
    authority: &[u8],
    asked: &mut Asked<'_>,
    now: OffsetDateTime,
) -> Result<(), SealError> {
    let query = PathQuery {
        leaf: authority,
        intermediates: certificates,
        anchors: asked.proofs.anchors.of(Purpose::Timestamp),
        at: now,
        usage: Usage::TimeStamping,
        limits: PathLimits::default(),
    };
    let path = find_path(&query).map_err(|error| SealError::AuthorityInvalid(error.to_string()))?;
    if keep_path(store, &path, asked).await? { Ok(()) } else { Err(SealError::AuthorityInvalid("revoked".to_owned())) }
}

/// Keeps a path, leaf to anchor, with the proof for each certificate below the anchor; `false` when one is revoked.
async fn keep_path(store: &mut Dss, path: &[Vec<u8>], asked: &mut Asked<'_>) -> Result<bool, SealError> {
    for pair in path.windows(2) {
        let [certificate, issuer] = pair else { continue };
        match asked.proof(certificate, issuer).await? {
            None => return Ok(false),
            Some(RevocationProof::Ocsp(response)) => store.ocsp_responses.push(response),
            Some(RevocationProof::Crl(list)) => store.crls.push(list),
        }
    }
    store.certificates.extend(path.iter().cloned());
    Ok(true)
}

/// Where proofs come from, and what was learnt for this copy: signers and authorities share most of their certificates.
struct Asked<'a> {
    proofs: &'a Proofs<'a>,
    /// By issuer and certificate.
    known: BTreeMap<(Vec<u8>, Vec<u8>), RevocationProof>,
}

impl Asked<'_> {
    /// The proof that a certificate is not revoked; none when it is.
    async fn proof(&mut self, certificate: &[u8], issuer: &[u8]) -> Result<Option<RevocationProof>, RevocationError> {
        let pair = (issuer.to_vec(), certificate.to_vec());
        if let Some(known) = self.known.get(&pair) {
            return Ok(Some(known.clone()));
        }
        let evidence = self.proofs.revocations.evidence(certificate, issuer).await?;
        if matches!(evidence.status, RevocationStatus::Revoked { .. }) {
            return Ok(None);
        }
        self.known.insert(pair, evidence.proof.clone());
        Ok(Some(evidence.proof))
    }
}

#[cfg(test)]
mod tests;
