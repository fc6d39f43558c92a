//! Draws a page that is more than its images, at the resolution of the finest of them.
//!
//! What is drawn is what goes into a copy, so nobody certifies what they did not see; but text or lines over a scan are
//! also how a scan is falsified, so such a page carries a caveat and is for a person to look at.
//!
//! `hayro` draws, a third parser and no renderer of ours. Before it is let near a file, everything that it will inflate is
//! inflated once within the limits, and its picture's size is known.

use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::RgbImage;
use image::metadata::Orientation;
use lopdf::{Document, Object};

use super::content::{Shown, covered};
use super::picture;
use crate::error::ScanError;
use crate::limits::Limits;
use crate::open::{Caveat, Original, Page};

/// A page drawn finer than this shows the grain of its scanner and nothing else.
const MOST_DPI: f64 = 600.0;
/// And coarser than this, nothing is read on it.
const LEAST_DPI: f64 = 72.0;
/// Share of the page that an image must cover to have a say in that.
const SCAN_SHARE: f64 = 0.10;
/// The renderer counts pixels in 16 bits.
const MOST_SIDE: f64 = 65_000.0;

/// Pixels across and down, and dots per inch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Canvas {
    pub(super) size: (u32, u32),
    dpi: f64,
}

/// How large the page becomes.
pub(super) fn canvas(document: &Document, shown: &Shown<'_>) -> Result<Canvas, ScanError> {
    let mut dpi = LEAST_DPI;
    // A small mark may be very fine; what matters is the scan.
    for placed in shown.images.iter().filter(|placed| covered(&placed.matrix, shown.visible) >= SCAN_SHARE) {
        let (width, height) = picture::size(document, placed.image)?;
        let [a, b, c, d, ..] = placed.matrix.0;
        let per_inch = |pixels: u32, x: f64, y: f64| f64::from(pixels) * 72.0 / (x.hypot(y) * shown.unit);
        // The coarser of its two sides: one that was squeezed shows no more for it.
        let image = per_inch(width, a, b).min(per_inch(height, c, d));
        dpi = if image.is_finite() { dpi.max(image) } else { dpi };
    }
    let dpi = dpi.min(MOST_DPI);
    let [left, bottom, right, top] = shown.visible;
    let side = |length: f64| (length * shown.unit * dpi / 72.0).round();
    let (mut wide, mut high) = (side(right - left), side(top - bottom));
    if shown.rotate.rem_euclid(180) == 90 {
        (wide, high) = (high, wide);
    }
    if !(1.0..MOST_SIDE).contains(&wide) || !(1.0..MOST_SIDE).contains(&high) {
        return Err(ScanError::TooComplex { what: "pixels of a page to draw" });
    }
    Ok(Canvas { size: (wide as u32, high as u32), dpi })
}

/// Inflates every stream once, and reads the size of every image: what passes is safe to hand to a renderer without bounds.
pub(super) fn bounded(document: &Document, limits: &Limits) -> Result<(), ScanError> {
    let mut inflated = 0_usize;
    for stream in document.objects.values().filter_map(|object| object.as_stream().ok()) {
        inflated = inflated.saturating_add(picture::before_image(document, stream, limits)?.len());
        if inflated > limits.decompressed_bytes {
            return Err(ScanError::TooComplex { what: "inflated bytes of a PDF" });
        }
        if stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Image") {
            let (width, height) = picture::size(document, stream)?;
            if u64::from(width).saturating_mul(u64::from(height)) > limits.image_pixels() {
                return Err(ScanError::TooComplex { what: "pixels of an image in a PDF" });
            }
            picture::coded_size(document, stream, limits)?;
        }
    }
    Ok(())
}

/// The file as the renderer has it.
pub(super) fn parse(bytes: &[u8], pages: usize) -> Result<Pdf, ScanError> {
    let pdf = Pdf::new(Arc::new(bytes.to_vec())).map_err(|_| ScanError::damaged("a PDF that cannot be drawn"))?;
    if pdf.pages().len() == pages { Ok(pdf) } else { Err(ScanError::Ambiguous { what: format!("{pages} or {} pages", pdf.pages().len()) }) }
}

pub(super) fn page(pdf: &Pdf, shown: &Shown<'_>, canvas: Canvas, why: &str) -> Result<Page, ScanError> {
    let index = shown.page.saturating_sub(1);
    let page = pdf.pages().get(index).ok_or_else(|| ScanError::damaged("a page that is not there"))?;
    let (width, height) = page.render_dimensions();
    let scale = |pixels: u32, length: f32| (f64::from(pixels) + 0.01) as f32 / length;
    let settings = PixmapSettings { x_scale: scale(canvas.size.0, width), y_scale: scale(canvas.size.1, height), bg_color: WHITE };
    let drawn = hayro::render(page, &RenderCache::new(), &InterpreterSettings::default(), &RenderSettings::default(), &settings);
    if (u32::from(drawn.width()), u32::from(drawn.height())) != canvas.size {
        return Err(ScanError::Ambiguous { what: format!("the size of page {}", shown.page) });
    }
    // On a white ground nothing stays transparent.
    let rgb: Vec<u8> = drawn.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let image = RgbImage::from_raw(canvas.size.0, canvas.size.1, rgb).ok_or_else(|| ScanError::damaged("a page that cannot be drawn"))?;
    let dpi = canvas.dpi as f32;
    let mut page = Page::new(index, Original::Raster, image, Orientation::NoTransforms, Some((dpi, dpi)));
    page.caveat = Some(Caveat::Drawn { why: why.to_owned() });
    Ok(page)
}
