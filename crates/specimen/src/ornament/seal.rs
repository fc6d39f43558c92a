//! A round red seal with ring text and star, pen signatures, and rubber stamps with words.
//!
//! Ink multiplies with what lies under it, and takes unevenly.

use tiny_skia::{BlendMode, FilterQuality, Pixmap, PixmapPaint, Transform};

use super::drum::{gear, star, wreath};
use crate::canvas::{Canvas, Ink, Pen};
use crate::error::Result;
use crate::fonts::Face;
use crate::rng::Rng;

/// What a seal says.
#[derive(Debug, Clone)]
pub struct Seal {
    /// Upper arc.
    pub ring: String,
    /// Lower arc.
    pub foot: String,
    /// Colour.
    pub ink: Ink,
}

const RADIUS_MM: f32 = 17.5;
const LAYER_MM: f32 = 38.0;

impl Seal {
    /// Presses the seal with its middle at `at`.
    ///
    /// # Errors
    /// As the canvas.
    pub fn press(&self, canvas: &mut Canvas<'_>, at: (f32, f32)) -> Result<()> {
        let rng = Rng::new(canvas.rng.bits());
        let dpi = canvas.scale * 25.4;
        let mut layer = Canvas::new(canvas.fonts, (LAYER_MM, LAYER_MM), dpi, rng)?;
        let centre = (LAYER_MM / 2.0, LAYER_MM / 2.0);
        layer.circle(centre, RADIUS_MM, 0.75, self.ink);
        layer.circle(centre, RADIUS_MM - 0.95, 0.22, self.ink);
        layer.circle(centre, 10.6, 0.32, self.ink);
        self.ring(&mut layer, centre)?;
        wreath(&mut layer, centre, 8.2, self.ink);
        layer.polygon(&star((centre.0, centre.1 - 1.9), 3.9, 1.5, 5), self.ink);
        gear(&mut layer, (centre.0, centre.1 + 4.6), 1.7, self.ink);
        uneven(&mut layer);
        let angle = canvas.rng.between(-14.0, 14.0);
        let half = layer.pixmap.width() as f32 / 2.0;
        let turn = Transform::from_rotate_at(angle, half, half).post_translate(at.0 * canvas.scale - half, at.1 * canvas.scale - half);
        canvas.pixmap.draw_pixmap(0, 0, layer.pixmap.as_ref(), &multiply(), turn, None);
        Ok(())
    }

    fn ring(&self, layer: &mut Canvas<'_>, centre: (f32, f32)) -> Result<()> {
        let mut pen = Pen::new(Face::SansBold, 8.0, self.ink);
        let room = 4.3 * 12.3;
        while layer.width(pen, &self.ring)? > room && pen.points > 5.0 {
            pen.points -= 0.2;
        }
        layer.ring_text(pen, centre, 12.5, 0.0, false, &self.ring)?;
        let mut foot = Pen::new(Face::SansBold, 5.6, self.ink);
        while layer.width(foot, &self.foot)? > 1.55 * 14.0 && foot.points > 3.4 {
            foot.points -= 0.2;
        }
        layer.ring_text(foot, centre, 14.6, std::f32::consts::PI, true, &self.foot)?;
        for angle in [-2.27_f32, 2.27] {
            let at = (centre.0 + 13.6 * angle.sin(), centre.1 - 13.6 * angle.cos());
            layer.polygon(&star(at, 1.1, 0.45, 5), self.ink);
        }
        Ok(())
    }
}

fn multiply() -> PixmapPaint {
    PixmapPaint { opacity: 0.9, blend_mode: BlendMode::Multiply, quality: FilterQuality::Bilinear }
}

/// Thins the ink by a smooth random field and by fine grain.
fn uneven(layer: &mut Canvas<'_>) {
    let cells = 7_usize;
    let field: Vec<f32> = (0..cells * cells).map(|_| layer.rng.between(0.62, 1.0)).collect();
    let (width, height) = (layer.pixmap.width() as usize, layer.pixmap.height() as usize);
    let mut rng = layer.rng.clone();
    let data = layer.pixmap.data_mut();
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / width as f32 * 5.99, y as f32 / height as f32 * 5.99);
            let (i, j, fu, fv) = (u as usize, v as usize, u.fract(), v.fract());
            let at = |i: usize, j: usize| field[j * cells + i];
            let top = at(i, j) * (1.0 - fu) + at(i + 1, j) * fu;
            let low = at(i, j + 1) * (1.0 - fu) + at(i + 1, j + 1) * fu;
            let keep = ((top * (1.0 - fv) + low * fv) - 0.08 * rng.unit()).clamp(0.0, 1.0);
            for channel in &mut data[(y * width + x) * 4..][..4] {
                *channel = (f32::from(*channel) * keep) as u8;
            }
        }
    }
}

/// Draws on a layer of its own and multiplies it onto the page.
fn overlay(canvas: &mut Canvas<'_>, draw: impl FnOnce(&mut Canvas<'_>) -> Result<()>) -> Result<()> {
    let (width, height) = (canvas.pixmap.width(), canvas.pixmap.height());
    let blank = Pixmap::new(width, height).ok_or(crate::error::Error::PageSize { width, height })?;
    let page = std::mem::replace(&mut canvas.pixmap, blank);
    let outcome = draw(canvas);
    let layer = std::mem::replace(&mut canvas.pixmap, page);
    canvas.pixmap.draw_pixmap(0, 0, layer.as_ref(), &multiply(), Transform::identity(), None);
    outcome
}

