//! What can be told of a page without reading it.
//!
//! Measures, not verdicts: what is too blurred or too small to certify is for the caller's policy. Lengths are in
//! millimetres wherever that is possible, so that one bound fits scans at 200, 300 and 600 dpi.

mod blur;
mod edges;
mod facing;
mod folds;
mod frame;
mod harm;
mod resolution;
mod screen;
mod tone;

use image::{GrayImage, RgbImage};

use crate::open::Page;
use crate::raster::blobs::Blobs;
use crate::raster::paper::{Paper, curve};
use crate::raster::{INCH, Rect, luma, shrink_rgb};
use crate::rectify::{Pose, skew};
use crate::sheet::shading;

pub use edges::Sharpness;
pub use frame::Side;
pub use resolution::{Paper as PaperSize, Resolution};
pub use screen::Screen;
pub use tone::{Colour, Exposure};

/// Everything that is measured on one page.
#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    /// How many pixels an inch of paper has.
    pub resolution: Resolution,
    /// How wide the edges of letters are.
    pub sharpness: Sharpness,
    /// Share of the page that is ink: below 0.002 there is nothing to read.
    pub ink_share: f32,
    /// Pieces of ink of the size of letters.
    pub letters: usize,
    /// Lean of the lines after the quarter turns, in degrees, down to the right.
    pub skew_degrees: f32,
    /// How it lies.
    pub facing: Facing,
    /// Brightness and contrast.
    pub exposure: Exposure,
    /// Standard deviation of the finest grain on plain paper, in levels of 255.
    pub noise: f32,
    /// Colour, or its absence.
    pub colour: Colour,
    /// Ink that runs into the edges.
    pub crop: Crop,
    /// Share of the light that is lacking where the page is darkest: shadows.
    pub shading: f32,
    /// Places where reflected light leaves nothing of the paper.
    pub glare: Vec<Rect>,
    /// Fingers and things that reach into the page.
    pub covers: Vec<Rect>,
    /// Dots of a printer's screen.
    pub screen: Option<Screen>,
    /// Parts that are blurred on a page that is not.
    pub blurred: Vec<Rect>,
    /// Creases right across the paper.
    pub folds: Vec<Rect>,
    /// Sides at which the printed frame is cut off.
    pub cut_sides: Vec<Side>,
}

impl Measures {
    /// What makes the page upright and straight.
    #[must_use]
    pub fn pose(&self) -> Pose {
        Pose { quarter_turns: self.facing.quarter_turns, skew_degrees: self.skew_degrees }
    }

    /// The same page taken to lie so many quarter turns further round than it was found to.
    #[must_use]
    pub fn turned(mut self, quarter_turns: u8) -> Self {
        self.facing.quarter_turns = (self.facing.quarter_turns + quarter_turns) % 4;
        if quarter_turns % 2 == 1 {
            std::mem::swap(&mut self.skew_degrees, &mut self.facing.other_degrees);
            self.facing.axis_lead = 1.0 / self.facing.axis_lead.max(1e-3);
            self.facing.marks_above = 0.0;
        } else if quarter_turns == 2 {
            self.facing.marks_above = -self.facing.marks_above;
        }
        self
    }
}

/// Which way up a page lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facing {
    /// Quarter turns clockwise that bring it upright.
    pub quarter_turns: u8,
    /// How much steeper the lines are along the chosen axis than across it: below 1.3 the axis is a guess.
    pub axis_lead: f32,
    /// The lean that lines would have along the other axis.
    pub other_degrees: f32,
    /// From -1 to 1: marks above letters against marks below, in the chosen pose. Vietnamese carries most of its marks
    /// above, so a positive value means upright; near 0 the page says nothing.
    pub marks_above: f32,
}

/// How much ink lies on the outermost millimetre of each side, in millimetres of the edge's length. A page whose
/// print ends before its edge has none; a scanner's dark rim is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Crop {
    /// Left edge.
    pub left_mm: f32,
    /// Top edge.
    pub top_mm: f32,
    /// Right edge.
    pub right_mm: f32,
    /// Bottom edge.
    pub bottom_mm: f32,
}

impl Crop {
    /// The side with the most ink on it.
    #[must_use]
    pub fn worst_mm(&self) -> f32 {
        self.left_mm.max(self.top_mm).max(self.right_mm).max(self.bottom_mm)
    }
}

/// Resolution at which everything but edges and noise is measured.
const LOOK_DPI: f32 = 100.0;

