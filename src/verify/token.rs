//! A QR token judged by itself, offline.

use bansao_credential::{Claims, PublicKey, TokenError, key_id, token_from_text, verify};
use bansao_pades::path::{PathLimits, PathQuery, Usage, find_path};
use time::OffsetDateTime;

use super::{Material, Report, TokenSummary, VerifyCode};
use crate::clock::unix_ms;
use crate::record::{Facts, NAMES_DIGEST};

/// How far ahead of the verifier's clock a token's time of issue may lie, seconds.
const CLOCK_SKEW_S: u64 = 300;

/// The keys that may sign tokens, each proven by a certificate that leads to a signer anchor at the time at which a token says
/// that it was issued: a token outlives its key's certificate as the copy outlives its signers'. A key that fell into other hands
/// is taken off the list.
#[derive(Debug, Clone, Default)]
pub struct TokenKeys {
    keys: Vec<TokenKey>,
    intermediates: Vec<Vec<u8>>,
    anchors: Vec<Vec<u8>>,
}

#[derive(Debug, Clone)]
struct TokenKey {
    id: Vec<u8>,
    certificate: Vec<u8>,
    key: PublicKey,
}

impl TokenKeys {
    /// The P-256 keys among `certificates` (DER); they lead to one of `anchors` through `intermediates`, or sign for nobody.
    pub fn trusted(certificates: &[Vec<u8>], intermediates: &[Vec<u8>], anchors: &[Vec<u8>]) -> Self {
        let key = |certificate: &Vec<u8>| {
            Some(TokenKey { id: key_id(certificate).to_vec(), certificate: certificate.clone(), key: point(certificate)? })
        };
        let keys = certificates.iter().filter_map(key).collect();
        Self { keys, intermediates: intermediates.to_vec(), anchors: anchors.to_vec() }
    }

    fn find(&self, id: &[u8]) -> Option<&TokenKey> {
        self.keys.iter().find(|known| known.id == id)
    }

    /// Whether the key with this id led to an anchor at the time `at`.
    fn stood(&self, id: &[u8], at: OffsetDateTime) -> bool {
        self.find(id).is_some_and(|known| {
            let (leaf, intermediates, anchors) = (&known.certificate, &self.intermediates, &self.anchors);
            let query = PathQuery { leaf, intermediates, anchors, at, usage: Usage::Any, limits: PathLimits::default() };
            find_path(&query).is_ok()
        })
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
    match read_token(text, &material.token_keys, now) {
        Ok(claims) => report.token = Some(summary(&claims)),
        Err((code, detail)) => report.find(code, detail),
    }
    report.name_lists(&material.lists);
    report
}

pub(super) fn read_token(text: &str, keys: &TokenKeys, now: OffsetDateTime) -> Result<Claims, (VerifyCode, String)> {
    let refuse = |error: TokenError| {
        let code = match error {
            TokenError::UnknownKey => VerifyCode::TokenKeyUnknown,
            TokenError::Signature | TokenError::Algorithm => VerifyCode::TokenForged,
            _ => VerifyCode::TokenMalformed,
        };
        (code, error.to_string())
    };
    let token = token_from_text(text).map_err(refuse)?;
    let claims = verify(&token, &|id| keys.find(id).map(|known| known.key.clone())).map_err(refuse)?;
    if claims.issued_at > now.unix_timestamp().unsigned_abs().saturating_add(CLOCK_SKEW_S) {
        return Err((VerifyCode::TokenMalformed, "it was issued in the future".to_owned()));
    }
    let issued = i64::try_from(claims.issued_at).ok().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    match issued {
        Some(at) if keys.stood(&claims.key_id, at) => Ok(claims),
        _ => Err((VerifyCode::TokenKeyUnknown, "the key led to no anchor when the token was issued".to_owned())),
    }
}

pub(super) fn summary(claims: &Claims) -> TokenSummary {
    TokenSummary {
        issuer: claims.issuer.clone(),
        kind: claims.kind.clone(),
        certification_no: claims.certification_no.clone(),
        agency: claims.agency_id.clone(),
        copy_id: claims.copy_id.clone(),
        issued_ms: i64::try_from(claims.issued_at).unwrap_or_default().saturating_mul(1000),
        facts: facts_of(claims),
    }
}

/// The facts that a token spells out.
pub(super) fn facts_of(claims: &Claims) -> Facts {
    claims.facts.iter().filter(|(id, _)| id.as_str() != NAMES_DIGEST).map(|(id, value)| (id.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use bansao_credential::{Algorithm, encode_url, sign};
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    use time::macros::datetime;

    use super::*;
    use crate::verify::Verdict;

    #[test]
    fn a_token_is_judged_by_the_day_on_which_it_was_issued() {
        let (root_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        (root.not_before, root.not_after) = (datetime!(2020-01-01 0:00 UTC), datetime!(2027-01-01 0:00 UTC));
        let mut leaf = CertificateParams::default();
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        (leaf.not_before, leaf.not_after) = (datetime!(2026-01-01 0:00 UTC), datetime!(2026-06-30 0:00 UTC));
        let anchor = root.self_signed(&root_key).unwrap().der().to_vec();
        let certificate = leaf.signed_by(&key, &Issuer::from_params(&root, &root_key)).unwrap().der().to_vec();
        let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der(), &SystemRandom::new()).unwrap();
        let token = |issued: OffsetDateTime| {
            let claims = Claims {
                key_id: key_id(&certificate),
                issuer: "bansao.example".into(),
                kind: "birth_certificate".into(),
                certification_no: "01, 1/2026-SCT/BS".into(),
                agency_id: "ba-dinh".into(),
                agency_name: None,
                issued_at: issued.unix_timestamp().unsigned_abs(),
                copy_id: "mzxw6ytboimzxw6ytboiabcdef".into(),
                facts: [("full_name".to_owned(), "LÊ THỊ THỬ".to_owned())].into(),
                pages_digest: [7; 32],
                salt: [5; 16],
            };
            let signed = sign(&claims, Algorithm::Es256, |message| {
                signer.sign(&SystemRandom::new(), message).map(|signature| signature.as_ref().to_vec())
            });
            encode_url("https://bansao.example/v", &signed.unwrap()).unwrap()
        };
        let trusting = |anchors: &[Vec<u8>]| Material {
            token_keys: TokenKeys::trusted(std::slice::from_ref(&certificate), &[], anchors),
            ..Material::default()
        };
        let judge = |issued, material: &Material, now| {
            let report = verify_token(&token(issued), material, now);
            (report.verdict, report.findings.first().map(|finding| finding.code))
        };
        let (spring, autumn) = (datetime!(2026-03-01 9:00 UTC), datetime!(2026-09-01 9:00 UTC));
        let material = trusting(std::slice::from_ref(&anchor));
        // Both certificates have ended long ago.
        assert_eq!(judge(spring, &material, datetime!(2031-01-01 0:00 UTC)), (Verdict::Valid, None));
        let unknown = (Verdict::Indeterminate, Some(VerifyCode::TokenKeyUnknown));
        assert_eq!(judge(autumn, &material, datetime!(2026-10-01 0:00 UTC)), unknown);
        assert_eq!(judge(datetime!(2025-12-31 0:00 UTC), &material, spring), unknown);
        assert_eq!(judge(spring, &trusting(&[]), spring), unknown);
        let ahead = judge(spring, &material, datetime!(2026-02-28 9:00 UTC));
        assert_eq!(ahead, (Verdict::Invalid, Some(VerifyCode::TokenMalformed)));
    }
}
