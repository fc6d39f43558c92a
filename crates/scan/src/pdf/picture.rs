//! Takes the one image of a page out of its stream: a JPEG as it is, gray and colour samples decoded.

use image::metadata::Orientation;
use image::{GrayImage, Luma, Rgb, RgbImage};
use lopdf::{Dictionary, Document, Object, Stream};

use super::content::{Matrix, Placement, number};
use super::resolve;
use crate::error::ScanError;
use crate::limits::Limits;
use crate::open::{Jpeg, Original, Page, decode_jpeg};

/// Width and height as the image dictionary states them.
pub(super) fn size(document: &Document, placement: &Placement<'_>) -> Result<(u32, u32), ScanError> {
    let side = |key: &[u8]| {
        let value = placement.image.dict.get(key).ok().and_then(|value| resolve(document, value).as_i64().ok());
        value.and_then(|value| u32::try_from(value).ok()).filter(|&value| value > 0)
    };
    side(b"Width").zip(side(b"Height")).ok_or_else(|| ScanError::damaged("an image without a size"))
}

pub(super) fn page(document: &Document, placement: &Placement<'_>, limits: &Limits) -> Result<Page, ScanError> {
    let size = size(document, placement)?;
    no_masks(document, placement)?;
    let (original, pixels) = match coding(document, placement)? {
        Coding::Jpeg => jpeg(placement, size, limits)?,
        Coding::Samples => (Original::Raster, samples(document, placement, size, limits)?),
    };
    let orientation = orientation(&placement.matrix, placement.rotate);
    Ok(Page::new(placement.page.saturating_sub(1), original, pixels, orientation, dpi(placement, size)))
}

enum Coding {
    Jpeg,
    Samples,
}

fn coding(document: &Document, placement: &Placement<'_>) -> Result<Coding, ScanError> {
    let filters = filters(document, placement.image);
    let unsupported =
        |name: &[u8]| ScanError::UnsupportedCoding { page: placement.page, coding: String::from_utf8_lossy(name).into_owned() };
    for (at, name) in filters.iter().enumerate() {
        let last = at.saturating_add(1) == filters.len();
        match name.as_slice() {
            b"DCTDecode" | b"DCT" if last && filters.len() == 1 => return Ok(Coding::Jpeg),
            b"FlateDecode" | b"LZWDecode" | b"ASCII85Decode" | b"ASCIIHexDecode" | b"RunLengthDecode" => {}
            other => return Err(unsupported(other)),
        }
    }
    Ok(Coding::Samples)
}

fn filters(document: &Document, image: &Stream) -> Vec<Vec<u8>> {
    let name = |object: &Object| resolve(document, object).as_name().map(<[u8]>::to_vec).ok();
    match image.dict.get(b"Filter").map(|value| resolve(document, value)) {
        Ok(Object::Array(names)) => names.iter().filter_map(name).collect(),
        Ok(other) => name(other).into_iter().collect(),
        Err(_) => Vec::new(),
    }
}

/// Masks and remapped samples show something else than the stream's own pixels.
fn no_masks(document: &Document, placement: &Placement<'_>) -> Result<(), ScanError> {
    let dictionary = &placement.image.dict;
    let present = |key: &[u8]| dictionary.get(key).is_ok_and(|value| !resolve(document, value).is_null());
    let masked = present(b"SMask") || present(b"Mask") || present(b"SMaskInData");
    let stencil = dictionary.get(b"ImageMask").and_then(Object::as_bool).unwrap_or(false);
    if masked || stencil || !plain_decode(document, dictionary) {
        return Err(ScanError::PageNotAScan { page: placement.page, why: "an image with a mask".to_owned() });
    }
    Ok(())
}

/// `/Decode` absent or the identity.
fn plain_decode(document: &Document, dictionary: &Dictionary) -> bool {
    let Some(list) = dictionary.get(b"Decode").ok().and_then(|value| resolve(document, value).as_array().ok()) else {
        return true;
    };
    let values: Vec<f64> = list.iter().filter_map(number).collect();
    values.chunks(2).all(|pair| pair == [0.0, 1.0])
}

fn jpeg(placement: &Placement<'_>, size: (u32, u32), limits: &Limits) -> Result<(Original, RgbImage), ScanError> {
    let header = Jpeg::parse(placement.page, &placement.image.content, limits)?;
    if (header.width, header.height) != size {
        return Err(ScanError::damaged("an image that states two sizes"));
    }
    decode_jpeg(placement.page, &placement.image.content, &header, limits)
}

