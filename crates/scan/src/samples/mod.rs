//! Samples as TIFF and PDF store them, turned into RGB: packed rows of 1, 2, 4, 8 or 16 bits, in the colour models that
//! scanners write.
//!
//! Both formats describe pixels alike (TIFF 6.0, part 1; ISO 32000-1, 8.9.5), so both come through here. Colours are
//! device colours: no profile is applied, for ink and paper are told apart well without.

pub(crate) mod fax;
pub(crate) mod jbig2;
pub(crate) mod jpx;

use image::RgbImage;

use crate::error::ScanError;

/// What the samples of a pixel stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Colour {
    Gray,
    Rgb,
    /// Amounts of ink.
    Cmyk,
    /// ITU-R BT.601 at full range, without subsampling.
    YCbCr,
    /// Colours by number.
    Indexed(Vec<[u8; 3]>),
}

/// What a sample after those of the colour does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alpha {
    None,
    /// The colours are not weighed by it.
    Straight,
    /// The colours are weighed by it already.
    Premultiplied,
}

/// How packed rows become pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Samples {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// 1, 2, 4, 8 or 16.
    pub(crate) bits: u8,
    /// Of 16-bit samples.
    pub(crate) little_endian: bool,
    /// Samples a pixel, those beyond the colour and its alpha without meaning.
    pub(crate) channels: usize,
    pub(crate) colour: Colour,
    pub(crate) alpha: Alpha,
    /// For each colour sample, what its least and greatest value stand for: 0 to 1, or numbers of colours. Empty: the usual.
    pub(crate) decode: Vec<(f32, f32)>,
}

impl Colour {
    /// Samples a pixel.
    pub(crate) fn channels(&self) -> usize {
        match self {
            Self::Gray | Self::Indexed(_) => 1,
            Self::Rgb | Self::YCbCr => 3,
            Self::Cmyk => 4,
        }
    }
}

impl Samples {
    /// Plain samples of eight bits.
    pub(crate) fn bytes((width, height): (u32, u32), colour: Colour) -> Self {
        let channels = colour.channels();
        Self { width, height, bits: 8, little_endian: false, channels, colour, alpha: Alpha::None, decode: Vec::new() }
    }

    /// Bytes of a row, which starts at a whole one.
    pub(crate) fn stride(&self) -> Option<usize> {
        let bits = u64::from(self.width).checked_mul(u64::from(self.bits))?.checked_mul(self.channels as u64)?;
        usize::try_from(bits.div_ceil(8)).ok()
    }

    /// Bytes of all rows.
    pub(crate) fn size(&self) -> Option<usize> {
        self.stride()?.checked_mul(usize::try_from(self.height).ok()?)
    }

    /// The pixels; bytes beyond them are no matter, for coders pad.
    pub(crate) fn pixels(&self, bytes: &[u8]) -> Result<RgbImage, ScanError> {
        let short = || ScanError::damaged("an image with too few samples");
        let (stride, size) = self.stride().zip(self.size()).ok_or_else(short)?;
        let rows = bytes.get(..size).ok_or_else(short)?;
        if self.channels < self.colour.channels() + usize::from(self.alpha != Alpha::None) {
            return Err(ScanError::damaged("an image with too few samples a pixel"));
        }
        let levels = self.levels();
        let mut image = RgbImage::new(self.width, self.height);
        let mut unpacked = Vec::new();
        let row_bytes = usize::try_from(self.width).unwrap_or(usize::MAX).saturating_mul(3).max(1);
        for (row, into) in rows.chunks_exact(stride.max(1)).zip(image.as_flat_samples_mut().samples.chunks_exact_mut(row_bytes)) {
            unpacked.clear();
            self.unpack(row, &mut unpacked);
            self.paint(&unpacked, &levels, into)?;
        }
        Ok(image)
    }

    /// One byte a sample: as it is stored up to eight bits, its higher half of sixteen.
    fn unpack(&self, row: &[u8], into: &mut Vec<u8>) {
        match self.bits {
            16 => into.extend(row.chunks_exact(2).map(|pair| {
                let value = u32::from(if self.little_endian {
                    u16::from_le_bytes([pair[0], pair[1]])
                } else {
                    u16::from_be_bytes([pair[0], pair[1]])
                });
                ((value + 128) / 257) as u8
            })),
            1 | 2 | 4 => {
                let bits = u32::from(self.bits);
                let most = (1_u8 << bits) - 1;
                into.extend(row.iter().flat_map(|byte| (1..=8 / bits).map(move |place| (byte >> (8 - bits * place)) & most)));
            }
            _ => into.extend_from_slice(row),
        }
    }

    /// For each colour sample, what each of its values stands for.
    fn levels(&self) -> Vec<[u8; 256]> {
        let most = if self.bits >= 8 { 255 } else { (1_u32 << self.bits) - 1 };
        let indexed = matches!(self.colour, Colour::Indexed(_));
        let scale = if indexed { 1.0 } else { 255.0 };
        let usual = (0.0, if indexed { most as f32 } else { 1.0 });
        (0..self.colour.channels())
            .map(|channel| {
                let (low, high) = self.decode.get(channel).copied().unwrap_or(usual);
                let level = |value: u32| (low + value.min(most) as f32 / most as f32 * (high - low)) * scale;
                let mut table = [0; 256];
                table.iter_mut().zip(0..).for_each(|(entry, value)| *entry = level(value).round().clamp(0.0, 255.0) as u8);
                table
            })
            .collect()
    }

