//! Strike-outs: a stroke that runs on level through a line of writing, where print has gaps between its letters.

use image::GrayImage;

use super::field::INK;
use crate::layout::Line;
use crate::raster::Rect;

/// Shorter strokes are letters: a dash, the bar of a capital, joined writing.
const LEAST_MM: f32 = 11.0;
/// Higher up than this many small-letter heights run the bars of capitals; of bold ones that touch, several in a row.
const BARS: f32 = 1.05;
const LEAST_BY_BARS_MM: f32 = 22.0;
/// A drawn line strays less than this from straight.
const STRAIGHT_MM: f32 = 0.45;
/// Where on a line of writing a strike-out runs: so many small-letter heights above the baseline.
const MIDDLE: (f32, f32) = (0.15, 1.7);

/// The stroke through `line` on an upright page whose paper is 255, if there is one.
pub(super) fn through(flat: &GrayImage, mm: f32, line: &Line) -> Option<Rect> {
    let x_height = line.x_height as f32;
    let top = (line.baseline as f32 - MIDDLE.1 * x_height).max(0.0) as u32;
    let bottom = (line.baseline as f32 - MIDDLE.0 * x_height).max(0.0) as u32;
    let band = Rect::between(line.bbox.x, top, line.bbox.right().min(flat.width()), bottom.min(flat.height()));
    let ink = |x: usize, y: usize| flat.get_pixel_checked(band.x + x as u32, band.y + y as u32).is_some_and(|pixel| pixel[0] < INK);
    let path = longest(band.w as usize, band.h as usize, ink)?;
    let length = path.end - path.start + 1;
    let height = line.baseline as f32 - band.y as f32 - path.first.midpoint(path.last) as f32;
    let least = if height > BARS * x_height { LEAST_BY_BARS_MM } else { LEAST_MM };
    (length as f32 >= least * mm && path.strays(ink) <= STRAIGHT_MM * mm).then(|| {
        let (high, low) = (path.first.min(path.last) as u32, path.first.max(path.last) as u32);
        Rect::between(band.x + path.start as u32, band.y + high, band.x + path.end as u32 + 1, band.y + low + 1)
    })
}

/// A path of ink from column to column: where it starts and ends.
struct Path {
    start: usize,
    end: usize,
    first: usize,
    last: usize,
}

/// The longest path that rises or falls by at most one pixel a column.
fn longest(width: usize, height: usize, ink: impl Fn(usize, usize) -> bool) -> Option<Path> {
    if width < 8 || height < 3 {
        return None;
    }
    let mut before = vec![(0_usize, 0_usize); height];
    let mut best = Path { start: 0, end: 0, first: 0, last: 0 };
    let mut most = 0;
    for x in 0..width {
        let mut now = vec![(0, 0); height];
        for (y, cell) in now.iter_mut().enumerate().filter(|&(y, _)| ink(x, y)) {
            let near = &before[y.saturating_sub(1)..(y + 2).min(height)];
            let (length, first) = near.iter().max().copied().unwrap_or_default();
            *cell = if length == 0 { (1, y) } else { (length + 1, first) };
            if cell.0 > most {
                most = cell.0;
                best = Path { start: x + 1 - most, end: x, first: cell.1, last: y };
            }
        }
        before = now;
    }
    (most > 0).then_some(best)
}

impl Path {
    /// Mean distance of the nearest ink from the straight line between the ends.
    fn strays(&self, ink: impl Fn(usize, usize) -> bool) -> f32 {
        let slope = (self.last as f32 - self.first as f32) / (self.end - self.start).max(1) as f32;
        let distance = |x: usize| {
            let at = self.first as f32 + slope * (x - self.start) as f32;
            (0..32_usize)
                .find(|off| ink(x, (at.max(0.0) as usize) + off) || ink(x, (at.max(0.0) as usize).saturating_sub(*off)))
                .unwrap_or(32)
        };
        let columns = self.start..=self.end;
        columns.clone().map(|x| distance(x) as f32).sum::<f32>() / columns.count().max(1) as f32
    }
}
