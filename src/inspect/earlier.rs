//! The same original certified before: how it is known again, and what was different then.
//!
//! An original is known by its kind, number and date, and by the picture of its pages. The same facts again are no
//! matter: a citizen may ask for a copy twice. Other facts under the same number, or the same picture with another number,
//! are: one of the two papers was altered, or one of the readings is wrong. Pure; the looking up is the caller's.

use bansao_scan::Fingerprint;

use super::forms::{FieldType, Form};
use super::register::agrees;
use super::report::InspectionReport;
use crate::finding::{Code, Finding, Severity};
use crate::record::{CertificationNo, Facts, fold};

/// Pages whose fingerprints differ in no more signs than this may be one paper.
pub const NEAREST: u32 = 36;

/// What kind, number and date make of an original: the text whose keyed hash is kept. `None` where one was not read.
pub fn identity(form: &Form, facts: &Facts) -> Option<String> {
    let naming = |id: &&String| {
        let kind = form.field(id).map(|spec| spec.kind);
        matches!(kind, Some(FieldType::RegistrationNo | FieldType::LandSerial | FieldType::Date))
    };
    let mut text = form.kind.to_string();
    let mut named = 0;
    for id in form.register_key.iter().filter(naming) {
        let value: String = fold(facts.get(id)?).chars().filter(|c| c.is_alphanumeric()).collect();
        text.push('|');
        text.push_str(&value);
        named += 1;
    }
    (named > 0).then_some(text)
}

/// What an earlier copy says against the paper, or that it says the same.
///
/// `same_identity`: kind, number and date are the same. Otherwise the pictures are alike, which papers of one form may be by
/// chance: then half of what both state must agree as well.
pub fn compare_with_earlier(
    report: &InspectionReport,
    form: &Form,
    earlier: &Facts,
    number: &CertificationNo,
    same_identity: bool,
) -> Vec<Finding> {
    let kind_of = |id: &str| form.field(id).map_or(FieldType::Text, |spec| spec.kind);
    let both: Vec<(&String, &str, &str)> =
        form.register_compare.iter().filter_map(|id| Some((id, report.value(id)?, earlier.get(id)?))).collect();
    let (same, different): (Vec<_>, Vec<_>) = both.into_iter().partition(|(id, now, then)| agrees(kind_of(id), now, then));
    // Numbers run anew in each office: another place is another paper.
    let elsewhere = different.iter().any(|(id, ..)| id.as_str() == "registration_place");
    let alike = same.len() > different.len();
    if if same_identity { elsewhere && !alike } else { !alike } {
        return Vec::new();
    }
    if different.is_empty() {
        return vec![Finding::new(Code::CertifiedBefore).seen(number)];
    }
    let differing = different.into_iter().map(|(id, now, then)| {
        let mut finding = Finding::new(Code::CertifiedBefore).weighing(Severity::Error).in_field(id).seen(now).expected(then);
        if let Some(field) = report.fields.iter().find(|field| field.id == *id) {
            finding.locus.page = Some(field.page);
            finding.locus.region = field.region;
        }
        finding
    });
    differing.collect()
}

/// A fingerprint as the report keeps it.
pub fn to_hex(print: &Fingerprint) -> String {
    print.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The fingerprint that [`to_hex`] wrote.
pub fn from_hex(text: &str) -> Option<Fingerprint> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(Fingerprint::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::forms::FormSet;
    use crate::inspect::report::{Field, FieldSource};

    const FACTS: [(&str, &str); 5] = [
        ("full_name", "LÊ THỊ LIỄU"),
        ("birth_date", "19/04/2010"),
        ("registration_no", "92/2010"),
        ("registration_date", "11/06/2010"),
        ("registration_place", "Ủy ban nhân dân xã Kim Hiệp, tỉnh Phú Thọ"),
    ];

    fn facts(changes: &[(&str, &str)]) -> Facts {
        let value = |id: &str, value: &str| changes.iter().find(|change| change.0 == id).map_or(value, |change| change.1).to_owned();
        FACTS.iter().map(|(id, text)| ((*id).to_owned(), value(id, text))).collect()
    }

    fn report(facts: &Facts) -> InspectionReport {
        let field = |(id, value): (&str, &str)| Field {
            id: id.into(),
            value: value.into(),
            printed: value.into(),
            confidence: 0.9,
            page: 0,
            region: None,
            source: FieldSource::Ocr,
            alternatives: vec![],
        };
        let fields = facts.iter().map(field).collect();
        InspectionReport { kind: None, form: None, pages: vec![], fields, findings: vec![], inspector: String::new() }
    }

    fn compared(now: &[(&str, &str)], same_identity: bool) -> Vec<(Severity, Option<String>)> {
        let forms = FormSet::embedded().unwrap();
        let form = forms.form("birth_2010").unwrap();
        let number = CertificationNo { agency: "a".into(), year: 2026, book: 1, number: 7, symbol: "SCT/BS".into() };
        let findings = compare_with_earlier(&report(&facts(now)), form, &facts(&[]), &number, same_identity);
        findings.into_iter().map(|finding| (finding.severity, finding.locus.field)).collect()
    }

    #[test]
    fn the_same_facts_are_noted_and_others_are_held_against_the_paper() {
        assert_eq!(compared(&[], true), [(Severity::Info, None)]);
        assert_eq!(compared(&[("birth_date", "19/04/2011")], true), [(Severity::Error, Some("birth_date".into()))]);
        // The same picture under another number.
        assert_eq!(compared(&[("registration_no", "93/2010")], false), [(Severity::Error, Some("registration_no".into()))]);
        // Another office's paper of the same number, and another person's that looks alike.
        let other = [("full_name", "TRẦN VĂN BA"), ("birth_date", "1/1/2010"), ("registration_place", "Ủy ban nhân dân phường Trúc Bạch")];
        assert_eq!(compared(&other, true), []);
        assert_eq!(compared(&[other[0], other[1], other[2], ("registration_no", "1/2010")], false), []);
    }

    #[test]
    fn originals_are_named_by_kind_number_and_date() {
        let forms = FormSet::embedded().unwrap();
        let form = forms.form("birth_2010").unwrap();
        assert_eq!(identity(form, &facts(&[])).as_deref(), Some("birth_certificate|922010|11062010"));
        assert_eq!(identity(form, &facts(&[("full_name", "X")])), identity(form, &facts(&[])));
        assert_eq!(identity(form, &facts(&[("registration_no", "")])), None);
    }

    #[test]
    fn fingerprints_are_kept_as_text() {
        let print = Fingerprint::from_bytes(std::array::from_fn(|at| at as u8 * 7));
        assert_eq!(from_hex(&to_hex(&print)), Some(print));
        assert_eq!(from_hex("00"), None);
        assert_eq!(from_hex(&"é".repeat(32)), None);
    }
}
