//! What lies on a page that is not the page: reflected light, a finger or a thing over its edge.
//!
//! Both are looked for at the resolution of the small picture and given as boxes of the full one.

use image::{GrayImage, Luma, RgbImage};

use super::Exposure;
use crate::raster::blobs::Blobs;
use crate::raster::{INCH, Rect};

/// All channels at least this bright are clipped.
const CLIPPED: u8 = 250;
/// Paper that is nearly as bright itself shows no glare.
const PAPER_BELOW: f32 = 238.0;
/// The least glare that can hide a word, square millimetres.
const GLARE_MM2: f32 = 40.0;
/// Share of its box that it fills: a spot has three quarters, white around a printed code half.
const GLARE_FILL: f32 = 0.6;
/// Narrower and longer than this, in millimetres, is a streak of the scanner's: no reflected light has that shape, and it
/// hides no word.
const STREAK_MM: (f32, f32) = (2.0, 30.0);
/// White this close to the picture's side, this much longer than deep and no deeper, is the scanner's lid beside the sheet.
const LID_AT_MM: f32 = 2.0;
const LID_LENGTHS: u32 = 3;
const LID_MM: f32 = 12.0;

pub(super) fn glare(small: &RgbImage, dpi: f32, scale: f32, exposure: &Exposure) -> Vec<Rect> {
    if exposure.paper > PAPER_BELOW {
        return Vec::new();
    }
    let clipped = crate::raster::map(small, |r, g, b| if r.min(g).min(b) >= CLIPPED { 0 } else { 255 });
    let mm = dpi / INCH;
    let blobs = Blobs::find(&clipped, |value| value == 0).blobs;
    let streak = |rect: &Rect| (rect.w.min(rect.h) as f32) < STREAK_MM.0 * mm && rect.w.max(rect.h) as f32 > STREAK_MM.1 * mm;
    let spot = |area: f32, rect: &Rect| area > GLARE_MM2 * mm * mm && area > GLARE_FILL * rect.area() as f32 && !streak(rect);
    let at = |gap: u32| gap as f32 <= LID_AT_MM * mm;
    let lid = |rect: &Rect| {
        let along = |depth: u32, length: u32| depth as f32 <= LID_MM * mm && length >= LID_LENGTHS * depth;
        let beside = (at(rect.x) || at(small.width() - rect.right())) && along(rect.w, rect.h);
        beside || ((at(rect.y) || at(small.height() - rect.bottom())) && along(rect.h, rect.w))
    };
    blobs.iter().filter(|blob| spot(blob.area as f32, &blob.rect) && !lid(&blob.rect)).map(|blob| enlarged(&blob.rect, scale)).collect()
}

/// Side of a cell in millimetres; print within it is overlooked, for its brightest pixel counts.
const CELL_MM: f32 = 2.0;
/// A cover is darker than this share of the paper, or of another colour.
const DARKER: f32 = 0.60;
/// Difference of red to green, or blue to green, from the paper's.
const OTHER_COLOUR: f32 = 0.22;
/// The least cover, in square millimetres and in its narrow direction.
const COVER_MM2: f32 = 150.0;
const COVER_MM: f32 = 9.0;
/// What runs along more of a side is the scanner's lid or a printed border.
const COVER_SIDE: f32 = 0.7;
/// Share of its box that a finger or a card fills.
const COVER_FILL: f32 = 0.4;

/// Solid things that reach into the page from its edge.
pub(super) fn covers(small: &RgbImage, dpi: f32, scale: f32, paper: [u8; 3]) -> Vec<Rect> {
    let cell = (CELL_MM * dpi / INCH).round().max(2.0) as u32;
    let (columns, rows) = (small.width() / cell, small.height() / cell);
    if columns < 8 || rows < 8 {
        return Vec::new();
    }
    let [pr, pg, pb] = paper.map(|level| f32::from(level).max(1.0));
    let own = (pr / pg, pb / pg, pr * 0.30 + pg * 0.59 + pb * 0.11);
    let solid = GrayImage::from_fn(columns, rows, |column, row| {
        let mut best = [0.0_f32; 3];
        for y in row * cell..(row + 1) * cell {
            for x in column * cell..(column + 1) * cell {
                best.iter_mut().zip(small.get_pixel(x, y).0).for_each(|(best, value)| *best = best.max(f32::from(value)));
            }
        }
        let [r, g, b] = best.map(|level| level.max(1.0));
        let dark = r * 0.30 + g * 0.59 + b * 0.11 < own.2 * DARKER;
        let coloured = (r / g - own.0).abs() > OTHER_COLOUR || (b / g - own.1).abs() > OTHER_COLOUR;
        Luma([if dark || coloured { 0 } else { 255 }])
    });
    let mm = cell as f32 * INCH / dpi;
    let is_cover = |rect: &Rect, area: u32| {
        let sides = [(rect.x == 0 || rect.right() == columns, rect.h, rows), (rect.y == 0 || rect.bottom() == rows, rect.w, columns)];
        let reaches_in = sides.iter().any(|&(touches, _, _)| touches);
        let along_a_side = sides.iter().any(|&(touches, length, side)| touches && length as f32 > COVER_SIDE * side as f32);
        let large = area as f32 * mm * mm > COVER_MM2 && rect.w.min(rect.h) as f32 * mm > COVER_MM;
        reaches_in && !along_a_side && large && area as f32 > COVER_FILL * rect.area() as f32
    };
    let blobs = Blobs::find(&solid, |value| value == 0).blobs;
    blobs.iter().filter(|blob| is_cover(&blob.rect, blob.area)).map(|blob| enlarged(&blob.rect, scale * cell as f32)).collect()
}

