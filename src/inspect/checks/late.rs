//! B1, T2: registration later than the law asks, noted.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;

pub(super) struct Late;

impl Check for Late {
    fn name(&self) -> &'static str {
        "late"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let late = seen.rules().iter().filter_map(|rule| match rule {
            Rule::Late { from, until, days } => {
                let (start, end) = (seen.date(from)?.day()?, seen.date(until)?.day()?);
                let taken = (end - start).whole_days();
                (taken > i64::from(*days)).then(|| seen.in_field(Finding::new(Code::RegistrationLate).seen(taken).expected(days), until))
            }
            _ => None,
        });
        late.collect()
    }
}
