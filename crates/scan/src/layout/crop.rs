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

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn the_soft_edge_above_a_box_is_cut_with_it_and_no_more() {
        let mut layer = GrayImage::from_pixel(100, 100, Luma([255]));
        // The tip of a mark, and a line further up.
        (40..60).for_each(|x| layer.put_pixel(x, 39, Luma([90])));
        (0..100).for_each(|x| layer.put_pixel(x, 35, Luma([0])));
        (40..60).for_each(|x| layer.put_pixel(x, 80, Luma([0])));
        let bbox = Rect { x: 20, y: 40, w: 60, h: 40 };
        // 7 pixels of margin on each side, at the layer's size.
        let crop = crop_line(&layer, &bbox, 54);
        let darkest = |y: u32| (0..crop.width()).map(|x| crop.get_pixel(x, y)[0]).min();
        assert_eq!((crop.dimensions(), darkest(6), darkest(2), darkest(47)), ((74, 54), Some(90), Some(255), Some(255)));
    }
}
