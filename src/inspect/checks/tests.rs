//! The rules over fields, each broken by itself. What needs pixels is tested by `tests/inspection.rs`.

use time::macros::date;

use super::{CHECKS, Check, run};
use crate::finding::{Code, Finding};
use crate::inspect::forms::FormSet;
use crate::inspect::read::Recognised;
use crate::inspect::report::{Field, FieldSource};
use crate::inspect::seen::Seen;
use crate::record::Kind;

fn field(id: &str, value: &str) -> Field {
    Field {
        id: id.into(),
        value: value.into(),
        printed: value.into(),
        confidence: 0.95,
        page: 0,
        region: None,
        source: FieldSource::Ocr,
        alternatives: vec![],
    }
}

const BIRTH: &[(&str, &str)] = &[
    ("registration_no", "108/2024"),
    ("full_name", "ĐỖ TUYẾT NƯƠNG"),
    ("birth_date", "17/06/2024"),
    ("birth_date_words", "Ngày mười bảy tháng sáu năm hai nghìn không trăm hai mươi tư"),
    ("gender", "Nữ"),
    ("ethnicity", "Nùng"),
    ("nationality", "Việt Nam"),
    ("birth_place", "Bệnh viện Cần Thơ"),
    ("home_town", "Xã Xuân Đức"),
    ("personal_id", "092324941815"),
    ("mother.birth_year", "2000"),
    ("father.full_name", "Đỗ Công Lượng"),
    ("father.birth_year", "1988"),
    ("registration_place", "Ủy ban nhân dân xã Tân Trường"),
    ("registration_date", "02/08/2024"),
    ("signer_name", "Nguyễn Minh Phượng"),
    ("signer_title", "PHÓ CHỦ TỊCH"),
];

const MARRIAGE: &[(&str, &str)] = &[
    ("registration_no", "18/2017"),
    ("wife.full_name", "Nguyễn Thị Nương"),
    ("wife.birth_date", "18/11/1982"),
    ("wife.identity_document", "Căn cước công dân số 056182118538, cấp ngày 21/07/2016"),
    ("husband.full_name", "Ngô Gia Hùng"),
    ("husband.birth_date", "18/09/1982"),
    ("husband.identity_document", "Căn cước công dân số 004082393011, cấp ngày 03/02/2016"),
    ("registration_place", "Ủy ban nhân dân xã Vĩnh Lâm"),
    ("registration_date", "27/03/2017"),
];

const LAND: &[(&str, &str)] = &[
    ("land_serial_no", "DP 497299"),
    ("area", "1142,5 m²"),
    ("area_words", "Một nghìn một trăm bốn mươi hai phẩy năm mét vuông"),
    ("issue_date", "31/07/2020"),
];

const DEATH: &[(&str, &str)] = &[
    ("extract_no", "334/TLKT"),
    ("birth_date", "05/02/1924"),
    ("death_date", "10/03/2020"),
    ("registration_date", "17/03/2020"),
    ("issue_date", "17/03/2020"),
];

/// The codes that the checks of fields report for a form with these values, some of them changed.
fn codes(form: &str, values: &[(&str, &str)], changes: &[(&str, &str)]) -> Vec<Code> {
    let forms = FormSet::embedded().unwrap();
    let form = forms.form(form).unwrap();
    let recognised = Recognised { form, title: None, pages: (0..form.pages.len()).map(Some).collect(), strangers: vec![] };
    let changed =
        |id: &str, value: &str| changes.iter().find(|change| change.0 == id).map_or(value.to_owned(), |change| change.1.to_owned());
    let fields: Vec<Field> = values.iter().map(|(id, value)| field(id, &changed(id, value))).filter(|f| !f.value.is_empty()).collect();
    let seen = Seen {
        pages: &[],
        texts: &[],
        recognised: Some(&recognised),
        fields: &fields,
        forms: &forms,
        declared: None,
        today: date!(2026 - 11 - 21),
    };
    let of_fields: Vec<&dyn Check> = CHECKS.iter().copied().filter(|check| !matches!(check.name(), "kind" | "seal" | "pages")).collect();
    run(&of_fields, &seen)
        .iter()
        .map(|finding| finding.code)
        .filter(|code| *code != Code::FieldMissing && *code != Code::SignerMissing)
        .collect()
}

#[test]
fn sound_papers_have_no_findings() {
    assert_eq!(codes("birth_2015", BIRTH, &[]), []);
    assert_eq!(codes("marriage_2015", MARRIAGE, &[]), []);
    assert_eq!(codes("land_2009", LAND, &[]), []);
    assert_eq!(codes("death_2015", DEATH, &[]), []);
}

