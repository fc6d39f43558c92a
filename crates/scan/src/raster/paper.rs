//! The paper under the ink: its brightness from place to place, and gray divided by it.
//!
//! The page is cut into cells of about 2 mm. A cell's paper is a high quantile of its values, the brightest of its
//! neighbourhood wins (a cell inside a heavy letter has no paper of its own), and between cells it is interpolated.
//! Dividing by it removes shadows, vignettes and tinted paper at once.

use image::GrayImage;

use super::INCH;

/// Side of a cell in millimetres.
const CELL_MM: f32 = 2.0;
/// Quantile of a cell's values that counts as paper.
const PAPER_SHARE: f32 = 0.8;

/// Paper brightness on a grid of cells.
pub(crate) struct Paper {
    cell: u32,
    columns: usize,
    rows: usize,
    levels: Vec<f32>,
}

impl Paper {
    pub(crate) fn of(image: &GrayImage, dpi: f32) -> Self {
        let cell = ((CELL_MM / INCH * dpi) as u32).max(6);
        let columns = image.width().div_ceil(cell).max(1) as usize;
        let rows = image.height().div_ceil(cell).max(1) as usize;
        let levels = quantiles(image, cell, columns, rows);
        let levels = brightest_around(&levels, columns, rows);
        let levels = smoothed(&levels, columns, rows);
        Self { cell, columns, rows, levels }
    }

    /// The middle of all cells: what the paper is like on the whole.
    pub(crate) fn typical(&self) -> f32 {
        super::quantile(&mut self.levels.clone(), 0.5)
    }

    /// `image` as a share of its paper, through `curve` (from 0..=255 of the paper's brightness to gray).
    pub(crate) fn divide(&self, image: &GrayImage, curve: &[u8; 256]) -> GrayImage {
        let width = image.width() as usize;
        let mut out = vec![255_u8; image.as_raw().len()];
        let mut inverse = vec![0_u32; width];
        if width == 0 {
            return image.clone();
        }
        for (y, (from, to)) in image.as_raw().chunks_exact(width).zip(out.chunks_exact_mut(width)).enumerate() {
            // Paper changes slowly: one row in four is enough.
            if y % 4 == 0 {
                self.inverse_row(y as u32, &mut inverse);
            }
            for ((&value, target), &scale) in from.iter().zip(to).zip(&inverse) {
                *target = curve[((u32::from(value) * scale) >> 16).min(255) as usize];
            }
        }
        GrayImage::from_raw(image.width(), image.height(), out).unwrap_or_default()
    }

    /// The middle of all values that are less than `below` of their paper, as a share of it; a tenth of the rows is asked.
    pub(crate) fn ink_level(&self, image: &GrayImage, below: f32) -> Option<f32> {
        let width = image.width() as usize;
        let mut inverse = vec![0_u32; width];
        let mut counts = [0_u32; 256];
        for y in (0..image.height()).step_by(10) {
            self.inverse_row(y, &mut inverse);
            let row = &image.as_raw()[y as usize * width..(y as usize + 1) * width];
            for (&value, &scale) in row.iter().zip(&inverse) {
                counts[((u32::from(value) * scale) >> 16).min(255) as usize] += 1;
            }
        }
        let ink = &counts[..(below * 255.0) as usize];
        let total: u32 = ink.iter().sum();
        let mut seen = 0;
        let middle = ink.iter().position(|&count| {
            seen += count;
            seen * 2 > total
        });
        middle.filter(|_| total > 200).map(|level| level as f32 / 255.0)
    }

    /// `255 / paper` in 16.16 fixed point for a row.
    fn inverse_row(&self, y: u32, row: &mut [u32]) {
        let (top, below) = self.between(y, self.rows);
        let at = |column: usize| {
            let upper = self.levels[top * self.columns + column];
            let lower = self.levels[(top + 1).min(self.rows - 1) * self.columns + column];
            upper + (lower - upper) * below
        };
        let line: Vec<f32> = (0..self.columns).map(|column| 255.0 * 65536.0 / at(column).max(16.0)).collect();
        for (x, value) in row.iter_mut().enumerate() {
            let (left, share) = self.between(x as u32, self.columns);
            let right = line[(left + 1).min(self.columns - 1)];
            *value = (line[left] + (right - line[left]) * share) as u32;
        }
    }

