//! From texts that a value may say to the value, and how likely it is right.
//!
//! Texts that mean the same value are counted together. What else was read of it speaks for a value among them and makes none of its
//! own, save the first reading, which saw the value with its label.

use super::again::Settled;
use super::reader::Heard;
use super::value::{self, Value};
use crate::inspect::forms::FieldType;
use crate::record::fold_loose;

/// A value this likely is kept beside the likeliest: what is known from elsewhere may bear it out.
const POSSIBLE: f32 = 0.01;

/// The values that a place may say, with their probabilities.
#[derive(Debug, Clone)]
pub(super) struct Odds {
    kind: FieldType,
    /// The likeliest first; each with the likeliest text that says so.
    values: Vec<Weighed>,
}

#[derive(Debug, Clone)]
struct Weighed {
    printed: String,
    value: Value,
    probability: f32,
}

impl Odds {
    /// Of the texts that an engine weighed; none where no text is a value.
    pub(super) fn of(kind: FieldType, heard: &[Heard]) -> Option<Self> {
        let most = heard.iter().map(|text| text.weight).reduce(f32::max)?;
        let mut values: Vec<Weighed> = Vec::new();
        for Heard { text, weight } in heard {
            let Some(value) = value::parse(kind, text) else { continue };
            // The grammar speaks too: what does not fit it is less likely what is printed.
            let share = (weight - most).exp() * value.trust.max(LEAST_TRUST);
            match values.iter_mut().find(|known| known.value.text == value.text) {
                Some(known) => known.probability += share,
                None => values.push(Weighed { printed: text.clone(), value, probability: share }),
            }
        }
        Self { kind, values }.normal()
    }

    fn normal(mut self) -> Option<Self> {
        let sum: f32 = self.values.iter().map(|one| one.probability).sum();
        self.values.iter_mut().for_each(|one| one.probability /= sum);
        self.values.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        (sum > 0.0).then_some(self)
    }

    /// With the first reading taken in, by the share of right values among those where it differs.
    pub(super) fn with_first(mut self, first: &Settled, share: f32) -> Self {
        let said = share * first.confidence;
        self.values.iter_mut().for_each(|one| one.probability *= 1.0 - said);
        match self.values.iter_mut().find(|one| one.value.text == first.value.text) {
            Some(one) => one.probability += said,
            None => self.values.push(Weighed { printed: first.printed.clone(), value: first.value.clone(), probability: said }),
        }
        self.values.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        self
    }

    /// With another engine's reading taken in: it makes its value likelier by `factor`, where that was possible at all.
    pub(super) fn with_other(mut self, other: &Value, factor: f32) -> Self {
        for one in self.values.iter_mut().filter(|one| one.value.text == other.text) {
            one.probability *= factor;
        }
        self.clone().normal().unwrap_or(self)
    }

    /// The probability of the likeliest value, before calibration, or of what matters of it.
    pub(super) fn best(&self) -> f32 {
        let Some(best) = self.values.first() else { return 0.0 };
        let matters = self.matters(&best.value.text);
        self.values.iter().filter(|one| self.matters(&one.value.text) == matters).map(|one| one.probability).sum()
    }

    /// Addresses are compared marks aside (`register`); of a signer's name it matters that somebody is named; an identity paper is
    /// its number and its date.
    fn matters(&self, text: &str) -> String {
        match self.kind {
            FieldType::SignerName => fold_loose(text),
            FieldType::IdentityDocument => text.chars().filter(char::is_ascii_digit).collect(),
            kind if kind.is_address() => fold_loose(text),
            _ => text.to_owned(),
        }
    }

    /// The likeliest value, as sure as values of that probability were found to be right.
    pub(super) fn settled(self) -> Option<Settled> {
        let probability = self.best();
        let mut values = self.values.into_iter();
        let best = values.next()?;
        let others = values.filter(|one| one.probability >= POSSIBLE).map(|one| one.value.text).collect();
        let confidence = calibrated(probability) * best.value.trust;
        Some(Settled { printed: best.printed, value: best.value, confidence, others })
    }
}

/// Trust below this says nothing more against a text.
const LEAST_TRUST: f32 = 0.05;

