//! The answers about certificates and time: time-stamps, revocation status, revocation lists.

use std::collections::HashMap;

use bansao_pades::revocation::{CertificateStatus, OcspResponder, ocsp_respond};
use bansao_pades::timestamp::{self, TsaIdentity};
use rcgen::{CertificateRevocationListParams, KeyIdMethod};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::AuthorityError;
use super::faults::{OcspFault, TimestampFault};
use super::hierarchy::{KeyKind, Profile, Reason};
use super::issue::{Ca, Issued, Leaf, random_serial};
use super::revocations::{Revocation, Revocations, hex_of, reason_code};
use crate::clock::{from_unix_ms, unix_ms};
use crate::keys::{FileSigner, Signer};
use bansao_pades::SigningProfile;

/// How long an OCSP answer counts as current.
const OCSP_VALID: Duration = Duration::hours(1);

/// How long a revocation list counts as current.
const CRL_VALID: Duration = Duration::hours(24);

/// What the time-stamps promise.
const ACCURACY: Duration = Duration::seconds(1);

/// The policy of the time-stamps: the baseline time-stamp policy of ETSI EN 319 421.
const TSA_POLICY: &str = "0.4.0.2023.1.1";

/// Everything that answers, ready.
pub(super) struct Institution {
    cas: HashMap<String, Office>,
    tsa: TsaIdentity,
    tsa_key: FileSigner,
    revocations: Revocations,
    /// Name and serial number of every certificate, with the authority above.
    inventory: Vec<Entry>,
}

struct Office {
    ca: Ca,
    responder: OcspResponder,
    responder_key: FileSigner,
}

struct Entry {
    name: String,
    ca: String,
    serial_hex: String,
}

impl Institution {
    pub(super) fn open(issued: Issued, revocations: Revocations, now: OffsetDateTime) -> Result<Self, AuthorityError> {
        let missing = |what: &str| AuthorityError::Hierarchy(format!("there is no {what} certificate"));
        let inventory = inventory(&issued)?;
        for leaf in &issued.leaves {
            let Some(reason) = leaf.plan.revoked else { continue };
            if let Some(entry) = inventory.iter().find(|entry| entry.name == leaf.plan.name) {
                revocations.revoke(&entry.ca, &entry.serial_hex, Revocation { reason, at_ms: unix_ms(now) })?;
            }
        }
        let stamping = issued.leaf_of(Profile::Timestamp).ok_or_else(|| missing("timestamp"))?;
        let tsa_key = signer(stamping)?;
        let tsa = TsaIdentity {
            certificate: stamping.certificate.clone(),
            chain: tsa_key.certificate_chain().iter().skip(1).cloned().collect(),
            profile: tsa_key.profile(),
            policy: TSA_POLICY.to_owned(),
        };
        let mut keys = HashMap::new();
        for ca in &issued.cas {
            let leaf = issued.responder_of(&ca.name).ok_or_else(|| missing("ocsp"))?;
            keys.insert(ca.name.clone(), (signer(leaf)?, leaf.certificate.clone()));
        }
        let mut cas = HashMap::new();
        for ca in issued.cas {
            let (responder_key, certificate) = keys.remove(&ca.name).ok_or_else(|| missing("ocsp"))?;
            let responder = OcspResponder { certificate, issuer: ca.certificate.clone(), profile: responder_key.profile() };
            cas.insert(ca.name.clone(), Office { ca, responder, responder_key });
        }
        Ok(Self { cas, tsa, tsa_key, revocations, inventory })
    }

    /// A time-stamp response; a bad request is answered with a rejection inside of it.
    pub(super) fn timestamp(&self, request: &[u8], now: OffsetDateTime) -> Result<Vec<u8>, AuthorityError> {
        let failed = |e: String| AuthorityError::issue("timestamp", e);
        let serial = random_serial().map_err(|e| failed(e.to_string()))?;
        let mut sign = |message: &[u8]| sign_with(&self.tsa_key, message);
        timestamp::respond(request, &self.tsa, &serial, now, Some(ACCURACY), &mut sign).map_err(|e| failed(e.to_string()))
    }

