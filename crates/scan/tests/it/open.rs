//! Files of each format, whole and hostile, through the one way in.

use crate::common::{jpeg, oriented_jpeg, picture, png, png_with_density, tiff};
use bansao_scan::{Format, Limits, Orientation, Original, Page, ScanError, open};
use image::{DynamicImage, Rgb, RgbaImage};

fn only(bytes: &[u8]) -> Page {
    let mut source = open(bytes, &Limits::default()).unwrap();
    assert_eq!(source.pages.len(), 1);
    source.pages.remove(0)
}

fn near(pixel: &Rgb<u8>, expected: [u8; 3]) -> bool {
    pixel.0.iter().zip(expected).all(|(a, b)| a.abs_diff(b) < 12)
}

#[test]
fn a_jpeg_passes_through_with_its_resolution() {
    let bytes = jpeg(&picture(120, 80));
    let page = only(&bytes);
    assert_eq!(page.original, Original::Jpeg(bytes.clone()));
    assert_eq!(page.dpi, Some((200.0, 200.0)));
    assert!((page.size_mm.unwrap().0 - 15.24).abs() < 0.01);
    assert_eq!((page.image.dimensions(), page.orientation), ((120, 80), Orientation::NoTransforms));
}

#[test]
fn what_follows_a_jpeg_is_not_passed_on() {
    let bytes = jpeg(&picture(120, 80));
    let longer = [bytes.as_slice(), b"something else"].concat();
    assert_eq!(only(&longer).original, Original::Jpeg(bytes));
}

#[test]
fn every_exif_orientation_comes_out_upright() {
    let upright = picture(120, 80);
    for exif in 1..=8_u8 {
        let orientation = Orientation::from_exif(exif).unwrap();
        // What a camera stores is the picture with the inverse applied.
        let inverse = match orientation {
            Orientation::Rotate90 => Orientation::Rotate270,
            Orientation::Rotate270 => Orientation::Rotate90,
            other => other,
        };
        let mut stored = DynamicImage::ImageRgb8(upright.clone());
        stored.apply_orientation(inverse);
        let page = only(&oriented_jpeg(&stored.into_rgb8(), exif));
        assert_eq!((page.image.dimensions(), page.orientation), ((120, 80), orientation), "{exif}");
        assert!(near(page.image.get_pixel(8, 6), [20, 20, 20]), "{exif}");
        assert!(near(page.image.get_pixel(112, 6), [200, 40, 40]), "{exif}");
    }
}

#[test]
fn truncated_files_are_damaged() {
    let image = DynamicImage::ImageRgb8(picture(120, 80));
    for bytes in [jpeg(&picture(120, 80)), png(image), tiff(&[picture(40, 30)])] {
        for share in [3, 6, 9] {
            let cut = &bytes[..bytes.len() * share / 10];
            assert!(matches!(open(cut, &Limits::default()), Err(ScanError::Damaged { .. })), "{share}");
        }
    }
}

#[test]
fn png_of_any_depth_comes_out_on_white() {
    let image = picture(60, 40);
    let deep = DynamicImage::ImageRgb16(DynamicImage::ImageRgb8(image.clone()).into_rgb16());
    assert_eq!(only(&png(deep)).image, image);
    let clear = RgbaImage::from_pixel(60, 40, image::Rgba([0, 0, 0, 0]));
    assert_eq!(only(&png(DynamicImage::ImageRgba8(clear))).image.get_pixel(5, 5).0, [255; 3]);
    let half = RgbaImage::from_pixel(60, 40, image::Rgba([0, 0, 0, 128]));
    assert_eq!(only(&png(DynamicImage::ImageRgba8(half))).image.get_pixel(5, 5).0, [127; 3]);
    assert_eq!(only(&png(DynamicImage::ImageRgb8(image))).original, Original::Raster);
}

#[test]
fn png_density_is_read() {
    let page = only(&png_with_density(DynamicImage::ImageRgb8(picture(60, 40)), 11811));
    let (x, y) = page.dpi.unwrap();
    assert!((x - 300.0).abs() < 0.1 && (y - 300.0).abs() < 0.1);
}

#[test]
fn every_page_of_a_tiff_is_itself() {
    let pages = [picture(60, 40), picture(30, 50), picture(64, 64)];
    let source = open(&tiff(&pages), &Limits::default()).unwrap();
    assert_eq!(source.format, Format::Tiff);
    for (index, (page, expected)) in source.pages.iter().zip(&pages).enumerate() {
        assert_eq!((&page.image, page.index, page.dpi), (expected, index, Some((300.0, 300.0))));
    }
    assert_eq!(source.pages.len(), 3);
}

#[test]
fn a_ring_of_tiff_directories_is_refused() {
    let mut bytes = tiff(&[picture(20, 20), picture(20, 20)]);
    let first = bytes[4..8].to_vec();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&first);
    assert!(matches!(open(&bytes, &Limits::default()), Err(ScanError::Damaged { .. })));
}

#[test]
fn bounds_are_checked_before_pixels() {
    let limits = Limits { megapixels: 1, total_pixels: 2_000_000, pages: 2, file_bytes: 100_000_000, ..Limits::default() };
    // A PNG header that promises 60,000 x 60,000 pixels, and nothing behind it.
    let mut bomb = png(DynamicImage::ImageRgb8(picture(20, 20)));
    bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let expected = ScanError::ImageTooLarge { page: 1, width: 60_000, height: 60_000, limit: 1_000_000 };
    assert_eq!(open(&bomb, &limits).unwrap_err(), expected);

    let three = tiff(&[picture(20, 20), picture(20, 20), picture(20, 20)]);
    assert_eq!(open(&three, &limits).unwrap_err(), ScanError::TooManyPages { limit: 2 });

    let two = tiff(&[picture(900, 1000), picture(900, 1000)]);
    let tight = Limits { total_pixels: 1_000_000, ..limits.clone() };
    assert_eq!(open(&two, &tight).unwrap_err(), ScanError::TooManyPixels { limit: 1_000_000 });

    let small = Limits { file_bytes: 10, ..limits };
    assert_eq!(open(&[0; 11], &small).unwrap_err(), ScanError::FileTooLarge { bytes: 11, limit: 10 });
}

#[test]
fn what_is_no_scan_at_all_has_its_own_answer() {
    assert_eq!(open(b"", &Limits::default()).unwrap_err(), ScanError::Empty);
    assert_eq!(open(b"GIF89a....", &Limits::default()).unwrap_err(), ScanError::UnsupportedFormat);
}
