//! No dots of a printer's screen: a form is printed in offset, and ink has none.

use super::super::Check;
use super::printed;
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(in crate::inspect::checks) struct Screen;

impl Check for Screen {
    fn name(&self) -> &'static str {
        "screen"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let screened = printed(seen).filter_map(|(at, page)| page.measures.screen.map(|screen| (at, page, screen)));
        screened
            .map(|(at, page, screen)| {
                let seen = format!("{:.0} lines/inch", screen.lines_per_inch);
                Finding::new(Code::PrintedCopy).on_page(at).at(page.region(&screen.rect)).seen(seen)
            })
            .collect()
    }
}
