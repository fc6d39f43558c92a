//! What years and dirty glass do: stains and scuffs, folds, streaks of a scanner. Factors on the scan's pixels.

use crate::raster::Raster;
use crate::rng::Rng;

/// Stains of tea and fingers, scuffed spots, a yellowed margin.
pub(super) fn wear(image: &mut Raster, rng: &mut Rng) {
    let (width, height) = (image.width as f32, image.height as f32);
    let short = width.min(height);
    for _ in 0..rng.int(3, 6) {
        let (cx, cy, radius) = (rng.between(0.0, width), rng.between(0.0, height), rng.between(0.04, 0.12) * short);
        let depth = rng.between(0.05, 0.13);
        each(image, (cx, cy), radius * 1.1, |distance, [r, g, b]| {
            let edge = (distance / radius).min(1.1);
            let share = if edge < 0.9 { 0.7 } else { 1.0 - (edge - 0.9) * 5.0 };
            let dark = depth * share.max(0.0);
            [r * (1.0 - dark * 0.5), g * (1.0 - dark * 0.8), b * (1.0 - dark * 1.6)]
        });
    }
    for _ in 0..rng.int(14, 30) {
        let (x, y) = (rng.between(0.0, width), rng.between(0.0, height));
        let length = rng.between(0.01, 0.05) * short;
        let lean = rng.between(-1.0, 1.0);
        for step in 0..(length as u32).max(4) {
            let at = (x + step as f32 * lean, y + step as f32 * (1.0 - lean.abs()));
            each(image, at, 1.1, |_, pixel| pixel.map(|c| c + (250.0 - c) * 0.3));
        }
    }
    let band = 0.06 * short;
    for y in 0..image.height {
        for x in 0..image.width {
            let edge = (x as f32).min(width - x as f32).min(y as f32).min(height - y as f32);
            if edge < band {
                let tone = 1.0 - edge / band;
                touch(image, x, y, |[r, g, b]| [r * (1.0 - 0.03 * tone), g * (1.0 - 0.06 * tone), b * (1.0 - 0.16 * tone)]);
            }
        }
    }
}

/// A fold across and one along the middle: a light ridge, a dark valley beside it, one half a little darker.
pub(super) fn fold(image: &mut Raster, dpi: u32, rng: &mut Rng) {
    let mm = dpi as f32 / 25.4;
    let across = image.height as f32 * rng.between(0.46, 0.54);
    let along = image.width as f32 * rng.between(0.46, 0.54);
    let lean = rng.between(-0.008, 0.008);
    let depth = rng.between(0.05, 0.16);
    for y in 0..image.height {
        for x in 0..image.width {
            let a = (y as f32 - across - lean * x as f32) / mm;
            let b = (x as f32 - along + lean * y as f32) / mm;
            let line = |d: f32| match d {
                d if (-0.25..0.25).contains(&d) => 1.0 + depth * 0.5,
                d if (0.25..2.5).contains(&d) => 1.0 - depth * (1.0 - (d - 0.25) / 2.25),
                _ => 1.0,
            };
            let half = if a > 0.0 { 1.0 - depth * 0.15 } else { 1.0 };
            let factor = line(a) * line(b) * half;
            if factor != 1.0 {
                touch(image, x, y, |pixel| pixel.map(|c| c * factor));
            }
        }
    }
}

/// Two or three lines along the feed that a speck on the glass drew.
pub(super) fn streak(image: &mut Raster, rng: &mut Rng) {
    for _ in 0..rng.int(2, 4) {
        let x = rng.int(0, i64::from(image.width) - 3) as u32;
        let factor = if rng.chance(0.5) { rng.between(0.80, 0.92) } else { rng.between(1.04, 1.12) };
        for y in 0..image.height {
            for dx in 0..2 {
                touch(image, x + dx, y, |pixel| pixel.map(|c| c * factor));
            }
        }
    }
}

/// Changes the pixels within `radius` of a point; the change is told the distance.
fn each(image: &mut Raster, (cx, cy): (f32, f32), radius: f32, change: impl Fn(f32, [f32; 3]) -> [f32; 3]) {
    let low = |c: f32| (c - radius).max(0.0) as u32;
    for y in low(cy)..((cy + radius).max(0.0) as u32 + 1).min(image.height) {
        for x in low(cx)..((cx + radius).max(0.0) as u32 + 1).min(image.width) {
            let distance = (x as f32 - cx).hypot(y as f32 - cy);
            if distance <= radius {
                touch(image, x, y, |pixel| change(distance, pixel));
            }
        }
    }
}

fn touch(image: &mut Raster, x: u32, y: u32, change: impl Fn([f32; 3]) -> [f32; 3]) {
    let at = (y as usize * image.width as usize + x as usize) * 3;
    let pixel = change([0, 1, 2].map(|i| f32::from(image.rgb[at + i])));
    for (channel, value) in image.rgb[at..at + 3].iter_mut().zip(pixel) {
        *channel = value.round().clamp(0.0, 255.0) as u8;
    }
}
