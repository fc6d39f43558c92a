//! A certified copy judged: its two signatures, its QR token, and that the token names the pages that are there.

use bansao_pades::validate::{
    Indication, Report as Validation, SignatureKind, SignatureReport, Step, SubIndication, ValidateError, ValidationContext,
    validate_and_read,
};
use lopdf::Document;
use time::OffsetDateTime;

use super::token::{TokenKeys, read_token, summary};
use super::{ListName, Report, SignatureSummary, StepSummary, VerifyCode};
use crate::anatomy::{AGENCY_FIELD, CERTIFIER_FIELD, page_digests_of, qr_text};
use crate::clock::unix_ms;
use crate::record::{AnchorUse, Sha256, TrustLists, salted_digest};

/// What is trusted and known: the grounds of a verdict. Certificates, responses and lists are DER.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// Anchors of certifiers, agencies and token keys.
    pub signer_anchors: Vec<Vec<u8>>,
    /// Anchors of time-stamping authorities.
    pub timestamp_anchors: Vec<Vec<u8>>,
    /// Certificates that may lie between.
    pub certificates: Vec<Vec<u8>>,
    /// Keys that sign QR tokens.
    pub token_keys: TokenKeys,
    /// OCSP responses beside those in the copy.
    pub ocsp_responses: Vec<Vec<u8>>,
    /// Revocation lists beside those in the copy.
    pub crls: Vec<Vec<u8>>,
    /// The lists that the anchors stand on; one that was refused is named too.
    pub lists: TrustLists,
    /// As-of time of the trust lists, ms since 1970 UTC.
    pub as_of_ms: i64,
}

/// Judges the bytes of a copy at the time `now`.
pub fn verify_copy(pdf: &[u8], material: &Material, now: OffsetDateTime) -> Report {
    verify_and_read(pdf, material, now).0
}

/// As [`verify_copy`], with the objects of the file where it could be read.
pub fn verify_and_read(pdf: &[u8], material: &Material, now: OffsetDateTime) -> (Report, Option<Document>) {
    let (verified_ms, trust_ms) = (unix_ms(now), material.as_of_ms);
    let (validation, mut reading) = match validate_and_read(pdf, &context(material, now)) {
        Ok(read) => read,
        Err(error) => {
            let mut report = Report::new(pdf, verified_ms, trust_ms);
            report.find(refusal(&error), error.to_string());
            report.name_lists(&material.lists);
            return (report, None);
        }
    };
    let mut sha256 = |end| Sha256::from_bytes(reading.sha256_up_to(pdf, end));
    let mut report = Report::of_digest(sha256(pdf.len()), verified_ms, trust_ms);
    report.issued.extend(issued_before(pdf, &validation).map(sha256));
    judge_signatures(&mut report, &validation, &material.lists);
    judge_fields(&mut report, &validation);
    report.validation = Some(Box::new(validation));
    judge_token(&mut report, &reading.document, material, now);
    report.name_lists(&material.lists);
    (report, Some(reading.document))
}

/// Where the file may have ended when it was issued: before each update after the last signature.
fn issued_before<'a>(pdf: &'a [u8], validation: &'a Validation) -> impl Iterator<Item = usize> + 'a {
    let signed = validation.signatures.iter().filter(|s| s.kind == SignatureKind::Signature).map(|s| s.covered_bytes).max();
    validation.revision_ends.iter().copied().filter(move |end| Some(*end) >= signed && *end < pdf.len())
}

pub(super) fn context(material: &Material, now: OffsetDateTime) -> ValidationContext {
    let mut context = ValidationContext::new(material.signer_anchors.clone(), now);
    context.timestamp_anchors.clone_from(&material.timestamp_anchors);
    context.certificates.clone_from(&material.certificates);
    context.ocsp_responses.clone_from(&material.ocsp_responses);
    context.crls.clone_from(&material.crls);
    context
}

pub(super) fn refusal(error: &ValidateError) -> VerifyCode {
    match error {
        ValidateError::TooLarge => VerifyCode::TooLarge,
        ValidateError::NotSigned => VerifyCode::NotSigned,
        ValidateError::Structure(_) | ValidateError::Document(_) => VerifyCode::NotAPdf,
        ValidateError::SecondReader | ValidateError::ReadersDiffer(_) => VerifyCode::ReadersDisagree,
        _ => VerifyCode::SignatureRefused,
    }
}

/// What is wrong with the signatures of any file.
pub(super) fn judge_signatures(report: &mut Report, validation: &Validation, lists: &TrustLists) {
    report.signatures = validation.signatures.iter().map(|one| signature(one, lists)).collect();
    for change in &validation.changes {
        report.find(VerifyCode::ModifiedAfterSigning, format!("revision {}: {}", change.revision + 1, change.modification));
    }
    for judged in &validation.signatures {
        if let Some(code) = fault(judged, !validation.changes.is_empty()) {
            report.find(code, format!("{}: {}", judged.field, judged.reason.as_deref().unwrap_or_default()));
        }
    }
    if validation.indication != Indication::TotalPassed && report.findings.is_empty() {
        report.find(VerifyCode::SignatureUndetermined, format!("{:?}", validation.unaccounted));
    }
    report.revocation_ms = validation
        .signatures
        .iter()
        .flat_map(|signature| &signature.revocation)
        .filter_map(|revocation| revocation.status.as_ref().and_then(as_of))
        .map(unix_ms)
        .min();
}

