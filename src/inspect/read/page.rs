//! From the pixels of a page to its text: two layers, their lines, one call of the reader.

use std::time::Duration;

use bansao_scan::layout::{Stamp, crop_line, lines, straightened};
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
/// The same for red print: what stands beside it is a border.
const JOIN_RED_MM: f32 = 6.0;
/// Fewer letters and digits than this can be an ornament, a speck or a stroke of a pen.
const SHORT: usize = 4;
/// Surer short parts are print; less sure parts of any length are none.
const SHORT_SURE: f32 = 0.55;
const SURE: f32 = 0.30;
/// No word of Vietnamese, and no number, has more letters or digits: a row of rosettes does.
const LONGEST: usize = 18;
/// A sign or two in a box that is so many times lower or higher than most lines are.
const ODD_HEIGHT: (f32, f32) = (0.6, 1.9);
const ODD_SURE: f32 = 0.97;
/// Unsure signs that stand further out than all words are a border's, by so many millimetres; engines differ in how sure they are of
/// words.
const MARGIN_MM: f32 = 2.0;
const MARGIN_WORD: f32 = 0.7;
const MARGIN_SURE: f32 = 0.95;
/// A lone letter that a stroke can be taken for, less sure than this, is none.
const LONE_SURE: f32 = 0.6;
/// A sign or two that stand off from the rest of their part by so much, millimetres.
const OFF_MM: f32 = 5.0;
/// Red print is a title, a serial and a stamp.
const MOST_RED: usize = 40;
/// Rows of it that are read again, the surest first of those that are less sure than the second figure.
const MOST_RED_AGAIN: usize = 12;
const RED_SURE: f32 = 0.93;

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
    let black = strips(&layer.image, dpi, JOIN_MM);
    let red = only_red(strips(&titles.image, dpi, JOIN_RED_MM), &black, &skip, dpi);
    let lines = cut(&layer.image, &black, LINE_PX);
    let words = reader.read(&lines, deadline)?;
    let mut parts: Vec<Row> = black.iter().zip(words).map(|(strip, words)| part(strip, false, LINE_PX, words)).collect();
    drop_noise(&mut parts, dpi);
    parts.extend(red_rows(&titles.image, dpi, &red, reader, deadline)?);
    let size = (layer.image.width(), layer.image.height());
    Ok(ReadPage { text: PageText { rows: rows(parts), size, dpi }, layer })
}

/// Large bold capitals, often on a stamp that stands askew, are read several times: what suits them depends on the face,
/// and a stamp's letters are brought level.
fn red_rows(titles: &GrayImage, dpi: f32, red: &[Rect], reader: &dyn Reader, deadline: Duration) -> Result<Vec<Row>, ReadError> {
    let first = reader.read(&cut(titles, red, LINE_PX), deadline)?;
    let mut rows: Vec<Row> = red.iter().zip(first).map(|(strip, words)| part(strip, true, LINE_PX, words)).collect();
    let unsure = |at: &usize, rows: &[Row]| rows.get(*at).is_some_and(|row| sureness(row) < RED_SURE);
    let askew = (0..red.len()).filter(|at| unsure(at, &rows));
    let stamps: Vec<(usize, Stamp)> = askew.filter_map(|at| Some((at, straightened(titles, red.get(at)?, dpi)?))).collect();
    let whole = |stamp: &Stamp| Rect { x: 0, y: 0, w: stamp.image.width(), h: stamp.image.height() };
    let pictures: Vec<GrayImage> = stamps.iter().map(|(_, stamp)| crop_line(&stamp.image, &whole(stamp), LINE_PX)).collect();
    for ((at, stamp), words) in stamps.iter().zip(reader.read(&pictures, deadline)?) {
        surer(&mut rows, *at, part(&stamp.bbox, true, LINE_PX, words));
    }
    // The doubtful ones that are likely print go to the other engine.
    let mut doubtful: Vec<usize> = (0..red.len()).filter(|at| unsure(at, &rows)).collect();
    let sure = |at: &usize| rows.get(*at).map_or(0.0, sureness);
    doubtful.sort_by(|a, b| sure(b).total_cmp(&sure(a)));
    doubtful.truncate(MOST_RED_AGAIN);
    let boxes: Vec<Rect> = doubtful.iter().filter_map(|at| red.get(*at)).copied().collect();
    for Round { height, words } in reader.again(titles, &boxes, deadline)? {
        for ((at, strip), words) in doubtful.iter().zip(&boxes).zip(words) {
            surer(&mut rows, *at, part(strip, true, height, words));
        }
    }
    Ok(rows)
}

/// Puts a reading of a row in the place of a less sure one.
fn surer(rows: &mut [Row], at: usize, other: Row) {
    if let Some(row) = rows.get_mut(at)
        && sureness(&other) > sureness(row)
    {
        *row = other;
    }
}

