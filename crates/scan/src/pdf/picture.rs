//! Takes an image out of its stream: a JPEG as it is, everything else as the samples that it holds.

use image::RgbImage;
use lopdf::{Dictionary, Document, Object, Stream};

use super::colour::{self, default_decode};
use super::content::number;
use super::resolve;
use crate::error::ScanError;
use crate::limits::Limits;
use crate::open::{Jpeg, Original, decode_jpeg, inks, untransformed};
use crate::samples::fax::Fax;
use crate::samples::{Alpha, Colour, Samples, jbig2, jpx};

/// An image, as its dictionary describes it (ISO 32000-1, 8.9.5).
#[derive(Debug)]
pub(super) struct Picture<'a> {
    stream: &'a Stream,
    /// Width and height in pixels.
    pub(super) size: (u32, u32),
    coding: Coding,
    /// Not stated where JPEG 2000 says it itself.
    colour: Option<Colour>,
    bits: u8,
    decode: Vec<(f32, f32)>,
}

/// The last filter, where it is one for images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Samples,
    Jpeg,
    Fax,
    Jbig2,
    Jpx,
}

/// Why an image is not taken out.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It is shown through a mask or in colours that only a renderer knows.
    Rendered(String),
    /// It cannot be.
    Refused(ScanError),
}

impl From<ScanError> for Trouble {
    fn from(error: ScanError) -> Self {
        Self::Refused(error)
    }
}

impl<'a> Picture<'a> {
    /// Reads the dictionary of an image; `ink` is the colour in which a stencil is painted, where it is known.
    pub(super) fn read(document: &'a Document, stream: &'a Stream, ink: Option<[u8; 3]>, page: usize) -> Result<Self, Trouble> {
        let get = |key: &[u8]| stream.dict.get(key).ok().map(|value| resolve(document, value)).filter(|value| !value.is_null());
        let integer = |key: &[u8]| get(key).and_then(|value| value.as_i64().ok());
        let size = size(document, stream)?;
        if get(b"SMask").is_some() || get(b"Mask").is_some() || integer(b"SMaskInData").unwrap_or(0) != 0 {
            return Err(Trouble::Rendered("an image with a mask".to_owned()));
        }
        let coding = coding(document, stream, page)?;
        let stencil = get(b"ImageMask").is_some_and(|value| value.as_bool().unwrap_or(false));
        let mut bits = integer(b"BitsPerComponent").unwrap_or(if matches!(coding, Coding::Samples) { 0 } else { 8 });
        let colour = if stencil {
            bits = 1;
            let ink = ink.ok_or_else(|| Trouble::Rendered("a stencil in a colour that is not plain".to_owned()))?;
            Some(Colour::Indexed(vec![ink, [255; 3]]))
        } else {
            match get(b"ColorSpace") {
                Some(space) => Some(
                    colour::space(document, space)
                        .ok_or_else(|| Trouble::Rendered("an image in a colour space other than gray, RGB, CMYK or indexed".to_owned()))?,
                ),
                None if coding == Coding::Jpx => None,
                None => return Err(ScanError::damaged("an image without a colour space").into()),
            }
        };
        if matches!(coding, Coding::Fax | Coding::Jbig2) {
            bits = 1;
        }
        let bits = u8::try_from(bits)
            .ok()
            .filter(|bits| matches!(bits, 1 | 2 | 4 | 8 | 16))
            .ok_or_else(|| ScanError::UnsupportedCoding { page, coding: format!("samples of {bits} bits") })?;
        if bits == 16 && matches!(colour, Some(Colour::Indexed(_))) {
            return Err(ScanError::damaged("a palette of 16 bits").into());
        }
        let decode = get(b"Decode").and_then(|value| value.as_array().ok()).map(|list| pairs(document, list)).unwrap_or_default();
        // A stencil's numbers of colours are what others' levels are.
        let decode = if decode.iter().eq(default_decode(colour.as_ref(), bits).iter()) { Vec::new() } else { decode };
        Ok(Self { stream, size, coding, colour, bits, decode })
    }

    /// Whether letters may have been put in each other's places (`samples::jbig2`).
    pub(super) fn substitutes(&self) -> bool {
        self.coding == Coding::Jbig2 && jbig2::substitutes(&self.stream.content)
    }

    pub(super) fn pixels(&self, document: &Document, page: usize, limits: &Limits) -> Result<(Original, RgbImage), ScanError> {
        let bytes = before_image(document, self.stream, limits)?;
        let rows = match self.coding {
            Coding::Jpeg => return self.jpeg(document, bytes, page, limits),
            Coding::Jpx => return Ok((Original::Raster, self.jpx(&bytes, page, limits)?)),
            Coding::Samples => bytes,
            Coding::Fax => self.fax(document, &bytes)?,
            Coding::Jbig2 => {
                let parameters = parameters(document, self.stream);
                let shared = parameters.get(b"JBIG2Globals").ok().and_then(|value| resolve(document, value).as_stream().ok());
                let shared = shared.map(|stream| before_image(document, stream, limits)).transpose()?;
                let rows = jbig2::rows(&bytes, shared.as_deref(), self.size, limits)?;
                turned(rows)
            }
        };
        let (width, height) = self.size;
        let colour = self.colour.clone().unwrap_or(Colour::Gray);
        let channels = colour.channels();
        let decode = self.decode.clone();
        let samples = Samples { width, height, bits: self.bits, little_endian: false, channels, colour, alpha: Alpha::None, decode };
        Ok((Original::Raster, samples.pixels(&rows)?))
    }

