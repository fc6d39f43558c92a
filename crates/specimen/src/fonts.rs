//! The fonts of the forms and of their fill, read from Debian packages by path.
//!
//! No font is shipped here. Text is drawn as outlines from precomposed glyphs, so diacritics sit where the designer put them.

use std::path::Path;

use tiny_skia::PathBuilder;
use ttf_parser::OutlineBuilder;

use crate::error::{Error, Result};

const LIBERATION: &str = "/usr/share/fonts/truetype/liberation2";
const GYRE: &str = "/usr/share/texmf/fonts/opentype/public/tex-gyre";
const DEJAVU: &str = "/usr/share/fonts/truetype/dejavu";

/// A typeface by its part on the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Times-like text of the printed form.
    Regular,
    /// Its bold.
    Bold,
    /// Its italic.
    Italic,
    /// Its bold italic.
    BoldItalic,
    /// Ring text of seals.
    SansBold,
    /// A laser printer's sans.
    Sans,
    /// A typewriter.
    Mono,
    /// A chancery hand: the formal cursive of a clerk.
    Cursive,
    /// A slanted sans, the other look of machine-filled forms.
    SansItalic,
    /// A second roman, for text pasted in by a forger.
    Foreign,
}

/// A folder, a file in it and the Debian package that it comes from, for each [`Face`] in order.
pub type FontSet = [(&'static str, &'static str, &'static str); 10];

/// The fonts of the committed specimens.
pub const USUAL: FontSet = [
    (LIBERATION, "LiberationSerif-Regular.ttf", "fonts-liberation2"),
    (LIBERATION, "LiberationSerif-Bold.ttf", "fonts-liberation2"),
    (LIBERATION, "LiberationSerif-Italic.ttf", "fonts-liberation2"),
    (LIBERATION, "LiberationSerif-BoldItalic.ttf", "fonts-liberation2"),
    (LIBERATION, "LiberationSans-Bold.ttf", "fonts-liberation2"),
    (LIBERATION, "LiberationSans-Regular.ttf", "fonts-liberation2"),
    (LIBERATION, "LiberationMono-Regular.ttf", "fonts-liberation2"),
    (GYRE, "texgyrechorus-mediumitalic.otf", "fonts-texgyre"),
    (DEJAVU, "DejaVuSansCondensed-Oblique.ttf", "fonts-dejavu-core"),
    (GYRE, "texgyreschola-regular.otf", "fonts-texgyre"),
];

/// The bytes of every font file, in the order of [`Face`].
#[derive(Debug)]
pub struct FontFiles(Vec<Vec<u8>>, FontSet);

impl FontFiles {
    /// Reads the installed fonts.
    ///
    /// # Errors
    /// [`Error::FontMissing`] names the Debian package to install.
    pub fn read() -> Result<Self> {
        Self::of(USUAL)
    }

    /// Reads the fonts of a set.
    ///
    /// # Errors
    /// [`Error::FontMissing`] names the Debian package to install.
    pub fn of(set: FontSet) -> Result<Self> {
        set.iter()
            .map(|(folder, file, package)| {
                let path = Path::new(folder).join(file);
                std::fs::read(&path).map_err(|_| Error::FontMissing { path, package })
            })
            .collect::<Result<_>>()
            .map(|files| Self(files, set))
    }

    /// Parses them.
    ///
    /// # Errors
    /// [`Error::FontUnusable`] for a file that is not a font, [`Error::FontWrong`] for one that does not tell the Vietnamese
    /// letters apart (Carlito's capital `Ậ` is an `Ạ`): the paper would not say what its case says.
    pub fn parse(&self) -> Result<Fonts<'_>> {
        let faces = self.0.iter().zip(self.1).map(|(bytes, (folder, file, _))| {
            let path = || Path::new(folder).join(file);
            let face = ttf_parser::Face::parse(bytes, 0).map_err(|_| Error::FontUnusable { path: path() })?;
            match not_its_own(&face) {
                Some(letter) => Err(Error::FontWrong { path: path(), letter }),
                None => Ok(face),
            }
        });
        Ok(Fonts { faces: faces.collect::<Result<_>>()? })
    }
}

/// The Vietnamese letters that are not plain ASCII, small; capitals follow from them.
const LETTERS: &str = "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵ";

/// The first Vietnamese letter that a font lacks or draws like another one.
fn not_its_own(face: &ttf_parser::Face<'_>) -> Option<char> {
    let mut seen = std::collections::HashSet::new();
    let letters = LETTERS.chars().chain(LETTERS.chars().flat_map(char::to_uppercase)).chain(('a'..='z').chain('A'..='Z'));
    let mut its_own = |letter: char| {
        let mut drawn = Strokes::default();
        let there = face.glyph_index(letter).and_then(|glyph| face.outline_glyph(glyph, &mut drawn));
        there.is_some() && seen.insert(drawn.0)
    };
    letters.into_iter().find(|letter| !its_own(*letter))
}

/// An outline as the bits of its numbers.
#[derive(Default)]
struct Strokes(Vec<u32>);

impl OutlineBuilder for Strokes {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.extend([0, x.to_bits(), y.to_bits()]);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.0.extend([1, x.to_bits(), y.to_bits()]);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.extend([2, x1.to_bits(), y1.to_bits(), x.to_bits(), y.to_bits()]);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.extend([3, x1.to_bits(), y1.to_bits(), x2.to_bits(), y2.to_bits(), x.to_bits(), y.to_bits()]);
    }
    fn close(&mut self) {
        self.0.push(4);
    }
}

