use super::*;
use image::Rgb;

/// A table with a sheet on it, seen in perspective: `corners` as the sheet lies.
fn photo(size: (u32, u32), corners: &Corners, table: impl Fn(u32, u32) -> [u8; 3], sheet: impl Fn(f32, f32) -> [u8; 3]) -> RgbImage {
    let map = Homography::from_rectangle((210.0, 297.0), corners).unwrap().inverse().unwrap();
    RgbImage::from_fn(size.0, size.1, |x, y| {
        let (u, v) = map.apply((x as f32 + 0.5, y as f32 + 0.5));
        if (0.0..210.0).contains(&u) && (0.0..297.0).contains(&v) { Rgb(sheet(u, v)) } else { Rgb(table(x, y)) }
    })
}

/// Paper with a frame, a tinted middle and rows of print, in millimetres.
fn print(u: f32, v: f32) -> [u8; 3] {
    let frame = [(8.0, 9.2), (11.0, 11.5)].iter().any(|&(from, to)| {
        let edge = u.min(210.0 - u).min(v).min(297.0 - v);
        (from..to).contains(&edge)
    });
    let word = v > 40.0 && v < 270.0 && (v % 8.0) < 2.2 && (25.0..185.0).contains(&u) && (u * 1.7 + v * 3.1) % 3.0 < 1.4;
    match (frame, word) {
        (true, _) => [150, 60, 60],
        (_, true) => [40, 40, 45],
        _ if u > 12.0 && u < 198.0 && v > 12.0 && v < 285.0 => [242, 226, 222],
        _ => [244, 243, 240],
    }
}

fn wood(x: u32, y: u32) -> [u8; 3] {
    let grain = ((x as f32 / 9.0 + (y as f32 / 70.0).sin() * 3.0).sin() * 14.0) as i32;
    let noise = ((x.wrapping_mul(7919) ^ y.wrapping_mul(104_729)) % 13) as i32;
    [150, 108, 70].map(|level: i32| (level + grain + noise).clamp(0, 255) as u8)
}

const TILTED: Corners = [(210.0, 170.0), (1010.0, 215.0), (1085.0, 1390.0), (120.0, 1330.0)];

fn found(picture: &RgbImage) -> Quad {
    match find(picture) {
        Sheet::Found(quad) => quad,
        other => panic!("{other:?}"),
    }
}

fn close(quad: &Quad, corners: &Corners, within: f32) -> bool {
    quad.corners.iter().zip(corners).all(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1) <= within)
}

#[test]
fn a_sheet_on_a_table_is_found_by_its_corners() {
    let quad = found(&photo((1200, 1600), &TILTED, wood, print));
    // Four pixels are 0.8 mm of this sheet.
    assert!(close(&quad, &TILTED, 4.0), "{quad:?}");
    assert!(quad.support > 0.85 && !quad.is_scan((1200, 1600)), "{quad:?}");
}

#[test]
fn a_shadow_over_sheet_and_table_hides_no_corner() {
    let mut picture = photo((1200, 1600), &TILTED, wood, print);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let light = 1.0 - 0.5 * (x as f32 / 1200.0) * (0.4 + 0.6 * y as f32 / 1600.0);
        pixel.0 = pixel.0.map(|value| (f32::from(value) * light) as u8);
    }
    assert!(shading(&picture) > 0.3);
    assert!(close(&found(&picture), &TILTED, 4.0));
}

#[test]
fn a_flat_sheet_shows_what_was_printed_where_it_was_printed() {
    let picture = photo((1200, 1600), &TILTED, wood, print);
    let page = Page::new(0, Original::Raster, picture, Orientation::NoTransforms, Some((72.0, 72.0)));
    let quad = found(&page.image);
    let flat = Flat::of(&page, &quad).unwrap();
    let (width, height) = flat.page.image.dimensions();
    assert!((height as f32 / width as f32 - PAPER_RATIO).abs() < 0.01 && flat.page.dpi.is_none());
    // The frame is where it stands on paper, within a millimetre, on all four sides.
    let mm = width as f32 / 210.0;
    let red = |u: f32, v: f32| {
        let near = |pixel: &Rgb<u8>| pixel.0[0] > pixel.0[1].saturating_add(40);
        (-5..=5).any(|d| near(flat.page.image.get_pixel(((u + d as f32 * 0.2) * mm) as u32, ((v + d as f32 * 0.2) * mm) as u32)))
    };
    assert!(red(8.6, 150.0) && red(201.4, 150.0) && red(105.0, 8.6) && red(105.0, 288.4));
    // Boxes go back to where they came from.
    let box_there = Rect { x: 400, y: 700, w: 60, h: 30 };
    let back = flat.onto_flat(&flat.to_received(&box_there));
    assert_eq!(back.intersection(&box_there), box_there);
    assert!(back.w < 80 && back.h < 50, "{back:?}");
}

