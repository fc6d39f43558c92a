//! A line cut out for recognition.

use image::{GrayImage, imageops};

use crate::raster::{Rect, resize_gray};

/// Margin on each side as a share of the box's height.
const MARGIN: f32 = 0.18;
/// What of the upper one shows the layer, as a share of the box's height.
const EDGE: f32 = 0.06;

/// A box of a layer with white margins, scaled to a height in pixels.
///
/// All but an edge of the margins is painted, not cut from the layer, so that neighbouring lines do not come in.
#[must_use]
pub fn crop_line(layer: &GrayImage, bbox: &Rect, height: u32) -> GrayImage {
    let bbox = bbox.intersection(&Rect { x: 0, y: 0, w: layer.width(), h: layer.height() });
    if bbox.area() == 0 || height == 0 {
        return GrayImage::from_pixel(height.max(1), height.max(1), image::Luma([255]));
    }
    let margin = ((bbox.h as f32 * MARGIN) as u32).max(3);
    let mut framed = GrayImage::from_pixel(bbox.w + 2 * margin, bbox.h + 2 * margin, image::Luma([255]));
    // The soft edge of ink lies outside of its box, and the tip of a mark (`ấ`) is hardly more than that.
    let edge = ((bbox.h as f32 * EDGE).round() as u32).clamp(1, margin).min(bbox.y);
    let cut = imageops::crop_imm(layer, bbox.x, bbox.y - edge, bbox.w, bbox.h + edge);
    imageops::replace(&mut framed, &*cut, i64::from(margin), i64::from(margin - edge));
    let width = (framed.width() as f32 * height as f32 / framed.height() as f32).round().max(1.0) as u32;
    resize_gray(&framed, width, height)
}
