//! From the pixels of a page to its text: two layers, their lines, the reader, and what is left of its words without noise.

use std::time::Duration;

use bansao_scan::layout::{Line, lines};
use bansao_scan::rectify::{Layer, LayerOptions, text_layer};
use bansao_scan::{Measures, Page, Rect};

use super::noise::drop_noise;
use super::reader::{ReadError, ReadWord, Reader, cut};
use super::red::{only_red, red_rows};
use super::text::{PageText, Row, TextWord};
use crate::record::nfc;

/// Height of a line's picture, pixels: what the engine scales to anyway, and a margin.
pub(super) const LINE_PX: u32 = 72;
/// A page of a certificate has some forty lines; more than this is pattern or noise.
const MOST_LINES: usize = 110;
/// Lines lower or higher than this are not print, millimetres.
const LINE_MM: (f32, f32) = (1.4, 16.0);
/// Parts of a row closer than this are read together, millimetres.
const JOIN_MM: f32 = 14.0;
/// The same for red print: what stands beside it is a border.
const JOIN_RED_MM: f32 = 6.0;
/// The text of a page, and what carries its boxes back to the page as received.
#[derive(Debug)]
pub struct ReadPage {
    /// The rows.
    pub text: PageText,
    /// The layer that they stand on.
    pub layer: Layer,
    /// The layer's lines, as they were found.
    pub lines: Vec<Line>,
}

/// Reads one page. `skip` are boxes on the page as received where red is no print: seals, the emblem.
///
/// # Errors
/// [`ReadError`] of the reader.
pub fn read_page(page: &Page, measures: &Measures, skip: &[Rect], reader: &dyn Reader, deadline: Duration) -> Result<ReadPage, ReadError> {
    let dpi = measures.resolution.dpi;
    let pose = measures.pose();
    let layer = text_layer(&page.image, dpi, pose, &LayerOptions::reading());
    let titles = text_layer(&page.image, dpi, pose, &LayerOptions::titles());
    let skip: Vec<Rect> = skip.iter().map(|rect| layer.onto_layer(rect)).collect();
    let found = lines(&layer.image, dpi);
    let black = strips(&found, dpi, JOIN_MM);
    let red = only_red(strips(&lines(&titles.image, dpi), dpi, JOIN_RED_MM), &black, &skip, dpi);
    let words = reader.read(&cut(&layer.image, &black, LINE_PX), deadline)?;
    let mut parts: Vec<Row> = black.iter().zip(words).map(|(strip, words)| part(strip, false, LINE_PX, words)).collect();
    drop_noise(&mut parts, dpi);
    parts.extend(red_rows(&titles.image, dpi, &red, reader, deadline)?);
    let size = (layer.image.width(), layer.image.height());
    Ok(ReadPage { text: PageText { rows: rows(parts), size, dpi }, layer, lines: found })
}

/// Boxes of print on one height, those that stand close joined: a value read together with its label is read better.
fn strips(lines: &[Line], dpi: f32, join_mm: f32) -> Vec<Rect> {
    let mm = |pixels: u32| pixels as f32 * 25.4 / dpi;
    let fits = |rect: &Rect| (LINE_MM.0..LINE_MM.1).contains(&mm(rect.h)) && mm(rect.w) > 2.0;
    let mut strips: Vec<Rect> = lines.iter().map(|line| line.bbox).filter(fits).collect();
    let mut at = 0;
    while at < strips.len() {
        let joins = |a: &Rect, b: &Rect| {
            let gap = a.x.max(b.x).saturating_sub(a.right().min(b.right()));
            level(a, b) && mm(gap) < join_mm
        };
        let other = (at + 1..strips.len()).find(|other| strips.get(at).zip(strips.get(*other)).is_some_and(|(a, b)| joins(a, b)));
        match other.map(|other| strips.swap_remove(other)) {
            Some(joined) => {
                if let Some(strip) = strips.get_mut(at) {
                    *strip = strip.union(&joined);
                }
            }
            None => at += 1,
        }
    }
    // Rosettes of a border are many and narrow.
    strips.sort_by_key(|strip| std::cmp::Reverse(strip.w));
    strips.truncate(MOST_LINES);
    strips.sort_by_key(|strip| (strip.y, strip.x));
    strips
}

/// Whether two boxes stand on one height and are of like size.
fn level(a: &Rect, b: &Rect) -> bool {
    let shared = a.bottom().min(b.bottom()).saturating_sub(a.y.max(b.y));
    let (least, most) = (a.h.min(b.h), a.h.max(b.h));
    shared * 10 >= least * 6 && most * 10 <= least * 22
}

/// The words of a line, at their place on the layer.
pub(super) fn part(strip: &Rect, red: bool, height: u32, words: Vec<ReadWord>) -> Row {
    // `crop_line` paints a margin of the same width all around before it scales.
    let margin = ((strip.h as f32 * 0.18) as u32).max(3) as f32;
    let scale = (strip.h as f32 + 2.0 * margin) / height.max(1) as f32;
    let place = |at: u32, origin: u32| (at as f32 * scale - margin).max(0.0) as u32 + origin;
    let word = |word: ReadWord| TextWord {
        text: nfc(&word.text),
        confidence: word.confidence,
        rect: Rect {
            x: place(word.rect.x, strip.x),
            y: place(word.rect.y, strip.y),
            w: (word.rect.w as f32 * scale) as u32,
            h: (word.rect.h as f32 * scale) as u32,
        },
        strip: *strip,
    };
    let words = words.into_iter().map(word).filter(|word| !word.text.is_empty()).collect();
    Row { words, red }
}

/// Parts on one height together, rows from top to bottom.
fn rows(parts: Vec<Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for part in parts.into_iter().filter(|part| !part.words.is_empty()) {
        let rect = part.rect();
        // Parts of one row may interlace: what stands above each other is of two rows.
        let over = |a: &TextWord| part.words.iter().any(|b| a.rect.x < b.rect.right() && b.rect.x < a.rect.right());
        let beside = |row: &&mut Row| row.red == part.red && level(&row.rect(), &rect) && !row.words.iter().any(over);
        match rows.iter_mut().find(beside) {
            Some(row) => row.words.extend(part.words),
            None => rows.push(part),
        }
    }
    for row in &mut rows {
        row.words.sort_by_key(|word| word.rect.x);
    }
    rows.sort_by_key(middle);
    rows
}

/// The height at which most words of a row stand: one tall piece of pen does not move it.
fn middle(row: &Row) -> u32 {
    let mut middles: Vec<u32> = row.words.iter().map(|word| word.rect.y + word.rect.h / 2).collect();
    middles.sort_unstable();
    middles.get(middles.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_interlace_are_one_row_and_lines_above_each_other_are_two() {
        let wide = |words: &[(&str, u32)], y: u32| {
            let words = words.iter().map(|(text, x)| {
                let rect = Rect { x: *x, y, w: 80, h: 40 };
                TextWord { text: (*text).to_owned(), confidence: 1.0, rect, strip: rect }
            });
            Row { words: words.collect(), red: false }
        };
        let found = rows(vec![wide(&[("Năm", 100), ("1963", 500), ("Mường", 1200)], 100), wide(&[("Kinh", 700), ("1974", 1000)], 102)]);
        assert_eq!(found.iter().map(Row::text).collect::<Vec<_>>(), ["Năm 1963 Kinh 1974 Mường"]);
        assert_eq!(rows(vec![wide(&[("a", 100)], 100), wide(&[("b", 120)], 118)]).len(), 2);
    }
}
