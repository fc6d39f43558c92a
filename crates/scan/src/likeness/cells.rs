//! The cells of a page, and which of them do not fit.

use image::GrayImage;

use super::{WORK_DPI, correlation, mean};
use crate::raster::{INCH, Rect, quantile};

/// One cell of the original.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    /// Column and row.
    at: (usize, usize),
    /// Where it is, pixels of the working scale.
    pub(super) place: Rect,
    /// The best correlation with the other page, -1 to 1; `None` where one of the two bears hardly any ink.
    fit: Option<f32>,
}

/// A page judged.
pub(super) struct Told {
    pub(super) same: f32,
    pub(super) different: Vec<Cell>,
}

/// Width and height of a cell, pixels of the working scale: 11 by 6 mm.
const CELL: (u32, u32) = (44, 24);
/// Cells lie half over each other.
const STEP: (u32, u32) = (CELL.0 / 2, CELL.1 / 2);
/// How far a cell may have moved, pixels: a millimetre.
const REACH: i32 = (1.0 / INCH * WORK_DPI) as i32 + 1;
/// Ink of a cell that bears print, mean gray below white.
const PRINTED: f32 = 14.0;
/// One of two cells with print may bear so many times the ink of the other.
const INK_RATIO: f32 = 2.2;

/// No better place is looked for.
const SURELY_FITS: f32 = 0.9;
/// A cell that fits.
const FITS: f32 = 0.75;
/// A cell that shows something else.
const ANOTHER: f32 = 0.40;
/// The middle of all printed cells must fit by so much, or the page is too blurred, creased or faint to be judged by cells.
const PAGE_FITS: f32 = 0.85;
/// So must the middle of the cells around those that do not.
const AROUND_FITS: f32 = 0.80;
/// How far around, cells.
const AROUND: usize = 6;
/// Neighbouring cells that must show something else together.
const COMPANY: usize = 3;

/// All cells, each with how well it fits.
pub(super) fn compared(original: &GrayImage, laid: &GrayImage) -> Vec<Cell> {
    let columns = original.width().saturating_sub(CELL.0) / STEP.0;
    let rows = original.height().saturating_sub(CELL.1) / STEP.1;
    // A border of cells is left out: rulings, holes and the edge of the sheet.
    let inner = (1..rows.saturating_sub(1)).flat_map(|row| (1..columns.saturating_sub(1)).map(move |column| (column, row)));
    inner
        .map(|(column, row)| {
            let place = Rect { x: column * STEP.0, y: row * STEP.1, w: CELL.0, h: CELL.1 };
            Cell { at: (column as usize, row as usize), place, fit: fit(original, laid, &place) }
        })
        .collect()
}

/// The best correlation of a cell with the other page near to its place.
fn fit(original: &GrayImage, laid: &GrayImage, place: &Rect) -> Option<f32> {
    let own = window(original, place, (0, 0))?;
    let there = window(laid, place, (0, 0))?;
    let (ink, other) = (mean(&own), mean(&there));
    if ink < PRINTED || other < PRINTED || ink.max(other) > INK_RATIO * ink.min(other) {
        return None;
    }
    let mut shifts: Vec<(i32, i32)> = (-REACH..=REACH).flat_map(|dy| (-REACH..=REACH).map(move |dx| (dx, dy))).collect();
    shifts.sort_by_key(|(dx, dy)| dx * dx + dy * dy);
    let mut best = f32::MIN;
    for shift in shifts {
        if let Some(moved) = window(laid, place, shift) {
            best = best.max(correlation(&own, &moved));
        }
        if best >= SURELY_FITS {
            break;
        }
    }
    Some(best)
}

/// The ink of a box, moved.
fn window(page: &GrayImage, place: &Rect, (dx, dy): (i32, i32)) -> Option<Vec<f32>> {
    let (x, y) = (place.x.checked_add_signed(dx)?, place.y.checked_add_signed(dy)?);
    if x + place.w > page.width() || y + place.h > page.height() {
        return None;
    }
    let stride = page.width() as usize;
    let rows = (y..y + place.h).flat_map(|row| {
        let start = row as usize * stride + x as usize;
        page.as_raw()[start..start + place.w as usize].iter()
    });
    Some(rows.map(|gray| 255.0 - f32::from(*gray)).collect())
}

/// Which cells show something else; `None` where the page as a whole does not fit.
pub(super) fn judged(cells: &[Cell]) -> Option<Told> {
    let mut fits: Vec<f32> = cells.iter().filter_map(|cell| cell.fit).collect();
    let printed = fits.len();
    if printed < 60 || quantile(&mut fits, 0.5) < PAGE_FITS {
        return None;
    }
    let same = fits.iter().filter(|fit| **fit >= FITS).count() as f32 / printed as f32;
    let another: Vec<Cell> = cells.iter().filter(|cell| cell.fit.is_some_and(|fit| fit < ANOTHER)).copied().collect();
    let different = groups(another).into_iter().filter(|group| group.len() >= COMPANY && fits_around(cells, group)).flatten();
    Some(Told { same, different: different.collect() })
}

fn near(a: &Cell, b: &Cell, reach: usize) -> bool {
    a.at.0.abs_diff(b.at.0) <= reach && a.at.1.abs_diff(b.at.1) <= reach
}

/// Cells that touch, together.
fn groups(mut cells: Vec<Cell>) -> Vec<Vec<Cell>> {
    let mut groups = Vec::new();
    while let Some(first) = cells.pop() {
        let mut group = vec![first];
        let mut at = 0;
        while let Some(cell) = group.get(at).copied() {
            let (joined, rest) = cells.into_iter().partition(|other| near(&cell, other, 1));
            cells = rest;
            group.extend::<Vec<Cell>>(joined);
            at += 1;
        }
        groups.push(group);
    }
    groups
}

/// Whether what lies around a group fits: else the paper is bent, creased or covered there.
fn fits_around(cells: &[Cell], group: &[Cell]) -> bool {
    let around = |cell: &&Cell| group.iter().any(|of| near(cell, of, AROUND)) && group.iter().all(|of| !near(cell, of, 1));
    let mut fits: Vec<f32> = cells.iter().filter(around).filter_map(|cell| cell.fit).collect();
    fits.len() >= 8 && quantile(&mut fits, 0.5) >= AROUND_FITS
}

/// Boxes that meet made one.
pub(super) fn merged(mut boxes: Vec<Rect>) -> Vec<Rect> {
    let mut out: Vec<Rect> = Vec::new();
    while let Some(mut one) = boxes.pop() {
        while let Some(at) = boxes.iter().position(|other| other.intersection(&one).area() > 0) {
            one = one.union(&boxes.swap_remove(at));
        }
        match out.iter().position(|other| other.intersection(&one).area() > 0) {
            Some(at) => boxes.push(out.swap_remove(at).union(&one)),
            None => out.push(one),
        }
    }
    out.sort_by_key(|place| (place.y, place.x));
    out
}
