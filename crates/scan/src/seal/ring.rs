//! Votes for circles along the gradient of redness, and scores what comes out.

use image::GrayImage;

use super::Tint;

/// Radii that are looked for, in millimetres.
const LEAST_MM: f32 = 14.8;
const MOST_MM: f32 = 21.6;
/// Redness from which a pixel counts as red: ink that takes a quarter of the green.
const RED: u8 = 52;
/// Centres that are scored.
const CANDIDATES: usize = 14;
/// Directions in which a ring is looked at.
const DIRECTIONS: usize = 120;

/// A circle in pixels of the small page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ring {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) radius: f32,
    pub(super) coverage: f32,
    pub(super) redness: f32,
    pub(super) text: f32,
    pub(super) clear: f32,
}

impl Ring {
    /// A ring must be closed, stand free, be red, and have words in it; the first two weigh most.
    pub(super) fn score(&self) -> f32 {
        let ring = self.coverage * self.clear.powf(1.5);
        let red = (self.redness / 0.45).min(1.0);
        let text = (self.text / 0.5).min(1.0);
        ring * (0.55 + 0.25 * red + 0.20 * text)
    }
}

pub(super) fn rings(tint: &Tint, mm: f32) -> Vec<Ring> {
    let redness = tint.redness();
    let field = Field { redness: &redness, dark: &tint.dark(), mm };
    let votes = Votes::cast(&redness, mm);
    let mut rings: Vec<Ring> = Vec::new();
    for centre in votes.peaks(8.0 * mm) {
        let ring = field.best_at(centre);
        let apart = |known: &Ring| (known.x - ring.x).hypot(known.y - ring.y) > 8.0 * mm;
        if rings.iter().all(apart) {
            rings.push(ring);
        }
    }
    rings
}

/// Votes on a grid of two pixels.
struct Votes {
    width: usize,
    height: usize,
    counts: Vec<u32>,
}

impl Votes {
    fn cast(redness: &GrayImage, mm: f32) -> Self {
        let (width, height) = (redness.width() as usize, redness.height() as usize);
        let mut votes = Self { width: width.div_ceil(2), height: height.div_ceil(2), counts: Vec::new() };
        votes.counts = vec![0; votes.width * votes.height];
        let pixels = redness.as_raw();
        let at = |x: usize, y: usize| i32::from(pixels[y * width + x]);
        for y in 1..height.saturating_sub(1) {
            for x in 1..width.saturating_sub(1) {
                if at(x, y) < i32::from(RED) {
                    continue;
                }
                let dx = at(x + 1, y - 1) + 2 * at(x + 1, y) + at(x + 1, y + 1) - at(x - 1, y - 1) - 2 * at(x - 1, y) - at(x - 1, y + 1);
                let dy = at(x - 1, y + 1) + 2 * at(x, y + 1) + at(x + 1, y + 1) - at(x - 1, y - 1) - 2 * at(x, y - 1) - at(x + 1, y - 1);
                let steep = (dx as f32).hypot(dy as f32);
                if steep > 120.0 {
                    votes.line((x as f32, y as f32), (dx as f32 / steep, dy as f32 / steep), mm);
                }
            }
        }
        votes
    }

    /// Both sides of an edge may be the inside.
    fn line(&mut self, (x, y): (f32, f32), (dx, dy): (f32, f32), mm: f32) {
        let (mut radius, most) = (LEAST_MM * mm, MOST_MM * mm);
        while radius <= most {
            for side in [-radius, radius] {
                let (cx, cy) = ((x + dx * side) / 2.0, (y + dy * side) / 2.0);
                if cx >= 0.0 && cy >= 0.0 && (cx as usize) < self.width && (cy as usize) < self.height {
                    self.counts[cy as usize * self.width + cx as usize] += 1;
                }
            }
            radius += 1.5;
        }
    }

    /// The places with most votes in their 3 x 3 neighbourhood, apart from each other.
    fn peaks(&self, apart: f32) -> Vec<(f32, f32)> {
        let mut sums: Vec<(u32, usize, usize)> = Vec::new();
        for y in 1..self.height.saturating_sub(1) {
            for x in 1..self.width.saturating_sub(1) {
                let row = |y: usize| &self.counts[y * self.width + x - 1..=y * self.width + x + 1];
                let sum = row(y - 1).iter().chain(row(y)).chain(row(y + 1)).sum();
                if sum >= 24 {
                    sums.push((sum, x * 2, y * 2));
                }
            }
        }
        sums.sort_unstable_by(|a, b| b.cmp(a));
        let mut peaks: Vec<(f32, f32)> = Vec::new();
        for (_, x, y) in sums {
            let (x, y) = (x as f32, y as f32);
            if peaks.iter().all(|&(px, py)| (px - x).hypot(py - y) > apart) {
                peaks.push((x, y));
            }
            if peaks.len() == CANDIDATES {
                break;
            }
        }
        peaks
    }
}

