//! QR symbols: `rxing` finds and decodes them on the page, `rqrr` must read the same.
//!
//! The second decoder is given the modules between the corners that the first found ([`grid`]); where it reads something else there,
//! or nothing, it looks for the symbol itself in the crop. Left to its own search, it confirmed 53 of 95 photographs that the first
//! had read, given the modules all of them.
//!
//! Two decoders that share no code and agree byte for byte are what "confirmed" means. The page is never scaled down
//! before decoding: a symbol printed at the limit is lost by it (168 instead of 199 of 200 at half size).

mod grid;

use std::collections::HashSet;

use image::{GrayImage, RgbImage};
use rxing::multi::{GenericMultipleBarcodeReader, MultipleBarcodeReader};
use rxing::qrcode::QRCodeReader;
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, RXingResult, common::HybridBinarizer};

use crate::error::ScanError;
use crate::open::guarded;
use crate::raster::{Rect, luma, map, quantile};

/// One symbol that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Symbol {
    /// Its content.
    pub text: String,
    /// The finder patterns' centres as the first decoder gives them: bottom left, top left, top right, and the
    /// alignment pattern where there is one.
    pub corners: Vec<(f32, f32)>,
    /// Box around the whole symbol, with its quiet zone.
    pub bbox: Rect,
    /// Whether the second decoder read the same.
    pub confirmed: bool,
}

/// Brightness halfway from black to white.
const HALF: u8 = 128;
/// Symbols that are looked for on one page at most.
const MOST: usize = 8;

/// All symbols of a page, at its full resolution.
///
/// Coloured ink is left out at first: rosettes of a border are rings around a dot, as a symbol's corners are, and among
/// dozens of them the decoder does not find the corners. A page with no confirmed symbol in black is searched as a person sees it.
#[must_use]
pub fn read(page: &RgbImage) -> Vec<Symbol> {
    let is_confirmed = |symbols: &[Symbol]| symbols.iter().any(|symbol| symbol.confirmed);
    let black = read_luma(&map(page, |r, g, b| r.max(g).max(b)));
    if is_confirmed(&black) {
        return black;
    }
    // The decoder looks for its own threshold place by place, and misses corners that stand out by any.
    let stark = read_luma(&map(page, |r, g, b| if r.max(g).max(b) < HALF { 0 } else { 255 }));
    if is_confirmed(&stark) {
        return stark;
    }
    let seen = if has_colour(page) { read_luma(&luma(page)) } else { Vec::new() };
    [seen, black, stark].into_iter().find(|symbols| !symbols.is_empty()).unwrap_or_default()
}

/// Whether leaving coloured ink out takes dark ink away: of the dark places of a sample, more than one in a hundred is coloured.
fn has_colour(page: &RgbImage) -> bool {
    let sample = page.pixels().step_by(101);
    let (mut dark, mut coloured) = (0_u32, 0_u32);
    for pixel in sample {
        let [r, g, b] = pixel.0;
        if r.min(g).min(b) < 110 {
            dark += 1;
            coloured += u32::from(r.max(g).max(b) >= 140);
        }
    }
    coloured * 100 > dark
}

/// All symbols of a gray page.
#[must_use]
pub fn read_luma(page: &GrayImage) -> Vec<Symbol> {
    if page.width() == 0 || page.height() == 0 {
        return Vec::new();
    }
    let found = guarded(|| find(page)).unwrap_or_default();
    let mut symbols: Vec<Symbol> = Vec::new();
    for result in found.iter().take(MOST) {
        let symbol = symbol(page, result);
        if !symbols.iter().any(|known| known.text == symbol.text && known.bbox.intersection(&symbol.bbox).area() > 0) {
            symbols.push(symbol);
        }
    }
    symbols
}

fn find(page: &GrayImage) -> Result<Vec<RXingResult>, ScanError> {
    let hints =
        DecodeHints { TryHarder: Some(true), PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])), ..DecodeHints::default() };
    let none = |_| ScanError::damaged("no symbol");
    let source = Luma8LuminanceSource::new(page.as_raw().clone(), page.width(), page.height()).map_err(none)?;
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    GenericMultipleBarcodeReader::new(QRCodeReader).decode_multiple_with_hints(&mut bitmap, &hints).map_err(none)
}

