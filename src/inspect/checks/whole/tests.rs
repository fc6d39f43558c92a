//! Each check on a drawn page with that one fault.

use bansao_scan::RgbImage;
use bansao_scan::measure::measure_pixels;
use bansao_scan::sheet::Sheet;
use image::{Rgb, imageops};
use time::macros::date;

use super::super::{Check, run};
use super::{Folded, Frame, SharpThroughout};
use crate::finding::{Code, Region};
use crate::inspect::forms::FormSet;
use crate::inspect::seen::{Seen, SeenPage};

const CHECKS: [&dyn Check; 3] = [&Folded, &Frame, &SharpThroughout];

/// Rows of letter-like boxes in a frame at 150 dpi, A4.
fn drawn() -> RgbImage {
    RgbImage::from_fn(1240, 1754, |x, y| {
        let inside = (150..1090).contains(&x) && (150..1600).contains(&y);
        let letter = inside && y % 48 < 11 && (x + y / 48 * 5) % 11 < 4;
        let framed = (80..1160).contains(&x) && (80..1674).contains(&y) && !((84..1156).contains(&x) && (84..1670).contains(&y));
        Rgb(if letter || framed { [35, 35, 40] } else { [246, 244, 240] })
    })
}

fn found(image: &RgbImage) -> Vec<(Code, Option<Region>)> {
    let page = SeenPage::measured(measure_pixels(image, Some((150.0, 150.0))), image.dimensions(), Sheet::Whole, vec![]);
    let forms = FormSet::embedded().unwrap();
    let pages = [page];
    let seen =
        Seen { pages: &pages, texts: &[], recognised: None, fields: &[], forms: &forms, declared: None, today: date!(2026 - 11 - 21) };
    run(&CHECKS, &seen).into_iter().map(|finding| (finding.code, finding.locus.region)).collect()
}

#[test]
fn a_plain_page_has_no_fault() {
    assert_eq!(found(&drawn()), []);
}

#[test]
fn a_crease_is_shown_where_it_runs() {
    let mut page = drawn();
    for (_, y, pixel) in page.enumerate_pixels_mut() {
        if (880..892).contains(&y) {
            pixel.0 = pixel.0.map(|value| (f32::from(value) * (0.86 + (y - 880) as f32 * 0.011)) as u8);
        }
    }
    let found = found(&page);
    let [(Code::Folded, Some(region))] = found.as_slice() else { panic!("{found:?}") };
    assert!(region.top <= 503 && region.bottom >= 505 && region.right > 990, "{region:?}");
}

#[test]
fn a_frame_that_runs_out_of_the_picture_is_cropped() {
    let cut = imageops::crop_imm(&drawn(), 0, 0, 1240, 1500).to_image();
    assert_eq!(found(&cut), [(Code::Cropped, None)]);
}

#[test]
fn a_blurred_part_of_a_sharp_page_is_told() {
    let mut page = drawn();
    let soft = imageops::blur(&page, 1.6);
    imageops::replace(&mut page, &imageops::crop_imm(&soft, 120, 900, 1000, 500).to_image(), 120, 900);
    let found = found(&page);
    let [(Code::BlurredPart, Some(region))] = found.as_slice() else { panic!("{found:?}") };
    assert!((430..640).contains(&region.top) && (720..=900).contains(&region.bottom), "{region:?}");
}
