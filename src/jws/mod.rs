//! Compact JSON Web Signatures (RFC 7515, 3.1): citizen assertions, delivery receipts and trust lists.
//!
//! Signs ES256; verifies ES256 and RS256. The algorithm comes from the key, and a header that says otherwise is refused
//! (RFC 8725, 3.1); `crit` is refused because nothing critical is understood here. What this is not: it judges neither
//! claims nor certificate paths.

mod jwks;

use bansao_pades::SigningProfile;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::keys::{KeyError, Signer, public_key};

use jwks::{Algorithm, PublicKey};
pub use jwks::{Jwks, p256_jwk};

/// Longest token that is looked at, characters: a chain of certificates and a page of claims.
const MAX_CHARS: usize = 32 << 10;

/// Longest signed document, characters: a list of a few hundred certificates.
const MAX_DOCUMENT_CHARS: usize = 1 << 20;

/// Longest certificate chain in a header.
const MAX_CHAIN: usize = 5;

/// Why a token was not made or is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JwsError {
    /// Not three parts of base64url with a JSON header and JSON claims.
    #[error("malformed token: {0}")]
    Malformed(&'static str),
    /// The key set is not readable.
    #[error("malformed key set: {0}")]
    KeySet(String),
    /// No key of the set has the identifier that the token names.
    #[error("unknown key")]
    UnknownKey,
    /// The header names another algorithm than the key's.
    #[error("the algorithm is not the key's")]
    Algorithm,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    BadSignature,
    /// The key cannot make this kind of token.
    #[error("cannot sign: {0}")]
    Signing(#[from] KeyError),
}

/// The header parameters that are understood (RFC 7515, 4.1).
#[derive(Debug, Default, Serialize, Deserialize)]
struct Header {
    alg: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5c: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crit: Option<Value>,
}

/// Signs `claims` with a P-256 key that verifiers know as `key_id`.
///
/// # Errors
/// [`JwsError::Algorithm`] for another kind of key, [`JwsError::Signing`] when it did not sign.
pub async fn sign(claims: &Value, key_id: &str, signer: &dyn Signer) -> Result<String, JwsError> {
    sign_with(Header { kid: Some(key_id.to_owned()), typ: Some("JWT".to_owned()), ..Header::default() }, claims, signer).await
}

/// Signs `claims` with a P-256 key and carries its certificate chain in `x5c` (RFC 7515, 4.1.6).
///
/// # Errors
/// As [`sign`].
pub async fn sign_with_certificate(claims: &Value, signer: &dyn Signer) -> Result<String, JwsError> {
    let x5c = signer.certificate_chain().iter().map(|der| STANDARD.encode(der)).collect();
    sign_with(Header { x5c: Some(x5c), ..Header::default() }, claims, signer).await
}

async fn sign_with(header: Header, claims: &Value, signer: &dyn Signer) -> Result<String, JwsError> {
    if signer.profile() != SigningProfile::EcdsaP256Sha256 {
        return Err(JwsError::Algorithm);
    }
    let header = json!(Header { alg: "ES256".to_owned(), ..header });
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let der = signer.sign(signed.as_bytes()).await?;
    let fixed = p256_signature_to_fixed(&der).ok_or(JwsError::Malformed("the key gave no ECDSA signature"))?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(fixed)))
}

/// The claims of a token that a key of `keys` signed.
///
/// # Errors
/// [`JwsError`]; [`JwsError::UnknownKey`] tells the caller that a newer key set may help.
pub fn verify(token: &str, keys: &Jwks) -> Result<Map<String, Value>, JwsError> {
    let parts = Parts::split(token)?;
    let wanted = parts.header.kid.as_deref().ok_or(JwsError::UnknownKey)?;
    let key = keys.find(wanted).ok_or(JwsError::UnknownKey)?;
    parts.verify(key.algorithm, &key.public)
}

/// Claims with the chain whose first certificate's key signed them. The chain itself is not judged yet.
#[derive(Debug, Clone, PartialEq)]
pub struct CertifiedClaims {
    /// The claims.
    pub claims: Map<String, Value>,
    /// Certificates, DER, leaf first, as the header carries them: build a path to an anchor before you believe them.
    pub chain: Vec<Vec<u8>>,
}

/// The claims of an ES256 token and the chain in its header. The signature is right; whether the signer is whom it
/// should be is up to the caller, who has the anchors and the time.
///
/// # Errors
/// [`JwsError`].
pub fn verify_with_x5c(token: &str) -> Result<CertifiedClaims, JwsError> {
    certified(&Parts::split(token)?)
}

