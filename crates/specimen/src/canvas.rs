//! A page in millimetres: text, lines and shapes at the resolution that the scan will have.
//!
//! The canvas also remembers where each field's value was written, so that wear and forgery can aim at it.

use tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, StrokeDash, Transform};

use crate::error::{Error, Result};
use crate::fonts::{Affine, Face, Fonts};
use crate::rng::Rng;

const MM_PER_POINT: f32 = 25.4 / 72.0;

/// A colour with opacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ink(pub u8, pub u8, pub u8, pub u8);

impl Ink {
    /// Printing black.
    pub const BLACK: Self = Self(34, 31, 32, 255);
    /// The red of titles.
    pub const RED: Self = Self(196, 30, 42, 255);
    /// A ball pen.
    pub const BLUE: Self = Self(30, 52, 140, 255);
    /// White.
    pub const WHITE: Self = Self(255, 255, 255, 255);

    /// The same colour with this opacity.
    #[must_use]
    pub const fn fade(self, alpha: u8) -> Self {
        Self(self.0, self.1, self.2, alpha)
    }
}

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub struct Pen {
    /// The typeface.
    pub face: Face,
    /// Size in points.
    pub points: f32,
    /// Colour.
    pub ink: Ink,
}

impl Pen {
    /// A pen.
    #[must_use]
    pub const fn new(face: Face, points: f32, ink: Ink) -> Self {
        Self { face, points, ink }
    }
}

/// Where a field's value was written: millimetres, `y` is the baseline.
#[derive(Debug, Clone)]
pub struct Written {
    /// The field.
    pub id: String,
    /// The text of this line.
    pub text: String,
    /// The pen.
    pub pen: Pen,
    /// Left end.
    pub x: f32,
    /// Baseline.
    pub y: f32,
    /// Width.
    pub width: f32,
}

/// A page being drawn.
pub struct Canvas<'f> {
    /// The fonts.
    pub fonts: &'f Fonts<'f>,
    /// The pixels.
    pub pixmap: Pixmap,
    /// Pixels per millimetre.
    pub scale: f32,
    /// Where fields were written.
    pub written: Vec<Written>,
    /// Chance for everything that differs from paper to paper.
    pub rng: Rng,
}

impl std::fmt::Debug for Canvas<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Canvas({} x {})", self.pixmap.width(), self.pixmap.height())
    }
}

impl<'f> Canvas<'f> {
    /// An empty (transparent) page of this size in millimetres.
    ///
    /// # Errors
    /// [`Error::PageSize`].
    pub fn new(fonts: &'f Fonts<'f>, size_mm: (f32, f32), dpi: f32, rng: Rng) -> Result<Self> {
        let scale = dpi / 25.4;
        let (width, height) = ((size_mm.0 * scale).round() as u32, (size_mm.1 * scale).round() as u32);
        let pixmap = Pixmap::new(width, height).ok_or(Error::PageSize { width, height })?;
        Ok(Self { fonts, pixmap, scale, written: Vec::new(), rng })
    }

    /// Page width and height in millimetres.
    #[must_use]
    pub fn size(&self) -> (f32, f32) {
        (self.pixmap.width() as f32 / self.scale, self.pixmap.height() as f32 / self.scale)
    }

    /// Covers the page.
    pub fn flood(&mut self, ink: Ink) {
        self.pixmap.fill(Color::from_rgba8(ink.0, ink.1, ink.2, ink.3));
    }

    /// The width of a text in millimetres.
    ///
    /// # Errors
    /// [`Error::GlyphMissing`].
    pub fn width(&self, pen: Pen, text: &str) -> Result<f32> {
        self.fonts.width(pen.face, pen.points * MM_PER_POINT, text)
    }

    /// Text from `x` on the baseline `y`; the width is returned.
    ///
    /// # Errors
    /// [`Error::GlyphMissing`].
    pub fn text(&mut self, pen: Pen, x: f32, y: f32, text: &str) -> Result<f32> {
        self.text_along(pen, Affine([1.0, 0.0, 0.0, 1.0, x, y]), text)
    }

    /// Text centred on `x`.
    ///
    /// # Errors
    /// [`Error::GlyphMissing`].
    pub fn centred(&mut self, pen: Pen, x: f32, y: f32, text: &str) -> Result<f32> {
        let width = self.width(pen, text)?;
        self.text(pen, x - width / 2.0, y, text)
    }

    /// Text in any direction: `place` maps the run's own frame to the page.
    ///
    /// # Errors
    /// [`Error::GlyphMissing`].
    pub fn text_along(&mut self, pen: Pen, place: Affine, text: &str) -> Result<f32> {
        let (mut path, mut run) = (PathBuilder::new(), 0.0);
        let size = pen.points * MM_PER_POINT;
        let [a, b, c, d, e, f] = place.0;
        for glyph in text.chars() {
            let at = Affine([a, b, c, d, a * run + e, b * run + f]);
            self.fonts.outline(pen.face, size, glyph, at, &mut path)?;
            run += self.fonts.advance(pen.face, size, glyph)?;
        }
        self.fill(path.finish(), pen.ink);
        Ok(run)
    }

