//! Which algorithms are allowed, how they are named in DER, and their verification with ring.
//!
//! Policy: RSA from 2048 bits (PKCS #1 v1.5 and PSS), ECDSA on P-256 and P-384, Ed25519; SHA-256, SHA-384, SHA-512.
//! SHA-1 appears only as the name of things (VRI keys, OCSP CertID), never below a signature.

use const_oid::ObjectIdentifier;
use der::asn1::Any;
use der::{Decode, Encode, Sequence};
use ring::{digest, signature};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::{Error, oid};

/// A hash function of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// The digest of `data`.
    #[must_use]
    pub fn digest(self, data: &[u8]) -> Vec<u8> {
        self.digest_parts(&[data])
    }

    pub(crate) fn digest_parts(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut context = self.context();
        for part in parts {
            context.update(part);
        }
        context.finish().as_ref().to_vec()
    }

    /// The state of a digest of nothing yet.
    pub(crate) fn context(self) -> digest::Context {
        digest::Context::new(match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        })
    }

    /// Bytes of a digest.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub(crate) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
        }
    }

    /// RFC 5754, 2: the parameters of SHA-2 are absent when written.
    pub(crate) fn identifier(self) -> AlgorithmIdentifierOwned {
        AlgorithmIdentifierOwned { oid: self.oid(), parameters: None }
    }

    /// RFC 5754, 2: NULL is also accepted when read.
    pub(crate) fn from_identifier(id: &AlgorithmIdentifierOwned) -> Result<Self, Error> {
        if id.parameters.as_ref().is_some_and(|p| !p.is_null()) {
            return Err(Error::Algorithm(format!("{} with parameters", id.oid)));
        }
        [Self::Sha256, Self::Sha384, Self::Sha512]
            .into_iter()
            .find(|d| d.oid() == id.oid)
            .ok_or_else(|| Error::Algorithm(id.oid.to_string()))
    }
}

/// How a key signs: the scheme and its digest, which is also the digest of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SigningProfile {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaPkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaPkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaPkcs1Sha512,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, salt of 32 bytes, all three written out.
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384, MGF1 with SHA-384, salt of 48 bytes, all three written out.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512, MGF1 with SHA-512, salt of 64 bytes, all three written out.
    RsaPssSha512,
    /// ECDSA on P-256 with SHA-256; the signature value is the DER form.
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384; the signature value is the DER form.
    EcdsaP384Sha384,
    /// Ed25519 over the signed attributes; the document is hashed with SHA-512 (RFC 8419, 2.3).
    Ed25519,
}

impl SigningProfile {
    /// The hash function for the document and the message digest.
    #[must_use]
    pub fn digest_algorithm(self) -> DigestAlgorithm {
        match self.scheme() {
            Scheme::RsaPkcs1(digest) | Scheme::RsaPss(digest) | Scheme::Ecdsa(digest) => digest,
            Scheme::Ed25519 => DigestAlgorithm::Sha512,
        }
    }

    pub(crate) fn signature_identifier(self) -> Result<AlgorithmIdentifierOwned, Error> {
        let (oid, parameters) = match self {
            Self::RsaPkcs1Sha256 => (oid::RSA_SHA256, Some(Any::null())),
            Self::RsaPkcs1Sha384 => (oid::RSA_SHA384, Some(Any::null())),
            Self::RsaPkcs1Sha512 => (oid::RSA_SHA512, Some(Any::null())),
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => {
                (oid::RSASSA_PSS, Some(pss_parameters(self.digest_algorithm())?))
            }
            Self::EcdsaP256Sha256 => (oid::ECDSA_SHA256, None),
            Self::EcdsaP384Sha384 => (oid::ECDSA_SHA384, None),
            Self::Ed25519 => (oid::ED25519, None),
        };
        Ok(AlgorithmIdentifierOwned { oid, parameters })
    }

