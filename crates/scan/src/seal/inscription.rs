//! The words of a seal's upper arc, unrolled so that they stand on a straight line.
//!
//! An agency's seal bears its name along the upper arc and, smaller, what it belongs to along the lower one, which is left
//! out. Only the red of the seal is kept; where a signature crosses it nothing is known, and that is remembered. Reads nothing itself.

use image::{GrayImage, Luma, RgbImage, imageops};

use super::{Seal, Tint};
use crate::raster::{INCH, Rect, quantile};
use crate::rectify::Pose;

/// The upper arc of a seal as a straight strip, dark words on white.
#[derive(Debug, Clone, PartialEq)]
pub struct Arc {
    /// The whole ring, cut open at the bottom.
    pub strip: GrayImage,
    /// Boxes of the strip that hold words, from left to right: those of the lower arc, upside down, are left out.
    pub pieces: Vec<Rect>,
    /// For each column, whether a pen crosses it.
    crossed: Vec<bool>,
}

impl Arc {
    /// The share of a box's columns, 0 to 1, that a pen crosses.
    #[must_use]
    pub fn crossed(&self, rect: &Rect) -> f32 {
        let columns = rect.x as usize..(rect.right() as usize).min(self.crossed.len());
        let pen = self.crossed.get(columns).unwrap_or_default().iter().filter(|crossed| **crossed).count();
        pen as f32 / rect.w.max(1) as f32
    }

    /// The columns in which words of the upper arc can stand: from, and up to.
    #[must_use]
    pub fn upper(&self) -> (u32, u32) {
        let at = |part: f32| (self.strip.width() as f32 * part) as u32;
        (at(0.5 - WIDEST), at(0.5 + WIDEST))
    }
}

/// Where words stand, as shares of the outer radius: between the inner ring and the thin one inside of the outer.
const BAND: (f32, f32) = (0.655, 0.905);
/// Rows of a strip.
const ROWS: u32 = 64;
/// Ink below which nothing was stamped: an impression this pale cannot be read.
const LEAST_INK: f32 = 40.0;
/// Darker than this is a sign.
const SIGN: u8 = 150;
/// Signs closer than this are one word, in millimetres; shorter words are stars, specks and single letters.
const JOIN_MM: f32 = 1.05;
const LEAST_MM: f32 = 2.6;
/// How far from its middle words of the arc stand, as a share of the whole ring.
const REACH: f32 = 0.34;
/// The same of the ends of its longest inscription.
const WIDEST: f32 = 0.36;

/// The upper arc of a seal on `page`, which `pose` brings upright.
#[must_use]
pub fn inscription(page: &RgbImage, dpi: f32, pose: Pose, seal: &Seal) -> Arc {
    let crop = imageops::crop_imm(page, seal.bbox.x, seal.bbox.y, seal.bbox.w.max(1), seal.bbox.h.max(1)).to_image();
    let tint = Tint::of(&crop, dpi);
    let ring = Ring {
        ink: ink(&tint),
        dark: tint.dark(),
        centre: (seal.centre.0 - seal.bbox.x as f32, seal.centre.1 - seal.bbox.y as f32),
        radius: seal.radius,
        up: up(pose),
        mm: dpi / INCH,
    };
    ring.unrolled()
}

/// The upright page's upward direction, on the page.
fn up(pose: Pose) -> (f32, f32) {
    match pose.quarter_turns % 4 {
        1 => (-1.0, 0.0),
        2 => (0.0, 1.0),
        3 => (1.0, 0.0),
        _ => (0.0, -1.0),
    }
}

struct Ring {
    ink: GrayImage,
    dark: GrayImage,
    centre: (f32, f32),
    radius: f32,
    up: (f32, f32),
    mm: f32,
}

