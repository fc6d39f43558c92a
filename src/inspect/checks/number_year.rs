//! N1: the year in a registration number is the year of registration.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;
use crate::record::RegistrationNo;

pub(super) struct NumberYear;

impl Check for NumberYear {
    fn name(&self) -> &'static str {
        "number_year"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let differing = seen.rules().iter().filter_map(|rule| match rule {
            Rule::NumberYear { number, date } => {
                let stated = RegistrationNo::parse(seen.value(number)?).ok()?.year?;
                let year = seen.date(date)?.year;
                (stated != year).then(|| seen.in_field(Finding::new(Code::NumberYearDiffers).seen(stated).expected(year), number))
            }
            _ => None,
        });
        differing.collect()
    }
}
