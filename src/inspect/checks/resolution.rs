//! At least 200 dots per inch of paper, and not by enlarging (Nghị định 30/2020/NĐ-CP, Phụ lục I).

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(super) struct Resolution;

const LEAST_DPI: f32 = 200.0;
/// Declared resolutions are rounded, papers shrink.
const SLACK: f32 = 0.97;
/// Letters' edges as wide as those of a scan at this resolution betray an enlarged picture.
const LEAST_TRUE_DPI: f32 = 110.0;

impl Check for Resolution {
    fn name(&self) -> &'static str {
        "resolution"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let low = |resolution: &bansao_scan::measure::Resolution| {
            if resolution.dpi < LEAST_DPI * SLACK {
                return Some(resolution.dpi);
            }
            (resolution.true_dpi < LEAST_TRUE_DPI).then_some(resolution.true_dpi)
        };
        let pages = seen.pages.iter().enumerate();
        pages
            .filter_map(|(at, page)| low(&page.measures.resolution).map(|dpi| (at, dpi)))
            .map(|(at, dpi)| Finding::new(Code::LowResolution).on_page(at).seen(format!("{dpi:.0} dpi")).expected("200 dpi"))
            .collect()
    }
}
