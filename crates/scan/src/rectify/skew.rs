//! How far the lines of a page lean, and along which axis they run, by projection profiles.
//!
//! Ink points are projected along a trial angle; where the angle is right, lines and gaps fall into different bins
//! and the profile is steep. Trial angles go from -10 to 10 degrees in steps of 0.5, then 0.1, then 0.05 around the best.

use crate::raster::blobs::Blobs;
use image::GrayImage;

/// What the profiles say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lean {
    /// Lines run down to the right by this many degrees.
    pub(crate) degrees: f32,
    /// Steepness of the profile there, per point: comparable between the two axes of one page.
    pub(crate) score: f32,
}

/// Most ink points that are projected.
const POINTS: usize = 60_000;
/// Largest lean that is looked for.
pub(crate) const WIDEST_DEGREES: f32 = 10.0;

/// The points of pieces no larger than letters: borders, seals and pictures have no say.
pub(crate) fn letter_points(ink: &GrayImage, dpi: f32) -> Vec<(f32, f32)> {
    let blobs = Blobs::find(ink, |value| value < 128);
    let (most, least) = ((dpi * 0.30) as u32, (dpi * 0.03) as u32);
    let letter = |at: usize| {
        let rect = blobs.blobs[at].rect;
        rect.w <= most * 2 && rect.h <= most && rect.w.max(rect.h) >= least
    };
    let runs: Vec<_> = blobs.runs_of(letter).collect();
    let total: usize = runs.iter().map(|run| (run.x1 - run.x0) as usize).sum();
    let step = (total / POINTS).max(1);
    let points = runs.iter().flat_map(|run| (run.x0..run.x1).map(move |x| (x as f32, run.y as f32)));
    points.step_by(step).collect()
}

/// The lean of lines that run across.
pub(crate) fn lean(points: &[(f32, f32)]) -> Lean {
    let mut best = Lean { degrees: 0.0, score: steepness(points, 0.0) };
    for (step, reach) in [(0.5_f32, WIDEST_DEGREES), (0.1, 0.4), (0.05, 0.05)] {
        let middle = best.degrees;
        let count = (reach / step).round() as i32;
        for at in -count..=count {
            let degrees = middle + at as f32 * step;
            let score = steepness(points, degrees);
            if score > best.score && degrees.abs() <= WIDEST_DEGREES {
                best = Lean { degrees, score };
            }
        }
    }
    best
}

/// Sum of squared differences between neighbouring bins, per point.
fn steepness(points: &[(f32, f32)], degrees: f32) -> f32 {
    let slope = degrees.to_radians().tan();
    let place = |&(x, y): &(f32, f32)| y - x * slope;
    let Some((low, high)) = span(points.iter().map(place)) else { return 0.0 };
    let mut bins = vec![0_u32; (high - low) as usize + 2];
    for point in points {
        bins[(place(point) - low) as usize] += 1;
    }
    let steep: f32 = bins.windows(2).map(|pair| (pair[0] as f32 - pair[1] as f32).powi(2)).sum();
    steep / points.len() as f32
}

fn span(values: impl Iterator<Item = f32>) -> Option<(f32, f32)> {
    values.fold(None, |span, value| match span {
        None => Some((value, value)),
        Some((low, high)) => Some((f32::min(low, value), f32::max(high, value))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of dashes, leaning.
    fn lines(degrees: f32) -> Vec<(f32, f32)> {
        let slope = degrees.to_radians().tan();
        let row = |at: i32| {
            (0..700)
                .filter(move |x| (x + at * at * 5) % 37 % 9 < 6)
                .flat_map(move |x| (0..8).map(move |dy| (x as f32, (at * 24 + dy) as f32 + x as f32 * slope)))
        };
        (2..36).flat_map(row).collect()
    }

    #[test]
    fn leans_are_found_to_a_tenth_of_a_degree() {
        for degrees in [-7.3, -1.0, 0.0, 0.4, 3.2] {
            let found = lean(&lines(degrees));
            assert!((found.degrees - degrees).abs() <= 0.1, "{degrees} {found:?}");
        }
    }

    #[test]
    fn lines_are_steeper_along_than_across() {
        let along = lines(1.0);
        let across: Vec<_> = along.iter().map(|&(x, y)| (y, x)).collect();
        assert!(lean(&along).score > 2.0 * lean(&across).score);
    }

    #[test]
    fn no_ink_leans_nowhere() {
        assert_eq!(lean(&[]).degrees, 0.0);
    }
}
