//! Consistent records: a birth, a marriage, a death, a parcel, each invented whole from a seed and a year.

use crate::facts::{Facts, Office, Record};
use crate::people::{Date, Gender, Person, family};
use crate::places::{PROVINCES, Unit};
use crate::rng::Rng;
use crate::words;

const TWO_LEVEL: Date = Date::new(2025, 7, 1);

fn unit_on(rng: &mut Rng, date: Date) -> Unit {
    let province = rng.pick(&PROVINCES);
    Unit::within(rng, province, date >= TWO_LEVEL)
}

fn signer(rng: &mut Rng, facts: &mut Facts) {
    let gender = Gender::any(rng);
    let person = Person::any(rng, gender, 1975);
    facts.set("signer_name", person.name);
    facts.set("signer_title", *rng.pick(&["CHỦ TỊCH", "PHÓ CHỦ TỊCH"]));
}

/// A nine-digit card number; the first two digits are those of a police department.
fn card(rng: &mut Rng) -> String {
    format!("{:02}{}", rng.int(1, 38), rng.digits(7))
}

fn parent(facts: &mut Facts, role: &str, person: &Person, residence: &str) {
    for (key, value) in [
        ("full_name", person.name.clone()),
        ("birth_year", person.birth.year.to_string()),
        ("ethnicity", person.ethnicity.to_owned()),
        ("nationality", "Việt Nam".to_owned()),
        ("residence", residence.to_owned()),
    ] {
        facts.set(&format!("{role}.{key}"), value);
    }
}

/// A birth registered in `year`; `old` is the form before 2016.
#[must_use]
pub fn birth(rng: &mut Rng, year: u32, old: bool) -> Record {
    let born = Date::new(year, 1, 2).plus(rng.int(0, 290) as u32);
    birth_on(rng, born, old)
}

/// A birth on this day.
#[must_use]
pub fn birth_on(rng: &mut Rng, born: Date, old: bool) -> Record {
    let registered = born.plus(rng.int(4, 52) as u32);
    let unit = unit_on(rng, registered);
    let father_family = family(rng);
    let gender = Gender::any(rng);
    let mut child = Person::born(rng, father_family, gender, born);
    child.personal_id = crate::people::personal_id(rng, unit.code, gender, born.year);
    let (mother_year, father_year) = (born.year - rng.int(20, 38) as u32, born.year - rng.int(22, 42) as u32);
    let mother = Person::any(rng, Gender::Female, mother_year);
    let father = Person::new(rng, father_family, Gender::Male, father_year);
    child.ethnicity = father.ethnicity;
    let hospital = match rng.int(0, 2) {
        0 => format!("Bệnh viện Phụ sản {}, {} {}", unit.province.1, unit.province.0, unit.province.1),
        1 => format!("Bệnh viện Đa khoa {}, {} {}", unit.province.1, unit.province.0, unit.province.1),
        _ => format!("Trạm Y tế {}", unit.address()),
    };
    let home = unit_on(rng, registered);
    let residence = unit.house(rng);
    let mut facts = Facts::default();
    facts.set("registration_no", format!("{}/{}", rng.int(3, 390), registered.year));
    if old {
        facts.set("book_no", format!("{:02}/{}", rng.int(1, 3), registered.year));
    }
    facts.set("full_name", child.name.to_uppercase());
    facts.set("birth_date", born.dmy());
    facts.set("birth_date_words", born.in_words());
    facts.set("gender", gender.word());
    facts.set("ethnicity", child.ethnicity);
    facts.set("nationality", "Việt Nam");
    facts.set("birth_place", hospital);
    facts.set("home_town", words::capitalised(&home.address()));
    if !old {
        facts.set("personal_id", child.personal_id.clone());
    }
    parent(&mut facts, "mother", &mother, &residence);
    parent(&mut facts, "father", &father, &residence);
    let by_father = rng.chance(0.5);
    let declarant = if by_father { &father } else { &mother };
    facts.set("declarant.full_name", declarant.name.clone());
    if old {
        facts.set("declarant.relation", if by_father { "Cha" } else { "Mẹ" });
    } else {
        facts.set("declarant.identity_document", declarant.identity_document(rng, registered.year));
    }
    facts.set("registration_place", unit.committee());
    facts.set("registration_date", registered.dmy());
    signer(rng, &mut facts);
    Record { facts, office: Office::commune(&unit) }
}

