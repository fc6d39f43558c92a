//! What is known of a value before it is read, by the type of its field: the prior that the network reads it with.
//!
//! A prior chooses between texts that the network holds for likely; what is printed clearly stays, however rare. How common the
//! syllables of names are is data (`names.toml`); the costs below are natural logarithms, chosen on drawn lines in faces that the
//! network was never trained on and on the scored set's `tuning` (`docs/RECOGNISER.md`).

mod places;

use std::sync::LazyLock;

use bansao_recogniser::Knowledge;
use bansao_recogniser::prior::{Pattern, Words};
use serde::Deserialize;

pub(super) use places::{is_near_known, weighed};

use super::value::spelled;
use crate::inspect::forms::FieldType;

/// What the network is to read a value of this type with.
pub(super) fn known_of(kind: FieldType) -> &'static Knowledge {
    match kind {
        FieldType::Name | FieldType::SignerName => &NAMES,
        FieldType::PersonalId => &IDENTITY,
        _ => &Knowledge::Nothing,
    }
}

/// Costs of a common, a usual and a rare syllable, of any other that is spelled like one, and of what is none.
struct Costs {
    common: f32,
    usual: f32,
    rare: f32,
    spelled: f32,
    other: f32,
}

/// Nearly everybody bears one of some two hundred family names.
const FAMILY: Costs = Costs { common: 0.0, usual: -2.0, rare: -4.5, spelled: -10.0, other: -11.5 };
const GIVEN: Costs = Costs { common: 0.0, usual: -1.4, rare: -3.1, spelled: -6.0, other: -8.2 };
/// Nobody's name has a figure.
const FIGURE: f32 = -10.0;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    family: Tiers,
    given: Tiers,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tiers {
    common: String,
    usual: String,
    rare: String,
}

impl Tiers {
    fn costs(&self, costs: &Costs) -> Vec<(&str, f32)> {
        let tiers = [(&self.common, costs.common), (&self.usual, costs.usual), (&self.rare, costs.rare)];
        tiers.into_iter().flat_map(|(words, cost)| words.split_whitespace().map(move |word| (word, cost))).collect()
    }
}

static NAMES: LazyLock<Knowledge> = LazyLock::new(|| {
    // A test shows that the data parse; without them names are read like any other text.
    let Ok(names) = toml::from_str::<Names>(include_str!("names.toml")) else { return Knowledge::Nothing };
    let spelled = spelled();
    let others = spelled.iter().map(|syllable| (syllable.as_str(), GIVEN.spelled));
    let given = Words::weighted(names.given.costs(&GIVEN).into_iter().chain(others), GIVEN.other);
    let others = spelled.iter().map(|syllable| (syllable.as_str(), FAMILY.spelled));
    let both = given.beginning_with(names.family.costs(&FAMILY).into_iter().chain(others), FAMILY.other);
    Knowledge::Words(both.figures_at(FIGURE))
});

/// Twelve digits or nine, however they are set apart.
static IDENTITY: LazyLock<Knowledge> =
    LazyLock::new(|| Pattern::new("[ .:]*([0-9][ .]*){9}(([0-9][ .]*){3})?").map_or(Knowledge::Nothing, Knowledge::Pattern));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_parse_and_each_stands_in_one_tier() {
        let names: Names = toml::from_str(include_str!("names.toml")).unwrap();
        for tiers in [&names.family, &names.given] {
            let mut all: Vec<&str> = [&tiers.common, &tiers.usual, &tiers.rare].iter().flat_map(|tier| tier.split_whitespace()).collect();
            all.sort_unstable();
            let doubles: Vec<&[&str]> = all.windows(2).filter(|pair| pair[0] == pair[1]).collect();
            assert!(all.len() > 150 && doubles.is_empty(), "{doubles:?}");
        }
        assert!(matches!(known_of(FieldType::Name), Knowledge::Words(_)));
        assert!(matches!(known_of(FieldType::PersonalId), Knowledge::Pattern(_)));
    }
}
