//! Asking an OCSP responder, and judging its answer (RFC 6960, 4; RFC 8954 for the nonce).

use const_oid::ObjectIdentifier;
use der::asn1::{Null, OctetString};
use der::{Any, Decode, Encode};
use spki::AlgorithmIdentifierOwned;
use time::OffsetDateTime;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspRequest, OcspResponse, OcspResponseStatus, Request, ResponderId, SingleResponse, TbsRequest,
};

use super::list::reason_code;
use super::{Freshness, RevocationStatus};
use crate::algorithm::sha1;
use crate::certificate::{Certificate, SignedParts};
use crate::name::NameKey;
use crate::{DigestAlgorithm, Error, instant, oid};

/// A request about one certificate, with a nonce of up to 32 bytes where the answer must not be an old one.
///
/// The certificate is named by SHA-1 as in RFC 5019, which every responder knows; nothing is protected by that hash.
///
/// # Errors
///
/// [`Error::Malformed`] for bad certificates.
pub fn ocsp_request(certificate: &[u8], issuer: &[u8], nonce: Option<&[u8]>) -> Result<Vec<u8>, Error> {
    let (certificate, issuer) = (Certificate::read(certificate)?, Certificate::read(issuer)?);
    let name = IssuerName::of(&issuer, IdHash::Sha1)?;
    let request = OcspRequest {
        tbs_request: TbsRequest {
            request_list: vec![Request { req_cert: name.cert_id(&certificate.tbs().serial_number)?, single_request_extensions: None }],
            request_extensions: nonce.map(|n| nonce_extension(n).map(|e| vec![e])).transpose()?,
            ..TbsRequest::default()
        },
        optional_signature: None,
    };
    request.to_der().map_err(bad)
}

/// What a response (the whole `OCSPResponse`, DER) says about `certificate`.
///
/// Accepted signers: the issuer's own key, or a responder whose certificate the issuer signed with the extended key usage
/// OCSPSigning and which was valid when the response was produced. With `nonce`, the response must repeat it.
///
/// # Errors
///
/// [`Error::OcspStatus`], [`Error::Revocation`] naming the check, [`Error::BadSignature`], [`Error::Algorithm`],
/// [`Error::Malformed`].
pub fn check_ocsp(
    response: &[u8],
    certificate: &[u8],
    issuer: &[u8],
    nonce: Option<&[u8]>,
    freshness: &Freshness,
) -> Result<RevocationStatus, Error> {
    let (certificate, issuer) = (Certificate::read(certificate)?, Certificate::read(issuer)?);
    Ok(Response::read(response)?.judge(&certificate, &issuer, nonce, freshness)?.0)
}

/// A response, decoded.
#[derive(Debug)]
pub(crate) struct Response {
    basic: BasicOcspResponse,
    signed: SignedParts,
    /// The certificates in it, those that can be read.
    certificates: Vec<Certificate>,
}

impl Response {
    pub(crate) fn read(der: &[u8]) -> Result<Self, Error> {
        let outer = OcspResponse::from_der(der).map_err(bad)?;
        if outer.response_status != OcspResponseStatus::Successful {
            let code: u32 = match outer.response_status {
                OcspResponseStatus::Successful => 0,
                OcspResponseStatus::MalformedRequest => 1,
                OcspResponseStatus::InternalError => 2,
                OcspResponseStatus::TryLater => 3,
                OcspResponseStatus::SigRequired => 5,
                OcspResponseStatus::Unauthorized => 6,
            };
            return Err(Error::OcspStatus(code));
        }
        let bytes = outer.response_bytes.ok_or(Error::Revocation("a successful response without content"))?;
        if bytes.response_type != oid::OCSP_BASIC {
            return Err(Error::Revocation("the response is not a basic one"));
        }
        let inner = bytes.response.as_bytes();
        let basic = BasicOcspResponse::from_der(inner).map_err(bad)?;
        let embedded = basic.certs.iter().flatten().take(MOST_CERTIFICATES);
        let certificates = embedded.filter_map(|c| c.to_der().ok().and_then(|der| Certificate::from_der(&der).ok())).collect();
        Ok(Self { signed: SignedParts::read(inner, "OCSP response")?, basic, certificates })
    }

