//! Synthetic pages: honest ones leave no trace, and each alteration leaves its own, where it is.

use image::{Rgb, RgbImage, imageops};

use super::{Examination, Ground, Patch, Smudge, Trace, TraceKind, examine, traces};
use crate::layout::{Line, lines};
use crate::raster::Rect;
use crate::rectify::{LayerOptions, Pose, text_layer};

const DPI: f32 = 200.0;
const INK: Rgb<u8> = Rgb([30, 30, 36]);

/// Deterministic noise.
struct Grain(u32);

impl Grain {
    fn next(&mut self, most: f32) -> f32 {
        let mut sum = 0.0;
        for _ in 0..3 {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            sum += (self.0 >> 16) as f32 / 65536.0 - 0.5;
        }
        sum * most
    }
}

/// A page of rows of letter-like strokes on patterned paper, before the scanner.
fn drawn(pattern: f32) -> RgbImage {
    let mut page = RgbImage::from_fn(1100, 1000, |x, y| {
        let wave = ((x as f32 / 9.0).sin() + (y as f32 / 7.0).cos()) * pattern;
        Rgb([250.0, 244.0, 230.0].map(|level: f32| (level + wave - pattern * 2.0) as u8))
    });
    for row in 0..14 {
        word_row(&mut page, 80, 1000, 70 + row * 64, INK);
    }
    page
}

/// Words of five to eight letters: uprights with bars.
fn word_row(page: &mut RgbImage, from: u32, to: u32, y: u32, ink: Rgb<u8>) {
    let mut x = from;
    let mut letter = y / 64;
    while x + 12 < to {
        for dy in 0..17 {
            for dx in 0..11 {
                let upright = dx < 3 || (letter.is_multiple_of(3) && dx > 7);
                let bar = dy / 3 == letter % 5;
                if upright || bar {
                    page.put_pixel(x + dx, y + dy, ink);
                }
            }
        }
        letter += 1;
        x += if letter % 6 == 5 { 30 } else { 15 };
    }
}

/// What a scanner makes of it: soft edges and grain.
fn scanned(page: &RgbImage, seed: u32, grain: f32) -> RgbImage {
    let mut noise = Grain(seed);
    let mut soft = imageops::blur(page, 0.8);
    soft.pixels_mut().for_each(|pixel| {
        let off = noise.next(grain);
        pixel.0.iter_mut().for_each(|value| *value = (f32::from(*value) + off).clamp(0.0, 255.0) as u8);
    });
    soft
}

fn found(page: &RgbImage) -> Vec<Trace> {
    let layer = text_layer(page, DPI, Pose::default(), &LayerOptions { leaders: false, ..LayerOptions::reading() });
    traces(&examine(page, DPI, layer.pose, &lines(&layer.image, DPI)))
}

/// A row's place, for altering a part of it.
const SPOT: Rect = Rect { x: 320, y: 70 + 5 * 64 - 8, w: 190, h: 34 };

fn only(traces: &[Trace], kinds: &[TraceKind]) {
    assert!(!traces.is_empty(), "nothing was found");
    for trace in traces {
        assert!(kinds.contains(&trace.kind), "{trace:?}");
        assert!(trace.rect.intersection(&SPOT.grown(90, 12, 1100, 1000)).area() > 0, "elsewhere: {trace:?}");
    }
}

fn paste(page: &mut RgbImage, from: &RgbImage) {
    let cut = imageops::crop_imm(from, SPOT.x, SPOT.y, SPOT.w, SPOT.h).to_image();
    imageops::replace(page, &cut, i64::from(SPOT.x), i64::from(SPOT.y));
}

#[test]
fn honest_scans_leave_no_trace() {
    for (seed, pattern, grain) in [(1, 0.0, 3.0), (2, 6.0, 5.0), (3, 2.0, 9.0), (4, 9.0, 1.0)] {
        let page = scanned(&drawn(pattern), seed, grain);
        assert_eq!(found(&page), [], "pattern {pattern}, grain {grain}");
    }
}

#[test]
fn a_fold_and_a_shadow_are_no_traces() {
    let mut page = scanned(&drawn(2.0), 5, 4.0);
    for (x, y, pixel) in page.enumerate_pixels_mut() {
        // A crease across the page, and a shadow towards its right edge.
        let crease = 1.0 - 0.12 * (-((y as f32 - 415.0) / 5.0).powi(2)).exp();
        let shade = 1.0 - 0.14 * (x as f32 / 1100.0).powi(3);
        pixel.0.iter_mut().for_each(|value| *value = (f32::from(*value) * crease * shade) as u8);
    }
    assert_eq!(found(&page), []);
}

