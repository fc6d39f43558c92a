//! From the pixels of a page to its text: two layers, their lines, one call of the reader.

use std::time::Duration;

use bansao_scan::layout::{Line, crop_line, lines};
use bansao_scan::rectify::{Layer, LayerOptions, text_layer};
use bansao_scan::{GrayImage, Measures, Page, Rect};

use super::reader::{ReadError, ReadWord, Reader};
use super::text::{PageText, Row, TextWord};
use crate::record::nfc;

/// Height of a line's picture, pixels: what the engine scales to anyway, and a margin.
const LINE_PX: u32 = 56;
/// A page of a certificate has some forty lines; more than this is pattern or noise.
const MOST_LINES: usize = 110;
/// Lines lower or higher than this are not print, millimetres.
const LINE_MM: (f32, f32) = (1.6, 16.0);

/// The text of a page, and what carries its boxes back to the page as received.
#[derive(Debug)]
pub struct ReadPage {
    /// The rows.
    pub text: PageText,
    /// The layer that they stand on.
    pub layer: Layer,
}

/// Reads one page.
///
/// # Errors
/// [`ReadError`] of the reader.
pub fn read_page(page: &Page, measures: &Measures, reader: &dyn Reader, deadline: Duration) -> Result<ReadPage, ReadError> {
    let dpi = measures.resolution.dpi;
    let pose = measures.pose();
    let layer = text_layer(&page.image, dpi, pose, &LayerOptions::reading());
    let titles = text_layer(&page.image, dpi, pose, &LayerOptions::titles());
    let black = plausible(lines(&layer.image, dpi), dpi);
    let red = only_red(plausible(lines(&titles.image, dpi), dpi), &black);
    let pictures: Vec<GrayImage> = pictures(&layer.image, &black).chain(pictures(&titles.image, &red)).collect();
    let words = reader.read(&pictures, deadline)?;
    let read = black.iter().map(|line| (line, false)).chain(red.iter().map(|line| (line, true)));
    let parts = read.zip(&pictures).zip(words).map(|(((line, red), picture), words)| part(line, red, picture, words));
    let size = (layer.image.width(), layer.image.height());
    Ok(ReadPage { text: PageText { rows: rows(parts.collect()), size, dpi }, layer })
}

fn pictures<'a>(layer: &'a GrayImage, lines: &'a [Line]) -> impl Iterator<Item = GrayImage> + 'a {
    lines.iter().map(|line| crop_line(layer, &line.bbox, LINE_PX))
}

fn plausible(found: Vec<Line>, dpi: f32) -> Vec<Line> {
    let mm = |pixels: u32| pixels as f32 * 25.4 / dpi;
    let fits = |line: &Line| (LINE_MM.0..LINE_MM.1).contains(&mm(line.bbox.h)) && mm(line.bbox.w) > 2.0;
    let mut kept: Vec<Line> = found.into_iter().filter(fits).collect();
    kept.truncate(MOST_LINES);
    kept
}

/// Lines of the layer on which red is dark that the other layer does not have.
fn only_red(titles: Vec<Line>, black: &[Line]) -> Vec<Line> {
    let covered = |line: &Line| {
        let shared: u64 = black.iter().map(|other| other.bbox.intersection(&line.bbox).area()).sum();
        shared * 10 > line.bbox.area() * 4
    };
    titles.into_iter().filter(|line| !covered(line)).collect()
}

/// The words of a line, at their place on the layer.
fn part(line: &Line, red: bool, picture: &GrayImage, words: Vec<ReadWord>) -> (usize, Row) {
    // `crop_line` paints a margin of the same width all around before it scales.
    let margin = ((line.bbox.h as f32 * 0.18) as u32).max(3) as f32;
    let scale = (line.bbox.h as f32 + 2.0 * margin) / picture.height().max(1) as f32;
    let place = |at: u32, origin: u32| (at as f32 * scale - margin).max(0.0) as u32 + origin;
    let word = |word: ReadWord| TextWord {
        text: nfc(&word.text),
        confidence: word.confidence,
        rect: Rect {
            x: place(word.rect.x, line.bbox.x),
            y: place(word.rect.y, line.bbox.y),
            w: (word.rect.w as f32 * scale) as u32,
            h: (word.rect.h as f32 * scale) as u32,
        },
    };
    let mut words: Vec<TextWord> = words.into_iter().map(word).filter(|word| !word.text.is_empty()).collect();
    words.sort_by_key(|word| word.rect.x);
    (line.row, Row { words, red })
}

/// Parts of one row together, rows from top to bottom.
fn rows(parts: Vec<(usize, Row)>) -> Vec<Row> {
    let mut rows: Vec<(Option<usize>, Row)> = Vec::new();
    for (number, part) in parts {
        if part.words.is_empty() {
            continue;
        }
        let key = (!part.red).then_some(number);
        match rows.iter_mut().find(|(other, _)| key.is_some() && *other == key) {
            Some((_, row)) => row.words.extend(part.words),
            None => rows.push((key, part)),
        }
    }
    let mut rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    for row in &mut rows {
        row.words.sort_by_key(|word| word.rect.x);
    }
    rows.sort_by_key(|row| {
        let rect = row.rect();
        rect.y + rect.h / 2
    });
    rows
}
