//! L1: the serial has as many digits as serials of this form.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;

pub(super) struct Serial;

impl Check for Serial {
    fn name(&self) -> &'static str {
        "serial"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let differing = seen.rules().iter().filter_map(|rule| match rule {
            Rule::Serial { serial, digits } => {
                let value = seen.value(serial)?;
                let count = value.bytes().filter(u8::is_ascii_digit).count();
                let fits = digits.iter().any(|digits| usize::from(*digits) == count);
                (!fits).then(|| seen.in_field(Finding::new(Code::SerialFormDiffers).seen(value), serial))
            }
            _ => None,
        });
        differing.collect()
    }
}
