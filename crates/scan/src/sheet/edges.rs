//! Straight edges of a small picture, print left out: what a sheet's sides can be.
//!
//! Print is thin and darker than its paper, so a closing (the brightest of a neighbourhood, then the darkest of that)
//! takes it out before gradients are taken. Lines are voted for by gradient direction (Hough) and then fitted to the
//! edge points near them.

use image::{Rgb, RgbImage};

/// A straight line `x · cos + y · sin = off`, the normal pointing right or down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub(super) cos: f32,
    pub(super) sin: f32,
    pub(super) off: f32,
    /// Whether it is one of the picture's own borders.
    pub(super) border: bool,
}

impl Line {
    /// Where two lines cross.
    pub(super) fn cross(&self, other: &Self) -> Option<(f32, f32)> {
        let det = self.cos * other.sin - self.sin * other.cos;
        (det.abs() > 0.2)
            .then(|| ((self.off * other.sin - self.sin * other.off) / det, (self.cos * other.off - self.off * other.cos) / det))
    }

    /// The angle of the normal, degrees: about 0 for an upright line, about 90 for a level one.
    pub(super) fn degrees(&self) -> f32 {
        self.sin.atan2(self.cos).to_degrees()
    }
}

/// Radius of the closing, as a share of the long side: wider than the strokes of a title.
const CLOSING: f32 = 0.011;
/// Steps of brightness from one pixel to the next that count as an edge, of 255.
const LEAST_STEP: f32 = 5.0;
/// Votes saturate at this step, so that a bright edge does not hide a faint one.
const FULL_STEP: f32 = 20.0;
/// Lines of each direction that are looked at further.
const LINES: usize = 9;
/// A side of a sheet leans at most this much from the picture's own sides, degrees.
pub(super) const WIDEST: f32 = 38.0;

/// The picture without print, and its gradients.
pub(super) struct Field {
    pub(super) clean: RgbImage,
    /// Step across and down, of the channel that changes most.
    steps: Vec<(f32, f32)>,
}

impl Field {
    pub(super) fn of(small: &RgbImage) -> Self {
        let radius = ((small.width().max(small.height()) as f32 * CLOSING) as usize).max(2);
        let clean = softened(&closed(small, radius));
        let steps = steps(&clean);
        Self { clean, steps }
    }

    pub(super) fn step(&self, x: f32, y: f32) -> (f32, f32) {
        let (width, height) = (self.clean.width() as i64, self.clean.height() as i64);
        let (x, y) = (x.round() as i64, y.round() as i64);
        if x < 0 || y < 0 || x >= width || y >= height { (0.0, 0.0) } else { self.steps[(y * width + x) as usize] }
    }

    pub(super) fn colour(&self, x: f32, y: f32) -> Option<[f32; 3]> {
        if x < 0.0 || y < 0.0 {
            return None;
        }
        self.clean.get_pixel_checked(x as u32, y as u32).map(|pixel| pixel.0.map(f32::from))
    }

    /// Upright lines from left to right, and level lines from top to bottom.
    pub(super) fn lines(&self) -> (Vec<Line>, Vec<Line>) {
        let votes = Votes::cast(self);
        let level = |degrees: f32| degrees > 90.0 - WIDEST && degrees < 90.0 + WIDEST;
        let upright = |degrees: f32| !(WIDEST..180.0 - WIDEST).contains(&degrees);
        (self.fitted(votes.peaks(upright)), self.fitted(votes.peaks(level)))
    }

    fn fitted(&self, found: Vec<Line>) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for line in found {
            let line = self.fit(&self.fit(&line));
            let apart = |other: &Line| (other.degrees() - line.degrees()).abs() > 1.5 || (other.off - line.off).abs() > 4.0;
            if lines.iter().all(apart) {
                lines.push(line);
            }
        }
        lines
    }

    /// The line again, by least squares through the edge points near it.
    fn fit(&self, line: &Line) -> Line {
        let (width, height) = (self.clean.width() as f32, self.clean.height() as f32);
        let along = (-line.sin, line.cos);
        let foot = (line.cos * line.off, line.sin * line.off);
        // Sums of weight, place along, deviation, and their products.
        let mut sums = [0.0_f64; 5];
        let reach = width.hypot(height) as i32;
        for at in -reach..=reach {
            let base = (foot.0 + along.0 * at as f32, foot.1 + along.1 * at as f32);
            if base.0 < 0.0 || base.1 < 0.0 || base.0 >= width || base.1 >= height {
                continue;
            }
            for away in -3..=3 {
                let away = away as f32;
                let (dx, dy) = self.step(base.0 + line.cos * away, base.1 + line.sin * away);
                let across = (dx * line.cos + dy * line.sin).abs();
                let aside = (dy * line.cos - dx * line.sin).abs();
                if across >= LEAST_STEP && aside < across * 0.35 {
                    let (weight, at, away) = (f64::from(across.min(FULL_STEP)), f64::from(at), f64::from(away));
                    for (sum, value) in sums.iter_mut().zip([1.0, at, away, at * at, at * away]) {
                        *sum += weight * value;
                    }
                }
            }
        }
        let [n, s, d, ss, sd] = sums;
        let det = n * ss - s * s;
        if n < 1.0 || det.abs() < 1e-6 {
            return *line;
        }
        let (slope, shift) = ((n * sd - s * d) / det, (d * ss - s * sd) / det);
        // The normal turns by the slope of the deviations.
        let turn = slope.atan() as f32;
        let (cos, sin) = (line.cos * turn.cos() + line.sin * turn.sin(), line.sin * turn.cos() - line.cos * turn.sin());
        let middle = (foot.0 + line.cos * shift as f32, foot.1 + line.sin * shift as f32);
        Line { cos, sin, off: middle.0 * cos + middle.1 * sin, border: false }
    }
}

