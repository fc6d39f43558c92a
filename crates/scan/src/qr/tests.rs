use qrcodegen::{QrCode, QrCodeEcc};

use super::*;

/// How a symbol lies in a picture: degrees that it is turned by, how much nearer its right side is, pixels of blur.
struct Seen {
    turned: f32,
    slant: f32,
    blur: f32,
}

/// A phone's picture of a symbol in light that falls off to the right.
fn photo(text: &str, seen: &Seen) -> GrayImage {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
    let (width, height, side) = (1000_u32, 800_u32, 560.0_f32);
    let modules = code.size() as f32 + 8.0;
    let (sin, cos) = seen.turned.to_radians().sin_cos();
    let is_dark = |x: f32, y: f32| {
        let (x, y) = (x - width as f32 / 2.0, y - height as f32 / 2.0);
        let nearer = 1.0 + seen.slant * x / width as f32;
        let (x, y) = (x * nearer, y * nearer);
        let at = |along: f32| ((along + side / 2.0) * modules / side).floor() as i32 - 4;
        code.get_module(at(x * cos + y * sin), at(y * cos - x * sin))
    };
    let drawn = GrayImage::from_fn(width, height, |x, y| {
        let light = 235.0 - 70.0 * x as f32 / width as f32;
        let dark = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)].iter().filter(|(dx, dy)| is_dark(x as f32 + dx, y as f32 + dy));
        let share = dark.count() as f32 / 4.0;
        image::Luma([(light * (1.0 - share) + 45.0 * share) as u8])
    });
    image::imageops::fast_blur(&drawn, seen.blur)
}

/// A token is about this long.
fn long_text(at: usize) -> String {
    let letters = (0..500).map(|letter| char::from(b'A' + ((letter * 7 + at * 11 + letter * letter) % 26) as u8));
    format!("https://bansao.example.vn/v#{}", letters.collect::<String>())
}

#[test]
fn what_the_first_decoder_reads_in_a_photograph_the_second_confirms() {
    let ways = [(3.0, 0.0, 0.6), (-14.0, 0.1, 1.0), (22.0, 0.0, 1.2), (8.0, -0.12, 1.5), (-5.0, 0.15, 1.8), (90.0, 0.05, 1.0)];
    let photos: Vec<(String, GrayImage)> =
        (0..).zip(ways).map(|(at, (turned, slant, blur))| (long_text(at), photo(&long_text(at), &Seen { turned, slant, blur }))).collect();
    let read: Vec<(&String, Symbol)> =
        photos.iter().filter_map(|(text, photo)| Some((text, read_luma(photo).into_iter().next()?))).collect();
    assert!(read.len() >= 5, "{} of {}", read.len(), photos.len());
    for (text, symbol) in read {
        assert_eq!(&symbol.text, text);
        assert!(symbol.confirmed, "{:?}", symbol.corners);
    }
}

#[test]
fn the_second_decoder_reads_modules_for_itself() {
    let picture = photo("11-11-2025|01.02.003", &Seen { turned: 4.0, slant: 0.0, blur: 0.8 });
    let symbol = read_luma(&picture).remove(0);
    assert_eq!(sampled(&picture, &symbol.corners).as_deref(), Some("11-11-2025|01.02.003"));
    // What the first says is not taken over, and corners of something else show nothing.
    assert!(!is_confirmed(&picture, &symbol.corners, &symbol.bbox, &"11-11-2025|01.02.008".to_owned()));
    let elsewhere: Vec<(f32, f32)> = symbol.corners.iter().map(|(x, y)| (x + 90.0, y - 60.0)).collect();
    assert_eq!(sampled(&picture, &elsewhere), None);
    let outside: Vec<(f32, f32)> = symbol.corners.iter().map(|(x, y)| (x + 900.0, y - 600.0)).collect();
    assert_eq!(sampled(&picture, &outside), None);
    assert_eq!(sampled(&picture, &[]), None);
    // A fourth corner that sends the others to the horizon and beyond.
    let corner = symbol.corners[2];
    for fourth in [(corner.0, corner.1 + 0.01), (-1e9, 1e9), (corner.0 - 1.0, corner.1 - 1.0)] {
        let corners = [&symbol.corners[..3], &[fourth]].concat();
        assert!(grid::read(&picture, &corners).is_none_or(|text| text == symbol.text));
    }
    assert_eq!(sampled(&picture, &[(f32::NAN, 1.0), (1.0, f32::INFINITY), (0.0, 0.0), (5.0, 5.0)]), None);
}