/// A marriage registered in `year`.
#[must_use]
pub fn marriage(rng: &mut Rng, year: u32, old: bool) -> Record {
    let registered = Date::within(rng, year);
    let unit = unit_on(rng, registered);
    let mut facts = Facts::default();
    facts.set("registration_no", format!("{}/{year}", rng.int(2, 240)));
    if old {
        facts.set("book_no", format!("{:02}/{year}", rng.int(1, 3)));
    }
    for (role, gender, youngest) in [("wife", Gender::Female, 20), ("husband", Gender::Male, 22)] {
        let born = year - youngest - rng.int(0, 14) as u32;
        let person = Person::any(rng, gender, born);
        let lives = unit_on(rng, registered);
        let document = person.identity_document(rng, year);
        let document = if old { card(rng) } else { document };
        for (key, value) in [
            ("full_name", person.name.clone()),
            ("birth_date", person.birth.dmy()),
            ("ethnicity", person.ethnicity.to_owned()),
            ("nationality", "Việt Nam".to_owned()),
            ("residence", lives.house(rng)),
            ("identity_document", document),
        ] {
            facts.set(&format!("{role}.{key}"), value);
        }
    }
    facts.set("registration_place", unit.committee());
    facts.set("registration_date", registered.dmy());
    signer(rng, &mut facts);
    Record { facts, office: Office::commune(&unit) }
}

/// A death in `year`.
#[must_use]
pub fn death(rng: &mut Rng, year: u32, old: bool) -> Record {
    let died = Date::new(year, 1, 3).plus(rng.int(0, 320) as u32);
    let registered = died.plus(rng.int(1, 12) as u32);
    let unit = unit_on(rng, registered);
    let (gender, born) = (Gender::any(rng), year - rng.int(48, 93) as u32);
    let person = Person::any(rng, gender, born);
    let place = match rng.int(0, 2) {
        0 => format!("Bệnh viện Đa khoa {}, {} {}", unit.province.1, unit.province.0, unit.province.1),
        _ => format!("Tại nhà riêng, {}", unit.address()),
    };
    let mut facts = Facts::default();
    if old {
        facts.set("registration_no", format!("{}/{}", rng.int(2, 170), registered.year));
        facts.set("book_no", format!("{:02}/{}", rng.int(1, 2), registered.year));
    } else {
        facts.set("extract_no", format!("{}/TLKT", rng.int(2, 400)));
    }
    facts.set("full_name", person.name.to_uppercase());
    facts.set("birth_date", person.birth.dmy());
    facts.set("gender", gender.word());
    facts.set("ethnicity", person.ethnicity);
    facts.set("nationality", "Việt Nam");
    if old {
        facts.set("identity_document", card(rng));
    } else {
        facts.set("personal_id", person.personal_id.clone());
        facts.set("identity_document", person.identity_document(rng, year));
    }
    facts.set("residence", unit.house(rng));
    facts.set("death_time", format!("{:02} giờ {:02} phút", rng.int(0, 23), rng.int(0, 59)));
    facts.set("death_date", died.dmy());
    facts.set("death_date_words", died.in_words());
    facts.set("death_place", place);
    facts.set("death_cause", *rng.pick(&["Tuổi cao, sức yếu", "Bệnh lý tim mạch", "Suy hô hấp", "Tai biến mạch máu não"]));
    facts.set("death_notice_no", format!("{}/GBT", rng.int(5, 120)));
    facts.set("death_notice_issuer", format!("Trạm Y tế {}", unit.commune_name()));
    facts.set("death_notice_date", died.dmy());
    facts.set("registration_place", unit.committee());
    if !old {
        facts.set("registration_no", format!("{}/{}", rng.int(2, 170), registered.year));
    }
    facts.set("registration_date", registered.dmy());
    if old {
        let teller = Gender::any(rng);
        facts.set("declarant.full_name", Person::any(rng, teller, 1980).name);
    } else {
        facts.set("issue_date", registered.dmy());
    }
    signer(rng, &mut facts);
    Record { facts, office: Office::commune(&unit) }
}

