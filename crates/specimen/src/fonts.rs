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
    /// [`Error::FontUnusable`] for a file that is not a font.
    pub fn parse(&self) -> Result<Fonts<'_>> {
        let faces = self.0.iter().zip(self.1).map(|(bytes, (folder, file, _))| {
            ttf_parser::Face::parse(bytes, 0).map_err(|_| Error::FontUnusable { path: Path::new(folder).join(file) })
        });
        Ok(Fonts { faces: faces.collect::<Result<_>>()? })
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
    use super::{Face, FontFiles};

    #[test]
    fn every_face_has_vietnamese() {
        let files = FontFiles::read().unwrap();
        let fonts = files.parse().unwrap();
        for face in [Face::Regular, Face::Bold, Face::Italic, Face::Mono, Face::Cursive, Face::Foreign] {
            for c in "ĂÂĐÊÔƠƯăâđêôơưẤỘỮỲỴỹẵậặằẩểễợủ²".chars() {
                let font = &fonts.faces[face as usize];
                assert!(font.glyph_index(c).is_some(), "{face:?} lacks {c}");
            }
        }
    }
}