/// Measures a page.
#[must_use]
pub fn measure(page: &Page) -> Measures {
    measure_pixels(&page.image, page.dpi)
}

/// Measures pixels whose declared resolution is known or not.
#[must_use]
pub fn measure_pixels(image: &RgbImage, declared: Option<(f32, f32)>) -> Measures {
    let full = luma(image);
    let (dpi, paper) = resolution::believed(image.dimensions(), declared);
    let (small, look_dpi) = shrink_rgb(image, dpi, LOOK_DPI);
    let ink = ink_of(&small, look_dpi);
    let blobs = Blobs::find(&ink, |value| value < 128);
    let exposure = tone::exposure(&full);
    let sharpness = edges::sharpness(&full, dpi, &exposure);
    let points = skew::letter_points(&ink, look_dpi);
    let Axis { lean, axis_lead, sideways, other } = axis(&points);
    let (quarter_turns, marks_above) = facing::upright(&full, dpi, sideways, lean);
    let colour = tone::colour(&small);
    let scale = dpi / look_dpi;
    Measures {
        resolution: resolution::resolution(dpi, paper, declared, &sharpness),
        ink_share: share(&ink),
        letters: letters(&blobs, look_dpi),
        skew_degrees: lean,
        facing: Facing { quarter_turns, axis_lead, other_degrees: other, marks_above },
        noise: tone::noise(&full),
        crop: crop(&ink, look_dpi),
        shading: shading(&small),
        glare: harm::glare(&small, look_dpi, scale, &exposure),
        covers: harm::covers(&small, look_dpi, scale, colour.paper),
        screen: screen::screen(&full, dpi, exposure.paper),
        blurred: blur::parts(&full, dpi, &exposure, &sharpness),
        folds: folds::folds(&luma(&small), &ink, look_dpi, scale),
        cut_sides: frame::cut_sides(&ink, look_dpi),
        sharpness,
        exposure,
        colour,
    }
}

/// Ink of any colour, black on white.
fn ink_of(small: &RgbImage, dpi: f32) -> GrayImage {
    let gray = luma(small);
    Paper::of(&gray, dpi).divide(&gray, &curve(0.30, 0.85))
}

fn share(ink: &GrayImage) -> f32 {
    let dark = ink.iter().filter(|&&value| value < 128).count();
    dark as f32 / ink.as_raw().len().max(1) as f32
}

fn letters(blobs: &Blobs, dpi: f32) -> usize {
    let mm = dpi / INCH;
    let sized = |side: u32| (0.9 * mm..9.0 * mm).contains(&(side as f32));
    blobs.blobs.iter().filter(|blob| sized(blob.rect.h) && blob.rect.w as f32 > 0.5 * mm).count()
}

/// Along which axis the lines run.
struct Axis {
    /// Degrees along it.
    lean: f32,
    axis_lead: f32,
    /// Whether they run down instead of across.
    sideways: bool,
    /// Degrees along the other.
    other: f32,
}

fn axis(points: &[(f32, f32)]) -> Axis {
    let across = skew::lean(points);
    let turned: Vec<(f32, f32)> = points.iter().map(|&(x, y)| (y, -x)).collect();
    let down = skew::lean(&turned);
    let sideways = down.score > across.score * 1.1;
    let (better, other) = if sideways { (down, across) } else { (across, down) };
    Axis { lean: better.degrees, axis_lead: better.score / other.score.max(1e-3), sideways, other: other.degrees }
}

