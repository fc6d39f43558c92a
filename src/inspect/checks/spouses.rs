//! M3: two people, not one.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::{FieldType, Rule};
use crate::inspect::read::value::identity_number;
use crate::inspect::seen::Seen;
use crate::record::same_text;

pub(super) struct Spouses;

impl Check for Spouses {
    fn name(&self) -> &'static str {
        "spouses"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let same = seen.rules().iter().filter_map(|rule| match rule {
            Rule::Differ { one, other } => {
                let (a, b) = (seen.value(one)?, seen.value(other)?);
                let document = seen.spec(one).is_some_and(|spec| spec.kind == FieldType::IdentityDocument);
                let equal =
                    if document { identity_number(a).is_some() && identity_number(a) == identity_number(b) } else { same_text(a, b) };
                equal.then(|| seen.in_field(Finding::new(Code::SpouseColumns).seen(b), other))
            }
            _ => None,
        });
        same.collect()
    }
}
