//! What the service and a worker say to each other.
//!
//! A message is a JSON value and a list of byte strings: a 32-bit length and the value, a 32-bit count, then for each string
//! a 64-bit length and its bytes; numbers are little-endian. Neither side reads more than it allows: the worker because
//! memory is bounded anyway, the service because a worker may have been taken over.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, Outcome};
use super::sandbox::Sandbox;
use crate::finding::Finding;
use crate::inspect::print::{ExpectedPrint, PrintComparison, PrintSymbol};
use crate::inspect::read::Engine;
use crate::inspect::{InspectionReport, ScannedContent, ScannedPage};
use crate::limits::Limits;
use crate::record::{Kind, Sha256};

/// What a worker is told before anything else.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Setup {
    /// The form set: file names and texts.
    pub(super) forms: Vec<(String, String)>,
    /// What reads.
    pub(super) engine: Engine,
    /// Tesseract's language data.
    pub(super) language_data: PathBuf,
    /// Bounds of inspection.
    pub(super) limits: Limits,
    /// Bytes of address space.
    pub(super) memory_bytes: u64,
}

/// What a worker is asked. The files, if any, are the message's byte strings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Request {
    /// Inspect the files.
    Inspect {
        /// The kind that the kiosk declares.
        declared: Option<Kind>,
        /// Today in Việt Nam, as a Julian day.
        today: i32,
    },
    /// Take the pages out of the files.
    Pages,
    /// Make the pages small.
    Previews,
    /// Find the QR symbols in pictures of a print.
    Symbols,
    /// Compare pictures of a print with what it should state.
    Compare {
        /// What it should state.
        expected: Box<ExpectedPrint>,
        /// How many of the files, the last ones, are pages of the copy as it was issued.
        originals: usize,
    },
    /// Try to break out.
    Try(Attempt),
}

/// What a worker answers. Every request has one answer that is not `Alive`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// The sandbox is closed, work may come.
    Ready {
        /// What holds.
        sandbox: Sandbox,
        /// The engine and its data.
        reader: String,
    },
    /// The worker cannot work.
    NotReady(String),
    /// The set-up or request is here, or a page has got as far as reading.
    Alive,
    /// The report.
    Report(Box<InspectionReport>),
    /// The pages; their contents are the message's byte strings.
    Pages(Vec<PageHead>),
    /// Width and height of the previews; their JPEG streams are the message's byte strings.
    Previews(Vec<(u32, u32)>),
    /// The QR symbols.
    Symbols(Vec<PrintSymbol>),
    /// The print compared.
    Compared(PrintComparison),
    /// The files are no pages.
    Unopened(Finding),
    /// How trying went.
    Tried(Outcome),
}

/// A page without its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PageHead {
    coding: Coding,
    pixels_sha256: Sha256,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Coding {
    Jpeg { orientation: u8 },
    Rgb { width: u32, height: u32 },
}

impl PageHead {
    /// A page taken apart.
    pub(super) fn split(page: ScannedPage) -> (Self, Vec<u8>) {
        let (coding, bytes) = match page.content {
            ScannedContent::Jpeg { bytes, orientation } => (Coding::Jpeg { orientation }, bytes),
            ScannedContent::Rgb { pixels, width, height } => (Coding::Rgb { width, height }, pixels),
        };
        (Self { coding, pixels_sha256: page.pixels_sha256 }, bytes)
    }

    /// The page put together; `None` where the bytes are not what the head says.
    pub(super) fn join(self, bytes: Vec<u8>) -> Option<ScannedPage> {
        let content = match self.coding {
            Coding::Jpeg { orientation } => ScannedContent::Jpeg { bytes, orientation },
            Coding::Rgb { width, height } => {
                let expected = u64::from(width).checked_mul(u64::from(height))?.checked_mul(3)?;
                (bytes.len() as u64 == expected).then_some(ScannedContent::Rgb { pixels: bytes, width, height })?
            }
        };
        ScannedPage { content, pixels_sha256: self.pixels_sha256 }.with_own_digest()
    }
}

/// What one side accepts from the other in one message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Bytes of the JSON value.
    pub(super) value_bytes: u32,
    /// Byte strings.
    pub(super) strings: u32,
    /// Bytes of all byte strings together.
    pub(super) string_bytes: u64,
}

impl Bounds {
    /// A set-up: some twenty forms.
    pub(super) const SETUP: Self = Self { value_bytes: 8 << 20, strings: 0, string_bytes: 0 };

    /// A request: the files of a submission, or as many pictures of a print and as many pages of the copy that it is held against.
    pub(super) fn request(limits: &Limits) -> Self {
        let files = limits.files.saturating_add(limits.pages);
        let string_bytes = limits.submission_bytes.saturating_mul(2);
        Self { value_bytes: 1 << 16, strings: u32::try_from(files).unwrap_or(u32::MAX), string_bytes }
    }

