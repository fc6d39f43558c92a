//! Lines and words by image means, on a layer that `rectify` made.
//!
//! Pieces of ink the size of letters are strung into rows by their height on the page, marks and dots join the row of
//! the letter that they stand on, rows are cut where a wide gap stands (columns of a marriage certificate, fields side
//! by side), and each part is divided into words at its own typical space. Nothing is read.

mod crop;
mod rows;
mod stamp;

use image::GrayImage;

use crate::raster::blobs::{Blob, Blobs};
use crate::raster::{INCH, Rect, quantile};

pub use crop::crop_line;
pub use stamp::{Stamp, straightened};

/// A stretch of print or writing on one baseline, without a wide gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Box around its ink, marks included.
    pub bbox: Rect,
    /// Row on which its letters stand.
    pub baseline: u32,
    /// Height of a small letter without marks, in pixels.
    pub x_height: u32,
    /// Its words from left to right.
    pub words: Vec<Rect>,
    /// Number of the row, from the top: parts of one row share it.
    pub row: usize,
}

/// Gaps wider than both of these part a row: so many small-letter heights, so many millimetres.
const WIDE_GAP: (f32, f32) = (3.6, 6.5);

/// The lines of an upright layer, from top to bottom, parts of a row from left to right.
#[must_use]
pub fn lines(layer: &GrayImage, dpi: f32) -> Vec<Line> {
    let mm = dpi / INCH;
    let blobs = Blobs::letters(layer);
    let rows = rows::rows(&blobs, mm);
    let mut lines = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        for part in parts(&row.pieces, row.x_height, mm) {
            lines.extend(line(&part, number, mm));
        }
    }
    lines
}

/// Cuts a row, sorted from left to right, at wide gaps.
fn parts(pieces: &[Blob], x_height: f32, mm: f32) -> Vec<Vec<Blob>> {
    let wide = (WIDE_GAP.0 * x_height).max(WIDE_GAP.1 * mm);
    let mut parts: Vec<Vec<Blob>> = Vec::new();
    let mut reach = 0;
    for piece in pieces {
        let gap = piece.rect.x as f32 - reach as f32;
        match parts.last_mut() {
            Some(part) if gap <= wide => part.push(*piece),
            _ => parts.push(vec![*piece]),
        }
        reach = reach.max(piece.rect.right());
    }
    parts
}

/// `None` for specks that are no line.
fn line(pieces: &[Blob], row: usize, mm: f32) -> Option<Line> {
    let bbox = pieces.iter().map(|piece| piece.rect).reduce(|a, b| a.union(&b))?;
    let ink: u32 = pieces.iter().map(|piece| piece.area).sum();
    if (bbox.h as f32) < 1.0 * mm || (ink as f32) < 0.5 * mm * mm {
        return None;
    }
    let (baseline, x_height) = rows::measure(pieces, mm);
    Some(Line { bbox, baseline: baseline.round() as u32, x_height: x_height.round().max(1.0) as u32, words: words(pieces, x_height), row })
}

/// Parts at gaps that are clearly wider than those between letters.
fn words(pieces: &[Blob], x_height: f32) -> Vec<Rect> {
    let mut spans: Vec<Rect> = Vec::new();
    let mut gaps = Vec::new();
    // Letters and their marks overlap across: merge them first.
    for piece in pieces {
        match spans.last_mut() {
            Some(span) if piece.rect.x <= span.right() => *span = span.union(&piece.rect),
            _ => spans.push(piece.rect),
        }
    }
    for pair in spans.windows(2) {
        gaps.push(pair[1].x.saturating_sub(pair[0].right()) as f32);
    }
    let space = space(&gaps, x_height);
    let mut words: Vec<Rect> = Vec::new();
    for (at, span) in spans.iter().enumerate() {
        match words.last_mut() {
            Some(word) if gaps[at - 1] < space => *word = word.union(span),
            _ => words.push(*span),
        }
    }
    words
}

