//! What a directory says of its picture: how it is cut into chunks, how those are coded, and what their samples mean.

use super::unreadable;
use crate::error::ScanError;
use crate::limits::Limits;
use crate::open::exif::{Block, Entry};
use crate::samples::{Alpha, Colour, Samples};

/// TIFF 6.0, section 8 and after; 347 is of technical note 2.
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const STRIP_OFFSETS: u16 = 273;
const CHANNELS: u16 = 277;
const ROWS_PER_STRIP: u16 = 278;
const STRIP_BYTES: u16 = 279;
const PLANAR: u16 = 284;
const T4_OPTIONS: u16 = 292;
const T6_OPTIONS: u16 = 293;
const PREDICTOR: u16 = 317;
const COLOUR_MAP: u16 = 320;
const TILE_WIDTH: u16 = 322;
const TILE_HEIGHT: u16 = 323;
const TILE_OFFSETS: u16 = 324;
const TILE_BYTES: u16 = 325;
const EXTRA: u16 = 338;
const SAMPLE_FORMAT: u16 = 339;

/// Samples a pixel: CMYK and four that nobody looks at.
const MOST_CHANNELS: u32 = 8;

/// How chunks are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    None,
    /// Group 3 without line ends, rows at whole bytes.
    ModifiedHuffman,
    /// With the T4Options.
    Group3(u32),
    Group4,
    Lzw,
    Jpeg,
    Deflate,
    PackBits,
}

/// A picture in chunks.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) coding: Coding,
    /// Of one whole chunk; the last row of strips is lower.
    pub(super) chunk: Samples,
    /// Chunks are tiles, which are whole at the edges too.
    pub(super) tiled: bool,
    /// Each channel in chunks of its own.
    pub(super) planar: bool,
    /// Differences along rows were stored.
    pub(super) predicted: bool,
    /// The lowest bit of a byte comes first.
    pub(super) reversed: bool,
    /// JPEG chunks are RGB as they are.
    pub(super) jpeg_is_rgb: bool,
    /// Where each chunk lies, and how long it is.
    pub(super) places: Vec<(u32, u32)>,
}

impl Layout {
    pub(super) fn of(block: &Block<'_>, entries: &[Entry], size: (u32, u32), page: usize, limits: &Limits) -> Result<Self, ScanError> {
        let tags = Tags { block, entries, page };
        let photometric = tags.one(PHOTOMETRIC).ok_or_else(unreadable)?;
        let coding = tags.coding()?;
        let channels = tags.or(CHANNELS, 1);
        let bits = tags.bits(channels)?;
        let colour = tags.colour(photometric, bits, coding)?;
        let tiled = tags.one(TILE_WIDTH).is_some();
        let chunk_size = tags.chunk_size(size, tiled)?;
        if u64::from(chunk_size.0).saturating_mul(u64::from(chunk_size.1)) > limits.image_pixels() {
            return Err(ScanError::TooComplex { what: "pixels of a TIFF chunk" });
        }
        if !(1..=MOST_CHANNELS).contains(&channels) {
            return Err(unsupported(page, "a TIFF of so many samples a pixel"));
        }
        let channels = usize::try_from(channels).map_err(|_| unreadable())?;
        let places = tags.places(tiled, size, coding)?;
        let layout = Self {
            coding,
            chunk: Samples {
                width: chunk_size.0,
                height: chunk_size.1,
                bits,
                little_endian: block.is_little(),
                channels,
                alpha: tags.alpha(colour.channels(), channels),
                // 0 is white where the interpretation is 0.
                decode: if photometric == 0 { vec![(1.0, 0.0)] } else { Vec::new() },
                colour,
            },
            tiled,
            planar: channels > 1 && tags.or(PLANAR, 1) == 2,
            predicted: tags.predicted(coding, bits)?,
            reversed: tags.or(FILL_ORDER, 1) == 2 && coding != Coding::Jpeg,
            jpeg_is_rgb: photometric == 2,
            places,
        };
        let (across, down) = layout.grid(size);
        let padded = [across, down, chunk_size.0, chunk_size.1].into_iter().map(u64::from).fold(1, u64::saturating_mul);
        if padded > limits.image_pixels().saturating_mul(2) {
            return Err(ScanError::TooComplex { what: "pixels of TIFF tiles beyond the page" });
        }
        layout.check(size, page)?;
        Ok(layout)
    }

    /// Chunks across and down.
    pub(super) fn grid(&self, (width, height): (u32, u32)) -> (u32, u32) {
        (width.div_ceil(self.chunk.width.max(1)), height.div_ceil(self.chunk.height.max(1)))
    }

    fn check(&self, size: (u32, u32), page: usize) -> Result<(), ScanError> {
        let (across, down) = self.grid(size);
        let planes = if self.planar { self.chunk.channels as u64 } else { 1 };
        if u64::from(across).saturating_mul(u64::from(down)).saturating_mul(planes) != self.places.len() as u64 {
            return Err(ScanError::damaged("a TIFF page with too few or too many chunks"));
        }
        let fax = matches!(self.coding, Coding::ModifiedHuffman | Coding::Group3(_) | Coding::Group4);
        if fax && (self.chunk.bits, self.chunk.channels) != (1, 1) {
            return Err(ScanError::damaged("a TIFF fax of more than two levels"));
        }
        if self.planar && (self.chunk.bits < 8 || self.coding == Coding::Jpeg) {
            return Err(unsupported(page, "TIFF planes of less than 8 bits, or in JPEG"));
        }
        Ok(())
    }
}

struct Tags<'a> {
    block: &'a Block<'a>,
    entries: &'a [Entry],
    page: usize,
}

