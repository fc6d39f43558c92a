//! Every file of `tests/files` comes out as the picture it is named after: `PICTURE--CODING.EXTENSION` as `PICTURE.png`.
//!
//! The files are made by Pillow, libtiff and netpbm (`make.py`), the PDFs were shown to poppler, so that other people's
//! decoders are the judges. A new coding needs a file and no Rust.

use std::fs;
use std::path::Path;

use bansao_scan::{Limits, RgbImage, open};

/// Lossy codings may be off by so many levels in the mean; others by one, where inks are multiplied.
const LOSSY: f64 = 3.5;

#[test]
fn every_coding_gives_the_right_pixels() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.contains("--")).collect();
    names.sort();
    let mut wrong = Vec::new();
    for name in &names {
        let (pictures, coding) = name.split_once("--").unwrap();
        let expected: Vec<RgbImage> =
            pictures.split('-').map(|picture| image::open(folder.join(format!("{picture}.png"))).unwrap().into_rgb8()).collect();
        match open(&fs::read(folder.join(name)).unwrap(), &Limits::default()) {
            Err(error) => wrong.push(format!("{name}: {error}")),
            Ok(source) if source.pages.len() != expected.len() => wrong.push(format!("{name}: {} pages", source.pages.len())),
            Ok(source) => {
                let lossy = ["jpeg", "jpg", "strips.pdf"].iter().any(|word| coding.contains(word));
                for (page, expected) in source.pages.iter().zip(&expected) {
                    let (mean, most) = difference(&page.image, expected);
                    if if lossy { mean > LOSSY } else { most > 1 } {
                        wrong.push(format!("{name}: {mean:.2} levels in the mean, {most} at most"));
                    }
                }
            }
        }
    }
    assert!(names.len() > 80, "only {} files", names.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), names.len(), wrong.join("\n"));
}

fn difference(seen: &RgbImage, expected: &RgbImage) -> (f64, u8) {
    if seen.dimensions() != expected.dimensions() {
        return (255.0, 255);
    }
    let levels = || seen.as_raw().iter().zip(expected.as_raw()).map(|(a, b)| a.abs_diff(*b));
    (levels().map(f64::from).sum::<f64>() / seen.as_raw().len() as f64, levels().max().unwrap_or_default())
}
