//! Asking for a time-stamp, and deciding whether the answer is one (RFC 3161, 2.2 and 2.4).

use der::asn1::{OctetString, Uint};
use der::{Decode, Encode};
use time::{Duration, OffsetDateTime};
use x509_cert::ext::pkix::ExtendedKeyUsage;

use super::structs::{MessageImprint, TimeStampReq, TimeStampResp, TstInfo};
use crate::cms::{CmsFault, Container, Profile, has_repeats};
use crate::{DigestAlgorithm, Error, oid};

/// What an answer must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation<'a> {
    /// Digest that was sent.
    pub imprint: &'a [u8],
    /// Its algorithm.
    pub algorithm: DigestAlgorithm,
    /// Nonce that was sent, big-endian.
    pub nonce: &'a [u8],
    /// The present time.
    pub now: OffsetDateTime,
    /// How far the time in the token may be from `now`, its own accuracy aside.
    pub tolerance: Duration,
}

/// A time-stamp token whose form and signature were checked; trust in its authority was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampToken {
    /// The token, a CMS container.
    pub token_der: Vec<u8>,
    /// The time it states.
    pub gen_time: OffsetDateTime,
    /// How exact that is, where stated.
    pub accuracy: Option<Duration>,
    /// Serial number, big-endian without leading zeros.
    pub serial: Vec<u8>,
    /// Policy of the authority, in dotted form.
    pub policy: String,
    /// The certificate that signed it.
    pub tsa_certificate_der: Vec<u8>,
    /// All certificates in it, the signing one included, as often as they come.
    pub certificates: Vec<Vec<u8>>,
    /// Whether its bytes are those that this reading of it would write (DER).
    pub exact: bool,
}

/// A request for a time-stamp over `imprint`, asking for the authority's certificate; `nonce` is 8 random bytes or more.
///
/// # Errors
///
/// [`Error::Malformed`] when the imprint has another length than its algorithm, or the nonce is longer than a number may be.
pub fn request(imprint: &[u8], algorithm: DigestAlgorithm, nonce: &[u8]) -> Result<Vec<u8>, Error> {
    let bad = |e: der::Error| Error::malformed("time-stamp request", e);
    if imprint.len() != algorithm.len() {
        return Err(Error::malformed("time-stamp request", "the imprint has another length than its algorithm"));
    }
    TimeStampReq {
        version: 1,
        message_imprint: MessageImprint { hash_algorithm: algorithm.identifier(), hashed_message: OctetString::new(imprint).map_err(bad)? },
        policy: None,
        nonce: Some(Uint::new(nonce).map_err(bad)?),
        cert_req: true,
        extensions: None,
    }
    .to_der()
    .map_err(bad)
}

/// Checks the answer of an authority and takes the token out of it.
///
/// Checked: granted; imprint, nonce; the token's CMS signature and its signing-certificate attribute; that the
/// certificate is for time-stamping only and valid at the stated time; that the stated time is about now; that it is
/// encoded canonically and bears each certificate once.
///
/// # Errors
///
/// [`Error::TimestampRejected`], [`Error::Timestamp`] naming the check, [`Error::Malformed`], [`Error::Algorithm`],
/// [`Error::BadSignature`].
pub fn accept(response_der: &[u8], expected: &Expectation<'_>) -> Result<TimestampToken, Error> {
    let bad = |e: der::Error| Error::malformed("time-stamp response", e);
    let response = TimeStampResp::from_der(response_der).map_err(bad)?;
    // 0 granted; 1 granted with modifications, which a client that asked for nothing special can only refuse.
    if response.status.status != 0 {
        return Err(Error::TimestampRejected {
            status: response.status.status,
            failure: response.status.failure.as_ref().map_or(0, failure_bits),
            text: response.status.text.unwrap_or_default().join("; "),
        });
    }
    let token = response.token.ok_or(Error::Timestamp("granted without a token"))?.to_der().map_err(bad)?;
    let (token, info) = open(&token, |algorithm| if algorithm == expected.algorithm { expected.imprint.to_vec() } else { Vec::new() })?;
    // A copy with such a token could not be accounted for to the byte.
    if !token.exact || has_repeats(&token.certificates) {
        return Err(Error::Timestamp("its encoding is not canonical, or a certificate comes twice"));
    }
    let nonce = Uint::new(expected.nonce).map_err(bad)?;
    if info.nonce != Some(nonce) {
        return Err(Error::Timestamp("the nonce differs"));
    }
    let allowed = expected.tolerance + token.accuracy.unwrap_or(Duration::ZERO);
    if (token.gen_time - expected.now).abs() > allowed {
        return Err(Error::Timestamp("the time is not the present time"));
    }
    Ok(token)
}

