//! TrueType fonts without hints and names of glyphs (OpenType 1.9: `glyf`, `loca`, `maxp`, `post`).
//!
//! Hints move points to the pixels of coarse screens, and paper has none; glyphs are found by number. A copy embeds less, and what it
//! embeds is compressed, hashed, kept and sent with every copy.

use std::collections::BTreeMap;

/// Tables that only hints need.
const HINTS: [&[u8; 4]; 7] = [b"cvt ", b"fpgm", b"prep", b"gasp", b"hdmx", b"LTSH", b"VDMX"];

/// What a component of a glyph is followed by (`glyf`, component glyph flags).
const WORDS: u16 = 1;
const SCALE: u16 = 8;
const MORE: u16 = 0x20;
const TWO_SCALES: u16 = 0x40;
const MATRIX: u16 = 0x80;
const INSTRUCTIONS: u16 = 0x100;

/// Bytes of a table record, and of what stands before the records.
const RECORD: usize = 16;
const HEADER: usize = 12;

/// A `post` table ends here that names no glyphs, and says so by its version, 3.0.
const POST: usize = 32;

/// The same font without hints and names of glyphs, glyphs numbered as before; none where it is not a TrueType font of one face, or is broken.
pub(super) fn unhinted(font: &[u8]) -> Option<Vec<u8>> {
    if !matches!(font.get(..4)?, [0, 1, 0, 0] | b"true") {
        return None;
    }
    let mut tables = tables(font)?;
    tables.retain(|tag, _| !HINTS.contains(&tag));
    let (glyphs, offsets) = outlines(&tables)?;
    tables.insert(*b"glyf", glyphs);
    tables.insert(*b"loca", offsets);
    // The offsets have four bytes each.
    put(tables.get_mut(b"head")?, 50, 1)?;
    // Twilight points, storage, functions, instructions, stack, bytes of a program: none.
    let most = tables.get_mut(b"maxp")?;
    (16..=26).step_by(2).try_for_each(|at| put(most, at, 0))?;
    let names = tables.get_mut(b"post")?;
    put(names, 0, 3)?;
    put(names, 2, 0)?;
    names.truncate(POST);
    Some(assembled(font.get(..4)?, &tables))
}

type Tables = BTreeMap<[u8; 4], Vec<u8>>;

fn tables(font: &[u8]) -> Option<Tables> {
    let count = usize::from(number(font, 4)?);
    let records = font.get(HEADER..HEADER + count * RECORD)?.chunks_exact(RECORD);
    records
        .map(|record| {
            let tag = <[u8; 4]>::try_from(record.get(..4)?).ok()?;
            let (start, length) = (long(record, 8)?, long(record, 12)?);
            Some((tag, font.get(start..start.checked_add(length)?)?.to_vec()))
        })
        .collect()
}

/// The tables `glyf` and `loca` anew.
fn outlines(tables: &Tables) -> Option<(Vec<u8>, Vec<u8>)> {
    let (glyphs, places) = (tables.get(b"glyf")?, tables.get(b"loca")?);
    let places: Vec<usize> = if number(tables.get(b"head")?, 50)? == 0 {
        places.as_chunks().0.iter().map(|place| usize::from(u16::from_be_bytes(*place)) * 2).collect()
    } else {
        places.as_chunks().0.iter().map(|place| u32::from_be_bytes(*place) as usize).collect()
    };
    let (mut made, mut offsets) = (Vec::with_capacity(glyphs.len()), Vec::new());
    for pair in places.windows(2) {
        let [start, end] = pair else { continue };
        offsets.extend_from_slice(&(made.len() as u32).to_be_bytes());
        let glyph = glyphs.get(*start..*end)?;
        if !glyph.is_empty() {
            made.extend(if number(glyph, 0)? < 0x8000 { simple(glyph)? } else { composed(glyph)? });
        }
        made.resize(made.len().next_multiple_of(2), 0);
    }
    offsets.extend_from_slice(&(made.len() as u32).to_be_bytes());
    Some((made, offsets))
}

/// A glyph of contours: the program stands between the contours' ends and their points.
fn simple(glyph: &[u8]) -> Option<Vec<u8>> {
    let ends = 10 + 2 * usize::from(number(glyph, 0)?);
    let program = usize::from(number(glyph, ends)?);
    Some([glyph.get(..ends)?, &[0, 0], glyph.get(ends + 2 + program..)?].concat())
}