    /// An OCSP response; none for an authority that is not here.
    pub(super) fn ocsp(&self, ca: &str, request: &[u8], now: OffsetDateTime) -> Option<Result<Vec<u8>, AuthorityError>> {
        let office = self.cas.get(ca)?;
        let mut status = |serial: &[u8]| self.status(ca, &hex_of(serial));
        let mut sign = |message: &[u8]| sign_with(&office.responder_key, message);
        let response = ocsp_respond(request, &office.responder, now, now + OCSP_VALID, &mut status, &mut sign);
        Some(response.map_err(|e| AuthorityError::issue(ca, e)))
    }

    /// A time-stamp response that is wrong in one way.
    pub(super) fn faulty_timestamp(&self, fault: TimestampFault, request: &[u8], now: OffsetDateTime) -> Result<Vec<u8>, AuthorityError> {
        let mut asked = request.to_vec();
        // The service's own requests: the digest of SHA-256 is the octet string of 32 bytes; at the end a nonce, then certReq.
        let at = match fault {
            TimestampFault::Imprint => request.windows(2).position(|pair| pair == [0x04, 0x20]).map(|start| start.saturating_add(2)),
            TimestampFault::Nonce => request.len().checked_sub(4),
            _ => None,
        };
        if let Some(byte) = at.and_then(|at| asked.get_mut(at)) {
            *byte ^= 1;
        }
        match fault {
            TimestampFault::Future => self.timestamp(request, now + Duration::hours(1)),
            TimestampFault::Certificate => {
                let failed = |e: String| AuthorityError::issue("timestamp", e);
                let office = self.cas.values().next().ok_or_else(|| failed("no authority".to_owned()))?;
                let certificate = office.responder.certificate.clone();
                let identity = TsaIdentity {
                    certificate,
                    chain: vec![office.ca.certificate.clone()],
                    profile: office.responder_key.profile(),
                    policy: TSA_POLICY.to_owned(),
                };
                let mut sign = |message: &[u8]| sign_with(&office.responder_key, message);
                timestamp::respond(request, &identity, &[1], now, Some(ACCURACY), &mut sign).map_err(|e| failed(e.to_string()))
            }
            _ => self.timestamp(&asked, now),
        }
    }

    /// An OCSP response that says or does what it should not.
    pub(super) fn faulty_ocsp(
        &self,
        fault: OcspFault,
        ca: &str,
        request: &[u8],
        now: OffsetDateTime,
    ) -> Option<Result<Vec<u8>, AuthorityError>> {
        let office = self.cas.get(ca)?;
        let status = match fault {
            OcspFault::Revoked => CertificateStatus::Revoked { at: now - Duration::hours(1), reason: Some(1) },
            OcspFault::Unknown => CertificateStatus::Unknown,
            OcspFault::Stale | OcspFault::Undelegated => CertificateStatus::Good,
        };
        let undelegated =
            OcspResponder { certificate: self.tsa.certificate.clone(), issuer: office.ca.certificate.clone(), profile: self.tsa.profile };
        let (responder, key) =
            if fault == OcspFault::Undelegated { (&undelegated, &self.tsa_key) } else { (&office.responder, &office.responder_key) };
        let at = if fault == OcspFault::Stale { now - Duration::hours(2) } else { now };
        let mut sign = |message: &[u8]| sign_with(key, message);
        let response = ocsp_respond(request, responder, at, at + OCSP_VALID, &mut |_| status, &mut sign);
        Some(response.map_err(|e| AuthorityError::issue(ca, e)))
    }