/// The gap from which a space is meant: between the two groups that the line's own gaps fall into.
fn space(gaps: &[f32], x_height: f32) -> f32 {
    let (least, most) = (0.28 * x_height, 0.75 * x_height);
    let mut near: Vec<f32> = gaps.iter().copied().filter(|&gap| gap < 2.5 * x_height).collect();
    if near.len() < 6 {
        return 0.42 * x_height;
    }
    let typical = quantile(&mut near, 0.5);
    let mut best = (0.0, 0.42 * x_height);
    near.sort_by(f32::total_cmp);
    for pair in near.windows(2) {
        let middle = (pair[0] + pair[1]) / 2.0;
        if (least..=most).contains(&middle) && middle > typical && pair[1] - pair[0] > best.0 {
            best = (pair[1] - pair[0], middle);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    const DPI: f32 = 200.0;

    fn put(image: &mut GrayImage, x: u32, y: u32, w: u32, h: u32) {
        for py in y..y + h {
            for px in x..x + w {
                image.put_pixel(px, py, Luma([10]));
            }
        }
    }

    /// Words of box letters standing on `baseline`; every fourth letter has an ascender, every fifth a dot below.
    fn write(image: &mut GrayImage, mut x: u32, baseline: u32, words: &[u32]) -> u32 {
        for &letters in words {
            for at in 0..letters {
                let tall = at % 4 == 3;
                put(image, x, baseline - if tall { 22 } else { 15 }, 9, if tall { 22 } else { 15 });
                if at % 5 == 4 {
                    put(image, x + 3, baseline + 3, 3, 3);
                }
                if at % 3 == 1 && !tall {
                    put(image, x + 2, baseline - 21, 5, 3);
                }
                x += 11;
            }
            x += 8;
        }
        x
    }

    fn blank() -> GrayImage {
        GrayImage::from_pixel(1600, 700, Luma([255]))
    }

    #[test]
    fn rows_words_and_marks_are_found() {
        let mut image = blank();
        write(&mut image, 100, 100, &[5, 3, 6, 4]);
        write(&mut image, 100, 145, &[4, 4, 7]);
        write(&mut image, 100, 190, &[8, 2, 5, 5, 3]);
        let found = lines(&image, DPI);
        let words: Vec<usize> = found.iter().map(|line| line.words.len()).collect();
        assert_eq!(words, [4, 3, 5]);
        for (line, baseline) in found.iter().zip([100_i64, 145, 190]) {
            assert!((i64::from(line.baseline) - baseline).abs() <= 1, "{line:?}");
            assert!((14..=16).contains(&line.x_height), "{line:?}");
        }
        assert_eq!(found[0].bbox.y, 100 - 22);
        assert_eq!(found[0].bbox.bottom(), 106);
    }

    #[test]
    fn two_marks_that_grew_together_stand_on_their_letter() {
        let mut image = blank();
        write(&mut image, 100, 100, &[5, 3, 6, 4]);
        // As high as a small letter of other print, on the first letter (15 high) of the row.
        put(&mut image, 100, 72, 9, 11);
        let found = lines(&image, DPI);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].bbox.y, 72);
    }

    #[test]
    fn a_wide_gap_parts_a_row() {
        let mut image = blank();
        write(&mut image, 100, 100, &[5, 3, 6]);
        write(&mut image, 800, 101, &[5, 3]);
        let found = lines(&image, DPI);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].row, found[1].row);
        assert!(found[0].bbox.right() < found[1].bbox.x);
    }

    #[test]
    fn sizes_may_differ_from_row_to_row() {
        let mut image = blank();
        // A title of twice the size.
        for at in 0..10 {
            put(&mut image, 300 + at * 26, 60, 20, 40);
        }
        write(&mut image, 100, 160, &[5, 3, 6, 4]);
        let found = lines(&image, DPI);
        assert_eq!(found.len(), 2);
        assert!(found[0].x_height > 30 && found[1].x_height < 17, "{found:?}");
    }

    #[test]
    fn blank_layers_and_specks_have_no_lines() {
        let mut image = blank();
        assert!(lines(&image, DPI).is_empty());
        put(&mut image, 300, 300, 2, 2);
        assert!(lines(&image, DPI).is_empty());
    }

    #[test]
    fn a_crop_has_its_height_and_white_margins() {
        let mut image = blank();
        write(&mut image, 100, 100, &[5, 3]);
        let line = lines(&image, DPI).remove(0);
        let crop = crop_line(&image, &line.bbox, 48);
        assert_eq!(crop.height(), 48);
        assert!(crop.get_pixel(0, 24)[0] == 255 && crop.iter().any(|&value| value < 64));
    }
}
