//! Brightness, grain and colour of a page.

use image::{GrayImage, RgbImage};

use crate::raster::quantile;

/// Brightness and contrast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// Brightness of the paper, 0 to 255.
    pub paper: f32,
    /// Brightness of the darkest ink that is more than specks.
    pub ink: f32,
    /// Paper less ink.
    pub contrast: f32,
    /// Share of pixels at the very top.
    pub clipped_light: f32,
    /// Share of pixels at the very bottom.
    pub clipped_dark: f32,
}

/// Colour, or its absence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colour {
    /// Colour of the paper.
    pub paper: [u8; 3],
    /// Share of pixels with a colour of their own, once the paper's cast is divided out.
    pub saturated_share: f32,
    /// Share of pixels that are clearly red, once the paper's cast is divided out.
    pub red_share: f32,
    /// Share of pixels that are clearly blue.
    pub blue_share: f32,
    /// Whether hardly anything on the page has a colour: a photocopy, or a print of one. Tinted paper alone is no colour.
    pub grey: bool,
    /// Whether the three channels are the same, so that the scan itself was gray.
    pub channels_equal: bool,
}

pub(super) fn exposure(page: &GrayImage) -> Exposure {
    let mut counts = [0_u32; 256];
    let pixels = page.as_raw().iter().step_by(3);
    let total = pixels.len().max(1) as f32;
    pixels.for_each(|&value| counts[usize::from(value)] += 1);
    let below = |share: f32| {
        let mut seen = 0;
        counts.iter().position(|&count| {
            seen += count;
            seen as f32 > share * total
        })
    };
    let paper = below(0.70).unwrap_or(255) as f32;
    let ink = below(0.004).unwrap_or(0) as f32;
    Exposure {
        paper,
        ink,
        contrast: paper - ink,
        clipped_light: counts[254..].iter().sum::<u32>() as f32 / total,
        clipped_dark: counts[..3].iter().sum::<u32>() as f32 / total,
    }
}

/// Immerkaer's mask on blocks of 8 x 8; a low quantile of the blocks is paper without print.
pub(super) fn noise(page: &GrayImage) -> f32 {
    let (width, height) = (page.width() as usize, page.height() as usize);
    let pixels = page.as_raw();
    let mut grains = Vec::new();
    for y in (1..height.saturating_sub(10)).step_by(48) {
        for x in (1..width.saturating_sub(10)).step_by(48) {
            grains.push(grain(pixels, width, x, y));
        }
    }
    quantile(&mut grains, 0.3)
}

fn grain(pixels: &[u8], width: usize, x: usize, y: usize) -> f32 {
    let at = |x: usize, y: usize| i32::from(pixels[y * width + x]);
    let mut sum = 0;
    for v in y..y + 8 {
        for u in x..x + 8 {
            let corners = at(u - 1, v - 1) + at(u + 1, v - 1) + at(u - 1, v + 1) + at(u + 1, v + 1);
            let sides = at(u, v - 1) + at(u, v + 1) + at(u - 1, v) + at(u + 1, v);
            sum += (corners - 2 * sides + 4 * at(u, v)).abs();
        }
    }
    // sqrt(pi / 2) / 6, per pixel of the block.
    sum as f32 / 64.0 * 0.2089
}

/// A pixel's largest and smallest channel must be this far apart, the paper's cast divided out.
const OWN_COLOUR: i32 = 44;
/// Below this share of coloured pixels a page is gray; a seal alone is ten times more.
const GREY_SHARE: f32 = 0.0012;

pub(super) fn colour(small: &RgbImage) -> Colour {
    let paper = paper_colour(small);
    let scale = paper.map(|level| 255 * 256 / i32::from(level.max(32)));
    let (mut own, mut red, mut blue, mut unequal) = (0_u32, 0_u32, 0_u32, 0_u32);
    for pixel in small.pixels() {
        let raw = pixel.0;
        let [r, g, b] = [0, 1, 2].map(|at| ((i32::from(raw[at]) * scale[at]) >> 8).min(255));
        let spread = r.max(g).max(b) - r.min(g).min(b);
        own += u32::from(spread > OWN_COLOUR);
        red += u32::from(r - g.max(b) > OWN_COLOUR);
        blue += u32::from(b - r > OWN_COLOUR && b >= g);
        unequal += u32::from(raw[0].abs_diff(raw[1]).max(raw[1].abs_diff(raw[2])) > 6);
    }
    let total = (small.width() * small.height()).max(1) as f32;
    let share = |count: u32| count as f32 / total;
    Colour {
        paper,
        saturated_share: share(own),
        red_share: share(red),
        blue_share: share(blue),
        grey: share(own) < GREY_SHARE,
        channels_equal: share(unequal) < 0.001,
    }
}

/// Median of each channel over the brighter half.
fn paper_colour(small: &RgbImage) -> [u8; 3] {
    [0, 1, 2].map(|channel| {
        let mut values: Vec<f32> = small.pixels().step_by(7).map(|pixel| f32::from(pixel.0[channel])).collect();
        quantile(&mut values, 0.6) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn with_patch(paper: Rgb<u8>, patch: Rgb<u8>) -> RgbImage {
        RgbImage::from_fn(400, 400, |x, y| if x < 40 && y < 40 { patch } else { paper })
    }

    #[test]
    fn tinted_paper_with_black_print_is_grey_and_a_seal_is_not() {
        assert!(colour(&with_patch(Rgb([250, 235, 215]), Rgb([40, 38, 34]))).grey);
        let seal = colour(&with_patch(Rgb([250, 235, 215]), Rgb([190, 50, 60])));
        assert!(!seal.grey && seal.red_share > 0.009 && !seal.channels_equal);
    }

    #[test]
    fn equal_channels_are_seen() {
        assert!(colour(&with_patch(Rgb([240, 240, 240]), Rgb([90, 90, 90]))).channels_equal);
    }

    #[test]
    fn grain_is_measured_in_levels() {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as f32 / 255.0 - 0.5
        };
        // Uniform from -10 to 10 has a deviation of 5.8.
        let page = GrayImage::from_fn(400, 400, |_, _| image::Luma([(200.0 + 20.0 * next()) as u8]));
        let measured = noise(&page);
        assert!((4.5..7.0).contains(&measured), "{measured}");
    }
}
