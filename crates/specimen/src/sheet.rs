//! Lines of a form: a label, a dotted leader, a value that was filled in later, wrapped or shrunk to its room.

use crate::canvas::{Canvas, Ink, Pen, Written};
use crate::error::Result;
use crate::facts::Facts;
use crate::fonts::{Affine, Face};

/// How a form was filled in.
#[derive(Debug, Clone, Copy)]
pub struct Fill {
    /// The pen of values.
    pub pen: Pen,
    /// Unsteadiness of the hand in millimetres; 0 for machines.
    pub unsteady: f32,
}

impl Fill {
    /// A laser printer, roman.
    pub const PRINT: Self = Self { pen: Pen::new(Face::Regular, 12.0, Ink(28, 28, 34, 255)), unsteady: 0.0 };
    /// The same in bold.
    pub const BOLD: Self = Self { pen: Pen::new(Face::Bold, 12.0, Ink(28, 28, 34, 255)), unsteady: 0.0 };
    /// The same in italic.
    pub const ITALIC: Self = Self { pen: Pen::new(Face::Italic, 12.5, Ink(26, 28, 46, 255)), unsteady: 0.0 };
    /// A slanted sans.
    pub const SLANTED: Self = Self { pen: Pen::new(Face::SansItalic, 10.8, Ink(30, 34, 60, 255)), unsteady: 0.0 };
    /// A typewriter.
    pub const TYPED: Self = Self { pen: Pen::new(Face::Mono, 10.4, Ink(40, 40, 46, 255)), unsteady: 0.12 };
    /// A clerk's formal hand.
    pub const CURSIVE: Self = Self { pen: Pen::new(Face::Cursive, 14.0, Ink(32, 42, 92, 255)), unsteady: 0.32 };
}

/// One label and its value on a line; `from` and `to` are shares of the line.
#[derive(Debug, Clone)]
pub struct Cell<'a> {
    /// Printed label.
    pub label: &'a str,
    /// Field, for remembering where it was written.
    pub id: &'a str,
    /// Value as printed.
    pub value: String,
    /// Left end.
    pub from: f32,
    /// Right end.
    pub to: f32,
}

/// A column of lines.
pub struct Sheet<'c, 'f> {
    /// The page.
    pub canvas: &'c mut Canvas<'f>,
    /// What is printed.
    pub facts: &'c Facts,
    /// Left end of lines, millimetres.
    pub left: f32,
    /// Right end.
    pub right: f32,
    /// Baseline of the next line.
    pub y: f32,
    /// Distance of baselines.
    pub pitch: f32,
    /// Pen of labels.
    pub label: Pen,
    /// Values.
    pub fill: Fill,
    /// Dotted leaders under values.
    pub leaders: bool,
}

const LEADER_INK: Ink = Ink(70, 70, 70, 255);

impl Sheet<'_, '_> {
    /// One field on a line of its own, wrapped as needed.
    ///
    /// # Errors
    /// As the canvas.
    pub fn field(&mut self, label: &str, id: &str) -> Result<()> {
        let value = self.facts.get(id).to_owned();
        self.shown(label, id, value)
    }

    /// One field printed in another wording.
    ///
    /// # Errors
    /// As the canvas.
    pub fn shown(&mut self, label: &str, id: &str, value: String) -> Result<()> {
        self.row(&[Cell { label, id, value, from: 0.0, to: 1.0 }])
    }

    /// Several fields on one line: label, field, where it starts.
    ///
    /// # Errors
    /// As the canvas.
    pub fn fields(&mut self, cells: &[(&str, &str, f32)]) -> Result<()> {
        let ends = cells.iter().skip(1).map(|c| c.2).chain([1.0]);
        let cells: Vec<_> = cells
            .iter()
            .zip(ends)
            .map(|((label, id, from), to)| Cell { label, id, value: self.facts.get(id).to_owned(), from: *from, to })
            .collect();
        self.row(&cells)
    }

