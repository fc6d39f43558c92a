//! D1: every date is one of the calendar, and not in the future.

use super::Check;
use super::fields::LEAST_CONFIDENCE;
use crate::finding::{Code, Finding};
use crate::inspect::forms::FieldType;
use crate::inspect::seen::Seen;
use crate::record::{DateError, PartialDate};

pub(super) struct Dates;

impl Check for Dates {
    fn name(&self) -> &'static str {
        "dates"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let dated = seen.fields.iter().filter(|field| {
            let kind = seen.spec(&field.id).map(|spec| spec.kind);
            matches!(kind, Some(FieldType::Date | FieldType::Year)) && field.confidence >= LEAST_CONFIDENCE
        });
        for field in dated {
            match PartialDate::parse(&field.value) {
                Ok(date) if date.earliest().is_some_and(|earliest| earliest > seen.today) => {
                    findings.push(seen.in_field(Finding::new(Code::DateInFuture).seen(&field.value).expected(seen.today), &field.id));
                }
                Ok(_) => {}
                Err(DateError::NotInCalendar(_)) => {
                    findings.push(seen.in_field(Finding::new(Code::DateInvalid).seen(&field.value), &field.id));
                }
                Err(_) => findings.push(seen.in_field(Finding::new(Code::FieldUnreadable).seen(&field.printed), &field.id)),
            }
        }
        findings
    }
}