/// Share of right values by the probability that was given, in between linear: fitted on 1,600 names drawn in faces never trained on,
/// read with their prior (`docs/RECOGNISER.md`).
const RIGHT: [(f32, f32); 9] =
    [(0.0, 0.0), (0.37, 0.27), (0.6, 0.36), (0.75, 0.55), (0.86, 0.68), (0.92, 0.92), (0.98, 0.94), (0.996, 0.99), (1.0, 0.999)];

fn calibrated(probability: f32) -> f32 {
    let step = RIGHT.iter().zip(RIGHT.iter().skip(1)).find(|(_, above)| probability <= above.0);
    step.map_or(probability.min(0.999), |(below, above)| below.1 + (above.1 - below.1) * (probability - below.0) / (above.0 - below.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(texts: &[(&str, f32)]) -> Vec<Heard> {
        texts.iter().map(|(text, weight)| Heard { text: (*text).to_owned(), weight: *weight }).collect()
    }

    #[test]
    fn texts_of_one_value_count_together() {
        let odds =
            Odds::of(FieldType::Date, &heard(&[("17/06/2024", -1.0), ("17/08/2024", -0.9), ("Ngày 17 tháng 6 năm 2024", -1.0)])).unwrap();
        assert!((odds.best() - 0.646).abs() < 0.01, "{odds:?}");
        let settled = odds.settled().unwrap();
        assert_eq!((settled.value.text.as_str(), settled.printed.as_str()), ("17/06/2024", "17/06/2024"));
        assert!((0.3..0.5).contains(&settled.confidence), "{settled:?}");
        assert!(Odds::of(FieldType::Date, &[]).is_none());
    }

    #[test]
    fn what_fits_the_grammar_is_likelier_and_nothing_is_made_up() {
        let odds = Odds::of(FieldType::Date, &heard(&[("17/06/202", 0.0), ("17/06/2024", -1.0)])).unwrap();
        let value = Value { text: "18/06/2024".into(), trust: 1.0 };
        let settled = odds.with_other(&value, 100.0).settled().unwrap();
        assert_eq!(settled.value.text, "17/06/2024");
    }

    #[test]
    fn other_readings_speak_for_a_value() {
        let odds = Odds::of(FieldType::Digits, &heard(&[("12", 0.0), ("72", -0.7)])).unwrap();
        let value = |text: &str| Value { text: text.into(), trust: 1.0 };
        assert_eq!(odds.clone().with_other(&value("72"), 7.0).settled().unwrap().value.text, "72");
        let first = |text: &str| Settled { printed: text.into(), value: value(text), confidence: 0.99, others: vec![] };
        assert!(odds.clone().with_first(&first("12"), 0.25).best() > odds.best());
        assert_eq!(odds.clone().with_first(&first("5"), 0.25).settled().unwrap().value.text, "12");
        assert!(odds.clone().with_first(&first("5"), 0.25).best() < odds.best());
    }

    #[test]
    fn a_value_is_as_sure_as_what_matters_of_it() {
        let texts = heard(&[("xã Tân Tiến", 0.0), ("xã Tân Tiên", 0.0)]);
        let sure = |kind| Odds::of(kind, &texts).unwrap().settled().unwrap().confidence;
        assert!(sure(FieldType::Place) > 0.99 && sure(FieldType::Text) < 0.5);
        let texts = heard(&[("CMND số 036202437, cấp ngày 20/07/2013", 0.0), ("CMND sổ 036202437, câp ngày 20/07/2013", 0.0)]);
        let others = heard(&[("CMND số 036202437, cấp ngày 20/07/2013", 0.0), ("CMND số 036202431, cấp ngày 20/07/2013", 0.0)]);
        let sure = |texts: &[Heard]| Odds::of(FieldType::IdentityDocument, texts).unwrap().settled().unwrap().confidence;
        assert!(sure(&texts) > 0.99 && sure(&others) < 0.5);
    }

    #[test]
    fn the_calibration_rises() {
        let steps: Vec<f32> = (0..=1000).map(|at| calibrated(at as f32 / 1000.0)).collect();
        assert!(steps.is_sorted() && steps[0] == 0.0 && steps[1000] < 1.0);
    }
}
