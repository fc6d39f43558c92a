//! The words of the seal against the office that the paper names (S1): a seal of another office refers.
//!
//! Only words that were surely read speak, and only where enough of the inscription is legible to know that it is one. The rank of
//! a people's committee speaks where it fits the picture far better than the office's own. What
//! a seal says beyond its office's name, and names that differ in a letter, are not seen here.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::read::SealWord;
use crate::inspect::read::text::text_distance;
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
/// Words that say of what rank a people's committee is: a closed list, so that less sureness will do.
const RANK_WORDS: [&str; 6] = ["xa", "phuong", "thi", "tran", "quan", "huyen"];
/// By how much another rank fits the inscription better than the office's own, natural logarithm. On 142 honest papers of `tuning`
/// and `trial` none did at all, on three seals of another rank by 51 and more.
const OTHER_RANK: f32 = 15.0;
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
        let mut other = others(&page.inscription.words, &offices);
        other.extend(other_rank(&page.inscription.ranks, &offices).filter(|_| other.is_empty()));
        if other.is_empty() {
            return Vec::new();
        }
        vec![Finding::new(Code::SealDiffers).on_page(at).at(page.region(&seal.bbox)).seen(other.join(" ")).expected(offices.join("; "))]
    }
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
    let of_other_rank = |word: &str, read: &SealWord| read.confidence >= KNOWN && is_other_rank(word, offices);
    let other = words.iter().filter(|(word, read)| speaks(word, read) || of_other_rank(word, read));
    other.map(|(_, read)| read.text.clone()).collect()
}

/// The rank that the inscription names, where it fits far better than that of any of the offices; none where one of them is no
/// committee of a known rank.
fn other_rank(ranks: &[(&'static str, f32)], offices: &[&str]) -> Option<String> {
    let (best, most) = ranks.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let own = |office: &str| {
        let office = fold_loose(office.split(',').next().unwrap_or_default());
        let behind = office.strip_prefix(&fold_loose("Ủy ban nhân dân")).unwrap_or_default().to_owned();
        // The longest first: `xa` begins no other, `thixa` is one of its own.
        let named = |rank: &&(&'static str, f32)| behind.starts_with(&fold_loose(rank.0));
        ranks.iter().filter(named).max_by_key(|rank| rank.0.len()).map(|rank| rank.1)
    };
    let own: Option<Vec<f32>> = offices.iter().map(|office| own(office)).collect();
    own?.into_iter().all(|fits| most - fits > OTHER_RANK).then(|| best.to_owned())
}

/// Whether the word is the rank of a people's committee, and all offices are committees of other ranks.
fn is_other_rank(word: &str, offices: &[&str]) -> bool {
    let own = |office: &str| office.split(',').next().unwrap_or_default().split_whitespace().map(fold_loose).collect::<Vec<_>>();
    let other = |office: &str| {
        let own = own(office);
        own.iter().any(|name| RANK_WORDS.contains(&name.as_str())) && !own.iter().any(|name| name == word)
    };
    RANK_WORDS.contains(&word) && offices.iter().all(|office| other(office))
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
    fn another_rank_is_another_office() {
        let words = [("ỦY", 0.98), ("BAN", 0.99), ("NHÂN", 0.99), ("DÂN", 0.99), ("THỊ", 0.9)];
        assert_eq!(others_of(&words), ["THỊ"], "the name itself lies under the signature");
        assert!(!is_other_rank("thi", &["VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI"]), "no committee");
        assert!(!is_other_rank("xa", &["Ủy ban nhân dân thị xã Sơn Tây, thành phố Hà Nội"]));
    }

    #[test]
    fn a_rank_that_fits_far_better_is_another_office() {
        let ranks = |own: f32| [("XÃ", own), ("PHƯỜNG", -10.0), ("THỊ XÃ", -50.0)];
        assert_eq!(other_rank(&ranks(-40.0), &[OFFICE]).as_deref(), Some("PHƯỜNG"));
        assert_eq!(other_rank(&ranks(-20.0), &[OFFICE]), None, "the rank is in doubt");
        assert_eq!(other_rank(&ranks(-40.0), &[OFFICE, "Ủy ban nhân dân phường Hòa Khánh"]), None, "one of two offices");
        assert_eq!(other_rank(&ranks(-40.0), &["VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI"]), None, "no committee");
        assert_eq!(other_rank(&ranks(-5.0), &["Ủy ban nhân dân thị xã Sơn Tây"]).as_deref(), Some("XÃ"));
        assert_eq!(other_rank(&[], &[OFFICE]), None);
    }

    #[test]
    fn what_is_not_legible_says_nothing() {
        assert!(others_of(&[("TAM", 0.99), ("PHƯỚC", 0.99)]).is_empty(), "no inscription that is known as one");
        assert!(others_of(&[("BAN", 0.99), ("NHÂN", 0.99), ("DÂN", 0.99), ("PHƯỚC", 0.9)]).is_empty(), "not sure");
        assert!(others_of(&[("BAN", 0.99), ("NHÂN", 0.99), ("DÂN", 0.99), ("X1LƠ", 0.99), ("★", 0.99)]).is_empty(), "no word");
    }
}