    pub(crate) fn scheme(self) -> Scheme {
        match self {
            Self::RsaPkcs1Sha256 => Scheme::RsaPkcs1(DigestAlgorithm::Sha256),
            Self::RsaPkcs1Sha384 => Scheme::RsaPkcs1(DigestAlgorithm::Sha384),
            Self::RsaPkcs1Sha512 => Scheme::RsaPkcs1(DigestAlgorithm::Sha512),
            Self::RsaPssSha256 => Scheme::RsaPss(DigestAlgorithm::Sha256),
            Self::RsaPssSha384 => Scheme::RsaPss(DigestAlgorithm::Sha384),
            Self::RsaPssSha512 => Scheme::RsaPss(DigestAlgorithm::Sha512),
            Self::EcdsaP256Sha256 => Scheme::Ecdsa(DigestAlgorithm::Sha256),
            Self::EcdsaP384Sha384 => Scheme::Ecdsa(DigestAlgorithm::Sha384),
            Self::Ed25519 => Scheme::Ed25519,
        }
    }
}

/// A closure that holds a key and signs the bytes it is given, hashing them itself; ECDSA values in DER.
pub type SignFn<'a> = dyn FnMut(&[u8]) -> Result<Vec<u8>, Error> + 'a;

/// A signature algorithm without its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    RsaPkcs1(DigestAlgorithm),
    RsaPss(DigestAlgorithm),
    Ecdsa(DigestAlgorithm),
    Ed25519,
}

impl Scheme {
    /// Reads a `signatureAlgorithm`. `digest` is the neighbouring `digestAlgorithm` of a CMS signer, needed where the
    /// algorithm is named `rsaEncryption` alone (RFC 3370, 3.2), and which must agree where both name a digest.
    pub(crate) fn from_identifier(id: &AlgorithmIdentifierOwned, digest: Option<DigestAlgorithm>) -> Result<Self, Error> {
        use DigestAlgorithm::{Sha256, Sha384, Sha512};
        let refuse = || Error::Algorithm(id.oid.to_string());
        let null = id.parameters.as_ref().is_some_and(Any::is_null);
        let scheme = match id.oid {
            oid::RSA_SHA256 if null => Self::RsaPkcs1(Sha256),
            oid::RSA_SHA384 if null => Self::RsaPkcs1(Sha384),
            oid::RSA_SHA512 if null => Self::RsaPkcs1(Sha512),
            oid::RSA_ENCRYPTION if null => Self::RsaPkcs1(digest.ok_or_else(refuse)?),
            oid::RSASSA_PSS => [Sha256, Sha384, Sha512]
                .into_iter()
                .find(|d| is_pss_for(id.parameters.as_ref(), *d))
                .map(Self::RsaPss)
                .ok_or_else(refuse)?,
            oid::ECDSA_SHA256 if id.parameters.is_none() => Self::Ecdsa(Sha256),
            oid::ECDSA_SHA384 if id.parameters.is_none() => Self::Ecdsa(Sha384),
            oid::ED25519 if id.parameters.is_none() => Self::Ed25519,
            _ => return Err(refuse()),
        };
        match (scheme, digest) {
            (Self::RsaPkcs1(d) | Self::RsaPss(d) | Self::Ecdsa(d), Some(expected)) if d != expected => Err(refuse()),
            _ => Ok(scheme),
        }
    }

    /// Checks `signature` over `message` with the key of `spki`; the type of the key must suit the scheme.
    pub(crate) fn verify(
        self,
        spki: &SubjectPublicKeyInfoOwned,
        message: &[u8],
        signature: &[u8],
        what: &'static str,
    ) -> Result<(), Error> {
        use DigestAlgorithm::{Sha256, Sha384, Sha512};
        let algorithm: &dyn signature::VerificationAlgorithm = match (self, KeyKind::of(spki)?) {
            (Self::RsaPkcs1(Sha256), KeyKind::Rsa) => &signature::RSA_PKCS1_2048_8192_SHA256,
            (Self::RsaPkcs1(Sha384), KeyKind::Rsa) => &signature::RSA_PKCS1_2048_8192_SHA384,
            (Self::RsaPkcs1(Sha512), KeyKind::Rsa) => &signature::RSA_PKCS1_2048_8192_SHA512,
            (Self::RsaPss(Sha256), KeyKind::Rsa | KeyKind::RsaPss) => &signature::RSA_PSS_2048_8192_SHA256,
            (Self::RsaPss(Sha384), KeyKind::Rsa | KeyKind::RsaPss) => &signature::RSA_PSS_2048_8192_SHA384,
            (Self::RsaPss(Sha512), KeyKind::Rsa | KeyKind::RsaPss) => &signature::RSA_PSS_2048_8192_SHA512,
            (Self::Ecdsa(Sha256), KeyKind::P256) => &signature::ECDSA_P256_SHA256_ASN1,
            (Self::Ecdsa(Sha384), KeyKind::P256) => &signature::ECDSA_P256_SHA384_ASN1,
            (Self::Ecdsa(Sha256), KeyKind::P384) => &signature::ECDSA_P384_SHA256_ASN1,
            (Self::Ecdsa(Sha384), KeyKind::P384) => &signature::ECDSA_P384_SHA384_ASN1,
            (Self::Ed25519, KeyKind::Ed25519) => &signature::ED25519,
            _ => return Err(Error::Algorithm("of another type than the key".to_owned())),
        };
        let key = spki.subject_public_key.as_bytes().ok_or(Error::BadSignature(what))?;
        signature::UnparsedPublicKey::new(algorithm, key).verify(message, signature).map_err(|_| Error::BadSignature(what))
    }
}

