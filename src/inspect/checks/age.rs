//! M1, M2: old enough to marry on the day of registration.

use time::{Date, Month};

use super::Check;
use crate::finding::{Code, Finding, Severity};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;

pub(super) struct OfAge;

impl Check for OfAge {
    fn name(&self) -> &'static str {
        "of_age"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in seen.rules() {
            let Rule::OfAge { birth, on, years, from, until, warn } = rule else { continue };
            let (Some(born), Some(day)) = (seen.date(birth), seen.date(on).and_then(|date| date.day())) else { continue };
            let applies = from.is_none_or(|from| day >= from) && until.is_none_or(|until| day <= until);
            // A partial date of birth is taken at its latest: whoever may be under age is looked at.
            let Some(latest) = born.latest().filter(|_| applies) else { continue };
            if birthday(latest, i32::from(*years)).is_none_or(|reached| reached > day) {
                let finding = seen.in_field(Finding::new(Code::UnderAge).seen(born).expected(years), birth);
                findings.push(if *warn { finding.weighing(Severity::Warning) } else { finding });
            }
        }
        findings
    }
}

/// The day on which somebody born on `born` is `years` old; 1 March in place of a missing 29 February.
fn birthday(born: Date, years: i32) -> Option<Date> {
    let year = born.year() + years;
    born.replace_year(year).or_else(|_| Date::from_calendar_date(year, Month::March, 1)).ok()
}