fn samples(document: &Document, placement: &Placement<'_>, (width, height): (u32, u32), limits: &Limits) -> Result<RgbImage, ScanError> {
    let image = placement.image;
    let bits = image.dict.get(b"BitsPerComponent").ok().and_then(|value| resolve(document, value).as_i64().ok());
    let space = colour_space(document, image).ok_or_else(|| ScanError::UnsupportedCoding {
        page: placement.page,
        coding: "a colour space other than gray, RGB or indexed".to_owned(),
    })?;
    let bytes = inflate(document, image, limits)?;
    let pixels = match (bits, space) {
        (Some(8), Space::Gray) => gray(width, height, bytes),
        (Some(8), Space::Rgb) => RgbImage::from_raw(width, height, bytes),
        (Some(8), Space::Indexed(palette)) => indexed(width, height, &bytes, &palette),
        (Some(1), Space::Gray) => bilevel(width, height, &bytes),
        _ => {
            let coding = format!("samples of {} bits", bits.unwrap_or(0));
            return Err(ScanError::UnsupportedCoding { page: placement.page, coding });
        }
    };
    pixels.ok_or_else(|| ScanError::damaged("an image with too few samples"))
}

/// Inflates with references in the parameters resolved, for `lopdf` looks at direct objects only.
fn inflate(document: &Document, image: &Stream, limits: &Limits) -> Result<Vec<u8>, ScanError> {
    let mut direct = Dictionary::new();
    for key in [b"Filter".as_slice(), b"DecodeParms"] {
        if let Ok(value) = image.dict.get(key) {
            direct.set(key, flat(document, value, 4));
        }
    }
    let mut stream = Stream::new(direct, Vec::new());
    stream.content.clone_from(&image.content);
    stream.get_plain_content_with_limit(limits.decompressed_bytes).map_err(super::refusal)
}

fn flat(document: &Document, object: &Object, depth: usize) -> Object {
    match resolve(document, object) {
        Object::Array(items) if depth > 0 => {
            Object::Array(items.iter().map(|item| flat(document, item, depth.saturating_sub(1))).collect())
        }
        Object::Dictionary(entries) if depth > 0 => {
            let mut copy = Dictionary::new();
            for (key, value) in entries {
                copy.set(key.clone(), flat(document, value, depth.saturating_sub(1)));
            }
            Object::Dictionary(copy)
        }
        other => other.clone(),
    }
}

enum Space {
    Gray,
    Rgb,
    /// RGB triples.
    Indexed(Vec<u8>),
}

fn colour_space(document: &Document, image: &Stream) -> Option<Space> {
    let object = resolve(document, image.dict.get(b"ColorSpace").ok()?);
    plain_space(document, object).or_else(|| indexed_space(document, object))
}

fn plain_space(document: &Document, object: &Object) -> Option<Space> {
    match object {
        Object::Name(name) => match name.as_slice() {
            b"DeviceGray" | b"CalGray" | b"G" => Some(Space::Gray),
            b"DeviceRGB" | b"CalRGB" | b"RGB" => Some(Space::Rgb),
            _ => None,
        },
        Object::Array(parts) => match resolve(document, parts.first()?).as_name().ok()? {
            b"CalGray" => Some(Space::Gray),
            b"CalRGB" => Some(Space::Rgb),
            b"ICCBased" => {
                let profile = resolve(document, parts.get(1)?).as_stream().ok()?;
                match resolve(document, profile.dict.get(b"N").ok()?).as_i64().ok()? {
                    1 => Some(Space::Gray),
                    3 => Some(Space::Rgb),
                    _ => None,
                }
            }
            b"DeviceGray" => Some(Space::Gray),
            b"DeviceRGB" => Some(Space::Rgb),
            _ => None,
        },
        _ => None,
    }
}

/// `[/Indexed base hival lookup]` over gray or RGB (8.6.6.3).
fn indexed_space(document: &Document, object: &Object) -> Option<Space> {
    let parts = object.as_array().ok()?;
    if !matches!(resolve(document, parts.first()?).as_name(), Ok(b"Indexed" | b"I")) {
        return None;
    }
    let base = plain_space(document, resolve(document, parts.get(1)?))?;
    let table = match resolve(document, parts.get(3)?) {
        Object::String(bytes, _) => bytes.clone(),
        Object::Stream(stream) => stream.get_plain_content_with_limit(4096).ok()?,
        _ => return None,
    };
    Some(Space::Indexed(match base {
        Space::Gray => table.iter().flat_map(|&level| [level; 3]).collect(),
        _ => table,
    }))
}

