//! Whether a page shows the same picture as another of the same paper: laid over it by points that both share, and compared cell by cell.
//!
//! Each cell, a word wide and a line high, is held against the other page by normalised correlation, moved by up to a millimetre,
//! for paper bends. Light, contrast, sharpness and scale do not matter. Two different words in the same print correlate little, the
//! same word twice photographed does much; a word that differs in one mark correlates nearly as much, so that is not told here.
//!
//! It errs towards silence: a cell counts as different only where both pages bear ink, where it has company, and where all around it
//! fits. What was covered, blurred, faded, creased or added to blank paper is not told.

mod cells;
mod lay;

use image::GrayImage;

use crate::raster::{INCH, Rect, resize_gray};
use cells::Cell;
use lay::Map;

/// A point of the one page and the same point of the other, pixels.
pub type Pair = ((f32, f32), (f32, f32));

/// What comparing two pages came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Share of the original's printed cells in which the other page shows the same, 0 to 1.
    pub same: f32,
    /// Where the other page surely shows something else, boxes on it, pixels.
    pub different: Vec<Rect>,
}

/// Resolution at which pages are compared, dots per inch.
const WORK_DPI: f32 = 100.0;

/// Compares the reading layer of `other` with that of the `original`, whose resolution in dots per inch is `dpi`, after laying it over by
/// `pairs` (original, other). Boxes of `skip` on the other page are not looked at.
///
/// `None` where it cannot be laid over, or where most of it does not fit: then nothing is told.
#[must_use]
pub fn compare(original: &GrayImage, dpi: f32, other: &GrayImage, pairs: &[Pair], skip: &[Rect]) -> Option<Comparison> {
    let factor = WORK_DPI / dpi;
    let (width, height) = ((original.width() as f32 * factor) as u32, (original.height() as f32 * factor) as u32);
    if width < 100 || height < 100 {
        return None;
    }
    let scaled: Vec<Pair> = pairs.iter().map(|((x, y), there)| ((x * factor, y * factor), *there)).collect();
    let map = Map::through(&scaled, (width as f32, height as f32))?;
    // The other page is brought to the working scale before it is laid over, for many pixels make one.
    let shrink = map.scale((width as f32, height as f32)).recip().min(1.0);
    let small = resize_gray(other, (other.width() as f32 * shrink).max(1.0) as u32, (other.height() as f32 * shrink).max(1.0) as u32);
    let laid = image::imageops::blur(&lay::laid(&small, &map, shrink, (width, height)), SOFT);
    let plain = image::imageops::blur(&resize_gray(original, width, height), SOFT);
    let cells = cells::compared(&plain, &laid);
    let told = cells::judged(&cells)?;
    let is_skipped = |place: &Rect| skip.iter().any(|skipped| skipped.intersection(place).area() > 0);
    let boxes = told.different.iter().map(|cell: &Cell| map.carried(&cell.place, (other.width(), other.height())));
    Some(Comparison { same: told.same, different: cells::merged(boxes.filter(|place| !is_skipped(place)).collect()) })
}

/// Sharpness that is left, pixels of standard deviation: a third of a millimetre, a thin stroke.
const SOFT: f32 = 0.3 / INCH * WORK_DPI;

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    /// A page of words at 200 dots per inch: strokes that `seed` chooses, 30 pixels high, in rows.
    fn page(seed: u32) -> GrayImage {
        let mut page = GrayImage::from_pixel(1654, 2339, Luma([255]));
        let mut state = 7_u32;
        for row in 0..40 {
            for letter in 0..60 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                stroke(&mut page, 150 + letter * 23, 160 + row * 52, state ^ if (18..21).contains(&row) { seed } else { 0 });
            }
        }
        page
    }

    /// Nine parts of a letter, dark by the bits of `shape`.
    fn stroke(page: &mut GrayImage, left: u32, top: u32, shape: u32) {
        for part in (0..9).filter(|part| (shape >> (8 + part)) & 1 == 1) {
            for (x, y) in (0..6).flat_map(|x| (0..9).map(move |y| (x, y))) {
                page.put_pixel(left + part % 3 * 6 + x, top + part / 3 * 9 + y, Luma([20]));
            }
        }
    }

    /// The page smaller, turned a little and greyer; and points that both share.
    fn captured(page: &GrayImage) -> (GrayImage, Vec<Pair>) {
        let there = |(x, y): (f32, f32)| (x * 0.9 + y * 0.01 + 20.0, y * 0.9 - x * 0.01 + 40.0);
        let back = |(u, v): (f32, f32)| {
            let (u, v) = (u - 20.0, v - 40.0);
            let det = 0.9 * 0.9 + 0.01 * 0.01;
            ((0.9 * u - 0.01 * v) / det, (0.01 * u + 0.9 * v) / det)
        };
        let small = GrayImage::from_fn(1560, 2200, |u, v| {
            let (x, y) = back((u as f32, v as f32));
            let inside = x >= 0.0 && y >= 0.0 && x < page.width() as f32 && y < page.height() as f32;
            Luma([if inside { page.get_pixel(x as u32, y as u32)[0] / 2 + 120 } else { 247 }])
        });
        let points = (0..6).flat_map(|x| (0..6).map(move |y| (150.0 + 260.0 * x as f32, 160.0 + 400.0 * y as f32)));
        (small, points.map(|point| (point, there(point))).collect())
    }

    #[test]
    fn the_same_page_captured_otherwise_is_the_same() {
        let original = page(0);
        let (small, pairs) = captured(&original);
        let told = compare(&original, 200.0, &small, &pairs, &[]).unwrap();
        assert!(told.same > 0.95 && told.different.is_empty(), "{told:?}");
    }

    #[test]
    fn rows_that_say_something_else_are_found_and_nothing_else_is() {
        let original = page(0);
        let (small, pairs) = captured(&page(0x0001_5A00));
        let told = compare(&original, 200.0, &small, &pairs, &[]).unwrap();
        let place = told.different.iter().copied().reduce(|a, b| a.union(&b)).unwrap();
        // Rows 18 to 20 of the original lie at 1096 to 1227; a cell is 48 pixels high there.
        assert!(place.y > 940 && place.bottom() < 1230 && place.w > 800, "{place:?}");
        // Where the copy's own marks lie nothing is told.
        assert!(compare(&original, 200.0, &small, &pairs, &[Rect::between(0, 900, 1560, 1300)]).unwrap().different.is_empty());
    }

    #[test]
    fn nothing_is_told_without_points_or_of_another_page() {
        let original = page(0);
        let (small, pairs) = captured(&original);
        assert_eq!(compare(&original, 200.0, &small, &pairs[..5], &[]), None, "too few points");
        let near: Vec<Pair> = (0..36).map(|at| ((150.0 + at as f32, 160.0), (155.0 + at as f32, 184.0))).collect();
        assert_eq!(compare(&original, 200.0, &small, &near, &[]), None, "all in one place");
        let blank = GrayImage::from_pixel(1560, 2200, Luma([250]));
        assert_eq!(compare(&original, 200.0, &blank, &pairs, &[]), None, "a blank page");
        let scattered: Vec<Pair> = pairs.iter().zip(pairs.iter().rev()).map(|(a, b)| (a.0, (b.1.1, b.1.0))).collect();
        assert_eq!(compare(&original, 200.0, &small, &scattered, &[]), None, "points that do not agree with the page");
    }
}
