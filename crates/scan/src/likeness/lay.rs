//! Laying one page over another: the smooth map through points that both share.

use image::{GrayImage, Luma};

use super::{Pair, WORK_DPI};
use crate::raster::{INCH, Rect, quantile};

/// A map of the plane, second order in both directions: perspective, bent paper and a scanner's slip are small beside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Map {
    across: [f64; TERMS],
    down: [f64; TERMS],
    /// What the original's coordinates are divided by, so that all terms are of one size.
    unit: f64,
}

const TERMS: usize = 6;
/// Fewer points that agree say nothing.
const LEAST_PAIRS: usize = 14;
/// How far points may lie from where the map has them, millimetres of the original.
const NEAR_MM: f32 = 1.0;
/// Rounds in which points that do not agree are left out.
const ROUNDS: usize = 8;

/// Steps of Newton's method to where a point comes from.
const ORIGIN_STEPS: usize = 6;

impl Map {
    /// The map through most of `pairs`; `None` where too few agree, or where they all lie in one part of the page of that size.
    pub(super) fn through(pairs: &[Pair], (width, height): (f32, f32)) -> Option<Self> {
        let mut kept = pairs.to_vec();
        for _ in 0..ROUNDS {
            if kept.len() < LEAST_PAIRS || !spread(&kept, (width, height)) {
                return None;
            }
            let map = Self::fitted(&kept, f64::from(height))?;
            let scale = map.scale((width, height));
            let near = NEAR_MM / INCH * WORK_DPI * scale;
            let off = |pair: &Pair| {
                let (x, y) = map.apply(pair.0);
                (x - pair.1.0).hypot(y - pair.1.1)
            };
            let mut distances: Vec<f32> = kept.iter().map(off).collect();
            let middle = quantile(&mut distances, 0.5);
            let before = kept.len();
            kept.retain(|pair| off(pair) <= near.max(2.5 * middle));
            if kept.len() == before {
                return (middle <= near / 2.0 && kept.len() * 2 >= pairs.len()).then_some(map);
            }
        }
        None
    }

    fn fitted(pairs: &[Pair], unit: f64) -> Option<Self> {
        let mut normal = [[0.0; TERMS + 2]; TERMS];
        for (from, to) in pairs {
            let terms = terms(*from, unit);
            for (row, a) in normal.iter_mut().zip(terms) {
                row.iter_mut().zip(terms).for_each(|(cell, b)| *cell += a * b);
                row[TERMS] += a * f64::from(to.0);
                row[TERMS + 1] += a * f64::from(to.1);
            }
        }
        // A little weight against bending keeps few points from bending the page.
        for (at, row) in normal.iter_mut().enumerate().skip(3) {
            row[at] += 1e-3 * pairs.len() as f64;
        }
        let solved = solved(normal)?;
        Some(Self { across: solved.map(|row| row.0), down: solved.map(|row| row.1), unit })
    }

    /// Where a point of the original lies on the other page.
    pub(super) fn apply(&self, point: (f32, f32)) -> (f32, f32) {
        let terms = terms(point, self.unit);
        let sum = |by: &[f64; TERMS]| by.iter().zip(terms).map(|(a, b)| a * b).sum::<f64>() as f32;
        (sum(&self.across), sum(&self.down))
    }

    /// Where a point of the other page lies on the original; the map is smooth, so a few steps come close.
    pub(super) fn origin(&self, point: (f32, f32), start: (f32, f32)) -> (f32, f32) {
        let mut at = start;
        for _ in 0..ORIGIN_STEPS {
            let (here, right, below) = (self.apply(at), self.apply((at.0 + 1.0, at.1)), self.apply((at.0, at.1 + 1.0)));
            let (a, b, c, d) = (right.0 - here.0, below.0 - here.0, right.1 - here.1, below.1 - here.1);
            let (u, v, area) = (point.0 - here.0, point.1 - here.1, a * d - b * c);
            if area.abs() < 1e-6 {
                break;
            }
            at = (at.0 + (d * u - b * v) / area, at.1 + (a * v - c * u) / area);
        }
        at
    }

    /// Pixels of the other page for one of the original, in its middle.
    pub(super) fn scale(&self, (width, height): (f32, f32)) -> f32 {
        let step = height / 4.0;
        let (a, b) = (self.apply((width / 2.0, height / 2.0 - step)), self.apply((width / 2.0, height / 2.0 + step)));
        ((b.0 - a.0).hypot(b.1 - a.1) / (2.0 * step)).max(1e-3)
    }

    /// The box on the other page, of that size, around a box of the original.
    pub(super) fn carried(&self, rect: &Rect, size: (u32, u32)) -> Rect {
        rect.carried(size, |point| self.apply(point))
    }
}

fn terms((x, y): (f32, f32), unit: f64) -> [f64; TERMS] {
    let (x, y) = (f64::from(x) / unit, f64::from(y) / unit);
    [1.0, x, y, x * x, x * y, y * y]
}

/// Whether the points span most of the page: a map is not to be stretched far beyond them.
fn spread(pairs: &[Pair], (width, height): (f32, f32)) -> bool {
    let span = |value: &dyn Fn(&Pair) -> f32| {
        let (low, high) = pairs.iter().map(value).fold((f32::MAX, f32::MIN), |(low, high), at| (low.min(at), high.max(at)));
        high - low
    };
    span(&|pair| pair.0.0) >= 0.4 * width && span(&|pair| pair.0.1) >= 0.4 * height
}

/// Gauss's elimination with the largest pivot.
fn solved(mut rows: [[f64; TERMS + 2]; TERMS]) -> Option<[(f64, f64); TERMS]> {
    for at in 0..TERMS {
        let best = (at..TERMS).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs()))?;
        rows.swap(at, best);
        let pivot = rows[at];
        if pivot[at].abs() < 1e-9 {
            return None;
        }
        for (_, row) in rows.iter_mut().enumerate().filter(|(number, _)| *number != at) {
            let share = row[at] / pivot[at];
            row.iter_mut().zip(pivot).for_each(|(cell, above)| *cell -= share * above);
        }
    }
    let mut out = [(0.0, 0.0); TERMS];
    for (at, (slot, row)) in out.iter_mut().zip(rows).enumerate() {
        *slot = (row[TERMS] / row[at], row[TERMS + 1] / row[at]);
    }
    Some(out)
}

/// The other page, shrunk by `shrink`, as it lies over the original of that size; white where it does not reach.
pub(super) fn laid(small: &GrayImage, map: &Map, shrink: f32, (width, height): (u32, u32)) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        let (u, v) = map.apply((x as f32 + 0.5, y as f32 + 0.5));
        Luma([sample(small, u * shrink - 0.5, v * shrink - 0.5)])
    })
}

pub(super) fn sample(image: &GrayImage, u: f32, v: f32) -> u8 {
    let inside = u >= 0.0 && v >= 0.0 && u < (image.width() - 1) as f32 && v < (image.height() - 1) as f32;
    if !inside {
        return 255;
    }
    let (x, y, fu, fv) = (u as u32, v as u32, u.fract(), v.fract());
    let at = |dx: u32, dy: u32| f32::from(image.get_pixel(x + dx, y + dy)[0]);
    let (top, low) = (at(0, 0) * (1.0 - fu) + at(1, 0) * fu, at(0, 1) * (1.0 - fu) + at(1, 1) * fu);
    (top * (1.0 - fv) + low * fv).round() as u8
}
