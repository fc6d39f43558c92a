//! Red print: titles, serials and stamps, on the layer on which red is dark.

use std::time::Duration;

use bansao_scan::layout::{Stamp, crop_line, straightened};
use bansao_scan::{GrayImage, Rect};

use super::noise::sureness;
use super::page::{LINE_PX, part};
use super::reader::{ReadError, Reader, Round, cut};
use super::text::Row;

/// A page has no more of it.
const MOST_RED: usize = 40;
/// Rows of it that are read again, the surest first of those that are less sure than the second figure.
const MOST_RED_AGAIN: usize = 12;
const RED_SURE: f32 = 0.93;

/// Strips of the layer on which red is dark that the other layer does not have, and that can be a line of print.
pub(super) fn only_red(titles: Vec<Rect>, black: &[Rect], skip: &[Rect], dpi: f32) -> Vec<Rect> {
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

/// Large bold capitals, often on a stamp that stands askew, are read several times: what suits them depends on the face,
/// and a stamp's letters are brought level.
pub(super) fn red_rows(titles: &GrayImage, dpi: f32, red: &[Rect], reader: &dyn Reader, deadline: Duration) -> Result<Vec<Row>, ReadError> {
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
