//! Traces of alteration, by hand or by software, as measures of one place against the rest of its page.
//!
//! An honest scan was taken in one pass: its paper, grain, edges and compression are alike all over, whatever stands on
//! it. A place that was worked on is not: correction fluid is brighter than its surroundings and hides the pattern, a
//! pasted box has another grain or another focus, a retouched one none. Nothing here decides: a [`Trace`] says where and
//! what, and by how much.
//!
//! Not seen: an alteration made before printing, one that was printed and scanned again as a whole, one that repeats
//! the page's own paper, grain and focus, and the block grid of an earlier compression: on what bare paper lies between
//! the strokes of one line, honest scans show steps as strong as those of a second grid. Bounds were set between what honest scans show and what altered ones do; the
//! figures are in `docs/INSPECTION.md`.

mod compare;
mod field;
mod patch;
mod slant;
mod smudge;
mod stroke;
#[cfg(test)]
mod tests;

use image::RgbImage;

use crate::layout::Line;
use crate::raster::Rect;
use crate::rectify::Pose;
use field::Field;

pub use compare::traces;
pub use patch::{Ground, Patch, Smudge};

/// What kind of trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TraceKind {
    /// The paper of a word differs from the paper above and below it: fluid, a patch.
    Paper,
    /// The background pattern ends at a word.
    Pattern,
    /// A word is softer than the rest of the page.
    Softer,
    /// A word is sharper than the rest of the page.
    Sharper,
    /// The paper of a word has more grain than the page's.
    Grainier,
    /// The paper of a word has no grain where the page has.
    Smooth,
    /// The paper of a word is smudged, where the page's is not: an erasure.
    Smudged,
    /// A stroke runs through a line.
    Through,
}

/// A place that differs from the rest of its page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trace {
    /// How it differs.
    pub kind: TraceKind,
    /// Where on the page.
    pub rect: Rect,
    /// What was measured there, in the unit of [`Trace::bound`].
    pub measured: f32,
    /// The bound that it passed: levels for paper, multiples of the page's usual value otherwise, millimetres for strokes.
    pub bound: f32,
}

/// What was measured on the words and lines of a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Examination {
    /// Every word that is large enough.
    pub patches: Vec<Patch>,
    /// Strokes through lines, on the page.
    pub strokes: Vec<Rect>,
    /// Pixels in a millimetre.
    pub mm: f32,
}

impl Examination {
    /// The same with every box carried elsewhere, as from a flattened picture to the page that it was made of.
    #[must_use]
    pub fn carried(mut self, to: impl Fn(&Rect) -> Rect) -> Self {
        self.patches.iter_mut().for_each(|patch| patch.rect = to(&patch.rect));
        self.strokes.iter_mut().for_each(|rect| *rect = to(rect));
        self
    }
}

/// Measures every word and line of `picture`, which was brought into `pose` to make the layer that `lines` stand on. The
/// boxes that come back are the picture's.
#[must_use]
pub fn examine(picture: &RgbImage, dpi: f32, pose: Pose, lines: &[Line]) -> Examination {
    let field = Field::of(picture, dpi);
    let onto = |rect: &Rect| pose.to_page(rect, picture.dimensions());
    let mm = field.mm;
    let sized = |rect: &Rect| (1.2 * mm..12.0 * mm).contains(&(rect.h as f32)) && rect.w as f32 > 1.5 * mm;
    let words = lines.iter().flat_map(|line| &line.words).map(onto);
    let upright = pose.upright(&field.flat);
    Examination {
        patches: words.filter(sized).map(|word| patch::measure(&field, word)).collect(),
        strokes: lines.iter().filter_map(|line| stroke::through(&upright, mm, line)).map(|rect| onto(&rect)).collect(),
        mm,
    }
}
