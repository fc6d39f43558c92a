//! What was read against what the register holds: pure comparison; the looking up is the caller's.
//!
//! A field that the register has and the paper does not show, or that was not read, counts as a difference: only full
//! agreement lets a copy pass without a person.
//!
//! A name that was read unsurely, and is in the register as it was read, is read: no slip makes the register's own name. One of
//! several readings is enough, where the value chosen differs from it in two letters or marks at most. Nothing else is settled so:
//! a slip in a digit is a forgery as well as a misreading, and doubt about an address was what spoke against a forged one.

use super::forms::{FieldType, Form};
use super::read::text::text_distance;
use super::read::value::identity_number;
use super::report::InspectionReport;
use crate::finding::{Code, Finding};
use crate::record::{Facts, PartialDate, fold, fold_loose, same_text};

/// The facts by which the register is asked; `None` where one of them was not read.
pub fn register_query(report: &InspectionReport, form: &Form) -> Option<Facts> {
    let value = |id: &String| report.value(id).map(|value| (id.clone(), value.to_owned()));
    form.register_key.iter().map(value).collect()
}

/// `REGISTER_MATCH` when every compared field of the register's entry says what was read, else `REGISTER_MISMATCH` for
/// each that does not.
pub fn compare_with_register(report: &InspectionReport, form: &Form, register: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut compared = 0;
    for id in &form.register_compare {
        let Some(truth) = register.get(id) else { continue };
        compared += 1;
        let field = report.fields.iter().find(|field| field.id == *id);
        let kind = form.field(id).map_or(FieldType::Text, |spec| spec.kind);
        if field.is_some_and(|field| agrees(kind, &field.value, truth)) {
            continue;
        }
        let mut finding = Finding::new(Code::RegisterMismatch).in_field(id).expected(truth);
        if let Some(field) = field {
            finding = finding.on_page(field.page).seen(&field.value);
            finding.locus.region = field.region;
        }
        findings.push(finding);
    }
    // An entry that says nothing of this paper proves nothing.
    let keyed = form.register_key.iter().all(|id| register.get(id).is_some());
    if findings.is_empty() && compared > 0 && keyed {
        findings.push(Finding::new(Code::RegisterMatch).seen(compared));
    } else if findings.is_empty() {
        findings.push(not_found());
    }
    findings
}

/// Holds the report against the register's entries for it: doubts that the entry that fits best settles are settled, and what
/// is said of it comes back. No entry: [`not_found`].
pub fn hold_against(report: &mut InspectionReport, form: &Form, entries: &[Facts]) -> Vec<Finding> {
    let Some(entry) = entries.iter().min_by_key(|entry| compare_with_register(report, form, entry).len()) else { return vec![not_found()] };
    let mut findings = settle(report, form, entry);
    findings.extend(compare_with_register(report, form, entry));
    findings
}

/// Letters and marks by which a reading that was chosen may differ from one that the register bears out.
const SLIPS: usize = 2;

/// Takes the register's word for values that were read unsurely; a finding for each that one of several readings gave.
fn settle(report: &mut InspectionReport, form: &Form, entry: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut borne_out = Vec::new();
    for (id, truth) in form.register_compare.iter().filter_map(|id| Some((id, entry.get(id)?))) {
        let Some(field) = report.fields.iter_mut().find(|field| field.id == *id) else { continue };
        let kind = form.field(id).map_or(FieldType::Text, |spec| spec.kind);
        if kind == FieldType::Name && !same_text(&field.value, truth) {
            let near = text_distance(&fold(&field.value), &fold(truth), SLIPS).is_some();
            let Some(at) = field.alternatives.iter().position(|other| near && same_text(other, truth)) else { continue };
            let confirmed = field.alternatives.swap_remove(at);
            let chosen = std::mem::replace(&mut field.value, confirmed);
            let mut finding = Finding::new(Code::ReadByRegister).in_field(id).on_page(field.page).seen(&chosen).expected(&field.value);
            finding.locus.region = field.region;
            field.alternatives.push(chosen);
            findings.push(finding);
        }
        if kind == FieldType::Name && same_text(&field.value, truth) {
            borne_out.push(id.clone());
        }
    }
    report.findings.retain(|finding| {
        finding.code != Code::FieldUnreadable || finding.locus.field.as_ref().is_none_or(|field| !borne_out.contains(field))
    });
    findings
}

/// The register has no such entry.
pub fn not_found() -> Finding {
    Finding::new(Code::RegisterNotFound)
}

/// The register did not answer; `why` says how, without personal data.
pub fn unavailable(why: &str) -> Finding {
    Finding::new(Code::RegisterUnavailable).seen(why)
}

pub(super) fn agrees(kind: FieldType, read: &str, truth: &str) -> bool {
    match kind {
        FieldType::Date | FieldType::Year => {
            matches!((PartialDate::parse(read), PartialDate::parse(truth)), (Ok(a), Ok(b)) if a == b)
        }
        FieldType::PersonalId | FieldType::Digits | FieldType::RegistrationNo | FieldType::LandSerial | FieldType::LandRegisterNo => {
            letters_and_digits(read) == letters_and_digits(truth)
        }
        FieldType::Area => number(read).is_some() && number(read) == number(truth),
        FieldType::IdentityDocument => {
            identity_number(truth).is_some() && identity_number(read) == identity_number(truth) && same_digits(read, truth)
        }
        FieldType::Place | FieldType::Text | FieldType::Issuer => same_place(read, truth),
        _ => same_text(read, truth),
    }
}

