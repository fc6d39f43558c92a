//! Ink of a pen beside and over a seal.
//!
//! Print and pen are told apart by size: a stroke of a signature is one connected piece, larger than any letter of the
//! printed name. Blue counts by itself, for names are printed in black.

use image::{RgbImage, imageops};

use super::{Seal, Tint};
use crate::raster::blobs::Blobs;
use crate::raster::{INCH, Rect, shrink_rgb};
use crate::rectify::Pose;

/// What lies where a signature is expected: from the seal's middle to 55 mm right of it, right being that
/// of the upright page.
#[derive(Debug, Clone, PartialEq)]
pub struct SignatureInk {
    /// Boxes on the page of connected strokes larger than letters.
    pub strokes: Vec<Rect>,
    /// Area of blue ink in square millimetres.
    pub blue_mm2: f32,
    /// Area of all dark ink, print included.
    pub dark_mm2: f32,
    /// Whether a stroke, or 2 mm² of blue, lies inside the seal's ring: the seal must cover a part of the signature.
    pub overlaps_seal: bool,
    /// Where it was looked for, on the page.
    pub searched: Rect,
}

impl SignatureInk {
    /// Whether there is anything that a pen can have left.
    #[must_use]
    pub fn is_present(&self) -> bool {
        !self.strokes.is_empty() || self.blue_mm2 >= 6.0
    }
}

const LOOK_DPI: f32 = 150.0;
/// A stroke is wider or higher than this.
const STROKE_MM: (f32, f32) = (8.0, 6.0);

/// Looks for a signature beside a seal that [`super::find`] found on the same page; right of it is where `pose` puts it.
#[must_use]
pub fn signature_ink(page: &RgbImage, dpi: f32, pose: Pose, seal: &Seal) -> SignatureInk {
    let mm = dpi / INCH;
    let searched = region(page, pose, seal, mm);
    let crop = imageops::crop_imm(page, searched.x, searched.y, searched.w, searched.h).to_image();
    let (small, look_dpi) = shrink_rgb(&crop, dpi, LOOK_DPI);
    let tint = Tint::of(&small, look_dpi);
    let (scale, pixel_mm2) = (dpi / look_dpi, (INCH / look_dpi).powi(2));
    let inside = |x: f32, y: f32| {
        let (px, py) = (x * scale + searched.x as f32, y * scale + searched.y as f32);
        (px - seal.centre.0).hypot(py - seal.centre.1) < seal.radius
    };
    let (mut blue, mut dark, mut blue_inside) = (0_u32, 0_u32, 0_u32);
    for (x, y, red) in tint.red.enumerate_pixels() {
        if red[0] < 150 {
            dark += 1;
            let is_blue = u32::from(tint.blue.get_pixel(x, y)[0]) * 100 > u32::from(red[0]) * 128 + 1200;
            blue += u32::from(is_blue);
            blue_inside += u32::from(is_blue && inside(x as f32, y as f32));
        }
    }
    let strokes = strokes(&tint, look_dpi / INCH);
    let over = strokes.iter().any(|&(_, rect)| crosses(&rect, pose, &inside));
    SignatureInk {
        overlaps_seal: over || blue_inside as f32 * pixel_mm2 >= 2.0,
        strokes: strokes.into_iter().map(|(_, rect)| enlarge(&rect, scale, &searched)).collect(),
        blue_mm2: blue as f32 * pixel_mm2,
        dark_mm2: dark as f32 * pixel_mm2,
        searched,
    }
}

fn region(page: &RgbImage, pose: Pose, seal: &Seal, mm: f32) -> Rect {
    let (x, y) = seal.centre;
    let side = |value: f32, most: u32| (value.max(0.0) as u32).min(most);
    // Left, above, right and below as the writer saw them, from the seal's middle.
    let (left, right, aside) = (0.4 * seal.radius, 55.0 * mm, 1.3 * seal.radius);
    let (west, north, east, south) = match pose.quarter_turns % 4 {
        1 => (aside, right, aside, left),
        2 => (right, aside, left, aside),
        3 => (aside, left, aside, right),
        _ => (left, aside, right, aside),
    };
    Rect::between(
        side(x - west, page.width()),
        side(y - north, page.height()),
        side(x + east, page.width()),
        side(y + south, page.height()),
    )
}

/// Pieces that are larger than letters and thin, with their ink.
fn strokes(tint: &Tint, mm: f32) -> Vec<(u32, Rect)> {
    let blobs = Blobs::find(&tint.red, |value| value < 150);
    let large = |rect: &Rect| rect.w as f32 > STROKE_MM.0 * mm || rect.h as f32 > STROKE_MM.1 * mm;
    let rule = |rect: &Rect| (rect.h as f32) < 1.2 * mm || (rect.w as f32) < 1.2 * mm;
    blobs
        .blobs
        .iter()
        .filter(|blob| large(&blob.rect) && !rule(&blob.rect) && u64::from(blob.area) * 2 < blob.rect.area())
        .map(|blob| (blob.area, blob.rect))
        .collect()
}

/// Whether a stroke begins or has its middle inside.
fn crosses(rect: &Rect, pose: Pose, inside: &impl Fn(f32, f32) -> bool) -> bool {
    let (x, y, right, bottom) = (rect.x as f32, rect.y as f32, rect.right() as f32, rect.bottom() as f32);
    let (middle_x, middle_y) = ((x + right) / 2.0, (y + bottom) / 2.0);
    let begin = match pose.quarter_turns % 4 {
        1 => (middle_x, bottom),
        2 => (right, middle_y),
        3 => (middle_x, y),
        _ => (x, middle_y),
    };
    inside(begin.0, begin.1) || inside(middle_x, middle_y)
}

fn enlarge(rect: &Rect, scale: f32, searched: &Rect) -> Rect {
    let side = |value: u32, from: u32| (value as f32 * scale) as u32 + from;
    Rect::between(side(rect.x, searched.x), side(rect.y, searched.y), side(rect.right(), searched.x), side(rect.bottom(), searched.y))
}
