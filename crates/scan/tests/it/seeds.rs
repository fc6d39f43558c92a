//! What mutations start from: the specimen scans, and small files of each kind that are cut from them.

use std::fs;
use std::path::{Path, PathBuf};

use bansao_scan::{Limits, RgbImage, open};
use image::{DynamicImage, imageops};

use crate::common::{FULL_PAGE, Pdf, flate_stream, jpeg, jpeg_stream, oriented_jpeg, png, png_with_density, tiff};

/// Files and pictures to change.
pub(crate) struct Seeds {
    /// The specimen scans.
    pub(crate) specimens: Vec<Vec<u8>>,
    /// Small files, cut from them: quick to open, and mostly structure.
    pub(crate) small: Vec<Vec<u8>>,
    /// A small file in every coding, and PDFs that have to be drawn, by name.
    pub(crate) codings: Vec<(String, Vec<u8>)>,
    /// Pages of specimens.
    pub(crate) pages: Vec<RgbImage>,
}

impl Seeds {
    pub(crate) fn new() -> Self {
        let specimens = specimens();
        let pages: Vec<RgbImage> = some_pages(&specimens);
        let small = pages.iter().flat_map(small).collect();
        let drawn = pages.iter().take(2).map(|page| ("page--drawn.pdf".to_owned(), drawn(page)));
        let codings = codings().into_iter().chain(drawn).collect();
        Self { specimens, small, codings, pages }
    }
}

/// The files of `tests/files`, in the order of their names.
pub(crate) fn codings() -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.to_string_lossy().contains("--")).collect();
    paths.sort();
    paths.iter().map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap())).collect()
}

/// A page with text, lines, a clip, a pale copy of itself and a form over it.
fn drawn(page: &RgbImage) -> Vec<u8> {
    let cut = imageops::crop_imm(page, 100, 100, 200.min(page.width() - 100), 280.min(page.height() - 100)).to_image();
    let over = "q 595 0 0 842 0 0 cm /Im0 Do Q BT /F1 24 Tf 2 Tr 1 0 0 rg 90 600 Td (Ho ten) Tj 0 -30 Td [(19) -200 (87)] TJ ET \
        0 0 1 RG 3 w 40 40 m 200 90 300 500 500 700 c S q 100 100 200 200 re W n 250 0 0 250 90 90 cm /Im1 Do Q 0.9 g 300 300 80 20 re f* \
        q 0.3 0.1 -0.1 0.3 200 200 cm 595 0 0 842 0 0 cm /Im0 Do Q";
    Pdf::new().page_of(vec![jpeg_stream(&cut), flate_stream(&cut)], over).bytes()
}

/// Every file under `fixtures/scans`, in the order of their paths.
fn specimens() -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scans"), &mut paths);
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension != "toml") {
            into.push(path);
        }
    }
}

/// The first page of every twelfth file that opens: all kinds of certificates are among them.
fn some_pages(files: &[Vec<u8>]) -> Vec<RgbImage> {
    let opened = files.iter().step_by(12).filter_map(|bytes| open(bytes, &Limits::default()).ok());
    opened.filter_map(|source| source.pages.into_iter().next()).map(|page| page.image).collect()
}

/// The head of a page in every coding that is quick to make.
fn small(page: &RgbImage) -> Vec<Vec<u8>> {
    let (width, height) = (page.width().min(260), page.height().min(180));
    let cut = imageops::crop_imm(page, (page.width() - width) / 2, 120.min(page.height() - height), width, height).to_image();
    let gray = DynamicImage::ImageRgb8(cut.clone()).into_luma8();
    let colour = DynamicImage::ImageRgb8(cut.clone());
    vec![
        jpeg(&cut),
        oriented_jpeg(&cut, 6),
        png_with_density(colour.clone(), 7874),
        png(DynamicImage::ImageRgba16(colour.into_rgba16())),
        png(DynamicImage::ImageLuma8(gray)),
        tiff(&[cut.clone(), imageops::rotate90(&cut)]),
        Pdf::new().page(jpeg_stream(&cut), FULL_PAGE).page(flate_stream(&cut), FULL_PAGE).bytes(),
    ]
}
