//! Which of the two ways along the found axis is up.
//!
//! Vietnamese writes most of its marks above the letters. On a layer turned along its lines, small pieces close above
//! larger ones are counted against those close below.

use image::GrayImage;

use crate::raster::blobs::{Blob, Blobs};
use crate::raster::paper::{Paper, curve};
use crate::raster::{INCH, resize_gray, scaled};
use crate::rectify::Pose;

/// Resolution at which marks are told from letters.
const MARKS_DPI: f32 = 150.0;

/// Quarter turns clockwise to upright, and the balance of marks in that pose.
pub(super) fn upright(full: &GrayImage, dpi: f32, sideways: bool, skew_degrees: f32) -> (u8, f32) {
    let dpi_here = dpi.min(MARKS_DPI);
    let (width, height) = scaled(full.width(), full.height(), dpi_here / dpi);
    let gray = resize_gray(full, width, height);
    let flat = Paper::of(&gray, dpi_here).divide(&gray, &curve(0.30, 0.80));
    // Lines that run down are brought across by three quarter turns; upside down is then told by the marks.
    let quarter_turns = if sideways { 3 } else { 0 };
    let across = Pose { quarter_turns, skew_degrees }.upright(&flat);
    let balance = marks(&across, dpi_here);
    // Upright is what nearly all pages are: to turn one over takes clear evidence.
    if balance < -0.12 || (sideways && balance < 0.0) { ((quarter_turns + 2) % 4, -balance) } else { (quarter_turns, balance) }
}

/// Marks above less marks below, by all marks; 0 where there are too few.
fn marks(ink: &GrayImage, dpi: f32) -> f32 {
    let mm = dpi / INCH;
    let blobs = Blobs::find(ink, |value| value < 128);
    let sized = |blob: &&Blob, low: f32, high: f32| {
        let height = blob.rect.h as f32 / mm;
        (low..high).contains(&height) && blob.rect.w as f32 / mm < 6.0
    };
    let mut letters: Vec<&Blob> = blobs.blobs.iter().filter(|blob| sized(blob, 1.2, 4.5)).collect();
    letters.sort_by_key(|blob| blob.rect.x);
    let (mut above, mut below) = (0_i32, 0_i32);
    for mark in blobs.blobs.iter().filter(|blob| sized(blob, 0.25, 1.1) && blob.rect.w as f32 / mm < 2.2) {
        match side(mark, &letters, mm) {
            Some(true) => above += 1,
            Some(false) => below += 1,
            None => {}
        }
    }
    if above + below < 12 { 0.0 } else { (above - below) as f32 / (above + below) as f32 }
}

/// Whether the letter that a mark belongs to lies below it; `None` where none is near.
fn side(mark: &Blob, letters: &[&Blob], mm: f32) -> Option<bool> {
    let centre = mark.rect.x + mark.rect.w / 2;
    let first = letters.partition_point(|letter| (letter.rect.x as f32) + 6.0 * mm < centre as f32);
    let over = letters[first..].iter().take_while(|letter| letter.rect.x <= centre).filter(|letter| letter.rect.right() >= centre);
    let gap_below = |letter: &Blob| letter.rect.y as f32 - mark.rect.bottom() as f32;
    let gap_above = |letter: &Blob| mark.rect.y as f32 - letter.rect.bottom() as f32;
    let mut nearest: Option<(f32, bool)> = None;
    for letter in over {
        for (gap, is_above) in [(gap_below(letter), true), (gap_above(letter), false)] {
            let near = (-0.3 * mm..0.9 * mm).contains(&gap);
            if near && nearest.is_none_or(|(best, _)| gap < best) {
                nearest = Some((gap, is_above));
            }
        }
    }
    nearest.map(|(_, is_above)| is_above)
}