    /// Text on a circle, its middle at `angle` (0 = top, clockwise); `inward` sets it upright at the bottom.
    ///
    /// # Errors
    /// [`Error::GlyphMissing`].
    pub fn ring_text(&mut self, pen: Pen, centre: (f32, f32), radius: f32, angle: f32, inward: bool, text: &str) -> Result<()> {
        let size = pen.points * MM_PER_POINT;
        let turn = if inward { -1.0 } else { 1.0 };
        let mut path = PathBuilder::new();
        let mut at = angle - turn * self.width(pen, text)? / radius / 2.0;
        for glyph in text.chars() {
            let advance = self.fonts.advance(pen.face, size, glyph)?;
            let middle = at + turn * advance / radius / 2.0;
            let (sin, cos) = middle.sin_cos();
            let (px, py) = (centre.0 + radius * sin, centre.1 - radius * cos);
            let (dx, dy) = (cos * turn, sin * turn);
            let place = [dx, dy, -dy, dx, px - dx * advance / 2.0, py - dy * advance / 2.0];
            self.fonts.outline(pen.face, size, glyph, Affine(place), &mut path)?;
            at += turn * advance / radius;
        }
        self.fill(path.finish(), pen.ink);
        Ok(())
    }

    /// Remembers that a field was written here by other means than [`crate::sheet`].
    pub fn mark(&mut self, id: &str, text: &str, pen: Pen, (x, y): (f32, f32), width: f32) {
        self.written.push(Written { id: id.to_owned(), text: text.to_owned(), pen, x, y, width });
    }

    /// Fills a path given in millimetres.
    pub fn fill(&mut self, path: Option<Path>, ink: Ink) {
        if let Some(path) = path {
            let transform = Transform::from_scale(self.scale, self.scale);
            self.pixmap.fill_path(&path, &paint(ink), FillRule::Winding, transform, None);
        }
    }

    /// Strokes a path given in millimetres.
    pub fn stroke(&mut self, path: Option<Path>, width: f32, ink: Ink) {
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.stroke_with(path, &stroke, ink);
    }

    fn stroke_with(&mut self, path: Option<Path>, stroke: &Stroke, ink: Ink) {
        if let Some(path) = path {
            let transform = Transform::from_scale(self.scale, self.scale);
            self.pixmap.stroke_path(&path, &paint(ink), stroke, transform, None);
        }
    }

    /// A straight line.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, ink: Ink) {
        self.stroke(trace(&[from, to], false), width, ink);
    }

    /// A dotted leader.
    pub fn leader(&mut self, x0: f32, x1: f32, y: f32, ink: Ink) {
        let stroke = Stroke { width: 0.22, line_cap: LineCap::Butt, dash: StrokeDash::new(vec![0.25, 0.62], 0.0), ..Stroke::default() };
        if x1 > x0 {
            self.stroke_with(trace(&[(x0, y), (x1, y)], false), &stroke, ink);
        }
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[(f32, f32)], ink: Ink) {
        self.fill(trace(points, true), ink);
    }

    /// An open line through points.
    pub fn polyline(&mut self, points: &[(f32, f32)], width: f32, ink: Ink) {
        self.stroke(trace(points, false), width, ink);
    }

    /// A filled rectangle.
    pub fn block(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        self.polygon(&[(x, y), (x + width, y), (x + width, y + height), (x, y + height)], ink);
    }

    /// A rectangle's outline.
    pub fn frame(&mut self, x: f32, y: f32, width: f32, height: f32, line: f32, ink: Ink) {
        let corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)];
        self.stroke(trace(&corners, true), line, ink);
    }

    /// A circle's outline.
    pub fn circle(&mut self, centre: (f32, f32), radius: f32, line: f32, ink: Ink) {
        self.stroke(PathBuilder::from_circle(centre.0, centre.1, radius), line, ink);
    }

    /// A filled circle.
    pub fn disc(&mut self, centre: (f32, f32), radius: f32, ink: Ink) {
        self.fill(PathBuilder::from_circle(centre.0, centre.1, radius), ink);
    }
}

/// A path through points.
#[must_use]
pub fn trace(points: &[(f32, f32)], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (first, rest) = points.split_first()?;
    path.move_to(first.0, first.1);
    rest.iter().for_each(|p| path.line_to(p.0, p.1));
    if closed {
        path.close();
    }
    path.finish()
}

fn paint(ink: Ink) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(ink.0, ink.1, ink.2, ink.3);
    paint
}
