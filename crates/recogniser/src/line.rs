//! A picture of one line made ready for the network: 48 rows, ink positive, paper about zero.
//!
//! The caller cuts the line (a little air above and below, upright, no neighbours). Nothing is found, turned or cleaned here.

use image::GrayImage;

use crate::error::LineError;

/// Rows that the network sees.
pub const HEIGHT: usize = 48;

/// The most columns at that height: 75 times as wide as high. A wider line is squeezed to it, which a line of a form never is.
pub const MOST_COLUMNS: usize = 3600;

/// The network steps by six columns.
const STEP: usize = 6;

/// A line at the network's height.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Row by row.
    values: Vec<f32>,
    width: usize,
    source: [u32; 2],
}

impl Line {
    /// Scales a picture of a line to the network's height (each pixel the mean of those that it covers; enlarged linearly) and
    /// evens out its tone: the mean becomes 0, and the spread about 1 unless there is none.
    ///
    /// # Errors
    /// [`LineError::Empty`].
    pub fn from_gray(picture: &GrayImage) -> Result<Self, LineError> {
        let (width, height) = picture.dimensions();
        if width == 0 || height == 0 {
            return Err(LineError::Empty);
        }
        let columns = (f64::from(width) * HEIGHT as f64 / f64::from(height)).round() as usize;
        let columns = columns.clamp(STEP, MOST_COLUMNS);
        let mut values = scaled(picture, columns);
        even_out(&mut values);
        Ok(Self { values, width: columns, source: [width, height] })
    }

    /// Columns that the network sees: those of the line and a margin of zeros.
    pub(crate) fn columns(&self) -> usize {
        self.width.next_multiple_of(STEP)
    }

    /// Columns of the line.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Width and height of the picture that was given, pixels.
    pub(crate) fn source(&self) -> [u32; 2] {
        self.source
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.width)
    }
}

/// (mean - value) / (spread + 8): 8 of 255 keeps the noise of an empty crop small.
fn even_out(values: &mut [f32]) {
    let count = values.len() as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / count;
    let variance = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / count;
    let (mean, factor) = (mean as f32, 1.0 / (variance.sqrt() as f32 + 8.0));
    values.iter_mut().for_each(|v| *v = (mean - *v) * factor);
}

/// The picture at `columns` x [`HEIGHT`], columns first.
fn scaled(picture: &GrayImage, columns: usize) -> Vec<f32> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let across = axis(width, columns);
    let mut narrow = vec![0.0; height * columns];
    for (row, out) in picture.as_raw().chunks_exact(width).zip(narrow.chunks_exact_mut(columns)) {
        for (shares, out) in across.iter().zip(out) {
            *out = shares.weights.iter().zip(&row[shares.first..]).map(|(w, v)| w * f32::from(*v)).sum();
        }
    }
    let mut out = vec![0.0; HEIGHT * columns];
    for (shares, out) in axis(height, HEIGHT).iter().zip(out.chunks_exact_mut(columns)) {
        for (weight, row) in shares.weights.iter().zip(narrow.chunks_exact(columns).skip(shares.first)) {
            out.iter_mut().zip(row).for_each(|(out, v)| *out += weight * v);
        }
    }
    out
}

/// Which pixels of an axis make one new pixel, and with what shares.
struct Shares {
    first: usize,
    weights: Vec<f32>,
}

fn axis(from: usize, to: usize) -> Vec<Shares> {
    let scale = from as f64 / to as f64;
    (0..to).map(|index| if scale > 1.0 { covered(index, scale, from) } else { between(index, scale, from) }).collect()
}

/// The pixels that a larger pixel covers, by how much of each.
fn covered(index: usize, scale: f64, from: usize) -> Shares {
    let (start, end) = (index as f64 * scale, ((index + 1) as f64 * scale).min(from as f64));
    let first = (start as usize).min(from - 1);
    let last = (end.ceil() as usize).clamp(first + 1, from);
    let overlap = |pixel: usize| ((pixel + 1) as f64).min(end) - (pixel as f64).max(start);
    let total: f64 = (first..last).map(overlap).sum();
    Shares { first, weights: (first..last).map(|pixel| (overlap(pixel) / total) as f32).collect() }
}

/// The two pixels that a smaller pixel lies between.
fn between(index: usize, scale: f64, from: usize) -> Shares {
    let at = ((index as f64 + 0.5) * scale - 0.5).clamp(0.0, (from - 1) as f64);
    let first = at as usize;
    let share = (at - first as f64) as f32;
    let weights = if first + 1 < from { vec![1.0 - share, share] } else { vec![1.0] };
    Shares { first, weights }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn each_axis_is_scaled_by_its_own() {
        let means = |from: &[u8], to| -> Vec<f32> {
            axis(from.len(), to).iter().map(|s| s.weights.iter().zip(&from[s.first..]).map(|(w, v)| w * f32::from(*v)).sum()).collect()
        };
        assert_eq!(means(&[0, 100, 200, 0], 2), [50.0, 100.0]);
        // Three pixels to two: a half of the middle one goes to each.
        assert_eq!(means(&[0, 90, 180], 2), [30.0, 150.0]);
        assert_eq!(means(&[0, 100], 4), [0.0, 25.0, 75.0, 100.0]);
        assert_eq!(means(&[7], 3), [7.0, 7.0, 7.0]);
    }

    #[test]
    fn ink_is_positive_and_the_mean_is_zero() {
        let picture = GrayImage::from_fn(200, 64, |x, _| Luma([if x % 10 < 3 { 20 } else { 230 }]));
        let line = Line::from_gray(&picture).unwrap();
        assert_eq!((line.width(), line.columns(), line.source()), (150, 150, [200, 64]));
        let mean = line.values.iter().sum::<f32>() / line.values.len() as f32;
        assert!(mean.abs() < 1e-4);
        let row = line.rows().next().unwrap();
        assert!(row[0] > 1.0 && row[3] < -0.4, "{row:?}");
    }

    #[test]
    fn width_is_bounded_both_ways() {
        let width = |w, h| Line::from_gray(&GrayImage::new(w, h)).map(|line| (line.width(), line.columns()));
        assert_eq!(width(9000, 3), Ok((MOST_COLUMNS, MOST_COLUMNS)));
        assert_eq!(width(1, 900), Ok((6, 6)));
        assert_eq!(width(49, 48), Ok((49, 54)));
        assert_eq!(width(0, 48), Err(LineError::Empty));
        assert_eq!(width(48, 0), Err(LineError::Empty));
    }
}