#[test]
fn a_stronger_compression_of_the_whole_is_no_trace() {
    let page = scanned(&drawn(3.0), 6, 4.0);
    let mut jpeg = std::io::Cursor::new(Vec::new());
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 55).encode_image(&page).unwrap();
    let again = image::load_from_memory(jpeg.get_ref()).unwrap().into_rgb8();
    assert_eq!(found(&again), []);
}

#[test]
fn fluid_over_a_value_is_other_paper() {
    let mut paper = drawn(1.0);
    for y in SPOT.y - 8..SPOT.bottom() + 6 {
        for x in SPOT.x..SPOT.right() {
            paper.put_pixel(x, y, Rgb([254, 254, 253]));
        }
    }
    word_row(&mut paper, SPOT.x + 10, SPOT.right() - 10, SPOT.y + 8, Rgb([24, 44, 150]));
    only(&found(&scanned(&paper, 7, 3.0)), &[TraceKind::Paper, TraceKind::Pattern]);
}

#[test]
fn a_softer_and_a_sharper_place_are_seen() {
    let page = scanned(&drawn(0.0), 8, 3.0);
    let mut softer = page.clone();
    paste(&mut softer, &imageops::blur(&page, 1.6));
    only(&found(&softer), &[TraceKind::Softer, TraceKind::Smooth]);
    let soft = scanned(&imageops::blur(&drawn(0.0), 1.0), 9, 3.0);
    let mut sharper = soft.clone();
    paste(&mut sharper, &drawn(0.0));
    only(&found(&sharper), &[TraceKind::Sharper, TraceKind::Smooth]);
}

#[test]
fn other_grain_and_none_are_seen() {
    let page = scanned(&drawn(0.0), 10, 4.0);
    let mut grainy = page.clone();
    paste(&mut grainy, &scanned(&drawn(0.0), 11, 26.0));
    only(&found(&grainy), &[TraceKind::Grainier, TraceKind::Sharper]);
    let mut clean = page;
    paste(&mut clean, &scanned(&drawn(0.0), 12, 0.0));
    only(&found(&clean), &[TraceKind::Smooth]);
}

#[test]
fn a_missing_pattern_is_seen() {
    let mut paper = drawn(8.0);
    let plain = Rgb([240, 234, 220]);
    for y in SPOT.y - 4..SPOT.bottom() + 4 {
        for x in SPOT.x..SPOT.right() {
            paper.put_pixel(x, y, plain);
        }
    }
    word_row(&mut paper, SPOT.x + 10, SPOT.right() - 10, SPOT.y + 8, INK);
    only(&found(&scanned(&paper, 13, 2.0)), &[TraceKind::Pattern, TraceKind::Paper]);
}

#[test]
fn a_stroke_through_a_line_is_seen_and_one_under_it_is_not() {
    let mut struck = drawn(0.0);
    let mut underlined = struck.clone();
    for x in SPOT.x..SPOT.right() {
        for thick in 0..3 {
            struck.put_pixel(x, SPOT.y + 15 + thick + x / 120, Rgb([24, 44, 150]));
            underlined.put_pixel(x, SPOT.y + 28 + thick, Rgb([24, 44, 150]));
        }
    }
    let traces = found(&scanned(&struck, 14, 3.0));
    assert!(traces.iter().any(|trace| trace.kind == TraceKind::Through), "{traces:?}");
    assert!(found(&scanned(&underlined, 15, 3.0)).iter().all(|trace| trace.kind != TraceKind::Through));
}

/// Pale remains of other letters behind those that stand at the spot now, and the paper roughened.
fn rubbed(clean: &RgbImage) -> RgbImage {
    specked(clean, &Rect { y: SPOT.y - 6, h: SPOT.h + 12, ..SPOT })
}

