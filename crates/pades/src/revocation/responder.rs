//! Answering as an OCSP responder (RFC 6960, 4.2), for the project's development authority.

use der::asn1::{BitString, OctetString};
use der::{Any, Decode, Encode};
use time::OffsetDateTime;
use x509_cert::ext::pkix::CrlReason;
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspRequest, OcspResponse, OcspResponseStatus, ResponderId, ResponseBytes,
    ResponseData, RevokedInfo, SingleResponse, Version,
};

use super::ocsp::{IdHash, IssuerName, bad, nonce_extension};
use crate::algorithm::sha1;
use crate::certificate::Certificate;
use crate::{Error, SignFn, SigningProfile, instant, oid};

/// Who answers, and for which issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspResponder {
    /// The responder's certificate, with OCSPSigning and id-pkix-ocsp-nocheck; or the issuer's own.
    pub certificate: Vec<u8>,
    /// The issuer of the certificates that are asked about.
    pub issuer: Vec<u8>,
    /// How the responder's key signs.
    pub profile: SigningProfile,
}

/// What the responder says about a serial number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateStatus {
    /// Issued and not revoked.
    Good,
    /// Revoked.
    Revoked {
        /// Since when.
        at: OffsetDateTime,
        /// CRLReason (RFC 5280, 5.3.1), where stated.
        reason: Option<u8>,
    },
    /// Not issued here.
    Unknown,
}

/// The answer to a request about any number of certificates of the responder's issuer; a nonce is repeated.
///
/// `status` is asked for each serial number (big-endian, as in the certificate). A certificate of another issuer is
/// answered with unknown. A request that cannot be read gets the response `malformedRequest`.
///
/// # Errors
///
/// [`Error::Signer`] as given by `sign`, and errors of a wrong identity.
pub fn ocsp_respond(
    request: &[u8],
    responder: &OcspResponder,
    now: OffsetDateTime,
    next_update: OffsetDateTime,
    status: &mut dyn FnMut(&[u8]) -> CertificateStatus,
    sign: &mut SignFn<'_>,
) -> Result<Vec<u8>, Error> {
    let Some(request) = OcspRequest::from_der(request).ok().filter(|r| !r.tbs_request.request_list.is_empty()) else {
        return error_response(OcspResponseStatus::MalformedRequest);
    };
    let certificate = Certificate::read(&responder.certificate)?;
    let issuer = Certificate::read(&responder.issuer)?;
    let mut responses = Vec::new();
    for asked in &request.tbs_request.request_list {
        let id = &asked.req_cert;
        let known = is_of(id, &issuer)?;
        let found = if known { status(id.serial_number.as_bytes()) } else { CertificateStatus::Unknown };
        responses.push(SingleResponse {
            cert_id: id.clone(),
            cert_status: encode_status(found)?,
            this_update: OcspGeneralizedTime(instant::to_generalized(now)?),
            next_update: Some(OcspGeneralizedTime(instant::to_generalized(next_update)?)),
            single_extensions: None,
        });
    }
    let data = ResponseData {
        version: Version::V1,
        responder_id: ResponderId::ByKey(key_hash(&certificate)?),
        produced_at: OcspGeneralizedTime(instant::to_generalized(now)?),
        responses,
        response_extensions: echoed_nonce(&request)?.map(|e| vec![e]),
    };
    let signature = sign(&data.to_der().map_err(bad)?)?;
    let delegated = certificate != issuer;
    let basic = BasicOcspResponse {
        tbs_response_data: data,
        signature_algorithm: responder.profile.signature_identifier()?,
        signature: BitString::from_bytes(&signature).map_err(bad)?,
        certs: delegated.then(|| vec![certificate.as_x509().clone()]),
    };
    let response = OctetString::new(basic.to_der().map_err(bad)?).map_err(bad)?;
    OcspResponse {
        response_status: OcspResponseStatus::Successful,
        response_bytes: Some(ResponseBytes { response_type: oid::OCSP_BASIC, response }),
    }
    .to_der()
    .map_err(bad)
}

fn is_of(id: &CertId, issuer: &Certificate) -> Result<bool, Error> {
    match IdHash::of(&id.hash_algorithm) {
        Ok(hash) => Ok(IssuerName::of(issuer, hash)?.matches(id)),
        Err(_) => Ok(false),
    }
}

fn encode_status(status: CertificateStatus) -> Result<CertStatus, Error> {
    Ok(match status {
        CertificateStatus::Good => CertStatus::good(),
        CertificateStatus::Unknown => CertStatus::unknown(),
        CertificateStatus::Revoked { at, reason } => CertStatus::Revoked(RevokedInfo {
            revocation_time: OcspGeneralizedTime(instant::to_generalized(at)?),
            revocation_reason: reason.map(to_reason).transpose()?,
        }),
    })
}

fn to_reason(code: u8) -> Result<CrlReason, Error> {
    // ENUMERATED, one byte.
    CrlReason::from_der(&[0x0a, 1, code]).map_err(bad)
}

fn key_hash(certificate: &Certificate) -> Result<OctetString, Error> {
    let key = certificate.tbs().subject_public_key_info.subject_public_key.as_bytes();
    let key = key.ok_or_else(|| Error::malformed("certificate", "odd key bits"))?;
    OctetString::new(sha1(key)).map_err(bad)
}

/// RFC 8954, 2.1: nonces outside 1 to 32 bytes are not repeated.
fn echoed_nonce(request: &OcspRequest) -> Result<Option<x509_cert::ext::Extension>, Error> {
    let asked = request.tbs_request.request_extensions.iter().flatten().find(|e| e.extn_id == oid::OCSP_NONCE);
    let nonce = asked.and_then(|e| Any::from_der(e.extn_value.as_bytes()).ok());
    match nonce {
        Some(n) if !n.value().is_empty() && n.value().len() <= 32 => nonce_extension(n.value()).map(Some),
        _ => Ok(None),
    }
}

fn error_response(status: OcspResponseStatus) -> Result<Vec<u8>, Error> {
    OcspResponse { response_status: status, response_bytes: None }.to_der().map_err(bad)
}
