//! PNG: the header and `pHYs` are read here, the pixels by the `png` crate under `image`.

use std::io::Cursor;

use image::ImageDecoder;
use image::codecs::png::PngDecoder;
use image::metadata::Orientation;

use super::{Original, Page, check_size, decoder_limits, flatten, from_image, guarded, pixels, plausible_dpi};
use crate::error::ScanError;
use crate::limits::Limits;

pub(super) fn page(bytes: &[u8], limits: &Limits) -> Result<Page, ScanError> {
    let size = header(bytes).ok_or_else(|| ScanError::damaged("a PNG without a header"))?;
    check_size(1, size, 0, limits)?;
    let image = guarded(|| {
        let decoder = PngDecoder::with_limits(Cursor::new(bytes), decoder_limits(limits)).map_err(|error| from_image(1, &error))?;
        if decoder.dimensions() != size {
            return Err(ScanError::damaged("a PNG that states two sizes"));
        }
        Ok(flatten(pixels(1, decoder, limits)?))
    })?;
    Ok(Page::new(0, Original::Raster, image, Orientation::NoTransforms, density(bytes)))
}

/// Width and height from `IHDR`, which must come first (PNG 3rd edition, 5.6).
fn header(bytes: &[u8]) -> Option<(u32, u32)> {
    let chunk = Chunks { bytes, at: 8 }.next()?;
    if chunk.kind != *b"IHDR" {
        return None;
    }
    Some((be32(chunk.body, 0)?, be32(chunk.body, 4)?))
}

/// Dots per inch from `pHYs` (11.3.4.3), which stands before the pixels.
fn density(bytes: &[u8]) -> Option<(f32, f32)> {
    let chunk = Chunks { bytes, at: 8 }.take_while(|chunk| chunk.kind != *b"IDAT").find(|chunk| chunk.kind == *b"pHYs")?;
    let per_metre = chunk.body.get(8) == Some(&1);
    let inch = |at| Some(be32(chunk.body, at)? as f32 * 0.0254);
    if per_metre { plausible_dpi(inch(0)?, inch(4)?) } else { None }
}

struct Chunk<'a> {
    kind: [u8; 4],
    body: &'a [u8],
}

struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let size = usize::try_from(be32(self.bytes, self.at)?).ok()?;
        let start = self.at.checked_add(8)?;
        let end = start.checked_add(size)?;
        let kind = self.bytes.get(self.at.checked_add(4)?..start)?.try_into().ok()?;
        let body = self.bytes.get(start..end)?;
        self.at = end.checked_add(4)?;
        Some(Chunk { kind, body })
    }
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    let raw = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(u32::from_be_bytes(raw))
}
