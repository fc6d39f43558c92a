//! Keys as a verifier sees them, and the conversions that signers need.

use coset::iana;
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey};

use crate::TokenError;

/// Bytes of a key id.
pub const KEY_ID_BYTES: usize = 8;

/// Bytes of a signature of either algorithm.
pub(crate) const SIGNATURE_BYTES: usize = 64;

/// How a token is signed. The algorithm belongs to the key: a verifier never takes it from the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256, signature `r || s` (RFC 9053, section 2.1).
    Es256,
    /// Ed25519 (RFC 9053, section 2.2).
    EdDsa,
}

impl Algorithm {
    pub(crate) fn iana(self) -> iana::Algorithm {
        match self {
            Self::Es256 => iana::Algorithm::ES256,
            Self::EdDsa => iana::Algorithm::EdDSA,
        }
    }
}

/// A public key that may have signed tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// A P-256 point, uncompressed: `04 || x || y`, 65 bytes.
    Es256(Vec<u8>),
    /// An Ed25519 key, 32 bytes.
    EdDsa(Vec<u8>),
}

impl PublicKey {
    /// The algorithm of the key.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256(_) => Algorithm::Es256,
            Self::EdDsa(_) => Algorithm::EdDsa,
        }
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), TokenError> {
        match self {
            Self::Es256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature),
            Self::EdDsa(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
        }
        .map_err(|_| TokenError::Signature)
    }
}

/// The id of the key in a certificate: the first 8 bytes of the SHA-256 of the certificate's DER.
pub fn key_id(certificate_der: &[u8]) -> [u8; KEY_ID_BYTES] {
    let mut id = [0; KEY_ID_BYTES];
    for (to, from) in id.iter_mut().zip(digest(&SHA256, certificate_der).as_ref()) {
        *to = *from;
    }
    id
}

/// An ECDSA signature as COSE wants it (`r || s`, 64 bytes), from the DER form that other signers give (RFC 3279, 2.2.3).
///
/// # Errors
/// [`TokenError::Signature`] when the bytes are not one strict DER sequence of two positive integers of at most 32 bytes.
pub fn raw_signature_from_der(der: &[u8]) -> Result<[u8; SIGNATURE_BYTES], TokenError> {
    let parse = || {
        let (body, rest) = element(0x30, der)?;
        let (r, body_rest) = element(0x02, body)?;
        let (s, end) = element(0x02, body_rest)?;
        (rest.is_empty() && end.is_empty()).then_some((scalar(r)?, scalar(s)?))
    };
    let (r, s) = parse().ok_or(TokenError::Signature)?;
    let mut raw = [0; SIGNATURE_BYTES];
    for (to, from) in raw.iter_mut().zip(r.into_iter().chain(s)) {
        *to = from;
    }
    Ok(raw)
}

/// The content of a DER element with this tag and a short length, and what follows it.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    if *found != tag || *length > 0x7F {
        return None;
    }
    rest.split_at_checked(usize::from(*length))
}

fn scalar(integer: &[u8]) -> Option<[u8; 32]> {
    let magnitude = match integer {
        [] | [0] | [0x80..=0xFF, ..] | [0, 0..=0x7F, ..] => return None,
        [0, magnitude @ ..] => magnitude,
        magnitude => magnitude,
    };
    let mut scalar = [0; 32];
    let padding = scalar.len().checked_sub(magnitude.len())?;
    scalar.get_mut(padding..)?.copy_from_slice(magnitude);
    Some(scalar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_signatures_convert_strictly() {
        let der = [0x30, 0x08, 0x02, 0x02, 0x00, 0x81, 0x02, 0x02, 0x01, 0x02];
        let raw = raw_signature_from_der(&der).unwrap();
        assert_eq!((raw[31], raw[62], raw[63]), (0x81, 1, 2));
        assert_eq!(raw.iter().filter(|byte| **byte != 0).count(), 3);
        let wrong: [&[u8]; 6] = [
            &[],
            &[0x30, 0x08, 0x02, 0x02, 0x00, 0x81, 0x02, 0x02, 0x01, 0x02, 0x00],
            &[0x30, 0x06, 0x02, 0x01, 0x81, 0x02, 0x01, 0x01],
            &[0x30, 0x07, 0x02, 0x02, 0x00, 0x01, 0x02, 0x01, 0x01],
            &[0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x01],
            &[0x30, 0x80, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01, 0x00, 0x00],
        ];
        for der in wrong {
            assert_eq!(raw_signature_from_der(der), Err(TokenError::Signature), "{der:02x?}");
        }
    }
}
