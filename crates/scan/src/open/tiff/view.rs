//! The file with its header pointing at another directory, and perhaps one value of that directory changed.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

pub(super) struct View<'a> {
    bytes: Cursor<&'a [u8]>,
    /// Where, and what stands there instead.
    patches: [(u64, [u8; 4]); 2],
}

impl<'a> View<'a> {
    /// `short` is a value and the place of the four bytes that hold it.
    pub(super) fn new(bytes: &'a [u8], directory: u32, short: Option<(u16, usize)>) -> Self {
        let little = bytes.starts_with(b"II");
        let pointer = if little { directory.to_le_bytes() } else { directory.to_be_bytes() };
        let (value, place) = short.unwrap_or((0, usize::MAX));
        let [first, second] = if little { value.to_le_bytes() } else { value.to_be_bytes() };
        Self { bytes: Cursor::new(bytes), patches: [(4, pointer), (place as u64, [first, second, 0, 0])] }
    }
}

impl Read for View<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let start = self.bytes.position();
        let count = self.bytes.read(into)?;
        for (place, patch) in self.patches {
            for (byte, at) in patch.into_iter().zip(place..place.saturating_add(4)) {
                let inside = at.checked_sub(start).and_then(|off| usize::try_from(off).ok()).filter(|&off| off < count);
                if let Some(target) = inside.and_then(|off| into.get_mut(off)) {
                    *target = byte;
                }
            }
        }
        Ok(count)
    }
}

impl Seek for View<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}