impl Tags<'_> {
    fn one(&self, tag: u16) -> Option<u32> {
        self.block.integer(self.entries, tag)
    }

    fn or(&self, tag: u16, usual: u32) -> u32 {
        self.one(tag).unwrap_or(usual)
    }

    fn all(&self, tag: u16) -> Option<Vec<u32>> {
        self.block.integers(self.entries, tag)
    }

    fn coding(&self) -> Result<Coding, ScanError> {
        // Bit 1 of both options allows stretches without coding, which no scanner writes.
        let t4 = self.or(T4_OPTIONS, 0);
        if (t4 | self.or(T6_OPTIONS, 0)) & 2 != 0 {
            return Err(unsupported(self.page, "the uncompressed mode of a fax"));
        }
        Ok(match self.or(COMPRESSION, 1) {
            1 => Coding::None,
            2 => Coding::ModifiedHuffman,
            3 => Coding::Group3(t4),
            4 => Coding::Group4,
            5 => Coding::Lzw,
            7 => Coding::Jpeg,
            8 | 32946 => Coding::Deflate,
            32773 => Coding::PackBits,
            6 => return Err(unsupported(self.page, "the JPEG of TIFF before its technical note 2")),
            other => return Err(unsupported(self.page, &format!("TIFF compression {other}"))),
        })
    }

    fn bits(&self, channels: u32) -> Result<u8, ScanError> {
        let all = self.all(BITS).unwrap_or_else(|| vec![1]);
        let first = all.first().copied().unwrap_or(1);
        // Some writers state the depth once for all channels.
        let complete = all.len() == 1 || all.len() as u64 >= u64::from(channels);
        let unsigned = self.all(SAMPLE_FORMAT).is_none_or(|formats| formats.iter().all(|&format| matches!(format, 1 | 4)));
        if !(unsigned && complete && all.iter().all(|&bits| bits == first) && matches!(first, 1 | 2 | 4 | 8 | 16)) {
            return Err(unsupported(self.page, "TIFF samples other than unsigned of 1, 2, 4, 8 or 16 bits"));
        }
        u8::try_from(first).map_err(|_| unreadable())
    }

    fn colour(&self, photometric: u32, bits: u8, coding: Coding) -> Result<Colour, ScanError> {
        Ok(match photometric {
            0 | 1 => Colour::Gray,
            2 => Colour::Rgb,
            3 => Colour::Indexed(self.palette(bits)?),
            5 if coding != Coding::Jpeg && self.or(332, 1) == 1 => Colour::Cmyk,
            6 if coding == Coding::Jpeg || self.all(530).is_some_and(|subsampling| subsampling == [1, 1]) => Colour::YCbCr,
            other => return Err(unsupported(self.page, &format!("TIFF photometric interpretation {other} as it is coded here"))),
        })
    }

    /// All reds, all greens, all blues, of 16 bits.
    fn palette(&self, bits: u8) -> Result<Vec<[u8; 3]>, ScanError> {
        if bits > 8 {
            return Err(unsupported(self.page, "a TIFF palette of more than 8 bits"));
        }
        let count = 1_usize << bits;
        let map = self.all(COLOUR_MAP).filter(|map| map.len() == count * 3).ok_or_else(unreadable)?;
        // Old writers filled the lower half only.
        let shift = if map.iter().all(|&level| level < 256) { 0 } else { 8 };
        let level = |at: usize| (map.get(at).copied().unwrap_or_default() >> shift) as u8;
        Ok((0..count).map(|at| [level(at), level(at + count), level(at + count * 2)]).collect())
    }

    fn alpha(&self, colour: usize, channels: usize) -> Alpha {
        let first = self.all(EXTRA).and_then(|extra| extra.first().copied());
        match first {
            Some(1) if channels > colour => Alpha::Premultiplied,
            Some(2) if channels > colour => Alpha::Straight,
            _ => Alpha::None,
        }
    }

    fn predicted(&self, coding: Coding, bits: u8) -> Result<bool, ScanError> {
        let has_any = matches!(coding, Coding::Lzw | Coding::Deflate);
        match self.or(PREDICTOR, 1) {
            2 if has_any && bits >= 8 => Ok(true),
            1 => Ok(false),
            _ if !has_any => Ok(false),
            other => Err(unsupported(self.page, &format!("TIFF predictor {other} at {bits} bits"))),
        }
    }

    fn chunk_size(&self, (width, height): (u32, u32), tiled: bool) -> Result<(u32, u32), ScanError> {
        let size = if tiled {
            (self.one(TILE_WIDTH).ok_or_else(unreadable)?, self.one(TILE_HEIGHT).ok_or_else(unreadable)?)
        } else {
            (width, self.or(ROWS_PER_STRIP, height).min(height))
        };
        if size.0 == 0 || size.1 == 0 { Err(unreadable()) } else { Ok(size) }
    }

    fn places(&self, tiled: bool, size: (u32, u32), coding: Coding) -> Result<Vec<(u32, u32)>, ScanError> {
        let (at, lengths) = if tiled { (TILE_OFFSETS, TILE_BYTES) } else { (STRIP_OFFSETS, STRIP_BYTES) };
        let offsets = self.all(at).ok_or_else(unreadable)?;
        let lengths = match self.all(lengths) {
            Some(lengths) => lengths,
            // A picture that is not compressed needs no lengths, and old writers gave none.
            None if coding == Coding::None && offsets.len() == 1 && size.1 > 0 => vec![u32::MAX],
            None => return Err(unreadable()),
        };
        if lengths.len() == offsets.len() { Ok(offsets.into_iter().zip(lengths).collect()) } else { Err(unreadable()) }
    }
}

pub(super) fn unsupported(page: usize, coding: &str) -> ScanError {
    ScanError::UnsupportedCoding { page, coding: coding.to_owned() }
}