    /// What the response says, and the delegated responder whose own revocation is still to be looked up, if there is one.
    pub(crate) fn judge(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        nonce: Option<&[u8]>,
        freshness: &Freshness,
    ) -> Result<(RevocationStatus, Option<&Certificate>), Error> {
        if certificate.issuer() != issuer.subject() {
            return Err(Error::Revocation("the response is asked about another issuer"));
        }
        // The cheap question first: a store holds answers about many certificates.
        let single = self.answer_for(certificate, issuer)?;
        let responder = self.authorise(issuer)?;
        self.check_extensions(nonce)?;
        let as_of = instant::from_generalized(&single.this_update.0);
        let next_update = single.next_update.as_ref().map(|t| instant::from_generalized(&t.0));
        freshness.check(as_of, next_update)?;
        let status = match &single.cert_status {
            CertStatus::Good(_) if !remembers(single, as_of, certificate) => {
                return Err(Error::Revocation("it is younger than the certificate's end"));
            }
            CertStatus::Good(_) => RevocationStatus::Good { as_of, next_update },
            CertStatus::Revoked(info) => RevocationStatus::Revoked {
                at: instant::from_generalized(&info.revocation_time.0),
                reason: info.revocation_reason.map(reason_code),
            },
            CertStatus::Unknown(_) => RevocationStatus::Unknown,
        };
        Ok((status, responder.filter(|r| r.extension(oid::OCSP_NO_CHECK).is_none())))
    }

    /// RFC 6960, 4.2.2.2: the issuer itself (`None`), or a responder that it delegated.
    fn authorise(&self, issuer: &Certificate) -> Result<Option<&Certificate>, Error> {
        let id = &self.basic.tbs_response_data.responder_id;
        if names(id, issuer)? {
            return self.signed.verify(issuer, "OCSP response").map(|()| None);
        }
        for responder in &self.certificates {
            if !names(id, responder)? {
                continue;
            }
            let usage: Option<ExtendedKeyUsage> = responder.extension_as(oid::EXTENDED_KEY_USAGE)?;
            if usage.is_none_or(|u| !u.0.contains(&oid::KP_OCSP_SIGNING)) {
                return Err(Error::Revocation("the responder is not authorised"));
            }
            if responder.issuer() != issuer.subject() {
                return Err(Error::Revocation("the responder is another issuer's"));
            }
            responder.verify_signed_by(issuer)?;
            if !responder.is_valid_at(self.produced_at()) {
                return Err(Error::Revocation("the responder's certificate was not valid"));
            }
            return self.signed.verify(responder, "OCSP response").map(|()| Some(responder));
        }
        Err(Error::Revocation("the responder's certificate is missing"))
    }

    fn produced_at(&self) -> OffsetDateTime {
        instant::from_generalized(&self.basic.tbs_response_data.produced_at.0)
    }

    fn check_extensions(&self, nonce: Option<&[u8]>) -> Result<(), Error> {
        let data = &self.basic.tbs_response_data;
        let single = data.responses.iter().flat_map(|r| r.single_extensions.iter().flatten());
        let all = data.response_extensions.iter().flatten().chain(single);
        if all.clone().any(|e| e.critical && e.extn_id != oid::OCSP_NONCE) {
            return Err(Error::Revocation("an unknown critical extension of the response"));
        }
        let Some(sent) = nonce else { return Ok(()) };
        let echoed = data.response_extensions.iter().flatten().find(|e| e.extn_id == oid::OCSP_NONCE);
        let echoed = echoed.and_then(|e| OctetString::from_der(e.extn_value.as_bytes()).ok());
        if echoed.is_some_and(|n| n.as_bytes() == sent) { Ok(()) } else { Err(Error::Revocation("the nonce differs")) }
    }

    /// The answer about a certificate; of several, the worst.
    fn answer_for(&self, certificate: &Certificate, issuer: &Certificate) -> Result<&SingleResponse, Error> {
        let mut found: Option<&SingleResponse> = None;
        for single in &self.basic.tbs_response_data.responses {
            let id = &single.cert_id;
            if id.serial_number != certificate.tbs().serial_number {
                continue;
            }
            let Ok(hash) = IdHash::of(&id.hash_algorithm) else { continue };
            let is_worse = found.is_none() || matches!(single.cert_status, CertStatus::Revoked(_));
            if IssuerName::of(issuer, hash)?.matches(id) && is_worse {
                found = Some(single);
            }
        }
        found.ok_or(Error::Revocation("the response does not speak about this certificate"))
    }
}

