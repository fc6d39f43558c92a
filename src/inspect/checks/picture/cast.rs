//! White light: under any other, red and blue ink cannot be told.

use super::super::Check;
use super::{is_red_cover, printed};
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(in crate::inspect::checks) struct Cast;

/// Blue and green of the paper as shares of its red. Specimens, pink paper included, have 0.87 to 1.02 and 0.88 to 1.05.
const BLUE: std::ops::RangeInclusive<f32> = 0.68..=1.35;
const GREEN: std::ops::RangeInclusive<f32> = 0.76..=1.25;

impl Check for Cast {
    fn name(&self) -> &'static str {
        "cast"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, page) in printed(seen).filter(|(_, page)| !is_red_cover(page)) {
            let [red, green, blue] = page.measures.colour.paper.map(|level| f32::from(level).max(1.0));
            if !BLUE.contains(&(blue / red)) || !GREEN.contains(&(green / red)) {
                findings.push(Finding::new(Code::ColourCast).on_page(at).seen(format!("{red:.0} {green:.0} {blue:.0}")));
            }
        }
        findings
    }
}
