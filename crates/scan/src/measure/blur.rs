//! Parts of a page that are blurred while the rest is sharp: a sheet that did not lie flat, a lens that did not cover it.
//!
//! Edge widths are those of `edges`, in finer cells, each held against the page's own: print of one face is as sharp
//! everywhere, whatever the scanner.

use image::GrayImage;

use super::edges::along;
use super::{Exposure, Sharpness};
use crate::raster::{INCH, Rect, quantile};

const COLUMNS: usize = 6;
const ROWS: usize = 9;
/// Edges in a direction that a cell must have to be counted.
const ENOUGH: usize = 30;
/// One line in so many is looked at.
const EVERY: usize = 4;
/// Edges this much wider than the page's are blurred, tuned on the specimens: emblems and large coloured titles reach it in two
/// cells side by side.
const WIDER: f32 = 1.75;
/// And at least so wide, in millimetres: a cell of a very sharp page may be less sharp.
const LEAST_MM: f32 = 0.55;
/// Cells side by side that make a part.
const CELLS: usize = 4;
/// More of the page than this is no part: then the page is blurred, which is told otherwise.
const MOST: f32 = 0.5;

/// Blurred parts, in pixels of the page.
pub(super) fn parts(page: &GrayImage, dpi: f32, exposure: &Exposure, whole: &Sharpness) -> Vec<Rect> {
    let widths = widths(page, dpi, exposure);
    let known = widths.iter().flatten().count();
    if known < 8 || whole.median_px <= 0.0 {
        return Vec::new();
    }
    let usual = quantile(&mut widths.iter().flatten().copied().collect::<Vec<f32>>(), 0.5);
    let is_blurred = |width: &Option<f32>| width.is_some_and(|width| width > usual * WIDER && width * INCH / dpi > LEAST_MM);
    let blurred: Vec<bool> = widths.iter().map(is_blurred).collect();
    if blurred.iter().filter(|blurred| **blurred).count() as f32 > MOST * known as f32 {
        return Vec::new();
    }
    let (width, height) = page.dimensions();
    let parts = connected(&blurred).into_iter().filter(|cells| cells.len() >= CELLS);
    parts.filter_map(|cells| cells.into_iter().map(|cell| rect(cell, width, height)).reduce(|sum, next| sum.union(&next))).collect()
}

/// The width of edges in each cell, in pixels, the wider of its two directions; `None` where there are too few.
fn widths(page: &GrayImage, dpi: f32, exposure: &Exposure) -> Vec<Option<f32>> {
    let contrast = (exposure.contrast * 0.45).max(24.0) as i32;
    let reach = ((1.4 * dpi / INCH) as usize).clamp(4, 24);
    let (width, height) = (page.width() as usize, page.height() as usize);
    let mut across = vec![Vec::new(); COLUMNS * ROWS];
    let mut down = vec![Vec::new(); COLUMNS * ROWS];
    if width <= 16 || height <= 16 {
        return vec![None; COLUMNS * ROWS];
    }
    let cell = |x: usize, y: usize| (y * ROWS / height) * COLUMNS + x * COLUMNS / width;
    let pixels = page.as_raw();
    for y in (0..height).step_by(EVERY) {
        along(&pixels[y * width..(y + 1) * width], reach, contrast, |x, edge| across[cell(x, y)].push(edge));
    }
    let mut column = vec![0_u8; height];
    for x in (0..width).step_by(EVERY) {
        column.iter_mut().zip(pixels[x..].iter().step_by(width)).for_each(|(to, from)| *to = *from);
        along(&column, reach, contrast, |y, edge| down[cell(x, y)].push(edge));
    }
    let median = |edges: &mut Vec<f32>| (edges.len() >= ENOUGH).then(|| quantile(edges, 0.5));
    across.iter_mut().zip(&mut down).map(|(a, d)| Some(median(a)?.max(median(d)?))).collect()
}

/// Cells that touch, side by side.
fn connected(blurred: &[bool]) -> Vec<Vec<usize>> {
    let mut left: Vec<usize> = (0..blurred.len()).filter(|cell| blurred[*cell]).collect();
    let mut parts = Vec::new();
    while let Some(first) = left.pop() {
        let mut part = vec![first];
        let mut at = 0;
        while let Some(&cell) = part.get(at) {
            let touches = |other: usize| {
                let (columns, rows) = ((cell % COLUMNS).abs_diff(other % COLUMNS), (cell / COLUMNS).abs_diff(other / COLUMNS));
                columns + rows == 1
            };
            part.extend(left.iter().copied().filter(|other| touches(*other)));
            left.retain(|other| !touches(*other));
            at += 1;
        }
        parts.push(part);
    }
    parts
}

fn rect(cell: usize, width: u32, height: u32) -> Rect {
    let (column, row) = ((cell % COLUMNS) as u32, (cell / COLUMNS) as u32);
    let (columns, rows) = (COLUMNS as u32, ROWS as u32);
    Rect::between(column * width / columns, row * height / rows, (column + 1) * width / columns, (row + 1) * height / rows)
}

#[cfg(test)]
mod tests {
    use crate::measure::measure_pixels;
    use crate::measure::tests::text_page;
    use image::{RgbImage, imageops};

    fn blurred(page: &RgbImage) -> Vec<crate::Rect> {
        measure_pixels(page, Some((200.0, 200.0))).blurred
    }

    /// Rows of small letters in a frame at 150 dpi.
    fn rows() -> RgbImage {
        RgbImage::from_fn(1240, 1754, |x, y| {
            let inside = (150..1090).contains(&x) && (150..1600).contains(&y);
            let letter = inside && y % 48 < 11 && (x + y / 48 * 5) % 11 < 4;
            let framed = (80..1160).contains(&x) && (80..1674).contains(&y) && !((84..1156).contains(&x) && (84..1670).contains(&y));
            image::Rgb(if letter || framed { [35, 35, 40] } else { [246, 244, 240] })
        })
    }

    #[test]
    fn a_blurred_band_across_is_found() {
        let mut page = rows();
        let soft = imageops::blur(&page, 1.6);
        imageops::replace(&mut page, &imageops::crop_imm(&soft, 120, 900, 1000, 500).to_image(), 120, 900);
        let found = measure_pixels(&page, Some((150.0, 150.0))).blurred;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].y >= 770 && found[0].bottom() <= 1560 && found[0].bottom() > 1300, "{found:?}");
    }

    #[test]
    fn a_blurred_corner_is_found_and_a_page_that_is_sharp_or_blurred_throughout_has_none() {
        let sharp = text_page(1654, 2339, 200.0);
        assert_eq!(blurred(&sharp), []);
        let soft = imageops::blur(&sharp, 2.5);
        assert_eq!(blurred(&soft), []);
        let mut page = sharp.clone();
        let corner = imageops::crop_imm(&soft, 800, 1500, 854, 839).to_image();
        imageops::replace(&mut page, &corner, 800, 1500);
        let found = blurred(&page);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].x >= 500 && found[0].y >= 1250 && found[0].right() > 1300 && found[0].bottom() > 2000, "{found:?}");
    }
}
