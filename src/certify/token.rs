//! The QR token of a copy: what it states, signed by the token key.

use bansao_credential::{Algorithm, Claims, TokenError, encode_url, key_id, prepare, raw_signature_from_der};
use thiserror::Error;

use crate::keys::{KeyError, Signer};
use crate::record::{CertificationNo, CopyId, Facts, Kind, NAMES_DIGEST, Sha256, names_digest, salted_digest};

/// What a token states.
#[derive(Debug, Clone)]
pub struct TokenContent<'a> {
    /// The certifying system.
    pub issuer: &'a str,
    /// Kind of certificate.
    pub kind: &'a Kind,
    /// Number of the certification.
    pub number: &'a CertificationNo,
    /// The copy.
    pub copy: &'a CopyId,
    /// Seconds since 1970 UTC.
    pub issued_at: u64,
    /// The facts that this kind puts into tokens.
    pub facts: &'a Facts,
    /// The other names on the certificate, for which the token vouches by a digest.
    pub other_names: &'a Facts,
    /// Digests of the page images, in order.
    pub pages: &'a [Sha256],
    /// Random bytes that keep the digest of the pages from being guessed.
    pub salt: [u8; 16],
}

/// The token cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenSignError {
    /// What it would state is out of bounds.
    #[error("the token cannot state this")]
    Content(#[from] TokenError),
    /// The key did not sign.
    #[error("the token key did not sign")]
    Key(#[from] KeyError),
}

/// The text of the QR code: `url#TOKEN`.
///
/// # Errors
/// [`TokenSignError`].
pub async fn sign_token(content: &TokenContent<'_>, url: &str, signer: &dyn Signer) -> Result<String, TokenSignError> {
    let spelt = content.facts.iter().map(|(id, value)| (id.to_owned(), value.to_owned()));
    let digest =
        (!content.other_names.is_empty()).then(|| (NAMES_DIGEST.to_owned(), names_digest(&content.salt, content.other_names.iter())));
    let certificate = signer.certificate_chain().first().map(Vec::as_slice).unwrap_or_default();
    let claims = Claims {
        key_id: key_id(certificate),
        issuer: content.issuer.to_owned(),
        kind: content.kind.to_string(),
        certification_no: content.number.to_string(),
        agency_id: content.number.agency.clone(),
        agency_name: None,
        issued_at: content.issued_at,
        copy_id: content.copy.to_string(),
        facts: spelt.chain(digest).collect(),
        pages_digest: *salted_digest(&content.salt, content.pages).as_bytes(),
        salt: content.salt,
    };
    let unsigned = prepare(&claims, Algorithm::Es256)?;
    let signature = signer.sign(unsigned.to_be_signed()).await?;
    let token = unsigned.seal(raw_signature_from_der(&signature)?.to_vec())?;
    Ok(encode_url(url, &token)?)
}
