//! S2: no authority of a district signs after 30 June 2025.

use time::Date;
use time::macros::date;

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::read::text::PageText;
use crate::inspect::seen::Seen;
use crate::record::fold_loose;

pub(super) struct NoDistrict;

const LAST_DAY: Date = date!(2025 - 06 - 30);

impl Check for NoDistrict {
    fn name(&self) -> &'static str {
        "no_district"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in seen.rules() {
            let Rule::NoDistrict { offices, date } = rule else { continue };
            if seen.date(date).and_then(|date| date.earliest()).is_none_or(|day| day <= LAST_DAY) {
                continue;
            }
            let named = offices.iter().filter(|id| seen.value(id).is_some_and(is_district));
            findings.extend(named.map(|id| seen.in_field(Finding::new(Code::DistrictAfter2025), id)));
            if let Some(page) = seen.texts.iter().position(signed_by_district).filter(|_| findings.is_empty()) {
                findings.push(Finding::new(Code::DistrictAfter2025).on_page(page));
            }
        }
        findings
    }
}

/// The committee of a huyện, quận or thị xã: units that are no more.
fn is_district(office: &str) -> bool {
    let words: Vec<String> = office.split_whitespace().map(fold_loose).collect();
    let after = words.windows(2).position(|pair| matches!(pair, [a, b] if a == "nhan" && b == "dan")).map(|at| at + 2);
    let unit = after.and_then(|at| words.get(at..)).unwrap_or_default();
    match unit {
        [unit, ..] if unit == "huyen" || unit == "quan" => true,
        [first, second, ..] if first == "thi" && second == "xa" => true,
        [first, second, name @ ..] if first == "thanh" && second == "pho" => {
            let name = name.concat();
            !CENTRAL_CITIES.iter().any(|city| name.starts_with(city))
        }
        _ => false,
    }
}

/// Cities that are provinces; any other was a district.
const CENTRAL_CITIES: [&str; 7] = ["hanoi", "hochiminh", "haiphong", "danang", "cantho", "hue", "dongnai"];

/// A head or a signer's block in capitals that names a district's committee.
fn signed_by_district(page: &PageText) -> bool {
    let capitals = |text: &str| text.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    page.rows.iter().flat_map(|row| row.groups(page.mm(6.0))).any(|group| {
        let text = group.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        capitals(&text) && is_district(&text)
    })
}

#[cfg(test)]
mod tests {
    use super::is_district;

    #[test]
    fn districts_and_communes() {
        for office in [
            "ỦY BAN NHÂN DÂN HUYỆN BA VÌ",
            "TM. ỦY BAN NHÂN DÂN QUẬN 3",
            "Ủy ban nhân dân thị xã Sơn Tây",
            "ỦY BAN NHÂN DÂN THÀNH PHỐ VIỆT TRÌ",
        ] {
            assert!(is_district(office), "{office}");
        }
        for office in [
            "Ủy ban nhân dân thành phố Hà Nội",
            "Ủy ban nhân dân phường Ba Đình",
            "Ủy ban nhân dân xã Quận Lộc, huyện Thọ Xuân",
            "Ủy ban nhân dân thị trấn Hòa Quý",
        ] {
            assert!(!is_district(office), "{office}");
        }
    }
}