    fn paint(&self, row: &[u8], levels: &[[u8; 256]], into: &mut [u8]) -> Result<(), ScanError> {
        let count = self.colour.channels();
        for (samples, pixel) in row.chunks_exact(self.channels.max(1)).zip(into.chunks_exact_mut(3)) {
            let mut colour = [0; 4];
            for ((to, table), &value) in colour.iter_mut().zip(levels).zip(samples) {
                *to = table[usize::from(value)];
            }
            let mut rgb = self.colour.rgb(colour)?;
            let alpha = samples.get(count).copied().unwrap_or(255);
            match self.alpha {
                Alpha::None => {}
                Alpha::Straight => rgb = rgb.map(|level| over_white(level, alpha)),
                Alpha::Premultiplied => rgb = rgb.map(|level| level.saturating_add(255 - alpha)),
            }
            pixel.copy_from_slice(&rgb);
        }
        Ok(())
    }
}

impl Colour {
    fn rgb(&self, [a, b, c, d]: [u8; 4]) -> Result<[u8; 3], ScanError> {
        Ok(match self {
            Self::Gray => [a; 3],
            Self::Rgb => [a, b, c],
            Self::Cmyk => [a, b, c].map(|ink| product(255 - ink, 255 - d)),
            Self::YCbCr => from_ycbcr([a, b, c]),
            Self::Indexed(palette) => {
                *palette.get(usize::from(a)).ok_or_else(|| ScanError::damaged("a colour number that its palette lacks"))?
            }
        })
    }
}

fn from_ycbcr(sample: [u8; 3]) -> [u8; 3] {
    let [y, cb, cr] = sample.map(f32::from);
    let (cb, cr) = (cb - 128.0, cr - 128.0);
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|value| value.round() as u8)
}

fn product(a: u8, b: u8) -> u8 {
    ((u32::from(a) * u32::from(b) + 127) / 255) as u8
}

/// Paper is white.
pub(crate) fn over_white(level: u8, alpha: u8) -> u8 {
    let over = u32::from(level) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
    ((over + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(bits: u8, colour: Colour) -> Samples {
        Samples { bits, ..Samples::bytes((3, 1), colour) }
    }

    fn row(samples: &Samples, bytes: &[u8]) -> Vec<[u8; 3]> {
        samples.pixels(bytes).unwrap().pixels().map(|pixel| pixel.0).collect()
    }

    #[test]
    fn every_depth_reaches_from_black_to_white() {
        assert_eq!(row(&samples(1, Colour::Gray), &[0b0100_0000]), [[0; 3], [255; 3], [0; 3]]);
        assert_eq!(row(&samples(2, Colour::Gray), &[0b0001_1100]), [[0; 3], [85; 3], [255; 3]]);
        assert_eq!(row(&samples(4, Colour::Gray), &[0x0F, 0x80]), [[0; 3], [255; 3], [136; 3]]);
        assert_eq!(row(&samples(16, Colour::Gray), &[0, 0, 0xFF, 0xFF, 0x80, 0x80]), [[0; 3], [255; 3], [128; 3]]);
        let little = Samples { little_endian: true, ..samples(16, Colour::Gray) };
        assert_eq!(row(&little, &[0xFF, 0, 0, 0xFF, 0, 0]), [[1; 3], [254; 3], [0; 3]]);
    }

    #[test]
    fn decode_arrays_turn_and_shift() {
        let turned = Samples { decode: vec![(1.0, 0.0)], ..samples(8, Colour::Gray) };
        assert_eq!(row(&turned, &[0, 255, 100]), [[255; 3], [0; 3], [155; 3]]);
        let palette = Colour::Indexed(vec![[1; 3], [2; 3], [3; 3], [4; 3]]);
        assert_eq!(row(&samples(2, palette.clone()), &[0b0001_1100]), [[1; 3], [2; 3], [4; 3]]);
        let turned = Samples { decode: vec![(3.0, 0.0)], ..samples(2, palette.clone()) };
        assert_eq!(row(&turned, &[0b0001_1100]), [[4; 3], [3; 3], [1; 3]]);
        assert!(samples(8, palette).pixels(&[0, 1, 4]).is_err());
    }

    #[test]
    fn inks_and_transparency_end_on_paper() {
        assert_eq!(row(&samples(8, Colour::Cmyk), &[0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255]), [[255; 3], [0, 255, 255], [0; 3]]);
        let alpha = |alpha| Samples { channels: 2, alpha, ..samples(8, Colour::Gray) };
        assert_eq!(row(&alpha(Alpha::Straight), &[10, 255, 10, 0, 0, 128]), [[10; 3], [255; 3], [127; 3]]);
        assert_eq!(row(&alpha(Alpha::Premultiplied), &[10, 255, 0, 0, 0, 128]), [[10; 3], [255; 3], [127; 3]]);
    }

    #[test]
    fn too_few_samples_are_damage() {
        assert!(samples(8, Colour::Rgb).pixels(&[0; 8]).is_err());
        let without_alpha = Samples { alpha: Alpha::Straight, ..samples(8, Colour::Rgb) };
        assert!(without_alpha.pixels(&[0; 9]).is_err());
    }
}
