//! All pages of the form, and no page of anything else (P1).

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;

pub(super) struct Pages;

impl Check for Pages {
    fn name(&self) -> &'static str {
        "pages"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let Some(recognised) = seen.recognised.filter(|recognised| recognised.form.certified) else { return Vec::new() };
        let mut findings = Vec::new();
        let missing = (0..recognised.form.pages.len()).filter(|page| !recognised.pages.contains(&Some(*page))).count();
        if missing > 0 {
            let whole = recognised.form.pages.len();
            findings.push(Finding::new(Code::PagesMissing).seen(whole - missing).expected(whole));
        }
        for (at, page) in seen.pages.iter().enumerate() {
            let unplaced = recognised.pages.get(at).is_some_and(Option::is_none) && !page.is_blank();
            if recognised.strangers.contains(&at) || unplaced {
                findings.push(Finding::new(Code::PagesDiffer).on_page(at));
            }
        }
        findings.extend(seen.rules().iter().filter_map(|rule| match rule {
            Rule::Repeated { fields, page } => repeated(seen, fields, *page),
            _ => None,
        }));
        findings
    }
}

/// One of the values stands by itself on the other page too.
fn repeated(seen: &Seen<'_>, fields: &[String], page: usize) -> Option<Finding> {
    let at = seen.page_of(page)?;
    let text = seen.texts.get(at)?;
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).replace('.', ",");
    let stands = |value: &str| text.rows.iter().flat_map(|row| &row.words).any(|word| bare(&word.text) == value);
    let values: Vec<String> = fields.iter().filter_map(|id| seen.value(id)).filter_map(|value| value.split(' ').next().map(bare)).collect();
    if values.is_empty() || values.iter().any(|value| stands(value)) {
        return None;
    }
    Some(Finding::new(Code::PagesDiffer).on_page(at).expected(values.join(", ")))
}
