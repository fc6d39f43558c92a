//! A photograph shows one whole sheet, so that it can be made flat.

use bansao_scan::sheet::{Doubt, Sheet};

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::seen::{Seen, SeenPage};

pub(super) struct SheetSeen;

impl Check for SheetSeen {
    fn name(&self) -> &'static str {
        "sheet"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let pages = seen.pages.iter().enumerate();
        pages.filter_map(|(at, page)| doubt(page).map(|why| Finding::new(Code::SheetUnclear).on_page(at).seen(why))).collect()
    }
}

/// A scan whose paper comes out at its size is whole, whatever edges are seen on it.
fn doubt(page: &SeenPage) -> Option<&'static str> {
    let Sheet::Doubtful(doubt) = page.sheet else { return None };
    let sized = page.measures.resolution.believed && page.measures.resolution.paper.is_some();
    match doubt {
        Doubt::CutOff | Doubt::TooSkewed | Doubt::TooSmall if sized => None,
        Doubt::TooSmall => Some("too small"),
        Doubt::TooSkewed => Some("too skewed"),
        Doubt::CutOff => Some("cut off"),
        Doubt::Several => Some("several sheets"),
        _ => Some("unclear"),
    }
}
