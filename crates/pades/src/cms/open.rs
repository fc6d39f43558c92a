//! A signature container as received: CMS SignedData with one signer, opened strictly (RFC 5652, RFC 5035).
//!
//! Fields that the signature does not cover are checked against those that it does, and a container that is not exactly what this
//! reading of it would write (a skipped element, another order of attributes, a default written out) is known as such
//! ([`Container::exact`]). What may still be exchanged without a signature's knowing: the embedded certificates, which the caller accounts
//! for by the paths it finds; their order; NULL parameters of a digest algorithm; and an ECDSA value for its twin.

use std::collections::BTreeSet;

use cms::cert::CertificateChoices;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::revocation::RevocationInfoChoices;
use cms::signed_data::{DigestAlgorithmIdentifiers, EncapsulatedContentInfo, SignerIdentifier, SignerInfo, SignerInfos};
use der::asn1::{Any, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Reader, SliceReader};
use x509_cert::attr::Attributes;

use super::{EssCertIdV2, IssuerSerial, SigningCertificateV2};
use crate::algorithm::{self, DigestAlgorithm, Scheme};
use crate::certificate::Certificate;
use crate::{Error, oid};

/// What is wrong with a signature container.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CmsFault {
    /// Not DER, not SignedData, or with unused parts that must be empty.
    #[error("the signature container is malformed: {0}")]
    Malformed(String),
    /// Bytes other than zeros after the container.
    #[error("the space after the signature container is not empty")]
    Padding,
    /// None or several signers.
    #[error("the signature container does not have exactly one signer")]
    NotOneSigner,
    /// The signer's certificate is not embedded.
    #[error("the signer's certificate is not in the signature container")]
    SignerCertificateMissing,
    /// An attribute that must be there once is absent or repeated.
    #[error("the signed attribute {0} is missing or repeated")]
    Attribute(&'static str),
    /// The message digest does not match the content.
    #[error("the content was changed: its digest differs from the signed one")]
    DigestMismatch,
    /// The signing-certificate attribute names another certificate.
    #[error("the signing certificate attribute names another certificate")]
    SigningCertificateMismatch,
    /// An algorithm outside the policy.
    #[error("the algorithm {0} is not allowed")]
    Algorithm(String),
    /// The signature value does not verify.
    #[error("the signature value does not verify")]
    BadSignature,
}

impl From<Error> for CmsFault {
    fn from(e: Error) -> Self {
        match e {
            Error::Algorithm(name) => Self::Algorithm(name),
            Error::BadSignature(_) => Self::BadSignature,
            other => Self::Malformed(other.to_string()),
        }
    }
}

/// RFC 5652, 5.1: SignedData, in which a certificate may come twice, as some programs write it. The type of `cms` holds them as a set in
/// which nothing repeats, and refuses such a container.
#[derive(der::Sequence)]
struct SignedData {
    version: CmsVersion,
    digest_algorithms: DigestAlgorithmIdentifiers,
    encap_content_info: EncapsulatedContentInfo,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    certificates: Option<Vec<CertificateChoices>>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    crls: Option<RevocationInfoChoices>,
    signer_infos: SignerInfos,
}

/// RFC 2634, 5.4: the older attribute, by SHA-1, still common in time-stamps.
#[derive(der::Sequence)]
struct SigningCertificateV1 {
    certs: Vec<EssCertIdV1>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

#[derive(der::Sequence)]
struct EssCertIdV1 {
    cert_hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<IssuerSerial>,
}

/// What a container must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// A PAdES signature or a time-stamp token: the certificate identified by a signed attribute, nothing unsigned but a
    /// time-stamp.
    Pades,
    /// An older PDF signature: the certificate need not be identified, other unsigned attributes and lists are passed over.
    Pkcs7,
}

/// An opened container.
#[derive(Debug, Clone)]
pub(crate) struct Container {
    pub(crate) content_type: ObjectIdentifier,
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) signer: Certificate,
    /// All embedded certificates, the signer's among them, as often as they come.
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) digest: DigestAlgorithm,
    pub(crate) timestamp_token: Option<Vec<u8>>,
    /// Whether its bytes are those that this reading of it would write.
    pub(crate) exact: bool,
    profile: Profile,
    info: SignerInfo,
}

impl Container {
    /// The DER container at the start of a padded `/Contents` string; what follows must be zeros.
    pub(crate) fn without_padding(contents: &[u8]) -> Result<&[u8], CmsFault> {
        let malformed = |e: der::Error| CmsFault::Malformed(e.to_string());
        let mut reader = SliceReader::new(contents).map_err(malformed)?;
        let container = reader.tlv_bytes().map_err(malformed)?;
        let padding = contents.get(container.len()..).unwrap_or_default();
        if padding.iter().any(|b| *b != 0) { Err(CmsFault::Padding) } else { Ok(container) }
    }

