//! A fingerprint of what stands on a page, the same for another scan of the same paper.
//!
//! The reading layer (upright, without seal, background and leaders) is cut to its print and reduced to 96 by 96 shares of
//! ink; of their cosine transform the signs of 256 middle frequencies are kept. Low frequencies are left out, for they are the form's
//! alone: two papers of one form share them. Skew, light, noise, compression and a few pixels of shift hardly matter.
//!
//! It tells likeness, not identity: papers of one form that differ in one value are close to each other as well.

use image::GrayImage;

use crate::raster::{Rect, resize_gray};
use crate::rectify::Layer;

/// 256 signs. Two scans of one paper differ in few of them, two papers in about half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// Side of the reduced picture.
const SIDE: usize = 96;
/// Frequencies from here on, in both directions together.
const FIRST: usize = 8;

impl Fingerprint {
    /// The fingerprint of a page by its reading layer; `None` for a page without print.
    #[must_use]
    pub fn of(layer: &Layer) -> Option<Self> {
        let print = print_box(&layer.image)?;
        let cut = image::imageops::crop_imm(&layer.image, print.x, print.y, print.w, print.h).to_image();
        let small = resize_gray(&cut, SIDE as u32, SIDE as u32);
        let ink: Vec<f32> = small.iter().map(|&value| 255.0 - f32::from(value)).collect();
        let values = middle_frequencies(&ink);
        let mut bits = [0_u8; 32];
        for (at, value) in values.iter().enumerate() {
            if *value > 0.0 {
                bits[at / 8] |= 1 << (at % 8);
            }
        }
        Some(Self(bits))
    }

    /// How many of the 256 signs differ.
    #[must_use]
    pub fn distance(&self, other: &Self) -> u32 {
        self.0.iter().zip(other.0).map(|(a, b)| (a ^ b).count_ones()).sum()
    }

    /// The bits, to keep.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What [`Fingerprint::as_bytes`] gave.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// The box around the print, specks at the edges left out: the shares of ink by row and column decide.
fn print_box(layer: &GrayImage) -> Option<Rect> {
    let (width, height) = (layer.width() as usize, layer.height() as usize);
    let (mut rows, mut columns) = (vec![0_u32; height], vec![0_u32; width]);
    for (y, row) in layer.as_raw().chunks_exact(width.max(1)).enumerate() {
        for (x, _) in row.iter().enumerate().filter(|&(_, &value)| value < 128) {
            rows[y] += 1;
            columns[x] += 1;
        }
    }
    let total: u32 = rows.iter().sum();
    if total < 2000 {
        return None;
    }
    let (top, bottom) = span(&rows, total)?;
    let (left, right) = span(&columns, total)?;
    Some(Rect::between(left as u32, top as u32, right as u32 + 1, bottom as u32 + 1)).filter(|rect| rect.w > 64 && rect.h > 64)
}

/// From where to where all but a two-hundredth of the ink at each end lies.
fn span(shares: &[u32], total: u32) -> Option<(usize, usize)> {
    let mut seen = 0;
    let first = shares.iter().position(|&share| {
        seen += share;
        seen * 200 >= total
    })?;
    seen = 0;
    let last = shares.iter().rposition(|&share| {
        seen += share;
        seen * 200 >= total
    })?;
    (last > first).then_some((first, last))
}

/// 256 coefficients of the cosine transform: a square of 16 by 16 from `FIRST` on.
fn middle_frequencies(ink: &[f32]) -> Vec<f32> {
    let table: Vec<Vec<f32>> = (FIRST..FIRST + 16)
        .map(|k| (0..SIDE).map(|n| (std::f32::consts::PI / SIDE as f32 * (n as f32 + 0.5) * k as f32).cos()).collect())
        .collect();
    let rows: Vec<Vec<f32>> = ink
        .chunks_exact(SIDE)
        .map(|row| table.iter().map(|wave| wave.iter().zip(row).map(|(wave, value)| wave * value).sum()).collect())
        .collect();
    let mut values = Vec::with_capacity(256);
    for wave in &table {
        for across in 0..16 {
            values.push(wave.iter().zip(&rows).map(|(wave, row)| wave * row.get(across).copied().unwrap_or_default()).sum());
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rectify::{LayerOptions, Pose, text_layer};
    use image::{Rgb, RgbImage};

    /// Rows of letter-like boxes whose places follow from `seed`.
    fn paper(seed: u32, shift: u32, noise: u8) -> RgbImage {
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        let mut grain = seed ^ 0x5bd1;
        let mut page = RgbImage::from_fn(1000, 1400, |_, _| {
            grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Rgb([245 - ((grain >> 20) as u8 % noise.max(1)); 3])
        });
        for row in 0..22 {
            let mut x = 90;
            while x < 880 {
                let w = 6 + next() % 18;
                for y in 0..18 {
                    for across in 0..w {
                        page.put_pixel(x + across + shift, 120 + row * 52 + y + shift, Rgb([30, 30, 34]));
                    }
                }
                x += w + 5 + next() % 30;
            }
        }
        page
    }

    fn print(page: &RgbImage) -> Fingerprint {
        Fingerprint::of(&text_layer(page, 150.0, Pose::default(), &LayerOptions::reading())).unwrap()
    }

    #[test]
    fn another_scan_is_close_and_another_paper_is_far() {
        let first = print(&paper(7, 0, 4));
        let again = print(&paper(7, 9, 22));
        let other = print(&paper(8, 0, 4));
        assert!(first.distance(&again) < 24, "{}", first.distance(&again));
        assert!(first.distance(&other) > 80, "{}", first.distance(&other));
        assert_eq!(Fingerprint::from_bytes(*first.as_bytes()), first);
    }

    #[test]
    fn an_empty_page_has_none() {
        let blank = RgbImage::from_pixel(400, 400, Rgb([250, 250, 250]));
        assert!(Fingerprint::of(&text_layer(&blank, 100.0, Pose::default(), &LayerOptions::reading())).is_none());
    }
}
