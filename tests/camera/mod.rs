//! Pictures of sheets as a phone takes them: projected onto a table, turned, in uneven light.

use std::io::Cursor;

use bansao_scan::RgbImage;
use image::Rgb;

/// A camera above a table: how it leans (degrees to the back and to the right), turns, and how deep the shadow is.
pub(crate) struct Camera {
    pub(crate) back: f32,
    pub(crate) right: f32,
    pub(crate) turn: f32,
    pub(crate) shadow: f32,
}

/// The distance of the camera in heights of the sheet: an A4 sheet from 40 cm.
const DISTANCE: f32 = 1.35;

impl Camera {
    /// Where a point of the sheet (-0.5 to 0.5 in shares of its height) is seen, in heights of the sheet.
    fn see(&self, x: f32, y: f32) -> (f32, f32) {
        let (sin, cos) = self.turn.to_radians().sin_cos();
        let (x, y) = (x * cos - y * sin, x * sin + y * cos);
        let (bs, bc) = self.back.to_radians().sin_cos();
        let (rs, rc) = self.right.to_radians().sin_cos();
        let (x, z) = (x * rc, x * rs);
        let (y, z) = (y * bc - z * bs, y * bs + z * bc);
        let scale = DISTANCE / (DISTANCE + z);
        (x * scale, y * scale)
    }

    /// A picture of `sheet` on a table, `side` pixels wide and four thirds as high.
    pub(crate) fn shoot(&self, sheet: &RgbImage, side: u32) -> RgbImage {
        let (w, h) = (sheet.width() as f32, sheet.height() as f32);
        let high = side * 4 / 3;
        let zoom = high as f32 * 0.86;
        let mut picture = RgbImage::from_fn(side, high, |x, y| {
            let grain = ((x as f32 / 23.0 + (y as f32 / 170.0).sin() * 3.0).sin() * 9.0) as i32;
            Rgb([96, 74, 58].map(|level: i32| (level + grain) as u8))
        });
        // Newton's way back from the picture to the sheet: the map is smooth and nearly the identity.
        for (px, py, pixel) in picture.enumerate_pixels_mut() {
            let aim = ((px as f32 - side as f32 / 2.0) / zoom, (py as f32 - high as f32 / 2.0) / zoom);
            let (mut x, mut y) = aim;
            for _ in 0..7 {
                let (sx, sy) = self.see(x, y);
                let (sin, cos) = (-self.turn).to_radians().sin_cos();
                let (dx, dy) = (aim.0 - sx, aim.1 - sy);
                (x, y) = (x + dx * cos - dy * sin, y + dx * sin + dy * cos);
            }
            let (u, v) = (x * h + w / 2.0, y * h + h / 2.0);
            if (0.0..w - 1.0).contains(&u) && (0.0..h - 1.0).contains(&v) {
                *pixel = bilinear(sheet, u, v);
            }
            let light = 1.0 - self.shadow * (px as f32 / side as f32) * (0.5 + 0.5 * py as f32 / high as f32);
            pixel.0 = pixel.0.map(|value| (f32::from(value) * light) as u8);
        }
        picture
    }
}

fn bilinear(image: &RgbImage, u: f32, v: f32) -> Rgb<u8> {
    let (x, y, fu, fv) = (u as u32, v as u32, u.fract(), v.fract());
    let at = |dx: u32, dy: u32, channel: usize| f32::from(image.get_pixel(x + dx, y + dy).0[channel]);
    Rgb([0, 1, 2].map(|c| {
        let top = at(0, 0, c) * (1.0 - fu) + at(1, 0, c) * fu;
        let low = at(0, 1, c) * (1.0 - fu) + at(1, 1, c) * fu;
        (top * (1.0 - fv) + low * fv).round() as u8
    }))
}

pub(crate) fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90)).unwrap();
    bytes.into_inner()
}