    pub(crate) fn open(der: &[u8], profile: Profile) -> Result<Self, CmsFault> {
        let malformed = |e: der::Error| CmsFault::Malformed(e.to_string());
        let outer = ContentInfo::from_der(der).map_err(malformed)?;
        if outer.content_type != oid::ID_SIGNED_DATA {
            return Err(CmsFault::Malformed("not SignedData".to_owned()));
        }
        let data: SignedData = outer.content.decode_as().map_err(malformed)?;
        let exact = data.to_der().and_then(|read| Ok(read == outer.content.to_der()? && outer.to_der()? == der)).unwrap_or(false);
        if data.crls.is_some() && profile == Profile::Pades {
            return Err(CmsFault::Malformed("revocation data belongs into the security store".to_owned()));
        }
        let [info] = data.signer_infos.0.as_slice() else { return Err(CmsFault::NotOneSigner) };
        let certificates = embedded(&data)?;
        let signer = find_signer(&info.sid, &certificates)?;
        let digest = DigestAlgorithm::from_identifier(&info.digest_alg)?;
        check_versions(&data, info)?;
        let [listed] = data.digest_algorithms.as_slice() else {
            return Err(CmsFault::Malformed("digest algorithms".to_owned()));
        };
        if DigestAlgorithm::from_identifier(listed)? != digest {
            return Err(CmsFault::Malformed("digest algorithms".to_owned()));
        }
        let content = data.encap_content_info.econtent.map(|c| c.decode_as::<OctetString>().map(OctetString::into_bytes));
        Ok(Self {
            content_type: data.encap_content_info.econtent_type,
            content: content.transpose().map_err(malformed)?,
            timestamp_token: timestamp_token(info, profile)?,
            exact,
            profile,
            info: info.clone(),
            signer,
            certificates,
            digest,
        })
    }

    /// The signature value, over which a signature time-stamp is made.
    pub(crate) fn signature_value(&self) -> &[u8] {
        self.info.signature.as_bytes()
    }

    /// Whether the signing-certificate attribute names the certificate that is used.
    pub(crate) fn identify(&self) -> Result<(), CmsFault> {
        self.check_signing_certificate(self.info.signed_attrs.as_ref().ok_or(CmsFault::Attribute("signing-certificate"))?)
    }

    /// Checks attributes and signature; `content_digest` hashes the content (detached or not).
    pub(crate) fn verify(&self, content_digest: impl FnOnce(DigestAlgorithm) -> Vec<u8>) -> Result<(), CmsFault> {
        let signed = self.info.signed_attrs.as_ref().ok_or(CmsFault::Attribute("content-type"))?;
        let content_type: ObjectIdentifier = single(signed, oid::CONTENT_TYPE, "content-type")?;
        if content_type != self.content_type {
            return Err(CmsFault::Attribute("content-type"));
        }
        self.check_signing_certificate(signed)?;
        let digest: OctetString = single(signed, oid::MESSAGE_DIGEST, "message-digest")?;
        if digest.as_bytes() != content_digest(self.digest) {
            return Err(CmsFault::DigestMismatch);
        }
        let scheme = Scheme::from_identifier(&self.info.signature_algorithm, Some(self.digest))?;
        let message = signed.to_der().map_err(|e| CmsFault::Malformed(e.to_string()))?;
        let spki = &self.signer.tbs().subject_public_key_info;
        Ok(scheme.verify(spki, &message, self.signature_value(), "signed attributes")?)
    }

    fn check_signing_certificate(&self, signed: &Attributes) -> Result<(), CmsFault> {
        let identified = signed.iter().any(|a| [oid::SIGNING_CERTIFICATE, oid::SIGNING_CERTIFICATE_V2].contains(&a.oid));
        if self.profile == Profile::Pkcs7 && !identified {
            return Ok(());
        }
        let is_v2 = signed.iter().any(|a| a.oid == oid::SIGNING_CERTIFICATE_V2);
        // SHA-1 names the certificate only in time-stamps, where RFC 3161 still allows it; in a signature it is refused.
        let may_be_v1 = self.content_type == oid::ID_CT_TST_INFO;
        let (matches, issuer_serial) = if is_v2 || !may_be_v1 {
            let attribute: SigningCertificateV2 = single(signed, oid::SIGNING_CERTIFICATE_V2, "signing-certificate-v2")?;
            let id = attribute.certs.into_iter().next().ok_or(CmsFault::SigningCertificateMismatch)?;
            let EssCertIdV2 { hash_algorithm, cert_hash, issuer_serial } = id;
            let digest = match &hash_algorithm {
                Some(id) => DigestAlgorithm::from_identifier(id)?,
                None => DigestAlgorithm::Sha256,
            };
            (digest.digest(self.signer.der()) == cert_hash.as_bytes(), issuer_serial)
        } else {
            let attribute: SigningCertificateV1 = single(signed, oid::SIGNING_CERTIFICATE, "signing-certificate")?;
            let id = attribute.certs.into_iter().next().ok_or(CmsFault::SigningCertificateMismatch)?;
            (algorithm::sha1(self.signer.der()) == id.cert_hash.as_bytes(), id.issuer_serial)
        };
        let serial_matches = issuer_serial.is_none_or(|i| i.serial_number == self.signer.tbs().serial_number);
        if matches && serial_matches { Ok(()) } else { Err(CmsFault::SigningCertificateMismatch) }
    }
}