/// What a copy must have: both signatures, by two signers, at proven times.
fn judge_fields(report: &mut Report, validation: &Validation) {
    for judged in validation.signatures.iter().filter(|s| s.indication == Indication::TotalPassed && s.proven_time.is_none()) {
        report.find(VerifyCode::TimeNotProven, judged.field.clone());
    }
    for name in [CERTIFIER_FIELD, AGENCY_FIELD] {
        let of_field = validation.signatures.iter().filter(|signature| signature.field == name).count();
        if of_field != 1 {
            report.find(VerifyCode::SignatureMissing, name);
        }
    }
    if same_signer(validation) {
        report.find(VerifyCode::SignatureMissing, "certifier and agency signed with one certificate");
    }
}

fn as_of(status: &bansao_pades::revocation::RevocationStatus) -> Option<OffsetDateTime> {
    match status {
        bansao_pades::revocation::RevocationStatus::Good { as_of, .. } => Some(*as_of),
        _ => None,
    }
}

fn same_signer(validation: &Validation) -> bool {
    let signer = |name: &str| validation.signatures.iter().find(|s| s.field == name).and_then(|s| s.signer_certificate.as_ref());
    matches!((signer(CERTIFIER_FIELD), signer(AGENCY_FIELD)), (Some(a), Some(b)) if a == b)
}

fn fault(signature: &SignatureReport, changed: bool) -> Option<VerifyCode> {
    use SubIndication as Sub;
    if signature.indication == Indication::TotalPassed {
        return None;
    }
    Some(match signature.sub_indication {
        Some(Sub::HashFailure | Sub::SigCryptoFailure) => VerifyCode::SignatureBroken,
        Some(Sub::FormatFailure) if changed => VerifyCode::ModifiedAfterSigning,
        Some(Sub::Revoked) => VerifyCode::SignerRevoked,
        Some(Sub::TryLater | Sub::RevokedNoPoe | Sub::RevokedCaNoPoe) => VerifyCode::RevocationUnknown,
        Some(Sub::NoCertificateChainFound | Sub::NoSigningCertificateFound) => VerifyCode::SignerNotTrusted,
        Some(Sub::OutOfBoundsNoPoe) => VerifyCode::TimeNotProven,
        _ if signature.indication == Indication::TotalFailed => VerifyCode::SignatureRefused,
        _ => VerifyCode::SignatureUndetermined,
    })
}

fn signature(signature: &SignatureReport, lists: &TrustLists) -> SignatureSummary {
    let own = if signature.kind == SignatureKind::DocumentTimestamp { AnchorUse::Timestamps } else { AnchorUse::Signers };
    let stamp = signature.timestamp.as_ref().filter(|_| own == AnchorUse::Signers);
    let list = |usage, chain: &[Vec<u8>]| {
        let list = lists.of(usage, chain.last()?)?;
        Some(ListName { purpose: list.purpose, name: list.name.clone() })
    };
    SignatureSummary {
        field: signature.field.clone(),
        signer: signature.signer.clone().unwrap_or_default(),
        organisation: signature.signer_certificate.as_deref().map(organisation).unwrap_or_default(),
        indication: signature.indication.name().to_owned(),
        sub_indication: signature.sub_indication.map(|sub| sub.name().to_owned()).unwrap_or_default(),
        level: signature.level.map(|level| level.name().to_owned()).unwrap_or_default(),
        signed_ms: signature.proven_time.map(unix_ms),
        intact: signature.intact,
        trust_list: list(own, &signature.chain),
        timestamp_trust_list: stamp.and_then(|stamp| list(AnchorUse::Timestamps, &stamp.chain)),
        steps: signature.steps.iter().map(step).collect(),
    }
}

fn step(step: &Step) -> StepSummary {
    StepSummary {
        block: step.block.name().to_owned(),
        indication: step.indication.name().to_owned(),
        sub_indication: step.sub_indication.map(|sub| sub.name().to_owned()).unwrap_or_default(),
        detail: step.detail.clone().unwrap_or_default(),
    }
}

fn organisation(certificate: &[u8]) -> String {
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(certificate) else { return String::new() };
    let organisation = certificate.subject().iter_organization().next().and_then(|name| name.as_str().ok());
    organisation.unwrap_or_default().to_owned()
}

fn judge_token(report: &mut Report, document: &Document, material: &Material, now: OffsetDateTime) {
    let Some(text) = qr_text(document) else {
        return report.find(VerifyCode::TokenMissing, "");
    };
    let claims = match read_token(&text, &material.token_keys, now) {
        Ok(claims) => claims,
        Err((code, detail)) => return report.find(code, detail),
    };
    match page_digests_of(document) {
        Ok(digests) if salted_digest(&claims.salt, &digests).as_bytes() == &claims.pages_digest => {}
        Ok(_) => report.find(VerifyCode::PagesDiffer, "digest of the page images"),
        Err(error) => report.find(VerifyCode::PagesDiffer, error.to_string()),
    }
    report.token = Some(summary(&claims));
}
