//! The pictures of a print against the pages of the copy as it was issued: another reason to doubt a print, and never one to believe it.
//!
//! Words that stand once on both pages are the points by which one is laid over the other (`bansao_scan::likeness`).

use std::collections::BTreeMap;

use bansao_scan::likeness::{Overlay, Pair};
use bansao_scan::{Page, Rect};

use super::marks::without_marks;
use super::{ComparedPicture, Likeness};
use crate::inspect::look::{Looked, look_at};
use crate::inspect::read::Reader;
use crate::inspect::read::text::{PageText, TextWord};
use crate::inspect::seen::SeenPage;
use crate::inspect::{open, parallel};
use crate::limits::Limits;
use crate::record::fold_loose;

/// Share of the printed cells that must fit for a picture to be called the same.
const SAME: f32 = 0.9;

/// Letters of a word that is to be a point.
const LETTERS: usize = 3;

/// The pictures of a print.
pub(super) struct Pictures<'a> {
    pub(super) seen: &'a [SeenPage],
    pub(super) texts: &'a [PageText],
    /// Lines of values, with the picture that each stands on: boxes on its layer.
    pub(super) lines: Vec<(usize, Rect)>,
    /// The book of the certification, as printed.
    pub(super) book: &'a str,
}

/// Each of the `originals`, picture files, against that of the pictures that shares most words with it. Pages that cannot be read
/// are not told: they are our own, and nothing of the print follows from it.
pub(super) fn compared(originals: &[Vec<u8>], pictures: &Pictures<'_>, reader: &dyn Reader, limits: &Limits) -> Vec<ComparedPicture> {
    let pages = open(originals, limits).unwrap_or_default();
    let looked = parallel::for_each(&pages, |(_, page): &(usize, Page)| look_at(page, reader, limits).0);
    looked.iter().map(|original| against(original, pictures)).collect()
}

fn against(original: &Looked, pictures: &Pictures<'_>) -> ComparedPicture {
    let Pictures { seen, texts, lines, book } = pictures;
    let untold = ComparedPicture { page: None, likeness: Likeness::CannotTell, regions: Vec::new() };
    let shared = texts.iter().enumerate().map(|(at, text)| (at, shared_words(&original.text, text)));
    let Some((at, pairs)) = shared.max_by_key(|(_, pairs)| pairs.len()) else { return untold };
    let (Some(page), Some(text)) = (seen.get(at), texts.get(at)) else { return untold };
    let (Some(own), Some(layer)) = (&original.page.layer, &page.layer) else { return untold };
    // The copy's own marks lie over its pages.
    let marks = marks(text, book);
    let Some(overlay) = Overlay::by(&pairs, &own.image, original.text.dpi, &layer.image) else { return untold };
    let cells = overlay.cells(&marks);
    let (fits, same) = (cells.is_some(), cells.as_ref().is_some_and(|told| told.same >= SAME));
    let mut different = cells.map(|told| told.different).unwrap_or_default();
    let lines: Vec<Rect> = lines.iter().filter(|(picture, _)| *picture == at).map(|(_, line)| *line).collect();
    different.extend(overlay.marks(&lines));
    let likeness = match (different.is_empty(), same) {
        (false, _) => Likeness::Differs,
        (true, true) => Likeness::Same,
        (true, false) => Likeness::CannotTell,
    };
    // Where neither cells nor marks fit, the picture is not surely of this page.
    if likeness == Likeness::CannotTell && !fits {
        return untold;
    }
    let regions = different.iter().map(|rect| page.region(&layer.to_page(rect))).collect();
    ComparedPicture { page: Some(at), likeness, regions }
}

/// The boxes of what the copy puts on a page.
fn marks(text: &PageText, book: &str) -> Vec<Rect> {
    let kept = without_marks(text, book);
    let kept: Vec<&TextWord> = kept.rows.iter().flat_map(|row| &row.words).collect();
    let words = text.rows.iter().flat_map(|row| &row.words);
    words.filter(|word| !kept.contains(word)).map(|word| word.rect).collect()
}

/// The middles of words that stand once on both pages.
fn shared_words(a: &PageText, b: &PageText) -> Vec<Pair> {
    let there = single_words(b);
    single_words(a).into_iter().filter_map(|(word, place)| Some((place, *there.get(&word)?))).collect()
}

fn single_words(text: &PageText) -> BTreeMap<String, (f32, f32)> {
    let mut places: BTreeMap<String, Vec<(f32, f32)>> = BTreeMap::new();
    for word in text.rows.iter().flat_map(|row| &row.words) {
        let (folded, Rect { x, y, w, h }) = (fold_loose(&word.text), word.rect);
        if folded.chars().count() >= LETTERS {
            places.entry(folded).or_default().push((x as f32 + w as f32 / 2.0, y as f32 + h as f32 / 2.0));
        }
    }
    places.into_iter().filter_map(|(word, places)| Some((word, *places.first().filter(|_| places.len() == 1)?))).collect()
}