/// Ornaments, specks and strokes of a pen are cut like print and read as something, unsurely.
fn drop_noise(parts: &mut Vec<Row>, dpi: f32) {
    let mut heights: Vec<u32> = parts.iter().map(|part| part.rect().h).collect();
    heights.sort_unstable();
    let usual = heights.get(heights.len() / 2).copied().unwrap_or_default() as f32;
    let (off, margin) = ((OFF_MM * dpi / 25.4) as u32, (MARGIN_MM * dpi / 25.4) as u32);
    let sure = || parts.iter().flat_map(|part| &part.words).filter(|word| word.confidence >= MARGIN_WORD && signs(word) >= SHORT);
    let left = sure().map(|word| word.rect.x).min().unwrap_or(0).saturating_sub(margin);
    let right = sure().map(|word| word.rect.right()).max().unwrap_or(u32::MAX).saturating_add(margin);
    for part in parts.iter_mut() {
        trim(&mut part.words, off);
        let within = |word: &TextWord| word.rect.right() > left && word.rect.x < right;
        part.words.retain(|word| within(word) || signs(word) > 2 || word.confidence >= MARGIN_SURE);
    }
    parts.retain(|part| !part.words.is_empty());
    parts.retain(|part| {
        let (count, sure) = (part.words.iter().map(signs).sum::<usize>(), sureness(part));
        let height = part.rect().h as f32 / usual.max(1.0);
        let odd = count <= 2 && sure < ODD_SURE && !(ODD_HEIGHT.0..ODD_HEIGHT.1).contains(&height);
        let endless = part.words.iter().any(|word| signs(word) > LONGEST) && sure < 0.7;
        !(sure < SURE || endless || (count <= SHORT && sure < SHORT_SURE) || odd)
    });
}

/// Takes unsure signs off both ends that stand apart from the words beside them.
fn trim(words: &mut Vec<TextWord>, off: u32) {
    // A crease or the stroke of a pen between two words reads as one letter.
    let stroke = |word: &TextWord| signs(word) == 1 && word.confidence < LONE_SURE && word.text.chars().all(|c| "IJLTl|V1/\\".contains(c));
    if words.len() > 2 {
        words.retain(|word| !stroke(word));
    }
    let stray = |word: &TextWord, gap: u32| signs(word) <= 2 && word.confidence < SHORT_SURE && gap > off;
    while let [.., before, last] = words.as_slice()
        && stray(last, last.rect.x.saturating_sub(before.rect.right()))
    {
        words.pop();
    }
    while let [first, after, ..] = words.as_slice()
        && stray(first, after.rect.x.saturating_sub(first.rect.right()))
    {
        words.remove(0);
    }
}

/// Letters and digits of a word.
fn signs(word: &TextWord) -> usize {
    word.text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Mean confidence by letters.
fn sureness(row: &Row) -> f32 {
    let letters = |word: &TextWord| word.text.chars().count() as f32;
    let sum: f32 = row.words.iter().map(|word| letters(word) * word.confidence).sum();
    sum / row.words.iter().map(letters).sum::<f32>().max(1.0)
}

/// Boxes of print on one height, those that stand close joined: a value read together with its label is read better.
fn strips(layer: &GrayImage, dpi: f32, join_mm: f32) -> Vec<Rect> {
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
    use super::super::text::tests::row;
    use super::*;

    fn sure(text: &str, y: u32, confidence: f32) -> Row {
        let mut row = row(text, y);
        row.words.iter_mut().for_each(|word| word.confidence = confidence);
        row
    }

    #[test]
    fn ornaments_and_specks_go_and_short_values_stay() {
        let mut speck = sure("8", 250, 0.9);
        speck.words[0].rect.h = 12;
        let mut parts = vec![sure("Giới tính: Nữ", 0, 1.0), sure("S", 100, 0.5), sure("909090909", 200, 0.2), speck, sure("12", 300, 0.9)];
        parts.push(sure("Quê quán: xã Vật Lại", 400, 1.0));
        drop_noise(&mut parts, 300.0);
        let texts: Vec<String> = parts.iter().map(Row::text).collect();
        assert_eq!(texts, ["Giới tính: Nữ", "12", "Quê quán: xã Vật Lại"]);
    }

    #[test]
    fn signs_of_a_border_beside_the_text_go() {
        let mut border = sure("8", 80, 0.8);
        border.words[0].rect.x = 10;
        let mut parts = vec![sure("Sinh tại Trạm Y tế", 0, 1.0), border, sure("7", 160, 0.8)];
        drop_noise(&mut parts, 300.0);
        assert_eq!(parts.iter().map(Row::text).collect::<Vec<_>>(), ["Sinh tại Trạm Y tế", "7"]);
    }

    #[test]
    fn a_stray_sign_at_the_end_of_a_row_goes() {
        let mut parts = vec![sure("Suy hô hấp 8", 0, 1.0), sure("Số 4 8", 80, 1.0)];
        let stray = parts[0].words.last_mut().unwrap();
        (stray.confidence, stray.rect.x) = (0.4, stray.rect.x + 300);
        drop_noise(&mut parts, 300.0);
        assert_eq!(parts[0].text(), "Suy hô hấp");
        assert_eq!(parts[1].text(), "Số 4 8");
    }

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
