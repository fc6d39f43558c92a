//! The sheet in a photograph: where its corners are, and the sheet made flat.
//!
//! A scanner shows a sheet as it is. A camera shows it from one side, in uneven light, on a table. [`find`] looks for four
//! straight sides on a picture of a few hundred pixels; [`Flat::of`] undoes the perspective and evens the light, at the
//! resolution of the picture. What is measured on the flat sheet is carried back by [`Flat::to_received`], for the copy
//! and its evidence show the picture as it was received.
//!
//! A doubt is said and never resolved by a guess: see [`Doubt`]. Sheets whose edges are bent (a book, a curled corner) are
//! flattened by their corners alone.

mod edges;
mod homography;
mod light;
mod quad;
mod warp;

use image::RgbImage;
use image::metadata::Orientation;

use crate::open::{Original, Page};
use crate::raster::{Rect, shrink_rgb};
use edges::Field;
pub(crate) use homography::{Corners, Homography};

pub use light::shading;

/// Long side of the picture on which corners are looked for, pixels.
const LOOK_PX: f32 = 440.0;

/// Where the sheet lies in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sheet {
    /// No edge of a sheet is seen: the picture shows nothing else, as a scan does.
    Whole,
    /// The sheet lies inside of the picture.
    Found(Quad),
    /// There is a sheet, but not one that can be made flat.
    Doubtful(Doubt),
}

/// Why a sheet that is seen cannot be made flat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Doubt {
    /// It covers less than a fifth of the picture.
    TooSmall,
    /// It was taken from so far aside that no reading of it can be trusted.
    TooSkewed,
    /// Parts of it are outside of the picture.
    CutOff,
    /// More than one sheet is seen.
    Several,
}

/// The corners of a sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quad {
    /// Top left, top right, bottom right, bottom left as they lie in the picture, pixels.
    pub corners: [(f32, f32); 4],
    /// Share of its sides along which an edge bears it out.
    pub support: f32,
    /// Sides that are the picture's own borders.
    pub borders: usize,
}

/// Perspective and lean below this are a scanner's: turning the page by its text does as well.
const FLAT_CORNER: f32 = 0.8;
const FLAT_KEYSTONE: f32 = 0.012;
/// A scan of a sheet much smaller than the picture is cut out all the same.
const FLAT_SHARE: f32 = 0.72;

impl Quad {
    /// The largest difference of a corner from a right angle, degrees.
    #[must_use]
    pub fn corner_error_degrees(&self) -> f32 {
        quad::corner_error(&self.corners)
    }

    /// How much shorter a side is than its opposite, as a share of that: 0 without perspective.
    #[must_use]
    pub fn keystone(&self) -> f32 {
        quad::keystone(&self.corners)
    }

    /// Share of a picture of that size that the sheet covers.
    #[must_use]
    pub fn share(&self, (width, height): (u32, u32)) -> f32 {
        quad::area(&self.corners) / (width as f32 * height as f32).max(1.0)
    }

    /// Whether the picture shows the sheet straight from above and little else.
    #[must_use]
    pub fn is_scan(&self, size: (u32, u32)) -> bool {
        self.corner_error_degrees() < FLAT_CORNER && self.keystone() < FLAT_KEYSTONE && self.share(size) > FLAT_SHARE
    }

    fn has_perspective(&self) -> bool {
        self.corner_error_degrees() >= FLAT_CORNER || self.keystone() >= FLAT_KEYSTONE
    }
}

/// Looks for a sheet inside of a picture; some milliseconds, whatever its size.
#[must_use]
pub fn find(picture: &RgbImage) -> Sheet {
    let long = picture.width().max(picture.height()) as f32;
    if picture.width().min(picture.height()) < 64 {
        return Sheet::Whole;
    }
    // The tools for pages shrink by resolution: the long side stands for it here.
    let (small, _) = shrink_rgb(picture, long, LOOK_PX);
    let scale = long / small.width().max(small.height()) as f32;
    match quad::quad(&Field::of(&small)) {
        Ok(None) => Sheet::Whole,
        Ok(Some(quad)) => Sheet::Found(Quad { corners: quad.corners.map(|(x, y)| ((x + 0.5) * scale, (y + 0.5) * scale)), ..quad }),
        Err(doubt) => Sheet::Doubtful(doubt),
    }
}

