//! Undoing the perspective: each pixel of the flat sheet from its place in the picture, bilinear.
//!
//! The exact map is taken at every sixteenth pixel of a row and followed along a straight line between: within that
//! length a sheet's perspective bends by less than a hundredth of a pixel.

use image::RgbImage;

use super::homography::Homography;

/// Pixels between exact places.
const STRIDE: usize = 16;

pub(super) fn warp(picture: &RgbImage, (width, height): (u32, u32), to_picture: &Homography) -> RgbImage {
    let (from, stride) = (picture.as_raw(), picture.width() as usize * 3);
    let (most_x, most_y) = (picture.width() as i64 - 2, picture.height() as i64 - 2);
    let mut flat = RgbImage::new(width, height);
    if most_x < 0 || most_y < 0 {
        return flat;
    }
    let fixed = |value: f32| (value * 65536.0) as i64;
    for (row, y) in flat.chunks_exact_mut(width as usize * 3).zip(0_u32..) {
        let exact = |x: usize| to_picture.apply((x as f32 + 0.5, y as f32 + 0.5));
        let mut here = exact(0);
        for (piece, start) in row.chunks_mut(STRIDE * 3).zip((0..).step_by(STRIDE)) {
            let next = exact(start + STRIDE);
            let step = (fixed((next.0 - here.0) / STRIDE as f32), fixed((next.1 - here.1) / STRIDE as f32));
            let (mut sx, mut sy) = (fixed(here.0 - 0.5), fixed(here.1 - 0.5));
            for pixel in piece.chunks_exact_mut(3) {
                // Places just outside take the picture's last pixels.
                let (column, line) = ((sx >> 16).clamp(0, most_x), (sy >> 16).clamp(0, most_y));
                let (fx, fy) = ((sx & 0xFFFF) >> 8, (sy & 0xFFFF) >> 8);
                let at = line as usize * stride + column as usize * 3;
                for (channel, value) in pixel.iter_mut().enumerate() {
                    let at = at + channel;
                    let top = i64::from(from[at]) * (256 - fx) + i64::from(from[at + 3]) * fx;
                    let low = i64::from(from[at + stride]) * (256 - fx) + i64::from(from[at + stride + 3]) * fx;
                    *value = ((top * (256 - fy) + low * fy + 32768) >> 16) as u8;
                }
                sx += step.0;
                sy += step.1;
            }
            here = next;
        }
    }
    flat
}
