//! The words of the seal against the office that the paper names (S1): a seal of another office refers.
//!
//! Two ways: words that were surely read and are none of the office's, where enough of the inscription is legible to know that it
//! is one; and, of a people's committee, its whole name held against what stands there, which tells another's by what a pen
//! left of it. Names that differ in a letter or two, and what a seal says beyond its office's name, are not seen here.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::read::text::text_distance;
use crate::inspect::read::{Inscription as Read, SealWord};
use crate::inspect::seen::Seen;
use crate::record::fold_loose;

pub(super) struct Inscription;

/// A word of a seal is known from this sureness on, and speaks against the seal from the second on.
const KNOWN: f32 = 0.85;
const SURE: f32 = 0.93;
/// Words that must be the office's own before others speak.
const LEAST_KNOWN: usize = 3;
/// Shorter words are abbreviations ("H.", "TP.") or parts of broken ones.
const LEAST_LETTERS: usize = 3;
/// By how much the office's name falls short of what stands on the seal, natural logarithm. Of 218 honest seals (`tuning`, `trial`, one
/// drawing more) two fell short by more, six of another office by 34 at least; of 2,677 names of other offices held against those
/// seals nine fell short by less, most of them like the right one but for a letter or two.
const SHORT: f32 = 29.0;
/// What stands on seals beside the office's name.
const COMMON: [&str; 17] =
    ["cong", "hoa", "hoi", "chu", "nghia", "viet", "nam", "uy", "ban", "nhan", "dan", "huyen", "tinh", "thanh", "pho", "phong", "tu"];

impl Check for Inscription {
    fn name(&self) -> &'static str {
        "inscription"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let Some(form) = seen.form().filter(|form| form.certified && form.seal) else { return Vec::new() };
        let Some((at, page)) = seen.page_of(form.seal_page).and_then(|at| Some((at, seen.pages.get(at)?))) else { return Vec::new() };
        let offices: Vec<&str> = form.seal_offices.iter().filter_map(|id| seen.value(id)).collect();
        let (Some(seal), false) = (page.seal(), offices.is_empty()) else { return Vec::new() };
        let Some(other) = other(&page.inscription, page.office_shortfall, &offices) else { return Vec::new() };
        vec![Finding::new(Code::SealDiffers).on_page(at).at(page.region(&seal.bbox)).seen(other).expected(offices.join("; "))]
    }
}

/// What speaks for another office: words that are surely not of the offices' names, or the whole, of which their names fall short.
fn other(inscription: &Read, short: Option<f32>, offices: &[&str]) -> Option<String> {
    let words = others(&inscription.words, offices);
    if !words.is_empty() {
        return Some(words.join(" "));
    }
    short.is_some_and(|short| short > SHORT).then(|| inscription.whole.clone())
}

/// Words of an inscription that are surely not of the offices' names; none where too little of it is known.
fn others(inscription: &[SealWord], offices: &[&str]) -> Vec<String> {
    let office: Vec<String> = offices.iter().flat_map(|office| office.split_whitespace()).map(fold_loose).collect();
    let words: Vec<(String, &SealWord)> = inscription.iter().map(|word| (fold_loose(&word.text), word)).collect();
    let of_office = |word: &str| office.iter().any(|name| like(word, name)) || COMMON.iter().any(|common| like(word, common));
    let known = words.iter().filter(|(word, read)| read.confidence >= KNOWN && word.len() >= 2 && of_office(word)).count();
    if known < LEAST_KNOWN {
        return Vec::new();
    }
    let speaks = |word: &str, read: &SealWord| {
        read.confidence >= SURE && word.len() >= LEAST_LETTERS && word.bytes().all(|b| b.is_ascii_lowercase()) && !of_office(word)
    };
    let other = words.iter().filter(|(word, read)| speaks(word, read));
    other.map(|(_, read)| read.text.clone()).collect()
}

/// One word in all likelihood: a letter lost or misread in each four.
fn like(a: &str, b: &str) -> bool {
    text_distance(a, b, a.len().max(b.len()) / 4).is_some() || (a.len() >= 3 && (b.starts_with(a) || b.ends_with(a)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICE: &str = "Ủy ban nhân dân xã Hòa Khương, huyện Hòa Vang, thành phố Đà Nẵng";

    fn others_of(words: &[(&str, f32)]) -> Vec<String> {
        let words: Vec<SealWord> =
            words.iter().map(|(text, confidence)| SealWord { text: (*text).into(), confidence: *confidence }).collect();
        others(&words, &[OFFICE])
    }

    #[test]
    fn the_offices_own_seal_says_nothing_else() {
        assert!(
            others_of(&[("ỦY", 0.98), ("BAN", 0.99), ("NHÂN", 0.99), ("DÂN", 0.99), ("XÃ", 0.9), ("HÒA", 0.99), ("KHƯƠNG", 0.99)])
                .is_empty()
        );
        assert!(
            others_of(&[("BAN", 0.99), ("NHÂN", 0.99), ("DÂN", 0.99), ("KHUONC", 0.99), ("H.", 0.99), ("VANG", 0.97)]).is_empty(),
            "misread"
        );
        assert!(others_of(&[("BAN", 0.99), ("NHÂN", 0.99), ("DÂN", 0.99), ("KHƯƠ", 0.99)]).is_empty(), "cut short");
    }

    #[test]
    fn another_offices_seal_is_told_by_its_name() {
        let words = [("ỦY", 0.98), ("BAN", 0.99), ("NHÂN", 0.99), ("DÂN", 0.99), ("XÃ", 0.9), ("TAM", 0.97), ("PHƯỚC", 0.99)];
        assert_eq!(others_of(&words), ["TAM", "PHƯỚC"]);
    }

    #[test]
    fn a_name_that_falls_far_short_is_another_offices() {
        let seen = Read { words: Vec::new(), whole: "ỦY BAN NHÂN DÂN XÃ TAN".to_owned() };
        assert_eq!(other(&seen, Some(40.0), &[OFFICE]).as_deref(), Some("ỦY BAN NHÂN DÂN XÃ TAN"));
        assert_eq!(other(&seen, Some(18.0), &[OFFICE]), None, "a pen crosses it");
        assert_eq!(other(&seen, None, &[OFFICE]), None, "not legible");
    }

    #[test]
    fn what_is_not_legible_says_nothing() {
        assert!(others_of(&[("TAM", 0.99), ("PHƯỚC", 0.99)]).is_empty(), "no inscription that is known as one");
        assert!(others_of(&[("BAN", 0.99), ("NHÂN", 0.99), ("DÂN", 0.99), ("PHƯỚC", 0.9)]).is_empty(), "not sure");
        assert!(others_of(&[("BAN", 0.99), ("NHÂN", 0.99), ("DÂN", 0.99), ("X1LƠ", 0.99), ("★", 0.99)]).is_empty(), "no word");
    }
}
