//! TIFF 6.0: the chain of directories is walked here, the samples are decoded by the `tiff` crate under `image`.
//!
//! Three things that `image` does not do are done around it. A page further on is shown to it by moving the header's
//! pointer (`view`). A palette, and JPEG strips in YCbCr, are shown to it as gray and as RGB, and turned into colours
//! afterwards. A page that is one JPEG strip (TIFF technical note 2) is taken out as that JPEG, and passes through.

mod view;

use std::collections::HashSet;
use std::io::BufReader;

use image::codecs::tiff::TiffDecoder;
use image::metadata::Orientation;
use image::{ImageDecoder, Rgb, RgbImage};

use super::exif::{Block, Entry};
use super::jpeg::{self, Jpeg};
use super::{Original, Page, check_size, flatten, from_image, guarded, pixels};
use crate::error::ScanError;
use crate::limits::Limits;
use view::View;

const SUBFILE: u16 = 254;
const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const STRIP_OFFSETS: u16 = 273;
const STRIP_BYTES: u16 = 279;
const COLOUR_MAP: u16 = 320;
const JPEG_TABLES: u16 = 347;

/// Values of compression and photometric interpretation.
const MODERN_JPEG: u32 = 7;
const GRAY: u16 = 1;
const RGB: u16 = 2;
const PALETTE: u32 = 3;
const YCBCR: u32 = 6;

pub(super) fn pages(bytes: &[u8], limits: &Limits) -> Result<Vec<Page>, ScanError> {
    let directories = chain(bytes, limits)?;
    let mut spent = 0;
    for (index, directory) in directories.iter().enumerate() {
        spent = check_size(index.saturating_add(1), directory.size, spent, limits)?;
    }
    directories.iter().enumerate().map(|(index, directory)| directory.page(index, limits)).collect()
}

/// Every page's directory; a chain that comes back to itself is damage, and its length is bounded.
fn chain<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Vec<Directory<'a>>, ScanError> {
    let (block, mut offset) = Block::parse(bytes).ok_or_else(unreadable)?;
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    while offset != 0 {
        if !seen.insert(offset) {
            return Err(ScanError::damaged("a TIFF whose directories form a ring"));
        }
        // Previews are skipped but their number is bounded as well.
        if found.len() >= limits.pages || seen.len() > limits.pages.saturating_mul(2) {
            return Err(ScanError::TooManyPages { limit: limits.pages });
        }
        let (entries, next) = block.directory(offset).ok_or_else(unreadable)?;
        // Bit 0 marks a reduced version of another page.
        let preview = block.integer(&entries, SUBFILE).is_some_and(|kind| kind & 1 == 1);
        if !preview {
            let width = block.integer(&entries, WIDTH).ok_or_else(unreadable)?;
            let height = block.integer(&entries, HEIGHT).ok_or_else(unreadable)?;
            found.push(Directory { block, bytes, offset, entries, size: (width, height) });
        }
        offset = next;
    }
    Ok(found)
}

fn unreadable() -> ScanError {
    ScanError::damaged("a TIFF directory that cannot be read")
}

struct Directory<'a> {
    block: Block<'a>,
    bytes: &'a [u8],
    offset: u32,
    entries: Vec<Entry>,
    size: (u32, u32),
}

impl Directory<'_> {
    fn page(&self, index: usize, limits: &Limits) -> Result<Page, ScanError> {
        let number = index.saturating_add(1);
        let (original, image) = match (self.integer(COMPRESSION), self.integer(PHOTOMETRIC)) {
            (Some(MODERN_JPEG), Some(YCBCR | 1)) if self.one_strip().is_some() => self.jpeg(number, limits)?,
            (Some(MODERN_JPEG), Some(YCBCR)) => (Original::Raster, from_ycbcr(self.decode(number, Some(RGB), limits)?)),
            (_, Some(PALETTE)) => (Original::Raster, self.paletted(number, limits)?),
            _ => (Original::Raster, self.decode(number, None, limits)?),
        };
        let orientation = self.block.orientation(&self.entries).unwrap_or(Orientation::NoTransforms);
        Ok(Page::new(index, original, image, orientation, self.block.dpi(&self.entries)))
    }

    fn integer(&self, tag: u16) -> Option<u32> {
        self.block.integer(&self.entries, tag)
    }

    /// Decodes the samples, as another photometric interpretation where one is given.
    fn decode(&self, number: usize, photometric: Option<u16>, limits: &Limits) -> Result<RgbImage, ScanError> {
        let place = photometric.zip(self.block.place(&self.entries, PHOTOMETRIC));
        guarded(|| {
            let view = BufReader::new(View::new(self.bytes, self.offset, place));
            let decoder = TiffDecoder::new(view).map_err(|error| from_image(number, &error))?;
            if decoder.dimensions() != self.size {
                return Err(ScanError::damaged("a TIFF page that states two sizes"));
            }
            Ok(flatten(pixels(number, decoder, limits)?))
        })
    }

    /// The bytes of the only strip.
    fn one_strip(&self) -> Option<&[u8]> {
        let single = |tag| self.block.count(&self.entries, tag) == Some(1);
        if !(single(STRIP_OFFSETS) && single(STRIP_BYTES)) {
            return None;
        }
        let at = usize::try_from(self.integer(STRIP_OFFSETS)?).ok()?;
        let size = usize::try_from(self.integer(STRIP_BYTES)?).ok()?;
        self.bytes.get(at..at.checked_add(size)?)
    }

    fn jpeg(&self, number: usize, limits: &Limits) -> Result<(Original, RgbImage), ScanError> {
        let strip = self.one_strip().ok_or_else(unreadable)?;
        // Shared tables are a JPEG without a frame: they go between the strip's first marker and the rest.
        let tables = self.block.bytes(&self.entries, JPEG_TABLES).unwrap_or_default();
        let stream = match tables.get(..tables.len().saturating_sub(2)) {
            Some(head) if head.len() > 2 => [head, strip.get(2..).unwrap_or_default()].concat(),
            _ => strip.to_vec(),
        };
        let header = Jpeg::parse(number, &stream, limits)?;
        if (header.width, header.height) != self.size {
            return Err(ScanError::damaged("a TIFF page that states two sizes"));
        }
        jpeg::decode(number, &stream, &header, limits)
    }

    /// Eight-bit indices into a map of 3 x 256 shorts: all reds, all greens, all blues.
    fn paletted(&self, number: usize, limits: &Limits) -> Result<RgbImage, ScanError> {
        if self.integer(BITS) != Some(8) {
            let coding = "a TIFF palette of other than 8 bits".to_owned();
            return Err(ScanError::UnsupportedCoding { page: number, coding });
        }
        let map = self.block.shorts(&self.entries, COLOUR_MAP, 768).ok_or_else(unreadable)?;
        let level = |at: usize| map.get(at).map_or(0, |short| (short >> 8) as u8);
        let mut image = self.decode(number, Some(GRAY), limits)?;
        for pixel in image.pixels_mut() {
            let index = usize::from(pixel.0[0]);
            *pixel = Rgb([level(index), level(index.saturating_add(256)), level(index.saturating_add(512))]);
        }
        Ok(image)
    }
}

/// ITU-R BT.601 at full range, which is what JPEG uses.
fn from_ycbcr(mut image: RgbImage) -> RgbImage {
    for pixel in image.pixels_mut() {
        let [y, cb, cr] = pixel.0.map(f32::from);
        let (cb, cr) = (cb - 128.0, cr - 128.0);
        let channels = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
        *pixel = Rgb(channels.map(|value| value.round() as u8));
    }
    image
}
