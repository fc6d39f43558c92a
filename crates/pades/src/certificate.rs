//! A certificate as read: the typed view beside the exact bytes that were signed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use const_oid::ObjectIdentifier;
use der::{Decode, Encode, Reader, SliceReader};
use ring::digest;
use spki::AlgorithmIdentifierOwned;
use time::OffsetDateTime;
use x509_cert::ext::Extension;
use x509_cert::name::Name;

use crate::algorithm::Scheme;
use crate::name::{self, NameKey};
use crate::{Error, checked, instant, oid};

/// The first common name in the subject of a certificate (DER or PEM), for people to read.
///
/// # Errors
///
/// [`Error::Malformed`] when it is not a certificate.
pub fn common_name(certificate: &[u8]) -> Result<Option<String>, Error> {
    Ok(Certificate::read(certificate)?.subject_common_name())
}

/// Bytes of a certificate: those of people and authorities have a few thousand.
const MOST_BYTES: usize = 64 << 10;

/// SHA-256 of a certificate: two certificates are the same when their bytes are.
pub(crate) type CertificateId = [u8; 32];

/// The identity of a certificate or list.
pub(crate) fn identify(der: &[u8]) -> Result<CertificateId, Error> {
    digest::digest(&digest::SHA256, der).as_ref().try_into().map_err(|e| Error::malformed("digest", e))
}

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Certificate(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    id: CertificateId,
    der: Vec<u8>,
    signed: SignedParts,
    subject: NameKey,
    issuer: NameKey,
    inner: x509_cert::Certificate,
}

/// Certificates that were read lately: those of authorities are read for each signature below them.
static READ: Mutex<Option<HashMap<CertificateId, Certificate>>> = Mutex::new(None);

/// So many are kept; beyond, all are forgotten. What comes of a certificate depends on its bytes alone.
const MOST_READ: usize = 256;

/// Larger ones are not kept.
const USUAL_BYTES: usize = 8 << 10;