    fn jpeg(&self, document: &Document, bytes: Vec<u8>, page: usize, limits: &Limits) -> Result<(Original, RgbImage), ScanError> {
        let header = Jpeg::parse(page, &bytes, limits)?;
        if (header.width, header.height) != self.size {
            return Err(ScanError::damaged("an image that states two sizes"));
        }
        let colour = self.colour.clone().unwrap_or(Colour::Rgb);
        if usize::from(header.components) != colour.channels() || matches!(colour, Colour::Indexed(_)) {
            return Err(ScanError::damaged("a JPEG of other colours than its page says"));
        }
        if header.components == 4 {
            // The inks count as they are stored: what turns them round is the array of 8.9.5.2.
            let samples = Samples { decode: self.decode.clone(), ..Samples::bytes(self.size, Colour::Cmyk) };
            return Ok((Original::Raster, samples.pixels(&inks(&bytes, &header, limits)?)?));
        }
        let plain = parameters(document, self.stream).get(b"ColorTransform").and_then(Object::as_i64).ok() == Some(0);
        let (original, image) = if plain && header.components == 3 && !header.adobe {
            let bytes = untransformed(&bytes);
            let header = Jpeg::parse(page, &bytes, limits)?;
            (Original::Raster, decode_jpeg(page, &bytes, &header, limits)?.1)
        } else {
            decode_jpeg(page, &bytes, &header, limits)?
        };
        if self.decode.is_empty() {
            return Ok((original, image));
        }
        let decode = if header.components == 1 { self.decode.repeat(3) } else { self.decode.clone() };
        let samples = Samples { decode, ..Samples::bytes(self.size, Colour::Rgb) };
        Ok((Original::Raster, samples.pixels(image.as_raw())?))
    }

    fn jpx(&self, bytes: &[u8], page: usize, limits: &Limits) -> Result<RgbImage, ScanError> {
        if jpx::size(bytes)? != self.size {
            return Err(ScanError::damaged("an image that states two sizes"));
        }
        let (mut samples, levels) = jpx::samples(page, bytes, limits)?;
        if let Some(colour) = &self.colour {
            if colour.channels() != samples.channels || matches!(colour, Colour::Indexed(_)) {
                return Err(ScanError::damaged("a JPEG 2000 of other colours than its page says"));
            }
            samples.colour = colour.clone();
        }
        samples.pixels(&levels)
    }

    fn fax(&self, document: &Document, bytes: &[u8]) -> Result<Vec<u8>, ScanError> {
        let parameters = parameters(document, self.stream);
        let integer = |key: &[u8], usual: i64| parameters.get(key).and_then(Object::as_i64).unwrap_or(usual);
        let flag = |key: &[u8], usual: bool| parameters.get(key).and_then(Object::as_bool).unwrap_or(usual);
        let (width, height) = self.size;
        if integer(b"Columns", 1728) != i64::from(width) {
            return Err(ScanError::damaged("an image that states two sizes"));
        }
        let fax = Fax {
            width,
            height,
            k: integer(b"K", 0),
            end_of_line: flag(b"EndOfLine", false),
            end_of_block: flag(b"EndOfBlock", true),
            byte_aligned: flag(b"EncodedByteAlign", false),
        };
        let rows = fax.rows(bytes)?;
        // Black is 0 unless the stream says otherwise.
        Ok(if flag(b"BlackIs1", false) { rows } else { turned(rows) })
    }
}

fn turned(mut rows: Vec<u8>) -> Vec<u8> {
    rows.iter_mut().for_each(|byte| *byte = !*byte);
    rows
}

/// Width and height as an image dictionary states them.
pub(super) fn size(document: &Document, image: &Stream) -> Result<(u32, u32), ScanError> {
    let side = |key: &[u8]| {
        let value = image.dict.get(key).ok().and_then(|value| resolve(document, value).as_i64().ok());
        value.and_then(|value| u32::try_from(value).ok()).filter(|&value| value > 0)
    };
    side(b"Width").zip(side(b"Height")).ok_or_else(|| ScanError::damaged("an image without a size"))
}

