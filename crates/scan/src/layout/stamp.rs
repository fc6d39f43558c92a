//! The print of a stamp that stands askew: its letters alone, brought onto a level line.
//!
//! Rubber stamps lean by a few degrees, are framed, and touch what is printed beside them. A box around all of that is
//! read as nothing. Letters are told from frames and ornaments by being of one size and standing on one slanted line.

use image::GrayImage;

use crate::raster::blobs::{Blob, Blobs, INK};
use crate::raster::{INCH, Rect, quantile};

/// The letters of a stamp on a level line.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// Black on white, as large as `bbox`.
    pub image: GrayImage,
    /// Box of the same size on the layer that they were taken from, its middle that of the slanted line.
    pub bbox: Rect,
    /// How far the line falls to the right.
    pub degrees: f32,
}

/// Heights of capitals of stamps, millimetres.
const CAPITAL_MM: (f32, f32) = (2.0, 8.0);
/// Letters differ from their middle height by no more than these factors.
const ALIKE: (f32, f32) = (0.75, 1.35);
/// Fewer letters are no line.
const FEWEST: usize = 5;
/// Stamps lean less.
const WIDEST_DEGREES: f32 = 12.0;
/// Share of a letter's height by which one may stand off the line.
const OFF: f32 = 0.35;
/// Room above and below the capitals for marks, in their heights.
const ROOM: f32 = 0.5;

/// The letters in a box of a layer; `None` where there are none on one line, or where that line is level and fills the box.
#[must_use]
pub fn straightened(layer: &GrayImage, around: &Rect, dpi: f32) -> Option<Stamp> {
    let mm = dpi / INCH;
    let cut = image::imageops::crop_imm(layer, around.x, around.y, around.w, around.h).to_image();
    let sized = |blob: &Blob| {
        let (w, h) = (blob.rect.w as f32 / mm, blob.rect.h as f32 / mm);
        (CAPITAL_MM.0..CAPITAL_MM.1).contains(&h) && w < CAPITAL_MM.1 && w > 0.2
    };
    let letters: Vec<Blob> = Blobs::find(&cut, |value| value < INK).blobs.into_iter().filter(sized).collect();
    let mut heights: Vec<f32> = letters.iter().map(|letter| letter.rect.h as f32).collect();
    let usual = quantile(&mut heights, 0.5);
    let alike = |letter: &Blob| (ALIKE.0..ALIKE.1).contains(&(letter.rect.h as f32 / usual.max(1.0)));
    let letters: Vec<Blob> = letters.into_iter().filter(alike).collect();
    let (slope, foot) = line(&letters, usual)?;
    let on_line = |letter: &&Blob| (foot_of(letter).1 - foot - slope * foot_of(letter).0).abs() < OFF * usual;
    let letters = together(letters.iter().filter(on_line).copied().collect(), 2.0 * usual);
    let bounds = letters.iter().map(|letter| letter.rect).reduce(|a, b| a.union(&b)).filter(|_| letters.len() >= FEWEST)?;
    let room = ((ROOM + 1.0) * usual) as i64;
    let below = (0.3 * usual) as i64;
    let pad = (0.3 * usual) as u32;
    let (left, right) = (bounds.x.saturating_sub(pad), (bounds.right() + pad).min(cut.width()));
    let level = |x: u32| (foot + slope * x as f32).round() as i64;
    let image = GrayImage::from_fn(right - left, (room + below) as u32, |x, y| {
        let at = level(left + x) - room + i64::from(y);
        u32::try_from(at).ok().and_then(|at| cut.get_pixel_checked(left + x, at).copied()).unwrap_or(image::Luma([255]))
    });
    let top = (level(u32::midpoint(left, right)) - room).max(0) as u32;
    let bbox = Rect { x: around.x + left, y: around.y + top, w: image.width(), h: image.height() };
    Some(Stamp { image, bbox, degrees: slope.atan().to_degrees() })
}

