//! A word in another face than its value: upright where the value is set in slanted letters. Refers, with the place. Other
//! changes of the face are not compared.

use bansao_scan::forensic::Patch;

use super::Check;
use super::traces::{field_at, is_signers};
use crate::finding::{Code, Finding};
use crate::inspect::seen::{Seen, SeenPage};

pub(super) struct OtherFace;

/// Words lean from here on, and stand upright up to here, degrees. Words of slanted faces were measured down to 3.
const LEANS: f32 = 9.0;
const UPRIGHT: f32 = 1.5;
/// So many words of a value must lean before one that does not is another face, and so many of them stand before it on its
/// line: what stands before a value is its label.
const LEAST_LEANING: usize = 3;
const LEAST_BEFORE: usize = 2;
/// Words of one line, and neighbours on it, are no further apart, millimetres.
const LINE_MM: f32 = 2.2;
const GAP_MM: f32 = 3.5;

impl Check for OtherFace {
    fn name(&self) -> &'static str {
        "other_face"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        if seen.form().is_none_or(|form| !form.certified || form.copy) {
            return Vec::new();
        }
        seen.pages.iter().enumerate().flat_map(|(at, page)| upright_words(seen, at, page)).collect()
    }
}

/// Words that stand upright in a value that is set in slanted letters.
fn upright_words(seen: &Seen<'_>, at: usize, page: &SeenPage) -> Vec<Finding> {
    let Some(examined) = &page.examined else { return Vec::new() };
    let mut findings: Vec<Finding> = Vec::new();
    for field in seen.fields.iter().filter(|field| field.page == at && !is_signers(seen, field)) {
        let words: Vec<&Patch> =
            examined.patches.iter().filter(|patch| field_at(seen, at, page, &patch.rect).is_some_and(|of| of.id == field.id)).collect();
        if let Some(word) = upright_word(&words, examined.mm) {
            let finding = Finding::new(Code::Altered).in_field(&field.id).on_page(at).at(page.region(&word.rect));
            findings.push(finding.seen(format!("upright {:.0}", word.slant.unwrap_or_default())).expected(format!("{LEANS:.0}")));
        }
    }
    findings
}

fn upright_word<'a>(words: &[&'a Patch], mm: f32) -> Option<&'a Patch> {
    let leans = |patch: &Patch| patch.slant.is_some_and(|slant| slant >= LEANS);
    if words.iter().filter(|patch| leans(patch)).count() < LEAST_LEANING {
        return None;
    }
    let other = |word: &&&Patch| {
        let bottom = |patch: &Patch| patch.rect.bottom() as f32;
        let before: Vec<_> =
            words.iter().filter(|patch| patch.rect.x < word.rect.x && (bottom(patch) - bottom(word)).abs() < LINE_MM * mm).collect();
        let nearest = before.iter().map(|patch| patch.rect.right()).max().unwrap_or(0);
        let close = (word.rect.x.saturating_sub(nearest)) as f32 <= GAP_MM * mm;
        let upright = word.slant.is_some_and(|slant| slant.abs() <= UPRIGHT);
        upright && close && before.iter().filter(|patch| leans(patch)).count() >= LEAST_BEFORE
    };
    words.iter().find(other).copied()
}
