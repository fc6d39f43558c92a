//! Papers that must not be certified because of what they are or say.

use super::{Case, Kind, Register, Set};
use crate::alter::Alteration;
use crate::facts::Record;
use crate::file::Container;
use crate::forms::{Form, Letter};
use crate::people::{Date, spelled};
use crate::records::{birth, birth_on, death, land, marriage};
use crate::sheet::Fill;
use crate::words;

const REFUSE: &[&str] = &["refuse"];
const NOT_APPROVE: &[&str] = &["refer", "refuse"];

/// The cases.
pub(super) fn cases(set: Set) -> Vec<Case> {
    [copies(set), other_papers(set), unsigned(set), births(set), marriages_and_deaths(set), lands(set), forged(set)]
        .concat()
        .into_iter()
        .map(small)
        .collect()
}

/// What is wrong here does not hang on the ornaments, so most are drawn without: the set must stay small.
fn small(case: Case) -> Case {
    let container = match case.container {
        Container::Jpeg(_) => Container::JpegProgressive(56),
        Container::Pdf(_) => Container::Pdf(56),
        other => other,
    };
    Case { container, ..case.simple() }.look(|l| l.leaders = false)
}

fn new_birth(set: Set, name: &str, year: u32) -> Case {
    set.case(Kind::Birth, name, Form::Birth2015, |rng| birth(rng, year, false))
}

fn copies(set: Set) -> Vec<Case> {
    let numbered = |record: Record, number: &str| {
        let date = record.facts.get("registration_date").to_owned();
        record.with("extract_no", number).with("issue_date", &date)
    };
    vec![
        new_birth(set, "copy-of-2015", 2016)
            .look(|l| l.subtitle = Some("(BẢN SAO)"))
            .expect(REFUSE, &["SOURCE_IS_COPY"])
            .note("(BẢN SAO) under the title"),
        set.case(Kind::Birth, "copy-extract", Form::BirthExtract, |rng| numbered(birth(rng, 2023, false), "39/TLKS-BS"))
            .look(|l| l.subtitle = Some("(BẢN SAO)"))
            .fill(Fill::ITALIC)
            .expect(REFUSE, &["SOURCE_IS_COPY"])
            .note("extract of a birth, copy, number ends -BS"),
        set.case(Kind::Marriage, "copy-extract", Form::MarriageExtract, |rng| numbered(marriage(rng, 2018, false), "927/TLKH-BS"))
            .look(|l| l.subtitle = Some("(BẢN SAO)"))
            .expect(REFUSE, &["SOURCE_IS_COPY"])
            .note("extract of a marriage, copy"),
        set.case(Kind::Death, "copy-extract", Form::Death2015Full, |rng| death(rng, 2025, false).with("extract_no", "309/TLKT-BS"))
            .look(|l| l.subtitle = Some("(BẢN SAO)"))
            .expect(REFUSE, &["SOURCE_IS_COPY"])
            .note("extract of a death, copy"),
    ]
}

fn other_papers(set: Set) -> Vec<Case> {
    let letter = |kind, name, letter| {
        set.case(kind, name, Form::Letter(letter), |rng| {
            let record = match (letter, kind) {
                (Letter::Diploma, _) => birth(rng, 2003, false).with("signer_title", ""),
                (_, Kind::Death) => death(rng, 2022, false).with("signer_title", "TRẠM TRƯỞNG"),
                _ => birth(rng, 2021, false).with("signer_title", "TRẠM TRƯỞNG"),
            };
            let body = record.office.body.clone();
            let office = match letter {
                Letter::Diploma => record.office.named("SỞ GIÁO DỤC VÀ ĐÀO TẠO", ""),
                _ => record.office.named("TRẠM Y TẾ", &body),
            };
            Record { office, ..record }
        })
        .illegible()
    };
    vec![
        letter(Kind::Death, "paper-death-notice", Letter::DeathNotice).expect(REFUSE, &["UNKNOWN_KIND"]).note("GIẤY BÁO TỬ"),
        letter(Kind::Birth, "paper-birth-notice", Letter::BirthNotice).expect(REFUSE, &["UNKNOWN_KIND"]).note("GIẤY CHỨNG SINH"),
        letter(Kind::Birth, "paper-diploma", Letter::Diploma).expect(REFUSE, &["UNKNOWN_KIND"]).note("a school diploma"),
        letter(Kind::Land, "paper-letter", Letter::Private).expect(REFUSE, &["UNKNOWN_KIND"]).note("a private letter by hand"),
        letter(Kind::Birth, "paper-empty", Letter::Empty).expect(REFUSE, &["BLANK_PAGE"]).note("an empty sheet"),
        set.case(Kind::Birth, "paper-marriage", Form::Marriage2015, |rng| marriage(rng, 2020, false))
            .expect(REFUSE, &["KIND_MISMATCH"])
            .note("a marriage certificate declared as a birth certificate"),
    ]
}

