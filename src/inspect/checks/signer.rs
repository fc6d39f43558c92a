//! Name and title of the signer (S1).

use super::Check;
use super::fields::{LEAST_CONFIDENCE, missing};
use crate::finding::{Code, Finding};
use crate::inspect::forms::FieldType;
use crate::inspect::seen::Seen;

pub(super) struct Signer;

impl Check for Signer {
    fn name(&self) -> &'static str {
        "signer"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let Some(form) = seen.form().filter(|form| form.certified && !form.copy) else { return Vec::new() };
        let of_signer = form.fields.iter().filter(|spec| matches!(spec.kind, FieldType::SignerName | FieldType::SignerTitle));
        let doubtful = of_signer.filter(|spec| spec.mandatory && !missing(seen, spec)).filter_map(|spec| match seen.field(&spec.id) {
            None => Some(Finding::new(Code::SignerMissing).in_field(&spec.id)),
            Some(field) if field.confidence < LEAST_CONFIDENCE => {
                Some(seen.in_field(Finding::new(Code::SignerMissing).seen(&field.printed), &spec.id))
            }
            Some(_) => None,
        });
        doubtful.collect()
    }
}
