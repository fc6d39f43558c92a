//! Dots of a printer's screen: what a print-out of a copy has and ink, offset print and a seal have not.
//!
//! A screen repeats in two directions at 50 to 200 lines an inch, the same all over the page. Blocks of 32 pixels that are
//! neither bare paper nor solid are transformed (discrete Fourier), and a block counts where two strong frequencies
//! across each other hold most of what lies in that band. A background of fine lines repeats in one direction only,
//! the grid of JPEG lies along the axes, and grain has no frequency of its own. Above half the scan's resolution a
//! screen cannot be seen: at 200 dpi only coarse ones are.

use std::f32::consts::TAU;

use image::GrayImage;

use crate::raster::Rect;

/// A screen of dots.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Screen {
    /// Lines an inch.
    pub lines_per_inch: f32,
    /// Blocks that show it.
    pub blocks: usize,
    /// Share of the toned blocks that do.
    pub share: f32,
    /// The box around them.
    pub rect: Rect,
}

const SIDE: usize = 32;
const HALF: usize = SIDE / 2;
/// Lines an inch that are looked for.
const BAND: (f32, f32) = (50.0, 200.0);
/// Blocks that are transformed at most.
const MOST_BLOCKS: usize = 400;
/// Of the band's energy, the two frequencies hold at least this share.
const HELD: f32 = 0.45;
/// The second is at least this share of the first.
const SECOND: f32 = 0.25;
/// Fewer blocks, or a smaller share of the toned ones, are chance.
const FEWEST: usize = 20;
const LEAST_SHARE: f32 = 0.25;

pub(super) fn screen(page: &GrayImage, dpi: f32, paper: f32) -> Option<Screen> {
    let transform = Transform::new();
    let band = (BAND.0 * SIDE as f32 / dpi, (BAND.1 * SIDE as f32 / dpi).min(HALF as f32 - 0.5));
    let toned = toned(page, paper);
    let step = toned.len().div_ceil(MOST_BLOCKS).max(1);
    let looked = toned.len().div_ceil(step);
    let mut seen: Vec<((usize, usize), f32)> = Vec::new();
    for &place in toned.iter().step_by(step) {
        if let Some(frequency) = transform.energies(page, place).crossed(band) {
            seen.push((place, frequency));
        }
    }
    // One screen all over: only blocks near the most frequent frequency count.
    let near = |frequency: f32| seen.iter().filter(|(_, other)| (other - frequency).abs() < 1.2).count();
    let common = seen.iter().map(|&(_, frequency)| frequency).max_by_key(|&frequency| near(frequency))?;
    let places: Vec<(usize, usize)> = seen.iter().filter(|(_, other)| (other - common).abs() < 1.2).map(|&(place, _)| place).collect();
    let share = places.len() as f32 / looked.max(1) as f32;
    if places.len() < FEWEST || share < LEAST_SHARE {
        return None;
    }
    let block = |&(x, y): &(usize, usize)| Rect { x: x as u32, y: y as u32, w: SIDE as u32, h: SIDE as u32 };
    let rect = places.iter().map(block).reduce(|all, one| all.union(&one))?;
    Some(Screen { lines_per_inch: common * dpi / SIDE as f32, blocks: places.len(), share, rect })
}

/// Blocks whose mean is neither the paper's nor black.
fn toned(page: &GrayImage, paper: f32) -> Vec<(usize, usize)> {
    let (width, height) = (page.width() as usize, page.height() as usize);
    let pixels = page.as_raw();
    let mut places = Vec::new();
    for y in (0..height.saturating_sub(SIDE)).step_by(SIDE) {
        for x in (0..width.saturating_sub(SIDE)).step_by(SIDE) {
            let rows = (y..y + SIDE).step_by(2).flat_map(|y| &pixels[y * width + x..y * width + x + SIDE]);
            let sum: u32 = rows.map(|&value| u32::from(value)).sum();
            let mean = sum as f32 / (SIDE * SIDE / 2) as f32;
            if (0.15..0.96).contains(&(mean / paper.max(1.0))) {
                places.push((x, y));
            }
        }
    }
    places
}

struct Transform {
    window: [f32; SIDE],
    cos: [f32; SIDE],
    sin: [f32; SIDE],
}

/// Energy by frequency: rows from -16 to 15, columns from 0 to 15 cycles a block.
struct Energies([[f32; HALF]; SIDE]);

impl Transform {
    fn new() -> Self {
        let turn = |at: usize| at as f32 / SIDE as f32 * TAU;
        let mut made = Self { window: [0.0; SIDE], cos: [0.0; SIDE], sin: [0.0; SIDE] };
        for at in 0..SIDE {
            made.window[at] = 0.5 - 0.5 * (turn(at) + TAU / SIDE as f32 / 2.0).cos();
            made.cos[at] = turn(at).cos();
            made.sin[at] = turn(at).sin();
        }
        made
    }