/// A signature by pen, about `width` wide, around `at`.
pub fn sign(canvas: &mut Canvas<'_>, at: (f32, f32), width: f32, ink: Ink) {
    let points = match canvas.rng.int(0, 2) {
        0 => loops(canvas, at, width),
        1 => peaks(canvas, at, width),
        _ => flourish(canvas, at, width),
    };
    let curve = spline(&points);
    for (i, pair) in curve.windows(2).enumerate() {
        let line = 0.42 + 0.16 * (i as f32 * 0.13).sin();
        canvas.line(pair[0], pair[1], line, ink.fade(240));
    }
}

/// Upright loops, underlined.
fn loops(canvas: &mut Canvas<'_>, at: (f32, f32), width: f32) -> Vec<(f32, f32)> {
    let strokes = canvas.rng.int(3, 6);
    let mut points = Vec::new();
    let (mut x, step) = (at.0 - width / 2.0, width / strokes as f32);
    for i in 0..strokes {
        let tall = if i == 0 { 9.0 } else { canvas.rng.between(3.0, 7.5) };
        let lean = canvas.rng.between(0.5, 2.4);
        let loop_ = canvas.rng.between(0.2, 0.8) * step;
        points.extend([
            (x, at.1 + canvas.rng.between(0.0, 2.0)),
            (x + lean + loop_, at.1 - tall),
            (x + lean, at.1 - tall * 0.7),
            (x + step * 0.6, at.1 + canvas.rng.between(0.5, 2.6)),
        ]);
        x += step;
    }
    points.push((x + 4.0, at.1 - canvas.rng.between(1.0, 5.0)));
    points.extend([
        (x - width * 0.1, at.1 + 1.6),
        (at.0 - width * 0.2, at.1 + canvas.rng.between(2.6, 4.2)),
        (at.0 + width * 0.62, at.1 + 2.4),
    ]);
    points
}

/// Sharp peaks that fade to the right.
fn peaks(canvas: &mut Canvas<'_>, at: (f32, f32), width: f32) -> Vec<(f32, f32)> {
    let count = canvas.rng.int(4, 9);
    let step = width / count as f32;
    let mut points = vec![(at.0 - width * 0.55, at.1 + 3.5)];
    for i in 0..count {
        let fade = 1.0 - 0.75 * i as f32 / count as f32;
        let x = at.0 - width / 2.0 + step * i as f32;
        points.push((x + step * 0.3, at.1 - canvas.rng.between(4.0, 10.0) * fade));
        points.push((x + step * canvas.rng.between(0.4, 1.0), at.1 + canvas.rng.between(0.5, 3.5) * fade));
    }
    points.extend([(at.0 + width * 0.6, at.1 - 1.0), (at.0 + width * 0.72, at.1 - 2.2)]);
    points
}

/// A large initial, a nearly flat line, and a stroke back through both.
fn flourish(canvas: &mut Canvas<'_>, at: (f32, f32), width: f32) -> Vec<(f32, f32)> {
    let (x, y) = (at.0 - width * 0.4, at.1);
    let tall = canvas.rng.between(8.0, 12.0);
    let mut points =
        vec![(x - 2.0, y + 2.0), (x + 1.0, y - tall), (x + 5.0, y - tall * 0.6), (x + 1.0, y), (x - 3.0, y - 1.0), (x + 4.0, y + 1.5)];
    for i in 1..canvas.rng.int(4, 9) {
        points.push((x + 4.0 + width * 0.09 * i as f32, y + canvas.rng.normal() * 1.6));
    }
    points.extend([(x + width, y - 3.0), (x + width * 0.7, y - 5.5), (x - 1.0, y + 3.4), (x + width * 1.02, y + 1.0)]);
    points
}

/// Short initials of a clerk.
pub fn initials(canvas: &mut Canvas<'_>, at: (f32, f32), ink: Ink) {
    sign(canvas, at, 9.0, ink);
}

fn spline(points: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let mut curve = Vec::new();
    for window in points.windows(4) {
        for i in 0..10 {
            let t = i as f32 / 10.0;
            let blend = |a: f32, b: f32, c: f32, d: f32| {
                0.5 * (2.0 * b + (c - a) * t + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t + (3.0 * b - a - 3.0 * c + d) * t * t * t)
            };
            curve.push((
                blend(window[0].0, window[1].0, window[2].0, window[3].0),
                blend(window[0].1, window[1].1, window[2].1, window[3].1),
            ));
        }
    }
    curve
}

/// A rubber stamp of words in a double frame, slightly turned.
///
/// # Errors
/// As the canvas.
pub fn stamp_text(canvas: &mut Canvas<'_>, at: (f32, f32), points: f32, text: &str) -> Result<()> {
    let pen = Pen::new(Face::SansBold, points, Ink(205, 28, 40, 230));
    let angle = canvas.rng.between(-0.06, 0.06);
    overlay(canvas, |layer| {
        let (width, high) = (layer.width(pen, text)?, points * 0.36);
        let (sin, cos) = angle.sin_cos();
        let place = |x: f32, y: f32| (at.0 + x * cos - y * sin, at.1 + x * sin + y * cos);
        for pad in [2.2, 3.2] {
            let (w, h) = (width / 2.0 + pad, high / 2.0 + pad);
            let corners = [place(-w, -h), place(w, -h), place(w, h), place(-w, h), place(-w, -h)];
            layer.polyline(&corners, 0.5, pen.ink);
        }
        let start = place(-width / 2.0, high * 0.37);
        layer.text_along(pen, crate::fonts::Affine([cos, sin, -sin, cos, start.0, start.1]), text)?;
        Ok(())
    })
}
