//! B3: parents old enough to be parents, shown.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;

pub(super) struct ParentAge;

impl Check for ParentAge {
    fn name(&self) -> &'static str {
        "parent_age"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in seen.rules() {
            let Rule::ParentAge { child, parents, years } = rule else { continue };
            let Some(child) = seen.date(child) else { continue };
            for id in parents {
                let Some(parent) = seen.date(id) else { continue };
                if child.year - parent.year < i32::from(*years) {
                    findings.push(seen.in_field(Finding::new(Code::ParentAge).seen(parent.year).expected(child.year), id));
                }
            }
        }
        findings
    }
}
