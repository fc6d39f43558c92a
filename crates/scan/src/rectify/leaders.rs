//! Takes out what the form prints under the fill: dotted leaders and thin straight rules.
//!
//! A leader is a row of specks, each no larger than a full stop, at even distances and one height. A dot below a vowel
//! (ạ ị ọ) is a speck too, but it stands alone or with letters between: it never has three even neighbours on its
//! height. Where a letter's foot touches the leader, the speck is part of the letter and stays.
//!
//! A rule is a long, thin, level piece of ink. It is cut out column by column only where it is thin, so that a letter
//! standing on it keeps its foot. The sides of a table's cells are what is left of its frame then: thin upright pieces.

use image::GrayImage;

use crate::raster::blobs::{Blobs, erase};
use crate::raster::{INCH, Rect};

/// Largest side of a speck in millimetres.
const SPECK_MM: f32 = 0.62;
/// Largest distance between neighbouring specks.
const PITCH_MM: f32 = 1.9;
/// Specks in a row that make a leader.
const FEWEST: usize = 5;
/// Shortest rule.
const RULE_MM: f32 = 9.0;
/// Shortest piece of an upright rule: the sides of a table's cell. No letter of print is as high and as thin.
const SIDE_MM: f32 = 5.0;
const SIDE_THIN: u32 = 8;
/// Thickest rule.
const RULE_THICK_MM: f32 = 0.7;

pub(super) fn remove(image: &mut GrayImage, dpi: f32) {
    let mm = dpi / INCH;
    remove_rules(image, mm);
    remove_leaders(image, mm);
}

fn remove_leaders(image: &mut GrayImage, mm: f32) {
    // A speck on gray paper is paler than a letter: take what is darker than three quarters.
    let blobs = Blobs::find(image, |value| value < 192);
    let most = (SPECK_MM * mm).ceil() as u32;
    let mut specks: Vec<(usize, Rect)> = blobs
        .blobs
        .iter()
        .enumerate()
        .filter(|(_, blob)| blob.rect.w <= most && blob.rect.h <= most)
        .map(|(at, blob)| (at, blob.rect))
        .collect();
    specks.sort_by_key(|(_, rect)| rect.x);
    let mut doomed = vec![false; blobs.blobs.len()];
    for chain in chains(&specks, mm) {
        if is_leader(&specks, &chain) {
            chain.iter().for_each(|&at| doomed[specks[at].0] = true);
        }
    }
    for (doomed, blob) in doomed.iter_mut().zip(&blobs.blobs) {
        let Rect { w, h, .. } = blob.rect;
        *doomed |= h as f32 >= SIDE_MM * mm && w as f32 <= RULE_THICK_MM * mm && h >= w * SIDE_THIN;
    }
    erase(image, blobs.runs_of(|at| doomed[at]));
}

/// Links each speck to the nearest one on its right at its height.
fn chains(specks: &[(usize, Rect)], mm: f32) -> Vec<Vec<usize>> {
    let mut next = vec![usize::MAX; specks.len()];
    let mut is_next = vec![false; specks.len()];
    let (pitch, level) = (PITCH_MM * mm, (0.16 * mm).max(1.6));
    for (at, (_, rect)) in specks.iter().enumerate() {
        let middle = rect.y as f32 + rect.h as f32 / 2.0;
        let near = specks[at + 1..].iter().take_while(|(_, other)| other.x as f32 - (rect.right() as f32) <= pitch);
        for (ahead, (_, other)) in near.enumerate() {
            let level_with = (other.y as f32 + other.h as f32 / 2.0 - middle).abs() <= level;
            let candidate = at + 1 + ahead;
            if level_with && other.x >= rect.right() && !is_next[candidate] {
                next[at] = candidate;
                is_next[candidate] = true;
                break;
            }
        }
    }
    (0..specks.len()).filter(|&at| !is_next[at]).map(|at| follow(at, &next)).filter(|chain| chain.len() >= FEWEST).collect()
}

fn follow(start: usize, next: &[usize]) -> Vec<usize> {
    let mut chain = vec![start];
    let mut at = start;
    while next[at] != usize::MAX {
        at = next[at];
        chain.push(at);
    }
    chain
}

/// Even distances: most gaps close to a multiple of the typical one (fill hides some specks).
fn is_leader(specks: &[(usize, Rect)], chain: &[usize]) -> bool {
    let centre = |at: usize| specks[at].1.x as f32 + specks[at].1.w as f32 / 2.0;
    let mut gaps: Vec<f32> = chain.windows(2).map(|pair| centre(pair[1]) - centre(pair[0])).collect();
    let typical = crate::raster::quantile(&mut gaps, 0.35).max(1.0);
    let even = gaps.iter().filter(|&&gap| ((gap / typical).round() - gap / typical).abs() * typical <= 1.6).count();
    even * 10 >= gaps.len() * 7
}