fn gray(width: u32, height: u32, bytes: Vec<u8>) -> Option<RgbImage> {
    let gray = GrayImage::from_raw(width, height, bytes)?;
    Some(image::DynamicImage::ImageLuma8(gray).into_rgb8())
}

fn indexed(width: u32, height: u32, bytes: &[u8], palette: &[u8]) -> Option<RgbImage> {
    let mut pixels = RgbImage::new(width, height);
    if bytes.len() < usize::try_from(u64::from(width).checked_mul(u64::from(height))?).ok()? {
        return None;
    }
    for (pixel, &index) in pixels.pixels_mut().zip(bytes) {
        let at = usize::from(index).checked_mul(3)?;
        let &[r, g, b] = palette.get(at..at.checked_add(3)?)? else { return None };
        *pixel = Rgb([r, g, b]);
    }
    Some(pixels)
}

/// One bit a sample, rows padded to bytes, 0 black (8.9.5.1).
fn bilevel(width: u32, height: u32, bytes: &[u8]) -> Option<RgbImage> {
    let stride = usize::try_from(width.div_ceil(8)).ok()?;
    if bytes.len() < stride.checked_mul(usize::try_from(height).ok()?)? {
        return None;
    }
    let mut pixels = GrayImage::new(width, height);
    for (row, line) in pixels.rows_mut().zip(bytes.chunks(stride.max(1))) {
        for (pixel, x) in row.zip(0_u32..) {
            let byte = line.get(usize::try_from(x >> 3).ok()?)?;
            *pixel = Luma([if byte >> (7 - (x & 7)) & 1 == 1 { 255 } else { 0 }]);
        }
    }
    Some(image::DynamicImage::ImageLuma8(pixels).into_rgb8())
}

/// What a viewer does to the stream's pixels: the placement's quarter turn or mirror, then the page's rotation.
///
/// Image space runs down, page space runs up (8.9.5): `[w 0 0 h]` shows the image as it is.
fn orientation(matrix: &Matrix, rotate: i64) -> Orientation {
    let [a, b, c, d, ..] = matrix.0;
    // Where the image's right and its down go, in page directions with y down.
    let mut right = (sign(a), -sign(b));
    let mut down = (-sign(c), sign(d));
    if a.abs() < b.abs() {
        right.0 = 0;
        down.1 = 0;
    } else {
        right.1 = 0;
        down.0 = 0;
    }
    for _ in 0..rotate.rem_euclid(360) / 90 {
        // A quarter turn clockwise: right becomes down, down becomes left.
        right = (-right.1, right.0);
        down = (-down.1, down.0);
    }
    match (right, down) {
        ((1, 0), (0, -1)) => Orientation::FlipVertical,
        ((-1, 0), (0, 1)) => Orientation::FlipHorizontal,
        ((-1, 0), (0, -1)) => Orientation::Rotate180,
        ((0, 1), (-1, 0)) => Orientation::Rotate90,
        ((0, -1), (1, 0)) => Orientation::Rotate270,
        ((0, 1), (1, 0)) => Orientation::Rotate90FlipH,
        ((0, -1), (-1, 0)) => Orientation::Rotate270FlipH,
        _ => Orientation::NoTransforms,
    }
}

fn sign(value: f64) -> i8 {
    if value < 0.0 { -1 } else { 1 }
}

/// Dots per inch of the stream's own pixels, across and down.
fn dpi(placement: &Placement<'_>, (width, height): (u32, u32)) -> Option<(f32, f32)> {
    let [a, b, c, d, ..] = placement.matrix.0;
    let inch = |x: f64, y: f64| x.hypot(y) * placement.unit / 72.0;
    let (wide, high) = (inch(a, b), inch(c, d));
    let dpi = ((f64::from(width) / wide) as f32, (f64::from(height) / high) as f32);
    (dpi.0.is_finite() && dpi.1.is_finite() && dpi.0 > 1.0 && dpi.1 > 1.0).then_some(dpi)
}
