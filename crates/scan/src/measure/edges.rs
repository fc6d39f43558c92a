//! How wide the edges of letters are, region by region.
//!
//! At each steepest place of a strong edge, width is the local contrast divided by the slope: 2 pixels for an ideal
//! edge, two and a half times the spread of a Gaussian blur. Rows and columns are sampled and the wider of the two
//! medians counts, so that motion blur in one direction shows. Weak edges (background pattern, paper grain) are
//! passed over.

use image::GrayImage;

use super::Exposure;
use crate::raster::{INCH, quantile};

/// Widths of letters' edges.
#[derive(Debug, Clone, PartialEq)]
pub struct Sharpness {
    /// Median over the regions with enough edges, in pixels: 2 is ideal.
    pub median_px: f32,
    /// The same in millimetres: sharp scans at 200 and 300 dpi have 0.20 to 0.40.
    pub median_mm: f32,
    /// The most blurred region, in millimetres.
    pub worst_mm: f32,
    /// The sharpest region, in millimetres.
    pub best_mm: f32,
    /// Regions with enough edges to tell, of 24.
    pub regions: usize,
    /// Edges that were measured.
    pub edges: usize,
    pub(super) size_px: (u32, u32),
}

const COLUMNS: usize = 4;
const ROWS: usize = 6;
/// Edges that a region must have to be counted.
const ENOUGH: usize = 40;
/// Edges that are wider one way than the other by this factor lie at a slant: a hand that moves blurs by less.
const SLANT: f32 = 2.2;
/// Share of the width and height, at each side, that is passed over: the sheet's own edge casts a soft shadow.
const RIM: f32 = 0.03;
/// One line in so many is looked at.
const EVERY: usize = 5;

pub(super) fn sharpness(page: &GrayImage, dpi: f32, exposure: &Exposure) -> Sharpness {
    let contrast = (exposure.contrast * 0.45).max(24.0) as i32;
    let reach = ((0.9 * dpi / INCH) as usize).clamp(4, 24);
    let mut across = vec![Vec::new(); COLUMNS * ROWS];
    let mut down = vec![Vec::new(); COLUMNS * ROWS];
    let (width, height) = (page.width() as usize, page.height() as usize);
    if width > 16 && height > 16 {
        let pixels = page.as_raw();
        let inner = |length: usize| (length as f32 * RIM) as usize..length - (length as f32 * RIM) as usize;
        for y in inner(height).step_by(EVERY) {
            let row = &pixels[y * width..(y + 1) * width][inner(width)];
            let left = inner(width).start;
            along(row, reach, contrast, |x, edge| across[region(x + left, width, y, height)].push(edge));
        }
        let mut column = vec![0_u8; height];
        for x in inner(width).step_by(EVERY) {
            column.iter_mut().zip(pixels[x..].iter().step_by(width)).for_each(|(to, from)| *to = *from);
            let top = inner(height).start;
            along(&column[inner(height)], reach, contrast, |y, edge| down[region(x, width, y + top, height)].push(edge));
        }
    }
    summary(across, down, dpi, page.dimensions())
}

fn region(x: usize, width: usize, y: usize, height: usize) -> usize {
    (y * ROWS / height) * COLUMNS + x * COLUMNS / width
}

/// Calls `found` with the place and width of each strong edge on a line.
pub(super) fn along(line: &[u8], reach: usize, contrast: i32, mut found: impl FnMut(usize, f32)) {
    let slope = |at: usize| (i32::from(line[at + 1]) - i32::from(line[at - 1])).abs();
    let least = contrast / 6;
    let mut here = slope(2);
    let mut before = slope(1);
    for at in 2..line.len().saturating_sub(3) {
        let after = slope(at + 1);
        if here >= least && here > before && here >= after {
            let window = &line[at.saturating_sub(reach)..(at + reach + 1).min(line.len())];
            let (low, high) = window.iter().fold((255, 0), |(low, high), &v| (v.min(low), v.max(high)));
            let spread = i32::from(high) - i32::from(low);
            if spread >= contrast && after + before + here >= spread / 3 {
                found(at, spread as f32 * 2.0 / here as f32);
            }
        }
        before = here;
        here = after;
    }
}

fn summary(across: Vec<Vec<f32>>, down: Vec<Vec<f32>>, dpi: f32, size_px: (u32, u32)) -> Sharpness {
    let edges = across.iter().chain(&down).map(Vec::len).sum();
    let mut widths: Vec<f32> = Vec::new();
    for (mut a, mut d) in across.into_iter().zip(down) {
        let medians = [&mut a, &mut d].map(|v| if v.len() >= ENOUGH { quantile(v, 0.5) } else { 0.0 });
        // Edges that lie nearly along the sampled lines, such as a plot's side, are met at a slant and seem wide one way alone.
        let (least, most) = (medians[0].min(medians[1]), medians[0].max(medians[1]));
        let width = if least > 0.0 && most > SLANT * least { least } else { most };
        if width > 0.0 {
            widths.push(width);
        }
    }
    let regions = widths.len();
    let median_px = quantile(&mut widths, 0.5);
    let mm = |px: f32| px * INCH / dpi;
    Sharpness {
        median_px,
        median_mm: mm(median_px),
        worst_mm: mm(quantile(&mut widths, 1.0)),
        best_mm: mm(quantile(&mut widths, 0.0)),
        regions,
        edges,
        size_px,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::tests::text_page;
    use crate::raster::luma;

    #[test]
    fn blur_widens_edges_in_proportion() {
        let page = luma(&text_page(827, 1169, 100.0));
        let exposure = super::super::tone::exposure(&page);
        let sharp = sharpness(&page, 100.0, &exposure);
        let blurred = sharpness(&image::imageops::blur(&page, 1.5), 100.0, &exposure);
        assert!(sharp.median_px < 2.4, "{sharp:?}");
        assert!(blurred.median_px > 1.25 * sharp.median_px, "{blurred:?}");
    }
}
