//! What a form is printed with before any word of it: tinted paper, guilloche, border, drum, emblem; and codes.

mod code;
mod drum;
mod seal;

pub use code::{barcode, qr};
pub use drum::{drum, emblem};
pub use seal::{Seal, initials, sign, stamp_text};

use std::f32::consts::TAU;

use crate::canvas::{Canvas, Ink};

/// The fine line pattern under the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// Nothing.
    Plain,
    /// Crossed sine lines.
    Net,
    /// Rows of waves that swell.
    Waves,
    /// Rays of wavy lines from the middle.
    Rays,
}

/// The repeated motif of a border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// None.
    None,
    /// Circles with a dot.
    Rings,
    /// S-shaped chain.
    Chain,
    /// Hatched diamonds.
    Diamonds,
    /// Two plain lines.
    Lines,
}

/// Everything printed on the blank sheet.
#[derive(Debug, Clone, Copy)]
pub struct Blank {
    /// Paper colour.
    pub paper: Ink,
    /// Guilloche.
    pub pattern: Pattern,
    /// Its colour.
    pub pattern_ink: Ink,
    /// Border.
    pub border: Border,
    /// Its colour.
    pub border_ink: Ink,
    /// Colour of the drum, if there is one.
    pub drum: Option<Ink>,
}

impl Blank {
    /// White paper.
    pub const WHITE: Self = Self {
        paper: Ink(252, 252, 250, 255),
        pattern: Pattern::Plain,
        pattern_ink: Ink(0, 0, 0, 0),
        border: Border::None,
        border_ink: Ink(0, 0, 0, 0),
        drum: None,
    };

    /// The same sheet without pattern and drum, in a plain border: a cheaper print, and a smaller file.
    #[must_use]
    pub fn simple(self) -> Self {
        let border = if self.border == Border::None { Border::None } else { Border::Lines };
        Self { pattern: Pattern::Plain, border, drum: None, ..self }
    }

    /// Prints the sheet.
    pub fn print(&self, canvas: &mut Canvas<'_>) {
        canvas.flood(self.paper);
        match self.pattern {
            Pattern::Plain => {}
            Pattern::Net => net(canvas, self.pattern_ink),
            Pattern::Waves => waves(canvas, self.pattern_ink),
            Pattern::Rays => rays(canvas, self.pattern_ink),
        }
        if let Some(ink) = self.drum {
            let (width, height) = canvas.size();
            drum(canvas, (width / 2.0, height / 2.0 + 2.0), 0.365 * width.min(height * 1.02), ink);
        }
        border(canvas, self.border, self.border_ink);
    }
}

fn net(canvas: &mut Canvas<'_>, ink: Ink) {
    let (width, height) = canvas.size();
    for slope in [1.0_f32, -1.0] {
        let mut start = -height;
        while start < width + height {
            let points: Vec<_> = (0..=140)
                .map(|i| {
                    let t = i as f32 / 140.0 * height;
                    let x = if slope > 0.0 { start + t * 0.8 } else { start + height - t * 0.8 };
                    (x + 1.6 * (t * 0.42 + start * 0.3).sin(), t)
                })
                .collect();
            canvas.polyline(&points, 0.16, ink);
            start += 5.4;
        }
    }
}

fn waves(canvas: &mut Canvas<'_>, ink: Ink) {
    let (width, height) = canvas.size();
    let rows = (height / 2.7) as i32;
    for row in 0..=rows {
        let y = row as f32 * 2.7;
        let swell = 0.9 + 0.9 * (row as f32 * 0.37).sin();
        let points: Vec<_> = (0..=260)
            .map(|i| {
                let x = i as f32 / 260.0 * width;
                (x, y + swell * (x * 0.33 + row as f32 * 0.5).sin() + 0.35 * (x * 0.91).cos())
            })
            .collect();
        canvas.polyline(&points, 0.16, ink);
    }
}

