//! B2, M3: an identity number of the right form, and what it says of gender, year of birth and place.

use super::Check;
use super::fields::LEAST_CONFIDENCE;
use crate::finding::{Code, Finding};
use crate::inspect::forms::{FieldType, Rule};
use crate::inspect::read::value::identity_number;
use crate::inspect::seen::Seen;
use crate::inspect::units::{codes_of_address, province_of_code};
use crate::record::{Gender, PersonalId};

pub(super) struct Identity;

impl Check for Identity {
    fn name(&self) -> &'static str {
        "identity"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = invalid(seen);
        for rule in seen.rules() {
            if let Rule::IdAgrees { id, birth, gender, is, place } = rule {
                let Some(number) = number(seen, id) else { continue };
                findings.extend(birth.as_ref().and_then(|birth| year(seen, id, &number, birth)));
                let stated = gender.as_ref().and_then(|gender| seen.value(gender)).and_then(Gender::parse);
                if stated.is_some_and(|stated| stated != number.gender()) {
                    findings.push(seen.in_field(Finding::new(Code::IdGenderDiffers).seen(number.as_str()), id));
                }
                if is.as_deref().and_then(Gender::parse).is_some_and(|expected| expected != number.gender()) {
                    findings.push(seen.in_field(Finding::new(Code::SpouseColumns).seen(number.as_str()), id));
                }
                findings.extend(place.as_ref().and_then(|place| elsewhere(seen, id, &number, place)));
            }
        }
        findings
    }
}

/// A place code that nobody has, or that of another province than the one where the birth was registered. Codes of
/// countries and of units that are yet to come exist too, so it is only shown.
fn elsewhere(seen: &Seen<'_>, id: &str, number: &PersonalId, place: &str) -> Option<Finding> {
    let finding = || seen.in_field(Finding::new(Code::IdPlaceDiffers), id);
    let Some(province) = province_of_code(number.place_code()) else { return Some(finding().seen(number.place_code())) };
    let codes = codes_of_address(seen.value(place)?);
    let differs = !codes.is_empty() && !codes.contains(&number.place_code());
    differs.then(|| finding().seen(format!("{} {}", province.code, province.name)).expected(codes.join(", ")))
}

/// Fields of personal ids that were read surely and have neither 12 nor 9 digits.
fn invalid(seen: &Seen<'_>) -> Vec<Finding> {
    let ids = seen.fields.iter().filter(|field| seen.spec(&field.id).is_some_and(|spec| spec.kind == FieldType::PersonalId));
    let wrong = ids.filter(|field| !matches!(field.value.len(), 9 | 12) || !field.value.bytes().all(|b| b.is_ascii_digit()));
    wrong.map(|field| seen.in_field(Finding::new(Code::IdInvalid).seen(&field.printed), &field.id)).collect()
}

fn number(seen: &Seen<'_>, id: &str) -> Option<PersonalId> {
    let field = seen.field(id).filter(|field| field.confidence >= LEAST_CONFIDENCE)?;
    PersonalId::parse(&identity_number(&field.value)?).ok()
}

fn year(seen: &Seen<'_>, id: &str, number: &PersonalId, birth: &str) -> Option<Finding> {
    let year = seen.date(birth)?.year;
    let differs = year != number.birth_year();
    differs.then(|| seen.in_field(Finding::new(Code::IdYearDiffers).seen(number.birth_year()).expected(year), id))
}
