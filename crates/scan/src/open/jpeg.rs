//! JPEG: a walk over the markers (ITU-T T.81, annex B) before anything is decoded.
//!
//! The walk finds size, components, resolution, orientation and the end of the image. Decoders forgive a file that
//! stops in the middle and paint the rest gray; a certificate with a gray half is damage, so the end marker must be
//! there. What follows it (a preview, a film, anything) is cut off and never passed on.
//!
//! Two decoders: `image`'s (zune-jpeg 0.5.15) is fast, but turns a sequential JPEG whose components come in scans of
//! their own into green stripes, silently (its issues 341 and 419, fixed after that release). Those files, which
//! encoders that optimise Huffman tables write, are decoded by `jpeg-decoder`.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, RgbImage};

use super::exif::Block;
use super::{Original, Page, check_size, flatten, guarded, pixels, plausible_dpi};
use crate::error::ScanError;
use crate::limits::Limits;

/// What the markers say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Jpeg {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) components: u8,
    /// Sequential, with components in scans of their own.
    apart: bool,
    /// Length up to and with the end-of-image marker.
    pub(crate) length: usize,
    orientation: Orientation,
    dpi: Option<(f32, f32)>,
}

pub(super) fn page(bytes: &[u8], limits: &Limits) -> Result<Page, ScanError> {
    let header = Jpeg::parse(1, bytes, limits)?;
    check_size(1, (header.width, header.height), 0, limits)?;
    let (original, image) = decode(1, bytes, &header, limits)?;
    Ok(Page::new(0, original, image, header.orientation, header.dpi))
}

/// Decodes a stream whose markers were walked; `page` counts from 1.
pub(crate) fn decode(page: usize, bytes: &[u8], header: &Jpeg, limits: &Limits) -> Result<(Original, RgbImage), ScanError> {
    let stream = bytes.get(..header.length).unwrap_or(bytes);
    let image = if header.apart {
        guarded(|| components_apart(page, stream, header, limits))?
    } else {
        guarded(|| interleaved(page, stream, header, limits))?
    };
    // Four components are CMYK: the archive profile of a copy knows RGB and gray only.
    let original = if header.components <= 3 { Original::Jpeg(stream.to_vec()) } else { Original::Raster };
    Ok((original, image))
}

fn interleaved(page: usize, stream: &[u8], header: &Jpeg, limits: &Limits) -> Result<RgbImage, ScanError> {
    let decoder = JpegDecoder::new(Cursor::new(stream)).map_err(|error| super::from_image(page, &error))?;
    if decoder.dimensions() != (header.width, header.height) {
        return Err(ScanError::damaged("a JPEG that states two sizes"));
    }
    Ok(flatten(pixels(page, decoder, limits)?))
}

fn components_apart(page: usize, stream: &[u8], header: &Jpeg, limits: &Limits) -> Result<RgbImage, ScanError> {
    let mut decoder = jpeg_decoder::Decoder::new(stream);
    let most = limits.image_pixels().saturating_mul(4);
    decoder.set_max_decoding_buffer_size(usize::try_from(most).unwrap_or(usize::MAX));
    let bytes = decoder.decode().map_err(|error| ScanError::damaged(error.to_string()))?;
    let format = decoder.info().map(|info| info.pixel_format);
    let image = match format {
        Some(jpeg_decoder::PixelFormat::RGB24) => RgbImage::from_raw(header.width, header.height, bytes),
        Some(jpeg_decoder::PixelFormat::L8) => {
            GrayImage::from_raw(header.width, header.height, bytes).map(|gray| DynamicImage::ImageLuma8(gray).into_rgb8())
        }
        _ => return Err(unsupported(page, "CMYK with components in scans of their own")),
    };
    image.ok_or_else(|| ScanError::damaged("a JPEG that states two sizes"))
}

