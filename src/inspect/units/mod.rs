//! Administrative units as versioned data: the provinces that identity numbers name, before and after 1 July 2025.
//!
//! Units keep changing; they are read from `provinces.toml`, and papers keep the names that were printed on them.

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
    fn addresses_of_both_times_name_their_codes() {
        assert_eq!(codes_of_address("Ủy ban nhân dân xã Kim Hiệp, huyện Thanh Ba, tỉnh Phú Thọ"), ["017", "025", "026"]);
        assert_eq!(codes_of_address("phường Vị Xuyên, tỉnh Nam Định"), ["036"]);
        assert_eq!(codes_of_address("xã An Thới, thành phố Huế"), ["046"]);
        assert_eq!(codes_of_address("Thành phố Hồ Chí Minh"), ["074", "077", "079"]);
        assert!(codes_of_address("xã Tân Trường").is_empty());
        assert_eq!(province_of_code("001").map(|p| p.name.as_str()), Some("Hà Nội"));
    }
}