fn enlarged(rect: &Rect, scale: f32) -> Rect {
    let side = |value: u32| (value as f32 * scale) as u32;
    Rect::between(side(rect.x), side(rect.y), side(rect.right()), side(rect.bottom()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::measure_pixels;
    use crate::measure::tests::text_page;
    use image::Rgb;

    const DPI: f32 = 150.0;

    fn page() -> RgbImage {
        text_page(1240, 1754, DPI)
    }

    /// Changes pixels where `inside` says so, in millimetres.
    fn change(page: &mut RgbImage, inside: impl Fn(f32, f32) -> bool, to: impl Fn([u8; 3]) -> [u8; 3]) {
        for (x, y, pixel) in page.enumerate_pixels_mut() {
            if inside(x as f32 * INCH / DPI, y as f32 * INCH / DPI) {
                *pixel = Rgb(to(pixel.0));
            }
        }
    }

    fn measured(page: &RgbImage) -> crate::Measures {
        measure_pixels(page, Some((DPI, DPI)))
    }

    #[test]
    fn a_plain_page_bears_none_of_it() {
        let measures = measured(&page());
        assert!(measures.glare.is_empty() && measures.covers.is_empty(), "{measures:?}");
    }

    #[test]
    fn glare_is_found_where_it_is_and_white_paper_is_none() {
        let mut dim = page();
        change(&mut dim, |_, _| true, |pixel| pixel.map(|value| (f32::from(value) * 0.85) as u8));
        change(&mut dim, |x, y| (x - 120.0).hypot(y - 90.0) < 12.0, |_| [255, 255, 253]);
        let glare = measured(&dim).glare;
        assert_eq!(glare.len(), 1);
        let mm = DPI / INCH;
        assert!(glare[0].x.abs_diff((108.0 * mm) as u32) < 8 && glare[0].y.abs_diff((78.0 * mm) as u32) < 8, "{glare:?}");
        change(&mut dim, |x, _| (40.0..41.2).contains(&x), |_| [255; 3]);
        change(&mut dim, |x, y| x > 204.0 && (100.0..200.0).contains(&y), |_| [255; 3]);
        assert_eq!(measured(&dim).glare.len(), 1, "a scanner's streak down the page is none, nor is its lid");
        let mut white = page();
        change(&mut white, |_, _| true, |pixel| if pixel[0] > 200 { [255; 3] } else { pixel });
        assert!(measured(&white).glare.is_empty());
    }

    #[test]
    fn a_finger_and_a_card_cover_and_a_lid_a_seal_and_an_emblem_do_not() {
        let mut finger = page();
        change(&mut finger, |x, y| y > 262.0 && (x - 60.0).abs() < 9.0, |_| [206, 158, 130]);
        let covers = measured(&finger).covers;
        assert!(covers.len() == 1 && covers[0].bottom() > 1700, "{covers:?}");
        let mut card = page();
        change(&mut card, |x, y| x > 150.0 && (100.0..154.0).contains(&y), |_| [60, 90, 120]);
        assert_eq!(measured(&card).covers.len(), 1);
        let mut plain = page();
        change(&mut plain, |x, _| x < 12.0, |_| [30, 30, 30]);
        change(&mut plain, |x, y| (16.7..17.5).contains(&(x - 140.0).hypot(y - 200.0)), |_| [200, 50, 60]);
        change(&mut plain, |x, y| (x - 105.0).hypot(y - 30.0) < 9.0, |_| [220, 160, 40]);
        assert!(measured(&plain).covers.is_empty(), "{:?}", measured(&plain).covers);
    }
}
