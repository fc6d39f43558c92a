//! Each check on a drawn page with that one fault.

use bansao_scan::measure::measure_pixels;
use bansao_scan::sheet::Sheet;
use bansao_scan::{Rect, RgbImage};
use image::Rgb;
use time::macros::date;

use super::super::{Check, run};
use super::{Cast, Exposure, Glare, Noise, Occluded, Screen};
use crate::finding::Code;
use crate::inspect::forms::FormSet;
use crate::inspect::seen::{Seen, SeenPage};

const CHECKS: [&dyn Check; 6] = [&Exposure, &Glare, &Noise, &Cast, &Occluded, &Screen];

/// Rows of letter-like boxes at 150 dpi, A4.
fn drawn(change: impl Fn(u32, u32, [u8; 3]) -> [u8; 3]) -> RgbImage {
    RgbImage::from_fn(1240, 1754, |x, y| {
        let inside = (150..1090).contains(&x) && (150..1600).contains(&y);
        let letter = inside && y % 48 < 11 && (x + y / 48 * 5) % 11 < 4;
        Rgb(change(x, y, if letter { [35, 35, 40] } else { [246, 244, 240] }))
    })
}

fn codes(image: &RgbImage) -> Vec<Code> {
    let page = SeenPage::measured(measure_pixels(image, Some((150.0, 150.0))), image.dimensions(), Sheet::Whole, vec![]);
    let forms = FormSet::embedded().unwrap();
    let pages = [page];
    let seen =
        Seen { pages: &pages, texts: &[], recognised: None, fields: &[], forms: &forms, declared: None, today: date!(2026 - 11 - 21) };
    run(&CHECKS, &seen).into_iter().map(|finding| finding.code).collect()
}

fn scaled(pixel: [u8; 3], by: [f32; 3]) -> [u8; 3] {
    [0, 1, 2].map(|at| (f32::from(pixel[at]) * by[at]).min(255.0) as u8)
}

#[test]
fn a_plain_page_is_fit() {
    assert_eq!(codes(&drawn(|_, _, pixel| pixel)), []);
}

#[test]
fn a_page_in_the_dark_in_a_fog_or_in_a_deep_shadow_is_not() {
    assert_eq!(codes(&drawn(|_, _, pixel| scaled(pixel, [0.35; 3]))), [Code::BadExposure]);
    assert_eq!(codes(&drawn(|_, _, pixel| pixel.map(|value| 53 + (f32::from(value) * 0.275) as u8))), [Code::BadExposure]);
    let shadow = |x: u32, _: u32, pixel| scaled(pixel, [1.0 - 0.8 * (x as f32 / 1240.0); 3]);
    assert_eq!(codes(&drawn(shadow)), [Code::BadExposure]);
}

#[test]
fn glare_says_where() {
    let spot = |x: u32, y: u32, pixel| {
        let away = (x as f32 - 700.0).hypot(y as f32 - 800.0);
        if away < 90.0 { [255; 3] } else { scaled(pixel, [0.85; 3]) }
    };
    assert_eq!(codes(&drawn(spot)), [Code::Glare]);
}

#[test]
fn grain_and_coloured_light_make_unfit() {
    let grain = |x: u32, y: u32, pixel: [u8; 3]| {
        let random = x.wrapping_mul(73_856_093) ^ y.wrapping_mul(19_349_663);
        let off = (random.wrapping_mul(2_654_435_761) >> 24) as f32 / 255.0 * 60.0 - 50.0;
        pixel.map(|value| (f32::from(value) + off).clamp(0.0, 255.0) as u8)
    };
    assert_eq!(codes(&drawn(grain)), [Code::Noisy]);
    assert_eq!(codes(&drawn(|_, _, pixel| scaled(pixel, [1.0, 0.86, 0.5]))), [Code::ColourCast]);
    // Pink paper is no cast.
    assert_eq!(codes(&drawn(|_, _, pixel| scaled(pixel, [1.0, 0.88, 0.87]))), []);
}

#[test]
fn a_thumb_on_the_page_is_seen() {
    let thumb = |x: u32, y: u32, pixel| if y > 1600 && x.abs_diff(400) < 60 { [200, 150, 120] } else { pixel };
    assert_eq!(codes(&drawn(thumb)), [Code::Occluded]);
}

#[test]
fn a_screen_of_dots_is_a_print_out() {
    let whole = Rect { x: 200, y: 1000, w: 800, h: 600 };
    let dots = |x: u32, y: u32, pixel| {
        let (u, v) = ((x + y) as f32 * 0.707, (x as f32 - y as f32) * 0.707);
        let inside = (whole.x..whole.right()).contains(&x) && (whole.y..whole.bottom()).contains(&y);
        let level = (190.0 + 35.0 * ((u * 2.3).cos() + (v * 2.3).cos())) as u8;
        if inside { [level, level / 2, level / 2] } else { pixel }
    };
    assert_eq!(codes(&drawn(dots)), [Code::PrintedCopy]);
}
