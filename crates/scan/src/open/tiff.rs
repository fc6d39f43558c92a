//! TIFF 6.0: the chain of directories is walked here, the pixels are decoded by the `tiff` crate under `image`.
//!
//! `image` reads the first page only. A page further on is shown to it by moving the header's pointer: the decoder
//! sees the same file with another directory first.

use std::collections::HashSet;
use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use image::ImageDecoder;
use image::codecs::tiff::TiffDecoder;
use image::metadata::Orientation;

use super::exif::Block;
use super::{Original, Page, check_size, flatten, from_image, guarded, pixels};
use crate::error::ScanError;
use crate::limits::Limits;

const SUBFILE: u16 = 254;
const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;

pub(super) fn pages(bytes: &[u8], limits: &Limits) -> Result<Vec<Page>, ScanError> {
    let directories = chain(bytes, limits)?;
    let mut spent = 0;
    for (index, directory) in directories.iter().enumerate() {
        spent = check_size(index.saturating_add(1), directory.size, spent, limits)?;
    }
    directories.iter().enumerate().map(|(index, directory)| page(bytes, index, directory, limits)).collect()
}

struct Directory {
    offset: u32,
    size: (u32, u32),
    orientation: Orientation,
    dpi: Option<(f32, f32)>,
}

/// Every page's directory; a chain that comes back to itself is damage, and its length is bounded.
fn chain(bytes: &[u8], limits: &Limits) -> Result<Vec<Directory>, ScanError> {
    let damaged = || ScanError::damaged("a TIFF directory that cannot be read");
    let (block, mut offset) = Block::parse(bytes).ok_or_else(damaged)?;
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
        let (entries, next) = block.directory(offset).ok_or_else(damaged)?;
        // Bit 0 marks a reduced version of another page.
        let preview = block.integer(&entries, SUBFILE).is_some_and(|kind| kind & 1 == 1);
        if !preview {
            let width = block.integer(&entries, WIDTH).ok_or_else(damaged)?;
            let height = block.integer(&entries, HEIGHT).ok_or_else(damaged)?;
            found.push(Directory {
                offset,
                size: (width, height),
                orientation: block.orientation(&entries).unwrap_or(Orientation::NoTransforms),
                dpi: block.dpi(&entries),
            });
        }
        offset = next;
    }
    Ok(found)
}

fn page(bytes: &[u8], index: usize, directory: &Directory, limits: &Limits) -> Result<Page, ScanError> {
    let number = index.saturating_add(1);
    let image = guarded(|| {
        let view = FirstAt::new(bytes, directory.offset);
        let decoder = TiffDecoder::new(view).map_err(|error| from_image(number, &error))?;
        if decoder.dimensions() != directory.size {
            return Err(ScanError::damaged("a TIFF page that states two sizes"));
        }
        Ok(flatten(pixels(number, decoder, limits)?))
    })?;
    Ok(Page::new(index, Original::Raster, image, directory.orientation, directory.dpi))
}

/// The file with its header pointing at another directory.
struct FirstAt<'a> {
    header: [u8; 8],
    bytes: Cursor<&'a [u8]>,
}

impl<'a> FirstAt<'a> {
    fn new(bytes: &'a [u8], offset: u32) -> Self {
        let mut header = [0_u8; 8];
        for (to, from) in header.iter_mut().zip(bytes) {
            *to = *from;
        }
        let pointer = if header.starts_with(b"II") { offset.to_le_bytes() } else { offset.to_be_bytes() };
        for (to, from) in header.iter_mut().skip(4).zip(pointer) {
            *to = from;
        }
        Self { header, bytes: Cursor::new(bytes) }
    }
}

impl Read for FirstAt<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for FirstAt<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let at = usize::try_from(self.bytes.position()).unwrap_or(usize::MAX);
        match self.header.get(at..) {
            Some(head) if !head.is_empty() => Ok(head),
            _ => self.bytes.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        self.bytes.set_position(self.bytes.position().saturating_add(count as u64));
    }
}

impl Seek for FirstAt<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}
