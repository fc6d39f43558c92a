//! The signature container: CMS SignedData with the attributes of a PAdES baseline signature.
//!
//! RFC 5652, RFC 5035 (signing certificate), ETSI EN 319 122-1 and ETSI EN 319 142-1, 6.3. There is no signing-time
//! attribute: in PAdES the claimed time is `/M` of the signature dictionary and the proven one is the time-stamp.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode, Sequence};
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::{Attribute, Attributes};
use x509_cert::ext::pkix::name::GeneralNames;
use x509_cert::serial_number::SerialNumber;

use crate::certificate::Certificate;
use crate::{DigestAlgorithm, Error, SigningProfile, oid};

mod open;

pub use open::CmsFault;
pub(crate) use open::{Container, Profile, has_repeats};

/// The attributes that are signed in place of the document: content type, message digest, signing certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAttributes {
    profile: SigningProfile,
    signer: Certificate,
    attributes: Attributes,
}

impl SignedAttributes {
    /// Attributes for a document with this digest, which must be of [`SigningProfile::digest_algorithm`].
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] when the certificate is none or the digest has the wrong length.
    pub fn new(profile: SigningProfile, digest: &[u8], signer_certificate: &[u8]) -> Result<Self, Error> {
        Self::with_content_type(profile, digest, signer_certificate, oid::ID_DATA)
    }

    pub(crate) fn with_content_type(
        profile: SigningProfile,
        digest: &[u8],
        signer_certificate: &[u8],
        content_type: ObjectIdentifier,
    ) -> Result<Self, Error> {
        if digest.len() != profile.digest_algorithm().len() {
            return Err(Error::malformed("message digest", "of another length than the profile's"));
        }
        let signer = Certificate::read(signer_certificate)?;
        let digest = OctetString::new(digest).map_err(bad)?;
        let certificate = SigningCertificateV2::of(&signer)?;
        let attributes = SetOfVec::try_from(vec![
            attribute(oid::CONTENT_TYPE, &content_type)?,
            attribute(oid::MESSAGE_DIGEST, &digest)?,
            attribute(oid::SIGNING_CERTIFICATE_V2, &certificate)?,
        ])
        .map_err(bad)?;
        Ok(Self { profile, signer, attributes })
    }

    /// The bytes that the key signs (the key hashes them itself): DER `SET OF Attribute`.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] only if the attributes cannot be encoded.
    pub fn to_be_signed(&self) -> Result<Vec<u8>, Error> {
        self.attributes.to_der().map_err(bad)
    }

    /// Bytes that [`assemble`] makes of these attributes at most, with `certificates` (DER) and a time-stamp token of at most
    /// `token_bytes`: what to reserve before the signature is had. It depends on the digest's length and not on the digest.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] only if the attributes cannot be encoded.
    pub fn container_bytes(&self, certificates: &[Vec<u8>], token_bytes: usize) -> Result<usize, Error> {
        let of = |length: Result<der::Length, der::Error>| length.map(|length| u32::from(length) as usize).map_err(bad);
        let tbs = self.signer.tbs();
        let signer = self.signer.der();
        let others: usize = certificates.iter().filter(|other| other.as_slice() != signer).map(Vec::len).sum();
        let who = of(tbs.issuer.encoded_len())? + of(tbs.serial_number.encoded_len())?;
        let signature = (tbs.subject_public_key_info.subject_public_key.raw_bytes().len() + SIGNATURE_BYTES_MORE).max(SIGNATURE_BYTES);
        let attributes = of(self.attributes.encoded_len())?;
        Ok(signer.len() + others + who + attributes + signature + token_bytes + FRAME_BYTES)
    }
}

/// A signature is no longer than [`SIGNATURE_BYTES`] (Ed25519), or than its public key with [`SIGNATURE_BYTES_MORE`]: an RSA key holds its
/// modulus, of the signature's length, and a point on a curve is as long as the two numbers of a signature, which DER frames with nine
/// bytes at most.
const SIGNATURE_BYTES: usize = 64;
const SIGNATURE_BYTES_MORE: usize = 9;

/// Tags and lengths around the parts of a container, its fixed identifiers, and those of its algorithms with their parameters, of which those
/// of PSS are the longest.
const FRAME_BYTES: usize = 256;

