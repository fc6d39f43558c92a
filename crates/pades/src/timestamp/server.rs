//! Answering as a time-stamping authority (RFC 3161, 2.4.2), for the project's development authority.

use ::cms::content_info::CmsVersion;
use ::cms::signed_data::EncapsulatedContentInfo;
use const_oid::ObjectIdentifier;
use der::asn1::{Any, BitString, OctetString, Uint};
use der::{Decode, Encode, Tag};
use time::{Duration, OffsetDateTime};

use super::structs::{Accuracy, PkiStatusInfo, TimeStampReq, TimeStampResp, TstInfo};
use crate::cms::{self, SignedAttributes};
use crate::{DigestAlgorithm, Error, SignFn, SigningProfile, instant, oid};

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TsaIdentity {
    /// Certificate of the time-stamping key, with the critical extended key usage timeStamping alone.
    pub certificate: Vec<u8>,
    /// Certificates above it, put into the token when the client asks for the certificate.
    pub chain: Vec<Vec<u8>>,
    /// How the key signs.
    pub profile: SigningProfile,
    /// Policy under which it stamps, in dotted form.
    pub policy: String,
}

/// Why a time-stamp is refused (PKIFailureInfo).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// The digest algorithm is not accepted.
    BadAlgorithm,
    /// The request is not supported.
    BadRequest,
    /// The request is not DER of the right form.
    BadDataFormat,
    /// The authority's clock is not available.
    TimeNotAvailable,
    /// Another policy is wanted than the authority's.
    UnacceptedPolicy,
    /// An extension that the authority does not know.
    UnacceptedExtension,
    /// Something else failed.
    SystemFailure,
}

impl Rejection {
    /// Bit of PKIFailureInfo, and words for the log of the client.
    fn bit_and_text(self) -> (u8, &'static str) {
        match self {
            Self::BadAlgorithm => (0, "the digest algorithm is not accepted"),
            Self::BadRequest => (2, "the request is not supported"),
            Self::BadDataFormat => (5, "the request cannot be read"),
            Self::TimeNotAvailable => (14, "the time source is not available"),
            Self::UnacceptedPolicy => (15, "the policy is not served here"),
            Self::UnacceptedExtension => (16, "an extension is not known"),
            Self::SystemFailure => (25, "the request could not be served"),
        }
    }
}

/// A response that refuses.
///
/// # Errors
///
/// [`Error::Malformed`] only if it cannot be encoded.
pub fn reject(rejection: Rejection) -> Result<Vec<u8>, Error> {
    let (bit, text) = rejection.bit_and_text();
    let mut bytes = vec![0u8; usize::from(bit / 8) + 1];
    if let Some(last) = bytes.last_mut() {
        *last = 0x80 >> (bit % 8);
    }
    // DER: no trailing zero bits in a named bit list.
    let failure = BitString::new(7 - bit % 8, bytes).map_err(bad)?;
    let status = PkiStatusInfo { status: 2, text: Some(vec![text.to_owned()]), failure: Some(failure) };
    TimeStampResp { status, token: None }.to_der().map_err(bad)
}

/// The answer to a request: a granted token, or a rejection when the request is not one that can be served.
///
/// `serial` must never repeat for this authority; `sign` signs the bytes it is given with the authority's key.
///
/// # Errors
///
/// [`Error::Signer`] as given by `sign`, and errors of a wrong identity (certificate, policy); a bad request is no error.
pub fn respond(
    request_der: &[u8],
    identity: &TsaIdentity,
    serial: &[u8],
    gen_time: OffsetDateTime,
    accuracy: Option<Duration>,
    sign: &mut SignFn<'_>,
) -> Result<Vec<u8>, Error> {
    let Ok(request) = TimeStampReq::from_der(request_der) else { return reject(Rejection::BadDataFormat) };
    let policy = ObjectIdentifier::new(&identity.policy).map_err(|e| Error::malformed("policy", e))?;
    if let Some(rejection) = refusal(&request, policy) {
        return reject(rejection);
    }
    let info = TstInfo {
        version: 1,
        policy,
        message_imprint: request.message_imprint,
        serial_number: Uint::new(serial).map_err(bad)?,
        gen_time: encode_gen_time(gen_time)?,
        accuracy: accuracy.map(to_accuracy).transpose()?,
        ordering: false,
        nonce: request.nonce,
        tsa: None,
        extensions: None,
    };
    let token = token(&info, identity, request.cert_req, sign)?;
    let status = PkiStatusInfo { status: 0, text: None, failure: None };
    TimeStampResp { status, token: Some(Any::from_der(&token).map_err(bad)?) }.to_der().map_err(bad)
}

fn refusal(request: &TimeStampReq, policy: ObjectIdentifier) -> Option<Rejection> {
    if request.version != 1 {
        return Some(Rejection::BadRequest);
    }
    let Ok(algorithm) = DigestAlgorithm::from_identifier(&request.message_imprint.hash_algorithm) else {
        return Some(Rejection::BadAlgorithm);
    };
    if request.message_imprint.hashed_message.as_bytes().len() != algorithm.len() {
        return Some(Rejection::BadDataFormat);
    }
    if request.policy.is_some_and(|p| p != policy) {
        return Some(Rejection::UnacceptedPolicy);
    }
    request.extensions.is_some().then_some(Rejection::UnacceptedExtension)
}

fn token(info: &TstInfo, identity: &TsaIdentity, with_certificates: bool, sign: &mut SignFn<'_>) -> Result<Vec<u8>, Error> {
    let content = info.to_der().map_err(bad)?;
    let digest = identity.profile.digest_algorithm().digest(&content);
    let attributes = SignedAttributes::with_content_type(identity.profile, &digest, &identity.certificate, oid::ID_CT_TST_INFO)?;
    let signature = sign(&attributes.to_be_signed()?)?;
    let octets = OctetString::new(content).map_err(bad)?;
    let content = EncapsulatedContentInfo { econtent_type: oid::ID_CT_TST_INFO, econtent: Some(Any::encode_from(&octets).map_err(bad)?) };
    let certificates = with_certificates.then_some(identity.chain.as_slice());
    cms::wrap(&attributes, &signature, certificates, None, content, CmsVersion::V3)
}

/// Whole seconds are written without a fraction, others with at most microseconds (RFC 3161: no trailing zeros).
fn encode_gen_time(t: OffsetDateTime) -> Result<Any, Error> {
    let utc = t.to_offset(time::UtcOffset::UTC);
    let whole = instant::to_generalized(utc)?.to_date_time();
    let mut text =
        format!("{:04}{:02}{:02}{:02}{:02}{:02}", whole.year(), whole.month(), whole.day(), whole.hour(), whole.minutes(), whole.seconds());
    let fraction = format!("{:06}", utc.microsecond());
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text.push('Z');
    Any::new(Tag::GeneralizedTime, text.into_bytes()).map_err(bad)
}

fn to_accuracy(d: Duration) -> Result<Accuracy, Error> {
    let part = |n: i128| u16::try_from(n % 1000).ok().filter(|n| *n > 0);
    let seconds = u32::try_from(d.whole_seconds()).map_err(|e| Error::malformed("accuracy", e))?;
    Ok(Accuracy { seconds: Some(seconds).filter(|s| *s > 0), millis: part(d.whole_milliseconds()), micros: part(d.whole_microseconds()) })
}

fn bad(e: der::Error) -> Error {
    Error::malformed("time-stamp response", e)
}
