//! Nothing lies on the paper.

use super::super::Check;
use super::printed;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(in crate::inspect::checks) struct Occluded;

impl Check for Occluded {
    fn name(&self) -> &'static str {
        "occluded"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, page) in printed(seen) {
            findings.extend(page.measures.covers.iter().map(|rect| Finding::new(Code::Occluded).on_page(at).at(page.region(rect))));
        }
        findings
    }
}
