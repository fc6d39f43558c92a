//! What keeps a copy from being sealed: each a typed outcome, and nothing half-signed.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bansao_pades::SigningProfile;
use bansao_pades::timestamp::TimestampToken;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use time::macros::datetime;

use super::*;
use crate::anatomy::extract_page_digests;
use crate::certify::compose::compose;
use crate::certify::compose::tests::{a4, fonts};
use crate::certify::{Rehearsal, prepare};
use crate::keys::{RevocationEvidence, certificates_to_pem};

/// A key in a module that drops its session whenever it is asked to sign.
struct Dropping {
    chain: Vec<Vec<u8>>,
    asked: AtomicUsize,
}

#[async_trait]
impl Signer for Dropping {
    fn profile(&self) -> SigningProfile {
        SigningProfile::EcdsaP256Sha256
    }

    fn certificate_chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    async fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Err(KeyError::Module { key: "bansao/seal".to_owned(), reason: "the session was closed".to_owned() })
    }
}

struct Never;

#[async_trait]
impl Timestamper for Never {
    async fn timestamp(&self, _imprint: &Sha256) -> Result<TimestampToken, TimestampError> {
        Err(TimestampError::NoSource)
    }
}

/// Knows every certificate as good, or as revoked.
struct Known(RevocationStatus);

#[async_trait]
impl RevocationSource for Known {
    async fn evidence(&self, _certificate: &[u8], _issuer: &[u8]) -> Result<RevocationEvidence, RevocationError> {
        Ok(RevocationEvidence { status: self.0, proof: RevocationProof::Ocsp(vec![0x30, 0]) })
    }
}

/// Knows every certificate as good, and counts how often it is asked.
struct Counting(AtomicUsize);

#[async_trait]
impl RevocationSource for Counting {
    async fn evidence(&self, certificate: &[u8], issuer: &[u8]) -> Result<RevocationEvidence, RevocationError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Known(good()).evidence(certificate, issuer).await
    }
}

const END: OffsetDateTime = datetime!(2026-11-20 12:00 +7);

/// A root and two signers whose certificates end at [`END`].
fn signers() -> (Vec<u8>, [Dropping; 2]) {
    let root_key = KeyPair::generate().unwrap();
    let mut root = CertificateParams::default();
    root.distinguished_name.push(DnType::CommonName, "Root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    (root.not_before, root.not_after) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
    let signer = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
        (params.not_before, params.not_after) = (datetime!(2026-01-01 0:00 UTC), END);
        let made = params.signed_by(&KeyPair::generate().unwrap(), &Issuer::from_params(&root, &root_key)).unwrap();
        Dropping { chain: vec![made.der().to_vec()], asked: AtomicUsize::new(0) }
    };
    let signers = [signer("Trần Thị Mỹ Hạnh"), signer("Ủy ban nhân dân phường Ba Đình")];
    (root.self_signed(&root_key).unwrap().der().to_vec(), signers)
}

async fn sealed_at(time: OffsetDateTime, status: RevocationStatus) -> (SealError, [usize; 2]) {
    let (root, [certifier, agency]) = signers();
    let proofs = Proofs { timestamper: &Never, revocations: &Known(status), anchors: &anchors(root) };
    let error = sealed_by(&certifier, &agency, &proofs, time).await;
    (error, [&certifier, &agency].map(|signer| signer.asked.load(Ordering::SeqCst)))
}

fn anchors(root: Vec<u8>) -> TrustAnchors {
    let mut anchors = TrustAnchors::default();
    anchors.add_pem(Purpose::Signer, &certificates_to_pem(&[root])).unwrap();
    anchors
}

/// Why a copy cannot be sealed by these two at this time.
async fn sealed_by(certifier: &dyn Signer, agency: &dyn Signer, proofs: &Proofs<'_>, time: OffsetDateTime) -> SealError {
    let (content, fonts) = (a4(), fonts());
    let copy = compose(&content, &fonts).unwrap();
    let pages = extract_page_digests(&copy.pdf).unwrap();
    let prepared = prepare(copy, &pages, &content.statement, &Rehearsal::new(time).unwrap(), time).unwrap();
    let who = Signatory { certifier, agency, statement: &content.statement, profile: AppearanceProfile::ChungThuc, fonts: &fonts, time };
    seal(prepared, &who, proofs).await.unwrap_err()
}

