//! Whether a page shows the same picture as another of the same paper: laid over it by points that both share, and compared cell by cell.
//!
//! Each cell, a word wide and a line high, is held against the other page by normalised correlation, moved by up to a millimetre,
//! for paper bends. Light, contrast, sharpness and scale do not matter. Two different words in the same print correlate little, the
//! same word twice photographed does much; a word that differs in one mark correlates nearly as much. So lines that matter are compared
//! mark by mark besides (`marks`), where the picture is good enough.
//!
//! It errs towards silence: a cell counts as different only where both pages bear ink, where it has company, and where all around it
//! fits. What was covered, blurred, faded, creased or added to blank paper is not told.

mod cells;
mod lay;
mod marks;

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

/// Resolution at which pages are laid over each other and cells compared, dots per inch.
const WORK_DPI: f32 = 100.0;

/// The reading layer of a page laid over that of the original.
pub struct Overlay<'a> {
    original: &'a GrayImage,
    dpi: f32,
    other: &'a GrayImage,
    map: Map,
}

impl<'a> Overlay<'a> {
    /// Lays `other` over the `original`, whose resolution in dots per inch is `dpi`, by `pairs` (original, other). `None` where too few
    /// of them agree.
    #[must_use]
    pub fn by(pairs: &[Pair], original: &'a GrayImage, dpi: f32, other: &'a GrayImage) -> Option<Self> {
        let factor = WORK_DPI / dpi;
        let (width, height) = Self::size(original, dpi);
        if width < 100 || height < 100 {
            return None;
        }
        let scaled: Vec<Pair> = pairs.iter().map(|((x, y), there)| ((x * factor, y * factor), *there)).collect();
        let map = Map::through(&scaled, (width as f32, height as f32))?;
        Some(Self { original, dpi, other, map })
    }

    /// Compares the pages cell by cell; boxes of `skip` on the other page are not looked at. `None` where most of it does not fit: then
    /// nothing is told.
    #[must_use]
    pub fn cells(&self, skip: &[Rect]) -> Option<Comparison> {
        let (map, other, (width, height)) = (&self.map, self.other, Self::size(self.original, self.dpi));
        // The other page is brought to the working scale before it is laid over, for many pixels make one.
        let shrink = map.scale((width as f32, height as f32)).recip().min(1.0);
        let small = resize_gray(other, (other.width() as f32 * shrink).max(1.0) as u32, (other.height() as f32 * shrink).max(1.0) as u32);
        let laid = image::imageops::blur(&lay::laid(&small, map, shrink, (width, height)), SOFT);
        let plain = image::imageops::blur(&resize_gray(self.original, width, height), SOFT);
        let cells = cells::compared(&plain, &laid);
        let told = cells::judged(&cells)?;
        let is_skipped = |place: &Rect| skip.iter().any(|skipped| skipped.intersection(place).area() > 0);
        let boxes = told.different.iter().map(|cell: &Cell| map.carried(&cell.place, (other.width(), other.height())));
        Some(Comparison { same: told.same, different: cells::merged(boxes.filter(|place| !is_skipped(place)).collect()) })
    }

    /// Where the `lines` of print, boxes on the other page, bear a mark that the original does not have, or lack one of its marks: boxes on the
    /// other page. Nothing is told where the picture is too coarse, and of lines that cannot be laid over closely.
    #[must_use]
    pub fn marks(&self, lines: &[Rect]) -> Vec<Rect> {
        cells::merged(marks::compared(self, lines))
    }

    /// Width and height of the original at the working scale.
    fn size(original: &GrayImage, dpi: f32) -> (u32, u32) {
        let factor = WORK_DPI / dpi;
        ((original.width() as f32 * factor) as u32, (original.height() as f32 * factor) as u32)
    }
}

/// Sharpness that is left, pixels of standard deviation: a third of a millimetre, a thin stroke.
const SOFT: f32 = 0.3 / INCH * WORK_DPI;

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let (ma, mb) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - ma, y - mb);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    ab / (aa * bb).sqrt().max(1e-6)
}