/// Fails where a coded image is larger inside than its dictionary says.
pub(super) fn coded_size(document: &Document, image: &Stream, limits: &Limits) -> Result<(), ScanError> {
    let names = filters(document, image);
    let stated = size(document, image)?;
    let coded = match names.last().map(Vec::as_slice) {
        Some(b"DCTDecode" | b"DCT") => {
            let header = Jpeg::parse(1, &before_image(document, image, limits)?, limits)?;
            (header.width, header.height)
        }
        Some(b"JPXDecode") => jpx::size(&before_image(document, image, limits)?)?,
        _ => stated,
    };
    if coded == stated { Ok(()) } else { Err(ScanError::damaged("an image that states two sizes")) }
}

fn pairs(document: &Document, list: &[Object]) -> Vec<(f32, f32)> {
    let values: Vec<f32> = list.iter().filter_map(|value| number(resolve(document, value))).map(|value| value as f32).collect();
    values.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

fn coding(document: &Document, stream: &Stream, page: usize) -> Result<Coding, ScanError> {
    let names = filters(document, stream);
    let image = |name: &[u8]| match name {
        b"DCTDecode" | b"DCT" => Some(Coding::Jpeg),
        b"CCITTFaxDecode" | b"CCF" => Some(Coding::Fax),
        b"JBIG2Decode" => Some(Coding::Jbig2),
        b"JPXDecode" => Some(Coding::Jpx),
        _ => None,
    };
    let unknown = names.iter().enumerate().find(|(at, name)| {
        let last = at.saturating_add(1) == names.len();
        !(BYTES.contains(&name.as_slice()) || last && image(name).is_some())
    });
    if let Some((_, name)) = unknown {
        return Err(ScanError::UnsupportedCoding { page, coding: String::from_utf8_lossy(name).into_owned() });
    }
    Ok(names.last().and_then(|name| image(name)).unwrap_or(Coding::Samples))
}

/// Filters that give bytes (7.4), all of which `lopdf` decodes within a bound.
const BYTES: [&[u8]; 5] = [b"FlateDecode", b"LZWDecode", b"ASCII85Decode", b"ASCIIHexDecode", b"RunLengthDecode"];

fn filters(document: &Document, image: &Stream) -> Vec<Vec<u8>> {
    let name = |object: &Object| resolve(document, object).as_name().map(<[u8]>::to_vec).ok();
    match image.dict.get(b"Filter").map(|value| resolve(document, value)) {
        Ok(Object::Array(names)) => names.iter().filter_map(name).collect(),
        Ok(other) => name(other).into_iter().collect(),
        Err(_) => Vec::new(),
    }
}

/// The parameters of each filter, in a list of the same length.
fn all_parameters(document: &Document, image: &Stream) -> Vec<Dictionary> {
    let direct = image.dict.get(b"DecodeParms").map(|value| flat(document, value, 4));
    let one = |object: &Object| object.as_dict().cloned().unwrap_or_default();
    let mut found: Vec<Dictionary> = match &direct {
        Ok(Object::Array(list)) => list.iter().map(one).collect(),
        Ok(object) => vec![one(object)],
        Err(_) => Vec::new(),
    };
    found.resize_with(filters(document, image).len(), Dictionary::new);
    found
}

/// Those of the last filter.
fn parameters(document: &Document, image: &Stream) -> Dictionary {
    all_parameters(document, image).pop().unwrap_or_default()
}

/// The bytes with every filter undone but one for images, within the limit.
pub(super) fn before_image(document: &Document, stream: &Stream, limits: &Limits) -> Result<Vec<u8>, ScanError> {
    let (names, parameters) = (filters(document, stream), all_parameters(document, stream));
    let bytes: Vec<_> = names.into_iter().zip(parameters).take_while(|(name, _)| BYTES.contains(&name.as_slice())).collect();
    if bytes.is_empty() {
        return Ok(stream.content.clone());
    }
    // `lopdf` looks at direct objects only.
    let (names, parameters): (Vec<Object>, Vec<Object>) =
        bytes.into_iter().map(|(name, parameters)| (Object::Name(name), Object::Dictionary(parameters))).unzip();
    let mut direct = Dictionary::new();
    direct.set("Filter", names);
    direct.set("DecodeParms", parameters);
    let mut plain = Stream::new(direct, Vec::new());
    plain.content.clone_from(&stream.content);
    plain.get_plain_content_with_limit(limits.decompressed_bytes).map_err(super::refusal)
}

fn flat(document: &Document, object: &Object, depth: usize) -> Object {
    match resolve(document, object) {
        Object::Array(items) if depth > 0 => {
            Object::Array(items.iter().map(|item| flat(document, item, depth.saturating_sub(1))).collect())
        }
        Object::Dictionary(entries) if depth > 0 => {
            let mut copy = Dictionary::new();
            for (key, value) in entries {
                // A stream has to stay the reference that it is.
                let stream = resolve(document, value).as_stream().is_ok();
                copy.set(key.clone(), if stream { value.clone() } else { flat(document, value, depth.saturating_sub(1)) });
            }
            Object::Dictionary(copy)
        }
        other => other.clone(),
    }
}
