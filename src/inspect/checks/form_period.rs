//! L1, L2: the form was in use on the day of issue.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;

pub(super) struct FormPeriod;

impl Check for FormPeriod {
    fn name(&self) -> &'static str {
        "form_period"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in seen.rules() {
            let Rule::FormPeriod { date, from, until } = rule else { continue };
            let Some(issued) = seen.date(date) else { continue };
            if until.zip(issued.latest()).is_some_and(|(until, latest)| latest > until) {
                findings.push(seen.in_field(Finding::new(Code::OldFormAfterEnd).seen(issued), date));
            }
            if from.zip(issued.earliest()).is_some_and(|(from, earliest)| earliest < from) {
                findings.push(seen.in_field(Finding::new(Code::SerialFormDiffers).seen(issued), date));
            }
        }
        findings
    }
}