/// Parsed fonts.
pub struct Fonts<'a> {
    faces: Vec<ttf_parser::Face<'a>>,
}

impl std::fmt::Debug for Fonts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fonts({})", self.faces.len())
    }
}

/// A 2 × 3 matrix `x' = a x + c y + e`, `y' = b x + d y + f`.
#[derive(Debug, Clone, Copy)]
pub struct Affine(pub [f32; 6]);

impl Fonts<'_> {
    /// The width of `text` set at `size` (units of the caller).
    ///
    /// # Errors
    /// [`Error::GlyphMissing`].
    pub fn width(&self, face: Face, size: f32, text: &str) -> Result<f32> {
        text.chars().map(|c| self.advance(face, size, c)).sum()
    }

    /// The advance of one character.
    ///
    /// # Errors
    /// [`Error::GlyphMissing`].
    pub fn advance(&self, face: Face, size: f32, c: char) -> Result<f32> {
        let (font, glyph) = self.glyph(face, c)?;
        let units = f32::from(font.glyph_hor_advance(glyph).unwrap_or(0));
        Ok(units * size / f32::from(font.units_per_em()))
    }

    /// Adds the outline of one character to `path`: `place` maps a frame with the baseline on y = 0, y down.
    ///
    /// # Errors
    /// [`Error::GlyphMissing`].
    pub fn outline(&self, face: Face, size: f32, c: char, place: Affine, path: &mut PathBuilder) -> Result<()> {
        let (font, glyph) = self.glyph(face, c)?;
        let scale = size / f32::from(font.units_per_em());
        font.outline_glyph(glyph, &mut Pencil { path, scale, place });
        Ok(())
    }

    fn glyph(&self, face: Face, c: char) -> Result<(&ttf_parser::Face<'_>, ttf_parser::GlyphId)> {
        [face, Face::Regular]
            .iter()
            .filter_map(|face| self.faces.get(*face as usize))
            .find_map(|font| font.glyph_index(c).map(|glyph| (font, glyph)))
            .ok_or(Error::GlyphMissing(c))
    }
}

struct Pencil<'p> {
    path: &'p mut PathBuilder,
    scale: f32,
    place: Affine,
}

impl Pencil<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.place.0;
        let (x, y) = (x * self.scale, -y * self.scale);
        (a * x + c * y + e, b * x + d * y + f)
    }
}

impl OutlineBuilder for Pencil<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }
    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_draws_each_vietnamese_letter_as_itself() {
        assert!(FontFiles::read().unwrap().parse().is_ok());
    }

    #[test]
    fn every_face_of_values_has_square_metres() {
        let files = FontFiles::read().unwrap();
        let fonts = files.parse().unwrap();
        for face in [Face::Regular, Face::Bold, Face::Italic, Face::Mono, Face::Cursive, Face::Foreign] {
            assert!(fonts.faces[face as usize].glyph_index('²').is_some(), "{face:?}");
        }
    }

    #[test]
    fn a_font_without_some_vietnamese_is_refused() {
        let mut lacking = USUAL;
        lacking[Face::Mono as usize] = (DEJAVU, "DejaVuSansMono.ttf", "fonts-dejavu-core");
        let files = FontFiles::of(lacking).unwrap();
        let refused = files.parse();
        assert!(matches!(refused, Err(Error::FontWrong { letter: 'ả', .. })), "{refused:?}");
    }
}
