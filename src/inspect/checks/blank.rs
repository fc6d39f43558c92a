//! Something stands on every page that the form has; a blank page beyond them is the back of a sheet.

use super::Check;
use crate::finding::{Code, Finding, Severity};
use crate::inspect::seen::Seen;

pub(super) struct Blank;

impl Check for Blank {
    fn name(&self) -> &'static str {
        "blank"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let all_needed = seen.form().is_none_or(|form| seen.pages.len() <= form.pages.len());
        let blank = |at: usize| {
            let finding = Finding::new(Code::BlankPage).on_page(at);
            if all_needed { finding } else { finding.weighing(Severity::Info) }
        };
        seen.pages.iter().enumerate().filter(|(_, page)| page.is_blank()).map(|(at, _)| blank(at)).collect()
    }
}
