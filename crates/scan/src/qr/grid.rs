//! The modules of a symbol whose corners are known, sampled one by one, for a decoder that need not look for them.
//!
//! A decoder that looks for corners and straight sides itself loses symbols that are turned, blurred or large on a picture; one that
//! is given dark and light modules reads what the symbol says. Nothing of the first decoder's reading goes into this: only where
//! the corners are.

use image::GrayImage;

use crate::sheet::{Corners, Homography};

/// Modules along a side: the smallest symbol, the largest, and the step from version to version.
const SMALLEST: i32 = 21;
const LARGEST: i32 = 177;
const STEP: i32 = 4;
/// From a side to the middle of a finder pattern, and to that of the alignment pattern in the last corner, modules.
const FINDER: f32 = 3.5;
const ALIGNMENT: f32 = 6.5;
/// Modules around a module that tell what is dark and what light there, each way.
const AROUND: usize = 4;
/// Darkest and lightest module must lie this far apart for a picture to show a symbol at all.
const CONTRAST: u8 = 16;

/// What the decoder reads in the symbol with these corners, as [`super::Symbol::corners`] has them: bottom left, top left, top right,
/// and the alignment pattern.
pub(super) fn read(page: &GrayImage, corners: &[(f32, f32)]) -> Option<String> {
    let [bottom_left, top_left, top_right, alignment @ ..] = corners else { return None };
    let finders = [*top_left, *top_right, *bottom_left];
    let sides = sides(page, finders);
    let maps = alignment.first().map(|at| Some(*at)).into_iter().chain([None]);
    maps.flat_map(|at| sides.iter().map(move |side| (at, *side))).find_map(|(alignment, side)| {
        let map = placed(finders, alignment, side as f32)?;
        Modules::of(page, &map, side as usize)?.decoded()
    })
}

/// Modules along a side, the likeliest first: what lies between two finder patterns, by the width of one.
fn sides(page: &GrayImage, [top_left, top_right, bottom_left]: [(f32, f32); 3]) -> Vec<i32> {
    let along = |from: (f32, f32), to: (f32, f32)| {
        let apart = (to.0 - from.0).hypot(to.1 - from.1);
        let widths = [width(page, from, to)?, width(page, to, from)?];
        Some(apart / (widths[0] + widths[1]) * 2.0 * 7.0)
    };
    let counted: Vec<f32> = [along(top_left, top_right), along(top_left, bottom_left)].into_iter().flatten().collect();
    if counted.is_empty() {
        return Vec::new();
    }
    let modules = counted.iter().sum::<f32>() / counted.len() as f32 + 2.0 * FINDER;
    let nearest = SMALLEST + ((modules - SMALLEST as f32) / STEP as f32).round() as i32 * STEP;
    let nearer = if modules < nearest as f32 { -STEP } else { STEP };
    let sides = [nearest, nearest + nearer, nearest - nearer, nearest + 2 * nearer];
    sides.into_iter().filter(|side| (SMALLEST..=LARGEST).contains(side)).collect()
}

/// Width of the finder pattern at `from`, along the line to `to`: dark, light, dark, light, dark, measured to where paper begins.
fn width(page: &GrayImage, from: (f32, f32), to: (f32, f32)) -> Option<f32> {
    let far = (to.0 - from.0).hypot(to.1 - from.1);
    // No farther apart than a page is wide and high; corners that are no numbers are not either.
    if !(1.0..=(page.width() + page.height()) as f32).contains(&far) {
        return None;
    }
    let step = ((to.0 - from.0) / far, (to.1 - from.1) / far);
    let at = |along: f32| sample(page, (from.0 + along * step.0, from.1 + along * step.1));
    // A finder pattern takes a third of the distance in the smallest symbol, and reaches half of that to each side.
    let reach = (far * 0.3) as i32;
    let levels = (-reach..=reach).filter_map(|along| at(along as f32));
    let (low, high) = levels.fold((u8::MAX, 0), |(low, high), level| (low.min(level), high.max(level)));
    if high.saturating_sub(low) < CONTRAST {
        return None;
    }
    let middle = (u16::from(low) + u16::from(high)).div_ceil(2) as u8;
    let edge = |sign: f32| {
        let mut changes = 0;
        let mut dark = true;
        for along in 1..=reach * 2 {
            let along = along as f32 / 2.0;
            let is_dark = at(along * sign)? < middle;
            changes += i32::from(is_dark != dark);
            dark = is_dark;
            if changes == 3 {
                return Some(along);
            }
        }
        None
    };
    Some(edge(1.0)? + edge(-1.0)?)
}