    /// The cell whose centre lies before a coordinate, and how far towards the next.
    fn between(&self, at: u32, count: usize) -> (usize, f32) {
        let place = (at as f32 + 0.5) / self.cell as f32 - 0.5;
        let low = place.floor().clamp(0.0, (count - 1) as f32);
        (low as usize, (place - low).clamp(0.0, 1.0))
    }
}

fn quantiles(image: &GrayImage, cell: u32, columns: usize, rows: usize) -> Vec<f32> {
    let width = image.width() as usize;
    let mut levels = Vec::with_capacity(columns * rows);
    let mut counts = vec![[0_u16; 64]; columns];
    for row in 0..rows {
        counts.iter_mut().for_each(|count| count.fill(0));
        let lines = (row as u32 * cell..((row as u32 + 1) * cell).min(image.height())).step_by(2);
        for y in lines {
            let line = &image.as_raw()[y as usize * width..(y as usize + 1) * width];
            for (count, part) in counts.iter_mut().zip(line.chunks(cell as usize)) {
                for &value in part.iter().step_by(2) {
                    count[usize::from(value >> 2)] += 1;
                }
            }
        }
        levels.extend(counts.iter().map(level_of));
    }
    levels
}

fn level_of(counts: &[u16; 64]) -> f32 {
    let total: u32 = counts.iter().map(|&count| u32::from(count)).sum();
    let above = (total as f32 * (1.0 - PAPER_SHARE)) as u32;
    let mut seen = 0;
    for (level, &count) in counts.iter().enumerate().rev() {
        seen += u32::from(count);
        if seen > above {
            return (level * 4 + 2) as f32;
        }
    }
    0.0
}

fn brightest_around(levels: &[f32], columns: usize, rows: usize) -> Vec<f32> {
    around(levels, columns, rows, |values| values.fold(0.0, f32::max))
}

fn smoothed(levels: &[f32], columns: usize, rows: usize) -> Vec<f32> {
    around(levels, columns, rows, |values| {
        let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        sum / count
    })
}

/// Each cell from its 3 x 3 neighbourhood.
fn around(levels: &[f32], columns: usize, rows: usize, fold: impl Fn(&mut dyn Iterator<Item = f32>) -> f32) -> Vec<f32> {
    let mut out = Vec::with_capacity(levels.len());
    for row in 0..rows {
        for column in 0..columns {
            let (top, bottom) = (row.saturating_sub(1), (row + 1).min(rows - 1));
            let (left, right) = (column.saturating_sub(1), (column + 1).min(columns - 1));
            let mut values = (top..=bottom).flat_map(|y| (left..=right).map(move |x| levels[y * columns + x]));
            out.push(fold(&mut values));
        }
    }
    out
}

/// Below `ink` of the paper black, above `paper` white, a straight line between.
pub(crate) fn curve(ink: f32, paper: f32) -> [u8; 256] {
    let mut curve = [0; 256];
    for (level, value) in curve.iter_mut().enumerate() {
        let share = (level as f32 / 255.0 - ink) / (paper - ink);
        *value = (share * 255.0).round().clamp(0.0, 255.0) as u8;
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_shadow_is_divided_away_and_ink_stays() {
        let mut image = GrayImage::from_fn(400, 400, |x, _| Luma([(250 - x / 4) as u8]));
        for y in 100..110 {
            for x in 50..350 {
                image.put_pixel(x, y, Luma([30]));
            }
        }
        let flat = Paper::of(&image, 200.0).divide(&image, &curve(0.3, 0.85));
        assert!(flat.get_pixel(20, 20)[0] > 250 && flat.get_pixel(380, 380)[0] > 250);
        assert!(flat.get_pixel(200, 105)[0] < 40);
    }
}
