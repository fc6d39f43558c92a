//! One strip or tile: its bytes taken out of their coding, never more of them than its pixels need.

use std::io::Read;

use super::layout::{Coding, Layout, unsupported};
use crate::error::ScanError;
use crate::samples::Samples;
use crate::samples::fax::Fax;

/// Packed rows of a chunk that is no JPEG.
pub(super) fn rows(bytes: &[u8], layout: &Layout, chunk: &Samples, page: usize) -> Result<Vec<u8>, ScanError> {
    let size = chunk.size().ok_or(ScanError::TooComplex { what: "bytes of a TIFF chunk" })?;
    let turned: Vec<u8>;
    let bytes = if layout.reversed {
        turned = bytes.iter().map(|byte| byte.reverse_bits()).collect();
        &turned
    } else {
        bytes
    };
    let mut rows = match layout.coding {
        Coding::None => bytes.get(..size).ok_or_else(short)?.to_vec(),
        Coding::PackBits => unpack_bits(bytes, size),
        Coding::Deflate => inflate(bytes, size)?,
        Coding::Lzw => lzw(bytes, size, page)?,
        Coding::ModifiedHuffman => fax(chunk, 0, 0b100).rows(bytes)?,
        Coding::Group3(options) => Fax { end_of_line: true, ..fax(chunk, i64::from(options & 1), options) }.rows(bytes)?,
        Coding::Group4 => fax(chunk, -1, 0).rows(bytes)?,
        Coding::Jpeg => return Err(unsupported(page, "a JPEG chunk where none can be")),
    };
    if rows.len() < size {
        return Err(short());
    }
    if layout.predicted {
        add_up(&mut rows, chunk);
    }
    Ok(rows)
}

fn short() -> ScanError {
    ScanError::damaged("a TIFF chunk with too few samples")
}

fn fax(chunk: &Samples, k: i64, options: u32) -> Fax {
    let byte_aligned = options & 0b100 != 0;
    Fax { width: chunk.width, height: chunk.height, k, end_of_line: false, end_of_block: true, byte_aligned }
}

/// TIFF 6.0, section 9.
fn unpack_bits(bytes: &[u8], size: usize) -> Vec<u8> {
    let mut rows = Vec::with_capacity(size);
    let mut rest = bytes;
    while let (Some((&head, after)), true) = (rest.split_first(), rows.len() < size) {
        rest = match head {
            128 => after,
            0..128 => {
                let (run, after) = after.split_at(after.len().min(usize::from(head) + 1));
                rows.extend_from_slice(run);
                after
            }
            _ => {
                let Some((&byte, after)) = after.split_first() else { break };
                rows.extend(std::iter::repeat_n(byte, 257 - usize::from(head)));
                after
            }
        };
    }
    rows
}

fn inflate(bytes: &[u8], size: usize) -> Result<Vec<u8>, ScanError> {
    let mut rows = Vec::new();
    let most = u64::try_from(size).unwrap_or(u64::MAX);
    flate2::read::ZlibDecoder::new(bytes).take(most).read_to_end(&mut rows).map_err(|error| ScanError::damaged(error.to_string()))?;
    Ok(rows)
}

/// TIFF 6.0, section 13: widths of codes change one code early.
fn lzw(bytes: &[u8], size: usize, page: usize) -> Result<Vec<u8>, ScanError> {
    // The first code clears the table: nine bits from the top, where the old form began at the bottom.
    if bytes.first() == Some(&0) && bytes.get(1).is_some_and(|byte| byte & 1 == 1) {
        return Err(unsupported(page, "the LZW of TIFF before 5.0"));
    }
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let mut rows = vec![0; size];
    let (mut read, mut written) = (0, 0);
    while let (Some(from), Some(into)) = (bytes.get(read..), rows.get_mut(written..).filter(|into| !into.is_empty())) {
        let step = decoder.decode_bytes(from, into);
        read += step.consumed_in;
        written += step.consumed_out;
        match step.status {
            Ok(weezl::LzwStatus::Ok) => {}
            Ok(_) => break,
            Err(error) => return Err(ScanError::damaged(error.to_string())),
        }
    }
    rows.truncate(written);
    Ok(rows)
}

/// Undoes horizontal differencing (section 14) of 8 or 16 bits.
fn add_up(rows: &mut [u8], chunk: &Samples) {
    let stride = chunk.stride().unwrap_or(usize::MAX).max(1);
    for row in rows.chunks_exact_mut(stride) {
        if chunk.bits == 16 {
            let value = |pair: [u8; 2]| if chunk.little_endian { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
            for at in chunk.channels * 2..row.len().saturating_sub(1) {
                if at % 2 == 0 {
                    let before = at - chunk.channels * 2;
                    let sum = value([row[before], row[before + 1]]).wrapping_add(value([row[at], row[at + 1]]));
                    let pair = if chunk.little_endian { sum.to_le_bytes() } else { sum.to_be_bytes() };
                    row[at..at + 2].copy_from_slice(&pair);
                }
            }
        } else {
            for at in chunk.channels..row.len() {
                row[at] = row[at].wrapping_add(row[at - chunk.channels]);
            }
        }
    }
}
