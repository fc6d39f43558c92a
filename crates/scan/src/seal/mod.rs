//! Round red seals, and the ink of a signature beside one.
//!
//! Red is judged by density against the paper at the same place, as ink is: a red pixel absorbs green and lets red
//! pass, whatever the tint of the paper. Paper printed in pink is therefore not red, and a seal on pink paper is.
//! Circles are then voted for along the gradient of redness at the radii that agencies' seals have (30 to 43 mm
//! across; the law asks 32 to 40), which leaves out the emblem at the head (15 to 20 mm), and a candidate is scored by how
//! much of its ring is red and how little is red just outside: borders, titles and rosettes of the background have
//! no such ring.

mod inscription;
mod ring;
mod signature;

use image::{GrayImage, RgbImage};

use crate::raster::paper::{Paper, curve};
use crate::raster::{INCH, Rect, map, shrink_rgb};

pub use inscription::{Arc, inscription};
pub use signature::{SignatureInk, signature_ink};

/// A round red mark.
#[derive(Debug, Clone, PartialEq)]
pub struct Seal {
    /// Centre in pixels of the page.
    pub centre: (f32, f32),
    /// Outer radius in pixels of the page.
    pub radius: f32,
    /// Outer diameter in millimetres.
    pub diameter_mm: f32,
    /// Box around it on the page, cut to the page.
    pub bbox: Rect,
    /// Share of the outer ring that is red, places under dark ink left out.
    pub coverage: f32,
    /// How red the ring is: 0 for gray, 1 for ink that takes two thirds of the green and none of the red.
    pub redness: f32,
    /// Share of the directions in which the band inside the ring carries red: the words of the seal.
    pub text_coverage: f32,
    /// Share of the surroundings, just outside the ring, that is not red.
    pub clear_around: f32,
    /// All of it in one number: from 0.5 a seal, from 0.65 a good impression.
    pub score: f32,
}

/// Candidates worth looking at have at least this score.
const LEAST_SCORE: f32 = 0.35;
/// Resolution at which seals are looked for.
const LOOK_DPI: f32 = 100.0;

/// Seals of a page, the best first; candidates below 0.5 are included so that a doubt can be shown.
#[must_use]
pub fn find(page: &RgbImage, dpi: f32) -> Vec<Seal> {
    let (small, look_dpi) = shrink_rgb(page, dpi, LOOK_DPI);
    let tint = Tint::of(&small, look_dpi);
    let scale = dpi / look_dpi;
    let mut seals: Vec<Seal> = ring::rings(&tint, look_dpi / INCH)
        .into_iter()
        .map(|ring| seal(&ring, scale, look_dpi, page.dimensions()))
        .filter(|seal| seal.score >= LEAST_SCORE)
        .collect();
    seals.sort_by(|a, b| b.score.total_cmp(&a.score));
    seals
}

fn seal(ring: &ring::Ring, scale: f32, look_dpi: f32, (width, height): (u32, u32)) -> Seal {
    let (x, y, radius) = (ring.x * scale, ring.y * scale, ring.radius * scale);
    let side = |value: f32, most: u32| (value.max(0.0) as u32).min(most);
    let bbox =
        Rect::between(side(x - radius, width), side(y - radius, height), side(x + radius + 1.0, width), side(y + radius + 1.0, height));
    Seal {
        centre: (x, y),
        radius,
        diameter_mm: 2.0 * ring.radius * INCH / look_dpi,
        bbox,
        coverage: ring.coverage,
        redness: ring.redness,
        text_coverage: ring.text,
        clear_around: ring.clear,
        score: ring.score(),
    }
}

/// Each channel as a share of the paper's, 255 for paper.
struct Tint {
    red: GrayImage,
    green: GrayImage,
    blue: GrayImage,
}

impl Tint {
    fn of(small: &RgbImage, dpi: f32) -> Self {
        let share = |image: GrayImage| Paper::of(&image, dpi).divide(&image, &curve(0.0, 1.0));
        Self { red: share(map(small, |r, _, _| r)), green: share(map(small, |_, g, _| g)), blue: share(map(small, |_, _, b| b)) }
    }

    /// How red a pixel is, 0 to 255: the density of green (or blue, whichever is less) above that of red.
    fn redness(&self) -> GrayImage {
        let mut out = self.red.clone();
        let others = self.green.iter().zip(self.blue.iter());
        for (value, (&green, &blue)) in out.iter_mut().zip(others) {
            let red = f32::from((*value).max(12));
            // Faded red turns towards orange before it turns towards purple, so green decides and blue only vetoes.
            let ratio = red / f32::from(green.max(12));
            let veto = f32::from(blue) > red * 0.96;
            *value = if veto || ratio <= 1.0 { 0 } else { (ratio.ln() * 232.0).min(255.0) as u8 };
        }
        out
    }

