//! Bytes signed as a file beside them: CMS SignedData without its content (RFC 5652), which `openssl cms -verify` and any office's
//! software for `.p7s` files take.

use bansao_pades::cms;

use super::{KeyError, Signer};

/// The detached signature of `content`, DER, with the signer's chain. It was checked against the signer's certificate.
///
/// # Errors
/// [`KeyError::Signing`] when the key did not sign, or not as its certificate verifies.
pub async fn sign_detached(content: &[u8], signer: &dyn Signer) -> Result<Vec<u8>, KeyError> {
    let said = |error: bansao_pades::Error| KeyError::Signing(error.to_string());
    let chain = signer.certificate_chain();
    let leaf = chain.first().map(Vec::as_slice).unwrap_or_default();
    let digest = signer.profile().digest_algorithm().digest(content);
    let attributes = cms::SignedAttributes::new(signer.profile(), &digest, leaf).map_err(said)?;
    let signature = signer.sign(&attributes.to_be_signed().map_err(said)?).await?;
    cms::assemble(&attributes, &signature, chain, None).map_err(said)
}