struct Votes {
    half: i32,
    rows: usize,
    counts: Vec<f32>,
}

/// Directions in a half turn.
const TURNS: usize = 180;

impl Votes {
    fn cast(field: &Field) -> Self {
        let (width, height) = field.clean.dimensions();
        let half = (width as f32).hypot(height as f32) as i32 + 2;
        let rows = (2 * half + 1) as usize;
        let mut votes = Self { half, rows, counts: vec![0.0; TURNS * rows] };
        let trig: Vec<(f32, f32)> = (0..TURNS).map(|at| (at as f32).to_radians().sin_cos()).collect();
        for y in 1..height.saturating_sub(1) {
            for x in 1..width.saturating_sub(1) {
                let (dx, dy) = field.steps[(y * width + x) as usize];
                let step = dx.hypot(dy);
                if step < LEAST_STEP {
                    continue;
                }
                let towards = dy.atan2(dx).to_degrees().rem_euclid(180.0).round() as i32;
                for turn in towards - 2..=towards + 2 {
                    let turn = turn.rem_euclid(TURNS as i32) as usize;
                    let (sin, cos) = trig[turn];
                    let off = (x as f32 * cos + y as f32 * sin).round() as i32 + half;
                    votes.counts[turn * rows + off.clamp(0, 2 * half) as usize] += step.min(FULL_STEP);
                }
            }
        }
        votes
    }

    /// The directions of most votes, apart from each other.
    fn peaks(&self, wanted: impl Fn(f32) -> bool) -> Vec<Line> {
        let mut cells: Vec<(f32, usize, i32)> = Vec::new();
        for turn in (0..TURNS).filter(|&turn| wanted(turn as f32)) {
            for off in 1..self.rows - 1 {
                let here = self.counts[turn * self.rows + off];
                let beside = self.counts[turn * self.rows + off - 1].max(self.counts[turn * self.rows + off + 1]);
                if here > FULL_STEP * 12.0 && here >= beside {
                    cells.push((here, turn, off as i32 - self.half));
                }
            }
        }
        cells.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut taken: Vec<(i32, i32)> = Vec::new();
        let mut lines = Vec::new();
        for (_, turn, off) in cells {
            let (sin, cos) = (turn as f32).to_radians().sin_cos();
            // Past the level the normal points left: turned round, so that offsets of one family can be compared.
            let (degrees, signed) = if turn > 135 { (turn as i32 - 180, -off) } else { (turn as i32, off) };
            let apart = |&(other, its): &(i32, i32)| (other - degrees).abs() > 4 || (its - signed).abs() > 5;
            if taken.iter().all(apart) {
                taken.push((degrees, signed));
                let flip = if turn > 135 { -1.0 } else { 1.0 };
                lines.push(Line { cos: cos * flip, sin: sin * flip, off: signed as f32, border: false });
            }
            if lines.len() == LINES {
                break;
            }
        }
        lines
    }
}

/// The brightest of a square neighbourhood, then the darkest of that, channel by channel.
fn closed(image: &RgbImage, radius: usize) -> RgbImage {
    let brightest = squared(image, radius, u8::max);
    squared(&brightest, radius, u8::min)
}

fn squared(image: &RgbImage, radius: usize, pick: fn(u8, u8) -> u8) -> RgbImage {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pass = |from: &[u8], count: usize, stride: usize, lines: usize, jump: usize| {
        let mut out = from.to_vec();
        for line in 0..lines {
            for at in 0..count {
                let (first, last) = (at.saturating_sub(radius), (at + radius).min(count - 1));
                for channel in 0..3 {
                    let place = |at: usize| line * jump + at * stride + channel;
                    let mut value = from[place(first)];
                    for near in first + 1..=last {
                        value = pick(value, from[place(near)]);
                    }
                    out[place(at)] = value;
                }
            }
        }
        out
    };
    let across = pass(image.as_raw(), width, 3, height, width * 3);
    let down = pass(&across, height, width * 3, width, 3);
    RgbImage::from_raw(image.width(), image.height(), down).unwrap_or_default()
}

fn softened(image: &RgbImage) -> RgbImage {
    let (width, height) = image.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let (left, right) = (x.saturating_sub(1), (x + 1).min(width - 1));
        let (top, bottom) = (y.saturating_sub(1), (y + 1).min(height - 1));
        let mut sum = [0_u32; 3];
        for v in [top, y, bottom] {
            for u in [left, x, right] {
                sum.iter_mut().zip(image.get_pixel(u, v).0).for_each(|(sum, value)| *sum += u32::from(value));
            }
        }
        Rgb(sum.map(|sum| (sum / 9) as u8))
    })
}

fn steps(image: &RgbImage) -> Vec<(f32, f32)> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = image.as_raw();
    let mut steps = vec![(0.0, 0.0); width * height];
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let mut best = (0.0, 0.0);
            for channel in 0..3 {
                let at = |x: usize, y: usize| f32::from(pixels[(y * width + x) * 3 + channel]);
                let step = ((at(x + 1, y) - at(x - 1, y)) / 2.0, (at(x, y + 1) - at(x, y - 1)) / 2.0);
                if step.0.hypot(step.1) > f32::hypot(best.0, best.1) {
                    best = step;
                }
            }
            steps[y * width + x] = best;
        }
    }
    steps
}
