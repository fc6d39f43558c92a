//! JPEG 2000 (ISO/IEC 15444-1) images of PDFs, as far as their components are gray, RGB or CMYK.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use super::{Colour, Samples};
use crate::error::ScanError;
use crate::limits::Limits;

/// The stated size, read from the header alone.
pub(crate) fn size(bytes: &[u8]) -> Result<(u32, u32), ScanError> {
    let image = parse(bytes)?;
    Ok((image.width(), image.height()))
}

/// The samples, interleaved, eight bits each, and how they become pixels; `page` counts from 1.
pub(crate) fn samples(page: usize, bytes: &[u8], limits: &Limits) -> Result<(Samples, Vec<u8>), ScanError> {
    let image = parse(bytes)?;
    let size = (image.width(), image.height());
    if u64::from(size.0).saturating_mul(u64::from(size.1)) > limits.image_pixels() {
        return Err(ScanError::TooComplex { what: "pixels of a JPEG 2000 image" });
    }
    let colour = match (image.color_space(), image.color_space().num_channels()) {
        (ColorSpace::Gray, _) | (ColorSpace::Icc { .. }, 1) => Colour::Gray,
        (ColorSpace::RGB, _) | (ColorSpace::Icc { .. }, 3) => Colour::Rgb,
        (ColorSpace::CMYK, _) | (ColorSpace::Icc { .. }, 4) => Colour::Cmyk,
        _ => return Err(unsupported(page, "JPEG 2000 in a colour space other than gray, RGB or CMYK")),
    };
    if image.has_alpha() {
        return Err(unsupported(page, "JPEG 2000 with transparency"));
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|error| ScanError::damaged(error.to_string()))?;
    Ok((Samples::bytes(size, colour), decoded.data_u8()))
}

fn parse(bytes: &[u8]) -> Result<Image<'_>, ScanError> {
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    Image::new(bytes, &settings).map_err(|error| ScanError::damaged(error.to_string()))
}

fn unsupported(page: usize, coding: &str) -> ScanError {
    ScanError::UnsupportedCoding { page, coding: coding.to_owned() }
}
