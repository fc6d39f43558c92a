//! How far the letters of a word lean: the shear that makes their uprights stand on the fewest columns.

use super::field::{Field, INK};
use crate::raster::{Rect, quantile};

/// Leans that are tried, degrees to the right.
const LEANS: [f32; 11] = [-6.0, -3.0, 0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0, 24.0];
/// The best must be this much better than most: words without uprights lean nowhere.
const CLEAR: f32 = 1.45;
/// Heights of words that are measured, and the least width, in millimetres.
const HIGH_MM: (f32, f32) = (2.0, 7.0);
const WIDE_MM: f32 = 4.0;

/// Degrees by which a word leans to the right; none where that is not clear.
pub(super) fn slant(field: &Field<'_>, rect: &Rect) -> Option<f32> {
    let rect = field.cut(rect);
    let (wide, high) = (rect.w as f32 / field.mm, rect.h as f32 / field.mm);
    if wide < WIDE_MM || !(HIGH_MM.0..HIGH_MM.1).contains(&high) {
        return None;
    }
    let reach = (rect.h as f32 * 0.5) as usize + 1;
    let mut ink: Vec<(u32, u32, f32)> = Vec::new();
    for (y, x) in (0..rect.h).flat_map(|y| (0..rect.w).map(move |x| (y, x))) {
        let darkness = 1.0 - f32::from(field.flat.get_pixel(rect.x + x, rect.y + y)[0]) / f32::from(INK);
        if darkness > 0.0 {
            ink.push((x, rect.h - 1 - y, darkness));
        }
    }
    let mut columns = vec![0.0_f32; rect.w as usize + 2 * reach + 1];
    let mut sharp = |lean: f32| {
        columns.fill(0.0);
        let shear = lean.to_radians().tan();
        for &(x, up, dark) in &ink {
            let at = (x as f32 - up as f32 * shear).round() + reach as f32;
            if let Some(column) = columns.get_mut(at.max(0.0) as usize) {
                *column += dark;
            }
        }
        columns.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum::<f32>()
    };
    let tried = LEANS.map(|lean| (sharp(lean), lean));
    let (most, lean) = tried.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let usual = quantile(&mut tried.map(|(sharpness, _)| sharpness), 0.5);
    (most > CLEAR * usual).then_some(lean)
}
