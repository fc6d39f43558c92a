//! JPEG: a walk over the markers (ITU-T T.81, annex B) before anything is decoded.
//!
//! The walk finds size, components, resolution, orientation and the end of the image. Decoders forgive a file that
//! stops in the middle and paint the rest gray; a certificate with a gray half is damage, so the end marker must be
//! there. What follows it (a preview, a film, anything) is cut off and never passed on.
//!
//! Two decoders: `image`'s (zune-jpeg 0.5.15) is fast, but turns a sequential JPEG whose components come in scans of
//! their own into green stripes, silently (its issues 341 and 419, fixed after that release). Those files, which
//! encoders that optimise Huffman tables write, are decoded by `jpeg-decoder`; and so are four components, for it gives
//! the amounts of ink as they are stored.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::metadata::Orientation;
use image::{ImageDecoder, RgbImage};

use super::exif::Block;
use super::{Original, Page, check_size, flatten, guarded, pixels, plausible_dpi};
use crate::error::ScanError;
use crate::limits::Limits;
use crate::samples::{Colour, Samples};

/// What the markers say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Jpeg {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) components: u8,
    /// Sequential, with components in scans of their own.
    apart: bool,
    /// Written by Adobe's rules, whose inks are stored the other way round.
    pub(crate) adobe: bool,
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
    let size = (header.width, header.height);
    let image = match header.components {
        // The archive profile of a copy knows RGB and gray only, so inks are never passed on.
        4 => {
            let full = if header.adobe { (1.0, 0.0) } else { (0.0, 1.0) };
            let samples = Samples { decode: vec![full; 4], ..Samples::bytes(size, Colour::Cmyk) };
            return Ok((Original::Raster, samples.pixels(&inks(stream, header, limits)?)?));
        }
        _ if header.apart => guarded(|| components_apart(stream, header, limits))?,
        _ => guarded(|| interleaved(page, stream, header, limits))?,
    };
    Ok((Original::Jpeg(stream.to_vec()), image))
}

fn interleaved(page: usize, stream: &[u8], header: &Jpeg, limits: &Limits) -> Result<RgbImage, ScanError> {
    let decoder = JpegDecoder::new(Cursor::new(stream)).map_err(|error| super::from_image(page, &error))?;
    if decoder.dimensions() != (header.width, header.height) {
        return Err(ScanError::damaged("a JPEG that states two sizes"));
    }
    Ok(flatten(pixels(page, decoder, limits)?))
}

fn components_apart(stream: &[u8], header: &Jpeg, limits: &Limits) -> Result<RgbImage, ScanError> {
    let colour = if header.components == 1 { Colour::Gray } else { Colour::Rgb };
    Samples::bytes((header.width, header.height), colour).pixels(&slowly(stream, header, limits)?)
}

/// The four components as they are stored, CMY and not YCC.
pub(crate) fn inks(stream: &[u8], header: &Jpeg, limits: &Limits) -> Result<Vec<u8>, ScanError> {
    guarded(|| {
        let mut bytes = slowly(stream, header, limits)?;
        // The decoder takes every file for one of Adobe's.
        bytes.iter_mut().for_each(|byte| *byte = 255 - *byte);
        Ok(bytes)
    })
}

fn slowly(stream: &[u8], header: &Jpeg, limits: &Limits) -> Result<Vec<u8>, ScanError> {
    let mut decoder = jpeg_decoder::Decoder::new(stream);
    let most = limits.image_pixels().saturating_mul(4);
    decoder.set_max_decoding_buffer_size(usize::try_from(most).unwrap_or(usize::MAX));
    let bytes = decoder.decode().map_err(|error| ScanError::damaged(error.to_string()))?;
    let size = decoder.info().map(|info| (u32::from(info.width), u32::from(info.height), info.pixel_format.pixel_bytes()));
    if size == Some((header.width, header.height, usize::from(header.components))) {
        Ok(bytes)
    } else {
        Err(ScanError::damaged("a JPEG that states two sizes"))
    }
}

/// The stream with Adobe's marker in front of all others: its components are RGB (or CMYK) as they are, where a decoder
/// would guess YCbCr.
pub(crate) fn untransformed(stream: &[u8]) -> Vec<u8> {
    let mut marked = vec![0xFF, 0xD8, 0xFF, 0xEE, 0, 14];
    marked.extend_from_slice(b"Adobe\0\x64\0\0\0\0");
    marked.push(0);
    marked.extend_from_slice(stream.get(2..).unwrap_or_default());
    marked
}

impl Jpeg {
    /// Walks the markers of `bytes`; `page` counts from 1 and is for messages.
    pub(crate) fn parse(page: usize, bytes: &[u8], limits: &Limits) -> Result<Self, ScanError> {
        let mut walk = Walk {
            bytes,
            at: 2,
            frame: None,
            progressive: false,
            adobe: false,
            orientation: Orientation::NoTransforms,
            jfif: None,
            exif: None,
        };
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
                0xEE => walk.adobe = walk.adobe || body.starts_with(b"Adobe"),
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
        Ok(Self { width, height, components, apart, adobe: walk.adobe, length: walk.at, orientation: walk.orientation, dpi })
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
    adobe: bool,
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
