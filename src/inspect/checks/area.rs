//! L4: a positive area; digits and words agree where both are printed.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::read::value::area_words_value;
use crate::inspect::seen::Seen;

pub(super) struct Area;

impl Check for Area {
    fn name(&self) -> &'static str {
        "area"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in seen.rules() {
            let Rule::Area { area, words } = rule else { continue };
            let Some(value) = seen.value(area) else { continue };
            let digits = hundredths(value);
            if digits.is_none_or(|digits| digits == 0) {
                findings.push(seen.in_field(Finding::new(Code::AreaInvalid).seen(value), area));
                continue;
            }
            let Some((id, spelled)) = words.as_ref().and_then(|id| seen.value(id).map(|spelled| (id, spelled))) else { continue };
            match area_words_value(spelled) {
                Some(stated) if Some(stated) != digits => {
                    findings.push(seen.in_field(Finding::new(Code::AreaInvalid).seen(spelled).expected(value), id));
                }
                Some(_) => {}
                None => findings.push(seen.in_field(Finding::new(Code::FieldUnreadable).seen(spelled), id)),
            }
        }
        findings
    }
}

/// `1.142,5 m²` in hundredths of a square metre; a point before three digits parts thousands.
fn hundredths(text: &str) -> Option<u64> {
    let number = text.split(' ').next()?.replace(',', ".");
    let parts: Vec<&str> = number.split('.').collect();
    let (whole, part) = match parts.as_slice() {
        [whole] => ((*whole).to_owned(), ""),
        [whole, part] if part.len() < 3 => ((*whole).to_owned(), *part),
        [whole @ .., part] if part.len() < 3 => (whole.concat(), *part),
        all => (all.concat(), ""),
    };
    let part: u64 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::hundredths;

    #[test]
    fn areas_as_printed() {
        for (text, value) in [("912,5 m²", 91_250), ("1.142,5 m²", 114_250), ("1340 m²", 134_000), ("1.340 m²", 134_000), ("0 m²", 0)]
        {
            assert_eq!(hundredths(text), Some(value), "{text}");
        }
    }
}