impl Ring {
    fn unrolled(&self) -> Arc {
        let (inner, outer) = (BAND.0 * self.radius, BAND.1 * self.radius);
        let scale = ROWS as f32 / (outer - inner).max(1.0);
        let columns = (std::f32::consts::PI * (inner + outer) * scale).round().max(1.0) as u32;
        let mut strip = GrayImage::new(columns, ROWS);
        let mut crossed = vec![false; columns as usize];
        for (x, crossed) in (0..columns).zip(&mut crossed) {
            let part = (x as f32 + 0.5) / columns as f32;
            // Clockwise from the top.
            let angle = std::f32::consts::TAU * (part - 0.5);
            let (sin, cos) = angle.sin_cos();
            let along = (self.up.0 * cos - self.up.1 * sin, self.up.1 * cos + self.up.0 * sin);
            let mut pen = 0;
            for y in 0..ROWS {
                let down = (y as f32 + 0.5) / scale;
                let radius = outer - down;
                let at = (self.centre.0 + along.0 * radius, self.centre.1 + along.1 * radius);
                strip.put_pixel(x, y, Luma([between(&self.ink, at)]));
                pen += u32::from(between(&self.dark, at) > 127);
            }
            *crossed = pen * 8 > ROWS;
        }
        blacken(&mut strip);
        let reach = columns as f32 * REACH;
        let of_arc = |piece: &Rect| ((piece.x + piece.w / 2) as f32 - columns as f32 / 2.0).abs() <= reach;
        let pieces = pieces(&strip, scale * self.mm).into_iter().filter(of_arc).collect();
        Arc { strip, pieces, crossed }
    }
}

/// What absorbs green and is red: colour is stored coarsely in JPEGs, so it only says whose ink it is.
fn ink(tint: &Tint) -> GrayImage {
    let mut out = tint.redness();
    out.iter_mut().zip(tint.green.iter()).for_each(|(value, green)| *value = value.saturating_mul(3).min(255 - *green));
    out
}

/// The value between four pixels; 0 outside.
fn between(image: &GrayImage, (x, y): (f32, f32)) -> u8 {
    if x < 0.0 || y < 0.0 {
        return 0;
    }
    let at = |x: u32, y: u32| image.get_pixel_checked(x, y).map_or(0.0, |pixel| f32::from(pixel[0]));
    let (left, top) = (x as u32, y as u32);
    let (over, down) = (x - left as f32, y - top as f32);
    let upper = at(left, top) * (1.0 - over) + at(left + 1, top) * over;
    let lower = at(left, top + 1) * (1.0 - over) + at(left + 1, top + 1) * over;
    (upper * (1.0 - down) + lower * down) as u8
}

/// Ink as darkness: the strongest signs black, paper white. Rings that reach into the band are left out.
fn blacken(strip: &mut GrayImage) {
    let mut levels: Vec<f32> = strip.iter().step_by(3).map(|value| f32::from(*value)).collect();
    let most = quantile(&mut levels, 0.96).max(LEAST_INK);
    strip.iter_mut().for_each(|value| *value = 255 - (f32::from(*value) * 235.0 / most).min(255.0) as u8);
    let width = strip.width().max(1);
    for row in strip.chunks_exact_mut(width as usize) {
        let dark = row.iter().filter(|value| **value < SIGN).count() as u32;
        if dark * 100 > width * 85 {
            row.fill(255);
        }
    }
}

/// Boxes of signs that stand close together; `mm` are pixels in a millimetre along the middle of the band.
fn pieces(strip: &GrayImage, mm: f32) -> Vec<Rect> {
    let signed = |x: u32| (0..strip.height()).filter(|y| strip.get_pixel(x, *y)[0] < SIGN).count() >= 2;
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for x in (0..strip.width()).filter(|x| signed(*x)) {
        match runs.last_mut() {
            Some((_, end)) if ((x - *end) as f32) < JOIN_MM * mm => *end = x + 1,
            _ => runs.push((x, x + 1)),
        }
    }
    runs.into_iter().filter(|(start, end)| (end - start) as f32 > LEAST_MM * mm).filter_map(|run| tight(strip, run)).collect()
}