#[test]
fn a_shadow_is_taken_off_the_flat_sheet_and_colours_stay() {
    let mut picture = photo((1200, 1600), &TILTED, wood, print);
    for (x, _, pixel) in picture.enumerate_pixels_mut() {
        let light = 1.0 - 0.45 * (x as f32 / 1200.0);
        pixel.0 = pixel.0.map(|value| (f32::from(value) * light) as u8);
    }
    let page = Page::new(0, Original::Raster, picture, Orientation::NoTransforms, None);
    let flat = Flat::of(&page, &found(&page.image)).unwrap();
    assert!(shading(&page.image) > 0.3 && shading(&flat.page.image) < 0.06, "{} {}", shading(&page.image), shading(&flat.page.image));
    let (width, height) = flat.page.image.dimensions();
    let [r, g, b] = flat.page.image.get_pixel(width * 19 / 20 - 10, height / 2).0.map(i32::from);
    assert!(r > g + 8 && (g - b).abs() < 10, "the tint of the paper: {r} {g} {b}");
}

#[test]
fn a_scan_has_no_sheet_inside_whatever_frame_is_printed_on_it() {
    let whole: Corners = [(0.0, 0.0), (1240.0, 0.0), (1240.0, 1754.0), (0.0, 1754.0)];
    assert_eq!(find(&photo((1240, 1754), &whole, wood, print)), Sheet::Whole);
    // A thick frame, close to the edge.
    let thick = |u: f32, v: f32| if (3.0..9.0).contains(&u.min(210.0 - u).min(v).min(297.0 - v)) { [170, 60, 60] } else { print(u, v) };
    assert_eq!(find(&photo((1240, 1754), &whole, wood, thick)), Sheet::Whole);
    assert_eq!(find(&RgbImage::from_pixel(1240, 1754, Rgb([250, 250, 248]))), Sheet::Whole);
}

#[test]
fn a_sheet_straight_on_a_black_glass_is_a_scan() {
    let straight: Corners = [(40.0, 40.0), (1200.0, 40.0), (1200.0, 1680.5), (40.0, 1680.5)];
    let quad = found(&photo((1240, 1754), &straight, |_, _| [20, 20, 20], print));
    assert!(quad.is_scan((1240, 1754)) && close(&quad, &straight, 4.0), "{quad:?}");
}

#[test]
fn doubts_have_names() {
    let small: Corners = [(500.0, 700.0), (760.0, 705.0), (765.0, 1060.0), (495.0, 1064.0)];
    assert_eq!(find(&photo((1200, 1600), &small, wood, print)), Sheet::Doubtful(Doubt::TooSmall));
    let aside: Corners = [(420.0, 330.0), (800.0, 330.0), (1130.0, 1380.0), (70.0, 1380.0)];
    assert_eq!(find(&photo((1200, 1600), &aside, wood, print)), Sheet::Doubtful(Doubt::TooSkewed));
    let cut: Corners = [(210.0, 170.0), (1010.0, 215.0), (1085.0, 1750.0), (120.0, 1690.0)];
    assert_eq!(find(&photo((1200, 1600), &cut, wood, print)), Sheet::Doubtful(Doubt::CutOff));
    let first: Corners = [(60.0, 200.0), (560.0, 190.0), (570.0, 910.0), (50.0, 905.0)];
    let mut two = photo((1200, 1200), &first, wood, print);
    let second = photo((1200, 1200), &first.map(|(x, y)| (x + 580.0, y + 20.0)), wood, print);
    for (x, y, pixel) in two.enumerate_pixels_mut() {
        if x > 600 {
            *pixel = *second.get_pixel(x, y);
        }
    }
    assert_eq!(find(&two), Sheet::Doubtful(Doubt::Several));
}