    /// An answer: a report over all pages, or the pixels of all pages.
    pub(super) fn answer(limits: &Limits) -> Self {
        let pixels = crate::inspect::scan_limits(limits).total_pixels;
        Self { value_bytes: 32 << 20, strings: u32::try_from(limits.pages).unwrap_or(u32::MAX), string_bytes: pixels.saturating_mul(3) }
    }
}

/// Writes one message.
pub(super) fn write<T: Serialize>(out: &mut impl Write, value: &T, strings: &[&[u8]]) -> Result<()> {
    let json = serde_json::to_vec(value).map_err(Error::from)?;
    let too_long = |_| Error::from(ErrorKind::InvalidInput);
    let mut head = u32::try_from(json.len()).map_err(too_long)?.to_le_bytes().to_vec();
    head.extend_from_slice(&json);
    head.extend_from_slice(&u32::try_from(strings.len()).map_err(too_long)?.to_le_bytes());
    out.write_all(&head)?;
    for string in strings {
        out.write_all(&(string.len() as u64).to_le_bytes())?;
        out.write_all(string)?;
    }
    out.flush()
}

/// Reads one message within `bounds`.
///
/// # Errors
/// `InvalidData` for what is no message or beyond the bounds, `UnexpectedEof` where it ends early.
pub(super) fn read<T: DeserializeOwned>(input: &mut impl Read, bounds: &Bounds) -> Result<(T, Vec<Vec<u8>>)> {
    let value_bytes = u32::from_le_bytes(array(input)?);
    if value_bytes > bounds.value_bytes {
        return Err(beyond("value", u64::from(value_bytes)));
    }
    let value = serde_json::from_slice(&string(input, u64::from(value_bytes))?).map_err(Error::from)?;
    let count = u32::from_le_bytes(array(input)?);
    if count > bounds.strings {
        return Err(beyond("number of strings", u64::from(count)));
    }
    let (mut strings, mut left) = (Vec::new(), bounds.string_bytes);
    for _ in 0..count {
        let length = u64::from_le_bytes(array(input)?);
        left = left.checked_sub(length).ok_or_else(|| beyond("string", length))?;
        strings.push(string(input, length)?);
    }
    Ok((value, strings))
}

fn array<const N: usize>(input: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Grows with what comes in, not with what is announced.
fn string(input: &mut impl Read, length: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn beyond(what: &str, size: u64) -> Error {
    Error::new(ErrorKind::InvalidData, format!("a {what} of {size} is beyond the bounds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Bounds = Bounds { value_bytes: 100, strings: 2, string_bytes: 10 };

    #[test]
    fn what_is_written_reads_back() {
        let mut wire = Vec::new();
        write(&mut wire, &("a", 7), &[b"abc", b""]).unwrap();
        let (value, strings): ((String, u8), _) = read(&mut wire.as_slice(), &SMALL).unwrap();
        assert_eq!((value, strings), (("a".to_owned(), 7), vec![b"abc".to_vec(), Vec::new()]));
        for cut in 0..wire.len() {
            assert!(read::<(String, u8)>(&mut wire.get(..cut).unwrap(), &SMALL).is_err(), "{cut}");
        }
    }

    #[test]
    fn nothing_beyond_the_bounds_is_taken_in() {
        let refused = |value: &str, strings: &[&[u8]]| {
            let mut wire = Vec::new();
            write(&mut wire, &value, strings).unwrap();
            read::<String>(&mut wire.as_slice(), &SMALL).map_err(|error| error.kind()).err()
        };
        assert_eq!(refused(&"x".repeat(90), &[&[0; 5], &[0; 5]]), None);
        assert_eq!(refused(&"x".repeat(99), &[]), Some(ErrorKind::InvalidData));
        assert_eq!(refused("", &[&[0; 5], &[0; 6]]), Some(ErrorKind::InvalidData));
        assert_eq!(refused("", &[&[], &[], &[]]), Some(ErrorKind::InvalidData));
        let announced = [2, 0, 0, 0, b'"', b'"', 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
        assert_eq!(read::<String>(&mut announced.as_slice(), &SMALL).unwrap_err().kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn pages_survive_and_false_sizes_do_not() {
        let pixels = image::RgbImage::from_pixel(3, 2, image::Rgb([1, 2, 3]));
        let pixels_sha256 = Sha256::of(&bansao_scan::canonical_pixels(&pixels));
        let page = ScannedPage { content: ScannedContent::Rgb { pixels: pixels.into_raw(), width: 3, height: 2 }, pixels_sha256 };
        let (head, bytes) = PageHead::split(page.clone());
        assert_eq!(head.clone().join(bytes.clone()), Some(page));
        assert_eq!(head.clone().join(bytes.get(1..).unwrap().to_vec()), None);
        let lie = PageHead { pixels_sha256: Sha256::of(b""), ..head };
        assert_eq!(lie.join(bytes).unwrap().pixels_sha256, pixels_sha256, "the digest is our own");
    }
}