/// A glyph of other glyphs: the program stands at the end.
fn composed(glyph: &[u8]) -> Option<Vec<u8>> {
    let mut made = glyph.to_vec();
    let mut at = 10;
    loop {
        let flags = number(glyph, at)?;
        put(&mut made, at, flags & !INSTRUCTIONS)?;
        let places = if flags & WORDS == 0 { 2 } else { 4 };
        let scales = [(SCALE, 2), (TWO_SCALES, 4), (MATRIX, 8)].iter().find(|(flag, _)| flags & flag != 0).map_or(0, |(_, bytes)| *bytes);
        at += 4 + places + scales;
        if flags & MORE == 0 {
            made.truncate(at);
            return (made.len() == at).then_some(made);
        }
    }
}

fn assembled(version: &[u8], tables: &Tables) -> Vec<u8> {
    let count = tables.len() as u16;
    let exponent = count.max(1).ilog2() as u16;
    let range = 16 << exponent;
    let mut font = version.to_vec();
    for number in [count, range, exponent, count * RECORD as u16 - range] {
        font.extend_from_slice(&number.to_be_bytes());
    }
    let mut place = HEADER + tables.len() * RECORD;
    for (tag, table) in tables {
        font.extend_from_slice(tag);
        for number in [checksum(table), place as u32, table.len() as u32] {
            font.extend_from_slice(&number.to_be_bytes());
        }
        place += table.len().next_multiple_of(4);
    }
    for table in tables.values() {
        font.extend_from_slice(table);
        font.resize(font.len().next_multiple_of(4), 0);
    }
    font
}

fn checksum(table: &[u8]) -> u32 {
    let word = |bytes: &[u8]| (0..4).fold(0, |word, at| word << 8 | u32::from(bytes.get(at).copied().unwrap_or_default()));
    table.chunks(4).fold(0, |sum: u32, bytes| sum.wrapping_add(word(bytes)))
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize)
}

fn put(bytes: &mut [u8], at: usize, number: u16) -> Option<()> {
    *bytes.get_mut(at..)?.first_chunk_mut()? = number.to_be_bytes();
    Some(())
}

#[cfg(test)]
mod tests {
    use ttf_parser::{Face, GlyphId, OutlineBuilder, Tag};

    use super::*;
    use crate::certify::compose::FontPaths;

    #[derive(Default, PartialEq, Debug)]
    struct Path(Vec<[u32; 6]>);

    impl OutlineBuilder for Path {
        fn move_to(&mut self, x: f32, y: f32) {
            self.0.push([x, y, 0.0, 0.0, 0.0, 0.0].map(f32::to_bits));
        }
        fn line_to(&mut self, x: f32, y: f32) {
            self.0.push([x, y, 0.0, 0.0, 0.0, 1.0].map(f32::to_bits));
        }
        fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
            self.0.push([x, y, x1, y1, 0.0, 2.0].map(f32::to_bits));
        }
        fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
            self.0.push([x, y, x1, y1, x2, y2].map(f32::to_bits));
        }
        fn close(&mut self) {}
    }

    #[test]
    fn every_glyph_keeps_its_outline_and_measures_and_no_program_is_left() {
        let paths = FontPaths::default();
        for path in [paths.regular, paths.bold, paths.italic] {
            let with = std::fs::read(path).unwrap();
            let without = unhinted(&with).unwrap();
            let (with, without) = (Face::parse(&with, 0).unwrap(), Face::parse(&without, 0).unwrap());
            assert_eq!(without.number_of_glyphs(), with.number_of_glyphs());
            let drawn = |face: &Face<'_>, glyph| {
                let mut path = Path::default();
                (face.outline_glyph(glyph, &mut path), path)
            };
            for glyph in (0..with.number_of_glyphs()).map(GlyphId) {
                assert_eq!(drawn(&without, glyph), drawn(&with, glyph), "{glyph:?}");
                assert_eq!(without.glyph_hor_advance(glyph), with.glyph_hor_advance(glyph));
            }
            let bytes = |face: &Face<'_>, tag: &[u8; 4]| face.raw_face().table(Tag::from_bytes(tag)).map_or(0, <[u8]>::len);
            assert!(HINTS.iter().all(|tag| bytes(&without, tag) == 0));
            assert!(bytes(&without, b"glyf") * 3 < bytes(&with, b"glyf") * 2);
            assert_eq!((bytes(&without, b"post"), without.italic_angle()), (POST, with.italic_angle()));
        }
    }

    #[test]
    fn what_is_no_whole_truetype_font_is_left_alone() {
        let font = std::fs::read(FontPaths::default().regular).unwrap();
        for broken in [&b""[..], b"OTTO", &font[..4], &font[..300], &font[..font.len() / 2]] {
            assert_eq!(unhinted(broken), None);
        }
    }
}
