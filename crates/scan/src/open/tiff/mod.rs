//! TIFF 6.0: the chain of directories, and the chunks of each page (`layout` reads what a directory says, `chunk` decodes).
//!
//! All of it is read here and not by the `tiff` crate under `image`, for that one stops at what fax machines and office
//! scanners write: group 3, palettes of 1, 2 and 4 bits, gray of 2 and 4, several JPEG strips in YCbCr, pages beyond the
//! first. The coders are still other people's.
//!
//! A page that is one JPEG strip (technical note 2) is taken out as that JPEG, and passes through.

mod chunk;
mod layout;

use std::collections::HashSet;

use image::metadata::Orientation;
use image::{RgbImage, imageops};

use super::exif::{Block, Entry};
use super::jpeg::{self, Jpeg};
use super::{Original, Page, check_size, guarded};
use crate::error::ScanError;
use crate::limits::Limits;
use crate::samples::Samples;
use layout::{Coding, Layout};

const SUBFILE: u16 = 254;
const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const JPEG_TABLES: u16 = 347;

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
            found.push(Directory { block, bytes, entries, size: (width, height) });
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
    entries: Vec<Entry>,
    size: (u32, u32),
}

impl Directory<'_> {
    fn page(&self, index: usize, limits: &Limits) -> Result<Page, ScanError> {
        let number = index.saturating_add(1);
        let layout = Layout::of(&self.block, &self.entries, self.size, number, limits)?;
        let (original, image) = guarded(|| match layout.places.as_slice() {
            [_] if layout.coding == Coding::Jpeg && !layout.tiled => self.one_jpeg(&layout, number, limits),
            _ => Ok((Original::Raster, self.chunks(&layout, number, limits)?)),
        })?;
        let orientation = self.block.orientation(&self.entries).unwrap_or(Orientation::NoTransforms);
        Ok(Page::new(index, original, image, orientation, self.block.dpi(&self.entries)))
    }

    fn one_jpeg(&self, layout: &Layout, number: usize, limits: &Limits) -> Result<(Original, RgbImage), ScanError> {
        let (stream, header) = self.jpeg(layout, 0, self.size, number, limits)?;
        let (original, image) = jpeg::decode(number, &stream, &header, limits)?;
        // A stream that needs the directory to be understood is not passed on.
        Ok((if layout.jpeg_is_rgb { Original::Raster } else { original }, image))
    }

    /// The chunks put together, what lies beyond the page's edges cut off.
    fn chunks(&self, layout: &Layout, number: usize, limits: &Limits) -> Result<RgbImage, ScanError> {
        let mut image = RgbImage::new(self.size.0, self.size.1);
        let (across, down) = layout.grid(self.size);
        for (at, (row, column)) in (0..down).flat_map(|row| (0..across).map(move |column| (row, column))).enumerate() {
            let (x, y) = (column.saturating_mul(layout.chunk.width), row.saturating_mul(layout.chunk.height));
            let height = if layout.tiled { layout.chunk.height } else { layout.chunk.height.min(self.size.1.saturating_sub(y)) };
            let chunk = Samples { height, ..layout.chunk.clone() };
            let part = if layout.coding == Coding::Jpeg {
                let (stream, header) = self.jpeg(layout, at, (chunk.width, height), number, limits)?;
                jpeg::decode(number, &stream, &header, limits)?.1
            } else {
                chunk.pixels(&self.rows(layout, &chunk, at, number)?)?
            };
            imageops::replace(&mut image, &part, i64::from(x), i64::from(y));
        }
        Ok(image)
    }

    /// Packed rows, planes woven into one.
    fn rows(&self, layout: &Layout, chunk: &Samples, at: usize, number: usize) -> Result<Vec<u8>, ScanError> {
        if !layout.planar {
            return chunk::rows(self.chunk_bytes(layout, at)?, layout, chunk, number);
        }
        let plane = Samples { channels: 1, ..chunk.clone() };
        let apart = layout.places.len() / chunk.channels.max(1);
        let size = usize::from(chunk.bits / 8).max(1);
        let mut woven = vec![0; chunk.size().ok_or_else(unreadable)?];
        for channel in 0..chunk.channels {
            let place = at.saturating_add(channel.saturating_mul(apart));
            let rows = chunk::rows(self.chunk_bytes(layout, place)?, layout, &plane, number)?;
            for (pixel, sample) in woven.chunks_exact_mut(size * chunk.channels).zip(rows.chunks_exact(size)) {
                pixel[channel * size..][..size].copy_from_slice(sample);
            }
        }
        Ok(woven)
    }

    fn chunk_bytes(&self, layout: &Layout, at: usize) -> Result<&[u8], ScanError> {
        let outside = || ScanError::damaged("a TIFF chunk outside of the file");
        let &(start, length) = layout.places.get(at).ok_or_else(outside)?;
        let start = usize::try_from(start).map_err(|_| outside())?;
        let rest = self.bytes.get(start..).ok_or_else(outside)?;
        if length == u32::MAX {
            return Ok(rest);
        }
        usize::try_from(length).ok().and_then(|length| rest.get(..length)).ok_or_else(outside)
    }

    /// A chunk as a whole JPEG of the stated size, and what its markers say.
    fn jpeg(&self, layout: &Layout, at: usize, size: (u32, u32), number: usize, limits: &Limits) -> Result<(Vec<u8>, Jpeg), ScanError> {
        let strip = self.chunk_bytes(layout, at)?;
        // Shared tables are a JPEG without a frame: they go between the strip's first marker and the rest.
        let tables = self.block.bytes(&self.entries, JPEG_TABLES).unwrap_or_default();
        let mut stream = match tables.get(..tables.len().saturating_sub(2)) {
            Some(head) if head.len() > 2 => [head, strip.get(2..).unwrap_or_default()].concat(),
            _ => strip.to_vec(),
        };
        if layout.jpeg_is_rgb {
            stream = jpeg::untransformed(&stream);
        }
        let header = Jpeg::parse(number, &stream, limits)?;
        if (header.width, header.height) != size {
            return Err(ScanError::damaged("a TIFF page that states two sizes"));
        }
        Ok((stream, header))
    }
}
