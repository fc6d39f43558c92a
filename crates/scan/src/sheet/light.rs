//! Evening the light over a sheet: shadows and vignettes divided away, all channels alike, so that colours stay.

use image::RgbImage;

use crate::raster::quantile;

/// Cells along the long side: about 7 mm of an A4 sheet, larger than print and smaller than a shadow's edge.
const CELLS: f32 = 42.0;
/// Quantile of a cell's brightness that is its paper.
const PAPER_SHARE: f32 = 0.85;
/// Shadows are lifted by so much at most: what is darker is no shadow on paper.
const MOST_LIFT: f32 = 2.6;

/// Brightness of the paper from place to place.
struct Light {
    cell: usize,
    columns: usize,
    rows: usize,
    levels: Vec<f32>,
}

/// How unevenly a page is lit: the share of the brightest paper's light that is lacking where the paper is darkest
/// (tenth and ninetieth of a hundred places). Scans have less than 0.1; a hand's shadow takes 0.3 to 0.6.
#[must_use]
pub fn shading(page: &RgbImage) -> f32 {
    let light = Light::of(page);
    let (low, high) = (quantile(&mut light.levels.clone(), 0.05), quantile(&mut light.levels.clone(), 0.9));
    1.0 - low / high.max(1.0)
}

/// Lifts every place to the brightness of the best-lit paper.
pub(super) fn even(page: &mut RgbImage) {
    let light = Light::of(page);
    let target = quantile(&mut light.levels.clone(), 0.9);
    let width = page.width() as usize;
    let mut gains = vec![0_u32; width];
    for (y, row) in page.chunks_exact_mut((width * 3).max(1)).enumerate() {
        // Light changes slowly: one row in four is enough.
        if y % 4 == 0 {
            light.gains(y, target, &mut gains);
        }
        for (pixel, &gain) in row.chunks_exact_mut(3).zip(&gains) {
            pixel.iter_mut().for_each(|value| *value = ((u32::from(*value) * gain) >> 12).min(255) as u8);
        }
    }
}

impl Light {
    fn of(page: &RgbImage) -> Self {
        let (width, height) = (page.width() as usize, page.height() as usize);
        let cell = ((width.max(height) as f32 / CELLS) as usize).max(4);
        let (columns, rows) = (width.div_ceil(cell).max(1), height.div_ceil(cell).max(1));
        let mut levels = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                levels.push(paper(page, column * cell, row * cell, cell));
            }
        }
        let mut light = Self { cell, columns, rows, levels };
        light.levels = light.around(|values| values.fold(0.0, f32::max));
        for _ in 0..2 {
            light.levels = light.around(|values| {
                let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
                sum / count
            });
        }
        light
    }

    fn around(&self, fold: impl Fn(&mut dyn Iterator<Item = f32>) -> f32) -> Vec<f32> {
        let near = |at: usize, count: usize| at.saturating_sub(1)..=(at + 1).min(count - 1);
        let places = (0..self.rows).flat_map(|row| (0..self.columns).map(move |column| (row, column)));
        places
            .map(|(row, column)| {
                let rows = near(row, self.rows);
                fold(&mut rows.flat_map(|y| near(column, self.columns).map(move |x| self.levels[y * self.columns + x])))
            })
            .collect()
    }

    /// Gains of a row in 20.12 fixed point, between the middles of cells in a straight line.
    fn gains(&self, y: usize, target: f32, gains: &mut [u32]) {
        let (top, below) = self.between(y, self.rows);
        let low = (top + 1).min(self.rows - 1);
        let line: Vec<f32> = (0..self.columns)
            .map(|column| {
                let (a, b) = (self.levels[top * self.columns + column], self.levels[low * self.columns + column]);
                (target / (a + (b - a) * below).max(1.0)).clamp(1.0, MOST_LIFT)
            })
            .collect();
        for (x, gain) in gains.iter_mut().enumerate() {
            let (left, share) = self.between(x, self.columns);
            let right = line[(left + 1).min(self.columns - 1)];
            *gain = ((line[left] + (right - line[left]) * share) * 4096.0) as u32;
        }
    }

    fn between(&self, at: usize, count: usize) -> (usize, f32) {
        let place = (at as f32 + 0.5) / self.cell as f32 - 0.5;
        let low = place.floor().clamp(0.0, (count - 1) as f32);
        (low as usize, (place - low).clamp(0.0, 1.0))
    }
}

/// The paper of one cell, from a sample of its pixels.
fn paper(page: &RgbImage, left: usize, top: usize, cell: usize) -> f32 {
    let (width, height) = (page.width() as usize, page.height() as usize);
    let step = (cell / 12).max(1);
    let mut values = Vec::with_capacity(200);
    for y in (top..(top + cell).min(height)).step_by(step) {
        for x in (left..(left + cell).min(width)).step_by(step) {
            let at = (y * width + x) * 3;
            let [r, g, b] = [0, 1, 2].map(|channel| f32::from(page.as_raw()[at + channel]));
            values.push(r * 0.30 + g * 0.59 + b * 0.11);
        }
    }
    quantile(&mut values, PAPER_SHARE)
}
