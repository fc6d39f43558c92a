//! The pages of one file.
//!
//! [`open`] is the only way in. It sniffs, checks bounds from headers, decodes, and turns every page upright by the
//! orientation that its metadata declares. It does not rectify: a page is shown as it was received.

mod exif;
mod jpeg;
mod png;
mod tiff;

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, RgbImage};

use crate::error::ScanError;
use crate::limits::Limits;
use crate::samples::over_white;
use crate::sniff::{Format, sniff};

pub(crate) use jpeg::{Jpeg, decode as decode_jpeg, inks, untransformed};

/// A file taken apart.
#[derive(Debug, Clone)]
pub struct Source {
    /// What the file was.
    pub format: Format,
    /// Its pages in order; never empty.
    pub pages: Vec<Page>,
}

/// One page of pixels.
#[derive(Debug, Clone)]
pub struct Page {
    /// Position in the file, from 0.
    pub index: usize,
    /// The page's own coding where it can be passed on without loss.
    pub original: Original,
    /// The pixels, turned upright by `orientation`, alpha flattened on white.
    pub image: RgbImage,
    /// What was applied to the decoded pixels to get `image`: whoever passes `original` on must apply it too.
    pub orientation: Orientation,
    /// Declared resolution of `image` in dots per inch, across and down: from JFIF, Exif, pHYs, TIFF tags or, in a
    /// PDF, from where the image is placed.
    pub dpi: Option<(f32, f32)>,
    /// Declared size of the paper in millimetres, across and down.
    pub size_mm: Option<(f32, f32)>,
    /// Why the pixels may show something else than a scanner saw.
    pub caveat: Option<Caveat>,
}

/// What a person has to know of a page that is otherwise readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caveat {
    /// More stands on the page than a scanned image: it was drawn.
    Drawn {
        /// What there is beside the image.
        why: String,
    },
    /// It was stored as JBIG2 symbols: a letter or digit may stand for another that looks like it.
    Symbols,
}

/// How a page came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Original {
    /// A gray or colour JPEG stream from its first marker to its last, without what followed it: to be embedded as it is.
    Jpeg(Vec<u8>),
    /// Anything else: `image` is all there is to pass on, and loses nothing of 8-bit gray or RGB.
    Raster,
}

/// Takes a file apart into pages.
///
/// # Errors
/// Every way in which bytes can fail to be pages: see [`ScanError`]. No input panics.
pub fn open(bytes: &[u8], limits: &Limits) -> Result<Source, ScanError> {
    let size = bytes.len() as u64;
    if size == 0 {
        return Err(ScanError::Empty);
    }
    if size > limits.file_bytes {
        return Err(ScanError::FileTooLarge { bytes: size, limit: limits.file_bytes });
    }
    let format = sniff(bytes).ok_or(ScanError::UnsupportedFormat)?;
    let pages = match format {
        Format::Jpeg => vec![jpeg::page(bytes, limits)?],
        Format::Png => vec![png::page(bytes, limits)?],
        Format::Tiff => tiff::pages(bytes, limits)?,
        Format::Pdf => crate::pdf::pages(bytes, limits)?,
    };
    if pages.is_empty() { Err(ScanError::NoPages) } else { Ok(Source { format, pages }) }
}

impl Page {
    /// Assembles a page from decoded pixels: turns them, and the resolution with them.
    pub(crate) fn new(index: usize, original: Original, decoded: RgbImage, orientation: Orientation, dpi: Option<(f32, f32)>) -> Self {
        let image = turn(decoded, orientation);
        let dpi = dpi.map(|(x, y)| if swaps_axes(orientation) { (y, x) } else { (x, y) });
        let size_mm = dpi.map(|(x, y)| (image.width() as f32 / x * 25.4, image.height() as f32 / y * 25.4));
        Self { index, original, image, orientation, dpi, size_mm, caveat: None }
    }
}

