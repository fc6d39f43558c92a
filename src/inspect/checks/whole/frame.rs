//! The printed frame is in the picture on all four sides.

use bansao_scan::measure::Side;

use super::super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(in crate::inspect::checks) struct Frame;

impl Check for Frame {
    fn name(&self) -> &'static str {
        "frame"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let pages = seen.pages.iter().enumerate().filter(|(_, page)| !page.is_blank());
        let cut = pages.flat_map(|(at, page)| page.measures.cut_sides.iter().map(move |side| (at, side)));
        cut.map(|(at, side)| Finding::new(Code::Cropped).on_page(at).seen(named(*side))).collect()
    }
}

fn named(side: Side) -> &'static str {
    match side {
        Side::Left => "frame cut off at the left",
        Side::Top => "frame cut off at the top",
        Side::Right => "frame cut off at the right",
        Side::Bottom => "frame cut off at the bottom",
    }
}
