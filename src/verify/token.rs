//! A QR token judged by itself, offline.

use bansao_credential::{Claims, PublicKey, TokenError, key_id, token_from_text, verify};
use bansao_pades::path::{PathLimits, PathQuery, Usage, find_path};
use time::OffsetDateTime;

use super::{Material, Report, TokenSummary, VerifyCode};
use crate::clock::unix_ms;

/// The keys that may sign tokens: each proven by a certificate that leads to a signer anchor.
#[derive(Debug, Clone, Default)]
pub struct TokenKeys(Vec<(Vec<u8>, PublicKey)>);

impl TokenKeys {
    /// The P-256 keys among `certificates` (DER) that lead to one of `anchors` through `intermediates` at the time `at`.
    pub fn trusted(certificates: &[Vec<u8>], intermediates: &[Vec<u8>], anchors: &[Vec<u8>], at: OffsetDateTime) -> Self {
        let leads_to_anchor = |leaf: &Vec<u8>| {
            let query = PathQuery { leaf, intermediates, anchors, at, usage: Usage::Any, limits: PathLimits::default() };
            find_path(&query).is_ok()
        };
        let keys = certificates.iter().filter(|certificate| leads_to_anchor(certificate));
        Self(keys.filter_map(|certificate| Some((key_id(certificate).to_vec(), point(certificate)?))).collect())
    }

    fn find(&self, id: &[u8]) -> Option<PublicKey> {
        self.0.iter().find(|(known, _)| known == id).map(|(_, key)| key.clone())
    }
}

fn point(certificate: &[u8]) -> Option<PublicKey> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let bits = &certificate.public_key().subject_public_key.data;
    (bits.len() == 65).then(|| PublicKey::Es256(bits.to_vec()))
}

/// Judges the text of a QR code at the time `now`.
pub fn verify_token(text: &str, material: &Material, now: OffsetDateTime) -> Report {
    let mut report = Report::new(text.as_bytes(), unix_ms(now), material.as_of_ms);
    match read_token(text, &material.token_keys) {
        Ok(claims) => report.token = Some(summary(&claims)),
        Err((code, detail)) => report.find(code, detail),
    }
    report
}

pub(super) fn read_token(text: &str, keys: &TokenKeys) -> Result<Claims, (VerifyCode, String)> {
    let refuse = |error: TokenError| {
        let code = match error {
            TokenError::UnknownKey => VerifyCode::TokenKeyUnknown,
            TokenError::Signature | TokenError::Algorithm => VerifyCode::TokenForged,
            _ => VerifyCode::TokenMalformed,
        };
        (code, error.to_string())
    };
    let token = token_from_text(text).map_err(refuse)?;
    verify(&token, &|id| keys.find(id)).map_err(refuse)
}

pub(super) fn summary(claims: &Claims) -> TokenSummary {
    TokenSummary {
        issuer: claims.issuer.clone(),
        kind: claims.kind.clone(),
        certification_no: claims.certification_no.clone(),
        agency: claims.agency_id.clone(),
        issued_ms: i64::try_from(claims.issued_at).unwrap_or_default().saturating_mul(1000),
        facts: claims.facts.clone().into_iter().collect(),
    }
}
