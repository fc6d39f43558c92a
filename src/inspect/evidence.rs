//! What an officer looks at: each page reduced to a preview, and the places that the findings speak of.
//!
//! Previews are made from the stored scan when they are asked for, not kept in the report: most papers are never looked at.

use std::io::Cursor;

use bansao_scan::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};

use super::report::InspectionReport;
use crate::finding::{Code, Finding, Severity};
use crate::limits::Limits;

/// One page as a person looks at it. Personal data.
#[derive(Debug, Clone, PartialEq)]
pub struct PageEvidence {
    /// The page, from 0 over all files.
    pub page: usize,
    /// The page as received, at most [`LONG_SIDE_PX`] long, JPEG.
    pub preview_jpeg: Vec<u8>,
    /// Width and height of the preview, pixels.
    pub size_px: (u32, u32),
    /// What is said of this page, the weightiest first.
    pub findings: Vec<Finding>,
}

/// The longer side of a preview, pixels.
pub const LONG_SIDE_PX: u32 = 1400;
/// Bytes of a preview at most.
pub const PREVIEW_BYTES: usize = 512 << 10;
/// Qualities that are tried until the preview is small enough.
const QUALITIES: [u8; 4] = [78, 60, 40, 20];

/// A page made small, in bytes of our own encoder.
#[derive(Clone, PartialEq, Eq)]
pub struct Preview {
    /// The page as received, at most [`LONG_SIDE_PX`] long, JPEG of at most [`PREVIEW_BYTES`].
    pub jpeg: Vec<u8>,
    /// Width and height, pixels.
    pub size_px: (u32, u32),
}

/// A citizen's paper stays out of logs.
impl std::fmt::Debug for Preview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Preview({} x {})", self.size_px.0, self.size_px.1)
    }
}

/// Previews of all pages of `files`. Opens hostile bytes: a worker's work. Blocks; bounded by `limits`.
pub(super) fn previews(files: &[Vec<u8>], limits: &Limits) -> Result<Vec<Preview>, Finding> {
    let failed = |reason| Finding::new(Code::CheckFailed).seen(reason);
    super::open(files, limits)?.iter().map(|(_, page)| preview(&page.image).map_err(failed)).collect()
}

/// The previews with what `report` says of each page.
pub fn evidence(previews: Vec<Preview>, report: &InspectionReport) -> Vec<PageEvidence> {
    let page = |(page, Preview { jpeg, size_px }): (usize, Preview)| {
        let findings = findings_of(report, page);
        PageEvidence { page, preview_jpeg: jpeg, size_px, findings }
    };
    previews.into_iter().enumerate().map(page).collect()
}

fn findings_of(report: &InspectionReport, page: usize) -> Vec<Finding> {
    let mut findings: Vec<Finding> = report.findings.iter().filter(|finding| finding.locus.page == Some(page)).cloned().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

fn preview(page: &RgbImage) -> Result<Preview, String> {
    let (width, height) = page.dimensions();
    let scale = f64::from(LONG_SIDE_PX) / f64::from(width.max(height).max(1));
    let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    let small = if scale < 1.0 { resize(page, side(width), side(height), FilterType::Triangle) } else { page.clone() };
    for quality in QUALITIES {
        let mut jpeg = Cursor::new(Vec::new());
        JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(&small).map_err(|error| error.to_string())?;
        if jpeg.get_ref().len() <= PREVIEW_BYTES {
            return Ok(Preview { jpeg: jpeg.into_inner(), size_px: small.dimensions() });
        }
    }
    Err("the preview is too large".to_owned())
}

/// Draws a frame around each place and its number beside it, as [`PageEvidence::findings`] lists them from 1.
pub fn draw(picture: &mut RgbImage, findings: &[Finding]) {
    for (number, finding) in (1_u32..).zip(findings) {
        let Some(region) = finding.locus.region else { continue };
        let (width, height) = picture.dimensions();
        let at = |part: u16, of: u32| u32::from(part) * of / 1000;
        let (left, top) = (at(region.left, width).saturating_sub(4), at(region.top, height).saturating_sub(4));
        let (right, bottom) = ((at(region.right, width) + 4).min(width), (at(region.bottom, height) + 4).min(height));
        let colour = match finding.severity {
            Severity::Error => image::Rgb([220, 0, 40]),
            Severity::Warning => image::Rgb([230, 130, 0]),
            Severity::Info => image::Rgb([0, 110, 220]),
        };
        for inset in 0..3 {
            frame(picture, (left + inset, top + inset), (right.saturating_sub(inset), bottom.saturating_sub(inset)), colour);
        }
        write_number(picture, number, (left, top.saturating_sub(DIGIT_PX * 6)), colour);
    }
}

fn frame(picture: &mut RgbImage, (left, top): (u32, u32), (right, bottom): (u32, u32), colour: image::Rgb<u8>) {
    for x in left..right {
        put(picture, x, top, colour);
        put(picture, x, bottom.saturating_sub(1), colour);
    }
    for y in top..bottom {
        put(picture, left, y, colour);
        put(picture, right.saturating_sub(1), y, colour);
    }
}

fn put(picture: &mut RgbImage, x: u32, y: u32, colour: image::Rgb<u8>) {
    if let Some(pixel) = picture.get_pixel_mut_checked(x, y) {
        *pixel = colour;
    }
}

/// Pixels of one dot of a digit.
const DIGIT_PX: u32 = 4;
/// Digits of 3 by 5 dots, a row in three bits, the left dot highest.
const DIGITS: [[u8; 5]; 10] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 7, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 1, 2, 2],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
];

