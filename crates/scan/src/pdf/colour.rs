//! Colour spaces of images, as far as their samples are shown by a formula (ISO 32000-1, 8.6).
//!
//! Calibrated spaces and profiles are taken for the device space of as many components: the colours shift by what the
//! profile would correct, print and paper stay what they are.

use lopdf::{Document, Object};

use super::resolve;
use crate::samples::{Colour, Samples};

/// A palette of 256 inks.
const PALETTE_BYTES: usize = 1024;

/// What the samples of an image stand for, where that is known here.
pub(super) fn space(document: &Document, object: &Object) -> Option<Colour> {
    plain(document, object).or_else(|| indexed(document, object))
}

/// What `Decode` means where it is absent (8.9.5.2, table 90).
pub(super) fn default_decode(colour: Option<&Colour>, bits: u8) -> Vec<(f32, f32)> {
    match colour {
        Some(Colour::Indexed(_)) => vec![(0.0, ((1_u32 << bits.min(8)) - 1) as f32)],
        Some(colour) => vec![(0.0, 1.0); colour.channels()],
        None => Vec::new(),
    }
}

fn plain(document: &Document, object: &Object) -> Option<Colour> {
    let by_name = |name: &[u8]| match name {
        b"DeviceGray" | b"CalGray" | b"G" => Some(Colour::Gray),
        b"DeviceRGB" | b"CalRGB" | b"RGB" => Some(Colour::Rgb),
        b"DeviceCMYK" | b"CMYK" => Some(Colour::Cmyk),
        _ => None,
    };
    match object {
        Object::Name(name) => by_name(name),
        Object::Array(parts) => match resolve(document, parts.first()?).as_name().ok()? {
            b"ICCBased" => {
                let profile = resolve(document, parts.get(1)?).as_stream().ok()?;
                match resolve(document, profile.dict.get(b"N").ok()?).as_i64().ok()? {
                    1 => Some(Colour::Gray),
                    3 => Some(Colour::Rgb),
                    4 => Some(Colour::Cmyk),
                    _ => None,
                }
            }
            name => by_name(name),
        },
        _ => None,
    }
}

/// `[/Indexed base hival lookup]` (8.6.6.3).
fn indexed(document: &Document, object: &Object) -> Option<Colour> {
    let parts = object.as_array().ok()?;
    if !matches!(resolve(document, parts.first()?).as_name(), Ok(b"Indexed" | b"I")) {
        return None;
    }
    let base = plain(document, resolve(document, parts.get(1)?))?;
    let table = match resolve(document, parts.get(3)?) {
        Object::String(bytes, _) => bytes.clone(),
        Object::Stream(stream) => stream.get_plain_content_with_limit(PALETTE_BYTES.saturating_mul(4)).ok()?,
        _ => return None,
    };
    let colours = u32::try_from(table.len() / base.channels()).ok()?.min(256);
    let shown = Samples::bytes((colours, 1), base).pixels(&table).ok()?;
    Some(Colour::Indexed(shown.pixels().map(|pixel| pixel.0).collect()))
}
