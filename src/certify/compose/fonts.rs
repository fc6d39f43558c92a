//! The three faces of a copy's text, loaded once: what krilla embeds and the measures that line breaking needs.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use thiserror::Error;

use super::unhinted::unhinted;

/// A font cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FontError {
    /// The file cannot be read.
    #[error("cannot read the font {path}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Not a TrueType or OpenType font.
    #[error("{0} is not a font")]
    Format(PathBuf),
    /// The font lacks a letter of Vietnamese.
    #[error("{path} has no glyph for {letter:?}")]
    Letter {
        /// Which file.
        path: PathBuf,
        /// The first letter that is missing.
        letter: char,
    },
}

/// Where the fonts lie. They must look like Times New Roman (Nghị định 30/2020/NĐ-CP, Phụ lục I) and may be embedded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontPaths {
    /// Upright.
    pub regular: PathBuf,
    /// Bold.
    pub bold: PathBuf,
    /// Italic.
    pub italic: PathBuf,
}

/// Liberation Serif as Debian's `fonts-liberation2` installs it: the metrics of Times New Roman.
impl Default for FontPaths {
    fn default() -> Self {
        let face = |name: &str| Path::new("/usr/share/fonts/truetype/liberation2").join(name);
        Self {
            regular: face("LiberationSerif-Regular.ttf"),
            bold: face("LiberationSerif-Bold.ttf"),
            italic: face("LiberationSerif-Italic.ttf"),
        }
    }
}

/// The fonts of a copy. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Fonts {
    pub(super) regular: Arc<Face>,
    pub(super) bold: Arc<Face>,
    pub(super) italic: Arc<Face>,
}

impl Fonts {
    /// Reads the fonts and makes sure that each can print Vietnamese.
    ///
    /// # Errors
    /// [`FontError`].
    pub fn load(paths: &FontPaths) -> Result<Self, FontError> {
        Ok(Self {
            regular: Arc::new(Face::load(&paths.regular)?),
            bold: Arc::new(Face::load(&paths.bold)?),
            italic: Arc::new(Face::load(&paths.italic)?),
        })
    }
}

/// One face: its program, and its measures in thousandths of the size.
pub(super) struct Face {
    pub(super) font: Font,
    glyphs: HashMap<char, Measure>,
    /// The same of the characters before [`USUAL`], by their codes: every letter of a copy is looked up several times.
    usual: Vec<Option<Measure>>,
    /// By the glyph on the left: the glyphs that are set nearer or farther behind it, in order.
    kerning: Vec<Vec<(u16, f32)>>,
}

/// Behind the last letter of Vietnamese (`ỹ`, U+1EF9).
const USUAL: u32 = 0x1F00;

#[derive(Debug, Clone, Copy)]
struct Measure {
    glyph: u16,
    advance: f32,
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Face({} characters)", self.glyphs.len())
    }
}

/// Height above the base line of the tallest letter (`Ẩ`), and depth below it, as parts of the size.
pub(super) const ASCENT: f32 = 0.98;
pub(super) const DESCENT: f32 = 0.24;

/// Every letter that Vietnamese adds to the Latin alphabet, in both cases.
const VIETNAMESE: &str = "ĂÂĐÊÔƠƯÀẢÃÁẠẰẲẴẮẶẦẨẪẤẬÈẺẼÉẸỀỂỄẾỆÌỈĨÍỊÒỎÕÓỌỒỔỖỐỘỜỞỠỚỢÙỦŨÚỤỪỬỮỨỰỲỶỸÝỴ";

impl Face {
    fn load(path: &Path) -> Result<Self, FontError> {
        let bytes = std::fs::read(path).map_err(|source| FontError::Read { path: path.to_owned(), source })?;
        let face = Self::parse(bytes).ok_or_else(|| FontError::Format(path.to_owned()))?;
        let lower = VIETNAMESE.to_lowercase();
        let missing = VIETNAMESE.chars().chain(lower.chars()).chain(' '..='~').find(|letter| !face.has(*letter));
        missing.map_or(Ok(face), |letter| Err(FontError::Letter { path: path.to_owned(), letter }))
    }

    fn parse(bytes: Vec<u8>) -> Option<Self> {
        let (glyphs, kerning) = {
            let face = ttf_parser::Face::parse(&bytes, 0).ok()?;
            let em = f32::from(face.units_per_em());
            (measures(&face, em), kerning(&face, em))
        };
        let usual = (0..USUAL).map(|code| char::from_u32(code).and_then(|c| glyphs.get(&c).copied())).collect();
        let font = Font::new(unhinted(&bytes).unwrap_or(bytes).into(), 0)?;
        Some(Self { font, glyphs, usual, kerning })
    }