struct Field<'a> {
    redness: &'a GrayImage,
    dark: &'a GrayImage,
    mm: f32,
}

impl Field<'_> {
    /// The best ring about a place: centres nearby and all radii.
    fn best_at(&self, (x, y): (f32, f32)) -> Ring {
        let mut best = Ring { x, y, radius: LEAST_MM * self.mm, coverage: 0.0, redness: 0.0, text: 0.0, clear: 0.0 };
        let mut best_closed = 0.0;
        for dy in -4_i8..=4 {
            for dx in -4_i8..=4 {
                let (cx, cy) = (x + f32::from(dx), y + f32::from(dy));
                let mut radius = LEAST_MM * self.mm;
                while radius <= MOST_MM * self.mm {
                    let closed = self.closed(cx, cy, radius, 2);
                    // The outermost of two equally closed rings is the seal's rim.
                    if closed > best_closed + if radius > best.radius { -0.03 } else { 0.0 } {
                        best_closed = f32::max(closed, best_closed);
                        best = Ring { x: cx, y: cy, radius, coverage: closed, ..best };
                    }
                    radius += 1.0;
                }
            }
        }
        best.coverage = self.closed(best.x, best.y, best.radius, 1);
        best.redness = self.ring_redness(&best);
        best.clear = 1.0 - self.outside(&best);
        best.text = self.text(&best);
        best
    }

    /// Share of the directions in which the ring is red within a pixel, those under dark ink left out.
    fn closed(&self, x: f32, y: f32, radius: f32, every: usize) -> f32 {
        let (mut red, mut seen) = (0_u32, 0_u32);
        for (dx, dy) in directions().step_by(every) {
            let here = [-1.0, 0.0, 1.0].map(|off| self.at(x + dx * (radius + off), y + dy * (radius + off)));
            if here.iter().any(|place| place.is_some_and(|(redness, _)| redness >= RED)) {
                red += 1;
                seen += 1;
            } else if here.iter().flatten().all(|&(_, dark)| !dark) {
                seen += 1;
            }
        }
        // A ring that is mostly hidden says nothing.
        if seen * 2 < (DIRECTIONS / every) as u32 { 0.0 } else { red as f32 / seen as f32 }
    }

    fn ring_redness(&self, ring: &Ring) -> f32 {
        let reds = directions().filter_map(|(dx, dy)| {
            let around = [-1.0, 0.0, 1.0].map(|off| self.at(ring.x + dx * (ring.radius + off), ring.y + dy * (ring.radius + off)));
            around.iter().flatten().map(|place| place.0).filter(|&value| value >= RED).max()
        });
        let (sum, count) = reds.fold((0.0, 0.0), |(sum, count), value| (sum + f32::from(value), count + 1.0));
        if count == 0.0 { 0.0 } else { sum / count / 255.0 }
    }

    /// Share of red from 1.2 to 3 mm outside the rim.
    fn outside(&self, ring: &Ring) -> f32 {
        let (mut red, mut seen) = (0_u32, 0_u32);
        for (dx, dy) in directions() {
            let mut off = 1.2 * self.mm;
            while off <= 3.0 * self.mm {
                if let Some((redness, _)) = self.at(ring.x + dx * (ring.radius + off), ring.y + dy * (ring.radius + off)) {
                    seen += 1;
                    red += u32::from(redness >= RED);
                }
                off += 1.0;
            }
        }
        red as f32 / seen.max(1) as f32
    }

    /// Share of the directions with red between 1.4 and 5 mm inside the rim.
    fn text(&self, ring: &Ring) -> f32 {
        let marked = directions().filter(|&(dx, dy)| {
            let mut off = 1.4 * self.mm;
            let mut red = 0;
            while off <= 5.0 * self.mm {
                let place = self.at(ring.x + dx * (ring.radius - off), ring.y + dy * (ring.radius - off));
                red += u32::from(place.is_some_and(|(redness, _)| redness >= RED));
                off += 1.0;
            }
            red >= 2
        });
        marked.count() as f32 / DIRECTIONS as f32
    }

    fn at(&self, x: f32, y: f32) -> Option<(u8, bool)> {
        if x < 0.0 || y < 0.0 {
            return None;
        }
        let (x, y) = (x as u32, y as u32);
        let redness = self.redness.get_pixel_checked(x, y)?;
        Some((redness[0], self.dark.get_pixel(x, y)[0] > 0))
    }
}

fn directions() -> impl Iterator<Item = (f32, f32)> {
    (0..DIRECTIONS).map(|at| {
        let (sin, cos) = (at as f32 / DIRECTIONS as f32 * std::f32::consts::TAU).sin_cos();
        (cos, sin)
    })
}
