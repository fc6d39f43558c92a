//! One page: its sheet found and made flat, measured, read, and examined word by word.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use bansao_scan::layout::Line;
use bansao_scan::rectify::Layer;
use bansao_scan::seal::{Seal, inscription, signature_ink};
use bansao_scan::sheet::{Flat, Sheet};
use bansao_scan::{Measures, Page, Rect, forensic, measure, qr, seal, sheet};

use super::read::text::{PageText, TextWord};
use super::read::{ReadError, ReadPage, Reader, read_inscription, read_page};
use super::seen::SeenPage;
use crate::finding::{Code, Finding};
use crate::limits::Limits;

/// What looking at one page gave.
pub(super) struct Looked {
    pub(super) page: SeenPage,
    pub(super) text: PageText,
    pub(super) failure: Option<Finding>,
}

pub(super) fn look(received: &Page, reader: &dyn Reader, limits: &Limits) -> Looked {
    let (mut looked, lines) = look_at(received, reader, limits);
    let seen = &mut looked.page;
    let flat = seen.flat.take();
    let page = flat.as_ref().map_or(received, |flat| &flat.page);
    if let Some(layer) = seen.layer.take() {
        looked.failure = examine(page, &layer, &lines, &looked.text, seen).err();
        seen.layer = Some(layer);
    }
    let signed = seen.seals.first().filter(|seal| seal.score >= 0.5);
    seen.ink = signed.map(|seal| signature_ink(&page.image, seen.measures.resolution.dpi, seen.measures.pose(), seal));
    if let (Some(seal), true) = (signed, looked.failure.is_none() && !seen.is_blank()) {
        let arc = inscription(&page.image, seen.measures.resolution.dpi, seen.measures.pose(), seal);
        match read_inscription(&arc, reader, limits.page_deadline()) {
            Ok(inscription) => (seen.inscription, seen.arc) = (inscription, Some(arc)),
            Err(error) => looked.failure = Some(Finding::new(Code::CheckFailed).seen(error)),
        }
    }
    seen.flat = flat;
    looked
}

/// The page measured and read, and the lines that it was read by; what is on it is not examined.
pub(super) fn look_at(received: &Page, reader: &dyn Reader, limits: &Limits) -> (Looked, Vec<Line>) {
    let (sheet, mut flat) = flattened(received);
    let (measures, seals) = match &mut flat {
        Some(flat) => sized(&mut flat.page),
        None => measured(received),
    };
    let page = flat.as_ref().map_or(received, |flat| &flat.page);
    let mut seen = SeenPage::measured(measures, page.image.dimensions(), sheet, seals);
    let (mut text, mut read_by) = (PageText::default(), Vec::new());
    let mut failure = None;
    if !seen.is_blank() {
        seen.symbols = qr::read(&page.image);
        let skip: Vec<Rect> = seen.seal().map(|seal| seal.bbox).into_iter().chain(seen.symbols.iter().map(|symbol| symbol.bbox)).collect();
        match read_upright(page, &mut seen.measures, &skip, reader, limits.page_deadline()) {
            Ok(ReadPage { text: read, layer, lines }) => {
                seen.layer = Some(layer);
                (text, read_by) = (read, lines);
            }
            Err(error) => failure = Some(Finding::new(Code::CheckFailed).seen(error)),
        }
    }
    seen.flat = flat;
    (Looked { page: seen, text, failure }, read_by)
}