    /// Cells on one line; a single cell may take more lines.
    ///
    /// # Errors
    /// As the canvas.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        let width = self.right - self.left;
        let mut lines = 1;
        for cell in cells {
            let (x0, x1) = (self.left + width * cell.from, self.left + width * cell.to);
            let end = if cell.to < 1.0 { x1 - 2.0 } else { x1 };
            lines = lines.max(self.cell(cell, x0, end, cells.len() == 1)?);
        }
        self.y += self.pitch * lines as f32;
        Ok(())
    }

    /// Extra space before the next line.
    pub fn gap(&mut self, mm: f32) {
        self.y += mm;
    }

    /// A heading line in bold.
    ///
    /// # Errors
    /// As the canvas.
    pub fn heading(&mut self, text: &str) -> Result<()> {
        let pen = Pen { face: Face::Bold, ..self.label };
        self.canvas.text(pen, self.left, self.y, text)?;
        self.y += self.pitch;
        Ok(())
    }

    fn cell(&mut self, cell: &Cell<'_>, x0: f32, x1: f32, may_wrap: bool) -> Result<usize> {
        let after = x0 + self.canvas.text(self.label, x0, self.y, cell.label)? + 0.8;
        let start = after + self.canvas.rng.between(0.5, 2.2);
        let rise = if self.leaders { 0.5 } else { 0.0 } + self.canvas.rng.between(-0.1, 0.25);
        let mut fill = self.fill;
        let mut lines = self.wrapped(fill.pen, &cell.value, x1 - start, may_wrap)?;
        while lines.len() > if may_wrap { 3 } else { 1 } && fill.pen.points > 5.0 {
            fill.pen.points -= 0.25;
            lines = self.wrapped(fill.pen, &cell.value, x1 - start, may_wrap)?;
        }
        for (i, line) in lines.iter().enumerate() {
            let y = self.y + self.pitch * i as f32;
            let (from, at) = if i == 0 { (after, start) } else { (self.left, self.left) };
            if self.leaders {
                self.canvas.leader(from, x1, y + 0.9, LEADER_INK);
            }
            write(self.canvas, fill, cell.id, at, y - rise, line)?;
        }
        Ok(lines.len())
    }

    fn wrapped(&self, pen: Pen, text: &str, first: f32, may_wrap: bool) -> Result<Vec<String>> {
        wrap(self.canvas, pen, text, first, if may_wrap { self.right - self.left } else { first })
    }
}

/// Breaks a text at spaces: `first` millimetres for the first line, `rest` for each further one.
///
/// # Errors
/// As the canvas.
pub fn wrap(canvas: &Canvas<'_>, pen: Pen, text: &str, first: f32, rest: f32) -> Result<Vec<String>> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let room = if lines.len() == 1 { first } else { rest };
        let current = lines.last().cloned().unwrap_or_default();
        let longer = if current.is_empty() { word.to_owned() } else { format!("{current} {word}") };
        if current.is_empty() || canvas.width(pen, &longer)? <= room {
            if let Some(last) = lines.last_mut() {
                *last = longer;
            }
        } else {
            lines.push(word.to_owned());
        }
    }
    // A single word longer than its line counts as a line too many, so that the caller shrinks it.
    if lines.len() == 1 && canvas.width(pen, &lines[0])? > first {
        lines.push(String::new());
    }
    Ok(lines)
}

/// Writes a value and remembers where.
///
/// # Errors
/// As the canvas.
pub fn write(canvas: &mut Canvas<'_>, fill: Fill, id: &str, x: f32, y: f32, text: &str) -> Result<()> {
    let mut run = 0.0;
    if fill.unsteady == 0.0 {
        run = canvas.text(fill.pen, x, y, text)?;
    } else {
        for word in text.split_inclusive(' ') {
            let turn = canvas.rng.normal() * fill.unsteady * 0.022;
            let dy = canvas.rng.normal() * fill.unsteady * 0.7;
            let (sin, cos) = turn.sin_cos();
            run += canvas.text_along(fill.pen, Affine([cos, sin, -sin, cos, x + run, y + dy]), word)?;
        }
    }
    if !id.is_empty() {
        canvas.written.push(Written { id: id.to_owned(), text: text.to_owned(), pen: fill.pen, x, y, width: run });
    }
    Ok(())
}
