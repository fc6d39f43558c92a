//! Changes to files and pictures, drawn from a number: the same number gives the same change.
//!
//! Not random at large: heads and tails of files, where the structure stands, are changed more often than pixels, lengths
//! become the numbers at which arithmetic breaks, and a PNG's check sums are made right again, for a decoder that stops
//! at a wrong sum shows nothing of what lies behind it.

use image::{Rgb, RgbImage};

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        Self(seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to one less than `end`; 0 where nothing is.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next() as u8
    }

    /// A place in a file, every second time near its start or end.
    fn place(&mut self, length: usize) -> usize {
        let near = self.below(length.min(600));
        match self.below(4) {
            0 => near,
            1 => length.saturating_sub(near + 1),
            _ => self.below(length),
        }
    }
}

/// Sizes, counts and offsets at which arithmetic breaks.
const EDGES: [u32; 12] = [0, 1, 2, 7, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];
/// The same as PDF writes numbers.
const NUMBERS: [&str; 9] = ["0", "-1", "1", "65536", "2147483647", "4294967296", "99999999999999999999", "1e9", "0.00000001"];

/// Changes a file in one to six places; `other` gives parts to insert.
pub(crate) fn file(bytes: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    let was_png = bytes.starts_with(PNG);
    for _ in 0..=chance.below(6) {
        if !bytes.is_empty() {
            change(bytes, other, chance);
        }
    }
    if was_png && chance.below(4) > 0 {
        mend_png(bytes);
    }
}

/// The PDF with one of its streams changed and all else in order, so that the change reaches what decodes or draws the
/// stream; `None` where it has none.
pub(crate) fn inside_pdf(bytes: &[u8], other: &[u8], chance: &mut Chance) -> Option<Vec<u8>> {
    let mut document = lopdf::Document::load_mem(bytes).ok()?;
    let streams: Vec<_> = document.objects.iter().filter(|(_, object)| object.as_stream().is_ok()).map(|(id, _)| *id).collect();
    let stream = document.get_object_mut(*streams.get(chance.below(streams.len()))?).and_then(lopdf::Object::as_stream_mut).ok()?;
    let mut content = stream.content.clone();
    file(&mut content, other, chance);
    stream.set_content(content);
    let mut changed = Vec::new();
    document.save_to(&mut changed).ok()?;
    Some(changed)
}

fn change(bytes: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    let at = chance.place(bytes.len());
    let end = (at + 1 + chance.below(64)).min(bytes.len());
    match chance.below(16) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let part = bytes[at..end].to_vec();
            let to = chance.place(bytes.len());
            bytes.splice(to..to, part);
        }
        3 => {
            let from = chance.below(other.len());
            let part = &other[from..(from + chance.below(2000)).min(other.len())];
            bytes.splice(at..at, part.iter().copied());
        }
        4..=6 => edge(bytes, at, chance),
        7..=8 => number(bytes, at, chance),
        9 => bytes[at..end].iter_mut().for_each(|byte| *byte = chance.byte()),
        10..=12 => bytes[at] ^= 1 << chance.below(8),
        _ => bytes[at] = chance.byte(),
    }
}

fn edge(bytes: &mut [u8], at: usize, chance: &mut Chance) {
    let value = EDGES[chance.below(EDGES.len())];
    let width = [1, 2, 4][chance.below(3)];
    let written = if chance.below(2) == 0 { value.to_le_bytes() } else { value.rotate_left(32 - 8 * width as u32).to_be_bytes() };
    bytes[at..].iter_mut().zip(written).take(width).for_each(|(byte, new)| *byte = new);
}

/// The next decimal number becomes another.
fn number(bytes: &mut Vec<u8>, at: usize, chance: &mut Chance) {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let Some(start) = bytes[at..].iter().position(is_digit).map(|off| at + off) else { return };
    let end = bytes[start..].iter().position(|byte| !is_digit(byte)).map_or(bytes.len(), |off| start + off);
    bytes.splice(start..end, NUMBERS[chance.below(NUMBERS.len())].bytes());
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Makes the check sum of every chunk right.
fn mend_png(bytes: &mut [u8]) {
    let mut at = PNG.len();
    while let Some(&[a, b, c, d]) = bytes.get(at..at + 4) {
        let end = (at + 8).saturating_add(u32::from_be_bytes([a, b, c, d]) as usize);
        let Some(sum) = bytes.get(at + 4..end).map(crate::common::crc) else { return };
        let Some(place) = bytes.get_mut(end..end + 4) else { return };
        place.copy_from_slice(&sum.to_be_bytes());
        at = end + 4;
    }
}

/// A part of a picture, damaged: boxes of one colour, noise, stripes, levels turned round, stretched to an odd shape.
pub(crate) fn picture(from: &RgbImage, most: u32, chance: &mut Chance) -> RgbImage {
    let side = |whole: u32, chance: &mut Chance| {
        let longest = whole.min(most);
        // Every eighth side is a sliver.
        if chance.below(8) == 0 { 1 + chance.below(4) as u32 } else { 1 + chance.below(longest as usize) as u32 }.min(longest)
    };
    let (width, height) = (side(from.width(), chance), side(from.height(), chance));
    let x = chance.below((from.width() - width + 1) as usize) as u32;
    let y = chance.below((from.height() - height + 1) as usize) as u32;
    let mut part = image::imageops::crop_imm(from, x, y, width, height).to_image();
    for _ in 0..chance.below(5) {
        damage(&mut part, chance);
    }
    if chance.below(6) == 0 {
        let (wide, high) = (1 + chance.below(most as usize) as u32, 1 + chance.below(most as usize) as u32);
        part = image::imageops::resize(&part, wide, high, image::imageops::FilterType::Nearest);
    }
    part
}

fn damage(part: &mut RgbImage, chance: &mut Chance) {
    let (width, height) = (part.width() as usize, part.height() as usize);
    let (x0, y0) = (chance.below(width), chance.below(height));
    let (x1, y1) = (x0 + 1 + chance.below(width - x0), y0 + 1 + chance.below(height - y0));
    let colour = Rgb([chance.byte(), chance.byte(), chance.byte()]);
    let (kind, step) = (chance.below(5), 1 + chance.below(9));
    for y in y0..y1 {
        for x in x0..x1 {
            let pixel = part.get_pixel_mut(x as u32, y as u32);
            match kind {
                0 => *pixel = colour,
                1 if chance.below(step) == 0 => *pixel = Rgb([chance.byte(), chance.byte(), chance.byte()]),
                2 if (x / step + y / step) % 2 == 0 => *pixel = colour,
                3 => pixel.0 = pixel.0.map(|level| 255 - level),
                4 if pixel.0[0] > colour.0[0] => *pixel = Rgb([255; 3]),
                _ => {}
            }
        }
    }
}