/// A parcel certified on `issued`; `old` is the four-page form.
#[must_use]
pub fn land(rng: &mut Rng, issued: Date, old: bool, holders: u32) -> Record {
    let unit = unit_on(rng, issued);
    let office = match (old, issued >= TWO_LEVEL) {
        (_, false) => Office::district(&unit),
        (_, true) => Office::commune(&unit),
    };
    let tenths = rng.int(420, 18_900) as u32;
    let tenths = if rng.chance(0.4) { tenths / 10 * 10 } else { tenths };
    let area = decimal(tenths);
    let mut facts = Facts::default();
    let lives = unit.house(rng);
    for i in 1..=holders {
        let gender = if i == 1 { Gender::any(rng) } else { Gender::Female };
        let gender = if holders > 1 && i == 1 { Gender::Male } else { gender };
        let born = issued.year - rng.int(26, 68) as u32;
        let person = Person::any(rng, gender, born);
        let role = if i == 1 { "holder".to_owned() } else { format!("holder{i}") };
        facts.set(&format!("_{role}.title"), if gender == Gender::Male { "Ông" } else { "Bà" });
        facts.set(&format!("{role}.full_name"), person.name.clone());
        facts.set(&format!("{role}.birth_year"), person.birth.year.to_string());
        facts.set(&format!("{role}.personal_id"), if issued.year < 2016 { card(rng) } else { person.personal_id.clone() });
        if i == 1 {
            facts.set("holder.address", lives.clone());
        }
    }
    let (use_type, term) = *rng.pick(&[
        ("Đất ở tại nông thôn", "Lâu dài"),
        ("Đất ở tại đô thị", "Lâu dài"),
        ("Đất trồng cây lâu năm", "Đến ngày 15/10/2063"),
        ("Đất trồng cây hàng năm khác", "Đến ngày 01/07/2064"),
    ]);
    let shared = holders > 1;
    let tenure = match (old, shared) {
        (true, false) => format!("Sử dụng riêng: {area} m²; Sử dụng chung: Không"),
        (true, true) => format!("Sử dụng riêng: Không; Sử dụng chung: {area} m²"),
        (false, false) => "Sử dụng riêng".to_owned(),
        (false, true) => "Sử dụng chung".to_owned(),
    };
    facts.set("parcel_no", rng.int(2, 980).to_string());
    facts.set("map_sheet_no", rng.int(1, 72).to_string());
    facts.set("area", format!("{area} m²"));
    if old {
        facts.set("area_words", words::area(tenths));
    }
    facts.set("land_use_type", use_type);
    facts.set("term", term);
    facts.set("tenure_form", tenure);
    facts.set("parcel_address", unit.house(rng));
    facts.set(
        "origin",
        *rng.pick(&[
            "Công nhận QSDĐ như giao đất có thu tiền sử dụng đất",
            "Nhận chuyển nhượng đất được Công nhận QSDĐ như giao đất có thu tiền sử dụng đất",
            "Nhà nước giao đất có thu tiền sử dụng đất",
            "Nhận thừa kế đất được Công nhận QSDĐ như giao đất không thu tiền sử dụng đất",
        ]),
    );
    let serial = if old {
        let letters = if issued.year < 2016 { ["BK", "BT", "CA"] } else { ["CS", "DA", "DP"] };
        format!("{} {}", rng.pick(&letters), rng.digits(6))
    } else {
        format!("AA {:02}{}", rng.int(1, 69), rng.digits(6))
    };
    facts.set("land_serial_no", serial);
    facts.set("land_register_no", format!("{} {:05}", rng.pick(&["CH", "CS", "VP"]), rng.int(120, 69_000)));
    if !old {
        facts.set("land_certificate_code", format!("{}{}", rng.int(1, 9), rng.digits(11)));
    }
    facts.set("issue_date", issued.dmy());
    facts.set("issuer", office.line());
    signer(rng, &mut facts);
    Record { facts, office }
}

/// Tenths as Vietnamese print them: `1142,5`.
#[must_use]
pub fn decimal(tenths: u32) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        part => format!("{},{part}", tenths / 10),
    }
}

/// The text of the 2024 form's QR symbol: eight parts by `|`, the serial as `serial`.
#[must_use]
pub fn land_qr(rng: &mut Rng, facts: &Facts, serial: &str) -> String {
    let stamp = facts.get("issue_date").replace('/', "-");
    let time = |rng: &mut Rng, hour: u32| format!("{stamp}-{hour:02}-{:02}-{:02}", rng.int(0, 59), rng.int(0, 59));
    let (created, modified) = (time(rng, 9), time(rng, 14));
    let unit = format!("{:05}", rng.int(4, 32_000));
    let dossier = format!("H{}.{}-{}", rng.int(10, 60), stamp.replace('-', ""), rng.digits(4));
    format!(
        "{created}|{unit}|VBDLIS|{dossier}|{}|{}|{modified}|{}",
        serial.replace(' ', ""),
        facts.get("land_certificate_code"),
        rng.digits(8)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_is_consistent() {
        for seed in 0..40 {
            let record = birth(&mut Rng::new(seed), 2024, false);
            let facts = &record.facts;
            assert_eq!(facts.get("personal_id").len(), 12);
            let fourth = facts.get("personal_id").as_bytes()[3];
            assert_eq!(fourth == b'2', facts.get("gender") == "Nam");
            let key = |dmy: &str| dmy.split('/').rev().collect::<String>();
            assert!(key(facts.get("registration_date")) > key(facts.get("birth_date")));
            let parents = [facts.get("mother.full_name"), facts.get("father.full_name")];
            assert!(parents.contains(&facts.get("declarant.full_name")));
        }
    }

    #[test]
    fn the_land_qr_has_eight_parts_and_the_serial() {
        let mut rng = Rng::new(5);
        let record = land(&mut rng, Date::new(2025, 9, 9), false, 1);
        let serial = record.facts.get("land_serial_no").to_owned();
        let text = land_qr(&mut rng, &record.facts, &serial);
        let parts: Vec<_> = text.split('|').collect();
        assert_eq!(parts.len(), 8);
        assert_eq!(parts[4], serial.replace(' ', ""));
        assert_eq!(parts[4].len(), 10);
    }
}
