//! Alteration of the scan by software: a place whose focus or grain is not that of its page. Refers, with
//! the place; never refuses, for a scanner's own doing may look alike.

use bansao_scan::forensic::TraceKind;

use super::Check;
use super::traces::altered;
use crate::finding::Finding;
use crate::inspect::seen::Seen;

pub(super) struct BySoftware;

impl Check for BySoftware {
    fn name(&self) -> &'static str {
        "altered_by_software"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        if seen.form().is_none_or(|form| !form.certified || form.copy) {
            return Vec::new();
        }
        altered(seen, &[TraceKind::Softer, TraceKind::Sharper, TraceKind::Grainier, TraceKind::Smooth])
    }
}