fn symbol(page: &GrayImage, result: &RXingResult) -> Symbol {
    let corners: Vec<(f32, f32)> = result.getPoints().iter().map(|point| (point.x, point.y)).collect();
    let bbox = whole(&corners, page);
    let text = result.getText().to_owned();
    let confirmed = is_confirmed(page, &corners, &bbox, &text);
    Symbol { text, corners, bbox, confirmed }
}

/// Finder centres lie 3.5 modules inside the symbol; half the distance between them more than covers that and the
/// quiet zone, for the smallest symbol has 14 modules between centres.
fn whole(corners: &[(f32, f32)], page: &GrayImage) -> Rect {
    let least = |pick: fn(&(f32, f32)) -> f32| corners.iter().map(pick).fold(f32::INFINITY, f32::min);
    let most = |pick: fn(&(f32, f32)) -> f32| corners.iter().map(pick).fold(0.0, f32::max);
    let (x0, y0, x1, y1) = (least(|c| c.0), least(|c| c.1), most(|c| c.0), most(|c| c.1));
    if corners.is_empty() || !(x0.is_finite() && y0.is_finite() && x1.is_finite() && y1.is_finite()) {
        return Rect { x: 0, y: 0, w: page.width(), h: page.height() };
    }
    let margin = ((x1 - x0).max(y1 - y0) * 0.55).max(12.0) as u32;
    Rect::between(x0.max(0.0) as u32, y0.max(0.0) as u32, x1 as u32, y1 as u32).grown(margin, margin, page.width(), page.height())
}

/// What the second decoder reads where the first found the corners.
fn sampled(page: &GrayImage, corners: &[(f32, f32)]) -> Option<String> {
    guarded(|| Ok(grid::read(page, corners))).ok().flatten()
}

/// Longer than this, a crop is tried at half its size first, where the second decoder needs a quarter of the time.
const LONG: u32 = 900;

/// Whether the second decoder reads this text too: in the modules between these corners, else where it finds them itself in the box.
fn is_confirmed(page: &GrayImage, corners: &[(f32, f32)], bbox: &Rect, text: &String) -> bool {
    if sampled(page, corners).as_ref() == Some(text) {
        return true;
    }
    let crop = image::imageops::crop_imm(page, bbox.x, bbox.y, bbox.w, bbox.h).to_image();
    let half = || crate::raster::resize_gray(&crop, crop.width() / 2, crop.height() / 2);
    (crop.width().max(crop.height()) > LONG && read_again(&half()).contains(text)) || second_reading(&crop).contains(text)
}

fn read_again(image: &GrayImage) -> Vec<String> {
    guarded(|| Ok(decode(image))).unwrap_or_default()
}

/// What the second decoder reads in a crop: at its size, then enlarged, for it wants larger modules than the first, then larger still
/// and in black and white.
fn second_reading(crop: &GrayImage) -> Vec<String> {
    let texts = read_again(crop);
    if !texts.is_empty() || crop.width().max(crop.height()) > 1200 {
        return texts;
    }
    let texts = read_again(&crate::raster::resize_gray(crop, crop.width() * 2, crop.height() * 2));
    if !texts.is_empty() || crop.width().max(crop.height()) > 600 {
        return texts;
    }
    let mut large = crate::raster::resize_gray(crop, crop.width() * 4, crop.height() * 4);
    let mut levels: Vec<f32> = crop.iter().map(|level| f32::from(*level)).collect();
    let middle = (quantile(&mut levels, 0.05) + quantile(&mut levels, 0.95)) / 2.0;
    large.iter_mut().for_each(|level| *level = if f32::from(*level) < middle { 0 } else { 255 });
    read_again(&large)
}

fn decode(image: &GrayImage) -> Vec<String> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = image.as_raw();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

#[cfg(test)]
mod tests;