    fn energies(&self, page: &GrayImage, (left, top): (usize, usize)) -> Energies {
        let width = page.width() as usize;
        let pixels = page.as_raw();
        let row = |y: usize| &pixels[(top + y) * width + left..(top + y) * width + left + SIDE];
        let mean = (0..SIDE).flat_map(row).map(|&value| f32::from(value)).sum::<f32>() / (SIDE * SIDE) as f32;
        // Rows first: each to its 16 frequencies.
        let mut partial = [[(0.0_f32, 0.0_f32); HALF]; SIDE];
        for (y, line) in partial.iter_mut().enumerate() {
            for (x, &value) in row(y).iter().enumerate() {
                let value = (f32::from(value) - mean) * self.window[x] * self.window[y];
                for (k, sum) in line.iter_mut().enumerate() {
                    let turn = k * x % SIDE;
                    sum.0 += value * self.cos[turn];
                    sum.1 -= value * self.sin[turn];
                }
            }
        }
        let mut energies = [[0.0; HALF]; SIDE];
        for (ky, line) in energies.iter_mut().enumerate() {
            for (kx, energy) in line.iter_mut().enumerate() {
                let (mut re, mut im) = (0.0, 0.0);
                for (y, part) in partial.iter().enumerate() {
                    let turn = ky * y % SIDE;
                    let (c, s) = (self.cos[turn], -self.sin[turn]);
                    re += part[kx].0 * c - part[kx].1 * s;
                    im += part[kx].0 * s + part[kx].1 * c;
                }
                *energy = re * re + im * im;
            }
        }
        Energies(energies)
    }
}

impl Energies {
    /// The frequency of two strong components across each other, cycles a block.
    fn crossed(&self, (low, high): (f32, f32)) -> Option<f32> {
        let mut cells: Vec<(f32, f32, f32)> = Vec::new();
        for (at, line) in self.0.iter().enumerate() {
            let ky = if at >= HALF { at as f32 - SIDE as f32 } else { at as f32 };
            for (kx, &energy) in line.iter().enumerate() {
                let kx = kx as f32;
                // Along the axes lie the strokes of print and the grid of JPEG.
                if (low..high).contains(&kx.hypot(ky)) && kx >= 2.0 && ky.abs() >= 2.0 {
                    cells.push((energy, kx, ky));
                }
            }
        }
        let total: f32 = cells.iter().map(|cell| cell.0).sum();
        let first = cells.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0))?;
        let angle = |cell: &(f32, f32, f32)| cell.2.atan2(cell.1).to_degrees();
        let across = |cell: &&(f32, f32, f32)| (50.0..130.0).contains(&(angle(cell) - angle(&first)).abs());
        let second = cells.iter().filter(across).copied().max_by(|a, b| a.0.total_cmp(&b.0))?;
        let around = |peak: &(f32, f32, f32)| {
            let near = cells.iter().filter(|cell| (cell.1 - peak.1).abs() <= 1.0 && (cell.2 - peak.2).abs() <= 1.0);
            near.map(|cell| cell.0).sum::<f32>()
        };
        let (a, b) = (around(&first), around(&second));
        // Grain of paper is weak: two levels of a wave give this much.
        let strong = first.0 > 100_000.0;
        let length = |cell: &(f32, f32, f32)| cell.1.hypot(cell.2);
        let alike = (length(&first) - length(&second)).abs() < 2.0;
        (strong && alike && b >= SECOND * a && a + b >= HELD * total).then(|| length(&first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::tests::text_page;
    use crate::raster::luma;
    use image::Luma;

    /// Tone laid down as dots of a screen.
    fn screened(dpi: f32, lpi: f32, degrees: f32) -> GrayImage {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let mut page = luma(&text_page(1240, 1754, dpi));
        for (x, y, pixel) in page.enumerate_pixels_mut() {
            if (200..1000).contains(&x) && (300..900).contains(&y) {
                let (u, v) = (x as f32 * cos + y as f32 * sin, y as f32 * cos - x as f32 * sin);
                let wave = (u * lpi / dpi * TAU).cos() + (v * lpi / dpi * TAU).cos();
                *pixel = Luma([(190.0 + 40.0 * wave).clamp(0.0, 255.0) as u8]);
            }
        }
        page
    }

    #[test]
    fn a_screen_is_told_with_its_place_and_pitch() {
        for (dpi, lpi, degrees) in [(300.0, 106.0, 45.0), (300.0, 85.0, 25.0), (200.0, 75.0, 37.0)] {
            let found = screen(&screened(dpi, lpi, degrees), dpi, 250.0).unwrap();
            assert!((found.lines_per_inch - lpi).abs() < lpi * 0.12, "{lpi} {found:?}");
            assert!(found.rect.x >= 160 && found.rect.right() <= 1040 && found.rect.y >= 260, "{found:?}");
        }
    }

    #[test]
    fn print_grain_fine_lines_and_a_grid_are_no_screen() {
        let print = luma(&text_page(1240, 1754, 150.0));
        assert_eq!(screen(&print, 300.0, 250.0), None);
        let mut state = 7_u32;
        let grain = GrayImage::from_fn(1200, 1200, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Luma([170 + (state >> 27) as u8])
        });
        assert_eq!(screen(&grain, 300.0, 250.0), None);
        let lines = GrayImage::from_fn(1200, 1200, |x, y| Luma([(200.0 + 30.0 * ((x as f32 + y as f32 * 0.8) * 1.6).sin()) as u8]));
        assert_eq!(screen(&lines, 300.0, 250.0), None);
        // What JPEG leaves at the edges of its blocks.
        let grid = GrayImage::from_fn(1200, 1200, |x, y| Luma([if x % 8 == 0 || y % 8 == 0 { 207 } else { 210 }]));
        assert_eq!(screen(&grid, 300.0, 250.0), None);
    }
}