    fn status(&self, ca: &str, serial_hex: &str) -> CertificateStatus {
        match self.revocations.find(ca, serial_hex) {
            Some(revoked) => CertificateStatus::Revoked { at: from_unix_ms(revoked.at_ms), reason: reason_code(revoked.reason) },
            None if self.inventory.iter().any(|entry| entry.ca == ca && entry.serial_hex == serial_hex) => CertificateStatus::Good,
            None => CertificateStatus::Unknown,
        }
    }

    /// A revocation list; none for an authority that is not here. Lists are numbered by the millisecond.
    pub(super) fn crl(&self, ca: &str, now: OffsetDateTime) -> Option<Result<Vec<u8>, AuthorityError>> {
        let office = self.cas.get(ca)?;
        let list = CertificateRevocationListParams {
            this_update: now,
            next_update: now + CRL_VALID,
            crl_number: unix_ms(now).unsigned_abs().into(),
            issuing_distribution_point: None,
            revoked_certs: self.revocations.list(ca),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let made = list.signed_by(&office.ca.issuer).map(|list| list.der().to_vec());
        Some(made.map_err(|e| AuthorityError::issue(ca, e)))
    }

    pub(super) fn certificate(&self, ca: &str) -> Option<&[u8]> {
        self.cas.get(ca).map(|office| office.ca.certificate.as_slice())
    }

    /// Revokes by name or by serial number in hexadecimal; says what it was.
    pub(super) fn revoke(&self, wanted: &Wanted, reason: Reason, now: OffsetDateTime) -> Result<String, AuthorityError> {
        let is_wanted = |entry: &&Entry| match wanted {
            Wanted::Name(name) => entry.name == *name,
            Wanted::Serial(serial) => entry.serial_hex == serial.to_ascii_lowercase().trim_start_matches('0'),
        };
        let entry = self.inventory.iter().find(is_wanted).ok_or_else(|| AuthorityError::NoSuchCertificate(wanted.to_string()))?;
        self.revocations.revoke(&entry.ca, &entry.serial_hex, Revocation { reason, at_ms: unix_ms(now) })?;
        Ok(entry.name.clone())
    }
}

/// A certificate as a caller names it.
#[derive(Debug)]
pub(super) enum Wanted {
    Name(String),
    Serial(String),
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(text) | Self::Serial(text) => f.write_str(text),
        }
    }
}

/// The key of a leaf as the hierarchy made it. RSA signs by PKCS #1 v1.5 here; the service chooses for itself.
pub(super) fn signer(leaf: &Leaf) -> Result<FileSigner, AuthorityError> {
    let profile = match leaf.plan.key {
        KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096 => SigningProfile::RsaPkcs1Sha256,
        KeyKind::P256 => SigningProfile::EcdsaP256Sha256,
        KeyKind::P384 => SigningProfile::EcdsaP384Sha384,
        KeyKind::Ed25519 => SigningProfile::Ed25519,
    };
    Ok(FileSigner::open(&leaf.folder.join("key.pem"), &leaf.folder.join("chain.pem"), profile)?)
}

fn sign_with(key: &FileSigner, message: &[u8]) -> Result<Vec<u8>, bansao_pades::Error> {
    key.sign_in_place(message).map_err(|e| bansao_pades::Error::Signer(e.to_string()))
}

fn inventory(issued: &Issued) -> Result<Vec<Entry>, AuthorityError> {
    let entry = |name: &str, ca: &str, certificate: &[u8]| {
        let (_, parsed) = X509Certificate::from_der(certificate).map_err(|e| AuthorityError::issue(name, e))?;
        Ok(Entry { name: name.to_owned(), ca: ca.to_owned(), serial_hex: hex_of(parsed.raw_serial()) })
    };
    let cas = issued.cas.iter().map(|ca| entry(&ca.name, ca.issued_by(), &ca.certificate));
    let leaves = issued.leaves.iter().map(|leaf| entry(&leaf.plan.name, &leaf.plan.issuer, &leaf.certificate));
    cas.chain(leaves).collect()
}
