//! Alterations of a paper before it was scanned: pasted patches, strike-outs, overwriting, correction fluid.

use crate::canvas::{Canvas, Ink, Pen, Written};
use crate::error::{Error, Result};
use crate::fonts::{Affine, Face};

/// What was done to one field.
#[derive(Debug, Clone)]
pub enum Alteration {
    /// The value was covered by a patch of about the paper's colour and written anew in another face.
    Patched {
        /// Field.
        id: &'static str,
        /// New text of the line.
        text: String,
    },
    /// The value was struck out by pen and another written above it.
    StruckOut {
        /// Field.
        id: &'static str,
        /// Text by hand.
        text: String,
    },
    /// White fluid over the value, a new one by hand.
    Whitened {
        /// Field.
        id: &'static str,
        /// Text by hand.
        text: String,
    },
    /// The new value written over the old one with a broad pen.
    Overwritten {
        /// Field.
        id: &'static str,
        /// Text by hand.
        text: String,
    },
    /// The value rubbed away, traces and roughened paper left, another printed in its place.
    Erased {
        /// Field.
        id: &'static str,
        /// New text.
        text: String,
    },
    /// More written behind the value with another pen.
    Added {
        /// Field.
        id: &'static str,
        /// The added text by hand.
        text: String,
    },
    /// The value's last word covered and set anew in another face.
    Reset {
        /// Field.
        id: &'static str,
        /// The new last word.
        text: String,
    },
}

impl Alteration {
    /// Works on the page that carries the field.
    ///
    /// # Errors
    /// [`Error::FieldNotDrawn`] when no page does.
    pub fn apply(&self, pages: &mut [Canvas<'_>]) -> Result<()> {
        let (id, text) = self.what();
        for page in pages {
            if let Some(line) = page.written.iter().find(|w| w.id == id).cloned() {
                return self.on(page, &line, text);
            }
        }
        Err(Error::FieldNotDrawn(id.to_owned()))
    }

    /// The field, and the text that is brought in.
    #[must_use]
    pub fn what(&self) -> (&'static str, &str) {
        match self {
            Self::Patched { id, text }
            | Self::StruckOut { id, text }
            | Self::Whitened { id, text }
            | Self::Overwritten { id, text }
            | Self::Erased { id, text }
            | Self::Added { id, text }
            | Self::Reset { id, text } => (id, text),
        }
    }

    fn on(&self, page: &mut Canvas<'_>, line: &Written, text: &str) -> Result<()> {
        match self {
            Self::Patched { .. } => patch(page, line, text),
            Self::StruckOut { .. } => strike(page, line, text),
            Self::Whitened { .. } => whiten(page, line, text),
            Self::Overwritten { .. } => overwrite(page, line, text),
            Self::Erased { .. } => erase(page, line, text),
            Self::Added { .. } => page.text(PEN, line.x + line.width + 1.2, line.y, text).map(drop),
            Self::Reset { .. } => reset(page, line, text),
        }
    }
}

fn patch(page: &mut Canvas<'_>, line: &Written, text: &str) -> Result<()> {
    let high = line.pen.points * 0.36;
    let (x, y) = (line.x - 0.6, line.y - high * 1.02);
    let near = page.pixmap.pixel(((x - 1.0) * page.scale) as u32, (y * page.scale) as u32);
    let paper = near.map_or(Ink::WHITE, |p| Ink(p.red(), p.green(), p.blue(), 255));
    page.block(x, y, line.width + 1.2, high * 1.34, paper);
    let mut pen = Pen::new(Face::Foreign, line.pen.points * 0.97, Ink(16, 16, 18, 255));
    while page.width(pen, text)? > line.width + 0.8 && pen.points > 6.0 {
        pen.points -= 0.1;
    }
    page.text(pen, line.x, line.y + 0.15, text)?;
    Ok(())
}

const PEN: Pen = Pen::new(Face::Cursive, 13.0, Ink(24, 44, 150, 255));

fn strike(page: &mut Canvas<'_>, line: &Written, text: &str) -> Result<()> {
    for lift in [1.0, 1.9] {
        let points: Vec<_> =
            (0..=12).map(|i| (line.x - 1.0 + (line.width + 2.0) * i as f32 / 12.0, line.y - lift + page.rng.normal() * 0.25)).collect();
        page.polyline(&points, 0.42, PEN.ink);
    }
    page.text_along(PEN, Affine([1.0, -0.03, 0.03, 1.0, line.x + 3.0, line.y - 3.6]), text)?;
    Ok(())
}

fn whiten(page: &mut Canvas<'_>, line: &Written, text: &str) -> Result<()> {
    let mut x = line.x - 0.5;
    while x < line.x + line.width + 0.5 {
        let at = (x, line.y - 1.4 + page.rng.normal() * 0.2);
        let radius = 2.3 + page.rng.unit() * 0.5;
        page.disc(at, radius, Ink(253, 253, 252, 255));
        x += 1.3;
    }
    page.text(PEN, line.x, line.y, text)?;
    Ok(())
}

fn overwrite(page: &mut Canvas<'_>, line: &Written, text: &str) -> Result<()> {
    let pen = Pen { points: line.pen.points * 1.15, ..PEN };
    for offset in [0.0, 0.14, 0.28] {
        page.text(pen, line.x + offset, line.y + offset * 0.5, text)?;
    }
    Ok(())
}

/// The paper's colour beside the line.
fn paper_at(page: &Canvas<'_>, line: &Written) -> Ink {
    let near = page.pixmap.pixel(((line.x - 1.6) * page.scale) as u32, ((line.y - 1.2) * page.scale) as u32);
    near.map_or(Ink::WHITE, |p| Ink(p.red(), p.green(), p.blue(), 255))
}

fn erase(page: &mut Canvas<'_>, line: &Written, text: &str) -> Result<()> {
    let high = line.pen.points * 0.36;
    let paper = paper_at(page, line);
    let steps = (line.width * 3.0) as usize;
    for i in 0..steps {
        let at = (line.x + line.width * i as f32 / steps as f32, line.y - high * page.rng.between(-0.2, 1.0));
        let shade = page.rng.between(0.94, 1.04);
        let tone = |c: u8| (f32::from(c) * shade).clamp(0.0, 255.0) as u8;
        let radius = page.rng.between(0.6, 1.1);
        page.disc(at, radius, Ink(tone(paper.0), tone(paper.1), tone(paper.2), 205));
    }
    page.text(line.pen, line.x + 0.4, line.y + 0.25, text)?;
    Ok(())
}

fn reset(page: &mut Canvas<'_>, line: &Written, text: &str) -> Result<()> {
    let Some(at) = line.text.rfind([' ', '/']) else { return patch(page, line, text) };
    let before = page.width(line.pen, &line.text[..=at])?;
    let word = Written { x: line.x + before, width: line.width - before, ..line.clone() };
    let paper = paper_at(page, line);
    let high = line.pen.points * 0.36;
    page.block(word.x - 0.2, word.y - high * 1.02, word.width + 0.6, high * 1.3, paper);
    let pen = Pen { face: Face::Foreign, ..line.pen };
    page.text(pen, word.x, word.y, text)?;
    Ok(())
}