fn letters_and_digits(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn number(text: &str) -> Option<String> {
    let first = text.split(' ').next()?;
    first.bytes().any(|b| b.is_ascii_digit()).then(|| first.replace('.', ","))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn same_digits(a: &str, b: &str) -> bool {
    digits(a) == digits(b)
}

/// Word by word: equal without marks, or one letter off in a word of four; never in a word with a digit.
fn same_place(read: &str, truth: &str) -> bool {
    let words = |text: &str| fold(text).split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (read, truth) = (words(read), words(truth));
    read.len() == truth.len() && read.iter().zip(&truth).all(|(a, b)| same_word(a, b))
}

fn same_word(a: &str, b: &str) -> bool {
    if a.chars().chain(b.chars()).any(|c| c.is_ascii_digit()) {
        return a == b;
    }
    let (a, b) = (fold_loose(a), fold_loose(b));
    a == b || (a.chars().count().min(b.chars().count()) >= 4 && text_distance(&a, &b, 1).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::forms::FormSet;
    use crate::inspect::report::{Field, FieldSource};

    fn report(pairs: &[(&str, &str)]) -> InspectionReport {
        let field = |(id, value): &(&str, &str)| Field {
            id: (*id).into(),
            value: (*value).into(),
            printed: (*value).into(),
            confidence: 0.9,
            page: 0,
            region: None,
            source: FieldSource::Ocr,
            alternatives: vec![],
        };
        let fields = pairs.iter().map(field).collect();
        InspectionReport { kind: None, form: None, pages: vec![], fields, findings: vec![], inspector: String::new() }
    }

    const RECORD: [(&str, &str); 5] = [
        ("full_name", "LÊ THỊ LIỄU"),
        ("birth_date", "19/04/2010"),
        ("registration_no", "92/2010"),
        ("registration_date", "11/06/2010"),
        ("birth_place", "Trạm Y tế xã Kim Hiệp, tỉnh Phú Thọ"),
    ];

    fn compare(read: &[(&str, &str)]) -> Vec<Code> {
        let forms = FormSet::embedded().unwrap();
        let register: Facts = RECORD.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect();
        compare_with_register(&report(read), forms.form("birth_2010").unwrap(), &register).iter().map(|f| f.code).collect()
    }

    #[test]
    fn full_agreement_matches_and_a_slip_in_a_place_is_borne() {
        assert_eq!(compare(&RECORD), [Code::RegisterMatch]);
        let mut slip = RECORD;
        slip[0].1 = "Lê Thị Liễu";
        slip[4].1 = "Trạm Y tê xã Kim Hiêp, tỉnh Phú Thọ";
        assert_eq!(compare(&slip), [Code::RegisterMatch]);
    }

    #[test]
    fn any_other_difference_or_absence_does_not() {
        for (at, value) in [(0, "LÊ THỊ LIÊU"), (1, "19/04/2011"), (2, "93/2010"), (4, "Trạm Y tế xã Kim, tỉnh Phú Thọ")] {
            let mut changed = RECORD;
            changed[at].1 = value;
            assert_eq!(compare(&changed), [Code::RegisterMismatch], "{value}");
        }
        assert_eq!(compare(&RECORD[..4]), [Code::RegisterMismatch]);
    }

    /// What is said of the child's name, read as the first with the others as alternatives and found unreadable.
    fn held(read: &str, others: &[&str]) -> (Vec<Code>, String) {
        let forms = FormSet::embedded().unwrap();
        let mut pairs = RECORD;
        pairs[0].1 = read;
        let mut report = report(&pairs);
        report.fields[0].alternatives = others.iter().map(|other| (*other).to_owned()).collect();
        report.findings =
            vec![Finding::new(Code::FieldUnreadable).in_field("full_name"), Finding::new(Code::FieldUnreadable).in_field("birth_date")];
        let register: Facts = RECORD.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect();
        let answer = hold_against(&mut report, forms.form("birth_2010").unwrap(), &[register]);
        (report.findings.iter().chain(&answer).map(|finding| finding.code).collect(), report.fields[0].value.clone())
    }

    #[test]
    fn the_register_settles_between_readings_of_a_name() {
        let (codes, value) = held("LÊ THỊ LIÊU", &["LỀ THỊ LIỄU", "LÊ THỊ LIỄU"]);
        assert_eq!(codes, [Code::FieldUnreadable, Code::ReadByRegister, Code::RegisterMatch], "the date stays in doubt");
        assert_eq!(value, "LÊ THỊ LIỄU");
        let (codes, _) = held("LÊ THỊ LIỄU", &[]);
        assert_eq!(codes, [Code::FieldUnreadable, Code::RegisterMatch], "read as the register has it");
    }

    #[test]
    fn it_puts_no_word_into_the_readings_mouths() {
        let (codes, value) = held("LÊ THỊ LIÊU", &["LÊ THỊ LIẾU"]);
        assert_eq!(codes, [Code::FieldUnreadable, Code::FieldUnreadable, Code::RegisterMismatch], "no reading says so");
        assert_eq!(value, "LÊ THỊ LIÊU");
        let (codes, _) = held("LÊ THỊ HẢI", &["LÊ THỊ LIỄU"]);
        assert_eq!(codes.last(), Some(&Code::RegisterMismatch), "another name, not a slip");
    }
}
