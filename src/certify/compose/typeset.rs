//! Setting lines of text: breaking, shrinking until they fit, and drawing them. Nothing is ever drawn outside its box.

use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;

use super::ComposeError;
use super::fonts::{ASCENT, DESCENT, Face};
use super::structure::decoration;

/// Points in a millimetre.
pub(super) const MM: f32 = 72.0 / 25.4;

/// From base line to base line, as a part of the size: Vietnamese capitals with two marks clear the line above.
pub(super) const LEADING: f32 = 1.28;

/// Where a line stands between the edges of its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
}

/// A rectangle, in points from the top left of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Area {
    pub(super) fn new(left: f32, top: f32, width: f32, height: f32) -> Self {
        Self { left, top, width, height }
    }
}

/// Paragraphs broken into lines at the largest size at which they fit. A line that ends between two words keeps its space, which
/// is never seen: words of a text that is read aloud or copied are told apart by it.
#[derive(Debug)]
pub(super) struct Block<'a> {
    face: &'a Face,
    size: f32,
    lines: Vec<String>,
}

impl<'a> Block<'a> {
    /// Sets `paragraphs` in `width` × `height`, at `size` if they fit, else smaller by halves of a point down to `least`.
    ///
    /// # Errors
    /// [`ComposeError::NoGlyph`] for a character that the face lacks; [`ComposeError::DoesNotFit`].
    pub(super) fn fit(
        face: &'a Face,
        paragraphs: &[impl AsRef<str>],
        (width, height): (f32, f32),
        size: f32,
        least: f32,
    ) -> Result<Self, ComposeError> {
        if let Some(c) = paragraphs.iter().find_map(|text| face.missing(text.as_ref())) {
            return Err(ComposeError::NoGlyph(c));
        }
        let mut size = size;
        while size >= least {
            let lines: Vec<String> = paragraphs.iter().flat_map(|text| break_lines(face, text.as_ref(), width, size)).collect();
            let block = Self { face, size, lines };
            if block.height() <= height && block.width() <= width {
                return Ok(block);
            }
            size -= 0.5;
        }
        Err(ComposeError::DoesNotFit(paragraphs.first().map(|text| text.as_ref().chars().take(40).collect()).unwrap_or_default()))
    }

    /// Whether there is nothing to draw.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.trim().is_empty())
    }

    /// From the top of the first line's marks to the foot of the last line.
    pub(super) fn height(&self) -> f32 {
        let between = self.lines.len().saturating_sub(1) as f32;
        (ASCENT + DESCENT + between * LEADING) * self.size
    }

    /// From the top to the first base line.
    pub(super) fn ascent(&self) -> f32 {
        ASCENT * self.size
    }

    pub(super) fn width(&self) -> f32 {
        self.lines.iter().map(|line| self.face.width(line.trim_end(), self.size)).fold(0.0, f32::max)
    }

    /// Draws the block from the top of `area`; gives the y of its foot.
    pub(super) fn draw(&self, surface: &mut Surface<'_>, area: Area, align: Align) -> f32 {
        let mut base = area.top + ASCENT * self.size;
        for line in &self.lines {
            let left = match align {
                Align::Left => area.left,
                Align::Centre => area.left + (area.width - self.face.width(line.trim_end(), self.size)) / 2.0,
            };
            surface.draw_glyphs(Point::from_xy(left, base), &self.face.glyphs(line), self.face.font.clone(), line, self.size, false);
            base += LEADING * self.size;
        }
        area.top + self.height()
    }
}

/// Breaks at spaces so that no line is wider than `width`; a word that is wider alone is broken within.
fn break_lines(face: &Face, text: &str, width: f32, size: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let Some(line) = lines.last_mut() else { break };
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if face.width(&longer, size) <= width {
            *line = longer;
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            if face.width(word, size) <= width {
                lines.push(word.to_owned());
            } else {
                break_word(face, word, width, size, &mut lines);
            }
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

fn break_word(face: &Face, word: &str, width: f32, size: f32, lines: &mut Vec<String>) {
    lines.push(String::new());
    for c in word.chars() {
        let Some(line) = lines.last_mut() else { break };
        line.push(c);
        if line.chars().count() > 1 && face.width(line, size) > width {
            line.pop();
            lines.push(c.to_string());
        }
    }
}

/// Black, or a grey of this lightness, in the grey colour space: one ink in print.
pub(super) fn grey(lightness: u8) -> Fill {
    Fill { paint: luma::Color::new(lightness).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

/// A filled rectangle.
pub(super) fn fill_area(surface: &mut Surface<'_>, area: Area, lightness: u8) {
    let mut path = PathBuilder::new();
    if let Some(rect) = Rect::from_xywh(area.left, area.top, area.width, area.height) {
        path.push_rect(rect);
    }
    if let Some(path) = path.finish() {
        surface.set_stroke(None);
        surface.set_fill(Some(grey(lightness)));
        decoration(surface, |surface| surface.draw_path(&path));
        surface.set_fill(Some(grey(0)));
    }
}

/// A line around `area`, drawn inside of it.
pub(super) fn frame(surface: &mut Surface<'_>, area: Area, line_width: f32, lightness: u8) {
    let inset = line_width / 2.0;
    let mut path = PathBuilder::new();
    if let Some(rect) = Rect::from_xywh(area.left + inset, area.top + inset, area.width - line_width, area.height - line_width) {
        path.push_rect(rect);
    }
    if let Some(path) = path.finish() {
        surface.set_fill(None);
        surface.set_stroke(Some(Stroke { paint: luma::Color::new(lightness).into(), width: line_width, ..Stroke::default() }));
        decoration(surface, |surface| surface.draw_path(&path));
        surface.set_stroke(None);
        surface.set_fill(Some(grey(0)));
    }
}