/// The most letters between which no gap is wider than `gap`: what stands further off is a border.
fn together(mut letters: Vec<Blob>, gap: f32) -> Vec<Blob> {
    letters.sort_by_key(|letter| letter.rect.x);
    let groups = letters.chunk_by(|a, b| b.rect.x as f32 <= a.rect.right() as f32 + gap);
    groups.max_by_key(|group| group.len()).unwrap_or_default().to_vec()
}

/// Middle of a letter's foot.
fn foot_of(letter: &Blob) -> (f32, f32) {
    (letter.rect.x as f32 + letter.rect.w as f32 / 2.0, letter.rect.bottom() as f32)
}

/// Slope and height at the left edge of the line that most feet stand on: the best of the lines through two of them.
fn line(letters: &[Blob], usual: f32) -> Option<(f32, f32)> {
    let feet: Vec<(f32, f32)> = letters.iter().map(foot_of).take(80).collect();
    let steepest = WIDEST_DEGREES.to_radians().tan();
    let mut best: Option<(usize, f32, f32)> = None;
    for (at, a) in feet.iter().enumerate() {
        for b in feet.iter().skip(at + 1).filter(|b| (b.0 - a.0).abs() > 4.0 * usual) {
            let slope = (b.1 - a.1) / (b.0 - a.0);
            let foot = a.1 - slope * a.0;
            let near = feet.iter().filter(|c| (c.1 - foot - slope * c.0).abs() < 0.12 * usual).count();
            if slope.abs() <= steepest && best.is_none_or(|(most, ..)| near > most) {
                best = Some((near, slope, foot));
            }
        }
    }
    let (_, slope, foot) = best.filter(|(near, ..)| *near >= FEWEST)?;
    let near: Vec<(f32, f32)> = feet.into_iter().filter(|c| (c.1 - foot - slope * c.0).abs() < 0.12 * usual).collect();
    Some(through(&near))
}

/// The straight line of least squares: its slope, and its height at the left edge.
fn through(points: &[(f32, f32)]) -> (f32, f32) {
    let count = points.len().max(1) as f32;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
    let across: f32 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let both: f32 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let slope = both / across.max(1.0);
    (slope, y - slope * x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn letters_on_a_slant_come_level_without_their_frame() {
        let mut layer = GrayImage::from_pixel(900, 300, Luma([255]));
        let mut put = |x: u32, y: u32, w: u32, h: u32| {
            (y..y + h).for_each(|y| (x..x + w).for_each(|x| layer.put_pixel(x, y, Luma([0]))));
        };
        for at in 0..12 {
            put(200 + at * 40, 100 + at * 2, 24, 40);
        }
        // A side of the frame, and an ornament that stands beside it.
        put(160, 60, 6, 130);
        put(60, 90, 40, 40);
        let stamp = straightened(&layer, &Rect { x: 40, y: 40, w: 800, h: 200 }, 300.0).unwrap();
        assert!((stamp.degrees - 2.86).abs() < 0.3, "{}", stamp.degrees);
        assert!(stamp.bbox.x > 170 && stamp.bbox.right() < 700, "{:?}", stamp.bbox);
        assert_eq!((stamp.bbox.w, stamp.bbox.h), stamp.image.dimensions());
        let dark = |y: u32| (0..stamp.image.width()).any(|x| stamp.image.get_pixel(x, y)[0] < 128);
        let (first, last) = ((0..stamp.image.height()).find(|y| dark(*y)).unwrap(), (0..stamp.image.height()).rfind(|y| dark(*y)).unwrap());
        assert!(last - first < 46, "{first} {last}");
    }

    #[test]
    fn a_few_specks_are_no_stamp() {
        let layer = GrayImage::from_pixel(400, 100, Luma([255]));
        assert!(straightened(&layer, &Rect { x: 0, y: 0, w: 400, h: 100 }, 300.0).is_none());
    }
}