/// The rows of a run that hold signs.
fn tight(strip: &GrayImage, (start, end): (u32, u32)) -> Option<Rect> {
    let least = ((end - start) / 60).max(2) as usize;
    let signed = |y: &u32| (start..end).filter(|x| strip.get_pixel(*x, *y)[0] < SIGN).count() >= least;
    let top = (0..strip.height()).find(signed)?;
    let bottom = (0..strip.height()).rev().find(signed)? + 1;
    Some(Rect::between(start, top.saturating_sub(1), end, (bottom + 1).min(strip.height())))
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    const DPI: f32 = 254.0;
    const CENTRE: (f32, f32) = (220.0, 200.0);
    const RADIUS: f32 = 175.0;

    /// Red bars on the upper arc, 24 of them over 180 degrees, and 6 short ones below; a blue stroke over the first bars.
    fn stamped(pen: bool) -> RgbImage {
        RgbImage::from_fn(440, 420, |x, y| {
            let (dx, dy) = (x as f32 - CENTRE.0, y as f32 - CENTRE.1);
            let (radius, angle) = (dx.hypot(dy) / RADIUS, dx.atan2(-dy).to_degrees());
            let upper = angle.abs() < 90.0 && (0.72..0.86).contains(&radius) && (angle + 90.0).rem_euclid(7.5) < 4.5;
            let lower = angle.abs() > 150.0 && (0.76..0.84).contains(&radius) && angle.rem_euclid(10.0) < 4.0;
            if pen && (-80.0..-60.0).contains(&angle) && radius > 0.6 && radius < 0.95 {
                Rgb([40, 50, 140])
            } else if upper || lower || (0.96..1.0).contains(&radius) {
                Rgb([205, 60, 70])
            } else {
                Rgb([250, 246, 236])
            }
        })
    }

    fn seal(centre: (f32, f32)) -> Seal {
        let side = |at: f32| (at - RADIUS) as u32;
        Seal {
            centre,
            radius: RADIUS,
            diameter_mm: 35.0,
            bbox: Rect { x: side(centre.0), y: side(centre.1), w: 350, h: 350 },
            coverage: 1.0,
            redness: 0.6,
            text_coverage: 0.5,
            clear_around: 1.0,
            score: 0.9,
        }
    }

    fn widest(arc: &Arc) -> Rect {
        *arc.pieces.iter().max_by_key(|piece| piece.w).unwrap()
    }

    #[test]
    fn arcs_become_straight_and_stand_upright() {
        let upper = inscription(&stamped(false), DPI, Pose::default(), &seal(CENTRE));
        let piece = widest(&upper);
        let middle = piece.x + piece.w / 2;
        assert!(middle.abs_diff(upper.strip.width() / 2) < 12, "{piece:?} of {}", upper.strip.width());
        assert!(piece.w.abs_diff(upper.strip.width() / 2) < 24, "half of the ring: {piece:?}");
        // Bars of 0.14 of the radius in a band of a quarter of it.
        assert!((32..42).contains(&piece.h), "{piece:?}");
        assert!(upper.pieces.iter().all(|piece| piece.h > 28), "what stands below is left out: {:?}", upper.pieces);
        assert!(upper.crossed(&piece) < 0.1);
        let (from, to) = upper.upper();
        assert!(from < piece.x && piece.right() < to && to - from < upper.strip.width() * 3 / 4, "{from} {to}");
    }

    #[test]
    fn a_page_that_lies_on_its_side_gives_the_same() {
        let upright = stamped(false);
        let expected = inscription(&upright, DPI, Pose::default(), &seal(CENTRE));
        // Turned back by a quarter: its left was the upright page's bottom.
        let turned = imageops::rotate270(&upright);
        let centre = (CENTRE.1, upright.width() as f32 - CENTRE.0);
        let pose = Pose { quarter_turns: 1, skew_degrees: 0.0 };
        let found = inscription(&turned, DPI, pose, &seal(centre));
        let (a, b) = (widest(&expected), widest(&found));
        assert!(a.x.abs_diff(b.x) < 6 && a.w.abs_diff(b.w) < 8, "{a:?} {b:?}");
    }

    #[test]
    fn a_pen_across_is_remembered() {
        let upper = inscription(&stamped(true), DPI, Pose::default(), &seal(CENTRE));
        let at = |degrees: f32| ((degrees + 180.0) / 360.0 * upper.strip.width() as f32) as u32;
        let word = |from: f32, to: f32| Rect::between(at(from), 10, at(to), 50);
        assert!(upper.crossed(&word(-85.0, -55.0)) > 0.1);
        assert!(upper.crossed(&word(-50.0, 60.0)) < 0.1);
    }
}