fn rays(canvas: &mut Canvas<'_>, ink: Ink) {
    let (width, height) = canvas.size();
    let (cx, cy) = (width / 2.0, height / 2.0);
    let reach = (cx * cx + cy * cy).sqrt();
    for ray in 0..96 {
        let base = ray as f32 / 96.0 * TAU;
        for turn in [1.0_f32, -1.0] {
            let points: Vec<_> = (4..=60)
                .map(|i| {
                    let r = i as f32 / 60.0 * reach;
                    let angle = base + turn * 0.085 * (r * 0.14).sin();
                    (cx + r * angle.cos(), cy + r * angle.sin())
                })
                .collect();
            canvas.polyline(&points, 0.15, ink);
        }
    }
}

/// Distance of the border's outer line from the edge of the paper, and the width of its band.
pub const MARGIN_MM: f32 = 10.5;
const BAND_MM: f32 = 5.2;

fn border(canvas: &mut Canvas<'_>, kind: Border, ink: Ink) {
    if kind == Border::None {
        return;
    }
    let (width, height) = canvas.size();
    let (w, h) = (width - 2.0 * MARGIN_MM, height - 2.0 * MARGIN_MM);
    canvas.frame(MARGIN_MM, MARGIN_MM, w, h, 0.55, ink);
    let inner = MARGIN_MM + BAND_MM;
    if kind == Border::Lines {
        canvas.frame(MARGIN_MM + 1.4, MARGIN_MM + 1.4, w - 2.8, h - 2.8, 0.2, ink);
        return;
    }
    canvas.frame(inner, inner, w - 2.0 * BAND_MM, h - 2.0 * BAND_MM, 0.25, ink);
    let half = BAND_MM / 2.0;
    let columns = ((w - BAND_MM) / BAND_MM).round().max(1.0);
    let rows = ((h - BAND_MM) / BAND_MM).round().max(1.0);
    for i in 0..=columns as i32 {
        let x = MARGIN_MM + half + (w - BAND_MM) * i as f32 / columns;
        motif(canvas, kind, (x, MARGIN_MM + half), 0.0, ink);
        motif(canvas, kind, (x, height - MARGIN_MM - half), 0.0, ink);
    }
    for i in 1..rows as i32 {
        let y = MARGIN_MM + half + (h - BAND_MM) * i as f32 / rows;
        motif(canvas, kind, (MARGIN_MM + half, y), TAU / 4.0, ink);
        motif(canvas, kind, (width - MARGIN_MM - half, y), TAU / 4.0, ink);
    }
}

fn motif(canvas: &mut Canvas<'_>, kind: Border, at: (f32, f32), turn: f32, ink: Ink) {
    let (sin, cos) = turn.sin_cos();
    let place = |x: f32, y: f32| (at.0 + x * cos - y * sin, at.1 + x * sin + y * cos);
    match kind {
        Border::None | Border::Lines => {}
        Border::Rings => {
            canvas.circle(at, 1.75, 0.2, ink);
            canvas.circle(at, 1.1, 0.14, ink);
            canvas.disc(at, 0.5, ink);
        }
        Border::Chain => {
            let points: Vec<_> = (0..=24)
                .map(|i| {
                    let t = i as f32 / 24.0 * TAU;
                    place(2.5 * (i as f32 / 12.0 - 1.0), 1.5 * t.sin())
                })
                .collect();
            canvas.polyline(&points, 0.28, ink);
            canvas.circle(place(-1.2, -0.3), 0.8, 0.18, ink);
            canvas.circle(place(1.2, 0.3), 0.8, 0.18, ink);
        }
        Border::Diamonds => {
            for step in 0..4 {
                let r = 2.2 - 0.55 * step as f32;
                let corners = [(0.0, -r), (r * 1.15, 0.0), (0.0, r), (-r * 1.15, 0.0), (0.0, -r)];
                let points: Vec<_> = corners.iter().map(|(x, y)| place(*x, *y)).collect();
                canvas.polyline(&points, 0.2, ink);
            }
        }
    }
}
