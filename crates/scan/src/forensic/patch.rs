//! What is measured on one word: its paper, the paper around it, its grain, edges and ink.

use super::field::{Field, INK};
use super::slant::slant;
use super::smudge::Levels;
use crate::raster::{Rect, quantile};

/// A word and its measures. Levels are of 255.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patch {
    /// Its box on the page.
    pub rect: Rect,
    /// Height of the box, millimetres.
    pub height_mm: f32,
    /// The paper between its strokes.
    pub inside: Ground,
    /// The paper above it.
    pub above: Ground,
    /// The paper below it.
    pub below: Ground,
    /// How steep its edges are: the steepest step between neighbouring pixels as a share of its contrast.
    pub steepness: f32,
    /// Its ink as a share of the paper, red, green and blue, 0 to 1.
    pub ink: [f32; 3],
    /// Width of its strokes, millimetres.
    pub stroke_mm: f32,
    /// The paper left of it and right of it, next to it.
    pub left: Ground,
    /// See [`Patch::left`].
    pub right: Ground,
    /// Its smudges by brightness, and by the brightest channel.
    pub smudges: [Smudge; 2],
    /// Degrees by which its letters lean to the right; none where that is not clear.
    pub slant: Option<f32>,
}

/// How much more of the paper of a word than of the paper above and below is smudged, as a share.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Smudge {
    /// Against the paper above and below together.
    pub share: f32,
    /// The least of what it is against the paper above alone and against that below alone.
    pub against_either: f32,
    /// The least of what the paper left of the word and the paper right of it have of it.
    pub beside: f32,
}

/// Bare paper of a box.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ground {
    /// Mean colour.
    pub colour: [f32; 3],
    /// Deviation of the brightness, means of 3 by 3 pixels: the background pattern.
    pub texture: f32,
    /// The same within rows alone, so that a fold or shadow across the page is no pattern.
    pub pattern: f32,
    /// Mean size of what neither plane nor edge explains: grain.
    pub grain: f32,
    /// Pixels that were looked at.
    pub pixels: u32,
}

/// Around a word, from here to there, lies other paper.
const AROUND_MM: (f32, f32) = (2.0, 4.2);
/// Beyond its ink a word has this much paper of its own.
const OWN_MM: f32 = 0.5;
/// Left and right of a word, from here to there.
const BESIDE_MM: (f32, f32) = (0.5, 20.0);

pub(super) fn measure(field: &Field<'_>, rect: Rect) -> Patch {
    let pixels = |mm: f32| (mm * field.mm) as u32;
    let (near, far, own) = (pixels(AROUND_MM.0), pixels(AROUND_MM.1), pixels(OWN_MM));
    let (next, end) = (pixels(BESIDE_MM.0), pixels(BESIDE_MM.1));
    let band = |from: u32, to: u32| ground(field, &Rect::between(rect.x, from, rect.right(), to));
    let side = |from: u32, to: u32| ground(field, &Rect::between(from, rect.y, to, rect.bottom()));
    let (inside, own) = ground(field, &rect.grown(own, own, field.gray.width(), field.gray.height()));
    let (above, over) = band(rect.y.saturating_sub(far), rect.y.saturating_sub(near));
    let (below, under) = band(rect.bottom() + near, rect.bottom() + far);
    let (left, before) = side(rect.x.saturating_sub(end), rect.x.saturating_sub(next));
    let (right, after) = side(rect.right() + next, rect.right() + end);
    let (steepness, stroke) = strokes(field, &rect);
    Patch {
        rect,
        height_mm: rect.h as f32 / field.mm,
        inside,
        above,
        below,
        left,
        right,
        steepness,
        ink: ink(field, &rect),
        stroke_mm: stroke / field.mm,
        smudges: [0, 1].map(|channel| {
            let around = over[channel].and(&under[channel]);
            let own = &own[channel];
            Smudge {
                share: own.smudged(&around),
                against_either: own.smudged(&over[channel]).min(own.smudged(&under[channel])),
                beside: before[channel].smudged(&around).min(after[channel].smudged(&around)),
            }
        }),
        slant: slant(field, &rect),
    }
}