fn unsigned(set: Set) -> Vec<Case> {
    vec![
        new_birth(set, "no-seal", 2020).look(|l| l.seal = false).expect(NOT_APPROVE, &["SEAL_MISSING"]).note("no seal"),
        set.case(Kind::Land, "no-seal", Form::Land2024, |rng| land(rng, Date::new(2025, 9, 18), false, 1))
            .look(|l| l.seal = false)
            .container(Container::Pdf(68))
            .expect(NOT_APPROVE, &["SEAL_MISSING"])
            .note("no seal on a pink form"),
        set.case(Kind::Birth, "other-seal", Form::Birth2010, |rng| sealed_elsewhere(birth(rng, 2008, true), birth(rng, 2009, true)))
            .expect(NOT_APPROVE, &["SEAL_DIFFERS"])
            .note("the seal of another commune"),
        set.case(Kind::Marriage, "other-seal", Form::Marriage2015, |rng| {
            sealed_elsewhere(marriage(rng, 2019, false), marriage(rng, 2018, false))
        })
        .expect(NOT_APPROVE, &["SEAL_DIFFERS"])
        .note("the seal of another commune"),
        set.case(Kind::Death, "no-signer", Form::Death2015, |rng| death(rng, 2022, false))
            .look(|l| l.signer = false)
            .expect(NOT_APPROVE, &["SIGNER_MISSING"])
            .note("sealed, nobody signed"),
        new_birth(set, "stamp-secret", 2019)
            .look(|l| l.stamp = Some("MẬT"))
            .expect(NOT_APPROVE, &["SECRET_OR_NO_COPY"])
            .note("secrecy stamp MẬT"),
        set.case(Kind::Marriage, "stamp-no-copy", Form::Marriage2010, |rng| marriage(rng, 2010, true))
            .look(|l| l.stamp = Some("KHÔNG ĐƯỢC SAO CHỤP"))
            .expect(NOT_APPROVE, &["SECRET_OR_NO_COPY"])
            .note("stamp: must not be copied"),
    ]
}

/// A paper under the seal of another paper's office.
fn sealed_elsewhere(mut record: Record, other: Record) -> Record {
    record.office.ring = other.office.ring;
    record.office.foot = other.office.foot;
    record
}

