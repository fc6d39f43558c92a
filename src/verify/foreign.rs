//! A signed PDF of another maker, by the published policy for such files (`docs/VERIFICATION.md`): its signatures, and whether
//! anything was changed that DocMDP, FieldMDP and locks do not allow. It is no copy of this service, so nothing is asked of
//! fields, tokens or proven times.

use bansao_pades::validate::{Policy, UnsignedBytes, validate};
use time::OffsetDateTime;

use super::Report;
use super::copy::{Material, context, judge_signatures, refusal};
use crate::clock::unix_ms;

/// Judges a signed PDF of another maker at the time `now`.
pub fn verify_pades(pdf: &[u8], material: &Material, now: OffsetDateTime) -> Report {
    let mut report = Report::new(pdf, unix_ms(now), material.as_of_ms);
    report.policy = "pades";
    let mut context = context(material, now);
    context.policy = Policy::Pades;
    context.unsigned_bytes = UnsignedBytes::Tolerate;
    match validate(pdf, &context) {
        Ok(validation) => {
            judge_signatures(&mut report, &validation, &material.lists);
            report.validation = Some(Box::new(validation));
        }
        Err(error) => report.find(refusal(&error), error.to_string()),
    }
    report.name_lists(&material.lists);
    report
}