/// Forgets the certificates that were read.
pub(crate) fn forget_read() {
    *READ.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Certificate {}

impl Certificate {
    /// Reads DER, or PEM with one certificate.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.starts_with(b"-----BEGIN ") {
            let (_, pem) = x509_parser::pem::parse_x509_pem(bytes).map_err(|e| Error::malformed("certificate", e))?;
            return Self::from_der(&pem.contents);
        }
        Self::from_der(bytes)
    }

    pub(crate) fn from_der(der: &[u8]) -> Result<Self, Error> {
        if der.len() > MOST_BYTES {
            return Err(Error::malformed("certificate", "too large"));
        }
        let id = identify(der)?;
        let known = READ.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().get(&id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let read = Self::parse(id, der)?;
        if der.len() <= USUAL_BYTES {
            let mut all = READ.lock().unwrap_or_else(PoisonError::into_inner);
            let all = all.get_or_insert_default();
            if all.len() >= MOST_READ {
                all.clear();
            }
            all.insert(id, read.clone());
        }
        Ok(read)
    }

    fn parse(id: CertificateId, der: &[u8]) -> Result<Self, Error> {
        let bad = |e: der::Error| Error::malformed("certificate", e);
        let inner = x509_cert::Certificate::from_der(der).map_err(bad)?;
        // One reading only: what is written back must be what was read, else other parsers may see another certificate.
        if inner.to_der().map_err(bad)? != der {
            return Err(Error::malformed("certificate", "not DER"));
        }
        if inner.signature_algorithm != inner.tbs_certificate.signature {
            return Err(Error::malformed("certificate", "two different signature algorithms"));
        }
        let extensions = inner.tbs_certificate.extensions.as_deref().unwrap_or(&[]);
        for (i, e) in extensions.iter().enumerate() {
            if extensions.iter().skip(i + 1).any(|other| other.extn_id == e.extn_id) {
                return Err(Error::malformed("certificate", "an extension appears twice"));
            }
        }
        let (subject, issuer) = (NameKey::of(&inner.tbs_certificate.subject), NameKey::of(&inner.tbs_certificate.issuer));
        let signed = SignedParts::read(der, "certificate")?;
        Ok(Self(Arc::new(Parts { id, der: der.to_vec(), signed, subject, issuer, inner })))
    }

    pub(crate) fn id(&self) -> CertificateId {
        self.0.id
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The subject, as names are compared.
    pub(crate) fn subject(&self) -> &NameKey {
        &self.0.subject
    }

    /// The issuer, as names are compared.
    pub(crate) fn issuer(&self) -> &NameKey {
        &self.0.issuer
    }

    pub(crate) fn tbs(&self) -> &x509_cert::TbsCertificate {
        &self.0.inner.tbs_certificate
    }

    pub(crate) fn as_x509(&self) -> &x509_cert::Certificate {
        &self.0.inner
    }

    pub(crate) fn extension(&self, id: ObjectIdentifier) -> Option<&Extension> {
        self.extensions().iter().find(|e| e.extn_id == id)
    }

    pub(crate) fn extensions(&self) -> &[Extension] {
        self.tbs().extensions.as_deref().unwrap_or(&[])
    }

    /// The decoded value of an extension; `Err` when it is present and malformed.
    pub(crate) fn extension_as<T: for<'a> Decode<'a>>(&self, id: ObjectIdentifier) -> Result<Option<T>, Error> {
        self.extension(id)
            .map(|e| T::from_der(e.extn_value.as_bytes()).map_err(|e| Error::malformed("certificate extension", e)))
            .transpose()
    }

    pub(crate) fn not_before(&self) -> OffsetDateTime {
        instant::from_x509(&self.tbs().validity.not_before)
    }

    pub(crate) fn not_after(&self) -> OffsetDateTime {
        instant::from_x509(&self.tbs().validity.not_after)
    }

    pub(crate) fn is_valid_at(&self, at: OffsetDateTime) -> bool {
        self.not_before() <= at && at <= self.not_after()
    }

    pub(crate) fn is_self_issued(&self) -> bool {
        self.subject() == self.issuer()
    }

    pub(crate) fn verify_signed_by(&self, issuer: &Self) -> Result<(), Error> {
        self.0.signed.verify(issuer, "certificate")
    }

    pub(crate) fn subject_common_name(&self) -> Option<String> {
        name_attribute(&self.tbs().subject, oid::COMMON_NAME)
    }
}

/// `SEQUENCE { toBeSigned, signatureAlgorithm, signature BIT STRING, ... }`: certificates, CRLs and OCSP responses share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedParts {
    pub(crate) tbs: Vec<u8>,
    algorithm: AlgorithmIdentifierOwned,
    signature: Vec<u8>,
}

impl SignedParts {
    pub(crate) fn read(der: &[u8], what: &'static str) -> Result<Self, Error> {
        let bad = |e: der::Error| Error::malformed(what, e);
        let mut outer = SliceReader::new(der).map_err(bad)?;
        let body = der::asn1::AnyRef::decode(&mut outer).map_err(bad)?;
        if body.value().len() > der.len() || !outer.is_finished() {
            return Err(Error::malformed(what, "trailing bytes"));
        }
        let mut reader = SliceReader::new(body.value()).map_err(bad)?;
        let tbs = reader.tlv_bytes().map_err(bad)?.to_vec();
        let algorithm = AlgorithmIdentifierOwned::decode(&mut reader).map_err(bad)?;
        let signature = der::asn1::BitString::decode(&mut reader).map_err(bad)?;
        let signature = signature.as_bytes().ok_or_else(|| Error::malformed(what, "odd signature bits"))?.to_vec();
        Ok(Self { tbs, algorithm, signature })
    }

    pub(crate) fn verify(&self, issuer: &Certificate, what: &'static str) -> Result<(), Error> {
        let spki = &issuer.tbs().subject_public_key_info;
        let encoded = |e: der::Error| Error::malformed(what, e);
        let (algorithm, key) = (self.algorithm.to_der().map_err(encoded)?, spki.to_der().map_err(encoded)?);
        checked::once([&algorithm, &key, &self.tbs, &self.signature], || {
            Scheme::from_identifier(&self.algorithm, None)?.verify(spki, &self.tbs, &self.signature, what)
        })
    }
}

fn name_attribute(name: &Name, id: ObjectIdentifier) -> Option<String> {
    name.0.iter().flat_map(|rdn| rdn.0.iter()).find(|a| a.oid == id).and_then(name::text)
}