/// Reads the page as it was found to lie, and, where hardly a word of it is legible so, the other ways round, all within one
/// deadline: a page that takes too long to be tried all ways is as it was read by then.
fn read_upright(
    page: &Page,
    measures: &mut Measures,
    skip: &[Rect],
    reader: &dyn Reader,
    deadline: Duration,
) -> Result<ReadPage, ReadError> {
    let started = Instant::now();
    let mut best = read_page(page, measures, skip, reader, deadline)?;
    let as_found = measures.clone();
    // Upside down first: the axis is seldom mistaken.
    for turns in [2, 1, 3] {
        let left = deadline.saturating_sub(started.elapsed());
        if best.text.legible() >= LEGIBLE || left < deadline / 2 {
            break;
        }
        let turned = as_found.clone().turned(turns);
        match read_page(page, &turned, skip, reader, left) {
            Ok(again) if again.text.legible() > 2.0 * best.text.legible() => (*measures, best) = (turned, again),
            Ok(_) => {}
            Err(ReadError::Overrun(_)) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(best)
}

/// Print that is upright lies far above, even where every value is written by hand.
const LEGIBLE: f32 = 0.3;

/// Where the sheet lies, and the sheet made flat where that changes anything.
fn flattened(page: &Page) -> (Sheet, Option<Flat>) {
    match sheet::find(&page.image) {
        Sheet::Found(quad) if !quad.is_scan(page.image.dimensions()) => (Sheet::Found(quad), Flat::of(page, &quad)),
        found => (found, None),
    }
}

fn measured(page: &Page) -> (Measures, Vec<Seal>) {
    let measures = measure(page);
    let seals = seal::find(&page.image, measures.resolution.dpi);
    (measures, seals)
}

/// A photograph says nothing of the size of its sheet, and A4 and A5 have one shape: a seal tells them apart, for all
/// seals have nearly one size.
fn sized(page: &mut Page) -> (Measures, Vec<Seal>) {
    let (measures, seals) = measured(page);
    let best = |seals: &[Seal]| seals.first().map_or(0.0, |seal| seal.score);
    if measures.resolution.believed || best(&seals) >= SURE_SEAL {
        return (measures, seals);
    }
    let smaller = measures.resolution.dpi * std::f32::consts::SQRT_2;
    let again = seal::find(&page.image, smaller);
    if best(&again) < SURE_SEAL {
        return (measures, seals);
    }
    page.dpi = Some((smaller, smaller));
    measured(page)
}

/// A good impression: see `bansao_scan::seal::Seal::score`.
const SURE_SEAL: f32 = 0.65;

/// Whether something was read where a patch lies: the rosettes of a border are cut like words and are none.
fn is_read(patch: &Rect, text: &PageText) -> bool {
    text.rows.iter().any(|row| row.words.iter().any(|word| word.rect.intersection(patch).area() > 0))
}

/// Whether a stroke is a border's: it lies above or below everything that was surely read, or it is long and nothing was read
/// at its height, where what is struck out has its label beside it.
fn is_frame(stroke: &Rect, text: &PageText) -> bool {
    let words = || text.rows.iter().filter(|row| !row.red).flat_map(|row| &row.words);
    let sure = || words().filter(|word| word.confidence >= 0.9 && word.text.chars().count() >= 3);
    let top = sure().map(|word| word.rect.y).min().unwrap_or(0);
    let bottom = sure().map(|word| word.rect.bottom()).max().unwrap_or(u32::MAX);
    let beside = |word: &TextWord| word.rect.y < stroke.bottom() && stroke.y < word.rect.bottom();
    stroke.bottom() <= top || stroke.y >= bottom || (stroke.w > text.mm(FRAME_MM) && !words().any(beside))
}

/// Longer strokes can be a border's.
const FRAME_MM: f32 = 30.0;

/// Measures the page word by word. What goes wrong here leaves a finding, like a check that failed.
fn examine(page: &Page, layer: &Layer, lines: &[Line], text: &PageText, seen: &mut SeenPage) -> Result<(), Finding> {
    let dpi = seen.measures.resolution.dpi;
    let measured = catch_unwind(AssertUnwindSafe(|| {
        let mut examined = forensic::examine(&page.image, dpi, layer.pose, lines);
        examined.patches.retain(|patch| is_read(&layer.onto_layer(&patch.rect), text));
        examined.strokes.retain(|stroke| !is_frame(&layer.onto_layer(stroke), text));
        let traces = forensic::traces(&examined);
        (examined, traces)
    }));
    let (examined, traces) = measured.map_err(|_| Finding::new(Code::CheckFailed).seen("forensic"))?;
    (seen.examined, seen.traces) = (Some(examined), traces);
    Ok(())
}