/// Long level runs are found on a layer closed by two pixels, so that a rule printed as fine dots counts as one.
fn remove_rules(image: &mut GrayImage, mm: f32) {
    let (shortest, thickest) = ((RULE_MM * mm) as u32, (RULE_THICK_MM * mm).ceil() as u32);
    let spans = level_spans(image, shortest);
    let mut doomed = Vec::new();
    for span in &spans {
        for x in span.x..span.right() {
            if let Some(column) = thin_column(image, x, span.y, thickest) {
                doomed.push(column);
            }
        }
    }
    for (x, top, bottom) in doomed {
        for y in top..bottom {
            image.put_pixel(x, y, image::Luma([255]));
        }
    }
}

/// Rows of ink at least that long, gaps of up to two pixels bridged; one row high each.
fn level_spans(image: &GrayImage, shortest: u32) -> Vec<Rect> {
    let width = image.width() as usize;
    let mut spans = Vec::new();
    for (row, y) in image.as_raw().chunks_exact(width.max(1)).zip(0_u32..) {
        let mut start = None;
        let mut last = 0;
        for (x, _) in row.iter().enumerate().filter(|&(_, &value)| value < 176) {
            match start {
                Some(_) if x - last <= 3 => {}
                Some(begin) => {
                    push_span(&mut spans, begin, last + 1, y, shortest);
                    start = Some(x);
                }
                None => start = Some(x),
            }
            last = x;
        }
        if let Some(begin) = start {
            push_span(&mut spans, begin, last + 1, y, shortest);
        }
    }
    spans
}

fn push_span(spans: &mut Vec<Rect>, begin: usize, end: usize, y: u32, shortest: u32) {
    if end - begin >= shortest as usize {
        spans.push(Rect::between(begin as u32, y, end as u32, y + 1));
    }
}

/// The ink of a column through a row, if it is no thicker than a rule.
fn thin_column(image: &GrayImage, x: u32, y: u32, thickest: u32) -> Option<(u32, u32, u32)> {
    let dark = |y: u32| image.get_pixel(x, y)[0] < 224;
    let mut top = y;
    while top > 0 && y - top <= thickest && dark(top - 1) {
        top -= 1;
    }
    let mut bottom = y;
    while bottom < image.height() && bottom - y <= thickest && dark(bottom) {
        bottom += 1;
    }
    (bottom > top && bottom - top <= thickest).then_some((x, top, bottom))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::blobs::INK;
    use image::Luma;

    fn blank() -> GrayImage {
        GrayImage::from_pixel(800, 200, Luma([255]))
    }

    fn dot(image: &mut GrayImage, x: u32, y: u32, size: u32) {
        for dy in 0..size {
            for dx in 0..size {
                image.put_pixel(x + dx, y + dy, Luma([20]));
            }
        }
    }

    fn ink(image: &GrayImage) -> usize {
        image.iter().filter(|&&value| value < INK).count()
    }

    #[test]
    fn a_leader_goes_and_dots_below_stay() {
        let mut image = blank();
        for at in 0..60 {
            dot(&mut image, 20 + at * 12, 150, 3);
        }
        // Dots below letters: uneven, and a little lower.
        for x in [100, 171, 300] {
            dot(&mut image, x, 157, 4);
        }
        remove(&mut image, 300.0);
        assert_eq!(ink(&image), 3 * 16);
    }

    #[test]
    fn a_rule_goes_and_a_letter_on_it_stays() {
        let mut image = blank();
        for x in 50..700 {
            for y in 150..153 {
                image.put_pixel(x, y, Luma([40]));
            }
        }
        // A stem that stands on the rule.
        for y in 120..150 {
            for x in 300..304 {
                image.put_pixel(x, y, Luma([0]));
            }
        }
        remove(&mut image, 300.0);
        let left = ink(&image);
        assert!((120..=4 * 34).contains(&left), "{left}");
    }

    #[test]
    fn the_sides_of_a_table_go_and_a_tall_letter_stays() {
        let mut image = blank();
        for (x, top, bottom) in [(100, 20, 150), (300, 100, 135)] {
            for y in top..bottom {
                (x..x + 3).for_each(|x| image.put_pixel(x, y, Luma([30])));
            }
        }
        remove(&mut image, 300.0);
        assert_eq!(ink(&image), 3 * 35);
    }

    #[test]
    fn three_full_stops_are_an_ellipsis() {
        let mut image = blank();
        for x in [100, 112, 124] {
            dot(&mut image, x, 150, 4);
        }
        remove(&mut image, 300.0);
        assert_eq!(ink(&image), 48);
    }
}