#[test]
fn a_smudge_is_told_from_the_coloured_pattern_that_it_lies_on() {
    let mut clean = drawn(0.0);
    for (x, y, pixel) in clean.enumerate_pixels_mut() {
        if (x / 3 + y) % 11 < 4 && pixel[0] > 200 {
            pixel.0 = [pixel[0], pixel[1] - 26, pixel[2] - 26];
        }
    }
    let smudged = |paper: &RgbImage| found(&scanned(paper, 16, 3.0)).iter().filter(|trace| trace.kind == TraceKind::Smudged).count();
    assert_eq!((smudged(&clean), smudged(&rubbed(&clean)) > 0), (0, true));
}

/// Pale specks all over a box, as of remains of ink.
fn specked(clean: &RgbImage, place: &Rect) -> RgbImage {
    let mut paper = clean.clone();
    for (x, y) in (place.y..place.bottom()).flat_map(|y| (place.x..place.right()).map(move |x| (x, y))) {
        let pixel = paper.get_pixel_mut(x, y);
        if (x / 5 + y / 4) % 3 == 0 && pixel[0] > 200 {
            pixel.0 = pixel.0.map(|level| level - 14);
        }
    }
    paper
}

#[test]
fn what_lies_above_a_word_too_or_runs_through_its_row_is_no_smudge_of_it() {
    let clean = drawn(0.0);
    let traces = |place: &Rect| found(&scanned(&specked(&clean, place), 16, 3.0)).iter().filter(|t| t.kind == TraceKind::Smudged).count();
    assert!(traces(&SPOT) > 0);
    let with_above = Rect { y: SPOT.y - 34, h: SPOT.h + 34, ..SPOT };
    assert_eq!(traces(&with_above), 0, "the paper above bears it as well");
    assert_eq!(traces(&Rect { x: 0, w: 1100, ..SPOT }), 0, "the whole row bears it");
}

/// Paper of a pale yellow, as much as is asked for.
const SHEET: Ground = Ground { colour: [250.0, 246.0, 236.0], texture: 1.0, pattern: 1.0, grain: 0.1, pixels: 900 };

/// A word of a row, black on plain paper.
fn word(at: usize) -> Patch {
    Patch {
        rect: Rect { x: 60 + at as u32 * 70, y: 400, w: 56, h: 24 },
        height_mm: 3.0,
        inside: SHEET,
        above: SHEET,
        below: SHEET,
        left: SHEET,
        right: SHEET,
        steepness: 0.4,
        ink: [0.2; 3],
        stroke_mm: 0.3,
        smudges: [Smudge::default(); 2],
        slant: None,
    }
}

fn traces_of(kind: TraceKind, patches: Vec<Patch>) -> usize {
    let examined = Examination { patches, strokes: vec![], mm: DPI / 25.4 };
    traces(&examined).iter().filter(|trace| trace.kind == kind).count()
}

#[test]
fn other_paper_ends_left_or_right_of_a_word() {
    let white = Ground { colour: [254.0; 3], ..SHEET };
    let found = |left, right| {
        let mut words: Vec<Patch> = (0..14).map(word).collect();
        words[5] = Patch { inside: white, left, right, ..words[5] };
        traces_of(TraceKind::Paper, words)
    };
    assert_eq!((found(SHEET, SHEET), found(white, SHEET), found(SHEET, white)), (1, 1, 1));
    assert_eq!(found(white, white), 0, "the whole row is so");
    assert_eq!(found(white, Ground { pixels: 3, ..white }), 1, "too little is known of the right");
}

/// Faint smudges on the words of a row of fourteen: what of each word's paper is smudged, and what of the paper beside it.
fn faintly_smudged(smudged: &[(usize, f32, f32)]) -> usize {
    let row = (0..14).map(|at| {
        let (share, beside) = smudged.iter().find(|word| word.0 == at).map_or((0.0, 0.0), |word| (word.1, word.2));
        Patch { smudges: [Smudge::default(), Smudge { share, against_either: share, beside }], ..word(at) }
    });
    traces_of(TraceKind::Smudged, row.chain(another_row(SHEET)).collect())
}

/// A row without smudges, so that few words of the page bear one.
fn another_row(paper: Ground) -> impl Iterator<Item = Patch> {
    (0..28).map(move |at| Patch { rect: Rect { x: 60 + at * 30, y: 600, w: 20, h: 24 }, inside: paper, ..word(0) })
}

