//! Creases: straight bands right across the paper, at most a few degrees off its sides, where it catches the light
//! otherwise than on both sides of them.
//!
//! The page is cut into strips along one direction. In each, a row's paper (ink left out) is compared with the paper some
//! millimetres before and after it, which takes out light and tint. A crease is a line on which nearly all strips differ
//! to the same side. What is thinner than a crease (a ruled line, the streak of a scanner) and what comes in rows
//! (a pattern) is none.

use image::{GrayImage, imageops};

use crate::raster::{INCH, Rect, quantile};

/// Strips across the direction of a crease.
const STRIPS: usize = 24;
/// Paper is compared with that so far before and after, in millimetres: creases are narrower.
const APART_MM: f32 = 4.0;
/// Half of the band that is averaged: finer than a crease, coarser than grain.
const HALF_BAND_MM: f32 = 0.5;
/// The least difference on a crease, as a share of the paper's brightness, in the middle of its strips.
const LEAST: f32 = 0.022;
/// And in multiples of what the strips differ by elsewhere.
const LEAST_OVER_GRAIN: f32 = 4.0;
/// Share of the strips that must see it.
const SEEN: f32 = 0.85;
/// A crease is so much broader, at a third of its depth, than the band, in millimetres: a thin line is as broad as the band.
const BREADTH_MM: f32 = 0.4;
/// Steepest slope: sheets are folded edge on edge.
const SLOPE: f32 = 0.03;
/// Lines nearer to the sheet's edges than this share of its side are borders, and the shade where paper ends.
const EDGE: f32 = 0.17;
/// Nobody folds a sheet more often; more lines are a pattern.
const MOST: usize = 7;

/// The creases of a page, as boxes of the full picture. `small` is its brightness at `dpi`, `ink` its ink at the same
/// resolution, black on white.
pub(super) fn folds(small: &GrayImage, ink: &GrayImage, dpi: f32, scale: f32) -> Vec<Rect> {
    let ink = spread(ink);
    let mut found: Vec<Rect> = across(small, &ink, dpi);
    let turned = across(&imageops::rotate90(small), &imageops::rotate90(&ink), dpi);
    // A quarter turn clockwise took the column x to the row x, from the bottom up.
    found.extend(turned.iter().map(|rect| Rect { x: rect.y, y: small.height().saturating_sub(rect.right()), w: rect.h, h: rect.w }));
    let side = |value: u32| (value as f32 * scale) as u32;
    found.iter().map(|rect| Rect::between(side(rect.x), side(rect.y), side(rect.right()), side(rect.bottom()))).collect()
}

/// Creases that run across.
fn across(small: &GrayImage, ink: &GrayImage, dpi: f32) -> Vec<Rect> {
    let mm = dpi / INCH;
    let (width, height) = (small.width() as usize, small.height() as usize);
    let apart = (APART_MM * mm) as usize;
    if width < STRIPS * 4 || height < apart * 6 || ink.dimensions() != small.dimensions() {
        return Vec::new();
    }
    let half = (HALF_BAND_MM * mm).round().max(1.0) as usize;
    let strips = differences(small, ink, apart, half);
    let grain: Vec<f32> = strips.iter().map(|strip| grain(strip)).collect();
    let mut lines: Vec<(usize, f32, f32)> = Vec::new();
    let reach = (SLOPE * width as f32) as i64;
    let edge = ((EDGE * height as f32) as usize).max(apart);
    for y in edge..height - edge {
        let best = (-reach..=reach).step_by(2).filter_map(|slope| Some((strength(&strips, &grain, y, slope)?, slope)));
        if let Some((depth, slope)) = best.max_by(|a, b| a.0.abs().total_cmp(&b.0.abs())) {
            lines.push((y, slope as f32, depth));
        }
    }
    let creases = strongest(&lines, apart);
    if creases.len() > MOST {
        return Vec::new();
    }
    let broad = |&(y, slope, depth): &(usize, f32, f32)| {
        let still = |row: usize| middle(&strips, row, slope as i64).is_some_and(|other| other / depth >= 0.3);
        let up = (0..apart).take_while(|step| still(y.saturating_sub(*step))).count();
        let down = (1..apart).take_while(|step| still(y + step)).count();
        (up + down) as f32 >= (half * 2 + 1) as f32 + BREADTH_MM * mm
    };
    let margin = (2.0 * mm) as u32;
    let boxed = |&(y, slope, _): &(usize, f32, f32)| {
        let (low, high) = (y as f32 + slope.min(0.0), y as f32 + slope.max(0.0));
        Rect::between(0, (low.max(0.0) as u32).saturating_sub(margin), width as u32, (high as u32 + margin).min(height as u32))
    };
    creases.iter().filter(|crease| broad(crease)).map(boxed).collect()
}

