//! Turning by quarters and by a small angle, and carrying boxes there and back.

use image::{GrayImage, RgbImage, imageops};

use crate::raster::Rect;

/// What it takes to make a page upright.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pose {
    /// Quarter turns clockwise, 0 to 3.
    pub quarter_turns: u8,
    /// Skew that is left after the quarter turns: lines run down to the right by this angle in degrees.
    pub skew_degrees: f32,
}

/// Below this a rotation costs more sharpness than it straightens: half a pixel in a hundred.
const STRAIGHT_DEGREES: f32 = 0.12;

impl Pose {
    /// A gray page turned upright; corners that come from outside are white.
    #[must_use]
    pub fn upright(&self, page: &GrayImage) -> GrayImage {
        let turned = match self.quarter_turns % 4 {
            1 => imageops::rotate90(page),
            2 => imageops::rotate180(page),
            3 => imageops::rotate270(page),
            _ => page.clone(),
        };
        if self.is_straight() { turned } else { straighten(&turned, self.skew_degrees) }
    }

    pub(crate) fn upright_rgb(&self, page: &RgbImage) -> RgbImage {
        let turned = match self.quarter_turns % 4 {
            1 => imageops::rotate90(page),
            2 => imageops::rotate180(page),
            3 => imageops::rotate270(page),
            _ => page.clone(),
        };
        if self.is_straight() { turned } else { straighten_rgb(&turned, self.skew_degrees) }
    }

    fn is_straight(&self) -> bool {
        self.skew_degrees.abs() < STRAIGHT_DEGREES
    }

    /// The box on a page of that size around a box of the upright one.
    pub(crate) fn to_page(self, rect: &Rect, page: (u32, u32)) -> Rect {
        rect.carried(page, |point| self.point_to_page(point, page))
    }

    /// The box on the upright page around a box of the page.
    pub(crate) fn to_upright(self, rect: &Rect, page: (u32, u32)) -> Rect {
        rect.carried(self.upright_size(page), |point| self.point_to_upright(point, page))
    }

    fn upright_size(self, (width, height): (u32, u32)) -> (u32, u32) {
        if self.quarter_turns % 2 == 1 { (height, width) } else { (width, height) }
    }

    fn point_to_page(self, point: (f32, f32), page: (u32, u32)) -> (f32, f32) {
        let size = self.upright_size(page);
        let (x, y) = if self.is_straight() { point } else { swing(point, size, self.skew_degrees) };
        let (width, height) = (page.0 as f32, page.1 as f32);
        match self.quarter_turns % 4 {
            1 => (y, height - x),
            2 => (width - x, height - y),
            3 => (width - y, x),
            _ => (x, y),
        }
    }

    fn point_to_upright(self, (x, y): (f32, f32), page: (u32, u32)) -> (f32, f32) {
        let (width, height) = (page.0 as f32, page.1 as f32);
        let point = match self.quarter_turns % 4 {
            1 => (height - y, x),
            2 => (width - x, height - y),
            3 => (y, width - x),
            _ => (x, y),
        };
        if self.is_straight() { point } else { swing(point, self.upright_size(page), -self.skew_degrees) }
    }
}

/// A point turned about the middle, clockwise on the page for positive degrees.
fn swing((x, y): (f32, f32), (width, height): (u32, u32), degrees: f32) -> (f32, f32) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
    let (dx, dy) = (x - cx, y - cy);
    (cx + dx * cos - dy * sin, cy + dx * sin + dy * cos)
}

/// Walks the source along each target row in 16.16 fixed point, with bilinear weights.
struct Slant {
    dx: i64,
    dy: i64,
    width: i64,
    height: i64,
    degrees: f32,
}

impl Slant {
    fn new(width: u32, height: u32, degrees: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Self { dx: (cos * 65536.0) as i64, dy: (sin * 65536.0) as i64, width: i64::from(width), height: i64::from(height), degrees }
    }

    /// Source position of the first pixel of a row.
    fn row(&self, y: u32) -> (i64, i64) {
        let start = swing((0.5, y as f32 + 0.5), (self.width as u32, self.height as u32), self.degrees);
        (((start.0 - 0.5) * 65536.0) as i64, ((start.1 - 0.5) * 65536.0) as i64)
    }

