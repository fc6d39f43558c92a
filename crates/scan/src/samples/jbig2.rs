//! JBIG2 (ITU-T T.88) as PDF embeds it: segments without a file header, perhaps with shared ones (ISO 32000-1, 7.4.7).
//!
//! Lossy JBIG2 puts one picture of a letter in the place of others that look alike, and has put wrong digits so. What it
//! stored cannot be told from what was scanned; whoever takes such a page must know that it came so (`substitutes`).

use hayro_jbig2::{DecodeSettings, Decoder, Globals, Page};

use crate::error::ScanError;
use crate::limits::Limits;

/// Rows of bits, padded to whole bytes, 1 for black.
pub(crate) fn rows(bytes: &[u8], shared: Option<&[u8]>, size: (u32, u32), limits: &Limits) -> Result<Vec<u8>, ScanError> {
    let settings = DecodeSettings { strict: true };
    let damaged = |error: hayro_jbig2::DecodeError| ScanError::damaged(error.to_string());
    let globals = shared.map(|shared| Globals::new(shared, &settings)).transpose().map_err(damaged)?;
    let page = Page::new_embedded(bytes, globals.as_ref(), &settings).map_err(damaged)?;
    if (page.width(), page.height()) != size {
        return Err(ScanError::damaged("an image that states two sizes"));
    }
    if u64::from(size.0).saturating_mul(u64::from(size.1)) > limits.image_pixels() {
        return Err(ScanError::TooComplex { what: "pixels of a JBIG2 page" });
    }
    let mut rows = Rows { packed: Vec::new(), byte: 0, filled: 0 };
    page.decode(&mut rows).map_err(damaged)?;
    Ok(rows.packed)
}

/// Whether a page is put together from pictures of letters: it has text regions (7.3.1, types 4, 6 and 7).
///
/// A stream that cannot be followed is not called so; it does not decode either.
pub(crate) fn substitutes(bytes: &[u8]) -> bool {
    let mut at = 0_usize;
    while let Some((kind, next)) = segment(bytes, at) {
        if matches!(kind, 4 | 6 | 7) {
            return true;
        }
        at = next;
    }
    false
}

/// The type of the segment at a place, and the place of the next (7.2).
fn segment(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let byte = |at: usize| bytes.get(at).copied();
    let be32 = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?));
    let number = be32(at)?;
    let flags = byte(at.checked_add(4)?)?;
    let count = byte(at.checked_add(5)?)?;
    let (referred, marks) = if count >> 5 == 7 {
        let referred = be32(at.checked_add(5)?)? & 0x1FFF_FFFF;
        (referred, 4 + referred.checked_add(8)?.checked_div(8)?)
    } else {
        (u32::from(count >> 5), 1)
    };
    let width = if number <= 256 {
        1
    } else if number <= 65_536 {
        2
    } else {
        4
    };
    let page = if flags & 0x40 == 0 { 1 } else { 4 };
    let before = u32::checked_add(5, marks)?.checked_add(referred.checked_mul(width)?)?.checked_add(page)?;
    let length_at = at.checked_add(usize::try_from(before).ok()?)?;
    let length = usize::try_from(be32(length_at)?).ok()?;
    Some((flags & 0x3F, length_at.checked_add(4)?.checked_add(length)?))
}

struct Rows {
    packed: Vec<u8>,
    byte: u8,
    filled: u8,
}

impl Decoder for Rows {
    fn push_pixel(&mut self, black: bool) {
        self.byte = self.byte << 1 | u8::from(black);
        self.filled += 1;
        if self.filled == 8 {
            self.packed.push(self.byte);
            (self.byte, self.filled) = (0, 0);
        }
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        let byte = if black { 0xFF } else { 0 };
        self.packed.extend((0..chunk_count).map(|_| byte));
    }

    fn next_line(&mut self) {
        if self.filled > 0 {
            self.packed.push(self.byte << (8 - self.filled));
            (self.byte, self.filled) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(kind: u8) -> Vec<u8> {
        let segment =
            |number: u8, kind: u8, length: u8| [&[0, 0, 0, number, kind, 0, 1, 0, 0, 0, length][..], &vec![0; length.into()]].concat();
        [segment(0, 48, 19), segment(1, kind, 7), segment(2, 49, 0)].concat()
    }

    #[test]
    fn pages_of_letters_are_told_from_pages_of_pixels() {
        assert!(!substitutes(&with(38)));
        assert!([4, 6, 7].into_iter().all(|kind| substitutes(&with(kind))));
        assert!(!substitutes(&with(6)[..20]));
        assert!(!substitutes(b""));
    }
}
