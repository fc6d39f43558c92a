//! Grain far below the contrast of print.

use super::super::Check;
use super::printed;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(in crate::inspect::checks) struct Noise;

/// Deviation of the grain, levels of 255: scans have less than 1, a camera in good light up to 4.
const MOST: f32 = 8.0;

impl Check for Noise {
    fn name(&self) -> &'static str {
        "noise"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let grainy = printed(seen).filter(|(_, page)| page.measures.noise > MOST);
        let finding = |noise: f32| Finding::new(Code::Noisy).seen(format!("{noise:.1}")).expected(format!("{MOST}"));
        grainy.map(|(at, page)| finding(page.measures.noise).on_page(at)).collect()
    }
}