/// Ink with what lies within two pixels of it, where letters shade the paper: a row of text would else be a valley.
fn spread(ink: &GrayImage) -> GrayImage {
    let least = |line: &mut dyn Iterator<Item = u8>| -> Vec<u8> {
        let line: Vec<u8> = line.collect();
        (0..line.len()).map(|at| line[at.saturating_sub(2)..(at + 3).min(line.len())].iter().copied().min().unwrap_or(255)).collect()
    };
    let (width, height) = (ink.width() as usize, ink.height() as usize);
    let mut across: Vec<u8> = Vec::with_capacity(width * height);
    for row in ink.as_raw().chunks_exact(width.max(1)) {
        across.extend(least(&mut row.iter().copied()));
    }
    let mut spread = GrayImage::new(ink.width(), ink.height());
    for x in 0..width {
        for (y, value) in least(&mut across[x..].iter().step_by(width).copied()).into_iter().enumerate() {
            spread.as_flat_samples_mut().samples[y * width + x] = value;
        }
    }
    spread
}

/// For every strip and row, how much brighter its paper is than the paper before and after; `None` where ink leaves none.
fn differences(small: &GrayImage, ink: &GrayImage, apart: usize, half: usize) -> Vec<Vec<Option<f32>>> {
    let (width, height) = (small.width() as usize, small.height() as usize);
    (0..STRIPS)
        .map(|strip| {
            let (start, end) = (strip * width / STRIPS, (strip + 1) * width / STRIPS);
            let mut sums = vec![(0_u32, 0_u32); height];
            for (y, sum) in sums.iter_mut().enumerate() {
                let at = y * width;
                for (value, ink) in small.as_raw()[at + start..at + end].iter().zip(&ink.as_raw()[at + start..at + end]) {
                    if *ink > 200 {
                        *sum = (sum.0 + u32::from(*value), sum.1 + 1);
                    }
                }
            }
            let enough = ((end - start) / 3).max(1) as u32;
            let band = |y: usize| {
                let (sum, count) =
                    sums[y.saturating_sub(half)..(y + half + 1).min(height)].iter().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
                (count >= enough).then(|| sum as f32 / count as f32)
            };
            (0..height)
                .map(|y| {
                    let (before, after) = (band(y.checked_sub(apart)?)?, band((y + apart < height).then_some(y + apart)?)?);
                    let (from_before, from_after) = (band(y)? - before, band(y)? - after);
                    // The edge of a shadow differs from one side only.
                    let least = if from_before.abs() < from_after.abs() { from_before } else { from_after };
                    (before.min(after) > 60.0).then_some(())?;
                    Some(if from_before * from_after > 0.0 { least * 2.0 / (before + after) } else { 0.0 })
                })
                .collect()
        })
        .collect()
}

/// What a strip's rows differ by on the whole.
fn grain(strip: &[Option<f32>]) -> f32 {
    let mut all: Vec<f32> = strip.iter().flatten().map(|value| value.abs()).collect();
    if all.is_empty() { f32::INFINITY } else { quantile(&mut all, 0.5) }
}

/// The row of a strip on a line that starts at `y` and ends `slope` lower.
fn row(y: usize, slope: i64, strip: usize) -> Option<usize> {
    let down = slope as f32 * (strip as f32 + 0.5) / STRIPS as f32;
    usize::try_from(y as i64 + down.round() as i64).ok()
}

