//! No reflected light on the paper. White around a printed code is none.

use super::super::Check;
use super::printed;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(in crate::inspect::checks) struct Glare;

impl Check for Glare {
    fn name(&self) -> &'static str {
        "glare"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, page) in printed(seen) {
            let on_code = |rect: &bansao_scan::Rect| page.symbols.iter().any(|symbol| symbol.bbox.intersection(rect).area() > 0);
            let spots = page.measures.glare.iter().filter(|rect| !on_code(rect));
            findings.extend(spots.map(|rect| Finding::new(Code::Glare).on_page(at).at(page.region(rect))));
        }
        findings
    }
}
