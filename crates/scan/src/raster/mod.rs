//! Boxes, scaling and the few pixel tools that the measuring modules share.
//!
//! Not a general image library: only what several modules need, in the shape that is fast on a 300-dpi page.

pub(crate) mod blobs;
pub(crate) mod paper;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{GrayImage, RgbImage};

/// Millimetres in an inch.
pub(crate) const INCH: f32 = 25.4;

/// A box of pixels: the top left corner and the extent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rect {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width.
    pub w: u32,
    /// Height.
    pub h: u32,
}

impl Rect {
    /// The box between two corners, the second one outside.
    #[must_use]
    pub fn between(x0: u32, y0: u32, x1: u32, y1: u32) -> Self {
        Self { x: x0, y: y0, w: x1.saturating_sub(x0), h: y1.saturating_sub(y0) }
    }

    /// First column right of the box.
    #[must_use]
    pub fn right(&self) -> u32 {
        self.x.saturating_add(self.w)
    }

    /// First row below the box.
    #[must_use]
    pub fn bottom(&self) -> u32 {
        self.y.saturating_add(self.h)
    }

    /// Number of pixels.
    #[must_use]
    pub fn area(&self) -> u64 {
        u64::from(self.w) * u64::from(self.h)
    }

    /// The smallest box around both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::between(self.x.min(other.x), self.y.min(other.y), self.right().max(other.right()), self.bottom().max(other.bottom()))
    }

    /// What both share; empty where they are apart.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        Self::between(x, y, self.right().min(other.right()).max(x), self.bottom().min(other.bottom()).max(y))
    }

    /// The box, cut to an image of that size, around where its corners are carried.
    pub(crate) fn carried(&self, (width, height): (u32, u32), carry: impl Fn((f32, f32)) -> (f32, f32)) -> Self {
        let (x0, y0, x1, y1) = (self.x as f32, self.y as f32, self.right() as f32, self.bottom() as f32);
        let corners = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(carry);
        let fold = |pick: fn(&(f32, f32)) -> f32, least: bool| {
            let values = corners.iter().map(pick);
            if least { values.fold(f32::INFINITY, f32::min) } else { values.fold(f32::NEG_INFINITY, f32::max) }
        };
        let side = |value: f32, most: u32| (value.max(0.0) as u32).min(most);
        Self::between(
            side(fold(|p| p.0, true).floor(), width),
            side(fold(|p| p.1, true).floor(), height),
            side(fold(|p| p.0, false).ceil(), width),
            side(fold(|p| p.1, false).ceil(), height),
        )
    }

    /// The box with a margin, cut to an image of that size.
    #[must_use]
    pub fn grown(&self, across: u32, down: u32, width: u32, height: u32) -> Self {
        Self::between(
            self.x.saturating_sub(across).min(width),
            self.y.saturating_sub(down).min(height),
            self.right().saturating_add(across).min(width),
            self.bottom().saturating_add(down).min(height),
        )
    }
}

/// Brightness by ITU-R BT.601 in integers.
#[must_use]
pub fn luma(image: &RgbImage) -> GrayImage {
    map(image, |r, g, b| ((u32::from(r) * 77 + u32::from(g) * 150 + u32::from(b) * 29 + 128) >> 8) as u8)
}

/// One value from each pixel's three.
pub(crate) fn map(image: &RgbImage, value: impl Fn(u8, u8, u8) -> u8) -> GrayImage {
    let pixels = image.as_raw().chunks_exact(3).map(|p| value(p[0], p[1], p[2])).collect();
    GrayImage::from_raw(image.width(), image.height(), pixels).unwrap_or_default()
}

/// Width and height at another resolution, at least one pixel each.
pub(crate) fn scaled(width: u32, height: u32, factor: f32) -> (u32, u32) {
    let side = |length: u32| ((length as f32 * factor).round() as u32).max(1);
    (side(width), side(height))
}

/// The page at `to_dpi`, or as it is where that would enlarge it. Returns the resolution that came out.
pub(crate) fn shrink_rgb(image: &RgbImage, dpi: f32, to_dpi: f32) -> (RgbImage, f32) {
    if to_dpi >= dpi {
        return (image.clone(), dpi);
    }
    let (width, height) = scaled(image.width(), image.height(), to_dpi / dpi);
    let bytes = resize(image.as_raw(), image.dimensions(), (width, height), PixelType::U8x3, FilterType::Box);
    (RgbImage::from_raw(width, height, bytes).unwrap_or_default(), to_dpi)
}

/// A gray image in another size; averaging when it shrinks, bicubic when it grows.
#[must_use]
pub fn resize_gray(image: &GrayImage, width: u32, height: u32) -> GrayImage {
    let filter = if width < image.width() { FilterType::Hamming } else { FilterType::CatmullRom };
    let bytes = resize(image.as_raw(), image.dimensions(), (width, height), PixelType::U8, filter);
    GrayImage::from_raw(width, height, bytes).unwrap_or_default()
}

/// An impossible size gives white, for the callers have no better answer and the sizes are theirs.
fn resize(bytes: &[u8], from: (u32, u32), to: (u32, u32), pixel: PixelType, filter: FilterType) -> Vec<u8> {
    let mut target = Image::new(to.0, to.1, pixel);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    let done =
        ImageRef::new(from.0, from.1, bytes, pixel).ok().and_then(|source| Resizer::new().resize(&source, &mut target, &options).ok());
    if done.is_none() {
        target.buffer_mut().fill(255);
    }
    target.into_vec()
}

/// The value below which `share` of the values lie; 0 for none.
pub(crate) fn quantile(values: &mut [f32], share: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let at = (((values.len() - 1) as f32) * share.clamp(0.0, 1.0)).round() as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_meet_and_join() {
        let a = Rect { x: 0, y: 0, w: 10, h: 10 };
        let b = Rect { x: 5, y: 6, w: 10, h: 10 };
        assert_eq!(a.intersection(&b), Rect { x: 5, y: 6, w: 5, h: 4 });
        assert_eq!(a.union(&b), Rect { x: 0, y: 0, w: 15, h: 16 });
        assert_eq!(a.intersection(&Rect { x: 50, y: 50, w: 1, h: 1 }).area(), 0);
        assert_eq!(b.grown(10, 1, 12, 12), Rect { x: 0, y: 5, w: 12, h: 7 });
    }

    #[test]
    fn quantiles_of_few_values() {
        assert_eq!(quantile(&mut [3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(quantile(&mut [], 0.5), 0.0);
    }

    #[test]
    fn shrinking_keeps_levels() {
        let image = RgbImage::from_pixel(300, 300, image::Rgb([10, 20, 30]));
        let (small, dpi) = shrink_rgb(&image, 300.0, 100.0);
        assert_eq!((small.width(), small.height(), dpi), (100, 100, 100.0));
        assert_eq!(small.get_pixel(50, 50).0, [10, 20, 30]);
    }
}