/// The map from modules to pixels.
fn placed([top_left, top_right, bottom_left]: [(f32, f32); 3], alignment: Option<(f32, f32)>, side: f32) -> Option<Homography> {
    let far = side - FINDER;
    let (last, at) = match alignment {
        Some(at) => (side - ALIGNMENT, at),
        None => (far, (top_right.0 + bottom_left.0 - top_left.0, top_right.1 + bottom_left.1 - top_left.1)),
    };
    let modules: Corners = [(FINDER, FINDER), (far, FINDER), (last, last), (FINDER, far)];
    let unit = (1.0, 1.0);
    let from_modules = Homography::from_rectangle(unit, &modules)?.inverse()?;
    Some(Homography::from_rectangle(unit, &[top_left, top_right, at, bottom_left])?.after(&from_modules))
}

/// Brightness at a point, between four pixels.
fn sample(page: &GrayImage, (x, y): (f32, f32)) -> Option<u8> {
    let (x, y) = (x - 0.5, y - 0.5);
    // Compared before they are whole numbers: near its horizon a map leads anywhere.
    let last = ((page.width() as f32) - 1.0, (page.height() as f32) - 1.0);
    if !(x >= 0.0 && y >= 0.0 && x < last.0 && y < last.1) {
        return None;
    }
    let (column, line) = (x as u32, y as u32);
    let (fx, fy) = (x - column as f32, y - line as f32);
    let level = |x: u32, y: u32| f32::from(page.get_pixel(x, y).0[0]);
    let top = level(column, line) * (1.0 - fx) + level(column + 1, line) * fx;
    let low = level(column, line + 1) * (1.0 - fx) + level(column + 1, line + 1) * fx;
    Some((top * (1.0 - fy) + low * fy).round() as u8)
}

/// Dark and light modules, row by row.
struct Modules {
    side: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// Samples every module over the middle half of its width; `None` where one lies outside the page or all look alike.
    fn of(page: &GrayImage, map: &Homography, side: usize) -> Option<Self> {
        const PLACES: [f32; 3] = [0.25, 0.5, 0.75];
        let mut levels = Vec::with_capacity(side * side);
        for y in 0..side {
            for x in 0..side {
                let mut sum = 0_u32;
                for dy in PLACES {
                    for dx in PLACES {
                        sum += u32::from(sample(page, map.apply((x as f32 + dx, y as f32 + dy)))?);
                    }
                }
                levels.push((sum / 9) as u8);
            }
        }
        let (low, high) = levels.iter().fold((u8::MAX, 0), |(low, high), level| (low.min(*level), high.max(*level)));
        (high.saturating_sub(low) >= CONTRAST).then(|| Self { side, dark: divided(&levels, side) })
    }

    /// The second decoder's reading.
    fn decoded(&self) -> Option<String> {
        let dark = |x: usize, y: usize| self.dark[y * self.side + x];
        rqrr::Grid::new(rqrr::SimpleGrid::from_func(self.side, dark)).decode().ok().map(|(_, text)| text)
    }
}

/// Which modules are darker than the middle between the darkest and the lightest around them: light falls unevenly on a page.
fn divided(levels: &[u8], side: usize) -> Vec<bool> {
    let spread = |levels: &[u8], step: usize, pick: fn(u8, u8) -> u8| -> Vec<u8> {
        let stride = if step == 1 { side } else { 1 };
        let mut out = levels.to_vec();
        for line in 0..side {
            for at in 0..side {
                let window = at.saturating_sub(AROUND)..(at + AROUND + 1).min(side);
                let found = window.map(|near| levels[line * stride + near * step]).reduce(pick);
                out[line * stride + at * step] = found.unwrap_or_default();
            }
        }
        out
    };
    let low = spread(&spread(levels, 1, u8::min), side, u8::min);
    let high = spread(&spread(levels, 1, u8::max), side, u8::max);
    let is_dark = |((level, low), high): ((&u8, &u8), &u8)| u16::from(*level) * 2 < u16::from(*low) + u16::from(*high);
    levels.iter().zip(&low).zip(&high).map(is_dark).collect()
}