fn crop(ink: &GrayImage, dpi: f32) -> Crop {
    let (width, height) = ink.dimensions();
    let depth = ((0.8 * dpi / INCH) as u32).max(2);
    let dark = |x: u32, y: u32| ink.get_pixel(x, y)[0] < 128;
    let side = |length: u32, at: &dyn Fn(u32, u32) -> bool| {
        let touched = (0..length).filter(|&along| (0..depth).all(|inward| at(along, inward))).count() as f32;
        // A rim that is dark nearly all along is the scanner's lid, not print.
        if touched > 0.6 * length as f32 { 0.0 } else { touched * INCH / dpi }
    };
    if width <= depth || height <= depth {
        return Crop::default();
    }
    Crop {
        left_mm: side(height, &|along, inward| dark(inward, along)),
        top_mm: side(width, &|along, inward| dark(along, inward)),
        right_mm: side(height, &|along, inward| dark(width - 1 - inward, along)),
        bottom_mm: side(width, &|along, inward| dark(along, height - 1 - inward)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// Rows of letter-like boxes, each with a mark above some.
    pub(super) fn text_page(width: u32, height: u32, dpi: f32) -> RgbImage {
        let mm = dpi / INCH;
        let mut image = RgbImage::from_pixel(width, height, Rgb([250, 248, 240]));
        let mut put = |x: f32, y: f32, w: f32, h: f32| {
            for py in (y * mm) as u32..((y + h) * mm) as u32 {
                for px in (x * mm) as u32..((x + w) * mm) as u32 {
                    if px < width && py < height {
                        image.put_pixel(px, py, Rgb([35, 35, 40]));
                    }
                }
            }
        };
        let (wide, high) = (width as f32 / mm, height as f32 / mm);
        let mut y = 25.0;
        while y < high - 25.0 {
            // Letters of different rows do not stand under each other.
            let mut x = 25.0 + (y * 7.3) % 11.0;
            let mut at = 0;
            while x < wide - 25.0 {
                put(x, y, 0.45, 1.9);
                put(x + 0.9, y, 0.45, 1.9);
                put(x, y + 0.7, 1.3, 0.4);
                if at % 3 == 0 {
                    put(x + 0.3, y - 0.9, 0.7, 0.5);
                }
                x += if at % 5 == 4 { 3.4 } else { 1.9 };
                at += 1;
            }
            y += 8.0;
        }
        image
    }

    #[test]
    fn a_plain_page_measures_plainly() {
        let measures = measure_pixels(&text_page(1654, 2339, 200.0), None);
        assert!((measures.resolution.dpi - 200.0).abs() < 2.0, "{measures:?}");
        assert!(measures.skew_degrees.abs() < 0.1 && measures.facing.quarter_turns == 0, "{measures:?}");
        assert!(measures.ink_share > 0.01 && measures.letters > 200, "{measures:?}");
        assert!(measures.sharpness.median_px < 3.0, "{measures:?}");
        assert!(measures.colour.grey && measures.crop.worst_mm() == 0.0, "{measures:?}");
        assert!(measures.exposure.contrast > 150.0, "{measures:?}");
    }

    #[test]
    fn quarter_turns_are_undone() {
        let page = text_page(1654, 2339, 200.0);
        let expected =
            [(image::imageops::rotate90(&page), 3), (image::imageops::rotate180(&page), 2), (image::imageops::rotate270(&page), 1)];
        for (turned, quarter_turns) in expected {
            let measures = measure_pixels(&turned, Some((200.0, 200.0)));
            assert_eq!(measures.facing.quarter_turns, quarter_turns, "{:?}", measures.facing);
        }
    }

    #[test]
    fn a_shadow_is_measured() {
        let mut page = text_page(1654, 2339, 200.0);
        assert!(measure_pixels(&page, None).shading < 0.05);
        for (x, _, pixel) in page.enumerate_pixels_mut() {
            pixel.0 = pixel.0.map(|value| (f32::from(value) * (1.0 - 0.5 * x as f32 / 1654.0)) as u8);
        }
        let shading = measure_pixels(&page, None).shading;
        assert!((0.35..0.55).contains(&shading), "{shading}");
    }

    #[test]
    fn blank_paper_has_no_ink() {
        let measures = measure_pixels(&RgbImage::from_pixel(1654, 2339, Rgb([250, 250, 245])), None);
        assert!(measures.ink_share < 0.0005 && measures.letters == 0);
    }

    #[test]
    fn an_enlarged_picture_shows() {
        let sharp = text_page(2480, 3508, 300.0);
        let small = image::imageops::resize(&sharp, 595, 842, image::imageops::FilterType::Triangle);
        let large = image::imageops::resize(&small, 2480, 3508, image::imageops::FilterType::CatmullRom);
        let measures = measure_pixels(&large, Some((300.0, 300.0)));
        assert!(measures.resolution.true_dpi < 150.0, "{:?}", measures.resolution);
    }

    #[test]
    fn print_on_the_edge_is_a_crop() {
        let page = text_page(1654, 2339, 200.0);
        let cut = image::imageops::crop_imm(&page, 300, 0, 1354, 2339).to_image();
        let measures = measure_pixels(&cut, Some((200.0, 200.0)));
        assert!(measures.crop.left_mm > 8.0 && measures.crop.right_mm == 0.0, "{:?}", measures.crop);
    }
}
