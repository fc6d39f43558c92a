//! Every mandatory field is there and surely read.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::{FieldSpec, FieldType};
use crate::inspect::seen::Seen;

pub(super) struct Mandatory;

/// A value read with less is not taken for read.
pub(super) const LEAST_CONFIDENCE: f32 = 0.55;
/// In an address one word in doubt leaves the rest.
const LEAST_OF_LONG: f32 = 0.4;

impl Check for Mandatory {
    fn name(&self) -> &'static str {
        "fields"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let Some(form) = seen.form().filter(|form| form.certified && !form.copy) else { return Vec::new() };
        let mut findings = Vec::new();
        for spec in &form.fields {
            if matches!(spec.kind, FieldType::SignerName | FieldType::SignerTitle) || missing(seen, spec) {
                continue;
            }
            match seen.field(&spec.id) {
                None if spec.mandatory => findings.push(Finding::new(Code::FieldMissing).in_field(&spec.id)),
                // What a rule rests on must be sure as well, or the rule would be silent on a guess.
                Some(field) if field.confidence < least(spec) && (spec.mandatory || ruled(seen, &spec.id)) => {
                    findings.push(seen.in_field(Finding::new(Code::FieldUnreadable).seen(&field.printed), &spec.id));
                }
                _ => {}
            }
        }
        findings
    }
}

fn least(spec: &FieldSpec) -> f32 {
    if spec.kind.runs_on() && spec.kind != FieldType::DateWords { LEAST_OF_LONG } else { LEAST_CONFIDENCE }
}

/// Whether the page of the field is not there: that has a finding of its own.
pub(super) fn missing(seen: &Seen<'_>, spec: &FieldSpec) -> bool {
    seen.page_of(spec.page).is_none()
}

fn ruled(seen: &Seen<'_>, id: &str) -> bool {
    seen.rules().iter().any(|rule| rule.fields().iter().any(|field| *field == id))
}