/// Wraps a signature into CMS SignedData (detached), DER.
///
/// `signature` is what the key made of [`SignedAttributes::to_be_signed`]: for ECDSA the DER form. It is verified against
/// the signer's certificate here, so that a wrong key never leaves as a signature. `certificates` (DER) are put in beside
/// the signer's; `timestamp_token` is a token over the signature value.
///
/// # Errors
///
/// [`Error::BadSignature`] or [`Error::Algorithm`] when the signature does not fit, [`Error::Malformed`].
pub fn assemble(
    attributes: &SignedAttributes,
    signature: &[u8],
    certificates: &[Vec<u8>],
    timestamp_token: Option<&[u8]>,
) -> Result<Vec<u8>, Error> {
    let content = EncapsulatedContentInfo { econtent_type: oid::ID_DATA, econtent: None };
    wrap(attributes, signature, Some(certificates), timestamp_token, content, CmsVersion::V1)
}

/// As [`assemble`], with the content inside and, if `certificates` is `None`, without even the signer's certificate; for
/// time-stamp tokens.
pub(crate) fn wrap(
    attributes: &SignedAttributes,
    signature: &[u8],
    certificates: Option<&[Vec<u8>]>,
    timestamp_token: Option<&[u8]>,
    content: EncapsulatedContentInfo,
    version: CmsVersion,
) -> Result<Vec<u8>, Error> {
    let SignedAttributes { profile, signer, attributes: signed } = attributes;
    let spki = &signer.tbs().subject_public_key_info;
    profile.scheme().verify(spki, &attributes.to_be_signed()?, signature, "signed attributes")?;
    let unsigned = timestamp_token
        .map(|token| {
            let token = Any::from_der(token).map_err(bad)?;
            SetOfVec::try_from(vec![attribute(oid::TIME_STAMP_TOKEN, &token)?]).map_err(bad)
        })
        .transpose()?;
    let info = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: signer.tbs().issuer.clone(),
            serial_number: signer.tbs().serial_number.clone(),
        }),
        digest_alg: profile.digest_algorithm().identifier(),
        signed_attrs: Some(signed.clone()),
        signature_algorithm: profile.signature_identifier()?,
        signature: OctetString::new(signature).map_err(bad)?,
        unsigned_attrs: unsigned,
    };
    let data = SignedData {
        version,
        digest_algorithms: SetOfVec::try_from(vec![profile.digest_algorithm().identifier()]).map_err(bad)?,
        encap_content_info: content,
        certificates: certificates.map(|others| certificate_set(signer, others)).transpose()?,
        crls: None,
        signer_infos: SignerInfos(SetOfVec::try_from(vec![info]).map_err(bad)?),
    };
    ContentInfo { content_type: oid::ID_SIGNED_DATA, content: Any::encode_from(&data).map_err(bad)? }.to_der().map_err(bad)
}

fn certificate_set(signer: &Certificate, others: &[Vec<u8>]) -> Result<CertificateSet, Error> {
    let mut all = vec![signer.clone()];
    for der in others {
        let other = Certificate::read(der)?;
        if !all.contains(&other) {
            all.push(other);
        }
    }
    let choices: Vec<_> = all.iter().map(|c| CertificateChoices::Certificate(c.as_x509().clone())).collect();
    Ok(CertificateSet(SetOfVec::try_from(choices).map_err(bad)?))
}

fn attribute<T: Encode + der::Tagged + der::EncodeValue>(id: ObjectIdentifier, value: &T) -> Result<Attribute, Error> {
    let value = Any::encode_from(value).map_err(bad)?;
    Ok(Attribute { oid: id, values: SetOfVec::try_from(vec![value]).map_err(bad)? })
}

fn bad(e: der::Error) -> Error {
    Error::malformed("CMS", e)
}

/// RFC 5035, 3.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct SigningCertificateV2 {
    pub(crate) certs: Vec<EssCertIdV2>,
    #[asn1(optional = "true")]
    pub(crate) policies: Option<Any>,
}

/// RFC 5035, 4; the digest defaults to SHA-256 and is then left out.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct EssCertIdV2 {
    #[asn1(optional = "true")]
    pub(crate) hash_algorithm: Option<AlgorithmIdentifierOwned>,
    pub(crate) cert_hash: OctetString,
    #[asn1(optional = "true")]
    pub(crate) issuer_serial: Option<IssuerSerial>,
}

/// RFC 5035, 4.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct IssuerSerial {
    pub(crate) issuer: GeneralNames,
    pub(crate) serial_number: SerialNumber,
}

impl SigningCertificateV2 {
    fn of(signer: &Certificate) -> Result<Self, Error> {
        let hash = DigestAlgorithm::Sha256.digest(signer.der());
        let id = EssCertIdV2 { hash_algorithm: None, cert_hash: OctetString::new(hash).map_err(bad)?, issuer_serial: None };
        Ok(Self { certs: vec![id], policies: None })
    }
}
