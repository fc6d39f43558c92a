//! RGB pixels as a scanner delivers them.

use tiny_skia::Pixmap;

/// An image of 8-bit RGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Three bytes a pixel, rows from the top.
    pub rgb: Vec<u8>,
}

impl Raster {
    /// One colour everywhere.
    #[must_use]
    pub fn plain(width: u32, height: u32, colour: [u8; 3]) -> Self {
        Self { width, height, rgb: colour.repeat(width as usize * height as usize) }
    }

    /// A drawn page, over white.
    #[must_use]
    pub fn of(pixmap: &Pixmap) -> Self {
        let rgb = pixmap
            .data()
            .chunks_exact(4)
            .flat_map(|p| {
                let rest = 255 - p[3];
                [p[0].saturating_add(rest), p[1].saturating_add(rest), p[2].saturating_add(rest)]
            })
            .collect();
        Self { width: pixmap.width(), height: pixmap.height(), rgb }
    }

    /// The pixel at `(x, y)`, which must be inside.
    #[must_use]
    pub fn at(&self, x: u32, y: u32) -> [u8; 3] {
        let i = (y as usize * self.width as usize + x as usize) * 3;
        [self.rgb[i], self.rgb[i + 1], self.rgb[i + 2]]
    }

    /// Bilinear sample, or none outside.
    #[must_use]
    pub fn sample(&self, x: f32, y: f32) -> Option<[f32; 3]> {
        if x < 0.0 || y < 0.0 || x > (self.width - 1) as f32 || y > (self.height - 1) as f32 {
            return None;
        }
        let (x0, y0) = (x as u32, y as u32);
        let (x1, y1) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let (u, v) = (x - x0 as f32, y - y0 as f32);
        let corners = [self.at(x0, y0), self.at(x1, y0), self.at(x0, y1), self.at(x1, y1)];
        let shares = [(1.0 - u) * (1.0 - v), u * (1.0 - v), (1.0 - u) * v, u * v];
        let mut sum = [0.0; 3];
        for (corner, share) in corners.iter().zip(shares) {
            for (total, channel) in sum.iter_mut().zip(corner) {
                *total += f32::from(*channel) * share;
            }
        }
        Some(sum)
    }

    /// Area-averaged at another size.
    #[must_use]
    pub fn resized(&self, width: u32, height: u32) -> Self {
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height {
            let rows = span(y, height, self.height);
            for x in 0..width {
                let columns = span(x, width, self.width);
                let mut sum = [0_u32; 3];
                for sy in rows.clone() {
                    for sx in columns.clone() {
                        for (total, channel) in sum.iter_mut().zip(self.at(sx, sy)) {
                            *total += u32::from(channel);
                        }
                    }
                }
                let count = (rows.len() * columns.len()).max(1) as u32;
                rgb.extend(sum.map(|total| (total / count) as u8));
            }
        }
        Self { width, height, rgb }
    }

    /// The part from `(x, y)` of this size.
    #[must_use]
    pub fn cropped(&self, x: u32, y: u32, width: u32, height: u32) -> Self {
        let rows = y..y + height;
        let rgb = rows
            .flat_map(|row| {
                let start = (row as usize * self.width as usize + x as usize) * 3;
                self.rgb[start..start + width as usize * 3].iter().copied()
            })
            .collect();
        Self { width, height, rgb }
    }

    /// This picture and another to its right, over white.
    #[must_use]
    pub fn beside(&self, other: &Self) -> Self {
        let (width, height) = (self.width + other.width, self.height.max(other.height));
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height as usize {
            for part in [self, other] {
                let row = part.width as usize * 3;
                match part.rgb.get(y * row..(y + 1) * row) {
                    Some(pixels) => rgb.extend_from_slice(pixels),
                    None => rgb.resize(rgb.len() + row, 255),
                }
            }
        }
        Self { width, height, rgb }
    }

    /// Changes every pixel.
    pub fn map(&mut self, mut change: impl FnMut([f32; 3]) -> [f32; 3]) {
        for pixel in self.rgb.chunks_exact_mut(3) {
            let new = change([f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2])]);
            for (channel, value) in pixel.iter_mut().zip(new) {
                *channel = value.round().clamp(0.0, 255.0) as u8;
            }
        }
    }

    /// Blurs by three box passes, about a Gaussian of this deviation in pixels.
    pub fn blur(&mut self, sigma: f32) {
        if sigma < 0.9 {
            self.soften(sigma);
            return;
        }
        let radius = ((sigma * sigma * 4.0 + 1.0).sqrt() / 2.0).round().max(1.0) as usize;
        for _ in 0..3 {
            let (w, h) = (self.width as usize, self.height as usize);
            for line in 0..h {
                box_line(&mut self.rgb, line * w * 3, 3, w, radius);
            }
            for column in 0..w {
                box_line(&mut self.rgb, column * 3, w * 3, h, radius);
            }
        }
    }

    /// A three-tap blur for small deviations.
    fn soften(&mut self, sigma: f32) {
        let side = (sigma * sigma / 2.0).min(0.33);
        let (w, h) = (self.width as usize, self.height as usize);
        for (lines, line_step, step, count) in [(h, w * 3, 3, w), (w, 3, w * 3, h)] {
            for line in 0..lines {
                let start = line * line_step;
                for channel in 0..3 {
                    let mut before = f32::from(self.rgb[start + channel]);
                    for i in 1..count.saturating_sub(1) {
                        let at = start + i * step + channel;
                        let here = f32::from(self.rgb[at]);
                        let after = f32::from(self.rgb[at + step]);
                        self.rgb[at] = (here * (1.0 - 2.0 * side) + side * (before + after)).round() as u8;
                        before = here;
                    }
                }
            }
        }
    }
}

fn span(at: u32, out: u32, source: u32) -> std::ops::Range<u32> {
    let start = (u64::from(at) * u64::from(source) / u64::from(out.max(1))) as u32;
    let end = (u64::from(at + 1) * u64::from(source) / u64::from(out.max(1))) as u32;
    start..end.max(start + 1).min(source)
}

fn box_line(data: &mut [u8], start: usize, step: usize, count: usize, radius: usize) {
    let window = (2 * radius + 1) as u32;
    for channel in 0..3 {
        let line: Vec<u32> = (0..count).map(|i| u32::from(data[start + i * step + channel])).collect();
        let at = |i: isize| line[i.clamp(0, count as isize - 1) as usize];
        let r = radius as isize;
        let mut sum: u32 = (-r..=r).map(at).sum();
        for i in 0..count {
            data[start + i * step + channel] = (sum / window) as u8;
            let i = i as isize;
            sum = sum + at(i + r + 1) - at(i - r);
        }
    }
}
