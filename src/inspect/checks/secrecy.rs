//! No secrecy stamp, nothing that forbids copying (Nghị định 23/2015/NĐ-CP, Điều 22, 3).

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::read::stands_on;
use crate::inspect::read::text::{PageText, contains_nearly};
use crate::inspect::seen::Seen;
use crate::record::{fold, fold_loose};

pub(super) struct Secrecy;

const STAMPS: [&str; 3] = ["TỐI MẬT", "TUYỆT MẬT", "ĐỘ MẬT"];
/// Read surer than this, a word is there.
const SURE: f32 = 0.5;
const PHRASES: [&str; 3] = ["KHÔNG ĐƯỢC SAO CHỤP", "CẤM SAO CHỤP", "KHÔNG SAO CHỤP"];

impl Check for Secrecy {
    fn name(&self) -> &'static str {
        "secrecy"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let found = |page: &PageText| {
            let stamp = STAMPS.iter().copied().find(|stamp| stands_on(page, stamp));
            let phrase = || PHRASES.iter().copied().find(|phrase| page.rows.iter().any(|row| contains_nearly(row, phrase)));
            stamp.or_else(phrase).or_else(|| alone(page)).or_else(|| stamped(page))
        };
        let pages = seen.texts.iter().enumerate();
        pages.filter_map(|(at, page)| found(page).map(|words| Finding::new(Code::SecretOrNoCopy).on_page(at).seen(words))).collect()
    }
}

/// A red stamp that speaks of copying: one that stands askew is read in pieces.
fn stamped(page: &PageText) -> Option<&'static str> {
    let red = page.rows.iter().filter(|row| row.red);
    red.flat_map(|row| row.words.windows(2)).find_map(|pair| match pair {
        [a, b] if fold_loose(&a.text) == "sao" && matches!(fold_loose(&b.text).as_str(), "chup" | "chep") => Some("SAO CHỤP"),
        _ => None,
    })
}

/// `MẬT` by itself. In red it is taken for that stamp as soon as it may be it: nothing else of three letters is red.
fn alone(page: &PageText) -> Option<&'static str> {
    let stands = page.rows.iter().flat_map(|row| row.groups(page.mm(5.0)).into_iter().map(|group| (row.red, group))).any(|(red, group)| {
        // A frame around the stamp comes out as strokes before and behind it.
        let letters: String = group.iter().flat_map(|word| word.text.chars()).filter(|c| c.is_alphabetic()).collect();
        let loose = fold_loose(&letters);
        let exact = fold(&letters) == fold("MẬT") && letters.chars().filter(|c| c.is_uppercase()).count() >= 2;
        // The stamp is in capitals: small letters that were hardly read are strokes of a pen or a border.
        let capitals = letters.chars().all(char::is_uppercase) || group.iter().all(|word| word.confidence >= SURE);
        exact || (red && capitals && loose.starts_with("ma") && loose.chars().count() == 3)
    });
    stands.then_some("MẬT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::read::text::tests::row;

    #[test]
    fn the_stamp_by_itself_is_told_from_strokes() {
        let found = |text: &str, red: bool, confidence: f32| {
            let mut row = row(text, 0);
            row.red = red;
            row.words.iter_mut().for_each(|word| word.confidence = confidence);
            alone(&PageText { rows: vec![row], size: (1600, 2400), dpi: 200.0 })
        };
        assert_eq!(found("MẬT", false, 0.3), Some("MẬT"));
        assert_eq!(found("MẬI", true, 0.1), Some("MẬT"), "capitals, however hardly read");
        assert_eq!(found("Mật", true, 0.6), Some("MẬT"), "small letters that were read");
        assert_eq!(found("Mân", true, 0.22), None, "strokes of a pen");
        assert_eq!(found("Mai", false, 0.99), None);
    }
}