/// As [`verify_with_x5c`], for documents of up to a mebibyte that come from a file, not from a caller.
///
/// # Errors
/// [`JwsError`].
pub fn verify_document(document: &str) -> Result<CertifiedClaims, JwsError> {
    certified(&Parts::split_within(document, MAX_DOCUMENT_CHARS)?)
}

fn certified(parts: &Parts<'_>) -> Result<CertifiedClaims, JwsError> {
    let encoded = parts.header.x5c.as_deref().ok_or(JwsError::UnknownKey)?;
    if encoded.is_empty() || encoded.len() > MAX_CHAIN {
        return Err(JwsError::Malformed("x5c"));
    }
    let chain = encoded.iter().map(|text| STANDARD.decode(text)).collect::<Result<Vec<_>, _>>().map_err(|_| JwsError::Malformed("x5c"))?;
    let leaf = chain.first().map(|der| public_key(der)).transpose().map_err(|_| JwsError::Malformed("x5c"))?.unwrap_or_default();
    let claims = parts.verify(Algorithm::Es256, &PublicKey::Point(leaf))?;
    Ok(CertifiedClaims { claims, chain })
}

/// ECDSA on P-256 as JOSE and COSE write it: `r` and `s`, 32 bytes each, from the DER form that a [`Signer`] gives.
pub fn p256_signature_to_fixed(der: &[u8]) -> Option<[u8; 64]> {
    let [0x30, length, body @ ..] = der else { return None };
    if usize::from(*length) != body.len() {
        return None;
    }
    let mut fixed = [0; 64];
    let (r, s) = fixed.split_at_mut(32);
    let rest = take_integer(body, r)?;
    take_integer(rest, s)?.is_empty().then_some(fixed)
}

fn take_integer<'a>(der: &'a [u8], into: &mut [u8]) -> Option<&'a [u8]> {
    let [0x02, length, rest @ ..] = der else { return None };
    let (value, rest) = rest.split_at_checked(usize::from(*length))?;
    let value = value.strip_prefix(&[0]).unwrap_or(value);
    let start = into.len().checked_sub(value.len())?;
    into.get_mut(start..)?.copy_from_slice(value);
    Some(rest)
}

struct Parts<'a> {
    header: Header,
    signed: &'a str,
    claims: &'a str,
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Result<Self, JwsError> {
        Self::split_within(token, MAX_CHARS)
    }

    fn split_within(token: &'a str, most: usize) -> Result<Self, JwsError> {
        if token.len() > most {
            return Err(JwsError::Malformed("too long"));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Malformed("not three parts"))?;
        let (header, claims) = signed.split_once('.').ok_or(JwsError::Malformed("not three parts"))?;
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| JwsError::Malformed("header"))?;
        if header.crit.is_some() {
            return Err(JwsError::Malformed("crit"));
        }
        Ok(Self { header, signed, claims, signature: decode(signature)? })
    }

    fn verify(&self, algorithm: Algorithm, key: &PublicKey) -> Result<Map<String, Value>, JwsError> {
        if self.header.alg != algorithm.name() {
            return Err(JwsError::Algorithm);
        }
        let message = self.signed.as_bytes();
        let checked = match key {
            PublicKey::Point(point) => UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(message, &self.signature),
            PublicKey::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, &self.signature)
            }
        };
        checked.map_err(|_| JwsError::BadSignature)?;
        serde_json::from_slice(&decode(self.claims)?).map_err(|_| JwsError::Malformed("claims"))
    }
}

fn decode(part: &str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Malformed("base64url"))
}

