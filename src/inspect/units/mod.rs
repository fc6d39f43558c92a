//! Administrative units as versioned data: the provinces that identity numbers name, before and after 1 July 2025.
//!
//! Units keep changing; they are read from `provinces.toml`, and papers keep the names that were printed on them.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::record::fold_loose;

/// The data of one day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    #[expect(dead_code, reason = "for people, and for the audit trail of the data")]
    version: String,
    #[expect(dead_code, reason = "for people: both names are taken on papers of any day")]
    changed: String,
    provinces: Vec<Province>,
}

/// A province by the code of identity numbers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Province {
    /// Three digits.
    pub code: String,
    /// Its name when the code was given.
    pub name: String,
    /// The unit that it is part of since 1 July 2025, where that changed.
    #[serde(default)]
    pub since_2025: Option<String>,
}

static PROVINCES: LazyLock<Vec<Province>> = LazyLock::new(|| {
    // A test shows that the data parse; without them every code is unknown, which is only shown.
    toml::from_str::<Data>(include_str!("provinces.toml")).map(|data| data.provinces).unwrap_or_default()
});

/// The province of an identity number's place code.
pub fn province_of_code(code: &str) -> Option<&'static Province> {
    PROVINCES.iter().find(|province| province.code == code)
}

/// The codes of the provinces that an address ends with, under their old names and under what they became; none where it
/// names no province.
pub fn codes_of_address(address: &str) -> Vec<&'static str> {
    let address = bare(address);
    let ends = |name: &str| address.ends_with(&bare(name));
    let named = |province: &&Province| ends(&province.name) || province.since_2025.as_deref().is_some_and(ends);
    let found: Vec<&Province> = PROVINCES.iter().filter(named).collect();
    found.iter().map(|province| province.code.as_str()).collect()
}

/// What a unit is, for reading its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// A province or a city of its rank, before or since 1 July 2025.
    Province,
    /// A district, a town or a city below a province.
    District,
    /// A commune or a ward.
    Commune,
}

/// A unit, as far as it is known for reading: `districts.toml` is no register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its name, without its title.
    pub name: String,
    /// What it is.
    pub rank: Rank,
    /// The province that it lies in, by its name before 1 July 2025; none of a province, and where several have such a commune.
    pub province: Option<String>,
}

impl Unit {
    /// Whether a text, folded loosely, names its province: as it was, or as it is since.
    pub fn province_named_in(&self, folded: &str) -> bool {
        let Some(name) = self.province.as_deref() else { return false };
        let since = PROVINCES.iter().find(|province| province.name == name).and_then(|province| province.since_2025.as_deref());
        folded.contains(&bare(name)) || since.is_some_and(|name| folded.contains(&bare(name)))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Below {
    districts: BTreeMap<String, String>,
    wards: BTreeMap<String, String>,
    communes: Communes,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Communes {
    often: String,
}

/// Units by the letters of their names, without marks.
static UNITS: LazyLock<HashMap<String, Vec<Unit>>> = LazyLock::new(|| {
    let mut units: HashMap<String, Vec<Unit>> = HashMap::new();
    // A test shows that the data parse; without them addresses are read like any other text.
    let Ok(below) = toml::from_str::<Below>(include_str!("districts.toml")) else { return units };
    let mut add = |rank, province: Option<&str>, names: &str| {
        for name in names.split('|').map(str::trim).filter(|name| !name.is_empty()) {
            let unit = Unit { name: name.to_owned(), rank, province: province.map(str::to_owned) };
            units.entry(bare(name)).or_default().push(unit);
        }
    };
    below.districts.iter().for_each(|(province, names)| add(Rank::District, Some(province), names));
    below.wards.iter().for_each(|(province, names)| add(Rank::Commune, Some(province), names));
    add(Rank::Commune, None, &below.communes.often);
    PROVINCES.iter().flat_map(|province| [Some(&province.name), province.since_2025.as_ref()]).flatten().for_each(|name| {
        add(Rank::Province, None, name);
    });
    units
});

/// The units whose names have these letters, marks aside.
pub fn named_like(letters: &str) -> impl Iterator<Item = &'static Unit> + use<> {
    UNITS.get(letters).into_iter().flatten()
}

/// Letters alone, without marks: `Bà Rịa - Vũng Tàu` as any spelling has it.
fn bare(text: &str) -> String {
    fold_loose(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_have_63_codes_in_34_units() {
        assert_eq!(PROVINCES.len(), 63);
        let mut units: Vec<&str> = PROVINCES.iter().map(|p| p.since_2025.as_deref().unwrap_or(&p.name)).collect();
        units.sort_unstable();
        units.dedup();
        assert_eq!(units.len(), 34);
        // What a province became is itself one of the 34.
        let kept = |name: &str| name == "Huế" || PROVINCES.iter().any(|p| p.name == name && p.since_2025.is_none());
        assert!(PROVINCES.iter().filter_map(|p| p.since_2025.as_deref()).all(kept));
    }

    #[test]
    fn districts_of_all_provinces_are_known_by_their_letters() {
        let below: Below = toml::from_str(include_str!("districts.toml")).unwrap();
        assert_eq!(below.districts.len(), 63);
        for province in below.districts.keys().chain(below.wards.keys()) {
            assert!(PROVINCES.iter().any(|known| known.name == *province), "{province}");
        }
        let count: usize = below.districts.values().map(|names| names.split('|').count()).sum();
        assert!((650..760).contains(&count), "{count}");
        let found: Vec<&Unit> = named_like("phongdien").collect();
        assert_eq!(found.iter().filter(|unit| unit.rank == Rank::District).count(), 2);
        assert!(found.iter().any(|unit| unit.province_named_in(&bare("xã Giai Xuân, thành phố Cần Thơ"))));
        assert_eq!(named_like("xyz").count(), 0);
    }

    #[test]
    fn addresses_of_both_times_name_their_codes() {
        assert_eq!(codes_of_address("Ủy ban nhân dân xã Kim Hiệp, huyện Thanh Ba, tỉnh Phú Thọ"), ["017", "025", "026"]);
        assert_eq!(codes_of_address("phường Vị Xuyên, tỉnh Nam Định"), ["036"]);
        assert_eq!(codes_of_address("xã An Thới, thành phố Huế"), ["046"]);
        assert_eq!(codes_of_address("Thành phố Hồ Chí Minh"), ["074", "077", "079"]);
        assert!(codes_of_address("xã Tân Trường").is_empty());
        assert_eq!(province_of_code("001").map(|p| p.name.as_str()), Some("Hà Nội"));
    }
}