#[test]
fn words_that_are_smudged_less_are_rubbed_where_their_paper_is_uneven() {
    let uneven = |texture| Ground { texture, ..SHEET };
    let rubbed = |shares: [f32; 3], inside: f32, around: f32, elsewhere: f32, words: usize| {
        let mut row: Vec<Patch> = (0..words).map(word).collect();
        for (share, word) in shares.into_iter().zip(row.iter_mut().skip(4)) {
            word.smudges[1] = Smudge { share, against_either: share, beside: 0.0 };
            (word.inside, word.above) = (uneven(inside), uneven(around));
        }
        traces_of(TraceKind::Smudged, row.into_iter().chain(another_row(uneven(elsewhere))).collect())
    };
    let shares = [0.13, 0.04, 0.07];
    let found = |shares, inside, around, elsewhere| rubbed(shares, inside, around, elsewhere, 7);
    assert_eq!(rubbed(shares, 1.6, 1.0, 1.0, 8), 0, "the value goes on after it");
    assert_eq!(found(shares, 1.6, 1.0, 1.0), 3);
    assert_eq!(found([0.13, 0.03, 0.07], 1.6, 1.0, 1.0), 0, "one is not smudged");
    assert_eq!(found(shares, 1.6, 1.3, 1.0), 0, "the paper above is nearly as uneven");
    assert_eq!(found(shares, 1.6, 1.0, 1.4), 0, "so is the paper of other words");
}

#[test]
fn faint_smudges_tell_where_three_words_side_by_side_bear_them() {
    assert_eq!(faintly_smudged(&[(4, 0.12, 0.0), (5, 0.12, 0.0)]), 0);
    assert_eq!(faintly_smudged(&[(4, 0.12, 0.0), (5, 0.12, 0.11), (6, 0.10, 0.0)]), 3);
    assert_eq!(faintly_smudged(&[(4, 0.12, 0.0), (6, 0.12, 0.0), (8, 0.10, 0.0)]), 0, "not side by side");
    assert_eq!(faintly_smudged(&[(4, 0.12, 0.11), (5, 0.12, 0.11), (6, 0.10, 0.0)]), 0, "it runs on to the left");
    assert_eq!(faintly_smudged(&[(4, 0.07, 0.0), (5, 0.07, 0.0), (6, 0.07, 0.0)]), 0, "fainter than what is honest");
}

#[test]
fn the_bars_of_bold_capitals_are_no_stroke() {
    let bbox = Rect { x: 20, y: 38, w: 300, h: 24 };
    let (line, mm) = (Line { bbox, baseline: 60, x_height: 14, words: vec![bbox], row: 0 }, DPI / 25.4);
    let barred = |height: f32, length_mm: f32| {
        let y = (60.0 - height * 14.0) as u32;
        let bar = |x: u32, row: u32| (row == y || row == y + 1) && (30..30 + (length_mm * mm) as u32).contains(&x);
        let page = image::GrayImage::from_fn(400, 100, |x, row| image::Luma([if bar(x, row) { 20 } else { 255 }]));
        super::stroke::through(&page, mm, &line).is_some()
    };
    assert_eq!((barred(0.5, 15.0), barred(1.4, 15.0), barred(1.4, 25.0)), (true, false, true));
}

#[test]
fn ink_that_was_rubbed_out_leaves_a_smudge() {
    let clean = drawn(0.0);
    let paper = rubbed(&clean);
    assert_eq!(found(&scanned(&clean, 16, 3.0)), []);
    only(&found(&scanned(&paper, 16, 3.0)), &[TraceKind::Smudged, TraceKind::Paper]);
    assert!(found(&scanned(&paper, 16, 3.0)).iter().any(|trace| trace.kind == TraceKind::Smudged));
}

#[test]
fn words_lean_as_they_are_drawn() {
    for lean in [0.0_f32, 12.0] {
        let shear = lean.to_radians().tan();
        let page = RgbImage::from_fn(400, 120, |x, y| {
            let along = x as f32 - (90.0 - y as f32) * shear;
            let upright = (60..90).contains(&y) && (60.0..340.0).contains(&along) && along.rem_euclid(17.0) < 4.0;
            let bar = (60..63).contains(&y) && (60.0..340.0).contains(&along);
            if upright || bar { INK } else { Rgb([250, 246, 236]) }
        });
        let field = super::field::Field::of(&page, DPI);
        let slant = super::slant::slant(&field, &Rect { x: 56, y: 56, w: 294, h: 36 });
        assert_eq!(slant, Some(lean));
    }
}