    /// Calls `paint` with target column, source offset and weights, for all columns that come from inside.
    fn columns(&self, y: u32, mut paint: impl FnMut(usize, usize, i64, i64)) {
        let (mut sx, mut sy) = self.row(y);
        for x in 0..self.width as usize {
            let (column, row) = (sx >> 16, sy >> 16);
            if column >= 0 && row >= 0 && column + 1 < self.width && row + 1 < self.height {
                paint(x, (row * self.width + column) as usize, (sx & 0xFFFF) >> 8, (sy & 0xFFFF) >> 8);
            }
            sx += self.dx;
            sy += self.dy;
        }
    }
}

fn blend(nw: u8, ne: u8, sw: u8, se: u8, fx: i64, fy: i64) -> u8 {
    let top = i64::from(nw) * (256 - fx) + i64::from(ne) * fx;
    let bottom = i64::from(sw) * (256 - fx) + i64::from(se) * fx;
    ((top * (256 - fy) + bottom * fy + 32768) >> 16) as u8
}

fn straighten(page: &GrayImage, degrees: f32) -> GrayImage {
    let (width, height) = page.dimensions();
    let (from, stride) = (page.as_raw(), width as usize);
    let mut out = vec![255_u8; from.len()];
    let slant = Slant::new(width, height, degrees);
    for (row, y) in out.chunks_exact_mut(stride.max(1)).zip(0..) {
        slant.columns(y, |x, at, fx, fy| {
            row[x] = blend(from[at], from[at + 1], from[at + stride], from[at + stride + 1], fx, fy);
        });
    }
    GrayImage::from_raw(width, height, out).unwrap_or_default()
}

fn straighten_rgb(page: &RgbImage, degrees: f32) -> RgbImage {
    let (width, height) = page.dimensions();
    let (from, stride) = (page.as_raw(), width as usize * 3);
    let mut out = vec![255_u8; from.len()];
    let slant = Slant::new(width, height, degrees);
    for (row, y) in out.chunks_exact_mut(stride.max(1)).zip(0..) {
        slant.columns(y, |x, at, fx, fy| {
            for channel in 0..3 {
                let at = at * 3 + channel;
                row[x * 3 + channel] = blend(from[at], from[at + 3], from[at + stride], from[at + stride + 3], fx, fy);
            }
        });
    }
    RgbImage::from_raw(width, height, out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn marked(width: u32, height: u32, rect: Rect) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| {
            let inside = (rect.x..rect.right()).contains(&x) && (rect.y..rect.bottom()).contains(&y);
            Luma([if inside { 0 } else { 255 }])
        })
    }

    fn middle(image: &GrayImage) -> (f32, f32) {
        let mut sum = (0.0, 0.0, 0.0);
        for (x, y, pixel) in image.enumerate_pixels() {
            if pixel[0] < 128 {
                sum = (sum.0 + x as f32 + 0.5, sum.1 + y as f32 + 0.5, sum.2 + 1.0);
            }
        }
        (sum.0 / sum.2, sum.1 / sum.2)
    }

    #[test]
    fn boxes_follow_the_pixels_there_and_back() {
        let rect = Rect { x: 300, y: 80, w: 20, h: 20 };
        let page = marked(500, 300, rect);
        for quarter_turns in 0..4 {
            for skew_degrees in [-6.0, 0.0, 2.5] {
                let pose = Pose { quarter_turns, skew_degrees };
                let (mx, my) = middle(&pose.upright(&page));
                let there = pose.to_upright(&rect, (500, 300));
                let centre = (there.x as f32 + there.w as f32 / 2.0, there.y as f32 + there.h as f32 / 2.0);
                assert!((centre.0 - mx).abs() < 1.5 && (centre.1 - my).abs() < 1.5, "{pose:?} {centre:?} {mx} {my}");
                let back = pose.to_page(&there, (500, 300));
                assert_eq!(back.intersection(&rect), rect, "{pose:?} {back:?}");
                assert!(back.w < 32 && back.h < 32);
            }
        }
    }
}