fn write_number(picture: &mut RgbImage, number: u32, (left, top): (u32, u32), colour: image::Rgb<u8>) {
    let mut x = left;
    for digit in number.to_string().bytes().filter_map(|byte| DIGITS.get(usize::from(byte.wrapping_sub(b'0')))) {
        for (row, bits) in (0_u32..).zip(digit) {
            for column in (0..3_u32).filter(|column| bits >> (2 - column) & 1 == 1) {
                for dot in 0..DIGIT_PX * DIGIT_PX {
                    put(picture, x + column * DIGIT_PX + dot % DIGIT_PX, top + row * DIGIT_PX + dot / DIGIT_PX, colour);
                }
            }
        }
        x += 4 * DIGIT_PX;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Region;

    fn png(width: u32, height: u32) -> Vec<u8> {
        // Noise does not compress: the worst case for a preview's size.
        let mut state = 1_u32;
        let picture = RgbImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb([(state >> 8) as u8, (state >> 16) as u8, (state >> 24) as u8])
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn previews_are_bounded_and_carry_the_findings_of_their_page() {
        let region = Region { left: 100, top: 200, right: 300, bottom: 250 };
        let late = Finding::new(Code::RegistrationLate).on_page(0);
        let altered = Finding::new(Code::Altered).on_page(0).at(region);
        let report = InspectionReport {
            kind: None,
            form: None,
            pages: vec![],
            fields: vec![],
            findings: vec![late, altered, Finding::new(Code::Blurred).on_page(1)],
            inspector: String::new(),
        };
        let pages = evidence(previews(&[png(2000, 2800), png(60, 40)], &Limits::default()).unwrap(), &report);
        let codes = |page: usize| pages[page].findings.iter().map(|finding| finding.code).collect::<Vec<_>>();
        assert_eq!((codes(0), codes(1)), (vec![Code::Altered, Code::RegistrationLate], vec![Code::Blurred]));
        assert!(pages[0].preview_jpeg.len() <= PREVIEW_BYTES);
        assert_eq!((pages[0].size_px, pages[1].size_px), ((1000, 1400), (60, 40)));
        assert_eq!(previews(&[b"no picture".to_vec()], &Limits::default()).unwrap_err().code, Code::UnsupportedFormat);
    }

    #[test]
    fn frames_are_drawn_around_places_even_at_the_edge() {
        let white = image::Rgb([255; 3]);
        let mut picture = RgbImage::from_pixel(200, 200, white);
        let region = Region { left: 900, top: 0, right: 1000, bottom: 100 };
        draw(&mut picture, &[Finding::new(Code::Altered).at(region), Finding::new(Code::Altered)]);
        assert_eq!(picture.get_pixel(176, 10).0, [220, 0, 40]);
        assert_eq!(*picture.get_pixel(100, 100), white);
    }
}