    /// Where dark ink hides whatever is below.
    fn dark(&self) -> GrayImage {
        let mut out = self.red.clone();
        out.iter_mut().for_each(|value| *value = if *value < 140 { 255 } else { 0 });
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rectify::Pose;
    use image::Rgb;

    const PINK: Rgb<u8> = Rgb([250, 222, 222]);
    const RED: Rgb<u8> = Rgb([200, 50, 60]);

    /// Paints where `inside` says so, in millimetres.
    fn paint(page: &mut RgbImage, dpi: f32, colour: Rgb<u8>, inside: impl Fn(f32, f32) -> bool) {
        let mm = INCH / dpi;
        for (x, y, pixel) in page.enumerate_pixels_mut() {
            if inside(x as f32 * mm, y as f32 * mm) {
                *pixel = colour;
            }
        }
    }

    fn distance(x: f32, y: f32, (cx, cy): (f32, f32)) -> f32 {
        (x - cx).hypot(y - cy)
    }

    fn stamp(page: &mut RgbImage, dpi: f32, centre: (f32, f32), radius: f32) {
        paint(page, dpi, RED, |x, y| (radius - 0.8..radius).contains(&distance(x, y, centre)));
        paint(page, dpi, RED, |x, y| (radius - 6.2..radius - 5.9).contains(&distance(x, y, centre)));
        // Letters of the ring.
        paint(page, dpi, RED, |x, y| {
            let turn = (y - centre.1).atan2(x - centre.0) * 18.0;
            (radius - 4.8..radius - 2.2).contains(&distance(x, y, centre)) && turn.sin() > 0.2
        });
    }

    fn page(dpi: f32) -> RgbImage {
        let size = |mm: f32| (mm / INCH * dpi) as u32;
        RgbImage::from_pixel(size(210.0), size(150.0), PINK)
    }

    #[test]
    fn a_seal_on_pink_paper_is_found_where_it_is() {
        for dpi in [100.0, 200.0] {
            let mut page = page(dpi);
            stamp(&mut page, dpi, (130.0, 90.0), 18.0);
            let found = find(&page, dpi);
            let best = found.first().expect("a seal");
            let mm = INCH / dpi;
            assert!(distance(best.centre.0 * mm, best.centre.1 * mm, (130.0, 90.0)) < 0.8, "{best:?}");
            assert!((best.diameter_mm - 36.0).abs() < 1.5 && best.score > 0.65, "{best:?}");
            assert!(best.text_coverage > 0.4, "{best:?}");
        }
    }

    #[test]
    fn an_emblem_a_border_and_a_rosette_are_no_seals() {
        let mut page = page(100.0);
        paint(&mut page, 100.0, RED, |x, y| distance(x, y, (105.0, 30.0)) < 9.0);
        paint(&mut page, 100.0, RED, |x, y| !(8.0..202.0).contains(&x) || !(8.0..142.0).contains(&y));
        // Pale rings of the background.
        let pale = Rgb([243, 196, 198]);
        paint(&mut page, 100.0, pale, |x, y| {
            let d = distance(x, y, (105.0, 85.0));
            d < 50.0 && d % 5.0 < 1.5
        });
        let best = find(&page, 100.0).first().map_or(0.0, |seal| seal.score);
        assert!(best < 0.5, "{:?}", find(&page, 100.0));
    }

    #[test]
    fn a_gray_seal_is_no_red_seal() {
        let mut page = page(100.0);
        stamp(&mut page, 100.0, (130.0, 90.0), 18.0);
        let gray = image::DynamicImage::ImageLuma8(crate::raster::luma(&page)).into_rgb8();
        assert!(find(&gray, 100.0).is_empty());
    }

    #[test]
    fn blue_strokes_over_a_seal_are_signature_ink() {
        let mut page = page(200.0);
        stamp(&mut page, 200.0, (130.0, 90.0), 18.0);
        let seal = find(&page, 200.0).remove(0);
        let none = signature_ink(&page, 200.0, Pose::default(), &seal);
        assert!(none.strokes.is_empty(), "{none:?}");
        paint(&mut page, 200.0, Rgb([40, 60, 150]), |x, y| {
            (138.0..172.0).contains(&x) && (y - 88.0 - 6.0 * ((x - 138.0) / 3.0).sin()).abs() < 0.6
        });
        let mut turned = page.clone();
        for quarter_turns in [0, 3, 2, 1] {
            let seal = find(&turned, 200.0).remove(0);
            let pose = Pose { quarter_turns, skew_degrees: 0.0 };
            let found = signature_ink(&turned, 200.0, pose, &seal);
            assert!(found.blue_mm2 > 20.0 && found.overlaps_seal && !found.strokes.is_empty(), "{quarter_turns}: {found:?}");
            let wrong = signature_ink(&turned, 200.0, Pose { quarter_turns: (quarter_turns + 2) % 4, ..pose }, &seal);
            assert!(wrong.blue_mm2 < found.blue_mm2 / 2.0, "{quarter_turns}: {wrong:?}");
            turned = image::imageops::rotate90(&turned);
        }
    }
}
