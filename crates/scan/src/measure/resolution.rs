//! Dots per inch: declared, believed, and what the edges of letters bear out.

use super::Sharpness;
use crate::raster::INCH;

/// How many pixels an inch of paper has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resolution {
    /// As the file states it, across and down.
    pub declared: Option<(f32, f32)>,
    /// What to compute with: the declared one where the paper comes out at a plausible size, else inferred from the
    /// nearest paper size.
    pub dpi: f32,
    /// Whether `dpi` is what was declared.
    pub believed: bool,
    /// Paper size in millimetres at `dpi`, across and down.
    pub size_mm: (f32, f32),
    /// The nearest known paper size, where one is near.
    pub paper: Option<Paper>,
    /// What the edges of letters bear out: an enlarged or blurred picture has fewer real dots an inch than pixels.
    /// Never above `dpi`; equal to it where there are too few edges to tell.
    pub true_dpi: f32,
}

/// Papers that certificates come on, in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paper {
    /// 210 x 297 mm.
    A4,
    /// 190 x 265 mm: land certificates from 2009 to 2024.
    Land,
    /// 148 x 210 mm: birth, marriage and death certificates before 2010.
    A5,
    /// 297 x 420 mm: a land certificate unfolded.
    A3,
    /// 265 x 380 mm: a land certificate of 2009 unfolded.
    LandOpen,
}

const PAPERS: [(Paper, f32, f32); 5] = [
    (Paper::A4, 210.0, 297.0),
    (Paper::Land, 190.0, 265.0),
    (Paper::A5, 148.0, 210.0),
    (Paper::A3, 297.0, 420.0),
    (Paper::LandOpen, 265.0, 380.0),
];

/// Width of a letter's edge, in pixels, on a sharp scan at its own resolution.
const SHARP_EDGE_PX: f32 = 2.6;

/// The resolution to compute with, and the nearest paper.
pub(super) fn believed(size: (u32, u32), declared: Option<(f32, f32)>) -> (f32, Option<Paper>) {
    let (width, height) = (size.0 as f32, size.1 as f32);
    if let Some((x, y)) = declared.filter(|&(x, y)| (x / y - 1.0).abs() < 0.03) {
        let (wide, high) = (width / x * INCH, height / y * INCH);
        let (short, long) = (wide.min(high), wide.max(high));
        if (95.0..=330.0).contains(&short) && (140.0..=460.0).contains(&long) {
            return ((x * y).sqrt(), nearest(short, long));
        }
    }
    inferred(width.min(height), width.max(height))
}

/// The usual papers first: A4 wins unless another fits the shape clearly better.
fn inferred(short: f32, long: f32) -> (f32, Option<Paper>) {
    let fit = |&(paper, w, h): &(Paper, f32, f32)| {
        let (across, along) = (short / w * INCH, long / h * INCH);
        let misfit = (across / along).ln().abs();
        // A5 and A3 have the shape of A4: only an odd resolution tells them apart.
        let dpi = (across * along).sqrt();
        (misfit + if paper == Paper::A4 { 0.0 } else { 0.015 }, dpi, paper)
    };
    let best = PAPERS.iter().take(2).map(fit).min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or((200.0, None), |(misfit, dpi, paper)| (dpi, (misfit < 0.06).then_some(paper)))
}

fn nearest(short: f32, long: f32) -> Option<Paper> {
    let off = |&(_, w, h): &(Paper, f32, f32)| (short / w).ln().abs().max((long / h).ln().abs());
    let best = PAPERS.iter().min_by(|a, b| off(a).total_cmp(&off(b)))?;
    (off(best) < 0.05).then_some(best.0)
}

pub(super) fn resolution(dpi: f32, paper: Option<Paper>, declared: Option<(f32, f32)>, sharpness: &Sharpness) -> Resolution {
    let believed = declared.is_some_and(|(x, y)| ((x * y).sqrt() - dpi).abs() < 0.5);
    let size_mm = (sharpness.size_px.0 as f32 / dpi * INCH, sharpness.size_px.1 as f32 / dpi * INCH);
    let true_dpi = if sharpness.edges < 200 { dpi } else { dpi * (SHARP_EDGE_PX / sharpness.median_px).min(1.0) };
    Resolution { declared, dpi, believed, size_mm, paper, true_dpi }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_resolution_is_believed_where_the_paper_comes_out() {
        assert_eq!(believed((2480, 3508), Some((300.0, 300.0))), (300.0, Some(Paper::A4)));
        assert_eq!(believed((2244, 3130), Some((300.0, 300.0))), (300.0, Some(Paper::Land)));
        assert_eq!(believed((1748, 2480), Some((300.0, 300.0))), (300.0, Some(Paper::A5)));
    }

    #[test]
    fn nonsense_is_replaced_by_the_paper() {
        let (dpi, paper) = believed((2480, 3508), Some((96.0, 96.0)));
        assert!((dpi - 300.0).abs() < 1.0 && paper == Some(Paper::A4));
        let (dpi, paper) = believed((3508, 2480), None);
        assert!((dpi - 300.0).abs() < 1.0 && paper == Some(Paper::A4));
    }
}