fn good() -> RevocationStatus {
    RevocationStatus::Good { as_of: END, next_update: None }
}

#[tokio::test]
async fn a_module_that_drops_its_session_is_waited_for_and_nothing_half_signed_leaves() {
    let (error, asked) = sealed_at(END - time::Duration::minutes(1), good()).await;
    assert!(matches!(&error, SealError::Key(KeyError::Module { .. })), "{error:?}");
    assert!(error.is_transient(), "it is tried again under the same number");
    assert_eq!(asked, [1, 0], "the agency is not asked once the certifier did not sign");
}

/// The copy was approved while the certificate stood; a minute later it does not any more.
#[tokio::test]
async fn a_certificate_that_ended_between_approval_and_seal_signs_nothing() {
    let (error, asked) = sealed_at(END + time::Duration::minutes(1), good()).await;
    assert!(matches!(&error, SealError::SignerInvalid { field, .. } if *field == CERTIFIER_FIELD), "{error:?}");
    assert_eq!((asked, error.is_transient()), ([0, 0], true));
    let revoked = RevocationStatus::Revoked { at: END - time::Duration::days(9), reason: Some(1) };
    let (error, asked) = sealed_at(END - time::Duration::minutes(1), revoked).await;
    assert!(matches!(&error, SealError::SignerInvalid { reason, .. } if reason == "revoked"), "{error:?}");
    assert_eq!(asked, [0, 0]);
}

/// A key that signs.
struct Signing(Dropping, KeyPair);

#[async_trait]
impl Signer for Signing {
    fn profile(&self) -> SigningProfile {
        SigningProfile::EcdsaP256Sha256
    }

    fn certificate_chain(&self) -> &[Vec<u8>] {
        &self.0.chain
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        rcgen::SigningKey::sign(&self.1, message).map_err(|error| KeyError::Signing(error.to_string()))
    }
}

/// An authority that stepped in for another, whose tokens are longer than there is room for.
struct Long;

#[async_trait]
impl Timestamper for Long {
    async fn timestamp(&self, _imprint: &Sha256) -> Result<TimestampToken, TimestampError> {
        Ok(TimestampToken {
            token_der: vec![0; self.room_bytes() + 1],
            gen_time: END,
            accuracy: None,
            serial: vec![1],
            policy: String::new(),
            tsa_certificate_der: Vec::new(),
            certificates: Vec::new(),
            exact: true,
        })
    }
}

#[tokio::test]
async fn a_time_stamp_without_room_is_waited_for_and_never_cut() {
    let time = END - time::Duration::minutes(1);
    let (root, [certifier, agency]) = signers();
    let certifier = Signing(certifier, KeyPair::generate().unwrap());
    let proofs = Proofs { timestamper: &Long, revocations: &Known(good()), anchors: &anchors(root) };
    let error = sealed_by(&certifier, &agency, &proofs, time).await;
    assert!(matches!(error, SealError::NoRoom(bytes) if bytes == Long.room_bytes() + 1), "{error:?}");
    assert!(error.is_transient(), "it is tried again under the same number");
    assert_eq!([&certifier.0, &agency].map(|signer| signer.asked.load(Ordering::SeqCst)), [1, 0]);
}

#[tokio::test]
async fn a_certificate_that_two_signatures_share_is_asked_about_once() {
    let time = END - time::Duration::minutes(1);
    let (root, [one, other]) = signers();
    let (anchors, counting) = (anchors(root), Counting(AtomicUsize::new(0)));
    let proofs = Proofs { timestamper: &Never, revocations: &counting, anchors: &anchors };
    sealed_by(&one, &one, &proofs, time).await;
    assert_eq!(counting.0.load(Ordering::SeqCst), 1);
    sealed_by(&one, &other, &proofs, time).await;
    assert_eq!(counting.0.load(Ordering::SeqCst), 3, "nothing is kept from one copy to the next");
}
