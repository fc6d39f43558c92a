//! From the pixels of a page to its text: two layers, their lines, one call of the reader.

use std::time::Duration;

use bansao_scan::layout::lines;
use bansao_scan::rectify::{Layer, LayerOptions, text_layer};
use bansao_scan::{GrayImage, Measures, Page, Rect};

use super::reader::{ReadError, ReadWord, Reader, Round, cut};
use super::text::{PageText, Row, TextWord};
use crate::record::nfc;

/// Height of a line's picture, pixels: what the engine scales to anyway, and a margin.
const LINE_PX: u32 = 56;
/// A page of a certificate has some forty lines; more than this is pattern or noise.
const MOST_LINES: usize = 110;
/// Lines lower or higher than this are not print, millimetres.
const LINE_MM: (f32, f32) = (1.4, 16.0);
/// Parts of a row closer than this are read together, millimetres.
const JOIN_MM: f32 = 14.0;
/// Red print is a title, a serial and a stamp.
const MOST_RED: usize = 18;

/// The text of a page, and what carries its boxes back to the page as received.
#[derive(Debug)]
pub struct ReadPage {
    /// The rows.
    pub text: PageText,
    /// The layer that they stand on.
    pub layer: Layer,
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
    let black = strips(&layer.image, dpi);
    let red = only_red(strips(&titles.image, dpi), &black, &skip, dpi);
    let lines = cut(&layer.image, &black, LINE_PX);
    let words = reader.read(&lines, deadline)?;
    let mut parts: Vec<Row> = black.iter().zip(words).map(|(strip, words)| part(strip, false, LINE_PX, words)).collect();
    parts.extend(red_rows(&titles.image, &red, reader, deadline)?);
    let size = (layer.image.width(), layer.image.height());
    Ok(ReadPage { text: PageText { rows: rows(parts), size, dpi }, layer })
}

/// Large bold capitals, often on a stamp that stands askew, are read several times: what suits them depends on the face.
fn red_rows(titles: &GrayImage, red: &[Rect], reader: &dyn Reader, deadline: Duration) -> Result<Vec<Row>, ReadError> {
    let first = reader.read(&cut(titles, red, LINE_PX), deadline)?;
    let mut rows: Vec<Row> = red.iter().zip(first).map(|(strip, words)| part(strip, true, LINE_PX, words)).collect();
    for Round { height, words } in reader.again(titles, red, deadline)? {
        for ((row, words), strip) in rows.iter_mut().zip(words).zip(red) {
            let again = part(strip, true, height, words);
            if sureness(&again) > sureness(row) {
                *row = again;
            }
        }
    }
    Ok(rows)
}

/// Mean confidence by letters.
fn sureness(row: &Row) -> f32 {
    let letters = |word: &TextWord| word.text.chars().count() as f32;
    let sum: f32 = row.words.iter().map(|word| letters(word) * word.confidence).sum();
    sum / row.words.iter().map(letters).sum::<f32>().max(1.0)
}

/// Boxes of print on one height, those that stand close joined: a value read together with its label is read better.
fn strips(layer: &GrayImage, dpi: f32) -> Vec<Rect> {
    let mm = |pixels: u32| pixels as f32 * 25.4 / dpi;
    let mut strips: Vec<Rect> = Vec::new();
    let found = lines(layer, dpi);
    let fits = |rect: &Rect| (LINE_MM.0..LINE_MM.1).contains(&mm(rect.h)) && mm(rect.w) > 2.0;
    for rect in found.iter().map(|line| line.bbox).filter(fits) {
        strips.push(rect);
    }
    let mut at = 0;
    while at < strips.len() {
        let joins = |a: &Rect, b: &Rect| {
            let gap = a.x.max(b.x).saturating_sub(a.right().min(b.right()));
            level(a, b) && mm(gap) < JOIN_MM
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
    strips.sort_by_key(|strip| (strip.y, strip.x));
    strips.truncate(MOST_LINES);
    strips
}

/// Whether two boxes stand on one height and are of like size.
fn level(a: &Rect, b: &Rect) -> bool {
    let shared = a.bottom().min(b.bottom()).saturating_sub(a.y.max(b.y));
    let (least, most) = (a.h.min(b.h), a.h.max(b.h));
    shared * 10 >= least * 6 && most * 10 <= least * 22
}

/// Strips of the layer on which red is dark that the other layer does not have, and that can be a line of print.
fn only_red(titles: Vec<Rect>, black: &[Rect], skip: &[Rect], dpi: f32) -> Vec<Rect> {
    let mm = |pixels: u32| pixels as f32 * 25.4 / dpi;
    let covered = |strip: &Rect, by: &[Rect]| {
        let shared: u64 = by.iter().map(|other| other.intersection(strip).area()).sum();
        shared * 10 > strip.area() * 4
    };
    let print = |strip: &Rect| mm(strip.h) > 2.2 && mm(strip.w) > 7.0 && strip.w * 5 > strip.h * 6;
    let mut red: Vec<Rect> = titles.into_iter().filter(|strip| print(strip) && !covered(strip, black) && !covered(strip, skip)).collect();
    red.truncate(MOST_RED);
    red
}

/// The words of a line, at their place on the layer.
fn part(strip: &Rect, red: bool, height: u32, words: Vec<ReadWord>) -> Row {
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
        let beside = |row: &&mut Row| {
            let other = row.rect();
            let apart = other.right() <= rect.x || rect.right() <= other.x;
            row.red == part.red && level(&other, &rect) && apart
        };
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
