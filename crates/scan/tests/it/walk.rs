//! One file or picture through everything that an inspection asks of this crate, and what must hold whatever it was.

use bansao_scan::rectify::{LayerOptions, text_layer};
use bansao_scan::sheet::{self, Flat, Sheet};
use bansao_scan::{Fingerprint, Limits, Page, Rect, ScanError, canonical_pixels, forensic, layout, measure, open, qr, seal, sniff};

/// How a file ended that kept all its promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Its pages came out, and were measured.
    Opened,
    /// It was refused with a reason.
    Refused,
    /// A decoder panicked inside its guard, which came out as a refusal.
    Caught,
}

/// Opens a file, and measures the pages of at most `measured` pixels.
pub(crate) fn file(bytes: &[u8], limits: &Limits, measured: u64) -> Result<End, String> {
    let format = sniff(bytes);
    let source = match open(bytes, limits) {
        Ok(source) => source,
        Err(ScanError::UnsupportedFormat) if format.is_some() => return Err("sniffed, and then not".to_owned()),
        Err(ScanError::Damaged { what }) if what == "its decoder gave up" => return Ok(End::Caught),
        Err(_) => return Ok(End::Refused),
    };
    hold(format == Some(source.format), "another format than was sniffed")?;
    hold((1..=limits.pages).contains(&source.pages.len()), "no page, or more than the limit")?;
    hold(source.pages.iter().map(pixels).sum::<u64>() <= limits.total_pixels, "more pixels than the limit")?;
    for opened in &source.pages {
        hold((1..=limits.image_pixels()).contains(&pixels(opened)), "a page without pixels, or larger than the limit")?;
        if pixels(opened) <= measured {
            page(opened)?;
        }
    }
    Ok(End::Opened)
}

/// Measures a page as an inspection does.
pub(crate) fn page(page: &Page) -> Result<(), String> {
    let size = page.image.dimensions();
    if let Sheet::Found(quad) = sheet::find(&page.image)
        && let Some(flat) = Flat::of(page, &quad)
    {
        let (width, height) = flat.page.image.dimensions();
        inside(&flat.to_received(&Rect::between(0, 0, width, height)), size, "a flattened sheet")?;
    }
    let measures = measure(page);
    let dpi = measures.resolution.dpi;
    hold(dpi.is_finite() && dpi > 0.0, "no resolution")?;
    hold(measures.skew_degrees.is_finite() && measures.ink_share.is_finite() && measures.noise.is_finite(), "a measure that is no number")?;
    for rect in measures.glare.iter().chain(&measures.covers).chain(&measures.blurred).chain(&measures.folds) {
        inside(rect, size, "a harmed place")?;
    }
    for seal in seal::find(&page.image, dpi) {
        inside(&seal.bbox, size, "a seal")?;
    }
    for options in [LayerOptions::reading(), LayerOptions::titles()] {
        let layer = text_layer(&page.image, dpi, measures.pose(), &options);
        let lines = layout::lines(&layer.image, dpi);
        for line in &lines {
            inside(&line.bbox, layer.image.dimensions(), "a line")?;
            inside(&layer.to_page(&line.bbox), size, "a line on its page")?;
        }
        let examined = forensic::examine(&page.image, dpi, measures.pose(), &lines);
        for trace in forensic::traces(&examined) {
            inside(&trace.rect, size, "a trace")?;
        }
        if let Some(fingerprint) = Fingerprint::of(&layer) {
            hold(fingerprint.distance(&fingerprint) == 0, "a fingerprint that differs from itself")?;
        }
    }
    symbols(page)?;
    hold(!canonical_pixels(&page.image).is_empty(), "no bytes to hash")
}

/// Reads the QR symbols of a page.
pub(crate) fn symbols(page: &Page) -> Result<(), String> {
    qr::read(&page.image).iter().try_for_each(|symbol| inside(&symbol.bbox, page.image.dimensions(), "a symbol"))
}

fn pixels(page: &Page) -> u64 {
    u64::from(page.image.width()) * u64::from(page.image.height())
}

fn hold(promise: bool, broken: &str) -> Result<(), String> {
    if promise { Ok(()) } else { Err(broken.to_owned()) }
}

fn inside(rect: &Rect, (width, height): (u32, u32), what: &str) -> Result<(), String> {
    let fits = rect.right() <= width && rect.bottom() <= height;
    if fits { Ok(()) } else { Err(format!("{what} outside of {width} x {height}: {rect:?}")) }
}
