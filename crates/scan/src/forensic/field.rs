//! The page as the measures of this folder see it: brightness, what is ink, and what is bare paper.

use image::{GrayImage, RgbImage};

use crate::raster::paper::{Paper, curve};
use crate::raster::{INCH, Rect, luma, map};

/// A page with what is ink on it.
pub(super) struct Field<'a> {
    pub(super) page: &'a RgbImage,
    pub(super) gray: GrayImage,
    /// The brightest channel: what is gray darkens it, a coloured pattern hardly does.
    peak: GrayImage,
    /// Share of the paper's brightness, 255 for paper.
    pub(super) flat: GrayImage,
    /// 255 where neither ink nor its soft edge is.
    bare: GrayImage,
    pub(super) mm: f32,
}

/// Darker than this share of the paper is ink; the background pattern lies above it.
pub(super) const INK: u8 = 190;
/// Ink's soft edge, in millimetres.
const EDGE_MM: f32 = 0.28;

impl<'a> Field<'a> {
    pub(super) fn of(page: &'a RgbImage, dpi: f32) -> Self {
        let gray = luma(page);
        let flat = Paper::of(&gray, dpi).divide(&gray, &curve(0.0, 1.0));
        let mm = dpi / INCH;
        let bare = bare(&flat, ((EDGE_MM * mm).round() as u32).max(1));
        let peak = map(page, |r, g, b| r.max(g).max(b));
        Self { page, gray, peak, flat, bare, mm }
    }

    /// A box cut to the page.
    pub(super) fn cut(&self, rect: &Rect) -> Rect {
        rect.intersection(&Rect { x: 0, y: 0, w: self.gray.width(), h: self.gray.height() })
    }

    /// Coordinates of a box's bare paper.
    pub(super) fn bare_of(&self, rect: &Rect) -> impl Iterator<Item = (u32, u32)> + '_ {
        let cut = self.cut(rect);
        (cut.y..cut.bottom()).flat_map(move |y| (cut.x..cut.right()).map(move |x| (x, y))).filter(|&(x, y)| self.is_bare(x, y))
    }

    pub(super) fn is_bare(&self, x: u32, y: u32) -> bool {
        self.bare.get_pixel_checked(x, y).is_some_and(|pixel| pixel[0] == 255)
    }

    pub(super) fn is_ink(&self, x: u32, y: u32) -> bool {
        self.flat.get_pixel_checked(x, y).is_some_and(|pixel| pixel[0] < INK)
    }

    pub(super) fn level(&self, x: u32, y: u32) -> i32 {
        self.gray.get_pixel_checked(x, y).map_or(0, |pixel| i32::from(pixel[0]))
    }

    /// The brightest channel.
    pub(super) fn peak(&self, x: u32, y: u32) -> i32 {
        self.peak.get_pixel_checked(x, y).map_or(0, |pixel| i32::from(pixel[0]))
    }

    /// Immerkaer's mask at a pixel: what neither a plane nor a straight edge explains.
    pub(super) fn residual(&self, x: u32, y: u32) -> f32 {
        if x == 0 || y == 0 || x + 1 >= self.gray.width() || y + 1 >= self.gray.height() {
            return 0.0;
        }
        let at = |x, y| self.level(x, y);
        let corners = at(x - 1, y - 1) + at(x + 1, y - 1) + at(x - 1, y + 1) + at(x + 1, y + 1);
        let sides = at(x, y - 1) + at(x, y + 1) + at(x - 1, y) + at(x + 1, y);
        (corners - 2 * sides + 4 * at(x, y)) as f32 / 6.0
    }
}

/// Ink spread by `edge` pixels, turned round.
fn bare(flat: &GrayImage, edge: u32) -> GrayImage {
    let (width, height) = (flat.width() as usize, flat.height() as usize);
    let edge = edge as usize;
    let mut across = vec![255_u8; width * height];
    for (from, to) in flat.as_raw().chunks_exact(width.max(1)).zip(across.chunks_exact_mut(width.max(1))) {
        for (x, _) in from.iter().enumerate().filter(|&(_, &value)| value < INK) {
            to[x.saturating_sub(edge)..(x + edge + 1).min(width)].fill(0);
        }
    }
    let mut out = across.clone();
    for y in 0..height {
        for near in (y.saturating_sub(edge)..(y + edge + 1).min(height)).filter(|&near| near != y) {
            let (row, other) = (y * width, near * width);
            for x in 0..width {
                out[row + x] = out[row + x].min(across[other + x]);
            }
        }
    }
    GrayImage::from_raw(flat.width(), flat.height(), out).unwrap_or_default()
}
