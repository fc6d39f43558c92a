//! PDF pages that are more than one image: several that lie edge to edge, and what has to be drawn.

use crate::common::{FULL_PAGE, Pdf, flate_stream, jpeg_stream, picture};
use bansao_scan::{Caveat, Limits, Original, Page, RgbImage, ScanError, open};
use image::imageops;
use lopdf::{Object, Stream, dictionary};

fn pages(bytes: &[u8]) -> Result<Vec<Page>, ScanError> {
    open(bytes, &Limits::default()).map(|source| source.pages)
}

/// The page that a content stream shows, with images `Im0`, `Im1`.
fn one(images: Vec<Stream>, content: &str) -> Page {
    pages(&Pdf::new().page_of(images, content).bytes()).unwrap().remove(0)
}

fn drawn(page: &Page) -> bool {
    matches!(page.caveat, Some(Caveat::Drawn { .. })) && page.original == Original::Raster
}

fn half(image: &RgbImage, lower: bool) -> RgbImage {
    let (width, height) = (image.width(), image.height() / 2);
    imageops::crop_imm(image, 0, if lower { height } else { 0 }, width, height).to_image()
}

#[test]
fn strips_are_put_together_without_loss() {
    let image = picture(595, 842);
    let strips = vec![flate_stream(&half(&image, false)), flate_stream(&half(&image, true))];
    let page = one(strips, "q 595 0 0 421 0 421 cm /Im0 Do Q q 595 0 0 421 0 0 cm /Im1 Do Q");
    assert_eq!((&page.image, &page.caveat), (&image, &None));
    let (x, y) = page.dpi.unwrap();
    assert!((x - 72.0).abs() < 0.1 && (y - 72.0).abs() < 0.1, "{x} {y}");
}

#[test]
fn strips_that_do_not_meet_are_drawn() {
    let image = picture(595, 842);
    let strips = || vec![flate_stream(&half(&image, false)), flate_stream(&half(&image, true))];
    // A gap, an overlap, two scales.
    for second in ["595 0 0 421 0 -9", "595 0 0 421 0 9", "300 0 0 421 0 0"] {
        let page = one(strips(), &format!("q 595 0 0 421 0 421 cm /Im0 Do Q q {second} cm /Im1 Do Q"));
        assert!(drawn(&page), "{second}");
        assert_eq!(page.image.dimensions(), (595, 842), "{second}");
    }
}

#[test]
fn what_lies_over_a_scan_is_on_the_picture_and_is_told() {
    let image = picture(595, 842);
    let plain = "q 595 0 0 842 0 0 cm /Im0 Do Q";
    let over = |more: &str| one(vec![jpeg_stream(&image)], &format!("{plain} {more}"));
    let boxed = over("1 0 0 rg 200 300 100 50 re f");
    assert!(drawn(&boxed));
    assert_eq!(boxed.image.dimensions(), (595, 842));
    // 842 - 325 from above, in the middle of the box; and beside it the scan, as it was.
    assert_eq!(boxed.image.get_pixel(250, 517).0, [255, 0, 0]);
    assert!(boxed.image.get_pixel(350, 517).0.iter().zip([240, 238, 230]).all(|(a, b)| a.abs_diff(b) < 6));
    assert!(boxed.image.get_pixel(8, 6).0.iter().all(|level| level.abs_diff(20) < 12), "{:?}", boxed.image.get_pixel(8, 6));

    let written = over("BT /F1 40 Tf 0 0 1 rg 100 300 Td (1987) Tj ET");
    assert!(drawn(&written));
    let blue = written.image.pixels().filter(|pixel| pixel.0[2] > 200 && pixel.0[0] < 60).count();
    assert!(blue > 200, "{blue}");

    // A mark a few points wide has more pixels an inch than the scan, and no say in how finely the page is drawn.
    let marked = over("q 20 0 0 20 50 50 cm /Im0 Do Q");
    assert!(drawn(&marked) && marked.image.dimensions() == (595, 842), "{:?}", marked.image.dimensions());
    assert!(drawn(&one(vec![jpeg_stream(&image)], "q 595 60 -60 842 0 0 cm /Im0 Do Q")));
    assert!(drawn(&one(vec![jpeg_stream(&image)], &format!("q 10 10 300 300 re W n {plain} Q"))));
}

#[test]
fn a_drawn_page_is_turned_as_the_page_is() {
    let pdf = Pdf::new().page(jpeg_stream(&picture(595, 842)), &format!("{FULL_PAGE} 0 g 10 10 30 30 re f"));
    let found = pages(&pdf.bytes_with(|_| {}, |page| page.set("Rotate", 90))).unwrap();
    assert_eq!(found[0].image.dimensions(), (842, 595));
    // The dark corner at the top left comes to the top right.
    assert!(found[0].image.get_pixel(835, 6).0.iter().all(|&level| level < 60), "{:?}", found[0].image.get_pixel(835, 6));
}

#[test]
fn images_behind_masks_and_in_rare_colours_are_drawn() {
    let mut masked = flate_stream(&picture(59, 84));
    masked.dict.set("Mask", vec![0.into(), 1.into(), 0.into(), 1.into(), 0.into(), Object::Integer(1)]);
    assert!(drawn(&one(vec![masked], FULL_PAGE)));
    let mut lab = flate_stream(&picture(59, 84));
    lab.dict.set(
        "ColorSpace",
        vec!["Lab".into(), Object::Dictionary(dictionary! { "WhitePoint" => vec![0.95.into(), 1.into(), 1.09.into()] })],
    );
    assert!(drawn(&one(vec![lab], FULL_PAGE)));
    let red = "0.8 0.1 0.1 rg q 595 0 0 842 0 0 cm /Im0 Do Q";
    let stencil = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 8, "Height" => 1, "ImageMask" => true, "BitsPerComponent" => 1,
    };
    // A stencil in one plain colour needs no drawing.
    let page = one(vec![Stream::new(stencil, vec![0b0111_1111])], red);
    assert_eq!(page.caveat, None);
    assert_eq!([page.image.get_pixel(0, 0).0, page.image.get_pixel(1, 0).0], [[204, 26, 26], [255; 3]]);
}
