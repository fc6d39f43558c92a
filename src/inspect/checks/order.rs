//! B1, T1: dates in the order of life: birth, death, registration, issue.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;

pub(super) struct Order;

impl Check for Order {
    fn name(&self) -> &'static str {
        "order"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in seen.rules() {
            if let Rule::InOrder { dates, code } = rule {
                findings.extend(broken(seen, dates, *code));
            }
        }
        findings
    }
}

/// The first date that is surely before one that is named before it.
fn broken(seen: &Seen<'_>, dates: &[String], code: Code) -> Option<Finding> {
    let known: Vec<_> = dates.iter().filter_map(|id| seen.date(id).map(|date| (id, date))).collect();
    for (at, (id, date)) in known.iter().enumerate() {
        let earlier = known.iter().take(at).find(|(_, earlier)| date.surely_before(earlier));
        if let Some((other, bound)) = earlier {
            let finding = Finding::new(code).seen(date).expected(format!("{other} {bound}"));
            return Some(seen.in_field(finding, id));
        }
    }
    None
}
