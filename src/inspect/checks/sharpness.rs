//! Letters with sharp edges.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(super) struct Sharpness;

/// Sharp scans at 200 and 300 dpi have edges of 0.20 to 0.45 mm.
const WIDEST_MM: f32 = 0.58;
/// One region may hold nothing but a pattern or a pen; half of them may not.
const WIDEST_REGION_MM: f32 = 0.95;

impl Check for Sharpness {
    fn name(&self) -> &'static str {
        "sharpness"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let pages = seen.pages.iter().enumerate().filter(|(_, page)| !page.is_blank());
        let blurred = pages.filter(|(_, page)| {
            let sharpness = &page.measures.sharpness;
            sharpness.regions >= 3 && (sharpness.median_mm > WIDEST_MM || sharpness.worst_mm > WIDEST_REGION_MM)
        });
        blurred
            .map(|(at, page)| {
                let width = page.measures.sharpness.median_mm;
                Finding::new(Code::Blurred).on_page(at).seen(format!("{width:.2} mm")).expected(format!("{WIDEST_MM} mm"))
            })
            .collect()
    }
}