/// Runs a decoder so that a panic inside it comes out as damage.
///
/// The decoders are other people's, and every year one of them finds a new slice out of bounds: a hostile file may
/// cost its own submission, never the worker. Nothing is shared with the closure that could be left half-changed.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, ScanError>) -> Result<T, ScanError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(ScanError::damaged("its decoder gave up")))
}

/// Refuses an image by its header, before a pixel is decoded. `spent` is what earlier pages took.
pub(crate) fn check_size(page: usize, size: (u32, u32), spent: u64, limits: &Limits) -> Result<u64, ScanError> {
    let (width, height) = size;
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    if pixels == 0 {
        return Err(ScanError::damaged("an image without pixels"));
    }
    let limit = limits.image_pixels();
    if pixels > limit {
        return Err(ScanError::ImageTooLarge { page, width, height, limit });
    }
    let total = spent.saturating_add(pixels);
    if total > limits.total_pixels {
        return Err(ScanError::TooManyPixels { limit: limits.total_pixels });
    }
    Ok(total)
}

/// Decodes pixels with the decoder's own memory bounded too.
fn pixels(page: usize, mut decoder: impl ImageDecoder, limits: &Limits) -> Result<DynamicImage, ScanError> {
    decoder.set_limits(decoder_limits(limits)).map_err(|error| from_image(page, &error))?;
    DynamicImage::from_decoder(decoder).map_err(|error| from_image(page, &error))
}

fn decoder_limits(limits: &Limits) -> image::Limits {
    let mut bounds = image::Limits::no_limits();
    // Sixteen bits and four channels are the widest that is read.
    bounds.max_alloc = Some(limits.image_pixels().saturating_mul(8).saturating_add(limits.decompressed_bytes as u64));
    bounds
}

fn from_image(page: usize, error: &ImageError) -> ScanError {
    match error {
        ImageError::Unsupported(inner) => ScanError::UnsupportedCoding { page, coding: inner.to_string() },
        ImageError::Limits(_) => ScanError::TooComplex { what: "memory of a decoder" },
        other => ScanError::damaged(other.to_string()),
    }
}

/// Eight bits a channel, alpha flattened on white: paper is white.
fn flatten(image: DynamicImage) -> RgbImage {
    if let DynamicImage::ImageLuma8(gray) = image {
        return in_three_channels(&gray);
    }
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let rgba = image.into_rgba8();
    let mut rgb = RgbImage::new(rgba.width(), rgba.height());
    for (from, to) in rgba.pixels().zip(rgb.pixels_mut()) {
        let [r, g, b, alpha] = from.0;
        to.0 = [r, g, b].map(|level| over_white(level, alpha));
    }
    rgb
}

/// A gray picture as a page is kept. What `image` itself does goes through colour spaces, pixel by pixel, and takes longer than
/// decoding; the levels are the same.
fn in_three_channels(gray: &GrayImage) -> RgbImage {
    let mut rgb = RgbImage::new(gray.width(), gray.height());
    for (level, pixel) in gray.iter().zip(rgb.pixels_mut()) {
        pixel.0 = [*level; 3];
    }
    rgb
}

fn turn(image: RgbImage, orientation: Orientation) -> RgbImage {
    if orientation == Orientation::NoTransforms {
        return image;
    }
    let mut image = DynamicImage::ImageRgb8(image);
    image.apply_orientation(orientation);
    image.into_rgb8()
}

fn swaps_axes(orientation: Orientation) -> bool {
    matches!(orientation, Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH)
}

/// A declared resolution that means something.
fn plausible_dpi(x: f32, y: f32) -> Option<(f32, f32)> {
    let good = |value: f32| value.is_finite() && (20.0..=5000.0).contains(&value);
    (good(x) && good(y)).then_some((x, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gray_levels_stay_as_they_are_in_three_channels() {
        let gray = GrayImage::from_fn(256, 2, |x, _| image::Luma([x as u8]));
        let wide = flatten(DynamicImage::ImageLuma8(gray.clone()));
        assert_eq!(wide, DynamicImage::ImageLuma8(gray).into_rgb8());
        assert_eq!(wide.get_pixel(17, 1).0, [17; 3]);
    }
}