/// Opens a token found in a file; `imprint` gives the digest of what it should cover.
pub(crate) fn open_token(token_der: &[u8], imprint: impl FnOnce(DigestAlgorithm) -> Vec<u8>) -> Result<TimestampToken, Error> {
    open(token_der, imprint).map(|(token, _)| token)
}

fn open(token_der: &[u8], imprint: impl FnOnce(DigestAlgorithm) -> Vec<u8>) -> Result<(TimestampToken, TstInfo), Error> {
    let container = Container::open(token_der, Profile::Pades).map_err(refuse)?;
    if container.content_type != oid::ID_CT_TST_INFO {
        return Err(Error::Timestamp("the token holds something else"));
    }
    if container.timestamp_token.is_some() {
        return Err(Error::Timestamp("the token is itself time-stamped"));
    }
    let content = container.content.clone().ok_or(Error::Timestamp("the token is empty"))?;
    let info = TstInfo::from_der(&content).map_err(|e| Error::malformed("TSTInfo", e))?;
    if info.version != 1 {
        return Err(Error::Timestamp("the version is not 1"));
    }
    if info.extensions.iter().flatten().any(|e| e.critical) {
        return Err(Error::Timestamp("an unknown critical extension"));
    }
    let algorithm = DigestAlgorithm::from_identifier(&info.message_imprint.hash_algorithm)?;
    if info.message_imprint.hashed_message.as_bytes() != imprint(algorithm) {
        return Err(Error::Timestamp("it is for other data"));
    }
    container.verify(|digest| digest.digest(&content)).map_err(refuse)?;
    let gen_time = info.time()?;
    check_purpose(&container, gen_time)?;
    let token = TimestampToken {
        token_der: token_der.to_vec(),
        gen_time,
        accuracy: info.accuracy.map(super::structs::Accuracy::duration).transpose()?,
        serial: info.serial_number.as_bytes().to_vec(),
        policy: info.policy.to_string(),
        tsa_certificate_der: container.signer.der().to_vec(),
        certificates: container.certificates.iter().map(|c| c.der().to_vec()).collect(),
        exact: container.exact,
    };
    Ok((token, info))
}

/// RFC 3161, 2.3: extended key usage time-stamping, critical, alone.
fn check_purpose(container: &Container, gen_time: OffsetDateTime) -> Result<(), Error> {
    let usage = container.signer.extension_as::<ExtendedKeyUsage>(oid::EXTENDED_KEY_USAGE)?;
    let critical = container.signer.extension(oid::EXTENDED_KEY_USAGE).is_some_and(|e| e.critical);
    if !critical || usage.is_none_or(|u| u.0 != [oid::KP_TIME_STAMPING]) {
        return Err(Error::Timestamp("the certificate is not for time-stamping alone"));
    }
    if !container.signer.is_valid_at(gen_time) {
        return Err(Error::Timestamp("the certificate was not valid at the stated time"));
    }
    Ok(())
}

fn refuse(fault: CmsFault) -> Error {
    match fault {
        CmsFault::Algorithm(name) => Error::Algorithm(name),
        CmsFault::BadSignature | CmsFault::DigestMismatch => Error::BadSignature("time-stamp token"),
        CmsFault::SigningCertificateMismatch => Error::Timestamp("it names another certificate than its signer's"),
        CmsFault::SignerCertificateMissing => Error::Timestamp("the authority's certificate is missing"),
        other => Error::malformed("time-stamp token", other),
    }
}

fn failure_bits(bits: &der::asn1::BitString) -> u32 {
    bits.bits().take(32).enumerate().fold(0, |mask, (i, set)| if set { mask | (1 << i) } else { mask })
}