#[test]
fn each_rule_of_a_birth_speaks_when_it_is_broken() {
    let broken = |changes: &[(&str, &str)]| codes("birth_2015", BIRTH, changes);
    assert_eq!(broken(&[("birth_date_words", "Ngày mười tám tháng sáu năm hai nghìn không trăm hai mươi tư")]), [Code::DateWordsDiffer]);
    assert_eq!(broken(&[("registration_date", "02/05/2024")]), [Code::RegistrationBeforeBirth]);
    assert_eq!(broken(&[("registration_date", "02/10/2024")]), [Code::RegistrationLate]);
    assert_eq!(broken(&[("registration_date", "02/10/2030"), ("registration_no", "1/2030")]), [Code::DateInFuture, Code::RegistrationLate]);
    assert_eq!(broken(&[("registration_date", "31/02/2024")]), [Code::DateInvalid]);
    assert_eq!(broken(&[("personal_id", "092224941815")]), [Code::IdGenderDiffers]);
    assert_eq!(broken(&[("personal_id", "092319941815")]), [Code::IdYearDiffers]);
    assert_eq!(broken(&[("personal_id", "999324941815")]), [Code::IdPlaceDiffers]);
    let elsewhere = ("registration_place", "Ủy ban nhân dân xã Tân Trường, tỉnh Nam Định");
    assert_eq!(broken(&[elsewhere]), [Code::IdPlaceDiffers]);
    assert_eq!(broken(&[("registration_place", "Ủy ban nhân dân phường Tân An, thành phố Cần Thơ")]), []);
    assert_eq!(broken(&[("personal_id", "09232494181")]), [Code::IdInvalid]);
    assert_eq!(broken(&[("mother.birth_year", "2014")]), [Code::ParentAge]);
    assert_eq!(broken(&[("father.full_name", "Lê Công Lượng")]), [Code::FamilyNameDiffers]);
    assert_eq!(broken(&[("registration_no", "108/2023")]), [Code::NumberYearDiffers]);
    assert_eq!(broken(&[("registration_no", "108/GKS-BS")]), [Code::SourceIsCopy]);
    let after = [("registration_date", "02/08/2025"), ("registration_no", "1/2025"), ("registration_place", "Ủy ban nhân dân huyện Cờ Đỏ")];
    assert_eq!(broken(&after), [Code::RegistrationLate, Code::DistrictAfter2025]);
}

#[test]
fn each_rule_of_the_others_speaks_when_it_is_broken() {
    let wed = |changes: &[(&str, &str)]| codes("marriage_2015", MARRIAGE, changes);
    let young = [("wife.birth_date", "28/03/1999"), ("wife.identity_document", "Căn cước công dân số 056199118538")];
    assert_eq!(wed(&young), [Code::UnderAge]);
    assert_eq!(wed(&[("wife.birth_date", "27/03/1999"), young[1]]), []);
    assert_eq!(wed(&[("husband.identity_document", "Căn cước công dân số 004182393011")]), [Code::SpouseColumns]);
    assert_eq!(wed(&[("husband.full_name", "NGUYỄN THỊ NƯƠNG")]), [Code::SpouseColumns]);
    let land = |changes: &[(&str, &str)]| codes("land_2009", LAND, changes);
    assert_eq!(land(&[("land_serial_no", "AA 86308639")]), [Code::SerialFormDiffers]);
    assert_eq!(land(&[("issue_date", "02/01/2025")]), [Code::OldFormAfterEnd]);
    assert_eq!(land(&[("area", "0 m²"), ("area_words", "")]), [Code::AreaInvalid]);
    assert_eq!(land(&[("area", "1142,6 m²")]), [Code::AreaInvalid]);
    let death = |changes: &[(&str, &str)]| codes("death_2015", DEATH, changes);
    assert_eq!(death(&[("death_date", "10/03/1923")]), [Code::DeathOrder, Code::RegistrationLate]);
    assert_eq!(death(&[("issue_date", "16/03/2020")]), [Code::DeathOrder]);
    assert_eq!(death(&[("extract_no", "334/TLKT-BS")]), [Code::SourceIsCopy]);
}

#[test]
fn a_doubtful_field_is_said_and_a_missing_one_too() {
    let forms = FormSet::embedded().unwrap();
    let recognised = Recognised { form: forms.form("birth_2015").unwrap(), title: None, pages: vec![Some(0)], strangers: vec![] };
    let mut doubtful = field("full_name", "ĐỖ TUYẾT");
    doubtful.confidence = 0.3;
    let fields = [doubtful];
    let kind = Kind::new("death_certificate").unwrap();
    let seen = Seen {
        pages: &[],
        texts: &[],
        recognised: Some(&recognised),
        fields: &fields,
        forms: &forms,
        declared: Some(&kind),
        today: date!(2026 - 11 - 21),
    };
    let findings = run(CHECKS, &seen);
    let has = |code, field: Option<&str>| findings.iter().any(|f| f.code == code && (field.is_none() || f.locus.field.as_deref() == field));
    assert!(has(Code::FieldUnreadable, Some("full_name")) && has(Code::FieldMissing, Some("birth_date")));
    assert!(has(Code::SignerMissing, Some("signer_name")) && has(Code::KindMismatch, None));
    assert!(has(Code::FieldUnreadable, Some("title")));
}

struct Broken;

impl Check for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    fn check(&self, _: &Seen<'_>) -> Vec<Finding> {
        panic!("on purpose")
    }
}

#[test]
fn a_check_that_panics_leaves_a_finding() {
    let forms = FormSet::embedded().unwrap();
    let seen = Seen { pages: &[], texts: &[], recognised: None, fields: &[], forms: &forms, declared: None, today: date!(2026 - 11 - 21) };
    let findings = run(&[&Broken], &seen);
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].code, findings[0].seen.as_deref()), (Code::CheckFailed, Some("broken")));
}
