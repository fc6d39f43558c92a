//! The whole sheet is in the picture: no print runs out of it, and it is as large as its form.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(super) struct Crop;

/// Print on an edge: a border's corner or a fold may touch it.
const EDGE_MM: f32 = 6.0;
/// A sheet may lie askew in the picture, or the picture show nothing but it.
const LEAST_SIZE: f32 = 0.93;

impl Check for Crop {
    fn name(&self) -> &'static str {
        "crop"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, page) in seen.pages.iter().enumerate() {
            let touched = page.measures.crop.worst_mm();
            if touched > EDGE_MM {
                findings.push(Finding::new(Code::Cropped).on_page(at).seen(format!("{touched:.0} mm")));
                continue;
            }
            let number = seen.recognised.and_then(|recognised| recognised.pages.get(at).copied().flatten());
            let spec = number.and_then(|number| seen.form()?.pages.get(number));
            if let Some(spec) = spec.filter(|_| page.measures.resolution.believed) {
                let (wide, high) = page.measures.resolution.size_mm;
                let turned = page.measures.facing.quarter_turns % 2 == 1;
                let (wide, high) = if turned { (high, wide) } else { (wide, high) };
                let (form_wide, form_high) = spec.size_mm;
                // Forms come in several sizes: only one that is short on one side and not on the other was cut.
                let (across, down) = (wide / form_wide, high / form_high);
                if across.min(down) < LEAST_SIZE && across.min(down) < across.max(down) * LEAST_SIZE {
                    findings.push(
                        Finding::new(Code::Cropped)
                            .on_page(at)
                            .seen(format!("{wide:.0} × {high:.0} mm"))
                            .expected(format!("{form_wide:.0} × {form_high:.0} mm")),
                    );
                }
            }
        }
        findings
    }
}