#[cfg(test)]
pub(crate) mod tests {
    use async_trait::async_trait;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};

    use super::*;

    /// A P-256 key in memory, self-certified.
    pub(crate) struct MemorySigner {
        key: EcdsaKeyPair,
        chain: Vec<Vec<u8>>,
    }

    impl MemorySigner {
        pub(crate) fn new() -> Self {
            let pair = rcgen::KeyPair::generate().unwrap();
            let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&pair).unwrap();
            let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pair.serialized_der(), &SystemRandom::new()).unwrap();
            Self { key, chain: vec![certificate.der().to_vec()] }
        }

        pub(crate) fn jwks(&self, key_id: &str) -> String {
            json!({ "keys": [p256_jwk(key_id, self.key.public_key().as_ref()).unwrap()] }).to_string()
        }
    }

    #[async_trait]
    impl Signer for MemorySigner {
        fn profile(&self) -> SigningProfile {
            SigningProfile::EcdsaP256Sha256
        }

        fn certificate_chain(&self) -> &[Vec<u8>] {
            &self.chain
        }

        async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
            Ok(self.key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec())
        }
    }

    fn with_header(token: &str, header: &Value) -> String {
        let (_, rest) = token.split_once('.').unwrap();
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
    }

    #[tokio::test]
    async fn a_token_reads_back_and_every_changed_character_is_seen() {
        let signer = MemorySigner::new();
        let keys = Jwks::parse(&signer.jwks("k1")).unwrap();
        let token = sign(&json!({ "a": "Nguyễn" }), "k1", &signer).await.unwrap();
        assert_eq!(verify(&token, &keys).unwrap()["a"], "Nguyễn");
        for at in 0..token.len() {
            let changed = if &token[at..=at] == "B" { "C" } else { "B" };
            let altered = format!("{}{changed}{}", &token[..at], &token[at + 1..]);
            assert!(verify(&altered, &keys).is_err(), "character {at}");
        }
    }

    #[tokio::test]
    async fn the_header_chooses_neither_algorithm_nor_key() {
        let signer = MemorySigner::new();
        let keys = Jwks::parse(&signer.jwks("k1")).unwrap();
        let token = sign(&json!({}), "k1", &signer).await.unwrap();
        for (header, expected) in [
            (json!({ "alg": "none", "kid": "k1" }), JwsError::Algorithm),
            (json!({ "alg": "HS256", "kid": "k1" }), JwsError::Algorithm),
            (json!({ "alg": "RS256", "kid": "k1" }), JwsError::Algorithm),
            (json!({ "alg": "ES256", "kid": "k2" }), JwsError::UnknownKey),
            (json!({ "alg": "ES256" }), JwsError::UnknownKey),
            (json!({ "alg": "ES256", "kid": "k1", "crit": ["b64"] }), JwsError::Malformed("crit")),
            (json!({ "alg": "ES256", "kid": "k1", "typ": "x" }), JwsError::BadSignature),
            (json!([]), JwsError::Malformed("header")),
        ] {
            assert_eq!(verify(&with_header(&token, &header), &keys), Err(expected), "{header}");
        }
        for rubbish in ["", ".", "..", "a.b.c", "ééé", &"A".repeat(MAX_CHARS + 1)] {
            assert!(matches!(verify(rubbish, &keys), Err(JwsError::Malformed(_))));
        }
    }

    #[tokio::test]
    async fn a_certified_token_names_the_certificate_whose_key_signed() {
        let signer = MemorySigner::new();
        let token = sign_with_certificate(&json!({ "n": 1 }), &signer).await.unwrap();
        let read = verify_with_x5c(&token).unwrap();
        assert_eq!((read.claims["n"].as_i64(), read.chain.as_slice()), (Some(1), signer.certificate_chain()));
        let other = STANDARD.encode(&MemorySigner::new().chain[0]);
        let stolen = with_header(&token, &json!({ "alg": "ES256", "x5c": [other] }));
        assert_eq!(verify_with_x5c(&stolen), Err(JwsError::BadSignature));
        for x5c in [json!([]), json!(["!"]), json!(["AAAA"]), json!(vec!["AAAA"; 6])] {
            assert_eq!(verify_with_x5c(&with_header(&token, &json!({ "alg": "ES256", "x5c": x5c }))), Err(JwsError::Malformed("x5c")));
        }
    }

    #[test]
    fn rs256_verifies() {
        let made = std::process::Command::new("openssl")
            .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
            .output()
            .unwrap();
        let key = RsaKeyPair::from_pkcs8(pem::parse(&made.stdout).unwrap().contents()).unwrap();
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(key.public());
        let (n, e) = (URL_SAFE_NO_PAD.encode(&public.n), URL_SAFE_NO_PAD.encode(&public.e));
        let keys = Jwks::parse(&json!({ "keys": [{ "kty": "RSA", "kid": "r", "n": n, "e": e }, { "kty": "OKP" }] }).to_string()).unwrap();
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"r"}"#), URL_SAFE_NO_PAD.encode(r#"{"ok":true}"#));
        let mut signature = vec![0; 256];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&signature));
        assert_eq!(verify(&token, &keys).unwrap()["ok"], true);
    }

    #[test]
    fn short_and_long_integers_become_32_bytes() {
        let mut der = vec![0x30, 0x02 + 1 + 0x02 + 33];
        der.extend([0x02, 1, 7, 0x02, 33, 0]);
        der.extend([0xff; 32]);
        let fixed = p256_signature_to_fixed(&der).unwrap();
        assert_eq!((fixed[30], fixed[31], fixed[32]), (0, 7, 0xff));
        der.push(0);
        assert_eq!(p256_signature_to_fixed(&der), None);
    }
}
