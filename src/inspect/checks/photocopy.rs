//! A paper in colour, scanned in colour: a gray picture is of a photocopy, or hides whether it is one.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(super) struct Photocopy;

impl Check for Photocopy {
    fn name(&self) -> &'static str {
        "photocopy"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let seal_page = seen.form().and_then(|form| seen.page_of(form.seal_page));
        let gray = |(at, page): &(usize, &crate::inspect::seen::SeenPage)| {
            let colour = &page.measures.colour;
            // A page without a seal may have no colour of its own; equal channels are a gray scan on any page.
            !page.is_blank() && (colour.channels_equal || (colour.grey && seal_page.is_none_or(|seal_page| seal_page == *at)))
        };
        seen.pages.iter().enumerate().filter(gray).map(|(at, _)| Finding::new(Code::Photocopy).on_page(at)).collect()
    }
}
