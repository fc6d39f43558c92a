//! The layer to read: upright, straight, without seal, background, leaders and rules.
//!
//! A layer is for reading only. The copy shows the scan as it was received; boxes found on a layer are carried back to
//! the page by [`Layer::to_page`].

mod leaders;
mod rotate;
pub(crate) mod skew;

use image::{GrayImage, RgbImage};

use crate::raster::paper::{Paper, curve};
use crate::raster::{Rect, map, quantile};

pub use rotate::Pose;

/// Which ink is to be dark on the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Black and blue stay, red fades into the paper: fields under a seal, labels, signatures.
    Reading,
    /// Red becomes dark too: titles, numbers and words printed in red. Light print on a dark cover is inverted.
    Titles,
    /// Brightness as a person sees it.
    All,
}

/// What is done to a page on its way to a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerOptions {
    /// Which ink is kept.
    pub ink: Ink,
    /// Gray above this share of the paper's brightness becomes white: the background pattern lies above it.
    pub paper_share: f32,
    /// Gray below this share of the paper's brightness becomes black.
    pub ink_share: f32,
    /// Take out dotted leaders and thin straight rules.
    pub leaders: bool,
}

impl LayerOptions {
    /// For reading printed and written fields.
    #[must_use]
    pub fn reading() -> Self {
        Self { ink: Ink::Reading, paper_share: 0.80, ink_share: 0.25, leaders: true }
    }

    /// For reading titles, red or black.
    #[must_use]
    pub fn titles() -> Self {
        Self { ink: Ink::Titles, paper_share: 0.72, ink_share: 0.25, leaders: true }
    }
}

/// A page made ready for reading.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Black on white.
    pub image: GrayImage,
    /// How it was turned.
    pub pose: Pose,
    /// Whether light print on a dark page was inverted.
    pub inverted: bool,
    page: (u32, u32),
}

impl Layer {
    /// The box on the page, as received, around a box of the layer.
    #[must_use]
    pub fn to_page(&self, rect: &Rect) -> Rect {
        self.pose.to_page(rect, self.page)
    }

    /// The box on the layer around a box of the page.
    #[must_use]
    pub fn onto_layer(&self, rect: &Rect) -> Rect {
        self.pose.to_upright(rect, self.page)
    }
}

/// The layer of a page that lies in `pose` at `dpi`.
#[must_use]
pub fn text_layer(page: &RgbImage, dpi: f32, pose: Pose, options: &LayerOptions) -> Layer {
    let mut gray = channel(page, options.ink);
    let mut paper = Paper::of(&gray, dpi);
    let inverted = options.ink == Ink::Titles && is_dark(&gray, &paper);
    if inverted {
        gray.iter_mut().for_each(|value| *value = 255 - *value);
        paper = Paper::of(&gray, dpi);
    }
    let flat = paper.divide(&gray, &contrast(&gray, &paper, options));
    let mut image = pose.upright(&flat);
    if options.leaders {
        leaders::remove(&mut image, dpi);
    }
    Layer { image, pose, inverted, page: page.dimensions() }
}

/// The page itself, upright and straight, in colour: for showing, and for measures that need colour.
#[must_use]
pub fn upright(page: &RgbImage, pose: Pose) -> RgbImage {
    pose.upright_rgb(page)
}

/// Pale ink (a worn ribbon, a thin toner) is made black where the page has nothing darker: black lies at four fifths of
/// the middle of all ink.
fn contrast(gray: &GrayImage, paper: &Paper, options: &LayerOptions) -> [u8; 256] {
    let share = paper.ink_level(gray, options.paper_share * 0.9).map_or(0.0, |level| level * 0.8);
    curve(share.clamp(options.ink_share, options.paper_share * 0.7), options.paper_share)
}

/// The channel on which the wanted ink is dark.
///
/// Red ink is bright in red and dark in green and blue. `Reading` takes red and lifts it by what its lead over the other
/// two exceeds a third of it, so that dark red seals fade as well; black and blue have no such lead, brown little. `Titles` takes the darker of green and
/// blue, on which red, black and blue are all dark.
pub(crate) fn channel(page: &RgbImage, ink: Ink) -> GrayImage {
    match ink {
        Ink::Reading => map(page, without_red),
        Ink::Titles => map(page, |_, g, b| ((u16::from(g) * 3 + u16::from(g.min(b))) / 4) as u8),
        Ink::All => crate::raster::luma(page),
    }
}

fn without_red(r: u8, g: u8, b: u8) -> u8 {
    let lead = r.saturating_sub(g.max(b));
    r.saturating_add(lead.saturating_sub(r / 3).saturating_mul(2))
}

/// A page whose paper is dark: the cover of an old land certificate, gold on red.
fn is_dark(gray: &GrayImage, paper: &Paper) -> bool {
    let mut sample: Vec<f32> = gray.as_raw().iter().step_by(997).map(|&value| f32::from(value)).collect();
    paper.typical() < 140.0 && quantile(&mut sample, 0.5) < 110.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    const PAPER: Rgb<u8> = Rgb([250, 222, 222]);

    fn page(boxes: &[(Rect, Rgb<u8>)]) -> RgbImage {
        let mut image = RgbImage::from_pixel(600, 600, PAPER);
        for (rect, colour) in boxes {
            for y in rect.y..rect.bottom() {
                for x in rect.x..rect.right() {
                    image.put_pixel(x, y, *colour);
                }
            }
        }
        image
    }

    const BLACK: (Rect, Rgb<u8>) = (Rect { x: 100, y: 100, w: 12, h: 12 }, Rgb([30, 30, 35]));
    const BLUE: (Rect, Rgb<u8>) = (Rect { x: 200, y: 100, w: 12, h: 12 }, Rgb([40, 60, 150]));
    const RED: (Rect, Rgb<u8>) = (Rect { x: 300, y: 100, w: 12, h: 12 }, Rgb([190, 40, 50]));

    #[test]
    fn red_fades_from_the_reading_layer_and_black_and_blue_stay() {
        let options = LayerOptions { leaders: false, ..LayerOptions::reading() };
        let layer = text_layer(&page(&[BLACK, BLUE, RED]), 200.0, Pose::default(), &options);
        assert!(layer.image.get_pixel(105, 105)[0] < 60);
        assert!(layer.image.get_pixel(205, 105)[0] < 60);
        assert!(layer.image.get_pixel(305, 105)[0] > 230);
        assert!(layer.image.get_pixel(20, 20)[0] > 250);
    }

    #[test]
    fn red_is_dark_on_the_titles_layer() {
        let layer = text_layer(&page(&[RED]), 200.0, Pose::default(), &LayerOptions::titles());
        assert!(layer.image.get_pixel(305, 105)[0] < 60 && !layer.inverted);
    }

    #[test]
    fn gold_on_red_is_inverted() {
        let mut cover = RgbImage::from_pixel(600, 600, Rgb([180, 35, 45]));
        for y in 100..112 {
            for x in 100..150 {
                cover.put_pixel(x, y, Rgb([240, 190, 90]));
            }
        }
        let layer = text_layer(&cover, 200.0, Pose::default(), &LayerOptions::titles());
        assert!(layer.inverted);
        assert!(layer.image.get_pixel(105, 105)[0] < 110 && layer.image.get_pixel(300, 300)[0] > 230);
    }
}
