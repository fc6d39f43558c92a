//! Signing rehearsed: both signatures by a key that is thrown away, judged by our own validation, before any real key is used.
//!
//! What it finds is what a real key would have been spent on: fields that cannot be filled, a certification that the second
//! signature would break, a base file whose revisions do not read in one way. The rehearsed file is dropped.

use bansao_pades::path::{PathLimits, PathQuery, Usage, find_path};
use bansao_pades::{OpenFile, SignatureSpec, SigningProfile, ValidationContext, cms, validate_and_read};
use lopdf::Document;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use crate::anatomy::{AGENCY_FIELD, CERTIFIER_FIELD};

/// Bytes reserved: one small certificate and no time-stamp.
const RESERVE: usize = 2 * 1024;

/// A rehearsal did not end well.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RehearsalError {
    /// The throw-away key cannot be made.
    #[error("no throw-away key: {0}")]
    Key(String),
    /// The file cannot be signed.
    #[error("the file cannot be signed")]
    Pdf(#[from] bansao_pades::Error),
    /// The signed file does not verify.
    #[error("the rehearsed copy does not verify: {0}")]
    Judged(String),
}

/// A key for rehearsals: made in memory, certified by nobody that anybody trusts, gone with the process.
pub struct Rehearsal {
    key: EcdsaKeyPair,
    random: SystemRandom,
    leaf: Vec<u8>,
    root: Vec<u8>,
}

impl std::fmt::Debug for Rehearsal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rehearsal").finish_non_exhaustive()
    }
}

impl Rehearsal {
    /// A new throw-away key, of use from a day before `now` for ten years.
    ///
    /// # Errors
    /// [`RehearsalError::Key`].
    pub fn new(now: OffsetDateTime) -> Result<Self, RehearsalError> {
        let failed = |error: rcgen::Error| RehearsalError::Key(error.to_string());
        let (root_key, leaf_key) = (KeyPair::generate().map_err(failed)?, KeyPair::generate().map_err(failed)?);
        let mut root = params("bansao rehearsal root", now);
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let mut leaf = params("bansao rehearsal", now);
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &leaf_key.serialize_der(), &random)
            .map_err(|error| RehearsalError::Key(error.to_string()))?;
        let root_der = root.self_signed(&root_key).map_err(failed)?.der().to_vec();
        let leaf_der = leaf.signed_by(&leaf_key, &Issuer::from_params(&root, &root_key)).map_err(failed)?.der().to_vec();
        let rehearsal = Self { key, random, leaf: leaf_der, root: root_der };
        rehearsal.check(now)?;
        Ok(rehearsal)
    }

    /// Signs a fork of `file`, whose two fields are empty, as certifier and as agency, reads the result and validates it; gives
    /// what was read.
    ///
    /// # Errors
    /// [`RehearsalError`].
    pub fn of(&self, file: &mut OpenFile, now: OffsetDateTime) -> Result<Document, RehearsalError> {
        let once = self.sign(file.fork(), CERTIFIER_FIELD, true, now)?;
        let twice = self.sign(once, AGENCY_FIELD, false, now)?.into_bytes();
        let mut context = ValidationContext::new(vec![self.root.clone()], now);
        // A throw-away key has no revocation data and asks for no time-stamp.
        context.require_revocation = false;
        let (report, reading) = validate_and_read(&twice, &context).map_err(|error| RehearsalError::Judged(error.to_string()))?;
        if report.indication == bansao_pades::validate::Indication::TotalPassed && report.signatures.len() == 2 {
            return Ok(reading.document);
        }
        let changes: Vec<String> = report.changes.iter().map(|change| format!("{:?}", change.modification)).collect();
        Err(RehearsalError::Judged(format!("{:?} {:?} {}", report.indication, report.sub_indication, changes.join(", "))))
    }

    fn sign(&self, file: OpenFile, field: &str, certify: bool, now: OffsetDateTime) -> Result<OpenFile, RehearsalError> {
        let spec =
            SignatureSpec { field, name: None, reason: None, location: None, time: now, certify, appearance: None, reserve: RESERVE };
        let mut prepared = file.prepare_signature(&spec)?;
        let profile = SigningProfile::EcdsaP256Sha256;
        let attributes = cms::SignedAttributes::new(profile, &prepared.digest(profile.digest_algorithm()), &self.leaf)?;
        let message = attributes.to_be_signed()?;
        let signature = self.key.sign(&self.random, &message).map_err(|error| RehearsalError::Key(error.to_string()))?;
        let container = cms::assemble(&attributes, signature.as_ref(), std::slice::from_ref(&self.leaf), None)?;
        Ok(prepared.embed(&container)?)
    }

    fn check(&self, now: OffsetDateTime) -> Result<(), RehearsalError> {
        let anchors = std::slice::from_ref(&self.root);
        let query = PathQuery {
            leaf: &self.leaf,
            intermediates: &[],
            anchors,
            at: now,
            usage: Usage::DocumentSigning,
            limits: PathLimits::default(),
        };
        find_path(&query).map(drop).map_err(|error| RehearsalError::Key(error.to_string()))
    }
}

fn params(name: &str, now: OffsetDateTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = now.saturating_sub(Duration::days(1));
    params.not_after = now.saturating_add(Duration::days(3650));
    params.use_authority_key_identifier_extension = true;
    params
}
