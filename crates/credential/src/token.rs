//! The signed message: COSE_Sign1, tagged, with algorithm and key id protected and nothing unprotected.

use coset::iana::EnumI64;
use coset::{Algorithm as CoseAlgorithm, CoseSign1, CoseSign1Builder, HeaderBuilder, RegisteredLabelWithPrivate, TaggedCborSerializable};

use crate::key::{KEY_ID_BYTES, SIGNATURE_BYTES};
use crate::{Algorithm, Claims, PublicKey, SignError, TokenError};

/// Bytes of the longest token: the largest QR symbol at level L still holds its text.
pub const TOKEN_BYTES: usize = 2048;

/// A token that waits for its signature, which may be made in another process or on another machine.
#[derive(Clone)]
pub struct Unsigned {
    message: CoseSign1,
    to_be_signed: Vec<u8>,
}

impl Unsigned {
    /// The bytes to sign: the `Sig_structure` of RFC 9052, section 4.4. ES256 hashes them with SHA-256.
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// The token, with its signature of 64 bytes (for ES256 `r || s`).
    ///
    /// # Errors
    /// [`TokenError::Signature`] when the signature has another length; [`TokenError::TooLong`].
    pub fn seal(mut self, signature: Vec<u8>) -> Result<Vec<u8>, TokenError> {
        if signature.len() != SIGNATURE_BYTES {
            return Err(TokenError::Signature);
        }
        self.message.signature = signature;
        let token = self.message.to_tagged_vec().map_err(|_| TokenError::Structure)?;
        if token.len() <= TOKEN_BYTES { Ok(token) } else { Err(TokenError::TooLong) }
    }
}

/// Encodes `claims` for signing by the key that they name.
///
/// # Errors
/// [`TokenError::Claim`] when a claim is out of bounds.
pub fn prepare(claims: &Claims, algorithm: Algorithm) -> Result<Unsigned, TokenError> {
    let protected = HeaderBuilder::new().algorithm(algorithm.iana()).key_id(claims.key_id.to_vec()).build();
    let message = CoseSign1Builder::new().protected(protected).payload(claims.encode()?).build();
    let to_be_signed = message.tbs_data(b"");
    Ok(Unsigned { message, to_be_signed })
}

/// Encodes and signs `claims`. `sign` gets the bytes to sign and gives 64 bytes of signature.
///
/// # Errors
/// [`SignError::Token`] when a claim or the signature is out of bounds; [`SignError::Signer`] with the signer's error.
pub fn sign<E>(claims: &Claims, algorithm: Algorithm, sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>) -> Result<Vec<u8>, SignError<E>> {
    let unsigned = prepare(claims, algorithm).map_err(SignError::Token)?;
    let signature = sign(unsigned.to_be_signed()).map_err(SignError::Signer)?;
    unsigned.seal(signature).map_err(SignError::Token)
}

/// Checks a token and gives what it says. `key_lookup` gives the key with an id, if the caller trusts one.
///
/// The signature is checked before any claim is read. There is exactly one encoding of the same claims and signature: whatever is
/// encoded otherwise is refused.
///
/// # Errors
/// The [`TokenError`] that says what is wrong first.
pub fn verify(bytes: &[u8], key_lookup: &dyn Fn(&[u8]) -> Option<PublicKey>) -> Result<Claims, TokenError> {
    if bytes.len() > TOKEN_BYTES {
        return Err(TokenError::TooLong);
    }
    let message = CoseSign1::from_tagged_slice(bytes).map_err(|_| TokenError::Structure)?;
    let header = &message.protected.header;
    if !header.crit.is_empty() || !message.unprotected.crit.is_empty() {
        return Err(TokenError::UnknownCritical);
    }
    let key_id: [u8; KEY_ID_BYTES] = header.key_id.as_slice().try_into().map_err(|_| TokenError::KeyId)?;
    let key = key_lookup(&key_id).ok_or(TokenError::UnknownKey)?;
    let algorithm = key.algorithm();
    if !states(header.alg.as_ref(), algorithm) {
        return Err(TokenError::Algorithm);
    }
    message.verify_signature(b"", |signature, signed| key.verify(signed, signature))?;
    let claims = Claims::decode(key_id, message.payload.as_deref().ok_or(TokenError::Structure)?)?;
    let canonical = prepare(&claims, algorithm)?.seal(message.signature)?;
    if canonical == bytes { Ok(claims) } else { Err(TokenError::NotCanonical) }
}

fn states(stated: Option<&CoseAlgorithm>, algorithm: Algorithm) -> bool {
    matches!(stated, Some(RegisteredLabelWithPrivate::Assigned(stated)) if stated.to_i64() == algorithm.iana().to_i64())
}
