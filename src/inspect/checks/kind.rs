//! A kind that is certified here, recognised by its title, and the one that was declared.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(super) struct KindSeen;

impl Check for KindSeen {
    fn name(&self) -> &'static str {
        "kind"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let Some(recognised) = seen.recognised else {
            return vec![Finding::new(Code::UnknownKind)];
        };
        let form = recognised.form;
        if !form.certified {
            return vec![Finding::new(Code::UnknownKind).seen(&form.kind_name.vi)];
        }
        let mut findings = Vec::new();
        if recognised.title.is_none() {
            // Labels alone do not make a certificate: an officer reads the title.
            findings.push(Finding::new(Code::FieldUnreadable).in_field("title"));
        }
        if let Some(declared) = seen.declared.filter(|declared| **declared != form.kind) {
            findings.push(Finding::new(Code::KindMismatch).seen(&form.kind).expected(declared));
        }
        findings
    }
}
