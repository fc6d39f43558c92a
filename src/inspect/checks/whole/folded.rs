//! Where the sheet was folded. A fold speaks against nothing; what stands on a crease is for a person to look at twice.

use super::super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(in crate::inspect::checks) struct Folded;

impl Check for Folded {
    fn name(&self) -> &'static str {
        "folded"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let pages = seen.pages.iter().enumerate().filter(|(_, page)| !page.is_blank());
        pages
            .flat_map(|(at, page)| page.measures.folds.iter().map(move |rect| Finding::new(Code::Folded).on_page(at).at(page.region(rect))))
            .collect()
    }
}