fn births(set: Set) -> Vec<Case> {
    let edited = |name: &str, year: u32, edit: fn(Record) -> Record| {
        set.case(Kind::Birth, name, Form::Birth2015, |rng| edit(birth(rng, year, false)))
    };
    vec![
        edited("date-words-differ", 2022, |r| {
            let dmy = r.facts.get("birth_date").to_owned();
            let day = dmy[..2].parse::<u32>().unwrap_or(1) % 27 + 1;
            let month = dmy[3..5].parse().unwrap_or(1);
            r.with("birth_date_words", &words::date(2022, month, day))
        })
        .expect(NOT_APPROVE, &["DATE_WORDS_DIFFER"])
        .note("the words name another day than the digits"),
        set.case(Kind::Birth, "registered-before-birth", Form::Birth2015, |rng| {
            birth_on(rng, Date::new(2021, 9, 20), false).with("registration_date", "03/05/2021")
        })
        .expect(NOT_APPROVE, &["REGISTRATION_BEFORE_BIRTH"])
        .note("registered months before the birth"),
        new_birth(set, "date-in-future", 2036).expect(NOT_APPROVE, &["DATE_IN_FUTURE"]).note("everything happens in 2036"),
        edited("date-impossible", 2023, |r| {
            r.with("birth_date", "31/02/2023").with("birth_date_words", &words::date(2023, 2, 31)).with("registration_date", "15/03/2023")
        })
        .expect(NOT_APPROVE, &["DATE_INVALID"])
        .note("born on 31 February"),
        edited("id-gender-differs", 2024, |r| {
            let id = r.facts.get("personal_id").to_owned();
            let other = if id.as_bytes().get(3) == Some(&b'2') { '3' } else { '2' };
            r.with("personal_id", &format!("{}{other}{}", &id[..3], &id[4..]))
        })
        .expect(NOT_APPROVE, &["ID_GENDER_DIFFERS"])
        .note("the fourth digit says the other gender"),
        edited("id-year-differs", 2023, |r| {
            let id = r.facts.get("personal_id").to_owned();
            r.with("personal_id", &format!("{}19{}", &id[..4], &id[6..]))
        })
        .expect(NOT_APPROVE, &["ID_YEAR_DIFFERS"])
        .note("the number says born in 2019, the paper 2023"),
        edited("number-year-differs", 2021, |r| r.with("registration_no", "118/2019"))
            .expect(NOT_APPROVE, &["NUMBER_YEAR_DIFFERS"])
            .note("number of 2019, registered in 2021"),
        edited("name-blank", 2022, |r| r.with("full_name", ""))
            .expect(NOT_APPROVE, &["FIELD_MISSING"])
            .note("the child's name was left blank"),
        new_birth(set, "not-in-register", 2018)
            .fill(Fill::BOLD)
            .register(Register::Absent)
            .expect(NOT_APPROVE, &["REGISTER_NOT_FOUND"])
            .note("flawless, and no register knows it"),
    ]
}

/// The identity number in the text, changed from the fourth digit to the sixth.
fn renumber(record: Record, role: &str, digits: &str) -> Record {
    let id = format!("{role}.identity_document");
    let text = record.facts.get(&id).to_owned();
    match text.find(|c: char| c.is_ascii_digit()) {
        Some(at) => record.with(&id, &format!("{}{digits}{}", &text[..at + 3], &text[at + 3 + digits.len()..])),
        None => record,
    }
}

fn marriages_and_deaths(set: Set) -> Vec<Case> {
    let wed = |name: &str, year: u32, edit: fn(Record) -> Record| {
        set.case(Kind::Marriage, name, Form::Marriage2015, |rng| edit(marriage(rng, year, false)))
    };
    vec![
        wed("wife-under-age", 2020, |r| renumber(r.with("wife.birth_date", "12/05/2004"), "wife", "304"))
            .expect(NOT_APPROVE, &["UNDER_AGE"])
            .note("the wife was sixteen at most"),
        wed("husband-under-age", 2023, |r| {
            let r = r.with("registration_date", "06/03/2023");
            renumber(r.with("husband.birth_date", "28/11/2003"), "husband", "203")
        })
        .fill(Fill::BOLD)
        .expect(NOT_APPROVE, &["UNDER_AGE"])
        .note("the husband was nineteen"),
        wed("same-gender-numbers", 2019, |r| renumber(r, "husband", "1"))
            .expect(NOT_APPROVE, &["SPOUSE_COLUMNS"])
            .note("the husband's number is a woman's"),
        set.case(Kind::Death, "registered-before-death", Form::Death2015, |rng| {
            let r = death(rng, 2022, false);
            r.with("death_date", "24/11/2022")
                .with("death_date_words", &words::date(2022, 11, 24))
                .with("registration_date", "02/03/2022")
                .with("issue_date", "02/03/2022")
        })
        .expect(NOT_APPROVE, &["DEATH_ORDER"])
        .note("the death was registered before it happened"),
    ]
}

