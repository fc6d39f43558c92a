//! A phone's picture of the paper: projected onto a table, lit from one side, in the shadow of a hand.

use crate::raster::Raster;
use crate::rng::Rng;

/// Photographs the scan lying on a table; `tilt` is how far its corners are off, as a share of the short side.
pub(super) fn photograph(page: &Raster, tilt: f32, rng: &mut Rng) -> Raster {
    let short = page.width.min(page.height) as f32;
    let margin = short * rng.between(0.05, 0.10);
    let (width, height) = ((page.width as f32 + margin * 2.0) as u32, (page.height as f32 + margin * 2.0) as u32);
    let (right, low) = (width as f32 - margin, height as f32 - margin);
    let mut off = |x: f32, y: f32| (x + rng.between(-1.0, 1.0) * tilt * short, y + rng.between(-1.0, 1.0) * tilt * short);
    let corners = [off(margin, margin), off(right, margin), off(right, low), off(margin, low)];
    let back = Homography::onto_unit(corners);
    let table = [rng.between(70.0, 150.0), rng.between(55.0, 105.0), rng.between(35.0, 80.0)];
    let grain = rng.between(0.02, 0.06);
    let light = Light::any(rng, width as f32, height as f32);
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let (fx, fy) = (x as f32, y as f32);
            let (u, v) = back.at(fx, fy);
            let paper = page.sample(u * (page.width - 1) as f32, v * (page.height - 1) as f32);
            let wood = || {
                let stripe = 1.0 + 0.12 * (fy * grain + 2.0 * (fx * grain * 0.11).sin()).sin();
                table.map(|c| c * stripe)
            };
            let noise = rng.normal() * 2.2;
            let lit = light.at(fx, fy);
            rgb.extend(paper.unwrap_or_else(wood).iter().zip(lit).map(|(c, l)| (c * l + noise).round().clamp(0.0, 255.0) as u8));
        }
    }
    let mut image = Raster { width, height, rgb };
    image.blur(0.6);
    image
}

/// Uneven, warm light with a soft shadow over one side.
struct Light {
    slope: (f32, f32),
    shadow: (f32, f32, f32, f32),
    tint: [f32; 3],
}

impl Light {
    fn any(rng: &mut Rng, width: f32, height: f32) -> Self {
        let slope = (rng.between(-0.22, 0.22) / width, rng.between(-0.22, 0.22) / height);
        let (dx, dy) = (rng.between(-1.0, 1.0), rng.between(-1.0, 1.0));
        let length = dx.hypot(dy).max(0.1);
        let reach = rng.between(0.1, 0.4) * width;
        let warm = rng.between(-0.02, 0.06);
        Self {
            slope,
            shadow: (
                dx / length,
                dy / length,
                width.mul_add(0.5 * dx / length, height * 0.5 * dy / length) + reach,
                rng.between(0.25, 0.42),
            ),
            tint: [0.97 + warm, 0.95, 0.93 - warm],
        }
    }

    fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let even = 0.95 + self.slope.0 * x + self.slope.1 * y;
        let inside = ((x * self.shadow.0 + y * self.shadow.1 - self.shadow.2) / 60.0).clamp(0.0, 1.0);
        self.tint.map(|t| t * even * (1.0 - self.shadow.3 * inside))
    }
}

/// A projective map of the picture onto the unit square of the page.
struct Homography([f32; 9]);

impl Homography {
    /// The inverse of the map that takes the unit square's corners, clockwise from the top left, to `corners`
    /// (Heckbert 1989, section 2.2.3: square to quadrilateral, then the adjugate).
    fn onto_unit(corners: [(f32, f32); 4]) -> Self {
        let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = corners;
        let (sx, sy) = (x0 - x1 + x2 - x3, y0 - y1 + y2 - y3);
        let (dx1, dx2, dy1, dy2) = (x1 - x2, x3 - x2, y1 - y2, y3 - y2);
        let det = dx1 * dy2 - dx2 * dy1;
        let (g, h) = ((sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det);
        let (a, b, c) = (x1 - x0 + g * x1, x3 - x0 + h * x3, x0);
        let (d, e, f) = (y1 - y0 + g * y1, y3 - y0 + h * y3, y0);
        Self([e - f * h, c * h - b, b * f - c * e, f * g - d, a - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d])
    }

    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let row = |i: usize| self.0[i] * x + self.0[i + 1] * y + self.0[i + 2];
        let w = row(6);
        (row(0) / w, row(3) / w)
    }
}

#[cfg(test)]
mod tests {
    use super::Homography;

    #[test]
    fn corners_go_to_the_corners_of_the_page() {
        let corners = [(10.0, 12.0), (205.0, 20.0), (190.0, 300.0), (15.0, 280.0)];
        let map = Homography::onto_unit(corners);
        for ((x, y), (u, v)) in corners.into_iter().zip([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]) {
            let (a, b) = map.at(x, y);
            assert!((a - u).abs() < 1e-3 && (b - v).abs() < 1e-3, "{a} {b}");
        }
    }
}