    /// Whether the face can print `c`.
    pub(super) fn has(&self, c: char) -> bool {
        self.measure(c).is_some()
    }

    fn measure(&self, c: char) -> Option<Measure> {
        self.usual.get(u32::from(c) as usize).map_or_else(|| self.glyphs.get(&c).copied(), |known| *known)
    }

    fn kern(&self, left: u16, right: u16) -> Option<f32> {
        let behind = self.kerning.get(usize::from(left))?;
        let place = behind.binary_search_by_key(&right, |(glyph, _)| *glyph).ok()?;
        behind.get(place).map(|(_, kern)| *kern)
    }

    /// The first character of `text` that the face cannot print.
    pub(super) fn missing(&self, text: &str) -> Option<char> {
        text.chars().find(|c| !self.has(*c))
    }

    /// The width of `text` at this size.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let (mut width, mut last): (f32, Option<Measure>) = (0.0, None);
        for measure in text.chars().filter_map(|c| self.measure(c)) {
            if let Some(last) = last {
                width += last.advance + self.kern(last.glyph, measure.glyph).unwrap_or_default();
            }
            last = Some(measure);
        }
        (width + last.map_or(0.0, |last| last.advance)) * size
    }

    /// The glyphs of `text`, kerned; characters that the face does not have are left out.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let mut glyphs: Vec<KrillaGlyph> = Vec::with_capacity(text.len());
        let mut before = None;
        for (at, c) in text.char_indices() {
            let Some(measure) = self.measure(c) else { continue };
            let kern = before.and_then(|left| self.kern(left, measure.glyph));
            if let (Some(kern), Some(last)) = (kern, glyphs.last_mut()) {
                last.x_advance += kern;
            }
            before = Some(measure.glyph);
            let id = GlyphId::new(u32::from(measure.glyph));
            glyphs.push(KrillaGlyph::new(id, measure.advance, 0.0, 0.0, 0.0, at..at + c.len_utf8(), None));
        }
        glyphs
    }
}

fn measures(face: &ttf_parser::Face<'_>, em: f32) -> HashMap<char, Measure> {
    let mut glyphs = HashMap::new();
    let subtables = face.tables().cmap.into_iter().flat_map(|cmap| cmap.subtables).filter(ttf_parser::cmap::Subtable::is_unicode);
    for subtable in subtables {
        subtable.codepoints(|code| {
            let glyph = subtable.glyph_index(code).filter(|glyph| glyph.0 != 0);
            if let (Some(c), Some(glyph)) = (char::from_u32(code), glyph) {
                let advance = f32::from(face.glyph_hor_advance(glyph).unwrap_or_default()) / em;
                glyphs.insert(c, Measure { glyph: glyph.0, advance });
            }
        });
    }
    glyphs
}

/// The pairs of the `kern` table, by the glyph on the left; a font without one is set unkerned.
fn kerning(face: &ttf_parser::Face<'_>, em: f32) -> Vec<Vec<(u16, f32)>> {
    let subtables = face.tables().kern.into_iter().flat_map(|kern| kern.subtables);
    let mut pairs = BTreeMap::new();
    for subtable in subtables.filter(|subtable| subtable.horizontal && !subtable.variable && !subtable.has_state_machine) {
        if let ttf_parser::kern::Format::Format0(table) = subtable.format {
            pairs.extend(table.pairs.into_iter().map(|pair| ((pair.left().0, pair.right().0), f32::from(pair.value) / em)));
        }
    }
    let mut by_left = vec![Vec::new(); usize::from(face.number_of_glyphs())];
    for ((left, right), kern) in pairs {
        if let Some(behind) = by_left.get_mut(usize::from(left)) {
            behind.push((right, kern));
        }
    }
    by_left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_is_what_the_glyphs_take_and_pairs_are_kerned() {
        let fonts = Fonts::load(&FontPaths::default()).unwrap();
        for face in [&fonts.regular, &fonts.bold, &fonts.italic] {
            for text in ["", " ", "AVATAR Tỷ lệ", "Ủy ban nhân dân phường Ba Đình", "☃ VA … “Ệ”"] {
                let advances: f32 = face.glyphs(text).iter().map(|glyph| glyph.x_advance).sum();
                assert!((face.width(text, 1.0) - advances).abs() < 1e-6, "{text}");
            }
            assert!(face.width("AV", 10.0) < face.width("A", 10.0) + face.width("V", 10.0));
            assert_eq!((face.has('ỹ'), face.has('…'), face.has('雪')), (true, true, false));
        }
    }
}