fn lands(set: Set) -> Vec<Case> {
    let new = |name: &str, date: Date| {
        set.case(Kind::Land, name, Form::Land2024, move |rng| land(rng, date, false, 1)).container(Container::Pdf(66))
    };
    vec![
        new("qr-differs", Date::new(2025, 8, 8))
            .look(|l| l.qr_serial = Some("AA 11223344".to_owned()))
            .expect(NOT_APPROVE, &["QR_DIFFERS"])
            .note("the QR symbol carries another serial"),
        set.case(Kind::Land, "serial-of-old-form", Form::Land2024, |rng| {
            land(rng, Date::new(2025, 10, 14), false, 1).with("land_serial_no", "DP 497299")
        })
        .container(Container::Pdf(66))
        .expect(NOT_APPROVE, &["SERIAL_FORM_DIFFERS"])
        .note("a six-digit serial on the form of 2024"),
        set.case(Kind::Land, "old-form-too-late", Form::Land2009, |rng| land(rng, Date::new(2025, 3, 20), true, 1))
            .container(Container::Pdf(62))
            .expect(NOT_APPROVE, &["OLD_FORM_AFTER_END"])
            .note("the four-page form with a date of March 2025"),
        set.case(Kind::Land, "district-too-late", Form::Land2024, |rng| {
            land(rng, Date::new(2025, 5, 20), false, 1).with("issue_date", "20/08/2025")
        })
        .container(Container::Pdf(66))
        .expect(NOT_APPROVE, &["DISTRICT_AFTER_2025"])
        .note("issued by a district in August 2025"),
        Case { pages: vec![0], ..new("page-missing-2024", Date::new(2025, 12, 1)) }
            .expect(NOT_APPROVE, &["PAGES_MISSING"])
            .note("the front without the back"),
        Case {
            pages: vec![0, 1],
            ..set.case(Kind::Land, "page-missing-2009", Form::Land2009, |rng| land(rng, Date::new(2019, 4, 4), true, 1))
        }
        .container(Container::Pdf(62))
        .expect(NOT_APPROVE, &["PAGES_MISSING"])
        .note("two of four pages"),
        Case { behind: Some(stranger()), ..new_birth(set, "two-papers", 2019) }
            .container(Container::Pdf(66))
            .expect(NOT_APPROVE, &[])
            .note("a birth certificate and somebody's death extract in one file"),
    ]
}

fn stranger() -> (Form, Record) {
    (Form::Death2015, death(&mut crate::rng::Rng::named("stranger"), 2019, false))
}

fn forged(set: Set) -> Vec<Case> {
    let next_digit = |dmy: &str| format!("{}{}", &dmy[..9], (dmy[9..].parse::<u32>().unwrap_or(0) + 7) % 10);
    let year = new_birth(set, "patched-year", 2019);
    let shown = next_digit(year.record.facts.get("birth_date"));
    let spelled_year = words::capitalised(&spelled(&shown));
    let name = set.case(Kind::Land, "patched-holder", Form::Land2024, |rng| land(rng, Date::new(2025, 9, 2), false, 1));
    let struck = set.case(Kind::Birth, "struck-out-name", Form::Birth2015, |rng| birth(rng, 2017, false));
    let white = set.case(Kind::Death, "whitened-date", Form::Death2010, |rng| death(rng, 2012, true));
    vec![
        year.altered(Alteration::Patched { id: "birth_date", text: spelled_year }, &shown)
            .expect(NOT_APPROVE, &["REGISTER_MISMATCH"])
            .note("the year of birth was pasted over"),
        name.altered(Alteration::Patched { id: "holder.full_name", text: "Trần Văn Thế".to_owned() }, "Trần Văn Thế")
            .container(Container::Pdf(66))
            .expect(NOT_APPROVE, &["REGISTER_MISMATCH"])
            .note("another holder's name was pasted over"),
        struck
            .altered(Alteration::StruckOut { id: "mother.full_name", text: "Phạm Thị Mến".to_owned() }, "Phạm Thị Mến")
            .expect(NOT_APPROVE, &[])
            .note("the mother's name struck out by pen, another written above"),
        white
            .altered(Alteration::Whitened { id: "registration_date", text: "ngày 02 tháng 9 năm 2012".to_owned() }, "02/09/2012")
            .expect(NOT_APPROVE, &[])
            .note("correction fluid over the date of registration"),
    ]
}