/// Certificates of one response that are looked at.
const MOST_CERTIFICATES: usize = 8;

/// A responder may forget a certificate that has expired, unless its archive cutoff says otherwise (RFC 6960, 4.4.4).
fn remembers(single: &SingleResponse, as_of: OffsetDateTime, certificate: &Certificate) -> bool {
    let cutoff = single.single_extensions.iter().flatten().find(|e| e.extn_id == oid::OCSP_ARCHIVE_CUTOFF);
    let cutoff = cutoff.and_then(|e| der::asn1::GeneralizedTime::from_der(e.extn_value.as_bytes()).ok());
    let end = certificate.not_after();
    as_of <= end || cutoff.is_some_and(|c| instant::from_generalized(&c) <= end)
}

fn names(id: &ResponderId, certificate: &Certificate) -> Result<bool, Error> {
    Ok(match id {
        ResponderId::ByName(name) => NameKey::of(name) == *certificate.subject(),
        ResponderId::ByKey(hash) => hash.as_bytes() == sha1(key_bytes(certificate)?),
    })
}

fn key_bytes(certificate: &Certificate) -> Result<&[u8], Error> {
    let key = &certificate.tbs().subject_public_key_info.subject_public_key;
    key.as_bytes().ok_or_else(|| Error::malformed("certificate", "odd key bits"))
}

type HashFn = fn(&[u8]) -> Vec<u8>;

/// The hash with which a CertID names an issuer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IdHash {
    Sha1,
    Sha256,
}

impl IdHash {
    pub(super) fn of(id: &AlgorithmIdentifierOwned) -> Result<Self, Error> {
        match id.oid {
            oid::SHA1 => Ok(Self::Sha1),
            oid::SHA256 => Ok(Self::Sha256),
            other => Err(Error::Algorithm(other.to_string())),
        }
    }

    fn identifier(self) -> (ObjectIdentifier, HashFn) {
        match self {
            Self::Sha1 => (oid::SHA1, sha1),
            Self::Sha256 => (oid::SHA256, |data| DigestAlgorithm::Sha256.digest(data)),
        }
    }
}

/// An issuer as a CertID names it.
pub(super) struct IssuerName {
    algorithm: ObjectIdentifier,
    name_hash: Vec<u8>,
    key_hash: Vec<u8>,
}

impl IssuerName {
    pub(super) fn of(issuer: &Certificate, hash: IdHash) -> Result<Self, Error> {
        let (algorithm, digest) = hash.identifier();
        let subject: &Name = &issuer.tbs().subject;
        let name = subject.to_der().map_err(bad)?;
        Ok(Self { algorithm, name_hash: digest(&name), key_hash: digest(key_bytes(issuer)?) })
    }

    pub(super) fn matches(&self, id: &CertId) -> bool {
        id.hash_algorithm.oid == self.algorithm
            && id.issuer_name_hash.as_bytes() == self.name_hash
            && id.issuer_key_hash.as_bytes() == self.key_hash
    }

    fn cert_id(self, serial: &SerialNumber) -> Result<CertId, Error> {
        Ok(CertId {
            hash_algorithm: AlgorithmIdentifierOwned { oid: self.algorithm, parameters: Some(Any::encode_from(&Null).map_err(bad)?) },
            issuer_name_hash: OctetString::new(self.name_hash).map_err(bad)?,
            issuer_key_hash: OctetString::new(self.key_hash).map_err(bad)?,
            serial_number: serial.clone(),
        })
    }
}

pub(super) fn nonce_extension(nonce: &[u8]) -> Result<Extension, Error> {
    if nonce.is_empty() || nonce.len() > 32 {
        return Err(Error::malformed("OCSP nonce", "not 1 to 32 bytes"));
    }
    let value = OctetString::new(nonce).and_then(|n| n.to_der()).map_err(bad)?;
    Ok(Extension { extn_id: oid::OCSP_NONCE, critical: false, extn_value: OctetString::new(value).map_err(bad)? })
}

pub(super) fn bad(e: der::Error) -> Error {
    Error::malformed("OCSP", e)
}
