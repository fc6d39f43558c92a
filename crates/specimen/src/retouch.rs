//! Forgery of the scan itself: a value of another scan of the same paper brought in, and the seam hidden, or not.

use crate::raster::Raster;
use crate::rng::Rng;

/// How a value was replaced in the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retouch {
    /// Cut from a scan by another device: its light, blur and grain differ.
    Pasted,
    /// Brought in at half the resolution.
    Resampled,
    /// Smoothed until no grain is left.
    Smoothed,
    /// Saved in between by a coarse JPEG encoder with its own grid.
    Recompressed,
    /// Text set on a repaired background without grain or pattern.
    Repaired,
    /// A place of the same page copied over the value.
    Repeated,
}

/// A box in pixels: left, top, right, bottom.
pub type Area = (u32, u32, u32, u32);

impl Retouch {
    /// Every way that takes the value from a second scan.
    pub const FROM_ANOTHER: [Self; 5] = [Self::Pasted, Self::Resampled, Self::Smoothed, Self::Recompressed, Self::Repaired];

    /// Its name in reports.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Pasted => "pasted",
            Self::Resampled => "resampled",
            Self::Smoothed => "smoothed",
            Self::Recompressed => "recompressed",
            Self::Repaired => "repaired",
            Self::Repeated => "repeated",
        }
    }

    /// Replaces `area` of `image` by what `forged`, a scan in the same place, shows there.
    pub fn apply(self, image: &mut Raster, forged: &Raster, area: Area, rng: &mut Rng) {
        let (left, top, right, bottom) = area;
        let mut piece = forged.cropped(left, top, right - left, bottom - top);
        match self {
            Self::Pasted => piece.map(|p| p.map(|c| c * 0.965 + rng.normal() * 3.0)),
            Self::Resampled => {
                let small = piece.resized((piece.width / 2).max(2), (piece.height / 2).max(2));
                piece = enlarged(&small, piece.width, piece.height);
            }
            Self::Smoothed => piece.blur(1.1),
            Self::Recompressed => recompress(&mut piece),
            Self::Repaired => repair(&mut piece),
            Self::Repeated => {}
        }
        put(image, &piece, left, top);
    }

    /// Copies `source` of the image over the left of `area`.
    pub fn repeat(image: &mut Raster, source: Area, area: Area) {
        let (width, height) = ((source.2 - source.0).min(area.2 - area.0), (source.3 - source.1).min(area.3 - area.1));
        let piece = image.cropped(source.0, source.1, width, height);
        put(image, &piece, area.0, area.1);
    }
}

fn put(image: &mut Raster, piece: &Raster, left: u32, top: u32) {
    let row = piece.width as usize * 3;
    for y in 0..piece.height {
        let to = ((top + y) as usize * image.width as usize + left as usize) * 3;
        let from = y as usize * row;
        image.rgb[to..to + row].copy_from_slice(&piece.rgb[from..from + row]);
    }
}

fn enlarged(small: &Raster, width: u32, height: u32) -> Raster {
    let scale = |at: u32, from: u32, to: u32| at as f32 * (from - 1) as f32 / (to - 1).max(1) as f32;
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let pixel = small.sample(scale(x, small.width, width), scale(y, small.height, height)).unwrap_or([255.0; 3]);
            rgb.extend(pixel.map(|c| c.round() as u8));
        }
    }
    Raster { width, height, rgb }
}

/// Quantises each 8 × 8 block's cosine coefficients in steps that grow with frequency, as JPEG does at quality 30.
fn recompress(piece: &mut Raster) {
    let cosine = |k: usize, n: usize| ((2 * n + 1) as f32 * k as f32 * std::f32::consts::PI / 16.0).cos();
    let norm = |k: usize| if k == 0 { 0.125_f32.sqrt() } else { 0.5 };
    let stride = piece.width as usize * 3;
    for (top, left) in (0..piece.height as usize / 8).flat_map(|y| (0..piece.width as usize / 8).map(move |x| (y * 8, x * 8))) {
        for channel in 0..3 {
            let at = |x: usize, y: usize| (top + y) * stride + (left + x) * 3 + channel;
            let mut kept = [0.0_f32; 64];
            for (u, v) in (0..8).flat_map(|u| (0..8).map(move |v| (u, v))) {
                let mut sum = 0.0;
                for (x, y) in (0..8).flat_map(|x| (0..8).map(move |y| (x, y))) {
                    sum += (f32::from(piece.rgb[at(x, y)]) - 128.0) * cosine(u, x) * cosine(v, y);
                }
                let step = 18.0 + 9.0 * (u + v) as f32;
                kept[u * 8 + v] = (sum * norm(u) * norm(v) / step).round() * step;
            }
            for (x, y) in (0..8).flat_map(|x| (0..8).map(move |y| (x, y))) {
                let mut sum = 128.0;
                for (u, v) in (0..8).flat_map(|u| (0..8).map(move |v| (u, v))) {
                    sum += kept[u * 8 + v] * norm(u) * norm(v) * cosine(u, x) * cosine(v, y);
                }
                piece.rgb[at(x, y)] = sum.round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}

/// Everything that is not stroke becomes one even paper colour.
fn repair(piece: &mut Raster) {
    let tone = |p: &[u8]| u32::from(p[0]) + u32::from(p[1]) + u32::from(p[2]);
    let mut tones: Vec<u32> = piece.rgb.chunks_exact(3).map(tone).collect();
    tones.sort_unstable();
    let paper = tones.get(tones.len() * 3 / 4).copied().unwrap_or(720);
    let bare = |pixel: &[u8]| tone(pixel) + 120 > paper;
    let (mut sum, mut count) = ([0_u32; 3], 0);
    for pixel in piece.rgb.chunks_exact(3).filter(|pixel| bare(pixel)) {
        sum = [0, 1, 2].map(|i| sum[i] + u32::from(pixel[i]));
        count += 1;
    }
    let level = sum.map(|s| (s / count.max(1)) as u8);
    for pixel in piece.rgb.chunks_exact_mut(3).filter(|pixel| bare(pixel)) {
        pixel.copy_from_slice(&level);
    }
}
