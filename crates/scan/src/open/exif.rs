//! The two things that are believed of Exif (and of any TIFF directory): orientation and resolution.

use image::metadata::Orientation;

/// A TIFF-shaped block: a byte order, and offsets from its start.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    bytes: &'a [u8],
    little: bool,
}

/// One directory entry, its value still where it lies.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) tag: u16,
    kind: u16,
    count: u32,
    /// Offset of the four value bytes inside the block.
    at: usize,
}

pub(super) const ORIENTATION: u16 = 0x0112;
pub(super) const X_RESOLUTION: u16 = 0x011A;
pub(super) const Y_RESOLUTION: u16 = 0x011B;
pub(super) const RESOLUTION_UNIT: u16 = 0x0128;

impl<'a> Block<'a> {
    /// Reads the eight-byte header; returns the block and the offset of its first directory.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<(Self, u32)> {
        let little = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        let block = Self { bytes, little };
        Some((block, block.u32(4)?))
    }

    pub(super) fn u16(&self, at: usize) -> Option<u16> {
        let raw = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(raw) } else { u16::from_be_bytes(raw) })
    }

    pub(super) fn u32(&self, at: usize) -> Option<u32> {
        let raw = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(raw) } else { u32::from_be_bytes(raw) })
    }

    /// The entries of the directory at `offset`, and the offset of the next one (0 where none).
    pub(super) fn directory(&self, offset: u32) -> Option<(Vec<Entry>, u32)> {
        let start = usize::try_from(offset).ok()?;
        let count = usize::from(self.u16(start)?);
        let first = start.checked_add(2)?;
        let mut entries = Vec::with_capacity(count.min(64));
        for number in 0..count {
            let at = first.checked_add(number.checked_mul(12)?)?;
            entries.push(Entry {
                tag: self.u16(at)?,
                kind: self.u16(at.checked_add(2)?)?,
                count: self.u32(at.checked_add(4)?)?,
                at: at.checked_add(8)?,
            });
        }
        let next = self.u32(first.checked_add(count.checked_mul(12)?)?)?;
        Some((entries, next))
    }

    /// The first value of a SHORT or LONG entry.
    pub(super) fn integer(&self, entries: &[Entry], tag: u16) -> Option<u32> {
        let entry = entries.iter().find(|entry| entry.tag == tag && entry.count >= 1)?;
        match entry.kind {
            3 => self.u16(entry.at).map(u32::from),
            4 => self.u32(entry.at),
            _ => None,
        }
    }

    /// The values of a BYTE, SHORT or LONG entry: never more than the block has bytes for.
    pub(super) fn integers(&self, entries: &[Entry], tag: u16) -> Option<Vec<u32>> {
        let entry = entries.iter().find(|entry| entry.tag == tag)?;
        let size = match entry.kind {
            1 => 1,
            3 => 2,
            4 => 4,
            _ => return None,
        };
        let count = usize::try_from(entry.count).ok()?;
        let length = count.checked_mul(size)?;
        let start = if length <= 4 { entry.at } else { usize::try_from(self.u32(entry.at)?).ok()? };
        let values = self.bytes.get(start..start.checked_add(length)?)?;
        (0..count)
            .map(|number| {
                let at = start.checked_add(number.checked_mul(size)?)?;
                match size {
                    1 => values.get(number).copied().map(u32::from),
                    2 => self.u16(at).map(u32::from),
                    _ => self.u32(at),
                }
            })
            .collect()
    }

    /// Whether numbers are stored with their lowest byte first.
    pub(super) fn is_little(&self) -> bool {
        self.little
    }

    /// The values of a BYTE or UNDEFINED entry, more than fit in the entry itself.
    pub(super) fn bytes(&self, entries: &[Entry], tag: u16) -> Option<&'a [u8]> {
        let entry = entries.iter().find(|entry| entry.tag == tag && matches!(entry.kind, 1 | 7) && entry.count > 4)?;
        let start = usize::try_from(self.u32(entry.at)?).ok()?;
        self.bytes.get(start..start.checked_add(usize::try_from(entry.count).ok()?)?)
    }

    fn rational(&self, entries: &[Entry], tag: u16) -> Option<f32> {
        let entry = entries.iter().find(|entry| entry.tag == tag && entry.kind == 5 && entry.count >= 1)?;
        let at = usize::try_from(self.u32(entry.at)?).ok()?;
        let below = self.u32(at.checked_add(4)?)?;
        (below != 0).then_some(self.u32(at)? as f32 / below as f32)
    }

    pub(super) fn orientation(&self, entries: &[Entry]) -> Option<Orientation> {
        let value = self.integer(entries, ORIENTATION)?;
        Orientation::from_exif(u8::try_from(value).ok()?)
    }

    /// Dots per inch; a directory without an absolute unit declares none.
    pub(super) fn dpi(&self, entries: &[Entry]) -> Option<(f32, f32)> {
        let per_inch = match self.integer(entries, RESOLUTION_UNIT).unwrap_or(2) {
            2 => 1.0,
            3 => 2.54,
            _ => return None,
        };
        let x = self.rational(entries, X_RESOLUTION)? * per_inch;
        let y = self.rational(entries, Y_RESOLUTION)? * per_inch;
        super::plausible_dpi(x, y)
    }
}
