//! A page laid over another of the same paper: what fits is the same, what was exchanged is found, and the rest is not told.

use bansao_scan::likeness::{Comparison, Overlay, Pair};
use bansao_scan::{GrayImage, Rect};
use image::Luma;

/// A page of words at 200 dots per inch: strokes that `seed` chooses, 30 pixels high, in rows.
fn page(seed: u32) -> GrayImage {
    let mut page = GrayImage::from_pixel(1654, 2339, Luma([255]));
    let mut state = 7_u32;
    for row in 0..40 {
        for letter in 0..60 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            stroke(&mut page, 150 + letter * 23, 160 + row * 52, state ^ if (18..21).contains(&row) { seed } else { 0 });
        }
    }
    page
}

/// Nine parts of a letter, dark by the bits of `shape`.
fn stroke(page: &mut GrayImage, left: u32, top: u32, shape: u32) {
    for part in (0..9).filter(|part| (shape >> (8 + part)) & 1 == 1) {
        for (x, y) in (0..6).flat_map(|x| (0..9).map(move |y| (x, y))) {
            page.put_pixel(left + part % 3 * 6 + x, top + part / 3 * 9 + y, Luma([20]));
        }
    }
}

/// The page smaller, turned a little and greyer; and points that both share.
fn captured(page: &GrayImage) -> (GrayImage, Vec<Pair>) {
    let there = |(x, y): (f32, f32)| (x * 0.9 + y * 0.01 + 20.0, y * 0.9 - x * 0.01 + 40.0);
    let back = |(u, v): (f32, f32)| {
        let (u, v) = (u - 20.0, v - 40.0);
        let det = 0.9 * 0.9 + 0.01 * 0.01;
        ((0.9 * u - 0.01 * v) / det, (0.01 * u + 0.9 * v) / det)
    };
    let small = GrayImage::from_fn(1560, 2200, |u, v| {
        let (x, y) = back((u as f32, v as f32));
        let inside = x >= 0.0 && y >= 0.0 && x < page.width() as f32 && y < page.height() as f32;
        Luma([if inside { page.get_pixel(x as u32, y as u32)[0] / 2 + 120 } else { 247 }])
    });
    let points = (0..6).flat_map(|x| (0..6).map(move |y| (150.0 + 260.0 * x as f32, 160.0 + 400.0 * y as f32)));
    (small, points.map(|point| (point, there(point))).collect())
}

fn compare(original: &GrayImage, other: &GrayImage, pairs: &[Pair], skip: &[Rect]) -> Option<Comparison> {
    Overlay::by(pairs, original, 200.0, other)?.cells(skip)
}

#[test]
fn the_same_page_captured_otherwise_is_the_same() {
    let original = page(0);
    let (small, pairs) = captured(&original);
    let told = compare(&original, &small, &pairs, &[]).unwrap();
    assert!(told.same > 0.95 && told.different.is_empty(), "{told:?}");
}

#[test]
fn rows_that_say_something_else_are_found_and_nothing_else_is() {
    let original = page(0);
    let (small, pairs) = captured(&page(0x0001_5A00));
    let told = compare(&original, &small, &pairs, &[]).unwrap();
    let place = told.different.iter().copied().reduce(|a, b| a.union(&b)).unwrap();
    // Rows 18 to 20 of the original lie at 1096 to 1227; a cell is 48 pixels high there.
    assert!(place.y > 940 && place.bottom() < 1230 && place.w > 800, "{place:?}");
    // Where the copy's own marks lie nothing is told.
    assert!(compare(&original, &small, &pairs, &[Rect::between(0, 900, 1560, 1300)]).unwrap().different.is_empty());
}

#[test]
fn nothing_is_told_without_points_or_of_another_page() {
    let original = page(0);
    let (small, pairs) = captured(&original);
    assert_eq!(compare(&original, &small, &pairs[..5], &[]), None, "too few points");
    let near: Vec<Pair> = (0..36).map(|at| ((150.0 + at as f32, 160.0), (155.0 + at as f32, 184.0))).collect();
    assert_eq!(compare(&original, &small, &near, &[]), None, "all in one place");
    let blank = GrayImage::from_pixel(1560, 2200, Luma([250]));
    assert_eq!(compare(&original, &blank, &pairs, &[]), None, "a blank page");
    let scattered: Vec<Pair> = pairs.iter().zip(pairs.iter().rev()).map(|(a, b)| (a.0, (b.1.1, b.1.0))).collect();
    assert_eq!(compare(&original, &small, &scattered, &[]), None, "points that do not agree with the page");
}

/// Lines of the page as they lie on the capture.
fn lines() -> Vec<Rect> {
    let there = |(x, y): (f32, f32)| ((x * 0.9 + y * 0.01 + 20.0) as u32, (y * 0.9 - x * 0.01 + 40.0) as u32);
    let line = |row: u32| {
        let (top, y) = (160.0 + row as f32 * 52.0, 160.0 + row as f32 * 52.0 + 27.0);
        let ((left, _), (right, low)) = (there((150.0, top)), there((900.0, y)));
        Rect::between(left, there((900.0, top)).1, right, low.max(there((150.0, y)).1))
    };
    (4..12).map(line).collect()
}

/// A mark of half a millimetre above the line of a row, as a tone is.
fn marked(mut page: GrayImage, row: u32, level: u8) -> GrayImage {
    for (x, y) in (0..6).flat_map(|x| (0..5).map(move |y| (x, y))) {
        page.put_pixel(400 + x, 160 + row * 52 - 8 + y, Luma([level]));
    }
    page
}

#[test]
fn a_mark_more_or_less_in_a_line_is_found_and_the_same_line_is_not() {
    let (plain, lines) = (page(0), lines());
    let marks = |original: &GrayImage, print: &GrayImage| {
        let (small, pairs) = captured(print);
        Overlay::by(&pairs, original, 200.0, &small).unwrap().marks(&lines)
    };
    assert_eq!(marks(&plain, &plain), []);
    let more = marked(page(0), 7, 20);
    for found in [marks(&plain, &more), marks(&more, &plain)] {
        let [place] = found.as_slice() else { panic!("{found:?}") };
        // 400 and 516 of the original.
        let middle = (place.x + place.w / 2, place.y + place.h / 2);
        assert!(middle.0.abs_diff(386) < 10 && middle.1.abs_diff(500) < 10, "{place:?}");
    }
    // A speck of dirt, much fainter than print, is none.
    assert_eq!(marks(&plain, &marked(page(0), 7, 215)), []);
    // Where nothing stands on both in those lines, and where there are too few of them, nothing is told.
    let (small, pairs) = captured(&more);
    let overlay = Overlay::by(&pairs, &plain, 200.0, &small).unwrap();
    assert_eq!(overlay.marks(&[Rect::between(1300, 2100, 1500, 2130)]), []);
    assert_eq!(overlay.marks(&[]), []);
}

#[test]
fn a_picture_that_is_too_coarse_is_not_judged_by_marks() {
    let (more, lines) = (marked(page(0), 7, 20), lines());
    let (small, pairs) = captured(&more);
    let coarse = image::imageops::blur(&small, 9.0);
    assert_eq!(Overlay::by(&pairs, &page(0), 200.0, &coarse).unwrap().marks(&lines), []);
}
