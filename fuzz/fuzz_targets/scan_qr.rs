//! A picture of dark and light squares, such as a QR symbol is: one bit a square, drawn with a margin.
#![no_main]

use bansao_fuzz::let_guards_catch;
use bansao_scan::{GrayImage, qr};
use libfuzzer_sys::fuzz_target;

/// Pixels of a square.
const SQUARE: u32 = 4;
/// Squares of the margin.
const MARGIN: u32 = 4;
/// Squares of a side at most: those of version 13.
const MOST: u32 = 69;

fuzz_target!(init: let_guards_catch(), |data: &[u8]| {
    let side = (data.len() * 8).isqrt() as u32;
    if !(21..=MOST).contains(&side) {
        return;
    }
    let pixels = (side + 2 * MARGIN) * SQUARE;
    let square = |at: u32| (at / SQUARE).checked_sub(MARGIN).filter(|n| *n < side);
    let dark = |x: u32, y: u32| {
        square(x).zip(square(y)).is_some_and(|(x, y)| {
            let bit = (y * side + x) as usize;
            data[bit / 8] >> (7 - bit % 8) & 1 == 1
        })
    };
    let luma = (0..pixels).flat_map(|y| (0..pixels).map(move |x| (x, y))).map(|(x, y)| if dark(x, y) { 0 } else { 255 });
    let Some(picture) = GrayImage::from_vec(pixels, pixels, luma.collect()) else { return };
    for symbol in qr::read_luma(&picture) {
        assert!(symbol.bbox.right() <= pixels && symbol.bbox.bottom() <= pixels, "a symbol outside of its picture");
    }
});
