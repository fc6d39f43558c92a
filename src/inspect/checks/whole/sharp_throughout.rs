//! No part of a sharp page is blurred: what stands there was read with less certainty than its letters show.

use super::super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(in crate::inspect::checks) struct SharpThroughout;

impl Check for SharpThroughout {
    fn name(&self) -> &'static str {
        "sharp_throughout"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let pages = seen.pages.iter().enumerate().filter(|(_, page)| !page.is_blank());
        let parts = pages.flat_map(|(at, page)| page.measures.blurred.iter().map(move |rect| (at, page.region(rect))));
        parts.map(|(at, region)| Finding::new(Code::BlurredPart).on_page(at).at(region)).collect()
    }
}