/// The SHA-1 digest, only for names that standards form with it (VRI keys, OCSP CertID).
pub(crate) fn sha1(data: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, data).as_ref().to_vec()
}

enum KeyKind {
    Rsa,
    RsaPss,
    P256,
    P384,
    Ed25519,
}

impl KeyKind {
    fn of(spki: &SubjectPublicKeyInfoOwned) -> Result<Self, Error> {
        let id = &spki.algorithm;
        let curve = || id.parameters.as_ref().and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
        match id.oid {
            oid::RSA_ENCRYPTION if id.parameters.as_ref().is_some_and(Any::is_null) => Ok(Self::Rsa),
            // A key bound to PSS: parameters, if present, would restrict the digest; only the free form is taken.
            oid::RSASSA_PSS if id.parameters.is_none() => Ok(Self::RsaPss),
            oid::EC_PUBLIC_KEY if curve() == Some(oid::P256) => Ok(Self::P256),
            oid::EC_PUBLIC_KEY if curve() == Some(oid::P384) => Ok(Self::P384),
            oid::ED25519 if id.parameters.is_none() => Ok(Self::Ed25519),
            _ => Err(Error::Algorithm(format!("of a key with {}", id.oid))),
        }
    }
}

/// RFC 4055, 3.1, with the defaults (which are SHA-1) overridden.
#[derive(Sequence, PartialEq, Eq)]
struct PssParameters {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    hash: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    mask: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT")]
    salt: u8,
}

fn pss_parameters(digest: DigestAlgorithm) -> Result<Any, Error> {
    let bad = |e: der::Error| Error::malformed("RSASSA-PSS parameters", e);
    // RFC 4055, 2.1: inside PSS parameters the digest carries an explicit NULL.
    let hash = AlgorithmIdentifierOwned { oid: digest.oid(), parameters: Some(Any::null()) };
    let mask = AlgorithmIdentifierOwned { oid: oid::MGF1, parameters: Some(Any::from_der(&hash.to_der().map_err(bad)?).map_err(bad)?) };
    let salt = u8::try_from(digest.len()).map_err(|e| Error::malformed("RSASSA-PSS parameters", e))?;
    let der = PssParameters { hash, mask, salt }.to_der().map_err(bad)?;
    Any::from_der(&der).map_err(bad)
}

/// Whether the parameters say `digest` for hash and mask and a salt as long as the digest; ring verifies no other salt.
fn is_pss_for(parameters: Option<&Any>, digest: DigestAlgorithm) -> bool {
    let Some(read) = parameters.and_then(|p| p.decode_as::<PssParameters>().ok()) else { return false };
    let mask_hash = read.mask.parameters.as_ref().and_then(|p| p.decode_as::<AlgorithmIdentifierOwned>().ok());
    DigestAlgorithm::from_identifier(&read.hash) == Ok(digest)
        && read.mask.oid == oid::MGF1
        && mask_hash.is_some_and(|h| DigestAlgorithm::from_identifier(&h) == Ok(digest))
        && usize::from(read.salt) == digest.len()
}
