//! CCITT fax coding (ITU-T T.4 and T.6) of TIFF strips and PDF images.
//!
//! Strict: what violates the coding is damage, for a line that is guessed is print that nobody wrote.

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode, decode};

use crate::error::ScanError;

/// What the format around the stream says of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fax {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// As `/K` of ISO 32000-1, 7.4.6: below 0 group 4, 0 group 3 in one dimension, above group 3 in two.
    pub(crate) k: i64,
    pub(crate) end_of_line: bool,
    pub(crate) end_of_block: bool,
    pub(crate) byte_aligned: bool,
}

impl Fax {
    /// Rows of bits, padded to whole bytes, 1 for black.
    pub(crate) fn rows(&self, bytes: &[u8]) -> Result<Vec<u8>, ScanError> {
        let settings = DecodeSettings {
            columns: self.width,
            rows: self.height,
            end_of_block: self.end_of_block,
            end_of_line: self.end_of_line,
            rows_are_byte_aligned: self.byte_aligned,
            encoding: match self.k {
                ..0 => EncodingMode::Group4,
                0 => EncodingMode::Group3_1D,
                _ => EncodingMode::Group3_2D,
            },
            strict: true,
        };
        let stride = usize::try_from(self.width.div_ceil(8)).unwrap_or(usize::MAX);
        let size = stride.saturating_mul(usize::try_from(self.height).unwrap_or(usize::MAX));
        let mut rows = Rows { packed: vec![0; size], stride, width: self.width, next: 0 };
        decode(bytes, &mut rows, &mut DecoderContext::new(settings)).map_err(|error| ScanError::damaged(error.to_string()))?;
        if rows.next < rows.packed.len() { Err(ScanError::damaged("an image with too few samples")) } else { Ok(rows.packed) }
    }
}

struct Rows {
    packed: Vec<u8>,
    stride: usize,
    width: u32,
    /// Where the next row starts.
    next: usize,
}

impl Decoder for Rows {
    fn push_row(&mut self, changes: &[u32]) {
        let end = self.next.saturating_add(self.stride);
        if let Some(row) = self.packed.get_mut(self.next..end) {
            for run in changes.chunks(2) {
                let start = run.first().copied().unwrap_or(self.width);
                let stop = run.get(1).copied().unwrap_or(self.width).min(self.width);
                blacken(row, start, stop);
            }
        }
        self.next = end;
    }
}

/// Sets the bits from `start` to before `stop`.
fn blacken(row: &mut [u8], start: u32, stop: u32) {
    if start >= stop {
        return;
    }
    let (first, last) = ((start / 8) as usize, ((stop - 1) / 8) as usize);
    let (head, tail) = (0xFF_u8 >> (start % 8), 0xFF_u8 << (7 - (stop - 1) % 8));
    if let Some(bytes) = row.get_mut(first..=last) {
        let count = bytes.len();
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte |= if at == 0 { head } else { 0xFF } & if at + 1 == count { tail } else { 0xFF };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_fill_whole_and_broken_bytes() {
        let black = |start, stop| {
            let mut row = [0; 3];
            blacken(&mut row, start, stop);
            row
        };
        assert_eq!(black(3, 5), [0b0001_1000, 0, 0]);
        assert_eq!(black(6, 18), [0b0000_0011, 0xFF, 0b1100_0000]);
        assert_eq!(black(8, 16), [0, 0xFF, 0]);
        assert_eq!(black(5, 5), [0; 3]);
        assert_eq!(black(20, 90), [0; 3]);
    }
}