/// A sheet made flat.
#[derive(Debug, Clone)]
pub struct Flat {
    /// The sheet alone: perspective undone, light evened. For measuring and reading, never to be shown as the copy.
    pub page: Page,
    /// The corners in the picture as received.
    pub quad: Quad,
    to_picture: Homography,
    to_flat: Homography,
    picture: (u32, u32),
}

/// All papers of certificates have nearly this ratio of sides; a ratio seen in perspective is less exact than that.
const PAPER_RATIO: f32 = std::f32::consts::SQRT_2;
/// How far a ratio may be from it to be taken for it.
const NEAR_RATIO: f32 = 0.17;

impl Flat {
    /// Makes the sheet of a page flat; `None` where its corners do not span one.
    #[must_use]
    pub fn of(page: &Page, quad: &Quad) -> Option<Self> {
        let size = flat_size(&quad.corners);
        let corners: Corners = quad.corners;
        let to_picture = Homography::from_rectangle((size.0 as f32, size.1 as f32), &corners)?;
        let to_flat = to_picture.inverse()?;
        let mut image = warp::warp(&page.image, size, &to_picture);
        light::even(&mut image);
        // What a camera declares says nothing of the paper; what a scanner declares holds for a sheet on its glass.
        let dpi = page.dpi.filter(|_| !quad.has_perspective());
        let flat = Page::new(page.index, Original::Raster, image, Orientation::NoTransforms, dpi);
        Some(Self { page: flat, quad: *quad, to_picture, to_flat, picture: page.image.dimensions() })
    }

    /// The box on the picture as received around a box of the flat sheet.
    #[must_use]
    pub fn to_received(&self, rect: &Rect) -> Rect {
        rect.carried(self.picture, |point| self.to_picture.apply(point))
    }

    /// The box on the flat sheet around a box of the picture as received.
    #[must_use]
    pub fn onto_flat(&self, rect: &Rect) -> Rect {
        rect.carried(self.page.image.dimensions(), |point| self.to_flat.apply(point))
    }

    /// Width and height of the picture as received, pixels.
    #[must_use]
    pub fn received_px(&self) -> (u32, u32) {
        self.picture
    }

    /// How far the middle line of the sheet leans in the picture: down to the right by so many degrees.
    #[must_use]
    pub fn lean_degrees(&self) -> f32 {
        let (width, height) = (self.page.image.width() as f32, self.page.image.height() as f32);
        let (left, right) = (self.to_picture.apply((0.0, height / 2.0)), self.to_picture.apply((width, height / 2.0)));
        (right.1 - left.1).atan2(right.0 - left.0).to_degrees()
    }
}

/// The size of the flat sheet: as many pixels as the longer of each two opposite sides has, in the ratio of a paper
/// where it is near to one.
fn flat_size(corners: &Corners) -> (u32, u32) {
    let [top, right, bottom, left] = quad::sides(corners);
    let (wide, high) = (top.max(bottom), left.max(right));
    let (short, long) = (wide.min(high), wide.max(high));
    let near = (long / short.max(1.0) / PAPER_RATIO - 1.0).abs() < NEAR_RATIO;
    // Perspective makes the receding direction shorter, never longer: the other one is believed.
    let (short, long) = match long / short.max(1.0) {
        _ if !near => (short, long),
        ratio if ratio < PAPER_RATIO => (short, short * PAPER_RATIO),
        _ => (long / PAPER_RATIO, long),
    };
    let (wide, high) = if wide <= high { (short, long) } else { (long, short) };
    ((wide.round() as u32).max(1), (high.round() as u32).max(1))
}

#[cfg(test)]
mod tests;