/// Whether a certificate comes twice.
pub(crate) fn has_repeats<T: AsRef<[u8]>>(certificates: &[T]) -> bool {
    let mut once = BTreeSet::new();
    !certificates.iter().all(|certificate| once.insert(certificate.as_ref()))
}

/// More certificates in one container say nothing that fewer would not.
const MOST_CERTIFICATES: usize = 512;

fn embedded(data: &SignedData) -> Result<Vec<Certificate>, CmsFault> {
    let mut out = Vec::new();
    if data.certificates.as_ref().is_some_and(|all| all.len() > MOST_CERTIFICATES) {
        return Err(CmsFault::Malformed("too many certificates".to_owned()));
    }
    for choice in data.certificates.iter().flatten() {
        let CertificateChoices::Certificate(certificate) = choice else {
            return Err(CmsFault::Malformed("a certificate of another format".to_owned()));
        };
        let der = certificate.to_der().map_err(|e| CmsFault::Malformed(e.to_string()))?;
        out.push(Certificate::from_der(&der)?);
    }
    Ok(out)
}

fn find_signer(sid: &SignerIdentifier, certificates: &[Certificate]) -> Result<Certificate, CmsFault> {
    let named = |c: &&Certificate| match sid {
        SignerIdentifier::IssuerAndSerialNumber(id) => c.tbs().issuer == id.issuer && c.tbs().serial_number == id.serial_number,
        SignerIdentifier::SubjectKeyIdentifier(id) => {
            let own = c.extension_as::<OctetString>(oid::SUBJECT_KEY_IDENTIFIER);
            own.is_ok_and(|own| own.is_some_and(|own| own == id.0))
        }
    };
    certificates.iter().find(named).cloned().ok_or(CmsFault::SignerCertificateMissing)
}

/// RFC 5652, 5.1 and 5.3, for what is accepted here.
fn check_versions(data: &SignedData, info: &SignerInfo) -> Result<(), CmsFault> {
    let by_key = matches!(info.sid, SignerIdentifier::SubjectKeyIdentifier(_));
    let of_signer = if by_key { CmsVersion::V3 } else { CmsVersion::V1 };
    let is_data = data.encap_content_info.econtent_type == oid::ID_DATA;
    let of_data = if is_data && !by_key { CmsVersion::V1 } else { CmsVersion::V3 };
    if info.version == of_signer && data.version == of_data { Ok(()) } else { Err(CmsFault::Malformed("versions".to_owned())) }
}

/// The only unsigned attribute that is allowed, at most once with one value; in older signatures the one that counts.
fn timestamp_token(info: &SignerInfo, profile: Profile) -> Result<Option<Vec<u8>>, CmsFault> {
    let Some(unsigned) = &info.unsigned_attrs else { return Ok(None) };
    if profile == Profile::Pkcs7 {
        let mut tokens = unsigned.iter().filter(|a| a.oid == oid::TIME_STAMP_TOKEN);
        let (Some(attribute), None) = (tokens.next(), tokens.next()) else { return Ok(None) };
        let token = attribute.values.as_slice().first().map(Encode::to_der).transpose();
        return token.map_err(|e| CmsFault::Malformed(e.to_string()));
    }
    let [attribute] = unsigned.as_slice() else {
        return Err(CmsFault::Malformed("unsigned attributes".to_owned()));
    };
    match attribute.values.as_slice() {
        [token] if attribute.oid == oid::TIME_STAMP_TOKEN => token.to_der().map(Some).map_err(|e| CmsFault::Malformed(e.to_string())),
        _ => Err(CmsFault::Malformed("unsigned attributes".to_owned())),
    }
}

fn single<T: for<'a> Decode<'a>>(attributes: &Attributes, id: ObjectIdentifier, name: &'static str) -> Result<T, CmsFault> {
    let mut found = attributes.iter().filter(|a| a.oid == id);
    let (Some(attribute), None) = (found.next(), found.next()) else { return Err(CmsFault::Attribute(name)) };
    let [value] = attribute.values.as_slice() else { return Err(CmsFault::Attribute(name)) };
    let der = value.to_der().map_err(|_| CmsFault::Attribute(name))?;
    T::from_der(&der).map_err(|_| CmsFault::Attribute(name))
}