/// Bare paper of a box, and its levels: brightness, and the brightest channel.
fn ground(field: &Field<'_>, rect: &Rect) -> (Ground, [Levels; 2]) {
    let mut levels = <[Levels; 2]>::default();
    let (mut sum, mut count) = ([0_u64; 3], 0_u32);
    let (mut smooth, mut smooth_squares, mut smooth_count, mut grain) = (0.0_f64, 0.0_f64, 0_u32, 0.0_f64);
    let (mut row, mut row_at, mut within) = ((0.0_f64, 0.0_f64, 0.0_f64), u32::MAX, 0.0_f64);
    for (x, y) in field.bare_of(rect) {
        let pixel = field.page.get_pixel(x, y).0;
        sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u64::from(value));
        count += 1;
        let whole =
            x > 0 && y > 0 && [(x - 1, y - 1), (x + 1, y - 1), (x - 1, y + 1), (x + 1, y + 1)].iter().all(|&(x, y)| field.is_bare(x, y));
        if whole {
            let near = || (y - 1..=y + 1).flat_map(|v| (x - 1..=x + 1).map(move |u| (u, v)));
            let mean = f64::from(near().map(|(u, v)| field.level(u, v)).sum::<i32>()) / 9.0;
            levels[0].add(mean);
            levels[1].add(f64::from(near().map(|(u, v)| field.peak(u, v)).sum::<i32>()) / 9.0);
            if y != row_at {
                within += spread(row);
                (row, row_at) = ((0.0, 0.0, 0.0), y);
            }
            row = (row.0 + mean, row.1 + mean * mean, row.2 + 1.0);
            smooth += mean;
            smooth_squares += mean * mean;
            smooth_count += 1;
            grain += f64::from(field.residual(x, y).abs());
        }
    }
    within += spread(row);
    let mean = |sum: f64| sum / f64::from(smooth_count.max(1));
    let ground = Ground {
        colour: sum.map(|sum| sum as f32 / count.max(1) as f32),
        texture: (mean(smooth_squares) - mean(smooth).powi(2)).max(0.0).sqrt() as f32,
        pattern: mean(within).max(0.0).sqrt() as f32,
        grain: mean(grain) as f32,
        pixels: smooth_count,
    };
    (ground, levels)
}

/// Sum of the squared distances from the mean, of a sum, a sum of squares and a count.
fn spread((sum, squares, count): (f64, f64, f64)) -> f64 {
    if count > 0.0 { squares - sum * sum / count } else { 0.0 }
}

/// The steepest steps as a share of the contrast, and the typical width of a stroke in pixels.
fn strokes(field: &Field<'_>, rect: &Rect) -> (f32, f32) {
    let rect = field.cut(rect);
    let (mut steps, mut levels, mut runs) = (Vec::new(), Vec::new(), Vec::new());
    for y in rect.y..rect.bottom() {
        let mut run = 0_u32;
        for x in rect.x..rect.right() {
            let here = field.level(x, y);
            levels.push(here as f32);
            steps.push((here - field.level(x + 1, y)).abs().max((here - field.level(x, y + 1)).abs()) as f32);
            if field.is_ink(x, y) {
                run += 1;
            } else if run > 0 {
                runs.push(run as f32);
                run = 0;
            }
        }
    }
    let contrast = quantile(&mut levels.clone(), 0.95) - quantile(&mut levels, 0.03);
    (quantile(&mut steps, 0.98) / contrast.max(20.0), quantile(&mut runs, 0.4))
}

/// The darkest quarter of the ink, each channel as a share of the paper's.
fn ink(field: &Field<'_>, rect: &Rect) -> [f32; 3] {
    let rect = field.cut(rect);
    let mut values: Vec<(u8, u32, u32)> = (rect.y..rect.bottom())
        .flat_map(|y| (rect.x..rect.right()).map(move |x| (x, y)))
        .map(|(x, y)| (field.flat.get_pixel(x, y)[0], x, y))
        .filter(|value| value.0 < INK)
        .collect();
    values.sort_unstable();
    values.truncate((values.len() / 4).max(1));
    let paper = bright(field, &rect);
    let count = values.len().max(1) as f32;
    let mut mean = [0.0; 3];
    for (_, x, y) in values {
        let pixel = field.page.get_pixel(x, y).0;
        mean.iter_mut().zip(pixel).zip(paper).for_each(|((mean, value), paper)| *mean += f32::from(value) / paper / count);
    }
    mean
}

/// The paper of a box, channel by channel.
fn bright(field: &Field<'_>, rect: &Rect) -> [f32; 3] {
    [0, 1, 2].map(|channel| {
        let rows = (rect.y..rect.bottom()).step_by(2);
        let mut values: Vec<f32> = rows
            .flat_map(|y| (rect.x..rect.right()).step_by(2).map(move |x| (x, y)))
            .map(|(x, y)| f32::from(field.page.get_pixel(x, y).0[channel]))
            .collect();
        quantile(&mut values, 0.85).max(32.0)
    })
}