impl Jpeg {
    /// Walks the markers of `bytes`; `page` counts from 1 and is for messages.
    pub(crate) fn parse(page: usize, bytes: &[u8], limits: &Limits) -> Result<Self, ScanError> {
        let mut walk =
            Walk { bytes, at: 2, frame: None, progressive: false, orientation: Orientation::NoTransforms, jfif: None, exif: None };
        let mut scans = 0_usize;
        loop {
            let (marker, body) = walk.next().ok_or_else(|| ScanError::damaged("a JPEG that ends too early"))?;
            match marker {
                0xD9 => break,
                0xDA => scans = scans.saturating_add(1),
                0xC9..=0xCB | 0xCD..=0xCF => return Err(unsupported(page, "arithmetic coding")),
                0xC3 | 0xC5..=0xC7 => return Err(unsupported(page, "a lossless or hierarchical JPEG")),
                0xC0..=0xC2 => {
                    walk.progressive = marker == 0xC2;
                    walk.frame(page, body)?;
                }
                0xE0 => walk.jfif = walk.jfif.or_else(|| jfif_dpi(body)),
                0xE1 => walk.exif(body),
                _ => {}
            }
            if scans > limits.jpeg_scans {
                return Err(ScanError::TooComplex { what: "scans of a JPEG" });
            }
        }
        let (width, height, components) = walk.frame.ok_or_else(|| ScanError::damaged("a JPEG without a frame"))?;
        if scans == 0 {
            return Err(ScanError::damaged("a JPEG without a scan"));
        }
        let dpi = walk.jfif.or(walk.exif);
        let apart = scans > 1 && !walk.progressive;
        Ok(Self { width, height, components, apart, length: walk.at, orientation: walk.orientation, dpi })
    }
}

fn unsupported(page: usize, coding: &str) -> ScanError {
    ScanError::UnsupportedCoding { page, coding: coding.to_owned() }
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    frame: Option<(u32, u32, u8)>,
    progressive: bool,
    orientation: Orientation,
    jfif: Option<(f32, f32)>,
    exif: Option<(f32, f32)>,
}

impl<'a> Walk<'a> {
    /// The next marker with its segment; entropy-coded data between markers is skipped.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            let skip = rest.iter().position(|&byte| byte == 0xFF)?;
            let marker = *rest.get(skip.checked_add(1)?)?;
            self.at = self.at.checked_add(skip)?.checked_add(1)?;
            match marker {
                // Fill bytes: the next 0xFF may itself start the marker.
                0xFF => {}
                // Stuffed zero, restart markers, TEM and a nested SOI have no segment.
                0x00 | 0x01 | 0xD0..=0xD8 => self.at = self.at.checked_add(1)?,
                0xD9 => {
                    self.at = self.at.checked_add(1)?;
                    return Some((marker, &[]));
                }
                _ => {
                    self.at = self.at.checked_add(1)?;
                    let size = self.bytes.get(self.at..self.at.checked_add(2)?)?;
                    let size = usize::from(u16::from_be_bytes([*size.first()?, *size.get(1)?]));
                    let body = self.bytes.get(self.at.checked_add(2)?..self.at.checked_add(size)?)?;
                    self.at = self.at.checked_add(size)?;
                    return Some((marker, body));
                }
            }
        }
    }

    fn frame(&mut self, page: usize, body: &[u8]) -> Result<(), ScanError> {
        let &[precision, h1, h0, w1, w0, components, ..] = body else {
            return Err(ScanError::damaged("a JPEG frame header that is too short"));
        };
        if self.frame.is_some() {
            return Err(ScanError::damaged("a JPEG with two frames"));
        }
        if precision != 8 {
            return Err(unsupported(page, "a JPEG of more than 8 bits"));
        }
        if !matches!(components, 1 | 3 | 4) {
            return Err(unsupported(page, "a JPEG of an odd number of components"));
        }
        let height = u32::from(u16::from_be_bytes([h1, h0]));
        let width = u32::from(u16::from_be_bytes([w1, w0]));
        self.frame = Some((width, height, components));
        Ok(())
    }

    fn exif(&mut self, body: &[u8]) {
        let Some((block, first)) = body.strip_prefix(b"Exif\0\0").and_then(Block::parse) else { return };
        let Some((entries, _)) = block.directory(first) else { return };
        self.orientation = block.orientation(&entries).unwrap_or(self.orientation);
        self.exif = self.exif.or_else(|| block.dpi(&entries));
    }
}

fn jfif_dpi(body: &[u8]) -> Option<(f32, f32)> {
    let rest = body.strip_prefix(b"JFIF\0")?;
    let &[_, _, unit, x1, x0, y1, y0, ..] = rest else { return None };
    let per_inch = match unit {
        1 => 1.0,
        2 => 2.54,
        _ => return None,
    };
    let x = f32::from(u16::from_be_bytes([x1, x0])) * per_inch;
    let y = f32::from(u16::from_be_bytes([y1, y0])) * per_inch;
    // A density of 72 is what software writes that knows none.
    if (x, y) == (72.0, 72.0) { None } else { plausible_dpi(x, y) }
}
