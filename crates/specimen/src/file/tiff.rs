//! Multi-page TIFF 6.0, little-endian: one strip a page, JPEG (compression 7) or palette with deflate (compression 8).

use std::io::Write;

use super::Page;
use super::image::{Indexed, jpeg};
use crate::error::Result;

/// An entry of an image file directory: tag, type (3 short, 4 long), values.
type Entry = (u16, u16, Vec<u32>);

struct Writer {
    bytes: Vec<u8>,
    /// Where the offset of the next directory goes.
    link: usize,
}

impl Writer {
    fn new() -> Self {
        Self { bytes: vec![b'I', b'I', 42, 0, 0, 0, 0, 0], link: 4 }
    }

    fn append(&mut self, data: &[u8]) -> u32 {
        if self.bytes.len() % 2 == 1 {
            self.bytes.push(0);
        }
        let at = self.bytes.len() as u32;
        self.bytes.extend_from_slice(data);
        at
    }

    fn page(&mut self, page: &Page, strip: &[u8], special: Vec<Entry>) {
        let offset = self.append(strip);
        let resolution: Vec<u8> = [page.dpi, 1].iter().flat_map(|n| n.to_le_bytes()).collect();
        let rational = self.append(&resolution);
        let mut entries = vec![
            (256, 4, vec![page.image.width]),
            (257, 4, vec![page.image.height]),
            (273, 4, vec![offset]),
            (278, 4, vec![page.image.height]),
            (279, 4, vec![strip.len() as u32]),
            (282, 5, vec![rational]),
            (283, 5, vec![rational]),
            (296, 3, vec![2]),
        ];
        entries.extend(special);
        entries.sort_by_key(|e| e.0);
        self.directory(&entries);
    }

    fn directory(&mut self, entries: &[Entry]) {
        let mut table = (entries.len() as u16).to_le_bytes().to_vec();
        for (tag, kind, values) in entries {
            table.extend(tag.to_le_bytes());
            table.extend(kind.to_le_bytes());
            table.extend((values.len() as u32).to_le_bytes());
            let packed: Vec<u8> = match kind {
                3 => values.iter().flat_map(|v| (*v as u16).to_le_bytes()).collect(),
                _ => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            };
            let mut cell = if packed.len() > 4 { self.append(&packed).to_le_bytes().to_vec() } else { packed };
            cell.resize(4, 0);
            table.extend(cell);
        }
        table.extend([0; 4]);
        let at = self.append(&table);
        self.bytes[self.link..self.link + 4].copy_from_slice(&at.to_le_bytes());
        self.link = self.bytes.len() - 4;
    }
}

/// Pages compressed as JPEG.
pub(super) fn jpeg_pages(pages: &[Page], quality: u8) -> Result<Vec<u8>> {
    let mut writer = Writer::new();
    for page in pages {
        let strip = jpeg(page, quality)?;
        writer.page(
            page,
            &strip,
            vec![(258, 3, vec![8, 8, 8]), (259, 3, vec![7]), (262, 3, vec![6]), (277, 3, vec![3]), (530, 3, vec![2, 2])],
        );
    }
    Ok(writer.bytes)
}

/// Pages of at most 256 colours, deflated.
pub(super) fn palette_pages(pages: &[Page]) -> Result<Vec<u8>> {
    let mut writer = Writer::new();
    for page in pages {
        let indexed = Indexed::of(&page.image);
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&indexed.pixels)?;
        let strip = packer.finish()?;
        let channel = |i: usize| {
            let known = indexed.palette.iter().map(move |c| u32::from(c[i]) * 257);
            known.chain(std::iter::repeat(0)).take(256)
        };
        let map: Vec<u32> = (0..3).flat_map(channel).collect();
        writer.page(page, &strip, vec![(258, 3, vec![8]), (259, 3, vec![8]), (262, 3, vec![3]), (277, 3, vec![1]), (320, 3, map)]);
    }
    Ok(writer.bytes)
}

/// Pages whose last points back to the first.
pub(super) fn ring(pages: &[Page]) -> Result<Vec<u8>> {
    let mut bytes = palette_pages(pages)?;
    let first = [bytes[4], bytes[5], bytes[6], bytes[7]];
    // The last directory's link is the last thing that was written.
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&first);
    Ok(bytes)
}