/// The middle difference on a line, where nearly all strips with paper see one to the same side.
fn strength(strips: &[Vec<Option<f32>>], grain: &[f32], y: usize, slope: i64) -> Option<f32> {
    let mut values = [(0.0, 0.0); STRIPS];
    let mut count = 0;
    for (number, strip) in strips.iter().enumerate() {
        if let Some(Some(value)) = row(y, slope, number).and_then(|row| strip.get(row)) {
            values[count] = (*value, grain[number]);
            count += 1;
        }
    }
    let seen = |sign: f32| {
        values[..count].iter().filter(|(value, grain)| value * sign > (LEAST / 2.0).max(grain * LEAST_OVER_GRAIN / 2.0)).count()
    };
    let most = seen(1.0).max(seen(-1.0));
    if count < STRIPS * 2 / 3 || (most as f32) < SEEN * count as f32 {
        return None;
    }
    let mut depths: Vec<f32> = values[..count].iter().map(|(value, _)| *value).collect();
    let mut grains: Vec<f32> = values[..count].iter().map(|(_, grain)| *grain).collect();
    let depth = quantile(&mut depths, 0.5);
    (depth.abs() > LEAST.max(quantile(&mut grains, 0.5) * LEAST_OVER_GRAIN)).then_some(depth)
}

fn middle(strips: &[Vec<Option<f32>>], y: usize, slope: i64) -> Option<f32> {
    let mut values: Vec<f32> = strips.iter().enumerate().filter_map(|(number, strip)| *strip.get(row(y, slope, number)?)?).collect();
    (values.len() > STRIPS / 2).then(|| quantile(&mut values, 0.5))
}

/// The strongest line of each neighbourhood, a crease's bright ridge and dark valley being one.
fn strongest(lines: &[(usize, f32, f32)], apart: usize) -> Vec<(usize, f32, f32)> {
    let mut sorted = lines.to_vec();
    sorted.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    let mut kept: Vec<(usize, f32, f32)> = Vec::new();
    for line in sorted {
        if kept.iter().all(|other| other.0.abs_diff(line.0) > apart * 2) {
            kept.push(line);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::measure_pixels;
    use crate::measure::tests::text_page;
    use image::RgbImage;

    const DPI: f32 = 150.0;

    /// A page whose light changes with the distance in millimetres from a line.
    fn with(light: impl Fn(f32, f32) -> f32) -> RgbImage {
        let mut page = text_page(1240, 1754, DPI);
        for (x, y, pixel) in page.enumerate_pixels_mut() {
            let factor = light(x as f32 * INCH / DPI, y as f32 * INCH / DPI);
            pixel.0 = pixel.0.map(|value| (f32::from(value) * factor).min(255.0) as u8);
        }
        page
    }

    fn folds(page: &RgbImage) -> Vec<Rect> {
        measure_pixels(page, Some((DPI, DPI))).folds
    }

    /// A dark valley of 2 mm beside a line.
    fn valley(distance: f32, depth: f32) -> f32 {
        if (0.0..2.0).contains(&distance) { 1.0 - depth * (1.0 - distance / 2.0) } else { 1.0 }
    }

    #[test]
    fn a_flat_page_has_none() {
        assert_eq!(folds(&with(|_, _| 1.0)), []);
        // A shadow is no crease, nor is its edge.
        assert_eq!(folds(&with(|x, y| 1.0 - 0.001 * x - 0.0005 * y)), []);
        assert_eq!(folds(&with(|x, y| if y > 120.0 + 0.01 * x { 0.75 } else { 1.0 })), []);
    }

    #[test]
    fn creases_are_found_where_they_run() {
        let found = folds(&with(|x, y| valley(y - 148.0 - 0.005 * x, 0.14) * valley(x - 105.0, 0.14)));
        let mm = |px: u32| px as f32 * INCH / DPI;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].w > 1200 && mm(found[0].y) < 149.0 && mm(found[0].bottom()) > 148.5, "{found:?}");
        assert!(found[1].h > 1700 && mm(found[1].x) < 106.0 && mm(found[1].right()) > 105.0, "{found:?}");
    }

    #[test]
    fn thin_lines_short_lines_and_rows_of_lines_are_none() {
        assert_eq!(folds(&with(|x, _| if (80.0..80.3).contains(&x) { 0.85 } else { 1.0 })), []);
        assert_eq!(folds(&with(|x, y| if x < 120.0 { valley(y - 148.0, 0.2) } else { 1.0 })), []);
        assert_eq!(folds(&with(|_, y| if (y % 12.0) < 1.5 { 0.92 } else { 1.0 })), []);
    }
}
